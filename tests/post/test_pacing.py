"""How fast letters leave, by receiving domain, and what a provider's answer does to letter, domain and address."""

import socket
import threading
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection

from accounts import emails
from accounts.models import DeadAddress, Letter, MailTrouble, ReceivingDomain
from accounts.post import outbox, pacing, troubles
from accounts.post.answers import About
from accounts.post.letters import compose, post
from tests.cast import AT, SHANGHAI

FACTS = {"name": "李娜", "username": "yuntu", "at": "2024-06-05 09:30"}
MINUTE = timedelta(minutes=1)
THROTTLED, POLICY = "550 Ip frequency limited", "554 DT:SPM 163 smtp2"
NOBODY, FULL = "550 Mailbox not found", "552 5.2.2 Mailbox full"
WAITING, SENT, FAILED = Letter.State.WAITING, Letter.State.SENT, Letter.State.FAILED


def write(number: int, domain: str = "qq.com", key: str = "test", bulk: bool = True) -> None:
    post(compose("password_changed", "密码", FACTS, f"a{n}@{domain}", key=key, at=AT, bulk=bulk) for n in range(number))


@pytest.fixture(autouse=True)
def ten_a_minute(settings):
    settings.MAIL_PACE = {"": 1000, "qq.com": 10, "163.com": 20}


