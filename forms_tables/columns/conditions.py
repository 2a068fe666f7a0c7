"""The binding that judges any number of filings at once: every part of a tree becomes a column of an engine (polars in
columns, Spark in spark).

A blank is a null. Every operation here gives a null for a null, also `and` and `or`, which engines would answer from
one side alone: there, and only there, truth is compared instead (a and b is a > not b where False < True).

What does not differ from filing to filing (a number, a parameter, the month) is worked out here, not by the engine."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import localcontext
from functools import reduce
from typing import Any

from forms_tables.columns.figures import Figures, negated
from forms_tables.columns.parts import BLANK, ZERO, Part, known
from forms_tables.filling.completion import EXACT
from forms_tables.notation.decimals import CALCULATIONS
from forms_tables.notation.trees import OVER_ROWS

OF_THE_EDITION = ("is_district", "size_class")
FOLDED = frozenset(CALCULATIONS) - {*OVER_ROWS}
LONGEST_TEXT = 10**9  # no cell holds more characters


@dataclass(frozen=True)
class Columns(Figures):
    """The binding that judges many filings: every part of a tree becomes a column."""

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
        asked = [part for part in parts if not part.known]
        if any(part.known and part.column is not idle for part in parts):
            return self.where_filled(known(not idle), asked)
        if not asked:
            return known(idle)
        columns = [part.column for part in asked]
        return Part(reduce(operation, columns), may_be_blank=any(part.may_be_blank for part in asked))

    def where_filled(self, instead: Part, parts: Sequence[Part]) -> Part:
        """Something else than the parts say, but only where all of them say something."""
        telling = [part.column for part in parts if part.may_be_blank]
        if not telling:
            return instead
        filled = self.engine.all_of([self.engine.is_filled(column) for column in telling])
        return Part(self.engine.when(filled, self.literal(instead)))

    def same(self, left: Part, right: Part) -> Part:
        """Whether two conditions hold together or not at all."""
        if left.is_blank or right.is_blank or not (left.known or right.known):
            return self.comparison("==", left, right)
        told, asked = (left, right) if left.known else (right, left)
        return asked if told.column else self.opposite(asked)

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
        if any(part.known and part.column is not None and part.column is not instead for part in parts):
            return known(not instead)
        asked = [part for part in parts if not part.known]
        one_is_filled = not all(part.may_be_blank or part.is_blank for part in parts)
        if not asked:
            return known(instead) if one_is_filled else BLANK
        or_else, idle = self.engine.or_else, self.engine.literal(instead)
        verdict = judged([or_else(part.column, idle) if part.may_be_blank else part.column for part in asked])
        if one_is_filled:
            return Part(verdict, may_be_blank=False)
        return Part(self.engine.when(self.engine.any_of([self.engine.is_filled(p.column) for p in asked]), verdict))

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
        engine = self.engine
        found = known(False)
        if not chosen.is_blank:
            text = self.literal(chosen)
            begins = engine.any_of([self.has_one(text, code) for code in codes])
            found = Part(engine.or_else(begins, engine.literal(False)), may_be_blank=False)
        return self.where_filled(found, codes)

    def has_one(self, chosen: Any, code: Part) -> Any:
        engine = self.engine
        if not code.known:
            apart = engine.opposite(engine.contains(code.column, ","))
            later = engine.contains(chosen, engine.joined(",", code.column))
            return engine.all_of([apart, engine.any_of([engine.starts_with(chosen, code.column), later])])
        if "," in code.column:
            return engine.literal(False)
        return engine.any_of([engine.starts_with(chosen, code.column), engine.contains(chosen, f",{code.column}")])

    def first(self, text: Part, length: Part) -> Part:
        unit = 10**length.scale
        if text.is_blank or length.is_blank:
            return BLANK
        if length.known:
            whole = min(abs(length.column) // unit, LONGEST_TEXT) * (-1 if length.column < 0 else 1)
            return self.on_texts(lambda column: self.engine.first(column, whole), text)
        figure = length.column
        shorter = self.engine.quotient(self.engine.absolute(figure), unit)
        if length.greatest // unit > LONGEST_TEXT:  # engines count no letters beyond 64 bits
            longest = self.engine.literal(LONGEST_TEXT, length.is_wide)
            shorter = self.engine.when(shorter > LONGEST_TEXT, longest, shorter)
        whole = self.engine.when(figure < 0, negated(shorter), shorter)
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
        return self.where_filled(Part(size), [part for part in parts if not part.known])

    def worked_out(self, function: str, arguments: Sequence[Part]) -> Part:
        """A function of what is the same for every filing."""
        before = (self.source,) if function in OF_THE_EDITION else ()
        with localcontext(EXACT):
            values = [argument.value for argument in arguments]
            if None in (values[1:] if function == "has" else values):
                return BLANK
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
                return self.outermost("<" if function == "min" else ">", arguments)
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
                return self.same(first, *others)
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
