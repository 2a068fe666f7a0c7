"""Whether demands can be met together, and if not, by which of them: proven, or not said.

Where a demand can be met in several ways, one is tried after another, and only where the point found so far does not
meet it already. A linear programme (HiGHS, floating) says whether the rows at hand have a point, and which of them are
at odds; what it says is only where to look. That those rows are empty is proven exactly (elimination), and everything
is bounded: what is not proven within the bounds is no contradiction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor, gcd, lcm

import highspy

from forms_tables.repair.elimination import Contradiction, TooMany, bound_of, region_of
from forms_tables.repair.linear import AllOf, AnyOf, Inequality, OneOf, Sum, Wanted

MOST_PROGRAMMES = 60  # solved for one question
MOST_IN_ALL = 6000  # for all questions of one look at a draft, which takes less than a hundred
MOST_ROWS = 3000
SLACK = 1e-7
DemandName = str
WAY = "way "  # begins the name of one of several ways, while it is tried


class Unproven(Exception):
    """More than a question is worth, or what the floating programme saw is not there."""


@dataclass(frozen=True)
class Point:
    """Figures and texts with which everything demanded holds (as far as floating figures tell)."""

    figures: Mapping[str, float]
    choices: Mapping[str, frozenset[str]]

    def meets(self, wanted: Wanted) -> bool:
        match wanted:
            case bool():
                return wanted
            case Inequality(sum=over, strict=strict):
                size = max(1.0, *(abs(float(factor)) for factor in over.times.values()))
                value = float(over.constant) + sum(float(f) * self.figures.get(k, 0.0) for k, f in over.times.items())
                return value < -SLACK * size if strict else value <= SLACK * size
            case OneOf(of=of, among=among, every=every):
                return self.choices.get(of, every) <= among
            case AllOf(parts=parts):
                return all(map(self.meets, parts))
            case AnyOf(parts=parts):
                return any(map(self.meets, parts))
        raise TypeError(wanted)


@dataclass(frozen=True)
class Demands:
    """What must hold at once: each row and choice with the names it comes from, and what can be met in several ways."""

    rows: tuple[tuple[Inequality, frozenset[DemandName]], ...] = ()
    choices: Mapping[str, tuple[frozenset[str], frozenset[DemandName]]] = field(default_factory=dict)
    open: tuple[tuple[AnyOf, frozenset[DemandName]], ...] = ()
    broken: frozenset[DemandName] | None = None  # what cannot hold by itself

    def also(self, wanted: Wanted, names: frozenset[DemandName]) -> "Demands":
        rows, choices, open_, broken = list(self.rows), dict(self.choices), list(self.open), self.broken
        left = [wanted]
        while left:
            match left.pop():
                case True:
                    continue
                case False:
                    broken = names
                case Inequality() as found:
                    rows.append((found, names))
                case OneOf(of=of, among=among, every=every):
                    before, by = choices.get(of, (every, frozenset()))
                    choices[of] = before & among, by if before <= among else by | names
                    if not before & among:
                        broken = by | names
                case AllOf(parts=parts):
                    left.extend(parts)
                case AnyOf() as found:
                    open_.append((found, names))
        return Demands(tuple(rows), choices, tuple(open_), broken)


class Prover:
    """Asks whether demands, each under a name, can be met together."""

    def __init__(self, unit_of: Callable[[str], Decimal | None] = lambda figure: None):
        self.unit_of = unit_of
        self.left, self.left_in_all = MOST_PROGRAMMES, MOST_IN_ALL
        self.tight: dict[int, tuple[Inequality, Inequality]] = {}  # with the row itself, so that its id stays its own

    def meet(self, wanted: Iterable[tuple[DemandName, Wanted]]) -> Point | frozenset[DemandName]:
        """A point that meets all, or the names of some that cannot be met; raises Unproven."""
        self.left = MOST_PROGRAMMES
        demands = Demands()
        for name, demand in wanted:
            demands = demands.also(demand, frozenset([name]))
        return self._meet(demands)

    def core(
        self, asked: Mapping[DemandName, Wanted], known: Mapping[DemandName, Wanted]
    ) -> frozenset[DemandName] | None:
        """The names of some that cannot be met together though they can without any one of them: as few of the asked
        as there can be, and what must be known for it. None when all can be met, or when neither is proven."""
        found = self._at_odds({**asked, **known})
        if found is None:
            return None
        for name in [name for name in asked if name in found]:
            fewer = {other: demand for other, demand in asked.items() if other in found and other != name}
            if name in found and (without := self._at_odds({**fewer, **known})) is not None:
                found = without
        for name in [name for name in known if name in found]:
            fewer = {other: demand for other, demand in {**asked, **known}.items() if other in found and other != name}
            if name in found and (without := self._at_odds(fewer)) is not None:
                found = without
        return found

    def _at_odds(self, wanted: Mapping[DemandName, Wanted]) -> frozenset[DemandName] | None:
        try:
            found = self.meet(wanted.items())
        except (Unproven, TooMany):
            return None
        return None if isinstance(found, Point) else found

    def _meet(self, demands: Demands) -> Point | frozenset[DemandName]:
        if demands.broken is not None:
            return demands.broken
        point = self._point(demands)
        if isinstance(point, frozenset):
            return point
        unmet = next((one for one in demands.open if not point.meets(one[0])), None)
        if unmet is None:
            return point
        ways, names = unmet
        others = Demands(demands.rows, demands.choices, tuple(one for one in demands.open if one is not unmet))
        because = set(names)
        for number, way in enumerate(ways.parts):
            taken = f"{WAY}{id(ways)}/{number}"
            found = self._meet(others.also(way, frozenset([taken])))
            if isinstance(found, Point) or taken not in found:
                return found
            because |= found - {taken}
        return frozenset(because)

    def _point(self, demands: Demands) -> Point | frozenset[DemandName]:
        self.left -= 1
        self.left_in_all -= 1
        if min(self.left, self.left_in_all) < 0 or len(demands.rows) > MOST_ROWS:
            raise Unproven
        rows = [self._tightened(one) for one, _ in demands.rows]
        found = solve(rows)
        if isinstance(found, dict):
            return Point(found, {of: among for of, (among, _) in demands.choices.items()})
        return proven_empty([(rows[place], demands.rows[place][1]) for place in found])

    def _tightened(self, one: Inequality) -> Inequality:
        if id(one) not in self.tight:
            self.tight[id(one)] = one, tightened(one, {figure: self.unit_of(figure) for figure in one.sum.times})
        return self.tight[id(one)][1]


def proven_empty(rows: Sequence[tuple[Inequality, frozenset[DemandName]]]) -> frozenset[DemandName]:
    """The names of rows that have no point, by exact elimination; raises Unproven where they have one."""
    figures = frozenset(figure for one, _ in rows for figure in one.sum.times)
    bounds = []
    for one, names in rows:
        bound = bound_of(one, figures, {})
        bounds.append(type(bound)(bound.factors, bound.rest, bound.strict, Contradiction(names)))
    found = region_of(bounds, figures)
    if not isinstance(found, Contradiction):
        raise Unproven
    return found.cells


def tightened(one: Inequality, units: Mapping[str, Decimal | None]) -> Inequality:
    """The same row for figures that are whole multiples of their units: what lies between two of them is left out."""
    known = {figure: Fraction(unit) for figure, unit in units.items() if unit is not None}
    if not known or len(known) < len(units):
        return one
    factors = [Fraction(factor) * known[figure] for figure, factor in one.sum.times.items()]
    step = Fraction(gcd(*(f.numerator for f in factors)), lcm(*(f.denominator for f in factors)))
    most = -Fraction(one.sum.constant) / step
    whole = floor(most)
    if one.strict and whole == most:
        whole -= 1
    least = whole * step  # Σ factor × figure ≤ least
    if least.denominator & (least.denominator - 1) and _never_ends(least.denominator):
        return one
    constant = -Decimal(least.numerator) / Decimal(least.denominator)
    return Inequality(Sum(constant, one.sum.times))


def _never_ends(denominator: int) -> bool:
    for factor in (2, 5):
        while denominator % factor == 0:
            denominator //= factor
    return denominator != 1


def solve(rows: Sequence[Inequality]) -> dict[str, float] | list[int]:
    """A point of the rows, or the places of some that are at odds. Floating: what is at odds is to be proven."""
    found = _programme(rows, slack_everywhere=False)
    if found is None:
        found = _programme(rows, slack_everywhere=True)
    if found is None:
        raise Unproven
    return found


def _programme(rows: Sequence[Inequality], slack_everywhere: bool) -> dict[str, float] | list[int] | None:
    """Pushes the strict rows apart as far as 1, or else measures by how much all rows together fall short. None where
    the rows have no point even with their edges."""
    place: dict[str, int] = {}
    for one in rows:
        for figure in one.sum.times:
            place.setdefault(figure, len(place))
    slack, infinity = len(place), highspy.kHighsInf
    solver = highspy.Highs()
    for option, value in {"output_flag": False, "threads": 1}.items():
        solver.setOptionValue(option, value)
    for _ in place:
        solver.addVar(-infinity, infinity)
    solver.addVar(0.0, infinity if slack_everywhere else 1.0)
    solver.changeColCost(slack, 1.0 if slack_everywhere else -1.0)
    for one in rows:
        size = float(max(map(abs, one.sum.times.values()), default=Decimal(1)))
        columns = [place[figure] for figure in one.sum.times]
        factors = [float(factor) / size for factor in one.sum.times.values()]
        if slack_everywhere or one.strict:
            columns.append(slack)
            factors.append(-1.0 if slack_everywhere else 1.0)
        solver.addRow(-infinity, float(-one.sum.constant) / size, len(columns), columns, factors)
    solver.run()
    status, solution = solver.getModelStatus(), solver.getSolution()
    if status == highspy.HighsModelStatus.kInfeasible and not slack_everywhere:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise Unproven
    moved = solution.col_value[slack]
    fails = moved > SLACK if slack_everywhere else any(one.strict for one in rows) and moved <= SLACK
    if not fails and slack_everywhere:
        raise Unproven
    if not fails:
        return {figure: solution.col_value[column] for figure, column in place.items()}
    return [number for number, dual in enumerate(solution.row_dual) if abs(dual) > 1e-9]
