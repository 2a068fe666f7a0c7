"""A submission as an official reads it: its tables beside what was filed before, with findings at their rows and what
has changed since the submission before it. Everything here comes out of frozen submissions, never out of a draft."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from forms_tables.catalog import Column, Edition, Indicator, Table, load_edition
from forms_tables.periods import PeriodCode
from reporting.judging import Values, history_of, submission_values
from reporting.models import Review, Submission
from reporting.views.grid import choices_in, most_common_unit, show

# What stands beside the submission's own columns; growth is reckoned from the last of them.
BESIDE = {
    "month": (("prev", "上期上报"), ("year_ago", "去年同期上报")),
    "annual": (("last_annual", "上年上报"),),
}
BLANK = "（空白）"


@dataclass(frozen=True)
class Said:
    """A finding in words, with what the firm said about it."""

    rule: str
    level: str
    message: str
    cells: tuple[str, ...]
    explanation: str

    @property
    def is_error(self) -> bool:
        return self.level == "error"


@dataclass(frozen=True)
class Cell:
    key: str
    place: str
    shown: str
    before: str | None  # what the submission before this one said; None when it said the same
    is_figure: bool
    has_finding: bool


@dataclass(frozen=True)
class Row:
    indicator: Indicator
    unit: str
    cells: tuple[Cell | None, ...]  # None: the row has no such column
    beside: tuple[str, ...]
    growth: str
    findings: tuple[Said, ...]

    @property
    def anchor(self) -> Cell | None:
        return next((cell for cell in self.cells if cell), None)


@dataclass(frozen=True)
class ComparedTable:
    table: Table
    columns: tuple[Column, ...]
    beside: tuple[str, ...]
    unit: str
    rows: tuple[Row, ...]

    @property
    def findings(self) -> int:
        return sum(len(row.findings) for row in self.rows)

    @property
    def width(self) -> int:
        return 1 + len(self.columns) + len(self.beside) + (1 if self.beside else 0)


@dataclass(frozen=True)
class Comparison:
    submission: Submission
    previous: Submission | None
    tables: tuple[ComparedTable, ...]
    general: tuple[Said, ...]  # findings that name no cell
    changed: tuple[Cell, ...]

    @property
    def findings(self) -> list[Said]:
        return [*self.general, *(said for table in self.tables for row in table.rows for said in row.findings)]

    @property
    def cells_to_name(self) -> list[tuple[Table, list[Cell]]]:
        """The cells a reason may be given for without clicking: the first of each row, and those with a finding."""
        return [(table.table, [c for row in table.rows for c in _nameable(row)]) for table in self.tables]


def compare(submission: Submission) -> Comparison:
    filing, edition = submission.filing, load_edition(submission.edition_code)
    values = submission_values(submission, edition)
    previous = submission_before(submission)
    before = submission_values(previous, edition) if previous else values
    history = history_of(filing.enterprise, filing.period.parsed)
    general, by_row = findings_of(submission, edition)
    reader = _Reader(filing.period.parsed, values, before, history, by_row)
    tables = tuple(reader.table(edition.table(code)) for code in submission.tables)
    changed = tuple(c for t in tables for row in t.rows for c in row.cells if c and c.before is not None)
    return Comparison(submission, previous, tables, general, changed)


def submission_before(submission: Submission) -> Submission | None:
    """The one this amends. What the firm took back before anybody read it is not compared with."""
    earlier = submission.filing.submissions.filter(number__lt=submission.number, recalled_at=None)
    return earlier.order_by("-number").first()


def findings_of(submission: Submission, edition: Edition) -> tuple[tuple[Said, ...], dict[str, list[Said]]]:
    """The findings frozen with the submission: those of no cell, and the others by the row of their first cell."""
    explanations = {(e["rule"], e["fingerprint"]): explanation_words(e, edition) for e in submission.explanations}
    general, by_row = [], defaultdict(list)
    for finding in submission.findings:
        cells = tuple(place.partition("!")[2] or place for place in finding["cells"])
        said = Said(
            finding["rule"],
            finding["level"],
            finding["message"],
            cells,
            explanations.get((finding["rule"], finding["fingerprint"]), ""),
        )
        if cells:
            by_row[cells[0].partition(".")[0]].append(said)
        else:
            general.append(said)
    return tuple(general), by_row


def explanation_words(explanation: dict, edition: Edition) -> str:
    reason = edition.code_lists["C17"].name_of(explanation["reason_code"]) if explanation["reason_code"] else ""
    return "：".join(part for part in (reason, explanation["text"]) if part)


def latest_reasons(submission: Submission, *decisions: str) -> Review | None:
    return submission.reviews.filter(decision__in=decisions).order_by("-at", "-pk").first()


@dataclass(frozen=True)
class _Reader:
    """Lays one submission's tables out; holds what every row needs."""

    period: PeriodCode
    values: Values
    before: Values
    history: dict[str, Values]
    findings: dict[str, list[Said]]

    def table(self, table: Table) -> ComparedTable:
        questionnaire = len(table.columns) == 1
        named = BESIDE[table.frequency]
        unit = most_common_unit(table.indicators)
        rows = tuple(self.row(indicator, table, unit, named) for indicator in table.indicators)
        width = max((len(row.cells) for row in rows), default=1) if questionnaire else len(table.columns)
        columns = table.columns if not questionnaire else table.columns[:1] * width
        return ComparedTable(table, columns, tuple(label for _, label in named), unit, rows)

    def row(self, indicator: Indicator, table: Table, unit: str, named) -> Row:
        own = {column.key: column for column in indicator.column_definitions}
        columns = [own.get(column.key) for column in table.columns]
        if len(table.columns) == 1:
            columns = list(own.values())
        found = self.findings.get(indicator.code, ())
        marked = {cell for said in found for cell in said.cells}
        main = indicator.columns[0] if indicator.columns else ""
        key = f"{indicator.code}.{main}"
        beside = [self.history.get(name, {}).get(key) for name, _ in named]
        return Row(
            indicator=indicator,
            unit=indicator.unit if indicator.unit != unit else "",
            cells=tuple(column and self.cell(indicator, column, marked) for column in columns),
            beside=tuple(_shown(value, indicator, main) for value in beside),
            growth=growth_words(self.values.get(key), beside[-1]) if indicator.is_figure else "",
            findings=tuple(found),
        )

    def cell(self, indicator: Indicator, column: Column, marked: set[str]) -> Cell:
        key = f"{indicator.code}.{column.key}"
        now, before = self.values.get(key), self.before.get(key)
        return Cell(
            key=key,
            place=f"{indicator.code} {indicator.name}·{column.label}",
            shown=_shown(now, indicator, column.key),
            before=None if now == before else _shown(before, indicator, column.key) or BLANK,
            is_figure=isinstance(now, Decimal),
            has_finding=key in marked,
        )


def growth_words(now: Decimal | str | None, then: Decimal | str | None) -> str:
    """In percent with one decimal; from a base that is not positive there is no rate (R631)."""
    if not isinstance(now, Decimal) or not isinstance(then, Decimal) or then <= 0:
        return ""
    return f"{((now / then - 1) * 100).quantize(Decimal('0.1')):+,}"


def _shown(value: Decimal | str | None, indicator: Indicator, column: str) -> str:
    if not column:
        return ""
    return show(value, indicator.decimals_in(column), choices_in(indicator, column))


def _nameable(row: Row) -> list[Cell]:
    return [cell for cell in row.cells if cell and (cell is row.anchor or cell.has_finding)]
