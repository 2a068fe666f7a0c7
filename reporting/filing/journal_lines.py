"""A filing's journal as a reviewer reads it: a run of saves by one person of one table is one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.models import JournalEntry

SAVED, CLOCK = "保存", "G:i"


@dataclass(frozen=True)
class RunOfEntries:
    """One line: an entry, or a run of saves."""

    at: datetime  # of a run its last
    by_name: str
    action: str
    why: str


def folded(entries: Iterable[JournalEntry]) -> Iterator[RunOfEntries]:
    """The newest first, as the entries come."""
    for _, run in groupby(entries, key=run_of):
        yield line_of(list(run))


def run_of(entry: JournalEntry) -> tuple:
    """What entries of one line share; only saves have company."""
    if not entry.action.startswith(SAVED):
        return (entry.pk,)
    return entry.by_id, entry.by_name, entry.action, entry.why, localtime(entry.at).date()


def line_of(run: list[JournalEntry]) -> RunOfEntries:
    last, first = run[0], run[-1]
    since, until = (date_format(localtime(entry.at), CLOCK) for entry in (first, last))
    times = since if since == until else f"{since}—{until}"
    action = f"{last.action} {len(run)} 次，{times}" if len(run) > 1 else last.action
    return RunOfEntries(last.at, last.by_name, action, last.why)
