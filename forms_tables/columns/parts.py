"""What columns are made of: the parts of a tree, what their names stand for, and what an engine must be able to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from forms_tables.edition.model import Edition
from forms_tables.edition.periods import PeriodCode

NARROW = 2**63 - 1
WIDE = 2**127 - 1


class Engine(Protocol):
    """What an engine's columns must do beside + - * < <= > >= == != with each other and with plain numbers and texts,
    all of which give a null for a null."""

    most: int  # how far from zero its widest figures reach

    def column(self, label: str) -> Any: ...
    def literal(self, value: int | str | bool | None, wide: bool = False) -> Any: ...
    def wide(self, column: Any) -> Any: ...  # the same figures with room for 38 digits
    def absolute(self, column: Any) -> Any: ...
    def quotient(self, column: Any, divisor: Any) -> Any: ...  # whole part of one that is not negative
    def remainder(self, column: Any, divisor: int) -> Any: ...
    def when(self, premise: Any, holds: Any, otherwise: Any = None) -> Any: ...  # a null premise does not hold
    def opposite(self, column: Any) -> Any: ...
    def is_filled(self, column: Any) -> Any: ...
    def or_else(self, column: Any, instead: Any) -> Any: ...
    def any_of(self, columns: Sequence[Any]) -> Any: ...  # of truths that are never null
    def all_of(self, columns: Sequence[Any]) -> Any: ...
    def is_among(self, column: Any, options: Sequence[str]) -> Any: ...
    def starts_with(self, text: Any, beginning: Any) -> Any: ...
    def contains(self, text: Any, part: Any) -> Any: ...
    def joined(self, beginning: str, text: Any) -> Any: ...
    def first(self, text: Any, length: Any) -> Any: ...  # all but the last ones where the length is negative
    def middle(self, text: Any, start: int, length: int) -> Any: ...
    def is_credit_code(self, text: Any) -> Any: ...


@dataclass(frozen=True)
class Source:
    """What names stand for: the columns there are, and what is the same for every filing."""

    edition: Edition
    period: PeriodCode
    scales: Mapping[str, int]
    largest: Mapping[str, int]
    parameters: Mapping[str, Decimal | None]
    columns: frozenset[str]

    def setting(self, name: str) -> Decimal | None:
        if name not in self.parameters:
            raise KeyError(f"台账没有参数“{name}”")
        return self.parameters[name]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a tree. A figure is `column` × 10**-scale and no further from zero than `greatest` × 10**-scale."""

    column: Any  # the engine's; or where it is known, the number, text or truth itself
    scale: int = 0
    greatest: int = 0
    known: bool = False
    may_be_blank: bool = True

    @property
    def is_blank(self) -> bool:
        return self.known and self.column is None

    @property
    def value(self) -> Decimal | str | bool | None:
        """What is known, as it is written."""
        figure = isinstance(self.column, int) and not isinstance(self.column, bool)
        return Decimal(self.column).scaleb(-self.scale) if figure else self.column

    @property
    def is_wide(self) -> bool:
        return self.greatest > NARROW


BLANK = Part(None, known=True)
ZERO = Part(0, known=True, may_be_blank=False)


def exponent_of(figure: Decimal) -> int:
    """The power of ten of its last digit: -2 of 12.50."""
    exponent = figure.as_tuple().exponent
    if isinstance(exponent, str):
        raise ValueError(f"{figure} is no figure")
    return exponent


def known(value: Any) -> Part:
    """A number, text or truth that is the same for every filing."""
    if value is None:
        return BLANK
    if isinstance(value, Decimal):
        sign, digits, _ = value.as_tuple()
        whole, exponent = int("".join(map(str, digits))) * (-1 if sign else 1), exponent_of(value)
        while exponent < 0 and whole % 10 == 0:
            whole, exponent = whole // 10, exponent + 1
        whole *= 10 ** max(exponent, 0)
        return Part(whole, max(-exponent, 0), abs(whole), True, False)
    return Part(value, known=True, may_be_blank=False)
