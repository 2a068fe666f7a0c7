"""The outbox with a real queue, real workers and a real mail server: races, and workers that are killed."""

import os
import signal
import time
from collections import Counter
from datetime import date
from email import message_from_bytes, policy

import pytest

from accounts.models import DeadAddress, Enterprise, Letter
from accounts.post.letters import compose, post, withdraw
from reporting.models import Filing, ReminderChoice
from tests.cast import AT, assemble
from tests.may import open_period
from tests.officials import make_it_be

pytestmark = pytest.mark.worker
FACTS = {"name": "李娜", "username": "yuntu", "at": "2024-06-05 09:30"}


def write(number: int) -> list[str]:
    """Post so many letters to as many people; returns their Message-IDs."""
    letters = [
        compose("password_changed", "您的密码已修改", FACTS, f"firm{n}@example.cn", key="test", at=AT)
        for n in range(number)
    ]
    post(letters)
    return [letter.message_id for letter in letters]


def wait_until(done, patience: float = 60) -> None:
    until = time.monotonic() + patience
    while not done():
        assert time.monotonic() < until, Counter(Letter.objects.values_list("state", flat=True))
        time.sleep(0.05)


def all_sent() -> bool:
    return not Letter.objects.exclude(state=Letter.State.SENT).exists()


def kill(worker) -> None:
    os.kill(worker.process.pid, signal.SIGKILL)
    worker.process.wait()


def repeats(smtp) -> set[str]:
    return {message_id for message_id, times in Counter(smtp.message_ids).items() if times > 1}


def doubtful() -> set[str]:
    return set(Letter.objects.filter(doubtful=True).values_list("message_id", flat=True))


def test_a_letter_goes_through_the_real_queue_to_a_real_mail_server(queue, smtp):
    worker = queue.worker()
    [message_id] = write(1)
    [envelope] = smtp.wait_for(1)
    assert envelope.rcpt_tos == ["firm0@example.cn"]
    letter = message_from_bytes(envelope.content, policy=policy.default)
    assert letter["Subject"] == "〔软统直报〕您的密码已修改"
    assert letter["From"].addresses[0].display_name == "重庆软件统计直报"
    assert letter["Message-ID"] == message_id
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert "李娜" in letter.get_body(("plain",)).get_content()
    assert "李娜" in letter.get_body(("html",)).get_content()
    wait_until(all_sent)
    assert worker.running()


def test_four_racing_workers_send_no_letter_twice(queue, smtp):
    workers = [queue.worker() for _ in range(4)]
    written = write(400)
    wait_until(all_sent)
    assert Counter(smtp.message_ids) == Counter(written)
    assert len(set(Letter.objects.values_list("claim", flat=True))) > 1, "one worker did it all"
    assert not doubtful()
    assert all(worker.running() for worker in workers)


def test_a_worker_killed_in_mid_letter_repeats_that_one_and_marks_it(queue, smtp):
    worker = queue.worker()
    smtp.on_letter = lambda number: kill(worker) if number == 5 else None  # accepted, and nobody left to hear it
    written = write(20)
    wait_until(lambda: not worker.running())
    smtp.on_letter = lambda number: None
    queue.worker()
    queue.beat()
    wait_until(all_sent)
    assert set(smtp.message_ids) == set(written)
    [repeated] = repeats(smtp)
    assert doubtful() == {repeated}
    first, second = (letter for letter in smtp.letters if repeated.encode() in letter.content)
    assert b"X-Possible-Repeat" not in first.content
    assert b"X-Possible-Repeat: yes" in second.content


def test_workers_killed_again_and_again_lose_nothing(queue, smtp):
    smtp.on_letter = lambda number: time.sleep(0.01)  # so that there is always a letter on its way
    queue.beat()
    written = write(300)
    for already in (30, 90, 150):
        worker = queue.worker()
        smtp.wait_for(already, patience=60)
        kill(worker)
    queue.worker()
    wait_until(all_sent)
    assert set(smtp.message_ids) == set(written)
    assert repeats(smtp) <= doubtful()
    assert len(doubtful()) <= 3  # a killed worker had one letter in its hands


