"""补报: after the firm's date, and after the lock, where what is filed enters no figure of the period."""

import json
from datetime import date

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import JournalEntry, Letter
from accounts.post.letters import compose, post
from accounts.post.outbox import message_of
from reporting import workflow
from reporting.filing.judging import judge
from reporting.management.commands.summary import as_text
from reporting.models import Filing, LateRequest, Period, State
from reporting.reminders import digests
from reporting.reminders.digests import waiting_by_district
from reporting.totals.aggregation import as_json, summarise
from reporting.totals.last_year import base_revenue_before
from reporting.totals.progress import city_progress, progress_of, requests_waiting, revenue_shares
from reporting.totals.rounding.shown import AS_FILED, shown
from reporting.totals.tabulation.notes import notes_on
from reporting.workflow import Refused
from tests.cast import AT
from tests.may import AFTER_DUE, CLEAN_MAY, LAST_SECOND, fresh, open_period
from tests.officials import WARNED_MAY, file_may, sign_in
from tests.reading import in_one_space, words_on
from tests.workflow.lateness import LATER, let_in_late, make_alike_may, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def may():
    return make_alike_may()


def test_a_submission_withdraws_the_reminders_not_sent_yet(may):
    for filing in (may.filing, may.other_filing):
        post(
            [
                compose(
                    "filing/submitted",
                    "催报",
                    {},
                    "a@example.com",
                    key=f"{filing.pk}",
                    at=AT,
                    topic=f"owed:{filing.pk}",
                )
            ]
        )
    file_may(may.filing, may.clerk)
    states = dict(Letter.objects.filter(topic__startswith="owed:").values_list("topic", "state"))
    assert states[f"owed:{may.filing.pk}"] == Letter.State.WITHDRAWN
    assert states[f"owed:{may.other_filing.pk}"] == Letter.State.WAITING


def test_a_late_filing_enters_the_next_total_of_an_open_period(may):
    let_in_late(may)
    sent = file_may(may.filing, may.clerk, at=AFTER_DUE)
    assert summarise(may.may, AFTER_DUE).city.cells["2010.c1"] == 0
    workflow.approve(sent, may.reviewer, AFTER_DUE)
    summary = summarise(may.may, AFTER_DUE)
    assert summary.city.cells["2010.c1"] == 1000
    (listed,) = [listed for listed in summary.filings if listed.is_counted]
    assert listed.late and not listed.is_filed_after_lock
    assert progress_of(Filing.objects.of(may.may)).late == 1


def test_a_late_request_is_asked_only_where_it_is_needed(may):
    with pytest.raises(Refused, match="截止日未到"):
        workflow.ask_late(may.filing, may.clerk, LAST_SECOND, "想补")
    sent = file_may(may.filing, may.clerk)
    with pytest.raises(Refused, match="已上报，待区县审核"):
        workflow.ask_late(may.filing, may.clerk, AFTER_DUE, "想补")
    workflow.send_back(sent, [{"cell": "", "reason": "请核实"}], may.reviewer, AT)
    with pytest.raises(Refused, match="已按时上报过"):
        workflow.ask_late(may.filing, may.clerk, AFTER_DUE, "想补")
    asked = workflow.ask_late(may.other_filing, may.other_clerk, AFTER_DUE, "想补")
    workflow.decide_late(asked, True, may.other_reviewer, AFTER_DUE)
    with pytest.raises(Refused, match="已同意补报，可以直接上报"):
        workflow.ask_late(may.other_filing, may.other_clerk, AFTER_DUE, "想补")


def test_a_granted_request_says_what_to_do_now_on_the_page_and_in_the_letter(may, monkeypatch):
    page, now = reverse("filing", args=["2024M05"]), "同意补报：现在可以上报，本期记为迟报"
    monkeypatch.setattr(clock, "now", lambda: AFTER_DUE)
    asked = workflow.ask_late(may.filing, may.clerk, AFTER_DUE, "财务交接")
    assert now not in words_on(sign_in(may.clerk).get(page))
    workflow.decide_late(asked, True, may.reviewer, AFTER_DUE)
    assert now in words_on(sign_in(may.clerk).get(page))
    letter = message_of(Letter.objects.filter(stem="filing/late_decided").first())
    for part in (letter.body, letter.alternatives[0].content):
        assert "填好后“确定上报”，本期记为迟报" in part
    file_may(may.filing, may.clerk, at=AFTER_DUE)
    assert now not in words_on(sign_in(may.clerk).get(page))  # done: nothing is left to submit
    refused = workflow.ask_late(may.other_filing, may.other_clerk, AFTER_DUE, "财务交接")
    workflow.decide_late(refused, False, may.other_reviewer, AFTER_DUE, "已多次迟报")
    letter = Letter.objects.get(stem="filing/late_decided", enterprise=may.other_filing.enterprise)
    assert "确定上报" not in message_of(letter).body


