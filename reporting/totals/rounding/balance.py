"""舍位平衡: figures rounded so that parts add up to their totals in every direction.

Each figure becomes the whole step below it or the one above: it moves by less than one step, and what is a whole number
of steps, nought among them, stays. Of all such roundings the one is taken whose figures move least in all. That is a
programme of zeros and ones, for HiGHS. A table that adds up in two hierarchies (parts of parts down the rows, districts
and city across) always has one; a table in three directions may have none."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import pairwise
from math import floor

import highspy

MOST_NODES = 2000  # of one programme, which takes one; a limit of time would make figures depend on the machine


@dataclass(frozen=True, order=True)
class Addition:
    """The parts, less those that are taken off, make the total or, `at_most`, do not exceed it (其中)."""

    total: str
    parts: tuple[str, ...]
    less: tuple[str, ...] = ()
    at_most: bool = False

    @property
    def signs(self) -> dict[str, int]:
        """With which sign each stands in what must then be nought."""
        return dict.fromkeys(self.parts, 1) | dict.fromkeys((self.total, *self.less), -1)


class Failure(Enum):
    IMPOSSIBLE = "不能成立"
    UNDECIDED = "在限定的计算量内没有求出"  # there may be a rounding, and nobody has found the best one


class Unbalanced(Exception):
    """No rounding keeps these relations all together, or none was found; the text names the first."""

    def __init__(self, failures: Mapping[Addition, Failure]):
        self.failures = failures
        first, failure = next(iter(failures.items()))
        sign = "不超过" if first.at_most else "等于"
        said = "－".join(["＋".join(first.parts), *first.less])
        super().__init__(f"舍位后无法平衡：“{said} {sign} {first.total}”{failure.value}。")

    @property
    def relations(self) -> tuple[Addition, ...]:
        return tuple(self.failures)


@dataclass(frozen=True)
class OpenAddition:
    """A relation between the figures that may go up or down: their ups, each with its sign, come to `gap`."""

    relation: Addition
    signs: Mapping[str, int]
    gap: int

    @property
    def is_within_reach(self) -> bool:
        least, most = -sum(sign < 0 for sign in self.signs.values()), sum(sign > 0 for sign in self.signs.values())
        return least <= self.gap and (self.relation.at_most or self.gap <= most)

    def holds(self, up: Collection[str]) -> bool:
        moved = sum(sign for key, sign in self.signs.items() if key in up)
        return moved <= self.gap if self.relation.at_most else moved == self.gap


def balance(
    figures: Mapping[str, Decimal], relations: Iterable[Addition], divisor: Decimal, decimals: int
) -> dict[str, Decimal]:
    """The figures divided by `divisor`, with so many decimals. In whatever order they come, and whatever stands beside
    them untied, the outcome is the same.

    Raises Unbalanced."""
    step = Fraction(divisor) / 10**decimals
    steps = {key: Fraction(figures[key]) / step for key in sorted(figures)}
    floors = {key: floor(exact) for key, exact in steps.items()}
    over = {key: exact - floors[key] for key, exact in steps.items() if exact != floors[key]}
    rows = [row_of(relation, floors, over) for relation in sorted(set(relations))]
    if beyond := [row.relation for row in rows if not row.is_within_reach]:
        raise Unbalanced(dict.fromkeys(beyond, Failure.IMPOSSIBLE))
    up: set[str] = set()
    failures: dict[Addition, Failure] = {}
    for keys, tied in tied_together(over, rows):
        own = {key: over[key] for key in keys}
        chosen = moved_least(own, tied)
        if isinstance(chosen, Failure):
            failures |= [first_that_cannot_hold(own, tied, chosen)]
        else:
            up |= chosen
    if failures:
        raise Unbalanced(failures)
    if broken := [row.relation for row in rows if not row.holds(up)]:  # the solver reckons in floating point
        raise ArithmeticError(f"The solver's answer breaks {len(broken)} relations, the first: {broken[0]}")
    return {key: Decimal(below + (key in up)).scaleb(-decimals) for key, below in floors.items()}


def row_of(relation: Addition, floors: Mapping[str, int], over: Collection[str]) -> OpenAddition:
    signs = relation.signs
    gap = -sum(sign * floors[key] for key, sign in signs.items())
    return OpenAddition(relation, {key: sign for key, sign in signs.items() if key in over}, gap)


def tied_together(over: Collection[str], rows: Sequence[OpenAddition]) -> list[tuple[list[str], list[OpenAddition]]]:
    """PaperFigures that no relation ties are rounded apart: what one table says does not hang on another beside it."""
    first = {key: key for key in over}  # each leads to an earlier figure it is tied to, the first to itself

    def first_of(key: str) -> str:
        while first[key] != key:
            first[key] = key = first[first[key]]
        return key

    for row in rows:
        for one, other in pairwise(row.signs):
            early, late = sorted((first_of(one), first_of(other)))
            first[late] = early
    groups: dict[str, tuple[list[str], list[OpenAddition]]] = {}
    for key in over:
        groups.setdefault(first_of(key), ([], []))[0].append(key)
    for row in rows:
        if row.signs:
            groups[first_of(next(iter(row.signs)))][1].append(row)
    return list(groups.values())


def moved_least(over: Mapping[str, Fraction], rows: Sequence[OpenAddition]) -> frozenset[str] | Failure:
    """Which figures go up, of what each is over the step below it. An answer the solver has not proved to be the best
    is none: another version of it would find another."""
    solver = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "mip_max_nodes": MOST_NODES, "mip_rel_gap": 0.0}
    for option, value in options.items():
        solver.setOptionValue(option, value)
    place = {key: column for column, key in enumerate(over)}
    for key, column in place.items():
        solver.addVar(0.0, 1.0)
        solver.changeColCost(column, float(1 - 2 * over[key]))  # what moving it up costs more than moving it down
        solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for row in rows:
        least = -highspy.kHighsInf if row.relation.at_most else row.gap
        columns = [place[key] for key in row.signs]
        solver.addRow(least, row.gap, len(columns), columns, list(map(float, row.signs.values())))
    solver.run()
    status = solver.getModelStatus()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Failure.IMPOSSIBLE
    if status != highspy.HighsModelStatus.kOptimal:
        return Failure.UNDECIDED
    values = solver.getSolution().col_value
    return frozenset(key for key, column in place.items() if values[column] > 0.5)


def first_that_cannot_hold(
    over: Mapping[str, Fraction], rows: Sequence[OpenAddition], failure: Failure
) -> tuple[Addition, Failure]:
    """The first relation that cannot be kept together with those before it, and why."""
    holds, fails = 0, len(rows)
    while fails - holds > 1:
        middle = (holds + fails) // 2
        tried = moved_least(over, rows[:middle])
        if isinstance(tried, Failure):
            fails, failure = middle, tried
        else:
            holds = middle
    return rows[fails - 1].relation, failure
