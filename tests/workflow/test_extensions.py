"""延期: a later date for one filing, asked before the firm's own has passed; the moment before each limit and after."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock
from accounts.models import JournalEntry, Letter
from accounts.post.outbox import message_of
from reporting import workflow
from reporting.frame.context import period_in_force
from reporting.models import ExtensionRequest, Filing
from reporting.results.timelines import timelines_of
from reporting.totals.progress import requests_waiting
from reporting.workflow import Refused
from tests.cast import AT
from tests.may import AFTER_DUE, CLEAN_MAY, LAST_SECOND, fresh
from tests.officials import file_may, sign_in
from tests.reading import markup_of, words_on
from tests.workflow.lateness import (
    END_OF_13TH,
    START_OF_14TH,
    THE_13TH,
    THE_14TH,
    WHY,
    extend,
    let_in_late,
    make_alike_may,
    moment,
    move_district,
)
from tests.workflow.test_locks import while_another

pytestmark = pytest.mark.django_db


@pytest.fixture
def may():
    return make_alike_may()


def test_an_extension_gives_one_filing_a_date_of_its_own(may):
    asked = workflow.ask_extension(may.filing, THE_13TH, may.clerk, LAST_SECOND, WHY)
    assert fresh(may.filing).due_on == date(2024, 6, 12)
    workflow.decide_extension(asked, True, may.reviewer, LAST_SECOND)
    filing = fresh(may.filing)
    assert (filing.due_on, filing.is_extended) == (THE_13TH, True)
    assert not filing.is_past_due(END_OF_13TH) and filing.is_past_due(START_OF_14TH)
    assert fresh(may.other_filing).is_past_due(AFTER_DUE)
    entry = JournalEntry.objects.get(action="同意延期")
    assert (entry.by, entry.after) == (may.reviewer, {"延期至": "2024-06-13"})
    assert Letter.objects.get(stem="filing/extension_asked").to == may.reviewer.email
    decided = Letter.objects.filter(stem="filing/extension_decided")
    assert {letter.to for letter in decided} == {may.clerk.email, "91500103ma5u12346b-2@example.com"}
    assert (decided[0].facts["until"], decided[0].facts["due"]) == ("2024-06-13", "2024-06-13")


@pytest.mark.parametrize(
    ("at", "late", "extended"),
    [(LAST_SECOND, False, False), (AFTER_DUE, False, True), (END_OF_13TH, False, True), (START_OF_14TH, True, False)],
)
def test_a_submission_keeps_what_counted(may, at, late, extended):
    extend(may)
    if late:
        with pytest.raises(Refused, match="已过截止日期|企业上报截止日为 2024-06-13"):
            file_may(may.filing, may.clerk, at=at)
        let_in_late(may, at)
    sent = file_may(may.filing, may.clerk, at=at)
    assert (sent.on_time, sent.extended, sent.due_on) == (not late, extended, THE_13TH)
    assert sent.timing == ("迟报" if late else "延期内上报" if extended else "按时")
    assert fresh(may.filing).late == late
    may.may.deadlines.update(date=date(2024, 7, 1))  # what counted is stored, not reckoned again
    assert may.filing.submissions.get().due_on == THE_13TH


def test_a_correction_is_in_time_as_the_first_was(may):
    extend(may)
    first = file_may(may.filing, may.clerk, at=moment(13, 10))
    workflow.send_back(first, [{"cell": "", "reason": "请核实"}], may.reviewer, moment(13, 11))
    again = file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1001"}, "已核实", at=moment(20))
    assert (again.on_time, again.extended) == (True, True)
    assert not fresh(may.filing).late


def test_what_stood_late_is_late_for_ever(may):
    let_in_late(may)
    first = file_may(may.filing, may.clerk, at=AFTER_DUE)
    workflow.send_back(first, [{"cell": "", "reason": "请核实"}], may.reviewer, AFTER_DUE)
    may.may.deadlines.update(date=date(2024, 6, 30))
    again = file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1001"}, "已核实", at=AFTER_DUE)
    assert again.on_time and fresh(may.filing).late
    workflow.recall(may.filing, may.clerk, AFTER_DUE)
    assert fresh(may.filing).late
    assert "（迟报）" in fresh(may.filing).state_words


def test_what_was_recalled_unopened_was_never_late(may):
    let_in_late(may)
    file_may(may.filing, may.clerk, at=AFTER_DUE)
    assert fresh(may.filing).late
    workflow.recall(may.filing, may.clerk, AFTER_DUE)
    assert not fresh(may.filing).late
    assert not file_may(may.filing, may.clerk, reason="撤回后更正", at=AFTER_DUE).on_time
    assert fresh(may.filing).late  # late again, while the date stays
    workflow.recall(may.filing, may.clerk, AFTER_DUE)
    may.may.deadlines.update(date=date(2024, 6, 30))
    assert file_may(may.filing, may.clerk, reason="改期后再报", at=AFTER_DUE).on_time
    assert not fresh(may.filing).late
    assert [timeline.outcome for timeline in timelines_of(Filing.objects.filter(pk=may.filing.pk), AFTER_DUE)] == [
        "on_time"
    ]


def test_a_stale_decision_is_told_the_day_of_chongqing(may):
    asked = workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)
    workflow.decide_extension(asked, True, may.reviewer, moment(6, 7, 59))
    with pytest.raises(Refused, match="已于 2024-06-06 决定"):
        workflow.decide_extension(ExtensionRequest.objects.get(), False, may.reviewer, moment(7), "不同意")


def test_the_later_of_the_citys_date_and_the_extension_holds(may):
    extend(may)
    may.may.deadlines.filter(level="enterprise").update(date=date(2024, 6, 15))
    filing = fresh(may.filing)
    assert (filing.due_on, filing.is_extended) == (date(2024, 6, 15), False)
    may.may.deadlines.filter(level="enterprise").update(date=date(2024, 6, 11))
    assert fresh(may.filing).due_on == THE_13TH


def test_an_extension_is_asked_for_before_the_firms_date_and_once(may):
    for nobody in (may.other_clerk, may.reviewer, may.city, may.system):
        with pytest.raises(Refused, match="只有本企业"):
            workflow.ask_extension(may.filing, THE_13TH, nobody, AT, WHY)
    with pytest.raises(Refused, match="已过，不能再申请延期；请申请补报"):
        workflow.ask_extension(may.filing, THE_13TH, may.clerk, AFTER_DUE, WHY)
    with pytest.raises(Refused, match="延期原因"):
        workflow.ask_extension(may.filing, THE_13TH, may.clerk, LAST_SECOND, "  ")
    for until in (date(2024, 6, 12), THE_14TH, date(2024, 6, 1)):
        with pytest.raises(Refused, match="晚于现在的企业截止日 2024-06-12，且不晚于区县审核截止日 2024-06-13"):
            workflow.ask_extension(may.filing, until, may.clerk, LAST_SECOND, WHY)
    assert not ExtensionRequest.objects.exists()
    asked = workflow.ask_extension(may.filing, THE_13TH, may.clerk, LAST_SECOND, WHY)
    assert workflow.ask_extension(may.filing, THE_13TH, may.clerk, AFTER_DUE, "再点一次") == asked
    assert ExtensionRequest.objects.count() == 1


def test_what_was_filed_in_time_needs_no_extension(may):
    first = file_may(may.filing, may.clerk)
    with pytest.raises(Refused, match="已经上报过"):
        workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)
    workflow.send_back(first, [{"cell": "", "reason": "请核实"}], may.reviewer, AT)
    with pytest.raises(Refused, match="已经上报过"):
        workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)


def test_there_is_no_extension_where_the_districts_date_leaves_no_day(may):
    move_district(may, date(2024, 6, 12))
    with pytest.raises(Refused, match="区县审核截止日是 2024-06-12，企业上报不能再延"):
        workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)


def test_the_district_grants_the_date_or_an_earlier_one_and_no_other(may):
    move_district(may, date(2024, 6, 20))
    asked = workflow.ask_extension(may.filing, date(2024, 6, 18), may.clerk, AT, WHY)
    with pytest.raises(Refused, match="不属于您的区县"):
        workflow.decide_extension(asked, True, may.other_reviewer, AT)
    with pytest.raises(Refused, match="不能同意更晚的日期"):
        workflow.decide_extension(asked, True, may.reviewer, AT, until=date(2024, 6, 19))
    with pytest.raises(Refused, match="须晚于现在的企业截止日"):
        workflow.decide_extension(asked, True, may.reviewer, AT, until=date(2024, 6, 12))
    with pytest.raises(Refused, match="已经过去"):
        workflow.decide_extension(asked, True, may.reviewer, moment(15), until=THE_14TH)
    with pytest.raises(Refused, match="写明理由"):
        workflow.decide_extension(asked, False, may.reviewer, AT)
    workflow.decide_extension(asked, True, may.reviewer, moment(14, 23, 59, 59), until=THE_14TH)
    asked.refresh_from_db()
    assert (asked.granted, asked.granted_until, fresh(may.filing).due_on) == (True, THE_14TH, THE_14TH)
    with pytest.raises(Refused, match="已于 2024-06-14 决定"):
        workflow.decide_extension(asked, False, may.reviewer, moment(14), "改了主意")
    further = workflow.ask_extension(may.filing, date(2024, 6, 20), may.clerk, moment(14, 23, 59, 59), "仍未出具")
    workflow.decide_extension(further, False, may.reviewer, moment(15), "不能再延")
    assert fresh(may.filing).due_on == THE_14TH
    with pytest.raises(Refused, match="已过"):
        workflow.ask_extension(may.filing, date(2024, 6, 20), may.clerk, moment(15), "还要")


def test_after_a_refusal_another_may_be_asked(may):
    asked = workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)
    workflow.decide_extension(asked, False, may.reviewer, AT, "请按账面数上报")
    assert Letter.objects.filter(stem="filing/extension_decided", facts__answer="请按账面数上报").exists()
    again = workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, "主管人员住院")
    assert again != asked and again.is_open


def test_a_request_overtaken_by_the_submission_waits_for_nobody(may):
    asked = workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)
    assert requests_waiting(may.reviewer)["extension"] == 1
    file_may(may.filing, may.clerk)
    assert requests_waiting(may.reviewer)["extension"] == 0
    with pytest.raises(Refused, match="已按时上报，不需要延期"):
        workflow.decide_extension(asked, True, may.reviewer, AT)
    assert fresh(may.filing).extended_to is None


@pytest.mark.parametrize("sent_back", [False, True])
def test_no_extension_reaches_back_over_what_came_late(may, sent_back):
    asked = workflow.ask_extension(may.filing, THE_13TH, may.clerk, LAST_SECOND, WHY)
    let_in_late(may)
    late = file_may(may.filing, may.clerk, at=AFTER_DUE)
    if sent_back:
        workflow.send_back(late, [{"cell": "", "reason": "请核实"}], may.reviewer, AFTER_DUE)
    with pytest.raises(Refused, match="已补报，仍是迟报"):
        workflow.decide_extension(asked, True, may.reviewer, AFTER_DUE)
    assert fresh(may.filing).extended_to is None
    assert workflow.decide_extension(asked, False, may.reviewer, AFTER_DUE, "已补报").granted is False


def test_everything_that_counts_days_counts_to_the_firms_own_date(may, monkeypatch):
    extend(may)
    for at, overdue in ((AFTER_DUE, 2), (END_OF_13TH, 2), (START_OF_14TH, 3)):
        assert Filing.objects.of(may.may).overdue(at).count() == overdue
    assert period_in_force("enterprise", THE_13TH, may.firm).days_left == 0
    assert period_in_force("enterprise", THE_13TH, may.other_filing.enterprise).days_left == -1
    monkeypatch.setattr(clock, "now", lambda: AFTER_DUE)
    firm = sign_in(may.clerk)
    home = words_on(firm.get("/"))
    assert "2024年6月13日（已延期）" in home and "今天截止" in home
    page = words_on(firm.get("/filings/2024M05/"))
    assert "企业上报截止日 2024年6月13日（经区县同意延期，原为 6月12日）" in page
    assert "须先申请补报" not in page and "同意延期到 6月13日" in page
    assert "2024年6月13日（已延期）" in words_on(firm.get("/history/"))


def test_a_recalled_filing_is_overdue_like_any_other(may):
    file_may(may.filing, may.clerk)
    workflow.recall(may.filing, may.clerk, AT)
    assert may.filing in Filing.objects.overdue(AFTER_DUE)
    assert may.filing not in Filing.objects.overdue(LAST_SECOND)


def test_nobody_locks_while_an_extension_runs(may):
    extend(may)
    with pytest.raises(Refused, match="有 1 家企业经区县同意延期，最晚到 2024年6月13日"):
        workflow.lock(may.may, may.city, END_OF_13TH, "到期")
    assert workflow.lock(may.may, may.city, START_OF_14TH, "到期").is_locked


def test_the_firm_asks_on_its_page_and_the_district_answers_on_its_own(may, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    move_district(may, date(2024, 6, 20))
    firm, district = sign_in(may.clerk), sign_in(may.reviewer)
    page = markup_of(firm.get("/filings/2024M05/"))
    assert "申请延期（最晚到 6月20日）" in page and "可以延到 6月13日至 6月20日中的一天" in page
    assert 'min="2024-06-13" max="2024-06-20"' in page
    url = reverse("extension", args=["2024M05"])
    for text, words in (
        ("", "希望延到哪一天"),
        ("2024-06-31", "不是日期"),
        ("下周", "不是日期"),
        ("2024-07-01", "不晚于"),
    ):
        answer = firm.post(url, {"until": text, "reason": WHY}, follow=True)
        assert words in words_on(answer)
    page = markup_of(firm.post(url, {"until": "2024-06-18", "reason": WHY}, follow=True))
    assert "等待渝中区决定" in page and "提交延期申请" not in page
    page = markup_of(district.get("/district/requests/"))
    assert "2024-06-18" in page and WHY in page and "1 份待决定" in page
    asked = ExtensionRequest.objects.get()
    decide = reverse("district_decide_extension", args=[asked.pk])
    assert sign_in(may.other_reviewer).post(decide, {"granted": "yes"}).status_code == 404
    refused = district.post(decide, {"granted": "yes", "until": "五号", "answer": "尽快报"})
    assert "不是日期" in words_on(refused, 409)
    refused = district.post(f"{decide}?kind=extension", {"granted": "no", "until": "2024-06-16", "answer": " "})
    page = markup_of(refused, 409)
    assert "不同意时请写明理由" in page
    assert 'name="until" value="2024-06-16"' in page and 'href="/district/requests/?kind=late"' in page
    assert f'action="{decide}?kind=extension"' in page and ExtensionRequest.objects.get().is_open
    refused = district.post(decide, {"granted": "yes", "until": "2024-06-30", "answer": "尽快报"})
    assert "2024-06-30" in words_on(refused, 409) and "尽快报" in words_on(refused, 409)
    for _ in range(2):
        page = markup_of(district.post(decide, {"granted": "yes", "until": "2024-06-17"}, follow=True))
        assert "已同意" in page and "延至 6月17日" in page
    stale = words_on(district.post(decide, {"granted": "yes", "until": "2024-06-16"}), 409)
    assert "已于 2024-06-05 决定" in stale
    assert fresh(may.filing).due_on == date(2024, 6, 17)
    home = words_on(firm.get("/"))
    assert "同意延期至 2024-06-17" in home
    for official in (may.city, may.analyst):
        page = markup_of(sign_in(official).get("/city/requests/?kind=extension"))
        assert "渝中区" in page and "延至 6月17日" in page and '<form method="post" action="/district' not in page


def test_the_city_narrows_what_it_reads(may, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)
    theirs = workflow.ask_extension(may.other_filing, THE_13TH, may.other_clerk, AT, "系统迁移")
    workflow.decide_extension(theirs, False, may.other_reviewer, AT, "不同意")
    city = sign_in(may.city)

    def firms(query):
        page = words_on(city.get(f"/city/requests/?kind=extension&{query}"))
        return {name for name in ("云图", "山城") if name in page}

    assert firms("") == {"云图", "山城"}
    assert (firms("district=500103"), firms("district=500108")) == ({"云图"}, {"山城"})
    assert (firms("period=2024M05"), firms("period=2024M04")) == ({"云图", "山城"}, set())
    assert (firms("state=waiting"), firms("state=refused"), firms("state=granted")) == ({"云图"}, {"山城"}, set())
    assert "没有符合条件的延期申请" in words_on(city.get("/city/requests/?kind=extension&period=2030M05"))


def test_a_long_list_of_requests_takes_as_many_queries_as_a_short_one(may):
    def queries(who, page):
        client = sign_in(who)
        client.get(page)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(page).status_code == 200
        return len(asked)

    pages = [(may.reviewer, "/district/requests/?kind=extension"), (may.city, "/city/requests/?kind=extension")]
    workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)
    few = [queries(*page) for page in pages]
    facts = {"filing": may.filing, "until": THE_13TH, "asked_by": may.clerk, "asked_at": AT, "granted": False}
    ExtensionRequest.objects.bulk_create(
        ExtensionRequest(**facts, reason=f"第{n}次", decided_by=may.reviewer, decided_at=AT) for n in range(120)
    )
    assert [queries(*page) for page in pages] == few
    page = words_on(sign_in(may.reviewer).get("/district/requests/?kind=extension&page=2"))
    assert "第 2 / 3 页，共 121 条" in page


def test_the_list_says_how_often_a_firm_asked_before(may):
    for answer in ("不同意", "仍不同意"):
        asked = workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)
        workflow.decide_extension(asked, False, may.reviewer, AT, answer)
    workflow.ask_extension(may.other_filing, THE_13TH, may.other_clerk, AT, WHY)
    workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT + timedelta(hours=1), WHY)
    first = ExtensionRequest.objects.filter(filing=may.filing).listed()[0]
    assert (first.waits, first.asked_before, first.granted_before) == (True, 2, 0)


def test_the_letters_say_the_dates_and_lead_on(may):
    extend(may)
    asked = message_of(Letter.objects.get(stem="filing/extension_asked"))
    assert asked.subject == "〔软统直报〕重庆云图软件有限公司申请延期上报2024年5月报表"
    assert "2024-06-13" in asked.body and "现在的截止日是 2024-06-12" in asked.body and WHY in asked.body
    assert "/district/requests/?kind=extension" in asked.body
    said = message_of(Letter.objects.filter(stem="filing/extension_decided").first())
    assert said.subject == "〔软统直报〕2024年5月延期申请：已同意"
    for part in (said.body, said.alternatives[0].content):
        assert "请在 2024-06-13 24时前上报" in part and "/filings/2024M05/" in part
    workflow.decide_extension(
        workflow.ask_extension(may.other_filing, THE_13TH, may.other_clerk, AT, WHY),
        False,
        may.other_reviewer,
        AT,
        "请按账面数上报",
    )
    said = message_of(Letter.objects.get(stem="filing/extension_decided", enterprise=may.other_filing.enterprise))
    assert "请按账面数上报" in said.body and "上报截止日仍是 2024-06-12" in said.body


@pytest.mark.worker
def test_two_who_ask_at_once_ask_once(transactional_db):
    may = make_alike_may()
    ask = lambda: workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)  # noqa: E731
    while_another(ask, ask)
    assert ExtensionRequest.objects.count() == 1


def test_the_page_of_dates_shows_a_firm_its_own_later_date_and_nobody_else(may):
    extend(may)
    words = "本企业的截止日是 2024-06-13"
    assert words in words_on(sign_in(may.clerk).get("/deadlines/2024/"))
    assert "本企业延期" not in words_on(sign_in(may.other_clerk).get("/deadlines/2024/"))
    assert "本企业延期" not in words_on(sign_in(may.reviewer).get("/deadlines/2024/"))
    may.may.deadlines.filter(level="enterprise").update(date=THE_14TH)  # the period's own date is the later one now
    assert "本企业延期" not in words_on(sign_in(may.clerk).get("/deadlines/2024/"))


def test_enter_in_the_answer_to_a_request_decides_nothing(may):
    workflow.ask_extension(may.filing, THE_13TH, may.clerk, AT, WHY)
    text = markup_of(sign_in(may.reviewer).get(reverse("district_requests")))
    form = text[text.index('name="until"') - 600 :]
    assert form.index("<button disabled hidden>") < form.index('value="yes"')
