"""A firm's first and last day, corrected or set by mistake: what is owed follows, what was sent or locked stays."""

from datetime import date, datetime

import pytest

from accounts.access import Refused
from accounts.models import JournalEntry, Letter
from reporting import workflow
from reporting.models import DistrictResult, Filing, LateRequest, Period, State
from reporting.register import moves, upkeep
from reporting.results.tallies import count
from reporting.totals.aggregation import summarise
from reporting.totals.progress import progress_of
from reporting.workflow import owe
from reporting.workflow.owing import labels
from tests.cast import AT, SHANGHAI
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may, make_it_be, sign_in
from tests.reading import markup_of, words_on

JULY = datetime(2024, 7, 3, 9, tzinfo=SHANGHAI)
AFTER_LOCK = datetime(2024, 6, 20, 9, tzinfo=SHANGHAI)
LATER = date(2024, 6, 1)
EARLIER = date(2023, 1, 1)


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    may = make_may(cast)
    may.annual = open_period("2023A", date(2024, 1, 1))
    may.of_the_year = owe(cast.yuntu, may.annual)
    return may


def correct(cast, joined_on, by=None, reason="登记错了", at=AT):
    return upkeep.correct_first_day(cast.yuntu, joined_on=joined_on, reason=reason, by=by or cast.chen_yu, at=at)


def states(cast) -> dict[str, str]:
    return dict(Filing.objects.filter(enterprise=cast.yuntu).values_list("period", "state"))


# The first day


def test_a_later_first_day_withdraws_what_is_owed_and_the_earlier_gives_it_back(cast, may):
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    owing = correct(cast, LATER)
    assert labels(owing.withdrawn) == "2024年5月、2023年年报"
    assert states(cast) == {"2024M05": State.EXEMPT, "2023A": State.EXEMPT}
    with pytest.raises(Refused, match="起报日期是 2024-06-01，2024年5月不须报"):
        workflow.save_sheet(fresh(may.filing), "软统企6", {}, 1, may.clerk, AT)
    assert "不须报：按贵单位登记的起报、停报日期" in words_on(sign_in(cast.li_na).get("/filings/2024M05/t6/"))
    owing = correct(cast, EARLIER)
    assert labels(owing.added) == "2024年5月、2023年年报"
    assert states(cast) == {"2024M05": State.DRAFT, "2023A": State.NOT_STARTED}
    assert fresh(may.filing).sheets.get().cells == CLEAN_MAY
    line = JournalEntry.objects.filter(action="更正起报日期").earliest("pk")
    assert (line.before, line.after, line.why) == ({"起报日期": "2023-01-01"}, {"起报日期": "2024-06-01"}, "登记错了")
    assert (
        JournalEntry.objects.filter(action="不须报").count()
        == JournalEntry.objects.filter(action="恢复应报").count()
        == 2
    )


def test_an_earlier_first_day_opens_what_was_never_owed(cast):
    annual, month = open_period("2023A", date(2024, 1, 1)), open_period("2024M05", date(2024, 6, 1))
    cast.yuntu.joined_on = LATER
    cast.yuntu.save()
    cast.yuntu.residences.update(since=LATER)
    address = f"/firms/{cast.yuntu.credit_code}/first-day/owed/"
    shown = words_on(sign_in(cast.chen_yu).get(address, {"joined_on": "2024-05-01"}))
    assert "将须报：2024年5月。" in shown and not states(cast)
    owing = correct(cast, date(2024, 5, 1))
    assert owing.added == [month] and states(cast) == {"2024M05": State.NOT_STARTED}
    assert JournalEntry.objects.get(action="新增应报").period == "2024M05"
    assert correct(cast, EARLIER).added == [annual]
    assert Filing.objects.get(period=annual).district == cast.yuzhong
    cast.yuntu.refresh_from_db()
    assert cast.yuntu.residence_on(EARLIER).district == cast.yuzhong


def test_nothing_that_was_sent_is_withdrawn_and_nothing_locked_is_touched(cast, may):
    april = open_period("2024M04", date(2024, 5, 1))
    locked = owe(cast.yuntu, april)
    Period.objects.filter(pk=april.pk).update(state=Period.LOCKED)
    submission = file_may(may.filing, may.clerk)
    owing = correct(cast, LATER)
    assert (labels(owing.sent), labels(owing.withdrawn)) == ("2024年5月", "2023年年报")
    assert states(cast) == {"2024M05": State.SUBMITTED, "2023A": State.EXEMPT, "2024M04": State.NOT_STARTED}
    assert not fresh(locked).exempt_at_lock
    workflow.approve(submission, may.reviewer, AT)
    assert fresh(may.filing).state == State.APPROVED


