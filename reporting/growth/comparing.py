"""Both growths of one figure of one period: on what was published last year, and on a comparable base."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Enterprise
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition, Indicator
from forms_tables.edition.continuity import cells_before
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import column_carrying, so_far_cell
from reporting.cuts.cutting import CannotCut, Cut, check, period_of
from reporting.growth.bridge import Bridge, FirmPair, GrowthRate, Mover, bridges, figure_of, movers, paired
from reporting.growth.figures import FirmRow, PeriodFigures, figures_of
from reporting.growth.months import (
    NO_MONTH_BEFORE,
    NOTHING_BEFORE,
    SO_FAR,
    TWO_MONTHS,
    MonthReading,
    Months,
    months_of,
    said_before,
    values_by_firm,
)
from reporting.models import Filing
from reporting.models.standing import COUNTED_AS_OWED, IN_ITS_PERIOD
from reporting.totals.adding_up import EXACT, ZERO, applies_in
from reporting.totals.breaks import edition_of

DISTRICT = "district"


@dataclass(frozen=True)
class ComparedCells:
    """A figure of the form and what stands beside it: last year's as the firm says it now, the sum so far."""

    own: str
    then: str
    so_far: str  # nothing in an annual table

    @property
    def asked(self) -> tuple[str, ...]:
        return (self.own, self.then, self.so_far or self.own)


@dataclass(frozen=True)
class AskedGrowth:
    """What is compared: a period (code), a cell of its tables, a dimension of the cuts or none, one district or all."""

    period: str
    cell: str = ""  # the headline figure where none is named
    by: str = ""
    within: str = ""


@dataclass(frozen=True)
class Compared:
    asked: AskedGrowth
    period: PeriodCode
    edition: Edition
    cells: ComparedCells
    then: PeriodCode
    no_then: str  # why nothing that was published can be compared with
    no_base: str  # why there is no comparable base either
    whole: Bridge
    groups: Mapping[str, Bridge]
    months: Months | None
    pairs: Mapping[int, FirmPair]

    @property
    def indicator(self) -> Indicator:
        return self.edition.indicator(CellAddress.parse(self.cells.own).code)

    def bridge(self, group: str | None) -> Bridge:
        return self.whole if group is None else self.groups.get(group, Bridge())

    def on_published(self, bridge: Bridge) -> GrowthRate:
        return GrowthRate(bridge.level, None, self.no_then) if self.no_then else bridge.on_published

    def comparable(self, bridge: Bridge) -> GrowthRate:
        return GrowthRate(bridge.level, None, self.no_base) if self.no_base else bridge.comparable

    def movers(self, group: str | None) -> list[Mover]:
        if self.no_base:
            return []
        within, has_then = self.asked.within, not self.no_then
        return movers(self.pairs, self.bridge(group), group=group, within=within, has_then=has_then)


def compare(asked: AskedGrowth) -> Compared:
    """Raises CannotCut where the period, the cell or the dimension is none."""
    period, edition = period_of(asked.period)
    cells = cells_to_compare(asked, edition, period)
    then = period.last_annual() if period.is_annual else period.year_ago()
    before, no_then, no_base = figures_then(asked, edition, then, cells.own)
    now = figures_of(period, edition, edition, cells.asked, asked.by)
    counted_firms = set(now.frame["firm"])
    if asked.within:  # of the others' firms nothing is read
        firms = now.firms_in(asked.within) | (before.firms_in(asked.within) if before else set())
        now, before = now.of_firms(firms), before and before.of_firms(firms)
    by_district = bool(asked.within) or asked.by == DISTRICT
    rows, rows_then = now.rows(by_district), before.rows(by_district) if before else []
    if now.is_imported:
        rows = with_what_stood(rows, rows_then, 1)
    pairs = paired(rows, rows_then, missing_firms(period, counted_firms))
    whole, groups = bridges(pairs, asked.within)
    months = months_in(asked, edition, period, cells, rows, now.is_imported)
    return Compared(asked, period, edition, cells, then, no_then, no_base, whole, groups, months, pairs)


def missing_firms(period: PeriodCode, counted_firms: Collection[int]) -> set[int]:
    """Who owes the period and of whom nothing counts: it has not left, its filing is not in."""
    kept = Enterprise.objects.kept_entries()
    owing = Filing.objects.filter(IN_ITS_PERIOD, COUNTED_AS_OWED, period=period.code)
    return {kept.get(entry, entry) for entry in owing.values_list("enterprise", flat=True)}.difference(counted_firms)


