"""Which charts a page has, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial

from accounts.models import District
from reporting.consequence.yardstick import yardstick_of
from reporting.models import Deadline, Period, review_limits
from reporting.pages.charts import Chart
from reporting.picture.figure import PicturedFigure, classes_of, figures_to_choose
from reporting.picture.firms import firms_chart
from reporting.picture.levels import Levels, PastPeriod, levels_of, periods_until, together
from reporting.picture.marks import kept_under, mark_of_filings, mark_of_release
from reporting.picture.parts import (
    GrowthPart,
    contributions_chart,
    growths_chart,
    of_classes,
    of_districts,
    ranked_chart,
    shares_chart,
)
from reporting.picture.progress import ArrivalSlots, arrivals_chart, arrivals_of, progress_chart, slot_at
from reporting.picture.series import YEARS, growth_chart, level_chart, points_of
from reporting.picture.standing import provisional
from reporting.totals.aggregation import Summary
from reporting.totals.history import ImportedPeriod, mark_of_history


@dataclass(frozen=True)
class Picture:
    """A period of the city, or of one district, that is looked at; `figure` is none where the edition names none."""

    period: Period | ImportedPeriod
    summary: Summary
    at: datetime
    own: District | None = None
    cell: str = ""

    @cached_property
    def figures(self) -> dict[str, PicturedFigure]:
        return figures_to_choose(self.summary.edition, self.summary.period)

    @property
    def figure(self) -> PicturedFigure | None:
        return self.figures.get(self.cell) or next(iter(self.figures.values()), None)

    @property
    def is_headline(self) -> bool:
        figure = self.figure
        edition, frequency = self.summary.edition, self.summary.period.frequency
        return figure is not None and figure.cell == edition.platform.headline(frequency)

    @property
    def standing(self) -> str:
        return provisional(self.summary, self.summary.city)

    def charts(self) -> list[Chart]:
        return [chart for chart in self._charts() if chart is not None and chart.labels]

    def _charts(self) -> Iterator[Chart | None]:
        periods = periods_until(self.summary.period, YEARS)
        if figure := self.figure:
            yield from self._of_figure(figure, periods)
        if isinstance(self.period, Period):
            if self.is_headline:
                yield self._firms(self.period)
            if self.own is None:
                yield progress_chart(self.summary.districts, self.standing)
            yield self._arrivals(self.period, periods)

    @property
    def place(self) -> str:
        return f"{self.summary.period.code}{self.own_place}"

    @property
    def own_place(self) -> str:
        return f"-{self.own.pk}" if self.own else ""

    @cached_property
    def mark(self) -> str:
        """Of this period: its totals were just asked for, so that what is stored is what stands."""
        return mark_of_filings(self.summary.period, self.own, fresh=False)

    def _firms(self, period: Period) -> Chart | None:
        """What is doubtful rests on the yardstick and the limits, too."""
        drawn = partial(firms_chart, period, self.at, self.own, self.standing)
        limits = review_limits()
        rests_on = [self.mark, yardstick_of(period, self.at).mark, str(limits.points), *limits.watched, self.standing]
        return kept_under(f"firms-{self.place}", "/".join(rests_on), drawn)

    def _levels(self, period: PastPeriod, figure: PicturedFigure) -> Levels:
        if period.release:
            return levels_of(period, figure.edition, figure.cells, mark_of_release(period.release))
        if period.is_imported:
            return levels_of(period, figure.edition, figure.cells, mark_of_history(period.code))
        is_this = period.code == self.summary.period
        mark = self.mark if is_this else mark_of_filings(period.code, self.own, fresh=period.is_open)
        return levels_of(period, figure.edition, figure.cells, mark, self.own_place)

    def _of_figure(self, figure: PicturedFigure, periods: list[PastPeriod]) -> Iterator[Chart | None]:
        within = self.own.code if self.own else ""
        levels = {each: self._levels(each, figure) for each in periods}
        points = points_of(periods, lambda each: together(levels[each], within))
        yield level_chart(points, figure, self.standing)
        yield growth_chart(points, figure, self.standing)
        classes = self._classes() if self.is_headline else []
        if classes:
            yield shares_chart(classes, figure, self.standing)
            title = f"各业务对{figure.name}增长的拉动"
            yield contributions_chart("by-class", title, classes, figure, self.standing)
        if self.own is None:
            yield from self._districts(figure, of_districts(self.summary.districts, levels[periods[-1]]))

    def _classes(self) -> list[GrowthPart]:
        edition = self.summary.edition
        return of_classes(edition, classes_of(edition, self.summary.period), self.summary.city)

    def _districts(self, figure: PicturedFigure, parts: list[GrowthPart]) -> Iterator[Chart | None]:
        yield ranked_chart(parts, figure, self.standing)
        yield growths_chart(parts, figure, self.standing)
        title = f"各区县对{figure.name}增长的拉动"
        yield contributions_chart("by-district", title, parts, figure, self.standing)

    def _arrivals(self, period: Period, periods: list[PastPeriod]) -> Chart | None:
        before = [each.code for each in periods if not each.is_imported and each.code < self.summary.period]
        then = Period.objects.filter(pk=before[-1].code).first() if before else None
        until = None if period.is_locked else slot_at(period.due_at(Deadline.ENTERPRISE), self.at)
        now = kept_under(f"arrivals-{self.place}", self.mark, lambda: arrivals_of(period, self.own))
        return arrivals_chart(replace(now, until=until), then and self._arrivals_then(then))

    def _arrivals_then(self, then: Period) -> ArrivalSlots:
        mark = mark_of_filings(then.parsed, self.own, fresh=False)
        place = f"arrivals-{then.code}{self.own_place}"
        return kept_under(place, mark, lambda: arrivals_of(then, self.own))