def test_a_grant_that_the_lock_overtook_is_not_called_a_refusal(may, monkeypatch):
    let_in_late(may)
    workflow.lock(may.may, may.city, LOCKED_AT, "两家多次催报未果")
    monkeypatch.setattr(clock, "now", lambda: LATER)
    text = words_on(sign_in(may.clerk).get(reverse("filing", args=["2024M05"])))
    assert "已同意补报，但锁定前没有报成；仍要补报的，请再次申请" in text
    assert "未获同意" not in text and "现在可以上报" not in text


LOCKED_AT = moment(16, 18)


@pytest.fixture
def locked(may):
    """May as the city locked it on the 16th: 山城 approved, 云图 and 嘉陵 with nothing."""
    workflow.approve(file_may(may.other_filing, may.other_clerk), may.other_reviewer, AT)
    may.may = workflow.lock(may.may, may.city, LOCKED_AT, "两家多次催报未果")
    return may


def figures(period) -> str:
    return json.dumps(as_json(summarise(period, LATER)), ensure_ascii=False, sort_keys=True)


def test_after_the_lock_a_granted_request_opens_this_one_filing(locked):
    may = locked
    neighbour = Filing.objects.get(period=may.may, enterprise__name__contains="嘉陵")
    with pytest.raises(Refused, match="锁定"):
        file_may(may.filing, may.clerk, at=LATER)
    asked = workflow.ask_late(may.filing, may.clerk, LATER, "财务交接")
    assert workflow.ask_late(may.filing, may.clerk, LATER, "再点一次") == asked
    assert requests_waiting(may.reviewer)["late"] == 1
    with pytest.raises(Refused, match="不属于您的区县"):
        workflow.decide_late(asked, True, may.other_reviewer, LATER)
    workflow.decide_late(asked, True, may.reviewer, LATER)
    assert fresh(may.filing).after_lock
    assert JournalEntry.objects.get(action="同意补报").after == {"锁定后补报": "不计入本期汇总"}
    assert Letter.objects.filter(stem="filing/late_decided")[0].facts["after_lock"]
    with pytest.raises(Refused, match="已同意锁定后补报"):
        workflow.ask_late(may.filing, may.clerk, LATER, "再来一次")
    with pytest.raises(Refused, match="锁定"):
        workflow.check(neighbour, neighbour.enterprise.users.first(), LATER)
    sent = file_may(may.filing, may.clerk, at=LATER)
    assert (sent.on_time, sent.extended) == (False, False)
    workflow.query(sent, may.reviewer, LATER, "请核实")
    workflow.answer(may.filing, may.clerk, LATER, "无误")
    workflow.send_back(sent, [{"cell": "", "reason": "请核实"}], may.reviewer, LATER)
    assert fresh(may.filing).state_words == "锁定后补报：区县退回（迟报）"
    again = file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1001"}, "已核实", at=LATER)
    workflow.approve(again, may.reviewer, LATER)
    filing = fresh(may.filing)
    assert (filing.state, filing.approved, filing.counted, filing.late) == (State.LOCKED, again, None, True)
    assert filing.state_words == "锁定后补报，已通过，不计入本期汇总（迟报）"


def test_a_refusal_after_the_lock_leaves_it_locked(locked):
    asked = workflow.ask_late(locked.filing, locked.clerk, LATER, "财务交接")
    workflow.decide_late(asked, False, locked.reviewer, LATER, "逾期太久")
    assert not fresh(locked.filing).after_lock
    with pytest.raises(Refused, match="锁定"):
        file_may(locked.filing, locked.clerk, at=LATER)


