"""Judging a form by the rules of its edition. A check returns findings; it refuses nothing: a draft may be wrong."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import localcontext
from functools import cached_property, lru_cache

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Edition, Rule
from forms_tables.filling.completion import EXACT, Completed, Facts, Value
from forms_tables.filling.parsing import Problem
from forms_tables.notation.decimals import Decimals, JudgeFunction, Program, Reading, Written, reader_of
from forms_tables.notation.names import Cell, Fact, Meaning, TextScope, reads_of, symbols_of
from forms_tables.notation.trees import Node, NotationError, columns_of_x, names_in, parse, walk, x_outside_lists
from forms_tables.rules.magnitudes import refuse_overflow
from forms_tables.rules.one_name import ambiguous_names, clashes_in
from forms_tables.rules.proofreading import TRUTH, Kinds, Slip, slips_in_formulas
from forms_tables.words.verdicts import Teller, conclusion_of, shown, teller_of

__all__ = ["Finding", "Problem", "Rule", "examine", "findings_of_cells", "proofread"]

IN_JSON = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make an encoder for each finding


@dataclass(frozen=True)
class Finding:
    """A rule that does not hold. The fingerprint changes with any value it rests on, and ends an explanation."""

    rule: str
    level: str
    cells: tuple[str, ...]
    message: str
    figures: Mapping[str, str]
    fingerprint: str


@dataclass(frozen=True)
class Condition:
    """One text of a rule in one column and on one row: what is judged as a whole."""

    rule: Rule
    text: str
    scope: TextScope

    @cached_property
    def tree(self) -> Node:
        return parse(self.text)

    @cached_property
    def premise(self) -> Node | None:
        return parse(self.rule.when) if self.rule.when else None

    @cached_property
    def verdict(self) -> JudgeFunction:
        """The function that tells whether it holds; None when it does not apply, as when it reads a blank."""
        return self.written(Program()).value

    def written(self, program: Program) -> Written:
        binding = Decimals(self.scope, program)
        holds = walk(self.tree, binding)
        return binding.when(walk(self.premise, binding), holds) if self.premise else holds

    @cached_property
    def teller(self) -> Teller:
        """Words for it, in which the column named by the place goes without saying."""
        columns = [meaning.column for meaning in self.reads if isinstance(meaning, Cell) and not meaning.period]
        spoken = replace(self.scope, column=self.scope.column or next(iter(columns), ""))
        here = CellAddress.parse_place(self.cells[0]).cell if self.cells else ""
        return teller_of(self.tree, spoken, here)

    @cached_property
    def reads(self) -> tuple[Meaning, ...]:
        """What it reads: the left side first, and last what only decides whether it applies."""
        conclusion = conclusion_of(self.tree)
        whole = [] if conclusion is self.tree else [self.tree]
        trees = [conclusion, *whole, *filter(None, [self.premise])]
        return tuple(dict.fromkeys(meaning for tree in trees for meaning in reads_of(tree, self.scope)))

    @cached_property
    def readers(self) -> tuple[tuple[str, JudgeFunction], ...]:
        """The labels of what it reads, and the functions that read it."""
        return tuple((meaning.label, reader_of(meaning)) for meaning in self.reads)

    @cached_property
    def frequency(self) -> str:
        """Monthly when it reads a cell of a monthly table of this filing."""
        now = [meaning for meaning in self.reads if isinstance(meaning, Cell | Fact) and not meaning.period]
        cells = {meaning.indicator.table for meaning in now if isinstance(meaning, Cell)}
        rows = self.scope.edition.indicators
        facts = {rows[meaning.code].table for meaning in now if isinstance(meaning, Fact) and meaning.code in rows}
        frequencies = {self.scope.edition.table(table).frequency for table in cells or facts}
        return "month" if "month" in frequencies else "annual"

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The cells of this filing it reads: 软统企6!2020.c1. A fact is a cell of the form that asks for it."""
        return tuple(dict.fromkeys(cell for meaning in self.reads if (cell := self._cell(meaning))))

    def _cell(self, meaning: Meaning) -> str:
        if isinstance(meaning, Cell) and not meaning.period:
            return f"{meaning.indicator.table}!{meaning.key}"
        if isinstance(meaning, Fact) and not meaning.period:
            indicator = self.scope.edition.indicators.get(meaning.code)
            if indicator and self.scope.edition.table(indicator.table).frequency == self.frequency:
                return f"{indicator.table}!{meaning.key}"
        return ""

    @cached_property
    def place(self) -> str:
        """The first cell it reads, in the form's words."""
        if not self.cells:
            return self.rule.where
        return self.scope.edition.place_of(CellAddress.parse_place(self.cells[0]).cell)

    def touches(self, tables: frozenset[str]) -> bool:
        return any(CellAddress.parse_place(cell).table in tables for cell in self.cells)

    def finding(self, reading: Reading) -> Finding:
        sides = self.teller(reading)
        message = f"{self.place}：{self.rule.message.rstrip('。')}。{sides.words}。"
        values = {label: read(reading) for label, read in self.readers}
        figures = {label: shown(value) for label, value in values.items() if value is not None}
        return Finding(
            rule=self.rule.id,
            level=self.rule.level,
            cells=self.cells,
            message=message,
            figures={**sides.figures, **figures},
            fingerprint=_digest(self.rule.id, self.text, self.scope.column, self.scope.row, *figures.items()),
        )


