"""Letters that came back: what becomes of the letter and of its address."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.clock import shown
from accounts.models import Letter
from accounts.post import dead_addresses, refusals
from accounts.post.answers import About, wants_slower
from accounts.post.returned import DELAYED, Bounce, read

LATELY = timedelta(days=7)
RETURN_PAUSES = timedelta(hours=4), timedelta(hours=12), timedelta(days=1)  # before a returned letter goes again


def receive(source: bytes, at: datetime) -> str:
    """Note what a returned letter says; answers in one line what was done. `at` by the machine's clock."""
    bounce = read(source)
    if isinstance(bounce, str):
        return f"不是退信通知，未处理：{bounce}。"
    letter = sent_under(bounce.message_ids, shown(at))
    named = letter is not None
    letter = letter or only_letter_to(bounce.recipient, shown(at))
    if letter is None:
        return f"找不到退信对应的信件（{bounce.recipient or '没有收件地址'}），未处理。"
    if bounce.action == DELAYED:
        Letter.objects.filter(pk=letter.pk).exclude(state=Letter.State.FAILED).update(
            trouble=f"对方服务器暂缓收信：{bounce.words}"[:300]
        )
        return f"{letter.to} 暂缓收信，已记在信件上：{bounce.words}。"
    if not named:
        return _is_said_to_have_come_back(letter, bounce, at)
    if bounce.about == About.MAILBOX:
        return _came_back_for_good(letter, bounce, at)
    return _came_back(letter, bounce, at)


@transaction.atomic
def _came_back_for_good(letter: Letter, bounce: Bounce, at: datetime) -> str:
    reason = f"退信：{bounce.words}"
    _take_back(letter, state=Letter.State.FAILED, trouble=reason[:300], about=bounce.about)
    dead_addresses.notice(letter, reason, shown(at))
    return f"{letter.to} 的信件被退回，已列入失效邮箱：{bounce.words}。"


def _came_back(letter: Letter, bounce: Bounce, at: datetime) -> str:
    """For a reason that may pass: it waits again, for longer each time; what nobody needs any more, or has come back
    too often, has failed."""
    slower = refusals.slow_domain(letter.domain, bounce.about, bounce.words, at, wants_slower(bounce.words))
    known = {"trouble": f"退信：{bounce.words}"[:300], "about": bounce.about}
    if bounce.about == About.FULL:
        known["full_since"] = letter.full_since or letter.claimed_at or at
    with transaction.atomic():
        again = _may_go_again(letter, at)
        if again:
            pause = RETURN_PAUSES[letter.returns]
            waits = {"state": Letter.State.WAITING, "due_at": at + pause, "sent_at": None}
            again = _take_back(letter, **known, **waits, returns=letter.returns + 1)
        if not again:
            _take_back(letter, **known, state=Letter.State.FAILED)
        full = bounce.about == About.FULL and refusals.notice_when_full_for_days(letter, known["trouble"], at)
    done = "邮箱满了或连不上已有多日，已列入失效邮箱" if full else "原因不在邮箱，只记在信件上"
    done += "，稍后再发" if again else ""
    return f"{letter.to} 的信件被退回，{done}{'，发往这个域名的信放慢' if slower else ''}：{bounce.words}。"


def _may_go_again(letter: Letter, at: datetime) -> bool:
    if letter.unwanted or letter.secret or letter.returns >= len(RETURN_PAUSES):
        return False
    return at - (letter.tried_since or at) < settings.LETTER_DAYS


def _take_back(letter: Letter, **outcome) -> int:
    """Unless it was taken back already; of a worker that has not noted yet that it was sent the claim is taken away."""
    given_over = Letter.objects.filter(pk=letter.pk, state__in=[Letter.State.SENT, Letter.State.HANDED])
    if outcome["state"] == Letter.State.WAITING:
        given_over = given_over.filter(unwanted=False)
    else:
        outcome |= refusals.kept(letter)
    return given_over.update(claim="", **outcome)


@transaction.atomic
def _is_said_to_have_come_back(letter: Letter, bounce: Bounce, at: datetime) -> str:
    """Without the letter's own number anybody could have written it who knows the address: somebody is to ask, and
    letters go on until then."""
    said = f"据称退信：{bounce.words}"
    Letter.objects.filter(pk=letter.pk, state=Letter.State.SENT).update(trouble=said[:300])
    if bounce.about != About.MAILBOX:
        return f"{letter.to} 的信件据称被退回，但原因不在邮箱，只记在信件上：{bounce.words}。"
    dead_addresses.notice(letter, said, shown(at), hearsay=True)
    return f"{letter.to} 的信件据称被退回，没有附上原信，已请区县核实：{bounce.words}。"


def sent_under(message_ids: tuple[str, ...], at: datetime) -> Letter | None:
    """The letter sent in the last days under one of these numbers, or just now in a worker's hands."""
    lately = Q(sent_at__gt=at - LATELY) | Q(state=Letter.State.HANDED)
    return Letter.objects.filter(lately, message_id__in=message_ids).order_by("-pk").first()


def only_letter_to(address: str, at: datetime) -> Letter | None:
    """The only letter sent to the address in the last days; among several nobody knows which is meant."""
    lately = Letter.objects.filter(to__iexact=address, sent_at__gt=at - LATELY).order_by("-sent_at")[:2]
    return lately[0] if len(lately) == 1 else None
