"""Every file is written through here: what is text stays text, whatever it begins with, and holds nothing that a
worksheet cannot. Rows written before text was cleaned may hold anything."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from os import PathLike
from typing import IO, Any, Literal
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import xlsxwriter
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.writer.excel import ExcelWriter
from xlsxwriter.worksheet import Worksheet, convert_cell_args

from text.incoming import without_control

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?")  # begins like a formula and is none
NO_TIME, PLAIN_FILE = (1980, 1, 1, 0, 0, 0), 0o100644 << 16  # what a zip says of a part
MORE_BREAKS = {sign: f"\\u{sign:04x}" for sign in (*range(0x7F, 0xA0), 0x2028, 0x2029)}
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
    return LIKE_AN_ESCAPE.sub(r"_x005F_\1", without_control(text))


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
