"""Which charts a page has, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import District
from reporting.models import Period
from reporting.pages.charts import Chart
from reporting.picture.figure import Figure, classes_of, figures_to_choose
from reporting.picture.firms import firms_chart
from reporting.picture.levels import Levels, PastPeriod, levels_of, periods_until, together
from reporting.picture.parts import (
    Part,
    contributions_chart,
    growths_chart,
    of_classes,
    of_districts,
    ranked_chart,
    shares_chart,
)
from reporting.picture.progress import arrivals_chart, arrivals_of, progress_chart
from reporting.picture.series import YEARS, growth_chart, level_chart, points_of
from reporting.picture.standing import provisional
from reporting.totals.aggregation import Summary
from reporting.totals.history import ImportedPeriod


@dataclass(frozen=True)
class Picture:
    """A period of the city, or of one district, that is looked at; `figure` is none where the edition names none."""

    period: Period | ImportedPeriod
    summary: Summary
    at: datetime
    own: District | None = None
    cell: str = ""

    @property
    def figures(self) -> dict[str, Figure]:
        return figures_to_choose(self.summary.edition, self.summary.period)

    @property
    def figure(self) -> Figure | None:
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
                yield firms_chart(self.period, self.at, self.own, self.standing)
            if self.own is None:
                yield progress_chart(self.summary.districts, self.standing)
            yield self._arrivals(self.period, periods)

    def _of_figure(self, figure: Figure, periods: list[PastPeriod]) -> Iterator[Chart | None]:
        within = self.own.code if self.own else ""
        levels: dict[PastPeriod, Levels] = {
            each: levels_of(each, figure.edition, figure.cells, self.own) for each in periods
        }
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

    def _classes(self) -> list[Part]:
        edition = self.summary.edition
        return of_classes(edition, classes_of(edition, self.summary.period), self.summary.city)

    def _districts(self, figure: Figure, parts: list[Part]) -> Iterator[Chart | None]:
        yield ranked_chart(parts, figure, self.standing)
        yield growths_chart(parts, figure, self.standing)
        title = f"各区县对{figure.name}增长的拉动"
        yield contributions_chart("by-district", title, parts, figure, self.standing)

    def _arrivals(self, period: Period, periods: list[PastPeriod]) -> Chart | None:
        goes_on = None if period.is_locked else self.at
        now = arrivals_of(period, goes_on, self.own)
        before = [each.code for each in periods if not each.is_imported and each.code < self.summary.period]
        then = Period.objects.get(pk=before[-1].code) if before else None
        return arrivals_chart(now, then and arrivals_of(then, district=self.own))
