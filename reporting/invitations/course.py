"""How it goes: accounts by district as they stand, letters and activations by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncDate

from accounts.emails import FIRST_ACCOUNT
from accounts.first_accounts import AccountState, LetterAddresses, WhyNot, with_account
from accounts.models import Enterprise, JournalEntry, Letter
from accounts.models.enterprises import EnterpriseQuerySet

LATELY = timedelta(days=30)
ADDRESS_MISSING = (WhyNot.NO_ADDRESS, WhyNot.DEAD_ADDRESS, WhyNot.OFFICE_ADDRESS)


@dataclass
class CourseLine:
    """One district, or all of them together."""

    name: str
    code: str = ""
    firms: int = 0
    states: Counter[str] = field(default_factory=Counter)
    unreached: int = 0  # of those not yet activated

    def count(self, state: str, is_unreached: bool) -> None:
        self.firms += 1
        self.states[state] += 1
        self.unreached += is_unreached

    @property
    def by_state(self) -> list[tuple[str, int]]:
        return [(state.value, self.states[state]) for state in AccountState]

    @property
    def activated_share(self) -> int:
        return 100 * self.states[AccountState.ACTIVATED] // self.firms if self.firms else 0


@dataclass
class CourseDay:
    day: date
    written: int = 0
    sent: int = 0
    waiting: int = 0
    failed: int = 0
    activated: int = 0


def by_district(firms: EnterpriseQuerySet, at: datetime) -> tuple[list[CourseLine], CourseLine]:
    """Every district with firms, and all together, in three queries."""
    addresses, whole = LetterAddresses(), CourseLine("合计")
    lines: dict[str, CourseLine] = {}
    known: QuerySet[Any] = with_account(firms.with_district(), at).only("email").order_by("district_code", "pk")
    for firm in known.iterator(2000):
        _, why_not = addresses.for_letter(firm, at)
        line = lines.setdefault(
            firm.district_code, CourseLine(firm.district_name or "没有区县", firm.district_code or "")
        )
        for each in (line, whole):
            each.count(firm.account_state, why_not in ADDRESS_MISSING)
    return list(lines.values()), whole


def by_day(firms: QuerySet[Enterprise], at: datetime) -> list[CourseDay]:
    """The last days on which letters to first accounts were written or accounts were activated, newest first."""
    days: dict[date, CourseDay] = {}
    for day, state, number in _letters_by_day(firms, at - LATELY):
        line = days.setdefault(day, CourseDay(day))
        if state == Letter.State.WITHDRAWN:
            continue
        line.written += number
        if state == Letter.State.SENT:
            line.sent += number
        elif state == Letter.State.FAILED:
            line.failed += number
        else:
            line.waiting += number
    for day, number in _activations_by_day(firms, at - LATELY):
        days.setdefault(day, CourseDay(day)).activated += number
    return sorted(days.values(), key=lambda line: line.day, reverse=True)


def _letters_by_day(firms: QuerySet[Enterprise], since: datetime) -> Iterable[tuple[date, str, int]]:
    letters = Letter.objects.filter(
        topic__startswith=f"{FIRST_ACCOUNT}:", enterprise__in=firms.values("pk"), written_at__gt=since
    )
    counted = letters.annotate(day=TruncDate("written_at")).order_by().values("day", "state")
    return counted.annotate(number=Count("pk")).values_list("day", "state", "number")


def _activations_by_day(firms: QuerySet[Enterprise], since: datetime) -> Iterable[tuple[date, int]]:
    lines = JournalEntry.objects.filter(
        action="激活账号", enterprise__in=firms.values("pk"), subject=F("enterprise__credit_code"), at__gt=since
    )
    counted = lines.annotate(day=TruncDate("at")).order_by().values("day")
    return counted.annotate(number=Count("pk")).values_list("day", "number")