def test_a_request_left_open_by_the_lock_is_one_after_it(may):
    asked = workflow.ask_late(may.filing, may.clerk, AFTER_DUE, "财务交接")
    workflow.lock(may.may, may.city, LOCKED_AT, "到期")
    workflow.decide_late(asked, True, may.reviewer, LATER)
    assert fresh(may.filing).after_lock


def test_a_request_granted_before_the_lock_opens_nothing_after_it(may):
    let_in_late(may)
    workflow.lock(may.may, may.city, LOCKED_AT, "到期")
    with pytest.raises(Refused, match="锁定"):
        file_may(may.filing, may.clerk, at=LATER)
    let_in_late(may, LATER)
    assert not file_may(may.filing, may.clerk, at=LATER).on_time


def test_what_was_approved_or_sent_before_the_lock_is_not_opened(may):
    with_figures = LateRequest.objects.create(
        filing=may.other_filing, reason="改数", asked_by=may.other_clerk, asked_at=AFTER_DUE
    )
    approved = file_may(may.other_filing, may.other_clerk)
    workflow.approve(approved, may.other_reviewer, AT)
    workflow.amend(may.other_filing, may.other_clerk, AT, "审计调整")
    file_may(may.filing, may.clerk)
    workflow.lock(may.may, may.city, LOCKED_AT, "到期")
    with pytest.raises(Refused, match="锁定的数据不能再改，不属于补报"):
        workflow.decide_late(with_figures, True, may.other_reviewer, LATER)
    assert requests_waiting(may.other_reviewer)["late"] == 0
    workflow.decide_late(with_figures, False, may.other_reviewer, LATER, "已锁定")
    with pytest.raises(Refused, match="锁定的数据不能再改，不属于补报"):
        workflow.ask_late(may.other_filing, may.other_clerk, LATER, "改数")
    with pytest.raises(Refused, match="锁定前已报到区县，不需要补报"):
        workflow.ask_late(may.filing, may.clerk, LATER, "还没审")
    assert not Filing.objects.filter(after_lock=True).exists()


def test_a_returned_filing_sent_again_after_the_lock_is_late(may):
    sent = file_may(may.filing, may.clerk)
    workflow.send_back(sent, [{"cell": "", "reason": "请核实"}], may.reviewer, AT)
    workflow.lock(may.may, may.city, LOCKED_AT, "到期")
    before = figures(may.may)
    let_in_late(may, LATER)
    again = file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1001"}, "已核实", at=LATER)
    assert not again.on_time and fresh(may.filing).late
    assert figures(may.may) == before


def test_what_is_filed_after_the_lock_enters_no_figure_of_the_period(locked):
    may = locked
    before, standing = figures(may.may), progress_of(Filing.objects.of(may.may))
    shares = revenue_shares(Filing.objects.of(may.may), may.may)
    a_year_on = Period(code="2025M05", edition_code=may.may.edition_code)
    basis = base_revenue_before(a_year_on)
    assert json.loads(before)["totals"]["软统企6"]["2010"]["c1"] == "1000.00"
    let_in_late(may, LATER)
    assert figures(may.may) == before
    sent = file_may(may.filing, may.clerk, WARNED_MAY, at=LATER)
    assert figures(may.may) == before
    workflow.approve(sent, may.reviewer, LATER)
    assert figures(may.may) == before
    for submitted_too in (False, True):
        summary = summarise(may.may, LATER, include_submitted=submitted_too)
        assert [listed.name for listed in summary.filings if listed.is_counted] == [may.other_filing.enterprise.name]
        assert (summary.city.coverage.filed, summary.city.coverage.approved) == (1, 1)
        assert summary.city.coverage.filed_after_lock == 1
    words = "锁定后补报 1 家，不计入本期已锁定的汇总。"
    assert words in as_text(summary, None)
    assert words in dict(notes_on(shown(summary, AS_FILED)))["报送情况"]
    after = progress_of(Filing.objects.of(may.may))
    assert (after.owed, after.filed, after.approved, after.late) == (3, 1, 1, 0)
    assert (after.not_started, after.filed_after_lock) == (standing.not_started - 1, 1)
    assert sum(row.progress.approved for row in city_progress(may.may).districts) == 1
    assert revenue_shares(Filing.objects.of(may.may), may.may) == shares
    assert base_revenue_before(a_year_on) == basis


