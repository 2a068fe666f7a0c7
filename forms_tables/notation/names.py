"""What a name in the notation means: which cell of which filing, which parameter, which fact of the firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from forms_tables.edition.model import Edition, Indicator
from forms_tables.edition.periods import PeriodCode
from forms_tables.notation.habits import instead_of
from forms_tables.notation.trees import BACKWARD, FUNCTIONS, Misuse, Name, Node, parse, walk

HISTORY = tuple(word for word in BACKWARD if word != "register")
MOMENTS = {"month": "number", "year": "number", "period_month": "text"}
PEOPLE = ("contact_name",)


def earlier(period: PeriodCode) -> dict[str, PeriodCode]:
    """The earlier periods behind the notation's words; a word that has none for this period is not there."""
    return {word: code for word in HISTORY if (code := period.behind(word))}


@dataclass(frozen=True)
class Cell:
    period: str  # "" is this filing, otherwise a word of HISTORY
    key: str
    indicator: Indicator = field(compare=False)
    column: str = field(compare=False)

    @property
    def label(self) -> str:
        """2020.c1, or prev(2020.c1)."""
        return f"{self.period}({self.key})" if self.period else self.key


@dataclass(frozen=True)
class Fact:
    """Something about the firm: from its questionnaire when this filing has it, from the register otherwise."""

    period: str  # "register" looks past the form
    code: str
    column: str = field(default="", compare=False)  # where the form asks for it; nothing where no form does

    @classmethod
    def of(cls, period: str, indicator: Indicator) -> "Fact":
        return cls(period, indicator.code, indicator.columns[0])

    @property
    def key(self) -> str:
        return f"{self.code}.{self.column}" if self.column else self.code

    @property
    def label(self) -> str:
        return f"{self.period}({self.code})" if self.period else self.code


@dataclass(frozen=True)
class Setting:
    """A parameter of the edition: the exchange rate, a threshold."""

    name: str
    title: str = field(default="", compare=False)

    @property
    def label(self) -> str:
        return self.name


@dataclass(frozen=True)
class Moment:
    """month, year, or period_month (2024-05), of the period being reported."""

    name: str

    @property
    def label(self) -> str:
        return self.name


@dataclass(frozen=True)
class RowCode:
    """The code of the row x stands for, as text."""

    code: str

    @property
    def label(self) -> str:
        return "x"


Meaning = Cell | Fact | Setting | Moment | RowCode


@lru_cache(maxsize=16)
def symbols_of(edition: Edition) -> Mapping[str, Indicator]:
    return {indicator.symbol: indicator for indicator in edition.indicators.values() if not indicator.is_heading}


@dataclass(frozen=True)
class Scope:
    """Where a text is read: the rule's current column and row, its list of rows, and the filing looked back to."""

    edition: Edition
    column: str = ""
    row: str = ""
    rows: tuple[str, ...] = ()
    period: str = ""

    def meaning(self, name: Name) -> Meaning:
        if name.code == "x":
            return self._row_meaning(name.column)
        indicator = symbols_of(self.edition).get(name.code)
        if name.column:
            if indicator is None:
                raise Misuse(f"没有代码为“{name.code}”的指标{self._instead_of(name.code)}")
            return self._cell(indicator, name.column)
        if name.code in MOMENTS:
            return Moment(name.code)
        if name.code in self.edition.parameters:
            return Setting(name.code, self.edition.parameters[name.code].title)
        if name.code in PEOPLE:
            return Fact(self.period, name.code)
        if indicator:
            return self._bare_meaning(indicator)
        if self.row and name.code in self.edition.indicator(self.row).columns:
            return self._cell(self.edition.indicator(self.row), name.code)
        raise Misuse(f"没有名为“{name.code}”的指标、参数或属性{self._instead_of(name.code)}")

    def _instead_of(self, code: str) -> str:
        """What to write for a name that is nothing's."""
        if code in FUNCTIONS:
            return f"；{code} 是函数，后面要有括号：{code}(…)"
        symbol, column = code[:-2], code[-2:]
        if symbol in symbols_of(self.edition) and column in symbols_of(self.edition)[symbol].columns:
            return f"；列用点号：{symbol}.{column}"
        instead = instead_of(code, (*symbols_of(self.edition), *self.edition.parameters, *MOMENTS))
        return f"；{instead}" if instead else ""

    def _row_meaning(self, column: str) -> Meaning:
        if not self.row:
            raise Misuse("x 只能用于列出了指标的规则")
        return self._cell(self.edition.indicator(self.row), column) if column else RowCode(self.row)

    def _bare_meaning(self, indicator: Indicator) -> Meaning:
        if not indicator.is_figure:
            return Fact.of(self.period, indicator)
        if self.column in indicator.columns:
            return self._cell(indicator, self.column)
        if len(indicator.columns) == 1:
            return self._cell(indicator, indicator.columns[0])
        raise Misuse(f"“{indicator.symbol}”须写明列，例如 {indicator.symbol}.{indicator.columns[0]}")

    def _cell(self, indicator: Indicator, column: str) -> Cell:
        if column not in indicator.columns:
            raise Misuse(f"指标{indicator.code}没有“{column}”列，只有{'、'.join(indicator.columns)}")
        if self.period == "register":
            raise Misuse("register() 里只能是企业属性")
        return Cell(self.period, f"{indicator.code}.{column}", indicator, column)


