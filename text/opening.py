"""Opens a workbook somebody sent, whatever program wrote it: every importer reads through here.

Read with our own bounds and places, since a library stops at the first thing it has not seen (a chart sheet, an empty
fill, a part under another name) and hides what a person must be told of: hidden rows, errors, formulas without a value.
What a serial number means as a date, and which format is one, is openpyxl's knowledge (ECMA-376 part 1, 18.8.30).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import MAC_EPOCH

from text.cells import LONGEST_FORMAT, Common, ValueOrError, as_said, is_plain, read_sheet
from text.package import MAX_MEMBERS, TOO_LARGE, BookSource, Package, Unreadable, follow, local, with_handlers
from text.sheets import GENERAL, Book, Worksheet

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
MOST_STRINGS_BYTES = 16 * 1024 * 1024
MOST_STYLES = 65_536
SMALL_STYLES = 64 * 1024
MOST_CELLS = 150_000  # of a workbook, unless its importer has room for more; a form has some three thousand

PLAIN_STRING = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<&>\x00-\x1f]*)</t></si>')  # as nearly all are written
ANY_STRING = re.compile(PLAIN_STRING.pattern + rb"|(<(?:[\w.-]+:)?si[\s/>])")


def open_book(source: BookSource, name: str = "", most_cells: int = MOST_CELLS, room: int = 1) -> Book:
    """Read a workbook from a path or a binary file. Raises Unreadable with a sentence for the person who sent it; what
    is brought in on the machine itself may be given `room` for more than a page takes."""
    package = Package(source, name, room)
    return _Opening(package, most_cells).book()


def sheet_parts(package: Package) -> dict[str, str]:
    """In which part each worksheet lies, by the sheets' titles."""
    opening = _Opening(package, 0)
    package.scan(package.main, with_handlers(opening._note_workbook))
    relations = [(each.title, package.pointed.get(each.relation)) for each in opening.listed]
    return {title: relation.target for title, relation in relations if relation and relation.kind == "worksheet"}


@dataclass(frozen=True)
class _Listed:
    title: str
    relation: str
    hidden: bool


class _Opening:
    """A workbook being opened: what its sheets share, then each of them."""

    def __init__(self, package: Package, most_cells: int) -> None:
        self.package = package
        self.relations = package.pointed
        self.listed: list[_Listed] = []
        self.common = Common(most_cells)

    def book(self) -> Book:
        self.package.scan(self.package.main, with_handlers(self._note_workbook))
        for relation in self.relations.values():
            if relation.target not in self.package:
                continue
            if relation.kind == "sharedStrings":
                self.common.strings = _Strings().read(self.package.content(relation.target))
            elif relation.kind == "styles":
                self.common.looks.formats = formats_in(self.package.content(relation.target))
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
            self.common.epoch = MAC_EPOCH

    def _sheets(self) -> Iterator[Worksheet]:
        for listed in self.listed:
            relation = self.relations.get(listed.relation)
            if relation is None or relation.kind != "worksheet":
                continue
            if relation.target not in self.package:
                raise Unreadable(f"文件已损坏：工作表“{listed.title}”的内容不在文件里。请重新保存后再上传。")
            yield read_sheet(self.common, listed.title, listed.hidden, self.package.content(relation.target))


class _Strings:
    """The strings all sheets share; what shows how a word is pronounced is no part of it."""

    def __init__(self) -> None:
        self.found: list[ValueOrError] = []  # as as_said gives it, once for all cells that show it
        self.pieces: list[str] = []
        self.inside = ""
        self.bytes = 0

    def read(self, content: bytes) -> dict[bytes | None, ValueOrError]:
        plain = is_plain(content)
        follow(PLAIN_STRING.sub(b"", content) if plain else content, with_handlers(self._start, self._end, self._text))
        if plain:
            others = iter(self.found)
            strings = ANY_STRING.findall(content)
            self.found = [next(others) if other else as_said(text.decode()) for text, other in strings]
        return {b"%d" % number: known for number, known in enumerate(self.found)}

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


def formats_in(styles: bytes) -> list[str]:
    return known_formats(styles) if len(styles) < SMALL_STYLES else _Formats().read(styles)


@lru_cache(maxsize=32)  # a form's styles are the same in every firm's workbook
def known_formats(styles: bytes) -> list[str]:
    return _Formats().read(styles)


class _Formats:
    """The number format of each style; nothing else of the styles says what a cell holds."""

    def __init__(self) -> None:
        self.named: dict[int, str] = {}
        self.numbers: list[int] = []
        self.inside = False

    def read(self, styles: bytes) -> list[str]:
        follow(styles, with_handlers(self._start, self._end))
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
