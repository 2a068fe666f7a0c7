"""The binding that judges one filing with Decimals: it writes each part of a tree as Python, once, so that judging a
filing runs compiled code. Only names and signs of our own are written; what a rule or an edition says (a number, a
text, a cell) is handed over as a constant, so no word of theirs is ever source.

A blank is not zero: it is None, kept in a variable. A part of a tree lists the variables it needs, and what needs a
blank one does not apply."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from typing import Any

from forms_tables.edition import credit_code
from forms_tables.edition.model import Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.notation.names import HISTORY, Cell, Fact, Meaning, Moment, RowCode, Scoped, Setting
from forms_tables.notation.trees import Name

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

    def filed(self, period: str) -> Filed:
        """What an earlier filing holds; nothing when there is none."""
        return self.history.get(period) or {}

    def fact(self, code: str) -> str | None:
        """What the register says of the firm."""
        return self.attributes.get(code) or None

    def setting(self, name: str) -> Decimal | None:
        """What the city entered, or else the edition's default; blank while nobody has published a value."""
        return self.parameters[name] if name in self.parameters else self.edition.parameters[name].default

    def moment(self, name: str) -> Decimal | str:
        return moment_of(self.period, name)

    def value_of(self, meaning: Meaning) -> Decimal | str | None:
        return reader_of(meaning)(self)


@lru_cache(maxsize=256)
def moment_of(period: PeriodCode, name: str) -> Decimal | str:
    """What month, year and period_month are; an annual form is December's."""
    match name:
        case "month":
            return Decimal(period.month or 12)
        case "year":
            return Decimal(period.year)
    return f"{period.end:%Y-%m}"


JudgeFunction = Callable[[Reading], Any]


