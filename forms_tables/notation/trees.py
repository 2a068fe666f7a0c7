"""The notation of rules and formulas: a small part of Python's expression syntax, parsed once into a tree of our own.

A tree means nothing until `walk` is handed a binding, which says what a name stands for and what an operation does:
one filing's Decimals (bindings), kinds of value (proofreading), words (wording). The text of a rule is never executed.
"""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from forms_tables.notation import spelling
from forms_tables.notation.habits import NO_DIVISION
from forms_tables.notation.spelling import MAX_DEPTH, MAX_LENGTH, MAX_TEXT, PLAIN_COLUMN, PLAIN_NUMBER

MAX_PARTS = MAX_LENGTH  # a text has fewer, unless chains inside chains read their middles twice over and over
PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")

# Words that read a name in another filing, or in the register instead of the form.
BACKWARD = ("prev", "year_ago", "december", "last_annual", "register")
# Words that read x in every row of the rule's list.
OVER_ROWS = ("exists", "every")

# Every function: how many arguments it takes (None: any number from the first on).
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    **{word: (1, 1) for word in (*BACKWARD, *OVER_ROWS)},
    "abs": (1, 1),
    "min": (2, None),
    "max": (2, None),
    "eps": (1, 1),
    "near": (3, 3),
    "growth": (2, 2),
    "is_whole": (1, 1),
    "or_zero": (1, 1),
    "filled": (1, 1),
    "empty": (1, 1),
    "has": (2, None),
    "starts_with": (2, None),
    "first": (2, 2),
    "implies": (2, 2),
    "iff": (2, 2),
    "valid_credit_code": (1, 1),
    "organisation_code": (1, 1),
    "is_district": (1, 1),
    "size_class": (3, 3),
}


class NotationError(ValueError):
    """A text that is not in the notation: the reason, and the place as a count of characters from 1."""

    def __init__(self, reason: str, text: str, at: int):
        super().__init__(f"第{at}个字符起：{reason}")
        self.reason, self.text, self.at = reason, text, at


class Misuse(Exception):
    """What a binding raises when an operation makes no sense to it; `walk` adds the place."""


@dataclass(frozen=True, slots=True)
class Node:
    at: int


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: Decimal


