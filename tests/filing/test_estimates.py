"""预估数: what stands as an estimate holds the next period up (P06), and there is always a way to make it actual."""

from datetime import date

import pytest
from django.urls import reverse

from accounts import clock
from reporting import workflow
from reporting.filing.judging import history_of
from reporting.models import DistrictResult, Filing, State
from reporting.totals.aggregation import summarise
from reporting.totals.progress import progress_of, requests_waiting
from reporting.workflow import Refused
from reporting.workflow.period import ESTIMATES
from tests.cast import AT
from tests.may import CLEAN_MAY, fresh, open_period
from tests.officials import file_may, sign_in
from tests.reading import words_on
from tests.workflow.lateness import LATER, let_in_late, make_alike_may, moment

pytestmark = pytest.mark.django_db

JULY = moment(2, 9, month=7)
LOCKED_AT = moment(16, 18)
ACTUAL = {**CLEAN_MAY, "2010.c1": "1001"}
JUNE = {**CLEAN_MAY, "2010.c1": "1400"}


@pytest.fixture
def may():
    """云图's May was approved as an estimate; June is open."""
    may = make_alike_may()
    workflow.allow_estimates(may.may, True, may.city, AT, "审计未完")
    may.estimate = submit(may, CLEAN_MAY, estimated=True)
    workflow.approve(may.estimate, may.reviewer, AT)
    may.june = workflow.owe(may.firm, open_period("2024M06", date(2024, 7, 1)))
    return may


def submit(may, cells, at=AT, **more):
    filing = fresh(may.filing)
    sheet = filing.sheets.filter(table="软统企6").first()
    workflow.save_sheet(filing, "软统企6", cells, sheet.version if sheet else 0, may.clerk, at)
    workflow.check(filing, may.clerk, at)
    for finding in workflow.unexplained(filing, workflow.check(filing, may.clerk, at)):
        workflow.explain(filing, finding.rule, finding.fingerprint, may.clerk, at, reason_code="01")
    return workflow.submit(filing, may.clerk, at, signer="王经理", committed=True, **more)


def file_june(may):
    return file_may(may.june, may.clerk, JUNE, at=JULY)


def refused_june(may, way: str) -> None:
    with pytest.raises(Refused, match=f"上期为预估数.*{way}"):
        file_june(may)


def lock(may) -> None:
    workflow.lock(may.may, may.city, LOCKED_AT, "到期，预估数下期更正")


def test_the_refusal_says_the_way_where_the_estimate_can_still_be_amended(may):
    refused_june(may, "请打开2024年5月的上报件“申请修订”，按实际数再次上报")
    workflow.amend(may.filing, may.clerk, AT, "实际数")
    refused_june(may, "请先把2024年5月改为实际数，再次上报")
    actual = submit(may, ACTUAL, reason="实际数")
    assert file_june(may).number == 1  # actual figures sent are enough; nobody waits for the district
    assert fresh(may.filing).in_force == actual


def test_the_page_says_what_holds_it_up_before_anybody_presses(may):
    firm = sign_in(may.clerk)
    address = reverse("filing", args=["2024M06"])
    assert "请打开2024年5月的上报件“申请修订”" in words_on(firm.get(address))
    workflow.amend(may.filing, may.clerk, AT, "实际数")
    submit(may, ACTUAL, reason="实际数")
    assert "上期为预估数" not in words_on(firm.get(address))


def test_actual_figures_given_up_leave_the_estimate_standing(may):
    workflow.amend(may.filing, may.clerk, AT, "实际数")
    submit(may, ACTUAL, reason="实际数")
    workflow.recall(may.filing, may.clerk, AT)
    refused_june(may, "请先把2024年5月改为实际数")
    workflow.abandon_amendment(may.filing, may.clerk, AT)
    assert fresh(may.filing).in_force == may.estimate
    refused_june(may, "申请修订")


def test_actual_figures_returned_leave_the_estimate_standing(may):
    workflow.amend(may.filing, may.clerk, AT, "实际数")
    actual = submit(may, ACTUAL, reason="实际数")
    workflow.send_back(actual, [{"cell": "", "reason": "请核实"}], may.reviewer, AT)
    refused_june(may, "请先把2024年5月改为实际数")


def test_the_lock_asks_about_estimates(may):
    workflow.approve(file_may(may.other_filing, may.other_clerk), may.other_reviewer, AT)
    Filing.objects.filter(period=may.may, state=State.NOT_STARTED).update(state=State.EXEMPT)
    assert workflow.standing_in_the_way(may.may) == {ESTIMATES: 1}
    with pytest.raises(Refused, match="截止日.*未到，还有 1 家未办结"):
        workflow.lock(may.may, may.city, AT, "都通过了")
    with pytest.raises(Refused, match="审核通过，仍是预估数 1 家。如确需锁定，请写明原因"):
        workflow.lock(may.may, may.city, LOCKED_AT)
    assert "审核通过，仍是预估数 1 家" in words_on(sign_in(may.city).get("/city/periods/2024M05/"))
    lock(may)
    assert fresh(may.filing).state == State.LOCKED


