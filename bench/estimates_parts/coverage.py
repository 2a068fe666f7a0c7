"""Past periods of synthetic cities, played again: how often the interval held what was finally true, and how wide it
was; beside it the same estimates with normal errors and nothing learnt of late firms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from bench.estimates_parts.cities import City, PastPeriod
from reporting.estimates.intervals import EstimateInterval, experience_of, intervals_of
from reporting.estimates.lateness import LateOnes, first_in, late_ones
from reporting.estimates.predicting import predict
from reporting.estimates.standing import AreaEstimates, standing_of

LEARNT, REPLAYED = 24, 20  # periods an interval learns from, and those that are played again
PLAYED_AT = (0.30, 0.60, 0.80, 0.95)  # of the firms in
NORMAL = 1.6449
CITY, DISTRICT = "city", "district"


@dataclass(frozen=True)
class Outcome:
    """One interval: of what, at which stage; whether it held (None where none was given), its half width as a share of
    what was finally true, and the same of the naive one."""

    of: str
    comparable: bool
    stage: float
    held: bool | None
    width: float
    naive_held: bool
    naive_width: float


def outcomes(city: City) -> Iterator[Outcome]:
    periods = list(city.past())
    for comparable in (False, True):
        late = [late_ones(each.figures, each.order, comparable) for each in periods]
        for now in range(len(periods) - REPLAYED, len(periods)):
            yield from replayed(periods[now], late[max(0, now - LEARNT) : now], comparable)


def replayed(period: PastPeriod, past: Sequence[LateOnes], comparable: bool) -> Iterator[Outcome]:
    final = standing_of(period.figures, comparable=comparable)
    for stage in PLAYED_AT:
        then = first_in(period.figures, period.order, round(stage * len(period.order)))
        standing = standing_of(then, predict(then), comparable)
        intervals = intervals_of(standing, *experience_of(past, standing.share))
        for place, interval in enumerate(intervals):
            if standing.filed[place] < standing.owed[place]:
                of = CITY if place == len(intervals) - 1 else DISTRICT
                yield outcome(of, comparable, stage, interval, (standing, place, float(final.said[place])))


def outcome(
    of: str, comparable: bool, stage: float, interval: EstimateInterval, told: tuple[AreaEstimates, int, float]
) -> Outcome:
    standing, place, true = told
    half = NORMAL * sqrt(float(standing.variance[place]))
    naive = abs(float(standing.said[place] + standing.missing[place]) - true) <= half
    width = (interval.high - interval.low) / 2 / true if interval.low is not None and interval.high is not None else 0.0
    return Outcome(of, comparable, stage, interval.holds(true), width, naive, half / true)


@dataclass(frozen=True)
class Coverage:
    """Of many outcomes of one kind."""

    given: int
    withheld: int
    held: int
    naive_held: int
    width: float
    naive_width: float

    @property
    def rate(self) -> float:
        return self.held / self.given if self.given else float("nan")

    @property
    def naive_rate(self) -> float:
        return self.naive_held / self.given if self.given else float("nan")


def coverages(found: Sequence[Outcome]) -> dict[tuple[str, bool, float], Coverage]:
    kinds = dict.fromkeys((each.of, each.comparable, each.stage) for each in found)
    return {kind: coverage([e for e in found if (e.of, e.comparable, e.stage) == kind]) for kind in sorted(kinds)}


def coverage(found: Sequence[Outcome]) -> Coverage:
    given = [each for each in found if each.held is not None]
    return Coverage(
        given=len(given),
        withheld=len(found) - len(given),
        held=sum(bool(each.held) for each in given),
        naive_held=sum(each.naive_held for each in given),
        width=float(np.median([each.width for each in given])) if given else float("nan"),
        naive_width=float(np.median([each.naive_width for each in given])) if given else float("nan"),
    )
