from datetime import timedelta

import pytest

from accounts.models import JournalEntry
from reporting import workflow
from reporting.filing.judging import judge
from reporting.models import Explanation, Filing, LateRequest, Review, State, Submission
from reporting.workflow import Conflict, Refused
from tests.cast import AT, assemble
from tests.may import AFTER_DUE, CLEAN_MAY, LAST_SECOND, fresh, make_may, open_period
from tests.officials import WARNING, freeze
from tests.reading import words_on

pytestmark = pytest.mark.django_db
TABLE = "软统企6"


@pytest.fixture
def cast():
    return make_may(assemble())


def save(cast, cells=None, version=None, at=AT, by=None):
    sheet = cast.filing.sheets.filter(table=TABLE).first()
    version = (sheet.version if sheet else 0) if version is None else version
    return workflow.save_sheet(cast.filing, TABLE, CLEAN_MAY if cells is None else cells, version, by or cast.clerk, at)


def explain_everything(cast, at=AT):
    for finding in judge(fresh(cast.filing)).warnings:
        workflow.explain(cast.filing, finding.rule, finding.fingerprint, cast.clerk, at, reason_code="01")


def submit(cast, at=AT, **more):
    """Save, check, explain and submit 云图's May."""
    save(cast, at=at, cells=more.pop("cells", None))
    workflow.check(cast.filing, cast.clerk, at)
    explain_everything(cast, at)
    return workflow.submit(cast.filing, cast.clerk, at, signer="王经理", committed=True, **more)


def test_a_first_save_turns_a_filing_into_a_draft_and_is_journalled(cast):
    sheet = save(cast)
    assert fresh(cast.filing).state == State.DRAFT
    assert sheet.version == 1 and sheet.cells["2010.c1"] == "1000"
    entry = JournalEntry.objects.get(action=f"保存{TABLE}")
    assert (entry.by, entry.period, entry.after["2010.c1"]) == (cast.clerk, "2024M05", "1000")


def test_a_period_is_filled_from_its_first_day_on(cast):
    first = AT.replace(day=1, hour=0, minute=0)
    with pytest.raises(Refused, match="2024年5月于 2024-06-01 开始填报"):
        save(cast, at=first - timedelta(seconds=1))
    assert not cast.filing.sheets.exists()
    assert save(cast, at=first).version == 1


def test_a_stale_tab_is_told_and_overwrites_nothing(cast):
    save(cast)
    save(cast, {**CLEAN_MAY, "2010.c1": "1100"})
    with pytest.raises(Conflict) as conflict:
        save(cast, {**CLEAN_MAY, "2010.c1": "1200"}, version=1)
    assert conflict.value.sheet.cells["2010.c1"] == "1100"
    assert cast.filing.sheets.get().cells["2010.c1"] == "1100"


def test_a_cell_takes_so_many_words_and_no_more(cast):
    save(cast, {"2010.c1": "9" * 500})
    with pytest.raises(Refused, match="的“本年本期累计”有 501 个字，一格最多 500 字"):
        save(cast, {"2010.c1": "9" * 501})
    assert len(cast.filing.sheets.get().cells["2010.c1"]) == 500


@pytest.mark.parametrize("official", ["city", "analyst", "system", "reviewer"])
def test_no_official_saves_a_figure(cast, official):
    with pytest.raises(Refused):
        save(cast, by=getattr(cast, official))
    assert not cast.filing.sheets.exists()


def test_another_firm_saves_nothing_here(cast):
    with pytest.raises(Refused):
        save(cast, by=cast.other_clerk)


def test_the_clean_path_ends_in_a_frozen_numbered_submission(cast):
    submission = submit(cast)
    assert (submission.number, submission.on_time) == (1, True)
    assert submission.values["2020.c1"] == "900.00"
    assert fresh(cast.filing).state == State.SUBMITTED
    submission.values = {}
    with pytest.raises(TypeError):
        submission.save()
    with pytest.raises(TypeError):
        submission.delete()


