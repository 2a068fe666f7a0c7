"""Who would be left out of a period's totals if it were locked now, by weight; and why, as the city says it.

The weight of a firm is last year's revenue (`base_revenue_before`). A reason is said of a firm, of a district, of a
standing, or, in one sentence, of all the rest; of a firm the first of these holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from reporting.models import Filing, Period
from reporting.models.standing import COUNTED_AS_OWED, LEFT_OUT
from reporting.totals.last_year import base_revenue_before
from reporting.totals.released import LeftOut, left_out_in_words, part_in_words, weight_of

ZERO = Decimal(0)
WHOLE = ""
FIRM, DISTRICT, STANDING = "firm", "district", "standing"
WHERE_IT_STANDS = ("enterprise", "district__code", "district__name", "is_left_out")
MissingReasons = Mapping[str, str]  # "firm:9150…", "district:500103", "standing:not_started" → why


@dataclass(frozen=True)
class MissingOfArea:
    """`code` is WHOLE for the city."""

    code: str
    name: str
    owed: int
    firms: int
    weight: Decimal
    whole: Decimal

    @property
    def part(self) -> str:
        return part_in_words(self.weight, self.whole)


@dataclass(frozen=True)
class Missing:
    """`firms` are the largest first; `areas` the city, then the districts in their order. `basis` says where last
    year's revenue is from; empty where there is none."""

    basis: str
    firms: tuple[LeftOut, ...]
    areas: tuple[MissingOfArea, ...]

    @property
    def city(self) -> MissingOfArea:
        return self.areas[0]

    @property
    def districts(self) -> list[MissingOfArea]:
        """Where something is missing, the most of the city's first."""
        return sorted((area for area in self.areas[1:] if area.firms), key=lambda area: -area.weight)

    @property
    def where(self) -> list[MissingOfArea]:
        """The city, and the districts in which something is missing."""
        return [self.city, *self.districts]

    @property
    def where_of_city(self) -> list[tuple[MissingOfArea, str]]:
        """Each with its part of the whole city's revenue."""
        return [(area, part_in_words(area.weight, self.city.whole)) for area in self.where]

    @property
    def standings(self) -> dict[str, str]:
        """Where the missing filings stand: key and words."""
        return {firm.standing: firm.state for firm in self.firms}

    @property
    def in_words(self) -> str:
        """And of those without a last year how many they are among all: they have no other weight."""
        said = left_out_in_words(self.firms, self.city.whole, self.basis)
        new = part_in_words(Decimal(self.uncompared), Decimal(self.city.owed))
        return f"{said}没有上年数的按家数计，占应报 {self.city.owed} 家的 {new}。" if self.uncompared else said

    @property
    def uncompared(self) -> int:
        """How many have no last year, or nobody has anything to be compared with."""
        return sum(firm.revenue is None for firm in self.firms) if self.city.whole else len(self.firms)

    def is_above(self, percent: Decimal) -> bool:
        """By revenue, or by the number of those that have none of last year; exactly, and not by the rounded share
        people read."""
        by_revenue = self.city.weight * 100 > percent * self.city.whole
        return by_revenue or self.uncompared * 100 > percent * self.city.owed

    def explained(self, reasons: MissingReasons, rest: str) -> tuple[LeftOut, ...]:
        return tuple(replace(firm, reason=reason_for(firm, reasons, rest)) for firm in self.firms)

    def unexplained(self, reasons: MissingReasons, rest: str) -> list[LeftOut]:
        return [firm for firm in self.explained(reasons, rest) if not firm.reason]

    def seen_with(self, in_the_way: Mapping[str, int]) -> dict[str, Any]:
        """What somebody saw who proposed a lock: each firm with its name and where its filing stood, how much they
        weigh of how much, and how many filings were unfinished."""
        firms = {firm.credit_code: [firm.name, firm.state] for firm in self.firms}
        weight = [f"{figure:f}" for figure in (self.city.weight, self.city.whole)]
        return {"firms": firms, "weight": weight, "in_the_way": dict(in_the_way)}


def reason_for(firm: LeftOut, reasons: MissingReasons, rest: str) -> str:
    keys = key_of(FIRM, firm.credit_code), key_of(DISTRICT, firm.district), key_of(STANDING, firm.standing)
    return next((reasons[key].strip() for key in keys if reasons.get(key, "").strip()), rest.strip())


def key_of(kind: str, which: str) -> str:
    return f"{kind}:{which}"


def changed_since(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What is otherwise than it was seen (`seen_with`), a sentence each."""
    seen, there = then.get("firms", {}), now["firms"]
    told = [f"{name}已不再缺少（当时：{state}）" for code, (name, state) in seen.items() if code not in there]
    told += [f"{name}新列入缺少的企业（{state}）" for code, (name, state) in there.items() if code not in seen]
    moved = [(code, seen[code][1], there[code]) for code in there if code in seen and there[code][1] != seen[code][1]]
    told += [f"{name}由“{before}”变为“{state}”" for _, before, (name, state) in moved]
    weights = then.get("weight", ("0", "0")), now["weight"]
    before, after = then.get("in_the_way", {}), now["in_the_way"]
    for state in dict.fromkeys([*before, *after]):
        if before.get(state, 0) != after.get(state, 0):
            told.append(f"未完成的“{state}”由 {before.get(state, 0)} 家变为 {after.get(state, 0)} 家")
    (old, old_whole), (new, whole) = ([Decimal(each) for each in weight] for weight in weights)
    if (old, old_whole) != (new, whole):
        told.append(f"缺少企业的上年收入由 {old:,f}（应报企业共 {old_whole:,f}）变为 {new:,f}（共 {whole:,f}）")
    return told


def missing_of(period: Period) -> Missing:
    """As it stands: what was never approved is left out, what the lock found exempt is not owed."""
    basis, revenues = base_revenue_before(period)
    owed: dict[str, MissingOfArea] = {}
    rows = Filing.objects.of(period).filter(COUNTED_AS_OWED).annotate(is_left_out=LEFT_OUT)
    placed = rows.order_by("district__position", "district__code")
    for firm, code, name, is_left_out in placed.values_list(*WHERE_IT_STANDS):
        area = owed.setdefault(code, MissingOfArea(code, name, 0, 0, ZERO, ZERO))
        owed[code] = added(area, revenues.get(firm, ZERO), is_left_out)
    left = rows.filter(LEFT_OUT).select_related("enterprise", "district")
    firms = [left_out(filing, revenues.get(filing.enterprise_id)) for filing in left]
    firms.sort(key=lambda firm: (-firm.weight, firm.credit_code))
    city = MissingOfArea(
        WHOLE,
        "全市",
        sum(area.owed for area in owed.values()),
        len(firms),
        weight_of(firms),
        sum((area.whole for area in owed.values()), ZERO),
    )
    return Missing(basis, tuple(firms), (city, *owed.values()))


def left_out(filing: Filing, revenue: Decimal | None) -> LeftOut:
    firm, district, standing = filing.enterprise, filing.district, filing.standing
    return LeftOut(district.code, district.name, firm.credit_code, firm.name, standing.key, standing.words, revenue)


def added(area: MissingOfArea, revenue: Decimal, left: bool) -> MissingOfArea:
    return replace(
        area,
        owed=area.owed + 1,
        firms=area.firms + left,
        weight=area.weight + (revenue if left else ZERO),
        whole=area.whole + revenue,
    )
