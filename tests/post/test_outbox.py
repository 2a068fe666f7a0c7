"""Letters as rows: written once, claimed by one, and what becomes of each attempt."""

import smtplib
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import DeadAddress, Letter
from accounts.post import outbox, refusals
from accounts.post.answers import About
from accounts.post.letters import compose, post, put_back, withdraw
from tests.cast import AT

FACTS = {"name": "李娜", "username": "yuntu", "at": "2024-06-05 09:30"}


def letter(key: str, to: str = "a@example.cn", **more) -> Letter:
    return compose("password_changed", "您的密码已修改", FACTS, to, key=key, at=AT, **more)


class Line:
    """A connection to a mail server that answers as told."""

    def __init__(self, answer=None, opens=True):
        self.answer, self.opens, self.sent = answer, opens, []

    def open(self):
        if not self.opens:
            raise ConnectionRefusedError("refused")

    def close(self):
        pass

    def send_messages(self, messages):
        if self.answer:
            raise self.answer
        self.sent += messages


@pytest.fixture
def attempt(db, monkeypatch):
    """Write one letter and let a worker try it on such a line; returns the row."""

    def do(line: Line, written: Letter | None = None) -> Letter:
        if written is None:
            post([letter("test")])
        monkeypatch.setattr(outbox, "get_connection", lambda: line)
        outbox.send(outbox.claim(10, AT), lambda: AT)
        return Letter.objects.get()

    return do


def test_the_same_key_to_the_same_address_is_one_letter(db):
    post([letter("one"), letter("one", "b@example.cn")])
    post([letter("one"), letter("two")])
    assert sorted(Letter.objects.values_list("key", flat=True)) == [
        "one a@example.cn",
        "one b@example.cn",
        "two a@example.cn",
    ]
    assert len(set(Letter.objects.values_list("message_id", flat=True))) == 3


def test_a_letter_to_nobody_is_no_letter(db):
    assert post([letter("one", "")]) == 0
    assert not Letter.objects.exists()


def test_the_message_id_comes_from_the_key_so_every_attempt_has_it():
    assert letter("one").message_id == letter("one").message_id
    assert letter("one").message_id != letter("two").message_id


def test_nobody_outside_can_reckon_a_message_id(settings):
    ours = letter("one").message_id
    settings.SECRET_KEY = "another installation's"
    assert letter("one").message_id != ours


def test_a_subject_is_one_line_that_the_row_can_hold():
    written = compose("password_changed", "重庆\r\nBcc: all@example.cn" + "企业" * 200, FACTS, "a@x.cn", key="k", at=AT)
    assert written.subject.startswith("重庆 Bcc: all@example.cn企业") and len(written.subject) == 200


def test_letters_somebody_waits_for_go_before_bulk(db):
    post([letter("reminder", bulk=True), letter("reset")])
    assert [row.key for row in outbox.claim(1, AT)] == ["reset a@example.cn"]


def test_nobody_takes_a_letter_before_its_time_or_while_it_is_claimed(db, settings):
    post([letter("one")])
    assert outbox.claim(1, AT - timedelta(seconds=1)) == []
    assert len(outbox.claim(1, AT)) == 1
    assert outbox.claim(1, AT) == []
    assert outbox.claim(1, AT + settings.LETTER_LEASE - timedelta(seconds=1)) == []
    assert len(outbox.claim(1, AT + settings.LETTER_LEASE)) == 1


def test_a_letter_only_claimed_when_its_worker_died_is_not_doubtful(db, settings):
    post([letter("one")])
    outbox.claim(1, AT)
    assert not outbox.claim(1, AT + settings.LETTER_LEASE)[0].doubtful


def test_a_letter_handed_over_when_its_worker_died_is_doubtful(db, settings):
    post([letter("one")])
    outbox.claim(1, AT)
    Letter.objects.update(state=Letter.State.HANDED)
    [again] = outbox.claim(1, AT + settings.LETTER_LEASE)
    assert again.doubtful
    assert outbox.message_of(again).extra_headers["X-Possible-Repeat"] == "yes"


