"""The binding that reads a condition as linear inequalities of the figures a firm typed (repair needs them).

Everything the firm cannot change in this form is a constant: earlier filings, parameters, the register, texts, cells
carried or not applying. A cell the system computes is not a figure of its own but a sum of others, by its formula. A
product of two figures, a growth, |…|, the smaller of two are not linear, and what needs one raises NotLinear.

Blanks stay blank: a condition that reads one does not apply, as for every other judge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from forms_tables.edition.model import FIGURE_KINDS
from forms_tables.filling.completion import COMPUTED, CellPlan, Completed, plans_of
from forms_tables.notation.decimals import CALCULATIONS, Reading
from forms_tables.notation.names import Cell, Scoped, TextScope
from forms_tables.notation.trees import MIRRORED, Name, Node, parse, walk

COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
MOST_ROWS = 200
ASK_THE_EDITION = ("is_district", "size_class")


class NotLinear(Exception):
    """What cannot be said with sums of figures."""


@dataclass(frozen=True)
class Sum:
    """Figures times constants, and a constant."""

    constant: Decimal
    times: Mapping[str, Decimal] = field(default_factory=dict)

    def plus(self, other: "Sum", sign: int = 1) -> "Sum":
        times = dict(self.times)
        for cell, factor in other.times.items():
            times[cell] = times.get(cell, Decimal(0)) + sign * factor
        return Sum(self.constant + sign * other.constant, {cell: factor for cell, factor in times.items() if factor})

    def scaled(self, factor: Decimal) -> "Sum":
        times = {cell: of * factor for cell, of in self.times.items()} if factor else {}
        return Sum(self.constant * factor, times)


@dataclass(frozen=True)
class Inequality:
    """The sum is at most 0; less than 0 where it is strict."""

    sum: Sum
    strict: bool = False


@dataclass(frozen=True)
class AllOf:
    parts: tuple["Wanted", ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Wanted", ...]


@dataclass(frozen=True)
class OneOf:
    """What `of` stands for is one of `among`; `every` is all that it can be."""

    of: str
    among: frozenset[str]
    every: frozenset[str]


Wanted = bool | Inequality | OneOf | AllOf | AnyOf


@dataclass(frozen=True)
class Said:
    """A text that a filing or the register holds: what each thing that `of` can stand for makes it; None: anything.
    Only of filings nobody has filled in yet (propositions); in one filing it is the text itself."""

    of: str
    means: Mapping[str, str] | None = field(default=None, compare=False)
    is_open: bool = field(default=False, compare=False)  # other codes may stand there: only some of them are in `means`
    listed: frozenset[str] = field(default=frozenset(), compare=False)  # the codes its list names


LinearPart = Sum | str | Said | Wanted | None  # None where it needs a blank


def sum_in(part: LinearPart) -> Sum:
    """A part that is a figure: proofreading has seen to it that nothing else stands here."""
    if not isinstance(part, Sum):
        raise TypeError(part)
    return part


def demand_in(part: LinearPart) -> Wanted:
    """A part that holds or not, as proofreading has seen to it."""
    if part is None or isinstance(part, Sum | str | Said):
        raise TypeError(part)
    return part


@dataclass(frozen=True)
class Linear(Scoped):
    """`sums` says what the cells of this filing stand for; one that depends on figures, but not as a sum, is None."""

    reading: Reading
    sums: Mapping[str, Sum | None]

    def number(self, value: Decimal) -> Sum:
        return Sum(value)

    def text(self, value: str) -> str:
        return value

    def name(self, name: Name) -> LinearPart:
        meaning = self.scope.meaning(name)
        if isinstance(meaning, Cell) and not meaning.period and meaning.key in self.sums:
            known = self.sums[meaning.key]
            if known is None:
                raise NotLinear
            return known
        value = self.reading.value_of(meaning)
        return Sum(value) if isinstance(value, Decimal) else value

    def negative(self, operand: Sum | None) -> Sum | None:
        return None if operand is None else operand.scaled(Decimal(-1))

    def arithmetic(self, sign: str, left: Sum | None, right: Sum | None) -> Sum | None:
        if left is None or right is None:
            return None
        if sign != "*":
            return left.plus(right, 1 if sign == "+" else -1)
        if left.times and right.times:
            raise NotLinear
        return left.scaled(right.constant) if left.times else right.scaled(left.constant)

    def comparison(self, sign: str, left: LinearPart, right: LinearPart) -> Wanted | None:
        if left is None or right is None:
            return None
        if not isinstance(left, Sum):
            return COMPARED[sign](left, right)
        if sign in (">", ">="):
            sign, left, right = MIRRORED[sign], right, left
        over = sum_in(left).plus(sum_in(right), -1)
        match sign:
            case "==":
                return all_of([inequality(over), inequality(over.scaled(Decimal(-1)))])
            case "!=":
                return any_of([inequality(over, strict=True), inequality(over.scaled(Decimal(-1)), strict=True)])
        return inequality(over, strict=sign == "<")

    def membership(self, inside: bool, left: LinearPart, options: tuple[str, ...]) -> Wanted | None:
        return None if left is None else (left in options) == inside

    def both(self, parts: Sequence[Wanted | None]) -> Wanted | None:
        given = [part for part in parts if part is not None]
        return all_of(given) if len(given) == len(parts) else None

    def either(self, parts: Sequence[Wanted | None]) -> Wanted | None:
        given = [part for part in parts if part is not None]
        return any_of(given) if len(given) == len(parts) else None

    def opposite(self, operand: Wanted | None) -> Wanted | None:
        return None if operand is None else negated(operand)

    def when(self, premise: Wanted | None, conclusion: Wanted | None) -> Wanted | None:
        return conclusion if premise is True else None  # what decides whether a row applies is no figure

    def call(self, function: str, arguments: Sequence[LinearPart]) -> LinearPart:
        first, *others = arguments
        match function:
            case "or_zero":
                return Sum(Decimal(0)) if first is None else first
            case "filled" | "empty":
                return (first is not None) == (function == "filled")
            case "has":
                return CALCULATIONS["has"](first, *others)
            case "exists" | "every":
                given = [demand_in(argument) for argument in arguments if argument is not None]
                together = any_of if function == "exists" else all_of
                return together(given) if given else None
        if None in arguments:
            return None
        match function:
            case "eps":
                tolerance = self.reading.setting("EPS")
                return None if tolerance is None else sum_in(first).scaled(tolerance)
            case "near":
                return near(*map(sum_in, arguments))
            case "implies":
                return any_of([negated(demand_in(first)), *map(demand_in, others)])
            case "iff":
                return both_or_neither(*map(demand_in, arguments))
        return self.calculated(function, arguments)

    def calculated(self, function: str, arguments: Sequence[LinearPart]) -> LinearPart:
        """What is worked out of constants alone."""
        if any(isinstance(argument, Sum) and argument.times for argument in arguments):
            raise NotLinear
        plain = [argument.constant if isinstance(argument, Sum) else argument for argument in arguments]
        before = [self.reading] if function in ASK_THE_EDITION else []
        result = CALCULATIONS[function](*before, *plain)
        return Sum(result) if isinstance(result, Decimal) else result


def inequality(over: Sum, strict: bool = False) -> Inequality | bool:
    if over.times:
        return Inequality(over, strict)
    return over.constant < 0 if strict else over.constant <= 0


def near(one: Sum, other: Sum, tolerance: Sum) -> Wanted:
    apart = one.plus(other, -1)
    return all_of([inequality(each.plus(tolerance, -1)) for each in (apart, apart.scaled(Decimal(-1)))])


def both_or_neither(one: Wanted, other: Wanted) -> Wanted:
    if rows_in(one) + rows_in(other) > MOST_ROWS:  # each side stands there twice, also in the next iff
        raise NotLinear
    return any_of([all_of([one, other]), all_of([negated(one), negated(other)])])


def choice(of: str, among: frozenset[str], every: frozenset[str]) -> OneOf | bool:
    return OneOf(of, among, every) if among and among != every else bool(among)


def all_of(parts: Sequence[Wanted]) -> Wanted:
    open_ = [part for part in parts if part is not True]
    if False in open_:
        return False
    return open_[0] if len(open_) == 1 else AllOf(tuple(open_)) if open_ else True


def any_of(parts: Sequence[Wanted]) -> Wanted:
    open_ = [part for part in parts if part is not False]
    if True in open_:
        return True
    return open_[0] if len(open_) == 1 else AnyOf(tuple(open_)) if open_ else False


def rows_in(wanted: Wanted) -> int:
    return sum(map(rows_in, wanted.parts)) if isinstance(wanted, AllOf | AnyOf) else 1


def negated(wanted: Wanted) -> Wanted:
    match wanted:
        case bool():
            return not wanted
        case Inequality(sum=over, strict=strict):
            return Inequality(over.scaled(Decimal(-1)), not strict)
        case OneOf(of=of, among=among, every=every):
            return choice(of, every - among, every)
        case AllOf(parts=parts):
            return any_of([negated(part) for part in parts])
        case AnyOf(parts=parts):
            return all_of([negated(part) for part in parts])


def wanted_of(tree: Node, premise: Node | None, binding: Linear) -> Wanted:
    """What must hold of the figures for a condition not to fail; True where it does not apply."""
    holds = walk(tree, binding)
    when = walk(premise, binding) if premise else True
    return True if holds is None or when is None else any_of([negated(when), holds])


def alternatives_in(wanted: Wanted, most: int) -> tuple[tuple[Inequality, ...], ...]:
    """The ways in which it can hold: rows that must all hold, once for each way. None at all when it cannot."""
    ways: tuple[tuple[Inequality, ...], ...]
    match wanted:
        case bool():
            return ((),) if wanted else ()
        case Inequality():
            return ((wanted,),)
        case AnyOf(parts=parts):
            ways = tuple(way for part in parts for way in alternatives_in(part, most))
        case AllOf(parts=parts):
            ways = ((),)
            for part in parts:
                ways = tuple(way + more for way in ways for more in alternatives_in(part, most))
                if len(ways) > most:
                    raise NotLinear
    if len(ways) > most:
        raise NotLinear
    return ways


@dataclass(frozen=True)
class FilingFigures:
    """The figures of one filing: what the firm typed may change; what the system computes follows from it."""

    sums: Mapping[str, Sum | None]
    typed: Mapping[str, Decimal]
    overridden: Mapping[str, Sum]  # an automatic cell in which something else was typed: what the system would write


def figures_of(completed: Completed, untouched: Mapping[str, Decimal | str | None], reading: Reading) -> FilingFigures:
    """`untouched` are the values with every automatic cell as the system writes it."""
    sums: dict[str, Sum | None] = {}
    typed: dict[str, Decimal] = {}
    overridden: dict[str, Sum] = {}
    for key, plan in plans_of(reading.edition, reading.period.frequency).items():
        value = completed.values.get(key)
        if plan.indicator.kind_in(plan.column) not in FIGURE_KINDS or not isinstance(value, Decimal):
            continue
        if key not in completed.locked:
            typed[key], sums[key] = value, Sum(Decimal(0), {key: Decimal(1)})
            continue
        computed = completed.locked[key].startswith(COMPUTED)
        follows = _formula_as_sum(plan, sums, reading) if computed else _constant(untouched.get(key))
        if key not in completed.overridden:
            sums[key] = follows if computed else Sum(value)
        elif follows is not None:
            typed[key], sums[key], overridden[key] = value, Sum(Decimal(0), {key: Decimal(1)}), follows
    return FilingFigures(sums, typed, overridden)


def _constant(value: Decimal | str | None) -> Sum | None:
    return Sum(value) if isinstance(value, Decimal) else None


def _formula_as_sum(plan: CellPlan, sums: Mapping[str, Sum | None], reading: Reading) -> Sum | None:
    scope = TextScope(reading.edition, column=plan.column, row=plan.indicator.code)
    try:
        found = walk(parse(plan.indicator.formula_in(plan.column)), Linear(scope, reading, sums))
    except NotLinear:
        return None
    return found if isinstance(found, Sum) else None
