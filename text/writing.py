"""Every file is written through here: what is text stays text, whatever it begins with, and holds nothing that a
worksheet cannot. Rows written before text was cleaned may hold anything."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.writer.excel import ExcelWriter
from xlsxwriter.worksheet import Worksheet, convert_cell_args

from text.incoming import without_control

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
LIKE_AN_ESCAPE = re.compile(r"_(x[0-9A-Fa-f]{4}_)")


def write_text(cell: Cell, text: str) -> Cell:
    """Text into a cell of openpyxl, which neither escapes nor protects it; gives the cell back."""
    text = LIKE_AN_ESCAPE.sub(r"_x005F_\1", without_control(text))
    cell.value = text or None  # an empty string is written as a text without any, which not every program opens
    if text:
        cell.data_type = "s"
    if text.startswith(FORMULA_SIGNS):
        cell.quotePrefix = True
    return cell


def text_cell(sheet: Any, text: str) -> Cell:
    """The same for a sheet that is written row by row."""
    return write_text(WriteOnlyCell(sheet), text)


def save_as_of(book: Workbook, out: IO[bytes], at: datetime) -> None:
    """As openpyxl's `save` does, which would stamp the file by the machine's clock and not the office's."""
    book.properties.created = book.properties.modified = at.astimezone(UTC).replace(tzinfo=None)
    ExcelWriter(book, ZipFile(out, "w", ZIP_DEFLATED, allowZip64=True)).save()


class TextSheet(Worksheet):
    """A worksheet of xlsxwriter, which does escape, but stumbles over half a surrogate pair."""

    @convert_cell_args
    def write_string(self, row: int, column: int, text: str, style: Any = None) -> int:
        return super().write_string(row, column, without_control(text), style)


class TextWorkbook(xlsxwriter.Workbook):
    """A workbook of such sheets, which takes no text for a formula, an address or a number, and was made `at`: by
    itself xlsxwriter stamps a file by the machine's clock and not the office's."""

    worksheet_class = TextSheet

    def __init__(self, out: Any, options: dict[str, Any], at: datetime, **properties: str):
        plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        super().__init__(out, plain | options)
        self.set_properties(properties | {"created": at.replace(tzinfo=None)})


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """With a mark of its encoding, so that Excel shows the Chinese; an apostrophe keeps a text from being run."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        texts = [without_control(text) for text in row]
        writer.writerow([f"'{text}" if text.startswith(FORMULA_SIGNS) else text for text in texts])
    return out.getvalue().encode("utf-8-sig")