@pytest.fixture
def mail(smtp, settings):
    """The real mail server, which letters now go through; they are sent by `beat`."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", urlsplit(smtp.url).port
    return smtp


def beat(at: datetime = AT) -> None:
    while letters := outbox.claim(outbox.BATCH, at):
        outbox.send(letters, lambda: at)


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def domain(name: str = "qq.com") -> ReceivingDomain:
    return ReceivingDomain.objects.get(name=name)


# What an answer does, at each stage of the conversation.


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "about", "state", "dead", "slowed"),
    [
        (NOBODY, About.MAILBOX, FAILED, True, False),
        (FULL, About.FULL, WAITING, False, False),
        ("450 4.7.1 Greylisted, please try again", About.LATER, WAITING, False, False),
        (THROTTLED, About.LATER, WAITING, False, True),
        ("550 Connection frequency limited", About.LATER, WAITING, False, True),
        ("550 Mail content denied", About.OFFICE, WAITING, False, True),
        (POLICY, About.OFFICE, WAITING, False, True),
        ("550 5.7.1 SPF check failed", About.OFFICE, WAITING, False, True),
    ],
)
def test_an_answer_to_a_letter(db, mail, stage, answer, about, state, dead, slowed):
    mail.refusals = {stage: answer}
    write(1)
    beat()
    row = Letter.objects.get()
    assert (row.state, row.about, row.trouble) == (state, about, answer)
    assert DeadAddress.objects.exists() == dead
    assert (domain().slowness, domain().paused(AT)) == (int(slowed), slowed)
    assert list(MailTrouble.objects.values_list("domain", "about")) == ([("qq.com", about)] if slowed else [])


@pytest.mark.parametrize("answer", [THROTTLED, POLICY, NOBODY, "421 4.7.0 try later", "554 no"])
def test_an_answer_before_anybody_was_named_concerns_all_and_no_address(db, mail, answer):
    mail.refusals = {"MAIL": answer}
    write(2)
    write(2, "163.com")
    beat()
    assert states() == [WAITING] * 4 and not DeadAddress.objects.exists()
    assert domain("").paused(AT) and not ReceivingDomain.objects.exclude(name="").filter(slowness__gt=0).exists()
    assert sorted(Letter.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1]  # asked once
    assert answer in MailTrouble.objects.get(domain="").words
    mail.refusals = {}
    beat(AT + 2 * MINUTE)
    beat(AT + 4 * MINUTE)
    assert states() == [SENT] * 4
    assert not troubles.lasting(AT).exists()


def test_a_server_that_takes_no_connection_is_no_address_fault(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as door:
        settings.EMAIL_HOST, settings.EMAIL_PORT = door.getsockname()

        def refuse():
            line, _ = door.accept()
            line.sendall(b"554 5.7.1 Connection frequency limited\r\n")
            line.close()

        threading.Thread(target=refuse).start()
        write(2)
        beat()
    assert states() == [WAITING, WAITING] and not DeadAddress.objects.exists()
    assert "邮件服务器现在不收我们的信：554 5.7.1 Connection frequency" in MailTrouble.objects.get(domain="").words


@pytest.mark.parametrize("answer", ["421 HL:ICC 163 smtp9", "421 4.3.2 closing"])
def test_a_line_that_is_closed_over_one_domain_holds_up_no_other(db, mail, answer):
    mail.refusals = {f"a{n}@163.com": answer for n in range(3)}
    write(3, "163.com")
    write(3, "example.cn")
    beat()
    assert states() == [WAITING] * 3 + [SENT] * 3
    assert domain("163.com").paused(AT) and domain("163.com").slowness == 1
    assert not ReceivingDomain.objects.filter(name="").exists()
    assert sorted(Letter.objects.filter(domain="163.com").values_list("attempts", flat=True)) == [0, 0, 1]


@pytest.mark.parametrize("answer", [THROTTLED, "421 4.3.2 closing"])
def test_when_three_domains_ask_for_less_one_after_the_other_it_is_the_server(db, mail, answer):
    mail.refusals = {"RCPT": answer}
    for name in ("qq.com", "163.com", "a.example", "b.example"):
        write(2, name)
    beat()
    assert domain("").paused(AT) and answer in MailTrouble.objects.get(domain="").words
    assert domain("").slowness == int(answer == THROTTLED)
    assert list(Letter.objects.filter(domain="b.example").values_list("attempts", flat=True)) == [0, 0]


# The pace.


def test_a_domain_gets_its_number_a_minute_and_others_theirs(db, mail):
    write(25)
    write(30, "example.cn")
    beat()
    beat(AT + timedelta(seconds=30))
    assert Letter.objects.filter(state=SENT, domain="qq.com").count() == 10
    assert Letter.objects.filter(state=SENT, domain="example.cn").count() == 30
    beat(AT + MINUTE)
    assert Letter.objects.filter(state=SENT, domain="qq.com").count() == 20


def test_a_full_minute_keeps_some_room_for_letters_somebody_waits_for(db, mail):
    write(25)
    beat()
    write(5, key="reset", bulk=False)
    beat()
    assert Letter.objects.filter(state=SENT, bulk=True).count() == 10
    assert Letter.objects.filter(state=SENT, bulk=False).count() == 2
    beat(AT + MINUTE)
    assert Letter.objects.filter(state=SENT, bulk=False).count() == 5  # before bulk


def test_who_is_told_to_slow_down_tries_no_other_letter_there(db, mail):
    mail.refusals = {f"a{n}@qq.com": THROTTLED for n in range(9)}
    write(9)
    write(3, "example.cn")
    beat()
    assert sorted(Letter.objects.filter(domain="qq.com").values_list("attempts", flat=True)) == [0] * 8 + [1]
    assert Letter.objects.filter(domain="example.cn", state=SENT).count() == 3
    assert domain().pace == 5


def test_a_pause_holds_back_bulk_and_lets_one_letter_a_minute_through(db, mail):
    pacing.pause("qq.com", THROTTLED, AT, 10 * MINUTE, 60 * MINUTE)
    write(3)
    write(3, key="reset", bulk=False)
    beat()
    assert list(Letter.objects.filter(state=SENT).values_list("bulk", flat=True)) == [False]
    beat(AT + MINUTE)
    assert list(Letter.objects.filter(state=SENT).values_list("bulk", flat=True)) == [False, False]
    beat(AT + 10 * MINUTE)
    assert states() == [SENT] * 6


def test_a_letter_let_through_in_a_pause_makes_it_no_longer(db, mail):
    mail.refusals = {"RCPT": THROTTLED}
    pacing.pause("qq.com", THROTTLED, AT, 10 * MINUTE, 60 * MINUTE)
    write(1, bulk=False)
    beat()
    assert domain().paused_until == AT + 10 * MINUTE and domain().slowness == 0


def test_pauses_double_while_nothing_is_taken_and_the_pace_never_ends(db):
    at, pauses = AT, []
    for _ in range(6):
        pacing.pause("qq.com", THROTTLED, at, MINUTE, 8 * MINUTE)
        pacing.halve("qq.com")
        pauses.append((domain().paused_until - at) / MINUTE)
        at = domain().paused_until
    assert pauses == [1, 2, 4, 8, 8, 8] and domain().pace == 1


def test_the_pace_comes_back_by_and_by(db, mail):
    ReceivingDomain.objects.create(name="qq.com", slowness=2, in_vain=2, accepted=0)
    troubles.note("qq.com", About.LATER, THROTTLED, AT)
    write(100)
    paces = []
    for minute in range(20):
        beat(AT + minute * MINUTE)
        paces.append(domain().pace)
    assert (paces[0], paces[8], paces[9], paces[12], paces[13]) == (2, 2, 5, 5, 10)
    assert not troubles.lasting(AT).exists()


@pytest.mark.parametrize(
    ("told", "goes_on"),
    [
        (datetime(2024, 6, 5, 20), datetime(2024, 6, 6, 7)),
        (datetime(2024, 6, 6, 2), datetime(2024, 6, 6, 7)),
        (datetime(2024, 6, 6, 6, 59), datetime(2024, 6, 6, 7)),
        (datetime(2024, 6, 6, 7), datetime(2024, 6, 6, 9)),  # still full: a measure of the last 24 hours
        (datetime(2024, 6, 6, 11, 59), datetime(2024, 6, 6, 13, 59)),
        (datetime(2024, 6, 6, 12), datetime(2024, 6, 7, 7)),
    ],
)
def test_when_the_days_measure_is_full_it_goes_on_in_the_morning(db, mail, told, goes_on):
    told, goes_on = told.replace(tzinfo=SHANGHAI), goes_on.replace(tzinfo=SHANGHAI)
    mail.refusals = {"RCPT": "550 Daily sending quota exceeded"}
    write(5)
    beat(told)
    mail.refusals = {}
    beat(goes_on - timedelta(seconds=1))
    assert states() == [WAITING] * 5
    beat(goes_on)
    assert states() == [SENT] * 5


def test_a_line_is_closed_after_so_many_letters(db, mail, settings):
    settings.MAIL_PER_CONNECTION = 4
    write(10, "example.cn")
    beat()
    assert (len(mail.letters), mail.lines) == (10, 3)


def test_a_mailbox_full_for_days_is_a_task_and_one_full_for_hours_is_none(db, mail):
    mail.refusals = {"a0@qq.com": FULL}
    write(1)
    for hours in (0, 12, 48, 71):
        Letter.objects.update(due_at=AT)
        beat(AT + timedelta(hours=hours))
    assert not DeadAddress.objects.exists() and states() == [WAITING]
    Letter.objects.update(due_at=AT)
    beat(AT + timedelta(hours=72))
    assert "满了 3 天以上" in DeadAddress.objects.get().reason


def test_a_letter_is_tried_for_days_and_then_visible_as_failed(db, mail):
    mail.refusals = {"RCPT": THROTTLED}
    write(1)
    at = AT
    while at < AT + timedelta(days=4, hours=2) and states() == [WAITING]:
        beat(at)
        at += timedelta(minutes=30)
    row = Letter.objects.get()
    assert at > AT + timedelta(days=4)
    assert row.state == FAILED and row.about == About.LATER and THROTTLED in row.trouble
    assert not DeadAddress.objects.exists()


# Troubles and who is told.


def test_a_trouble_is_one_row_and_one_letter_while_it_lasts(cast, mail):
    mail.refusals = {f"a{n}@qq.com": POLICY for n in range(5)}
    write(5)
    for minute in range(0, 90, 5):
        beat(AT + minute * MINUTE)
        emails.plan_mail_refused(AT + minute * MINUTE)
    trouble = MailTrouble.objects.get(domain="qq.com")
    assert trouble.times > 2 and trouble.since == AT
    told = Letter.objects.get(stem="mail_refused")
    assert told.to == cast.wu_gang.email and POLICY in outbox.message_of(told).body


def test_forty_domains_that_refuse_us_are_one_letter_and_what_comes_later_another(cast):
    hours = timedelta(hours=1)
    for number in range(40):
        troubles.note(f"firm{number}.example", About.OFFICE, f"{POLICY} <{number}>", AT + number * MINUTE)
        emails.plan_mail_refused(AT + number * MINUTE)
    emails.plan_mail_refused(AT + 4 * hours)
    emails.plan_mail_refused(AT + 9 * hours)
    first, second = Letter.objects.filter(stem="mail_refused").order_by("pk")
    assert "firm0.example" in first.subject and "firm1.example 等 39 处" in second.subject
    text = outbox.message_of(second).body
    assert f"firm1.example：{POLICY} <1>" in text and "firm0.example" not in text and "一共 39 处" in text
    troubles.note("", About.OFFICE, "535 password", AT + 9 * hours)
    emails.plan_mail_refused(AT + 9 * hours)
    assert "邮件服务器拒收" in Letter.objects.filter(stem="mail_refused").latest("pk").subject


def test_what_nobody_was_there_to_be_told_is_told_later(db, cast):
    troubles.note("qq.com", About.OFFICE, POLICY, AT)
    cast.wu_gang.is_active = False
    cast.wu_gang.save()
    emails.plan_mail_refused(AT)
    cast.wu_gang.is_active = True
    cast.wu_gang.save()
    emails.plan_mail_refused(AT + MINUTE)
    emails.plan_mail_refused(AT + timedelta(days=1))
    assert Letter.objects.filter(stem="mail_refused").count() == 1


def test_a_trouble_is_over_when_a_letter_refused_so_is_taken(db, mail):
    mail.refusals = {"DATA": POLICY}
    write(1)
    beat()
    mail.refusals = {}
    beat(AT + 5 * MINUTE)
    assert states() == [SENT] and not troubles.lasting(AT).exists()


def test_a_trouble_that_comes_back_within_a_day_is_the_same_and_later_another(db):
    day = timedelta(days=1)
    troubles.note("qq.com", About.OFFICE, POLICY, AT)
    troubles.is_over("qq.com", About.OFFICE, AT)
    troubles.note("qq.com", About.OFFICE, POLICY, AT + day - MINUTE)
    assert MailTrouble.objects.get().since == AT and troubles.lasting(AT).exists()
    troubles.note("qq.com", About.OFFICE, POLICY, AT + 3 * day)
    assert (MailTrouble.objects.get().since, MailTrouble.objects.get().times) == (AT + 3 * day, 1)


# Many workers, and workers that die.


def test_what_a_killed_worker_took_counts_and_comes_again(db, mail, settings):
    write(25)
    assert len(outbox.claim(10, AT)) == 10  # and nobody hears of the worker again
    beat()
    assert states() == [Letter.State.CLAIMED] * 10 + [WAITING] * 15
    for minute in range(3):
        beat(AT + settings.LETTER_LEASE + minute * MINUTE)
    assert states() == [SENT] * 25


@pytest.mark.worker
def test_workers_that_race_keep_one_pace_together(transactional_db):
    Letter.objects.bulk_create(
        compose("password_changed", "密码", FACTS, f"a{n}@{name}", key="race", at=AT, bulk=True)
        for n in range(40)
        for name in ("qq.com", "163.com")
    )
    taken, together = [], threading.Barrier(4)

    def take():
        together.wait()
        for _ in range(6):
            taken.extend(outbox.claim(7, AT))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    numbers = [letter.domain for letter in taken]
    assert (numbers.count("qq.com"), numbers.count("163.com")) == (10, 20)
    assert len({letter.pk for letter in taken}) == 30
