"""Whoever has no account that was opened gets its activation, never a letter that leads to a form."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import DeadAddress, Enterprise, JournalEntry, Letter, User
from accounts.post.outbox import message_of
from reporting import workflow
from reporting.models import Filing
from reporting.periods.previews import preview_of
from reporting.register import moves
from reporting.reminders import planner, urging
from tests.cast import AT, SHANGHAI, make_enterprise
from tests.may import make_may
from tests.officials import sign_in
from tests.reading import words_on


@pytest.fixture
def may(cast):
    """嘉陵's account was never opened, and a firm that has just come has none."""
    may = make_may(cast)
    User.objects.filter(pk=cast.zhao_min.pk).update(password=make_password(None))
    may.newcomer = make_enterprise("91500103MA7AAAA12K", "重庆新来软件有限公司", cast.yuzhong)
    workflow.owe(may.newcomer, may.may)
    return may


def on(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2024, 6, day, hour, minute, tzinfo=SHANGHAI)


def activations() -> list[Letter]:
    return list(Letter.objects.filter(stem="activation").order_by("written_at", "enterprise"))


def test_the_reminder_of_a_firm_without_an_account_is_its_activation(may, cast):
    planner.plan(on(3))
    assert {letter.enterprise for letter in activations()} == {cast.jialing, may.newcomer}
    assert not Letter.objects.filter(stem__startswith="reminder/", enterprise__in=[cast.jialing, may.newcomer]).exists()
    letter = next(letter for letter in activations() if letter.enterprise == may.newcomer)
    assert letter.subject == "请激活您的账号：2024年5月统计报表待报"
    assert (letter.to, letter.period, letter.bulk) == (may.newcomer.email, "2024M05", True)
    for part in (message_of(letter).body, message_of(letter).alternatives[0].content):
        assert "须报：2024年5月（2024年6月12日（周三）截止）" in part and "/activate/" in part
        assert "/filings/" not in part and "打开报表" not in part
    account = User.objects.get(username=may.newcomer.credit_code)
    assert account.invited_at == on(3) and not account.has_usable_password()
    assert JournalEntry.objects.get(action="开通账号", enterprise=may.newcomer).by is None


def test_each_reminder_time_writes_it_once(may):
    for day in range(1, 19):
        for hour in (8, 9, 10, 11, 20):
            planner.plan(on(day, hour))


def test_who_was_invited_within_the_hour_waits_for_the_next(may, cast):
    User.objects.filter(pk=cast.zhao_min.pk).update(invited_at=on(3, 8, 30))
    planner.plan(on(3))
    assert [letter.enterprise for letter in activations()] == [may.newcomer]
    planner.plan(on(3, 9, 30))
    assert {letter.enterprise for letter in activations()} == {cast.jialing, may.newcomer}


def test_who_has_just_been_invited_is_announced_as_whom_the_opening_reaches(may, cast):
    User.objects.filter(pk=cast.zhao_min.pk).update(invited_at=AT - timedelta(minutes=2))
    Enterprise.objects.filter(pk=may.newcomer.pk).update(email="")
    preview = preview_of(may.may, Filing.objects.of(may.may), True, AT)
    assert (preview.activations, preview.unreached) == (1, 1)


def test_a_firm_that_opens_its_account_gets_reminders_from_then_on(may, cast):
    planner.plan(on(3))
    cast.zhao_min.refresh_from_db()
    cast.zhao_min.set_password("嘉陵江边-晨雾-2024")
    cast.zhao_min.save()
    planner.plan(on(5))
    assert Letter.objects.filter(stem="reminder/before", enterprise=cast.jialing).count() == 1
    assert len([letter for letter in activations() if letter.enterprise == cast.jialing]) == 1


def test_a_colleague_who_never_opened_theirs_is_sent_no_form(may, cast):
    User.objects.filter(pk=cast.wang_lei.pk).update(password=make_password(None))
    planner.plan(on(5))
    assert set(Letter.objects.filter(enterprise=cast.yuntu).values_list("to", flat=True)) == {cast.li_na.email}


def test_a_stopped_account_and_a_dead_address_get_nothing(may, cast):
    User.objects.filter(pk=cast.zhao_min.pk).update(is_active=False)
    DeadAddress.objects.create(address=may.newcomer.email, reason="550", noticed_at=AT)
    planner.plan(on(5))
    assert activations() == []


def test_a_moved_date_is_told_by_the_next_activation_and_by_no_other_letter(may, cast):
    planner.plan(on(3))
    Letter.objects.update(state=Letter.State.SENT, sent_at=on(3))
    dates = {level: date(2024, 6, 20) for level in ("enterprise", "district", "city")}
    workflow.set_deadlines(may.may, dates, may.city, on(4), "系统升级", "无")
    moved = Letter.objects.filter(stem="deadline/moved", enterprise__isnull=False)
    assert {letter.enterprise for letter in moved} == {cast.yuntu, cast.shancheng}
    planner.plan(on(4, 9, 10))
    planner.plan(on(4, 9, 20))
    told = [letter for letter in activations() if letter.written_at > on(4)]
    assert {letter.enterprise for letter in told} == {cast.jialing, may.newcomer} and len(told) == 2
    assert all("2024年6月20日（周四）截止" in message_of(letter).body for letter in told)


def test_who_is_urged_without_an_account_gets_the_activation_with_the_officials_words(may, cast):
    chosen = urging.Chosen()
    owing = urging.group(may.reviewer, may.may, chosen, AT)
    reach = urging.reach(owing, may.may, AT)
    assert (len(reach.addresses), len(reach.to_activate), reach.unreached, reach.letters) == (1, 2, [], 4)
    made, _ = urging.press(uuid.uuid4(), may.may, chosen, "请今天下班前上报。", AT, may.reviewer, AT)
    done = urging.write(made.pk, AT)
    assert (done.firms, done.letters, done.activations) == (3, 4, 2)
    letter = next(letter for letter in activations() if letter.enterprise == cast.jialing)
    assert "渝中区催报，请尽快激活账号并上报。附言：请今天下班前上报。" in message_of(letter).body
    again, _ = urging.press(uuid.uuid4(), may.may, chosen, "", AT, may.reviewer, AT + timedelta(minutes=5))
    assert urging.write(again.pk, AT + timedelta(minutes=5)).letters == 0 and len(activations()) == 2


def test_a_firm_that_moved_away_is_urged_by_the_district_its_filing_stayed_with(may, cast):
    move = moves.propose_move(may.newcomer, cast.nanan, since=date(2024, 6, 1), reason="搬迁。", by=cast.chen_yu, at=AT)
    moves.accept_move(move, by=cast.he_qing, at=AT)
    chosen = urging.Chosen()
    announced = urging.reach(urging.group(may.reviewer, may.may, chosen, AT), may.may, AT).letters
    made, _ = urging.press(uuid.uuid4(), may.may, chosen, "", AT, may.reviewer, AT)
    done = urging.write(made.pk, AT)
    assert done.activations == 2 and done.letters == announced


def test_the_preview_of_an_urging_shows_both_letters_and_no_link(may):
    said = words_on(sign_in(may.reviewer).post("/reminders/preview/", {"period": "2024M05", "words": "请抓紧。"}))
    assert "2 家还没有激活账号" in said and "发送给 3 家企业" in said
    assert "（每家企业自己的链接）" in said and "附言：请抓紧。" in said and "请尽快上报2024年5月统计报表" in said
    assert User.objects.filter(username=may.newcomer.credit_code).count() == 0