def test_a_worker_whose_lease_ran_out_leaves_the_letter_to_the_next(db, settings, monkeypatch):
    post([letter("one")])
    slow = outbox.claim(1, AT)
    quick = outbox.claim(1, AT + settings.LETTER_LEASE)
    line = Line()
    monkeypatch.setattr(outbox, "get_connection", lambda: line)
    outbox.send(slow, lambda: AT)
    assert line.sent == []
    outbox.send(quick, lambda: AT)
    assert len(line.sent) == 1


class AnotherAsks(Line):
    """While the letter is being handed over, another worker asks for letters at some moment."""

    def __init__(self, at, answer=None):
        super().__init__(answer)
        self.at, self.taken = at, None

    def send_messages(self, messages):
        self.taken = outbox.claim(1, self.at)
        super().send_messages(messages)


@pytest.mark.parametrize("answer", [smtplib.SMTPDataError(451, b"later"), smtplib.SMTPDataError(554, b"no such user")])
def test_how_an_attempt_ended_is_not_noted_on_a_letter_that_another_took(attempt, settings, answer):
    line = AnotherAsks(AT + settings.LETTER_LEASE, answer)
    row = attempt(line)
    assert (row.state, row.claim, row.doubtful) == (Letter.State.CLAIMED, line.taken[0].claim, True)


def test_the_lease_begins_anew_when_a_letter_is_handed_over(db, settings, monkeypatch):
    post([letter("last of a batch")])
    line = AnotherAsks(AT + settings.LETTER_LEASE)
    monkeypatch.setattr(outbox, "get_connection", lambda: line)
    outbox.send(outbox.claim(1, AT), lambda: AT + settings.LETTER_LEASE / 2)
    assert line.taken == []


def test_a_doubt_stays_whatever_becomes_of_the_next_worker(db, settings):
    post([letter("one")])
    outbox.claim(1, AT)
    Letter.objects.update(state=Letter.State.HANDED)
    for times in (1, 2):
        assert outbox.claim(1, AT + times * settings.LETTER_LEASE)[0].doubtful


class WithdrawnMeanwhile(Line):
    """While the letter is being handed over, what it is about is done with."""

    def send_messages(self, messages):
        withdraw("owed:1")
        super().send_messages(messages)


def test_a_letter_withdrawn_while_it_is_handed_over_is_not_tried_again(attempt):
    post([letter("test", topic="owed:1")])
    row = attempt(WithdrawnMeanwhile(smtplib.SMTPDataError(451, b"later")), letter("other"))
    assert row.state == Letter.State.WITHDRAWN
    assert outbox.claim(10, AT + timedelta(days=1)) == []


def test_a_letter_withdrawn_while_it_is_handed_over_and_taken_was_sent(attempt):
    post([letter("test", topic="owed:1")])
    assert attempt(WithdrawnMeanwhile(), letter("other")).state == Letter.State.SENT


def test_a_letter_withdrawn_after_the_claim_is_not_sent(db, monkeypatch):
    post([letter("one")])
    claimed = outbox.claim(1, AT)
    Letter.objects.update(state=Letter.State.WITHDRAWN)
    line = Line()
    monkeypatch.setattr(outbox, "get_connection", lambda: line)
    outbox.send(claimed, lambda: AT)
    assert line.sent == []
    assert Letter.objects.get().state == Letter.State.WITHDRAWN


def test_an_accepted_letter_is_sent(attempt):
    row = attempt(Line())
    assert (row.state, row.sent_at, row.attempts, row.trouble) == (Letter.State.SENT, AT, 1, "")


def test_a_server_nobody_reaches_is_no_doubt_only_a_pause(attempt):
    row = attempt(Line(opens=False))
    assert (row.state, row.doubtful, row.due_at) == (Letter.State.WAITING, False, AT + timedelta(minutes=1))
    assert "连不上邮件服务器" in row.trouble


def test_a_server_that_is_away_is_asked_once_for_the_whole_batch(db, monkeypatch):
    asked, line = [], Line(opens=False)
    monkeypatch.setattr(line, "open", lambda: asked.append(1) or Line.open(line))
    post([letter("one"), letter("two"), letter("three")])
    monkeypatch.setattr(outbox, "get_connection", lambda: line)
    outbox.send(outbox.claim(10, AT), lambda: AT)
    assert len(asked) == 1
    assert set(Letter.objects.values_list("state", "attempts")) == {(Letter.State.WAITING, 1)}


