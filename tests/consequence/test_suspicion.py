"""How far a firm's change is from those of its class; every figure worked by hand."""

import numpy as np
import pytest

from reporting.consequence.suspicion import (
    EXPONENT,
    LEAST_CHANGE,
    STRANGE,
    TYPE_6,
    TYPE_7,
    Peers,
    is_comparable,
    peers_of,
    strangeness,
)


def arrays(*pairs):
    return (np.array(each, dtype=float) for each in zip(*pairs, strict=True))


def test_a_class_is_told_by_its_median_and_quarters():
    """Nine firms that had 100 each: ratios 0.8 0.9 1.0 1.0 1.0 1.1 1.2 1.3 1.4, the middle one is 1.0. Sizes are
    max(now, 100)^0.3; the quarters of E lie at its third and seventh value: 1.0 → 0, and 1.2 → 0.2 · 120^0.3."""
    now, before = arrays(*((each, 100) for each in (80, 90, 100, 100, 100, 110, 120, 130, 140)))
    peers = peers_of(now, before)
    assert (peers.count, peers.ratio, peers.low, peers.high) == (9, 1.0, 1.0, 1.2)
    assert peers.spread == pytest.approx(0.2)
    assert (peers.middle, peers.above) == (0, pytest.approx(0.2 * 120**EXPONENT))
    assert peers.below == 0  # the lower quarter is the median itself
    [hb] = strangeness(*arrays((300, 100)), peers)
    assert hb == pytest.approx(2 * 300**EXPONENT / (0.2 * 120**EXPONENT))


def test_half_is_as_strange_as_double():
    peers = Peers(9, ratio=2.0, low=1.9, high=2.1, middle=0.0, below=0.1, above=0.1)
    half, double = strangeness(*arrays((100, 100), (200, 50)), peers)  # 200 was expected of one, 100 of the other
    assert half == -double == pytest.approx(-(200**EXPONENT) / 0.1)


def test_quartiles_of_type_6_and_7_flag_different_firms():
    """Five firms of size 1 (before = now ÷ r, so max(now, c·before) is what it is): with E = 0 in the middle and 0.1
    and 1.05 above it, type 7 takes the fourth value for the upper quarter (0.1), type 6 halfway to the fifth."""
    now, before = arrays((1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (1.1, 1.0), (2.05, 1.0))
    effects = 0.1 * 1.1**EXPONENT, 1.05 * 2.05**EXPONENT
    [seven, six] = [strangeness(now, before, peers_of(now, before, each))[-1] for each in (TYPE_7, TYPE_6)]
    assert seven == pytest.approx(effects[1] / effects[0])
    assert six == pytest.approx(effects[1] / ((effects[0] + effects[1]) / 2))
    assert seven > STRANGE > six


def test_type_7_flags_whatever_type_6_flags():
    dice = np.random.default_rng(5)
    for _ in range(200):
        before = dice.lognormal(4, 2, dice.integers(2, 15))
        now = before * dice.lognormal(0, 0.3, len(before))
        six, seven = (np.abs(strangeness(now, before, peers_of(now, before, each))) for each in (TYPE_6, TYPE_7))
        assert (six <= seven * (1 + 1e-12)).all()


def test_where_all_ratios_are_equal_a_small_change_is_not_strange_and_a_large_one_is():
    """Twelve firms that all doubled: d is its floor, 2 % at the firm's own size, so ±8 % is the limit."""
    now, before = arrays(*((2 * each, each) for each in range(100, 112)))
    peers = peers_of(now, before)
    assert peers.ratio == 2 and peers.middle == 0 and peers.above == peers.below == 0
    size = np.median(now)
    of_its_size = strangeness(*arrays((size * 1.04, size / 2), (size * 3, size / 2), (size, size / 2)), peers)
    assert 1.9 < of_its_size[0] < STRANGE < of_its_size[1] and of_its_size[2] == 0


@pytest.mark.parametrize("size", [1, 1000, 1_000_000])
def test_the_least_change_is_one_of_each_firm_whatever_its_size(size):
    """Thirty firms of 1 000 or so grew by 5 %: one of any size 3 % beyond them is as far off as 3 ÷ 2, below or above,
    and strange beyond 8 %."""
    now, before = arrays(*((1.05 * (985 + each), 985 + each) for each in range(30)), (size * 1.05 * 1.03, size))
    hb = strangeness(now, before, peers_of(now, before))
    assert hb[-1] == pytest.approx(0.03 / LEAST_CHANGE)
    further = strangeness(
        *arrays((size * 1.05 / 1.03, size), (size * 1.05 * 1.079, size), (size * 1.05 * 1.081, size)),
        peers_of(now, before),
    )
    assert further[0] == pytest.approx(-0.03 / LEAST_CHANGE) and further[1] < STRANGE < further[2]


def test_what_is_not_above_nought_has_no_ratio():
    now, before = arrays((-5, 10), (10, -5), (0, 10), (10, 0), (np.nan, 10), (10, np.nan), (12, 10))
    assert is_comparable(now, before).tolist() == [False] * 6 + [True]
    peers = peers_of(now, before)
    assert (peers.count, peers.ratio) == (1, 1.2)
    assert np.isnan(strangeness(now, before, peers)[:6]).all()


def test_a_class_without_a_ratio_is_none():
    assert peers_of(np.array([0.0, np.nan]), np.array([1.0, 1.0])) is None
    assert peers_of(np.array([]), np.array([])) is None


def test_a_firm_a_hundred_times_the_rest_is_measured_by_its_change_alone():
    now, before = arrays(*((100 + each, 100) for each in range(12)), (10_600, 10_000))
    peers = peers_of(now, before)
    assert abs(strangeness(now, before, peers)[-1]) < 1
