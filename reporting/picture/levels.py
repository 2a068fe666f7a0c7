"""What one figure of the forms comes to in each district, period after period: of a locked period out of the rows its
newest release froze, of an open one out of what counts now. What a period comes to is kept under its mark, so that two
years of months are added up once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce

import polars as pl

from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns.scaling import ScaledColumns
from reporting.city_columns.sums import groups_of, parted, summed, there
from reporting.growth.bridge import GrowthRate
from reporting.growth.comparing import ComparedCells, how_to_read
from reporting.growth.figures import PeriodFigures, figures_of
from reporting.growth.months import MonthReading
from reporting.models import Period, Release
from reporting.models.history import IMPORTED
from reporting.picture.marks import kept_under
from reporting.totals.adding_up import EXACT, ZERO
from reporting.totals.breaks import edition_of
from reporting.totals.from_columns import BY
from reporting.totals.history import imported_periods

MONTH_NOW, MONTH_BEFORE = "of the month now", "of the month before"


@dataclass(frozen=True)
class Level:
    """`then` is last year's figure as the firms that count now say it, `month` the month by itself of those that say
    what they had the month before; both None where nobody does. `firms` have a figure."""

    now: Decimal = ZERO
    then: Decimal | None = None
    month: Decimal | None = None
    firms: int = 0

    def __add__(self, other: Level) -> Level:
        return Level(
            EXACT.add(self.now, other.now),
            _sum(self.then, other.then),
            _sum(self.month, other.month),
            self.firms + other.firms,
        )

    @property
    def growth(self) -> GrowthRate:
        """同口径: on what the same firms had."""
        return GrowthRate(self.now, self.then)


Levels = Mapping[str, Level]  # by district


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return one if other is None else other if one is None else EXACT.add(one, other)


def together(levels: Levels, within: str = "") -> Level:
    """Of the city, or of one district alone."""
    return levels.get(within, Level()) if within else reduce(Level.__add__, levels.values(), Level())


@dataclass(frozen=True)
class PastPeriod:
    """A period there is something of, and what its level rests on: a release, what counts now, or imported history."""

    code: PeriodCode
    is_open: bool = False
    release: Release | None = None
    is_imported: bool = False

    @property
    def words(self) -> str:
        return f"（{IMPORTED}）" if self.is_imported else "（暂定）" if self.is_open else ""


def periods_until(last: PeriodCode, years: int) -> list[PastPeriod]:
    """Those of its frequency from so many years before it on, itself the last."""
    first = PeriodCode(last.year - years, last.month)

    def is_shown(code: PeriodCode) -> bool:
        return code.frequency == last.frequency and first <= code <= last

    opened = dict(Period.objects.values_list("code", "state"))
    codes = {code: state for code, state in opened.items() if is_shown(PeriodCode.parse_any(code))}
    light = Release.objects.filter(period__in=codes).order_by("number").only("period_id", "number", "frozen_digest")
    releases = {release.period_id: release for release in light}
    found = []
    for code, state in codes.items():
        is_open = state == Period.OPEN
        found.append(PastPeriod(PeriodCode.parse_any(code), is_open, None if is_open else releases.get(code)))
    imported = [each.parsed for each in imported_periods() if is_shown(each.parsed)]
    found += [PastPeriod(code, is_imported=True) for code in imported]
    return sorted(found, key=lambda period: period.code)


def levels_of(period: PastPeriod, named_by: Edition, cells: ComparedCells, mark: str, place: str = "") -> Levels:
    """Of all districts, kept under `mark`, which was just asked for; at a place of its own where it is the mark of one
    district."""
    at = f"{period.code}-{cells.own}{place}"
    return kept_under(at, f"{named_by.digest}/{mark}", lambda: _added_up(period.code, named_by, cells))


def _added_up(code: PeriodCode, named_by: Edition, cells: ComparedCells) -> dict[str, Level]:
    asked = tuple(dict.fromkeys(cells.asked))
    found = figures_of(code, edition_of(code) or named_by, named_by, asked, fresh=False)
    reading = how_to_read(named_by, code, cells) if cells.so_far else MonthReading(False, False)
    return sums_by_district(found, cells, reading)


def sums_by_district(found: PeriodFigures, cells: ComparedCells, reading: MonthReading) -> dict[str, Level]:
    plain, odd = parted(found.frame)
    scales = dict(found.scales)
    is_sum_so_far = reading.is_cumulative and not reading.is_first
    if is_sum_so_far and {cells.own, cells.so_far} <= set(plain.columns):
        is_said = pl.col(cells.own).is_not_null() & pl.col(cells.so_far).is_not_null()
        months = {MONTH_NOW: cells.own, MONTH_BEFORE: cells.so_far}
        plain = plain.with_columns(pl.when(is_said).then(pl.col(cell)).alias(name) for name, cell in months.items())
        scales |= {name: scales[cell] for name, cell in months.items()}
    wanted = [cells.own, cells.then, *((MONTH_NOW, MONTH_BEFORE) if is_sum_so_far else ())]
    asked = there(ScaledColumns(plain, scales), list(dict.fromkeys(wanted)))
    levels = {}
    for (district,), _, sums, counts in groups_of(summed(plain, BY, asked), BY, asked, scales):
        now, then = (sums[cell] if cell in asked else None for cell in (cells.own, cells.then))
        month = _less(sums, MONTH_NOW, MONTH_BEFORE) if is_sum_so_far else now
        levels[district] = Level(now or ZERO, then, month, counts[cells.own] if cells.own in asked else 0)
    for district, level in _one_by_one(replace(found, frame=odd), cells, reading):
        levels[district] = levels.get(district, Level()) + level
    return levels


def _less(sums: Mapping[str, Decimal | None], now: str, before: str) -> Decimal | None:
    if now not in sums:
        return None
    value, so_far = sums[now], sums[before]
    return None if value is None or so_far is None else EXACT.subtract(value, so_far)


def _one_by_one(odd: PeriodFigures, cells: ComparedCells, reading: MonthReading) -> Iterator[tuple[str, Level]]:
    """What no column holds."""
    places = [odd.cells.index(cell) for cell in cells.asked]
    for row in odd.rows(by_district=True):
        row = row._replace(figures=tuple(row.figures[place] for place in places))
        now, then, _ = row.figures
        yield row.district, Level(now or ZERO, then, reading.value_of(row), int(now is not None))
