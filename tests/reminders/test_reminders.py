"""Who is reminded of what and when: each reminder time once, nobody who has submitted."""

import threading
from datetime import date, datetime

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import journal
from accounts.models import DeadAddress, JournalEntry, Letter, User
from accounts.post.outbox import message_of
from accounts.post.tasks import send_letters
from reporting import workflow
from reporting.editions import drafts
from reporting.filing.judging import judge
from reporting.letters.schedule import set_schedule
from reporting.models import Deadline, Filing, LateRequest, Period, Rehearsal, ReminderChoice, State
from reporting.register import upkeep
from reporting.reminders import planner
from reporting.workflow import Refused
from tests.cast import AT, SHANGHAI, assemble, make_enterprise, make_user
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may, freeze
from tests.workflow.test_locks import while_another


@pytest.fixture
def may(cast):
    return make_may(cast)


# May 2024 is due on Wednesday, 12 June. The 1st, 2nd, 8th and 9th are a weekend, the 10th is 端午.
def on(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2024, 6, day, hour, minute, tzinfo=SHANGHAI)


def stems(filing) -> list[str]:
    return sorted(Letter.objects.filter(topic=f"owed:{filing.pk}").values_list("stem", flat=True))


def written(at) -> set[str]:
    """Which letters a planning writes, by template."""
    before = set(Letter.objects.values_list("pk", flat=True))
    planner.plan(at)
    return set(Letter.objects.exclude(pk__in=before).values_list("stem", flat=True))


@pytest.mark.parametrize(
    ("at", "stem"),
    [
        (on(1), set()),  # a Saturday
        (on(3, 8, 59), set()),
        (on(3), {"reminder/opened"}),
        (on(4, 23, 59), {"reminder/opened"}),  # the day before T-4, in working days
        (on(5, 8, 59), {"reminder/opened"}),
        (on(5), {"reminder/before"}),
        (on(7), {"reminder/before"}),
        (on(8), set()),
        (on(10), set()),  # a Monday, and a day off
        (on(11, 23, 59), {"reminder/before"}),
        (on(12, 0, 0), set()),  # it would speak of two days left
        (on(12, 8, 59), set()),
        (on(12), {"reminder/due"}),
        (on(12, 23, 59), {"reminder/due"}),
        (on(13, 8, 59), set()),  # it would speak of today
        (on(13), {"reminder/after"}),
        (on(15), set()),
        (on(17, 23, 59), {"reminder/after"}),
        (on(18, 0, 0), set()),  # more than three working days after, nothing is caught up
    ],
)
def test_the_latest_reminder_time_that_has_begun_is_written_and_no_older_one(may, at, stem):
    assert written(at) == stem


def test_each_reminder_time_goes_out_once_to_every_address_of_the_firm(may, cast):
    for day in range(1, 17):
        for hour in (8, 9, 10, 20):
            planner.plan(on(day, hour))
    assert stems(may.filing) == sorted(
        2 * ["reminder/opened", "reminder/before", "reminder/before", "reminder/due", "reminder/after"]
    )
    assert set(Letter.objects.filter(topic=f"owed:{may.filing.pk}").values_list("to", flat=True)) == {
        cast.li_na.email, cast.wang_lei.email,
    }  # fmt: skip
    assert Letter.objects.count() == 5 * 4  # four people at three firms


def test_the_letters_say_what_is_owed_till_when_and_lead_there(may):
    workflow.save_sheet(may.filing, "软统企6", {"2010.c1": "1"}, 0, may.clerk, AT)
    planner.plan(on(7))
    letter = Letter.objects.get(to=may.clerk.email)
    message = message_of(letter)
    assert letter.subject == "2024年5月统计报表还有 5 天（2 个工作日）截止：2024年6月12日（周三）"
    for part in (message.body, message.alternatives[0].content):
        for words in (
            "重庆云图软件有限公司",
            "软统企6 ",
            "草稿",
            "2024年6月12日（周三） 23:59:59",
            "按2024年6月7日计还有 5 天（2 个工作日）",
            "/filings/2024M05/",
        ):
            assert words in part
    assert letter.bulk and letter.period == "2024M05" and letter.district == may.filing.district


