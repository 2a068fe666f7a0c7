"""What receiving domains, or the mail server, complain of: noted once for each and class while it lasts. What the
office must see to is told to the system administrators on the page and by a letter (`emails.plan_mail_refused`)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import MailTrouble
from accounts.post.answers import About

FADES_AFTER = timedelta(days=1)  # a trouble nobody met for so long has passed; what comes back sooner is the same


@transaction.atomic
def note(domain: str, about: About, words: str, at: datetime) -> None:
    """Somebody there complained. `at` by the machine's clock."""
    met = MailTrouble.objects.filter(domain=domain, about=about)
    now = {"words": words[:300], "last_at": at, "over_at": None}
    if not met.filter(last_at__gt=at - FADES_AFTER).update(times=F("times") + 1, **now):
        anew = {"since": at, "times": 1, "told_at": None, **now}
        MailTrouble.objects.update_or_create(domain=domain, about=about, defaults=anew)


def is_over(domain: str, about: About, at: datetime) -> None:
    MailTrouble.objects.filter(domain=domain, about=about, over_at=None).update(over_at=at)


def server_answers(at: datetime) -> None:
    """A letter was taken: whatever the mail server said to all before, it says no more."""
    MailTrouble.objects.filter(domain="", over_at=None).update(over_at=at)


def lasting(at: datetime) -> QuerySet[MailTrouble]:
    return MailTrouble.objects.filter(over_at=None, last_at__gt=at - FADES_AFTER)
