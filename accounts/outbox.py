"""Sending what lies in the outbox, each letter once, by any number of workers.

A worker claims rows, and for each in turn says "handed" before it speaks to the mail server and "sent" after it has
answered; both are conditional updates, so a row that was withdrawn or taken by another meanwhile is left alone. A claim
holds for a lease. A worker that dies leaves claimed rows, which are simply taken again, and at most one handed row: the
server may have it or not. That one is sent again under the same Message-ID and marked doubtful.
"""

from __future__ import annotations

import logging
import smtplib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.template.loader import render_to_string

from accounts.clock import shown
from accounts.dead_addresses import notice
from accounts.models import Letter
from text.incoming import without_control

logger = logging.getLogger(__name__)

SENDER = "重庆软件统计直报"
BATCH = 50  # letters claimed at once and sent over one connection
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
UNREACHABLE = "连不上邮件服务器"
MOST_ATTEMPTS = 14  # about a day and a half of trying


def claim(number: int, at: datetime) -> list[Letter]:
    """Up to `number` letters whose time has come, for the caller alone until the lease ends. Letters that somebody
    waits for come before bulk."""
    token = str(uuid.uuid4())
    with transaction.atomic():
        due = Letter.objects.filter(state__in=Letter.UNSENT, due_at__lte=at).order_by("bulk", "due_at", "id")
        ids = list(due.select_for_update(skip_locked=True).values_list("id", flat=True)[:number])
        if not ids:
            return []
        Letter.objects.filter(id__in=ids).update(
            doubtful=Case(When(state=Letter.State.HANDED, then=Value(True)), default=F("doubtful")),
            state=Letter.State.CLAIMED,
            claim=token,
            claimed_at=at,
            due_at=at + settings.LETTER_LEASE,
        )
    return list(Letter.objects.filter(pk__in=ids, claim=token).order_by("bulk", "id"))


def send(letters: list[Letter], clock: Callable[[], datetime]) -> None:
    """Send claimed letters over one connection. Nothing is raised for a letter that does not get through: its row says
    when it is tried again, or that it failed. A server that is away is asked once, not once for each letter."""
    connection = get_connection()
    for place, letter in enumerate(letters):
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:  # nobody was told anything: no doubt
            for left in letters[place:]:
                left.attempts += 1
                _try_again(left, clock(), f"{UNREACHABLE}：{error}")
            return
        _hand_over(letter, connection, clock)
    _close(connection)


def _hand_over(letter: Letter, connection, clock: Callable[[], datetime]) -> None:
    at = clock()
    letter.attempts += 1
    try:
        message = message_of(letter)
    except Exception as error:  # one letter that cannot be written must not hold up the others
        logger.exception("Letter %s cannot be written", letter.pk)
        _give_up(letter, f"信件无法生成：{error}")
        return
    mine = Letter.objects.filter(pk=letter.pk, claim=letter.claim, state=Letter.State.CLAIMED)
    if not mine.update(state=Letter.State.HANDED, attempts=letter.attempts, due_at=at + settings.LETTER_LEASE):
        return  # withdrawn, or taken by another worker after the lease
    try:
        message.extra_headers["Date"] = format_datetime(shown(at).astimezone(UTC))
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refusal:
        code, answer = next(iter(refusal.recipients.values()))
        with transaction.atomic():  # a failure never without its task
            _refused(letter, code, answer, at)
            if code >= 500:
                notice(letter, f"邮件服务器拒收：{code} {_words(answer)}", shown(at))
    except smtplib.SMTPDataError as refusal:
        _refused(letter, refusal.smtp_code, refusal.smtp_error, at)
    except smtplib.SMTPResponseException as refusal:  # the server does not take our sender, or anybody's, now
        _try_again(letter, at, f"{refusal.smtp_code} {_words(refusal.smtp_error)}")
    except (OSError, smtplib.SMTPException) as error:  # the line broke: it may have the letter
        letter.doubtful = True
        _try_again(letter, at, f"与邮件服务器的连接中断：{error}")
    except Exception as error:  # an address or a header no mail can bear: another try would end the same way
        logger.exception("Letter %s cannot be handed over", letter.pk)
        _give_up(letter, f"信件无法交给邮件服务器：{error}")
    else:
        _note(letter, state=Letter.State.SENT, sent_at=shown(clock()), trouble="", **_kept(letter))
        return
    _close(connection)


def message_of(letter: Letter) -> EmailMultiAlternatives:
    """The letter in two parts. Every attempt carries the same Message-ID; a repeat of which the first may have arrived
    says so in a header."""
    facts = {"site_url": settings.SITE_URL, "subject": letter.subject, **letter.facts}
    facts["url"] = settings.SITE_URL + letter.facts.get("path", "/")
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"}
    if letter.doubtful:
        headers["X-Possible-Repeat"] = "yes"
    # A plain string again: the part without HTML escapes nothing, so a page that shows it must.
    text = without_control(render_to_string(f"emails/{letter.stem}.txt", facts)).strip() + "\n"
    subject = " ".join(without_control(letter.subject).split())
    message = EmailMultiAlternatives(f"〔软统直报〕{subject}", text, sender(), [letter.to], headers=headers)
    message.attach_alternative(without_control(render_to_string(f"emails/{letter.stem}.html", facts)), "text/html")
    return message


def sender() -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or SENDER, address), charset="utf-8")


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many vain attempts: twice as long each time."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)


def _refused(letter: Letter, code: int, answer: bytes | str, at: datetime) -> None:
    """5xx is the server's last word on this letter, 4xx asks for another try."""
    trouble = f"{code} {_words(answer)}"
    if code >= 500:
        _give_up(letter, trouble)
    else:
        _try_again(letter, at, trouble)


def _try_again(letter: Letter, at: datetime, trouble: str) -> None:
    if letter.attempts >= MOST_ATTEMPTS:
        _give_up(letter, f"试了 {letter.attempts} 次没有送达，最后一次：{trouble}")
    else:
        due_at = at + pause_after(letter.attempts)
        _note(letter, state=Letter.State.WAITING, due_at=due_at, trouble=trouble[:300])


def _give_up(letter: Letter, trouble: str) -> None:
    _note(letter, state=Letter.State.FAILED, trouble=trouble[:300], **_kept(letter))


def _note(letter: Letter, **outcome) -> None:
    """How an attempt ended, unless the row is no longer this worker's. A letter withdrawn meanwhile is not put back;
    that it was sent stays a fact."""
    mine = Letter.objects.filter(pk=letter.pk, claim=letter.claim)
    if outcome["state"] != Letter.State.SENT:
        mine = mine.exclude(state=Letter.State.WITHDRAWN)
    mine.update(attempts=letter.attempts, doubtful=letter.doubtful, **outcome)


def _kept(letter: Letter) -> dict:
    """A link that opens an account is not kept longer than it is needed."""
    return {"facts": {}} if letter.secret else {}


def _words(answer: bytes | str) -> str:
    """A server's answer as the row can hold it."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(without_control(text).split())


def _close(connection) -> None:
    """A server that hangs up first is no trouble; the next letter opens another connection."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        connection.connection = None
