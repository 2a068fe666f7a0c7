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
    """`action` is the verb of the screen in Chinese (确定上报), because people read and filter by it. Without a
    district the line goes under the one the firm belongs to at that time. `by` is None for the machine. A
    line of practice (演练) is no part of the record, and goes when the practice is wiped."""

    by: Required[User | None]
    at: Required[datetime.datetime]
    action: Required[str]
    enterprise: Enterprise | None
    district: District | None
    period: str
    practice: bool


def record(**line: Unpack[JournalLine]) -> JournalEntry:
    """Add one line."""
    entry = compose(**line)
    entry.save()
    return entry


def record_all(entries: list[JournalEntry]) -> None:
    """Add many composed lines at once, for a change across thousands of rows."""
    JournalEntry.objects.bulk_create(entries, batch_size=1000)


def compose(**line: Unpack[JournalLine]) -> JournalEntry:
    by, enterprise = line["by"], line.get("enterprise")
    if line.get("district") is None and enterprise is not None:
        line["district"] = enterprise.district_on(line["at"].date()) or enterprise.district
    entry = JournalEntry(**line, by_name=by.signed[:300] if by else "系统")
    entry.subject = entry.subject[:200]
    return entry


def changes(before: dict, after: dict) -> tuple[dict, dict]:
    """Only what differs, both ways, so a line of the journal shows the change and not the whole row."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}