def test_the_second_click_on_submit_is_the_first(cast):
    first = submit(cast)
    again = workflow.submit(cast.filing, cast.clerk, AT, signer="王经理", committed=True)
    assert again.pk == first.pk
    assert Submission.objects.count() == 1


def test_submitting_needs_a_check_after_the_last_save(cast):
    save(cast)
    with pytest.raises(Refused, match="请先点击“数据审核”"):
        workflow.submit(cast.filing, cast.clerk, AT, signer="王经理", committed=True)


def test_an_error_blocks_submission(cast):
    save(cast, {**CLEAN_MAY, "20211.c1": "501"})
    judgement = workflow.check(cast.filing, cast.clerk, AT)
    assert "R602" in {finding.rule for finding in judgement.errors}
    explain_everything(cast)
    with pytest.raises(Refused, match="请先点击“数据审核”"):
        workflow.submit(cast.filing, cast.clerk, AT, signer="王经理", committed=True)


def test_a_warning_wants_an_explanation(cast):
    save(cast, {**CLEAN_MAY, "2110.c1": "1001", "2080.c1": "1300", "2090.c1": "-700"})
    workflow.check(cast.filing, cast.clerk, AT)
    with pytest.raises(Refused, match="尚有提示项未填写说明"):
        workflow.submit(cast.filing, cast.clerk, AT, signer="王经理", committed=True)
    explain_everything(cast)
    assert workflow.submit(cast.filing, cast.clerk, AT, signer="王经理", committed=True).explanations


def test_an_explanation_dies_when_a_figure_it_rests_on_changes(cast):
    cells = {**CLEAN_MAY, "2110.c1": "1001", "2080.c1": "1300", "2090.c1": "-700"}
    save(cast, cells)
    workflow.check(cast.filing, cast.clerk, AT)
    explain_everything(cast)
    save(cast, {**cells, "2110.c1": "1002"})
    judgement = workflow.check(cast.filing, cast.clerk, AT)
    assert "R629" in {finding.rule for finding in workflow.unexplained(fresh(cast.filing), judgement)}


@pytest.mark.parametrize(("code", "text"), [("", "太短"), ("99", ""), ("77", "原因码不存在，写多少字都不行")])
def test_a_poor_explanation_is_refused(cast, code, text):
    save(cast)
    with pytest.raises(Refused):
        workflow.explain(cast.filing, "R629", "0" * 64, cast.clerk, AT, reason_code=code, text=text)
    assert not Explanation.objects.exists()


def test_the_commitment_and_the_signer_are_asked_for(cast):
    save(cast)
    workflow.check(cast.filing, cast.clerk, AT)
    explain_everything(cast)
    with pytest.raises(Refused, match="承诺"):
        workflow.submit(cast.filing, cast.clerk, AT, signer="王经理", committed=False)
    with pytest.raises(Refused, match="单位负责人"):
        workflow.submit(cast.filing, cast.clerk, AT, signer=" ", committed=True)


def test_the_last_second_is_on_time_and_the_next_is_not(cast):
    assert submit(cast, at=LAST_SECOND).on_time
    workflow.recall(cast.filing, cast.clerk, LAST_SECOND)
    with pytest.raises(Refused, match="已过截止日期，请提交补报申请"):
        workflow.submit(cast.filing, cast.clerk, AFTER_DUE, signer="王经理", committed=True)


def test_a_granted_late_request_opens_the_door_and_marks_the_filing_for_ever(cast):
    with pytest.raises(Refused, match="截止日未到"):
        workflow.ask_late(cast.filing, cast.clerk, AT, "财务交接")
    request = workflow.ask_late(cast.filing, cast.clerk, AFTER_DUE, "财务交接")
    assert workflow.ask_late(cast.filing, cast.clerk, AFTER_DUE, "再点一次") == request
    with pytest.raises(Refused, match="不属于您的区县"):
        workflow.decide_late(request, True, cast.other_reviewer, AFTER_DUE)
    workflow.decide_late(request, True, cast.reviewer, AFTER_DUE)
    submission = submit(cast, at=AFTER_DUE)
    assert not submission.on_time
    assert fresh(cast.filing).late


