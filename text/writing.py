"""Every file is written through here: what is text stays text, whatever it begins with, and holds nothing that a
worksheet cannot. Rows written before text was cleaned may hold anything."""

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from os import PathLike
from shutil import copyfileobj
from typing import IO, Any, Literal
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import xlsxwriter
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.writer.excel import ExcelWriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from text.incoming import without_control

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?")  # begins like a formula and is none
NO_TIME, PLAIN_FILE = (1980, 1, 1, 0, 0, 0), 0o100644 << 16  # what a zip says of a part
MORE_BREAKS = {sign: f"\\u{sign:04x}" for sign in (*range(0x7F, 0xA0), 0x2028, 0x2029)}
StyledCell = tuple[str | Decimal | int | datetime | None, Any]  # and a format of the workbook
DAY_NOUGHT, ONE_DAY = datetime(1899, 12, 30), timedelta(days=1)  # how a worksheet counts moments
LONGEST = 32_767  # what a cell holds
LIKE_AN_ESCAPE = re.compile(r"_(x[0-9A-Fa-f]{4}_)")


def write_text(cell: Cell, text: str) -> Cell:
    """Text into a cell of openpyxl, which neither escapes nor protects it; gives the cell back."""
    text = in_worksheet(text)
    cell.value = text or None  # an empty string is written as a text without any, which not every program opens
    if text:
        cell.data_type = "s"
    if text.startswith(FORMULA_SIGNS):
        cell.quotePrefix = True
    return cell


def in_worksheet(text: str) -> str:
    """As a worksheet holds it, before it is XML."""
    text = without_control(text)
    return LIKE_AN_ESCAPE.sub(r"_x005F_\1", text) if "_x" in text else text


def text_cell(sheet: Any, text: str) -> Cell:
    """The same for a sheet that is written row by row."""
    return write_text(WriteOnlyCell(sheet), text)


def save_as_of(book: Workbook, out: str | PathLike[str] | IO[bytes], at: datetime) -> None:
    """As openpyxl's `save` does, which would stamp the file by the machine's clock and not the office's."""
    book.properties.created = book.properties.modified = at.astimezone(UTC).replace(tzinfo=None)
    ExcelWriter(book, SteadyPackage(out, "w", ZIP_DEFLATED, allowZip64=True)).save()


class SteadyPackage(ZipFile):
    """A zip whose parts say nothing of the clock and the machine: the same contents are the same bytes."""

    def open(
        self,
        name: str | ZipInfo,
        mode: Literal["r", "w"] = "r",
        pwd: bytes | None = None,
        *,
        force_zip64: bool = False,
    ) -> IO[bytes]:
        if mode == "w" and isinstance(name, ZipInfo):  # each of ZipFile's ways to write ends here
            name.date_time, name.external_attr = NO_TIME, PLAIN_FILE
        return super().open(name, mode, pwd, force_zip64=force_zip64)


def steady(content: bytes) -> bytes:
    """The same package, its parts without times."""
    return _copied(content, ZIP_DEFLATED)


def uncompressed(content: bytes) -> bytes:
    """The same, and its parts as they are: no library's way to compress is in the bytes."""
    return _copied(content, ZIP_STORED)


def _copied(content: bytes, compression: int) -> bytes:
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as package, SteadyPackage(out, "w", compression) as copy:
        for name in package.namelist():
            copy.writestr(name, package.read(name))
    return out.getvalue()


@lru_cache(4096)
def inline(text: str) -> str:
    """A text as the rest of its cell; the same names stand in many rows."""
    text = escape(in_worksheet(text)[:LONGEST])
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{kept}>{text}</t></is></c>'


def figure(held: Any) -> str:
    """The same of what is no text; a Decimal stands in the file digit by digit, whatever a program makes of it."""
    if held is None:
        return "/>"
    return f"><v>{(held - DAY_NOUGHT) / ONE_DAY if type(held) is datetime else held}</v></c>"


class Letters(dict):
    def __missing__(self, column: int) -> str:
        self[column] = xl_col_to_name(column)
        return self[column]


class StyleNumbers(dict):
    """Each format's in the file."""

    def __missing__(self, style: Any) -> int:
        self[style] = style._get_xf_index()
        return self[style]


LETTERS = Letters()


