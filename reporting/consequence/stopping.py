"""Where review may stop: after the smallest number of filings, in order, that leaves of no watched total more in doubt
than a limit.

A filing's expected error in a total is its suspicion times what it moves, |now − expected|; its score the largest of
them, as points of the totals. In the order of the scores review stops where the expected errors of all that is left add
up to no more than the limit, for every watched total: so does `sel.edit` of R's SeleMix (M. Di Zio and U. Guarnera, “A
contamination model for selective editing”, Journal of Official Statistics 29 (2013)). They are added up regardless of
sign, so that the line holds whichever way the errors go. It is the smallest number in this order; no other order was
tried. What is left is an expectation under suspicions that were set by hand, not a bound on what may be wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reporting.consequence.suspicion import Floats

CANCELS = 0.01  # a total smaller than this part of what went into it, regardless of sign, measures nothing
WHOLE = 100.0


@dataclass(frozen=True)
class StopLine:
    """`order` are the rows by score, `first` so many of them stand before the line, `left` what is left after them, in
    points of each total (not a number where the total measures nothing)."""

    scores: Floats
    order: NDArray[np.intp]
    first: int
    left: Floats


def points(errors: Floats, totals: Floats, gross: Floats) -> Floats:
    """Errors (a row for each filing, a column for each total) in points of the totals; not a number in the columns of
    totals that are nought, or next to nought beside what they are the sum of."""
    measures = measures_something(totals, gross)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(measures, errors / np.abs(totals) * WHOLE, np.nan)


def measures_something(totals: Floats, gross: Floats) -> NDArray[np.bool_]:
    return (totals != 0) & (np.abs(totals) >= CANCELS * gross)


def line_of(errors: Floats, totals: Floats, gross: Floats, limit: float, keys: NDArray[np.int64]) -> StopLine:
    """`errors` of what waits; `totals` of all that is in, `gross` the same regardless of sign; ties by `keys`."""
    parts = points(errors, totals, gross)
    said = np.nan_to_num(parts, nan=0.0)
    scores = said.max(axis=1, initial=0.0)
    order = np.lexsort((keys, -scores))
    after = np.zeros((len(scores) + 1, parts.shape[1]))
    after[:-1] = np.cumsum(said[order][::-1], axis=0)[::-1]  # the smallest first: what is left adds up exactly alike
    holds = (after <= limit).all(axis=1)
    first = int(np.argmax(holds))
    left = np.where(measures_something(totals, gross), after[first], np.nan)
    return StopLine(scores, order, first, left)
