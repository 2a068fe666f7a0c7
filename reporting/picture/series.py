"""Two years of one figure: its level month by month, and its growth on either base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forms_tables.edition.periods import PeriodCode
from reporting.growth.bridge import GrowthRate
from reporting.growth.words import COMPARABLE, ON_PUBLISHED
from reporting.pages.charts import Chart, Series
from reporting.picture.figure import PicturedFigure
from reporting.picture.levels import Level, PastPeriod

YEARS = 2  # behind the period that is looked at


@dataclass(frozen=True)
class LevelPoint:
    """One period of an area: `before` is the same one of the year before, as it was published."""

    period: PastPeriod
    level: Level
    before: Level | None

    @property
    def on_published(self) -> GrowthRate:
        """None of a period that is open: who is missing yet would count as a fall."""
        is_whole = self.before is not None and self.before.firms and not self.period.is_open
        return GrowthRate(self.level.now, self.before.now if self.before and is_whole else None)


def points_of(periods: Sequence[PastPeriod], level_of: Callable[[PastPeriod], Level]) -> list[LevelPoint]:
    """Those of which anything counts."""
    levels = {period.code: level_of(period) for period in periods}
    return [
        LevelPoint(period, levels[period.code], levels.get(year_before(period.code)))
        for period in periods
        if levels[period.code].firms
    ]


def year_before(code: PeriodCode) -> PeriodCode:
    return code.last_annual() if code.is_annual else code.year_ago()


def level_chart(points: Sequence[LevelPoint], figure: PicturedFigure, note: str) -> Chart:
    """The months by themselves, where the form tells them; else the level as it stands."""
    labels = [label_of(point.period, figure) for point in points]
    values = [point.level.month for point in points]
    kind = "当月" if figure.is_cumulative else ""
    return Chart(
        name="level",
        title=f"{kind}{figure.name}",
        labels=labels,
        series=(Series(f"{kind}{figure.name}", values, kind="bar"),),
        unit=figure.unit,
        note=f"{sum_of_months(figure)}{note}",
        kind="bars",
        marked=marked(points, figure),
        heads="报告期",
    )


def sum_of_months(figure: PicturedFigure) -> str:
    return "当月数为本月累计减表里填的上月累计，没有填上月累计的企业不计入。" if figure.is_cumulative else ""


def growth_chart(points: Sequence[LevelPoint], figure: PicturedFigure, note: str) -> Chart:
    so_far = "累计" if figure.is_cumulative else ""
    return Chart(
        name="growth",
        title=f"{figure.name}{so_far}同比增速",
        labels=[label_of(point.period, figure) for point in points],
        series=(
            Series(COMPARABLE, [point.level.growth.shown for point in points]),
            Series(ON_PUBLISHED, [point.on_published.shown for point in points], dashed=True),
        ),
        unit="%",
        note=(
            "同口径：计入的企业本期数比它们在本期表里填的上年数；按公布数：比上年同期公布的数，"
            f"图中第一年和未锁定的报告期没有。{note}"
        ),
        marked=marked(points, figure),
        provisional=[label for label, _ in marked(points, figure)],
        heads="报告期",
    )


def label_of(period: PastPeriod, figure: PicturedFigure) -> str:
    code = period.code
    if code.month is None:
        return f"{code.year}年{period.words}"
    months = f"1—{code.month}" if figure.is_first(code) and code.month > 1 else f"{code.month}"
    return f"{code.year}年{months}月{period.words}"


def marked(points: Sequence[LevelPoint], figure: PicturedFigure) -> list[tuple[str, str]]:
    """The periods that may still change."""
    return [(label_of(point.period, figure), "暂定，未锁定") for point in points if point.period.is_open]
