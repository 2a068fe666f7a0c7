"""What to say of a condition that does not hold: both sides of the comparison at fault, with their figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from forms_tables.bindings import Decimals, Reading
from forms_tables.expressions import Arithmetic, Both, Call, Comparison, Node, Number, Text, parts_of, walk
from forms_tables.scopes import Meaning, Scope, reads_of
from forms_tables.wording import SIGNS, figure, plain, say, unit_of, words_of

MOST_SHOWN = 8


@dataclass(frozen=True)
class Sides:
    words: str
    figures: Mapping[str, str] = field(default_factory=dict)


Teller = Callable[[Reading], Sides]


def shown(value: Decimal | str | bool) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def teller_of(tree: Node, scope: Scope) -> Teller:
    """Prepares, once, what to say of a filing in which the tree does not hold: both sides of the comparison at fault
    (in a conjunction the first that fails, in an implication the conclusion), else the figures the tree rests on."""
    match tree:
        case Both(parts=parts):
            return _tell_first_failing(parts, scope)
        case Call(function="implies"):
            return teller_of(conclusion_of(tree), scope)
        case Call(function="near", arguments=(left, right, tolerance)):
            return _tell_sides_and_tolerance(left, right, tolerance, scope)
        case Comparison(sign=sign, left=left, right=Number(value=value)):
            return _tell_limit(left, sign, value, scope)
        case Comparison(left=left, right=right):
            return _tell_sides(left, right, scope)
    reads = reads_of(tree, scope)
    return lambda reading: Sides(_figures(reads, scope, reading))


def conclusion_of(tree: Node) -> Node:
    """What an implication demands; any other tree is its own demand."""
    match tree:
        case Call(function="implies", arguments=(_, conclusion)):
            return conclusion_of(conclusion)
    return tree


def _tell_first_failing(parts: Sequence[Node], scope: Scope) -> Teller:
    tellers = [(walk(part, Decimals(scope)), teller_of(part, scope)) for part in parts]
    return lambda reading: next(tell(reading) for holds, tell in tellers if not holds(reading))


def _tell_sides_and_tolerance(left: Node, right: Node, tolerance: Node, scope: Scope) -> Teller:
    tell, allow = _tell_sides(left, right, scope), walk(tolerance, Decimals(scope))

    def tell_with_tolerance(reading: Reading) -> Sides:
        sides, allowed = tell(reading), allow(reading)
        return Sides(f"{sides.words}（允许相差 {figure(allowed)}）", {**sides.figures, "allowed": plain(allowed)})

    return tell_with_tolerance


def _tell_limit(left: Node, sign: str, limit: Decimal, scope: Scope) -> Teller:
    """左边（2110）0.00 万元，应＞0"""
    judged, name, unit = walk(left, Decimals(scope)), _name_of_side(left, scope), _unit_of(left, scope)

    def tell(reading: Reading) -> Sides:
        value = judged(reading)
        figures = {"left": plain(value), "right": plain(limit), "difference": plain(abs(value - limit))}
        return Sides(f"左边{name}{figure(value, unit)}，应{SIGNS[sign]}{figure(limit)}", figures)

    return tell


def _tell_sides(left: Node, right: Node, scope: Scope) -> Teller:
    sides = [(walk(side, Decimals(scope)), _name_of_side(side, scope)) for side in (left, right)]
    both = Both(0, (left, right))
    reads, unit = reads_of(both, scope), _unit_of(both, scope)

    def tell(reading: Reading) -> Sides:
        (a, a_name), (b, b_name) = [(judged(reading), name) for judged, name in sides]
        if not isinstance(a, Decimal):
            return Sides(f"左边{a_name}“{a}”，右边{b_name}“{b}”", {"left": str(a), "right": str(b)})
        difference = abs(a - b)
        words = f"左边{a_name}{figure(a, unit)}，右边{b_name}{figure(b, unit)}，相差 {figure(difference, unit)}"
        rests_on = "" if unit else f"；其中{_figures(reads, scope, reading)}"
        figures = {"left": plain(a), "right": plain(b), "difference": plain(difference)}
        return Sides(words + rests_on, figures)

    return tell


def _name_of_side(node: Node, scope: Scope) -> str:
    """（2021＋2022）; a number or a text that stands for itself is not said twice."""
    return "" if isinstance(node, Number | Text) else f"（{say(node, scope)}）"


def _unit_of(node: Node, scope: Scope) -> str:
    """The one unit of what is compared; none when something is multiplied by more than a plain number."""
    products = (part for part in parts_of(node) if isinstance(part, Arithmetic) and part.sign == "*")
    if any(reads_of(product.left, scope) and reads_of(product.right, scope) for product in products):
        return ""
    return unit_of(reads_of(node, scope))


def _figures(reads: Sequence[Meaning], scope: Scope, reading: Reading) -> str:
    """The figures read; of a long list only those that are filled in."""
    if len(reads) > MOST_SHOWN:
        reads = [meaning for meaning in reads if reading.value_of(meaning) is not None]
    said = [_figure(meaning, scope, reading) for meaning in reads[:MOST_SHOWN]]
    return "，".join(said) + ("等" if len(reads) > MOST_SHOWN else "")


def _figure(meaning: Meaning, scope: Scope, reading: Reading) -> str:
    name, value = words_of(meaning, scope.column), reading.value_of(meaning)
    if value is None:
        return f"{name} 未填"
    if isinstance(value, Decimal):
        return f"{name} {figure(value, unit_of((meaning,)))}"
    return f"{name} {value}"