def examine(
    edition: Edition,
    completed: Completed | Mapping[str, Value],
    facts: Facts,
    tables: Iterable[str] | None = None,
) -> list[Finding]:
    """Every rule that does not hold, in the edition's order; of the rules that touch `tables` when they are given."""
    values = completed.values if isinstance(completed, Completed) else completed
    reading = facts.reading(edition, values)
    conditions = conditions_of(edition, facts.period.frequency)
    wanted = None if tables is None else frozenset(tables)
    with localcontext(EXACT):
        verdicts = verdicts_of(edition, facts.period.frequency)(reading)
        failing = [conditions[number] for number in _places_of_false(verdicts)]
        return [condition.finding(reading) for condition in failing if wanted is None or condition.touches(wanted)]


def _places_of_false(verdicts: list[bool | None]) -> Iterator[int]:
    """Few of hundreds fail: looking for the next one is quicker than going through them all."""
    place = -1
    for _ in range(verdicts.count(False)):
        place = verdicts.index(False, place + 1)
        yield place


def findings_of_cells(edition: Edition, completed: Completed) -> list[Finding]:
    """The problems of single cells that break a rule of the edition, as findings."""
    return [_finding_of_cell(edition.rule(problem.rule), problem) for problem in completed.problems if problem.rule]


def _finding_of_cell(rule: Rule, problem: Problem) -> Finding:
    cell = f"{problem.table}!{problem.code}.{problem.column}"
    return Finding(rule.id, rule.level, (cell,), problem.problem, {}, _digest(rule.id, cell, problem.problem))


def _digest(*parts: object) -> str:
    return hashlib.sha256(IN_JSON(parts).encode()).hexdigest()[:20]


@lru_cache(maxsize=16)
def conditions_of(edition: Edition, frequency: str) -> tuple[Condition, ...]:
    """All that is judged in a filing of one frequency; parsed and bound once per edition."""
    return tuple(condition for condition in _conditions(edition) if condition.frequency == frequency)


@lru_cache(maxsize=16)
def _conditions(edition: Edition) -> tuple[Condition, ...]:
    return tuple(
        condition for rule in edition.rules for text in rule.texts for condition in spread(edition, rule, text)
    )


@lru_cache(maxsize=16)
def verdicts_of(edition: Edition, frequency: str) -> JudgeFunction:
    """One function that judges a filing by all its conditions and lists their verdicts in the same order."""
    program = Program()
    verdicts = [condition.written(program).or_else("None") for condition in conditions_of(edition, frequency)]
    return program.function(f"[{', '.join(verdicts)}]")


def spread(edition: Edition, rule: Rule, text: str) -> tuple[Condition, ...]:
    """A text for each of the rule's columns and rows it can be read in."""
    trees = [parse(text), *([parse(rule.when)] if rule.when else [])]
    listed = rows_of(edition, rule)
    columns_read = frozenset(column for tree in trees for column in columns_of_x(tree))
    on_each_row = any(x_outside_lists(tree) for tree in trees)
    rows = [row for row in listed if columns_read <= set(edition.indicator(row).columns)] if on_each_row else [""]
    return tuple(
        Condition(rule, text, TextScope(edition, column, row, listed))
        for column in _columns_for(edition, rule, trees)
        for row in rows
    )


