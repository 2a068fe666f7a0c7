"""In which order it pays to open what waits: expected error, as points of the total, the largest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

import numpy as np
import polars as pl

from accounts.clock import SHANGHAI
from accounts.models import District
from reporting.consequence.board import BEFORE, NOW, PREV, SAID, Board, Measure, board_of, growth_of
from reporting.consequence.keeping import Area, KeptOrder, as_kept, kept_of, kept_order, moves_of
from reporting.consequence.stopping import CANCELS, WHOLE
from reporting.consequence.suspicion import MIN_PEERS
from reporting.consequence.wording import Wording
from reporting.consequence.yardstick import ALL, CITY, Totals
from reporting.models import Period

GROWTH, MOVES = "growth {}", "moves {}"  # of one measure, by its cell


@dataclass(frozen=True)
class Weight:
    """One measure of one filing. `change` is its growth in per cent on what the firm says it had; `share_district` and
    `share_city` are its part of the totals in per cent; `moves_district` and `moves_city` by how many points of those
    totals the filing would move, did it say what it was expected to say; None where that cannot be said."""

    measure: Measure
    now: Decimal | None
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
    of each watched measure's total: `left` by cell, in points. `cannot_say` is a sentence where nothing can be said:
    then all of them come before the line. `besides` are sentences of what it does not speak of."""

    first: int
    waiting: int
    limit: Decimal
    left: Mapping[str, float]
    cannot_say: str = ""
    besides: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        return "".join([self.cannot_say or self._line, *self.besides])

    @property
    def _line(self) -> str:
        if not self.waiting:
            return "没有待审的上报件。"
        done = f"审完前 {self.first} 家后，其余的" if self.first else "现在全部待审件的"
        return f"待审 {self.waiting} 家，{done}预期误差合计不超过各项合计的 {self.limit.normalize():f}%。"


@dataclass(frozen=True)
class Order:
    """What waits for review in one district, or in the city. `frame` has a row for each waiting filing in order:
    `filing`, `submission`, `place`, `score`, `suspicion`, `before_stop`; and the columns the pages sort by: `revenue`
    and `change` of the headline figure, `share` (its part of the area's total in per cent), `moves_district`,
    `moves_city`, `warnings`. `yardstick_at`: as of when firms of a class were measured against each other."""

    area: Area
    kept: KeptOrder
    frame: pl.DataFrame
    stop: Stop

    @property
    def yardstick_at(self) -> datetime:
        return self.kept.yardstick.at

    @property
    def as_of_in_words(self) -> str:
        return f"与同类比较以 {self.yardstick_at.astimezone(SHANGHAI):%H:%M} 为准。"

    @property
    def measures(self) -> tuple[Measure, ...]:
        return self.area.measures

    @cached_property
    def board(self) -> Board:
        """All filings of the area, read anew: a list of what waits does without it."""
        return board_of(self.area.period, self.area.districts)

    def had_they_waited(self, filings: Collection[int]) -> Order:
        """The same of filings that wait no more: what each would weigh, and why. A score of the limit or more was never
        behind the line."""
        kept = kept_of(self.area, self.kept, filings)
        return Order(self.area, kept, _in_order(self.area, kept, self.stop), self.stop)

    def placed(self, filings: Sequence[int]) -> dict[int, Placed]:
        """Those of a page, by filing, with the words; one that does not wait has none."""
        rows = self.frame.filter(pl.col("filing").is_in(list(filings))).with_columns(
            expression.alias(name.format(measure.cell))
            for measure in self.measures
            for name, expression in ((GROWTH, growth_of(measure)), (MOVES, moves_in_total(measure)))
        )
        period, where = self.area.period, "全市" if self.area.district is None else "本区县"
        words = Wording(period.edition, self.measures, self.kept.yardstick, where, period.parsed.is_annual)
        return {row["filing"]: self._placed(row, words) for row in rows.iter_rows(named=True)}

    def _placed(self, row: dict, words: Wording) -> Placed:
        totals = _totals_of_district(self.kept, self.area, row["district"]), _totals_of_city(self.kept, self.area)
        weights = {
            measure.cell: _weighed(measure, at, row, totals) for at, measure in enumerate(self.measures)
        }  # fmt: skip
        return Placed(
            row["filing"], row["submission"], row["place"], row["score"], row["suspicion"],
            words.reasons(row, row["share"]), weights, row["before_stop"], words.cell(row),
        )  # fmt: skip


def order_of(period: Period, at: datetime, district: District | None = None) -> Order:
    """What waits in a period, in one district measured by its own total, or in the whole city by the city's."""
    area = Area(period, district)
    return _laid_out(area, kept_order(area, at))


def order_as_kept(period: Period, at: datetime, district: District | None = None) -> Order:
    """The same as a page showed it last: it does not jump under whoever works through it, and nothing is brought up to
    the record first. What was decided since is still in it, what came in is not."""
    area = Area(period, district)
    return _laid_out(area, as_kept(area, at))


