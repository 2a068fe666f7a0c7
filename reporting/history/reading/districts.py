"""Under which district a past period stands: as it was on the last day of that period, not as it is today."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from accounts.models import District, Enterprise, Residence
from forms_tables.edition.credit_code import FULL_WIDTH


class NoDistrict(ValueError):
    """A sentence: which district is meant cannot be said, or it was none on that day."""


@dataclass(frozen=True)
class Districts:
    """All districts there ever were, and where each firm belonged when; read once for a whole file."""

    every: Sequence[District] = field(default_factory=lambda: list(District.objects.all()))
    residences: Mapping[int, list[Residence]] = field(default_factory=lambda: residences_of_all())

    @cached_property
    def called(self) -> Mapping[str, list[District]]:
        """By name and by code, with plain brackets and figures; each row of a file asks."""
        found: dict[str, list[District]] = defaultdict(list)
        for district in self.every:
            for key in {district.name.translate(FULL_WIDTH), district.code}:
                found[key].append(district)
        return found

    def on(self, firm: Enterprise, day: date, named: str) -> District:
        """What is named in the file holds where the register says nothing of that day; it may not say otherwise."""
        known = self.registered(firm, day)
        if not named:
            return self.as_of(known or self.first_of(firm), day)
        found = self.named(named, day)
        if known and known != found and known.holds_on(day):
            raise NoDistrict(f"名录中该企业 {day:%Y-%m-%d} 属{known.name}，与“{named}”不符。请核对。")
        return found

    def named(self, text: str, day: date) -> District:
        called = self.called.get(text.translate(FULL_WIDTH))
        if not called:
            raise NoDistrict(f"没有叫“{text}”的报送区县。请写区县全称或 6 位区划代码。")
        valid = [district for district in called if district.holds_on(day)]
        if len(valid) != 1:
            begins = min((district.valid_from for district in called if district.valid_from), default=None)
            when = "还没有设立" if begins and day < begins else "已经撤销"
            raise NoDistrict(f"“{text}”在 {day:%Y-%m-%d} {when}。请写当时的报送区县。")
        return valid[0]

    def registered(self, firm: Enterprise, day: date) -> District | None:
        for residence in self.residences.get(firm.pk, ()):
            if residence.since <= day and (residence.until is None or day <= residence.until):
                return residence.district
        return None

    def first_of(self, firm: Enterprise) -> District:
        """A firm entered now has periods from before it was entered: it stands where it was first entered."""
        if residences := self.residences.get(firm.pk):
            return residences[0].district
        raise NoDistrict("名录中该企业没有报送区县，请填“报送区县”一列。")

    def as_of(self, district: District, day: date) -> District:
        """Where that district did not exist yet, the one that went into it."""
        if district.holds_on(day):
            return district
        origins = [each for each in self.every if each.successor_id == district.pk and each.holds_on(day)]
        if len(origins) == 1:
            return origins[0]
        raise NoDistrict(f"{district.name}在 {day:%Y-%m-%d} 不是报送区县，请在“报送区县”一列写明当时属哪里。")


def residences_of_all() -> Mapping[int, list[Residence]]:
    """Of each firm, the earliest first."""
    found: dict[int, list[Residence]] = defaultdict(list)
    for residence in Residence.objects.select_related("district").order_by("since", "pk"):
        found[residence.enterprise_id].append(residence)
    return found
