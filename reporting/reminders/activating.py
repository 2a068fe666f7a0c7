"""Reminding those who cannot open a form yet: in the place of the reminder goes the activation of their account, which
says what waits and by when. No letter asks anybody to open a form before they can."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts import first_accounts
from accounts.first_accounts import NOT_WITHIN, LetterAddresses, MassLetter, WhyNot
from accounts.models import Enterprise, User
from reporting.models import Filing, Period
from reporting.models.in_force import asked_once
from reporting.register.first_letters import told_to_firms

A_MOMENT = timedelta(microseconds=1)


def without_account(filings: QuerySet[Filing]) -> QuerySet[Enterprise]:
    """Of the firms of these filings those of whose people nobody can sign in yet."""
    people = User.objects.filter(enterprise=OuterRef("pk"), is_active=True).activated()
    return Enterprise.objects.filter(~Exists(people), pk__in=filings.order_by().values("enterprise"))


def why_not(filings: QuerySet[Filing], not_since: datetime, at: datetime) -> dict[int, WhyNot | None]:
    """By firm without an account, why no activation goes to it; nothing where one does. In three queries."""
    firms: QuerySet[Any] = first_accounts.with_account(without_account(filings), at)
    addresses = LetterAddresses()
    return {firm.pk: addresses.for_letter(firm, not_since)[1] for firm in firms.only("email").order_by("pk")}


def write(
    filings: QuerySet[Filing], period: Period, since: datetime, at: datetime, by: User | None = None, words: str = ""
) -> int:
    """To the firms of these filings that have had no activation `since` and none within the hour. Returns how many
    letters were written; again, it writes none."""
    not_since = min(since - A_MOMENT, at - NOT_WITHIN)
    firms = [firm for firm, why in why_not(filings, not_since, at).items() if why is None]
    if not firms:
        return 0

    def told(those: Sequence[Enterprise]) -> dict[int, str]:
        return {firm: f"{owed}{words}" for firm, owed in told_to_firms(those).items()}

    # A filing may have stayed with a district whose firm has moved on: that district urges it all the same.
    firms_here = Enterprise.objects.filter(merged_into=None)
    with asked_once():
        mass = MassLetter(by, at, not_since, told, waits=what_waits(period), period=period.pk, among=firms_here)
        return first_accounts.write_to_many(firms, mass).letters


def what_waits(period: Period) -> str:
    """As the subject of an activation says it."""
    return f"{period.label}统计报表待报"