def test_a_refused_late_request_says_why(cast):
    request = workflow.ask_late(cast.filing, cast.clerk, AFTER_DUE, "财务交接")
    with pytest.raises(Refused, match="理由"):
        workflow.decide_late(request, False, cast.reviewer, AFTER_DUE)
    workflow.decide_late(request, False, cast.reviewer, AFTER_DUE, "未说明具体情况")
    assert LateRequest.objects.get().granted is False
    with pytest.raises(Refused, match="已过截止日期，请提交补报申请"):
        submit(cast, at=AFTER_DUE)


def test_recall_works_until_the_district_opens_the_submission(cast):
    submission = submit(cast)
    workflow.recall(cast.filing, cast.clerk, AT)
    assert fresh(cast.filing).state == State.DRAFT
    with pytest.raises(Refused, match="撤回"):
        workflow.approve(submission, cast.reviewer, AT)
    second = workflow.submit(cast.filing, cast.clerk, AT, signer="王经理", committed=True, reason="撤回后更正")
    assert second.number == 2
    workflow.open_for_review(second, cast.reviewer, AT)
    with pytest.raises(Refused, match="已打开"):
        workflow.recall(cast.filing, cast.clerk, AT)


def test_only_its_own_district_reviews_a_filing(cast):
    submission = submit(cast)
    for review in (
        lambda by: workflow.approve(submission, by, AT),
        lambda by: workflow.send_back(submission, [{"cell": "", "reason": "看看"}], by, AT),
        lambda by: workflow.query(submission, by, AT, "看看"),
        lambda by: workflow.open_for_review(submission, by, AT),
    ):
        for stranger in (cast.other_reviewer, cast.city, cast.system, cast.clerk):
            with pytest.raises(Refused):
                review(stranger)
    assert fresh(cast.filing).state == State.SUBMITTED


def test_a_return_needs_a_reason_and_lands_on_its_cells(cast):
    submission = submit(cast)
    with pytest.raises(Refused, match="请写明退回的理由"):
        workflow.send_back(submission, [{"cell": "2010.c1", "reason": "  "}], cast.reviewer, AT)
    with pytest.raises(Refused, match="没有"):
        workflow.send_back(submission, [{"cell": "9999.c1", "reason": "核对"}], cast.reviewer, AT)
    review = workflow.send_back(submission, [{"cell": "2010.c1", "reason": "与财务报表核对"}], cast.reviewer, AT)
    assert fresh(cast.filing).state == State.RETURNED
    assert review.placed_reasons[0]["place"] == "软统企6表2010“主营业务收入”的“本年本期累计”"


def test_the_journal_keeps_every_reason_of_a_return(cast, client):
    submission = submit(cast)
    reasons = [
        {"cell": "2010.c1", "reason": "与财务报表核对"},
        {"cell": "2010.c1", "reason": "与上月相差过大"},
        {"cell": "", "reason": "请重看填表说明"},
        {"cell": "", "reason": "单位负责人已更换"},
    ]
    workflow.send_back(submission, reasons, cast.reviewer, AT)
    entry = JournalEntry.objects.get(action="退回企业")
    assert [row["理由"] for row in entry.after] == [row["reason"] for row in reasons]
    assert [row["数据"] for row in entry.after] == ["2010.c1", "2010.c1", "整张报表", "整张报表"]
    assert "理由：与上月相差过大" in entry.after_in_words
    client.force_login(cast.clerk)
    page = words_on(client.get("/history/"))
    assert all(row["reason"] in page for row in reasons)


