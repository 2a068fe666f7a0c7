"""Whether inequalities can hold when some cells may change and all others stay, exactly: cells are eliminated one after
another (Fourier and Motzkin). Every row remembers which unchanged cells it came from, so that a contradiction names the
cells of which one must change as well: the implied edit of Fellegi and Holt."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from forms_tables.repair.linear import Inequality

MOST_ROWS = 1500


class TooMany(Exception):
    """More rows than a hint is worth."""


@dataclass(frozen=True)
class Contradiction:
    """These rows cannot hold unless one of the cells changes too, or one of the tied cells does not."""

    cells: frozenset[str]
    tied: frozenset[str] = frozenset()
    choices: frozenset[int] = frozenset()  # where one of several ways was taken, and another might do

    @staticmethod
    def of_all(origins: Iterable["Contradiction"]) -> "Contradiction":
        every = list(origins)
        cells: frozenset[str] = frozenset().union(*(origin.cells for origin in every))
        tied: frozenset[str] = frozenset().union(*(origin.tied for origin in every))
        return Contradiction(cells, tied, frozenset[int]().union(*(origin.choices for origin in every)))


@dataclass(frozen=True)
class Bound:
    """Σ factor × cell + rest ≤ 0, over the cells that may change."""

    factors: Mapping[str, Fraction]
    rest: Fraction
    strict: bool
    origin: Contradiction

    @property
    def is_broken(self) -> bool:
        return not self.factors and not self.holds({})

    def holds(self, at: Mapping[str, Decimal]) -> bool:
        over = self.rest + sum(factor * Fraction(at[cell]) for cell, factor in self.factors.items())
        return over < 0 if self.strict else over <= 0

    def by_choice(self, number: int) -> "Bound":
        return replace(self, origin=replace(self.origin, choices=self.origin.choices | {number}))


@dataclass(frozen=True)
class Interval:
    low: Fraction | None = None
    high: Fraction | None = None
    low_excluded: bool = False
    high_excluded: bool = False


def bound_of(row: Inequality, free: frozenset[str], now: Mapping[str, Decimal], tied: str = "") -> Bound:
    """The row with the cells that stay put in as they are; `tied` is the cell it holds for only if that is chosen."""
    factors = {cell: Fraction(factor) for cell, factor in row.sum.times.items() if cell in free}
    fixed = {cell: factor for cell, factor in row.sum.times.items() if cell not in free}
    rest = Fraction(row.sum.constant) + sum(Fraction(factor) * Fraction(now[cell]) for cell, factor in fixed.items())
    origin = Contradiction(frozenset(fixed), frozenset([tied] if tied else []))
    return Bound(factors, rest, row.strict, origin)


@dataclass(frozen=True)
class Region:
    """Where the changed cells may lie: the stages of the elimination, to be gone back through."""

    stages: Sequence[tuple[str, Sequence[Bound]]]

    def choose(
        self, pick: Callable[[str, Interval], Fraction | None]
    ) -> Mapping[str, tuple[Fraction, Interval]] | None:
        """A value for every cell, one after another, each within what the ones before leave to it."""
        chosen: dict[str, tuple[Fraction, Interval]] = {}
        for cell, bounds in reversed(self.stages):
            interval = _interval(cell, bounds, {key: value for key, (value, _) in chosen.items()})
            value = pick(cell, interval)
            if value is None:
                return None
            chosen[cell] = value, interval
        return chosen


def region_of(bounds: Iterable[Bound], free: Iterable[str]) -> Region | Contradiction:
    left, stages = set(free), []
    rows = _tightest(bounds)
    while left:
        cell = min(left, key=lambda key: (_pairs(key, rows), key))
        above = [bound for bound in rows if bound.factors.get(cell, 0) > 0]
        below = [bound for bound in rows if bound.factors.get(cell, 0) < 0]
        stages.append((cell, above + below))
        if len(rows) + len(above) * len(below) > MOST_ROWS:
            raise TooMany
        others = [bound for bound in rows if cell not in bound.factors]
        rows = _tightest(others + [_without(cell, high, low) for high in above for low in below])
        left.remove(cell)
    broken = [bound.origin for bound in rows if bound.is_broken]
    if broken:
        return min(broken, key=lambda origin: (len(origin.choices), len(origin.cells), sorted(origin.cells)))
    return Region(stages)


def _pairs(cell: str, rows: Sequence[Bound]) -> int:
    above = sum(bound.factors.get(cell, 0) > 0 for bound in rows)
    below = sum(bound.factors.get(cell, 0) < 0 for bound in rows)
    return above * below


def _without(cell: str, high: Bound, low: Bound) -> Bound:
    a, b = high.factors[cell], -low.factors[cell]
    keys = (high.factors.keys() | low.factors.keys()) - {cell}
    factors = {key: high.factors.get(key, 0) * b + low.factors.get(key, 0) * a for key in keys}
    return Bound(
        {key: factor for key, factor in factors.items() if factor},
        high.rest * b + low.rest * a,
        high.strict or low.strict,
        Contradiction.of_all([high.origin, low.origin]),
    )


def _tightest(bounds: Iterable[Bound]) -> list[Bound]:
    """Of the rows with the same factors only the narrowest; a row without factors stays only where it is broken."""
    kept: dict[object, Bound] = {}
    for bound in bounds:
        if not bound.factors and not bound.is_broken:
            continue
        size = max(map(abs, bound.factors.values()), default=Fraction(1))
        factors = {cell: factor / size for cell, factor in bound.factors.items()}
        narrow = Bound(factors, bound.rest / size, bound.strict, bound.origin)
        key = frozenset(factors.items()) or bound.origin
        if key not in kept or (narrow.rest, narrow.strict) > (kept[key].rest, kept[key].strict):
            kept[key] = narrow
    return list(kept.values())


def _interval(cell: str, bounds: Sequence[Bound], chosen: Mapping[str, Fraction]) -> Interval:
    lows: list[tuple[Fraction, bool]] = []
    highs: list[tuple[Fraction, bool]] = []
    for bound in bounds:
        factor = bound.factors[cell]
        rest = bound.rest + sum(of * chosen[key] for key, of in bound.factors.items() if key != cell)
        (highs if factor > 0 else lows).append((-rest / factor, bound.strict))
    low, low_excluded = max(lows) if lows else (None, False)
    high, high_excluded = min(highs, key=lambda end: (end[0], not end[1])) if highs else (None, False)
    return Interval(low, high, low_excluded, high_excluded)
