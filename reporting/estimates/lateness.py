"""What a period that is over shows of those who came late: at each stage of its arrivals, what was estimated of the
rest beside what the rest came to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reporting.estimates.predicting import FloatArray, Measured, WholeArray
from reporting.estimates.standing import AreaEstimates, could_say, standing_of

STAGES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.985)


@dataclass(frozen=True)
class LateOnes:
    """For each stage (a share of the firms in) and each district, the last for the city: what was estimated of those
    not in yet, what they came to say, the variance that was told of the estimate, whether an interval could have been
    given, and the lowest figure that one of them came to say (nought where none said less)."""

    missing: FloatArray
    came: FloatArray
    variance: FloatArray
    could_say: FloatArray
    lowest: FloatArray

    def at(self, share: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Of the districts of which something could have been said. Between two stages, in between; before the first
        and after the last as there."""
        place = float(np.interp(share, STAGES, np.arange(len(STAGES))))
        low = int(place)
        high, part = min(low + 1, len(STAGES) - 1), place - low
        missing, came, variance = (
            column[low] * (1 - part) + column[high] * part for column in (self.missing, self.came, self.variance)
        )
        return np.where(self.could_say[low if part < 0.5 else high] > 0, missing, 0.0), came, variance


def first_in(figures: Measured, order: WholeArray, many: int) -> Measured:
    """As it stood when the first so many of `order` were in."""
    is_in = np.zeros(len(figures.said), bool)
    is_in[order[:many]] = True
    return replace(figures, is_in=is_in, said=np.where(is_in, figures.said, np.nan))


def at_stages(
    figures: Measured, order: WholeArray, stages: Sequence[float], comparable: bool
) -> Iterator[AreaEstimates]:
    for stage in stages:
        yield standing_of(first_in(figures, order, round(stage * len(order))), comparable=comparable)


def late_ones(figures: Measured, order: WholeArray, comparable: bool = False) -> LateOnes:
    """`figures` of a period that is over, of the firms that came, and the order in which they did."""
    final = standing_of(figures, comparable=comparable)
    found = list(at_stages(figures, order, STAGES, comparable))
    return LateOnes(
        missing=np.array([each.missing for each in found]),
        came=np.array([final.said - each.said for each in found]),
        variance=np.array([each.variance for each in found]),
        could_say=np.array([could_say(each) for each in found], dtype=float),
        lowest=np.array([lowest_late(figures, order, stage, comparable) for stage in STAGES]),
    )


def lowest_late(figures: Measured, order: WholeArray, stage: float, comparable: bool) -> FloatArray:
    late = order[round(stage * len(order)) :]
    said = np.nan_to_num(figures.said[late])
    if comparable:
        said = np.where(np.isfinite(figures.base[late]), said, 0.0)
    lowest = np.zeros(figures.areas + 1)
    np.minimum.at(lowest, figures.area[late], said)
    lowest[-1] = said.min(initial=0.0)
    return lowest
