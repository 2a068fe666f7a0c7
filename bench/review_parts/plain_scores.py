"""The same scores and the same line, worked out a second time: plain numpy over arrays, no frames and nothing kept.

Written from what the modules of reporting/consequence say they do, sharing their constants and none of their code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reporting.consequence import evidence
from reporting.consequence.suspicion import EXPONENT, LEAST_CHANGE, LEAST_SPREAD, MIN_PEERS, STRANGE

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class City:
    """A row for each filing, a column for each measure; nan where nothing is known."""

    now: Floats
    before: Floats
    prev: Floats
    klass: NDArray[np.int64]
    size: NDArray[np.int64]
    warnings: Floats
    estimated: NDArray[np.bool_]
    core: Sequence[int]  # weighed against the class
    flows: Sequence[int]  # add up over a year
    parts: Sequence[int]  # add up to the first
    watched: Sequence[int]
    limit: float


@dataclass(frozen=True)
class Scored:
    suspicion: Floats
    scores: Floats
    first: int  # so many before the line


def scored(city: City) -> Scored:
    year, from_year, year_spread = held_against(city, city.before)
    month, from_month, month_spread = held_against(city, city.prev)
    closer = month_spread < year_spread  # nan: no class to tell, and not closer
    closer |= np.isnan(year_spread) & ~np.isnan(month_spread)
    takes_month = np.isnan(from_year) | (closer & (city.prev > 0))
    expected = np.where(takes_month & ~np.isnan(from_month), from_month, from_year)
    innocent = np.full(len(city.now), 1 - evidence.BASE)
    for weight in weights(city, expected, year, month):
        innocent *= 1 - weight
    suspicion = 1 - innocent
    watched = list(city.watched)
    moved = np.abs(np.nan_to_num(city.now[:, watched]) - np.nan_to_num(expected[:, watched]))
    totals = np.abs(np.nansum(city.now[:, watched], axis=0))
    points = moved * suspicion[:, None] / totals * 100
    scores = points.max(axis=1)
    order = np.argsort(-scores, kind="stable")
    left = points.sum(axis=0) - np.cumsum(points[order], axis=0)
    enough = np.vstack([points.sum(axis=0), left]).max(axis=1) <= city.limit
    return Scored(suspicion, scores, int(np.flatnonzero(enough)[0]) if enough.any() else len(scores))


def held_against(city: City, then: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each figure how strange it is, what its class would have made of the earlier one, how wide the class is."""
    strange, foretold, spread = np.full(then.shape, np.nan), then.copy(), np.full(then.shape, np.nan)
    group = city.klass * 1000 + city.size
    for column in range(then.shape[1]):
        now, base = city.now[:, column], then[:, column]
        told = (now > 0) & (base > 0)
        for each in np.unique(group):
            own = group == each
            for peers in (own, city.klass == each // 1000, np.ones(len(now), dtype=bool)):
                if np.count_nonzero(peers & told) >= MIN_PEERS:
                    fill(strange, foretold, spread, column, own, told, peers & told, now, base)
                    break
    return strange, foretold, spread


def fill(strange, foretold, spread, column, own, told, peers, now, base) -> None:  # noqa: PLR0913
    low, ratio, high = np.percentile(now[peers] / base[peers], (25, 50, 75))
    of_peers = effect(now[peers], base[peers], ratio)
    first, middle, third = np.percentile(of_peers, (25, 50, 75))
    least = abs(LEAST_SPREAD * middle)
    here = own & told
    floor = LEAST_CHANGE * np.maximum(now[here], ratio * base[here]) ** EXPONENT
    apart = effect(now[here], base[here], ratio) - middle
    width = np.where(apart < 0, max(middle - first, least), max(third - middle, least))
    strange[here, column] = apart / np.maximum(width, floor)
    positive = own & (base > 0)
    foretold[positive, column] = base[positive] * ratio
    spread[own, column] = (high - low) / ratio


def effect(now: Floats, base: Floats, ratio: float) -> Floats:
    own = now / base
    signed = np.where(own >= ratio, own / ratio - 1, 1 - ratio / own)
    return signed * np.maximum(now, ratio * base) ** EXPONENT


def weights(city: City, expected: Floats, year: Floats, month: Floats) -> list[Floats]:
    table, core = evidence.TABLE, list(city.core)
    odd_year, odd_month = oddness(year[:, core]), oddness(month[:, core])
    passed = (~np.isnan(month[:, core])).any(axis=1) & (odd_month < 0.5)
    unit, digit = tens(city.now, expected)
    now, before = city.now[:, core], city.before[:, core]
    flows = list(city.flows)
    facts = {
        evidence.UNIT: unit,
        evidence.DIGIT: digit,
        evidence.SIGN: ((now < 0) | ((now > 0) & (before < 0))).any(axis=1),
        evidence.NEW: np.isnan(city.before[:, 0]) & np.isnan(city.prev[:, 0]) & (city.now[:, 0] != 0),
        evidence.ESTIMATE: city.estimated,
        evidence.COPIED_LAST: same(city.now[:, flows], city.prev[:, flows]),
        evidence.COPIED_YEAR: same(city.now[:, flows], city.before[:, flows]),
        evidence.PARTS: misses(city),
    }
    warned = 1 - (1 - table[evidence.WARNED].weight) ** np.minimum(city.warnings, evidence.MOST_WARNINGS)
    return [
        table[evidence.YEAR].weight * odd_year * np.where(passed, evidence.ALREADY, 1.0),
        table[evidence.MONTH].weight * odd_month,
        table[evidence.VANISHED].weight * ends(now, expected[:, core], city.prev[:, core]),
        table[evidence.APPEARED].weight * begins(now, before, city.prev[:, core]),
        warned,
        *(table[key].weight * told for key, told in facts.items()),
    ]


def oddness(strange: Floats) -> Floats:
    most = np.where(np.isnan(strange), 0, np.abs(strange)).max(axis=1) / STRANGE
    fourth = np.minimum(most, 1e6) ** 4
    return fourth / (1 + fourth)


def tens(now: Floats, expected: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Two figures or more off by one power of ten; one alone."""
    both = (now > 0) & (expected > 0)
    decades = np.zeros(now.shape)
    decades[both] = np.log10(now[both] / expected[both])
    power = np.round(decades)
    off = (np.abs(power) >= 1) & (np.abs(decades - power) <= evidence.TENFOLD)
    named = np.take_along_axis(power, off.argmax(axis=1)[:, None], axis=1)
    alike = np.count_nonzero(off & (power == named), axis=1)
    return alike >= 2, alike == 1


def same(now: Floats, then: Floats) -> NDArray[np.bool_]:
    told = ((now != 0) & ~np.isnan(now)) | ((then != 0) & ~np.isnan(then))
    alike = np.abs(now - then) <= evidence.SAME * np.maximum(np.abs(now), 1)
    return (np.count_nonzero(told & alike, axis=1) >= 2) & (~told | alike).all(axis=1)


def ends(now: Floats, expected: Floats, prev: Floats) -> Floats:
    """Nought or blank where something was expected; less so where it was nought already."""
    gone = (expected > 0) & ((now == 0) | np.isnan(now))
    anew = (gone & (prev != 0)).any(axis=1)
    return np.where(anew, 1.0, np.where(gone.any(axis=1), evidence.ALREADY, 0.0))


def begins(now: Floats, before: Floats, prev: Floats) -> Floats:
    """Something where what is known of the past is nought; less so where the year before alone is known."""
    then = np.stack([before, prev])
    known = ~np.isnan(then)
    was_nothing = known.any(axis=0) & ~(known & (then != 0)).any(axis=0)
    some = (now > 0) & was_nothing
    anew = (some & known[1]).any(axis=1)
    return np.where(anew, 1.0, np.where(some.any(axis=1), evidence.ALREADY, 0.0))


def misses(city: City) -> NDArray[np.bool_]:
    """The parts do not add up to the whole."""
    if len(city.parts) < 2:
        return np.zeros(len(city.now), dtype=bool)
    whole, parts = city.now[:, 0], city.now[:, list(city.parts)]
    summed = np.nansum(parts, axis=1)
    off = np.abs(summed - whole) > evidence.ROUNDING * np.maximum(np.abs(summed), np.abs(whole))
    return off & ~np.isnan(whole) & ~np.isnan(parts).all(axis=1)
