"""A submission as an official reads it: its tables beside what was filed before, with findings at their rows and what
has changed since the submission before it. Everything here comes out of frozen submissions, never out of a draft."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import combinations

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Column, Edition, Indicator, Table
from forms_tables.edition.continuity import carried_over
from forms_tables.edition.model import FIGURE_KINDS
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import is_questionnaire, reason_called
from reporting.filing.judging import Values, submission_values, what_stands_behind
from reporting.filing.past import month_alone
from reporting.models import ImportedFiling, Submission
from reporting.models.history import IMPORTED
from reporting.pages.grid import most_common_unit, show, signed
from reporting.pages.row_shapes import RowShape, shapes_of

# What is worked out beside the form's own columns, which already carry last period and the same period last year:
# for a month its figure alone, without the months before; for a year the growth the annual form has no column for.
GROWTH = "growth("  # so begins the formula of a column of growth
BESIDE_MONTH = ("当月", "去年当月", "当月同比%")
BESIDE_YEAR = ("增长%",)
BESIDE_ANSWERS = ("上年上报",)
BLANK = "（空白）"
FILED = "以往上报"
MOST_STACKS = 3  # of tables side by side
HEAD_ROWS = 3  # as tall as a table's title and head


@dataclass(frozen=True)
class FindingInWords:
    """A finding in words, with what the firm said about it."""

    rule: str
    level: str
    message: str
    cells: tuple[str, ...]
    explanation: str

    @property
    def row(self) -> str:
        return CellAddress.parse(self.cells[0]).code if self.cells else ""

    @property
    def is_error(self) -> bool:
        return self.level == "error"


@dataclass(frozen=True)
class ComparedCell:
    key: str
    place: str
    shown: str
    before: str | None  # what the submission before this one said; None when it said the same
    on_record: str  # in a carried column: what was filed or imported then, where this says otherwise
    is_figure: bool
    has_finding: bool


@dataclass(frozen=True)
class ComparedRow:
    indicator: Indicator
    unit: str
    cells: tuple[ComparedCell | None, ...]  # None: the row has no such column
    beside: tuple[str, ...]
    findings: tuple[FindingInWords, ...]

    is_quiet: bool  # it says nothing: nothing but zeros, or last year's answer again, with nothing to be said of it

    @property
    def anchor(self) -> ComparedCell | None:
        return next((cell for cell in self.cells if cell), None)


@dataclass(frozen=True)
class ComparedTable:
    table: Table
    columns: tuple[Column, ...]
    beside: tuple[str, ...]
    unit: str
    rows: tuple[ComparedRow, ...]
    is_questionnaire: bool  # answers and not columns of figures

    @property
    def findings(self) -> int:
        return sum(len(row.findings) for row in self.rows)

    @property
    def quiet(self) -> int:
        """How many rows a compact reading leaves out."""
        return sum(row.is_quiet and not row.indicator.is_heading for row in self.rows)

    @property
    def loud(self) -> list[ComparedRow]:
        return [row for row in self.rows if not row.is_quiet]

    @cached_property
    def idle_columns(self) -> frozenset[int]:
        """Those in which no row that a compact reading shows has anything."""
        cells = [row.cells for row in self.loud if row.cells]
        return frozenset(
            place
            for place in range(len(self.columns))
            if not any(row[place] and (row[place].shown or row[place].before) for row in cells)
        )

    @cached_property
    def has_beside(self) -> bool:
        return any(any(row.beside) for row in self.loud)

    @property
    def width(self) -> int:
        return 1 + len(self.columns) + len(self.beside)


def cut_at(tables: Sequence[ComparedTable], cuts: Sequence[int]) -> tuple[tuple[ComparedTable, ...], ...]:
    return tuple(tuple(tables[start:end]) for start, end in zip((0, *cuts), (*cuts, len(tables)), strict=True))


def tallest(stacks: Sequence[Sequence[ComparedTable]]) -> Fraction:
    """In rows; answers stand two in a line."""
    rows = {True: Fraction(1, 2), False: Fraction(1)}
    return max(sum(HEAD_ROWS + len(table.loud) * rows[table.is_questionnaire] for table in stack) for stack in stacks)


@dataclass(frozen=True)
class SubmissionComparison:
    submission: Submission
    previous: Submission | None
    tables: tuple[ComparedTable, ...]
    general: tuple[FindingInWords, ...]  # findings that name no cell
    changed: tuple[ComparedCell, ...]
    imported: tuple[ImportedFiling, ...]  # what of the earlier figures was never filed here

    @property
    def findings(self) -> list[FindingInWords]:
        return [*self.general, *(said for table in self.tables for row in table.rows for said in row.findings)]

    @property
    def quiet(self) -> int:
        return sum(table.quiet for table in self.tables)

    @property
    def stacks(self) -> tuple[tuple[ComparedTable, ...], ...]:
        """The tables in their order, laid out side by side so that the tallest of the stacks is as low as can be."""
        several = range(1, len(self.tables))
        ways = [cuts for number in range(MOST_STACKS) for cuts in combinations(several, number)]
        return min((cut_at(self.tables, cuts) for cuts in ways), key=tallest)

    @property
    def cells_to_name(self) -> list[tuple[Table, list[ComparedCell]]]:
        """The cells a reason may be given for without clicking: the first of each row, and those with a finding."""
        return [(table.table, [c for row in table.rows for c in _nameable(row)]) for table in self.tables]


def compare(submission: Submission, pointed_at: Collection[str] = ()) -> SubmissionComparison:
    """`pointed_at` are cells somebody speaks of: their rows are never quiet."""
    filing = submission.filing
    edition = filing.period.judged_by(submission.edition)
    values = submission_values(submission)
    previous = submission_before(submission)
    before = submission_values(previous) if previous else values
    tables = [edition.table(code) for code in submission.tables]
    stands = what_stands_behind(filing)
    read = read_beside(edition, tables)
    history = {word: earlier_values(stood, edition) for word, stood in stands.items() if word in read}
    general, by_row = findings_of(submission, edition)
    words = {word: IMPORTED if isinstance(stood, ImportedFiling) else FILED for word, stood in stands.items()}
    spoken_of, register = frozenset(pointed_at), submission.attributes
    layout = _Layout(filing.period.parsed, values, before, history, words, by_row, spoken_of, register, edition)
    compared = tuple(layout.table(table) for table in tables)
    changed = tuple(c for t in compared for row in t.rows for c in row.cells if c and c.before is not None)
    imported = {stood.period: stood for stood in stands.values() if isinstance(stood, ImportedFiling)}
    return SubmissionComparison(submission, previous, compared, general, changed, tuple(imported.values()))


def read_beside(edition: Edition, tables: Sequence[Table]) -> set[str]:
    """Which earlier filings stand beside these tables, by the notation's words: an annual one is long to read."""
    rows = [row for table in tables for row in shapes_of(edition, table.code).values()]
    carrying = {word for row in rows for word, _ in row.carried.values()}
    return carrying | {"last_annual" if any(map(is_questionnaire, tables)) else "year_ago"}


