"""What the journal says of drafts that went over to another edition with their period, and what the firm is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import JournalEntry
from forms_tables.edition.periods import PeriodCode

HANDED_OVER = "草稿转入另一制度"
EDITION, CARRIED, LEFT = "改按制度", "转入对应行的格数", "没有对应的行"
MOST_NAMED = 3


@dataclass(frozen=True)
class Handover:
    """`carried` cells stand in the rows that continue theirs; those `left`, by their places, in none."""

    period: PeriodCode
    at: datetime
    title: str
    carried: int
    left: tuple[str, ...]

    @classmethod
    def of(cls, line: JournalEntry) -> "Handover":
        said = line.after or {}
        return cls(PeriodCode.parse(line.period), line.at, said[EDITION], said[CARRIED], tuple(said.get(LEFT, ())))

    @property
    def left_named(self) -> str:
        return "、".join(self.left[:MOST_NAMED]) + ("等" if len(self.left) > MOST_NAMED else "")


def as_told(title: str, carried: int, left: Mapping[str, str]) -> dict[str, Any]:
    """The journal's words that `Handover.of` reads; `left` holds the text at each place."""
    return {EDITION: title, CARRIED: carried, **({LEFT: dict(left)} if left else {})}


def handovers_of(enterprise: int, periods: Iterable[str]) -> list[Handover]:
    """The newest of each of these periods, for one firm."""
    lines = JournalEntry.objects.filter(enterprise=enterprise, period__in=periods, action=HANDED_OVER)
    newest = {line.period: line for line in lines.order_by("pk")}
    return [Handover.of(line) for _, line in sorted(newest.items())]
