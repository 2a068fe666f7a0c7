"""What to say of a condition that does not hold: both sides of the comparison at fault, with their figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from forms_tables.notation.decimals import Decimals, Reading
from forms_tables.notation.names import Cell, Fact, Meaning, TextScope, reads_of
from forms_tables.notation.trees import (
    MIRRORED,
    Arithmetic,
    Both,
    Call,
    Chain,
    Comparison,
    Either,
    Node,
    parts_of,
    walk,
)
from forms_tables.words.rules import LIMITS, figure, name_of, plain, say, unit_of, words_of

MOST_SHOWN = 8
MOST_NAMED = 4  # a longer list of figures gives the codes alone


@dataclass(frozen=True)
class Sides:
    words: str
    figures: Mapping[str, str] = field(default_factory=dict)


Teller = Callable[[Reading], Sides]


def shown(value: Decimal | str | bool) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def teller_of(tree: Node, scope: TextScope, here: str = "") -> Teller:
    """Prepares, once, what to say of a filing in which the tree does not hold: both sides of the comparison at fault
    (in a conjunction the first that fails, in an implication the conclusion), else the figures the tree rests on.
    The cell `here` is the one the finding is about, and needs no name."""
    match tree:
        case Both(parts=parts) | Chain(parts=parts):
            return _tell_first_failing(parts, scope, here)
        case Call(function="implies"):
            return teller_of(conclusion_of(tree), scope, here)
        case Call(function="near", arguments=(left, right, tolerance)):
            return _tell_sides(left, right, scope, here, tolerance)
        case Comparison(sign=sign, left=left, right=right) if _is_limit(left, scope) and not _is_limit(right, scope):
            return _tell_limit(right, MIRRORED[sign], left, scope, here)
        case Comparison(sign=sign, left=left, right=right) if _is_limit(right, scope):
            return _tell_limit(left, sign, right, scope, here)
        case Comparison(left=left, right=Arithmetic(sign="+", left=right, right=Call(function="eps") as tolerance)):
            return _tell_sides(left, right, scope, here, tolerance)
        case Comparison(left=left, right=right):
            return _tell_sides(left, right, scope, here)
        case Either() if _compares_two_columns(tree, scope):
            return _tell_times(tree, scope, here)
    return _tell_figures(tree, scope, here)


def conclusion_of(tree: Node) -> Node:
    """What an implication demands; any other tree is its own demand."""
    match tree:
        case Call(function="implies", arguments=(_, conclusion)):
            return conclusion_of(conclusion)
    return tree


def _is_limit(side: Node, scope: TextScope) -> bool:
    """A side that no figure of the firm has a part in."""
    return not any(isinstance(meaning, Cell | Fact) for meaning in reads_of(side, scope))


def _tell_first_failing(parts: Sequence[Node], scope: TextScope, here: str) -> Teller:
    tellers = [(walk(part, Decimals(scope)), teller_of(part, scope, here)) for part in parts]
    return lambda reading: next(tell(reading) for holds, tell in tellers if holds.value(reading) is False)


def _tell_limit(left: Node, sign: str, right: Node, scope: TextScope, here: str) -> Teller:
    """现为 73%，应不超过 40%"""
    judged, bound = walk(left, Decimals(scope)), walk(right, Decimals(scope))
    is_, unit = _is(left, scope, here), _unit_of(left, scope)
    mark = unit if unit in ("", "%") else f" {unit}"

    def tell(reading: Reading) -> Sides:
        value, limit = judged(reading), bound(reading)
        if not isinstance(value, Decimal):
            return Sides(f"{is_}“{value}”，应{LIMITS[sign]}“{limit}”", {"left": str(value), "right": str(limit)})
        figures = {"left": plain(value), "right": plain(limit), "difference": plain(abs(value - limit))}
        return Sides(f"{is_} {figure(value, unit)}，应{LIMITS[sign]} {figure(limit)}{mark}", figures)

    return tell


def _tell_sides(left: Node, right: Node, scope: TextScope, here: str, tolerance: Node | None = None) -> Teller:
    """现为 501.00 万元，而 2021“1.软件产品收入”为 500.00 万元，相差 1.00 万元（容差 0.01）"""
    judged_left, judged_right = (walk(side, Decimals(scope)) for side in (left, right))
    left_is, right_is = _is(left, scope, here), _is(right, scope)
    but = f"而 {right_is}" if right_is[0].isascii() else f"而{right_is}"
    both = Both(0, (left, right))
    reads, unit = reads_of(both, scope), _unit_of(both, scope)
    leave = _leeway(tolerance, scope) if tolerance else lambda reading: Sides("")

    def tell(reading: Reading) -> Sides:
        a, b, leeway = judged_left(reading), judged_right(reading), leave(reading)
        if not isinstance(a, Decimal):
            return Sides(f"{left_is}“{a}”，{but}“{b}”", {"left": str(a), "right": str(b)})
        difference = abs(a - b)
        words = f"{left_is} {figure(a, unit)}，{but} {figure(b, unit)}，相差 {figure(difference, unit)}"
        rests_on = "" if unit else f"；其中 {_list_figures(reads, scope, reading)}"
        figures = {"left": plain(a), "right": plain(b), "difference": plain(difference), **leeway.figures}
        return Sides(words + leeway.words + rests_on, figures)

    return tell


def _leeway(tolerance: Node, scope: TextScope) -> Teller:
    """（容差 0.04） for sums that were rounded, （允许相差 30） for what may differ in substance."""
    allow = walk(tolerance, Decimals(scope))
    rounded = isinstance(tolerance, Call) and tolerance.function == "eps"

    def tell(reading: Reading) -> Sides:
        allowed = allow(reading)
        word = "容差" if rounded else "允许相差"
        return Sides(f"（{word} {figure(allowed)}）", {"allowed": plain(allowed)})

    return tell


def _compares_two_columns(tree: Node, scope: TextScope) -> bool:
    """A band around the ratio of one row's figures in two columns (X16)."""
    cells = [meaning for meaning in reads_of(tree, scope) if isinstance(meaning, Cell)]
    return len(cells) == 2 and cells[0].indicator == cells[1].indicator and bool(unit_of(cells))


