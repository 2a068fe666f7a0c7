"""Adding up stored columns by groups of rows: whole numbers, so exact; in 128 bits where 64 might not hold a sum."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import polars as pl

from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns, decimal_of

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


class Lists(dict[str, list]):
    """The columns of a frame as lists, each made when it is asked for: of a cube of all indicators few are shown."""

    def __init__(self, frame: pl.DataFrame):
        super().__init__()
        self._frame = frame

    def __missing__(self, name: str) -> list:
        self[name] = found = self._frame[name].to_list()
        return found


class GroupSums(Mapping[str, Decimal | None]):
    """The sums of one group, made Decimals when they are asked for; None where nobody filled the cell."""

    def __init__(self, row: int, lists: Lists, scales: Mapping[str, int]):
        self._row, self._lists, self._scales = row, lists, scales

    def __getitem__(self, cell: str) -> Decimal | None:
        places = self._scales[cell]
        return decimal_of(self._lists[cell][self._row], places) if self.count(cell) else None

    def count(self, cell: str) -> int:
        return self._lists[FILLED.format(cell)][self._row]

    def __iter__(self) -> Iterator[str]:
        return iter(self._scales)

    def __len__(self) -> int:
        return len(self._scales)

    def __contains__(self, cell: object) -> bool:
        return cell in self._scales


class GroupCounts(Mapping[str, int]):
    """By how many rows each cell of the group is filled."""

    def __init__(self, sums: GroupSums):
        self._sums = sums

    def __getitem__(self, cell: str) -> int:
        if cell not in self._sums:
            raise KeyError(cell)
        return self._sums.count(cell)

    def __iter__(self) -> Iterator[str]:
        return iter(self._sums)

    def __len__(self) -> int:
        return len(self._sums)


def groups_of(
    found: pl.DataFrame, keys: Sequence[str], cells: Sequence[str], scales: Mapping[str, int]
) -> Iterator[tuple[tuple, int, GroupSums, GroupCounts]]:
    """What `summed` found, group by group: its keys, how many rows, the sums, the counts."""
    lists, places = Lists(found), {cell: scales[cell] for cell in cells}
    groups = zip(*(lists[key] for key in keys), strict=True) if keys else iter([()])
    for row, (group, rows) in enumerate(zip(groups, lists[FIRMS], strict=True)):
        sums = GroupSums(row, lists, places)
        yield group, rows, sums, GroupCounts(sums)


def parted(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows whose cells are all in the columns, and those that are added up from the record."""
    is_plain = pl.col(UNSTORABLE).is_null()
    if frame[UNSTORABLE].null_count() == frame.height:  # as nearly always: nothing is copied
        return frame, frame.clear()
    return frame.filter(is_plain), frame.filter(~is_plain)


def there(rows: ScaledColumns, cells: Sequence[str]) -> list[str]:
    """Those of the cells that somebody filled with a figure."""
    columns = set(rows.frame.columns)
    return [cell for cell in cells if cell in rows.scales and cell in columns]
