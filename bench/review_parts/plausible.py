"""A city of firms with habits: two years of months whose figures go on from each other, drawn by numpy from a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

SHARES = np.array([0, 12, 8, 8, 8, 9, 8, 8, 9, 8, 9, 13]) / 100  # of a year; January is reported with February
YEARS = (2023, 2024)
LEAP, LUMPY, NEW = 0.02, 0.10, 0.04  # firms that really leap, that live on projects, that were not there last year
CLASSES = ("2021", "2022", "2023")
MIX = np.array([(0.78, 0.20, 0.02), (0.15, 0.81, 0.04), (0.12, 0.16, 0.72)])
PARTS = {"20211": ("2021", 0.04), "20212": ("2021", 0.12), "20221": ("2022", 0.08), "20222": ("2022", 0.10)}
ALWAYS_ZERO = ("20223", "20224", "20225", "20231")
MONEY = (
    "2010", *CLASSES, *PARTS, *ALWAYS_ZERO, "2041", "2043", "2050", "2051", "2080", "2090", "2110", "2111"
)  # fmt: skip
Figures = Mapping[str, np.ndarray]  # of each firm, under the code of a row of 软统企6


@dataclass(frozen=True)
class Habits:
    """What each firm adds in each month of both years, in 万元, and how many it employs."""

    flows: Mapping[str, np.ndarray]  # firms × years × months
    staff: np.ndarray
    klass: np.ndarray
    is_new: np.ndarray

    def without(self, idle: Sequence[int]) -> Habits:
        """The same city, in which these firms earn and spend nothing."""
        flows = {code: flow.copy() for code, flow in self.flows.items()}
        for flow in flows.values():
            flow[list(idle)] = 0.0
        return replace(self, flows=flows)

    def said(self, year: int, month: int) -> Figures:
        """What the firms report of a month: sums from January in hundredths, and persons."""
        at = YEARS.index(year)
        sums = {code: np.round(flow[:, at, :month].sum(axis=1), 2) for code, flow in self.flows.items()}
        whole = {"2010": np.maximum(sums["2010"], sum(sums[code] for code in CLASSES))}
        return sums | whole | {"2112": self.staff[:, at, month - 1]}


def habits_of(size: int, seed: int) -> Habits:
    dice = np.random.default_rng(seed)
    shape = (size, len(YEARS), 12)
    yearly = np.maximum(30, dice.lognormal(6.2, 2.0, size))
    season = SHARES * dice.lognormal(0, 0.15, (size, 12))
    growth = 1 + dice.normal(0.08, 0.12, size)[:, None] * np.array([0, 1])
    lumps = np.where(dice.random(size) < LUMPY, 0.7, 0.03)[:, None, None]
    noise = np.exp(_persistent(dice, size) + dice.normal(0, 1, shape) * lumps)
    main = yearly[:, None, None] * season[:, None, :] * np.maximum(growth, 0.4)[:, :, None] * noise
    main *= _leaps(dice, size)
    klass = dice.choice(3, size, p=[0.5, 0.4, 0.1])
    software = main * dice.uniform(0.6, 0.95, size)[:, None, None]
    mix = MIX[klass] * dice.uniform(0.9, 1.1, (size, 3))
    mix /= mix.sum(axis=1, keepdims=True)
    flows = {"2010": main} | {code: software * mix[:, at, None, None] for at, code in enumerate(CLASSES)}
    flows |= {code: flows[whole] * share for code, (whole, share) in PARTS.items()}
    flows |= {code: np.zeros(shape) for code in ALWAYS_ZERO}
    wage = dice.uniform(0.8, 2.0, size)
    heads = np.maximum(1, yearly * 0.24 / (wage * 12))[:, None, None]
    staff = np.maximum(1, np.round(heads * np.cumprod(dice.normal(1.003, 0.012, (size, 24)), axis=1).reshape(shape)))
    flows |= _costs(dice, main, software, size)
    flows["2111"] = staff * wage[:, None, None] * dice.normal(1, 0.02, shape)
    return Habits(flows, staff, klass, dice.random(size) < NEW)


def _persistent(dice: np.random.Generator, size: int) -> np.ndarray:
    """What a firm's month has over its trend: seven tenths of the month before, and something new."""
    drawn = dice.normal(0, 0.06, (size, 24))
    for month in range(1, 24):
        drawn[:, month] += 0.7 * drawn[:, month - 1]
    return drawn.reshape(size, 2, 12)


def _leaps(dice: np.random.Generator, size: int) -> np.ndarray:
    """True changes that no reviewer has to mend: from some month on a firm earns a multiple, or a part."""
    factors = np.where(dice.random(size) < LEAP, dice.choice([0.35, 2.0, 3.0], size), 1.0)
    since = dice.integers(6, 20, size)
    return np.where(np.arange(24) >= since[:, None], factors[:, None], 1.0).reshape(size, 2, 12)


def _costs(dice: np.random.Generator, main: np.ndarray, software: np.ndarray, size: int) -> dict[str, np.ndarray]:
    def of(low: float, high: float) -> np.ndarray:
        return dice.uniform(low, high, size)[:, None, None] * dice.normal(1, 0.03, main.shape)

    cost, fees = main * of(0.36, 0.58), main * of(0.26, 0.36)
    exported = software * np.where(dice.random(size) < 0.15, dice.uniform(0.02, 0.2, size), 0)[:, None, None] / 7.1
    return {
        "2050": cost, "2051": cost * 0.15, "2080": fees, "2110": fees * of(0.25, 0.5), "2041": exported * 0.6,
        "2043": exported * 0.4, "2090": main * 1.01 - cost - fees,
    }  # fmt: skip
