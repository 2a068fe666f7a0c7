"""What the letters say that open firms' accounts: what each has to report, and by when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from accounts import emails, first_accounts
from accounts.models import Enterprise, Letter
from reporting.dates.arrangements import in_words
from reporting.models import Filing, Period

HIDDEN_LINK = "（每家企业自己的链接）"


def told_to_the_firm(enterprise: Enterprise) -> str:
    return told_to_firms([enterprise])[enterprise.pk]


def told_to_firms(enterprises: Sequence[Enterprise]) -> dict[int, str]:
    """By what each firm really owes, each period with the firm's own date: nothing is said where nothing is."""
    owed = Filing.objects.filter(enterprise__in=enterprises, period__state=Period.OPEN).outstanding()
    waiting = defaultdict(list)
    known = owed.select_related("period").prefetch_related("period__deadlines")
    for filing in known.order_by("-period__opens_on", "-period_id"):
        waiting[filing.enterprise_id].append(f"{filing.period.label}（{in_words(filing.due_on)}截止）")
    return {
        firm.pk: f"起报日期 {firm.joined_on:%Y-%m-%d}。"
        + (f"须报：{'、'.join(waiting[firm.pk])}。" if firm.pk in waiting else "")
        for firm in enterprises
    }


def sample(firm: Enterprise, at: datetime, told: str = "", waits: str = "") -> Letter:
    """The letter as this firm will read it, but for the link, which is nobody's but the firm's."""
    account = first_accounts.account_of(firm, firm.email)
    return emails.activation_letter(account, at, told or told_to_the_firm(firm), HIDDEN_LINK, waits=waits)
