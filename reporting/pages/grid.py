"""The official form as a grid: what each cell shows, whether it can be typed into, and what is said beside it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.timezone import localtime

from forms_tables.edition.catalog import CodeList, Column, Indicator, Table
from forms_tables.edition.model import ADDITIVE_KINDS, FIGURE_KINDS
from forms_tables.edition.shape import is_questionnaire
from forms_tables.filling.completion import Completed
from forms_tables.filling.known import Offer
from forms_tables.judges.code_lists import list_text

YES_NO = (("是", "是"), ("否", "否"))
BLANK = "必填"
LONGEST_IN_PAGE = 200  # a longer list is not written into the page


@dataclass(frozen=True)
class GridCell:
    key: str  # "2020.c1"
    label: str  # the column's
    name: str  # what a screen reader calls it: row and column in the form's words
    kind: str
    text: str  # as typed
    shown: str  # the completed value, for reading
    locked: str  # why it cannot be typed into, or nothing
    is_stacked: bool = False  # several controls share one cell of the page: the label is shown
    choices: tuple[tuple[str, str], ...] = ()
    suggestions: str = ""  # the code list offered while typing
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    measure: str = ""  # as the row's, where the cell has another
    theirs: str = ""  # in a conflict: what was stored here meanwhile and what was typed, with both names
    zero: str = ""  # whether 其余填 0 may fill it: "own" what the firm files now, "past" what it filed before
    offered: str = ""  # from where the text comes that was filled in for the firm and is not stored yet
    known: Offer | None = None  # what could be filled in where nothing was typed
    is_required: bool = False
    is_idle: bool = False  # not for this firm or period, and nothing in it: struck out on paper

    @property
    def marks(self) -> str:
        """The cell's classes."""
        marks = [
            ("num", self.is_figure),
            ("locked", self.locked),
            ("has-error", self.errors),
            ("is-blank", self.errors == (BLANK,)),
            ("has-warning", self.warnings and not self.errors),
            ("returned", self.returned),
            ("conflict", self.theirs),
            ("is-offered", self.offered),
            ("is-idle", self.is_idle),
        ]
        return " ".join(name for name, given in marks if given)

    @property
    def is_figure(self) -> bool:
        return self.kind in FIGURE_KINDS

    @property
    def says(self) -> list[str]:
        """What is written beside the cell, worst first."""
        returned = [f"区县退回：{reason}" for reason in self.returned]
        return [*([self.theirs] if self.theirs else []), *returned, *self.errors, *self.warnings]

    @property
    def chosen(self) -> list[str]:
        """The codes ticked in a cell of several codes."""
        return self.text.split(",")

    @property
    def unlisted(self) -> str:
        """What was typed but is no choice: kept selectable, so that showing the form never loses it."""
        return self.text if self.text and self.text not in [code for code, _ in self.choices] else ""

    @property
    def unlisted_codes(self) -> list[str]:
        """The same of several codes."""
        return [code for code in self.chosen if code and code not in [listed for listed, _ in self.choices]]


@dataclass(frozen=True)
class GridRow:
    indicator: Indicator
    unit: str  # only when it is not the table's
    cells: tuple[GridCell | None, ...]  # None: the row has no such column
    one_of: tuple[str, ...] = ()  # the rows of which one must be filled, this among them
    measure: str = ""  # the decimals and the unit of its figures, for the form's script: "2 万元"

    @property
    def computed(self) -> str:
        """Why cells of this row are not typed, in the form's words, each reason once."""
        return "\n".join(dict.fromkeys(f"{cell.label}：{cell.locked}" for cell in self.cells if cell and cell.locked))


@dataclass(frozen=True)
class Grid:
    table: Table
    columns: tuple[Column, ...]
    unit: str  # said once in the head
    rows: tuple[GridRow, ...]
    is_questionnaire: bool  # one answer per row and not columns of figures

    @property
    def first_open(self) -> GridCell | None:
        """Where typing begins."""
        return next(iter(self.typed_cells), None)

    @property
    def typed_cells(self) -> list[GridCell]:
        return [cell for row in self.rows for cell in row.cells if cell and not cell.locked]


@dataclass(frozen=True)
class Theirs:
    """What somebody else stored in a cell that `reader` has changed too and not saved."""

    text: str
    saver: str
    at: datetime | None
    reader: str

    def words(self, own: str, choices: tuple[tuple[str, str], ...]) -> str:
        """Both texts and both names."""
        when = f" {date_format(localtime(self.at), 'n月j日 H:i')} " if self.at else ""
        stored, typed = (in_words(text, choices) or "（空白）" for text in (self.text, own))
        return f"{self.saver}{when}已存：{stored}；您（{self.reader}）填的：{typed}"


@dataclass(frozen=True)
class Remarks:
    """What is said of a filing's cells, by cell."""

    errors: Mapping[str, list[str]] = field(default_factory=dict)
    warnings: Mapping[str, list[str]] = field(default_factory=dict)
    returned: Mapping[str, list[str]] = field(default_factory=dict)
    theirs: Mapping[str, Theirs] = field(default_factory=dict)
    known: Mapping[str, Offer] = field(default_factory=dict)  # what is offered where nothing was typed
    filled_in: bool = False  # it stands in the cells already, and is not stored yet
    idle: Collection[str] = ()  # the cells that are not for this firm or period


NOTHING_SAID = Remarks()


