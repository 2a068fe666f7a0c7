"""Last period and last year beside this one: where the form has no column for them, from the totals of that period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms_tables.edition.catalog import Edition, Indicator, Table
from forms_tables.edition.continuity import counterparts
from forms_tables.edition.shape import column_carrying, is_questionnaire, own_column
from forms_tables.notation.decimals import growth
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.breaks import THEN
from reporting.totals.history import summary_of
from reporting.totals.rounding.shown import ShownTotals

LAST_YEAR = {"month": "year_ago", "annual": "last_annual"}
BESIDE = {"month": ("year_ago", "prev"), "annual": ("last_annual",)}


@dataclass(frozen=True)
class ColumnBefore:
    """What stood in a column in an earlier period, where the form does not ask for it."""

    word: str
    key: str
    label: str


def columns_before(edition: Edition, table: Table) -> list[ColumnBefore]:
    found = []
    for column in table.columns:
        rows = [row for row in table.indicators if column.key in row.columns and row.adds_up_in(column.key)]
        if rows and not column.carry and not column.auto and not is_questionnaire(table):
            unsaid = [word for word in BESIDE[table.frequency] if not column_carrying(rows[0], word, column.key)]
            found += [ColumnBefore(word, column.key, f"{THEN[word]}{column.label}") for word in unsaid]
    return found


def totals_before(summary: Summary) -> Mapping[str, Summary]:
    """Of the periods that the forms of this one say nothing about, by the notation's word."""
    tables = [table for table in summary.edition.tables if table.frequency == summary.period.frequency]
    words = {column.word for table in tables for column in columns_before(summary.edition, table)}
    behind = {word: base for word in sorted(words) if (base := summary.period.behind(word))}
    found = {word: summary_of(base.code, summary.at) for word, base in behind.items()}
    return {word: then for word, then in found.items() if then}


@dataclass(frozen=True)
class Figure:
    exact: Decimal
    shown: Decimal


@dataclass(frozen=True)
class PaperFigures:
    """What stands in a cell of the package, for this period and those before it."""

    now: ShownTotals
    earlier: Mapping[str, ShownTotals]

    def filled(self, area: AreaSummary, cell: str) -> Figure | None:
        return filled_in(self.now, area, cell)

    def before(self, area: AreaSummary, row: Indicator, column: ColumnBefore) -> Figure | None:
        """The same figure then: as the form holds it, or as that period was totalled."""
        if behind := column_carrying(row, column.word, column.key):
            return self.filled(area, f"{row.code}.{behind}")
        then = self.earlier.get(column.word)
        if then is None:
            return None
        code = counterparts(self.now.summary.edition, then.summary.edition).get(row.code)
        areas = (then.summary.city, *then.summary.districts)
        area_then = next((each for each in areas if each.code == area.code), None)
        return filled_in(then, area_then, f"{code}.{column.key}") if code and area_then else None

    def growth(self, area: AreaSummary, row: Indicator, key: str) -> Decimal | None:
        """Over last year, from totals that were not rounded."""
        last_year = ColumnBefore(LAST_YEAR[self.now.summary.period.frequency], key, "")
        now, then = self.filled(area, f"{row.code}.{key}"), self.before(area, row, last_year)
        return None if now is None or then is None else growth(now.exact, then.exact)

    def worked_out(self, area: AreaSummary, row: Indicator, key: str) -> Decimal | None:
        """What the form computes of the row's own figure, growth for one; nothing where nobody filled that."""
        is_filled = area.totals.filled[f"{row.code}.{own_column(row)}"]
        return area.cells.get(f"{row.code}.{key}") if is_filled else None


def filled_in(shown: ShownTotals, area: AreaSummary, cell: str) -> Figure | None:
    exact, figure = area.cells.get(cell), shown.figure(area, cell)
    if exact is None or figure is None:
        return None
    return Figure(exact, figure)
