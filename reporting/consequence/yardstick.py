"""What a period's firms are measured by: of each class how its figures changed, and the totals of the districts and the
city. It is made of the whole city, so it is kept beside the columns: a district's page never adds up the city.

It is made anew when something it rests on has changed, by the beat of every ten minutes; by whoever looks first where
no beat ran. What is read of it is as of when it was made, and pages say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from forms_tables.notation.names import earlier
from reporting.city_columns import frozen
from reporting.city_columns.files import Broken, in_turn, read, write
from reporting.city_columns.marks import mark_of, parts_of
from reporting.city_columns.scaling import ScaledColumns
from reporting.consequence.board import BEFORE, CLASS, NOW, PREV, SIZE, Board, board_of
from reporting.consequence.suspicion import MIN_PEERS, Floats, Peers, peers_of
from reporting.models import Period

YARDSTICK = "yardstick"
LASTS = timedelta(minutes=12)  # a little longer than from beat to beat
CITY = ""  # among the districts of the totals
ALL = ""  # of classes and sizes; a class nobody named is UNSAID
UNSAID = "-"
PeerGroup = tuple[str, str]  # class and size, ALL where it is of all of them
PEERS = [field.name for field in fields(Peers)]


@dataclass(frozen=True)
class Totals:
    """Of each measure of a board, in its order: the total of all that is in, and the same regardless of sign."""

    sums: Floats
    gross: Floats

    @classmethod
    def of(cls, figures: Floats) -> Totals:
        return cls(np.nansum(figures, axis=0), np.nansum(np.abs(figures), axis=0))

    def without(self, others: Totals) -> Totals:
        return Totals(self.sums - others.sums, self.gross - others.gross)


@dataclass(frozen=True)
class Yardstick:
    """`peers` by (BEFORE or PREV, cell, group), of every group with a ratio, however small; `totals` by district (code)
    and CITY."""

    at: datetime
    mark: str
    peers: Mapping[tuple[str, str, PeerGroup], Peers]
    totals: Mapping[str, Totals]

    def peers_of(self, base: str, cell: str, group: PeerGroup) -> tuple[PeerGroup, Peers] | None:
        """The narrowest group around a class and size that has enough ratios, and which it is; None where all the city
        has not enough."""
        for each in (group, (group[0], ALL), (ALL, ALL)):
            found = self.peers.get((base, cell, each))
            if found and found.count >= MIN_PEERS:
                return each, found
        return None

    def total_of(self, district: str, measures: int) -> Totals:
        """Nought where nothing was in yet."""
        return self.totals.get(district) or Totals(np.zeros(measures), np.zeros(measures))


def yardstick_of(period: Period, at: datetime) -> Yardstick:
    """As it is kept; made, or made anew, where there is none or it is old and no longer true."""
    kept = _kept(period)
    return kept if kept and kept.at <= at < kept.at + LASTS else renewed(period, at)


def renewed(period: Period, at: datetime) -> Yardstick:
    """True of this moment, though nothing is worked out again where nothing has changed."""
    with in_turn(f"{period.code}-{YARDSTICK}"):
        stand = parts_of(_rests_on(period))
        mark = mark_of({code: mark_of(parts) for code, parts in stand.items()})
        kept = _kept(period)
        if kept and kept.mark == mark:
            made = Yardstick(at, mark, kept.peers, kept.totals)
        else:
            frozen.refresh(code for code, parts in stand.items() if parts or code == period.code)
            made = measure(board_of(period, fresh=False), at, mark)
        _keep(period, made)
        return made


def _rests_on(period: Period) -> list[str]:
    """The period, and those its figures are held against."""
    last = period.parsed.behind("prev")
    then = [*earlier(period.parsed).values(), last and last.behind("prev")]
    return list(dict.fromkeys([period.code, *(code.code for code in then if code)]))


def measure(board: Board, at: datetime, mark: str) -> Yardstick:
    """Of all that is in: what waits for its district as well as what counts."""
    frame = board.frame.filter("in_total")
    figures = {name: figures_of(frame, board, name) for name in (NOW, BEFORE, PREV)}
    groups = _rows_of_groups(frame)
    peers = {
        (base, measure.cell, group): found
        for column, measure in enumerate(board.measures)
        for base in (BEFORE, PREV)
        for group, rows in groups.items()
        if (found := peers_of(figures[NOW][rows, column], figures[base][rows, column]))
    }
    totals = {code: Totals.of(figures[NOW][rows]) for code, rows in _rows_by(frame, ["district"]).items()}
    totals[(CITY,)] = Totals.of(figures[NOW])
    return Yardstick(at, mark, peers, {code: each for (code,), each in totals.items()})


def figures_of(frame: pl.DataFrame, board: Board, name: str) -> Floats:
    """A column for each measure; not a number where nothing is known."""
    columns = [pl.col(name.format(measure.cell)).fill_null(np.nan) for measure in board.measures]
    return frame.select(columns).to_numpy() if frame.height else np.empty((0, len(columns)))


def groups_of(frame: pl.DataFrame) -> list[PeerGroup]:
    """Of each row its own."""
    return frame.select(pl.col(name).replace("", UNSAID) for name in GROUPED).rows()


GROUPED = (CLASS, SIZE)


def _rows_of_groups(frame: pl.DataFrame) -> dict[PeerGroup, np.ndarray]:
    own = pl.DataFrame(groups_of(frame), schema=dict.fromkeys(GROUPED, pl.String), orient="row")
    groups = {(ALL, ALL): np.arange(frame.height)}
    groups |= {(each, ALL): rows for (each,), rows in _rows_by(own, [CLASS]).items()}
    return groups | _rows_by(own, list(GROUPED))


def _rows_by(frame: pl.DataFrame, names: Sequence[str]) -> dict[tuple, np.ndarray]:
    found = frame.with_row_index("row").group_by(names).agg("row").sort(names)
    return {tuple(keys): np.asarray(rows, dtype=np.intp) for *keys, rows in found.select(*names, "row").iter_rows()}


def _keep(period: Period, made: Yardstick) -> None:
    rows = [(base, cell, *group, *astuple(peers)) for (base, cell, group), peers in made.peers.items()]
    kinds = [pl.String] * 4 + [pl.Int64] + [pl.Float64] * (len(PEERS) - 1)
    frame = pl.DataFrame(rows, schema=dict(zip(["base", "cell", *GROUPED, *PEERS], kinds, strict=True)), orient="row")
    totals = {code: [each.sums.tolist(), each.gross.tolist()] for code, each in made.totals.items()}
    notes = {"at": made.at.isoformat(), "mark": made.mark, "edition": period.edition.digest, "totals": totals}
    write(period.code, YARDSTICK, ScaledColumns(frame, {}), **notes)


def _kept(period: Period) -> Yardstick | None:
    try:
        found = read(period.code, YARDSTICK)
    except Broken:
        return None  # it is made again
    if found is None or found[1]["edition"] != period.edition.digest:  # its measures may be others
        return None
    rows, notes = found[0].frame.rows(), found[1]
    peers = {(base, cell, (own, size)): Peers(*rest) for base, cell, own, size, *rest in rows}
    totals = {code: Totals(*map(np.asarray, both)) for code, both in notes["totals"].items()}
    return Yardstick(datetime.fromisoformat(notes["at"]), notes["mark"], peers, totals)
