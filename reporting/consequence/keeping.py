"""The scored filings of a district or the city as they are kept, so that a page, and whoever goes from one filing to
the next, need score nothing.

They are kept under a mark of where the filings stand, the yardstick and what the limits watch. Where only some have
left since (passed, returned) the scores of the others still hold; what has come in since is scored, and all with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import polars as pl

from accounts.models import District
from reporting.city_columns.counted import refresh
from reporting.city_columns.files import Broken, notes_of, read, write
from reporting.city_columns.marks import Parts, mark_of, parts_of
from reporting.city_columns.scaling import ScaledColumns
from reporting.consequence.board import NOW, Measure, board_of, listed_on, measures_of
from reporting.consequence.scoring import EXPECTED, IS_IN, scored
from reporting.consequence.stopping import Floats, Line, line_of
from reporting.consequence.yardstick import Totals, Yardstick, yardstick_of
from reporting.models import Filing, Period, ReviewLimits, review_limits
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

    def parts(self) -> Parts:
        """The marks of where its filings stand."""
        asked = None if self.district is None else [str(self.district.pk)]
        return parts_of([self.period.code], asked)[self.period.code]

    def own(self, parts: Parts) -> Parts:
        """Of the marks of a period its own."""
        return parts if self.district is None else {key: parts[key] for key in parts if key == str(self.district.pk)}


@dataclass(frozen=True)
class Kept:
    """`waiting` are the scored rows (`reporting.consequence.scoring`) of what waits, in order; `totals` those of all
    that is in, `watched` the measures (by number) whose totals the limits watch, `line` where review may stop."""

    waiting: pl.DataFrame
    totals: Totals
    watched: tuple[int, ...]
    line: Line
    limits: ReviewLimits
    yardstick: Yardstick


def kept_order(area: Area, at: datetime) -> Kept:
    """As it is kept, where that is still true; else made so."""
    yardstick, limits = yardstick_of(area.period, at), review_limits()
    waiting, totals = _read(area, yardstick, limits) or _made(area, yardstick, limits)
    return Kept(waiting, totals, *_lined_up(area, waiting, totals, limits), limits, yardstick)


def filings_as_kept(area: Area) -> list[int]:
    """Those that waited when the order was kept, in order; none where none is kept."""
    with suppress(Broken):
        if notes := notes_of(area.period.code, area.name):
            found = read(area.period.code, area.name, ["filing"], (0, notes["waiting"]))
            return found[0].frame["filing"].to_list() if found else []
    return []


def _read(area: Area, yardstick: Yardstick, limits: ReviewLimits) -> tuple[pl.DataFrame, Totals] | None:
    notes = notes_of(area.period.code, area.name)
    if notes is None or notes["mark"] != _mark(area.parts(), yardstick, limits):
        return None
    with suppress(Broken):
        if found := read(area.period.code, area.name, rows=(0, notes["waiting"])):
            return found[0].frame, Totals(*map(np.asarray, found[1]["totals"]))
    return None


def _made(area: Area, yardstick: Yardstick, limits: ReviewLimits) -> tuple[pl.DataFrame, Totals]:
    stand = refresh(area.period.parsed, area.districts)
    rows = _scored_before(area, yardstick)
    if rows is None:
        board = board_of(area.period, area.districts, fresh=False)
        rows = scored(board, yardstick, _late(area))
    totals = Totals.of(rows.filter("in_total").select(_columns(NOW, area.measures)).to_numpy())
    waiting = rows.filter("waits")
    waiting = waiting[_lined_up(area, waiting, totals, limits)[1].order]
    write(
        area.period.code,
        area.name,
        ScaledColumns(pl.concat([waiting, rows.filter(~pl.col("waits"))]), {}),
        mark=_mark(area.own(stand), yardstick, limits),
        yardstick=yardstick.mark,
        waiting=waiting.height,
        totals=[totals.sums.tolist(), totals.gross.tolist()],
    )
    return waiting, totals


def _scored_before(area: Area, yardstick: Yardstick) -> pl.DataFrame | None:
    """The rows of now with the scores that are kept; None where one of them was not scored by this yardstick."""
    notes = notes_of(area.period.code, area.name)
    if notes is None or notes["yardstick"] != yardstick.mark:
        return None
    try:
        kept = read(area.period.code, area.name)
    except Broken:
        return None
    if kept is None:
        return None
    listed = listed_on(area.period.parsed, area.districts).filter(IS_IN)
    scores = kept[0].frame.drop(set(listed.columns) - {"filing", "submission"})
    rows = listed.join(scores, on=["filing", "submission"], how="left", maintain_order="left")
    return None if rows["suspicion"].null_count() else rows


def _late(area: Area) -> list[int]:
    filings = Filing.objects.filter(period=area.period, late=True)
    if area.district is not None:
        filings = filings.filter(district=area.district)
    return list(filings.values_list("pk", flat=True))


def _lined_up(area: Area, waiting: pl.DataFrame, totals: Totals, limits: ReviewLimits) -> tuple[tuple[int, ...], Line]:
    """Which measures are watched, by number, and the order and the line by them."""
    watched = watched_of(area, limits)
    measures = [area.measures[at] for at in watched]
    return watched, line_of(
        errors_of(waiting, measures),
        totals.sums[list(watched)],
        totals.gross[list(watched)],
        float(limits.points),
        waiting["filing"].to_list(),
    )


def errors_of(rows: pl.DataFrame, measures: Sequence[Measure]) -> Floats:
    """What each is expected to be wrong by. Of what nothing was expected the whole figure is in doubt; what was let in
    after the lock is in no total."""
    if not rows.height:
        return np.empty((0, len(measures)))
    moved = [moves_of(measure).abs() * pl.col("suspicion") * pl.col("in_total") for measure in measures]
    return rows.select(each.fill_null(0.0).alias(str(at)) for at, each in enumerate(moved)).to_numpy()


def moves_of(measure: Measure) -> pl.Expr:
    now, expected = pl.col(NOW.format(measure.cell)), pl.col(EXPECTED.format(measure.cell))
    return now - expected.fill_null(0.0)


def watched_of(area: Area, limits: ReviewLimits) -> tuple[int, ...]:
    """The first where this form has none of what the city watches."""
    figures = area.period.edition.platform.figures[area.period.parsed.frequency]
    cells = [measure.cell for measure in area.measures]
    named = {HEADLINE: figures.headline, BASE: figures.base, EMPLOYED: figures.employed}
    wanted = {named[role] for role in limits.watched if role in named}
    wanted |= set(cells) - set(named.values()) if MAIN in limits.watched else set()
    return tuple(at for at, cell in enumerate(cells) if cell in wanted) or (0,)


def _columns(name: str, measures: Sequence[Measure]) -> list[pl.Expr]:
    return [pl.col(name.format(measure.cell)).fill_null(np.nan) for measure in measures]


def _mark(parts: Parts, yardstick: Yardstick, limits: ReviewLimits) -> str:
    return mark_of({**parts, "yardstick": yardstick.mark, "watched": "/".join(limits.watched)})
