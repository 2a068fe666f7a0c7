"""Reads a filled workbook back: by the codes and column keys it carries, never by where a row or column stands."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import FIGURE_KINDS, CodeList, Edition, Indicator, Table
from forms_tables.filling.parsing import Problem
from forms_tables.workbooks.opening import ASK_FOR_NEW, OpenedWorkbook, WorkbookMeta, refuse_another
from text.package import BookSource
from text.sheets import PASTE_VALUES, SheetCell, Worksheet
from text.shortened import MOST_DIGITS, shortened, shown_otherwise, shows_another

KEY_MARK = "code"  # stands in the code column of the row of column keys
CODE_LABEL = "代码"
MAX_TEXT = 500
LONG_WORD = 100


@dataclass
class ReadWorkbook:
    """What the cells say, as text. A formula or an error value is kept apart: it may stand only where the platform
    computes the cell."""

    meta: WorkbookMeta
    cells: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    formulas: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)  # why a cell says nothing, where an error value stands in it
    problems: list[Problem] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)  # cells with something in them that nobody sees on the sheet

    def placed(self, problem: Problem) -> str:
        """The problem's sentence with the cell's reference in front, unless it is there already."""
        place = self.places.get(f"{problem.code}.{problem.column}", "")
        return problem.problem if not place or place in problem.problem else f"{place} {problem.problem}"


def read_workbook(
    source: BookSource | OpenedWorkbook,
    edition: Edition,
    period: str,
    credit_code: str,
    *,
    name: str = "",
    firms: Mapping[str, str] | None = None,
) -> ReadWorkbook:
    """Read a filled workbook that must be of this firm, period and edition. Raises Unreadable with a sentence."""
    opened = source if isinstance(source, OpenedWorkbook) else OpenedWorkbook(source, name)
    refuse_another(opened.meta, edition, period, credit_code, firms)
    read = ReadWorkbook(opened.meta)
    for code in opened.meta.tables:
        table = edition.table(code)
        if code in opened.titles:
            SheetReading(read, edition, table, opened.book.sheet(code)).run()
        else:
            found = "、".join(f"“{title}”" for title in opened.titles) or "没有工作表"
            read.problems.append(
                Problem(code, "", "", f"找不到工作表“{code}”（现有{found}）。请恢复工作表名称，或{ASK_FOR_NEW[1:]}")
            )
    return read


class CellAsked(NamedTuple):
    """A cell of the form, and what decides how it is read."""

    indicator: Indicator
    key: str
    name: str  # 2020.c1
    is_figure: bool
    is_computed_text: bool  # A24


@lru_cache(maxsize=256)
def asked_by(edition: Edition, table: str) -> Mapping[str, Mapping[str, CellAsked]]:
    """By the codes of a table's rows and the keys of their columns; a heading asks nothing."""
    return {row.code: {} if row.is_heading else {key: asked_in(row, key) for key in row.columns}
            for row in edition.table(table).indicators}  # fmt: skip


def asked_in(row: Indicator, key: str) -> CellAsked:
    is_computed_text = bool(row.formula_in(key)) and not row.is_figure
    return CellAsked(row, key, f"{row.code}.{key}", row.kind_in(key) in FIGURE_KINDS, is_computed_text)


