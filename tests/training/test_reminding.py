"""培训提醒: on the working day before, once, to whoever has a seat."""

from datetime import date, datetime

from accounts.models import Letter
from accounts.post.outbox import message_of
from reporting.training import reminding, sessions, signing_up
from tests.cast import AT, SHANGHAI
from tests.training.arranging import arrange, changed

BEFORE = datetime(2024, 6, 19, 9, tzinfo=SHANGHAI)


def told() -> list[str]:
    return sorted(Letter.objects.filter(stem="training/soon").values_list("to", flat=True))


def test_who_has_a_seat_is_reminded_once_on_the_day_before(cast):
    session = arrange(cast, capacity=1)
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    signing_up.sign_up(session, "孙洁", "", by=cast.sun_jie, at=AT)  # waits
    assert reminding.plan(BEFORE.replace(day=18)) == 0
    assert reminding.plan(BEFORE.replace(hour=8, minute=59)) == 0
    assert reminding.plan(BEFORE) == 2
    assert reminding.plan(BEFORE.replace(minute=10)) == 0
    assert told() == sorted([cast.li_na.email, cast.wang_lei.email])
    message = message_of(Letter.objects.filter(stem="training/soon").first())
    for part in (message.body, message.alternatives[0].content):
        assert "2024年6月20日 09:00—11:30" in part and "软件园一号会议室" in part and "李娜" in part


def test_after_a_holiday_it_is_the_last_working_day(cast):
    session = arrange(cast, day=date(2024, 6, 11))  # 端午 until Monday the 10th
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    assert reminding.plan(datetime(2024, 6, 6, 10, tzinfo=SHANGHAI)) == 0
    assert reminding.plan(datetime(2024, 6, 7, 10, tzinfo=SHANGHAI)) == 2


def test_nobody_is_reminded_of_what_has_begun_was_cancelled_or_moved_away(cast):
    session = arrange(cast)
    signing_up.sign_up(session, "李娜", "", by=cast.li_na, at=AT)
    assert reminding.plan(datetime(2024, 6, 20, 9, tzinfo=SHANGHAI)) == 0  # it begins
    reminding.plan(BEFORE)
    sessions.change(session, changed(session, day=date(2024, 6, 27)), [], session.version, by=cast.liu_fang, at=BEFORE)
    assert not Letter.objects.filter(stem="training/soon", state__in=Letter.UNSENT).exists()
    assert reminding.plan(BEFORE.replace(hour=10)) == 0
    assert reminding.plan(datetime(2024, 6, 26, 9, tzinfo=SHANGHAI)) == 2  # the new day has a letter of its own
    session.refresh_from_db()
    sessions.cancel(session, by=cast.liu_fang, at=datetime(2024, 6, 26, 10, tzinfo=SHANGHAI), why="场地停电")
    assert not Letter.objects.filter(stem="training/soon", state__in=Letter.UNSENT).exists()
