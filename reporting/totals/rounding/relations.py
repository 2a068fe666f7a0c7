"""Which totals of a period must add up: by the form, rows of one area; by the map, districts of one cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Edition, Indicator
from forms_tables.notation.names import Cell, TextScope
from forms_tables.notation.trees import Arithmetic, Name, Node, parse
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.rounding.balance import Addition, Failure

AMONG = "其中"


@dataclass(frozen=True)
class CellSum:
    """A cell that the form works out by adding and taking off others, or (其中) one that has these within it."""

    total: str
    parts: tuple[str, ...]
    less: tuple[str, ...] = ()
    at_most: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.total, *self.parts, *self.less)

    def of(self, area: AreaSummary) -> Addition:
        parts, less = (tuple(place(area, cell) for cell in cells) for cells in (self.parts, self.less))
        return Addition(place(area, self.total), parts, less, self.at_most)


def relations_in(summary: Summary, cells: frozenset[str]) -> Iterator[Addition]:
    """Between these cells of every area."""
    among = [added for added in sums_in(summary.edition, summary.period.frequency) if cells.issuperset(added.cells)]
    areas = {area.code: area for area in (summary.city, *summary.districts)}
    for area in areas.values():
        yield from (added.of(area) for added in among if is_asked_of(area, added))
    if not summary.is_of_one_district:
        for cell in cells:
            yield Addition(place(summary.city, cell), tuple(place(area, cell) for area in summary.districts))


def place(area: AreaSummary, cell: str) -> str:
    return f"{cell}@{area.code}"


def is_asked_of(area: AreaSummary, added: CellSum) -> bool:
    """What nobody filled need not add up, and what is 其中 is kept within its total where it was before rounding."""
    if not added.at_most:
        return any(area.totals.filled[cell] for cell in (*added.parts, *added.less))
    parts = [area.cells[part] or 0 for part in added.parts]
    return min(parts) >= 0 and sum(parts) <= (area.cells[added.total] or 0)


@lru_cache(maxsize=16)
def sums_in(edition: Edition, frequency: str) -> tuple[CellSum, ...]:
    """By the formulas of the period's forms and their 其中."""
    rows = [row for table in edition.tables if table.frequency == frequency for row in table.indicators]
    worked_out = [sum_of(edition, row, key) for row in rows for key in row.columns]
    return (*filter(None, worked_out), *(added for row in rows for added in those_within(row, rows)))


def those_within(row: Indicator, rows: Sequence[Indicator]) -> Iterator[CellSum]:
    """其中: each by itself, and where there are several all together."""
    within = [other for other in rows if other.parent == row.code and other.relation == AMONG]
    for key in row.columns:
        among = [f"{other.code}.{key}" for other in within if key in other.columns]
        for parts in [*([part] for part in among), *([among] if len(among) > 1 else [])]:
            yield CellSum(f"{row.code}.{key}", tuple(parts), at_most=True)


def sum_of(edition: Edition, row: Indicator, key: str) -> CellSum | None:
    """None where its formula does more than add cells of the same filing and take others off."""
    formula = row.formula_in(key)
    if not formula or not row.adds_up_in(key):
        return None
    signs = signs_in(parse(formula), TextScope(edition, column=key, row=row.code), 1)
    if not signs or len(dict(signs)) < len(signs):
        return None
    if not all(is_asked_alike(edition, row, cell) for cell, _ in signs):
        return None
    parts, less = (tuple(cell for cell, sign in signs if sign == wanted) for wanted in (1, -1))
    return CellSum(f"{row.code}.{key}", parts, less)


def is_asked_alike(edition: Edition, row: Indicator, cell: str) -> bool:
    """Whether every firm that is asked for the cell is asked for the row too: what holds in each filing then holds in
    the totals. 软统企7 repeats rows of 软统企6, but of some firms."""
    other = edition.indicator(CellAddress.parse(cell).code)
    tables = {edition.table(each.table).applies_when for each in (row, other)}
    return len(tables) == 1 and row.applies_when in ("", other.applies_when)


def signs_in(tree: Node, scope: TextScope, sign: int) -> list[tuple[str, int]] | None:
    match tree:
        case Name():
            meaning = scope.meaning(tree)
            return [(meaning.key, sign)] if isinstance(meaning, Cell) and not meaning.period else None
        case Arithmetic(sign="+" | "-" as operation, left=left, right=right):
            first, second = signs_in(left, scope, sign), signs_in(right, scope, sign if operation == "+" else -sign)
            return None if first is None or second is None else first + second
    return None


def in_words(summary: Summary, figures: Mapping[str, Decimal], relation: Addition, failure: Failure) -> str:
    """A relation that cannot be kept, by the names of the form and of the area."""
    cell, _, code = relation.total.partition("@")
    at = CellAddress.parse(cell)
    row = summary.edition.indicator(at.code)
    area = next(area for area in (summary.city, *summary.districts) if area.code == code)
    holds = sum(sign * figures[key] for key, sign in relation.signs.items()) == 0
    why = "舍位后不能平衡" if holds or relation.at_most else "未舍位的数即不相等，不能平衡"
    if failure is Failure.UNDECIDED:
        why = "在限定的计算量内没有求出平衡的舍位，分项之和与合计可能相差末位"
    return f"{area.name}{row.place(at.column)}与{parts_in_words(relation, cell)}：{why}。"


def parts_in_words(relation: Addition, cell: str) -> str:
    parts, less = ([key.partition("@")[0] for key in each] for each in (relation.parts, relation.less))
    if parts[0] == cell:
        return "各区县之和"
    codes = [[CellAddress.parse(each).code for each in cells] for cells in (parts, less)]
    return "－".join(["＋".join(codes[0]), *codes[1]])
