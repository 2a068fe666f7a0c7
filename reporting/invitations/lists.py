"""A list of people in a workbook: which sheet it is, where its columns stand, what cannot be read of a row."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from text.incoming import without_hidden
from text.package import Unreadable
from text.sheets import Book, SheetRow, Worksheet
from text.shortened import shortened

TOLD = "填写说明"  # the sheet beside the list in what we hand out
KINDS = {"电话": "phone", "手机": "phone"}


@dataclass(frozen=True)
class RowProblem:
    row: int
    column: str
    sentence: str


def the_sheet(book: Book) -> Worksheet:
    """The one sheet with a list; which of two is meant nobody can tell."""
    seen = [sheet for sheet in book.sheets if not sheet.hidden and sheet.rows and sheet.title != TOLD]
    if len(seen) > 1:
        titles = "、".join(f"“{sheet.title}”" for sheet in seen[:5])
        raise Unreadable(
            f"工作簿里有 {len(seen)} 张有内容的工作表（{titles}），分不清以哪一张为准。请只留一张，再上传。"
        )
    return seen[0] if seen else book.first


def head_of(row: SheetRow) -> list[tuple[str, int]]:
    """What stands in a row of columns' names, and where."""
    return [(without_hidden(cell.text).strip().rstrip("*"), place) for place, cell in row.cells.items()]


def places_of(
    sheet: Worksheet, head: SheetRow, columns: Sequence[str], may_be_missing: Collection[str], hint: str
) -> dict[str, int]:
    """Where each column stands below the row of their names."""
    named = head_of(head)
    said = [words for words, _ in named]
    if merged := [reference for reference in sheet.merged if reaches(reference, head.number)]:
        raise Unreadable(f"表里有合并单元格（{'、'.join(merged[:3])}）。请取消合并，逐格填写，再上传。")
    if twice := [column for column in columns if said.count(column) > 1]:
        raise Unreadable(f"第 {head.number} 行有两列都叫“{twice[0]}”，分不清以哪一列为准。请只留一列，再上传。")
    if missing := [column for column in columns if column not in said and column not in may_be_missing]:
        raise Unreadable(f"第 {head.number} 行缺少列：{'、'.join(missing)}。{hint}")
    return {column: dict(named)[column] for column in columns if column in said}


def reaches(reference: str, row: int) -> bool:
    """Whether merged cells come down to this row; whole columns (A:F), and what is no reference, do."""
    numbers = re.findall(r"[0-9]+", reference)
    return not numbers or int(numbers[-1]) >= row


def holds_something(row: SheetRow, places: dict[str, int]) -> bool:
    cells = [cell for place in places.values() if (cell := row.cells.get(place))]
    return any(cell.text.strip() or cell.formula for cell in cells)


def unreadable(row: SheetRow, places: dict[str, int]) -> list[tuple[str, str]]:
    """The columns whose cells say nothing, or not what was typed."""
    cells = [(column, row.cells.get(place)) for column, place in places.items()]
    said = [(column, cell.problem or shortened(cell, KINDS.get(column, "text"))) for column, cell in cells if cell]
    return [(column, sentence) for column, sentence in said if sentence]


def texts_of(row: SheetRow, places: dict[str, int]) -> dict[str, str]:
    return {column: cell.text.strip() if (cell := row.cells.get(place)) else "" for column, place in places.items()}
