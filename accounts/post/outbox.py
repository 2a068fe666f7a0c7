"""Sending what lies in the outbox, each letter once, by any number of workers.

A worker claims rows, and for each in turn says "handed" before it speaks to the mail server and "sent" after it has
answered; both are conditional updates, so a row that was withdrawn or taken by another meanwhile is left alone. A claim
holds for a lease. A worker that dies leaves claimed rows, which are simply taken again, and at most one handed row: the
server may have it or not. That one is sent again under the same Message-ID and marked doubtful.

How many are claimed is post.pacing's, what a refusal means post.refusals'.
"""

from __future__ import annotations

import logging
import smtplib
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.template.loader import render_to_string

from accounts.clock import shown
from accounts.models import Letter
from accounts.post import pacing, refusals, troubles
from accounts.post.answers import About
from accounts.post.refusals import Answer
from text.incoming import without_control

logger = logging.getLogger(__name__)

BATCH = 50  # letters claimed at once
UNREACHABLE = "连不上邮件服务器"
TAKES_NOTHING = "邮件服务器现在不收我们的信"
DOMAINS_MAKE_ALL = 3  # so many domains that ask for less one after the other: it is the server that wants less


def claim(number: int, at: datetime) -> list[Letter]:
    """Up to `number` letters whose time has come and for which their domains have room, for the caller alone until the
    lease ends. Letters that somebody waits for come before bulk."""
    token = str(uuid.uuid4())
    with transaction.atomic():
        ids = _due(number, at)
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


def _due(number: int, at: datetime) -> list[int]:
    """Domains that turn out to have no room are passed over, so that they hold up nobody else."""
    shut = pacing.Shut(at)
    while shut.server != "all":
        due = Letter.objects.filter(state__in=Letter.UNSENT, due_at__lte=at)
        due = due.exclude(domain__in=shut.for_all).exclude(bulk=True, domain__in=shut.for_bulk)
        due = due.filter(bulk=False) if shut.server else due
        due = due.order_by("bulk", "due_at", "id").select_for_update(skip_locked=True)
        wanted = list(due.values_list("id", "domain", "bulk")[:number])
        admitted = pacing.admit(wanted, shut) if wanted else []
        if admitted or not wanted:
            return admitted
    return []