def test_only_the_tables_that_apply_are_named(may, cast):
    planner.plan(on(7))
    key_firm, plain = (Letter.objects.get(to=who.email).facts["tables"] for who in (cast.zhao_min, cast.li_na))
    assert [table.split()[0] for table in key_firm] == ["软统企6", "软统企7"]
    assert [table.split()[0] for table in plain] == ["软统企6"]


def test_tables_are_named_by_the_revision_each_filing_is_judged_by(may, cast):
    """云图 sent May under the first text and has it back; 嘉陵 has sent nothing and files under the second."""
    submission = file_may(may.filing, may.clerk)
    workflow.send_back(submission, [{"cell": "", "reason": "请核对"}], may.reviewer, on(8))
    made_revision(may, lambda content: content["t6.toml"]["table"].update(title="改过的表名"))
    planner.plan(on(12))
    returned, unsent = (
        Letter.objects.filter(to=who.email, stem__startswith="reminder/").latest("written_at").facts["tables"]
        for who in (cast.li_na, cast.zhao_min)
    )
    assert "改过的表名" in str(unsent) and "改过的表名" not in str(returned)


def made_revision(may, change) -> None:
    call_command("load_edition", verbosity=0)
    draft = drafts.begin_draft("chongqing-2024", may.city, AT)
    content = draft.content
    change(content)
    draft = drafts.change_draft(draft, 0, content, may.city, AT, "表名")
    facts = {"draft": draft, "version": 1, "period": may.may, "state": Rehearsal.DONE, "by": may.city, "at": AT}
    drafts.publish(draft, 1, "2024M05", "通知", Rehearsal.objects.create(**facts), may.city, AT)


def test_what_the_drafted_annual_says_of_the_firm_decides_its_tables(cast):
    annual = open_period("2023A", date(2024, 1, 1))
    filing = workflow.owe(cast.yuntu, annual)
    at = datetime(2024, 3, 11, 9, tzinfo=SHANGHAI)
    workflow.save_sheet(filing, "软统企1", {"A37.v": "是"}, 0, cast.li_na, at)
    other = workflow.owe(cast.shancheng, annual)
    planner.plan(at)
    assert any("软统企5" in table for table in Letter.objects.filter(topic=f"owed:{filing.pk}")[0].facts["tables"])
    assert not any("软统企5" in table for table in Letter.objects.filter(topic=f"owed:{other.pk}")[0].facts["tables"])


def test_nothing_goes_to_those_who_have_submitted_or_owe_nothing(may, cast):
    file_may(may.filing, may.clerk)
    Filing.objects.filter(pk=may.other_filing.pk).update(state=State.EXEMPT)
    Letter.objects.all().delete()
    for day in range(5, 16):
        planner.plan(on(day))
    assert set(Letter.objects.values_list("to", flat=True)) == {cast.zhao_min.email}


def test_what_is_not_sent_yet_is_taken_back_when_the_firm_submits(may):
    planner.plan(on(7))
    file_may(may.filing, may.clerk, at=on(7, 10))
    waiting = Letter.objects.filter(topic=f"owed:{may.filing.pk}")
    assert set(waiting.values_list("state", flat=True)) == {Letter.State.WITHDRAWN}
    assert Letter.objects.filter(stem="reminder/before", state=Letter.State.WAITING).count() == 2  # the other two firms


def test_what_is_not_sent_yet_is_taken_back_when_the_period_is_locked_or_the_firm_has_left(may):
    planner.plan(on(12))
    upkeep.stop_reporting(may.firm, left_on=date(2024, 4, 30), reason="注销", by=may.reviewer, at=on(12))
    assert states_of(may.filing) == {Letter.State.WITHDRAWN}
    assert states_of(may.other_filing) == {Letter.State.WAITING}
    workflow.lock(may.may, may.city, on(13), "到期")
    assert states_of(may.other_filing) == {Letter.State.WITHDRAWN}


