"""Month values out of figures that are sums since January, and 环比 of those; for other figures of the month itself.

What a firm did in a month is its sum so far less the one of the month before, both as it says them in this month's
form. The first form of a year has no month before: February's value is of two months, and nothing is compared with it.
A firm whose form does not say the month before has no month value: it is counted and left out, never taken for 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from reporting.growth.bridge import GrowthRate, figure_of, paired
from reporting.growth.figures import FirmRow
from reporting.totals.adding_up import EXACT, ZERO

TWO_MONTHS = "上月为1—2月两个月的合计，不计算环比"
NO_MONTH_BEFORE = "本期表式没有上期累计（2月为1—2月合计），不计算环比"
NOTHING_BEFORE = "本期表式没有上期数，不计算环比"
SO_FAR = 2  # which of a row's figures: this year's so far, last year's, that of the month before


@dataclass
class MonthFigures:
    """The month in one group, or in all of them."""

    value: Decimal = ZERO
    firms: int = 0
    unknown: int = 0  # firms that do not say the month before
    unknown_level: Decimal = ZERO  # what they have so far
    same_now: Decimal = ZERO  # of the firms of which both months are known
    same_before: Decimal = ZERO
    same: int = 0

    def add(self, so_far: Decimal, value: Decimal | None, before: Decimal | None, has_both: bool) -> None:
        """One row: `before` is the month before of a firm of which `has_both`, with one of its rows alone."""
        if value is None:
            self.unknown += 1
            self.unknown_level += so_far
            return
        self.value += value
        self.firms += 1
        if has_both:
            self.same_now += value
        if before is not None:
            self.same += 1
            self.same_before += before

    def rate(self, why_none: str) -> GrowthRate:
        return GrowthRate(
            self.same_now, None if why_none or not self.same else self.same_before, why_none or "没有上月的数"
        )


@dataclass(frozen=True)
class MonthReading:
    """How a period's rows are to be read: whether its figures are sums since January, and whether it is the first form
    of its year, that has no month before."""

    is_cumulative: bool
    is_first: bool

    def value_of(self, row: FirmRow) -> Decimal | None:
        now, so_far = row.figures[0], row.figures[SO_FAR]
        if now is None or not self.is_cumulative or self.is_first:
            return now
        return None if so_far is None else EXACT.subtract(now, so_far)


@dataclass(frozen=True)
class Months:
    whole: MonthFigures
    groups: Mapping[str, MonthFigures]
    why_none: str  # why there is no 环比 for anybody
    is_cumulative: bool  # otherwise the level is the month's own figure

    def rate(self, group: str | None) -> GrowthRate:
        return self.of(group).rate(self.why_none)

    def of(self, group: str | None) -> MonthFigures:
        return self.whole if group is None else self.groups.get(group, MonthFigures())


def values_by_firm(rows: Iterable[FirmRow], reading: MonthReading) -> dict[int, Decimal]:
    """The month value of each firm that has one."""
    found: dict[int, Decimal | None] = {}
    for row in rows:
        if row.figures[0] is None:
            continue
        value, so_far = reading.value_of(row), found.get(row.firm, ZERO)
        found[row.firm] = None if value is None or so_far is None else EXACT.add(so_far, value)
    return {firm: value for firm, value in found.items() if value is not None}


def said_before(rows: Iterable[FirmRow]) -> dict[int, Decimal]:
    """What each firm's form says of the month before, where that is a figure of the month itself."""
    itself = MonthReading(is_cumulative=False, is_first=False)
    return values_by_firm((row._replace(figures=(row.figures[SO_FAR], None, None)) for row in rows), itself)


def months_of(
    rows: Sequence[FirmRow], reading: MonthReading, before: Mapping[int, Decimal], why_none: str, within: str
) -> Months:
    """The month's figures; `before` is the value of each firm in the month before it."""
    whole, groups = MonthFigures(), defaultdict[str, MonthFigures](MonthFigures)
    both = before.keys() & values_by_firm(rows, reading).keys()
    with localcontext(EXACT):
        for firm, pair in paired([row for row in rows if row.figures[0] is not None], []).items():
            home = pair.home
            for row in pair.now:
                if within in ("", row.place.district):
                    then = before[firm] if firm in both and row is home else None
                    for figures in (whole, groups[row.place.group]):
                        figures.add(figure_of(row), reading.value_of(row), then, firm in both)
    return Months(whole, dict(groups), why_none, reading.is_cumulative)
