"""What is known about a filing beside its cells: the firm's own coefficient, and the bases it was granted."""

from datetime import date
from decimal import Decimal

import pytest

from reporting import workflow
from reporting.filing.judging import facts_for, judge
from reporting.models import BaseAdjustment, Filing, State
from tests.cast import AT
from tests.filling.figures import file_values
from tests.may import CLEAN_MAY, fresh, make_may, open_period

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


# Last May as it was filed: 2021 holds 20211; 2020 = 2021 + 2022 + 2023 + 2024.
LAST_MAY = {
    "2010.c1": "950.00", "2020.c1": "800.00", "2021.c1": "450.00", "20211.c1": "90.00", "2022.c1": "260.00",
    "2023.c1": "90.00", "2024.c1": "0.00", "2040.c1": "0.00",
}  # fmt: skip


@pytest.fixture
def filing(may):
    last_may = open_period("2023M05", date(2023, 6, 1))
    filed = Filing.objects.create(
        enterprise=may.firm, period=last_may, district=may.filing.district, state=State.APPROVED
    )
    file_values(filed, LAST_MAY, may.clerk)
    return may.filing


def grant(may, filing, **cells: str) -> None:
    for cell, new in cells.items():
        BaseAdjustment.objects.create(
            filing=filing, cell=cell.replace("_", ".").removeprefix("M"), old="450.00", new=new, reason="口径调整",
            asked_by=may.clerk, asked_at=AT, granted=True, decided_by=may.reviewer, decided_at=AT,
        )  # fmt: skip


def rules_found(judgement) -> set[str]:
    return {finding.rule for finding in judgement.errors if any("c2" in cell for cell in finding.cells)}


def test_a_total_is_added_up_again_from_an_adjusted_base(may, filing):
    assert judge(fresh(filing), CLEAN_MAY).completed.values["2020.c2"] == 800
    grant(may, filing, M2021_c2="430")
    judgement = judge(fresh(filing), CLEAN_MAY)
    values = judgement.completed.values
    assert (values["2021.c2"], values["2020.c2"], values["2022.c2"]) == (430, 780, 260)
    assert values["2020.c4"] == Decimal("15.4")  # 900 ÷ 780
    assert "2020.c2" in judgement.completed.locked and not rules_found(judgement)


def test_a_total_adjusted_itself_stays_as_it_was_granted(may, filing):
    grant(may, filing, M2021_c2="430", M2020_c2="790")
    values = judge(fresh(filing), CLEAN_MAY).completed.values
    assert (values["2021.c2"], values["2020.c2"]) == (430, 790)


def test_an_adjusted_base_of_no_total_leaves_the_totals_as_they_were_filed(may, filing):
    grant(may, filing, M2010_c2="940", M20211_c2="80")
    values = judge(fresh(filing), CLEAN_MAY).completed.values
    assert (values["2010.c2"], values["20211.c2"], values["2020.c2"], values["2021.c2"]) == (940, 80, 800, 450)
