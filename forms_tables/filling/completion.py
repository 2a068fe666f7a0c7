"""Completing a form: typed text is parsed, and every cell the system can work out is filled in and locked.

A cell with a formula is computed. It opens for typing only when what it is computed from lies outside the sheet
(an earlier filing, a coefficient the city has not entered) and is not there. What was typed into a locked cell is
kept when it differs, so that the rules find it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import lru_cache
from graphlib import TopologicalSorter

from forms_tables.edition.model import Edition, Indicator, Table
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.parsing import Problem, plain_figure
from forms_tables.filling.parsing import parse as parse_cell
from forms_tables.notation.decimals import Decimals, JudgeFunction, Reading
from forms_tables.notation.names import Cell, Fact, Meaning, Setting, TextScope, reads_of
from forms_tables.notation.trees import Node, parse, walk
from forms_tables.words.rules import say

Value = Decimal | str | None
PRECISION = 60  # digits: products of 15-digit amounts stay exact
EXACT = Context(prec=PRECISION)
# How the reason of a locked cell begins: worked out from this filing's cells, or not applying as things stand.
COMPUTED, ONLY_WHEN = "由系统计算", "只在"
SYSTEM_WRITES = {"register": "由市级名录写入", "submission": "上报时由系统填写"}


@dataclass(frozen=True)
class Facts:
    """What the rules may know beside the cells: the period, the firm, the city's parameters, the filings before."""

    period: PeriodCode
    attributes: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Decimal | None] = field(default_factory=dict)
    history: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)

    def reading(self, edition: Edition, values: Mapping[str, Value]) -> Reading:
        return Reading(edition, self.period, values, self.attributes, self.parameters, self.history)


@dataclass(frozen=True)
class Completed:
    values: Mapping[str, Value]
    problems: tuple[Problem, ...]
    locked: Mapping[str, str]  # cell to why nobody types there
    overridden: tuple[str, ...]  # locked cells in which something else was typed


@dataclass(frozen=True, eq=False)  # the same text in the same scope is one formula
class Formula:
    """A text of the edition bound to one cell."""

    tree: Node
    scope: TextScope
    value: JudgeFunction  # None where it needs a blank
    reads: tuple[Meaning, ...]
    outside: tuple[Meaning, ...]  # what it reads of earlier filings and parameters
    why: str  # what is said of a cell it locks

    def lacks_something_outside(self, reading: Reading) -> bool:
        """Whether an earlier filing's figure or a parameter it needs is not there."""
        return bool(self.outside) and any(reading.value_of(meaning) is None for meaning in self.outside)


@dataclass(frozen=True)
class CellPlan:
    """How one cell comes by its value; worked out once per edition."""

    key: str
    table: Table
    indicator: Indicator
    column: str
    unit_of_rounding: Decimal | None
    table_applies: Formula | None
    row_applies: Formula | None
    column_applies: Formula | None
    carry: Formula | None
    formula: Formula | None
    required: bool
    required_when: Formula | None
    plain_figure: Callable[[str], object] | None  # knows a figure in its normal form, which most are

    @property
    def may_be_worked_out(self) -> bool:
        conditions = self.table_applies or self.row_applies or self.column_applies
        return bool(conditions or self.carry or self.formula or self.indicator.origin)

    def reads(self) -> Iterator[str]:
        """The cells of the same filing that must be settled first."""
        for formula in (self.table_applies, self.row_applies, self.column_applies, self.formula):
            for meaning in formula.reads if formula else ():
                if (isinstance(meaning, Cell) and not meaning.period) or isinstance(meaning, Fact):
                    yield meaning.key

    @property
    def said(self) -> tuple[object, ...]:
        """All that decides about the cell besides what it reads, and how that is told."""
        formulas = (self.row_applies, self.column_applies, self.carry, self.formula, self.required_when)
        whys = tuple(formula and formula.why for formula in formulas)
        return self.indicator, self.table.applies_when, self.table.why_not, whys

    def rounded(self, value: Value) -> Value:
        if self.unit_of_rounding is None or not isinstance(value, Decimal):
            return value
        return value.quantize(self.unit_of_rounding, ROUND_HALF_UP)


def _is_outside(meaning: Meaning) -> bool:
    return isinstance(meaning, Setting) or (isinstance(meaning, Cell) and bool(meaning.period))


