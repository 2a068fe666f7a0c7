"""Synthetic cities with informative lateness: large firms come late, and so do those that had a bad month; in months
that are bad for a class more of it come late. Seeded: the same number always gives the same city."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reporting.estimates.predicting import STEEPEST, FloatArray, Measured, WholeArray

YEAR = 12
CLASSES, SIZES = 4, 4


@dataclass(frozen=True)
class PastPeriod:
    """What all its firms finally said, and the order in which they did."""

    figures: Measured
    order: WholeArray


@dataclass(frozen=True)
class City:
    firms: int
    periods: int
    districts: int
    seed: int

    def past(self) -> Iterator[PastPeriod]:
        """The first year and one month are what the others are measured against."""
        dice = np.random.default_rng(self.seed)
        firms, months = self.firms, self.periods + YEAR + 1
        log_size = dice.normal(0.0, 1.8, firms)
        kind = dice.integers(0, CLASSES, firms)
        district = np.minimum(dice.geometric(1.6 / self.districts, firms) - 1, self.districts - 1)
        level = self._levels(dice, log_size, kind, months)
        said = np.exp(level)
        born = np.where(dice.random(firms) < 0.08, dice.integers(0, months, firms), -1)
        said[np.arange(months)[:, None] < born] = np.nan
        said[:, born >= 0] *= 0.3  # newcomers are small
        size = np.searchsorted(np.quantile(log_size, [0.4, 0.7, 0.9]), log_size)
        groups = grouped(kind, size, district)
        habit = dice.normal(0.0, 1.0, firms)
        for now in range(YEAR + 1, months):
            yield self._period(dice, said, now, groups, (log_size, habit, district))

    def _levels(self, dice: np.random.Generator, log_size: FloatArray, kind: WholeArray, months: int) -> FloatArray:
        """Logarithms: a trend of its own, what moves its class, and a lasting and a passing shock, both of small firms
        larger."""
        firms = len(log_size)
        trend = dice.normal(0.06, 0.08, firms) / YEAR
        moves = np.cumsum(dice.normal(0.004, 0.02, (months, CLASSES)), axis=0) + dice.normal(
            0, 0.025, (months, CLASSES)
        )
        rough = 0.10 * np.exp(-0.18 * log_size).clip(0.4, 3.0)
        lasting = np.cumsum(dice.standard_t(4, (months, firms)) * rough / 4, axis=0)
        passing = dice.standard_t(4, (months, firms)) * rough / 2
        return log_size + trend * np.arange(months)[:, None] + moves[:, kind] + lasting + passing

    def _period(
        self, dice: np.random.Generator, said: FloatArray, now: int, groups: tuple[WholeArray, ...], firms: tuple
    ) -> PastPeriod:
        log_size, habit, district = firms
        own, base = said[now], said[now - YEAR]
        with np.errstate(invalid="ignore", divide="ignore"):
            trend = said[now - 1] / said[now - 1 - YEAR]
            surprise = np.nan_to_num(np.log(own / base) - np.log(trend).clip(-np.log(STEEPEST), np.log(STEEPEST)))
        lateness = 0.45 * log_size - 9.0 * surprise + 0.8 * habit + dice.logistic(0.0, 1.2, len(own))
        owing = np.flatnonzero(np.isfinite(own))
        figures = Measured(
            said=own[owing], is_in=np.ones(len(owing), bool), base=base[owing], trend=trend[owing],
            last=said[now - 1][owing], groups=tuple(group[owing] for group in groups),
            area=district[owing], areas=self.districts,
        )  # fmt: skip
        return PastPeriod(figures, np.argsort(lateness[owing], kind="stable"))


def grouped(kind: WholeArray, size: WholeArray, district: WholeArray) -> tuple[WholeArray, ...]:
    """Class, size and district together; class and size; class; all."""
    together = kind * SIZES + size
    return together * (int(district.max()) + 1) + district, together, kind, np.zeros_like(kind)
