"""What an interval is made of, worked by hand; and how often it holds in cities whose late firms are not like the
early ones."""

from dataclasses import replace

import numpy as np
import pytest

from bench.estimates_parts.cities import City
from bench.estimates_parts.coverage import coverages, outcomes
from reporting.estimates.intervals import (
    EstimateInterval,
    Experience,
    experience_of,
    interval_of,
    intervals_of,
    of_city,
    paule_mandel,
    student,
)
from reporting.estimates.lateness import STAGES, LateOnes, late_ones
from reporting.estimates.standing import standing_of
from tests.estimates.test_predicting import NAN, figures


def test_student_s_quantile_is_that_of_the_tables():
    for freedom, told in ((1, 6.314), (2, 2.920), (3, 2.353), (5, 2.015), (10, 1.812), (23, 1.714)):
        assert student(1.90, freedom) == pytest.approx(told, abs=0.001)
    assert student(1.90, 0) == float("inf")


def test_what_is_in_is_added_up_and_what_is_not_is_estimated():
    standing = standing_of(figures([100] * 4 + [150, NAN, NAN], [100] * 5 + [50, 0], district=[0] * 4 + [1] * 3))
    assert list(standing.owed) == [4, 3, 7] and list(standing.filed) == [4, 1, 5]
    assert list(standing.said) == [400, 150, 550]
    assert list(standing.missing) == [0, pytest.approx(55.0), pytest.approx(55.0)]  # 50 × 550 / 500
    assert list(standing.unsaid) == [0, 1, 1]  # the year before was nought
    assert standing.share == pytest.approx(5 / 7)


def test_the_variance_is_that_of_the_firms_and_of_their_ratio():
    # Six are in with 90, 110, 90, 110, 100 and 100 on 100 each: without itself each is estimated by (600 − y) / 5.
    # Errors: 90 − 102 = −12, 110 − 98 = 12, …, 0, 0. The missing firm, 100 × 1.0, strays by itself by
    # Σe²/ŷ ÷ Σŷ × 100² = (2 × 144/102 + 2 × 144/98) / 600 × 10000; the ratio strays by
    # Σ(y − x)² / (Σy)² × 100² = 400 / 360000 × 10000 = 11.11.
    standing = standing_of(figures([90, 110, 90, 110, 100, 100, NAN], [100] * 7))
    assert standing.missing[-1] == pytest.approx(100.0)
    own = (2 * 144 / 102 + 2 * 144 / 98) / 600 * 10000
    assert own == pytest.approx(96.04, abs=0.01)
    assert standing.variance[-1] == pytest.approx(own + 400 / 36, rel=1e-6)


def test_the_bias_of_late_firms_is_the_mean_of_past_periods_shrunk_by_one():
    # Late firms came to say 90, 80 and 70 of 100 estimated: −10, −20, −30 per cent; mean −20, times 3 / 4.
    told = of_city(np.array([[100, 90, 1e-6], [100, 80, 1e-6], [100, 70, 1e-6]]), 0.90)
    assert told.bias == pytest.approx(-0.15, abs=1e-6)
    assert told.periods == 3 and told.quantile == pytest.approx(2.920, abs=0.001)
    # About −15 the squares are 0.0025, 0.0025 and 0.0225; about a mean that was given, their own mean: 0.0275 / 3.
    assert told.between == pytest.approx(0.0275 / 3, rel=1e-3)


def test_the_spread_between_periods_is_nought_where_the_firms_own_errors_account_for_all():
    assert paule_mandel(np.array([0.01, -0.01, 0.0]), np.array([1.0, 1.0, 1.0])) == 0.0
    # Without any own errors it is the variance: of 1, 2, 3 it is 1.
    assert paule_mandel(np.array([1.0, 2.0, 3.0]), np.zeros(3)) == pytest.approx(1.0, rel=1e-6)


def test_with_too_few_periods_the_interval_is_wide_and_says_how_many_there_were():
    city, districts = experience_of([], 0.8)
    assert city == districts and city.periods == 0 and city.bias == 0.0
    assert city.between == pytest.approx(0.01) and city.quantile == pytest.approx(2.353, abs=0.001)
    standing = standing_of(figures([100] * 9 + [NAN], [100] * 10))
    told = interval_of(standing, 1, city)  # nobody strays; ten per cent of the missing 100, times 2.353
    assert (told.low, told.likely, told.high) == tuple(
        pytest.approx(each, abs=0.01) for each in (976.47, 1000, 1023.53)
    )


def test_the_interval_is_moved_by_the_bias_and_never_below_what_is_in():
    standing = standing_of(figures([100] * 9 + [NAN], [100] * 10))
    told = interval_of(standing, 1, Experience(20, -0.2, 0.0025, 0.0, 2.0))  # 900 + 80 ± 2 × 5
    assert (told.low, told.likely, told.high) == tuple(pytest.approx(each) for each in (970.0, 980.0, 990.0))
    assert interval_of(standing, 1, Experience(20, -0.9, 0.25, 0.0, 2.0)).low == 900.0


