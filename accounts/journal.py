"""The one way to write the journal."""

from __future__ import annotations

import datetime
from typing import Any, Required, TypedDict, Unpack

from accounts.models import District, Enterprise, JournalEntry, User


class JournalWords(TypedDict, total=False):
    """What became of it, and why."""

    before: Any
    after: Any
    why: str


class More(JournalWords, total=False):
    """What a line may say beside who, when, what and whose."""

    subject: str


class JournalLine(More, total=False):
    by: Required[User | None]
    at: Required[datetime.datetime]
    action: Required[str]
    enterprise: Enterprise | None
    district: District | None
    period: str


def record(**line: Unpack[JournalLine]) -> JournalEntry:
    """Add one line; see `compose` for what it says."""
    entry = compose(**line)
    entry.save()
    return entry


def record_all(entries: list[JournalEntry]) -> None:
    """Add many composed lines at once, for a change across thousands of rows."""
    JournalEntry.objects.bulk_create(entries, batch_size=1000)


def compose(
    *,
    by: User | None,
    at: datetime.datetime,
    action: str,
    subject: str = "",
    enterprise: Enterprise | None = None,
    district: District | None = None,
    period: str = "",
    before: Any = None,
    after: Any = None,
    why: str = "",
) -> JournalEntry:
    """`action` is the verb of the screen in Chinese (确定上报), because people read and filter by it.
    Without a district the line goes under the one the firm belongs to at that time. `by` is None for the machine."""
    if district is None and enterprise is not None:
        district = enterprise.district_on(at.date()) or enterprise.district
    return JournalEntry(
        by=by,
        at=at,
        by_name=by.signed[:160] if by else "系统",
        action=action,
        subject=subject[:200],
        enterprise=enterprise,
        district=district,
        period=period,
        before=before,
        after=after,
        why=why,
    )


def changes(before: dict, after: dict) -> tuple[dict, dict]:
    """Only what differs, both ways, so a line of the journal shows the change and not the whole row."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}
