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
from forms_tables.edition.model import FIGURE_KINDS
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import (
    carried,
    column_behind,
    column_carrying,
    is_questionnaire,
    own_column,
    reason_called,
)
from reporting.filing.judging import Values, history_of, imported_behind, submission_values, what_stands_behind
from reporting.models import ImportedFiling, Submission
from reporting.models.history import IMPORTED
from reporting.pages.grid import choices_in, most_common_unit, show

# What is worked out beside the form's own columns, which already carry last period and the same period last year:
# for a month its figure alone, without the months before; for a year the growth the annual form has no column for.
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
    history = history_of(filing)
    general, by_row = findings_of(submission, edition)
    stands = what_stands_behind(filing)
    words = {word: IMPORTED if isinstance(stood, ImportedFiling) else FILED for word, stood in stands.items()}
    layout = _Layout(
        filing.period.parsed, values, before, history, words, by_row, frozenset(pointed_at), submission.attributes
    )
    tables = tuple(layout.table(edition.table(code)) for code in submission.tables)
    changed = tuple(c for t in tables for row in t.rows for c in row.cells if c and c.before is not None)
    return SubmissionComparison(submission, previous, tables, general, changed, tuple(imported_behind(filing)))


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

    def table(self, table: Table) -> ComparedTable:
        is_answers = is_questionnaire(table)
        beside = BESIDE_YEAR if self.period.is_annual else BESIDE_MONTH
        unit = "" if is_answers else most_common_unit(table.indicators)
        rows = headed([self.row(indicator, table, unit, is_answers) for indicator in table.indicators])
        labels = BESIDE_ANSWERS if is_answers else beside
        return ComparedTable(table, table.columns, labels, unit, rows, is_answers)

    def row(self, indicator: Indicator, table: Table, unit: str, is_answers: bool) -> ComparedRow:
        own = {column.key: column for column in indicator.column_definitions}
        found = self.findings.get(indicator.code, ())
        marked = {cell for said in found for cell in said.cells}
        cells = tuple(
            self.cell(indicator, own[column.key], marked) if column.key in own else None for column in table.columns
        )
        return ComparedRow(
            indicator=indicator,
            unit=indicator.unit if indicator.unit != unit else "",
            cells=cells,
            beside=self.last_answer(indicator) if is_answers else self.worked_out(indicator),
            findings=tuple(found),
            is_quiet=not found and self.is_quiet([cell for cell in cells if cell], is_answers),
        )

    def is_quiet(self, cells: Sequence[ComparedCell], is_answers: bool) -> bool:
        if any(cell.has_finding or cell.before is not None or cell.on_record for cell in cells):
            return False
        keys = [cell.key for cell in cells]
        if not self.pointed_at.isdisjoint(keys):
            return False
        if not is_answers:
            return not any(self.values.get(key) for key in keys)
        answers = self.history.get("last_annual")
        if answers is None:  # nothing to compare with but the register
            return self.values.get(keys[0]) in (None, self.register.get(CellAddress.parse(keys[0]).code))
        return all(self.values.get(key) == answers.get(key) for key in keys)

    def cell(self, indicator: Indicator, column: Column, marked: set[str]) -> ComparedCell:
        key = f"{indicator.code}.{column.key}"
        now, before = self.values.get(key), self.before.get(key)
        return ComparedCell(
            key=key,
            place=f"{indicator.code} {indicator.name}·{column.label}",
            shown=_shown(now, indicator, column.key),
            before=None if now == before else _shown(before, indicator, column.key) or BLANK,
            on_record=self.on_record(indicator, column.key, now),
            is_figure=indicator.kind_in(column.key) in FIGURE_KINDS,
            has_finding=key in marked,
        )

    def on_record(self, indicator: Indicator, column: str, now: Decimal | str | None) -> str:
        name, source = carried(indicator, column) or ("", "")
        filed = self.history.get(name, {}).get(f"{indicator.code}.{source}")
        if filed is None or filed == now:
            return ""
        return f"{self.stands_as.get(name, FILED)} {_shown(filed, indicator, column)}"

    def last_answer(self, indicator: Indicator) -> tuple[str, ...]:
        answers = self.history.get("last_annual", {})
        main = next(iter(indicator.columns), "")
        return (_shown(answers.get(f"{indicator.code}.{main}"), indicator, main),)

    def worked_out(self, indicator: Indicator) -> tuple[str, ...]:
        if not indicator.is_figure:
            return ("",) * len(BESIDE_YEAR if self.period.is_annual else BESIDE_MONTH)
        if self.period.is_annual:
            keys = own_column(indicator), column_behind(indicator)
            now, then = (self.values.get(f"{indicator.code}.{key}") for key in keys)
            return (growth_words(now, then),)
        now, then = (self.month_alone(indicator, self.values), self.month_alone(indicator, self.year_ago))
        own = own_column(indicator)
        return _shown(now, indicator, own), _shown(then, indicator, own), growth_words(now, then)

    @property
    def year_ago(self) -> Values:
        return self.history.get("year_ago", {})

    def month_alone(self, indicator: Indicator, values: Values) -> Decimal | None:
        """A cumulative figure without the months before. February holds January too: its form has no figure before
        it, whether or not the city has January reported by itself."""
        own = own_column(indicator)
        so_far = column_carrying(indicator, "prev", own)
        now, before = values.get(f"{indicator.code}.{own}"), values.get(f"{indicator.code}.{so_far}")
        if indicator.nature != "累计" or now is None:
            return None
        if self.period.month <= 2:
            return now
        return None if before is None else now - before


def headed(rows: Sequence[ComparedRow]) -> tuple[ComparedRow, ...]:
    """A heading is quiet where all rows that it heads are."""
    return tuple(
        replace(row, is_quiet=all(below.is_quiet for below in headed_by(rows[place + 1 :])))
        if row.indicator.is_heading
        else row
        for place, row in enumerate(rows)
    )


def headed_by(rows: Sequence[ComparedRow]) -> Iterator[ComparedRow]:
    """Of what follows a heading: up to the next one, or to a row that stands further out than the first."""
    for row in rows:
        if row.indicator.is_heading or row.indicator.depth < rows[0].indicator.depth:
            return
        yield row


def growth_words(now: Decimal | str | None, then: Decimal | str | None) -> str:
    """In percent with one decimal; from a base that is not positive there is no rate."""
    if not isinstance(now, Decimal) or not isinstance(then, Decimal) or then <= 0:
        return ""
    rate = ((now / then - 1) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{rate + 0:+,}"  # plus nothing: there is no -0.0


def _shown(value: Decimal | str | None, indicator: Indicator, column: str) -> str:
    if not column:
        return ""
    return show(value, indicator.decimals_in(column), choices_in(indicator, column))


def _nameable(row: ComparedRow) -> list[ComparedCell]:
    return [cell for cell in row.cells if cell and (cell is row.anchor or cell.has_finding)]
