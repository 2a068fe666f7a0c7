"""What is known of the rows of a table before anybody fills it, worked out once for each edition: a page asks it of
hundreds of cells."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from forms_tables.edition.catalog import Column, Edition, Indicator
from forms_tables.edition.shape import carried, column_behind, column_carrying, own_column
from reporting.pages.grid import choices_in


class RowShape(NamedTuple):
    columns: Mapping[str, Column]
    choices: Mapping[str, tuple[tuple[str, str], ...]]
    carried: Mapping[str, tuple[str, str]]  # which earlier filing's column stands again in a column
    own: str
    so_far: str  # the own one of the period before
    behind: str


@lru_cache(maxsize=64)  # a dozen tables, as many editions as are under way
def shapes_of(edition: Edition, table: str) -> Mapping[str, RowShape]:
    return {row.code: shape_of(row) for row in edition.table(table).indicators}


def shape_of(row: Indicator) -> RowShape:
    own = own_column(row)
    return RowShape(
        {column.key: column for column in row.column_definitions},
        {key: choices_in(row, key) for key in row.columns},
        {key: found for key in row.columns if (found := carried(row, key))},
        own,
        column_carrying(row, "prev", own),
        column_behind(row),
    )