def states_of(filing) -> set[str]:
    return set(Letter.objects.filter(topic=f"owed:{filing.pk}").values_list("state", flat=True))


def test_a_returned_firm_is_reminded_and_not_told_to_ask_for_a_late_filing(may):
    submission = file_may(may.filing, may.clerk)
    workflow.send_back(submission, [{"cell": "", "reason": "请核对"}], may.reviewer, on(8))
    planner.plan(on(12))
    planner.plan(on(13))
    due, after = Letter.objects.filter(to=may.clerk.email, stem__startswith="reminder/").order_by("written_at")
    assert due.facts["state"] == "区县退回" and "退回理由" in message_of(due).body
    assert "须先申请补报" not in message_of(due).body
    assert "不需要申请补报" in message_of(after).body and "重新上报" in after.subject


def test_a_returned_firm_is_not_told_that_it_never_submitted(may):
    submission = file_may(may.filing, may.clerk)
    workflow.send_back(submission, [{"cell": "", "reason": "请核对"}], may.reviewer, on(8))
    planner.plan(on(11))
    soon = Letter.objects.get(to=may.clerk.email, stem="reminder/before")
    others = Letter.objects.filter(stem="reminder/before").exclude(pk__in=[soon.pk]).exclude(topic=soon.topic)
    assert "还没有重新上报" in message_of(soon).body
    assert all("还没有上报" in message_of(letter).body for letter in others) and others


@pytest.mark.parametrize(
    ("granted", "words"), [(None, "正等区县决定"), (True, "已获同意"), (False, "未获同意"), ("", "怎样补报")]
)
def test_the_day_after_says_how_the_late_request_stands(may, granted, words):
    if granted != "":
        asked = {"filing": may.filing, "reason": "财务交接", "asked_by": may.clerk, "asked_at": on(13, 7)}
        LateRequest.objects.create(**asked, granted=granted)
    planner.plan(on(13))
    message = message_of(Letter.objects.get(to=may.clerk.email))
    assert words in message.body and words in message.alternatives[0].content


def test_an_extended_filing_has_its_own_reminder_times(may, cast):
    Filing.objects.filter(pk=may.filing.pk).update(extended_to=date(2024, 6, 20))
    planner.plan(on(12))  # the others' date; this one's fourth working day before is the 14th
    assert stems(may.filing) == 2 * ["reminder/opened"]
    planner.plan(on(13))
    planner.plan(on(14, 8, 59))
    assert stems(may.filing) == 2 * ["reminder/opened"]
    planner.plan(on(14))
    letter = Letter.objects.get(to=cast.li_na.email, stem="reminder/before")
    assert letter.facts["due"] == "2024年6月20日（周四） 23:59:59" and letter.facts["extended"]
    assert "已同意延期" in message_of(letter).body
    assert not Letter.objects.filter(topic=f"owed:{may.other_filing.pk}", stem="reminder/before").exists()


def test_an_extension_takes_back_what_still_names_the_old_date(may):
    planner.plan(on(7))
    asked = workflow.ask_extension(may.filing, date(2024, 6, 13), may.clerk, on(10), "财务交接")
    assert states_of(may.filing) == {Letter.State.WAITING}
    workflow.decide_extension(asked, True, may.reviewer, on(11))
    assert Letter.State.WAITING not in states_of(may.filing)
    planner.plan(on(12))
    waiting = Letter.objects.filter(topic=f"owed:{may.filing.pk}", state=Letter.State.WAITING)
    assert {letter.facts["due"][:10] for letter in waiting} == {"2024年6月13日"}


def test_an_extension_that_ends_before_a_moved_date_changes_nothing(may):
    Filing.objects.filter(pk=may.filing.pk).update(extended_to=date(2024, 6, 11))
    assert written(on(12)) == {"reminder/due"}
    assert len(stems(may.filing)) == 2


