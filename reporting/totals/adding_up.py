"""Adding up submissions: the totals of a district and of the city, exact to the last digit.

Blank is not zero: what a firm left blank adds nothing and is not counted among those who filled the cell. The total
of a cell that nobody filled is 0 all the same: a total says how much was reported, and beside it stands by how many.
Growth is worked out again from the totals; what does not add up (a percentage, a coefficient) has no total, nor has
环比 where it would divide two sums since January.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from functools import lru_cache

from forms_tables.edition.catalog import Column, Edition, Indicator
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import divides_running_totals
from forms_tables.filling.completion import PRECISION
from forms_tables.notation.decimals import Blank, Decimals, JudgeFunction, Reading, chosen_codes
from forms_tables.notation.names import TextScope
from forms_tables.notation.trees import parse, walk

ZERO = Decimal(0)
# Wide enough that adding never rounds; should it ever, that must be loud.
EXACT = Context(prec=60, traps=[Inexact])
WORKED_OUT = Context(prec=PRECISION)  # as a form works its cells out: a growth may have more digits than its base
CODE_KINDS = frozenset({"code", "codes", "yes_no"})


@dataclass
class AreaTotals:
    """What the submissions of one area add up to; keys are cells ("2020.c1")."""

    figures: dict[str, Decimal] = field(default_factory=dict)
    filled: Counter[str] = field(default_factory=Counter)  # cell → firms that filled it
    firms: Counter[str] = field(default_factory=Counter)  # table → firms that filed it
    choices: dict[str, Counter[str]] = field(default_factory=dict)  # cell → code → firms that chose it

    def add(self, other: AreaTotals) -> None:
        for key, figure in other.figures.items():
            self.figures[key] = self.figures.get(key, ZERO) + figure
        self.filled.update(other.filled)
        self.firms.update(other.firms)
        for key, counts in other.choices.items():
            self.choices.setdefault(key, Counter()).update(counts)

    def add_exactly(self, other: AreaTotals) -> None:
        """Outside a context that never rounds."""
        with localcontext(EXACT):
            self.add(other)


Frozen = tuple[str, Mapping[str, str], Iterable[str]]  # district code, frozen values, codes of its tables


def add_up(edition: Edition, submissions: Iterable[Frozen]) -> dict[str, AreaTotals]:
    """The totals of each district that filed; reads the submissions once and keeps none of them."""
    added = cells_that_add_up(edition)
    chosen = cells_to_choose(edition)
    districts: dict[str, AreaTotals] = {}
    with localcontext(EXACT):
        for district, values, tables in submissions:
            area = districts.setdefault(district, AreaTotals())
            area.firms.update(tables)
            figures, filled = area.figures, area.filled
            for key, text in values.items():
                if key in added:
                    if (figure := figure_of(text)) is not None:
                        figures[key] = figures.get(key, ZERO) + figure
                        filled[key] += 1
                elif key in chosen and text:
                    area.choices.setdefault(key, Counter()).update(chosen_codes(text))
    return districts


def figure_of(text: str | None) -> Decimal | None:
    """A recorded cell as a figure; None where it is blank, or text: a row may have become a figure with a revision."""
    try:
        figure = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return figure if figure is not None and figure.is_finite() else None


def add_areas(areas: Iterable[AreaTotals]) -> AreaTotals:
    city = AreaTotals()
    with localcontext(EXACT):
        for area in areas:
            city.add(area)
    return city


@lru_cache(maxsize=64)
def cells_that_add_up(edition: Edition) -> frozenset[str]:
    return frozenset(
        f"{indicator.code}.{key}"
        for indicator in edition.indicators.values()
        for key in indicator.columns
        if indicator.adds_up_in(key)
    )


@lru_cache(maxsize=64)
def cells_to_choose(edition: Edition) -> frozenset[str]:
    """Cells whose answers can be counted: a code of a list, or yes and no."""
    return frozenset(
        f"{indicator.code}.{key}"
        for indicator in edition.indicators.values()
        for key in indicator.columns
        if indicator.kind_in(key) in CODE_KINDS
    )


def in_order(edition: Edition, frequency: str, cells: Container[str]) -> list[str]:
    """Those of the cells that stand in the tables of a frequency, in the order of the form."""
    tables = [table for table in edition.tables if table.frequency == frequency]
    named = (f"{row.code}.{key}" for table in tables for row in table.indicators for key in row.columns)
    return [cell for cell in named if cell in cells]


@dataclass(frozen=True)
class TotalCell:
    """A cell that has a total: a sum (no formula), or something the form works out from sums on the same row."""

    key: str
    decimals: int | None
    formula: JudgeFunction | None


@lru_cache(maxsize=64)
def cells_with_totals(edition: Edition, period: PeriodCode) -> tuple[TotalCell, ...]:
    """What is totalled in the period's tables, sums before what is worked out from them."""
    sums, worked_out = [], []
    for table in edition.tables:
        if table.frequency != period.frequency:
            continue
        for indicator in table.indicators:
            for column in indicator.column_definitions:
                cell = f"{indicator.code}.{column.key}", indicator.decimals_in(column.key)
                if not applies_in(edition, period, indicator, column):
                    continue
                if indicator.adds_up_in(column.key):
                    sums.append(TotalCell(*cell, None))
                elif indicator.additive and column.auto and not divides_running_totals(indicator, column.key):
                    scope = TextScope(edition, column=column.key, row=indicator.code)
                    worked_out.append(TotalCell(*cell, compiled(column.auto, scope)))
    return (*sums, *worked_out)


def applies_in(edition: Edition, period: PeriodCode, indicator: Indicator, column: Column) -> bool:
    """Whether the column has something in this period: 本年上期累计 not before March."""
    if not column.applies_when:
        return True
    scope = TextScope(edition, column=column.key, row=indicator.code)
    return bool(compiled(column.applies_when, scope)(Reading(edition, period, {}, {}, {})))


def compiled(text: str, scope: TextScope) -> JudgeFunction:
    return walk(parse(text), Decimals(scope))


def total_cells(
    edition: Edition, period: PeriodCode, cells: Iterable[TotalCell], totals: AreaTotals
) -> dict[str, Decimal | None]:
    """The totals of one area, cell by cell; None where nothing can be worked out (growth from zero)."""
    values: dict[str, Decimal | None] = {}
    reading = Reading(edition, period, values, {}, {})
    with localcontext(WORKED_OUT):
        for cell in cells:
            if cell.formula is None:
                values[cell.key] = with_decimals(totals.figures.get(cell.key, ZERO), cell.decimals)
            else:
                try:
                    values[cell.key] = cell.formula(reading)
                except Blank:
                    values[cell.key] = None
    return values


def with_decimals(figure: Decimal, decimals: int | None) -> Decimal:
    """Written with the decimals of the form, or with more when a firm reported more: a total is never rounded."""
    if decimals is None:
        return figure
    try:
        return figure.quantize(Decimal(1).scaleb(-decimals), context=EXACT)
    except Inexact:
        return figure.normalize(EXACT)
