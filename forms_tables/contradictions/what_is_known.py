"""What is known of figures before any rule is judged: that a row is never negative, what the system computes in a cell
or carries into it, between which bounds a parameter lies. Each piece under the name of what it is known of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from forms_tables.contradictions.propositions import TIMES, Propositions, World
from forms_tables.filling.completion import CellPlan, plans_of
from forms_tables.notation.names import Cell, Moment, Setting, TextScope
from forms_tables.notation.trees import parse, walk
from forms_tables.repair.linear import (
    AllOf,
    AnyOf,
    Inequality,
    NotLinear,
    Sum,
    Wanted,
    all_of,
    any_of,
    inequality,
    negated,
)

MOST_FIGURES = 600
HALF = Decimal("0.5")
COMPUTED, INSTEAD, CARRIED = "computed", "instead", "carried"
NEVER_NEGATIVE, BETWEEN, THERE = "never-negative", "between", "there"


@dataclass(frozen=True)
class Known:
    """One thing known of one figure."""

    sort: str
    figure: str
    wanted: Wanted
    only_if_read: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.sort} {self.figure}"


def figures_in(wanted: Wanted) -> frozenset[str]:
    match wanted:
        case Inequality(sum=over):
            return frozenset(over.times)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return frozenset().union(*map(figures_in, parts))
    return frozenset()


def _factors_of(terms: Iterable[str]) -> set[str]:
    """The figures that are multiplied with each other in these."""
    return {factor for term in terms for factor in term.split(TIMES)}


class Knowledge:
    """What is known of each figure, worked out once."""

    def __init__(self, world: World):
        self.world = world
        self.of: dict[str, tuple[Known, ...]] = {}

    def bearing_on(self, wanted: Iterable[Wanted]) -> list[Known]:
        """All that bears on the figures of these, and on those that come into play by it. What comes into a cell from
        outside the form, an earlier filing or a coefficient, is known only where that is read: without it the firm
        types the cell."""
        terms = frozenset().union(*map(figures_in, wanted))
        read = _factors_of(terms)
        seen: set[str] = set()
        left, found = list(terms), list[Known]()
        while left and len(seen) < MOST_FIGURES:
            figure = left.pop()
            if figure in seen:
                continue
            seen.add(figure)
            if figure not in self.of:
                self.of[figure] = tuple(_of(self.world, figure))
            for known in self.of[figure]:
                if known.only_if_read <= read:
                    found.append(known)
                    left.extend(figures_in(known.wanted) - seen)
        return found


def unit_of(world: World, figure: str) -> Decimal | None:
    """Of what the figure is a whole multiple, where that is known: a cell of two decimals of 0.01."""
    match world.met.get(figure):
        case Cell(indicator=indicator, column=column) if (decimals := indicator.decimals_in(column)) is not None:
            return Decimal(1).scaleb(-decimals)
        case Moment():
            return Decimal(1)
    return None


def _of(world: World, figure: str) -> Iterator[Known]:
    factors = figure.split(TIMES)
    if len(factors) > 1:
        if all(_is_never_negative(world, factor) for factor in factors) or len(set(factors)) * 2 == len(factors):
            yield Known(NEVER_NEGATIVE, figure, Inequality(_one(figure, -1)))
        return
    if figure in world.known:
        yield Known(BETWEEN, figure, world.known[figure])
    match world.met.get(figure):
        case Cell() as cell:
            if _is_never_negative(world, figure):
                yield Known(NEVER_NEGATIVE, figure, Inequality(_one(figure, -1)))
            if not cell.period:
                yield from _of_cell(world, figure)
        case Moment(name=name):
            least = Decimal(1) if name == "month" else Decimal(world.edition.valid_from)
            within = [inequality(Sum(least).plus(_one(figure), -1))]
            if name == "month":
                within.append(inequality(_one(figure).plus(Sum(Decimal(12)), -1)))
            yield Known(BETWEEN, figure, all_of(within))
        case Setting(name=name):
            bounds = world.edition.parameters[name].bounds
            limits = [(bound.side, bound.limit) for bound in bounds if isinstance(bound.limit, Decimal)]
            yield Known(BETWEEN, figure, all_of([_within(figure, side, limit) for side, limit in limits]))


def _within(figure: str, side: str, limit: Decimal) -> Wanted:
    apart = _one(figure).plus(Sum(limit), -1)
    sign = -1 if side in ("above", "least") else 1
    return inequality(apart.scaled(Decimal(sign)), strict=side in ("above", "below"))


def _one(figure: str, times: int = 1) -> Sum:
    return Sum(Decimal(0), {figure: Decimal(times)})


def _is_never_negative(world: World, figure: str) -> bool:
    match world.met.get(figure):
        case Cell(indicator=indicator, column=column):
            return column in indicator.nonnegative_columns
        case Moment():
            return True
        case Setting(name=name):
            bounds = world.edition.parameters[name].bounds
            return any(b.side in ("above", "least") and isinstance(b.limit, Decimal) and b.limit >= 0 for b in bounds)
    return False


def _of_cell(world: World, figure: str) -> Iterator[Known]:
    """How the cell comes by its value (completion.worked_out), as far as no firm has a say in it."""
    plan = plans_of(world.edition, world.frequency).get(figure)
    if plan is None:
        return
    column = plan.indicator.column(plan.column)
    try:
        carry, formula = _walked(world, plan, column.carry), None
        if carry is None and not plan.indicator.origin:
            formula = _walked(world, plan, plan.indicator.formula_in(plan.column))
        outer = [plan.table.applies_when, column.applies_when]
        applies = _all_hold(world, [*outer, plan.indicator.applies_when])
        # What does not apply is blank, and here everything that is read is filled in.
        where_filled = _all_hold(world, outer if plan.indicator.otherwise else [*outer, plan.indicator.applies_when])
    except NotLinear:
        return
    if applies is None:
        return
    if where_filled is not None and where_filled is not True:
        yield Known(THERE, figure, where_filled, frozenset([figure]))
    if isinstance(carry, Sum):
        same = any_of([negated(applies), _equal(world, figure, carry, plan)])
        yield Known(CARRIED, figure, same, frozenset(carry.times))
    if isinstance(formula, Sum):
        same = any_of([negated(applies), _equal(world, figure, formula, plan)])
        outside = frozenset(one for one in _factors_of(formula.times) if _is_outside(world, one))
        yield Known(COMPUTED, figure, same, outside)
    if plan.row_applies and plan.indicator.otherwise and carry is None and not column.auto:
        instead = _one(figure).plus(Sum(Decimal(plan.indicator.otherwise)), -1)
        same = all_of([inequality(instead), inequality(instead.scaled(Decimal(-1)))])
        yield Known(INSTEAD, figure, any_of([applies, same]))


def _is_outside(world: World, figure: str) -> bool:
    """Of an earlier filing, or a parameter nobody has entered."""
    meaning = world.met.get(figure)
    return isinstance(meaning, Setting) or (isinstance(meaning, Cell) and bool(meaning.period))


def _walked(world: World, plan: CellPlan, text: str) -> Sum | None:
    scope = TextScope(world.edition, column=plan.column, row=plan.indicator.code)
    return walk(parse(text), Propositions.of(world, scope)) if text else None


def _all_hold(world: World, texts: Iterable[str]) -> Wanted | None:
    binding = Propositions.of(world, TextScope(world.edition))
    return binding.both([walk(parse(text), binding) for text in texts if text])


def _equal(world: World, figure: str, value: Sum, plan: CellPlan) -> Wanted:
    """The cell is what is worked out, rounded to its decimals where that can have more."""
    apart = _one(figure).plus(value, -1)
    unit = plan.unit_of_rounding
    rounding = Decimal(0)
    if unit is not None and not _is_whole_in(world, value, unit):
        rounding = unit * HALF
    return all_of(
        [inequality(apart.plus(Sum(rounding), -1)), inequality(apart.scaled(Decimal(-1)).plus(Sum(rounding), -1))]
    )


def _is_whole_in(world: World, value: Sum, unit: Decimal) -> bool:
    if value.constant % unit:
        return False
    units = [(factor, unit_of(world, figure)) for figure, factor in value.times.items()]
    return all(own is not None and (factor * own) % unit == 0 for factor, own in units)
