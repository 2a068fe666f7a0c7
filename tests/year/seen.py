"""What an onlooker writes down after every step: states, dates and the journal, read from the rows as they are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from accounts.models import Enterprise, JournalEntry, Residence
from reporting.models import Deadline, Filing, Period


class Line(NamedTuple):
    """A line of the journal."""

    pk: int
    action: str
    enterprise: int | None
    period: str


class Change(NamedTuple):
    """A filing that stands in another state than before; `before` is empty for one that is new."""

    filing: int
    enterprise: int
    period: str
    before: str
    after: str


@dataclass
class Seen:
    states: dict[int, tuple[int, str, str]] = field(default_factory=dict)  # filing → enterprise, period, state
    periods: dict[str, str] = field(default_factory=dict)
    facts: dict[tuple, object] = field(default_factory=dict)  # of the register
    due: dict[str, list[tuple[datetime, date]]] = field(default_factory=lambda: defaultdict(list))
    last_line: int = 0
    at: datetime | None = None
    # by the last step
    lines: list[Line] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    locked_now: list[str] = field(default_factory=list)
    moved_dates: list[str] = field(default_factory=list)
    changed_facts: list[tuple] = field(default_factory=list)

    @classmethod
    def of_today(cls, at: datetime) -> Seen:
        seen = cls()
        seen.look(at)
        return seen

    def look(self, at: datetime) -> None:
        self.at = at
        lines = JournalEntry.objects.filter(pk__gt=self.last_line).order_by("pk")
        self.lines = [Line(*row) for row in lines.values_list("pk", "action", "enterprise", "period")]
        self.last_line = self.lines[-1].pk if self.lines else self.last_line
        states = {pk: row for pk, *row in Filing.objects.values_list("pk", "enterprise", "period", "state")}
        self.changes = [
            Change(pk, row[0], row[1], self.states[pk][2] if pk in self.states else "", row[2])
            for pk, row in states.items()
            if pk not in self.states or self.states[pk][2] != row[2]
        ]
        self.states = states
        self._look_at_periods(at)
        facts = facts_of_register()
        self.changed_facts = [key for key in facts if key in self.facts and facts[key] != self.facts[key]]
        self.facts = facts

    def _look_at_periods(self, at: datetime) -> None:
        periods = dict(Period.objects.values_list("pk", "state"))
        self.locked_now = [
            code for code, state in periods.items() if state == "locked" and self.periods.get(code) == "open"
        ]
        self.periods, self.moved_dates = periods, []
        for code, day in Deadline.objects.filter(level="enterprise").values_list("period", "date"):
            known = self.due[code]
            if not known or known[-1][1] != day:
                if known:
                    self.moved_dates.append(code)
                known.append((at, day))


def facts_of_register() -> dict[tuple, object]:
    rows = Enterprise.objects.values_list("pk", "left_on", "joined_on", "attributes")
    facts = {
        (name, pk): value
        for pk, *values in rows
        for name, value in zip(("left_on", "joined_on", "attributes"), values, strict=True)
    }
    homes = Residence.objects.filter(until=None).values_list("enterprise", "district")
    return facts | {("district", firm): district for firm, district in homes}
