"""What an uploaded workbook would change, laid out for reading: by kind, what may be a mistake first, then by table."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.models import User
from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import FIGURE_KINDS, Edition, Indicator, Table
from forms_tables.filling.completion import Value
from forms_tables.filling.parsing import Problem, parse
from forms_tables.workbooks.filled import reference_in
from reporting.pages.grid import choices_in, in_words, show
from reporting.workbooks.upload import CellChange, PassedOver, TableChanges, WorkbookComparison
from reporting.workflow import SavedChange

MOST_OPEN = 40  # changed cells of a table that are open to read at once


@dataclass(frozen=True)
class LineKind:
    name: str
    heading: str
    lead: str
    tone: str = ""  # of a row's edge: block, warn
    before: str = "草稿里"
    after: str = "工作簿里"


BOTH = LineKind(
    "both",
    "两边都改过",
    "这几格的草稿在工作簿下载之后又保存过，内容与工作簿不同，请选以哪一边为准。",
    "block",
)
BLANKED = LineKind(
    "blanked", "将被清空", "草稿里有内容，工作簿里是空的，或者按工作簿这一格不用填；存入后变为空白。", "block"
)
HIDDEN = LineKind("hidden", "取自隐藏的内容", "这几格在工作簿里是隐藏的，打开工作簿时看不到，内容照样读取。", "warn")
PASSED_OVER = LineKind(
    "passed-over",
    "由系统填写，不采用工作簿里的数",
    "这几格由系统计算或带入，工作簿里填的数与系统的不同，不会存入。",
    "warn",
    before="系统填写",
    after="工作簿里（不采用）",
)
CHANGED = LineKind("changed", "改动", "草稿里已有内容，存入后换成工作簿里的。")
NEW = LineKind("new", "新填", "草稿里是空的，存入后填上。")
KEPT = LineKind("kept", "保留草稿的内容", "这几格的草稿在工作簿下载之后又保存过，工作簿里没有改动，草稿不变。")
OF_CHANGES = (BOTH, BLANKED, HIDDEN, CHANGED, NEW)
KINDS = (BOTH, BLANKED, HIDDEN, PASSED_OVER, CHANGED, NEW, KEPT)


@dataclass(frozen=True)
class CellLine:
    """One cell, in the form's words."""

    reference: str  # where it stands on the workbook's sheet
    indicator: Indicator
    column: str
    unit: str
    before: str
    after: str
    is_figure: bool
    note: str = ""


@dataclass(frozen=True)
class LinesOfTable:
    table: Table
    lines: list[CellLine]
    is_open: bool
    rows: str = ""  # of hidden cells: which rows of the sheet

    @property
    def is_figures(self) -> bool:
        return all(line.is_figure for line in self.lines)


@dataclass(frozen=True)
class Section:
    kind: LineKind
    groups: list[LinesOfTable]

    @property
    def count(self) -> int:
        return sum(len(group.lines) for group in self.groups)


def kind_of(change: CellChange) -> LineKind:
    """The one kind a change is told under: the one that wants a decision before the others."""
    if change.by_others:
        return BOTH
    if change.is_blanked:
        return BLANKED
    if change.is_hidden:
        return HIDDEN
    return CHANGED if change.before else NEW


def counts(compared: WorkbookComparison) -> list[dict]:
    """For each table how many changes there are of each kind that occurs."""
    kinds = [kind for kind in OF_CHANGES if any(kind_of(change) is kind for change in compared.changes)]
    return [
        {
            "table": table.table,
            "cells": [(kind, sum(kind_of(change) is kind for change in table.changes)) for kind in kinds],
        }
        for table in compared.tables
    ]


def sections(compared: WorkbookComparison, reader: User) -> list[Section]:
    found = [Section(kind, list(groups_of(kind, compared, reader))) for kind in KINDS]
    return [section for section in found if section.groups]


def groups_of(kind: LineKind, compared: WorkbookComparison, reader: User) -> Iterable[LinesOfTable]:
    edition = compared.filing.edition
    for table in compared.tables:
        if kind is PASSED_OVER:
            codes = {row.code for row in table.table.indicators}
            told = [one for one in compared.passed_over if CellAddress.parse(one.key).code in codes]
            lines = [line_passed_over(one, edition) for one in told]
        else:
            told = changes_of(kind, table)
            lines = [line_of(change, edition, reader) for change in told]
        if lines:
            is_open = bool(kind.tone) or (kind is CHANGED and len(lines) <= MOST_OPEN)
            yield LinesOfTable(table.table, lines, is_open, rows_of(told) if kind is HIDDEN else "")


def changes_of(kind: LineKind, table: TableChanges) -> list[CellChange]:
    return list(table.kept) if kind is KEPT else [change for change in table.changes if kind_of(change) is kind]


def line_of(change: CellChange, edition: Edition, reader: User) -> CellLine:
    notes = [saved_by(change.by_others, reader)] if change.by_others else []
    notes += ["在工作簿里是隐藏的"] if change.is_hidden and change.by_others else []
    notes += [change.locked] if change.locked else []
    indicator, column = cell_at(change.key, edition)
    both = (as_shown(indicator, column, text) for text in (change.before, change.after))
    return line_at(indicator, column, change.place, *both, "；".join(notes))


def line_passed_over(one: PassedOver, edition: Edition) -> CellLine:
    indicator, column = cell_at(one.key, edition)
    own = value_shown(indicator, column, one.own)
    return line_at(indicator, column, one.place, own, as_shown(indicator, column, one.typed), one.why)


def cell_at(key: str, edition: Edition) -> tuple[Indicator, str]:
    at = CellAddress.parse(key)
    return edition.indicator(at.code), at.column


def line_at(indicator: Indicator, key: str, place: str, before: str, after: str, note: str) -> CellLine:
    column = indicator.column(key)
    return CellLine(
        reference=reference_in(place),
        indicator=indicator,
        column=column.label,
        unit=column.unit or indicator.unit,
        before=before,
        after=after,
        is_figure=indicator.kind_in(key) in FIGURE_KINDS,
        note=note,
    )


def as_shown(indicator: Indicator, column: str, text: str) -> str:
    """What was typed as the form shows it: separators, codes with their names; what cannot be read as it is."""
    value = parse(indicator, column, text)
    return text if isinstance(value, Problem) else value_shown(indicator, column, value)


def value_shown(indicator: Indicator, column: str, value: Value) -> str:
    choices = choices_in(indicator, column)
    if isinstance(value, str):
        return in_words(value, choices)
    return show(value, indicator.decimals_in(column), choices)


def saved_by(change: SavedChange, reader: User) -> str:
    who = "您本人" if change.by == reader else str(change.by or "他人")
    return f"{who}{date_format(localtime(change.at), ' n月j日 H:i ') if change.at else ''}保存"


def rows_of(changes: Iterable[CellChange]) -> str:
    """第 12、14 行."""
    rows = sorted({int("".join(filter(str.isdigit, reference_in(change.place)))) for change in changes})
    return f"第 {'、'.join(str(row) for row in rows)} 行"
