"""Month values and 环比, worked out by hand."""

from decimal import Decimal

import pytest

from reporting.growth.comparing import AskedGrowth, compare
from reporting.growth.words import as_json, left_out_words, month_on_month, months_compared
from tests.growth.city import make_growing_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db):
    return make_growing_city()


def so_far(now: str, before: str | None = None, cell: str = "2020") -> dict[str, str]:
    return {f"{cell}.c1": now} | ({f"{cell}.c3": before} if before else {})


def test_a_month_is_what_was_added_since_the_month_before(city):
    """April 120 − 70 and 60 − 40: 70; May 150 − 120 and 100 − 60: 70; 丙 has no April, 丁 does not say it."""
    city.files("甲", "2024M04", so_far("120", "70"))
    city.files("乙", "2024M04", so_far("60", "40"))
    city.files("甲", "2024M05", so_far("150", "120"))
    city.files("乙", "2024M05", so_far("100", "60"))
    city.files("丙", "2024M05", so_far("9", "4"))
    city.files("丁", "2024M05", so_far("33"))
    compared = compare(AskedGrowth("2024M05", "2020.c1"))
    month, rate = compared.months.whole, compared.months.rate(None)
    assert (month.value, month.firms) == (Decimal(75), 3)
    assert (rate.now, rate.base, rate.shown) == (Decimal(70), Decimal(70), Decimal("0.0"))
    assert left_out_words(compared, None)[1:] == [
        "1 家没有上期累计，算不出当月数，其本年累计 33.00万元 不计入当月数和环比。",
        "1 家没有上月的当月数，不计入环比。",
    ]
    assert months_compared(compared, None) == (
        "环比按当月数计算，不用两期累计数相除；只比两月都有当月数的 2 家：本月 70.00万元，上月 70.00万元。"
    )
    told = as_json(compared)
    assert told["month"] == "75.00"
    assert told["growth"]["month_on_month"] == {
        "base": "70.00",
        "rate": "0.0",
        "unrounded": "0",
        "now": "70.00",
        "firms": 2,
    }


def test_by_groups_a_firm_is_where_it_is_now(city):
    city.files("甲", "2024M04", so_far("120", "70") | {"2021.c1": "1"})
    city.files("甲", "2024M05", so_far("180", "120") | {"2022.c1": "1"})
    compared = compare(AskedGrowth("2024M05", "2020.c1", by="class"))
    assert {group: compared.months.of(group).value for group in compared.months.groups} == {"2022": Decimal(60)}
    assert str(compared.months.rate("2022").shown) == "20.0"  # 60 after 50


def test_february_is_of_two_months_and_nothing_is_compared_with_it(city):
    city.files("甲", "2024M02", so_far("80"))
    city.files("甲", "2024M03", so_far("130", "80"))
    february, march = (compare(AskedGrowth(code, "2020.c1")).months for code in ("2024M02", "2024M03"))
    assert (february.whole.value, february.rate(None).shown) == (Decimal(80), None)
    assert "2月为1—2月合计" in february.rate(None).why
    assert (march.whole.value, march.rate(None).shown) == (Decimal(50), None)
    assert march.rate(None).why == "上月为1—2月两个月的合计，不计算环比"


def test_a_figure_of_the_month_itself_is_compared_as_it_stands(city):
    """2112, the people employed, is no sum: 50 after 40."""
    city.files("甲", "2024M05", so_far("50", "40", "2112"))
    city.files("乙", "2024M05", so_far("7", cell="2112"))
    compared = compare(AskedGrowth("2024M05", "2112.c1"))
    months = compared.months
    assert months_compared(compared, None) == "环比只比本期表里填了上期数的 1 家：本期 50人，上期 40人。"
    assert left_out_words(compared, None)[1:] == ["1 家没有上期数，不计入环比。"]
    assert month_on_month(months) == "环比" and "month" not in as_json(compared)
    assert (months.whole.value, months.rate(None).shown) == (Decimal(57), Decimal("25.0"))


def test_without_the_month_before_there_is_a_month_and_no_rate(city):
    city.files("甲", "2024M05", so_far("150", "120"))
    months = compare(AskedGrowth("2024M05", "2020.c1")).months
    assert months.whole.value == Decimal(30)
    assert months.rate(None).why == "没有2024年4月的汇总，不计算环比"
