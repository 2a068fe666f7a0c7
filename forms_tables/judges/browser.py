"""Conditions and filings as JSON, for the judge in the browser (static/judge.js), which knows no edition: every name
is already the label of what it means, and whether that is a figure or words.

A tree is a list, its first word the operation, the rest its parts: ["<=", ["figure", "2020.c1"], ["n", "0.30"]]."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from forms_tables.edition.model import FIGURE_KINDS, Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import MOMENTS, Cell, Fact, Meaning, Moment, RowCode, Scoped, Setting, TextScope
from forms_tables.notation.trees import Name, walk
from forms_tables.rules.checks import Condition
from forms_tables.words.rules import name_of, plain, say

Tree = list[Any]


class Trees(Scoped):
    """The binding that lists every part of a tree."""

    def number(self, value: Decimal) -> Tree:
        return ["n", _plain(value)]

    def text(self, value: str) -> Tree:
        return ["t", value]

    def name(self, name: Name) -> Tree:
        return read_as_json(self.scope.meaning(name))

    def negative(self, operand: Tree) -> Tree:
        return ["negative", operand]

    def arithmetic(self, sign: str, left: Tree, right: Tree) -> Tree:
        return [sign, left, right]

    comparison = arithmetic

    def membership(self, inside: bool, left: Tree, options: tuple[str, ...]) -> Tree:
        return ["in" if inside else "not in", left, *map(self.text, options)]

    def both(self, parts: Sequence[Tree]) -> Tree:
        return ["and", *parts]

    def either(self, parts: Sequence[Tree]) -> Tree:
        return ["or", *parts]

    def opposite(self, operand: Tree) -> Tree:
        return ["not", operand]

    def when(self, premise: Tree, conclusion: Tree) -> Tree:
        return ["when", premise, conclusion]

    def call(self, function: str, arguments: Sequence[Tree]) -> Tree:
        return [function, *arguments]


def read_as_json(meaning: Meaning) -> Tree:
    """What a name stands for."""
    match meaning:
        case Cell(indicator=indicator, column=column):
            return ["figure" if indicator.kind_in(column) in FIGURE_KINDS else "words", meaning.label]
        case Fact():
            return ["words", meaning.label]
        case Setting(name=setting):
            return ["figure", setting, "parameters"]
        case Moment(name=moment):
            return ["figure" if MOMENTS[moment] == "number" else "words", moment, "moments"]
        case RowCode(code=code):
            return ["t", code]
    raise TypeError(meaning)


def condition_as_json(condition: Condition) -> dict[str, Any]:
    binding = Trees(condition.scope)
    return {
        "rule": condition.rule.id,
        "level": condition.rule.level,
        "column": condition.scope.column,
        "row": condition.scope.row,
        "cells": list(condition.cells),
        "reads": [meaning.label for meaning in condition.reads if not isinstance(meaning, RowCode)],
        "tree": walk(condition.tree, binding),
        "when": walk(condition.premise, binding) if condition.premise else None,
    }


def surroundings_as_json(edition: Edition, period: PeriodCode) -> dict[str, Any]:
    """What is the same for every filing of a period: its dates, the districts there are at its end, the classes of
    size, and what a parameter is while the city has entered nothing."""
    nobodys = Reading(edition, period, {}, {}, {})
    return {
        "moments": {name: _as_text(nobodys.moment(name)) for name in MOMENTS},
        "parameters": {name: _as_text(nobodys.setting(name)) for name in edition.parameters},
        "districts": [district.code for district in edition.districts_on(period.end)],
        "sizes": [
            {
                "divisions": list(standard.divisions),
                "staff": [_plain(bound) for bound in standard.staff],
                "income": [_plain(bound) for bound in standard.income],
            }
            for standard in edition.size_standards
        ],
    }


def reading_as_json(reading: Reading, meanings: Iterable[Meaning]) -> dict[str, Mapping[str, str | None]]:
    """One filing: what is read of its values, by their labels and without the blanks, and the parameters entered."""
    elsewhere = Setting | Moment | RowCode
    values = {m.label: reading.value_of(m) for m in meanings if not isinstance(m, elsewhere)}
    return {
        "values": {label: _as_text(value) for label, value in values.items() if value is not None},
        "parameters": {name: _as_text(value) for name, value in reading.parameters.items()},
    }


def trial(conditions: Sequence[Condition], reading: Reading) -> str:
    """What static/try-rule.js needs to let a person change the figures of one filing and see the verdicts change: the
    conditions, a box for each name they read, and everything else of the filing as it stands. Empty without any."""
    if not conditions:
        return ""
    boxes: dict[str, dict[str, Any]] = {}
    for condition in conditions:
        for meaning in condition.reads:
            if not isinstance(meaning, Moment | RowCode) and meaning.label not in boxes:
                boxes[meaning.label] = _box(meaning, reading, TextScope(condition.scope.edition))
    panel = {
        "conditions": [condition_as_json(condition) | _in_words(condition) for condition in conditions],
        "boxes": list(boxes.values()),
        "parameters": reading_as_json(reading, ())["parameters"],
        "surroundings": surroundings_as_json(reading.edition, reading.period),
    }
    return json.dumps(panel, ensure_ascii=False)


def _in_words(condition: Condition) -> dict[str, str]:
    return {
        "place": condition.place,
        "says": say(condition.tree, condition.scope),
        "premise": say(condition.premise, condition.scope) if condition.premise else "",
    }


def _box(meaning: Meaning, reading: Reading, scope: TextScope) -> dict[str, Any]:
    """A box to type in: under which label it is read and among what, its name and unit in words, what is there now."""
    value, decimals, unit, is_figure = reading.value_of(meaning), None, "", False
    match meaning:
        case Cell(indicator=indicator, column=key):
            is_figure, decimals = indicator.kind_in(key) in FIGURE_KINDS, indicator.decimals_in(key)
            unit = indicator.column(key).unit or indicator.unit or indicator.hint
        case Setting(name=name):
            is_figure, unit = True, scope.edition.parameters[name].unit
        case Fact(code=code) if code in scope.edition.indicators:
            unit = scope.edition.indicator(code).hint
    return {
        "label": meaning.label,
        "among": "parameters" if isinstance(meaning, Setting) else "values",
        "figure": is_figure,
        "words": name_of(meaning, scope),
        "unit": unit,
        "decimals": decimals,
        "value": plain(value) if isinstance(value, Decimal) else value or "",
    }


def _as_text(value: Decimal | str | None) -> str | None:
    return _plain(value) if isinstance(value, Decimal) else value


def _plain(value: Decimal) -> str:
    """12.50, never 1E+2."""
    return f"{value:f}"
