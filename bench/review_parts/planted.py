"""Errors planted in a month of a city of habits, and where they stand in the queue: ours, by revenue, by warnings.

A filing in a hundred and more is wrong: in its unit (ten times, ten thousand times, a tenth, in every amount), in one
digit (doubled, dropped, the point shifted, in one cell), copied (last month's sums, last year's month), nought in all
software revenue (vanished: the rules let it in where no month stands before), or something of a firm that never had
anything (appeared). Half of the wrong ones are among the largest tenth of the firms. What the rules would not have let
in is mended by its firm and counted apart. Harmful is what moves a headline total by more than 0.05 %.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.review_parts.plausible import MONEY, habits_of
from bench.review_parts.stored import AT, PREV, YEAR, YEAR_AGO, City, as_cells, be_filed, judged, register
from forms_tables.edition.periods import PeriodCode
from reporting.consequence.board import measures_of
from reporting.consequence.ordering import order_of
from reporting.filing.judging import Judgement
from reporting.models import Period, State

RATE = 0.02
HARM = 0.0005  # of a total
FIRST = 0.05  # of the queue
SOFTWARE = ("2020", "2021", "2022", "2023", "2041", "2043")  # revenue and its parts; exports are of it
WATCHED = 3  # measures: the headline figure, the base, the people employed
KINDS = ("unit ×10", "unit ×10000", "unit ÷10", "digit", "copied month", "copied year", "vanished", "appeared")
COPIED = {"copied month": PREV, "copied year": YEAR_AGO}
QUEUES = ("ours", "revenue", "warnings")
DIGIT_IN = ("2010.c1", "2021.c1", "2022.c1", "2050.c1", "2080.c1", "2110.c1", "2111.c1", "2112.c1")


@dataclass(frozen=True)
class Slip:
    kind: str
    is_large: bool  # the firm
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Planted:
    slip: Slip
    stopped: bool  # the rules would not have let it in
    harm: float  # the largest part of a total that it moves
    places: Mapping[str, int]  # in each queue, from 1

    @property
    def harmful(self) -> bool:
        return self.harm > HARM


@dataclass(frozen=True)
class Outcome:
    planted: Sequence[Planted]
    first: int  # how long the part of the queue is that is looked at

    def found(self, queue: str) -> int:
        """How many harmful ones stand in that part."""
        return sum(one.harmful and one.places[queue] <= self.first for one in self.planted)

    def only(self, holds: Callable[[Slip], bool]) -> Outcome:
        return Outcome([one for one in self.planted if holds(one.slip)], self.first)


def plant(size: int, seed: int, month: int) -> Outcome:
    """A city in an empty database, a month of it with errors, and where each of them stands."""
    habits, dice = habits_of(size, seed), np.random.default_rng(seed + 1)
    busy = as_cells(habits.said(YEAR, month))
    idle = idle_among(busy, np.random.default_rng(seed + 2))
    habits = habits.without(idle)
    city, true = register(habits, month), as_cells(habits.said(YEAR, month))
    wrong = spoilt(city, true, dice) | {at: Slip("appeared", turn % 2 == 0, busy[at]) for turn, at in enumerate(idle)}
    judgements = [judged(city, at, wrong[at].cells if at in wrong else right) for at, right in enumerate(true)]
    stopped = [at for at in wrong if judgements[at].blocks]
    for at in stopped:
        judgements[at] = judged(city, at, true[at])
    filings = be_filed(city, city.period, true, judgements, State.SUBMITTED)
    queues = queues_of(city.period, [filing.pk for filing in filings], judgements)
    harms = harms_of(true, judgements)
    planted = [
        Planted(slip, at in stopped, float(harms[at]), {queue: places[at] for queue, places in queues.items()})
        for at, slip in wrong.items()
    ]
    return Outcome(planted, round(len(filings) * FIRST))


def number_of(size: int) -> int:
    """So many are planted, of all kinds together."""
    return max(2 * len(KINDS), round(size * RATE))


def by_size(true: Sequence[Mapping[str, str]]) -> np.ndarray:
    return np.argsort([-float(cells["2010.c1"]) for cells in true])


def idle_among(busy: Sequence[Mapping[str, str]], dice: np.random.Generator) -> list[int]:
    """Firms that never earned anything and will say they did: what they would have earned, large and small in turn."""
    order, tenth = by_size(busy), len(busy) // 10
    turns = range(round(number_of(len(busy)) / len(KINDS)))
    drawn = [int(dice.choice(order[:tenth] if turn % 2 == 0 else order[tenth:])) for turn in turns]
    return list(dict.fromkeys(drawn))


def spoilt(city: City, true: Sequence[Mapping[str, str]], dice: np.random.Generator) -> dict[int, Slip]:
    """Which firms say something wrong, and what they say."""
    order, tenth, kinds = by_size(true), len(true) // 10, [kind for kind in KINDS if kind != "appeared"]
    order = order[[float(true[at]["2010.c1"]) > 0 for at in order]]
    found = {}
    for turn in range(number_of(len(true)) * len(kinds) // len(KINDS)):
        is_large = turn % 2 == 0
        at, kind = int(dice.choice(order[:tenth] if is_large else order[tenth:])), kinds[turn // 2 % len(kinds)]
        if cells := spoilt_as(kind, city, at, true[at], dice):
            found[at] = Slip(kind, is_large, cells)
    return found


def spoilt_as(
    kind: str, city: City, at: int, cells: Mapping[str, str], dice: np.random.Generator
) -> Mapping[str, str] | None:
    """None where there is nothing to copy."""
    if kind in COPIED:
        before = city.history.get(COPIED[kind])
        return before[at] if before else None
    if kind == "vanished":
        return {cell: "0.00" if cell.startswith(SOFTWARE) else text for cell, text in cells.items()}
    return a_digit(cells, dice) if kind == "digit" else in_another_unit(cells, kind)


def in_another_unit(cells: Mapping[str, str], kind: str) -> dict[str, str]:
    factor = {"unit ×10": 10, "unit ×10000": 10_000, "unit ÷10": 0.1}[kind]
    money = {f"{code}.c1" for code in MONEY}
    return {cell: f"{float(text) * factor:.2f}" if cell in money else text for cell, text in cells.items()}


def a_digit(cells: Mapping[str, str], dice: np.random.Generator) -> dict[str, str]:
    """One figure with its second digit doubled or dropped, or its point one further to the right."""
    cell = dice.choice([cell for cell in DIGIT_IN if float(cells[cell]) >= 10])
    text = cells[cell]
    slips = (text[:2] + text[1:], text[:1] + text[2:], f"{float(text) * 10:.{0 if cell == '2112.c1' else 2}f}")
    return {**cells, str(cell): str(dice.choice(slips))}


def queues_of(period: PeriodCode, filings: Sequence[int], judgements: Sequence[Judgement]) -> dict[str, list[int]]:
    """Where each filing stands, by its number in the city: by consequence, by revenue alone, by warnings alone."""
    order = order_of(Period.objects.get(pk=period.code), AT).frame
    ours = dict(zip(order["filing"].to_list(), order["place"].to_list(), strict=True))
    headline = measures_of(judgements[0].edition, "month")[0].cell
    revenue = [-float(judgement.completed.values[headline] or 0) for judgement in judgements]
    warnings = [-len(judgement.warnings) for judgement in judgements]
    return dict(
        zip(QUEUES, ([ours[filing] for filing in filings], places_of(revenue), places_of(warnings)), strict=True)
    )


def places_of(scores: Sequence[float]) -> list[int]:
    """From 1, the smallest first, equal ones as they came."""
    places = np.empty(len(scores), dtype=int)
    places[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return places.tolist()


def harms_of(true: Sequence[Mapping[str, str]], judgements: Sequence[Judgement]) -> np.ndarray:
    """The largest part of a watched total that what each firm says is off by."""
    measures = [measure.cell for measure in measures_of(judgements[0].edition, "month")[:WATCHED]]
    right = np.array([[float(cells[cell]) for cell in measures] for cells in true])
    said = np.array([[float(judgement.completed.values[cell] or 0) for cell in measures] for judgement in judgements])
    return (np.abs(said - right) / right.sum(axis=0)).max(axis=1)


def told(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each kind of error, of several cities together, for large firms and for the others, and for all."""
    lines: dict[str, Callable[[Slip], bool]] = {kind: lambda slip, kind=kind: slip.kind == kind for kind in KINDS}
    lines |= {"large firms": lambda slip: slip.is_large, "other firms": lambda slip: not slip.is_large}
    lines |= {"all": lambda slip: True}
    return [
        f"{'':14}{'planted':>9}{'stopped':>9}{'harmful':>9}" + "".join(f"{queue:>10}" for queue in QUEUES),
        *(line(name, [outcome.only(holds) for outcome in outcomes]) for name, holds in lines.items()),
    ]


def line(name: str, outcomes: Sequence[Outcome]) -> str:
    planted = [one for outcome in outcomes for one in outcome.planted]
    counts = [len(planted), sum(one.stopped for one in planted), sum(one.harmful for one in planted)]
    found = [sum(outcome.found(queue) for outcome in outcomes) for queue in QUEUES]
    return f"{name:14}" + "".join(f"{count:>9}" for count in counts) + "".join(f"{count:>10}" for count in found)
