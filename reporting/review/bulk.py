"""What is about to be passed on together: how much of the total it carries, and what in it is largest and strangest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reporting.consequence.ordering import Placed, Weight
from reporting.models import Submission
from reporting.pages.grid import show

SHOWN = 3


@dataclass(frozen=True)
class BulkFiling:
    submission: Submission
    placed: Placed

    @property
    def weight(self) -> Weight:
        """Of the headline figure."""
        return next(iter(self.placed.weights.values()))

    @property
    def revenue_shown(self) -> str:
        return show(self.weight.now, 2) or "没有填"


@dataclass(frozen=True)
class Bulk:
    """`weighed` are those of which it is known what they weigh."""

    submissions: tuple[Submission, ...]
    weighed: tuple[BulkFiling, ...]

    @classmethod
    def of(cls, submissions: Sequence[Submission], placed: Mapping[int, Placed]) -> Bulk:
        known = [BulkFiling(each, placed[each.filing_id]) for each in submissions if each.filing_id in placed]
        return cls(tuple(submissions), tuple(known))

    @property
    def revenue(self) -> Decimal:
        return sum((each.weight.now or Decimal(0) for each in self.weighed), Decimal(0))

    @property
    def share(self) -> float | None:
        """What part of the district's total they carry together, in per cent; None where that cannot be said."""
        shares = [each.weight.share_district for each in self.weighed if each.weight.now is not None]
        return None if None in shares or not shares else sum(share for share in shares if share is not None)

    @property
    def revenue_shown(self) -> str:
        return show(self.revenue, 2)

    @property
    def share_shown(self) -> str:
        return "算不出" if self.share is None else f"{self.share:.1f}%"

    @property
    def largest(self) -> list[BulkFiling]:
        return sorted(self.weighed, key=lambda each: -abs(each.weight.now or Decimal(0)))[:SHOWN]

    @property
    def strangest(self) -> list[BulkFiling]:
        return sorted(self.weighed, key=lambda each: -each.placed.suspicion)[:SHOWN]

    @property
    def before_stop(self) -> int:
        """How many of them would be worth opening."""
        return sum(each.placed.before_stop for each in self.weighed)
