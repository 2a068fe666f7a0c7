"""Whom to urge first: of those who still owe a period, those whose absence leaves most of what they had a year before
out (reporting.consequence.absence)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from django.db.models import QuerySet

from accounts.models import User
from reporting.consequence.absence import absences_of
from reporting.models import Filing, Period
from reporting.models.standing import COUNTED_AS_OWED
from reporting.reminders.urging import Chosen, asked_for, group
from reporting.totals.coverage import share

MOST_OF_IT = 80  # per cent of what a group's absence leaves out: so many are offered to be urged first


@dataclass(frozen=True)
class Absent:
    """One who still owes: what it had a year before (`revenue`), what part that is of all who owe in the area, and
    how much of the area would be in if everybody up to here came. Blank where there is nothing to compare with."""

    filing: int
    revenue: Decimal | None
    share: Decimal | None
    reached: Decimal | None

    @property
    def revenue_shown(self) -> str:
        return "" if self.revenue is None else f"{self.revenue:,.2f}"


@dataclass(frozen=True)
class Absence:
    """A group of those who owe, what weighs most first. `basis` says what is compared, and is
    empty where there is nothing; `carried` is the part of the area that is in, `missing` the group's, in percent."""

    basis: str
    rows: Sequence[Absent]
    carried: Decimal | None
    missing: Decimal | None
    unknown: int  # of the group, of whom nothing is known

    @property
    def order(self) -> list[int]:
        return [row.filing for row in self.rows]

    @property
    def first(self) -> int:
        """How few of them carry most of what the group leaves out; 0 where that is everybody or cannot be said."""
        known = [abs(row.revenue) for row in self.rows if row.revenue is not None]
        wanted = sum(known) * MOST_OF_IT / 100
        number = next((n for n, reached in enumerate(accumulate(known), start=1) if reached >= wanted > 0), 0)
        return number if number < len(self.rows) else 0


def weigh(user: User, period: Period, chosen: Chosen, owing: QuerySet[Filing]) -> Absence:
    """The area is what this person may urge, or the district the city chose; a group narrowed further is measured by
    the whole of it."""
    absences = absences_of(period)
    revenue = {filing: Decimal(repr(weight)) for filing, weight in absences.weights.items()}
    area = asked_for(user, period, Chosen(district=chosen.district))
    owed = area.filter(COUNTED_AS_OWED).order_by().values_list("pk", flat=True)
    whole = sum((revenue.get(pk, Decimal(0)) for pk in owed), Decimal(0))
    outside = set(area.outstanding().order_by().values_list("pk", flat=True))
    carried = sum((revenue.get(pk, Decimal(0)) for pk in owed if pk not in outside), Decimal(0))
    group_of = owing.order_by("district__position", "enterprise__name", "pk").values_list("pk", flat=True)
    found = [(pk, revenue.get(pk)) for pk in group_of]
    found.sort(key=lambda row: (row[1] is None, -abs(row[1] or Decimal(0))))
    sums = accumulate((known or Decimal(0) for _, known in found), initial=carried)
    next(sums)
    rows = [
        Absent(pk, known, None if known is None else share(known, whole), share(reached, whole))
        for (pk, known), reached in zip(found, sums, strict=True)
    ]
    missing = sum((known or Decimal(0) for _, known in found), Decimal(0))
    unknown = sum(known is None for _, known in found)
    return Absence(absences.words, rows, share(carried, whole), share(missing, whole), unknown)


def cut_to(user: User, period: Period, chosen: Chosen, at: datetime) -> Chosen:
    """The choice with the very filings of its first so many, so that nobody takes the place of who came meanwhile."""
    if not chosen.first or chosen.of is not None:
        return chosen
    absence = weigh(user, period, chosen, group(user, period, chosen, at))
    return replace(chosen, of=absence.order[: chosen.first])
