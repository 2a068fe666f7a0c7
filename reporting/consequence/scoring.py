"""A board against a yardstick: of each filing what was expected of it, what speaks against it, and what it moves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from reporting.consequence.board import BEFORE, NOW, PREV, Board, Measure, before_last, headline_cells
from reporting.consequence.evidence import Examined, Findings, find
from reporting.consequence.suspicion import Floats, Peers, strangeness
from reporting.consequence.yardstick import PeerGroup, Yardstick, figures_of, groups_of
from reporting.cuts.dimensions import cells_of_classes

EXPECTED, WEIGHT = "expected {}", "weight {}"


@dataclass(frozen=True)
class Expectations:
    """What the earlier figures and the class lead to, and how strange the change is, on either base."""

    expected: Floats
    year: Floats
    month: Floats


def scored(board: Board, yardstick: Yardstick, late: Collection[int]) -> pl.DataFrame:
    """The rows of the board of which something is in, with `suspicion`, for each measure `expected CELL`, for each
    piece of evidence `weight KEY`, and what the words for it need: `power` and `power_of`, and of the change on the
    year and the period the measure that is strangest (`year_of`, `month_of`, by number), and which vanished or appeared
    (`vanished_of`, `appeared_of`). `late` are filings."""
    is_in = board.frame["submission"].is_not_null() & (board.frame["in_total"] | board.frame["waits"])
    frame = board.frame.filter(is_in)
    now, before, prev = (figures_of(frame, board, name) for name in (NOW, BEFORE, PREV))
    foretold = _foretold(board.measures, yardstick, groups_of(frame), (now, before, prev))
    then = before_last(board)
    cells = [measure.cell for measure in board.measures]
    core, flows = _core(board)
    parts = cells_of_classes(board.edition, board.period.frequency)
    found = find(
        Examined(
            now, before, prev,
            then.filter(is_in).select(pl.all().fill_null(np.nan)).to_numpy() if then.columns else None,
            foretold.expected, foretold.year, foretold.month, core, flows,
            tuple(cells.index(cell) for cell in parts) if set(parts) <= set(cells) else (),
            frame["warnings"].to_numpy().astype(float), frame["estimated"].to_numpy(),
            frame["filing"].is_in(pl.Series(list(late), dtype=pl.Int64).implode()).to_numpy(),
        )
    )  # fmt: skip
    return frame.with_columns(_columns(cells, foretold.expected, found))


def _columns(cells: Sequence[str], expected: Floats, found: Findings) -> list[pl.Series]:
    foretold = [pl.Series(EXPECTED.format(cell), expected[:, at], nan_to_null=True) for at, cell in enumerate(cells)]
    weights = [pl.Series(WEIGHT.format(key), each) for key, each in found.weights.items()]
    told = {
        "power": found.power, "power_of": found.power_of, "year_of": found.year_of, "month_of": found.month_of,
        "vanished_of": found.vanished_of, "appeared_of": found.appeared_of,
    }  # fmt: skip
    return [
        *foretold, *weights, pl.Series("suspicion", found.suspicion),
        *(pl.Series(name, each.astype(np.int64)) for name, each in told.items()),
    ]  # fmt: skip


def _core(board: Board) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """By number the measures that are weighed against a class, and those that are sums over a year."""
    figures = headline_cells(board.edition, board.period.frequency)
    core = {figures.headline, figures.base, figures.employed}
    cells = [measure.cell for measure in board.measures]
    return (
        tuple(at for at, cell in enumerate(cells) if cell in core) or (0,),
        tuple(at for at, cell in enumerate(cells) if cell != figures.employed),
    )


def _foretold(
    measures: Sequence[Measure],
    yardstick: Yardstick,
    groups: Sequence[PeerGroup],
    figures: tuple[Floats, Floats, Floats],
) -> Expectations:
    now, before, prev = figures
    expected, year, month = (np.full(now.shape, np.nan) for _ in range(3))
    for group, rows in _rows_of(groups).items():
        for column, measure in enumerate(measures):
            own = now[rows, column], before[rows, column], prev[rows, column]
            peers = [yardstick.peers_of(base, measure.cell, group) for base in (BEFORE, PREV)]
            on_year, on_month = (found[1] if found else None for found in peers)
            expected[rows, column] = expect(own[1], own[2], on_year, on_month)
            for hb, then, found in ((year, own[1], on_year), (month, own[2], on_month)):
                if found:
                    hb[rows, column] = strangeness(own[0], then, found)
    return Expectations(expected, year, month)


def _rows_of(groups: Sequence[PeerGroup]) -> dict[PeerGroup, np.ndarray]:
    rows: dict[PeerGroup, list[int]] = {}
    for row, group in enumerate(groups):
        rows.setdefault(group, []).append(row)
    return {group: np.asarray(those) for group, those in rows.items()}


def expect(before: Floats, prev: Floats, on_year: Peers | None, on_month: Peers | None) -> Floats:
    """The earlier figure times what its class made of it: that of a year before, or that of the period before where
    the class follows it more closely, or where there is no other. What stood at nought or below is expected to stay as
    it was, and so is everything where the class cannot be told. Not a number where nothing is known."""
    from_year, from_month = (_moved(then, peers) for then, peers in ((before, on_year), (prev, on_month)))
    closer = on_month is not None and (on_year is None or on_month.spread < on_year.spread)
    takes_month = np.isnan(from_year) | ((prev > 0) if closer else False)
    return np.where(takes_month & ~np.isnan(from_month), from_month, from_year)


def _moved(then: Floats, peers: Peers | None) -> Floats:
    return np.where(then > 0, then * peers.ratio, then) if peers else then