def lay_out(
    table: Table,
    text: Mapping[str, str],
    completed: Completed,
    remarks: Remarks = NOTHING_SAID,
) -> Grid:
    """The grid of one table; `text` is what was typed, `completed` what became of it."""
    is_answers = is_questionnaire(table)
    unit = "" if is_answers else most_common_unit(table.indicators)  # there each row names its own
    rows = []
    for indicator in table.indicators:
        columns = {column.key: column for column in indicator.column_definitions}
        shown_columns = columns.values() if is_answers else [columns.get(c.key) for c in table.columns]
        cells = [
            column and cell_of(indicator, column, text, completed, remarks, stacked=is_answers)
            for column in shown_columns
        ]
        own_unit = indicator.unit if indicator.unit != unit else ""
        rows.append(GridRow(indicator, own_unit, tuple(cells), table.one_of(indicator), measure_of(indicator)))
    return Grid(table, table.columns[:1] if is_answers else table.columns, unit, tuple(rows), is_answers)


def cell_of(
    indicator: Indicator,
    column: Column,
    text: Mapping[str, str],
    completed: Completed,
    remarks: Remarks,
    stacked: bool,
) -> GridCell:
    key = f"{indicator.code}.{column.key}"
    choices = choices_in(indicator, column.key)
    value = completed.values.get(key)
    offer = remarks.known.get(key)
    return GridCell(
        key=key,
        label=column.label,
        name=f"{indicator.code} {indicator.name}，{column.label}",
        kind=indicator.kind_in(column.key),
        text=value if choices and isinstance(value, str) else text.get(key, ""),
        shown=show(value, indicator.decimals_in(column.key), choices),
        locked=why_locked(key, completed),
        is_stacked=stacked and len(indicator.column_definitions) > 1,
        choices=choices,
        suggestions=indicator.code_list if is_fetched(indicator, choices) else "",
        errors=tuple(remarks.errors.get(key, ())),
        warnings=tuple(remarks.warnings.get(key, ())),
        returned=tuple(remarks.returned.get(key, ())),
        measure=measure_in(indicator, column),
        theirs=remarks.theirs[key].words(text.get(key, ""), choices) if key in remarks.theirs else "",
        zero="" if stacked else zero_in(indicator, column),
        offered=offer.source if offer and remarks.filled_in and text.get(key) == offer.text else "",
        known=offer if offer and not text.get(key) else None,
        is_required=indicator.required and column.required,
        is_idle=key in remarks.idle,
    )


def is_fetched(indicator: Indicator, choices: tuple[tuple[str, str], ...]) -> bool:
    """Whether the list of a cell is fetched and picked from: one that may be left, or is too long to stand in the
    page."""
    return bool(indicator.choices) and (not choices or len(choices) > LONGEST_IN_PAGE)


def zero_in(indicator: Indicator, column: Column) -> str:
    """A 0 says that there was none of it: nothing one could say of a share, a coefficient or a text."""
    if indicator.kind_in(column.key) not in ADDITIVE_KINDS:
        return ""
    return "past" if column.carry else "own"


def why_locked(key: str, completed: Completed) -> str:
    """Why nobody types into a cell. A computed one in which something else stands, or what cannot be read, stays open
    until it is put right."""
    why = completed.locked.get(key, "")
    if not why or key in completed.overridden:
        return ""
    return "" if any(f"{problem.code}.{problem.column}" == key for problem in completed.problems) else why


def choices_in(indicator: Indicator, column: str) -> tuple[tuple[str, str], ...]:
    kind = indicator.kind_in(column)
    if kind == "yes_no":
        return YES_NO
    if kind in {"code", "codes"} and indicator.choices and not indicator.choices.also:
        return tuple((entry.code, f"{entry.code} {entry.name}") for entry in indicator.choices.entries)
    return ()


def measure_of(indicator: Indicator) -> str:
    return as_measure(indicator.decimals, indicator.unit) if indicator.is_figure else ""


def measure_in(indicator: Indicator, column: Column) -> str:
    """Only where it is not the row's: the script looks there next."""
    if indicator.kind_in(column.key) not in FIGURE_KINDS:
        return ""
    own = as_measure(indicator.decimals_in(column.key), column.unit or indicator.unit)
    return own if own != measure_of(indicator) else ""


def as_measure(decimals: int | None, unit: str) -> str:
    return f"{'' if decimals is None else decimals} {unit}"


def suggestions_in(grid: Grid) -> list[tuple[CodeList, str]]:
    """Code lists that may be left (another four-digit industry): offered while typing, not enforced.
    Each with its mark."""
    offered = {cell.suggestions: row.indicator.choices for row in grid.rows for cell in row.cells if cell}
    return [(code_list, list_text(code_list).mark) for code, code_list in offered.items() if code]


def show(value: Decimal | str | None, decimals: int | None, choices: Iterable[tuple[str, str]] = ()) -> str:
    """A value for reading: thousands separators, the form's decimals (never fewer than were filed), code with name."""
    if value is None:
        return ""
    if not isinstance(value, Decimal):
        return dict(choices).get(value, value)
    exponent = value.normalize().as_tuple().exponent
    return f"{value:,.{max(decimals or 0, -exponent, 0)}f}"


def signed(change: Decimal) -> str:
    """A change for reading: up or down by its sign, and none for nought."""
    return f"{change:+,f}" if change else f"{abs(change):f}"


def in_words(text: str, choices: Iterable[tuple[str, str]]) -> str:
    """What was typed, with the names of its codes."""
    names = dict(choices)
    return "、".join(names.get(code, code) for code in text.split(",")) if names else text


def most_common_unit(indicators: Iterable[Indicator]) -> str:
    units = Counter(indicator.unit for indicator in indicators if indicator.is_figure and indicator.unit)
    return units.most_common(1)[0][0] if units else ""