def test_later_periods_read_what_was_filed_after_the_lock(locked):
    may = locked
    june = open_period("2024M06", date(2024, 7, 1))
    filing = workflow.owe(may.firm, june)
    workflow.save_sheet(filing, "软统企6", {**CLEAN_MAY, "2010.c1": "1400"}, 0, may.clerk, moment(2, month=7))
    assert judge(fresh(filing)).completed.values.get("2010.c3") is None
    let_in_late(may, LATER)
    workflow.approve(file_may(may.filing, may.clerk, at=LATER), may.reviewer, LATER)
    assert str(judge(fresh(filing)).completed.values["2010.c3"]) == "1000.00"
    cells = {**CLEAN_MAY, "2010.c1": "1400"}
    workflow.check(filing, may.clerk, moment(2, month=7))
    sheet = filing.sheets.get()
    workflow.save_sheet(filing, "软统企6", cells, sheet.version, may.clerk, moment(2, month=7))
    sent = file_may(filing, may.clerk, cells, at=moment(2, month=7))
    workflow.approve(sent, may.reviewer, moment(2, month=7))
    totals = summarise(june, moment(2, month=7)).city.cells
    assert (totals["2010.c1"], totals["2010.c3"]) == (1400, 1000)


def test_a_grant_after_the_lock_serves_one_submission_and_the_next_needs_another(locked):
    may, before = locked, figures(locked.may)
    let_in_late(may, LATER)
    sent = file_may(may.filing, may.clerk, at=LATER)
    workflow.approve(sent, may.reviewer, LATER)
    assert fresh(may.filing).is_shut
    for verb in (
        lambda: workflow.amend(may.filing, may.clerk, LATER, "审计调整"),
        lambda: file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1001"}, "审计调整", at=LATER),
        lambda: workflow.city_query(sent, may.city, LATER, "请核实"),
    ):
        with pytest.raises(Refused, match="已由市级锁定"):
            verb()
    let_in_late(may, LATER)
    second = file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1001"}, "审计调整", at=LATER)
    workflow.approve(second, may.reviewer, LATER)
    filing = fresh(may.filing)
    assert (filing.approved, filing.counted, filing.is_shut) == (second, None, True)
    assert figures(may.may) == before


def test_a_correction_given_up_after_the_lock_uses_the_grant_up(locked):
    may = locked
    let_in_late(may, LATER)
    first = file_may(may.filing, may.clerk, at=LATER)
    workflow.approve(first, may.reviewer, LATER)
    let_in_late(may, LATER)
    workflow.abandon_amendment(may.filing, may.clerk, LATER)
    filing = fresh(may.filing)
    assert (filing.state, filing.in_force, filing.after_lock, filing.is_shut) == (State.LOCKED, first, True, True)
    assert not LateRequest.objects.in_hand().exists()


def test_a_grant_before_the_lock_serves_one_submission_with_its_corrections(may, monkeypatch):
    let_in_late(may)
    sent = file_may(may.filing, may.clerk, at=AFTER_DUE)
    workflow.recall(may.filing, may.clerk, AFTER_DUE)
    sent = file_may(may.filing, may.clerk, at=AFTER_DUE)
    workflow.send_back(sent, [{"cell": "", "reason": "请核实"}], may.reviewer, AFTER_DUE)
    sent = file_may(may.filing, may.clerk, reason="已核实", at=AFTER_DUE)
    workflow.approve(sent, may.reviewer, AFTER_DUE)
    workflow.amend(may.filing, may.clerk, AFTER_DUE, "审计调整")
    with pytest.raises(Refused, match="已过截止日期"):
        file_may(may.filing, may.clerk, reason="审计调整", at=AFTER_DUE)
    monkeypatch.setattr(clock, "now", lambda: AFTER_DUE)
    page = words_on(sign_in(may.clerk).get(reverse("filing", args=["2024M05"])))
    assert "已同意补报，但已用于审核通过的一次上报；仍要补报的，请再次申请" in page
    assert "现在可以上报" not in page
    let_in_late(may)
    assert file_may(may.filing, may.clerk, reason="审计调整", at=AFTER_DUE).number == 4