class Program:
    """Python for the trees of one function: they share its variables, so that each cell is read once."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}  # from what is calculated to the variable that holds it
        self.constants: dict[tuple[type, str], tuple[str, Any]] = {}

    def constant(self, value: Any) -> str:
        fresh = f"c{len(self.constants)}", value
        return self.constants.setdefault((type(value), str(value)), fresh)[0]

    def variable(self, calculation: str) -> str:
        return self.variables.setdefault(calculation, f"v{len(self.variables)}")

    def kept(self, calculation: str) -> "Written":
        """What may turn out blank is kept in a variable, so that others can ask whether it did."""
        variable = self.variable(calculation)
        return Written(self, variable, (variable,))

    def read(self, meaning: Meaning) -> "Written":
        """What a name stands for."""
        match meaning:
            case RowCode(code=code):
                return Written(self, self.constant(code))
            case Cell() | Fact() if meaning.period in HISTORY:
                filed = self.variable(f"reading.filed({self.constant(meaning.period)}).get")
                return self.kept(f"{filed}({self.constant(meaning.key)})")
            case Cell():
                return self.kept(self.cell(meaning.key))
            case Fact(period="register", code=code):
                return self.kept(f"reading.fact({self.constant(code)})")
            case Fact(code=code):
                return self.kept(f"{self.cell(meaning.key)} or reading.fact({self.constant(code)})")
            case Setting(name=name):
                return self.kept(f"reading.setting({self.constant(name)})")
            case Moment(name=name):
                return self.kept(f"reading.moment({self.constant(name)})")
        raise TypeError(meaning)

    def cell(self, key: str) -> str:
        return f"{self.variable('reading.values.get')}({self.constant(key)})"

    def function(self, result: str) -> JudgeFunction:
        """The function of a Reading that gives `result`; it reaches only our calculations and its constants."""
        lines = [f"{variable} = {calculation}" for calculation, variable in self.variables.items()]
        names = {"__builtins__": {}, **CALCULATIONS, **dict(self.constants.values())}
        exec("\n    ".join(["def judge(reading):", *lines, f"return {result}"]), names)
        return names["judge"]


@dataclass(frozen=True)
class Written:
    """A part of a tree as Python, in brackets where it is more than a name."""

    program: Program
    source: str
    needs: tuple[str, ...] = ()  # the variables that must not be blank

    @property
    def is_filled(self) -> str:
        return f"({' and '.join(f'{variable} is not None' for variable in self.needs) or 'True'})"

    def or_else(self, instead: str) -> str:
        return f"({self.source} if {self.is_filled} else {instead})" if self.needs else self.source

    @cached_property
    def value(self) -> JudgeFunction:
        """The function that works it out for one filing; None where it needs a blank."""
        return self.program.function(self.or_else("None"))

    def __call__(self, reading: Reading) -> Decimal | str | bool:
        value = self.value(reading)
        if value is None:
            raise Blank
        return value


@lru_cache(maxsize=8192)
def reader_of(meaning: Meaning) -> JudgeFunction:
    """The function that reads what a name stands for; who asks often keeps it."""
    return Program().read(meaning).value


@dataclass(frozen=True)
class Decimals(Scoped):
    """The binding that judges one filing: every part of a tree becomes Python."""

    program: Program = field(default_factory=Program)

    def written(self, source: str, *parts: Written) -> Written:
        """What needs everything its parts need, so that a blank in any of them makes the whole not apply."""
        needs = dict.fromkeys(variable for part in parts for variable in part.needs)
        return Written(self.program, f"({source})", tuple(needs))

    def number(self, value: Decimal | str) -> Written:
        return Written(self.program, self.program.constant(value))

    text = number

    def name(self, name: Name) -> Written:
        return self.program.read(self.scope.meaning(name))

    def negative(self, operand: Written) -> Written:
        return self.written(f"-{operand.source}", operand)

    def arithmetic(self, sign: str, left: Written, right: Written) -> Written:
        return self.written(f"{left.source} {sign} {right.source}", left, right)

    comparison = arithmetic

    def membership(self, inside: bool, left: Written, options: tuple[str, ...]) -> Written:
        among = self.program.constant(options)
        return self.written(f"{left.source} {'in' if inside else 'not in'} {among}", left)

    def both(self, parts: Sequence[Written]) -> Written:
        return self.written(" and ".join(part.source for part in parts), *parts)

    def either(self, parts: Sequence[Written]) -> Written:
        return self.written(" or ".join(part.source for part in parts), *parts)

    def opposite(self, operand: Written) -> Written:
        return self.written(f"not {operand.source}", operand)

    def when(self, premise: Written, conclusion: Written) -> Written:
        """A condition that does not apply, as if it read a blank, where its premise does not hold."""
        return self.written(f"{conclusion.source} if {premise.source} else None", premise, conclusion)

    def call(self, function: str, arguments: Sequence[Written]) -> Written:
        first, *others = arguments
        listed = ", ".join(argument.source for argument in arguments)
        match function:
            case "near":
                left, right, tolerance = (argument.source for argument in arguments)
                return self.written(f"abs({left} - {right}) <= {tolerance}", *arguments)
            case "implies":
                return self.either([self.opposite(first), *others])
            case "iff":
                return self.comparison("==", first, *others)
            case "is_district":
                return self.written(f"is_district(reading, {listed})", *arguments)
            # What may turn out blank, and what so many rules share that it is worked out once.
            case "eps":
                return self.kept(self.arithmetic("*", self.program.read(Setting("EPS")), first))
            case "growth":
                return self.kept(self.written(f"growth({listed})", *arguments))
            case "size_class":
                return self.kept(self.written(f"size_class(reading, {listed})", *arguments))
            # What may read a blank.
            case "or_zero":
                return self.written(first.or_else(self.program.constant(Decimal(0))))
            case "filled":
                return self.written(first.is_filled)
            case "empty":
                return self.written(f"not {first.is_filled}")
            case "has":
                codes = ", ".join(code.source for code in others)
                return self.written(f"has({first.or_else('None')}, {codes})", *others)
            case "exists" | "every":
                verdicts = ", ".join(argument.or_else("None") for argument in arguments)
                return self.kept(self.written(f"{function}([{verdicts}])"))
        return self.written(f"{function}({listed})", *arguments)

    def kept(self, part: Written) -> Written:
        return self.program.kept(part.or_else("None"))


def chosen_codes(text: str) -> list[str]:
    """Several codes of one cell, as parsing writes them: 1,3A."""
    return text.split(",")


def _has(chosen: str | None, *codes: str) -> bool:
    """Whether one of the chosen codes begins with one of these (3 stands for 3A to 3E); nothing chosen has none."""
    return chosen is not None and any(choice.startswith(codes) for choice in chosen_codes(chosen))


def _exists(verdicts: Iterable[bool | None]) -> bool | None:
    """Of the rows that are filled in; when none is, the whole does not apply."""
    given = [verdict for verdict in verdicts if verdict is not None]
    return any(given) if given else None


def _every(verdicts: Iterable[bool | None]) -> bool | None:
    given = [verdict for verdict in verdicts if verdict is not None]
    return all(given) if given else None


def growth(now: Decimal, then: Decimal) -> Decimal | None:
    """Percent with one decimal; there is none on a base of zero or less."""
    if then <= 0:
        return None
    return ((now / then - 1) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP) + 0  # never -0.0


def _size_class(reading: Reading, industry: str, staff: Decimal, income: Decimal) -> str | None:
    """C06: the largest class whose two lower bounds are both met; 4 when neither small bound pair is."""
    for standard in reading.edition.size_standards:
        if industry.startswith(standard.divisions):
            for size, bounds in enumerate(zip(standard.staff, standard.income, strict=True), start=1):
                if staff >= bounds[0] and income >= bounds[1]:
                    return str(size)
            return "4"
    return None


def _is_district(reading: Reading, code: str) -> bool:
    return code in _district_codes(reading.edition, reading.period)


@lru_cache(maxsize=256)
def _district_codes(edition: Edition, period: PeriodCode) -> frozenset[str]:
    return frozenset(district.code for district in edition.districts_on(period.end))


CALCULATIONS: Mapping[str, Callable[..., Any]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "has": _has,
    "exists": _exists,
    "every": _every,
    "growth": growth,
    "is_whole": lambda number: number == number.to_integral_value(),
    "starts_with": lambda text, *beginnings: text.startswith(beginnings),
    "first": lambda text, length: text[: int(length)],
    "valid_credit_code": lambda code: credit_code.problem_with(code) is None,
    "organisation_code": credit_code.organisation_code,
    "is_district": _is_district,
    "size_class": _size_class,
}
