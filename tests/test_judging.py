"""What is known about a filing beside its cells: the firm's own coefficient, and the bases it was granted."""

from datetime import date
from decimal import Decimal

import pytest

from reporting import workflow
from reporting.judging import facts_for, judge
from reporting.models import Filing, State
from tests.cast import AT
from tests.figures import file_values
from tests.may import fresh, make_may, open_period

pytestmark = pytest.mark.django_db
# 山城 sold 300 of 通信设备类 and 100 of 工业控制与智能装备类 last year; with 0.4 and 0.1 k is (120 + 10) ÷ 400.
LAST_YEAR = {"E41.v": "300.00", "E42.v": "0.00", "E44.v": "100.00", "E40.v": "400.00"}


@pytest.fixture
def may(cast):
    return make_may(cast)


@pytest.fixture
def shancheng(may):
    """Makes devices with software inside; its annual of 2023 stands."""
    annual = open_period("2023A", date(2024, 1, 1))
    filed = Filing.objects.create(
        enterprise=may.other_filing.enterprise,
        period=annual,
        district=may.other_filing.district,
        state=State.APPROVED,
    )
    file_values(filed, LAST_YEAR, may.other_clerk)
    return may.other_filing


def enter(may, **coefficients: str) -> None:
    for name, value in coefficients.items():
        workflow.set_parameter(may.may.edition, name, None, Decimal(value), may.city, AT, "附录三")


def test_k_is_the_firms_own_weighted_by_what_it_sold_last_year(may, shancheng):
    enter(may, k_E41="0.4", k_E44="0.1")
    assert facts_for(fresh(shancheng)).parameters["k"] == Decimal("0.325")
    values = judge(fresh(shancheng), {"20241.c1": "1000", "20421.c1": "10"}).completed.values
    assert (values["2024.c1"], values["2042.c1"]) == (Decimal("325"), Decimal("3.25"))


def test_k_has_six_decimals_rounded_half_up(may, shancheng):
    enter(may, k_E41="0.000001", k_E44="0.000003")  # (0.0003 + 0.0003) ÷ 400 = 0.0000015
    assert facts_for(fresh(shancheng)).parameters["k"] == Decimal("0.000002")


@pytest.mark.parametrize("coefficients", [{}, {"k_E41": "0.4"}, {"k_E42": "0.3", "k_E43": "0.3"}])
def test_k_is_blank_while_a_class_the_firm_sold_has_no_official_coefficient(may, shancheng, coefficients):
    enter(may, **coefficients)
    assert facts_for(fresh(shancheng)).parameters["k"] is None
    completed = judge(fresh(shancheng), {"20241.c1": "1000", "2024.c1": "280"}).completed
    assert completed.values["2024.c1"] == 280 and "2024.c1" not in completed.locked


def test_k_is_blank_without_a_last_annual_and_nobody_elses(may, shancheng):
    enter(may, k_E41="0.4", k_E44="0.1")
    assert facts_for(fresh(may.filing)).parameters["k"] is None


def test_k_is_not_the_citys_to_enter(may):
    with pytest.raises(workflow.Refused, match="各企业不同，由系统计算"):
        enter(may, k="0.3")