@dataclass
class SheetReading:
    """One worksheet being read: finds its keys, then its codes, then the cells where they cross."""

    read: ReadWorkbook
    edition: Edition
    table: Table
    sheet: Worksheet

    def run(self) -> None:
        keys = self.find_keys()
        if keys is None:
            return
        code_column, key_row, columns = keys
        lines = self.find_codes(code_column, key_row, columns)
        letters = {column: f"{self.table.code}!{get_column_letter(column)}" for column in columns}
        asked = asked_by(self.edition, self.table.code)
        for indicator, row, cells in lines:
            of_row = asked[indicator.code]
            for column, key in columns.items():
                if key in of_row:
                    self.take(of_row[key], f"{letters[column]}{row}", cells.get(column))
        self.refuse_merged(lines, columns)

    def say(self, sentence: str, code: str = "", column: str = "") -> None:
        self.read.problems.append(Problem(self.table.code, code, column, sentence))

    def find_keys(self) -> tuple[int, int, dict[int, str]] | None:
        known = {key for indicator in self.table.indicators for key in indicator.columns}
        found = []
        for line in self.sheet:
            short = [
                cell for cell in line.cells.values() if isinstance(cell.value, str) and len(cell.value) < LONG_WORD
            ]
            marks = {known_word(cell.value): cell.column for cell in short}
            if KEY_MARK in marks and known & marks.keys():
                found.append((marks[KEY_MARK], [*line.cells.values()]))
        if len(found) != 1:
            trouble = "找不到" if not found else "有不止一行"
            self.say(
                f"工作表“{self.table.code}”{trouble}栏次标识行（灰色小字 code、c1、y 等的那一行），"
                f"没有读取。{ASK_FOR_NEW}"
            )
            return None
        code_column, cells = found[0]
        columns: dict[int, str] = {}
        for cell in cells:
            key = plain(cell)
            if key not in known:
                continue
            if key in columns.values():
                self.say(
                    f"工作表“{self.table.code}”的栏次标识“{key}”出现了两次（{cell.reference}），分不清以哪一列为准。"
                )
            else:
                columns[cell.column] = key
        for key in [column.key for column in self.table.columns if column.key in known - set(columns.values())]:
            label = self.table.column(key).label
            self.say(f"工作表“{self.table.code}”缺少栏次“{label}”（{key}）。{ASK_FOR_NEW}", column=key)
        return code_column, cells[0].row, columns

    def find_codes(
        self, code_column: int, key_row: int, columns: dict[int, str]
    ) -> list[tuple[Indicator, int, dict[int, SheetCell]]]:
        indicators = {indicator.code.casefold(): indicator for indicator in self.table.indicators}
        lines: dict[str, tuple[Indicator, int, dict[int, SheetCell]]] = {}
        for line in self.sheet:
            row = line.number
            if row == key_row:
                continue
            marked = line.cells.get(code_column)
            code = plain(marked)
            is_one_merged = code == plain(line.cells.get(code_column - 1))  # written into each column
            if marked is None or not code or is_one_merged:
                self.refuse_nameless(list(line.cells.values()), columns)
            elif code in lines:
                self.say(
                    f"工作表“{self.table.code}”的代码 {marked.text} 出现了两次"
                    f"（第 {lines[code][1]} 行和第 {row} 行），分不清以哪一行为准。请删去多余的一行。",
                    indicators[code].code,
                )
            elif code in indicators:
                lines[code] = (indicators[code], row, line.cells)
            elif code != CODE_LABEL:
                self.say(f"{self.table.code}!{marked.reference} 的代码“{marked.text}”不在本表中。请恢复原来的代码。")
        for code, indicator in indicators.items():
            if code not in lines and not indicator.is_heading:
                self.say(
                    f"工作表“{self.table.code}”缺少代码 {indicator.code}（{indicator.name}）的行。"
                    f"请恢复该行，或{ASK_FOR_NEW[1:]}",
                    indicator.code,
                )
        return list(lines.values())

    def refuse_nameless(self, cells: list[SheetCell], columns: dict[int, str]) -> None:
        """Figures on a row without a code belong to nobody: say so rather than drop them."""
        for cell in cells:
            if cell.column in columns and cell.is_number:
                self.say(
                    f"{self.table.code}!{cell.reference} 有数 {cell.text}，但这一行没有指标代码，"
                    "不知道是哪个指标的数。请填到有代码的行，或删去。"
                )

    def take(self, asked: CellAsked, place: str, cell: SheetCell | None) -> None:
        name = asked.name
        self.read.places[name] = place
        if cell is None:
            self.read.cells[name] = ""
        elif asked.is_computed_text:
            pass  # it is out of date as soon as what it rests on is typed
        elif cell.formula:
            self.read.formulas[name] = cell.formula
        elif asked.is_figure and is_plain_number(cell):
            self.read.cells[name] = cell.text
        else:
            self.take_value(asked.indicator, asked.key, place, cell)

    def take_value(self, indicator: Indicator, key: str, place: str, cell: SheetCell) -> None:
        name, kind = f"{indicator.code}.{key}", indicator.kind_in(key)
        if cell.hidden:
            self.read.hidden.add(name)
        if cell.error:
            self.read.errors[name] = cell.problem
        text = text_of_cell(cell, kind)
        if indicator.choices and kind in ("code", "codes"):
            text = code_chosen(text, indicator.choices, several=indicator.kind == "codes")
        self.read.cells[name] = text
        if why := shortened(cell, kind):
            self.say(f"{place} {indicator.place(key)}：{why}", indicator.code, key)
        if kind in FIGURE_KINDS and (why := shown_otherwise(cell)):
            self.say(f"{place} {indicator.place(key)}{why}", indicator.code, key)
        if len(text) > MAX_TEXT:
            self.read.cells[name] = ""
            self.say(
                f"{place} {indicator.place(key)}有 {len(text)} 个字，超过 {MAX_TEXT} 字。请精简。",
                indicator.code,
                key,
            )

    def refuse_merged(self, lines: list[tuple[Indicator, int, dict[int, SheetCell]]], columns: dict[int, str]) -> None:
        for reference in self.sheet.merged:
            try:
                left, top, right, bottom = range_boundaries(reference)
            except (ValueError, TypeError):
                continue
            if left is None or top is None or right is None or bottom is None:
                continue
            covered = [
                (indicator, key)
                for indicator, row, _ in lines
                if top <= row <= bottom
                for column, key in columns.items()
                if left <= column <= right and key in indicator.columns
            ]
            if covered:
                indicator, key = covered[0]
                self.say(
                    f"{self.table.code}!{reference} 是合并单元格，盖住了{indicator.place(key)}等 {len(covered)} 格，"
                    "分不清数属于哪一格。请取消合并，逐格填写。",
                    indicator.code,
                    key,
                )