def _columns_for(edition: Edition, rule: Rule, trees: list[Node]) -> tuple[str, ...]:
    """The rule's columns that every row named without a column has; one nameless column when none is named so."""
    symbols = symbols_of(edition)
    bare = [symbols[name.code] for tree in trees for name in names_in(tree) if not name.column and name.code in symbols]
    spreading = [indicator for indicator in bare if set(indicator.columns) & set(rule.columns)]
    if not spreading:
        return ("",)
    return tuple(column for column in rule.columns if all(column in indicator.columns for indicator in spreading))


def rows_of(edition: Edition, rule: Rule) -> tuple[str, ...]:
    """The codes of a rule's list. “软统企6:累计” stands for the rows of a table of that unit or nature, “软统企6” for
    all its figures, and “-2090” leaves a row out."""
    rows: dict[str, None] = {}
    tables = {table.code: table for table in edition.tables}
    for entry in rule.each:
        code, _, kind = entry.partition(":")
        if entry in edition.indicators:
            rows[entry] = None
        elif code in tables:
            figures = [indicator for indicator in tables[code].indicators if indicator.is_figure]
            rows.update((i.code, None) for i in figures if kind in ("", i.unit, i.nature))
        elif entry.startswith("-") and entry[1:] in rows:
            del rows[entry[1:]]
        else:
            raise ValueError(f"所列的“{entry}”不是指标、表或已列出的行")
    return tuple(rows)


def proofread(edition: Edition) -> list[Slip]:
    """Every text of the edition that cannot be used: what a system check prints and publishing refuses."""
    slips = [*clashes_in(edition), *slips_in_formulas(edition)]
    for rule in edition.rules:
        slips.extend(slips_in_rule(edition, rule))
    return slips


def slips_in_rule(edition: Edition, rule: Rule) -> list[Slip]:
    """What keeps the rule from being used, each with its text and place; the rule need not be one of the edition's."""
    texts = [text for text in (rule.when, *rule.texts) if text]
    slips = [slip for text in texts for slip in _slips_in_spelling(rule, text)]
    if not slips:
        slips = [slip for text in texts for slip in _names_of_two(edition, rule, text)]
    if not slips:
        slips = [slip for text in rule.texts for slip in _slips_in_meaning(edition, rule, text)]
    return list(dict.fromkeys(slips))  # a condition of several texts is wrong only once


def _slips_in_spelling(rule: Rule, text: str) -> Iterator[Slip]:
    try:
        parse(text)
    except NotationError as error:
        yield Slip.of(rule.id, text, error)


def _names_of_two(edition: Edition, rule: Rule, text: str) -> Iterator[Slip]:
    for name in names_in(parse(text)):
        if name.code in ambiguous_names(edition):
            reason = f"“{name.code}”这个名称现在有两个意思，请先把重名的代码改掉"
            yield Slip(rule.id, text, reason, name.at)


def _slips_in_meaning(edition: Edition, rule: Rule, text: str) -> Iterator[Slip]:
    try:
        conditions = spread(edition, rule, text)
    except (ValueError, KeyError) as error:
        yield Slip(rule.id, text, str(error))
        return
    if not conditions:
        yield Slip(rule.id, text, "没有一个指标或列能用上这条规则")
    for condition in conditions:
        trees = {rule.when: condition.premise, text: condition.tree}
        found = [slip for source, tree in trees.items() if tree for slip in _slips_in_tree(condition, source, tree)]
        if found:
            yield from found
            return


def _slips_in_tree(condition: Condition, text: str, tree: Node) -> Iterator[Slip]:
    try:
        if walk(tree, Kinds(condition.scope)) != TRUTH:
            yield Slip(condition.rule.id, text, "规则须是一个条件，不能只是一个值")
        else:
            refuse_overflow(tree, condition.scope)
    except NotationError as error:
        yield Slip.of(condition.rule.id, text, error)