def earlier_values(stood: Submission | ImportedFiling, edition: Edition) -> Values:
    return carried_over(submission_values(stood), stood.edition, edition)


def submission_before(submission: Submission) -> Submission | None:
    """The one this amends. What the firm took back before anybody read it is not compared with."""
    earlier = submission.filing.submissions.filter(number__lt=submission.number, recalled_at=None)
    return earlier.order_by("-number").first()


def findings_of(
    submission: Submission, edition: Edition
) -> tuple[tuple[FindingInWords, ...], dict[str, list[FindingInWords]]]:
    """The findings frozen with the submission: those of no cell, and the others by the row of their first cell."""
    explanations = {(e["rule"], e["fingerprint"]): explanation_words(e, edition) for e in submission.explanations}
    general, by_row = [], defaultdict(list)
    for finding in submission.findings:
        cells = tuple(CellAddress.parse_place(place).cell for place in finding["cells"])
        said = FindingInWords(
            finding["rule"],
            finding["level"],
            finding["message"],
            cells,
            explanations.get((finding["rule"], finding["fingerprint"]), ""),
        )
        if cells:
            by_row[said.row].append(said)
        else:
            general.append(said)
    return tuple(general), by_row


def explanation_words(explanation: dict, edition: Edition) -> str:
    reason = reason_called(edition, explanation["reason_code"]) or ""
    return "：".join(part for part in (reason, explanation["text"]) if part)


