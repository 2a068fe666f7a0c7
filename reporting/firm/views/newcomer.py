"""What a firm without history types itself: the cells that earlier filings would have filled, and why they matter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms_tables.edition.catalog import Edition, Table
from forms_tables.edition.shape import carried
from forms_tables.notation.names import Cell
from forms_tables.rules.checks import conditions_of
from reporting.pages.grid import Grid

MOST_NAMED = 4  # rules named; how many there are is said


@dataclass(frozen=True)
class OpenedColumn:
    """A column of earlier figures that nothing has filled, with the rules that read it."""

    label: str
    cells: int
    required: bool
    rules: tuple[str, ...]
    grows: str  # the label of the column that is worked out from it; nothing where there is none

    @property
    def named(self) -> tuple[str, ...]:
        return self.rules[:MOST_NAMED]


def opened_columns(edition: Edition, grid: Grid, known: Mapping[str, object]) -> list[OpenedColumn]:
    """The columns whose earlier filing is not there; `known` is the history there is, by the notation's word."""
    found = []
    for column in grid.table.columns:
        cells = [cell for row in grid.rows for cell in row.cells if cell and cell.key.endswith(f".{column.key}")]
        opened = [cell for cell in cells if not cell.locked]
        words = {before[0] for row in grid.table.indicators if (before := carried(row, column.key))}
        if opened and words and not words & known.keys():
            rules = tuple(dict.fromkeys(rules_reading(edition, grid.table, column.key)))
            grows = growing_from(grid.table, column.key)
            found.append(OpenedColumn(column.label, len(opened), column.required, rules, grows))
    return found


def rules_reading(edition: Edition, table: Table, key: str) -> Iterator[str]:
    for condition in conditions_of(edition, table.frequency):
        reads = (each for each in condition.reads if isinstance(each, Cell) and not each.period)
        if any(each.column == key and each.indicator.table == table.code for each in reads):
            yield condition.rule.id


def growing_from(table: Table, key: str) -> str:
    return next((column.label for column in table.columns if column.auto.endswith(f", {key})")), "")
