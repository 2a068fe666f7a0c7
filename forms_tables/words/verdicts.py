"""What to say of a condition that does not hold: both sides of the comparison at fault, with their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

from forms_tables.notation.decimals import Decimals, Reading, Written
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
NOT_FILLED = "未填"


@dataclass(frozen=True)
class Sides:
    words: str
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PartOfRule:
    """A part of a condition where it is read: what it comes to in a filing that has what it needs."""

    node: Node
    scope: TextScope

    @cached_property
    def written(self) -> Written:
        return walk(self.node, Decimals(self.scope))

    def __call__(self, reading: Reading) -> Any:
        return self.written(reading)


@dataclass(frozen=True)
class NamedValue:
    """A figure or fact with its name and unit; a cell's figure is said as 名称为 数."""

    name: str
    meaning: Meaning
    unit: str

    def value(self, reading: Reading) -> str:
        value = reading.value_of(self.meaning)
        if isinstance(value, Decimal):
            return figure(value, self.unit)
        return NOT_FILLED if value is None else str(value)

    def listed(self, reading: Reading) -> str:
        return f"{self.name} {self.value(reading)}"

    def said(self, reading: Reading) -> str:
        if not isinstance(self.meaning, Cell):
            return self.listed(reading)
        value = self.value(reading)
        return f"{self.name}{value}" if reading.value_of(self.meaning) is None else f"{self.name}为 {value}"


class Teller(Protocol):
    """What to say of a filing in which a condition does not hold. A teller is plain parts: static/sheet/telling.js puts
    the same parts together to the same sentence."""

    def __call__(self, reading: Reading) -> Sides: ...


def shown(value: Decimal | str | bool) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def teller_of(tree: Node, scope: TextScope, here: str = "") -> Teller:
    """Prepares, once, what to say of a filing in which the tree does not hold: both sides of the comparison at fault
    (in a conjunction the first that fails, in an implication the conclusion), else the figures the tree rests on.
    The cell `here` is the one the finding is about, and needs no name."""
    match tree:
        case Both(parts=parts) | Chain(parts=parts):
            return FirstFailing(tuple((PartOfRule(part, scope), teller_of(part, scope, here)) for part in parts))
        case Call(function="implies"):
            return teller_of(conclusion_of(tree), scope, here)
        case Call(function="near", arguments=(left, right, tolerance)):
            return _two_sides(left, right, scope, here, tolerance)
        case Comparison(sign=sign, left=left, right=right) if _is_limit(left, scope) and not _is_limit(right, scope):
            return _limit(right, MIRRORED[sign], left, scope, here)
        case Comparison(sign=sign, left=left, right=right) if _is_limit(right, scope):
            return _limit(left, sign, right, scope, here)
        case Comparison(left=left, right=Arithmetic(sign="+", left=right, right=Call(function="eps") as tolerance)):
            return _two_sides(left, right, scope, here, tolerance)
        case Comparison(left=left, right=right):
            return _two_sides(left, right, scope, here)
        case Either() if _compares_two_columns(tree, scope):
            return _times(tree, scope, here)
    return _figures(tree, scope, here)


def conclusion_of(tree: Node) -> Node:
    """What an implication demands; any other tree is its own demand."""
    match tree:
        case Call(function="implies", arguments=(_, conclusion)):
            return conclusion_of(conclusion)
    return tree


def _is_limit(side: Node, scope: TextScope) -> bool:
    """A side that no figure of the firm has a part in."""
    return not any(isinstance(meaning, Cell | Fact) for meaning in reads_of(side, scope))


@dataclass(frozen=True)
class FirstFailing:
    """Of several demands the first that fails."""

    parts: tuple[tuple[PartOfRule, Teller], ...]

    def __call__(self, reading: Reading) -> Sides:
        return next(tell(reading) for part, tell in self.parts if part.written.value(reading) is False)


@dataclass(frozen=True)
class Limit:
    """现为 73%，应不超过 40%"""

    is_: str
    judged: PartOfRule
    must: str
    bound: PartOfRule
    unit: str

    def __call__(self, reading: Reading) -> Sides:
        value, limit = self.judged(reading), self.bound(reading)
        if not isinstance(value, Decimal):
            return Sides(f"{self.is_}“{value}”，应{self.must}“{limit}”", {"left": str(value), "right": str(limit)})
        figures = {"left": plain(value), "right": plain(limit), "difference": plain(abs(value - limit))}
        mark = self.unit if self.unit in ("", "%") else f" {self.unit}"
        return Sides(f"{self.is_} {figure(value, self.unit)}，应{self.must} {figure(limit)}{mark}", figures)


def _limit(left: Node, sign: str, right: Node, scope: TextScope, here: str) -> Limit:
    unit = _unit_of(left, scope)
    return Limit(_is(left, scope, here), PartOfRule(left, scope), LIMITS[sign], PartOfRule(right, scope), unit)


@dataclass(frozen=True)
class Leeway:
    """（容差 0.04） for sums that were rounded, （允许相差 30） for what may differ in substance."""

    word: str
    allowed: PartOfRule