@dataclass(frozen=True)
class _Layout:
    """Lays one submission's tables out; holds what every row needs."""

    period: PeriodCode
    values: Values
    before: Values
    history: dict[str, Values]
    stands_as: dict[str, str]  # 以往上报, or 导入历史
    findings: dict[str, list[FindingInWords]]
    pointed_at: frozenset[str]
    register: Mapping[str, str]  # what it said of the firm when this was sent
    edition: Edition

    def table(self, table: Table) -> ComparedTable:
        is_answers = is_questionnaire(table)
        beside = BESIDE_YEAR if self.period.is_annual else BESIDE_MONTH
        unit = "" if is_answers else most_common_unit(table.indicators)
        shapes = shapes_of(self.edition, table.code)
        rows = headed([self.row(row, shapes[row.code], table, unit, is_answers) for row in table.indicators])
        labels = BESIDE_ANSWERS if is_answers else beside
        return ComparedTable(table, table.columns, labels, unit, rows, is_answers)

    def row(self, indicator: Indicator, shape: RowShape, table: Table, unit: str, is_answers: bool) -> ComparedRow:
        own = shape.columns
        found = self.findings.get(indicator.code, ())
        marked = {cell for said in found for cell in said.cells}
        cells = tuple(
            self.cell(indicator, shape, own[column.key], marked) if column.key in own else None
            for column in table.columns
        )
        return ComparedRow(
            indicator=indicator,
            unit=indicator.unit if indicator.unit != unit else "",
            cells=cells,
            beside=self.last_answer(indicator, shape) if is_answers else self.worked_out(indicator, shape),
            findings=tuple(found),
            is_quiet=not found and self.is_quiet([cell for cell in cells if cell], is_answers),
        )

    def is_quiet(self, cells: Sequence[ComparedCell], is_answers: bool) -> bool:
        if any(cell.has_finding or cell.before is not None or cell.on_record for cell in cells):
            return False
        keys = [cell.key for cell in cells]
        if not keys:
            return True
        if not self.pointed_at.isdisjoint(keys):
            return False
        if not is_answers:
            return not any(self.values.get(key) for key in keys)
        answers = self.history.get("last_annual")
        if answers is None:  # nothing to compare with but the register
            return self.values.get(keys[0]) in (None, self.register.get(CellAddress.parse(keys[0]).code))
        return all(self.values.get(key) == answers.get(key) for key in keys)

    def cell(self, indicator: Indicator, shape: RowShape, column: Column, marked: set[str]) -> ComparedCell:
        key = f"{indicator.code}.{column.key}"
        now, before = self.values.get(key), self.before.get(key)
        return ComparedCell(
            key=key,
            place=f"{indicator.code} {indicator.name}·{column.label}",
            shown=_shown(now, indicator, shape, column.key),
            before=None if now == before else _shown(before, indicator, shape, column.key) or BLANK,
            on_record=self.on_record(indicator, shape, column.key, now),
            is_figure=indicator.kind_in(column.key) in FIGURE_KINDS,
            has_finding=key in marked,
        )

    def on_record(self, indicator: Indicator, shape: RowShape, column: str, now: Decimal | str | None) -> str:
        name, source = shape.carried.get(column, ("", ""))
        filed = self.history.get(name, {}).get(f"{indicator.code}.{source}")
        if filed is None or filed == now:
            return ""
        return f"{self.stands_as.get(name, FILED)} {_shown(filed, indicator, shape, column)}"

    def last_answer(self, indicator: Indicator, shape: RowShape) -> tuple[str, ...]:
        answers = self.history.get("last_annual", {})
        main = next(iter(indicator.columns), "")
        return (_shown(answers.get(f"{indicator.code}.{main}"), indicator, shape, main),)

    def worked_out(self, indicator: Indicator, shape: RowShape) -> tuple[str, ...]:
        if not indicator.is_figure:
            return ("",) * len(BESIDE_YEAR if self.period.is_annual else BESIDE_MONTH)
        if self.period.is_annual:
            now, then = (self.values.get(f"{indicator.code}.{key}") for key in (shape.own, shape.behind))
            return (growth_words(now, then),)
        now, then = (self.month_alone(indicator, shape, values) for values in (self.values, self.year_ago))
        shown = (_shown(figure, indicator, shape, shape.own) for figure in (now, then))
        return *shown, growth_words(now, then)

    @property
    def year_ago(self) -> Values:
        return self.history.get("year_ago", {})

    def month_alone(self, indicator: Indicator, shape: RowShape, values: Values) -> Decimal | None:
        """Of a cumulative figure; None of another."""
        now, before = (values.get(f"{indicator.code}.{key}") for key in (shape.own, shape.so_far))
        return month_alone(self.period.month, now, before) if indicator.nature == "累计" else None


def headed(rows: Sequence[ComparedRow]) -> tuple[ComparedRow, ...]:
    """A heading is quiet where all rows that it heads are."""
    return tuple(
        replace(row, is_quiet=all(below.is_quiet for below in headed_by(rows[place + 1 :])))
        if row.indicator.is_heading
        else row
        for place, row in enumerate(rows)
    )


def headed_by(rows: Sequence[ComparedRow]) -> Iterator[ComparedRow]:
    """Of what follows a heading: up to the next one, or to a row that stands further out than the first; or as far out,
    where the first is the total of those beneath it."""
    first = rows[0].indicator if rows else None
    for place, row in enumerate(rows):
        own = row.indicator
        if own.is_heading or own.depth < first.depth:
            return
        if place and own.depth == first.depth and is_total_of(first, rows[1].indicator):
            return
        yield row


def is_total_of(indicator: Indicator, below: Indicator) -> bool:
    return below.depth > indicator.depth and below.symbol in indicator.auto.get("*", "").split()


def growth_words(now: Decimal | str | None, then: Decimal | str | None) -> str:
    """In percent with one decimal; from a base that is not positive there is no rate."""
    if not isinstance(now, Decimal) or not isinstance(then, Decimal) or then <= 0:
        return ""
    return signed(((now / then - 1) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _shown(value: Decimal | str | None, indicator: Indicator, shape: RowShape, column: str) -> str:
    if not column or value is None:
        return ""
    shown = show(value, indicator.decimals_in(column), shape.choices[column])
    is_rise = isinstance(value, Decimal) and value > 0 and indicator.formula_in(column).startswith(GROWTH)
    return f"+{shown}" if is_rise else shown  # as beside the form


def _nameable(row: ComparedRow) -> list[ComparedCell]:
    return [cell for cell in row.cells if cell and (cell is row.anchor or cell.has_finding)]
