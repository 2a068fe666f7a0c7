"""Letters that come back: what each mail server's notification says, and what becomes of the address."""

import base64
import io
import sys
from datetime import timedelta
from email.header import Header
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError

from accounts import people
from accounts.access import Refused
from accounts.clock import real_now
from accounts.models import DeadAddress, JournalEntry, Letter, MailTrouble, ReceivingDomain
from accounts.post import bounces, dead_addresses, refusals, returned
from accounts.post.answers import About
from accounts.post.letters import compose, withdraw
from reporting.letters import recipients
from reporting.register import upkeep
from tests.cast import AT

SAMPLES = Path(__file__).parent / "bounces"
TO = "li.na@yuntu.example"
FAILURES = ["postfix-failed", "exim-full", "exchange-failed", "qq-gbk", "163-plain-gbk"]


@pytest.fixture
def letter(cast):
    """A reminder that was sent to 云图's 李娜 a minute ago, by her address of the samples."""
    cast.li_na.email = TO
    cast.li_na.save()
    return sent(cast, "one")


def sent(cast, key: str, **more) -> Letter:
    letter = compose("reminder/due", "提醒", {}, TO, key=key, at=AT, enterprise=cast.yuntu, district=cast.yuzhong)
    letter.state, letter.sent_at = Letter.State.SENT, real_now() - timedelta(minutes=1)
    for name, value in more.items():
        setattr(letter, name, value)
    letter.save()
    return letter


def sample(name: str, letter: Letter) -> bytes:
    source = (SAMPLES / f"{name}.eml").read_bytes()
    attached = f"Message-ID: {letter.message_id}\r\nTo: {TO}\r\n\r\n".encode()
    source = source.replace(b"ATTACHED-LETTER", base64.encodebytes(attached))
    return source.replace(b"MESSAGE-ID", letter.message_id.encode())


def receive(name: str, letter: Letter) -> str:
    return bounces.receive(sample(name, letter), real_now())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("postfix-failed", "550 5.1.1 <li.na@yuntu.example>: Recipient address rejected: User unknown"),
        ("exchange-failed", "550 5.1.10 RESOLVER.ADR.RecipientNotFound"),
        ("qq-gbk", "550 Mailbox not found"),
        ("163-plain-gbk", "550 User not found"),
    ],
)
def test_a_returned_letter_becomes_a_task_of_the_firms_district(letter, cast, name, words):
    said = receive(name, letter)
    assert "已列入失效邮箱" in said and "\n" not in said
    task = DeadAddress.objects.get()
    assert (task.address, task.enterprise, task.district) == (TO, cast.yuntu, cast.yuzhong)
    assert words in task.reason
    letter.refresh_from_db()
    assert letter.state == Letter.State.FAILED and letter.trouble.startswith("退信：") and words in letter.trouble


@pytest.mark.parametrize("name", FAILURES)
def test_it_is_found_by_its_own_number_among_many_to_the_same_address(letter, cast, name):
    other = sent(cast, "two")
    receive(name, letter)
    letter.refresh_from_db()
    other.refresh_from_db()
    assert letter.trouble.startswith("退信：") and letter.state != Letter.State.SENT
    assert (other.state, other.trouble) == (Letter.State.SENT, "")


def test_without_its_number_somebody_is_asked_and_letters_go_on(letter, cast):
    assert "已请区县核实" in bounces.receive(nobody_there(letter), real_now())
    task = DeadAddress.objects.get()
    assert task.hearsay and task.district == cast.yuzhong and "该用户邮箱不存在" in task.reason
    assert TO in recipients.of_firms([cast.yuntu.pk])[cast.yuntu.pk]
    letter.refresh_from_db()
    assert letter.state == Letter.State.SENT and "据称退信" in letter.trouble
    receive("postfix-failed", letter)
    task.refresh_from_db()
    assert not task.hearsay and "User unknown" in task.reason
    bounces.receive(nobody_there(letter), real_now())
    task.refresh_from_db()
    assert not task.hearsay
    assert TO not in recipients.of_firms([cast.yuntu.pk])[cast.yuntu.pk]


def nobody_there(letter: Letter) -> bytes:
    """The sample that names only the address, of a mailbox that is not there."""
    return sample("139-address-only", letter).replace("已停用".encode(), "不存在".encode())


def test_what_is_said_of_a_closed_mailbox_without_its_number_is_noted_and_no_task(letter):
    assert "只记在信件上" in receive("139-address-only", letter)
    assert not DeadAddress.objects.exists()


def test_an_address_between_chinese_words_is_found(letter):
    head = "From: postmaster@a.example\nContent-Type: text/plain; charset=utf-8"
    source = f"{head}\n\n发给{TO}的邮件无法投递，用户不存在"
    assert "已请区县核实" in bounces.receive(source.encode(), real_now())


