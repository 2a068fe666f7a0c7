"""How it stands at one moment, for each district and the whole city: what is in, what is estimated of the rest, and how
far firms like the missing ones stray from their estimates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reporting.estimates.predicting import (
    FEWEST,
    FloatArray,
    Measured,
    Method,
    Predicted,
    TruthArray,
    WholeArray,
    bases,
    predict,
)

TOO_LARGE = 0.5  # of the whole: one missing firm of that size alone decides what the whole will be
ENOUGH_TO_TELL = 20  # firms from which the spread of their group is told; fewer are told from all of their method


@dataclass(frozen=True)
class AreaEstimates:
    """An entry for each district, the last for the city. `owed` and `filed` count firms; `said` adds up what is in,
    `missing` the estimates of the rest, of which `largest` is the largest one; `unsaid` counts the missing firms of
    which nothing can be said; `variance` is that of the sum of the estimates, by the errors of the firms that are in.
    `base` is what all these firms had a year before."""

    owed: FloatArray
    filed: FloatArray
    said: FloatArray
    missing: FloatArray
    largest: FloatArray
    unsaid: FloatArray
    variance: FloatArray
    base: FloatArray

    @property
    def share(self) -> float:
        """The share of the city's firms that are in: by it moments of different periods are held beside each other."""
        return float(self.filed[-1] / self.owed[-1]) if self.owed[-1] else 0.0


def standing_of(figures: Measured, predicted: Predicted | None = None, comparable: bool = False) -> AreaEstimates:
    """With `comparable`, of the firms alone that have a year before."""
    predicted = predict(figures) if predicted is None else predicted
    among = np.isfinite(figures.base) if comparable else np.ones(len(figures.said), bool)
    expected = among & ~figures.is_in
    estimated = expected & np.isfinite(predicted.value)
    value = np.where(estimated, predicted.value, 0.0)
    largest = np.zeros(figures.areas + 1)
    np.maximum.at(largest, figures.area, np.abs(value))
    largest[-1] = np.abs(value).max(initial=0)

    def summed(column: FloatArray | TruthArray) -> FloatArray:
        sums = np.bincount(figures.area, weights=column.astype(float), minlength=figures.areas)
        return np.append(sums, sums.sum())

    return AreaEstimates(
        owed=summed(among),
        filed=summed(among & figures.is_in),
        said=summed(np.where(among & figures.is_in, np.nan_to_num(figures.said), 0.0)),
        missing=summed(value),
        largest=largest,
        unsaid=summed(expected & ~estimated),
        variance=variance_of(figures, predicted, estimated),
        base=summed(np.where(among, np.nan_to_num(figures.base), 0.0)),
    )


def could_say(standing: AreaEstimates) -> TruthArray:
    """For each district and the city whether there is enough to give an interval."""
    whole = standing.said + standing.missing
    return (
        (standing.filed > 0)
        & (standing.filed[-1] >= FEWEST)
        & (standing.unsaid < standing.owed - standing.filed)
        & np.isfinite(standing.variance)
        & (whole > 0)
        & (standing.largest < TOO_LARGE * whole)
    ) | ((standing.owed == standing.filed) & (standing.owed > 0))


def variance_of(figures: Measured, predicted: Predicted, estimated: TruthArray) -> FloatArray:
    """Each missing firm strays by itself, and those of one group together, by as much as their ratio does."""
    own = np.where(estimated, spread_of(figures, predicted) * predicted.value**2, 0.0)
    by_area = np.bincount(figures.area, weights=own, minlength=figures.areas)
    return np.append(by_area, by_area.sum()) + shared_variance(figures, predicted, estimated)


def spread_of(figures: Measured, predicted: Predicted) -> FloatArray:
    """For each firm the mean square of the relative errors of those like it that are in, each weighing as much as it is
    expected to say: small firms stray far, and matter little."""
    known = figures.is_in & np.isfinite(figures.said) & (predicted.value > 0)
    by_ratio = predicted.method <= Method.PREV
    error = np.where(known, figures.said - predicted.value, 0.0)
    square = np.divide(error**2, predicted.value, out=np.zeros_like(error), where=known)
    weight = np.where(known, predicted.value, 0.0)
    spread = np.full(len(figures.said), np.nan)
    kinds = by_ratio.astype(np.int64)
    for group in (figures.sizes * 2 + kinds, kinds, np.zeros_like(kinds)):
        many = np.bincount(group, weights=known)[group]
        squares, weights = np.bincount(group, weights=square)[group], np.bincount(group, weights=weight)[group]
        take = np.isnan(spread) & (weights > 0) & ((many >= ENOUGH_TO_TELL) | ~group.any())
        spread[take] = squares[take] / weights[take]
    return spread


def shared_variance(figures: Measured, predicted: Predicted, estimated: TruthArray) -> FloatArray:
    """Of the ratios themselves: those of a group rest on the same firms, so their errors do not cancel out."""
    found = np.zeros(figures.areas + 1)
    for basis in bases(figures):
        for level, group in enumerate(figures.groups):
            whose = estimated & (predicted.method == basis.method) & (predicted.level == level)
            if not whose.any():
                continue
            relative = relative_variance(figures.said, basis.of, basis.reference, group)
            for area, columns in (
                (figures.area, figures.areas),
                (np.full(len(group), figures.areas), figures.areas + 1),
            ):
                cells, of_cell = np.unique(group[whose] * columns + area[whose], return_inverse=True)
                sums = np.bincount(of_cell, weights=predicted.value[whose])
                found += np.bincount(
                    cells % columns, weights=sums**2 * relative[cells // columns], minlength=figures.areas + 1
                )
    return found


def relative_variance(said: FloatArray, of: FloatArray, reference: TruthArray, group: WholeArray) -> FloatArray:
    """Of each group's ratio of means, by its firms' errors about it (linearised)."""
    y, x = np.where(reference, said, 0.0), np.where(reference, of, 0.0)
    sum_y, sum_x = np.bincount(group, weights=y), np.bincount(group, weights=x)
    ratio = np.divide(sum_y, sum_x, out=np.zeros_like(sum_y), where=sum_x > 0)
    squares = np.bincount(group, weights=(y - ratio[group] * x) ** 2)
    return np.divide(squares, sum_y**2, out=np.zeros_like(sum_y), where=sum_y > 0)
