"""Names and figures as columns. Figures are whole numbers of their last decimal, so nothing is ever rounded. How far
from zero a column can lie is known before it is calculated: 64 bits serve where they suffice, 128 where they do not."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from forms_tables.columns.parts import BLANK, NARROW, Engine, Part, Source, known
from forms_tables.notation.decimals import moment_of
from forms_tables.notation.names import Moment, RowCode, Scoped, Setting
from forms_tables.notation.trees import Misuse, Name

SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def negated(figure: Any) -> Any:
    return 0 - figure  # polars has no minus sign for 128 bits


class TooLarge(Misuse):
    """What a rule calculates could pass 38 digits."""


@dataclass(frozen=True)
class Figures(Scoped):
    """What names and figures become; the rest of the binding is Columns."""

    source: Source = field(repr=False)
    engine: Engine = field(repr=False)

    def number(self, value: Decimal | str) -> Part:
        return known(value)

    text = number

    def name(self, name: Name) -> Part:
        match self.scope.meaning(name):
            case RowCode(code=code):
                return known(code)
            case Moment(name=moment):
                return known(moment_of(self.source.period, moment))
            case Setting(name=setting):
                return self.parameter(setting)
            case meaning:
                return self.column(meaning.label)

    def parameter(self, name: str) -> Part:
        return self.column(name) if name in self.source.columns else known(self.source.setting(name))

    def column(self, label: str) -> Part:
        if label not in self.source.columns:
            raise KeyError(f"台账没有“{label}”这一列")
        column = self.engine.column(label)
        if label not in self.source.scales:
            return Part(column)
        part = Part(column, self.source.scales[label], self.source.largest[label])
        return self.widened(part) if part.is_wide else part

    # Figures

    def widened(self, part: Part) -> Any:
        """The part's column with room for 38 digits."""
        return Part(self.engine.wide(part.column), part.scale, part.greatest, False, part.may_be_blank)

    def combined(self, operation: Callable[..., Any], *parts: Part, scale: int = 0, greatest: int = 0) -> Part:
        """What an operation makes of columns; a null where one of them is blank. Figures must be of one scale. Where
        `greatest` or one of them needs the room, all are calculated in 128 bits."""
        if any(part.is_blank for part in parts):
            return BLANK
        if greatest > self.engine.most:
            raise TooLarge("数值可能超过38位，请减少连乘")
        if all(part.known for part in parts):
            value = operation(*(part.column for part in parts))
            return Part(value, scale, greatest, True, False)
        room = max(greatest, *(part.greatest for part in parts))
        columns = [self.made_room(part, room).column for part in parts]
        blank = any(part.may_be_blank for part in parts)
        return Part(operation(*columns), scale, greatest, False, blank)

    def made_room(self, part: Part, greatest: int) -> Part:
        return part if part.known or part.is_wide or greatest <= NARROW else self.widened(part)

    def aligned(self, *parts: Part) -> list[Part]:
        """The figures in units of the smallest of their decimals."""
        finest = max(part.scale for part in parts)
        return [self.rescaled(part, finest) for part in parts]

    def rescaled(self, part: Part, scale: int) -> Part:
        if part.is_blank or part.scale == scale:
            return part
        factor = 10 ** (scale - part.scale)
        return self.combined(lambda column: column * factor, part, scale=scale, greatest=part.greatest * factor)

    def negative(self, operand: Part) -> Part:
        return self.combined(negated, operand, scale=operand.scale, greatest=operand.greatest)

    def absolute(self, operand: Part) -> Part:
        operation = abs if operand.known else self.engine.absolute
        return self.combined(operation, operand, scale=operand.scale, greatest=operand.greatest)

    def arithmetic(self, sign: str, left: Part, right: Part) -> Part:
        if sign == "*":
            scale, greatest = left.scale + right.scale, left.greatest * right.greatest
        else:
            left, right = self.aligned(left, right)
            scale, greatest = left.scale, left.greatest + right.greatest
        return self.combined(SIGNS[sign], left, right, scale=scale, greatest=greatest)

    def comparison(self, sign: str, left: Part, right: Part) -> Part:
        return self.combined(SIGNS[sign], *self.aligned(left, right))

    def chosen(self, sign: str, left: Part, right: Part) -> Part:
        """The least (<) or the greatest (>) of two figures."""
        left, right = self.aligned(left, right)
        greatest, comes_first = max(left.greatest, right.greatest), SIGNS[sign]
        if left.known and right.known and not (left.is_blank or right.is_blank):
            return left if comes_first(left.column, right.column) else right
        if right.may_be_blank < left.may_be_blank:
            left, right = right, left

        def choose(one: Any, other: Any) -> Any:
            one, other = self.literal(left, one, greatest), self.literal(right, other, greatest)
            otherwise = other  # also where it is blank
            if left.may_be_blank:
                otherwise = self.engine.when(self.engine.opposite(comes_first(one, other)), other)
            return self.engine.when(comes_first(one, other), one, otherwise)

        return self.combined(choose, left, right, scale=left.scale, greatest=greatest)

    def outermost(self, sign: str, parts: Sequence[Part]) -> Part:
        """The least or the greatest of many, by halves: each choice writes out both its sides several times, and one
        after another twelve figures would become half a million."""
        if len(parts) == 1:
            return parts[0]
        half = len(parts) // 2
        return self.chosen(sign, self.outermost(sign, parts[:half]), self.outermost(sign, parts[half:]))

    def growth(self, now: Part, then: Part) -> Part:
        """Tenths of a percent, a half away from zero; none on a base of zero or less."""
        now, then = self.aligned(now, then)
        greatest = 2000 * (now.greatest + then.greatest) + then.greatest

        def grow(now_: Any, then_: Any) -> Any:
            now_, then_ = self.literal(now, now_, greatest), self.literal(then, then_, greatest)
            change = now_ - then_
            rounded = self.engine.quotient(self.engine.absolute(change) * 2000 + then_, then_ * 2)
            signed = self.engine.when(change < 0, negated(rounded), rounded)
            return self.engine.when(then_ > 0, signed)

        return replace(self.combined(grow, now, then, scale=1, greatest=greatest), may_be_blank=True)

    def is_whole(self, number: Part) -> Part:
        unit = 10**number.scale
        if unit == 1:
            return self.combined(lambda column: column == column, number)
        return self.combined(lambda column: self.engine.remainder(column, unit) == 0, number)

    def literal(self, part: Part, column: Any = None, greatest: int = 0) -> Any:
        """The part as a column of the engine, also where it is known."""
        if not part.known:
            return part.column if column is None else column
        return self.engine.literal(part.column, max(part.greatest, greatest) > NARROW)
