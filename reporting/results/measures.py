"""What a district's work is measured by. The measures are rows of measures.toml; here is how a row is read.

A measure is a number of a Tally, or one such number over another. Nothing here knows a database.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from reporting.results.timelines import Outcome, Timeline

DEFINITIONS = Path(__file__).parent / "measures.toml"
HIGHER, LOWER = "higher", "lower"
BETTER = {HIGHER: "越高越好", LOWER: "越低越好", "": "不分优劣，不据此排名"}
ONE_PLACE = Decimal("0.1")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Tally:
    """What is counted of some filings. Tallies of several periods add up: numerators and denominators, never their
    quotients; of what is a maximum the greater one stays. Times are whole seconds."""

    owed: int = 0
    filed: int = 0
    on_time: int = 0
    extended: int = 0
    late: int = 0
    missing: int = 0
    returned: int = 0
    rounds: int = 0
    most_rounds: int = 0
    decided: int = 0
    held: int = 0
    longest_held: int = 0
    district_judged: int = 0
    district_late: int = 0
    revenue: Decimal = ZERO
    revenue_in: Decimal = ZERO

    @property
    def district_on_time(self) -> int:
        return self.district_judged - self.district_late

    def as_json(self) -> dict[str, int | str]:
        """Decimals as strings: what is stored is read back to the last digit."""
        return {name: f"{v:f}" if isinstance(v, Decimal) else v for name, v in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: dict[str, int | str]) -> Tally:
        """What a later version counts besides was not counted then and stays nought."""
        known = {field.name: field.type for field in fields(cls)}
        return cls(**{n: Decimal(v) if known[n] == "Decimal" else v for n, v in stored.items() if n in known})


NUMBERS = tuple(field.name for field in fields(Tally))
GREATEST = {"most_rounds", "longest_held"}


def total(tallies: Iterable[Tally]) -> Tally:
    tallies = list(tallies)
    return Tally(**{name: whole_of(name, [getattr(tally, name) for tally in tallies]) for name in NUMBERS})


def whole_of(name: str, numbers: list[int]) -> int:
    return max(numbers, default=0) if name in GREATEST else sum(numbers)


def tally_of(timeline: Timeline, revenue: Decimal = ZERO) -> Tally:
    """One filing counted. `revenue` is the firm's of last year."""
    if timeline.outcome == Outcome.EXEMPT:
        return Tally()
    return Tally(
        owed=1,
        **{
            name: int(FILINGS[name](timeline))
            for name in ("filed", "on_time", "extended", "late", "missing", "returned")
        },
        rounds=timeline.rounds,
        most_rounds=timeline.rounds,
        decided=len(timeline.held),
        held=sum(timeline.held),
        longest_held=max(timeline.held, default=0),
        district_judged=timeline.judged,
        district_late=timeline.decided_late,
        revenue=revenue,
        revenue_in=revenue if timeline.is_approved else ZERO,
    )


# Which filings stand behind a number.
FILINGS: dict[str, Callable[[Timeline], bool]] = {
    "owed": lambda timeline: timeline.outcome != Outcome.EXEMPT,
    "filed": lambda timeline: timeline.outcome in (Outcome.ON_TIME, Outcome.EXTENDED, Outcome.LATE),
    "on_time": lambda timeline: timeline.outcome in (Outcome.ON_TIME, Outcome.EXTENDED),
    "extended": lambda timeline: timeline.outcome == Outcome.EXTENDED,
    "late": lambda timeline: timeline.outcome == Outcome.LATE,
    "missing": lambda timeline: timeline.outcome in (Outcome.MISSING, Outcome.SENT_BACK, Outcome.AFTER_LOCK),
    "returned": lambda timeline: timeline.rounds > 0,
    "decided": lambda timeline: bool(timeline.held),
    "district_judged": lambda timeline: timeline.judged > 0,
    "district_late": lambda timeline: timeline.decided_late > 0,
    "district_on_time": lambda timeline: timeline.judged > timeline.decided_late,
    "approved": lambda timeline: timeline.is_approved,
}


@dataclass(frozen=True)
class LeagueMeasure:
    """`part` and `whole` are numbers of a Tally, `behind` and `among` the names in FILINGS of the filings counted in
    them. Without a whole the measure is the part itself. It is blank while `needs` (or the whole) is nought."""

    name: str
    label: str
    unit: str
    definition: str
    part: str
    behind: str
    whole: str = ""
    among: str = ""
    needs: str = ""
    times: int = 1
    per: int = 1
    better: str = ""

    @property
    def is_whole_number(self) -> bool:
        return not self.whole and self.per == 1

    @property
    def direction(self) -> str:
        return BETTER[self.better]

    def of(self, tally: Tally) -> Decimal | int | None:
        """Exact up to one rounding, half up to one decimal, at the very end."""
        part = getattr(tally, self.part)
        needed = self.needs or self.whole
        if needed and not getattr(tally, needed):
            return None
        if self.is_whole_number:
            return part
        whole = getattr(tally, self.whole) if self.whole else 1
        return (Decimal(part) * self.times / (Decimal(whole) * self.per)).quantize(ONE_PLACE, ROUND_HALF_UP)


def defined() -> dict[str, LeagueMeasure]:
    rows = tomllib.loads(DEFINITIONS.read_text(encoding="utf-8"))
    return {name: LeagueMeasure(name=name, **row) for name, row in rows.items()}


MEASURES = defined()
RANKED = {name: measure for name, measure in MEASURES.items() if measure.better}
DEFAULT = MEASURES["on_time_rate"]