@dataclass(frozen=True, slots=True)
class Text(Node):
    value: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """`M2020.c1` is a cell; bare `M2020` is the row in the rule's current column; `x` is the current row of a list."""

    code: str
    column: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Membership(Node):
    inside: bool
    left: Node
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Both(Node):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either(Node):
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """The links of `a <= b <= c`, each judged by itself: a blank in one leaves the other as it is."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Opposite(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    arguments: tuple[Node, ...]


class Binding(Protocol):
    """What one kind of judge makes of each part of a tree."""

    def number(self, value: Decimal) -> Any: ...
    def text(self, value: str) -> Any: ...
    def name(self, name: Name) -> Any: ...
    def negative(self, operand: Any) -> Any: ...
    def arithmetic(self, sign: str, left: Any, right: Any) -> Any: ...
    def comparison(self, sign: str, left: Any, right: Any) -> Any: ...
    def membership(self, inside: bool, left: Any, options: tuple[str, ...]) -> Any: ...
    def both(self, parts: Sequence[Any]) -> Any: ...
    def either(self, parts: Sequence[Any]) -> Any: ...
    def chain(self, parts: Sequence[Any]) -> Any: ...
    def opposite(self, operand: Any) -> Any: ...
    def call(self, function: str, arguments: Sequence[Any]) -> Any: ...
    def looking_back(self, word: str) -> "Binding": ...
    def on_each_row(self, columns: frozenset[str]) -> Sequence["Binding"]: ...
    def where_the_row_applies(self, verdict: Any) -> Any: ...


def walk(node: Node, binding: Binding) -> Any:
    """The one walker: hands every part of the tree to the binding, innermost first."""
    try:
        match node:
            case Number(value=value):
                return binding.number(value)
            case Text(value=value):
                return binding.text(value)
            case Name():
                return binding.name(node)
            case Negative(operand=operand):
                return binding.negative(walk(operand, binding))
            case Arithmetic(sign=sign, left=left, right=right):
                return binding.arithmetic(sign, walk(left, binding), walk(right, binding))
            case Comparison(sign=sign, left=left, right=right):
                return binding.comparison(sign, walk(left, binding), walk(right, binding))
            case Membership(inside=inside, left=left, options=options):
                return binding.membership(inside, walk(left, binding), options)
            case Both(parts=parts):
                return binding.both([walk(part, binding) for part in parts])
            case Either(parts=parts):
                return binding.either([walk(part, binding) for part in parts])
            case Chain(parts=parts):
                return binding.chain([walk(part, binding) for part in parts])
            case Opposite(operand=operand):
                return binding.opposite(walk(operand, binding))
            case Call(function=function, arguments=(argument,)) if function in BACKWARD:
                return walk(argument, binding.looking_back(function))
            case Call(function=function, arguments=(argument,)) if function in OVER_ROWS:
                rows = binding.on_each_row(columns_of_x(argument))
                return binding.call(function, [row.where_the_row_applies(walk(argument, row)) for row in rows])
            case Call(function=function, arguments=arguments):
                return binding.call(function, [walk(argument, binding) for argument in arguments])
    except Misuse as misuse:
        raise NotationError(str(misuse), "", node.at) from None
    raise TypeError(f"{node!r} is no part of the notation")


def parts_of(node: Node) -> Iterator[Node]:
    """The node and everything below it, in the order of the text."""
    yield node
    for field in fields(node):
        below = getattr(node, field.name)
        for part in below if isinstance(below, tuple) else (below,):
            if isinstance(part, Node):
                yield from parts_of(part)


def names_in(node: Node) -> tuple[Name, ...]:
    return tuple(part for part in parts_of(node) if isinstance(part, Name))


def columns_of_x(node: Node) -> frozenset[str]:
    return frozenset(name.column for name in names_in(node) if name.code == "x" and name.column)


def x_outside_lists(node: Node) -> tuple[Name, ...]:
    """The x that stand for one row at a time, not those that exists() or every() run through."""
    if isinstance(node, Name):
        return (node,) if node.code == "x" else ()
    if isinstance(node, Call) and node.function in OVER_ROWS:
        return ()
    below = (getattr(node, field.name) for field in fields(node))
    nodes = (part for value in below for part in (value if isinstance(value, tuple) else (value,)))
    return tuple(name for part in nodes if isinstance(part, Node) for name in x_outside_lists(part))


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The tree of a rule or formula; raises NotationError with the reason and the place."""
    if slip := spelling.misspelling_in(text):
        raise NotationError(slip.reason, text, slip.at)
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        if slip := spelling.foreign_word_in(text):
            raise NotationError(slip.reason, text, slip.at) from None
        if not error.offset:  # Python stumbled over the end
            raise NotationError("不合语法：算式没有写完", text, len(text) + 1) from None
        raise NotationError("不合语法，请检查括号、引号和运算符", text, min(error.offset, len(text) + 1)) from None
    except (ValueError, RecursionError, MemoryError):
        raise NotationError("不合语法或嵌套太深", text, 1) from None
    return _TreeReader(text).read(tree.body, 1)


ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


Below = Callable[[ast.expr], Node]  # reads a part one level further down


