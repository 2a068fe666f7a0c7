"""撤回报告期: while nobody has filed, without a trace on any record; then it may be opened again."""

from datetime import date, datetime

import pytest
from django.contrib.auth.hashers import make_password

from accounts import first_accounts
from accounts.first_accounts import AccountState
from accounts.models import Enterprise, Installation, JournalEntry, Letter, User
from accounts.post.outbox import message_of
from reporting import workflow
from reporting.certificates import issuing
from reporting.invitations import inviting
from reporting.invitations.inviting import ChosenFirms
from reporting.models import Deadline, Filing, Period, State
from reporting.periods.openings import openings_on
from reporting.reminders import digests, planner
from reporting.workflow import Refused
from tests.cast import SHANGHAI
from tests.invitations.many import many_firms
from tests.officials import freeze, make_it_be, press_through, sign_in
from tests.reading import words_on

TYPED = {"2010.c1": "1000"}


def on(day: int, hour: int = 9) -> datetime:
    return datetime(2024, 6, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def opened(cast):
    """May is open; 云图 has saved a draft; everybody was told, 嘉陵 by an activation."""
    User.objects.filter(pk=cast.zhao_min.pk).update(password=make_password(None))
    period = workflow.open_period("2024M05", cast.zhou_tao, on(3, 8))
    filing = Filing.objects.get(enterprise=cast.yuntu)
    workflow.save_sheet(filing, "软统企6", TYPED, 0, cast.li_na, on(3))
    planner.plan(on(3))
    return period


def withdraw(period, cast, drafts_seen=1, at=None):
    return workflow.withdraw_period(period, cast.zhou_tao, at or on(4), "误开，应从6月报起。", drafts_seen)


def test_nobody_owes_it_and_no_list_record_or_count_has_it(opened, cast):
    withdraw(opened, cast)
    assert not Period.objects.exists() and Period.withdrawn_too.get().state == Period.WITHDRAWN
    assert not Filing.objects.owed().exists() and not Filing.objects.of(opened).exists()
    assert issuing.record_of(cast.yuntu, on(20)) == []
    assert planner.plan(on(13)) == digests.to_city(on(13)) == 0


def test_no_page_has_it(opened, cast):
    """Long after its date: nobody missed it, and nobody is let off."""
    withdraw(opened, cast)
    make_it_be(on(20).date())
    for person, path in (
        (cast.li_na, "/"), (cast.li_na, "/record/"), (cast.chen_yu, f"/firms/{cast.yuntu.credit_code}/"),
    ):  # fmt: skip
        said = words_on(sign_in(person).get(path))
        assert "2024年5月" not in said.partition("来自区县")[0], path
    assert list(sign_in(cast.li_na).get("/history/").context["filings"]) == []
    assert sign_in(cast.li_na).get("/filings/2024M05/").status_code == 404
    for path in ("/city/periods/2024M05/", "/city/?period=2024M05", "/league/2024M05/"):
        assert sign_in(cast.zhou_tao).get(path).status_code == 404, path
    assert "还没有报告期" in words_on(sign_in(cast.zhou_tao).get("/city/periods/"))


def test_the_journal_keeps_that_it_was_opened_and_why_it_was_withdrawn(opened, cast):
    withdraw(opened, cast)
    line = JournalEntry.objects.get(action="撤回报告期")
    assert (line.by, line.period, line.why) == (cast.zhou_tao, "2024M05", "误开，应从6月报起。")
    assert line.after["不再应报"] == "3 家" and line.after["收起的草稿"] == "1 家"
    assert JournalEntry.objects.filter(action="开启报告期", period="2024M05").exists()


def test_reminders_that_wait_are_cancelled_and_those_who_were_told_are_told_so(opened, cast):
    Letter.objects.filter(enterprise=cast.yuntu).update(state=Letter.State.SENT, sent_at=on(3))
    withdraw(opened, cast)
    left = Letter.objects.exclude(enterprise=cast.yuntu).values_list("state", flat=True)
    assert set(left) == {Letter.State.WITHDRAWN}
    told = Letter.objects.filter(stem="deadline/withdrawn")
    assert set(told.values_list("to", flat=True)) == {cast.li_na.email, cast.wang_lei.email}
    body = message_of(told.first()).body
    assert "2024年5月统计报表已由" in body and "撤回，贵单位不需要填报这一期" in body
    assert "原因：误开，应从6月报起。" in body and "草稿留着" in body
    cast.zhao_min.refresh_from_db()
    assert cast.zhao_min.invited_at is None  # its activation never left: it may be invited at once


def test_an_invitation_that_only_names_it_stays_and_is_followed_by_the_letter(opened, cast):
    """嘉陵's activation was written because of May; the others were invited in bulk an hour later."""
    Letter.objects.filter(stem="reminder/opened").update(state=Letter.State.SENT, sent_at=on(3))
    firms = many_firms(cast, 4)
    Installation.objects.update_or_create(pk=1, defaults={"phone": "023-63000001"})
    inviting.invite(ChosenFirms("no-account"), by=cast.zhou_tao, at=on(3, 10))
    for firm in firms:
        workflow.owe(firm, opened)
    withdraw(opened, cast)
    invited = Letter.objects.filter(stem="activation", written_at=on(3, 10))
    assert set(invited.values_list("state", flat=True)) == {Letter.State.WAITING}
    accounts = first_accounts.with_account(Enterprise.objects.filter(pk__in=[firm.pk for firm in firms]), on(4))
    assert {account.account_state for account in accounts} == {AccountState.INVITED}
    told = Letter.objects.filter(stem="deadline/withdrawn", enterprise__in=firms)
    assert set(told.values_list("to", flat=True)) == {firm.email for firm in firms}
    assert Letter.objects.get(enterprise=cast.jialing, stem="activation").state == Letter.State.WITHDRAWN
    assert JournalEntry.objects.get(action="撤回报告期").after["取消的提醒"] == "1 封"


def test_an_account_whose_letter_is_taken_back_stands_as_the_letter_before_left_it(opened, cast):
    before = Letter.objects.get(stem="activation")
    before.pk, before.key, before.period = None, "earlier", ""
    before.state, before.written_at, before.sent_at = Letter.State.SENT, on(1), on(1)
    before.save()
    User.objects.filter(pk=cast.wang_lei.pk).update(password=make_password(None), invited_at=on(2))
    withdraw(opened, cast)
    cast.zhao_min.refresh_from_db()
    cast.wang_lei.refresh_from_db()
    assert (cast.zhao_min.invited_at, cast.wang_lei.invited_at) == (on(1), on(2))


def test_an_activation_that_named_it_beside_another_period_is_followed_by_the_letter_too(opened, cast):
    """It was written for April, and says May as well."""
    Letter.objects.filter(stem="activation").update(state=Letter.State.SENT, sent_at=on(3), period="2024M04")
    withdraw(opened, cast)
    told = Letter.objects.filter(stem="deadline/withdrawn")
    assert set(told.values_list("to", flat=True)) == {cast.zhao_min.email}


def test_who_has_filed_stops_it(opened, cast):
    freeze(Filing.objects.get(enterprise=cast.shancheng), cast.sun_jie, TYPED)
    with pytest.raises(Refused, match="已有 1 家企业上报过，不能撤回"):
        withdraw(opened, cast)
    assert Period.objects.get().state == Period.OPEN


def test_a_recalled_submission_was_one_all_the_same(opened, cast):
    filing = Filing.objects.get(enterprise=cast.shancheng)
    freeze(filing, cast.sun_jie, TYPED)
    workflow.recall(filing, cast.sun_jie, on(3, 10))
    with pytest.raises(Refused, match="不能撤回"):
        withdraw(opened, cast)


def test_drafts_are_named_and_asked_about(opened, cast):
    with pytest.raises(Refused, match="1 家企业已经保存草稿（重庆云图软件有限公司）"):
        withdraw(opened, cast, drafts_seen=0)
    with pytest.raises(Refused, match="请写明撤回的原因"):
        workflow.withdraw_period(opened, cast.zhou_tao, on(4), "  ", 1)


@pytest.mark.parametrize("who", ["chen_yu", "liu_fang", "li_na", "wu_gang"])
def test_only_the_city_withdraws(opened, cast, who):
    with pytest.raises(Refused):
        workflow.withdraw_period(opened, getattr(cast, who), on(4), "误开", 1)
    assert sign_in(getattr(cast, who)).get("/city/periods/2024M05/withdraw/").status_code == 403


def test_a_locked_period_is_not_withdrawn(opened, cast):
    Period.objects.update(state=Period.LOCKED)
    with pytest.raises(Refused, match="已锁定"):
        withdraw(opened, cast)


def test_who_is_filling_it_at_that_moment_is_told(opened, cast):
    filing = Filing.objects.get(enterprise=cast.yuntu)
    withdraw(opened, cast)
    with pytest.raises(Refused, match="2024年5月已由市级撤回，不需要填报"):
        workflow.save_sheet(filing, "软统企6", TYPED, 1, cast.li_na, on(4))


def test_opened_again_it_is_as_if_for_the_first_time_with_the_draft_that_was_left(opened, cast):
    Deadline.objects.filter(level="enterprise").update(by_hand=True, notice_number="1号", date="2024-06-28")
    Letter.objects.update(state=Letter.State.SENT, sent_at=on(3))
    withdraw(opened, cast)
    assert "2024M05" in [opening.period.code for opening in openings_on(on(4).date(), opened.reading).due]
    again = workflow.open_period("2024M05", cast.zhou_tao, on(4, 15))
    assert (again.state, again.times_opened) == (Period.OPEN, 2)
    assert str(again.enterprise_deadline.date) == "2024-06-12" and not again.enterprise_deadline.by_hand
    filing = Filing.objects.get(enterprise=cast.yuntu)
    assert filing.state == State.DRAFT and filing.sheets.get().cells["2010.c1"] == "1000"
    assert Filing.objects.get(enterprise=cast.shancheng).state == State.NOT_STARTED
    planner.plan(on(4, 16))  # the letters of the first time do not count
    opened_now = Letter.objects.filter(stem="reminder/opened", written_at=on(4, 16))
    assert {letter.enterprise for letter in opened_now} == {cast.yuntu, cast.shancheng}
    assert Letter.objects.filter(stem="activation", written_at=on(4, 16), enterprise=cast.jialing).exists()


def test_opened_again_nobody_has_longer_by_what_was_granted_before(opened, cast):
    filing, late = (Filing.objects.get(enterprise=firm) for firm in (cast.yuntu, cast.shancheng))
    asked = workflow.ask_extension(filing, date(2024, 6, 13), cast.li_na, on(3), "系统升级")
    workflow.decide_extension(asked, True, cast.chen_yu, on(3))
    workflow.decide_late(workflow.ask_late(late, cast.sun_jie, on(13), "住院"), True, cast.he_qing, on(13))
    withdraw(opened, cast, at=on(13, 10))
    again = workflow.open_period("2024M05", cast.zhou_tao, on(13, 11))
    filing.refresh_from_db()
    assert filing.extended_to is None and not late.late_requests.in_hand().exists()
    line = JournalEntry.objects.filter(action="开启报告期", period=again.pk).latest("at")
    assert line.after == {"新增应报": "3 家", "作废的延期": "1 家", "作废的补报": "1 家"}
    make_it_be(on(13).date())
    assert "这次延期随之作废" in words_on(sign_in(cast.li_na).get("/filings/2024M05/"))
    assert "本期撤回后重新开启，随之作废" in words_on(sign_in(cast.sun_jie).get("/filings/2024M05/"))


def test_withdrawn_twice_each_time_those_are_told_who_were_told_since(opened, cast):
    Letter.objects.update(state=Letter.State.SENT, sent_at=on(3))
    withdraw(opened, cast)
    assert Letter.objects.filter(stem="deadline/withdrawn").count() == 4
    again = workflow.open_period("2024M05", cast.zhou_tao, on(5, 8))
    withdraw(again, cast, at=on(5, 9))
    assert Letter.objects.filter(stem="deadline/withdrawn").count() == 4
    assert JournalEntry.objects.filter(action="撤回报告期").count() == 2


def test_the_page_names_drafts_then_shows_the_letters_then_does_it_once(opened, cast):
    make_it_be(on(4).date())
    Letter.objects.update(state=Letter.State.SENT, sent_at=on(3))
    desk, path = sign_in(cast.zhou_tao), "/city/periods/2024M05/withdraw/"
    assert "撤回2024年5月" in words_on(desk.get("/city/periods/2024M05/"))
    page = words_on(desk.get(path))
    assert "重庆云图软件有限公司" in page and "收起这 1 家企业的草稿" in page
    given = {"reason": "误开，应从6月报起。", "drafts_seen": "1"}
    assert "同意收起这些草稿的，请勾选" in words_on(desk.post(path, given), 422)
    asked = " ".join(words_on(desk.post(path, given | {"agreed": "on"})).split())
    assert "将发出的信 4" in asked and "收到信的企业 3" in asked and "2024年5月统计报表已撤回，不需要填报" in asked
    assert Period.objects.get().state == Period.OPEN and not Letter.objects.filter(stem="deadline/withdrawn").exists()
    done = words_on(press_through(desk, path, given | {"agreed": "on"}))
    assert "2024年5月已撤回，企业不再应报。" in done and "已撤回的报告期" in done and "误开，应从6月报起。" in done
    assert "已经撤回，不必再撤" in words_on(desk.post(path, given | {"agreed": "on"}, follow=True))
    assert Letter.objects.filter(stem="deadline/withdrawn").count() == 4
    assert JournalEntry.objects.filter(action="撤回报告期").count() == 1


def test_letters_that_leave_while_somebody_reads_do_not_stop_it(opened, cast):
    """Those who were written to become more between the preview and the press; fewer than announced is shown anew."""
    make_it_be(on(4).date())
    Letter.objects.update(state=Letter.State.SENT, sent_at=on(3))
    leaving = Letter.objects.exclude(enterprise=None).last()
    Letter.objects.filter(pk=leaving.pk).update(state=Letter.State.WAITING, sent_at=None)
    desk, path = sign_in(cast.zhou_tao), "/city/periods/2024M05/withdraw/"
    given = {"reason": "误开，应从6月报起。", "drafts_seen": "1", "agreed": "on"}
    assert "将发出的信 3" in " ".join(words_on(desk.post(path, given)).split())
    assert "将发出的信 3" in " ".join(words_on(desk.post(path, given | {"seen": "4"})).split())
    Letter.objects.filter(pk=leaving.pk).update(state=Letter.State.SENT, sent_at=on(4))
    assert "2024年5月已撤回" in words_on(desk.post(path, given | {"seen": "3"}, follow=True))
    assert Letter.objects.filter(stem="deadline/withdrawn").count() == 4


def test_what_was_asked_about_it_leaves_no_trace(opened, cast):
    filing = Filing.objects.get(enterprise=cast.yuntu)
    asked = workflow.ask_extension(filing, on(13).date(), cast.li_na, on(3), "停电。")
    workflow.decide_extension(asked, True, cast.chen_yu, on(3), "同意。", on(13).date())
    make_it_be(on(4).date())
    assert "同意延期至" in words_on(sign_in(cast.li_na).get("/"))
    withdraw(opened, cast)
    assert "同意延期至" not in words_on(sign_in(cast.li_na).get("/"))
