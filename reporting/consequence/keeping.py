"""The scored filings of a district or the city as they are kept, so that a page, and whoever goes from one filing to
the next, need score nothing.

They are kept under the yardstick and what the limits watch. While nothing has come in, what was scored still holds:
what is decided leaves it, and the total, where it does not count on. What comes in is scored, and all with it. What
else changes a total (an amendment begun, a filing let off) is seen with the next yardstick.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
import polars as pl
from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import District
from reporting.city_columns.files import Broken, notes_of, read, write
from reporting.city_columns.marks import WEIGHT, weight_of
from reporting.city_columns.scaling import ScaledColumns
from reporting.consequence.board import NOW, Measure, board_of, headline_cells, measures_of
from reporting.consequence.scoring import EXPECTED, scored
from reporting.consequence.stopping import Floats, StopLine, line_of
from reporting.consequence.yardstick import Totals, Yardstick, yardstick_of
from reporting.models import Filing, Period, ReviewLimits, State, review_limits
from reporting.models.standing import FILED, IN_ITS_PERIOD
from reporting.models.submission import BASE, EMPLOYED, HEADLINE, MAIN


@dataclass(frozen=True)
class Area:
    """Of which an order is: one district of a period, or all of it."""

    period: Period
    district: District | None = None

    @property
    def districts(self) -> list[District] | None:
        return None if self.district is None else [self.district]

    @property
    def name(self) -> str:
        return f"order-{'city' if self.district is None else self.district.code}"

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        return measures_of(self.period.edition, self.period.parsed.frequency)

    def waiting(self, districts: Collection[str]) -> dict[int, int | None]:
        """What waits now in some of its districts (by code): filings, each with the submission that does."""
        found = self._waiting().filter(district__code__in=districts)
        return dict(found.values_list("pk", "in_force"))

    def waiting_marks(self) -> dict[str, int]:
        """A mark of what waits in each district (by code): the same one, the same filings and submissions."""
        own = self.district
        codes = {own.pk: own.code} if own else dict(District.objects.values_list("pk", "code"))
        rows = self._waiting().values("district").annotate(mark=Sum(WEIGHT * Coalesce("in_force", 0)))
        return {codes[row["district"]]: row["mark"] for row in rows}

    def counting_on(self, filings: Collection[int]) -> set[int]:
        """Those of the filings that are in the total, whatever was decided."""
        return set(self._filings().filter(FILED, pk__in=filings).values_list("pk", flat=True))

    def late(self) -> list[int]:
        return list(self._filings().filter(late=True).values_list("pk", flat=True))

    def _waiting(self) -> QuerySet[Filing]:
        return self._filings().filter(IN_ITS_PERIOD, state=State.SUBMITTED)

    def _filings(self) -> QuerySet[Filing]:
        filings = Filing.objects.filter(period=self.period).order_by()
        return filings if self.district is None else filings.filter(district=self.district)


@dataclass(frozen=True)
class KeptOrder:
    """`waiting` are the scored rows (`reporting.consequence.scoring`) of what waits, in order; `totals` those of all
    that is in, `watched` the measures (by number) whose totals the limits watch, `line` where review may stop."""

    waiting: pl.DataFrame
    totals: Totals
    watched: tuple[int, ...]
    line: StopLine
    limits: ReviewLimits
    yardstick: Yardstick


def kept_order(area: Area, at: datetime) -> KeptOrder:
    """As it is kept, where that is still true; else made so."""
    yardstick, limits = yardstick_of(area.period, at), review_limits()
    waiting, totals = _still(area, yardstick, limits) or _made(area, yardstick, limits)
    return KeptOrder(waiting, totals, *_lined_up(area, waiting, totals, limits), limits, yardstick)


def as_kept(area: Area, at: datetime) -> KeptOrder:
    """As it was kept last, whatever has come in or was decided since; made where there is none."""
    yardstick, limits = yardstick_of(area.period, at), review_limits()
    waiting, totals = _read_there(area) or _made(area, yardstick, limits)
    return KeptOrder(waiting, totals, *_lined_up(area, waiting, totals, limits), limits, yardstick)


def kept_of(area: Area, kept: KeptOrder, filings: Collection[int]) -> KeptOrder:
    """Of these filings, whether they wait or not, what this order's yardstick makes of them."""
    board = board_of(area.period, area.districts)
    rows = scored(replace(board, frame=board.frame.filter(_are(filings))), kept.yardstick, area.late())
    rows = rows.select(kept.waiting.columns)
    return replace(kept, waiting=rows, line=_lined_up(area, rows, kept.totals, kept.limits)[1])


def still_waiting(area: Area, kept: KeptOrder, filings: Collection[int]) -> KeptOrder:
    """Only these of them wait by now: the line is theirs, and what was sent back is in no total."""
    left = set(kept.waiting["filing"]) - set(filings)
    rows, totals = _without(area, kept.waiting, kept.totals, left) if left else (kept.waiting, kept.totals)
    return replace(kept, waiting=rows, totals=totals, line=_lined_up(area, rows, totals, kept.limits)[1])


