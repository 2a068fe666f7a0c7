"""Whether letters leave, and the words for whoever has just caused one: nobody is told that a letter went out while it
lies here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from accounts.clock import of_machine
from accounts.models import Installation, Letter
from accounts.models.letters import domain_of
from accounts.post import pulse
from accounts.post import troubles as mail_troubles
from accounts.post.answers import About
from accounts.post.kept_letters import kept_folder
from accounts.post.outbox import UNREACHABLE

SOON = timedelta(minutes=5)  # a letter somebody waits for and nobody has tried to send by then is held up


@dataclass(frozen=True)
class MailState:
    silent: list[str]  # parts of accounts.post.pulse
    waiting: int
    since: datetime | None
    held_up: int  # letters that nobody tried to send in time
    trouble: str  # what the mail server, or the way to it, answers at present
    slow: list[str] = field(default_factory=list)  # domains that take less than we would send
    refusing: list[str] = field(default_factory=list)  # of these, the ones the office must see to
    are_kept: bool = False  # a real city without a mail server: letters lie on the machine and reach nobody

    @property
    def flows(self) -> bool:
        return not (self.silent or self.held_up or self.trouble)

    @property
    def why_not(self) -> str:
        if self.silent:
            return "、".join(pulse.NAMES[part] for part in self.silent) + "没有应答"
        if self.trouble:
            return "邮件服务器连不上" if self.trouble.startswith(UNREACHABLE) else "邮件服务器不收我们的信"
        return f"有 {self.held_up} 封信过了 {SOON.seconds // 60} 分钟还没有发" if self.held_up else ""


def look(at: datetime) -> MailState:
    troubles = list(mail_troubles.lasting(of_machine(at)))
    slow = sorted({trouble.domain for trouble in troubles if trouble.domain})
    unsent = Letter.objects.filter(state__in=Letter.UNSENT)
    too_old = Q(attempts=0, bulk=False, due_at__lt=at - SOON) & ~Q(domain__in=slow)
    counted = unsent.aggregate(waiting=Count("pk"), since=Min("written_at"), held_up=Count("pk", filter=too_old))
    of_server = [trouble.words for trouble in troubles if not trouble.domain and counted["waiting"]]
    return MailState(
        silent=pulse.silent(),
        trouble=of_server[0] if of_server else "",
        slow=slow,
        are_kept=kept_folder() is not None and not Installation.current().is_demo,
        refusing=sorted({each.domain for each in troubles if each.domain and each.about == About.OFFICE}),
        **counted,
    )


def on_its_way(at: datetime, to: str) -> str:
    """The end of what a page says about the letter it has just written to this address."""
    state, domain = look(at), domain_of(to)
    if not state.flows:
        return f"已写好，但现在发不出去（{state.why_not}），恢复后自动发出，不必重发"
    if state.are_kept:
        return "已写好，但没有设邮件服务器：信留在本机，寄不到本人，请系统管理员设好 EMAIL_URL"
    if domain in state.refusing:
        return f"已排队，但 {domain} 近来拒收本系统的信，系统会自动重试，不必重发；急用请电话联系"
    if domain in state.slow:
        return f"已排队，但 {domain} 近来限制收信，可能要晚一些发出，不必重发"
    return "已排队，几分钟内发出"