class _TreeReader:
    """Turns Python's tree into ours and refuses everything the notation does not have."""

    def __init__(self, text: str):
        self.text = text
        self.bytes = text.encode()
        self.parts = 0

    def refuse(self, node: ast.expr, reason: str) -> NotationError:
        return NotationError(reason, self.text, self.place(node))

    def place(self, node: ast.expr) -> int:
        return len(self.bytes[: node.col_offset].decode(errors="ignore")) + 1

    def read(self, node: ast.expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.refuse(node, f"嵌套超过{MAX_DEPTH}层")
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise self.refuse(node, "算式太繁，请分成几条")
        at = self.place(node)

        def below(part: ast.expr) -> Node:
            return self.read(part, depth + 1)

        match node:
            case ast.Constant():
                return self.read_constant(node, at)
            case ast.Name(id=code):
                return Name(at, self.plain_name(node, code), "")
            case ast.Attribute(value=ast.Name(id=code), attr=column):
                if not PLAIN_COLUMN.fullmatch(column):
                    raise self.refuse(node, spelling.about_column(column))
                return Name(at, self.plain_name(node, code), column)
            case ast.Attribute():
                raise self.refuse(node, "点号只能用在指标代码与列名之间")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negative(at, below(operand))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Opposite(at, below(operand))
            case ast.BinOp(op=sign, left=left, right=right) if type(sign) in ARITHMETIC:
                return Arithmetic(at, ARITHMETIC[type(sign)], below(left), below(right))
            case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod()):
                raise self.refuse(node, NO_DIVISION)
            case ast.BoolOp(op=ast.And(), values=values):
                return Both(at, tuple(below(value) for value in values))
            case ast.BoolOp(op=ast.Or(), values=values):
                return Either(at, tuple(below(value) for value in values))
            case ast.Compare():
                return self.read_comparison(node, at, below)
            case ast.Call():
                return self.read_call(node, at, below)
            case ast.Tuple():
                raise self.refuse(node, "逗号只用在函数和 in 的括号里；数字不写千分位，两个条件之间请写 and")
        raise self.refuse(node, "这里的写法不在规则语言之内")

    def read_constant(self, node: ast.Constant, at: int) -> Node:
        source = self.bytes[node.col_offset : node.end_col_offset]
        if isinstance(node.value, str):
            if len(node.value) > MAX_TEXT or source[1:-1] != node.value.encode():
                raise self.refuse(node, f"文字须用一对引号括起，最多{MAX_TEXT}个字")
            return Text(at, node.value)
        if not PLAIN_NUMBER.fullmatch(source.decode()):
            raise self.refuse(node, spelling.NO_NUMBER)
        return Number(at, Decimal(source.decode()))

    def plain_name(self, node: ast.expr, code: str) -> str:
        written = self.bytes[node.col_offset :].startswith(code.encode())  # not Ｍ2020, which Python reads as M2020
        if not written or not PLAIN_NAME.fullmatch(code) or "__" in code:
            raise self.refuse(node, f"“{code}”不能作为名称")
        return code

    def read_comparison(self, node: ast.Compare, at: int, below: Below) -> Node:
        """`a <= b <= c` is `b >= a` and `b <= c`: what stands in the middle is what is judged."""
        sides = [node.left, *node.comparators]
        if len(sides) > 3:
            raise self.refuse(node, "连着比较最多写三项，例如 a <= b <= c；更多的请用 and")
        parts: list[Node] = []
        for sign, left, right in zip(node.ops, sides, sides[1:], strict=False):
            place = self.place(left)
            if type(sign) in COMPARISONS:
                parts.append(Comparison(place, COMPARISONS[type(sign)], below(left), below(right)))
            elif isinstance(sign, ast.In | ast.NotIn):
                inside = isinstance(sign, ast.In)
                parts.append(Membership(place, inside, below(left), self.read_options(right)))
            else:
                raise self.refuse(node, "只能用 < <= > >= == != in、not in 比较")
        if len(parts) == 1:
            return parts[0]
        first = parts[0]
        if isinstance(first, Comparison):
            parts[0] = Comparison(first.at, MIRRORED[first.sign], first.right, first.left)
        return Chain(at, tuple(parts))

    def read_options(self, node: ast.expr) -> tuple[str, ...]:
        entries = node.elts if isinstance(node, ast.Tuple) else []
        options = [entry.value for entry in entries if isinstance(entry, ast.Constant) and isinstance(entry.value, str)]
        if not options or len(options) != len(entries):
            raise self.refuse(node, spelling.about_options(node))
        return tuple(options)

    def read_call(self, node: ast.Call, at: int, below: Below) -> Node:
        if not isinstance(node.func, ast.Name):
            raise self.refuse(node, "只能直接写函数名")
        function = node.func.id
        if function not in FUNCTIONS:
            raise self.refuse(node, spelling.about_function(function, node.args, tuple(FUNCTIONS)))
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self.refuse(node, f"{function} 的参数须逐个写出")
        fewest, most = FUNCTIONS[function]
        if len(node.args) < fewest or (most is not None and len(node.args) > most):
            wanted = f"{fewest}个" if most == fewest else f"至少{fewest}个"
            raise self.refuse(node, f"{function} 的参数个数不对：要{wanted}，写了{len(node.args)}个")
        call = Call(at, function, tuple(below(argument) for argument in node.args))
        within = [part for argument in call.arguments for part in parts_of(argument) if isinstance(part, Call)]
        if function in OVER_ROWS and any(part.function in OVER_ROWS for part in within):
            raise self.refuse(node, "exists、every 不能嵌套")  # each would multiply the rows by the rows
        return call
