"""A message that says a letter is on its way is true; whoever can set it going again sees what waits and why."""

import socket
import time
from datetime import timedelta

import pytest

from accounts import clock
from accounts.models import Installation, Letter, User
from accounts.post import pulse, troubles
from accounts.post.answers import About
from accounts.post.letters import compose, post, try_again
from accounts.post.state import look, on_its_way
from accounts.post.tasks import send_letters
from config.celery import app
from tests.cast import AT
from tests.may import make_may
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of, words_on

TO = "a0@example.cn"
SENT = "已排队，几分钟内发出"
HELD_UP = "现在发不出去"
FACTS = {"name": "李娜", "username": "yuntu", "at": "2024-06-05 09:30"}


def write(number: int = 1, **more) -> None:
    post(
        compose("password_changed", "密码", FACTS, f"a{n}@example.cn", key="test", at=AT, **more) for n in range(number)
    )


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def callbacks(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


@pytest.fixture
def dead_queue(monkeypatch):
    """A place where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setitem(app.conf, "task_always_eager", False)
        monkeypatch.setitem(app.conf, "broker_url", f"redis://127.0.0.1:{taken.getsockname()[1]}/0")
        yield taken


def test_without_a_queue_a_letter_is_on_its_way(db):
    write()
    assert on_its_way(AT, TO) == SENT and look(AT).flows


def test_a_real_city_without_a_mail_server_is_told_where_its_letters_lie(cast, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", tmp_path
    assert "留在本机，寄不到本人" in on_its_way(AT, TO)
    for person, page in ((cast.zhou_tao, "/users/"), (cast.wu_gang, "/users/"), (cast.wu_gang, "/outbox/")):
        words = markup_of(sign_in(person).get(page))
        assert "没有设" in words and ('<a href="/letters/">' in words) == (person == cast.wu_gang)
    make_it_be(AT.date())  # a demonstration says so elsewhere
    assert on_its_way(AT, TO) == SENT and "没有设" not in words_on(sign_in(cast.zhou_tao).get("/users/"))


def test_a_letter_nobody_tried_to_send_in_five_minutes_is_held_up(db):
    write()
    assert look(AT + timedelta(minutes=5)).flows
    late = look(AT + timedelta(minutes=5, seconds=1))
    assert not late.flows and (late.waiting, late.since, late.held_up) == (1, AT, 1)
    Letter.objects.update(bulk=True)  # forty thousand reminders take their time
    assert look(AT + timedelta(hours=1)).flows


def test_a_mail_server_out_of_reach_holds_up_until_it_takes_a_letter(db):
    write()
    assert look(AT).flows
    troubles.note("", About.LATER, "连不上邮件服务器：refused", AT)
    assert "邮件服务器连不上" in on_its_way(AT, TO)
    troubles.server_answers(AT)
    assert look(AT).flows


def test_a_mail_server_that_takes_nothing_of_ours_is_not_called_out_of_reach(db):
    write()
    troubles.note("", About.OFFICE, "邮件服务器现在不收我们的信：535 authentication failed", AT)
    assert "邮件服务器不收我们的信" in on_its_way(AT, TO)
    Letter.objects.all().delete()
    assert look(AT).flows  # nobody waits


def test_of_a_domain_that_asked_for_less_nobody_is_told_that_the_letter_goes_in_minutes(db):
    troubles.note("qq.com", About.LATER, "550 Ip frequency limited", AT)
    troubles.note("163.com", About.OFFICE, "554 DT:SPM", AT)
    assert "qq.com 近来限制收信" in on_its_way(AT, "someone@QQ.com")
    assert "163.com 近来拒收本系统的信" in on_its_way(AT, "someone@163.com")
    assert on_its_way(AT, TO) == SENT
    later = AT + timedelta(days=1)
    assert on_its_way(later, "someone@qq.com") == SENT  # nobody met it for a day


def test_a_letter_that_waits_for_a_slow_domain_is_not_held_up_by_us(db):
    write()
    troubles.note("example.cn", About.LATER, "550 Ip frequency limited", AT)
    assert look(AT + timedelta(hours=1)).flows


def test_a_letter_that_is_sent_again_is_not_held_up_from_the_first(db):
    write()
    Letter.objects.update(state=Letter.State.FAILED, attempts=14)
    later = AT + timedelta(days=2)
    assert try_again(Letter.objects.all(), later)
    assert on_its_way(later, TO) == SENT
    assert look(later + timedelta(minutes=6)).held_up == 1


def test_in_a_demonstration_a_trouble_is_as_old_as_by_the_machines_clock(db):
    days = timedelta(days=900)
    Installation.objects.create(pk=1, is_demo=True, demo_day=AT.date(), demo_since=AT.date() + days)
    write(bulk=True)
    troubles.note("", About.LATER, "连不上邮件服务器：refused", AT + days - timedelta(hours=23))
    assert not look(AT).flows
    assert look(AT + timedelta(hours=2)).flows


@pytest.mark.parametrize("frozen", [False, True])
def test_a_dead_queue_is_said_and_no_page_waits_for_it(may, cast, dead_queue, frozen, monkeypatch, callbacks):
    if frozen:
        dead_queue.listen(50)  # takes every connection and never answers
    began = time.monotonic()
    assert pulse.silent() == [pulse.QUEUE]
    assert time.monotonic() - began < 10  # and not for ever
    monkeypatch.setattr(send_letters, "delay", pytest.fail)  # Celery would try for six seconds
    client = sign_in(cast.zhou_tao)
    invited = {"role": "association", "name": "新人", "email": "new@example.cn", "mobile": "", "username": "xinren"}
    with callbacks(execute=True):
        said = words_on(client.post("/users/invite/", invited, follow=True))
    assert "给 new@example.cn 的激活邮件已写好，但" + HELD_UP in said and "消息队列" in said
    assert Letter.objects.get(to="new@example.cn").state == Letter.State.WAITING
    for address in ("/users/", "/city/", "/outbox/"):
        assert HELD_UP in words_on(client.get(address))
    assert HELD_UP not in words_on(sign_in(cast.chen_yu).get("/district/"))


def test_the_administrator_sees_what_does_not_answer_and_what_waits(may, cast, monkeypatch):
    write()
    monkeypatch.setattr(pulse, "silent", lambda: [pulse.BEAT])
    shown = words_on(sign_in(cast.wu_gang).get("/outbox/"))
    assert "定时程序（beat）\n没有应答" in shown and "发信程序（worker）\n有应答" in shown
    assert "1 封，最早一封写于 2024年6月5日 09:30" in shown and "a0@example.cn" in shown
    monkeypatch.setattr(pulse, "silent", lambda: [])
    Letter.objects.all().delete()
    assert "正常" in words_on(sign_in(cast.wu_gang).get("/outbox/"))
    assert HELD_UP not in words_on(sign_in(cast.wu_gang).get("/users/"))


def test_the_city_finds_how_letters_leave_beside_its_reminders(may, cast):
    assert "发信情况" in words_on(sign_in(may.city).get("/reminders/"))
    page = markup_of(sign_in(may.city).get("/outbox/"))
    assert '<a href="/reminders/" aria-current="page">催报</a>' in page
    assert "发信情况" not in words_on(sign_in(cast.chen_yu).get("/reminders/"))


def test_whoever_causes_a_letter_is_told_the_truth(may, cast, monkeypatch, client):
    monkeypatch.setattr(pulse, "silent", lambda: [pulse.WORKER])
    Letter.objects.create(
        key="k", to="a@example.cn", stem="x", state="failed", written_at=AT, due_at=AT, district=cast.yuzhong
    )
    failed = Letter.objects.get()
    first = sign_in(cast.li_na)
    User.objects.filter(pk=cast.sun_jie.pk).update(password="!")  # not activated yet
    for who, address, posted in (
        (sign_in(cast.he_qing), f"/firms/{cast.shancheng.credit_code}/open-account/", {"email": "sun@example.cn"}),
        (sign_in(cast.zhou_tao), f"/reminders/letters/{failed.pk}/again/", {}),
        (first, "/account/colleagues/", {"name": "新人", "email": "x@example.cn", "mobile": "13900000001"}),
    ):
        assert HELD_UP in words_on(who.post(address, posted, follow=True)), address
    assert HELD_UP in words_on(client.post("/password/forgotten/", {"name": cast.li_na.username}, follow=True))


@pytest.mark.worker
def test_worker_beat_and_queue_are_missed_one_by_one(queue):
    assert look(AT).silent == [pulse.WORKER, pulse.BEAT]
    worker, beat = queue.worker(), queue.beat()
    until = time.monotonic() + 60
    while pulse.silent() and time.monotonic() < until:
        time.sleep(0.2)
    assert pulse.silent() == [] and on_its_way(AT, TO) == SENT
    for child, missed in ((worker, [pulse.WORKER]), (beat, [pulse.WORKER, pulse.BEAT])):
        child.process.kill()
        until = time.monotonic() + pulse.FADES_AFTER + 10
        while pulse.silent() != missed and time.monotonic() < until:
            time.sleep(0.5)
        assert pulse.silent() == missed and HELD_UP in on_its_way(AT, TO)
    queue.lose_valkey()
    assert pulse.silent() == [pulse.QUEUE]
    write()
    assert Letter.objects.get().state == Letter.State.WAITING


def test_the_system_administrator_reads_when_the_last_copy_was_made(cast, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    assert "最近一次备份" not in words_on(sign_in(cast.wu_gang).get("/outbox/"))  # production keeps them elsewhere
    made = clock.real_now() - timedelta(hours=3)
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / f"record-{made:%Y%m%d-%H%M%S}.sqlite3").touch()
    said = words_on(sign_in(cast.wu_gang).get("/outbox/"))
    assert f"最近一次备份 {made.year}年{made.month}月{made.day}日 {made:%H:%M}，3" in " ".join(said.split())
    assert "最近一次备份" not in words_on(sign_in(cast.zhou_tao).get("/outbox/"))
