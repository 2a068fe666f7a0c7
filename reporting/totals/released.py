"""What the totals of a locked period say beside their figures: which release they are, and who is not in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class LeftOut:
    """A firm that owed the period and is not in its totals. `revenue` is last year's, None where it is not known;
    `standing` and `state` say where its filing stood, by key and in words; `reason` is what the city said of it."""

    district: str
    district_name: str
    credit_code: str
    name: str
    standing: str
    state: str
    revenue: Decimal | None
    reason: str = ""

    @property
    def weight(self) -> Decimal:
        return self.revenue or ZERO


@dataclass(frozen=True)
class Released:
    """Which release a summary is: its code, one sentence, and a sentence for each headline figure it corrects."""

    code: str
    words: str
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReasonGroup:
    """The firms left out for one reason, the largest first."""

    reason: str
    firms: tuple[LeftOut, ...]
    share: str


def by_reason(left_out: Iterable[LeftOut], whole: Decimal) -> list[ReasonGroup]:
    """In the order of what is missing for each reason."""
    groups: dict[str, list[LeftOut]] = {}
    for firm in left_out:
        groups.setdefault(firm.reason, []).append(firm)
    ordered = sorted(groups.items(), key=lambda group: -sum(firm.weight for firm in group[1]))
    return [ReasonGroup(reason, tuple(firms), part_in_words(weight_of(firms), whole)) for reason, firms in ordered]


def weight_of(firms: Iterable[LeftOut]) -> Decimal:
    return sum((firm.weight for firm in firms), ZERO)


def part_in_words(part: Decimal, whole: Decimal) -> str:
    """3.2%; what is there and would round to nothing is said so; empty where there is nothing to compare with."""
    if whole <= 0:
        return ""
    rounded = (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return "不足 0.1%" if part and not rounded else f"{rounded}%"


def left_out_in_words(left_out: tuple[LeftOut, ...], whole: Decimal, basis: str) -> str:
    """One sentence; empty when nobody is left out."""
    if not left_out:
        return ""
    part = part_in_words(weight_of(left_out), whole)
    unknown = sum(firm.revenue is None for firm in left_out)
    told = f"，占应报企业{basis}的 {part}" if part else "，没有上年数据，不能计算占比"
    return f"未纳入 {len(left_out)} 家{told}" + (f"（其中 {unknown} 家没有上年数）" if part and unknown else "") + "。"


LISTED = 100  # of those left out, on a page


@dataclass(frozen=True)
class LeftOutShown:
    """Who is not in the totals of an area, as a page shows it (templates/releases/_left_out.html)."""

    words: str
    groups: list[ReasonGroup]
    firms: list[tuple[LeftOut, str]]  # the largest, each with its part
    more: int


def left_out_shown(left_out: Iterable[LeftOut], whole: Decimal, basis: str) -> LeftOutShown:
    firms = tuple(left_out)
    listed = [(firm, part_in_words(firm.weight, whole)) for firm in firms[:LISTED]]
    words = left_out_in_words(firms, whole, basis)
    return LeftOutShown(words, by_reason(firms, whole), listed, max(0, len(firms) - LISTED))