def test_a_moved_date_is_reminded_of_anew_with_its_reason_and_not_opened_again(may):
    planner.plan(on(3))
    planner.plan(on(7))
    dates = {"enterprise": date(2024, 6, 17), "district": date(2024, 6, 18), "city": date(2024, 6, 19)}
    workflow.set_deadlines(may.may, dates, may.city, on(8), "系统升级", "渝软〔2024〕1号")
    assert states_of(may.filing) == {Letter.State.WITHDRAWN}  # they name the old date
    assert written(on(11, 8, 59)) == set()
    planner.plan(on(11))
    letters = Letter.objects.filter(to=may.clerk.email, stem="reminder/before").order_by("written_at")
    assert [letter.facts["due"][:10] for letter in letters] == ["2024年6月12日", "2024年6月17日"]
    assert "系统升级" in message_of(letters[1]).body


def test_a_period_opened_late_announces_itself_once_all_the_same(may):
    journal.record(by=may.city, at=on(6, 15), action="开启报告期", subject="2024年5月", period="2024M05")
    assert written(on(6, 15)) == {"reminder/opened"}
    assert written(on(7, 8)) == set()
    assert written(on(7)) == {"reminder/before"}


def test_a_period_opened_on_a_day_off_is_announced_on_the_next_working_day(may):
    journal.record(by=may.city, at=on(8, 15), action="开启报告期", subject="2024年5月", period="2024M05")
    assert written(on(8, 15)) == written(on(10)) == written(on(11, 8, 59)) == set()
    assert written(on(11)) == {"reminder/opened"}


def test_a_date_on_a_day_off_is_reminded_of_on_the_last_working_day_before(may):
    workflow.set_deadlines(
        may.may, {"enterprise": date(2024, 6, 15), "district": date(2024, 6, 17), "city": date(2024, 6, 17)},
        may.city, on(3), "系统升级", "无",
    )  # fmt: skip
    assert written(on(14)) == {"reminder/due"} and written(on(15)) == set()
    letter = Letter.objects.get(to=may.clerk.email, stem="reminder/due")
    assert letter.subject == "2024年6月15日（周六）截止，2024年5月统计报表尚未上报"
    for part in (message_of(letter).body, message_of(letter).alternatives[0].content):
        assert "截止日不是工作日，这封信提前发" in part and "还有 1 天（没有工作日）" in part
    assert written(on(17)) == {"reminder/after"}


def test_nothing_is_written_before_the_first_day_or_after_the_lock(may):
    may.may.opens_on = date(2024, 6, 13)
    may.may.save()
    assert written(on(12)) == set()
    may.may.opens_on = date(2024, 6, 1)
    may.may.state = Period.LOCKED
    may.may.save()
    assert written(on(12)) == set()


def test_a_lock_of_this_moment_is_seen(may):
    """The period is read again under the rows' lock."""
    stale = Period.objects.get(pk="2024M05")
    Period.objects.update(state=Period.LOCKED)
    assert planner.write(stale, [may.filing.pk], lambda owed, to: pytest.fail("written"), on(12)) == 0


def test_who_submits_between_planning_and_storing_is_left_out(may):
    ids = [may.filing.pk, may.other_filing.pk]
    file_may(may.filing, may.clerk)
    asked = []
    planner.write(may.may, ids, lambda owed, to: asked.append(owed.filing.pk) or [], on(12))
    assert asked == [may.other_filing.pk]


def test_a_dead_address_is_passed_over_and_a_firm_without_another_gets_none(may, cast):
    for address in (cast.li_na.email.upper(), cast.zhao_min.email):
        DeadAddress.objects.create(address=address, reason="550", noticed_at=AT)
    User.objects.filter(pk=cast.sun_jie.pk).update(is_active=False)
    planner.plan(on(7))
    assert set(Letter.objects.values_list("to", flat=True)) == {cast.wang_lei.email}