def test_a_recalled_submission_is_unsent_and_withdrawn(cast, may):
    file_may(may.filing, may.clerk)
    workflow.recall(fresh(may.filing), may.clerk, AT)
    correct(cast, LATER)
    assert states(cast)["2024M05"] == State.EXEMPT


def test_the_first_day_is_the_districts_or_the_citys_to_correct_and_wants_a_reason(cast, may):
    for by in (cast.li_na, cast.he_qing, cast.liu_fang, cast.wu_gang):
        with pytest.raises(Refused, match="所属区县或市级更正"):
            correct(cast, LATER, by=by)
    with pytest.raises(Refused, match="事由"):
        correct(cast, LATER, reason=" ")
    upkeep.stop_reporting(cast.yuntu, left_on=date(2024, 5, 31), reason="注销", by=cast.chen_yu, at=AT)
    with pytest.raises(Refused, match="不能晚于停报日期 2024-05-31"):
        correct(cast, LATER)
    assert correct(cast, date(2024, 5, 1), by=cast.zhou_tao)


def test_a_second_press_changes_nothing(cast, may):
    correct(cast, LATER)
    lines, letters = JournalEntry.objects.count(), Letter.objects.count()
    assert not correct(cast, LATER).changes_something
    assert (JournalEntry.objects.count(), Letter.objects.count()) == (lines, letters)


def test_the_page_says_what_a_date_opens_and_withdraws_before_and_after_it_is_saved(cast, may):
    client, address = sign_in(cast.chen_yu), f"/firms/{cast.yuntu.credit_code}/first-day/"
    assert f'hx-get="{address}owed/"' in markup_of(client.get(address))
    shown = words_on(client.get(f"{address}owed/", {"joined_on": "2024-05-02"}))
    assert "不再须报：2023年年报。" in shown and "2024年5月" not in shown
    assert states(cast)["2023A"] == State.NOT_STARTED
    assert "2024-01-01" in words_on(client.get(f"{address}owed/", {"joined_on": ""}))
    saved = client.post(address, {"joined_on": "2024-05-02", "reason": "登记错了"}, follow=True)
    assert "不再须报：2023年年报。" in words_on(saved)
    told = Letter.objects.get(stem="register/owed_changed", to=cast.li_na.email)
    assert told.facts["owed"] == "不再须报：2023年年报。"
    assert "2023年年报" in words_on(sign_in(cast.li_na).get("/"))
    assert sign_in(cast.he_qing).get(f"{address}owed/", {"joined_on": "2024-05-02"}).status_code == 404


# Stopped by mistake


def stop(cast, left_on=date(2024, 4, 30), at=AT):
    return upkeep.stop_reporting(cast.yuntu, left_on=left_on, reason="注销", by=cast.chen_yu, at=at)


def resume(cast, at=JULY, by=None, reason="登记错了，并未注销"):
    return upkeep.resume_reporting(cast.yuntu, reason=reason, by=by or cast.chen_yu, at=at)


def test_resumed_it_owes_the_open_periods_at_once_also_those_opened_meanwhile(cast, may):
    stop(cast)
    june = workflow.open_period("2024M06", cast.zhou_tao, JULY)
    assert "2024M06" not in states(cast)
    owing = resume(cast)
    assert labels(owing.added) == "2024年6月、2024年5月"
    assert states(cast) == {"2024M05": State.NOT_STARTED, "2024M06": State.NOT_STARTED, "2023A": State.NOT_STARTED}
    make_it_be(JULY.date())
    assert sign_in(cast.li_na).get(f"/filings/{june.pk}/").status_code == 200
    assert JournalEntry.objects.get(action="恢复填报").before == {"停报日期": "2024-04-30"}
    assert Letter.objects.filter(stem="register/owed_changed", to=cast.li_na.email).count() == 2


def test_for_what_was_locked_meanwhile_it_may_ask_to_file_late(cast, may, client):
    stop(cast)
    lock(may)
    figures, frozen = summarise(may.may, AFTER_LOCK), frozen_results()
    filing = fresh(may.filing)
    assert "已停报" in workflow.why_not_late(filing, AFTER_LOCK)
    owing = resume(cast, at=AFTER_LOCK)
    assert labels(owing.late) == "2024年5月"
    filing = fresh(may.filing)
    assert filing.exempt_at_lock and not workflow.why_not_late(filing, AFTER_LOCK)
    make_it_be(AFTER_LOCK.date())
    home = words_on(sign_in(cast.li_na).get("/"))
    assert "锁定时登记为不须报，现已恢复须报，可以申请补报" in home
    assert summarise(may.may, AFTER_LOCK).city == figures.city and frozen_results() == frozen

    request = workflow.ask_late(filing, may.clerk, AFTER_LOCK, "停报登记有误")
    assert LateRequest.objects.waiting().get() == request
    workflow.decide_late(request, True, may.reviewer, AFTER_LOCK)
    submission = file_may(fresh(may.filing), may.clerk, at=AFTER_LOCK)
    workflow.approve(submission, may.reviewer, AFTER_LOCK)
    after = summarise(may.may, AFTER_LOCK)
    assert (after.city.coverage.owed, after.city.cells) == (figures.city.coverage.owed, figures.city.cells)
    assert after.city.coverage.filed_after_lock == 1
    assert progress_of(Filing.objects.of(may.may)).owed == figures.city.coverage.owed
    assert frozen_results() == frozen
    assert {pk: tally.as_json() for pk, tally in count(may.may, AFTER_LOCK).items()} == frozen