class TextSheet(Worksheet):
    """A worksheet of xlsxwriter, which does escape, but stumbles over half a surrogate pair. Where it holds one row at
    a time, a cell becomes what it will be in the file at once, without the classes and lists that xlsxwriter makes of
    it; that is three times faster. Places are numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = StyleNumbers()

    def write_cells(self, row: int, column: int, cells: Sequence[StyledCell]) -> None:
        """Those of a row from that column on, none of which is written again; None leaves one empty, in its style."""
        if not self.constant_memory:
            for place, (held, style) in enumerate(cells, start=column):
                self._write(row, place, held, style)
            return
        if row > self.previous_row:
            self._write_single_row(row)
        for place in (column, column + len(cells) - 1):
            self._check_dimensions(row, place)
        numbers, line = self.numbers, row + 1
        self.table[row][column] = "".join(
            [
                f'<c r="{LETTERS[place]}{line}" s="{numbers[style]}"{(inline if type(held) is str else figure)(held)}'
                for place, (held, style) in enumerate(cells, start=column)
            ]
        )

    def write_string(self, row: int, column: int, text: str, style: Any = None) -> int:
        if style is None or not self.constant_memory:
            return super()._write_string(row, column, without_control(text), style)
        return self._lay(row, column, style, inline(text))

    def write_number(self, row: int, column: int, number: Any, style: Any = None) -> int:
        if style is None or not self.constant_memory:
            return super()._write_number(row, column, number, style)
        return self._lay(row, column, style, figure(number))

    def write_blank(self, row: int, column: int, blank: Any, style: Any = None) -> int:
        if style is None or not self.constant_memory:
            return super()._write_blank(row, column, blank, style)
        return self._lay(row, column, style, figure(None))

    def write_datetime(self, row: int, column: int, moment: datetime, style: Any = None) -> int:
        if style is None:
            return super()._write_datetime(row, column, moment, style)
        return self.write_number(row, column, self._convert_date_time(moment), style)

    _write_string, _write_number, _write_blank = write_string, write_number, write_blank  # how it merges cells

    def _lay(self, row: int, column: int, style: Any, rest: str) -> int:
        if wrong := self._check_dimensions(row, column):
            return wrong
        if row > self.previous_row:
            self._write_single_row(row)
        self.table[row][column] = f'<c r="{LETTERS[column]}{row + 1}" s="{self.numbers[style]}"{rest}'
        return 0

    def _write_single_row(self, current_row_num=0):
        row, cells = self.previous_row, self.table[self.previous_row]
        plain = row not in self.row_info and self.default_row_height == self.original_row_height
        if not cells or not plain or row in self.comments or {*map(type, cells.values())} != {str}:
            super()._write_single_row(current_row_num)
            return
        self.fh.write(f'<row r="{row + 1}">{"".join([cells[column] for column in sorted(cells)])}</row>')
        self.previous_row = current_row_num
        self.table.clear()

    def _write_optimized_sheet_data(self) -> None:
        """Byte by byte; xlsxwriter reads the rows as text to write them as text again."""
        if self.dim_rowmin is None:
            super()._write_optimized_sheet_data()
            return
        self._xml_start_tag("sheetData")
        self.fh.flush()
        self.row_data_fh.seek(0)
        copyfileobj(self.row_data_fh.buffer, self.fh.buffer)
        self.row_data_fh.close()
        os.unlink(self.row_data_filename)
        self._xml_end_tag("sheetData")

    def _write_cell(self, row: int, column: int, cell: Any) -> None:
        if isinstance(cell, str):
            self.fh.write(cell)
        else:
            super()._write_cell(row, column, cell)


class TextWorkbook(xlsxwriter.Workbook):
    """A workbook of such sheets, which takes no text for a formula, an address or a number, and was made `at`: by
    itself xlsxwriter stamps a file by the machine's clock and not the office's."""

    worksheet_class = TextSheet

    def __init__(self, out: Any, options: dict[str, Any], at: datetime, **properties: str):
        plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        super().__init__(out, plain | options)
        self.set_properties(properties | {"created": at.replace(tzinfo=None)})


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    return b"".join(csv_lines(rows))


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """With a mark of its encoding, so that Excel shows the Chinese; an apostrophe keeps a text from being run, which no
    negative figure needs."""
    yield b"\xef\xbb\xbf"
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow([not_to_be_run(without_control(text)) for text in row])
        yield out.getvalue().encode()


def not_to_be_run(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_SIGNS) and not NEGATIVE.fullmatch(text) else text


def json_line(facts: Any) -> bytes:
    """One line whatever the texts hold, and the same when read back: what would break a line and half a surrogate pair
    are escaped, all else is written as it is."""
    text = json.dumps(facts, ensure_ascii=False).translate(MORE_BREAKS)
    return text.encode("utf-8", "backslashreplace") + b"\n"
