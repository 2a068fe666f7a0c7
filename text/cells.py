"""The cells of one worksheet, as its XML has them."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, NamedTuple
from xml.sax.saxutils import unescape

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel, from_ISO8601

from text.incoming import of_cell
from text.package import TOO_LARGE, Unreadable, follow, local, with_handlers
from text.sheets import GENERAL, SheetCell, SheetRow, Worksheet

ERROR_VALUES = re.compile(
    r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA|#+)"
)
UNREADABLE = "（读不出的内容）"
SHARED_FORMULA = "（与别的单元格共用的公式）"
MOST_OF_TEXT = 32_768  # one more than a cell of Excel can hold
OUT_OF_TIME = "########"  # what Excel shows for a date before 1900 or after 9999
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of a worksheet
MOST_MERGED = 10_000
LONGEST_FORMAT = 255
REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
SEEN_FROM = 0.1  # of a column's width in characters, a row's height in points
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([Ee][+-]?[0-9]+)?")
# A cell with something in it, or with nothing but its style, as nearly every program writes it: nothing in it has to
# be understood before it is one. All others, and all else of a worksheet, a parser reads.
PLAIN_CELL = re.compile(
    rb"""
    <c\ r="([A-Z]{1,3}[1-9][0-9]{0,6})"((?:\ s="[0-9]{1,6}")?(?:\ t="(?:n|s|str|inlineStr)")?)
    (?:\ ?/>|>
        (?:<f>((?:[^<&>\x00-\x1f]|&[a-z]{2,4};)+)</f>)?
        (?:<v(?:\ ?/|>([^<&>\x00-\x1f]*)</v)>|<is><t>([^<&>\x00-\x1f]+)</t></is>)
    </c>)
    """,
    re.VERBOSE,
)
PIECES = PLAIN_CELL.groups + 1  # into which `split` takes each, with what stands before it
PLAIN_NUMBER = re.compile(rb"-?[0-9]{1,15}\.[0-9]+")
# A row of which nothing is left, and that is not hidden.
EMPTY_ROW = re.compile(rb'<row r="[1-9][0-9]{0,6}"(?: (?!hidden|ht="0)[\w:.-]+="[^"<>&\x00-\x1f]*")*(?: ?/>|></row>)')
ENCODING = re.compile(rb"""\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)""")
QUOTES = {"&quot;": '"', "&apos;": "'"}
BLOCK = 1024 * 1024  # so much is taken apart at once
BORDER = re.compile(rb"<(?:c|row)[\s/>]")


ValueOrError = tuple[Any, str]  # the value and the error value of a cell, one of them at most
PlainCell = tuple[bytes, bytes, bytes | None, bytes | None, bytes | None]  # place, style and kind, formula, texts


class Shape(NamedTuple):
    """How a cell shows a number."""

    code: str = GENERAL
    is_date: bool = False
    is_duration: bool = False


class Looks(dict[bytes, tuple[Shape, str]]):
    """Shape and kind of cells, by what plain ones say of both: ` s="5" t="s"`."""

    def __init__(self) -> None:
        self.formats: list[str] = []

    def __missing__(self, look: bytes) -> tuple[Shape, str]:
        style, kind = (re.search(rb' %s="([^"]*)"' % name, look) for name in (b"s", b"t"))
        self[look] = self.shape(style[1].decode() if style else ""), kind[1].decode() if kind else "n"
        return self[look]

    def shape(self, style: str) -> Shape:
        number = int(style) if style.isdecimal() and len(style) < 7 else 0
        return shape_of(self.formats[number] if number < len(self.formats) else GENERAL)


@dataclass
class Common:
    """What all sheets of one workbook share: its strings, its number formats, the day it counts from."""

    most_cells: int
    strings: dict[bytes | None, ValueOrError] = field(default_factory=dict)  # by their numbers, as cells write them
    epoch: datetime.datetime = WINDOWS_EPOCH
    cells: int = 0
    looks: Looks = field(default_factory=Looks)

    def count(self, cells: int) -> None:
        self.cells += cells
        if self.cells > self.most_cells:
            raise Unreadable(TOO_LARGE)


def read_sheet(common: Common, title: str, hidden: bool, content: bytes) -> Worksheet:
    cells = common.cells
    try:
        plain, rest = taken_apart(content, common.most_cells) if is_plain(content) else ([], content)
        is_whole = len(rest) == len(content)
        return WorksheetReading(common, Worksheet(title, hidden), plain, is_whole).read(rest)
    except Unplaced:
        common.cells = cells
        return WorksheetReading(common, Worksheet(title, hidden), [], True).read(content)


class Unplaced(Exception):
    """A cell or a row does not say where it stands: it stands after the one before."""


class WorksheetReading:
    """One worksheet being read: what is not plain in it element by element, then its plain cells."""

    def __init__(self, common: Common, sheet: Worksheet, plain: list[PlainCell], is_whole: bool) -> None:
        self.common, self.sheet = common, sheet
        self.row, self.column = SheetRow(0), 0
        self.hidden_rows: set[int] = set()
        self.hidden_columns = bytearray(LAST_COLUMN + 1)
        self.attributes: dict[str, str] | None = None  # of the cell being read
        self.pieces: dict[str, list[str]] = {}
        self.inside = ""
        self.plain, self.is_whole = plain, is_whole

    def read(self, rest: bytes) -> Worksheet:
        follow(rest, with_handlers(self._start, self._end, self._text))
        read_before = [row for row in self.sheet.rows.values() if self.plain]
        self._take_plain()
        for row in read_before:
            row.cells = dict(sorted(row.cells.items()))
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
        if not (number := whole(attributes.get("r"))):
            self._refuse_unplaced()
        self._turn_to(number or self.row.number + 1, hidden=is_hidden(attributes, "ht"))
        self.column = 0
        if self.row.hidden:
            self.hidden_rows.add(self.row.number)

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
        if not found:
            self._refuse_unplaced()
        self.column = column_index_from_string(found[1]) if found else self.column + 1
        if found and int(found[2]) != self.row.number:
            self._turn_to(int(found[2]), hidden=self.row.hidden)

    def _refuse_unplaced(self) -> None:
        if not self.is_whole:
            raise Unplaced

    def _text(self, text: str) -> None:
        if self.inside in ("v", "f", "t"):
            self.pieces[self.inside].append(text)

    def _end(self, tag: str) -> None:
        name = local(tag)
        if name == "c" and self.attributes is not None:
            self._take(self.attributes, {name: "".join(pieces) for name, pieces in self.pieces.items()})
            self.attributes = None
        if self.inside != "rPh" or name == "rPh":
            self.inside = ""

    def _take(self, attributes: dict[str, str], said: dict[str, str]) -> None:
        shape = self.common.looks.shape(attributes.get("s", ""))
        formula = f"={said['f'] or SHARED_FORMULA}" if "f" in said else ""
        self._keep(self._value(attributes.get("t", "n"), said, shape), shape, formula)

    def _take_plain(self) -> None:
        """In one piece: half a million cells of a register pass through here."""
        strings, looks = self.common.strings, self.common.looks
        make = partial(tuple.__new__, SheetCell)
        seen = not (self.sheet.hidden or self.hidden_rows or self.hidden_columns.count(1))
        last, cells = 0, {}
        for reference, look, formula, text, words in self.plain:
            row, column = place_at(reference)
            shape, kind = looks[look]
            if kind == "s" and text in strings:
                value, error = strings[text]
            else:
                value, error = self._plain_value(kind, text, words, shape)
            if not (value or formula or error) and value in (None, ""):
                continue
            if row != last:
                self._turn_to(row, hidden=row in self.hidden_rows)
                last, cells = row, self.row.cells
                self.sheet.rows[row] = self.row
            if column in cells or column > LAST_COLUMN or row > LAST_ROW:
                self._refuse_place(column)
            hidden = not seen and (self.sheet.hidden or self.row.hidden or bool(self.hidden_columns[column]))
            said = f"={unescape(formula.decode(), QUOTES)}" if formula else ""
            cells[column] = make((row, column, value, shape.code, said, error, hidden))
        self.common.count(len(self.plain))

    def _plain_value(self, kind: str, value: bytes | None, inline: bytes | None, shape: Shape) -> ValueOrError:
        if kind == "n" and value and not shape.is_date:
            if value.isdigit() and len(value) <= 15:
                return int(value), ""
            if PLAIN_NUMBER.fullmatch(value):
                return float(value), ""
        said = {"v": (value or b"").decode()} if inline is None else {"t": inline.decode()}
        return self._value(kind, said, shape)

    def _keep(self, known: ValueOrError, shape: Shape, formula: str) -> None:
        value, error = known
        if value in (None, "") and not formula and not error:
            return
        self.common.count(1)
        self._refuse_place(self.column)
        hidden = self.sheet.hidden or self.row.hidden or bool(self.hidden_columns[self.column])
        self.row.cells[self.column] = SheetCell(self.row.number, self.column, value, shape.code, formula, error, hidden)
        self.sheet.rows[self.row.number] = self.row

    def _refuse_place(self, column: int) -> None:
        if column in self.row.cells:
            place = self.row.cells[column].reference
            raise Unreadable(f"文件已损坏：工作表“{self.sheet.title}”的 {place} 写了两次。请重新保存后再上传。")
        if column > LAST_COLUMN or not 0 < self.row.number <= LAST_ROW:
            raise Unreadable(
                f"文件已损坏：工作表“{self.sheet.title}”的内容超出了一张工作表的范围。请重新保存后再上传。"
            )

    def _value(self, kind: str, said: dict[str, str], shape: Shape) -> ValueOrError:
        text = said.get("t", "") if kind == "inlineStr" else said.get("v", "")
        if kind == "str" and text == "" and "v" in said:
            return "", ""  # what a formula worked out
        if kind in ("str", "inlineStr"):
            return as_said(text)
        if not (text := text.strip()):
            return None, ""
        if kind == "s":
            return self.common.strings.get(b"%d" % whole(text, -1), (None, UNREADABLE))
        if kind == "e":
            return None, text[:LONGEST_FORMAT]
        if kind == "b":
            return is_true(text), ""
        if kind == "d":
            return self._date(text)
        return self._number(text, shape) if kind == "n" else (None, UNREADABLE)

    def _date(self, text: str) -> ValueOrError:
        try:
            return from_ISO8601(text), ""
        except (ValueError, OverflowError, TypeError):
            return None, text[:LONGEST_FORMAT]

    def _number(self, text: str, shape: Shape) -> ValueOrError:
        if not NUMBER.fullmatch(text) or math.isinf(number := float(text)):
            return None, text[:LONGEST_FORMAT]
        if number.is_integer() and text.lstrip("+-").isdecimal():
            number = int(text)  # exact, where a program writes more than Excel keeps
        if not shape.is_date:
            return number, ""
        if number < 0 and not shape.is_duration:
            return None, OUT_OF_TIME
        try:
            return from_excel(number, self.common.epoch, shape.is_duration), ""
        except (ValueError, OverflowError):
            return None, OUT_OF_TIME


def as_said(text: str) -> ValueOrError:
    """A text, or the error value it is. What no spreadsheet can hold in a cell is cut, for its importer to refuse."""
    if len(text) < MOST_OF_TEXT and "_x" not in text and "#" not in text and text.isprintable():
        return text or None, ""
    text = of_cell(text[:MOST_OF_TEXT])
    error = text.strip() if len(text) < 30 and ERROR_VALUES.fullmatch(text.strip()) else ""
    return None if error else text or None, error


def is_plain(content: bytes) -> bool:
    """Whether what looks like markup is markup: in UTF-8, and none of it in a comment or beside the markup."""
    declared = ENCODING.match(content)
    return (not declared or declared[1].upper() == b"UTF-8") and b"<!" not in content and content.count(b"<?") <= 1


def taken_apart(content: bytes, most_cells: int) -> tuple[list[PlainCell], bytes]:
    """The plain cells that hold something, and the worksheet without any plain one."""
    cells: list[PlainCell] = []
    rest: list[bytes] = []
    for begin, end in blocks(content):
        pieces = PLAIN_CELL.split(content[begin:end])
        rest += pieces[::PIECES]
        found = zip(*(pieces[place::PIECES] for place in range(1, PIECES)), strict=True)
        cells += [cell for cell in found if cell[3] or cell[2] or cell[4]]
        if len(cells) > most_cells:
            raise Unreadable(TOO_LARGE)
    return cells, EMPTY_ROW.sub(b"", b"".join(rest))


def blocks(content: bytes) -> Iterator[tuple[int, int]]:
    """Where a sheet is cut so that what is found at once is bounded; no cell is cut."""
    begin = 0
    while begin < len(content):
        border = BORDER.search(content, begin + BLOCK)
        end = border.start() if border else len(content)
        yield begin, end
        begin = end


@lru_cache(maxsize=1024)
def shape_of(code: str) -> Shape:
    return Shape(code, is_date_format(code), is_timedelta_format(code))


@lru_cache(maxsize=65_536)  # the cells of a form are the same in every workbook
def place_at(reference: bytes) -> tuple[int, int]:
    letters = reference.rstrip(b"0123456789")
    return int(reference[len(letters) :]), column_index_from_string(letters.decode())


def is_true(text: str | None) -> bool:
    return text is not None and text.lower() in ("1", "true", "on")


def is_hidden(attributes: dict[str, str], size: str) -> bool:
    """A row or column that is hidden, or drawn so small that nobody sees it."""
    drawn = attributes.get(size, "")
    return is_true(attributes.get("hidden")) or bool(NUMBER.fullmatch(drawn)) and float(drawn) < SEEN_FROM


def whole(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else otherwise
