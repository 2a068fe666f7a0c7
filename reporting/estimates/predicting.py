"""What each firm is expected to say: of those that have filed without their own figure, which shows how far such
expectations miss; of the others with all that is in.

An estimate is a ratio of means: a firm's basis times what the filed ones of its group say for each unit of theirs. The
basis is what it had a year before, moved on by its own growth of the period before (its trend), else what it had
alone; of a firm without a year before what it said last. The group is the finest that has enough firms in. A mean of
ratios stands beside it, and is used for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
WholeArray = NDArray[np.int64]
TruthArray = NDArray[np.bool_]

FEWEST = 5  # firms a group rests on, without the firm itself
STEEPEST = 5.0  # a firm that grew or shrank by more is not expected to go on so


class Method(IntEnum):
    """How a firm is estimated, the best first. NOTHING: its basis is nought or negative, or nobody like it is in."""

    TREND, RATIO, PREV, NEWCOMERS, CLASS_MEAN, NOTHING = range(6)


@dataclass(frozen=True)
class Measured:
    """One measure of one period, a place for each firm. `said` is NaN where nothing is in and where the form is left
    blank; `base` is what it had a year before, NaN where nobody knows; `trend` its own growth of the period before as a
    factor, NaN likewise; `last` what it said last. `groups` number each firm's group, the finest first; the last but
    one is its class, the last is the whole. `area` numbers its district."""

    said: FloatArray
    is_in: TruthArray
    base: FloatArray
    trend: FloatArray
    last: FloatArray
    groups: tuple[WholeArray, ...]
    area: WholeArray
    areas: int

    @property
    def sizes(self) -> WholeArray:
        """The groups within which firms are alike in how far they stray: class and size."""
        return self.groups[min(1, len(self.groups) - 1)]


@dataclass(frozen=True)
class Predicted:
    """For each firm `value` (NaN where nothing can be said), `method`, `level` (of `Measured.groups`), and `beside`,
    the mean of ratios."""

    value: FloatArray
    beside: FloatArray
    method: WholeArray
    level: WholeArray


@dataclass(frozen=True)
class Basis:
    """One way to estimate: `of` is what the ratio is taken to, `applies` to whom, `reference` from whom."""

    method: Method
    of: FloatArray
    applies: TruthArray
    reference: TruthArray


def bases(figures: Measured) -> Iterator[Basis]:
    heard = figures.is_in & np.isfinite(figures.said)
    with np.errstate(invalid="ignore"):
        has_base = figures.base > 0
        has_last = figures.last > 0
        has_trend = has_base & (figures.trend >= 1 / STEEPEST) & (figures.trend <= STEEPEST)
    unknown = np.isnan(figures.base)
    alone = np.ones(len(figures.said))
    moved = np.where(has_trend, figures.base * figures.trend, np.nan)
    yield Basis(Method.TREND, moved, has_trend, heard & has_trend)
    yield Basis(Method.RATIO, figures.base, has_base, heard & has_base)
    yield Basis(Method.PREV, figures.last, unknown & has_last, heard & has_last)
    yield Basis(Method.NEWCOMERS, alone, unknown, heard & unknown)
    yield Basis(Method.CLASS_MEAN, alone, unknown, heard)


def predict(figures: Measured) -> Predicted:
    many = len(figures.said)
    value, beside = np.full(many, np.nan), np.full(many, np.nan)
    method, level = np.full(many, int(Method.NOTHING)), np.full(many, len(figures.groups) - 1)
    for basis in bases(figures):
        for place, group in enumerate(figures.groups):
            open_still = basis.applies & (method == Method.NOTHING)
            if not open_still.any():
                break
            ratio, mean, enough = without_itself(figures.said, basis, group)
            take = open_still & enough
            value[take] = (ratio * basis.of)[take]
            beside[take] = (mean * basis.of)[take]
            method[take], level[take] = basis.method, place
    return Predicted(value, beside, method, level)


def without_itself(said: FloatArray, basis: Basis, group: WholeArray) -> tuple[FloatArray, FloatArray, TruthArray]:
    """For each firm the ratio of means of the others of its group and the mean of their ratios, and whether they are
    enough to say so: as many as asked for, with sums above nought."""
    who = basis.reference
    y, x = np.where(who, said, 0.0), np.where(who, basis.of, 0.0)
    each = np.divide(y, x, out=np.zeros_like(y), where=who)
    many, sum_y, sum_x, sum_each = (
        np.bincount(group, weights=column)[group] - column for column in (who.astype(float), y, x, each)
    )
    enough = (many >= FEWEST) & (sum_x > 0) & (sum_y > 0)
    ratio = np.divide(sum_y, sum_x, out=np.full_like(y, np.nan), where=enough)
    mean = np.divide(sum_each, many, out=np.full_like(y, np.nan), where=enough)
    return ratio, mean, enough