def test_what_late_firms_took_away_before_they_may_take_away_again():
    """The last of ten came to say −50. Where late firms can do so, what is in is no floor; nor is it ever above what
    is likely: of 900 that are in and 100 estimated, with a bias of −150 %, 850 are likely."""
    firms = figures([110] * 9 + [-50], [100] * 10)
    late = late_ones(firms, np.arange(10))
    assert late.lowest[STAGES.index(0.8)].tolist() == [-50, -50] and late_ones(
        figures([110] * 10, [100] * 10), np.arange(10)
    ).lowest.tolist() == [[0, 0]] * len(STAGES)
    assert not experience_of([late], 0.8)[0].only_adds and not experience_of([], 0.8)[0].only_adds
    standing = standing_of(figures([100] * 9 + [NAN], [100] * 10))
    known = Experience(20, -1.5, 0.0025, 0.0, 2.0)
    assert interval_of(standing, 1, known).low == pytest.approx(850)  # and not 900, above it
    assert interval_of(standing, 1, replace(known, only_adds=False)).low == pytest.approx(840)


def test_when_all_are_in_the_interval_is_the_total():
    told = interval_of(standing_of(figures([100] * 6, [90] * 6)), 1, Experience(20, 0.1, 1.0, 0.0, 2.0))
    assert (told.low, told.high) == (600.0, 600.0)


@pytest.mark.parametrize(
    "said, base, words",
    [
        ([NAN] * 6, [100] * 6, "还没有企业上报，不能给出区间。"),
        ([100, NAN], [100, 100], "已报的企业太少，不能推算未报的企业。"),
        ([100] * 5 + [NAN], [100] * 6, "已报的企业太少，不能推算未报的企业。"),  # nobody shows how far they stray
        ([100] * 6 + [NAN], [100] * 6 + [0], "已报的企业太少，不能推算未报的企业。"),
        ([100] * 6 + [NAN], [100] * 6 + [10_000], "未报的一家企业占合计的一半以上，它报来之前不能给出区间。"),
        ([-100] * 6 + [NAN], [100] * 7, "合计为零或负数，不能给出区间。"),
        ([], [], "没有应报的企业。"),
    ],
)
def test_it_says_what_it_cannot_say(said, base, words):
    if said:
        standing = standing_of(figures(said, base))
    else:
        standing = standing_of(figures([100] * 6, [100] * 6, district=[1] * 6))
    told = interval_of(standing, 0, Experience(20, 0.0, 0.0, 0.0, 2.0))
    assert told.cannot_say == words and told.low is None and told.holds(1.0) is None


def test_growth_is_the_interval_on_the_base_of_the_same_firms():
    told = EstimateInterval(110.0, 115.0, 120.0).over(100.0)
    assert (told.low, told.likely, told.high) == tuple(pytest.approx(each) for each in (10.0, 15.0, 20.0))
    assert EstimateInterval(1.0, 2.0, 3.0).over(0.0).cannot_say == "上年同期合计为零或负数，不能计算增速。"
    with_newcomer = figures([100] * 6 + [50], [80] * 6 + [NAN])
    standing = standing_of(with_newcomer, comparable=True)
    assert (standing.said[-1], standing.base[-1], standing.owed[-1]) == (600, 480, 6)


def test_late_firms_are_told_from_the_order_in_which_a_period_came():
    # Ten firms of 100; the last two came to say 50 where the others had 110. With eight in (the stage 0.8) the two were
    # estimated at 110 each and came to say 100 together.
    firms = figures([110] * 8 + [50, 50], [100] * 10)
    late = late_ones(firms, np.arange(10))
    place = STAGES.index(0.8)
    assert late.missing[place][-1] == pytest.approx(220.0) and late.came[place][-1] == pytest.approx(100.0)
    missing, came, _ = late.at(0.8)
    assert came[-1] / missing[-1] - 1 == pytest.approx(-120 / 220)


def test_between_two_stages_it_is_in_between():
    shape = (len(STAGES), 2)
    late = LateOnes(np.ones(shape), np.zeros(shape), np.zeros(shape), np.ones(shape), np.zeros(shape))
    late.came[STAGES.index(0.8)], late.came[STAGES.index(0.85)] = 10.0, 20.0
    assert late.at(0.825)[1][-1] == pytest.approx(15.0)
    assert late.at(0.01)[1][-1] == 0.0 and late.at(1.0)[1][-1] == 0.0


def test_the_interval_narrows_as_filings_come_and_holds_as_often_as_it_says():
    """Sixty firms, twenty periods that learn from twenty-four; the same numbers on every machine."""
    found = coverages(list(outcomes(City(firms=60, periods=44, districts=3, seed=9))))
    city = {stage: told for (of, comparable, stage), told in found.items() if of == "city" and not comparable}
    widths = [told.width for told in city.values()]
    assert widths == sorted(widths, reverse=True) and widths[-1] < widths[0] / 4
    assert {stage: (told.given, told.held) for stage, told in city.items()} == COVERED
    naive = sum(told.naive_held for told in city.values())
    assert naive < sum(told.held for told in city.values())


COVERED = {0.3: (20, 18), 0.6: (20, 18), 0.8: (20, 17), 0.95: (20, 19)}


def test_districts_are_held_against_the_bias_of_the_other_periods():
    """Of one district in one past period out of four, whose other three showed no bias at all."""
    rows = []
    for came in (100.0, 100.0, 100.0, 60.0):
        shape = (len(STAGES), 2)
        missing, variance = np.full(shape, 100.0), np.full(shape, 1e-4)
        rows.append(LateOnes(missing, np.full(shape, came), variance, np.ones(shape), np.zeros(shape)))
    _, districts = experience_of(rows, 0.8)
    standing = standing_of(figures([100] * 9 + [NAN], [100] * 10))
    low, high = (
        intervals_of(standing, districts, districts)[0].low,
        intervals_of(standing, districts, districts)[0].high,
    )
    assert low is not None and high is not None and high - low > 40