def is_plain_number(cell: SheetCell) -> bool:
    """One everybody sees as it is stored."""
    is_number = type(cell.value) in (int, float) and abs(cell.value) < 10**MOST_DIGITS
    return is_number and not cell.hidden and not shows_another(cell.number_format)


def formula_problems(read: ReadWorkbook, edition: Edition, locked: Mapping[str, str]) -> list[Problem]:
    """A formula or an error value may stand only where the platform computes the figure itself."""
    problems = []
    for name, why in {**{name: formula_in_words(text) for name, text in read.formulas.items()}, **read.errors}.items():
        if name not in locked:
            at = CellAddress.parse(name)
            indicator = edition.indicator(at.code)
            sentence = f"{read.places[name]} {indicator.place(at.column)}{why}"
            problems.append(Problem(indicator.table, at.code, at.column, sentence))
    return problems


def reference_in(place: str) -> str:
    """软统企6!D12 without its sheet, as Excel names a cell of the sheet one looks at."""
    return place.rpartition("!")[2]


def sheet_and_reference(place: str) -> tuple[str, str]:
    """软统企6 and D12; of a sheet alone its first cell."""
    sheet, _, reference = place.rpartition("!")
    return (sheet, reference) if sheet else (place, "A1")


def formula_in_words(formula: str) -> str:
    return f"是公式“{formula if len(formula) <= 60 else f'{formula[:60]}…'}”，不是数。{PASTE_VALUES}"


def plain(cell: SheetCell | None) -> str:
    """A code or key as it is compared: full-width letters and digits, case and spaces do not matter."""
    return compared(cell.text) if cell else ""


def compared(text: str) -> str:
    return known_word(text) if len(text) < LONG_WORD else known_word.__wrapped__(text)


@lru_cache(maxsize=8192)  # the words of a form are the same in every firm's workbook
def known_word(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def text_of_cell(cell: SheetCell, kind: str) -> str:
    """The cell as a person would have typed it; a month is shown by Excel as the first day of it."""
    return cell.text[:7] if kind == "month" and isinstance(cell.value, date) else cell.text


def code_chosen(text: str, choices: CodeList, *, several: bool) -> str:
    """The template's lists offer “1 国有控股”: take the code in front of exactly that name."""
    chosen = []
    for part in re.split("[,，、;；]", text) if several else [text]:
        code, _, name = part.strip().partition(" ")
        chosen.append(code if name and choices.name_of(code) == name.strip() else part.strip())
    return ",".join(chosen)
