"""A period's totals on a page: one table of one area, and one indicator over the districts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.models import District
from forms_tables.edition.catalog import Indicator, Table
from reporting.models import Period
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.pages.downloads import workbook_answer
from reporting.pages.grid import most_common_unit, show
from reporting.totals.aggregation import AreaSummary, Summary, district_at_hand, summarise, summary_at_hand
from reporting.totals.coverage import after_lock_in_words, imported_in_words, reopened_in_words
from reporting.totals.history import (
    ImportedPeriod,
    imported_period,
    imported_periods,
    mark_of_history,
    summarise_history,
)
from reporting.totals.tabulation import write_summary
from reporting.totals.tabulation.tables import growth_in_words

KEPT = 600  # seconds


@dataclass(frozen=True)
class AskedTotals:
    period: Period | ImportedPeriod
    summary: Summary | None  # none where one district is asked for that is not in it


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
    def growth(self) -> str:
        return "".join(growth_in_words(self.table))

    @property
    def firms(self) -> int:
        return self.area.totals.firms[self.table.code]


@dataclass(frozen=True)
class DistrictRow:
    area: AreaSummary
    shown: str
    share: str  # of the city's total, in percent


def history_at_hand(period: ImportedPeriod, at: datetime) -> Summary:
    """Kept while nothing it rests on changes: turning from table to table adds nothing up again."""
    place, mark = f"totals-{period.code}-imported", mark_of_history(period.parsed)
    kept = cache.get(place)
    if kept is None or kept[0] != mark:
        kept = (mark, summarise_history(period.parsed, at))
        cache.set(place, kept, KEPT)
    return kept[1]


def asked_for(request: HttpRequest, at: datetime, include_submitted: bool = False) -> AskedTotals | None:
    """The period named by ?period=…, opened here or imported; without one the period in hand, or the newest imported
    while nothing was ever opened. None where there is neither."""
    return _asked_for(request, at, lambda period: summary_at_hand(period, at, include_submitted))


def asked_of_district(request: HttpRequest, at: datetime, district: District) -> AskedTotals | None:
    """The same of one district alone, without a summary where it owes nothing: what may be shown at its own desk."""
    asked = _asked_for(request, at, lambda period: district_at_hand(period, at, district))
    if asked and asked.summary and asked.summary.is_imported:
        return AskedTotals(asked.period, of_district(asked.summary, district.code))
    return asked


def _asked_for(
    request: HttpRequest, at: datetime, summary_of: Callable[[Period], Summary | None]
) -> AskedTotals | None:
    imported = imported_periods()
    named = next((each for each in imported if each.code == request.GET.get("period")), None)
    if named is None:
        if period := asked_period(request, at.date()):
            return AskedTotals(period, summary_of(period))
        named = next(iter(imported), None)
    return AskedTotals(named, history_at_hand(named, at)) if named else None


def fresh_summary(code: str, at: datetime, include_submitted: bool = False) -> Summary:
    """For a workbook, which lists single firms as they are called today."""
    if imported := imported_period(code):
        return summarise_history(imported.parsed, at)
    return summarise(get_object_or_404(Period, pk=code), at, include_submitted)


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


def of_district(summary: Summary, code: str) -> Summary | None:
    """The same summary of one district alone: what may leave for that district's own desk. None where it is neither
    valid then nor owed anything."""
    area = next((area for area in summary.districts if area.code == code), None)
    if area is None:
        return None
    filings = tuple(listed for listed in summary.filings if listed.district == code)
    return replace(summary, city=area, districts=(area,), filings=filings)


def workbook_response(summary: Summary, name: str, at: datetime) -> HttpResponse:
    """The .xlsx as a download, named for the person's folder and dated when it is written: totals may be kept ones."""
    out = BytesIO()
    write_summary(replace(summary, at=at), out)
    return workbook_answer(out.getvalue(), f"{name}.xlsx")


def _shown(area: AreaSummary, indicator: Indicator, key: str) -> str | None:
    cell = f"{indicator.code}.{key}"
    if key not in indicator.columns or cell not in area.cells:
        return None
    return show(area.cells[cell], indicator.decimals_in(key))


def _percent(part: Decimal | None, whole: Decimal) -> str:
    if part is None or whole <= 0:
        return ""
    return f"{(part * 100 / whole).quantize(Decimal('0.1'), ROUND_HALF_UP)}"
