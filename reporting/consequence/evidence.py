"""What speaks against a filing's figures, each piece with its weight, and what all of it comes to: a suspicion.

A suspicion is a score between 0 and 1 that orders the work. It is no probability: the weights below were set by hand,
from what reviewers ask about, and are fitted to no data. They are put together as if each piece were a chance of its
own, 1 − Π(1 − weight), so that several weak ones come to more than one, and none to more than 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reporting.consequence.suspicion import STRANGE, Floats

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """`weight` is its part in the suspicion, at the most where it grows."""

    key: str
    weight: float
    why: str


BASE = 0.01  # of a filing against which nothing speaks
YEAR, MONTH, UNIT, DIGIT, PARTS = "year", "month", "unit", "digit", "parts"
COPIED_LAST, COPIED_YEAR, COPIED_STEP = "copied_last", "copied_year", "copied_step"
WARNED, SIGN, NEW, ESTIMATE, LATE = "warned", "sign", "new", "estimate", "late"
VANISHED, APPEARED = "vanished", "appeared"
TABLE = {
    each.key: each
    for each in (
        Evidence(YEAR, 0.5, "Changed on the year otherwise than its class; half of it at STRANGE."),
        Evidence(MONTH, 0.6, "The same on the period before, where classes are narrower: more telling."),
        Evidence(UNIT, 0.9, "Two figures or more off by the same power of ten: yuan where 万元 was asked."),
        Evidence(DIGIT, 0.7, "One figure alone off by a power of ten: a digit too many or too few."),
        Evidence(PARTS, 0.5, "The classes do not add up to the whole; most forms refuse it before."),
        Evidence(COPIED_LAST, 0.8, "Every sum since January as it stood a period before: nothing in a whole period."),
        Evidence(COPIED_YEAR, 0.9, "Every figure as it was a year before, to the last digit."),
        Evidence(COPIED_STEP, 0.6, "Every figure grew by just what it grew by in the period before."),
        Evidence(WARNED, 0.04, "For each warning, five at the most: all were explained, so each says little."),
        Evidence(SIGN, 0.5, "Revenue, or what else is never below nought, changed its sign or is below it."),
        Evidence(VANISHED, 0.8, "Nought or blank where something was expected; half of it if nought before."),
        Evidence(APPEARED, 0.4, "Something after nought; half of it if only the year before is known."),
        Evidence(NEW, 0.1, "Nothing earlier to hold it against."),
        Evidence(ESTIMATE, 0.15, "The firm itself calls it an estimate."),
        Evidence(LATE, 0.03, "Sent after the date, often in haste."),
    )
}
MOST_WARNINGS = 5
TENFOLD = 0.08  # in powers of ten: from 0.83 to 1.2 of one, for the firm's own growth is in it
SAME = 1e-9  # of figures that were whole numbers of their last decimal before they were floats
ROUNDING = 0.005  # of the whole, by which its parts may miss it
AS_STRANGE = 0.75  # of the strangest: as good as it
ALREADY = 0.5  # what is left where the period before was already so and was passed, or is not known (APPEARED)


@dataclass(frozen=True)
class Examined:
    """A row for each filing, a column for each measure. `core` are the columns that are weighed against the class,
    `flows` those of what adds up over a year, `parts` those that add up to the first, where they do."""

    now: Floats
    before: Floats
    prev: Floats
    last_but_one: Floats | None
    expected: Floats
    year: Floats  # HB on the year before and on the period before
    month: Floats
    core: tuple[int, ...]
    flows: tuple[int, ...]
    parts: tuple[int, ...]
    warnings: Floats
    estimated: Bools
    late: Bools


@dataclass(frozen=True)
class Findings:
    """The weight of each piece of evidence found, by its key; of which measure (by column) the change on the year and
    on the period is strangest; which power of ten a unit or digit is off by, and in which column first (−1: none);
    in which column something vanished and appeared, where it did."""

    weights: Mapping[str, Floats]
    year_of: NDArray[np.intp]
    month_of: NDArray[np.intp]
    power: NDArray[np.int64]
    power_of: NDArray[np.intp]
    vanished_of: NDArray[np.intp]
    appeared_of: NDArray[np.intp]

    @property
    def suspicion(self) -> Floats:
        doubt = np.full(len(self.power), 1 - BASE)
        for weight in self.weights.values():
            doubt = doubt * (1 - weight)
        return 1 - doubt


def find(figures: Examined) -> Findings:
    year, year_of = _strangest(figures.year, figures.core)
    month, month_of = _strangest(figures.month, figures.core)
    in_line = np.isfinite(figures.month[:, list(figures.core)]).any(axis=1) & (month < 0.5)
    unit, digit, power, power_of = _powers(figures)
    vanished, appeared = _vanished(figures), _appeared(figures)
    found = {
        YEAR: TABLE[YEAR].weight * year * np.where(in_line, ALREADY, 1),
        MONTH: TABLE[MONTH].weight * month,
        VANISHED: TABLE[VANISHED].weight * vanished.max(axis=1),
        APPEARED: TABLE[APPEARED].weight * appeared.max(axis=1),
        WARNED: 1 - (1 - TABLE[WARNED].weight) ** np.minimum(figures.warnings, MOST_WARNINGS),
    }
    is_so = {
        UNIT: unit,
        DIGIT: digit,
        PARTS: _miss_the_whole(figures),
        SIGN: _changed_sign(figures),
        NEW: _has_nothing_before(figures),
        ESTIMATE: figures.estimated,
        LATE: figures.late,
        **_copied(figures),
    }
    found |= {key: np.where(told, TABLE[key].weight, 0.0) for key, told in is_so.items()}
    core = np.asarray(figures.core)
    return Findings(
        {key: found[key] for key in TABLE}, year_of, month_of, power, power_of,
        core[vanished.argmax(axis=1)], core[appeared.argmax(axis=1)],
    )  # fmt: skip


def _strangest(hb: Floats, core: tuple[int, ...]) -> tuple[Floats, NDArray[np.intp]]:
    """How strange, from 0 to 1, one half at STRANGE: next to nothing at the quartile (1), nearly all at twice it."""
    apart = np.nan_to_num(np.abs(hb[:, list(core)]), nan=0.0) / STRANGE
    largest = apart.max(axis=1)
    which = (apart >= AS_STRANGE * largest[:, None]).argmax(axis=1)  # the first, of several that moved together
    most = np.minimum(largest, 1e6) ** 4
    return most / (1 + most), np.asarray(core)[which]


def _powers(figures: Examined) -> tuple[Bools, Bools, NDArray[np.int64], NDArray[np.intp]]:
    now, expected = figures.now, figures.expected
    both = (now > 0) & (expected > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        decades = np.where(both, np.log10(np.where(both, now, 1) / np.where(both, expected, 1)), 0.0)
    nearest = np.rint(decades)
    hit = (np.abs(nearest) >= 1) & (np.abs(decades - nearest) <= TENFOLD)
    first = np.where(hit.any(axis=1), hit.argmax(axis=1), -1)
    power = np.where(first >= 0, nearest[np.arange(len(now)), first], 0).astype(np.int64)
    alike = (hit & (nearest == power[:, None])).sum(axis=1)
    return alike >= 2, alike == 1, power, first


def _miss_the_whole(figures: Examined) -> Bools:
    if len(figures.parts) < 2:
        return np.zeros(len(figures.now), dtype=bool)
    whole, parts = figures.now[:, 0], figures.now[:, list(figures.parts)]
    summed = np.nansum(parts, axis=1)
    told = np.isfinite(parts).any(axis=1) & np.isfinite(whole)
    return told & (np.abs(summed - whole) > ROUNDING * np.maximum(np.abs(summed), np.abs(whole)))


def _changed_sign(figures: Examined) -> Bools:
    core = list(figures.core)
    now, before = figures.now[:, core], figures.before[:, core]
    return np.asarray(((now < 0) | ((now > 0) & (before < 0))).any(axis=1))


def _vanished(figures: Examined) -> Floats:
    """By measure, from 0 to 1. What no column holds is taken for a blank."""
    now, expected, prev = (each[:, list(figures.core)] for each in (figures.now, figures.expected, figures.prev))
    return np.where((np.nan_to_num(now) == 0) & (expected > 0), np.where(prev == 0, ALREADY, 1.0), 0.0)


def _appeared(figures: Examined) -> Floats:
    """By measure, from 0 to 1. Where nothing is known of either earlier figure there is nothing to appear from."""
    now, before, prev = (each[:, list(figures.core)] for each in (figures.now, figures.before, figures.prev))
    was_nothing = (np.nan_to_num(before) == 0) & (np.nan_to_num(prev) == 0)
    return np.where((now > 0) & was_nothing, np.select([prev == 0, before == 0], [1.0, ALREADY], 0.0), 0.0)


def _has_nothing_before(figures: Examined) -> Bools:
    return np.isnan(figures.before[:, 0]) & np.isnan(figures.prev[:, 0]) & (figures.now[:, 0] != 0)


def _copied(figures: Examined) -> dict[str, Bools]:
    flows = list(figures.flows)
    now, before, prev = (each[:, flows] for each in (figures.now, figures.before, figures.prev))
    last, year, step = _all_alike(now, prev, now), _all_alike(now, before, now), np.zeros(len(now), dtype=bool)
    if figures.last_but_one is not None:
        step = _all_alike(now - prev, prev - figures.last_but_one[:, flows], now)
    return {COPIED_LAST: last, COPIED_YEAR: year, COPIED_STEP: step & ~last}


def _all_alike(one: Floats, other: Floats, scale: Floats) -> Bools:
    """In at least two measures, and in all that are not nought."""
    told = (np.nan_to_num(one) != 0) | (np.nan_to_num(other) != 0)
    alike = np.abs(one - other) <= SAME * np.maximum(np.abs(scale), 1)  # what is not known is not alike
    return ((told & alike).sum(axis=1) >= 2) & ~(told & ~alike).any(axis=1)
