"""How far a firm's own change is from those of its class, after Hidiroglou and Berthelot.

M. A. Hidiroglou and J.-M. Berthelot, “Statistical editing and imputation for periodic business surveys”, Survey
Methodology 12 (1986) 73–83. With r = now ÷ before and c the class's median of r:

    s = r/c − 1 for r ≥ c, 1 − c/r below     as far down as up: half of what was expected is as strange as double
    E = s · max(now, c·before)^EXPONENT      what is large weighs more
    d = max(|E_median − E_quartile|, |LEAST_SPREAD · E_median|), below and above for themselves
    HB = (E − E_median) / d                  strange beyond ±STRANGE; d at least LEAST_CHANGE of the firm's own size

The paper has max(now, before); here the earlier figure is brought to today's level first, so that a class that doubled
is as symmetric as one that stood still. LEAST_SPREAD and STRANGE (the paper's A and C) are 0.05, which the paper
proposes, and 4, the defaults of R's univOutl::HBmethod. EXPONENT (U) is 0.3, the least of the usual 0.3, 0.4 and 0.5:
the order multiplies by what a firm moves, where its size counts once more.

Quartiles are those of type 7 in the count of Hyndman and Fan (1996), which numpy and R take by default, as does the
spreadsheet function QUARTILE.INC. Type 6 (SPSS, QUARTILE.EXC) has them further out, the more so the smaller the class:
what it flags type 7 flags as well, and type 7 others besides (tests/consequence/test_suspicion.py has one).

A ratio needs both figures above nought; what has none is judged by other evidence. Where all ratios are equal, or
nearly, d is nought or nearly: it is taken to be at least LEAST_CHANGE of relative change at the size of the firm that
is judged. Where the middle of the class is its median ratio (E_median = 0, as it nearly always is), nobody is strange
for a change within STRANGE times that (8 %) of the class's, however little the others moved and however large it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXPONENT, LEAST_SPREAD, STRANGE = 0.3, 0.05, 4.0
LEAST_CHANGE = 0.02
MIN_PEERS = 8  # ratios in a class; quartiles of fewer say more about one firm than about the class
TYPE_6, TYPE_7 = "weibull", "linear"  # as numpy calls them
QUARTILES_IN_WORDS = "四分位数按第 7 类算法（与 Excel 的 QUARTILE.INC 相同）"


@dataclass(frozen=True)
class Peers:
    """What a class is like: how many ratios, their median and quarters, and of E median and spread either way."""

    count: int
    ratio: float
    low: float
    high: float
    middle: float
    below: float
    above: float

    @property
    def spread(self) -> float:
        """How far apart its firms are, relative to the median: how well one is foretold by it."""
        return (self.high - self.low) / self.ratio


def is_comparable(now: Floats, before: Floats) -> NDArray[np.bool_]:
    return (now > 0) & (before > 0)  # what is not known is neither


def peers_of(now: Floats, before: Floats, convention: str = TYPE_7) -> Peers | None:
    """Of a class, by the firms that have a ratio; None where no firm has."""
    told = is_comparable(now, before)
    now, before = now[told], before[told]
    if not len(now):
        return None
    ratios = now / before
    low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75), method=convention)  # type: ignore[call-overload]
    effects = _signed(ratios, middle) * np.maximum(now, middle * before) ** EXPONENT
    first, second, third = np.quantile(effects, (0.25, 0.5, 0.75), method=convention)  # type: ignore[call-overload]
    least = abs(LEAST_SPREAD * second)
    below, above = max(second - first, least), max(third - second, least)
    return Peers(len(now), *map(float, (middle, low, high, second, below, above)))


def strangeness(now: Floats, before: Floats, peers: Peers) -> Floats:
    """HB of each firm; not a number where it has no ratio."""
    told = is_comparable(now, before)
    hb = np.full(len(now), np.nan)
    ratios = now[told] / before[told]
    sizes = np.maximum(now[told], peers.ratio * before[told]) ** EXPONENT
    apart = _signed(ratios, peers.ratio) * sizes - peers.middle
    hb[told] = apart / np.maximum(np.where(apart < 0, peers.below, peers.above), LEAST_CHANGE * sizes)
    return hb


def _signed(ratios: Floats, middle: float) -> Floats:
    return np.where(ratios >= middle, ratios / middle - 1, 1 - middle / ratios)
