"""The binding that judges one filing with Decimals: it turns a tree into a function of a Reading once, so that judging
a filing only calls functions. A blank is not zero: reading one raises Blank, and what reads it does not apply."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from forms_tables import credit_code
from forms_tables.edition import Edition
from forms_tables.expressions import Name
from forms_tables.periods import PeriodCode
from forms_tables.scopes import HISTORY, Cell, Fact, Meaning, Moment, RowCode, Scoped, Setting

Value = Decimal | str | bool
Filed = Mapping[str, Decimal | str | None]


class Blank(Exception):
    """A blank was read where a value is needed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One filing as the rules read it."""

    edition: Edition
    period: PeriodCode
    values: Filed
    attributes: Mapping[str, str]
    parameters: Mapping[str, Decimal | None]
    history: Mapping[str, Filed] = field(default_factory=dict)

    def value_of(self, meaning: Meaning) -> Value | None:
        try:
            return reader_of(meaning)(self)
        except Blank:
            return None


Judged = Callable[[Reading], Any]


@lru_cache(maxsize=8192)
def reader_of(meaning: Meaning) -> Judged:
    """The function that reads a meaning of one filing, and raises Blank when nothing is there."""
    match meaning:
        case Cell(period=""):
            return _reader_of_cell(meaning.key)
        case Cell() | Fact() if meaning.period in HISTORY:
            return _reader_of_history(meaning.period, meaning.key)
        case Fact():
            return _reader_of_fact(meaning)
        case Setting(name=name):
            return _reader_of_setting(name)
        case Moment(name="month"):
            return lambda reading: Decimal(reading.period.month or 12)
        case Moment(name="year"):
            return lambda reading: Decimal(reading.period.year)
        case Moment():
            return lambda reading: f"{reading.period.end:%Y-%m}"
        case RowCode(code=code):
            return lambda reading: code
    raise TypeError(meaning)


def _reader_of_cell(key: str) -> Judged:
    def read(reading: Reading) -> Value:
        value = reading.values.get(key)
        if value is None:
            raise Blank
        return value

    return read


def _reader_of_history(period: str, key: str) -> Judged:
    def read(reading: Reading) -> Value:
        filed = reading.history.get(period)
        value = filed.get(key) if filed else None
        if value is None:
            raise Blank
        return value

    return read


def _reader_of_fact(fact: Fact) -> Judged:
    def read(reading: Reading) -> Value:
        value = None if fact.period else reading.values.get(fact.key)
        value = value or reading.attributes.get(fact.code)
        if not value:
            raise Blank
        return value

    return read


def _reader_of_setting(name: str) -> Judged:
    """What the city entered, or else the edition's default; blank while nobody has published a value."""

    def read(reading: Reading) -> Value:
        entered = name in reading.parameters
        value = reading.parameters[name] if entered else reading.edition.parameters[name].default
        if value is None:
            raise Blank
        return value

    return read


COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
CALCULATE = {"+": operator.add, "-": operator.sub, "*": operator.mul}


class Decimals(Scoped):
    """The binding that judges one filing: every part of a tree becomes a function of a Reading."""

    def number(self, value: Decimal | str) -> Judged:
        return lambda reading: value

    text = number

    def name(self, name: Name) -> Judged:
        return reader_of(self.scope.meaning(name))

    def negative(self, operand: Judged) -> Judged:
        return lambda reading: -operand(reading)

    def arithmetic(self, sign: str, left: Judged, right: Judged) -> Judged:
        calculate = CALCULATE[sign]
        return lambda reading: calculate(left(reading), right(reading))

    def comparison(self, sign: str, left: Judged, right: Judged) -> Judged:
        compare = COMPARE[sign]
        return lambda reading: compare(left(reading), right(reading))

    def membership(self, inside: bool, left: Judged, options: tuple[str, ...]) -> Judged:
        return lambda reading: (left(reading) in options) is inside

    def both(self, parts: Sequence[Judged]) -> Judged:
        """Every part is read, so that a blank in any of them makes the whole not apply."""
        return lambda reading: all([part(reading) for part in parts])

    def either(self, parts: Sequence[Judged]) -> Judged:
        return lambda reading: any([part(reading) for part in parts])

    def opposite(self, operand: Judged) -> Judged:
        return lambda reading: not operand(reading)

    def call(self, function: str, arguments: Sequence[Judged]) -> Judged:
        if function == "eps":
            return self.arithmetic("*", reader_of(Setting("EPS")), arguments[0])
        if function in BLANK_READERS:
            return BLANK_READERS[function](*arguments)
        calculate = CALCULATIONS[function]
        if function in ("is_district", "size_class"):
            return lambda reading: calculate(reading, *[argument(reading) for argument in arguments])
        return lambda reading: calculate(*[argument(reading) for argument in arguments])