def test_a_firm_that_joins_later_is_told_of_the_reminder_time_that_holds(may, cast):
    planner.plan(on(3))
    late = make_enterprise("91500103MA7AAAA12K", "重庆新来软件有限公司", cast.yuzhong)
    make_user(late.credit_code, "新来", "enterprise", enterprise=late)
    filing = workflow.owe(late, may.may)
    planner.plan(on(4))
    assert stems(filing) == ["reminder/opened"]


def test_planning_again_writes_nothing_and_its_queries_do_not_grow_with_the_firms(may, cast):
    planner.plan(on(5))
    few = queries_of(on(7))
    for number in range(20):
        firm = make_enterprise(f"9150010{number:011d}", f"企业{number}", cast.yuzhong)
        make_user(firm.credit_code, "统计员", "enterprise", enterprise=firm)
        workflow.owe(firm, may.may)
    assert queries_of(on(12)) == few
    letters = Letter.objects.count()
    assert queries_of(on(12, 9, 10)) < few
    assert Letter.objects.count() == letters


def queries_of(at) -> int:
    with CaptureQueriesContext(connection) as queries:
        planner.plan(at)
    return len(queries)


def test_the_city_sets_days_and_hours_with_a_line_in_the_journal(may):
    set_schedule({"early": {"days": 6, "hour": 14, "on": True}, "after": {"hour": 9, "on": False}}, may.city, AT)
    assert written(on(3, 13, 59)) == {"reminder/opened"}
    assert written(on(3, 14)) == {"reminder/before"}
    assert written(on(12)) == {"reminder/due"}
    assert written(on(13)) == set()  # switched off, it still ends the letter of the day itself
    line = JournalEntry.objects.get(action="设定提醒时点")
    assert line.before["截止前（第一次）"] == "截止前 4 个工作日，发送，9:00 起"
    assert line.after == {"截止前（第一次）": "截止前 6 个工作日，发送，14:00 起", "截止之后": "不发送"}
    set_schedule({"early": {"days": 6, "hour": 14, "on": True}}, may.city, AT)  # the second click
    assert JournalEntry.objects.filter(action="设定提醒时点").count() == 1


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"early": {"days": 2, "hour": 9, "on": True}}, "第一次早于第二次"),
        ({"early": {"days": 21, "hour": 9, "on": True}}, "1 至 20 个工作日"),
        ({"soon": {"days": 0, "hour": 9, "on": True}}, "1 至 20 个工作日"),
        ({"due": {"hour": 24, "on": True}}, "0 至 23"),
        ({"returned": {"on": False}}, "总是发送"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(may, wanted, words):
    with pytest.raises(Refused, match=words):
        set_schedule(wanted, may.city, AT)
    assert not ReminderChoice.objects.exists()


def test_only_the_city_sets_the_schedule(may):
    for person in (may.reviewer, may.analyst, may.clerk):
        with pytest.raises(Refused, match="市级"):
            set_schedule({"due": {"hour": 8, "on": True}}, person, AT)


@pytest.mark.parametrize("on_or_off", [True, False])
def test_the_letter_of_an_approval_can_be_switched_off(may, on_or_off):
    set_schedule({"approved": {"on": on_or_off}}, may.city, AT)
    submission = freeze(may.filing, may.clerk, {"2010.c1": "1000.00"})
    workflow.approve(submission, may.reviewer, AT)
    assert Letter.objects.filter(stem="filing/approved").exists() is on_or_off


# Several workers at once: on PostgreSQL, where rows are locked.


def ready_to_submit(may) -> None:
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    workflow.check(may.filing, may.clerk, AT)
    for finding in judge(fresh(may.filing)).warnings:
        workflow.explain(may.filing, finding.rule, finding.fingerprint, may.clerk, AT, reason_code="01")


def submit(may) -> None:
    workflow.submit(may.filing, may.clerk, on(7), signer="王经理", committed=True)


@pytest.mark.worker
def test_four_workers_that_plan_at_once_write_each_letter_once(transactional_db):
    may = make_may(assemble())
    start, failures = threading.Barrier(4), []

    def plan():
        start.wait()
        try:
            planner.plan(on(7))
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    workers = [threading.Thread(target=plan) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert Letter.objects.count() == 4
    assert stems(may.filing) == 2 * ["reminder/before"]


@pytest.mark.worker
def test_a_plan_that_waited_for_a_submission_leaves_the_firm_out(transactional_db):
    may = make_may(assemble())
    ready_to_submit(may)
    while_another(lambda: submit(may), lambda: planner.plan(on(7)))
    assert stems(may.filing) == []
    assert Letter.objects.filter(stem="reminder/before").count() == 2


@pytest.mark.worker
def test_a_submission_that_waited_for_a_plan_takes_its_letters_back(transactional_db, monkeypatch):
    monkeypatch.setattr(send_letters, "delay", lambda: None)  # no worker is quicker than the firm
    may = make_may(assemble())
    ready_to_submit(may)

    def plan():
        with transaction.atomic():
            planner.plan(on(7))

    while_another(plan, lambda: submit(may))
    letters = Letter.objects.filter(topic=f"owed:{may.filing.pk}")
    assert set(letters.values_list("state", flat=True)) == {Letter.State.WITHDRAWN}


@pytest.mark.worker
def test_a_plan_that_waited_for_a_moved_date_names_no_old_one(transactional_db):
    may = make_may(assemble())
    dates = {level: date(2024, 6, 17) for level, _ in Deadline.LEVELS}

    def move():
        workflow.set_deadlines(may.may, dates, may.city, on(6), "端午节", "无")

    while_another(move, lambda: planner.plan(on(7)))
    assert not Letter.objects.filter(stem="reminder/before").exists()  # two working days before the 12th, not the 17th


@pytest.mark.worker
def test_a_plan_that_waited_for_the_lock_of_the_period_writes_nothing(transactional_db):
    may = make_may(assemble())
    while_another(lambda: workflow.lock(may.may, may.city, on(13), "到期"), lambda: planner.plan(on(13)))
    assert not Letter.objects.filter(stem__startswith="reminder/").exists()


def test_a_firm_that_submits_and_recalls_is_reminded_after_all(may):
    planner.plan(on(7))
    file_may(may.filing, may.clerk, at=on(7, 10))
    assert set(states(may.filing)) == {Letter.State.WITHDRAWN}
    workflow.recall(fresh(may.filing), may.clerk, on(11, 8))
    planner.plan(on(11))
    assert set(states(may.filing)) == {Letter.State.WAITING}
    letter = Letter.objects.get(to=may.clerk.email, stem="reminder/before")
    assert letter.facts["days"] == 1 and not letter.doubtful  # told as of today


def test_what_was_sent_before_the_firm_submitted_is_not_sent_again_after_a_recall(may):
    planner.plan(on(7))
    Letter.objects.update(state=Letter.State.SENT, sent_at=on(7))
    file_may(may.filing, may.clerk, at=on(7, 10))
    workflow.recall(fresh(may.filing), may.clerk, on(11, 8))
    planner.plan(on(11))
    assert set(states(may.filing)) == {Letter.State.SENT}


def test_a_letter_withdrawn_in_a_workers_hands_comes_back_marked(may):
    planner.plan(on(7))
    Letter.objects.update(state=Letter.State.HANDED, attempts=1, claim="lost")
    file_may(may.filing, may.clerk, at=on(7, 10))
    workflow.recall(fresh(may.filing), may.clerk, on(11, 8))
    planner.plan(on(11))
    letter = Letter.objects.get(to=may.clerk.email, stem="reminder/before")
    assert (letter.state, letter.doubtful, letter.claim) == (Letter.State.WAITING, True, "")


def states(filing) -> list[str]:
    mine = Letter.objects.filter(topic=f"owed:{filing.pk}", stem="reminder/before")
    return list(mine.values_list("state", flat=True))
