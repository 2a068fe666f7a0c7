"""Whether letters leave, and the words for whoever has just caused one: nobody is told that a letter went out while it
lies here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q

from accounts import pulse
from accounts.clock import shown
from accounts.models import Letter
from accounts.outbox import UNREACHABLE

SOON = timedelta(minutes=5)  # a letter somebody waits for and nobody has tried to send by then is held up


@dataclass(frozen=True)
class MailState:
    silent: list[str]  # parts of accounts.pulse
    waiting: int
    since: datetime | None
    held_up: int  # letters that nobody tried to send in time
    trouble: str  # what the mail server, or the way to it, answers at present

    @property
    def flows(self) -> bool:
        return not (self.silent or self.held_up or self.trouble)

    @property
    def why_not(self) -> str:
        if self.silent:
            return "、".join(pulse.NAMES[part] for part in self.silent) + "没有应答"
        if self.trouble:
            return "邮件服务器连不上"
        return f"有 {self.held_up} 封信过了 {SOON.seconds // 60} 分钟还没有发" if self.held_up else ""


def look(at: datetime) -> MailState:
    unsent = Letter.objects.filter(state__in=Letter.UNSENT)
    counted = unsent.aggregate(
        waiting=Count("pk"),
        since=Min("written_at"),
        held_up=Count("pk", filter=Q(attempts=0, bulk=False, due_at__lt=at - SOON)),
    )
    last_sent = Letter.objects.aggregate(at=Max("sent_at"))["at"]
    unreached = unsent.filter(trouble__startswith=UNREACHABLE).order_by("-claimed_at").first()
    at_present = unreached and (last_sent is None or shown(unreached.claimed_at) > last_sent)
    return MailState(silent=pulse.silent(), trouble=unreached.trouble if at_present else "", **counted)


def on_its_way(at: datetime) -> str:
    """The end of what a page says about the letter it has just written."""
    state = look(at)
    if state.flows:
        return "已排队，几分钟内发出"
    return f"已写好，但现在发不出去（{state.why_not}），恢复后自动发出，不必重发"