def test_the_daily_letter_names_what_was_filed_after_the_lock_and_nothing_that_cannot_be_decided(locked):
    may = locked

    def waiting() -> list[tuple[str, int]]:
        rows = waiting_by_district(LATER)[may.filing.district_id].periods
        return [(row["label"], row["waiting"]) for row in rows]

    let_in_late(may, LATER)
    assert waiting() == []
    sent = file_may(may.filing, may.clerk, at=LATER)
    assert waiting() == [("2024年5月（锁定后补报）", 1)]
    assert digests.to_districts(LATER) == 1
    letter = message_of(Letter.objects.get(stem="digest/district"))
    for part in (letter.body, in_one_space(letter.alternatives[0].content)):
        assert "锁定后补报" in part and "1 份上报件待审核" in part and "区县审核截止" not in part
    workflow.approve(sent, may.reviewer, LATER)
    assert waiting() == []


def test_the_daily_letter_is_silent_about_what_the_lock_left_with_the_district(may):
    file_may(may.filing, may.clerk)
    assert waiting_by_district(AT)[may.filing.district_id].anything
    workflow.lock(may.may, may.city, LOCKED_AT, "到期")
    assert not waiting_by_district(LATER)[may.filing.district_id].anything


def test_every_screen_says_what_a_filing_after_the_lock_is(locked, monkeypatch):
    may = locked
    monkeypatch.setattr(clock, "now", lambda: LATER)
    firm, district, city = sign_in(may.clerk), sign_in(may.reviewer), sign_in(may.city)
    look = lambda client, path: words_on(client.get(path))  # noqa: E731
    assert "未报，已锁定" in look(firm, "/") and "打开那一期可以申请补报" in look(firm, "/")
    assert "不计入本期已锁定的汇总" in look(firm, "/filings/2024M05/")
    firm.post(reverse("late", args=["2024M05"]), {"reason": "财务交接"})
    assert "（已锁定）" in look(district, "/district/requests/")
    asked = LateRequest.objects.get()
    assert sign_in(may.other_reviewer).post(reverse("district_decide_late", args=[asked.pk])).status_code == 404
    district.post(reverse("district_decide_late", args=[asked.pk]), {"granted": "yes"})
    assert "锁定后补报：未填报" in look(firm, "/") and "未报，已锁定" not in look(firm, "/")
    # Let in, and has filed: two numbers, and no page says the one in the words of the other.
    for client, path in ((city, "/city/?period=2024M05"), (district, "/district/?period=2024M05")):
        assert "1 家（已报 0 家），不计入本期已锁定的汇总" in look(client, path)
    assert "锁定后补报" not in look(city, "/city/periods/2024M05/") + look(city, "/city/totals/?period=2024M05")
    sent = file_may(may.filing, may.clerk, at=LATER)
    assert "锁定后补报：已上报，待区县审核（迟报）" in look(firm, "/")
    review = look(district, f"/district/submissions/{sent.receipt}/")
    assert "锁定后补报：已上报，待区县审核（迟报）\n" in look(district, "/district/")
    assert "这是锁定后的补报" in review and "审核通过" in review
    workflow.approve(sent, may.reviewer, LATER)
    words = "锁定后补报，已通过，不计入本期汇总"
    for client, path in (
        (firm, "/"),
        (firm, "/history/"),
        (firm, "/filings/2024M05/"),
        (firm, "/filings/2024M05/submissions/1/"),
        (district, "/district/queue/2024M05/"),
        (district, f"/district/submissions/{sent.receipt}/"),
        (city, f"/city/submissions/{sent.receipt}/"),
        (city, "/city/submissions/?period=2024M05&state=after_lock"),
        (city, f"/firms/{may.firm.credit_code}/"),
    ):
        assert words in look(client, path), path
    for client, path in ((city, "/city/totals/?period=2024M05"), (district, "/district/totals/?period=2024M05")):
        assert "锁定后补报 1 家，不计入本期已锁定的汇总" in look(client, path)
    for client, path in ((city, "/city/?period=2024M05"), (district, "/district/?period=2024M05")):
        assert "1 家，不计入本期已锁定的汇总" in look(client, path)
    assert "锁定后补报 1 家，不计入本期汇总" in look(city, "/city/periods/2024M05/")
