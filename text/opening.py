"""Opens a workbook somebody sent, whatever program wrote it: every importer reads through here.

Read with our own bounds and places, since a library stops at the first thing it has not seen (a chart sheet, an empty
fill, a part under another name) and hides what a person must be told of: hidden rows, errors, formulas without a value.
What a serial number means as a date, and which format is one, is openpyxl's knowledge (ECMA-376 part 1, 18.8.30).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from text.incoming import of_cell
from text.package import MAX_MEMBERS, TOO_LARGE, BookSource, Package, Unreadable, local, with_handlers
from text.sheets import GENERAL, Book, SheetCell, SheetRow, Worksheet

# Formats a Chinese Excel or WPS names by number alone.
YEAR_MONTH, DAY_IN_WORDS, MONTH_DAY = 'yyyy"年"m"月"', 'yyyy"年"m"月"d"日"', 'm"月"d"日"'
CHINESE_FORMATS = {
    **dict.fromkeys((27, 36, 50, 52, 54, 57), YEAR_MONTH),
    **dict.fromkeys((28, 29, 51, 53, 58), MONTH_DAY),
    30: "m-d-yy",
    31: DAY_IN_WORDS,
    **dict.fromkeys((32, 33), 'h"时"mm"分"'),
    **dict.fromkeys((34, 35, 55, 56), '上午/下午h"时"mm"分"'),
}
FORMATS = {**BUILTIN_FORMATS, **CHINESE_FORMATS}
ERROR_VALUES = re.compile(
    r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA|#+)"
)
UNREADABLE = "（读不出的内容）"
MOST_OF_TEXT = 32_768  # one more than a cell of Excel can hold
OUT_OF_TIME = "########"  # what Excel shows for a date before 1900 or after 9999
MOST_STRINGS_BYTES = 16 * 1024 * 1024
MOST_STYLES = 65_536
MOST_CELLS = 150_000  # of a workbook, unless its importer has room for more; a form has some three thousand
SEEN_FROM = 0.1  # of a column's width in characters, a row's height in points
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of a worksheet
MOST_MERGED = 10_000
LONGEST_FORMAT = 255
REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([Ee][+-]?[0-9]+)?")


def open_book(source: BookSource, name: str = "", most_cells: int = MOST_CELLS, room: int = 1) -> Book:
    """Read a workbook from a path or a binary file. Raises Unreadable with a sentence for the person who sent it; what
    is brought in on the machine itself may be given `room` for more than a page takes."""
    package = Package(source, name, room)
    return _Opening(package, most_cells).book()


@dataclass(frozen=True)
class _Listed:
    title: str
    relation: str
    hidden: bool


class _Opening:
    """What all sheets of one workbook share: its strings, its formats, the day it counts from."""

    def __init__(self, package: Package, most_cells: int) -> None:
        self.package, self.most_cells = package, most_cells
        self.relations = package.pointed
        self.listed: list[_Listed] = []
        self.epoch = WINDOWS_EPOCH
        self.strings: list[tuple[str | None, str]] = []
        self.formats: list[str] = []
        self.cells = 0

    def book(self) -> Book:
        self.package.scan(self.package.main, with_handlers(self._note_workbook))
        for relation in self.relations.values():
            if relation.target not in self.package:
                continue
            if relation.kind == "sharedStrings":
                self.strings = _Strings().read(self.package, relation.target)
            elif relation.kind == "styles":
                self.formats = _Formats().read(self.package, relation.target)
        sheets = tuple(self._sheets())
        titles = [sheet.title.casefold() for sheet in sheets]
        if twice := [sheet.title for sheet in sheets if titles.count(sheet.title.casefold()) > 1]:
            raise Unreadable(f"有不止一张工作表叫“{twice[0]}”，分不清以哪一张为准。请只留一张，再上传。")
        if not sheets:
            raise Unreadable("工作簿里没有工作表（只有图表）。请从本平台下载空表，填好后上传。")
        return Book(sheets)

    def _note_workbook(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "sheet":
            pointer = next((text for key, text in attributes.items() if key.endswith(":id")), "")
            hidden = attributes.get("state") in ("hidden", "veryHidden")
            if len(self.listed) > MAX_MEMBERS:
                raise Unreadable(TOO_LARGE)
            self.listed.append(_Listed(attributes.get("name", ""), pointer, hidden))
        elif name == "workbookPr" and attributes.get("date1904", "") in ("1", "true"):
            self.epoch = MAC_EPOCH

    def _sheets(self) -> Iterator[Worksheet]:
        for listed in self.listed:
            relation = self.relations.get(listed.relation)
            if relation is None or relation.kind != "worksheet":
                continue
            if relation.target not in self.package:
                raise Unreadable(f"文件已损坏：工作表“{listed.title}”的内容不在文件里。请重新保存后再上传。")
            yield _Reading(self, Worksheet(listed.title, listed.hidden)).read(relation.target)

    def format_of(self, style: str | None) -> str:
        number = int(style) if style and style.isdecimal() and len(style) < 7 else 0
        return self.formats[number] if number < len(self.formats) else GENERAL


class _Strings:
    """The strings all sheets share; what shows how a word is pronounced is no part of it."""

    def __init__(self) -> None:
        self.found: list[tuple[str | None, str]] = []  # as as_said gives it, once for all cells that show it
        self.pieces: list[str] = []
        self.inside = ""
        self.bytes = 0

    def read(self, package: Package, name: str) -> list[tuple[str | None, str]]:
        package.scan(name, with_handlers(self._start, self._end, self._text))
        return self.found

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "si":
            self.pieces = []
        if self.inside != "rPh":
            self.inside = name

    def _end(self, tag: str) -> None:
        name = local(tag)
        if name == "si":
            self.found.append(as_said("".join(self.pieces)))
        if self.inside != "rPh" or name == "rPh":
            self.inside = ""

    def _text(self, text: str) -> None:
        if self.inside == "t":
            self.bytes += len(text)
            if self.bytes > MOST_STRINGS_BYTES:
                raise Unreadable(TOO_LARGE)
            self.pieces.append(text)


class _Formats:
    """The number format of each style; nothing else of the styles says what a cell holds."""

    def __init__(self) -> None:
        self.named: dict[int, str] = {}
        self.numbers: list[int] = []
        self.inside = False

    def read(self, package: Package, name: str) -> list[str]:
        package.scan(name, with_handlers(self._start, self._end))
        return [self.named.get(number) or FORMATS.get(number, GENERAL) for number in self.numbers]

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "numFmt" and attributes.get("numFmtId", "").isdecimal():
            if len(self.named) < MOST_STYLES:
                self.named.setdefault(int(attributes["numFmtId"]), attributes.get("formatCode", "")[:LONGEST_FORMAT])
        elif name == "cellXfs":
            self.inside = True
        elif name == "xf" and self.inside and len(self.numbers) < MOST_STYLES:
            number = attributes.get("numFmtId", "0")
            self.numbers.append(int(number) if number.isdecimal() else 0)

    def _end(self, tag: str) -> None:
        if local(tag) == "cellXfs":
            self.inside = False


class _Reading:
    """One worksheet being read, element by element."""

    def __init__(self, opening: _Opening, sheet: Worksheet) -> None:
        self.opening, self.sheet = opening, sheet
        self.row, self.column = SheetRow(0), 0
        self.hidden_columns = bytearray(LAST_COLUMN + 1)
        self.attributes: dict[str, str] | None = None  # of the cell being read
        self.pieces: dict[str, list[str]] = {}
        self.inside = ""

    def read(self, part: str) -> Worksheet:
        self.opening.package.scan(part, with_handlers(self._start, self._end, self._text))
        self.sheet.rows = dict(sorted(self.sheet.rows.items()))
        return self.sheet

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if self.attributes is not None:
            if self.inside != "rPh":
                self.inside = name
                if name in ("v", "f", "t"):
                    self.pieces.setdefault(name, [])
        elif name == "c":
            self.attributes, self.pieces = attributes, {}
            self._place(attributes.get("r", ""))
        elif name == "row":
            self._begin_row(attributes)
        elif name == "mergeCell":
            self._note_merged(attributes.get("ref", ""))
        elif name == "col" and is_hidden(attributes, "width"):
            first, last = whole(attributes.get("min")), min(whole(attributes.get("max")), LAST_COLUMN)
            self.hidden_columns[first : last + 1] = b"\1" * (last + 1 - first)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = whole(attributes.get("r")) or self.row.number + 1
        self._turn_to(number, hidden=is_hidden(attributes, "ht"))
        self.column = 0

    def _turn_to(self, number: int, *, hidden: bool) -> None:
        """A row is the sheet's own when something stands in it: see `_keep`."""
        self.row = self.sheet.rows.get(number) or SheetRow(number)
        self.row.hidden |= hidden

    def _note_merged(self, reference: str) -> None:
        if len(self.sheet.merged) == MOST_MERGED:
            raise Unreadable(
                f"工作表“{self.sheet.title}”有超过 {MOST_MERGED:,} 处合并单元格，没有读取。请取消合并后再上传。"
            )
        self.sheet.merged.append(reference)

    def _place(self, reference: str) -> None:
        """Some programs leave the references out, and mean one after another."""
        found = REFERENCE.fullmatch(reference)
        self.column = column_index_from_string(found[1]) if found else self.column + 1
        if found and int(found[2]) != self.row.number:
            self._turn_to(int(found[2]), hidden=self.row.hidden)

    def _text(self, text: str) -> None:
        if self.inside in ("v", "f", "t"):
            self.pieces[self.inside].append(text)

    def _end(self, tag: str) -> None:
        name = local(tag)
        if name == "c" and self.attributes is not None:
            self._keep(self.attributes)
            self.attributes = None
        if self.inside != "rPh" or name == "rPh":
            self.inside = ""

    def _keep(self, attributes: dict[str, str]) -> None:
        said = {name: "".join(pieces) for name, pieces in self.pieces.items()}
        formula = ("=" + (said["f"] or "（与别的单元格共用的公式）")) if "f" in said else ""
        shape = self.opening.format_of(attributes.get("s"))
        value, error = self._value(attributes.get("t", "n"), said, shape)
        if value in (None, "") and not formula and not error:
            return
        self.opening.cells += 1
        if self.opening.cells > self.opening.most_cells:
            raise Unreadable(TOO_LARGE)
        if self.column in self.row.cells:
            place = self.row.cells[self.column].reference
            raise Unreadable(f"文件已损坏：工作表“{self.sheet.title}”的 {place} 写了两次。请重新保存后再上传。")
        if self.column > LAST_COLUMN or not 0 < self.row.number <= LAST_ROW:
            raise Unreadable(
                f"文件已损坏：工作表“{self.sheet.title}”的内容超出了一张工作表的范围。请重新保存后再上传。"
            )
        hidden = self.sheet.hidden or self.row.hidden or bool(self.hidden_columns[self.column])
        self.row.cells[self.column] = SheetCell(self.row.number, self.column, value, shape, formula, error, hidden)
        self.sheet.rows[self.row.number] = self.row

    def _value(self, kind: str, said: dict[str, str], shape: str) -> tuple[Any, str]:
        """The value and the error value of a cell, one of them at most."""
        text = said.get("t", "") if kind == "inlineStr" else said.get("v", "")
        if kind == "str" and text == "" and "v" in said:
            return "", ""  # what a formula worked out
        if kind in ("str", "inlineStr"):
            return as_said(text)
        if not (text := text.strip()):
            return None, ""
        if kind == "s":
            number = whole(text, -1)
            known = 0 <= number < len(self.opening.strings)
            return self.opening.strings[number] if known else (None, UNREADABLE)
        if kind == "e":
            return None, text[:LONGEST_FORMAT]
        if kind == "b":
            return is_true(text), ""
        if kind == "d":
            return self._date(text)
        return self._number(text, shape) if kind == "n" else (None, UNREADABLE)

    def _date(self, text: str) -> tuple[Any, str]:
        try:
            return from_ISO8601(text), ""
        except (ValueError, OverflowError, TypeError):
            return None, text[:LONGEST_FORMAT]

    def _number(self, text: str, shape: str) -> tuple[Any, str]:
        if not NUMBER.fullmatch(text) or math.isinf(number := float(text)):
            return None, text[:LONGEST_FORMAT]
        if number.is_integer() and text.lstrip("+-").isdecimal():
            number = int(text)  # exact, where a program writes more than Excel keeps
        if not holds_date(shape):
            return number, ""
        if number < 0 and not is_timedelta_format(shape):
            return None, OUT_OF_TIME
        try:
            return from_excel(number, self.opening.epoch, is_timedelta_format(shape)), ""
        except (ValueError, OverflowError):
            return None, OUT_OF_TIME


def as_said(text: str) -> tuple[str | None, str]:
    """A text, or the error value it is. What no spreadsheet can hold in a cell is cut, for its importer to refuse."""
    text = of_cell(text[:MOST_OF_TEXT])
    error = text.strip() if len(text) < 30 and ERROR_VALUES.fullmatch(text.strip()) else ""
    return None if error else text or None, error


@lru_cache(maxsize=1024)
def holds_date(shape: str) -> bool:
    return is_date_format(shape)


def is_true(text: str | None) -> bool:
    return text is not None and text.lower() in ("1", "true", "on")


def is_hidden(attributes: dict[str, str], size: str) -> bool:
    """A row or column that is hidden, or drawn so small that nobody sees it."""
    drawn = attributes.get(size, "")
    return is_true(attributes.get("hidden")) or bool(NUMBER.fullmatch(drawn)) and float(drawn) < SEEN_FROM


def whole(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else otherwise
