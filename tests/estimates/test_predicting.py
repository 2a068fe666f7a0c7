"""Estimates of single firms, worked by hand."""

import numpy as np
import pytest

from reporting.estimates.predicting import FEWEST, Measured, Method, predict

NAN = float("nan")


def figures(said, base, trend=None, kind=None, district=None, last=None):
    """Firms of one size; NaN in `said` is a firm of which nothing is in."""
    said, base = np.array(said, float), np.array(base, float)
    kind = np.array(kind if kind is not None else [0] * len(said))
    district = np.array(district if district is not None else [0] * len(said))
    trend = np.array(trend, float) if trend is not None else np.full(len(said), NAN)
    last = np.array(last, float) if last is not None else np.full(len(said), NAN)
    groups = (kind * 10 + district, kind, kind, np.zeros_like(kind))
    return Measured(said, np.isfinite(said), base, trend, last, groups, district, int(district.max()) + 1)


def test_a_missing_firm_is_its_year_before_times_the_ratio_of_means_of_those_in():
    # 110 + 220 + 330 + 90 + 250 = 1000 on 100 + 200 + 300 + 100 + 100 = 800: 1.25; the mean of their ratios is
    # (1.1 + 1.1 + 1.1 + 0.9 + 2.5) / 5 = 1.34.
    told = predict(figures([110, 220, 330, 90, 250, NAN], [100, 200, 300, 100, 100, 40]))
    assert told.value[5] == pytest.approx(50.0)
    assert told.beside[5] == pytest.approx(53.6)
    assert (told.method[5], told.level[5]) == (Method.RATIO, 0)


def test_a_firm_that_is_in_is_estimated_without_its_own_figure():
    # Without the first: (220 + 330 + 90 + 250 + 60) / (200 + 300 + 100 + 100 + 50) = 950 / 750.
    told = predict(figures([110, 220, 330, 90, 250, 60], [100, 200, 300, 100, 100, 50]))
    assert told.value[0] == pytest.approx(100 * 950 / 750)


def test_the_own_trend_goes_first_and_is_moved_on_by_those_that_have_one():
    # Bases moved on by each firm's own trend: 120, 90, 100, 100, 100 = 510; said 132 + 99 + 110 + 110 + 110 = 561: 1.1.
    said, base, trend = [132, 99, 110, 110, 110, NAN], [100, 100, 100, 50, 200, 80], [1.2, 0.9, 1.0, 2.0, 0.5, 1.5]
    told = predict(figures(said, base, trend))
    assert told.value[5] == pytest.approx(80 * 1.5 * 1.1)
    assert told.method[5] == Method.TREND


def test_a_trend_past_five_fold_is_not_expected_to_go_on():
    told = predict(figures([100] * 6 + [NAN], [100] * 7, [1.0] * 6 + [5.1]))
    assert told.method[6] == Method.RATIO


def test_a_group_with_too_few_firms_in_leads_to_the_next_and_says_so():
    # Class 0 has four firms in, one short of enough; with class 1 there are nine: 4 × 200 + 5 × 100 on 900.
    said = [200] * 4 + [100] * 5 + [NAN, NAN]
    told = predict(figures(said, [100] * 11, kind=[0] * 4 + [1] * 5 + [0, 1]))
    assert FEWEST == 5
    assert (told.value[9], told.level[9]) == (pytest.approx(100 * 1300 / 900), 3)
    assert (told.value[10], told.level[10]) == (pytest.approx(100.0), 0)


def test_a_district_with_enough_firms_goes_before_its_class():
    said = [150] * 5 + [100] * 5 + [NAN, NAN]
    told = predict(figures(said, [100] * 12, district=[0] * 5 + [1] * 5 + [0, 1]))
    assert list(told.value[10:]) == [pytest.approx(150.0), pytest.approx(100.0)]


def test_a_firm_without_any_year_before_gets_the_mean_of_those_like_it_else_of_its_class():
    said, base = [10, 20, 30, 40, 50, NAN] + [1000] * 5, [NAN] * 6 + [900] * 5
    told = predict(figures(said, base))
    assert (told.value[5], told.method[5]) == (pytest.approx(30.0), Method.NEWCOMERS)
    told = predict(figures([10, 20, NAN, 30, 40, 50], [NAN, 900, NAN, 900, 900, 900]))
    assert (told.value[2], told.method[2]) == (pytest.approx(30.0), Method.CLASS_MEAN)


def test_a_firm_without_any_year_before_goes_on_from_what_it_said_last():
    # Those in said 100 each the period before, and 120 now: 1.2. With nobody's last known it is the mean of those in.
    said, base = [120] * 5 + [NAN, NAN], [90] * 5 + [NAN, NAN]
    told = predict(figures(said, base, last=[100] * 5 + [40, NAN]))
    assert list(told.value[5:]) == [pytest.approx(48.0), pytest.approx(120.0)]
    assert list(told.method[5:]) == [Method.PREV, Method.CLASS_MEAN]


def test_a_year_before_goes_before_what_was_said_last():
    told = predict(figures([120] * 5 + [NAN], [100] * 6, last=[10] * 5 + [5000]))
    assert (told.value[5], told.method[5]) == (pytest.approx(120.0), Method.RATIO)


@pytest.mark.parametrize("base", [0.0, -3.0])
def test_nothing_is_said_of_a_firm_whose_year_before_was_nought_or_negative(base):
    told = predict(figures([100] * 6 + [NAN], [100] * 6 + [base]))
    assert np.isnan(told.value[6]) and told.method[6] == Method.NOTHING


def test_nothing_is_said_where_the_sums_of_those_in_are_negative():
    told = predict(figures([-100] * 6 + [NAN], [100] * 7))
    assert np.isnan(told.value[6]) and told.method[6] == Method.NOTHING


def test_a_form_left_blank_is_in_and_gives_nobody_a_ratio():
    firms = figures([100] * 5 + [NAN, NAN], [100] * 7)
    firms.is_in[5] = True
    assert predict(firms).value[6] == pytest.approx(100.0)


def test_no_firms_at_all_are_no_error():
    none, whole = np.zeros(0), np.zeros(0, dtype=np.int64)
    assert len(predict(Measured(none, none.astype(bool), none, none, none, (whole,) * 4, whole, 3)).value) == 0