def test_an_amendment_is_the_next_number_with_a_reason_and_counts_once_approved(cast):
    first = submit(cast)
    workflow.approve(first, cast.reviewer, AT)
    workflow.amend(cast.filing, cast.clerk, AT, "审计调整")
    assert fresh(cast.filing).state == State.AMENDING
    assert fresh(cast.filing).approved == first
    save(cast, {**CLEAN_MAY, "2010.c1": "1001"})
    workflow.check(cast.filing, cast.clerk, AT)
    explain_everything(cast)
    with pytest.raises(Refused, match="修订未填写原因"):
        workflow.submit(cast.filing, cast.clerk, AT, signer="王经理", committed=True)
    second = workflow.submit(cast.filing, cast.clerk, AT, signer="王经理", committed=True, reason="审计调整")
    assert (second.number, first.values["2010.c1"], second.values["2010.c1"]) == (2, "1000.00", "1001.00")
    with pytest.raises(Refused, match="取代"):
        workflow.approve(first, cast.reviewer, AT)
    assert fresh(cast.filing).approved == first
    workflow.approve(second, cast.reviewer, AT)
    assert fresh(cast.filing).approved == second


def test_an_amendment_given_up_leaves_everything_as_it_was_approved(cast):
    first = submit(cast)
    with pytest.raises(Refused, match="已上报"):
        workflow.abandon_amendment(cast.filing, cast.clerk, AT)
    workflow.approve(first, cast.reviewer, AT)
    workflow.amend(cast.filing, cast.clerk, AT, "审计调整")
    changed = {**CLEAN_MAY, "2010.c1": "1,001", "2090.c1": "280.00"}
    second = submit(cast, cells=changed, reason="审计调整")
    workflow.recall(cast.filing, cast.clerk, AT)
    save(cast, changed | {"2113.c1": "", "2010.c2": "八百"})
    for nobody in (cast.other_clerk, cast.reviewer, cast.city, cast.system):
        with pytest.raises(Refused, match="只有本企业"):
            workflow.abandon_amendment(cast.filing, nobody, AT)

    workflow.abandon_amendment(cast.filing, cast.clerk, AT)
    filing = fresh(cast.filing)
    assert (filing.state, filing.in_force, filing.approved, filing.checked) == (State.APPROVED, first, first, "")
    assert filing.sheets.get().cells == {**CLEAN_MAY, "2010.c1": "1000.00", "2090.c1": "280.00", "2113.c1": "12.50"}
    assert judge(filing).values_as_text() == first.values
    entry = JournalEntry.objects.get(action="放弃修订")
    assert entry.before == {"2010.c1": "1,001", "2010.c2": "八百", "2113.c1": ""}
    assert entry.after == {"2010.c1": "1000.00", "2010.c2": "", "2113.c1": "12.50"}
    workflow.city_query(first, cast.city, AT, "请核实")
    workflow.answer_city(first, cast.reviewer, AT, "无误")
    workflow.amend(cast.filing, cast.clerk, AT, "还是要改")
    third = submit(cast, cells=changed, reason="审计调整")
    assert (second.number, third.number) == (2, 3)


def test_bulk_approval_takes_the_clean_ones_and_says_why_it_left_the_rest(cast):
    clean = freeze(cast.filing, cast.clerk, {"2010.c1": "1000.00"})
    neighbour = Filing.objects.get(enterprise__name__contains="嘉陵", period=cast.may)
    warned = freeze(neighbour, cast.clerk, {"2090.c1": "-900.00"}, [WARNING])
    approved, left = workflow.approve_clean([clean, warned], cast.reviewer, AT)
    assert (approved, left) == ([clean], {warned.receipt: "有提示、迟报、预估或修订，须逐份打开审核。"})
    assert (fresh(cast.filing).approved, fresh(neighbour).approved) == (clean, None)
    again, left = workflow.approve_clean([clean], cast.reviewer, AT)
    assert again == [] and "区县审核通过" in left[clean.receipt]


def test_what_was_sent_and_said_is_frozen_in_bulk_too(cast):
    submission = submit(cast)
    review = workflow.query(submission, cast.reviewer, AT, "为何？")
    for change in (
        lambda: Submission.objects.update(findings=[]),
        lambda: Submission.objects.update(opened_at=AT, values={}),
        lambda: cast.filing.submissions.all().delete(),
        lambda: Review.objects.update(note="改口"),
        lambda: Review.objects.all().delete(),
        review.save,
        review.delete,
    ):
        with pytest.raises(TypeError):
            change()
    assert Submission.objects.update(opened_at=AT) == 1


