"""Adding up stored columns by groups of rows: whole numbers, so exact; in 128 bits where 64 might not hold a sum."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import polars as pl

from reporting.city_columns.scaling import ScaledColumns, decimal_of

FIRMS = "firms"
FILLED = "filled {}"  # the column beside a cell's sum: how many rows have it
MOST = 2**63 - 1


def summed(frame: pl.DataFrame, keys: Sequence[str], cells: Sequence[str]) -> pl.DataFrame:
    """A row for each group: its keys, how many rows it has, and of each cell (a column of `frame`) sum and count."""
    large = _larger_than_a_sum_holds(frame, cells)
    sums = [(pl.col(cell).cast(pl.Int128) if cell in large else pl.col(cell)).sum() for cell in cells]
    asked = [pl.len().alias(FIRMS), *sums, *(pl.col(cell).count().alias(FILLED.format(cell)) for cell in cells)]
    return frame.group_by(keys).agg(asked) if keys else frame.select(asked)


def _larger_than_a_sum_holds(frame: pl.DataFrame, cells: Sequence[str]) -> set[str]:
    if not cells or not frame.height:
        return set()
    largest = frame.select(pl.col(cell).abs().max() for cell in cells).row(0)
    return {cell for cell, most in zip(cells, largest, strict=True) if (most or 0) > MOST // frame.height}


class Figures(Mapping[str, Decimal | None]):
    """The sums of one group, made Decimals when they are asked for; None where nobody filled the cell."""

    def __init__(self, row: tuple, places: Mapping[str, tuple[int, int, int]]):
        self._row, self._places = row, places  # of a cell: where its sum is, where its count is, its decimals

    def __getitem__(self, cell: str) -> Decimal | None:
        at, filled, decimals = self._places[cell]
        return decimal_of(self._row[at], decimals) if self._row[filled] else None

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Filled(Figures):
    """By how many firms each cell of the group is filled."""

    def __getitem__(self, cell: str) -> int:  # type: ignore[override]
        return self._row[self._places[cell][1]]


def groups_of(
    found: pl.DataFrame, cells: Sequence[str], scales: Mapping[str, int]
) -> Iterator[tuple[tuple, int, Figures, Filled]]:
    """What `summed` found, group by group: its keys, how many rows, the sums, the counts."""
    at = {name: number for number, name in enumerate(found.columns)}
    places = {cell: (at[cell], at[FILLED.format(cell)], scales[cell]) for cell in cells}
    for row in found.iter_rows():
        yield row[: at[FIRMS]], row[at[FIRMS]], Figures(row, places), Filled(row, places)


def there(rows: ScaledColumns, cells: Sequence[str]) -> list[str]:
    """Those of the cells that somebody filled with a figure."""
    columns = set(rows.frame.columns)
    return [cell for cell in cells if cell in rows.scales and cell in columns]
