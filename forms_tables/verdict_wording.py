"""What to say of a condition that does not hold: both sides of the comparison at fault, with their figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from forms_tables.bindings import Decimals, Reading
from forms_tables.expressions import Arithmetic, Both, Call, Comparison, Node, Number, parts_of, walk
from forms_tables.scopes import Cell, Meaning, Scope, reads_of
from forms_tables.wording import figure, plain, say, unit_of, words_of

MOST_SHOWN = 8


@dataclass(frozen=True)
class Sides:
    words: str
    figures: Mapping[str, str] = field(default_factory=dict)


def shown(value: Decimal | str | bool) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def sides_of(tree: Node, scope: Scope, reading: Reading) -> Sides:
    """Both sides of the comparison that fails; the figures it rests on where the condition is no comparison."""
    match at_fault(tree, scope, reading):
        case Call(function="near", arguments=(left, right, tolerance)):
            allowed = walk(tolerance, Decimals(scope))(reading)
            sides = _both_sides(left, right, scope, reading)
            return Sides(f"{sides.words}（允许相差 {plain(allowed)}）", {**sides.figures, "allowed": plain(allowed)})
        case Comparison(left=left, right=right):
            return _both_sides(left, right, scope, reading)
        case fault:
            return Sides(_figures_read(fault, scope, reading))


def at_fault(tree: Node, scope: Scope, reading: Reading) -> Node:
    """The first part of a conjunction, or the conclusion of an implication, that does not hold."""
    match tree:
        case Both(parts=parts):
            failing = (part for part in parts if not walk(part, Decimals(scope))(reading))
            return at_fault(next(failing), scope, reading)
        case Call(function="implies", arguments=(_, conclusion)):
            return at_fault(conclusion, scope, reading)
    return tree


def _both_sides(left: Node, right: Node, scope: Scope, reading: Reading) -> Sides:
    values = [walk(side, Decimals(scope))(reading) for side in (left, right)]
    if not all(isinstance(value, Decimal) for value in values):
        words = [f"（{say(side, scope)}）“{value}”" for side, value in zip((left, right), values, strict=True)]
        return Sides(f"左边{words[0]}，右边{words[1]}", {"left": str(values[0]), "right": str(values[1])})
    unit = _shared_unit(left, right, scope)
    difference = abs(values[0] - values[1])
    words = f"左边{_side(left, values[0], unit, scope)}，右边{_side(right, values[1], unit, scope)}"
    more = "" if unit or isinstance(right, Number) else f"；其中{_figures_read(Both(0, (left, right)), scope, reading)}"
    figures = {"left": plain(values[0]), "right": plain(values[1]), "difference": plain(difference)}
    return Sides(f"{words}，相差 {figure(difference, unit)}{more}", figures)


def _side(node: Node, value: Decimal, unit: str, scope: Scope) -> str:
    """（2021＋2022）118.00 万元; a number that stands for itself is not said twice."""
    return f" {figure(value, unit)}" if isinstance(node, Number) else f"（{say(node, scope)}）{figure(value, unit)}"


def _shared_unit(left: Node, right: Node, scope: Scope) -> str:
    """The unit of both sides; none when cells of several units, or cells multiplied together, are compared."""
    both = Both(0, (left, right))
    for part in parts_of(both):
        if isinstance(part, Arithmetic) and part.sign == "*":
            factors = [reads_of(side, scope) for side in (part.left, part.right)]
            if all(factors):
                return ""
    return unit_of(reads_of(both, scope))


def _figures_read(node: Node, scope: Scope, reading: Reading) -> str:
    reads = reads_of(node, scope)
    said = [_figure_read(meaning, scope, reading) for meaning in reads[:MOST_SHOWN]]
    return "，".join(said) + ("等" if len(reads) > MOST_SHOWN else "")


def _figure_read(meaning: Meaning, scope: Scope, reading: Reading) -> str:
    name = words_of(meaning, scope.column)
    value = reading.value_of(meaning)
    if value is None:
        return f"{name} 未填"
    if isinstance(value, Decimal):
        return f"{name} {figure(value, unit_of((meaning,)) if isinstance(meaning, Cell) else '')}"
    return f"{name} {value}"
