"""How letters stand, by receiving domain: what waits, was sent today, failed; who goes slower, and the words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils.timezone import localtime

from accounts.clock import of_machine, shown
from accounts.models import DeadAddress, Letter, ReceivingDomain
from accounts.models.letters import domain_of
from accounts.post import troubles
from accounts.post.answers import About

A_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Complaint:
    """A trouble as a page shows it, by the office's clock."""

    domain: str
    is_ours: bool
    words: str
    times: int
    since: datetime
    last_at: datetime


@dataclass
class DomainState:
    name: str
    waiting: int = 0
    sent_today: int = 0
    failed: int = 0  # in the last days
    again: int = 0  # that may go at once when the trouble is mended
    dead: int = 0
    complaints: list[Complaint] = field(default_factory=list)
    pace: int = 0  # letters a minute at present; 0 when nobody complained
    paused_until: datetime | None = None

    @property
    def needs_a_look(self) -> bool:
        return bool(self.waiting or self.failed or self.dead or self.complaints)


def complaints(at: datetime) -> list[Complaint]:
    return [
        Complaint(
            domain=trouble.domain,
            is_ours=trouble.about == About.OFFICE,
            words=trouble.words,
            times=trouble.times,
            since=shown(trouble.since),
            last_at=shown(trouble.last_at),
        )
        for trouble in troubles.lasting(of_machine(at))
    ]


def by_domain(at: datetime) -> list[DomainState]:
    """The domains that want looking at, and those to which letters went today; the worst come first."""
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = _counted(Letter.objects.filter(state__in=Letter.UNSENT))
    sent = _counted(Letter.objects.filter(state=Letter.State.SENT, sent_at__gte=midnight))
    failed, again = _counted(failed_in_a_month(at)), _counted(may_go_again(at))
    still_open = DeadAddress.objects.filter(settled_at=None).order_by().values_list("address", flat=True)
    dead = Counter(domain_of(address) for address in still_open)
    said = [complaint for complaint in complaints(at) if complaint.domain]
    names = {*waiting, *sent, *failed, *dead, *(complaint.domain for complaint in said)}
    counts = {"waiting": waiting, "sent_today": sent, "failed": failed, "again": again, "dead": dead}
    found = {name: DomainState(name, **{what: each.get(name, 0) for what, each in counts.items()}) for name in names}
    for complaint in said:
        found[complaint.domain].complaints.append(complaint)
    real = of_machine(at)
    for row in ReceivingDomain.objects.filter(name__in=[complaint.domain for complaint in said]):
        found[row.name].pace = row.pace if row.slowness else 0
        found[row.name].paused_until = shown(row.paused_until) if row.paused(real) else None
    return sorted(found.values(), key=lambda state: (not state.complaints, -state.waiting, -state.failed, state.name))


def failed_in_a_month(at: datetime) -> QuerySet[Letter]:
    return Letter.objects.filter(state=Letter.State.FAILED, written_at__gt=at - A_MONTH)


def may_go_again(at: datetime) -> QuerySet[Letter]:
    """Of the failed those whose mailbox is there, and whose words are still known; and what waits for hours because the
    office was refused."""
    failed = failed_in_a_month(at).exclude(about=About.MAILBOX).exclude(secret=True)
    return failed | Letter.objects.filter(state=Letter.State.WAITING, about=About.OFFICE)


def _counted(letters: QuerySet[Letter]) -> dict[str, int]:
    return dict(letters.order_by().values_list("domain").annotate(number=Count("pk")))