def test_the_city_asks_through_the_district(cast):
    submission = submit(cast)
    with pytest.raises(Refused):
        workflow.city_query(submission, cast.analyst, AT, "请核实")
    workflow.approve(submission, cast.reviewer, AT)
    workflow.city_query(submission, cast.analyst, AT, "请核实云服务收入")
    assert fresh(cast.filing).state == State.CITY_QUERIED
    workflow.answer_city(submission, cast.reviewer, AT, "已电话核实无误")
    assert fresh(cast.filing).state == State.APPROVED
    workflow.city_return(submission, [{"cell": "20221.c1", "reason": "与台账不符"}], cast.city, AT)
    workflow.send_back(submission, [{"cell": "20221.c1", "reason": "市级要求核对"}], cast.reviewer, AT)
    assert fresh(cast.filing).state == State.RETURNED


def test_a_query_is_answered_by_the_firm(cast):
    submission = submit(cast)
    workflow.query(submission, cast.reviewer, AT, "为何本期没有云服务收入？")
    with pytest.raises(Refused):
        workflow.answer(cast.filing, cast.other_clerk, AT, "不是我")
    workflow.answer(cast.filing, cast.clerk, AT, "合同在下月验收。")
    assert fresh(cast.filing).state == State.SUBMITTED


def test_locking_wants_a_reason_for_what_is_missing_and_ends_everything(cast):
    submission = submit(cast)
    workflow.approve(submission, cast.reviewer, AT)
    for nobody in (cast.reviewer, cast.analyst, cast.clerk, cast.system):
        with pytest.raises(Refused, match="市级管理员"):
            workflow.lock(cast.may, nobody, AT, "试试")
    with pytest.raises(Refused, match="未填报 2 家。如确需锁定，请写明原因"):
        workflow.lock(cast.may, cast.city, AFTER_DUE)
    workflow.lock(cast.may, cast.city, AFTER_DUE, "两家多次催报未果")
    assert fresh(cast.filing).state == State.LOCKED
    for late in (
        lambda: workflow.amend(cast.filing, cast.clerk, AT, "想改"),
        lambda: save(cast),
        lambda: workflow.city_query(submission, cast.city, AT, "想问"),
        lambda: workflow.ask_late(cast.filing, cast.clerk, AFTER_DUE, "想补"),
    ):
        with pytest.raises(Refused, match="锁定"):
            late()


def test_a_lock_waits_for_the_firms_date_unless_everything_is_approved(cast):
    with pytest.raises(Refused, match="企业上报截止日 2024年6月12日 未到，还有 3 家未办结，截止后才能锁定"):
        workflow.lock(cast.may, cast.city, LAST_SECOND, "想早点")
    Filing.objects.exclude(pk=cast.filing.pk).delete()
    workflow.approve(submit(cast), cast.reviewer, AT)
    assert workflow.lock(cast.may, cast.city, AT).is_locked


def test_opening_a_period_stores_its_deadlines_and_who_owes_it(cast):
    with pytest.raises(Refused, match="尚未结束"):
        workflow.open_period("2024M06", cast.city, AT)
    with pytest.raises(Refused, match="1月无月报"):
        workflow.open_period("2024M01", cast.city, AT)
    with pytest.raises(Refused, match="市级管理员"):
        workflow.open_period("2024M04", cast.reviewer, AT)
    period = workflow.open_period("2024M04", cast.city, AT)
    assert [str(deadline.date) for deadline in period.deadlines.all()] == ["2024-05-12", "2024-05-13", "2024-05-15"]
    assert period.filings.count() == 3
    workflow.open_period("2024M04", cast.city, AT)
    assert period.filings.count() == 3
    period.filings.get(enterprise=cast.firm).delete()  # as if 云图 had joined since
    workflow.open_period("2024M04", cast.city, AT)
    assert period.filings.get(enterprise=cast.firm).district == cast.firm.district
    assert JournalEntry.objects.get(action="补充应报企业").after == {"新增应报": "1 家"}