@dataclass(frozen=True)
class TwoSides:
    """现为 501.00 万元，而 2021“1.软件产品收入”为 500.00 万元，相差 1.00 万元（容差 0.01）"""

    left_is: str
    left: PartOfRule
    right_is: str
    right: PartOfRule
    unit: str
    leeway: Leeway | None
    rests_on: tuple[NamedValue, ...]  # where both sides have no one unit

    def __call__(self, reading: Reading) -> Sides:
        a, b = self.left(reading), self.right(reading)
        if not isinstance(a, Decimal):
            return Sides(f"{self.left_is}“{a}”，{self.right_is}“{b}”", {"left": str(a), "right": str(b)})
        unit, difference = self.unit, abs(a - b)
        words = f"{self.left_is} {figure(a, unit)}，{self.right_is} {figure(b, unit)}，相差 {figure(difference, unit)}"
        figures = {"left": plain(a), "right": plain(b), "difference": plain(difference)}
        if self.leeway:
            allowed = self.leeway.allowed(reading)
            words += f"（{self.leeway.word} {figure(allowed)}）"
            figures["allowed"] = plain(allowed)
        if self.rests_on:
            words += f"；其中 {listed_figures(self.rests_on, reading)}"
        return Sides(words, figures)


def _two_sides(left: Node, right: Node, scope: TextScope, here: str, tolerance: Node | None = None) -> TwoSides:
    right_is = _is(right, scope)
    both = Both(0, (left, right))
    unit, leeway = _unit_of(both, scope), None
    if tolerance:
        rounded = isinstance(tolerance, Call) and tolerance.function == "eps"
        leeway = Leeway("容差" if rounded else "允许相差", PartOfRule(tolerance, scope))
    return TwoSides(
        _is(left, scope, here),
        PartOfRule(left, scope),
        f"而 {right_is}" if right_is[0].isascii() else f"而{right_is}",
        PartOfRule(right, scope),
        unit,
        leeway,
        () if unit else _short_names(reads_of(both, scope), scope),
    )


def _compares_two_columns(tree: Node, scope: TextScope) -> bool:
    """A band around the ratio of one row's figures in two columns (X16)."""
    cells = [meaning for meaning in reads_of(tree, scope) if isinstance(meaning, Cell)]
    return len(cells) == 2 and cells[0].indicator == cells[1].indicator and bool(unit_of(cells))


@dataclass(frozen=True)
class Times:
    """现为 2,342,300.00 万元，去年同期累计为 234.23 万元，相差约 10,000 倍"""

    now: NamedValue
    then: NamedValue

    def __call__(self, reading: Reading) -> Sides:
        a, b = reading.value_of(self.now.meaning), reading.value_of(self.then.meaning)
        words = f"{self.now.said(reading)}，{self.then.said(reading)}"
        if isinstance(a, Decimal) and isinstance(b, Decimal) and a and b:
            times = max(abs(a), abs(b)) / min(abs(a), abs(b))
            words += f"，相差约 {figure(Decimal(f'{times:.1e}'))} 倍"
        return Sides(words)


def _times(tree: Node, scope: TextScope, here: str) -> Times:
    now, then = (meaning for meaning in reads_of(tree, scope) if isinstance(meaning, Cell))
    name, other = "现" if now.key == here else name_of(now, scope), then.indicator.column(then.column).label
    return Times(_named(name, now), _named(other, then))


@dataclass(frozen=True)
class FiguresTold:
    """The figures a condition rests on, each in a sentence of its own; of many a list."""

    parts: tuple[NamedValue, ...]
    is_list: bool

    def __call__(self, reading: Reading) -> Sides:
        if self.is_list:
            return Sides(f"现有 {listed_figures(self.parts, reading)}")
        return Sides("，".join(part.said(reading) for part in self.parts))


def _figures(tree: Node, scope: TextScope, here: str) -> FiguresTold:
    reads = reads_of(tree, scope)
    if len(reads) > MOST_NAMED:
        return FiguresTold(_short_names(reads, scope), True)
    is_here = {meaning for meaning in reads if isinstance(meaning, Cell) and not meaning.period and meaning.key == here}
    named = [_named("现" if meaning in is_here else name_of(meaning, scope), meaning) for meaning in reads]
    return FiguresTold(tuple(named), False)


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


def listed_figures(parts: Sequence[NamedValue], reading: Reading) -> str:
    """The figures read; of a long list only those that are filled in."""
    if len(parts) > MOST_SHOWN:
        parts = [part for part in parts if reading.value_of(part.meaning) is not None]
    return "，".join(part.listed(reading) for part in parts[:MOST_SHOWN]) + ("等" if len(parts) > MOST_SHOWN else "")


def _short_names(reads: Sequence[Meaning], scope: TextScope) -> tuple[NamedValue, ...]:
    """A figure's code, which its row shows; an attribute's name, since its code is on no monthly form."""
    names = (name_of(each, scope) if isinstance(each, Fact) else words_of(each, scope.column) for each in reads)
    return tuple(_named(name, each) for name, each in zip(names, reads, strict=True))


def _named(name: str, meaning: Meaning) -> NamedValue:
    return NamedValue(name, meaning, unit_of((meaning,)))
