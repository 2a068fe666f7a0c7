"""An interval for what a total will come to: what is in, the estimates of the rest moved by what past periods showed of
late firms, and how far both may miss.

The relative error of the estimate of the late firms at the same stage of past periods is taken for a quantity with a
mean (the bias: late firms are not like early ones), a spread between periods, and the variance that the firms' own
errors account for (a random-effects model; the spread between by Paule and Mandel, the quantile by Student, one degree
of freedom fewer than periods). Districts share the bias; their spread is told from all districts of all past periods,
and their quantile is the one that held for as many of those as the rate asks for, so that no shape is supposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, inf, isfinite, pi, sqrt, tan
from statistics import NormalDist

import numpy as np

from reporting.estimates.lateness import LateOnes
from reporting.estimates.predicting import FEWEST, FloatArray
from reporting.estimates.standing import AreaEstimates, could_say

RATE = 0.90  # of a hundred such intervals so many are to hold what was finally true
FEWEST_PERIODS = 3
LateRow = tuple[FloatArray, FloatArray, FloatArray]  # what LateOnes.at says
SUPPOSED_SPREAD = 0.10  # of what is missing, where too few past periods say how it comes out
SHRUNK_BY = 1.0  # periods without any bias that are thought of beside the real ones
STEADIED_BY = 12.0  # degrees of freedom by which it is trusted that firms stray as far as was told


@dataclass(frozen=True)
class Experience:
    """What past periods showed at one stage. `bias` and `between` (a variance) are relative to what is estimated of the
    late ones; `unsure` is the variance of the bias; `quantile` by how many standard deviations an interval reaches to
    either side; `within` is how much of the variance of the firms' own errors was borne out;
    `only_adds` tells that no late firm said less than nought: a total does not fall below what is in."""

    periods: int
    bias: float
    between: float
    unsure: float
    quantile: float
    within: float = 1.0
    only_adds: bool = True


@dataclass(frozen=True)
class EstimateInterval:
    """Of one district or the city. `likely` lies between `low` and `high`, in what the figure is counted in; all three
    None where `cannot_say` says why."""

    low: float | None
    likely: float | None
    high: float | None
    cannot_say: str = ""

    def holds(self, figure: float) -> bool | None:
        return None if self.low is None or self.high is None else self.low <= figure <= self.high

    def over(self, base: float) -> EstimateInterval:
        """As growth in per cent on a base."""
        if self.low is None or self.likely is None or self.high is None:
            return self
        if base <= 0:
            return EstimateInterval(None, None, None, "上年同期合计为零或负数，不能计算增速。")
        low, likely, high = ((each / base - 1) * 100 for each in (self.low, self.likely, self.high))
        return EstimateInterval(low, likely, high)


def experience_of(past: Sequence[LateOnes], share: float, rate: float = RATE) -> tuple[Experience, Experience]:
    """Of the city and of its districts, at a stage."""
    rows = [late.at(share) for late in past]
    told = np.array([(missing[-1], came[-1], variance[-1]) for missing, came, variance in rows if missing[-1] > 0])
    city = of_city(told, rate) if len(told) else none_yet(rate)
    city = replace(city, only_adds=bool(past) and all(late.lowest.min(initial=0.0) >= 0 for late in past))
    if city.periods < FEWEST_PERIODS:
        return city, city
    return city, of_districts(rows, city, rate)


def none_yet(rate: float) -> Experience:
    return Experience(0, 0.0, SUPPOSED_SPREAD**2, 0.0, student(1 + rate, FEWEST_PERIODS))


def of_city(told: FloatArray, rate: float) -> Experience:
    """`told` has a line for each period: what was estimated of the late ones, what came of it, the variance."""
    periods, (missing, came, variance) = len(told), told.T
    errors, within = came / missing - 1, variance / missing**2
    if periods < FEWEST_PERIODS:
        bias = float(errors.sum() / (periods + 2 * SHRUNK_BY))
        between = max(SUPPOSED_SPREAD**2, float(np.mean((errors - bias) ** 2)))
        return Experience(periods, bias, between, between / periods, student(1 + rate, FEWEST_PERIODS))
    between = paule_mandel(errors, within)
    weights = 1 / (between + within + 1e-12)
    mean = float((weights * errors).sum() / weights.sum())
    bias = mean * periods / (periods + SHRUNK_BY)
    between = paule_mandel(errors, within, about=bias)
    weights = 1 / (between + within + 1e-12)
    far = float((weights * (errors - bias) ** 2).sum())
    borne_out = min(1.0, (far + STEADIED_BY) / (periods - 1 + STEADIED_BY))
    return Experience(periods, bias, between, float(1 / weights.sum()), student(1 + rate, periods - 1), borne_out)


def of_districts(rows: Sequence[LateRow], city: Experience, rate: float) -> Experience:
    """Each past period's districts are held against the bias that all the other periods show: as the districts of this
    one will be. Those of one period stray together, so their reach is widened as Student does for so many periods."""
    errors, within, about = [], [], []
    for period, (missing, came, variance) in enumerate(rows):
        there = (missing > 0) & (variance > 0)
        there[-1] = False
        errors.append(came[there] / missing[there] - 1)
        within.append(variance[there] / missing[there] ** 2)
        about.append(np.full(int(there.sum()), bias_without(rows, period, city.between)))
    error, variance, bias = np.concatenate(errors), np.concatenate(within), np.concatenate(about)
    between = paule_mandel(error, variance, about=bias)
    reach = np.sort(np.abs(error - bias) / np.sqrt(between + variance + city.unsure))
    place = ceil((len(reach) + 1) * rate)
    if not len(reach):
        return city
    as_few_periods_tell = city.quantile / NormalDist().inv_cdf((1 + rate) / 2)
    quantile = float(reach[min(place, len(reach)) - 1]) * as_few_periods_tell
    return replace(city, between=between, quantile=quantile, within=1.0)


def bias_without(rows: Sequence[LateRow], period: int, between: float) -> float:
    others = [row for place, row in enumerate(rows) if place != period and row[0][-1] > 0]
    errors = np.array([came[-1] / missing[-1] - 1 for missing, came, _ in others])
    weights = np.array([1 / (between + variance[-1] / missing[-1] ** 2 + 1e-12) for missing, _, variance in others])
    return float((weights * errors).sum() / weights.sum()) * len(others) / (len(others) + SHRUNK_BY) if others else 0.0


def paule_mandel(errors: FloatArray, within: FloatArray, about: float | FloatArray | None = None) -> float:
    """The variance between periods with which the errors are as far from their mean as they should be; nought where
    they are nearer without any."""

    def too_far(between: float) -> float:
        weights = 1 / (between + within + 1e-12)
        mean = (weights * errors).sum() / weights.sum() if about is None else about
        return float((weights * (errors - mean) ** 2).sum()) - (len(errors) - (about is None))

    low, high = 0.0, float(np.max(np.abs(errors), initial=0.0)) ** 2 * len(errors) + 1e-9
    if too_far(low) <= 0:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if too_far(middle) > 0 else (low, middle)
    return high


def intervals_of(standing: AreaEstimates, city: Experience, districts: Experience) -> list[EstimateInterval]:
    """One for each district and, last, the city's."""
    last = len(standing.said) - 1
    return [interval_of(standing, place, city if place == last else districts) for place in range(last + 1)]


