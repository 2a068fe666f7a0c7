"""The binding that judges any number of filings at once: every part of a tree becomes a column of an engine (polars in
columns, Spark in spark). Figures are whole numbers of their last decimal, so nothing is ever rounded; how far from zero
a column can lie is known before it is calculated, so 64 bits serve where they suffice and 128 where they do not.

A blank is a null. Every operation here gives a null for a null, also `and` and `or`, which engines would answer from
one side alone: there, and only there, truth is compared instead (a and b is a > not b where False < True).

What does not differ from filing to filing (a number, a parameter, the month) is worked out here, not by the
engine."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from functools import reduce
from typing import Any

from forms_tables.bindings import CALCULATIONS
from forms_tables.column_parts import BLANK, NARROW, ZERO, Engine, Part, Source, known
from forms_tables.completion import PRECISION
from forms_tables.expressions import OVER_ROWS, Misuse, Name
from forms_tables.scopes import Moment, RowCode, Scoped, Setting

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


OF_THE_EDITION = ("is_district", "size_class")
FOLDED = frozenset(CALCULATIONS) - {*OVER_ROWS}


def _negated(figure: Any) -> Any:
    return 0 - figure  # polars has no minus sign for 128 bits


class TooLarge(Misuse):
    """What a rule calculates could pass 38 digits."""


@dataclass(frozen=True)
class Columns(Scoped):
    """The binding that judges many filings: every part of a tree becomes a column."""

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
                return known(self.source.moment(moment))
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
        return self.combined(_negated, operand, scale=operand.scale, greatest=operand.greatest)

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
        if right.may_be_blank < left.may_be_blank:
            left, right = right, left

        def choose(one: Any, other: Any) -> Any:
            one, other = self.literal(left, one, greatest), self.literal(right, other, greatest)
            otherwise = other  # also where it is blank
            if left.may_be_blank:
                otherwise = self.engine.when(self.engine.opposite(comes_first(one, other)), other)
            return self.engine.when(comes_first(one, other), one, otherwise)

        return self.combined(choose, left, right, scale=left.scale, greatest=greatest)

    def growth(self, now: Part, then: Part) -> Part:
        """Tenths of a percent, a half away from zero; none on a base of zero or less."""
        now, then = self.aligned(now, then)
        greatest = 2000 * (now.greatest + then.greatest) + then.greatest

        def grow(now_: Any, then_: Any) -> Any:
            now_, then_ = self.literal(now, now_, greatest), self.literal(then, then_, greatest)
            change = now_ - then_
            rounded = self.engine.quotient(self.engine.absolute(change) * 2000 + then_, then_ * 2)
            signed = self.engine.when(change < 0, _negated(rounded), rounded)
            return self.engine.when(then_ > 0, signed)

        return replace(self.combined(grow, now, then, scale=1, greatest=greatest), may_be_blank=True)

    def is_whole(self, number: Part) -> Part:
        unit = 10**number.scale
        if unit == 1:
            return self.combined(lambda column: column == column, number)
        return self.combined(lambda column: self.engine.remainder(column, unit) == 0, number)

    # Truths

    def membership(self, inside: bool, left: Part, options: tuple[str, ...]) -> Part:
        if left.known:
            return self.combined(lambda text: (text in options) is inside, left)
        among = self.combined(lambda column: self.engine.is_among(column, options), left)
        return among if inside else self.opposite(among)

    def opposite(self, operand: Part) -> Part:
        return self.combined(operator.not_ if operand.known else self.engine.opposite, operand)

    def both(self, parts: Sequence[Part]) -> Part:
        return self._judged_together(parts, True, lambda left, right: left > self.engine.opposite(right))

    def either(self, parts: Sequence[Part]) -> Part:
        return self._judged_together(parts, False, lambda left, right: left >= self.engine.opposite(right))

    def _judged_together(self, parts: Sequence[Part], idle: bool, operation: Callable[[Any, Any], Any]) -> Part:
        """The parts that are known to be `idle` change nothing; the others decide, and all of them must be filled."""
        if any(part.is_blank for part in parts):
            return BLANK
        telling = [part for part in parts if not (part.known and part.column is idle)]
        if all(part.known for part in telling):
            return known(not idle if telling else idle)
        columns = [self.literal(part) for part in telling]
        return Part(reduce(operation, columns), may_be_blank=any(part.may_be_blank for part in telling))

    def when(self, premise: Part, conclusion: Part) -> Part:
        """A condition that does not apply, as if it read a blank, where its premise does not hold."""
        if premise.known:
            return conclusion if premise.column else BLANK
        if conclusion.is_blank:
            return BLANK
        return Part(self.engine.when(premise.column, self.literal(conclusion)))

    def filled(self, operand: Part) -> Part:
        if operand.known or not operand.may_be_blank:
            return known(not operand.is_blank)
        return Part(self.engine.is_filled(operand.column), may_be_blank=False)

    def or_zero(self, operand: Part) -> Part:
        if operand.is_blank:
            return ZERO
        if not operand.may_be_blank:
            return operand
        column = self.engine.or_else(operand.column, self.engine.literal(0, operand.is_wide))
        return Part(column, operand.scale, operand.greatest, False, False)

    def over_rows(self, judged: Callable[[Sequence[Any]], Any], instead: bool, parts: Sequence[Part]) -> Part:
        """Of the rows that are filled in; when none is, the whole does not apply."""
        given = [part for part in parts if not part.is_blank]
        if not given:
            return BLANK
        columns = [self.literal(part) for part in given]
        or_else = self.engine.or_else
        verdict = judged(
            [
                or_else(column, self.engine.literal(instead)) if part.may_be_blank else column
                for part, column in zip(given, columns, strict=True)
            ]
        )
        if not all(part.may_be_blank for part in given):
            return Part(verdict, may_be_blank=False)
        return Part(self.engine.when(self.engine.any_of([self.engine.is_filled(c) for c in columns]), verdict))

    def literal(self, part: Part, column: Any = None, greatest: int = 0) -> Any:
        """The part as a column of the engine, also where it is known."""
        if not part.known:
            return part.column if column is None else column
        return self.engine.literal(part.column, max(part.greatest, greatest) > NARROW)

    # Texts

    def on_texts(self, operation: Callable[..., Any], *parts: Part) -> Part:
        if any(part.is_blank for part in parts):
            return BLANK
        columns = [self.literal(part) for part in parts]
        return Part(operation(*columns), may_be_blank=any(part.may_be_blank for part in parts))

    def starts_with(self, text: Part, *beginnings: Part) -> Part:
        return self.either([self.on_texts(self.engine.starts_with, text, beginning) for beginning in beginnings])

    def begins(self, text: Any, beginnings: Sequence[str]) -> Any:
        """Whether a text begins with one of many."""
        lengths = {len(beginning) for beginning in beginnings}
        heads = {length: [b for b in beginnings if len(b) == length] for length in lengths}
        return self.engine.any_of([self.engine.is_among(self.engine.first(text, n), b) for n, b in heads.items()])

    def has(self, chosen: Part, *codes: Part) -> Part:
        """Whether one of the codes of a cell (1,3A) begins with one of these; a cell that is blank has none."""
        if any(code.is_blank for code in codes):
            return BLANK
        engine, telling = self.engine, [code for code in codes if code.may_be_blank]
        found = known(False)
        if not chosen.is_blank:
            text = self.literal(chosen)
            begins = engine.any_of([self.has_one(text, code) for code in codes])
            found = Part(engine.or_else(begins, engine.literal(False)), may_be_blank=False)
        if not telling:
            return found
        return Part(engine.when(engine.all_of([engine.is_filled(c.column) for c in telling]), self.literal(found)))

    def has_one(self, chosen: Any, code: Part) -> Any:
        engine = self.engine
        if not code.known:
            apart = engine.opposite(engine.contains(code.column, ","))
            return engine.all_of([apart, engine.contains(engine.joined(",", chosen), engine.joined(",", code.column))])
        if "," in code.column:
            return engine.literal(False)
        return engine.any_of([engine.starts_with(chosen, code.column), engine.contains(chosen, f",{code.column}")])

    def first(self, text: Part, length: Part) -> Part:
        unit = 10**length.scale
        if text.is_blank or length.is_blank:
            return BLANK
        if length.known:
            whole = abs(length.column) // unit * (-1 if length.column < 0 else 1)
            return self.on_texts(lambda column: self.engine.first(column, whole), text)
        figure = length.column
        shorter = self.engine.quotient(self.engine.absolute(figure), unit)
        whole = self.engine.when(figure < 0, _negated(shorter), shorter)
        return self.on_texts(self.engine.first, text, Part(whole, may_be_blank=length.may_be_blank))

    def size_class(self, industry: Part, staff: Part, income: Part) -> Part:
        """C06: the largest class whose two lower bounds are both met; 4 when neither small bound pair is."""
        engine, parts = self.engine, (industry, staff, income)
        if any(part.is_blank for part in parts):
            return BLANK
        text, size = self.literal(industry), engine.literal(None)
        for standard in reversed(self.source.edition.size_standards):
            inside = self.begins(text, standard.divisions)
            found = engine.literal("4")
            for number, bounds in reversed(list(enumerate(zip(standard.staff, standard.income, strict=True), start=1))):
                met = [self.comparison(">=", f, known(b)) for f, b in zip((staff, income), bounds, strict=True)]
                found = engine.when(self.literal(self.both(met)), engine.literal(str(number)), found)
            size = engine.when(inside, found, size)
        filled = [self.literal(self.filled(part)) for part in parts]
        return Part(engine.when(engine.all_of(filled), size))

    def worked_out(self, function: str, arguments: Sequence[Part]) -> Part:
        """A function of what is the same for every filing."""
        values = [argument.value for argument in arguments]
        if None in (values[1:] if function == "has" else values):
            return BLANK
        before = (self.source,) if function in OF_THE_EDITION else ()
        with localcontext() as context:
            context.prec = PRECISION
            return known(CALCULATIONS[function](*before, *values))

    def call(self, function: str, arguments: Sequence[Part]) -> Part:
        first, *others = arguments
        engine = self.engine
        if function in FOLDED and all(argument.known for argument in arguments):
            return self.worked_out(function, arguments)
        match function:
            case "abs":
                return self.absolute(first)
            case "min" | "max":
                return reduce(lambda one, other: self.chosen("<" if function == "min" else ">", one, other), arguments)
            case "eps":
                return self.arithmetic("*", self.parameter("EPS"), first)
            case "near":
                return self.comparison("<=", self.absolute(self.arithmetic("-", *arguments[:2])), arguments[2])
            case "growth":
                return self.growth(first, *others)
            case "is_whole":
                return self.is_whole(first)
            case "or_zero":
                return self.or_zero(first)
            case "filled":
                return self.filled(first)
            case "empty":
                return self.opposite(self.filled(first))
            case "has":
                return self.has(first, *others)
            case "starts_with":
                return self.starts_with(first, *others)
            case "first":
                return self.first(first, *others)
            case "implies":
                return self.either([self.opposite(first), *others])
            case "iff":
                return self.comparison("==", first, *others)
            case "exists":
                return self.over_rows(engine.any_of, False, arguments)
            case "every":
                return self.over_rows(engine.all_of, True, arguments)
            case "valid_credit_code":
                return self.on_texts(engine.is_credit_code, first)
            case "organisation_code":
                return self.on_texts(lambda text: engine.middle(text, 8, 9), first)
            case "is_district":
                codes = tuple(d.code for d in self.source.edition.districts_on(self.source.period.end))
                return self.membership(True, first, codes)
            case "size_class":
                return self.size_class(first, *others)
        raise TypeError(f"{function} is no function of the notation")
