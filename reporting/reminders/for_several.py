"""Who stands in for firms and asked for it is reminded of them together: at each reminder time one letter, which lists
those that still owe. The firms' own letters go as ever."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Grant, Letter, User
from accounts.post import dead_addresses
from accounts.post.letters import compose, key_to, known_keys, post
from reporting.dates.arrangements import in_words
from reporting.letters.reminding import around_filing
from reporting.letters.schedule import ReminderTime
from reporting.models import Filing, Period

HOLDS_FOR = timedelta(days=1)  # what the list says is of its day


def remind(owing: QuerySet[Filing], period: Period, due: date, reminder_time: ReminderTime, at: datetime) -> int:
    """`owing`: what is still to be sent for the period until that day."""
    wanted = Grant.objects.in_force().filter(reminded=True).exclude(person__email="")
    firms_of: dict[User, list[str]] = {}
    grants = list(
        wanted.select_related("person__enterprise", "enterprise").order_by("person", "enterprise__credit_code")
    )
    if not grants:
        return 0
    owe = set(
        owing.filter(enterprise__in=[grant.enterprise_id for grant in grants]).values_list("enterprise", flat=True)
    )
    for grant in grants:
        if grant.person and grant.enterprise_id in owe:
            firms_of.setdefault(grant.person, []).append(grant.enterprise.name)
    before, behind = around_filing(reminder_time.name, period, due)
    keys = {person: f"several:{before}{person.pk}{behind}" for person in firms_of}
    written = known_keys(key_to(key, person.email) for person, key in keys.items()) | dead_addresses.known()
    letters = [
        _letter(person, firms, keys[person], period, due, at)
        for person, firms in firms_of.items()
        if not {key_to(keys[person], person.email), person.email.lower()} & written
    ]
    return post(letters)


def _letter(person: User, firms: list[str], key: str, period: Period, due: date, at: datetime) -> Letter:
    day = in_words(due)
    state = "还没有上报" if due >= at.date() else "已过截止日，还没有上报"
    facts = {
        "name": str(person),
        "period": period.label,
        "firms": firms,
        "due": f"{day} 23:59:59",
        "state": state,
        "path": reverse("my_firms"),
    }
    firm = person.enterprise
    return compose(
        "reminder/several",
        f"{period.label}统计报表：您代填的 {len(firms)} 家企业{state}，{day}截止",
        facts,
        person.email,
        key=key,
        at=at,
        period=period.pk,
        enterprise=firm,
        district=firm.district if firm else None,
        bulk=True,
        good_until=at + HOLDS_FOR,
    )