# Functions that may read a blank.


def _or_zero(argument: Judged) -> Judged:
    def read(reading: Reading) -> Decimal:
        try:
            return argument(reading)
        except Blank:
            return Decimal(0)

    return read


def _filled(argument: Judged) -> Judged:
    def read(reading: Reading) -> bool:
        try:
            argument(reading)
        except Blank:
            return False
        return True

    return read


def _empty(argument: Judged) -> Judged:
    filled = _filled(argument)
    return lambda reading: not filled(reading)


def _has(argument: Judged, *codes: Judged) -> Judged:
    """Whether one of the chosen codes begins with one of these (3 stands for 3A to 3E); nothing chosen has none."""

    def read(reading: Reading) -> bool:
        try:
            chosen = chosen_codes(argument(reading))
        except Blank:
            return False
        return any(choice.startswith(code(reading)) for choice in chosen for code in codes)

    return read


def _verdicts(parts: Sequence[Judged], reading: Reading) -> Iterator[bool]:
    """The verdicts of the rows that are filled in; when none is, the whole does not apply."""
    applies = False
    for part in parts:
        try:
            verdict = part(reading)
        except Blank:
            continue
        applies = True
        yield verdict
    if not applies:
        raise Blank


def _exists(*parts: Judged) -> Judged:
    return lambda reading: any(_verdicts(parts, reading))


def _every(*parts: Judged) -> Judged:
    return lambda reading: all(_verdicts(parts, reading))


BLANK_READERS: dict[str, Callable[..., Judged]] = {
    "or_zero": _or_zero,
    "filled": _filled,
    "empty": _empty,
    "has": _has,
    "exists": _exists,
    "every": _every,
}


def chosen_codes(text: str) -> list[str]:
    """Several codes of one cell, as parsing writes them: 1,3A."""
    return text.split(",")


def growth(now: Decimal, then: Decimal) -> Decimal:
    """Percent with one decimal; there is none on a base of zero or less."""
    if then <= 0:
        raise Blank
    return ((now / then - 1) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP) + 0  # never -0.0


def _size_class(reading: Reading, industry: str, staff: Decimal, income: Decimal) -> str:
    """C06: the largest class whose two lower bounds are both met; 4 when neither small bound pair is."""
    for standard in reading.edition.size_standards:
        if industry.startswith(standard.divisions):
            for size, bounds in enumerate(zip(standard.staff, standard.income, strict=True), start=1):
                if staff >= bounds[0] and income >= bounds[1]:
                    return str(size)
            return "4"
    raise Blank


def _is_district(reading: Reading, code: str) -> bool:
    return any(district.code == code for district in reading.edition.districts_on(reading.period.end))


CALCULATIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "near": lambda left, right, tolerance: abs(left - right) <= tolerance,
    "growth": growth,
    "is_whole": lambda number: number == number.to_integral_value(),
    "starts_with": lambda text, *beginnings: text.startswith(beginnings),
    "first": lambda text, length: text[: int(length)],
    "implies": lambda premise, conclusion: conclusion or not premise,
    "iff": lambda left, right: left == right,
    "valid_credit_code": lambda code: credit_code.problem_with(code) is None,
    "organisation_code": credit_code.organisation_code,
    "is_district": _is_district,
    "size_class": _size_class,
}