def _laid_out(area: Area, kept: KeptOrder) -> Order:
    stop = _stop_of(area, kept)
    return Order(area, kept, _in_order(area, kept, stop), stop)


def _in_order(area: Area, kept: KeptOrder, stop: Stop) -> pl.DataFrame:
    headline = area.measures[0]
    revenue = pl.col(NOW.format(headline.cell))
    own = _part(kept.totals, 0)
    city = own if area.district is None else _part(kept.yardstick.total_of(CITY, len(area.measures)), 0)
    of_districts = {code: _part(each, 0) for code, each in kept.yardstick.totals.items()}
    district = (
        pl.lit(own)
        if area.district is not None
        else pl.col("district").replace_strict(of_districts, default=None, return_dtype=pl.Float64)
    )
    moves = moves_in_total(headline)
    return (
        _by_score(kept)
        .with_row_index("place", offset=1)
        .with_columns(
            pl.Series("score", kept.line.scores[kept.line.order]),
            (pl.col("place") <= stop.first).alias("before_stop"),
            revenue.alias("revenue"),
            growth_of(headline).alias("change"),
            pl.when("in_total").then(revenue / own * WHOLE).alias("share"),
            (moves / district * WHOLE).alias("moves_district"),
            (moves / city * WHOLE).alias("moves_city"),
        )
    )


def _by_score(kept: KeptOrder) -> pl.DataFrame:
    """They are kept in order: none is moved unless the totals moved them."""
    in_order = np.arange(kept.waiting.height)
    return kept.waiting if np.array_equal(kept.line.order, in_order) else kept.waiting[kept.line.order]


def moves_in_total(measure: Measure) -> pl.Expr:
    return pl.when("in_total").then(moves_of(measure))


def _part(totals: Totals, at: int) -> float | None:
    """The size of a total; None where it measures nothing."""
    whole = abs(float(totals.sums[at]))
    return whole if whole and whole >= CANCELS * totals.gross[at] else None


def _totals_of_city(kept: KeptOrder, area: Area) -> Totals:
    return kept.totals if area.district is None else kept.yardstick.total_of(CITY, len(area.measures))


def _totals_of_district(kept: KeptOrder, area: Area, district: str) -> Totals:
    return kept.totals if area.district is not None else kept.yardstick.total_of(district, len(area.measures))


def _weighed(measure: Measure, at: int, row: dict, totals: tuple[Totals, Totals]) -> Weight:
    now = row[NOW.format(measure.cell)]
    counts = now is not None and row["in_total"]
    moves = row[MOVES.format(measure.cell)]
    wholes = [_part(each, at) for each in totals]
    shares = [now / whole * WHOLE if counts and whole else None for whole in wholes]
    moved = [moves / whole * WHOLE if moves is not None and whole else None for whole in wholes]
    return Weight(measure, row[SAID.format(measure.cell)], row[GROWTH.format(measure.cell)], *shares, *moved)


def _stop_of(area: Area, kept: KeptOrder) -> Stop:
    waiting, limit = kept.waiting.height, kept.limits.points
    if waiting and (sentence := _nothing_to_compare(area, kept) or _nothing_to_measure(area, kept)):
        return Stop(waiting, waiting, limit, {}, sentence)
    left = {area.measures[at].cell: float(each) for at, each in zip(kept.watched, kept.line.left, strict=True)}
    said = {cell: each for cell, each in left.items() if not np.isnan(each)}
    return Stop(kept.line.first, waiting, limit, said, "", tuple(_besides(area, kept)) if waiting else ())


def _has_peers(area: Area, kept: KeptOrder, base: str) -> bool:
    return kept.yardstick.peers_of(base, area.measures[0].cell, (ALL, ALL)) is not None


def _nothing_to_compare(area: Area, kept: KeptOrder) -> str:
    if _has_peers(area, kept, BEFORE) or _has_peers(area, kept, PREV):
        return ""
    return f"全市有以往数可比的企业不足 {MIN_PEERS} 家，不能与同类比较，说不出审到哪里可以停，请逐份审核。"


def _nothing_to_measure(area: Area, kept: KeptOrder) -> str:
    if any(_part(kept.totals, at) for at in kept.watched):
        return ""
    return "各项合计为零或正负相抵，不能按合计计算误差，说不出审到哪里可以停，请逐份审核。"


def _besides(area: Area, kept: KeptOrder) -> list[str]:
    names = [area.measures[at].name for at in kept.watched if _part(kept.totals, at) is None]
    let_in = int(kept.waiting["let_in"].sum())
    said = [f"{'、'.join(names)}的合计为零或正负相抵，没有计算误差。"] if names else []
    if not _has_peers(area, kept, BEFORE):
        said.append("没有足够的上年数，只与上期比较。")
    return [*said, f"其中 {let_in} 家锁定后补报，不在本期合计内，排在最后。"] if let_in else said
