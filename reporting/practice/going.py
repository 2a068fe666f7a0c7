"""How the practices there are go, for one person: a firm's own filing, or how many filings stand where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from accounts.models import User
from reporting.models import Filing, Period
from reporting.models.practice import in_practice
from reporting.totals.progress import Progress, progress_of


@dataclass(frozen=True)
class Practice:
    period: Period
    path: str  # where this person begins
    progress: Progress  # of what this person sees
    filing: Filing | None = None  # a firm's own

    @property
    def until(self) -> date:
        return self.period.enterprise_deadline.date


def practices_of(user: User) -> list[Practice]:
    """Those this person takes part in; who reads the city's pages sees them all."""
    with in_practice():
        return list(_practices_of(user))


def _practices_of(user: User):
    for period in Period.objects.prefetch_related("deadlines"):
        filings = Filing.objects.visible_to(user).filter(period=period)
        if user.may.fill:
            own = filings.select_related("enterprise", "district", "period", "in_force", "approved").first()
            if own:
                yield Practice(period, reverse("filing", args=[period.code]), Progress(), own)
        elif user.may.read_city:
            yield Practice(period, f"{reverse('city_submissions')}?period={period.code}", progress_of(filings))
        elif filings.exists():
            yield Practice(period, reverse("district_queue", args=[period.code]), progress_of(filings))
