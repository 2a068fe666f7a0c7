"""How often the interval of the last evening holds what is finally true, and how long it takes after one filing.

    python bench/estimates.py --size 300 --cities 6

Plays 20 periods of synthetic cities again whose large firms and whose firms with a bad month come late
(bench/estimates_parts/cities.py), at four stages of arrivals, each time with what the 24 periods before showed. Nothing
but numpy is needed. The widths are half widths, medians, in per cent of what was finally true; of growth the share of
its total that it rests on. `naive` are the same estimates with normal errors and nothing learnt of late firms.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402

from bench.estimates_parts.cities import City, PastPeriod  # noqa: E402
from bench.estimates_parts.coverage import LEARNT, PLAYED_AT, REPLAYED, coverages, outcomes  # noqa: E402
from bench.rules_judges.timing import Took, medians, remark, report_seconds  # noqa: E402
from reporting.estimates.intervals import RATE, experience_of, intervals_of  # noqa: E402
from reporting.estimates.lateness import LateOnes, first_in, late_ones  # noqa: E402
from reporting.estimates.predicting import Measured, predict  # noqa: E402
from reporting.estimates.standing import standing_of  # noqa: E402

FIRMS_A_DISTRICT, MOST_DISTRICTS = 25, 41
TIMED_PERIODS = 4  # of a large city, for what it takes: what is learnt is as much from 4 periods as from 24
RUNS = 7
UPDATED_WITHIN = 0.1  # seconds, of 40,000 firms


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--size", type=int, default=300, help="firms of a city whose periods are played again")
    arguments.add_argument("--cities", type=int, default=6, help="cities, each of its own seed")
    arguments.add_argument("--seed", type=int, default=0, help="the first city's")
    arguments.add_argument("--timed", type=int, default=40_000, help="firms of the city whose update is timed")
    given = arguments.parse_args()
    show_coverage(given.size, range(given.seed, given.seed + given.cities))
    show_times(given.timed)


def districts_of(size: int) -> int:
    return max(3, min(MOST_DISTRICTS, size // FIRMS_A_DISTRICT))


def show_coverage(size: int, seeds: range) -> None:
    districts = districts_of(size)
    played = f"{REPLAYED} periods each; stated rate {RATE:.0%}"
    print(f"{len(seeds)} cities of {size} firms and {districts} districts, {played}")
    found = [each for seed in seeds for each in outcomes(City(size, LEARNT + REPLAYED, districts, seed))]
    print(f"{'of':9} {'what':7} {'in':>4} {'given':>6} {'withheld':>8} {'held':>7} {'±%':>6} {'naive':>7} {'±%':>6}")
    for (of, comparable, stage), told in coverages(found).items():
        what = "growth" if comparable else "total"
        print(
            f"{of:9} {what:7} {stage:4.0%} {told.given:6} {told.withheld:8} {told.rate:7.1%} {told.width * 100:6.2f}"
            f" {told.naive_rate:7.1%} {told.naive_width * 100:6.2f}"
        )


def show_times(size: int) -> None:
    """After one filing: everything of one measure anew, for the city and all districts, total and growth."""
    periods = list(City(size, TIMED_PERIODS, districts_of(size), seed=1).past())
    past = [late_ones(each.figures, each.order) for each in periods[:-1]]
    now = periods[-1]
    then = first_in(now.figures, now.order, round(PLAYED_AT[-1] * len(now.order)))
    ours, floor = medians(RUNS, lambda: updated(then, past * 8), lambda: plain(then))
    alone = Took(ours.processor, ours.processor)  # of the processor: whoever else uses the machine is left out
    report_seconds(f"{len(then.said)} firms: intervals of one measure after one filing", alone, UPDATED_WITHIN)
    remark(f"the same on the wall: {ours}")
    remark(f"plain numpy, one ratio of means in each class: {floor}")
    learnt = medians(1, lambda: learn(now))[0]
    remark(f"{len(then.said)} firms: what one period over shows of its late ones, once: {learnt}")


def updated(figures: Measured, past: list[LateOnes]) -> None:
    predicted = predict(figures)
    for comparable in (False, True):
        standing = standing_of(figures, predicted, comparable)
        intervals_of(standing, *experience_of(past, standing.share))


def plain(figures: Measured) -> float:
    """The least it could cost: one ratio of means in each class, and one sum."""
    kind = figures.groups[-2]
    heard = figures.is_in & np.isfinite(figures.base)
    said = np.bincount(kind, weights=np.where(heard, figures.said, 0.0))
    base = np.bincount(kind, weights=np.where(heard, figures.base, 0.0))
    missing = np.bincount(kind, weights=np.where(figures.is_in, 0.0, np.nan_to_num(figures.base)))
    return float(np.nansum(figures.said) + (missing * said / base).sum())


def learn(period: PastPeriod) -> LateOnes:
    return late_ones(period.figures, period.order)


if __name__ == "__main__":
    main()