def _tell_times(tree: Node, scope: TextScope, here: str) -> Teller:
    """现为 2,342,300.00 万元，去年同期累计为 234.23 万元，相差约 10,000 倍"""
    now, then = (meaning for meaning in reads_of(tree, scope) if isinstance(meaning, Cell))
    name, other = "现" if now.key == here else name_of(now, scope), then.indicator.column(then.column).label

    def tell(reading: Reading) -> Sides:
        a, b = reading.value_of(now), reading.value_of(then)
        words = f"{_named(name, now, reading)}，{_named(other, then, reading)}"
        if isinstance(a, Decimal) and isinstance(b, Decimal) and a and b:
            times = max(abs(a), abs(b)) / min(abs(a), abs(b))
            words += f"，相差约 {figure(Decimal(f'{times:.1e}'))} 倍"
        return Sides(words)

    return tell


def _tell_figures(tree: Node, scope: TextScope, here: str) -> Teller:
    reads = reads_of(tree, scope)

    def tell(reading: Reading) -> Sides:
        if len(reads) > MOST_NAMED:
            return Sides(f"现有 {_list_figures(reads, scope, reading)}")
        return Sides("，".join(_tell_figure(meaning, scope, reading, here) for meaning in reads))

    return tell


def _tell_figure(meaning: Meaning, scope: TextScope, reading: Reading, here: str) -> str:
    if isinstance(meaning, Cell):
        name = "现" if not meaning.period and meaning.key == here else name_of(meaning, scope)
        return _named(name, meaning, reading)
    return f"{name_of(meaning, scope)} {_value(meaning, reading)}"


def _named(name: str, cell: Cell, reading: Reading) -> str:
    value = _value(cell, reading)
    return f"{name}{value}" if reading.value_of(cell) is None else f"{name}为 {value}"


def _is(side: Node, scope: TextScope, here: str = "") -> str:
    """ "现为" of the cell the finding is about, "2021“软件产品收入”为" of another, "2021＋2022 为" of a sum."""
    reads = reads_of(side, scope)
    if len(reads) != 1 or say(side, scope) != words_of(reads[0], scope.column):
        return f"{say(side, scope)} 为"
    (meaning,) = reads
    if isinstance(meaning, Cell) and not meaning.period and meaning.key == here:
        return "现为"
    return f"{name_of(meaning, scope)}为"


def _unit_of(node: Node, scope: TextScope) -> str:
    """The one unit of what is compared; none when something is multiplied by more than a plain number."""
    products = (part for part in parts_of(node) if isinstance(part, Arithmetic) and part.sign == "*")
    if any(reads_of(product.left, scope) and reads_of(product.right, scope) for product in products):
        return ""
    return unit_of(reads_of(node, scope))


def _list_figures(reads: Sequence[Meaning], scope: TextScope, reading: Reading) -> str:
    """The figures read; of a long list only those that are filled in."""
    if len(reads) > MOST_SHOWN:
        reads = [meaning for meaning in reads if reading.value_of(meaning) is not None]
    said = [f"{_short_name(meaning, scope)} {_value(meaning, reading)}" for meaning in reads[:MOST_SHOWN]]
    return "，".join(said) + ("等" if len(reads) > MOST_SHOWN else "")


def _short_name(meaning: Meaning, scope: TextScope) -> str:
    """A figure's code, which its row shows; an attribute's name, since its code is on no monthly form."""
    return name_of(meaning, scope) if isinstance(meaning, Fact) else words_of(meaning, scope.column)


def _value(meaning: Meaning, reading: Reading) -> str:
    value = reading.value_of(meaning)
    if isinstance(value, Decimal):
        return figure(value, unit_of((meaning,)))
    return "未填" if value is None else str(value)
