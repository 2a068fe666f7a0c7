"""Whether the texts of an edition make sense before anybody is judged by them: they parse, every name they read exists,
and nothing compares text with numbers. The same walker as for judging, bound to kinds of value instead of values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from forms_tables.edition.model import FIGURE_KINDS, Edition, Indicator
from forms_tables.notation.names import MOMENTS, Cell, Fact, Moment, RowCode, Scoped, Setting, TextScope
from forms_tables.notation.trees import OVER_ROWS, Misuse, Name, NotationError, parse, walk
from forms_tables.rules.magnitudes import refuse_overflow

NUMBER, TEXT, TRUTH, ANY = "number", "text", "truth", "any"
IN_WORDS = {NUMBER: "数字", TEXT: "文字", TRUTH: "条件", ANY: "值"}

# The kinds of the arguments and of the result; the last argument's kind holds for all that follow it.
SIGNATURES: dict[str, tuple[tuple[str, ...], str]] = {
    **{word: ((TRUTH,), TRUTH) for word in OVER_ROWS},
    "abs": ((NUMBER,), NUMBER),
    "min": ((NUMBER,), NUMBER),
    "max": ((NUMBER,), NUMBER),
    "eps": ((NUMBER,), NUMBER),
    "near": ((NUMBER,), TRUTH),
    "growth": ((NUMBER,), NUMBER),
    "is_whole": ((NUMBER,), TRUTH),
    "or_zero": ((NUMBER,), NUMBER),
    "filled": ((ANY,), TRUTH),
    "empty": ((ANY,), TRUTH),
    "has": ((TEXT,), TRUTH),
    "starts_with": ((TEXT,), TRUTH),
    "first": ((TEXT, NUMBER), TEXT),
    "implies": ((TRUTH,), TRUTH),
    "iff": ((TRUTH,), TRUTH),
    "valid_credit_code": ((TEXT,), TRUTH),
    "organisation_code": ((TEXT,), TEXT),
    "is_district": ((TEXT,), TRUTH),
    "size_class": ((TEXT, NUMBER), TEXT),
}


class Kinds(Scoped):
    """The binding that asks of every part what kind of value it has."""

    def number(self, value: Decimal) -> str:
        return NUMBER

    def text(self, value: str) -> str:
        return TEXT

    def name(self, name: Name) -> str:
        match self.scope.meaning(name):
            case Cell(indicator=indicator, column=column):
                return NUMBER if indicator.kind_in(column) in FIGURE_KINDS else TEXT
            case Fact() | RowCode():
                return TEXT
            case Setting():
                return NUMBER
            case Moment(name=moment):
                return MOMENTS[moment]
        raise TypeError(name)

    def negative(self, operand: str) -> str:
        return self._expect(operand, NUMBER)

    def arithmetic(self, sign: str, left: str, right: str) -> str:
        self._expect(left, NUMBER)
        return self._expect(right, NUMBER)

    def comparison(self, sign: str, left: str, right: str) -> str:
        if TRUTH in (left, right):
            raise Misuse("条件不能再拿来比较；两个条件同真同假请写 iff(…, …)")
        if left != right:
            raise Misuse(f"不能拿{IN_WORDS[left]}与{IN_WORDS[right]}相比；代码和数不加引号，文字要加")
        return TRUTH

    def membership(self, inside: bool, left: str, options: tuple[str, ...]) -> str:
        self._expect(left, TEXT)
        return TRUTH

    def both(self, parts: Sequence[str]) -> str:
        if TRUTH in parts and TEXT in parts:
            raise Misuse("and、or 两边都要写完整的条件；几项里选一项请写 in ('1', '2')")
        for part in parts:
            self._expect(part, TRUTH)
        return TRUTH

    either = both

    def opposite(self, operand: str) -> str:
        return self._expect(operand, TRUTH)

    def when(self, premise: str, conclusion: str) -> str:
        return conclusion

    def call(self, function: str, arguments: Sequence[str]) -> str:
        wanted, result = SIGNATURES[function]
        for position, argument in enumerate(arguments):
            self._expect(argument, wanted[min(position, len(wanted) - 1)])
        return result

    def _expect(self, found: str, wanted: str) -> str:
        if wanted not in (found, ANY):
            raise Misuse(f"这里要{IN_WORDS[wanted]}，写的是{IN_WORDS[found]}")
        return found


def kind_of(text: str, scope: TextScope) -> str:
    """The kind of value a text gives; raises NotationError with the place when it makes no sense."""
    return walk(parse(text), Kinds(scope))


@dataclass(frozen=True)
class Slip:
    """A text of the edition that cannot be used, whose it is, and the character at fault, counted from 1, if known."""

    owner: str
    text: str
    reason: str
    at: int = 0

    def __str__(self) -> str:
        return f"{self.owner}：{self.text}：{f'第{self.at}个字符起：' if self.at else ''}{self.reason}"

    @classmethod
    def of(cls, owner: str, text: str, error: NotationError) -> "Slip":
        return cls(owner, text, error.reason, error.at)


def slips_in_formulas(edition: Edition) -> Iterator[Slip]:
    """Formulas of cells and conditions of rows, columns and tables that make no sense."""
    for table in edition.tables:
        yield from _slips(f"{table.code} applies_when", table.applies_when, TextScope(edition), TRUTH)
        for indicator in table.indicators:
            for kind in ("applies_when", "required_when"):
                yield from _slips(f"{indicator.code} {kind}", getattr(indicator, kind), TextScope(edition), TRUTH)
            for column in indicator.columns:
                yield from _slips_in_cell(edition, indicator, column)


def _slips_in_cell(edition: Edition, indicator: Indicator, key: str) -> Iterator[Slip]:
    column = indicator.column(key)
    owner = f"{indicator.code}.{key}"
    wanted = NUMBER if indicator.kind_in(key) in FIGURE_KINDS else TEXT
    scope = TextScope(edition, column=key, row=indicator.code)
    yield from _slips(owner, column.carry, scope, wanted)
    yield from _slips(owner, indicator.formula_in(key), scope, wanted)
    yield from _slips(owner, column.applies_when, scope, TRUTH)


def _slips(owner: str, text: str, scope: TextScope, wanted: str) -> Iterator[Slip]:
    if not text:
        return
    try:
        found = kind_of(text, scope)
        refuse_overflow(parse(text), scope)
    except NotationError as error:
        yield Slip.of(owner, text, error)
        return
    if found != wanted:
        yield Slip(owner, text, f"应得到{IN_WORDS[wanted]}，写的是{IN_WORDS[found]}")
