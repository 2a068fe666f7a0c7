"""Where review may stop, proven by working out the totals with and without each filing that is left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.consequence.stopping import CANCELS, line_of, points


def line(errors, totals, limit, gross=None):
    totals = np.array(totals, dtype=float)
    gross = np.abs(totals) if gross is None else np.array(gross, dtype=float)
    return line_of(np.array(errors, dtype=float), totals, gross, limit, range(len(errors)))


def test_the_largest_expected_errors_come_first_and_the_rest_stays_under_the_limit():
    """Of 1000 the errors are 0.5, 4, 0.3 and 1 (0.05, 0.4, 0.03 and 0.1 points): after 4 and 1 are looked at 0.08
    points are left; after 4 alone 0.18."""
    found = line([[0.5], [4], [0.3], [1]], [1000], 0.1)
    assert found.order.tolist() == [1, 3, 0, 2]
    assert found.first == 2 and found.left[0] == pytest.approx(0.08)
    assert found.scores.tolist() == pytest.approx([0.05, 0.4, 0.03, 0.1])


def test_every_total_has_to_hold():
    """By the first total one filing would do; the second has its errors elsewhere."""
    found = line([[10, 0], [0.1, 0.2], [0, 0.3]], [1000, 100], 0.1)
    assert found.order.tolist() == [0, 2, 1]
    assert found.first == 3 and found.left.tolist() == [0, 0]
    assert line([[10, 0], [0.1, 0.05], [0, 0.3]], [1000, 100], 0.1).first == 2


def test_equals_stand_in_the_order_of_their_numbers():
    assert line([[1], [1], [2]], [100], 0.1).order.tolist() == [2, 0, 1]


def test_errors_either_way_do_not_cancel_out():
    assert points(np.array([[3.0]]), np.array([-100.0]), np.array([100.0])).tolist() == [[3.0]]
    assert line([[1], [1]], [-100], 0.1).first == 2


@pytest.mark.parametrize(("total", "gross"), [(0, 0), (0, 50), (0.4, 50)])
def test_a_total_that_cancels_out_is_not_measured_by(total, gross):
    assert total < CANCELS * gross or not gross
    found = line([[5, 0.2], [7, 0.1]], [total, 100], 0.1, [gross, 100])
    assert found.order.tolist() == [0, 1] and found.first == 1
    assert np.isnan(found.left[0]) and found.left[1] == pytest.approx(0.1)


def test_nothing_waits():
    found = line(np.empty((0, 2)), [10, 20], 0.1)
    assert (found.first, found.left.tolist()) == (0, [0, 0])


@st.composite
def cities(draw):
    """Firms' figures in three measures, what was expected of them, and how suspect they are; some are extremes."""
    size = draw(st.integers(1, 30))
    dice = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    expected = dice.lognormal(5, 2, (size, 3))
    now = expected * dice.lognormal(0, 0.1, (size, 3))
    for _ in range(draw(st.integers(0, 3))):
        now[dice.integers(size)] *= draw(st.sampled_from([1000, 10, 0.1, 0, -1, -100]))
    return now, expected, dice.random(size) ** 3, draw(st.sampled_from([0.01, 0.1, 1.0, 5.0]))


def left_by_brute_force(city, filings) -> list[float]:
    """Each total as it is, and once more for each filing with what was expected of it in the place of what it says."""
    now, expected, suspicion, _ = city
    left = []
    for measure in range(3):
        total, gross = sum(now[:, measure].tolist()), sum(abs(now[:, measure]).tolist())
        if not total or abs(total) < CANCELS * gross:
            continue
        moved = 0.0
        for each in filings:
            without = sum(now[:, measure].tolist()) - now[each, measure] + expected[each, measure]
            moved += suspicion[each] * abs(total - without) / abs(total) * 100
        left.append(moved)
    return left


@settings(max_examples=150, deadline=None)
@given(cities())
def test_the_line_holds_and_one_filing_fewer_would_not(city):
    now, expected, suspicion, limit = city
    found = line_of(
        suspicion[:, None] * np.abs(now - expected),
        now.sum(axis=0),
        np.abs(now).sum(axis=0),
        limit,
        range(len(now)),
    )
    behind = found.order[found.first :]
    assert all(left <= limit * (1 + 1e-6) for left in left_by_brute_force(city, behind))
    assert [each for each in found.left if not np.isnan(each)] == pytest.approx(
        left_by_brute_force(city, behind), rel=1e-6, abs=1e-9
    )
    if found.first:
        one_fewer = found.order[found.first - 1 :]
        assert any(left > limit * (1 - 1e-6) for left in left_by_brute_force(city, one_fewer))
    scores = [max(left_by_brute_force(city, [each]), default=0.0) for each in found.order]
    assert scores == sorted(scores, reverse=True) or np.allclose(scores, sorted(scores, reverse=True))
