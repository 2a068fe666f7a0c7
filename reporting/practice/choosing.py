"""Whom a practice is opened for: everybody, some districts, or firms that were ticked. A firm takes part where it
belongs today, so who is asked for are the firms' homes (`Residence`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from accounts.models import District, Enterprise, Residence
from accounts.models.enterprises import ResidenceQuerySet

EVERYBODY, DISTRICTS, FIRMS = "everybody", "districts", "firms"
WHO = [(EVERYBODY, "全部企业"), (DISTRICTS, "选定的区县"), (FIRMS, "勾选的企业")]


@dataclass(frozen=True)
class Participants:
    who: str
    districts: tuple[str, ...] = ()  # codes
    firms: tuple[int, ...] = ()

    @property
    def in_words(self) -> str:
        if self.who == DISTRICTS:
            return "、".join(District.objects.filter(code__in=self.districts).values_list("name", flat=True))
        return dict(WHO)[self.who]


def who_may_take_part(day: date) -> ResidenceQuerySet:
    """Every firm that has not left, also one that owes its first report later, or came in yesterday."""
    return Residence.objects.filter(enterprise__in=Enterprise.objects.not_gone_by(day), until__isnull=True)


def homes_of(chosen: Participants, day: date) -> ResidenceQuerySet:
    homes = who_may_take_part(day)
    if chosen.who == DISTRICTS:
        return homes.filter(district__code__in=chosen.districts)
    return homes.filter(enterprise__in=chosen.firms) if chosen.who == FIRMS else homes


def homes_to_tick(district: str, search: str, day: date) -> ResidenceQuerySet:
    homes = who_may_take_part(day)
    if district:
        homes = homes.filter(district__code=district)
    return homes.filter(Q(enterprise__name__icontains=search) | Q(enterprise__credit_code__icontains=search))


def listed(homes: ResidenceQuerySet) -> ResidenceQuerySet:
    found = homes.select_related("enterprise", "district").defer("enterprise__attributes")
    return found.order_by("district__position", "enterprise__name", "pk")


def by_district(homes: ResidenceQuerySet) -> list[tuple[str, int]]:
    """How many of these firms each district has."""
    rows = homes.order_by("district__position").values("district__name").annotate(number=Count("pk"))
    return list(rows.values_list("district__name", "number"))