def test_an_address_that_is_refused_for_good_becomes_a_task_and_holds_up_nobody(queue, smtp, cast):
    smtp.refusals = {"firm1@example.cn": "550 5.1.1 no such user", "firm2@example.cn": "450 4.2.1 try later"}
    queue.worker()
    write(4)
    smtp.wait_for(2)
    wait_until(lambda: Letter.objects.filter(state=Letter.State.FAILED).exists())
    assert {letter.rcpt_tos[0] for letter in smtp.letters} == {"firm0@example.cn", "firm3@example.cn"}
    refused = Letter.objects.get(to="firm1@example.cn")
    assert "550" in refused.trouble and "no such user" in refused.trouble
    assert DeadAddress.objects.get().address == "firm1@example.cn"
    wait_until(lambda: Letter.objects.get(to="firm2@example.cn").attempts == 1)
    later = Letter.objects.get(to="firm2@example.cn")
    assert later.state == Letter.State.WAITING and later.due_at > later.claimed_at and not later.doubtful


def test_letters_wait_for_a_mail_server_that_is_away(queue, smtp):
    queue.environment["EMAIL_URL"] = "smtp://127.0.0.1:9"  # nobody listens there
    away = queue.worker()
    written = write(3)
    wait_until(lambda: not Letter.objects.filter(attempts=0).exists())
    assert set(Letter.objects.values_list("state", "doubtful")) == {(Letter.State.WAITING, False)}
    assert "连不上邮件服务器" in Letter.objects.first().trouble
    away.stop()
    queue.environment["EMAIL_URL"] = smtp.url
    Letter.objects.update(due_at=AT)  # the pause is over
    queue.worker()
    queue.beat()
    wait_until(all_sent)
    assert sorted(smtp.message_ids) == sorted(written)


def test_what_a_lost_queue_was_told_the_beat_finds(queue, smtp):
    queue.lose_valkey()
    written = write(2)  # committed; the word to the workers is lost, and nobody gets an error for it
    assert Letter.objects.filter(state=Letter.State.WAITING).count() == 2
    queue.start_empty_valkey()
    queue.worker()
    queue.beat()
    wait_until(all_sent)
    assert sorted(smtp.message_ids) == sorted(written)


def test_a_letter_withdrawn_in_time_is_not_sent(queue, smtp):
    post([compose("password_changed", "一", FACTS, "a@example.cn", key="one", at=AT, topic="owed:1")])
    post([compose("password_changed", "二", FACTS, "b@example.cn", key="two", at=AT, topic="owed:2")])
    withdraw("owed:1")
    queue.worker()
    queue.beat()
    smtp.wait_for(1)
    wait_until(lambda: Letter.objects.get(to="b@example.cn").state == Letter.State.SENT)
    assert [letter.rcpt_tos for letter in smtp.letters] == [["b@example.cn"]]
    assert Letter.objects.get(to="a@example.cn").state == Letter.State.WITHDRAWN


@pytest.fixture
def city_that_owes(transactional_db):
    """120 firms on the fifth day before the date, eleven of which have submitted; the schedule begins at midnight."""
    cast = assemble()
    make_it_be(date(2024, 6, 7))
    may = open_period("2024M05", date(2024, 6, 1))
    for name in ("opened", "early"):
        ReminderChoice.objects.create(reminder_time=name, days=5, hour=0, by=cast.zhou_tao, at=AT)
    firms = Enterprise.objects.bulk_create(
        Enterprise(credit_code=f"9150{n:014d}", name=f"企业{n}", joined_on=AT, email=f"{n}@firm.cn") for n in range(120)
    )
    Filing.objects.bulk_create(
        Filing(enterprise=firm, period=may, district=cast.yuzhong, state="00" if n % 11 else "30")
        for n, firm in enumerate(firms)
    )
    return {firm.email for n, firm in enumerate(firms) if n % 11}


def to_firms(smtp) -> list[str]:
    return [letter.rcpt_tos[0] for letter in smtp.letters if letter.rcpt_tos[0].endswith("@firm.cn")]


def test_two_beats_and_four_workers_remind_each_firm_once(city_that_owes, queue, smtp):
    for _ in range(4):
        queue.worker()
    for _ in range(2):
        queue.beat()
    smtp.wait_for(len(city_that_owes), patience=60)
    time.sleep(4)  # both beats go on asking; nothing more may come
    assert Counter(to_firms(smtp)) == Counter(city_that_owes)
    assert not doubtful()


def test_reminders_survive_workers_that_die_while_writing_and_sending_them(city_that_owes, queue, smtp):
    smtp.on_letter = lambda number: time.sleep(0.02)
    queue.beat()
    for already in (0, 20, 60):
        worker = queue.worker()
        wait_until(lambda already=already: len(smtp.letters) > already)
        kill(worker)
    queue.worker()
    wait_until(lambda: set(to_firms(smtp)) == city_that_owes and all_sent())
    assert repeats(smtp) <= doubtful()
