"""All that somebody who files for several firms has to do: their own firm's filings and those of firms they stand in
for, by their dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from accounts.models import Enterprise, Grant, User
from accounts.standing_in import within_firm
from reporting.models import Filing, ThreadSeen
from reporting.models.standing import FIRM, next_by


@dataclass(frozen=True)
class WorkedFor:
    """A firm somebody files for, and where its first page is."""

    enterprise: Enterprise
    is_own: bool = False

    @property
    def root(self) -> str:
        """What stands before its pages' plain addresses."""
        return "" if self.is_own else within_firm(self.enterprise.pk, "")

    @property
    def path(self) -> str:
        return f"{self.root}/"


def firms_of(user: User) -> list[WorkedFor]:
    """The own firm first, then those that granted it."""
    if user.enterprise is None:
        return []
    granted = Grant.objects.in_force().filter(person=user).select_related("enterprise")
    others = sorted((grant.enterprise for grant in granted), key=lambda firm: firm.name)
    own = WorkedFor(user.enterprise, is_own=True)
    return [own, *(WorkedFor(firm) for firm in others)]


def unread_of(user: User) -> dict[int, int]:
    """How many messages are unread, by the firm they are about."""
    marks = ThreadSeen.objects.filter(user=user, unread__gt=0).order_by().values("filing__enterprise")
    return dict(marks.annotate(number=Sum("unread")).values_list("filing__enterprise", "number"))


def owed_by(firms: list[WorkedFor], today: date) -> list[Filing]:
    """What is still these firms' to do, the first date first."""
    pks = [each.enterprise.pk for each in firms]
    filings = Filing.objects.filter(next_by(FIRM), enterprise__in=pks, period__opens_on__lte=today).not_withdrawn()
    filings = filings.select_related("enterprise", "district", "period", "in_force", "approved")
    found = filings.prefetch_related("period__deadlines", "sheets")
    return sorted(found, key=lambda filing: (filing.due_on, filing.enterprise.name, filing.period.parsed))