@pytest.mark.parametrize("change", [{"sent_at": real_now() - timedelta(days=7, minutes=1)}, {"sent_at": None}])
def test_a_number_counts_only_while_its_letter_is_new(letter, change):
    Letter.objects.update(**change)
    assert "找不到" in receive("postfix-failed", letter)
    assert not DeadAddress.objects.exists()


def test_a_letter_that_comes_back_before_its_worker_has_noted_it_is_found(letter):
    Letter.objects.update(sent_at=None, state=Letter.State.HANDED)
    assert "已列入失效邮箱" in receive("postfix-failed", letter)


def test_by_the_address_alone_only_when_one_letter_can_be_meant(letter, cast):
    sent(cast, "two")
    assert "找不到" in receive("139-address-only", letter)
    assert not DeadAddress.objects.exists()


def test_by_the_address_alone_only_a_letter_of_the_last_days(letter):
    Letter.objects.update(sent_at=real_now() - timedelta(days=7, minutes=1))
    assert "找不到" in receive("139-address-only", letter)


def test_the_same_notification_twice_is_one_task(letter):
    receive("postfix-failed", letter)
    receive("postfix-failed", letter)
    assert DeadAddress.objects.count() == 1


def test_a_delay_is_noted_on_the_letter_only(letter):
    assert "暂缓收信" in receive("postfix-delayed", letter)
    letter.refresh_from_db()
    assert letter.state == Letter.State.SENT and "Greylisting" in letter.trouble
    assert not DeadAddress.objects.exists()


def come_back(letter: Letter, words: str, at=None) -> str:
    """The mail system returns it with these words of the other side."""
    report = f"Final-Recipient: rfc822; {TO}\nAction: failed\nDiagnostic-Code: smtp; {words}"
    source = (
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nContent-Type: multipart/report; "
        "report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nReturned.\n\n--b\n"
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{report}\n\n--b\n"
        f"Content-Type: text/rfc822-headers\n\nMessage-ID: {letter.message_id}\n\n--b--\n"
    )
    return bounces.receive(source.encode(), at or real_now())


PASSING = {
    "550 Ip frequency limited": About.LATER,
    "550 5.7.1 SPF check failed": About.OFFICE,
    "552 5.2.2 Mailbox full": About.FULL,
}


@pytest.mark.parametrize(("words", "about"), PASSING.items())
def test_what_comes_back_for_a_reason_that_may_pass_goes_again_after_a_while(letter, words, about):
    assert "稍后再发" in come_back(letter, words)
    letter.refresh_from_db()
    assert (letter.state, letter.about, letter.returns, letter.sent_at) == (Letter.State.WAITING, about, 1, None)
    assert real_now() + timedelta(hours=3) < letter.due_at < real_now() + timedelta(hours=5)
    assert not DeadAddress.objects.exists()
    assert "找不到" in come_back(letter, words)  # the same notification once more


@pytest.mark.parametrize(
    "known",
    [{"returns": 3}, {"unwanted": True}, {"secret": True}, {"tried_since": real_now() - timedelta(days=4, seconds=1)}],
)
def test_it_does_not_go_again_for_ever_nor_when_nobody_needs_it(letter, known):
    Letter.objects.update(**known)
    assert "稍后再发" not in come_back(letter, "550 Ip frequency limited")
    letter.refresh_from_db()
    assert letter.state == Letter.State.FAILED and "frequency" in letter.trouble
    assert not DeadAddress.objects.exists()


def test_a_reminder_of_what_was_submitted_meanwhile_does_not_go_again(letter):
    Letter.objects.update(topic="owed:1")
    withdraw("owed:1")
    come_back(letter, "550 Ip frequency limited")
    letter.refresh_from_db()
    assert letter.state == Letter.State.FAILED


def test_a_letter_returned_before_its_worker_noted_it_stays_returned(letter, monkeypatch):
    Letter.objects.update(sent_at=None, state=Letter.State.HANDED, claim="worker")
    letter.claim = "worker"
    come_back(letter, "550 Ip frequency limited")
    refusals.note(letter, state=Letter.State.SENT)
    letter.refresh_from_db()
    assert letter.state == Letter.State.WAITING


def test_a_link_that_came_back_is_not_kept(letter):
    Letter.objects.update(secret=True, facts={"link": "/activate/secret/"}, state=Letter.State.HANDED, claim="worker")
    come_back(letter, "552 5.2.2 Mailbox full")
    letter.refresh_from_db()
    assert (letter.state, letter.facts) == (Letter.State.FAILED, {})


