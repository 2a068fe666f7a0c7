"""The judges side by side: verdicts of many filings as one table, a row per filing and a column per condition."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import localcontext

import numpy as np

from forms_tables.filling.completion import PRECISION
from forms_tables.judges.city import Ledger, labels_of, verdicts
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import Meaning, Setting
from forms_tables.rules.checks import Condition, conditions_of, verdicts_of
from tests.filings import cases
from tests.rules.test_rules import EDITION

FAILS, HOLDS, SKIPS = range(3)
WORDS = {FAILS: "fails", HOLDS: "holds", SKIPS: "does not apply"}
NUMBERS = {False: FAILS, True: HOLDS, None: SKIPS}
OF_LETTERS = {ord("F"): FAILS, ord("T"): HOLDS, ord("N"): SKIPS}

Table = np.ndarray  # of filings × conditions


def of_server(conditions: Sequence[Condition], readings: Sequence[Reading]) -> Table:
    with localcontext() as context:
        context.prec = PRECISION
        frequency = readings[0].period.frequency
        if conditions is conditions_of(EDITION, frequency):
            judge = verdicts_of(EDITION, frequency)
            rows = [judge(reading) for reading in readings]
        else:
            rows = [[condition.verdict(reading) for condition in conditions] for reading in readings]
    return np.array([[NUMBERS[verdict] for verdict in row] for row in rows], np.int8)


def ledger_of(conditions: Sequence[Condition], readings: Sequence[Reading], all_columns: bool = False) -> Ledger:
    """A ledger of a block; where all are to be columns, the parameters too."""
    labels: dict[str, Meaning] = labels_of(conditions)
    if all_columns:
        labels |= {name: Setting(name) for name in EDITION.parameters}
    return Ledger.of(EDITION, readings[0].period, readings, labels)


def of_columns(conditions: Sequence[Condition], ledger: Ledger) -> Table:
    found = [column.cast(int).fill_null(SKIPS).to_numpy() for column in verdicts(conditions, ledger)]
    return np.array(found, np.int8).T.reshape(ledger.frame.height, len(conditions))


def of_letters(rows: Iterable[str]) -> Table:
    """What the browser says: a string of T, F and N for each filing."""
    table = np.full(256, -1, np.int8)
    table[list(OF_LETTERS)] = list(OF_LETTERS.values())
    return np.array([table[np.frombuffer(row.encode(), np.uint8)] for row in rows])


def differences(
    conditions: Sequence[Condition], readings: Sequence[Reading], server: Table, other: Table
) -> Iterator[str]:
    """Every verdict that is not the server's, with what the condition read."""
    assert server.shape == other.shape == (len(readings), len(conditions))
    for row, place in zip(*(server != other).nonzero(), strict=True):
        condition, reading = conditions[place], readings[row]
        figures = {meaning.label: str(reading.value_of(meaning)) for meaning in condition.reads}
        said = f"{WORDS[server[row, place]]}, not: {WORDS[other[row, place]]}"
        yield f"{condition.rule.id} {condition.text} | {condition.rule.when} | {reading.period} {figures}: {said}"


@dataclass
class Tally:
    """How many verdicts were compared. A rule counts once for each filing, whatever its conditions."""

    rules: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    seen: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # of any of a rule's conditions

    def add(self, conditions: Sequence[Condition], server: Table) -> None:
        places = defaultdict(list)
        for place, condition in enumerate(conditions):
            places[condition.rule.id].append(place)
        for rule, columns in places.items():
            verdicts = server[:, columns]
            self.seen[rule] |= set(np.unique(verdicts).tolist())
            fails = (verdicts == FAILS).any(axis=1)
            holds = (verdicts == HOLDS).any(axis=1) & ~fails
            self.rules[rule].update({FAILS: int(fails.sum()), HOLDS: int(holds.sum())})
            self.rules[rule][SKIPS] += len(server) - int(fails.sum()) - int(holds.sum())

    @property
    def total(self) -> int:
        return sum(verdicts.total() for verdicts in self.rules.values())

    def share(self, verdict: int) -> float:
        return sum(verdicts[verdict] for verdicts in self.rules.values()) / self.total

    def unseen(self) -> list[str]:
        """Rules of which no condition ever held, or none ever failed."""
        return sorted(rule for rule, verdicts in self.seen.items() if not {HOLDS, FAILS} <= verdicts)

    def __str__(self) -> str:
        shares = ", ".join(f"{WORDS[verdict]} {self.share(verdict):.0%}" for verdict in WORDS)
        return f"{self.total} verdicts of {len(self.rules)} rules: {shares}"


@dataclass(frozen=True, repr=False)
class Block:
    """Filings of one period with the server's verdicts."""

    conditions: Sequence[Condition]
    readings: Sequence[Reading]
    ledger: Ledger
    server: Table


def blocks(frequency: str, seed: int, count: int, conditions: Sequence[Condition] = ()) -> Iterator[Block]:
    judged = conditions or conditions_of(EDITION, frequency)
    for number, readings in enumerate(cases(EDITION, frequency, seed, count, conditions)):
        ledger = ledger_of(judged, readings, all_columns=number % 4 == 3)
        yield Block(judged, readings, ledger, of_server(judged, readings))
