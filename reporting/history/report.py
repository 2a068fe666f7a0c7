"""What an import would bring in, or has brought in, and everything that is wrong with the file."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cached_property
from hashlib import sha256

from forms_tables.edition.periods import PeriodCode
from reporting.history.reading.rows import HistoryRow
from reporting.history.reading.sheets import HistoryProblem


@dataclass(frozen=True)
class TakenRow:
    """One firm's period as a page lists it."""

    row: int
    part: str
    code: str
    name: str
    period: str
    district: str
    base: str  # its figure in the cell that growth and shares rest on
    replaces: bool = False

    @property
    def label(self) -> str:
        return PeriodCode.parse(self.period).label


@dataclass(frozen=True)
class TakenPeriod:
    """One period: how many firms, and what they come to together."""

    code: str
    firms: int
    base: str

    @property
    def label(self) -> str:
        return PeriodCode.parse(self.code).label


@dataclass(frozen=True)
class HistoryReport:
    """All rows are taken, or none while anything is refused."""

    rows: int
    taken: int = 0
    refused: tuple[HistoryProblem, ...] = ()
    periods: dict[str, int] = field(default_factory=dict)
    missing: tuple[tuple[str, str], ...] = ()  # credit code and period: between two that are there
    done_before: str = ""  # this very file was brought in already: when, and under which name
    replaced: dict[str, int] = field(default_factory=dict)  # rows that give way, by the name of their file
    corrected: int = 0  # rows in which a figure stays as the firm corrected it
    mapped: dict[str, str] = field(default_factory=dict)  # heads of the concordance: another name, or "" where it ends
    title: str = ""  # of the worksheet that was read
    listed: tuple[TakenRow, ...] = ()

    def as_json(self) -> dict:
        found = {
            "rows": self.rows,
            "taken": self.taken,
            "refused": [problem_as_json(problem) for problem in self.refused],
            "periods": self.periods,
            "missing": [{"enterprise": code, "period": period} for code, period in self.missing],
        }
        also = {"replaced": self.replaced, "mapped": self.read_as, "left_out": self.left_out}
        return found | {name: said for name, said in also.items() if said}

    @property
    def read_as(self) -> dict[str, str]:
        """Heads that the concordance calls by another name."""
        return {head: now for head, now in self.mapped.items() if now}

    @property
    def left_out(self) -> list[str]:
        """Heads that it says are not asked any more: nothing under them is brought in."""
        return [head for head, now in self.mapped.items() if not now]

    @cached_property
    def digest(self) -> str:
        """Of all that a person is shown before confirming it."""
        return sha256(json.dumps(asdict(self), ensure_ascii=False).encode()).hexdigest()

    @property
    def by_kind(self) -> list[tuple[str, int]]:
        return Counter(problem.kind for problem in self.refused).most_common()

    @property
    def of_periods(self) -> list[TakenPeriod]:
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in self.listed:
            sums[row.period] += Decimal(row.base or 0)
        return [TakenPeriod(code, firms, f"{sums[code]:,.2f}") for code, firms in self.periods.items()]

    @property
    def missing_by_period(self) -> list[tuple[str, int]]:
        counted = Counter(period for _, period in self.missing)
        return [(PeriodCode.parse(code).label, counted[code]) for code in sorted(counted)]


def problem_as_json(problem: HistoryProblem) -> dict:
    told = {"row": problem.row, "column": problem.column, "why": problem.why}
    return told | ({"file": problem.part} if problem.part else {})


def listed(rows: Sequence[HistoryRow], replaced: set[tuple[int, str]]) -> tuple[TakenRow, ...]:
    return tuple(
        TakenRow(
            row.number,
            row.part,
            row.enterprise.credit_code,
            row.enterprise.name,
            row.period.code,
            row.district.name,
            base_in(row),
            row.whose in replaced,
        )
        for row in rows
    )


def base_in(row: HistoryRow) -> str:
    cell = row.edition.platform.base(row.period.frequency)
    return row.edition.values_as_text({cell: row.base}).get(cell, "") if isinstance(row.base, Decimal) else ""


def as_bytes(report: HistoryReport) -> bytes:
    return json.dumps(asdict(report), ensure_ascii=False).encode()


def from_bytes(said: bytes) -> HistoryReport:
    found = json.loads(said)
    return HistoryReport(
        **found
        | {
            "refused": tuple(HistoryProblem(**problem) for problem in found["refused"]),
            "missing": tuple((code, period) for code, period in found["missing"]),
            "listed": tuple(TakenRow(**row) for row in found["listed"]),
        }
    )