def interval_of(standing: AreaEstimates, place: int, known: Experience) -> EstimateInterval:
    said, missing = float(standing.said[place]), float(standing.missing[place])
    if why := why_not(standing, place):
        return EstimateInterval(None, None, None, why)
    likely = said + missing * (1 + known.bias)
    variance = missing**2 * (known.between + known.unsure) + known.within * float(standing.variance[place])
    half = known.quantile * sqrt(variance)
    low = likely - half
    return EstimateInterval(max(low, min(said, likely)) if known.only_adds else low, likely, likely + half)


def why_not(standing: AreaEstimates, place: int) -> str:
    if could_say(standing)[place]:
        return ""
    if not standing.owed[place]:
        return "没有应报的企业。"
    if not standing.filed[place]:
        return "还没有企业上报，不能给出区间。"
    if standing.said[place] + standing.missing[place] <= 0:
        return "合计为零或负数，不能给出区间。"
    nobody = standing.unsaid[place] == standing.owed[place] - standing.filed[place]
    if standing.filed[-1] < FEWEST or nobody or not isfinite(standing.variance[place]):
        return "已报的企业太少，不能推算未报的企业。"
    return "未报的一家企业占合计的一半以上，它报来之前不能给出区间。"


def student(two_rates: float, freedom: int) -> float:
    """Student's quantile by Hill's expansion; `two_rates` is one and the rate between both ends."""
    p = two_rates / 2
    if freedom <= 0:
        return inf
    if freedom == 1:
        return tan(pi * (p - 0.5))
    if freedom == 2:
        return (2 * p - 1) * sqrt(2 / (4 * p * (1 - p)))
    z = NormalDist().inv_cdf(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, start=1))