def test_dates_set_by_hand_keep_the_order_of_the_levels_and_their_reason(cast):
    day = cast.may.enterprise_deadline.date
    later = {"enterprise": day + timedelta(days=1)}
    for nobody in (cast.reviewer, cast.analyst, cast.clerk, cast.system):
        with pytest.raises(Refused, match="市级管理员"):
            workflow.set_deadlines(cast.may, later, nobody, AT, "系统故障", "无")
    with pytest.raises(Refused, match="原因"):
        workflow.set_deadlines(cast.may, later, cast.city, AT, " ", "无")
    with pytest.raises(Refused, match="文号"):
        workflow.set_deadlines(cast.may, later, cast.city, AT, "系统故障", " ")
    with pytest.raises(Refused, match="依次"):
        workflow.set_deadlines(cast.may, {"enterprise": day + timedelta(days=9)}, cast.city, AT, "系统故障", "无")
    for _ in range(2):
        moved = workflow.set_deadlines(cast.may, later, cast.city, AT, "系统故障", "〔2024〕9号")
    assert moved.enterprise_deadline.by_hand and "系统故障" in moved.enterprise_deadline.why
    assert not moved.deadline("district").by_hand
    entry = JournalEntry.objects.get(action="调整截止日")
    assert (entry.before, entry.why) == ({"企业上报": "2024-06-12"}, "系统故障")
    assert entry.after == {"企业上报": "2024-06-13", "文号": "〔2024〕9号"}


def test_an_estimate_is_made_actual_before_the_next_period(cast):
    april = open_period("2024M04", AT.date().replace(month=5, day=1))
    for nobody in (cast.reviewer, cast.analyst, cast.clerk, cast.system):
        with pytest.raises(Refused, match="市级管理员"):
            workflow.allow_estimates(april, True, nobody, AT, "试试")
    with pytest.raises(Refused, match="依据"):
        workflow.allow_estimates(april, True, cast.city, AT, " ")
    workflow.allow_estimates(april, True, cast.city, AT, "审计未完")
    filing = workflow.open_period("2024M04", cast.city, AT).filings.get(enterprise=cast.firm)
    may, cast.filing = cast.filing, filing
    workflow.set_deadlines(
        april, dict.fromkeys(("enterprise", "district", "city"), AT.date()), cast.city, AT, "测试", "无"
    )
    submit(cast, estimated=True)
    cast.filing = may
    with pytest.raises(Refused, match="不允许上报预估数"):
        submit(cast, estimated=True)
    with pytest.raises(Refused, match="上期为预估数"):
        submit(cast)


def test_an_adjusted_base_replaces_what_was_filed(cast):
    april = open_period("2024M04", AT.date().replace(month=5, day=1))
    filing = workflow.open_period("2024M04", cast.city, AT).filings.get(enterprise=cast.firm)
    workflow.set_deadlines(
        april, dict.fromkeys(("enterprise", "district", "city"), AT.date()), cast.city, AT, "测试", "无"
    )
    may, cast.filing = cast.filing, filing
    submit(cast, cells={**CLEAN_MAY, "2010.c1": "950"})
    cast.filing = may
    save(cast)
    assert str(judge(fresh(may)).completed.values["2010.c3"]) == "950.00"
    with pytest.raises(Refused, match="带入"):
        workflow.ask_adjustment(may, "2010.c1", "940", cast.clerk, AT, "审计调整")
    request = workflow.ask_adjustment(may, "2010.c3", "940", cast.clerk, AT, "审计调整")
    assert (request.old, request.new) == ("950.00", "940")
    assert workflow.ask_adjustment(may, "2010.c3", "930", cast.clerk, AT, "再点一次") == request
    workflow.decide_adjustment(request, True, cast.reviewer, AT)
    assert judge(fresh(may)).completed.values["2010.c3"] == 940
