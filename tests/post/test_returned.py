"""What a returned letter says, by samples of many mail systems' ways of saying it."""

import csv
from email.header import Header
from pathlib import Path

import pytest

from accounts.post.answers import About
from accounts.post.returned import DELAYED, FAILED, MOST_BYTES, Bounce, read

SAMPLES = Path(__file__).parent / "bounces"
OUR_ID = f"<{'0123456789' * 4}@stat.example.cn>"
TO = "li.na@yuntu.example"
EXPECTED = list(csv.DictReader((SAMPLES / "expected.csv").open()))
BOUNCES = [row for row in EXPECTED if row["action"]]


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes().replace(b"MESSAGE-ID", OUR_ID.encode())


def plain(
    body: str, sender: str = "MAILER-DAEMON@relay.example.net", subject: str = "failure notice", head: str = ""
) -> bytes:
    return f"{head}From: {sender}\nTo: bounces@stat.example.cn\nSubject: {Header(subject).encode()}\n\n{body}".encode()


def test_every_sample_is_in_the_table():
    assert [row["file"] for row in EXPECTED] == sorted(path.name for path in SAMPLES.glob("*.eml"))


@pytest.mark.parametrize("row", BOUNCES, ids=[row["file"] for row in BOUNCES])
def test_it_says_what_became_of_the_letter_and_what_the_server_spoke_of(row):
    bounce = read(sample(row["file"]))
    assert isinstance(bounce, Bounce), bounce
    assert (bounce.action, bounce.about) == (row["action"], row["about"])
    assert bounce.recipient.lower() == TO


@pytest.mark.parametrize("row", BOUNCES, ids=[row["file"] for row in BOUNCES])
def test_it_finds_the_number_of_our_letter(row):
    source = sample(row["file"])
    if OUR_ID.encode() in source:
        assert read(source).message_ids == (OUR_ID,)


@pytest.mark.parametrize("row", [row for row in EXPECTED if not row["action"]], ids=lambda row: row["file"])
def test_what_is_no_bounce_is_named(row):
    assert isinstance(read(sample(row["file"])), str)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            f"<{TO}>:\nSorry, no mailbox here by that name. (#5.1.1)",
            f"<{TO}>: Sorry, no mailbox here by that name. (#5.1.1)",
        ),
        (f"Contact postmaster@a.example.\n\n{TO}\n  550 No such user\n\nGoodbye", "550 No such user"),
        (f"\n{TO}: host mx said: 550-5.1.1 No such\n 550 5.1.1 user", "550-5.1.1 No such 550 5.1.1 user"),
    ],
)
def test_the_words_are_the_servers_own(body, words):
    bounce = read(plain(body))
    assert (bounce.words, bounce.about, bounce.recipient) == (words, About.MAILBOX, TO)


def test_the_letter_given_back_says_nothing_of_the_answer():
    letter = f"Message-ID: {OUR_ID}\nSubject: 550 5.1.1 User unknown\n\nUser unknown"
    bounce = read(plain(f"<{TO}>:\nmailbox is full\n\n--- Below this line is a copy of the message.\n\n{letter}"))
    assert bounce.about is About.FULL and bounce.message_ids == (OUR_ID,)


def test_of_several_recipients_each_has_its_own_answer():
    body = f'"{TO}":\nhost: mx\n5.2.1 <{TO}>... User Unknown\n"b@yuntu.example":\nhost: mx\n5.2.2 Mailbox Full\n'
    assert read(plain(body)).about is About.MAILBOX


def test_a_full_box_is_not_dead_though_the_report_says_nobody_lives_there():
    report = (
        f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown"
    )
    parts = f"--b\n\nrejected: Not enough disk space\n--b\nContent-Type: message/delivery-status\n\n{report}\n--b--"
    head = "Content-Type: multipart/report; boundary=b\n"
    assert read(plain(parts, head=head)).about is About.FULL
    assert read(plain(parts.replace("Not enough disk space", ""), head=head)).about is About.MAILBOX


