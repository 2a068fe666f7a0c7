"""The order of what waits: places, reasons, weights and the line, worked by hand in a small city."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reporting import workflow
from reporting.consequence.ordering import order_of
from reporting.models import Filing, State
from reporting.review.weighing import weighed
from tests.consequence.ordered_city import LATER, NANAN, NOW, make_ordered_city

pytestmark = pytest.mark.django_db
CELL = "2020.c1"


@pytest.fixture
def city(db):
    return make_ordered_city()


def placed(order, city) -> dict:
    """By name, in order."""
    found = order.placed(order.frame["filing"].to_list())
    return dict(zip(city.names(found), found.values(), strict=True))


def test_what_moves_the_total_unexpectedly_comes_first(city):
    """Twelve firms say 110 of 100. 万倍 says 1100 of 100, ten times what was expected; 大而稳 220 of 200, as expected;
    小而乱 40 of 10: three times what was expected, but 29 of a total of 2 680 at the most."""
    city.files("大而稳", 220, 200)
    city.files("万倍", 1100, 100)
    city.files("小而乱", 40, 10)
    order = order_of(city.period, NOW)
    assert list(placed(order, city)) == ["万倍", "小而乱", "大而稳"]
    assert order.frame["place"].to_list() == [1, 2, 3]
    assert order.frame["revenue"].to_list() == [1100, 40, 220]
    assert order.frame["change"].to_list() == pytest.approx([1000, 300, 10])


def test_a_unit_is_named_with_how_large_the_filing_is(city):
    """The total is 12 · 110 + 1100 = 2420; expected were 110."""
    city.files("万倍", 1100, 100)
    one = placed(order_of(city.period, NOW), city)["万倍"]
    assert one.reasons[0] == "多项指标约为预期的 10 倍，疑似单位填错"
    assert "软件业务收入同比 +1,000%，同类（软件产品）中位数 +10%" in one.reasons
    assert one.reasons[-1] == "占全市软件业务收入 45.5%"
    assert one.cell == CELL and 0.9 < one.suspicion < 1
    weight = one.weights[CELL]
    assert weight.now == Decimal(1100)
    assert weight.change == pytest.approx(1000)
    assert weight.share_city == pytest.approx(1100 / 2420 * 100)
    assert weight.moves_city == pytest.approx((1100 - 110) / 2420 * 100)
    assert one.score == pytest.approx(one.suspicion * weight.moves_city)


def test_what_it_says_is_told_to_the_last_digit(city):
    """More digits than a float has: 9007199254740993.07 is no float, and two of them do not add up as floats."""
    said = "9007199254740993.07"
    city.files("极大", 1, 1, cells={"2020.c1": said, "2021.c1": said})
    city.files("小数", 1, 1, cells={"2020.c1": "0.1", "2021.c1": "0.1"})
    found = placed(order_of(city.period, NOW), city)
    assert found["极大"].weights[CELL].now == Decimal(said) and found["小数"].weights[CELL].now == Decimal("0.1")


@pytest.mark.parametrize("before", [0, -100])
def test_on_nought_or_less_there_is_no_growth(city, before):
    city.files("由亏", 110, before)
    city.files("审过", 110, before, state=State.APPROVED)
    found = weighed(city.period, NOW, [None])
    assert found.orders[0].frame["change"].to_list() == [None]
    assert found.placed([city.filings["由亏"].pk])[city.filings["由亏"].pk].weights[CELL].change is None
    assert found.known([city.filings["审过"].pk])[city.filings["审过"].pk].change is None


def test_a_district_is_ordered_by_its_own_total_and_tells_what_moves_the_city(city):
    """In 南岸 the firm is one of two: 60 of 30 there, of 1 420 in the city (33 were expected)."""
    city.files("南岸老店", 40, 36, district=NANAN, state=State.APPROVED)
    city.files("南岸翻番", 60, 30, district=NANAN)
    city.files("渝中翻番", 60, 30)
    order = order_of(city.period, NOW, city.nanan)
    assert list(placed(order, city)) == ["南岸翻番"]
    [one] = placed(order, city).values()
    weight = one.weights[CELL]
    assert weight.share_district == pytest.approx(60)
    assert weight.moves_district == pytest.approx((60 - 33) / 100 * 100)
    assert weight.moves_city == pytest.approx((60 - 33) / (12 * 110 + 160) * 100)
    assert "占本区县软件业务收入 60.0%" in one.reasons
    [row] = order.frame.select("share", "moves_district", "moves_city").rows()
    assert row == pytest.approx((weight.share_district, weight.moves_district, weight.moves_city))
    of_city = placed(order_of(city.period, NOW), city)["南岸翻番"]
    assert of_city.weights[CELL].moves_district == pytest.approx(weight.moves_district)
    assert of_city.weights[CELL].moves_city == pytest.approx(weight.moves_city)


def test_the_line_is_drawn_where_what_is_left_is_below_the_limit(db):
    """Thirty grew by 10 per cent, five that wait by 15, of a total of 4 975: HB 2.27 at the least d of 2 per cent, and
    so a suspicion of about 6 per cent of 5 each, 0.006 points. All five are below 0.1, one alone is below 0.01."""
    city = make_ordered_city(steady=30)
    city.files("万倍", 1100, 100)
    for number in range(5):
        city.files(f"略高{number}", 115, 100)
    order = order_of(city.period, NOW)
    assert (order.stop.first, order.stop.waiting) == (1, 6)
    assert order.stop.in_words == ("待审 6 家，审完前 1 家后，其余的预期误差合计不超过各项合计的 0.1%。")
    assert order.frame["before_stop"].to_list() == [True] + [False] * 5
    assert 0 < order.stop.left[CELL] <= 0.1 and set(order.stop.left) == {CELL, "2010.c1", "2112.c1"}
    limits = workflow.Limits(Decimal("0.01"), ["headline"], Decimal(1))
    workflow.choose_review_limits(limits, city.city, NOW, "试")
    narrower = order_of(city.period, NOW)
    assert narrower.stop.first == 5 and set(narrower.stop.left) == {CELL}
    assert narrower.stop.left[CELL] <= 0.01


@pytest.mark.parametrize(
    ("said", "reason", "cell"),
    [
        ({"people": (100, 10)}, "平均用工人数约为预期的 10 倍，疑似多填或少填了数位", "2112.c1"),
        ({"revenue": 100}, "与上年同期数完全相同，疑似照抄", CELL),
        ({"revenue": 80, "cells": {f"{row}.c3": f"{figure}.00" for row, figure in
          (("2020", 80), ("2021", 80), ("2010", 160))}}, "与上期累计数完全相同，疑似照抄", CELL),
        ({"before": None}, "没有上年数和上期数，不能与自身以往比较", CELL),
        ({"revenue": -50}, "收入或人数为负，或由负转正", CELL),
        ({"estimated": True}, "企业注明是预估数", ""),
        ({"late": True}, "迟报", ""),
        ({"findings": [{"rule": "R1", "level": "warning"}] * 2}, "2 条提示", ""),
    ],
)  # fmt: skip
def test_the_reason_says_what_is_the_matter_and_where(city, said, reason, cell):
    city.files("一家", **{"revenue": 110, "before": 100, "people": (10, 10)} | said)
    [one] = placed(order_of(city.period, NOW), city).values()
    assert reason in one.reasons and one.cell == cell


@pytest.mark.parametrize(
    ("revenue", "reason"),
    [(0, "软件业务收入填 0，按以往预期约 220"), (None, "软件业务收入没有填，按以往预期约 220")],
)
def test_a_firm_that_fell_to_nought_moves_the_total_by_all_that_was_expected(city, revenue, reason):
    """Of 12 · 110 = 1320 that is in, 220 more were expected: 16.67 per cent."""
    city.files("归零", revenue, 200)
    order = order_of(city.period, NOW)
    [one] = placed(order, city).values()
    assert one.reasons[0] == reason and one.cell == CELL and one.before_stop
    weight = one.weights[CELL]
    assert weight.moves_city == pytest.approx(-220 / 1320 * 100) and one.suspicion > 0.8
    assert order.frame["moves_city"].to_list() == pytest.approx([weight.moves_city])
    assert weight.share_city == (None if revenue is None else 0)


def test_a_firm_that_begins_where_there_was_nought_is_told(city):
    city.files("突现", 300, 0, cells={f"{row}.c3": "0.00" for row in ("2020", "2021", "2010")})
    [one] = placed(order_of(city.period, NOW), city).values()
    assert "软件业务收入以往为 0，本期有数" in one.reasons and one.cell == CELL and one.before_stop


def test_where_nothing_can_be_compared_the_reason_does_not_say_that_all_is_well(city):
    city.files("一直没有", 0, 0, people=(0, 0))
    [one] = placed(order_of(city.period, NOW), city).values()
    assert one.reasons == ("没有可以与以往和同类比较的数",)


def test_where_nothing_speaks_against_it_the_reason_says_so(city):
    city.files("一家", 11, 10)
    [one] = placed(order_of(city.period, NOW), city).values()
    assert one.reasons == ("与自身以往和同类相比未见异常",) and one.cell == ""


def test_a_class_of_one_is_held_against_the_whole_city(city):
    city.files("信息安全", 300, 100, cells={"2021.c1": "0", "2021.c2": "0", "2023.c1": "300", "2023.c2": "100"})
    [one] = placed(order_of(city.period, NOW), city).values()
    assert "软件业务收入同比 +200%，全市中位数 +10%" in one.reasons


def test_in_a_city_of_two_firms_nothing_is_compared_and_all_are_to_be_opened(db):
    city = make_ordered_city(steady=0)
    city.files("甲", 110, 100)
    city.files("乙", 900, 100)
    order = order_of(city.period, NOW)
    assert (order.stop.first, order.stop.waiting) == (2, 2)
    assert order.stop.in_words.startswith("全市有以往数可比的企业不足 8 家")
    assert order.frame["before_stop"].all()
    assert list(placed(order, city)) == ["乙", "甲"]  # by what moved against their own last year
    assert placed(order, city)["乙"].weights[CELL].moves_city == pytest.approx(800 / 1010 * 100)


def test_without_last_year_it_is_said(db):
    city = make_ordered_city(steady=0)
    for number in range(10):
        city.files(f"新{number}", 100, None)
    order = order_of(city.period, NOW)
    assert order.stop.cannot_say and order.stop.first == 10
    before = {"2020.c3": "80.00", "2021.c3": "80.00", "2010.c3": "160.00"}
    for name in list(city.filings):
        city.submits(name, city.filings[name].in_force.values | before)
    order = order_of(city.period, LATER)
    assert not order.stop.cannot_say and "没有足够的上年数，只与上期比较。" in order.stop.in_words


def test_a_total_that_cancels_out_is_left_aside_in_words(db):
    city = make_ordered_city(steady=10)
    city.files("冲销", -1100, 100)
    order = order_of(city.period, NOW)
    assert "软件业务收入合计、主营业务收入的合计为零或正负相抵，没有计算误差。" in order.stop.in_words
    [one] = placed(order, city).values()
    assert one.weights[CELL].share_city is None and one.weights[CELL].moves_city is None
    assert one.reasons[0] == "收入或人数为负，或由负转正"


def test_what_was_let_in_after_the_lock_moves_no_total_and_stands_last(city):
    city.files("如常", 12, 11)
    city.files("补报", 90_000, 100)
    Filing.objects.filter(pk=city.filings["补报"].pk).update(after_lock=True)
    order = order_of(city.period, NOW)
    assert list(placed(order, city)) == ["如常", "补报"]
    assert "其中 1 家锁定后补报，不在本期合计内，排在最后。" in order.stop.in_words
    one = placed(order, city)["补报"]
    assert "锁定后补报，不在本期合计内" in one.reasons and one.weights[CELL].share_city is None
    assert placed(order, city)["如常"].weights[CELL].share_city == pytest.approx(12 / (12 * 110 + 12) * 100)


def test_a_firm_a_hundred_times_the_rest_grows_as_they_do(city):
    city.files("巨头", 11_000, 10_000)
    order = order_of(city.period, NOW)
    assert order.stop.first == 0 and order.stop.in_words.startswith("待审 1 家，现在全部待审件的预期误差合计不超过")


def test_nothing_waits(city):
    order = order_of(city.period, NOW)
    assert order.frame.height == 0 and order.placed([1, 2]) == {}
    assert order.stop.in_words == "没有待审的上报件。"


def test_equal_scores_stand_in_the_order_of_their_filings(city):
    for name in ("丙", "甲", "乙"):
        city.files(name, 150, 100)
    assert list(placed(order_of(city.period, NOW), city)) == ["丙", "甲", "乙"]


def test_two_months_that_grew_by_the_same_are_a_copy(city):
    """April 85 after March 60: May's 110 grew by the same 25 in every figure."""
    march = {"2020.c1": "60.00", "2010.c1": "120.00", "2021.c1": "60.00"}
    april = {"2020.c3": "85.00", "2010.c3": "170.00", "2021.c3": "85.00"}
    city.files("匀速", 110, 100, cells=april)
    city.stood_before("2024M03", "匀速", march)
    [one] = placed(order_of(city.period, NOW), city).values()
    assert "本月增加额与上月完全相同，疑似照抄" in one.reasons


def test_as_of_when_it_was_measured_is_told(city):
    city.files("一家", 110, 100)
    order = order_of(city.period, NOW)
    assert (order.yardstick_at, order.as_of_in_words) == (NOW, "与同类比较以 14:10 为准。")
    assert order_of(city.period, NOW + timedelta(minutes=5)).yardstick_at == NOW