def _still(area: Area, yardstick: Yardstick, limits: ReviewLimits) -> tuple[pl.DataFrame, Totals] | None:
    """What is kept, without what was decided since; None where something came in, or it was scored otherwise."""
    notes, found = notes_of(area.period.code, area.name), _read_there(area)
    if notes is None or found is None or notes["by"] != _scored_by(yardstick, limits):
        return None
    rows, totals = found
    moved = _moved(area, rows)
    if not moved:
        return rows, totals
    scored_ones = dict(rows.filter(pl.col("district").is_in(list(moved))).select("filing", "submission").iter_rows())
    waiting = area.waiting(moved)
    if not waiting.items() <= scored_ones.items():
        return None
    return _without(area, rows, totals, scored_ones.keys() - waiting.keys())


def _without(area: Area, rows: pl.DataFrame, totals: Totals, left: Collection[int]) -> tuple[pl.DataFrame, Totals]:
    """What was decided waits no more, and what was sent back is in no total."""
    gone = set(left) - area.counting_on(left)
    return rows.filter(~_are(left)), totals.without(Totals.of(_figures(rows.filter(_are(gone)), area)))


def _moved(area: Area, rows: pl.DataFrame) -> set[str]:
    """The districts of which something else waits than these rows."""
    then = dict(rows.group_by("district").agg((weight_of(pl.col("filing")) * pl.col("submission")).sum()).iter_rows())
    now = area.waiting_marks()
    return {code for code in then.keys() | now.keys() if then.get(code) != now.get(code)}


def _read_there(area: Area) -> tuple[pl.DataFrame, Totals] | None:
    with suppress(Broken):
        found = read(area.period.code, area.name)
        if found and found[1]["edition"] == area.period.edition.digest:
            return found[0].frame, Totals(*map(np.asarray, found[1]["totals"]))
    return None


def _made(area: Area, yardstick: Yardstick, limits: ReviewLimits) -> tuple[pl.DataFrame, Totals]:
    rows = scored(board_of(area.period, area.districts), yardstick, area.late())
    totals = Totals.of(_figures(rows, area))
    waiting = rows.filter("waits")
    waiting = waiting[_lined_up(area, waiting, totals, limits)[1].order]
    write(
        area.period.code,
        area.name,
        ScaledColumns(waiting, {}),
        by=_scored_by(yardstick, limits),
        edition=area.period.edition.digest,
        totals=[totals.sums.tolist(), totals.gross.tolist()],
    )
    return waiting, totals


def _scored_by(yardstick: Yardstick, limits: ReviewLimits) -> str:
    return "/".join([yardstick.mark, *limits.watched])


def _are(filings: Collection[int]) -> pl.Expr:
    return pl.col("filing").is_in(pl.Series(list(filings), dtype=pl.Int64).implode())


def _figures(rows: pl.DataFrame, area: Area) -> Floats:
    """What goes into the totals, a column for each measure."""
    columns = [pl.col(NOW.format(measure.cell)).fill_null(np.nan) for measure in area.measures]
    return rows.filter("in_total").select(columns).to_numpy()


def _lined_up(
    area: Area, waiting: pl.DataFrame, totals: Totals, limits: ReviewLimits
) -> tuple[tuple[int, ...], StopLine]:
    """Which measures are watched, by number, and the order and the line by them."""
    watched = watched_of(area, limits)
    measures = [area.measures[at] for at in watched]
    return watched, line_of(
        errors_of(waiting, measures),
        totals.sums[list(watched)],
        totals.gross[list(watched)],
        float(limits.points),
        waiting["filing"].to_numpy(),
    )


def errors_of(rows: pl.DataFrame, measures: Sequence[Measure]) -> Floats:
    """What each is expected to be wrong by. Of what nothing was expected the whole figure is in doubt; what was let in
    after the lock is in no total."""
    if not rows.height:
        return np.empty((0, len(measures)))
    moved = [moves_of(measure).abs() * pl.col("suspicion") * pl.col("in_total") for measure in measures]
    return rows.select(each.fill_null(0.0).alias(str(at)) for at, each in enumerate(moved)).to_numpy()


def moves_of(measure: Measure) -> pl.Expr:
    """A blank is nought where something was expected, and null where nothing was."""
    now, expected = pl.col(NOW.format(measure.cell)), pl.col(EXPECTED.format(measure.cell)).fill_null(0.0)
    return pl.when(now.is_not_null() | (expected != 0)).then(now.fill_null(0.0) - expected)


def watched_of(area: Area, limits: ReviewLimits) -> tuple[int, ...]:
    """The first where this form has none of what the city watches."""
    figures = headline_cells(area.period.edition, area.period.parsed.frequency)
    cells = [measure.cell for measure in area.measures]
    named = {HEADLINE: figures.headline, BASE: figures.base, EMPLOYED: figures.employed}
    wanted = {named[role] for role in limits.watched if role in named}
    wanted |= set(cells) - set(named.values()) if MAIN in limits.watched else set()
    return tuple(at for at, cell in enumerate(cells) if cell in wanted) or (0,)
