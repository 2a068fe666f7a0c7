"""What a package is made of: the record of one period as it stands when the package is begun, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Count, Max, Model, QuerySet

from accounts.clock import SHANGHAI
from accounts.models import JournalEntry, User
from reporting.models import Filing, Message, Period, Review, Scan, Submission
from reporting.models.in_force import asked_once
from reporting.totals.aggregation import Summary
from reporting.totals.frozen import totals_of

ACTION = "导出归档包"  # its own lines stay out of the package: the second would else not be the first
CHUNK = 200
KeptRow = TypeVar("KeptRow", bound=Model)
GROWING = (JournalEntry, Message, Review, Scan, Submission)  # also after the lock: talk, 补报


@dataclass(frozen=True)
class PeriodRecord:
    """`last` holds the newest row of each kind: what comes while the package is written belongs to the next one."""

    period: Period
    last: Mapping[type[Model], int]

    @classmethod
    def of(cls, period: Period) -> PeriodRecord:
        period = Period.objects.prefetch_related("deadlines").get(pk=period.pk)  # which each filing asks
        newest = {kind: kind._default_manager.aggregate(newest=Max("pk"))["newest"] for kind in GROWING}
        return cls(period, {kind: pk or 0 for kind, pk in newest.items()})

    @cached_property
    def at(self) -> datetime:
        """The moment the package speaks of: of the lock, or of the last thing that happened. Never the clock's."""
        newest = self.period.locked_at or self.journal.aggregate(newest=Max("at"))["newest"]
        return (newest or datetime.combine(self.period.opens_on, time(), SHANGHAI)).astimezone(SHANGHAI)

    @cached_property
    def signatures(self) -> Mapping[int, str]:
        """How each person signs; no account name, address or telephone number of theirs is archived."""
        with asked_once():
            people = User.objects.select_related("enterprise", "district").defer("password")
            return {person.pk: person.signed for person in people.iterator(chunk_size=CHUNK)}

    def signed(self, person: int | None) -> str:
        return self.signatures[person] if person else ""

    @cached_property
    def summary(self) -> Summary:
        return totals_of(self.period, self.at)

    @property
    def filings(self) -> QuerySet[Filing]:
        """All, those not owed included."""
        firms = Filing.objects.filter(period=self.period).select_related("enterprise", "district")
        return firms.order_by("district__code", "enterprise__credit_code")

    @property
    def submissions(self) -> QuerySet[Submission]:
        rows = self._grown(Submission, filing__period=self.period)
        rows = rows.select_related("filing__enterprise", "filing__district")
        return rows.order_by("filing__district__code", "filing__enterprise__credit_code", "number")

    @property
    def reviews(self) -> QuerySet[Review]:
        rows = self._grown(Review, submission__filing__period=self.period, submission__lte=self.last[Submission])
        rows = rows.select_related("submission__filing__enterprise", "submission__filing__district")
        return rows.defer(*(f"submission__{name}" for name in Submission.HEAVY)).order_by("at", "pk")

    @property
    def messages(self) -> QuerySet[Message]:
        rows = self._grown(Message, filing__period=self.period)
        rows = rows.select_related("filing__enterprise", "filing__district", "filing__in_force")
        return rows.defer(*(f"filing__in_force__{name}" for name in Submission.HEAVY)).order_by("at", "pk")

    @property
    def scans(self) -> QuerySet[Scan]:
        rows = self._grown(Scan, submission__filing__period=self.period, submission__lte=self.last[Submission])
        rows = rows.select_related("submission__filing__enterprise", "submission__filing__district")
        return rows.defer(*(f"submission__{name}" for name in Submission.HEAVY)).order_by("pk")

    @property
    def journal(self) -> QuerySet[JournalEntry]:
        rows = self._grown(JournalEntry, period=self.period.code).exclude(action=ACTION)
        return rows.select_related("enterprise", "district").order_by("at", "pk")

    @cached_property
    def editions(self) -> Mapping[tuple[str, str], int]:
        """Under which editions was filed, by code and digest, with how many submissions; the period's own is there."""
        under = self._grown(Submission, filing__period=self.period).order_by("edition_code", "edition_digest")
        counts = under.values_list("edition_code", "edition_digest").annotate(number=Count("pk"))
        found = {(code, digest): number for code, digest, number in counts}
        own = self.period.edition
        return dict(sorted(({(own.code, own.digest): 0} | found).items()))

    def _grown(self, kind: Any, **wanted: Any) -> QuerySet:
        return kind._default_manager.filter(pk__lte=self.last[kind], **wanted)


def in_order(rows: QuerySet[KeptRow]) -> Iterator[KeptRow]:
    """Row by row, a few hundred in memory: a cursor would stay open for as long as somebody downloads."""
    pks = list(rows.values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        found = rows.order_by().in_bulk(pks[start : start + CHUNK])
        yield from (found[pk] for pk in pks[start : start + CHUNK])


def kept_as(scan: Scan) -> str:
    """What the storage calls a scan; empty where it is no longer there."""
    name = scan.file.name or ""
    return name if name and scan.file.storage.exists(name) else ""