@lru_cache(maxsize=8192)
def formula_of(text: str, scope: TextScope, why: str = "{}") -> Formula | None:
    if not text:
        return None
    tree = parse(text)
    reads = reads_of(tree, scope)
    outside = tuple(meaning for meaning in reads if _is_outside(meaning))
    return Formula(tree, scope, walk(tree, Decimals(scope)).value, reads, outside, why.format(say(tree, scope)))


@lru_cache(maxsize=16)
def plans_of(edition: Edition, frequency: str) -> Mapping[str, CellPlan]:
    """Every cell of the tables of one frequency, each after the cells it is computed from."""
    plans = {
        plan.key: plan
        for table in edition.tables
        if table.frequency == frequency
        for indicator in table.indicators
        for column in indicator.columns
        for plan in [_plan(edition, table, indicator, column)]
    }
    order = TopologicalSorter({key: [read for read in plan.reads() if read in plans] for key, plan in plans.items()})
    return {key: plans[key] for key in order.static_order()}


@lru_cache(maxsize=16)
def _to_work_out(edition: Edition, frequency: str) -> tuple[CellPlan, ...]:
    return tuple(plan for plan in plans_of(edition, frequency).values() if plan.may_be_worked_out)


@lru_cache(maxsize=16)
def _to_be_filled(edition: Edition, frequency: str) -> tuple[CellPlan, ...]:
    return tuple(plan for plan in plans_of(edition, frequency).values() if plan.required or plan.required_when)


def _plan(edition: Edition, table: Table, indicator: Indicator, key: str) -> CellPlan:
    column, decimals = indicator.column(key), indicator.decimals_in(key)
    cell, plain = TextScope(edition, column=key, row=indicator.code), TextScope(edition)
    return CellPlan(
        key=f"{indicator.code}.{key}",
        table=table,
        indicator=indicator,
        column=key,
        unit_of_rounding=None if decimals is None else Decimal(1).scaleb(-decimals),
        table_applies=formula_of(table.applies_when, plain),
        row_applies=formula_of(indicator.applies_when, plain, ONLY_WHEN + "{}时填写"),
        column_applies=formula_of(column.applies_when, plain, ONLY_WHEN + "{}时填写"),
        carry=formula_of(column.carry, cell, "由系统带入：{}"),
        formula=formula_of(indicator.formula_in(key), cell, COMPUTED + "：{}"),
        # A computed row, too, must be filled where its cell opened because what it is computed from is missing.
        required=column.required and (indicator.required or bool(indicator.auto)),
        required_when=formula_of(indicator.required_when, plain) if column.required else None,
        plain_figure=plain_figure(indicator, key),
    )


@lru_cache(maxsize=16)
def alike(edition: Edition, other: Edition, frequency: str) -> frozenset[str]:
    """The cells that two editions complete in the same way from the same facts."""
    plans, others = plans_of(edition, frequency), plans_of(other, frequency)
    rule = "required"
    if edition.platform.rules.get(rule) != other.platform.rules.get(rule):
        return frozenset()
    same: set[str] = set()
    known = plans.keys() | others.keys()
    for key, plan in plans.items():  # each after those it reads
        if key in others and plan.said == others[key].said and known.intersection(plan.reads()) <= same:
            same.add(key)
    asking = {key: plans[key].required_when for key in same}
    needed = {
        key: {meaning.key for meaning in when.reads if isinstance(meaning, Cell | Fact)}
        for key, when in asking.items()
        if when
    }
    return frozenset(key for key in same if known.intersection(needed.get(key, ())) <= same)


def complete_like(
    edition: Edition, typed: Mapping[str, str], facts: Facts, other: Edition, done: Completed
) -> Completed:
    """The same as `complete`, where the same form was completed by another edition with the same facts: what both
    complete alike is taken over. A text that stands unread in a locked cell may be typed no more: then nothing is."""
    unread = {f"{problem.code}.{problem.column}" for problem in done.problems if not problem.missing}
    with localcontext(EXACT):
        completion = _Completion(edition, facts)
        if not unread & done.locked.keys():
            completion.take_over(done, alike(edition, other, facts.period.frequency))
        return completion.run(typed)


def complete(edition: Edition, typed: Mapping[str, str], facts: Facts) -> Completed:
    """Parses what was typed and fills in everything else that can be known."""
    with localcontext(EXACT):
        return _Completion(edition, facts).run(typed)


