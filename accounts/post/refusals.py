"""What becomes of a letter that was not taken, and of the domain it goes to: by what the answer speaks of.

mailbox  the letter has failed and its address is a task
full     tried again for days; when it lasts the address is a task
later    tried again; the whole domain goes slower when that is what was asked for
office   tried again, the whole domain slower, and the system administrator is told

Whatever is tried again has failed when it was tried for settings.LETTER_DAYS, or when nobody could use it any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.clock import shown
from accounts.models import Letter
from accounts.post import pacing, troubles
from accounts.post.answers import About, about, wants_slower
from accounts.post.dead_addresses import full_for_days, notice
from text.incoming import without_control

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
FULL_PAUSE = timedelta(hours=2)  # nobody empties a mailbox within minutes
# How long a whole domain, or the mail server, is left alone: the first time, and at most.
THROTTLED = timedelta(minutes=1), timedelta(hours=1)
REFUSED = timedelta(minutes=5), timedelta(hours=4)
AWAY = timedelta(minutes=1), timedelta(minutes=30)
CLOSING = 421  # RFC 5321: the line is closed; 163 says so when it is asked too often, of itself alone


@dataclass(frozen=True)
class Answer:
    """A server's answer to one letter."""

    code: int
    words: str

    @classmethod
    def of(cls, code: int, said: bytes | str) -> Answer:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return cls(code, " ".join(without_control(text).split()))

    @property
    def about(self) -> About:
        """A 4xx never speaks for good of a mailbox: the server itself may not know yet."""
        speaks_of = about(self.words, self.code)
        return About.LATER if self.code < 500 and speaks_of == About.MAILBOX else speaks_of

    @property
    def wants_less(self) -> bool:
        return self.code == CLOSING or wants_slower(self.words)

    def __str__(self) -> str:
        return f"{self.code} {self.words}"


def refused(letter: Letter, answer: Answer, at: datetime) -> bool:
    """A server would not take this letter. True when all letters to its domain are to wait."""
    speaks_of = answer.about
    slower = slow_domain(letter.domain, speaks_of, str(answer), at, answer.wants_less)
    with transaction.atomic():  # a failure never without its task
        if speaks_of == About.MAILBOX:
            give_up(letter, str(answer), speaks_of)
            notice(letter, f"邮件服务器拒收：{answer}", shown(at))
            return False
        if speaks_of == About.FULL:
            letter.full_since = letter.full_since or at
            try_again(letter, at, str(answer), speaks_of, pause=max(FULL_PAUSE, pause_after(letter.attempts)))
            notice_when_full_for_days(letter, f"邮件服务器拒收：{answer}", at)
            return False
        # The domain's own pause is what a throttled letter waits for, not a pause that grows with each of its attempts.
        try_again(letter, at, str(answer), speaks_of, FIRST_PAUSE if answer.wants_less else None)
    return slower


def slow_domain(domain: str, speaks_of: About, words: str, at: datetime, wants_less: bool) -> bool:
    """Whether the answer concerns everything that goes to the domain; it then goes slower."""
    throttled = speaks_of == About.LATER and wants_less
    if not throttled and speaks_of != About.OFFICE:
        return False
    if pacing.pause(domain, words, at, *(THROTTLED if throttled else REFUSED)):
        pacing.halve(domain)
    troubles.note(domain, speaks_of, words, at)
    return True


def server_refused(letters: list[Letter], words: str, speaks_of: About, at: datetime) -> None:
    """The mail server itself is away, or takes nothing of ours now: all of these wait."""
    if pacing.pause(pacing.SERVER, words, at, *AWAY) and wants_slower(words):
        pacing.halve(pacing.SERVER)
    troubles.note(pacing.SERVER, speaks_of, words, at)
    for letter in letters:
        try_again(letter, at, words, speaks_of, FIRST_PAUSE)  # what they wait for is the server's own pause


def try_again(letter: Letter, at: datetime, trouble: str, speaks_of: str = "", pause: timedelta | None = None) -> None:
    due_at = at + (pause or pause_after(letter.attempts))
    if has_run_out(letter, due_at):
        give_up(letter, f"信里的链接已到期，没有送达，最后一次：{trouble}", speaks_of)
    elif at - (letter.tried_since or at) >= settings.LETTER_DAYS:
        days = settings.LETTER_DAYS.days
        give_up(letter, f"试了 {days} 天、{letter.attempts} 次没有送达，最后一次：{trouble}", speaks_of)
    else:
        note(letter, state=Letter.State.WAITING, due_at=due_at, trouble=trouble[:300], about=speaks_of)


def has_run_out(letter: Letter, at: datetime) -> bool:
    """Whether nobody could use it any more."""
    return letter.good_until is not None and shown(at) >= letter.good_until


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many vain attempts: twice as long each time."""
    return min(FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 20), LONGEST_PAUSE)


def give_up(letter: Letter, trouble: str, speaks_of: str = "") -> None:
    note(letter, state=Letter.State.FAILED, trouble=trouble[:300], about=speaks_of, **kept(letter))


def notice_when_full_for_days(letter: Letter, reason: str, at: datetime) -> bool:
    if not full_for_days(letter.to, at):
        return False
    notice(letter, f"满了 {settings.MAILBOX_FULL_DAYS.days} 天以上。{reason}", shown(at))
    return True


def note(letter: Letter, **outcome) -> None:
    """How an attempt ended, unless the row is no longer this worker's. A letter withdrawn meanwhile is not put back;
    that it was sent stays a fact."""
    mine = Letter.objects.filter(pk=letter.pk, claim=letter.claim)
    if outcome["state"] != Letter.State.SENT:
        mine = mine.exclude(state=Letter.State.WITHDRAWN)
    kept_up = {name: getattr(letter, name) for name in ("attempts", "doubtful", "tried_since", "full_since")}
    mine.update(**kept_up, **outcome)


def kept(letter: Letter) -> dict:
    """A link that opens an account is not kept longer than it is needed."""
    return {"facts": {}} if letter.secret else {}