@dataclass(frozen=True)
class Scoped:
    """What every binding shares: a scope, and how looking back or running through rows changes it."""

    scope: Scope

    def looking_back(self, word: str) -> Any:
        if self.scope.period:
            raise Misuse("历史函数不能嵌套")
        return replace(self, scope=replace(self.scope, period=word))

    def on_each_row(self, columns: frozenset[str]) -> Sequence[Any]:
        """Only the rows that have all the columns read of x."""
        indicators = self.scope.edition.indicators
        rows = [row for row in self.scope.rows if columns <= set(indicators[row].columns)]
        if not rows:
            raise Misuse("exists、every 只能用于列出了指标的规则")
        return [replace(self, scope=replace(self.scope, row=row)) for row in rows]

    def where_the_row_applies(self, verdict: Any) -> Any:
        """Nobody filled in the 0 that stands in a row that does not apply: there the row has no verdict, as if it
        were blank."""
        row = self.scope.edition.indicator(self.scope.row)
        if not row.otherwise:
            return verdict
        applies = replace(self, scope=Scope(self.scope.edition, period=self.scope.period))
        return self.when(walk(parse(row.applies_when), applies), verdict)

    def chain(self, parts: Sequence[Any]) -> Any:
        """Every link that is filled in must hold, as every() has it of rows; where none is, it does not apply."""
        return self.call("every", parts)

    def when(self, premise: Any, conclusion: Any) -> Any:
        """A condition that does not apply, as if it read a blank, where its premise does not hold."""
        raise NotImplementedError

    def call(self, function: str, arguments: Sequence[Any]) -> Any:
        raise NotImplementedError


class Reads(Scoped):
    """The binding that lists what a tree reads, in the order of the text."""

    def number(self, value: Decimal) -> tuple[Meaning, ...]:
        return ()

    text = number

    def name(self, name: Name) -> tuple[Meaning, ...]:
        return (self.scope.meaning(name),)

    def negative(self, operand: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
        return operand

    opposite = negative

    def arithmetic(self, sign: str, left: tuple[Meaning, ...], right: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
        return left + right

    comparison = arithmetic

    def membership(self, inside: bool, left: tuple[Meaning, ...], options: tuple[str, ...]) -> tuple[Meaning, ...]:
        return left

    def both(self, parts: Sequence[tuple[Meaning, ...]]) -> tuple[Meaning, ...]:
        return tuple(meaning for part in parts for meaning in part)

    either = both

    def when(self, premise: tuple[Meaning, ...], conclusion: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
        return conclusion + premise

    def call(self, function: str, arguments: Sequence[tuple[Meaning, ...]]) -> tuple[Meaning, ...]:
        return self.both(arguments)


def reads_of(node: Node, scope: Scope) -> tuple[Meaning, ...]:
    return tuple(dict.fromkeys(walk(node, Reads(scope))))
