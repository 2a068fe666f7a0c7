"""What the browser needs of an edition to judge one table while somebody types (static/sheet/): the rules that touch
it, how its cells are filled in and read, the words for what is found. It is the same for every firm and is made once.

Everything comes from what the server judges by: conditions from `checks`, plans from `completion`, tellers from
`verdicts`, sentences about figures from `parsing`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import CHOICE_KINDS, FIGURE_KINDS, Edition, Indicator, Table
from forms_tables.edition.shape import asked_by_tables, declaring_tables
from forms_tables.filling.completion import CellPlan, Formula, plans_of
from forms_tables.filling.parsing import LONGEST_TEXT, MOST_WHOLE_DIGITS, NO_FIGURE, SENTENCES, is_netted
from forms_tables.judges.browser import Tree, Trees, read_as_json
from forms_tables.judges.fetched import Fetched, in_json
from forms_tables.notation.names import Cell, Fact, Meaning
from forms_tables.notation.trees import walk
from forms_tables.rules.checks import Condition, conditions_of
from forms_tables.words.verdicts import (
    FiguresTold,
    FirstFailing,
    Limit,
    NamedValue,
    PartOfRule,
    Teller,
    Times,
    TwoSides,
)


@dataclass(frozen=True, eq=False)
class SheetRules(Fetched):
    """The rules of an edition that touch one table, and all that the cells they read are filled in from."""

    edition: Edition
    table: Table

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        everything = conditions_of(self.edition, self.table.frequency)
        return tuple(each for each in everything if each.touches(frozenset([self.table.code])))

    @cached_property
    def plans(self) -> tuple[CellPlan, ...]:
        """The cells of the table and what is read beside them, each after those it is computed from."""
        plans = plans_of(self.edition, self.table.frequency)
        asked = {f"{row.code}.{row.columns[0]}" for row in asked_by_tables(self.edition).values()}
        ahead = [key for key, plan in plans.items() if plan.table == self.table or key in asked]
        ahead += [key for condition in self.conditions for key in cells_read(condition.reads)]
        wanted: set[str] = set()
        while ahead:
            key = ahead.pop()
            if key in plans and key not in wanted:
                wanted.add(key)
                ahead.extend(plans[key].reads())
        return tuple(plan for key, plan in plans.items() if key in wanted)

    @cached_property
    def cells(self) -> frozenset[str]:
        return frozenset(plan.key for plan in self.plans)

    @cached_property
    def reads(self) -> tuple[Meaning, ...]:
        """All that conditions and formulas read."""
        formulas = (formula.reads for plan in self.plans for formula in formulas_of(plan))
        conditions = (condition.reads for condition in self.conditions)
        return tuple(dict.fromkeys(meaning for reads in (*conditions, *formulas) for meaning in reads))

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The firm's facts, each read from its cell where this form has one and from the register otherwise."""
        return tuple(each for each in self.reads if isinstance(each, Fact) and not each.period)

    @cached_property
    def of_elsewhere(self) -> tuple[Meaning, ...]:
        """What stands in no form of this period: earlier filings, and what the register says past the form."""
        return tuple(each for each in self.reads if isinstance(each, Cell | Fact) and each.period)

    @cached_property
    def text(self) -> bytes:
        return in_json(self._as_json())

    def _as_json(self) -> dict[str, Any]:
        platform = self.edition.platform
        return {
            "table": self.table.code,
            "tables": {each.code: each.key for each in self.edition.tables if each.frequency == self.table.frequency},
            "cells": {plan.key: _cell_as_json(plan, plan.table == self.table) for plan in self._named()},
            "plans": [_plan_as_json(plan) for plan in self.plans],
            "facts": {fact.label: fact.key for fact in self.facts if fact.key in self.cells},
            "declared": self._declared(),
            "conditions": [_condition_as_json(condition) for condition in self.conditions],
            "lists": self._lists(),
            "doubts": sorted(platform.about_unit),
            "can_wait": sorted(platform.about_growth),
            "sentences": SENTENCES,
            "no_figure": NO_FIGURE,
            "longest": LONGEST_TEXT,
            "most": MOST_WHOLE_DIGITS,
        }

    def _named(self) -> Iterator[CellPlan]:
        """The cells a finding speaks of: the table's own, and what its rules are about in others."""
        about = {CellAddress.parse_place(place).cell for each in self.conditions for place in each.cells}
        return (plan for plan in self.plans if plan.table == self.table or plan.key in about)

    def _declared(self) -> list[dict[str, list[str]]]:
        """For each table whose owing hangs on answers of this one: these answers, and the cells that come and go."""
        if self.table.code not in declaring_tables(self.edition, self.table.frequency):
            return []
        asked = asked_by_tables(self.edition)
        return [
            {
                "answers": [
                    f"{row.code}.{row.columns[0]}" for name, row in asked.items() if name in table.applies_when
                ],
                "cells": [plan.key for plan in self.plans if plan.table == table],
            }
            for table in self.edition.tables
            if table.applies_when and table.frequency == self.table.frequency
        ]

    def _lists(self) -> dict[str, list[tuple[str, str]]]:
        """The code lists of the table, but those that name the districts, which a city may add to."""
        lists = {row.code_list: row.choices for row in self.table.indicators if row.kind in CHOICE_KINDS}
        kept = {code: found for code, found in lists.items() if found and not found.from_districts}
        return {code: [(entry.code, entry.name) for entry in found.entries] for code, found in kept.items()}