@pytest.mark.parametrize(
    ("body", "speaks_of"),
    [
        (f"{TO} [User unknown]", About.OFFICE),
        (f"<{TO}>: host mx said: 550 <{TO}>: User unknown", About.OFFICE),
        (f"<{TO}>: host mx said: 550 <{TO}>: User unknown (in reply to RCPT TO command)", About.MAILBOX),
        (f"<{TO}>: host mx said: 550 5.1.1 <{TO}>: User unknown", About.MAILBOX),
        (f"<{TO}>: User unknown, no such mailbox", About.MAILBOX),
    ],
)
def test_two_words_without_a_status_or_command_are_looked_at_by_somebody(body, speaks_of):
    assert read(plain(body)).about is speaks_of


@pytest.mark.parametrize("words", ["Message will be retried for 2 more day(s)", "THIS IS A WARNING ONLY"])
def test_a_warning_is_a_delay(words):
    assert read(plain(f"{TO}\n{words}\nConnection timed out")).action == DELAYED


def test_a_report_is_read_by_its_failed_recipient():
    blocks = "Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; a@b.example\nAction: delivered\n\n"
    blocks += f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: 5.1.1\n"
    source = plain(
        f"--b\nContent-Type: message/delivery-status\n\n{blocks}\n--b--",
        head="Content-Type: multipart/report; boundary=b\n",
    )
    assert (read(source).action, read(source).recipient) == (FAILED, TO)


@pytest.mark.parametrize(
    ("sender", "subject", "seen"),
    [
        ("E500_Mail_Service@a.example", "Returned Mail - Error During Delivery", True),
        ("li.na@yuntu.example", "Re: Returned Mail", False),
        ("li.na@yuntu.example", "回复: 退信", False),
        ("li.na@yuntu.example", "问题", False),
        ('"Notice" <>', "Notice", True),
    ],
)
def test_who_writes_about_a_bounce_returns_none(sender, subject, seen):
    source = plain(f"<{TO}>: could not be delivered. 550 5.1.1 User unknown", sender, subject)
    assert isinstance(read(source), Bounce) is seen


@pytest.mark.parametrize(("subject", "seen"), [("Notice", True), ("回复: Notice", False), ("Fwd: Notice", False)])
def test_a_letter_given_back_tells_unless_a_person_passes_it_on(subject, seen):
    parts = f"--b\n\n{TO}: could not be delivered\n--b\nContent-Type: message/rfc822\n\nMessage-ID: {OUR_ID}\n\n--b--"
    source = plain(parts, "no-reply@yuntu.example", subject, head="Content-Type: multipart/mixed; boundary=b\n")
    assert isinstance(read(source), Bounce) is seen


def test_a_report_that_came_out_as_text_is_read_as_a_report():
    bounce = read(plain(f"Returned.\n\nFinal-Recipient: rfc822; {TO}\nAction: delayed\nStatus: 4.4.1\n"))
    assert (bounce.action, bounce.recipient, bounce.about) == (DELAYED, TO, About.FULL)


def test_a_postmaster_is_not_the_recipient():
    bounce = read(plain(f"For help write to postmaster@a.example.\nSent to {TO}: 550 No such user"))
    assert bounce.recipient == TO


@pytest.mark.parametrize(("kind", "seen"), [("Bounce", True), ("Complaint", False), ("Delivery", False)])
def test_what_amazon_tells_in_json(kind, seen):
    body = f'{{"notificationType":"{kind}","diagnosticCode":"smtp; 550 5.1.1 user unknown","mail":"{TO}"}}'
    assert isinstance(read(plain(body, "no-reply@sns.amazonaws.com", "AWS Notification Message")), Bounce) is seen


HEADS = [
    "From: postmaster@a\nSubject: x\n\n",
    "From: postmaster@a\nContent-Type: text/html\n\n",
    "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n",
    "From: postmaster@a\nSubject: ",
]


@pytest.mark.parametrize(
    "junk", ["\n", "<style", "a@", "\n \n", "final-recipient: x\n", "-- ", "=?gbk?B?", "\udcff\x00"]
)
@pytest.mark.parametrize("head", HEADS)
def test_a_megabyte_of_junk_is_read(head, junk):
    source = (head + junk * (2 * MOST_BYTES // len(junk))).encode("utf-8", "surrogateescape")
    assert isinstance(read(source), str | Bounce)
