"""What a firm gave, as grids of texts with their places: each visible sheet of a workbook, or what was pasted."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple

from forms_tables.workbooks.opening import META_SHEET
from text.incoming import without_hidden
from text.opening import open_book
from text.package import ANOTHER, BookSource, Unreadable
from text.sheets import SheetCell, Worksheet
from text.shortened import shown_otherwise

INSTEAD = "也可以在 Excel、WPS 或财务软件里选中整张报表，复制后粘贴到下面。"
SAVED_AS = f"请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传；{INSTEAD}"
PICTURE = "这是图片，里面的数读不准。请从财务软件导出 Excel（.xlsx）后再上传。"
OF_BOOKS = {
    ".csv": f"这是 CSV 文本（.csv）。{SAVED_AS}",
    ".txt": f"这是文本文件（.txt）。{INSTEAD}",
    ".xls": f"这是旧版 Excel 97—2003 文件（.xls）。{SAVED_AS}",
    ".html": f"这是网页文件。{SAVED_AS}",
    ".htm": f"这是网页文件。{SAVED_AS}",
    ".xml": f"这是 XML 文件。{SAVED_AS}",
    ".pdf": "这是 PDF，里面的数读不准。请从财务软件或电子税务局导出 Excel（.xlsx）后再上传。",
    ".doc": f"这是 Word 文件。{INSTEAD}",
    ".docx": f"这是 Word 文件。{INSTEAD}",
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".bmp"), PICTURE),
    **dict.fromkeys((".zip", ".rar", ".7z"), "这是压缩包。请解压后上传其中的 .xlsx。"),
}
OUR_OWN = "这是本平台的填报工作簿，不是财务报表。请在“总览”页的“用 Excel 填报”里上传。"
MOST_PASTED = 200_000  # characters; a statement has some five thousand
LAST_HEAD = 200  # row of a sheet in which a head may have merged cells
MOST_COLUMNS = 40
AREA = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}:[A-Z]{1,3}[1-9][0-9]{0,6}")
BETWEEN = re.compile(r"[ \u3000\u00a0]{2,}")
SPACED_HEAD = re.compile(r"(?<=[\u4e00-\u9fff])[ \u3000]+(?=[\u4e00-\u9fff](?:\t|[ \u3000]{2,}|$))")  # 项    目


class GridText(NamedTuple):
    text: str
    place: str  # 利润表!C5, 第 5 行
    problem: str = ""  # why it says nothing that could be read, as the rest of a sentence


@dataclass(frozen=True)
class BooksGrid:
    """Rows with something in them, by their numbers, and in each the texts by their columns."""

    title: str
    rows: Mapping[int, Mapping[int, GridText]]
    spread: Mapping[int, Mapping[int, str]] = field(default_factory=dict)  # what merged areas say, in all their cells
    hidden: int = 0  # cells nobody sees: they are not read

    def said(self, row: int, column: int) -> str:
        cell = self.rows.get(row, {}).get(column)
        return cell.text if cell else self.spread.get(row, {}).get(column, "")

    def letter(self, column: int) -> str:
        return f"{get_column_letter(column)} 列" if self.title else f"第 {column} 列"


def grids_of_workbook(source: BookSource, name: str) -> list[BooksGrid]:
    """Raises Unreadable, with a sentence for somebody whose workbook comes from other software."""
    if why := OF_BOOKS.get(PurePath(name).suffix.lower()):
        raise Unreadable(why)
    try:
        book = open_book(source, name)
    except Unreadable as refused:
        raise Unreadable(str(refused).replace(ANOTHER, INSTEAD)) from refused
    if META_SHEET in book:
        raise Unreadable(OUR_OWN)
    return [grid_of(sheet) for sheet in book.sheets if not sheet.hidden]


def grid_of(sheet: Worksheet) -> BooksGrid:
    seen = {row.number: [cell for cell in row.cells.values() if not cell.hidden] for row in sheet}
    hidden = sum(len(row.cells) for row in sheet) - sum(map(len, seen.values()))
    rows = {number: {cell.column: said_in(sheet, cell) for cell in cells} for number, cells in seen.items() if cells}
    return BooksGrid(sheet.title, rows, spread_over(sheet), hidden)


def said_in(sheet: Worksheet, cell: SheetCell) -> GridText:
    return GridText(cell.text, f"{sheet.title}!{cell.reference}", cell.problem or shown_otherwise(cell))


def spread_over(sheet: Worksheet) -> dict[int, dict[int, str]]:
    """What the merged areas of a head say; what is merged further down is no head."""
    spread: dict[int, dict[int, str]] = {}
    for area in filter(AREA.fullmatch, sheet.merged):
        first, last = map(coordinate_to_tuple, area.split(":"))
        cell = sheet.cell(*first)
        if cell is None or last[0] > LAST_HEAD or last[1] - first[1] > MOST_COLUMNS:
            continue
        for row in range(first[0], last[0] + 1):
            spread.setdefault(row, {}).update(dict.fromkeys(range(first[1], last[1] + 1), cell.text))
    return spread


def grids_of_paste(text: str) -> list[BooksGrid]:
    """Tabs between columns, as Excel, WPS and web tables copy; else two spaces or more. Raises Unreadable."""
    if not text.strip():
        raise Unreadable("没有选文件，也没有粘贴内容。请选择财务报表的 Excel 文件，或把报表粘贴到框里。")
    if len(text) > MOST_PASTED:
        raise Unreadable(f"粘贴的内容有 {len(text):,} 字，最多 {MOST_PASTED:,} 字。请只粘贴利润表或资产负债表。")
    rows = {}
    for number, line in enumerate(without_hidden(text).splitlines(), start=1):
        pieces = line.split("\t") if "\t" in text else BETWEEN.split(SPACED_HEAD.sub("", line.rstrip()))
        cells = {place: piece.strip() for place, piece in enumerate(pieces, start=1) if piece.strip()}
        if cells:
            rows[number] = {place: GridText(piece, f"粘贴的第 {number} 行") for place, piece in cells.items()}
    return [BooksGrid("", rows)]


def grids_of(content: bytes, name: str, *, pasted: bool) -> list[BooksGrid]:
    return grids_of_paste(content.decode()) if pasted else grids_of_workbook(io.BytesIO(content), name)