class Round:
    """What one worker meets while it sends what it claimed."""

    def __init__(self, letters: list[Letter], clock: Callable[[], datetime]) -> None:
        self.letters, self.clock, self.connection = letters, clock, get_connection()
        self.over_this_line = 0
        self.shut: set[str] = set()  # domains that asked to wait
        self.in_vain: set[str] = set()  # of these, the ones since a letter was last taken
        self.accepted: Counter[str] = Counter()

    def run(self) -> None:
        for place, letter in enumerate(self.letters):
            if letter.domain in self.shut:
                self._leave([letter])
            elif trouble := self._open():
                refusals.server_refused(self._tried(self.letters[place:]), *trouble, self.clock())
                break
            elif not self._hand_over(letter):
                self._leave(self.letters[place + 1 :])
                break
        _close(self.connection)
        for domain, letters in self.accepted.items():
            if pacing.went_through(domain, letters):
                troubles.is_over(domain, About.LATER, self.clock())
        if self.accepted:
            pacing.went_through(pacing.SERVER, self.accepted.total())
            troubles.server_answers(self.clock())

    def _open(self) -> tuple[str, About] | None:
        """Why nothing can be sent now; nobody was told anything then, so there is no doubt."""
        if self.over_this_line >= settings.MAIL_PER_CONNECTION:
            self._hang_up()
        try:
            self.connection.open()
        except smtplib.SMTPAuthenticationError as error:
            return f"{TAKES_NOTHING}：{Answer.of(error.smtp_code, error.smtp_error)}", About.OFFICE
        except smtplib.SMTPResponseException as error:
            answer = Answer.of(error.smtp_code, error.smtp_error)
            return f"{TAKES_NOTHING}：{answer}", _of_us(answer)
        except (OSError, smtplib.SMTPException) as error:
            return f"{UNREACHABLE}：{error}", About.LATER
        return None

    def _tried(self, letters: list[Letter]) -> list[Letter]:
        for letter in letters:
            _begin_attempt(letter, self.clock())
        return letters

    def _hand_over(self, letter: Letter) -> bool:
        """False when the mail server takes nothing of anybody now."""
        at = self.clock()
        if refusals.has_run_out(letter, at):
            refusals.give_up(letter, f"信里的链接已到期，没有发出。{letter.trouble}", letter.about)
            return True
        _begin_attempt(letter, at)
        try:
            message = message_of(letter)
        except Exception as error:  # one letter that cannot be written must not hold up the others
            logger.exception("Letter %s cannot be written", letter.pk)
            refusals.give_up(letter, f"信件无法生成：{error}")
            return True
        mine = Letter.objects.filter(pk=letter.pk, claim=letter.claim, state=Letter.State.CLAIMED)
        tried = {"attempts": letter.attempts, "tried_since": letter.tried_since}
        if not mine.update(state=Letter.State.HANDED, due_at=at + settings.LETTER_LEASE, **tried):
            return True  # withdrawn, or taken by another worker after the lease
        self.over_this_line += 1
        try:
            message.extra_headers["Date"] = format_datetime(shown(at).astimezone(UTC))
            self.connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as refusal:
            return self._refused(letter, Answer.of(*next(iter(refusal.recipients.values()))), at)
        except smtplib.SMTPDataError as refusal:
            return self._refused(letter, Answer.of(refusal.smtp_code, refusal.smtp_error), at)
        except smtplib.SMTPResponseException as refusal:  # the server does not take our sender, or anybody's, now
            return self._all_refused(letter, Answer.of(refusal.smtp_code, refusal.smtp_error), at)
        except (OSError, smtplib.SMTPException) as error:  # the line broke: it may have the letter
            letter.doubtful = True
            refusals.try_again(letter, at, f"与邮件服务器的连接中断：{error}", About.LATER)
        except Exception as error:  # an address or a header no mail can bear: another try would end the same way
            logger.exception("Letter %s cannot be handed over", letter.pk)
            refusals.give_up(letter, f"信件无法交给邮件服务器：{error}")
        else:
            self._taken(letter)
            return True
        self._hang_up()
        return True

    def _taken(self, letter: Letter) -> None:
        sent_at = shown(self.clock())
        refusals.note(letter, state=Letter.State.SENT, sent_at=sent_at, trouble="", about="", **refusals.kept(letter))
        self.accepted[letter.domain] += 1
        self.in_vain.clear()
        if letter.about == About.OFFICE:  # what was refused so is taken now
            troubles.is_over(letter.domain, About.OFFICE, self.clock())

    def _refused(self, letter: Letter, answer: Answer, at: datetime) -> bool:
        self._hang_up()
        if refusals.refused(letter, answer, at):
            self.shut.add(letter.domain)
            self.in_vain |= {letter.domain} if answer.about == About.LATER else set()
        if len(self.in_vain) < DOMAINS_MAKE_ALL:
            return True
        refusals.server_refused([], f"{TAKES_NOTHING}：{answer}", answer.about, at)
        return False

    def _all_refused(self, letter: Letter, answer: Answer, at: datetime) -> bool:
        self._hang_up()
        refusals.server_refused([letter], f"{TAKES_NOTHING}：{answer}", _of_us(answer), at)
        return False

    def _leave(self, letters: list[Letter]) -> None:
        """Claimed and not tried: they wait as before."""
        for letter in letters:
            mine = Letter.objects.filter(pk=letter.pk, claim=letter.claim, state=Letter.State.CLAIMED)
            mine.update(state=Letter.State.WAITING, due_at=self.clock())

    def _hang_up(self) -> None:
        _close(self.connection)
        self.over_this_line = 0


def send(letters: list[Letter], clock: Callable[[], datetime]) -> None:
    """Send claimed letters. Nothing is raised for a letter that does not get through: its row says when it is tried
    again, or that it failed. A server that is away is asked once, a domain that asks to wait not again."""
    Round(letters, clock).run()


def _begin_attempt(letter: Letter, at: datetime) -> None:
    letter.attempts += 1
    letter.tried_since = letter.tried_since or at


def _of_us(answer: Answer) -> About:
    """Said before any address was named, it speaks of us or of the moment, never of a mailbox."""
    return answer.about if answer.about in (About.LATER, About.OFFICE) else About.OFFICE


def message_of(letter: Letter) -> EmailMultiAlternatives:
    """The letter in two parts. Every attempt carries the same Message-ID; a repeat of which the first may have arrived
    says so in a header."""
    facts = {"site_url": settings.SITE_URL, "subject": letter.subject, **letter.facts}
    facts["to_ask"] = letter.to_ask
    facts["url"] = settings.SITE_URL + letter.facts.get("path", "/")
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated"}
    if letter.doubtful:
        headers["X-Possible-Repeat"] = "yes"
    # A plain string again: the part without HTML escapes nothing, so a page that shows it must.
    text = without_control(render_to_string(f"emails/{letter.stem}.txt", facts)).strip() + "\n"
    subject = " ".join(without_control(letter.subject).split())
    if letter.facts.get("practice"):
        text = render_to_string("emails/_practice.txt") + "\n" + text
        subject = f"【演练】〔软统直报〕{subject.removeprefix('【演练】')}"
    else:
        subject = f"〔软统直报〕{subject}"
    message = EmailMultiAlternatives(subject, text, sender(), [letter.to], headers=headers)
    message.attach_alternative(without_control(render_to_string(f"emails/{letter.stem}.html", facts)), "text/html")
    return message


def sender() -> str:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((name or render_to_string("emails/_sender.txt").strip(), address), charset="utf-8")


def _close(connection) -> None:
    """A server that hangs up first is no trouble; the next letter opens another connection."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        connection.connection = None