@pytest.mark.parametrize(
    "answer", [smtplib.SMTPServerDisconnected("gone"), TimeoutError("slow"), ConnectionResetError("reset")]
)
def test_a_line_that_broke_leaves_a_doubt(attempt, answer):
    row = attempt(Line(answer))
    assert (row.state, row.doubtful) == (Letter.State.WAITING, True)


@pytest.mark.parametrize(
    "answer",
    [
        smtplib.SMTPRecipientsRefused({"a@example.cn": (450, b"busy")}),
        smtplib.SMTPDataError(451, b"local error"),
        smtplib.SMTPSenderRefused(550, b"not you", "noreply@example.cn"),
        smtplib.SMTPAuthenticationError(535, b"password"),
    ],
)
def test_what_may_pass_is_tried_again(attempt, answer):
    row = attempt(Line(answer))
    assert (row.state, row.doubtful) == (Letter.State.WAITING, False)
    assert not DeadAddress.objects.exists()


def test_an_address_refused_for_good_fails_and_becomes_a_task(attempt, cast):
    post([letter("test", enterprise=cast.yuntu, district=cast.yuzhong)])
    row = attempt(Line(smtplib.SMTPRecipientsRefused({"a@example.cn": (550, "查无此人".encode())})), letter)
    assert (row.state, row.trouble) == (Letter.State.FAILED, "550 查无此人")
    task = DeadAddress.objects.get()
    assert (task.address, task.enterprise, task.district) == ("a@example.cn", cast.yuntu, cast.yuzhong)


@pytest.mark.parametrize(("code", "state"), [(499, Letter.State.WAITING), (500, Letter.State.FAILED)])
def test_of_a_mailbox_500_is_the_first_answer_that_is_final_and_499_the_last_that_may_pass(attempt, code, state):
    row = attempt(Line(smtplib.SMTPRecipientsRefused({"a@example.cn": (code, b"no such user")})))
    assert (row.state, DeadAddress.objects.exists()) == (state, code == 500)
    Letter.objects.all().delete()
    DeadAddress.objects.all().delete()
    row = attempt(Line(smtplib.SMTPDataError(code, b"no such user")))
    assert (row.state, DeadAddress.objects.exists()) == (state, code == 500)


def test_an_answer_of_many_lines_is_one_the_row_can_hold(attempt):
    row = attempt(Line(smtplib.SMTPDataError(554, b"5.6.0 broken\x00\r\nfor good")))
    assert row.trouble == "554 5.6.0 broken for good"


def test_a_letter_the_server_will_not_have_waits_and_nobody_blames_the_address(attempt):
    row = attempt(Line(smtplib.SMTPDataError(554, b"spam")))
    assert (row.state, row.about) == (Letter.State.WAITING, About.OFFICE)
    assert not DeadAddress.objects.exists()


def test_pauses_double_and_end_at_four_hours():
    minutes = [refusals.pause_after(attempts).total_seconds() / 60 for attempts in (1, 2, 3, 8, 9, 14)]
    assert minutes == [1, 2, 4, 128, 240, 240]


@pytest.mark.parametrize(
    ("tried_for", "state"),
    [(timedelta(days=4), Letter.State.FAILED), (timedelta(days=4, seconds=-1), Letter.State.WAITING)],
)
def test_after_days_of_trying_it_has_failed_however_often_it_was_tried(attempt, tried_for, state):
    post([letter("test")])
    Letter.objects.update(attempts=40, tried_since=AT - tried_for)
    row = attempt(Line(smtplib.SMTPDataError(451, b"later")), letter)
    assert row.state == state
    assert ("试了 4 天、41 次没有送达" in row.trouble) == (state == Letter.State.FAILED)


def test_a_link_that_has_run_out_is_not_sent_any_more(attempt):
    post([letter("reset", secret=True, good_until=AT + timedelta(seconds=60))])
    row = attempt(Line(smtplib.SMTPDataError(451, b"later")), letter)
    assert (row.state, row.facts) == (Letter.State.FAILED, {}) and "链接已到期" in row.trouble


