"""The list of what went into a period's totals and what did not, firm by firm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper
from django.db.models.functions import Coalesce

from accounts.models import District
from reporting.models import Filing, Period, Standing, State, Submission
from reporting.models.standing import (
    ALL_LET_IN,
    COUNTED,
    COUNTED_AS_OWED,
    FILED,
    FILED_AFTER_LOCK,
    REOPENED,
    STANDING_SUBMISSION,
    standing_at,
)


class ListedFiling(NamedTuple):
    """One line of it."""

    district: str
    credit_code: str
    name: str
    state: str
    late: bool
    extended: bool
    is_filed_after_lock: bool
    is_counted_as_owed: bool
    is_filed: bool
    is_approved: bool
    is_reopened: bool
    is_counted: bool
    number: int | None
    receipt: str
    submitted_at: datetime | None


class ListOfFilings(Sequence[ListedFiling]):
    """The list of a period, read when somebody asks for it: for most of what totals are asked for, nobody does."""

    def __init__(self, reading: Callable[[], Iterable[ListedFiling]]):
        self._reading = reading

    @cached_property
    def lines(self) -> tuple[ListedFiling, ...]:
        return tuple(self._reading())

    def __getitem__(self, at):
        return self.lines[at]

    def __len__(self) -> int:
        return len(self.lines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.lines == tuple(other)

    __hash__ = None  # type: ignore[assignment]


NOT_SUBMITTED: tuple[Any, ...] = (None, "", None, False)
WORDS = {state: Standing.of(state, False).words for state in State}
FLAGS = (FILED_AFTER_LOCK, COUNTED_AS_OWED, FILED, COUNTED, REOPENED)


def listed_filings(period: Period, include_submitted: bool, district: District | None = None) -> Iterator[ListedFiling]:
    """Every filing owed, or those of one district, in the order of districts and credit codes. By values: of 40,000
    filings the objects alone would take longer than adding them up."""
    filings = Filing.objects.of(period)
    sent = Submission.objects.filter(filing__period=period).order_by()
    if district is not None:
        filings, sent = filings.filter(district=district), sent.filter(filing__district=district)
    known = sent.values_list("pk", "number", "receipt", "submitted_at", "extended")
    sent_as: dict[int, tuple[Any, ...]] = {pk: tuple(row) for pk, *row in known}
    let_in = {filing.pk: filing.state_words for filing in filings.filter(standing_at(*ALL_LET_IN))}
    rows = filings.order_by("district__position", "district__code", "enterprise__credit_code").values_list(
        "pk",
        "district__code",
        "enterprise__credit_code",
        "enterprise__name",
        "state",
        "late",
        Coalesce("counted", STANDING_SUBMISSION),
        *(ExpressionWrapper(flag, BooleanField()) for flag in FLAGS),
    )
    for pk, where, credit_code, name, state, late, shown, after_lock, owed, filed, approved, reopened in rows:
        number, receipt, submitted_at, extended = sent_as[shown] if shown else NOT_SUBMITTED
        words = let_in.get(pk) or WORDS[state]
        is_counted = approved or (include_submitted and filed)
        yield ListedFiling(
            where, credit_code, name, words, late, extended, after_lock, owed, filed, approved, reopened, is_counted,
            number, receipt, submitted_at,
        )  # fmt: skip
