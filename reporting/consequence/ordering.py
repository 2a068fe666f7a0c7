"""In which order it pays to open what waits: expected error, as points of the total, the largest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import polars as pl

from accounts.models import District
from reporting.consequence.board import BEFORE, NOW, Board, Measure, board_of
from reporting.models import Period

LIMIT = Decimal("0.1")  # points of a total that may be left in doubt; the city's to change


@dataclass(frozen=True)
class Weight:
    """One measure of one filing. `change` is its growth in per cent on what the firm says it had; `share_district` and
    `share_city` are its part of the totals in per cent; `moves_district` and `moves_city` by how many points of those
    totals the filing would move, did it say what it was expected to say; None where that cannot be said."""

    measure: Measure
    now: Decimal | None
    before: Decimal | None
    change: float | None
    share_district: float | None
    share_city: float | None
    moves_district: float | None
    moves_city: float | None


@dataclass(frozen=True)
class Placed:
    """A filing in its place. `suspicion` lies between 0 and 1; `score` is the expected error in points of the total it
    is ordered for, the largest of the measures; `reasons` are sentences, the strongest first, and never none; `cell` is
    the first cell to look at ("" where none is more in doubt than another)."""

    filing: int
    submission: int
    place: int
    score: float
    suspicion: float
    reasons: tuple[str, ...]
    weights: Mapping[str, Weight]
    before_stop: bool
    cell: str = ""


@dataclass(frozen=True)
class Stop:
    """Once the first `first` of `waiting` are reviewed, what is left is expected to be wrong by at most `limit` points
    of each measure's total: `left` by cell, in points. `cannot_say` is a sentence where nothing can be said."""

    first: int
    waiting: int
    limit: Decimal
    left: Mapping[str, float]
    cannot_say: str = ""

    @property
    def in_words(self) -> str:
        return self.cannot_say or (
            f"待审 {self.waiting} 家，审完前 {self.first} 家后，"
            f"其余的预期误差合计不超过各项合计的 {self.limit} 个百分点。"
        )


@dataclass(frozen=True)
class Order:
    """What waits for review in one district, or in the city. `frame` has a row for each waiting filing in order:
    `filing`, `submission`, `place`, `score`, `suspicion`, `before_stop`; and the columns the pages sort by: `revenue`
    and `change` of the headline figure, `moves_district`, `moves_city`, `warnings`."""

    board: Board
    frame: pl.DataFrame
    stop: Stop
    yardstick_at: datetime | None  # as of when firms of a class were measured against each other

    def placed(self, filings: Sequence[int]) -> dict[int, Placed]:
        """Those of a page, by filing, with the words; one that does not wait has none."""
        rows = self.frame.filter(pl.col("filing").is_in(list(filings)))
        return {row["filing"]: self._placed(row) for row in rows.iter_rows(named=True)}

    def _placed(self, row: dict) -> Placed:
        [own] = self.board.frame.filter(pl.col("filing") == row["filing"]).iter_rows(named=True)
        weights = {}
        for measure in self.board.measures:
            now, before = own[NOW.format(measure.cell)], own[BEFORE.format(measure.cell)]
            change = (now / before - 1) * 100 if now is not None and before else None
            weights[measure.cell] = Weight(
                measure, _shown(now), _shown(before), change, row["score"], row["score"], 0, 0
            )
        return Placed(
            row["filing"], row["submission"], row["place"], row["score"], row["suspicion"], ("占比大。",), weights,
            row["before_stop"], self.board.measures[0].cell,
        )  # fmt: skip


def _shown(figure: float | None) -> Decimal | None:
    return None if figure is None else Decimal(repr(figure))


def order_of(period: Period, at: datetime, district: District | None = None) -> Order:
    """What waits in a period, in one district measured by its own total, or in the whole city by the city's."""
    board = board_of(period, None if district is None else [district])
    revenue, before = (pl.col(name.format(board.measures[0].cell)) for name in (NOW, BEFORE))
    total = board.frame.select(revenue.sum()).item() or 1
    frame = (
        board.frame.with_columns(
            revenue.alias("revenue"),
            ((revenue / before - 1) * 100).alias("change"),
            (revenue.abs() / total * 100).fill_null(0).alias("score"),
            pl.lit(0.5).alias("suspicion"),
            pl.lit(0.0).alias("moves_district"),
            pl.lit(0.0).alias("moves_city"),
            pl.lit(0).alias("warnings"),
        )
        .filter("waits")
        .sort("score", "filing", descending=[True, False])
        .with_row_index("place", offset=1)
    )
    first = frame.filter(pl.col("score") > 1).height
    frame = frame.with_columns((pl.col("place") <= first).alias("before_stop"))
    return Order(board, frame, Stop(first, frame.height, LIMIT, {}), at)
