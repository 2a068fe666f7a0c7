"""What came in and what was decided before a date moved, reckoned anew by the date that holds now.

Everybody is judged by the same date: who sent within the new one is in time, whatever it was when he sent. Nobody
becomes late by it: who was in time stays so, with the date that held then.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from reporting.dates.deadlines import is_past
from reporting.filing.punctuality import last_day_for
from reporting.models import Deadline, Filing, Period, Review, Submission
from reporting.models.period import own_due

CHUNK = 500
Marks = tuple[date | bool | None, ...]  # until when it was due, whether it was in time, whether within an extension
Reckoned = tuple[int, Marks, Marks]  # of the row with this key: what is stored and what is to be


def reckon_anew(period: Period) -> dict[str, str]:
    """Store with every submission and decision of an open period whether it is in time by the dates of now; returns in
    words, for the journal, how many that changed. The filings are locked first: who is submitting at this moment has
    either stored by the old date what is read here, or waits and will read the new one."""
    list(Filing.objects.filter(period=period).order_by("pk").select_for_update().values_list("pk"))
    dates = dict(Deadline.objects.filter(period=period).values_list("level", "date"))
    sent = _write(Submission, _submissions(period, dates), ("due_on", "on_time", "extended"))
    late = Submission.objects.filter(filing=OuterRef("pk"), on_time=False, recalled_at=None)
    Filing.objects.filter(period=period, late=True).exclude(Exists(late)).update(late=False)
    decided = _write(Review, _decisions(period, dates), ("due_on", "on_time"))
    counts = {"迟报改为按时的上报件": sent, "逾期改为按时的区县审核": decided}
    return {words: f"{count} 份" for words, count in counts.items() if count}


def _write(model: type[Submission] | type[Review], changes: Iterator[Reckoned], fields: tuple[str, ...]) -> int:
    """Write what differs, in few statements; returns how many were late and are in time."""
    rows: defaultdict[Marks, list[int]] = defaultdict(list)
    in_time = 0
    for pk, before, after in changes:
        if before != after:
            rows[after].append(pk)
            in_time += bool(after[1] and not before[1])
    for after, keys in rows.items():
        for start in range(0, len(keys), CHUNK):
            chosen = model.objects.filter(pk__in=keys[start : start + CHUNK])
            marks: dict[str, Any] = dict(zip(fields, after, strict=True))
            chosen.reckon_anew(**marks)
    return in_time


def _submissions(period: Period, dates: dict[str, date]) -> Iterator[Reckoned]:
    """As workflow.submit judges: a correction is as the first in time was that still stands."""
    due_to_firms = dates[Deadline.ENTERPRISE]
    first: dict[int, bool] = {}  # by filing: whether the first in time was within an extension
    rows = Submission.objects.filter(filing__period=period).order_by("filing", "number")
    fields = ("pk", "filing", "filing__extended_to", "submitted_at", "recalled_at", "due_on", "on_time", "extended")
    for pk, filing, extended_to, at, recalled_at, *before in rows.values_list(*fields):
        due_on = own_due(due_to_firms, extended_to)
        if not is_past(due_on, at):
            after = (due_on, True, first.get(filing, is_past(due_to_firms, at)))
        elif filing in first:
            after = (before[0], True, first[filing])
        else:
            after = tuple(before) if before[1] else (due_on, False, False)
        if after[1] and recalled_at is None:
            first.setdefault(filing, bool(after[2]))
        yield pk, tuple(before), after


def _decisions(period: Period, dates: dict[str, date]) -> Iterator[Reckoned]:
    """Those that had a date, each by when the submission had come, or come back with an answer."""
    reviews = Review.objects.filter(submission__filing__period=period).order_by("at", "pk")
    came: dict[int, datetime] = {}
    fields = ("pk", "submission", "submission__submitted_at", "decision", "at", "due_on", "on_time")
    for pk, submission, sent_at, decision, at, *before in reviews.values_list(*fields):
        if decision == Review.Decision.ANSWER:
            came[submission] = at
        if before[0] is None:
            continue
        due_on = last_day_for(came.get(submission, sent_at), dates[Deadline.ENTERPRISE], dates[Deadline.DISTRICT])
        in_time = not is_past(due_on, at)
        after = tuple(before) if before[1] and not in_time else (due_on, in_time)
        yield pk, tuple(before), after
