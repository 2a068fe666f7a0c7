"""Addresses that take no mail: noticed when a server refuses one or a letter comes back, settled by the district."""

from __future__ import annotations

from datetime import datetime

from accounts.models import DeadAddress, Letter


def notice(letter: Letter, reason: str, at: datetime) -> DeadAddress:
    """A task for the district of the letter's firm; one address is one task however many letters come back."""
    task, _ = DeadAddress.objects.get_or_create(
        address=letter.to,
        settled_at=None,
        defaults={
            "enterprise": letter.enterprise,
            "district": letter.district,
            "reason": reason[:300],
            "noticed_at": at,
        },
    )
    return task