def looking_back(period: PeriodCode) -> str:
    return "last_annual" if period.is_annual else "year_ago"


def cells_to_compare(asked: AskedGrowth, edition: Edition, period: PeriodCode) -> ComparedCells:
    own = asked.cell or edition.platform.headline(period.frequency)
    if not own:
        raise CannotCut(f"{edition.title}没有指定主要指标：请选定一个指标。")
    check(Cut((asked.period,), by=(asked.by,) if asked.by else (), show=(own,)), edition, period)
    found = next((cells for _, cells in comparable_cells(edition, period) if cells.own == own), None)
    if found is None:
        raise CannotCut(f"“{own}”（{edition.place_of(own)}）不能计算同比：请选{period.label}各表中本期数的一格。")
    return found


def comparable_cells(edition: Edition, period: PeriodCode) -> list[tuple[Indicator, ComparedCells]]:
    """The figures of a period's tables that have last year's beside them, in the order of the forms."""
    rows = (row for table in edition.tables if table.frequency == period.frequency for row in table.indicators)
    found = []
    for row in rows:
        for key in row.columns:
            then = column_carrying(row, looking_back(period), key)
            if then and row.adds_up_in(key):
                own = f"{row.code}.{key}"
                found.append((row, ComparedCells(own, f"{row.code}.{then}", so_far_cell(edition, own))))
    return found


def figures_then(
    asked: AskedGrowth, edition: Edition, then: PeriodCode, cell: str
) -> tuple[PeriodFigures | None, str, str]:
    """What counted last year; where nothing can be compared with it, why, and why not with the firms' own figures."""
    before = edition_of(then)
    if before and before.family != edition.family and cell not in cells_before(edition, before):
        why = f"{before.title}中没有可比的指标，不计算同比"
        return None, why, why
    try:
        _, before = period_of(then.code)
    except CannotCut:
        return None, f"没有{then.label}的汇总，不能按公布数计算", ""
    return figures_of(then, before, edition, [cell], asked.by), "", ""


def months_in(
    asked: AskedGrowth,
    edition: Edition,
    period: PeriodCode,
    cells: ComparedCells,
    rows: Sequence[FirmRow],
    is_imported: bool,
) -> Months | None:
    """The month by itself; None for an annual and for what has no month before beside it."""
    if not cells.so_far:
        return None
    reading, last = how_to_read(edition, period, cells), period.previous()
    if reading.is_first or last is None:
        why = NO_MONTH_BEFORE if reading.is_cumulative else NOTHING_BEFORE
        return months_of(rows, reading, {}, why, asked.within)
    before, why = month_before(edition, last, cells, {row.firm for row in rows})
    if is_imported:
        rows = with_what_stood(rows, before, SO_FAR)
    if not reading.is_cumulative:
        return months_of(rows, reading, said_before(rows), "", asked.within)
    reading_then = how_to_read(edition, last, cells)
    if reading_then.is_first:
        why = TWO_MONTHS
    return months_of(rows, reading, values_by_firm(before, reading_then), why, asked.within)


def how_to_read(edition: Edition, period: PeriodCode, cells: ComparedCells) -> MonthReading:
    at = CellAddress.parse(cells.so_far)
    row = edition.indicator(at.code)
    is_first = not applies_in(edition, period, row, row.column(at.column))
    return MonthReading(is_cumulative=row.nature == "累计", is_first=is_first)


def month_before(
    edition: Edition, last: PeriodCode, cells: ComparedCells, firms: set[int]
) -> tuple[list[FirmRow], str]:
    """The rows of the month before, of these firms; or why there are none."""
    try:
        _, before = period_of(last.code)
    except CannotCut:
        return [], f"没有{last.label}的汇总，不计算环比"
    return figures_of(last, before, edition, cells.asked).of_firms(firms).rows(by_district=False), ""


def with_what_stood(rows: Sequence[FirmRow], earlier: Sequence[FirmRow], position: int) -> list[FirmRow]:
    """Files of past periods seldom repeat what was filed before: it is taken from what stands of that, as a form takes
    it (reporting.totals.history)."""
    stood: dict[int, Decimal] = {}
    for row in earlier:
        if row.figures[0] is not None:
            stood[row.firm] = EXACT.add(stood.get(row.firm, ZERO), figure_of(row))
    return [
        row
        if row.figures[position] is not None or row.firm not in stood
        else row._replace(figures=(*row.figures[:position], stood[row.firm], *row.figures[position + 1 :]))
        for row in rows
    ]