@pytest.mark.parametrize("words", list(PASSING)[:2])
def test_what_is_said_of_all_slows_the_domain_and_is_noted(letter, words):
    assert "发往这个域名的信放慢" in come_back(letter, words)
    assert ReceivingDomain.objects.get(name="yuntu.example").slowness == 1
    assert words in MailTrouble.objects.get(domain="yuntu.example").words


def test_a_mailbox_that_stays_full_is_a_task_after_days(letter):
    days = timedelta(days=3)
    Letter.objects.update(claimed_at=real_now() - days + timedelta(minutes=1))
    come_back(letter, "552 5.2.2 Mailbox full")
    assert not DeadAddress.objects.exists()
    Letter.objects.update(state=Letter.State.SENT, sent_at=real_now(), full_since=real_now() - days)
    Letter.objects.update(claimed_at=real_now() - days)
    assert "已列入失效邮箱" in come_back(letter, "552 5.2.2 Mailbox full")
    assert "满了 3 天以上" in DeadAddress.objects.get().reason


def test_a_mailbox_that_was_full_a_month_ago_is_not_full_since(letter):
    Letter.objects.update(full_since=real_now() - timedelta(days=30))
    assert not dead_addresses.full_for_days(TO, real_now())
    Letter.objects.update(full_since=real_now() - timedelta(days=6))
    assert dead_addresses.full_for_days(TO, real_now())


def test_a_letter_that_was_taken_meanwhile_says_that_the_mailbox_is_not_full(letter, cast):
    come_back(letter, "552 5.2.2 Mailbox full")
    Letter.objects.update(full_since=real_now() - timedelta(days=5))
    sent(cast, "two", claimed_at=real_now() - timedelta(days=1))
    assert not dead_addresses.full_for_days(TO, real_now())


@pytest.mark.parametrize("subject", ["自动回复：2024年5月统计报表被退回", "Automatic reply: 邮件退回"])
def test_who_answers_by_itself_does_not_return_our_letter(letter, subject):
    head = f"Return-Path: <>\nFrom: li.na@yuntu.example\nSubject: {Header(subject, 'utf-8').encode()}"
    source = f"{head}\n\n休假中。邮件被退回 {letter.message_id}"
    assert "自动回复" in bounces.receive(source.encode(), real_now())


def test_the_words_of_our_own_letter_return_nothing(letter):
    source = f"Return-Path: <>\nFrom: a@yuntu.example\n\n统计报表被退回，请修改后重新上报 {letter.message_id}"
    assert "没有写明退信" in bounces.receive(source.encode(), real_now())


@pytest.mark.parametrize("name", ["delivered", "auto-reply", "question"])
def test_what_is_no_bounce_changes_nothing(letter, name):
    assert receive(name, letter).startswith("不是退信通知")
    letter.refresh_from_db()
    assert (letter.state, letter.trouble) == (Letter.State.SENT, "")
    assert not DeadAddress.objects.exists()


def test_a_subject_alone_says_it_was_returned(letter):
    source = f"From: postmaster@a.example\nSubject: returned mail\n\nSorry. {letter.message_id}".encode()
    assert "被退回，原因不在邮箱" in bounces.receive(source, real_now())


def test_words_in_gbk_are_read_where_the_mail_does_not_say_so(letter):
    source = sample("163-plain-gbk", letter).replace(b"SMTP error", b"error").replace(b"550 User not found", b"")
    bounces.receive(source, real_now())
    assert "邮件地址不存在" in DeadAddress.objects.get().reason


def test_a_letter_of_another_installation_is_not_ours(letter):
    source = sample("postfix-failed", letter).replace(letter.message_id.encode(), b"<1@other.example>")
    source = source.replace(TO.encode(), b"somebody@other.example")
    assert "找不到" in bounces.receive(source, real_now())


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\x00\xff\xfe" * 1000,
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nAction: failed\n",
        b"From: postmaster\nContent-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: base64\n\n550 !!!",
        b"From: =?no-such?B?!!!?=\nSubject: =?utf-8?B?=?=\n\n550 5.1.1",
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\nContent-Type: message/rfc822\n\n" * 500,
        b"From: postmaster@a\nSubject: x\n\n" + b"<" * 200_000 + b" 550 ",
        b"From: postmaster@a\nSubject: x\n\n550 " + b"<style" * 400_000,
        b"From: postmaster@a\nSubject: x\n\n550 " + b"a" * 64 + b"@" + b"b" * 2_000_000,
        b"From: postmaster@a\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n/////w==",
    ],
)
def test_nothing_malformed_stops_the_command(db, monkeypatch, source):
    assert "未处理" in run(monkeypatch, source)


def test_a_huge_mail_is_read_to_its_end_and_judged_by_its_beginning(letter, monkeypatch):
    pipe = io.BytesIO(sample("postfix-failed", letter) + b"x" * (returned.MOST_BYTES + 100_000))
    assert "已列入失效邮箱" in run(monkeypatch, pipe)
    assert pipe.read() == b""


