"""What the raw rows say, reckoned without the product: what stands, what counts, when each submission was due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from reporting.models import ExtensionRequest, Filing, Period, Review, Submission
from tests.cast import SHANGHAI


@dataclass(frozen=True)
class Sent:
    """A submission with what was decided of it, oldest first: (decision, when)."""

    pk: int
    filing: int
    number: int
    at: datetime
    recalled_at: datetime | None
    on_time: bool
    estimated: bool
    decisions: tuple[tuple[str, datetime], ...]

    def approved_at(self) -> datetime | None:
        """An approval that was taken back is none."""
        approvals: list[datetime] = []
        for decision, at in self.decisions:
            if decision == "approve":
                approvals.append(at)
            elif decision == "undo":
                approvals.pop()
        return max(approvals, default=None)

    def stands_at(self, at: datetime) -> bool:
        """Sent, not recalled, and not sent back."""
        there = self.at <= at and (self.recalled_at is None or self.recalled_at > at)
        return there and not any(decision == "send_back" and when <= at for decision, when in self.decisions)


def sent_by_filing(filings: Iterable[int] | None = None) -> dict[int, list[Sent]]:
    """Oldest first."""
    decisions = defaultdict(list)
    reviews = Review.objects.order_by("pk").values_list("submission", "decision", "at")
    for submission, decision, at in reviews:
        decisions[submission].append((decision, at))
    rows = Submission.objects.order_by("filing", "number")
    if filings is not None:
        rows = rows.filter(filing__in=list(filings))
    names = ("pk", "filing", "number", "submitted_at", "recalled_at", "on_time", "estimated")
    found = defaultdict(list)
    for row in rows.values_list(*names):
        found[row[1]].append(Sent(*row, tuple(decisions[row[0]])))
    return found


def counts(sent: Iterable[Sent], until: datetime | None = None) -> Sent | None:
    """The last one approved, as it was at `until`: what the totals of its period hold."""
    approved = [each for each in sent if (at := each.approved_at()) and (until is None or at <= until)]
    return max(approved, key=lambda each: each.number, default=None)


def stands(sent: Iterable[Sent], at: datetime) -> Sent | None:
    """What later filings read: the last one approved, or else what waits for its district."""
    sent = list(sent)
    waiting = [each for each in sent if each.stands_at(at)]
    return counts(sent, at) or (waiting[-1] if waiting else None)


def locked_at(period: str) -> datetime | None:
    return Period.objects.values_list("locked_at", flat=True).get(pk=period)


def counted_in(period: str) -> dict[int, tuple[str, Sent]]:
    """Of each filing owed that counts in the period's totals: its district's code and its submission."""
    until = locked_at(period)
    filings = Filing.objects.filter(period=period).exclude(state="99").values_list("pk", "district__code")
    districts = dict(filings)
    sent = sent_by_filing(districts)
    found = {pk: (code, counts(sent.get(pk, ()), until)) for pk, code in districts.items()}
    return {pk: (code, each) for pk, (code, each) in found.items() if each}


def values_of(submissions: Iterable[int]) -> dict[int, Mapping[str, str]]:
    return dict(Submission.objects.filter(pk__in=list(submissions)).values_list("pk", "values"))


def add_up(period: str) -> dict[str, dict[str, Decimal]]:
    """District code ("" the city) → cell → sum of what was filed there, to the last digit."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    counted = counted_in(period)
    values = values_of(each.pk for _, each in counted.values())
    for code, each in counted.values():
        for cell, text in values[each.pk].items():
            figure = as_figure(text)
            if figure is not None:
                sums[code][cell] += figure
                sums[""][cell] += figure
    return sums


def as_figure(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError):
        return None


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59, 999999), SHANGHAI)


def was_in_time(filing: Filing, sent: Iterable[Sent], dates: list[tuple[datetime, date]]) -> dict[int, bool]:
    """Of each submission whether it was in time. A date that moves is reckoned anew for all: the latest date in force
    since it was sent counts, so nobody who was in time becomes late, and who was early enough for a later date is in
    time. A correction is as its first in time was; what comes after the lock is late."""
    lock = locked_at(filing.period_id)
    granted = ExtensionRequest.objects.filter(filing=filing, granted=True).values_list("decided_at", "granted_until")
    sent, found = list(sent), {}
    for each in sent:
        there = [e for e in sent if e.number < each.number and (e.recalled_at is None or e.recalled_at > each.at)]
        corrects_one_in_time = any(found[earlier.pk] for earlier in there)
        if lock and each.at > lock:
            found[each.pk] = corrects_one_in_time and counts(sent, lock) is not None
            continue
        at_the_time = [day for since, day in dates if since <= each.at][-1:]
        later = [day for since, day in dates if since > each.at]
        own = [until for decided, until in granted if decided <= each.at]
        found[each.pk] = corrects_one_in_time or each.at <= end_of(max([*at_the_time, *later, *own]))
    return found
