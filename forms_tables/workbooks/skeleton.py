"""A firm's workbook in two steps: the styled form, made once for all who fill the same tables in the same period, and
the firm's own cells, written into a copy of it.

Styles, borders and comments take ten times as long as all the rest. So the form's parts are kept as they were written;
in a sheet's XML each cell that differs from firm to firm is a gap, with the styles it may have.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from os import PathLike
from typing import IO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from forms_tables.filling.completion import Value
from text.writing import FORMULA_SIGNS, SteadyPackage, in_worksheet

CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"[^<>]*?(?:/>|>.*?</c>)', re.DOTALL)
AFTER_MERGED = re.compile(r"(?=<printOptions|<pageMargins)")  # where a sheet's validations stand
STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
VML_PREFIXES = {b"ns0:": b"o:", b":ns0=": b":o=", b"ns1:": b"v:", b":ns1=": b":v=", b"ns2:": b"x:", b":ns2=": b":x="}
CORE = "docProps/core.xml"
Validation = tuple[
    str, str, str, str
]  # list or decimal; from where, or the least; the greatest; what is said otherwise


@dataclass(frozen=True)
class Gap:
    """A cell of the firm's own, by its styles: as it is typed into, and closed; each also for a text that begins like a
    formula."""

    open: int
    closed: int
    open_text: int
    closed_text: int

    @classmethod
    def of(cls, sheet: Worksheet, dress: Callable[[Cell, bool], None]) -> Gap:
        """`dress` gives a cell its style: open, or closed."""

        def style(is_closed: bool, is_quoted: bool) -> int:
            specimen = Cell(sheet, row=1, column=1)  # not on the sheet
            dress(specimen, is_closed)
            specimen.quotePrefix = is_quoted
            return specimen.style_id

        return cls(style(False, False), style(True, False), style(False, True), style(True, True))

    def style(self, text: str, is_closed: bool) -> int:
        if text.startswith(FORMULA_SIGNS):
            return self.closed_text if is_closed else self.open_text
        return self.closed if is_closed else self.open


@dataclass(frozen=True)
class Filling:
    """What the gaps of one sheet are filled with, by their references; formulas begin with their sign."""

    values: Mapping[str, Value]
    formulas: Mapping[str, str]
    closed: frozenset[str]
    validations: Mapping[Validation, list[str]]


NOTHING = Filling({}, {}, frozenset(), {})


@dataclass(frozen=True)
class SheetSkeleton:
    pieces: tuple[str, ...]  # of its XML, between the gaps
    gaps: tuple[tuple[str, Gap], ...]  # with their references
    rest: str  # what follows the validations

    def filled(self, filling: Filling) -> str:
        written = [self.pieces[0]]
        for (reference, gap), piece in zip(self.gaps, self.pieces[1:], strict=True):
            written.append(cell_xml(reference, gap, filling))
            written.append(piece)
        return f"{''.join(written)}{validations_xml(filling.validations)}{self.rest}"


@dataclass(frozen=True, eq=False)
class Skeleton:
    """A form's parts by their names, and its sheets by their titles."""

    parts: Mapping[str, bytes]
    names: Mapping[str, str]  # of the sheets' parts
    sheets: Mapping[str, SheetSkeleton]

    def write(self, out: str | PathLike[str] | IO[bytes], fillings: Mapping[str, Filling], at: datetime | None) -> None:
        """`at` is stamped on the file; without it the file is as old as the form."""
        with SteadyPackage(out, "w", ZIP_DEFLATED, compresslevel=4) as package:
            for name, content in self.parts.items():
                if name in self.names:
                    title = self.names[name]
                    content = self.sheets[title].filled(fillings.get(title, NOTHING)).encode()
                elif name == CORE and at:
                    stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
                    content = STAMP.sub(rb"\g<1>" + stamp, content)
                package.writestr(name, content)


def skeleton_of(book: Workbook, gaps: Mapping[str, Mapping[str, Gap]]) -> Skeleton:
    """`gaps` are the cells, by the titles of the sheets and by their references, that differ from firm to firm."""
    out = io.BytesIO()
    book.save(out)
    with ZipFile(out) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for name in [name for name in parts if name.endswith(".vml")]:
        for prefix, usual in VML_PREFIXES.items():  # by which Excel itself, and who reads it less strictly, knows them
            parts[name] = parts[name].replace(prefix, usual)
    names = {f"xl/worksheets/sheet{number}.xml": sheet.title for number, sheet in enumerate(book.worksheets, start=1)}
    sheets = {title: taken_apart(parts[name].decode(), gaps.get(title, {})) for name, title in names.items()}
    return Skeleton(parts, names, sheets)


def taken_apart(xml: str, gaps: Mapping[str, Gap]) -> SheetSkeleton:
    pieces, found, begun = [], [], 0
    for cell in CELL.finditer(xml):
        if cell[1] in gaps:
            pieces.append(xml[begun : cell.start()])
            found.append((cell[1], gaps[cell[1]]))
            begun = cell.end()
    last, rest = AFTER_MERGED.split(xml[begun:], maxsplit=1)
    return SheetSkeleton((*pieces, last), tuple(found), rest)


def cell_xml(reference: str, gap: Gap, filling: Filling) -> str:
    is_closed = reference in filling.closed
    if formula := filling.formulas.get(reference):
        return f'<c r="{reference}" s="{gap.style("", is_closed)}"><f>{escape(formula[1:])}</f><v/></c>'
    value = filling.values.get(reference)
    if isinstance(value, Decimal):
        return f'<c r="{reference}" s="{gap.style("", is_closed)}"><v>{value}</v></c>'
    if not (text := in_worksheet(value or "")):
        return f'<c r="{reference}" s="{gap.style("", is_closed)}"/>'
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    style = gap.style(text, is_closed)
    return f'<c r="{reference}" s="{style}" t="inlineStr"><is><t{space}>{escape(text)}</t></is></c>'


def validations_xml(validations: Mapping[Validation, list[str]]) -> str:
    """Drop-down lists, and a warning (not a refusal) when what is typed is no number."""
    if not validations:
        return ""
    written = [
        f'<dataValidation type="{kind}" errorStyle="warning"{" operator=" + quoteattr("between") if most else ""}'
        f' allowBlank="1" showErrorMessage="1" errorTitle="请核对" error={quoteattr(words)}'
        f' sqref="{" ".join(references)}"><formula1>{escape(least)}</formula1>'
        f"{f'<formula2>{escape(most)}</formula2>' if most else ''}</dataValidation>"
        for (kind, least, most, words), references in validations.items()
    ]
    return f'<dataValidations count="{len(written)}">{"".join(written)}</dataValidations>'