def run(monkeypatch, source, *files) -> str:
    pipe = source if hasattr(source, "read") else io.BytesIO(source)
    monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": pipe}))
    out = io.StringIO()
    call_command("bounces", *files, stdout=out)
    return out.getvalue()


def test_the_command_reads_files_and_says_one_line_for_each(letter, tmp_path, monkeypatch):
    for name in ("postfix-failed", "auto-reply"):
        (tmp_path / name).write_bytes(sample(name, letter))
    names = [str(tmp_path / name) for name in ("postfix-failed", "auto-reply", "missing")]
    lines = run(monkeypatch, b"", *names).splitlines()
    assert [("已列入" in line, "自动回复" in line, "读不了" in line) for line in lines] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip


def test_without_a_database_the_mail_server_is_asked_to_come_again(letter, monkeypatch):
    def fail(*_):
        raise OperationalError("down")

    monkeypatch.setattr(bounces, "receive", fail)
    with pytest.raises(CommandError) as stop:
        run(monkeypatch, b"x")
    assert stop.value.returncode == 75


# What becomes of the address.


@pytest.fixture
def task(letter):
    receive("postfix-failed", letter)
    return DeadAddress.objects.get()


def test_letters_pass_the_address_over_until_somebody_confirms_it(task, cast):
    Letter.objects.update(full_since=real_now() - timedelta(days=6), state=Letter.State.FAILED)
    assert recipients.of_firms([cast.yuntu.pk])[cast.yuntu.pk] == [cast.wang_lei.email]
    dead_addresses.confirm(task, "电话核实，邮箱已清理", cast.chen_yu, AT)
    dead_addresses.confirm(task, "再按一次", cast.chen_yu, AT)
    assert not dead_addresses.full_for_days(TO, real_now())
    assert recipients.of_firms([cast.yuntu.pk])[cast.yuntu.pk] == sorted([TO, cast.wang_lei.email])
    task.refresh_from_db()
    assert (task.how, task.settled_by) == ("电话核实，邮箱已清理", cast.chen_yu)
    assert JournalEntry.objects.filter(action="确认邮箱可用").count() == 1


@pytest.mark.parametrize(("words", "complaint"), [("  ", "请写明"), ("好" * 201, "最多 200 字")])
def test_a_confirmation_says_how(task, cast, words, complaint):
    with pytest.raises(Refused, match=complaint):
        dead_addresses.confirm(task, words, cast.chen_yu, AT)


def test_only_the_firms_district_and_the_city_confirm(task, cast):
    for person in (cast.he_qing, cast.li_na, cast.liu_fang):
        with pytest.raises(Refused):
            dead_addresses.confirm(task, "可用", person, AT)
    dead_addresses.confirm(task, "可用", cast.zhou_tao, AT)


def test_a_corrected_address_settles_by_itself(task, cast):
    dead_addresses.plan(AT)
    task.refresh_from_db()
    assert task.settled_at is None  # still hers
    people.change_own_contact(cast.li_na, name="李娜", mobile="13800000001", email="new@yuntu.example", at=AT)
    dead_addresses.plan(AT)
    task.refresh_from_db()
    assert (task.settled_at, task.how, task.settled_by) == (AT, dead_addresses.CORRECTED, None)


def test_an_address_still_in_the_register_is_still_used(task, cast):
    contact = {name: getattr(cast.yuntu, name) for name in upkeep.CONTACT}
    upkeep.change_contact(cast.yuntu, contact | {"email": TO.upper()}, by=cast.chen_yu, at=AT)
    people.change_own_contact(cast.li_na, name="李娜", mobile="13800000001", email="new@yuntu.example", at=AT)
    dead_addresses.plan(AT)
    task.refresh_from_db()
    assert task.settled_at is None


def test_an_officials_address_is_the_citys_to_see_to(cast):
    letter = sent(cast, "three", to=cast.chen_yu.email)
    dead_addresses.notice(letter, "550", AT)
    assert not dead_addresses.visible_to(cast.chen_yu).exists()
    assert dead_addresses.visible_to(cast.zhou_tao).get().enterprise is None
    assert not dead_addresses.visible_to(cast.liu_fang).exists()


def test_a_dead_address_of_the_citys_gets_no_letters_either(cast):
    assert recipients.of_city() == [cast.zhou_tao.email]
    dead_addresses.notice(sent(cast, "four", to=cast.zhou_tao.email), "550", AT)
    assert recipients.of_city() == []


def test_a_district_sees_the_addresses_of_its_own_firms(task, cast):
    assert dead_addresses.visible_to(cast.chen_yu).get() == task
    assert not dead_addresses.visible_to(cast.he_qing).exists()