def test_what_was_opened_and_locked_meanwhile_is_there_to_ask_for(cast, may):
    stop(cast)
    june = workflow.open_period("2024M06", cast.zhou_tao, JULY)
    in_august = datetime(2024, 8, 5, 9, tzinfo=SHANGHAI)
    workflow.lock(june, cast.zhou_tao, in_august, "按时锁定")
    counted = progress_of(Filing.objects.of(june)).owed
    owing = resume(cast, at=in_august)
    assert labels(owing.late) == "2024年6月"
    filing = Filing.objects.get(enterprise=cast.yuntu, period=june)
    assert (filing.state, filing.district) == (State.NOT_STARTED, cast.yuzhong)
    assert progress_of(Filing.objects.of(june)).owed == counted
    make_it_be(in_august.date())
    assert "提交补报申请" in words_on(sign_in(cast.li_na).get("/filings/2024M06/"))
    assert workflow.ask_late(filing, may.clerk, in_august, "停报登记有误").is_open


def test_what_was_locked_before_it_left_stays_missing(cast, may):
    lock(may)
    stop(cast, at=AFTER_LOCK)
    assert states(cast)["2024M05"] == State.NOT_STARTED
    resume(cast, at=AFTER_LOCK)
    assert not fresh(may.filing).exempt_at_lock
    assert summarise(may.may, AFTER_LOCK).city.coverage.owed == 3


def test_stopped_again_it_is_let_off_again(cast, may):
    stop(cast)
    lock(may)
    resume(cast, at=AFTER_LOCK)
    stop(cast, at=AFTER_LOCK)
    assert states(cast)["2024M05"] == State.EXEMPT
    resume(cast, at=AFTER_LOCK)
    assert states(cast)["2024M05"] == State.NOT_STARTED


def test_a_first_day_corrected_back_after_the_lock_opens_the_way_to_file_late(cast, may):
    correct(cast, LATER)
    lock(may)
    assert "不须报" in workflow.why_not_late(fresh(may.filing), AFTER_LOCK)
    assert labels(correct(cast, EARLIER, at=AFTER_LOCK).late) == "2024年5月"
    assert workflow.why_not_late(fresh(may.filing), AFTER_LOCK) == ""


def test_a_firm_that_moved_while_it_was_stopped_owes_its_new_district(cast, may):
    stop(cast)
    said = {"since": date(2024, 5, 10), "reason": "搬迁", "at": AT}
    moves.accept_move(moves.propose_move(cast.yuntu, cast.nanan, by=cast.chen_yu, **said), by=cast.he_qing, at=AT)
    resume(cast, at=AT, by=cast.he_qing)
    assert (fresh(may.filing).state, fresh(may.filing).district) == (State.NOT_STARTED, cast.nanan)


def test_resuming_is_the_districts_or_the_citys_and_wants_a_reason(cast, may):
    with pytest.raises(Refused, match="没有登记停报"):
        resume(cast)
    stop(cast)
    for by in (cast.li_na, cast.he_qing, cast.liu_fang):
        with pytest.raises(Refused, match="所属区县或市级"):
            resume(cast, by=by)
    with pytest.raises(Refused, match="事由"):
        resume(cast, reason=" ")
    client, address = sign_in(cast.chen_yu), f"/firms/{cast.yuntu.credit_code}/resume/"
    assert "恢复后，将须报：2024年5月。" in words_on(client.get(address))
    assert f"{cast.yuntu.name} · 更正停报日期" in words_on(client.get(f"/firms/{cast.yuntu.credit_code}/stop/"))
    assert "已恢复填报" in words_on(client.post(address, {"reason": "登记错了"}, follow=True))
    cast.yuntu.refresh_from_db()
    assert cast.yuntu.left_on is None
    assert "没有登记停报" in words_on(client.post(address, {"reason": "登记错了"}))
    opened_again = client.get(address, follow=True)
    assert opened_again.redirect_chain and "没有登记停报，不需要恢复" in words_on(opened_again)


def lock(may) -> None:
    workflow.lock(may.may, may.city, AFTER_LOCK, "按时锁定")


def frozen_results() -> dict[int, dict]:
    return dict(DistrictResult.objects.values_list("district", "measures"))
