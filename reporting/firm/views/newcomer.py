"""What a firm without history types itself: the cells that earlier filings would have filled, and why they matter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms_tables.edition.catalog import Edition, Table
from forms_tables.edition.model import Indicator
from forms_tables.edition.shape import carried
from forms_tables.notation.names import Cell
from forms_tables.rules.checks import conditions_of
from reporting.pages.grid import Grid

MOST_TOLD = 4  # comparisons told in the rules' own words; how many there are is said
FEW_ROWS = 1


@dataclass(frozen=True)
class EarlierCompared:
    """A rule that holds an earlier figure against this period's."""

    rule: str
    message: str
    rows: tuple[Indicator, ...]  # whose earlier figure it reads


@dataclass(frozen=True)
class OpenedColumn:
    """A column of earlier figures that nothing has filled, with the rules that read it."""

    label: str
    cells: int
    required: bool
    rules: tuple[str, ...]
    comparisons: tuple[EarlierCompared, ...]
    grows: str  # the label of the column that is worked out from it; nothing where there is none

    @property
    def told(self) -> tuple[EarlierCompared, ...]:
        return self.comparisons[:MOST_TOLD]

    @property
    def others(self) -> int:
        return len(self.rules) - len(self.told)

    @property
    def rows(self) -> list[str]:
        """The rows that matter most: those that comparisons of few rows read."""
        few = (each.rows for each in self.comparisons if len(each.rows) <= FEW_ROWS)
        return list(dict.fromkeys(row.name for rows in few for row in rows))


def opened_columns(edition: Edition, grid: Grid, known: Mapping[str, object]) -> list[OpenedColumn]:
    """The columns whose earlier filing is not there; `known` is the history there is, by the notation's word."""
    found = []
    for column in grid.table.columns:
        cells = [cell for row in grid.rows for cell in row.cells if cell and cell.key.endswith(f".{column.key}")]
        opened = [cell for cell in cells if not cell.locked]
        words = {before[0] for row in grid.table.indicators if (before := carried(row, column.key))}
        if opened and words and not words & known.keys():
            rules = tuple(dict.fromkeys(rules_reading(edition, grid.table, column.key)))
            compared = tuple(comparisons_in(edition, grid.table, column.key, {cell.key for cell in opened}))
            growth = growing_from(grid.table, column.key)
            grows = grid.table.column(growth).label if growth else ""
            found.append(OpenedColumn(column.label, len(opened), column.required, rules, compared, grows))
    return found


def rules_reading(edition: Edition, table: Table, key: str) -> Iterator[str]:
    for condition in conditions_of(edition, table.frequency):
        reads = (each for each in condition.reads if isinstance(each, Cell) and not each.period)
        if any(each.column == key and each.indicator.table == table.code for each in reads):
            yield condition.rule.id


def comparisons_in(edition: Edition, table: Table, key: str, opened: set[str]) -> Iterator[EarlierCompared]:
    """The rules that hold the column against this period's, by its figures or by the growth that is worked out of
    them; not those that need an earlier filing, which say nothing to a newcomer. Those of few rows stand first."""
    growth = growing_from(table, key)
    found: dict[str, EarlierCompared] = {}
    for condition in conditions_of(edition, table.frequency):
        cells = [each for each in condition.reads if isinstance(each, Cell)]
        columns = {each.column for each in cells if each.indicator.table == table.code}
        is_a_sum = condition.rule.kind == "derived" or len(columns) == 1
        if is_a_sum or not {key, growth} & columns or any(each.period for each in cells):
            continue
        rows = {each.indicator.code: each.indicator for each in cells if f"{each.indicator.code}.{key}" in opened}
        if rows:
            rule = condition.rule
            known = {row.code: row for row in found[rule.id].rows} if rule.id in found else {}
            found[rule.id] = EarlierCompared(rule.id, rule.message.rstrip("。"), tuple((known | rows).values()))
    yield from sorted(found.values(), key=lambda each: len(each.rows))


def growing_from(table: Table, key: str) -> str:
    """The column that is worked out of this one and the row's own."""
    return next((column.key for column in table.columns if column.auto.endswith(f", {key})")), "")
