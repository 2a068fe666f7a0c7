"""A period's totals on a page: one table of one area, and one indicator over the districts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.core.cache import cache
from django.http import HttpRequest

from forms_tables.edition.catalog import Indicator, Table
from reporting.models import Period
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.pages.grid import most_common_unit, show
from reporting.totals.aggregation import (
    AreaSummary,
    Summary,
    after_lock_in_words,
    imported_in_words,
    mark_of_totals,
    reopened_in_words,
    summarise,
)
from reporting.totals.history import (
    ImportedPeriod,
    imported_periods,
    mark_of_history,
    summarise_history,
)

KEPT = 600  # seconds


@dataclass(frozen=True)
class AskedTotals:
    period: Period | ImportedPeriod
    summary: Summary


@dataclass(frozen=True)
class TotalRow:
    indicator: Indicator
    unit: str
    cells: tuple[str | None, ...]  # None: the row has no such total
    filled: int  # firms that filled the first column


@dataclass(frozen=True)
class TotalTable:
    table: Table
    area: AreaSummary
    unit: str
    rows: tuple[TotalRow, ...]

    @property
    def reopened(self) -> str:
        return reopened_in_words(self.area.coverage)

    @property
    def after_lock(self) -> str:
        return after_lock_in_words(self.area.coverage.filed_after_lock)

    @property
    def imported(self) -> str:
        return imported_in_words(self.area.coverage)

    @property
    def firms(self) -> int:
        return self.area.totals.firms[self.table.code]


@dataclass(frozen=True)
class DistrictRow:
    area: AreaSummary
    shown: str
    share: str  # of the city's total, in percent


def summary_at_hand(period: Period, at: datetime, include_submitted: bool = False) -> Summary:
    """The period's totals, kept while nothing they rest on changes: turning from table to table adds nothing up
    again."""
    place = f"totals-{period.code}-{include_submitted}"
    return at_hand(place, mark_of_totals(period), lambda: summarise(period, at, include_submitted))


def history_at_hand(period: ImportedPeriod, at: datetime) -> Summary:
    mark = mark_of_history(period.parsed)
    return at_hand(f"totals-{period.code}-imported", mark, lambda: summarise_history(period.parsed, at))


def at_hand(place: str, mark: str, add_up: Callable[[], Summary]) -> Summary:
    kept = cache.get(place)
    if kept is None or kept[0] != mark:
        kept = (mark, add_up())
        cache.set(place, kept, KEPT)
    return kept[1]


def asked_for(request: HttpRequest, at: datetime, include_submitted: bool = False) -> AskedTotals | None:
    """The period named by ?period=…, opened here or imported; without one the period in hand, or the newest imported
    while nothing was ever opened. None where there is neither."""
    imported = imported_periods()
    named = next((each for each in imported if each.code == request.GET.get("period")), None)
    if named is None:
        if period := asked_period(request, at.date()):
            return AskedTotals(period, summary_at_hand(period, at, include_submitted))
        named = next(iter(imported), None)
    return AskedTotals(named, history_at_hand(named, at)) if named else None


def periods_with_totals() -> list[Period | ImportedPeriod]:
    return [*periods_to_show(), *imported_periods()]


def tables_with_totals(summary: Summary) -> list[Table]:
    """The tables of this period in which something adds up."""
    tables = [table for table in summary.edition.tables if table.frequency == summary.period.frequency]
    return [table for table in tables if any(has_total(row) for row in table.indicators)]


def has_total(indicator: Indicator) -> bool:
    return any(indicator.adds_up_in(key) for key in indicator.columns)


def lay_out_totals(summary: Summary, area: AreaSummary, table: Table) -> TotalTable:
    unit = most_common_unit(table.indicators)
    rows = tuple(
        TotalRow(
            indicator,
            indicator.unit if indicator.unit != unit else "",
            tuple(_shown(area, indicator, column.key) for column in table.columns),
            area.totals.filled[f"{indicator.code}.{indicator.columns[0]}"],
        )
        for indicator in table.indicators
        if has_total(indicator)
    )
    return TotalTable(table, area, unit, rows)


def over_districts(summary: Summary, indicator: Indicator) -> list[DistrictRow]:
    """One indicator's main column, district by district, the largest first."""
    cell = f"{indicator.code}.{indicator.columns[0]}"
    whole = summary.city.cells.get(cell) or Decimal(0)
    amounts = sorted(summary.districts, key=lambda area: -(area.cells.get(cell) or Decimal(0)))
    return [
        DistrictRow(area, _shown(area, indicator, indicator.columns[0]) or "", _percent(area.cells.get(cell), whole))
        for area in amounts
    ]


def _shown(area: AreaSummary, indicator: Indicator, key: str) -> str | None:
    cell = f"{indicator.code}.{key}"
    if key not in indicator.columns or cell not in area.cells:
        return None
    return show(area.cells[cell], indicator.decimals_in(key))


def _percent(part: Decimal | None, whole: Decimal) -> str:
    if part is None or whole <= 0:
        return ""
    return f"{(part * 100 / whole).quantize(Decimal('0.1'), ROUND_HALF_UP)}"
