"""Which cell is wrong? The fewest cells whose change satisfies every failed rule (Fellegi and Holt's error
localisation). A hint about where to look and never a correction: nothing here can change a figure.

All rules of level error count that are linear in the figures (linear.py): those that fail, and those that hold now and
must go on holding. Choosing the cells is an integer programme: cover every failed rule with as few cells as can be.
Whether the chosen cells can be given figures is then settled exactly (elimination.py); when they cannot, the
contradiction says of which cells one must be chosen as well, and the programme is solved again. So there is no floating
arithmetic but in a programme of zeros and ones, and 15-digit amounts are judged to the cent.

Cells that may be wrong are those a firm types, and automatic cells in which something else was typed: their only other
value is the one the system computes. Blanks stay blank; a missing figure is told as 必填项为空, not guessed here. Every
suggestion is tried: the form is completed and judged again with it, and shown only if it fails nothing new."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Edition
from forms_tables.filling.completion import EXACT, Completed, Facts, complete
from forms_tables.filling.parsing import MOST_WHOLE_DIGITS
from forms_tables.repair.elimination import Bound, Contradiction, Interval, Region, TooMany, bound_of, region_of
from forms_tables.repair.fewest_cells import fewest_cells_touching
from forms_tables.repair.linear import (
    FilingFigures,
    Inequality,
    Linear,
    NotLinear,
    Sum,
    alternatives_in,
    figures_of,
    wanted_of,
)
from forms_tables.repair.mistypings import Mistyping, Picked, pick
from forms_tables.rules.checks import Condition, conditions_of, verdicts_of

MOST_TRIES = 60  # programmes solved for one filing
MOST_WAYS = 16  # ways in which one rule may hold
MOST_COMBINED = 200  # combinations of such ways tried for one set of cells
MOST_INSTEAD = 3  # other cells named in place of one
MOST_ROUNDED = 4  # units by which the rounding of a computed cell moves the end of a range
LIMIT = Decimal(10) ** MOST_WHOLE_DIGITS


@dataclass(frozen=True)
class Repair:
    """How a cell that may be wrong could be put right: what stands there and one figure with which the rules hold."""

    cell: str
    now: Decimal
    instead: Decimal
    low: Decimal | None  # between which figures the rules hold, the other cells being as suggested
    high: Decimal | None
    mistyping: Mistyping | None
    is_settled: bool = False  # the rules leave no more than rounding to choose from
    is_automatic: bool = False  # the figure is the one the system computes


@dataclass(frozen=True)
class WrongCell:
    """A cell that may be wrong: one of the smallest set, and those any of which could take its place in it."""

    change: Repair
    others: tuple[Repair, ...]
    more: bool = False  # there are still others


@dataclass(frozen=True)
class Hint:
    wrong_cells: tuple[WrongCell, ...]
    repaired: tuple[str, ...]  # the failed rules that then hold
    left_out: tuple[str, ...]  # failed rules that no change of figures satisfies, or that are not linear

    def __bool__(self) -> bool:
        return bool(self.wrong_cells)


NOTHING = Hint((), (), ())


@dataclass(frozen=True)
class Demand:
    """A rule as rows of figures: it holds when all the rows of one of the ways do."""

    ways: tuple[tuple[Inequality, ...], ...]
    fails: bool

    @cached_property
    def cells(self) -> frozenset[str]:
        return frozenset(cell for way in self.ways for row in way for cell in row.sum.times)


def suggest(edition: Edition, typed: Mapping[str, str], facts: Facts) -> Hint:
    """`typed` are the cells of the tables the firm owes; the same cells always get the same hint."""
    with localcontext(EXACT):
        return _Search(edition, typed, facts).run()


class _Search:
    def __init__(self, edition: Edition, typed: Mapping[str, str], facts: Facts):
        self.edition, self.facts, self.typed = edition, facts, typed
        self.conditions = conditions_of(edition, facts.period.frequency)
        self.completed = complete(edition, typed, facts)
        self.verdicts = self.judge(self.completed)
        self.failing = [n for n, c in enumerate(self.conditions) if _blocks(c) and self.verdicts[n] is False]
        self.left_out: dict[str, None] = {}
        self.reachable: set[int] = set()

    def judge(self, completed: Completed) -> list[bool | None]:
        frequency = self.facts.period.frequency
        return verdicts_of(self.edition, frequency)(self.facts.reading(self.edition, completed.values))

    def run(self) -> Hint:
        if not self.failing:
            return NOTHING
        self.figures = self.read_figures()
        self.demands = self.read_demands()
        self.cuts = [Contradiction(demand.cells) for demand in self.demands if demand.fails]
        self.blamed = Counter(cell for demand in self.demands if demand.fails for cell in demand.cells)
        self.banned: list[frozenset[str]] = []
        self.tries = MOST_TRIES
        best = self.next_set() if self.cuts else None
        if best is None:
            return Hint((), (), tuple(self.left_out))
        rules = dict.fromkeys(self.conditions[n].rule.id for n in self.failing if n in self.reachable)
        return Hint(tuple(self.wrong_cells(best)), tuple(rules), tuple(self.left_out))

    # What the filing says, as sums

    def read_figures(self) -> FilingFigures:
        overridden = self.completed.overridden
        kept = {key: text for key, text in self.typed.items() if key not in overridden}
        untouched = complete(self.edition, kept, self.facts) if overridden else self.completed
        reading = self.facts.reading(self.edition, self.completed.values)
        return figures_of(self.completed, untouched.values, reading)

    def read_demands(self) -> list[Demand]:
        reading = self.facts.reading(self.edition, self.completed.values)
        demands = []
        for number, condition in enumerate(self.conditions):
            if not _blocks(condition) or self.verdicts[number] is None:
                continue
            fails = self.verdicts[number] is False
            try:
                binding = Linear(condition.scope, reading, self.figures.sums)
                wanted = wanted_of(condition.tree, condition.premise, binding)
                demand = Demand(alternatives_in(wanted, MOST_WAYS), fails)
            except NotLinear:
                demand = None
            if demand and demand.cells:
                demands.append(demand)
                self.reachable.add(number)
            elif fails:
                self.left_out[condition.rule.id] = None
        return demands

    # The search

    def next_set(self, must: frozenset[str] = frozenset(), most: int | None = None) -> dict[str, Repair] | None:
        """The next smallest set of cells that proves right, holding all of `must` and no more than `most` cells."""
        cells = sorted(frozenset().union(*(cut.cells | cut.tied for cut in self.cuts)) | must)
        while self.tries:
            self.tries -= 1
            chosen = fewest_cells_touching(cells, self.cuts, self.banned, must, self.blamed)
            if chosen is None or (most is not None and len(chosen) > most):
                return None
            try:
                found = self.region(chosen, self.figures.typed)
            except TooMany:
                return None
            if isinstance(found, Contradiction):
                self.cuts.append(found)
                cells = sorted({*cells, *found.cells})
                continue
            self.banned.append(chosen)
            changes = self.changes_in(found)
            if changes and self.proves_right(changes):
                return changes
        return None

    def wrong_cells(self, best: Mapping[str, Repair]) -> Iterator[WrongCell]:
        """Each cell with those that could take its place; what is said of one holds with the others as suggested."""
        best, places = dict(best), []
        for cell in self.in_form_order(best):
            rest = {key: change for key, change in best.items() if key != cell}
            in_turn = self.candidates(best.pop(cell), rest)
            best[in_turn[0].cell] = in_turn[0]
            places.append([change.cell for change in in_turn])
        for cell, *others in places:
            rest = {key: change for key, change in best.items() if key != cell}
            known = self.beside_the_rest(cell, rest) or best[cell]
            change = replace(known, instead=best[cell].instead, mistyping=best[cell].mistyping)
            beside = [found for other in others if (found := self.beside_the_rest(other, rest))]
            told = [self.with_proven_ends(found, rest) for found in (change, *beside[:MOST_INSTEAD])]
            yield WrongCell(told[0], tuple(told[1:]), len(beside) > MOST_INSTEAD)

    def with_proven_ends(self, change: Repair, rest: Mapping[str, Repair]) -> Repair:
        """The range with ends that prove right as well: the system rounds what it computes, which no sum says."""
        if change.mistyping or change.is_settled or change.is_automatic:
            return change
        ends, unit = [], self.unit(change.cell)
        for end, inwards in ((change.low, unit), (change.high, -unit)):
            near = [] if end is None else [end + steps * inwards for steps in range(MOST_ROUNDED)]
            proven = (e for e in near if self.proves_right({**rest, change.cell: replace(change, instead=e)}))
            ends.append(next(proven, None))
            if near and ends[-1] is None:
                return replace(change, low=None, high=None)
        return replace(change, low=ends[0], high=ends[1])

    def candidates(self, change: Repair, rest: Mapping[str, Repair]) -> list[Repair]:
        """The cell and those that could take its place; one whose mistyping is known comes first."""
        must = frozenset(rest)
        cells, kept = [change.cell], list(self.banned)
        self.banned.append(must | {change.cell})
        while len(cells) <= MOST_INSTEAD + 1 and (found := self.next_set(must, len(rest) + 1)):
            cells.append(next(cell for cell in found if cell not in must))
        self.banned = kept
        changes = {cell: self.beside_the_rest(cell, rest) for cell in self.in_form_order(cells)}
        changes[change.cell] = changes[change.cell] or change
        return sorted(filter(None, changes.values()), key=lambda found: (found.mistyping is None, not found.is_settled))

    def beside_the_rest(self, cell: str, rest: Mapping[str, Repair]) -> Repair | None:
        """What the cell could be if the rest is as suggested; None where it could not be wrong."""
        now = {**self.figures.typed, **{key: change.instead for key, change in rest.items()}}
        try:
            found = self.region(frozenset([cell]), now)
        except TooMany:
            return None
        changes = None if isinstance(found, Contradiction) else self.changes_in(found)
        return changes[cell] if changes and self.proves_right({**rest, **changes}) else None

    def region(self, chosen: frozenset[str], now: Mapping[str, Decimal]) -> Region | Contradiction:
        """Where the chosen cells may lie, every other cell staying as it is now."""
        bounds, choices, closed = self.own_bounds(chosen, now), [], []
        for number, demand in enumerate(self.demands):
            if not demand.cells & chosen and not demand.fails:
                continue
            ways = [[bound_of(row, chosen, now) for row in way] for way in demand.ways]
            possible = [[bound for bound in way if bound.factors] for way in ways if not any(b.is_broken for b in way)]
            if [] in possible:
                continue
            # A way is closed only as long as the cells that close it stay.
            closed += [bound.origin for way in ways for bound in way if bound.is_broken]
            if len(possible) == 1:
                bounds += possible[0]
            else:
                as_now_first = sorted(possible, key=lambda way: not all(b.holds(now) for b in way))
                choices.append([[bound.by_choice(number) for bound in way] for way in as_now_first])
        self.combined = 0
        found = self.choose_ways(bounds, choices, chosen)
        return found if isinstance(found, Region) else Contradiction.of_all([found, *closed])

    def choose_ways(
        self, bounds: list[Bound], choices: list[list[list[Bound]]], chosen: frozenset[str]
    ) -> Region | Contradiction:
        """One way after another for each rule that has several; back at once to the choice that is at fault."""
        if not choices:
            self.combined += 1
            if self.combined > MOST_COMBINED:
                raise TooMany
            return region_of(bounds, chosen)
        met = []
        for way in choices[0]:
            found = self.choose_ways(bounds + way, choices[1:], chosen)
            if isinstance(found, Region) or not way or not found.choices & way[0].origin.choices:
                return found
            met.append(found)
        none_left = Contradiction.of_all(met)
        own = frozenset().union(*(bound.origin.choices for way in choices[0] for bound in way))
        return replace(none_left, choices=none_left.choices - own)

    def own_bounds(self, chosen: frozenset[str], now: Mapping[str, Decimal]) -> list[Bound]:
        """What a cell can hold at all; and that an automatic one follows from the others."""
        rows: list[tuple[Inequality, str]] = []
        for cell in sorted(chosen):
            itself = Sum(Decimal(0), {cell: Decimal(1)})
            if cell in self.figures.overridden:
                apart = itself.plus(self.figures.overridden[cell], -1)
                rows += [(Inequality(apart), cell), (Inequality(apart.scaled(Decimal(-1))), cell)]
            at = CellAddress.parse(cell)
            lowest = Decimal(0) if at.column in self.edition.indicator(at.code).nonnegative_columns else 1 - LIMIT
            within = Inequality(itself.plus(Sum(LIMIT), -1), True), Inequality(Sum(lowest).plus(itself, -1))
            rows += [(row, "") for row in within]
        return [bound_of(row, chosen, now, tied) for row, tied in rows]

    def changes_in(self, region: Region) -> dict[str, Repair] | None:
        """One figure for each cell of the set."""
        picked: dict[str, Picked] = {}

        def choose(cell: str, interval: Interval) -> Fraction | None:
            beside = {} if cell in self.figures.overridden else self.beside(cell)
            found = pick(self.figures.typed[cell], self.unit(cell), interval, beside, self.alike(cell))
            if found is None and cell in self.figures.overridden and interval.low is not None:  # a sum, not rounded yet
                found = Picked(Decimal(round(interval.low / Fraction(self.unit(cell)))) * self.unit(cell), None, None)
            if found:
                picked[cell] = found
            return Fraction(found.value) if found else None

        if region.choose(choose) is None:
            return None
        return {
            cell: Repair(
                cell,
                self.figures.typed[cell],
                found.value,
                _said(found.low),
                _said(found.high),
                None if cell in self.figures.overridden else found.mistyping,
                found.is_settled,
                cell in self.figures.overridden,
            )
            for cell, found in picked.items()
        }

    def unit(self, cell: str) -> Decimal:
        at = CellAddress.parse(cell)
        decimals = self.edition.indicator(at.code).decimals_in(at.column)
        return Decimal(1).scaleb(-6 if decimals is None else -decimals)

    def beside(self, cell: str) -> dict[str, Decimal]:
        """The typed figures of the same column in the rows above and below."""
        same = CellAddress.parse(cell).column
        column = [key for key in self.in_form_order(self.figures.typed) if CellAddress.parse(key).column == same]
        place = column.index(cell)
        return {key: self.figures.typed[key] for key in (*column[place - 1 : place], *column[place + 1 : place + 2])}

    def alike(self, cell: str) -> list[Decimal]:
        """The figures of the row's other columns, as a year ago, which are of the same kind."""
        at = CellAddress.parse(cell)
        indicator = self.edition.indicator(at.code)
        kind = indicator.kind_in(at.column)
        same = [key for key in indicator.columns if key != at.column and indicator.kind_in(key) == kind]
        return [value for key in same if isinstance(value := self.completed.values.get(f"{at.code}.{key}"), Decimal)]

    def in_form_order(self, cells: Iterable[str]) -> list[str]:
        return sorted(cells, key=lambda cell: (self.order[CellAddress.parse(cell).code], cell))

    @cached_property
    def order(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self.edition.indicators)}

    def proves_right(self, changes: Mapping[str, Repair]) -> bool:
        """The form completed and judged again with the changes: what was to hold holds, and nothing new fails."""
        typed = {key: text for key, text in self.typed.items() if key not in changes}
        typed |= {key: format(change.instead, "f") for key, change in changes.items() if not change.is_automatic}
        completed = complete(self.edition, typed, self.facts)
        if set(completed.problems) - set(self.completed.problems):
            return False
        return not any(
            after is False and (before is not False or number in self.reachable)
            for number, (before, after) in enumerate(zip(self.verdicts, self.judge(completed), strict=True))
            if _blocks(self.conditions[number])
        )


def _said(end: Decimal | None) -> Decimal | None:
    """An end of a range; none where only the length of a figure ends it."""
    return None if end is None or abs(end) >= LIMIT - 1 else end


def _blocks(condition: Condition) -> bool:
    return condition.rule.level == "error"