def test_a_link_that_ran_out_while_the_letter_waited_is_not_sent_at_all(attempt):
    post([letter("reset", secret=True, good_until=AT)])
    Letter.objects.update(trouble="550 Ip frequency limited")
    line = Line()
    row = attempt(line, letter)
    assert (row.state, row.facts, line.sent) == (Letter.State.FAILED, {}, [])
    assert "链接已到期，没有发出" in row.trouble and "550 Ip frequency limited" in row.trouble


def test_a_server_that_is_away_for_hours_uses_up_no_link(db, monkeypatch):
    post([letter("reset", secret=True, good_until=AT + timedelta(hours=24))])
    monkeypatch.setattr(outbox, "get_connection", lambda: Line(opens=False))
    for _ in range(9):
        at = Letter.objects.get().due_at
        outbox.send(outbox.claim(10, at), lambda at=at: at)
    assert Letter.objects.get().due_at == AT + timedelta(minutes=9)


def test_a_letter_put_back_is_tried_for_days_as_if_for_the_first_time(attempt):
    post([letter("test", topic="owed:1")])
    Letter.objects.update(attempts=9, tried_since=AT - timedelta(days=30), full_since=AT - timedelta(days=30))
    withdraw("owed:1")
    put_back([letter("test", topic="owed:1")])
    row = attempt(Line(smtplib.SMTPDataError(451, b"later")), letter)
    assert (row.state, row.tried_since, row.full_since) == (Letter.State.WAITING, AT, None)


def test_a_letter_that_cannot_be_written_holds_up_nobody(db, monkeypatch):
    post([compose("no_such_letter", "坏信", {}, "a@example.cn", key="bad", at=AT), letter("good")])
    line = Line()
    monkeypatch.setattr(outbox, "get_connection", lambda: line)
    outbox.send(outbox.claim(10, AT), lambda: AT)
    assert Letter.objects.get(subject="坏信").state == Letter.State.FAILED
    assert len(line.sent) == 1


def test_an_address_no_mail_can_bear_fails_for_good_and_holds_up_nobody(db, mailoutbox):
    nowhere = "a@" + "很" * 60 + ".cn"  # a name longer than the net allows; the form takes it
    post([letter("bad", nowhere), letter("good")])
    outbox.send(outbox.claim(10, AT), lambda: AT)
    bad, good = Letter.objects.get(to=nowhere), Letter.objects.get(to="a@example.cn")
    assert (bad.state, good.state) == (Letter.State.FAILED, Letter.State.SENT)
    assert "信件无法交给邮件服务器" in bad.trouble and not bad.doubtful


def test_a_refused_address_has_failed_only_together_with_its_task(attempt, monkeypatch):
    monkeypatch.setattr(refusals, "notice", lambda *about: (_ for _ in ()).throw(ConnectionAbortedError("killed")))
    post([letter("test")])
    with pytest.raises(ConnectionAbortedError):
        attempt(Line(smtplib.SMTPRecipientsRefused({"a@example.cn": (550, b"no such user")})), letter)
    assert Letter.objects.get().state == Letter.State.HANDED  # another worker takes it up when the lease is over


def test_a_secret_is_kept_until_it_is_sent_and_no_longer(attempt):
    post([letter("reset", secret=True)])
    assert Letter.objects.get().facts == FACTS
    assert attempt(Line(smtplib.SMTPDataError(451, b"later")), letter).facts == FACTS
    Letter.objects.update(due_at=AT)
    assert attempt(Line(), letter).facts == {}


def test_a_secret_that_cannot_be_sent_is_not_kept_either(attempt):
    post([letter("reset", secret=True)])
    assert attempt(Line(smtplib.SMTPDataError(554, b"no such user")), letter).facts == {}


@pytest.mark.worker
def test_of_many_who_claim_at_once_each_gets_others(transactional_db):
    rounds, racers, at_once = 12, 4, 5
    Letter.objects.bulk_create(letter("race", f"firm{n}@example.cn") for n in range(rounds * racers * at_once))
    taken, together = [], threading.Barrier(racers)

    def take():
        for _ in range(rounds):
            together.wait()
            taken.extend(row.pk for row in outbox.claim(at_once, AT))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(racers)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert [pk for pk, times in Counter(taken).items() if times > 1] == []
    assert len(taken) == rounds * racers * at_once
