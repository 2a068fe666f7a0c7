"""Letters that came back: what becomes of the letter and of its address."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts import dead_addresses
from accounts.models import Letter
from accounts.returned import DELAYED, Bounce, read

LATELY = timedelta(days=7)


def receive(source: bytes, at: datetime) -> str:
    """Note what a returned letter says; answers in one line what was done."""
    bounce = read(source)
    if isinstance(bounce, str):
        return f"不是退信通知，未处理：{bounce}。"
    letter = sent_under(bounce.message_ids, at)
    named = letter is not None
    letter = letter or only_letter_to(bounce.recipient, at)
    if letter is None:
        return f"找不到退信对应的信件（{bounce.recipient or '没有收件地址'}），未处理。"
    if bounce.action == DELAYED:
        Letter.objects.filter(pk=letter.pk).exclude(state=Letter.State.FAILED).update(
            trouble=f"对方服务器暂缓收信：{bounce.words}"[:300]
        )
        return f"{letter.to} 暂缓收信，已记在信件上：{bounce.words}。"
    return _came_back(letter, bounce, at) if named else _is_said_to_have_come_back(letter, bounce, at)


@transaction.atomic
def _came_back(letter: Letter, bounce: Bounce, at: datetime) -> str:
    reason = f"退信：{bounce.words}"
    given_over = Letter.objects.filter(pk=letter.pk, state__in=[Letter.State.SENT, Letter.State.HANDED])
    given_over.update(state=Letter.State.FAILED, trouble=reason[:300])
    if dead_addresses.notice(letter, reason, at) is None:
        return f"{letter.to} 的信件被退回，但原因不在邮箱，只记在信件上：{bounce.words}。"
    return f"{letter.to} 的信件被退回，已列入失效邮箱：{bounce.words}。"


@transaction.atomic
def _is_said_to_have_come_back(letter: Letter, bounce: Bounce, at: datetime) -> str:
    """Without the letter's own number anybody could have written it who knows the address: somebody is to ask, and
    letters go on until then."""
    Letter.objects.filter(pk=letter.pk, state=Letter.State.SENT).update(trouble=f"据称退信：{bounce.words}"[:300])
    if dead_addresses.notice(letter, f"据称退信：{bounce.words}", at, hearsay=True) is None:
        return f"{letter.to} 的信件据称被退回，但原因不在邮箱，只记在信件上：{bounce.words}。"
    return f"{letter.to} 的信件据称被退回，没有附上原信，已请区县核实：{bounce.words}。"


def sent_under(message_ids: tuple[str, ...], at: datetime) -> Letter | None:
    """The letter sent in the last days under one of these numbers, or just now in a worker's hands."""
    lately = Q(sent_at__gt=at - LATELY) | Q(state=Letter.State.HANDED)
    return Letter.objects.filter(lately, message_id__in=message_ids).order_by("-pk").first()


def only_letter_to(address: str, at: datetime) -> Letter | None:
    """The only letter sent to the address in the last days; among several nobody knows which is meant."""
    lately = Letter.objects.filter(to__iexact=address, sent_at__gt=at - LATELY).order_by("-sent_at")[:2]
    return lately[0] if len(lately) == 1 else None
