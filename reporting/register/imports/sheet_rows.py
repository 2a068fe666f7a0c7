"""The register's workbook as rows of text, and the cells of it that say nothing that could be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from reporting.register.imports.columns import KINDS, columns
from text.incoming import without_hidden
from text.opening import open_book
from text.package import Unreadable
from text.sheets import SheetCell, Worksheet
from text.shortened import shortened

MOST_ROWS = 20_000
MOST_CELLS = 25 * MOST_ROWS  # a city's own columns beside ours
FAR_OFF = 100_000  # a worksheet row below which nobody means anything
MOST_COLUMNS = 200  # the person's own among them: they come back with the problems marked


@dataclass(frozen=True)
class RegisterRowProblem:
    row: int
    column: str
    reason: str


@dataclass
class ReadRegister:
    """The rows, each row's number in the sheet, the numbers of hidden rows, and the cells that could not be read."""

    rows: list[dict[str, str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    hidden: frozenset[int] = frozenset()
    problems: list[RegisterRowProblem] = field(default_factory=list)


def read_register(source: BinaryIO, name: str) -> ReadRegister:
    """The first worksheet a person sees. Raises Unreadable when there is no register in it."""
    sheet = open_book(source, name, MOST_CELLS).first
    places = places_of(sheet)
    read = ReadRegister()
    for row in sheet:
        cells = {column: row.cells.get(place) for column, place in places.items()}
        if row.number == 1 or not any(cell and (cell.text.strip() or cell.formula) for cell in cells.values()):
            continue
        read.rows.append({column: cell.text.strip() if cell else "" for column, cell in cells.items()})
        read.numbers.append(row.number)
        for column, cell in cells.items():
            if cell and (reason := problem_with(column, cell)):
                read.problems.append(RegisterRowProblem(row.number, column, reason))
    read.hidden = frozenset(sheet.hidden_rows) & set(read.numbers)
    if not read.numbers:
        raise Unreadable("表里只有列名，没有企业。")
    return read


def places_of(sheet: Worksheet) -> dict[str, int]:
    """In which column of the sheet each column of the register stands."""
    if not sheet.rows:
        raise Unreadable("第一张工作表是空的。请下载名录模板，填好后再上传。")
    if len(sheet.rows) > MOST_ROWS + 1:
        raise Unreadable(f"表里的行数超过 {MOST_ROWS:,} 行的上限，没有读取。请分成几个文件导入。")
    if sheet.last_row > FAR_OFF:
        raise Unreadable(f"表里到第 {sheet.last_row:,} 行还有内容，没有读取。请删去下面零星的内容，再上传。")
    if sheet.last_column > MOST_COLUMNS:
        raise Unreadable(
            f"表里用到了第 {sheet.last_column:,} 列，超过 {MOST_COLUMNS} 列的上限，没有读取。"
            "请删去右边零星的内容，再上传。"
        )
    if sheet.merged:
        raise Unreadable(
            f"表里有合并单元格（{'、'.join(sheet.merged[:3])}），分不清数属于哪一行。请取消合并，逐格填写，再上传。"
        )
    heads = sheet.rows[1].cells if 1 in sheet.rows else {}
    named = {place: head_of(cell) for place, cell in heads.items()}
    wanted = columns()
    missing = [column for column in wanted if column not in named.values()]
    if len(missing) == len(wanted):
        raise Unreadable(f"第一张工作表“{sheet.title}”不是企业名录。请下载名录模板，填好后再上传。")
    if missing:
        raise Unreadable(f"第 1 行缺少列：{'、'.join(missing)}。请用名录模板的列名，列的先后不限。")
    if twice := [column for column in wanted if list(named.values()).count(column) > 1]:
        raise Unreadable(f"第 1 行的列名重复：{'、'.join(twice)}。请只留一列。")
    by_name = {column: place for place, column in named.items()}
    return {column: by_name[column] for column in wanted}


def head_of(cell: SheetCell) -> str:
    return without_hidden(cell.text).strip().rstrip("*")


def problem_with(column: str, cell: SheetCell) -> str:
    """What a formula worked out is read like a figure; one without a result, and an error value, say nothing."""
    if cell.formula and cell.value == 0:  # what programs that do not calculate write; no column here is ever 0
        cell = cell._replace(value=None)
    if cell.problem:
        return f"{cell.reference} {cell.problem}"
    return shortened(cell, KINDS.get(column, "text"))
