"""Which totals of a period must add up: by the form, rows of one area; by the map, districts of one cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Edition, Indicator
from forms_tables.notation.names import Cell, TextScope
from forms_tables.notation.trees import Arithmetic, Name, Node, parse
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.rounding.balance import Relation

PART_OF, AMONG = "分项", "其中"


@dataclass(frozen=True)
class CellSum:
    """A cell that the form works out as a plain sum of others, or (其中) one that has these within it."""

    total: str
    parts: tuple[str, ...]
    at_most: bool = False


def relations_in(summary: Summary, cells: frozenset[str]) -> Iterator[Relation]:
    """Between these cells of every area; what is 其中 where it does not exceed its total before rounding."""
    areas = {area.code: area for area in (summary.city, *summary.districts)}
    for area in areas.values():
        for added in sums_in(summary.edition, summary.period.frequency):
            if added.total in cells and cells.issuperset(added.parts) and keeps(area, added):
                yield Relation(
                    place(area, added.total), tuple(place(area, part) for part in added.parts), added.at_most
                )
    if not summary.is_of_one_district:
        for cell in cells:
            yield Relation(place(summary.city, cell), tuple(place(area, cell) for area in summary.districts))


def place(area: AreaSummary, cell: str) -> str:
    return f"{cell}@{area.code}"


def keeps(area: AreaSummary, added: CellSum) -> bool:
    """Whether what must only not exceed is within its total to begin with; a 分项 is asked of the rounding itself."""
    parts = [area.cells[part] or 0 for part in added.parts]
    if not added.at_most:
        return any(area.totals.filled[part] for part in added.parts)
    return min(parts) >= 0 and sum(parts) <= (area.cells[added.total] or 0)


@lru_cache(maxsize=16)
def sums_in(edition: Edition, frequency: str) -> tuple[CellSum, ...]:
    """By the formulas of the period's forms and their 其中, in the order of the forms."""
    rows = [row for table in edition.tables if table.frequency == frequency for row in table.indicators]
    found = [
        CellSum(cell_of(row, key), parts)
        for row in rows
        for key in row.columns
        if (parts := parts_of(edition, row, key))
    ]
    for row in rows:
        within = [other for other in rows if other.parent == row.code and other.relation == AMONG]
        for key in row.columns:
            among = [cell_of(other, key) for other in within if key in other.columns]
            several = [among] if len(among) > 1 else []
            found += [
                CellSum(cell_of(row, key), tuple(parts), at_most=True)
                for parts in [*several, *([one] for one in among)]
            ]
    return tuple(found)


def cell_of(row: Indicator, key: str) -> str:
    return f"{row.code}.{key}"


def parts_of(edition: Edition, row: Indicator, key: str) -> tuple[str, ...]:
    """The cells that its formula adds up; none where it does anything else."""
    formula = row.formula_in(key)
    scope = TextScope(edition, column=key, row=row.code)
    parts = added_in(parse(formula), scope) if formula and row.adds_up_in(key) else None
    return tuple(parts) if parts and len(set(parts)) == len(parts) else ()


def added_in(tree: Node, scope: TextScope) -> list[str] | None:
    match tree:
        case Name():
            meaning = scope.meaning(tree)
            return [meaning.key] if isinstance(meaning, Cell) and not meaning.period else None
        case Arithmetic(sign="+", left=left, right=right):
            first, second = added_in(left, scope), added_in(right, scope)
            return None if first is None or second is None else first + second
    return None


def in_words(summary: Summary, relation: Relation) -> str:
    """A relation that cannot be kept, by the names of the form and of the area."""
    cell, _, code = relation.total.partition("@")
    row = summary.edition.indicator(CellAddress.parse(cell).code)
    area = next(area for area in (summary.city, *summary.districts) if area.code == code)
    where = f"{area.name}{row.place(CellAddress.parse(cell).column)}"
    if all(part.partition("@")[0] == cell for part in relation.parts):
        return f"{where}：各区县之和与全市不等，舍位后不能平衡。"
    parts = "＋".join(CellAddress.parse(part.partition("@")[0]).code for part in relation.parts)
    return f"{where}：{parts} {'超过' if relation.at_most else '不等于'} {row.code}，舍位后不能平衡。"
