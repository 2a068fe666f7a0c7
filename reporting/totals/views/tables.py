"""A period's totals on a page: one table of one area, and one indicator over the districts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.http import HttpRequest

from accounts.models import District
from forms_tables.edition.catalog import Indicator, Table
from reporting.models import Period
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.pages.grid import most_common_unit, show
from reporting.totals.aggregation import AreaSummary, Summary, district_at_hand, summary_at_hand
from reporting.totals.at_hand import at_hand
from reporting.totals.coverage import after_lock_in_words, imported_in_words, reopened_in_words
from reporting.totals.frozen import release_at_hand, release_read_for, with_late_ones, with_list_of
from reporting.totals.handing_out import of_district
from reporting.totals.history import (
    ImportedPeriod,
    imported_periods,
    mark_of_history,
    summarise_history,
)
from reporting.totals.released import LeftOutShown, left_out_shown
from reporting.totals.rounding.shown import AS_FILED, MEASURES, MoneyMeasure, ShownTotals
from reporting.totals.tabulation.tables import growth_in_words


@dataclass(frozen=True)
class AskedTotals:
    period: Period | ImportedPeriod
    summary: Summary | None  # none where one district is asked for that is not in it
    whole: Summary | None = None  # the city's, where one district was cut out of it


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
    left_out: LeftOutShown

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
        return "".join(growth_in_words(self.table.indicators))

    @property
    def firms(self) -> int:
        return self.area.totals.firms[self.table.code]


@dataclass(frozen=True)
class DistrictRow:
    area: AreaSummary
    shown: str
    share: str  # of the city's total, in percent


def totals_at_hand(period: Period, at: datetime, include_submitted: bool = False) -> Summary:
    """Of a locked period its newest release; else what adds up now."""
    return _released_at_hand(period, include_submitted) or summary_at_hand(period, at, include_submitted)


def district_totals_at_hand(period: Period, at: datetime, district: District) -> Summary | None:
    """The city's release where there is one; else the district's own, without the city's."""
    return _released_at_hand(period) or district_at_hand(period, at, district)


def _released_at_hand(period: Period, include_submitted: bool = False) -> Summary | None:
    release = None if include_submitted else release_read_for(period.code)
    return with_late_ones(with_list_of(release_at_hand(release), release), period) if release else None


def history_at_hand(period: ImportedPeriod, at: datetime) -> Summary:
    mark = mark_of_history(period.parsed)
    return at_hand(f"totals-{period.code}-imported", mark, lambda: summarise_history(period.parsed, at))


def asked_for(request: HttpRequest, at: datetime, include_submitted: bool = False) -> AskedTotals | None:
    """The period named by ?period=…, opened here or imported; without one the period in hand, or the newest imported
    while nothing was ever opened. None where there is neither."""
    return _asked_for(request, at, lambda period: totals_at_hand(period, at, include_submitted))


def asked_of_district(request: HttpRequest, at: datetime, district: District) -> AskedTotals | None:
    """The same of one district alone, without a summary where it owes nothing: what may be shown at its own desk."""
    asked = _asked_for(request, at, lambda period: district_totals_at_hand(period, at, district))
    if asked and asked.summary and not asked.summary.is_of_one_district:
        return AskedTotals(asked.period, of_district(asked.summary, district.code), asked.summary)
    return asked


def _asked_for(
    request: HttpRequest, at: datetime, summarised: Callable[[Period], Summary | None]
) -> AskedTotals | None:
    imported = imported_periods()
    named = next((each for each in imported if each.code == request.GET.get("period")), None)
    if named is None:
        if period := asked_period(request, at.date()):
            return AskedTotals(period, summarised(period))
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


def measure_asked(request: HttpRequest) -> MoneyMeasure:
    return MEASURES.get(request.GET.get("unit", ""), AS_FILED)


def lay_out_totals(shown: ShownTotals, area: AreaSummary, table: Table) -> TotalTable:
    unit = most_common_unit(table.indicators)
    rows = tuple(
        TotalRow(
            indicator,
            shown.unit(indicator) if indicator.unit != unit else "",
            tuple(_shown(shown, area, indicator, column.key) for column in table.columns),
            area.totals.filled[f"{indicator.code}.{indicator.columns[0]}"],
        )
        for indicator in table.indicators
        if has_total(indicator)
    )
    return TotalTable(table, area, shown.note(unit), rows, left_out_of(shown.summary, area))


def left_out_of(summary: Summary, area: AreaSummary) -> LeftOutShown:
    firms = [firm for firm in summary.left_out if area.code in ("", firm.district)]
    return left_out_shown(firms, area.coverage.revenue_owed, summary.revenue_basis)


def over_districts(shown: ShownTotals, indicator: Indicator) -> list[DistrictRow]:
    """One indicator's main column, district by district, the largest first."""
    summary = shown.summary
    cell = f"{indicator.code}.{indicator.columns[0]}"
    whole = summary.city.cells.get(cell) or Decimal(0)
    amounts = sorted(summary.districts, key=lambda area: -(area.cells.get(cell) or Decimal(0)))
    return [
        DistrictRow(
            area,
            _shown(shown, area, indicator, indicator.columns[0]) or "",
            _percent(area.cells.get(cell), whole) if area.totals.filled[cell] else "",
        )
        for area in amounts
    ]


def _shown(shown: ShownTotals, area: AreaSummary, indicator: Indicator, key: str) -> str | None:
    cell = f"{indicator.code}.{key}"
    if key not in indicator.columns or cell not in area.cells:
        return None
    return show(shown.figure(area, cell), shown.decimals(indicator, key))


def _percent(part: Decimal | None, whole: Decimal) -> str:
    if part is None or whole <= 0:
        return ""
    return f"{(part * 100 / whole).quantize(Decimal('0.1'), ROUND_HALF_UP)}"