class _Completion:
    """One form on its way to being complete."""

    def __init__(self, edition: Edition, facts: Facts):
        self.facts = facts
        self.required_rule = edition.platform.rules.get("required", "")
        self.values: dict[str, Value] = {}
        self.problems: dict[str, Problem] = {}
        self.locked: dict[str, str] = {}
        self.overridden: list[str] = []
        self.held: dict[Formula, bool] = {}
        self.reading = facts.reading(edition, self.values)
        self.plans = plans_of(edition, facts.period.frequency)
        self.to_work_out = _to_work_out(edition, facts.period.frequency)
        self.to_be_filled = _to_be_filled(edition, facts.period.frequency)
        self.settled: frozenset[str] = frozenset()

    def take_over(self, done: Completed, settled: frozenset[str]) -> None:
        self.settled = settled
        self.values.update((key, value) for key, value in done.values.items() if key in settled)
        self.locked.update((key, why) for key, why in done.locked.items() if key in settled)
        self.overridden += [key for key in done.overridden if key in settled]
        for problem in done.problems:
            if (key := f"{problem.code}.{problem.column}") in settled:
                self.problems[key] = problem
        self.to_work_out = tuple(plan for plan in self.to_work_out if plan.key not in settled)
        self.to_be_filled = tuple(plan for plan in self.to_be_filled if plan.key not in settled)

    def read_typed(self, typed: Mapping[str, str]) -> None:
        for key, text in typed.items():
            plan = self.plans.get(key)
            if plan is None or key in self.settled:
                continue
            if text and plan.plain_figure and plan.plain_figure(text):
                self.values[key] = Decimal(text)
                continue
            value = parse_cell(plan.indicator, plan.column, text)
            if isinstance(value, Problem):
                self.problems[key] = value
            elif value is not None:
                self.values[key] = value

    def run(self, typed: Mapping[str, str]) -> Completed:
        self.read_typed(typed)
        for plan in self.to_work_out:
            if (known := self.worked_out(plan)) is not None:
                self.lock(plan, *known)
        for plan in self.to_be_filled:
            if self.must_be_filled(plan):
                place = plan.indicator.place(plan.column)
                sentence = f"{place}：必填项为空；没有发生额请填0。"
                where = plan.table.code, plan.indicator.code, plan.column
                problem = Problem(*where, sentence, self.required_rule, missing=True)
                self.problems[plan.key] = problem
        return Completed(self.values, tuple(self.problems.values()), self.locked, tuple(self.overridden))

    def worked_out(self, plan: CellPlan) -> tuple[Value, str] | None:
        """What the cell holds without anybody typing, and why; None when it is open for typing."""
        if plan.table_applies and not self.holds(plan.table_applies):
            return None, plan.table.why_not
        if plan.column_applies and not self.holds(plan.column_applies):
            return None, plan.column_applies.why
        carried = plan.carry.value(self.reading) if plan.carry else None
        if plan.row_applies and not self.holds(plan.row_applies):
            return self.instead(plan, carried), plan.row_applies.why
        if plan.indicator.origin:
            return self.facts.attributes.get(plan.indicator.code) or None, SYSTEM_WRITES[plan.indicator.origin]
        if plan.carry and carried is not None:
            return carried, plan.carry.why
        if plan.formula is None or plan.formula.lacks_something_outside(self.reading):
            return None
        return plan.rounded(plan.formula.value(self.reading)), plan.formula.why

    def instead(self, plan: CellPlan, carried: Value) -> Value:
        """What stands in a row that does not apply. Where that is 0, a figure filed while it still applied is carried
        all the same, so that it agrees with its totals of that time; and growth stays growth."""
        if not plan.indicator.otherwise:
            return None
        if carried is not None:
            return carried
        if plan.formula and plan.indicator.column(plan.column).auto:
            return plan.formula.value(self.reading)
        return Decimal(plan.indicator.otherwise)

    def holds(self, condition: Formula) -> bool:
        """A condition that reads a blank does not hold."""
        if condition not in self.held:
            self.held[condition] = bool(condition.value(self.reading))
        return self.held[condition]

    def lock(self, plan: CellPlan, value: Value, why: str) -> None:
        self.locked[plan.key] = why
        typed = self.values.get(plan.key)
        if typed is None and value is not None:
            self.values[plan.key] = value
        elif typed != value:
            self.overridden.append(plan.key)

    def must_be_filled(self, plan: CellPlan) -> bool:
        if plan.key in self.locked or plan.key in self.problems or self.values.get(plan.key) is not None:
            return False
        return plan.required or (plan.required_when is not None and self.holds(plan.required_when))