@lru_cache(maxsize=64)
def sheet_rules(edition: Edition, table: str) -> SheetRules:
    return SheetRules(edition, edition.table(table))


def formulas_of(plan: CellPlan) -> Iterator[Formula]:
    formulas = (plan.table_applies, plan.row_applies, plan.column_applies, plan.carry, plan.formula, plan.required_when)
    return filter(None, formulas)


def cells_read(reads: Iterable[Meaning]) -> Iterator[str]:
    """The cells of the same form among what is read; a fact is the cell that asks for it."""
    return (each.key for each in reads if isinstance(each, Cell | Fact) and not each.period)


def _tree(formula: Formula | None) -> Tree | None:
    return walk(formula.tree, Trees(formula.scope)) if formula else None


def _given(**facts: Any) -> dict[str, Any]:
    """Only what is said: most cells have little of what a cell can have. No decimals (0) is said."""
    return {
        name: fact for name, fact in facts.items() if fact is not None and fact is not False and fact not in ("", [])
    }


def _plan_as_json(plan: CellPlan) -> dict[str, Any]:
    column = plan.indicator.column(plan.column)
    return _given(
        key=plan.key,
        figure=plan.indicator.kind_in(plan.column) in FIGURE_KINDS,
        table=_tree(plan.table_applies),
        column=_tree(plan.column_applies),
        row=_tree(plan.row_applies),
        otherwise=plan.indicator.otherwise,
        auto=bool(column.auto),
        origin=bool(plan.indicator.origin),
        carry=_tree(plan.carry),
        formula=_tree(plan.formula),
        outside=[read_as_json(meaning) for meaning in plan.formula.outside] if plan.formula else [],
        places=plan.indicator.decimals_in(plan.column),
        required=plan.required,
        required_when=_tree(plan.required_when),
    )


def _cell_as_json(plan: CellPlan, is_own: bool) -> dict[str, Any]:
    indicator, column = plan.indicator, plan.indicator.column(plan.column)
    named = _given(table=plan.table.code, name=indicator.name, label=column.label, carried=bool(column.carry))
    return named | _how_it_is_read(indicator, plan.column) if is_own else named


def _how_it_is_read(indicator: Indicator, key: str) -> dict[str, Any]:
    kind = indicator.kind_in(key)
    if kind not in FIGURE_KINDS:
        choices = indicator.choices if kind in CHOICE_KINDS else None
        is_listed = choices and not (choices.also or choices.from_districts)
        return _given(kind=kind, list=indicator.code_list if is_listed else "")
    negative = ""
    if key in indicator.nonnegative_columns:
        negative = "netted" if is_netted(indicator) else "negative"
    unit = indicator.column(key).unit or indicator.unit
    return {"kind": "figure"} | _given(unit=unit, places=indicator.decimals_in(key), negative=negative)


def _condition_as_json(condition: Condition) -> dict[str, Any]:
    binding = Trees(condition.scope)
    return _given(
        rule=condition.rule.id,
        level=condition.rule.level,
        cells=[CellAddress.parse_place(place).cell for place in condition.cells],
        place="" if condition.cells else condition.place,
        message=condition.rule.message.rstrip("。"),
        tree=walk(condition.tree, binding),
        when=walk(condition.premise, binding) if condition.premise else None,
        tells=_teller_as_json(condition.teller),
    )


def _teller_as_json(teller: Teller) -> list[Any]:
    match teller:
        case FirstFailing(parts=parts):
            return ["first", *([_part(part), _teller_as_json(tell)] for part, tell in parts)]
        case Limit(is_=is_, judged=judged, must=must, bound=bound, unit=unit):
            return ["limit", is_, _part(judged), must, _part(bound), unit]
        case TwoSides(left_is=left_is, left=left, right_is=right_is, right=right, unit=unit):
            leeway = [teller.leeway.word, _part(teller.leeway.allowed)] if teller.leeway else None
            return ["sides", left_is, _part(left), right_is, _part(right), unit, leeway, _named(teller.rests_on)]
        case Times(now=now, then=then):
            return ["times", *_named((now, then))]
        case FiguresTold(parts=parts, is_list=is_list):
            return ["list" if is_list else "figures", _named(parts)]
    raise TypeError(teller)


def _part(part: PartOfRule) -> Tree:
    return walk(part.node, Trees(part.scope))


def _named(parts: Iterable[NamedValue]) -> list[list[Any]]:
    return [[part.name, read_as_json(part.meaning), part.unit, isinstance(part.meaning, Cell)] for part in parts]