def test_after_the_lock_an_estimate_is_made_actual_and_the_locked_total_stands_still(may, monkeypatch):
    lock(may)
    before = total(may)
    refused_june(may, "请在2024年5月的页面申请补报，区县同意后按实际数上报；已锁定的汇总不变")
    monkeypatch.setattr(clock, "now", lambda: LATER)
    firm = sign_in(may.clerk)
    assert "审核通过的是预估数，请申请补报" in words_on(firm.get("/"))
    assert "提交补报申请" in words_on(firm.get(reverse("filing", args=["2024M05"])))
    asked = workflow.ask_late(may.filing, may.clerk, LATER, "以实际数更正预估数")
    assert requests_waiting(may.reviewer)["late"] == 1
    workflow.decide_late(asked, True, may.reviewer, LATER)
    assert fresh(may.filing).state == State.AMENDING
    assert "记为迟报" not in words_on(firm.get(reverse("filing", args=["2024M05"])))
    with pytest.raises(Refused, match="补报的须是实际数"):
        submit(may, ACTUAL, LATER, reason="实际数", estimated=True)
    actual = submit(may, ACTUAL, LATER, reason="实际数")
    assert actual.on_time and not fresh(may.filing).late
    assert total(may) == before
    assert file_june(may).number == 1
    workflow.approve(actual, may.reviewer, LATER)
    filing = fresh(may.filing)
    assert (filing.state, filing.approved, filing.counted) == (State.LOCKED, actual, may.estimate)
    assert total(may) == before
    assert str(history_of(fresh(may.june))["prev"]["2010.c1"]) == "1001.00"
    with pytest.raises(Refused, match="已由市级锁定"):
        workflow.amend(may.filing, may.clerk, LATER, "再改")
    for client, path in (
        (firm, "/"),
        (firm, f"/filings/2024M05/submissions/{actual.number}/"),
        (sign_in(may.reviewer), f"/district/submissions/{actual.receipt}/"),
        (sign_in(may.city), "/city/submissions/?period=2024M05&state=after_lock"),
    ):
        assert "锁定后补报，已通过，本期汇总仍计锁定时的一份" in words_on(client.get(path)), path


def total(may) -> tuple:
    """Everything that the lock froze."""
    summary = summarise(may.may, LATER, include_submitted=True)
    coverage = summary.city.coverage
    standing = progress_of(Filing.objects.of(may.may))
    return (
        summary.city.cells, coverage.filed, coverage.approved, coverage.reopened, standing.filed, standing.approved,
        standing.late, standing.on_time, standing.reopened, list(DistrictResult.objects.values_list("measures")),
    )  # fmt: skip


def test_a_correction_after_the_lock_that_is_given_up_leaves_the_estimate_as_it_was(may):
    lock(may)
    let_in_late(may, LATER)
    sent = submit(may, ACTUAL, LATER, reason="实际数")
    workflow.send_back(sent, [{"cell": "", "reason": "请核实"}], may.reviewer, LATER)
    workflow.abandon_amendment(may.filing, may.clerk, LATER)
    filing = fresh(may.filing)
    assert (filing.state, filing.in_force, filing.after_lock) == (State.LOCKED, may.estimate, False)
    assert filing.sheets.get().cells["2010.c1"] in ("1000", "1000.00")
    let_in_late(may, LATER)  # and may be asked for again


@pytest.mark.parametrize("state", ["waiting", "returned", "with the city", "being amended"])
def test_wherever_the_lock_found_it_an_estimate_can_be_made_actual(may, state):
    if state == "with the city":
        workflow.city_return(may.estimate, [{"cell": "", "reason": "请核实"}], may.city, AT)
    else:
        workflow.amend(may.filing, may.clerk, AT, "仍是预估")
    if state in ("waiting", "returned"):
        sent = submit(may, ACTUAL, reason="仍是预估", estimated=True)
    if state == "returned":
        workflow.send_back(sent, [{"cell": "", "reason": "请核实"}], may.reviewer, AT)
    lock(may)
    let_in_late(may, LATER)
    if state == "waiting":
        workflow.recall(may.filing, may.clerk, LATER)
    actual = submit(may, ACTUAL, LATER, reason="实际数")
    workflow.approve(actual, may.reviewer, LATER)
    filing = fresh(may.filing)
    assert (filing.approved, filing.counted) == (actual, may.estimate)
    assert file_june(may).number == 1


def test_what_was_approved_as_actual_is_not_opened_after_the_lock(may):
    workflow.amend(may.filing, may.clerk, AT, "实际数")
    workflow.approve(submit(may, ACTUAL, reason="实际数"), may.reviewer, AT)
    lock(may)
    with pytest.raises(Refused, match="锁定的数据不能再改，不属于补报"):
        workflow.ask_late(may.filing, may.clerk, LATER, "改数")
