"""Makes workbooks as people and attackers send them: filled by key, rearranged, broken, oversized, disguised."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet


def changed(good: bytes, change: Callable[[Workbook], None]) -> bytes:
    """The workbook after `change` was made to it in a spreadsheet program."""
    book = load_workbook(io.BytesIO(good))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(good: bytes, table: str, values: Mapping[str, Any]) -> bytes:
    def fill(book: Workbook) -> None:
        for name, value in values.items():
            cell_of(book[table], name).value = value

    return changed(good, fill)


def cell_of(sheet: Worksheet, name: str) -> Cell:
    """The cell of 2020.c1, found the way a careful person would: by the code and the column key on the sheet."""
    code, key = name.split(".")
    key_row = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "code")
    code_column = next(cell.column for cell in sheet[key_row] if cell.value == "code")
    column = next(cell.column for cell in sheet[key_row] if cell.value == key)
    row = next(row for row in range(1, sheet.max_row + 1) if str(sheet.cell(row, code_column).value) == code)
    return sheet.cell(row, column)


def sorted_by_code(good: bytes, table: str) -> bytes:
    """The rows of indicators turned round: the last one first."""

    def turn(book: Workbook) -> None:
        sheet = book[table]
        first = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "code") + 1
        last = max(row for row in range(first, sheet.max_row + 1) if sheet.cell(row, 2).value)
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first, max_row=last)]
        for row, values in zip(range(last, first - 1, -1), rows, strict=True):
            for column, value in enumerate(values, start=1):
                sheet.cell(row, column).value = value

    return changed(good, turn)


def with_columns_swapped(good: bytes, table: str, one: str, other: str) -> bytes:
    def swap(book: Workbook) -> None:
        for row in book[table].iter_rows():
            left, right = row[ord(one) - 65], row[ord(other) - 65]
            if not (isinstance(left, Cell) and isinstance(right, Cell)):
                continue
            left.value, right.value = right.value, left.value

    return changed(good, swap)


def with_part(good: bytes, name: str, content: bytes) -> bytes:
    """The zip with one more member, or another content of one it has."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def part(good: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        return archive.read(name)


def zip_bomb(good: bytes) -> bytes:
    """Less than 100 KB that unpack to 70 MB."""
    return with_part(good, "xl/worksheets/sheet9.xml", b"<worksheet>" + b" " * 70_000_000 + b"</worksheet>")


def lying_zip_bomb(good: bytes) -> bytes:
    """The same with a directory that says the big part is small."""
    bomb = zip_bomb(good)
    real = (70_000_000 + len(b"<worksheet></worksheet>")).to_bytes(4, "little")
    return bomb.replace(real, (1000).to_bytes(4, "little"))


def with_entities(good: bytes) -> bytes:
    """Billion laughs in the worksheet."""
    xml = part(good, "xl/worksheets/sheet1.xml")
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return with_part(good, "xl/worksheets/sheet1.xml", doctype + xml.split(b"?>", 1)[-1])


def macro_workbook(good: bytes) -> bytes:
    return with_part(good, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")


def with_external_link(good: bytes) -> bytes:
    return with_part(good, "xl/externalLinks/externalLink1.xml", b"<externalLink/>")


def truncated(good: bytes) -> bytes:
    return good[: len(good) // 2]


def with_rows(good: bytes, rows: str) -> bytes:
    """The first table's worksheet with these rows written under it, as a program would."""
    name = "xl/worksheets/sheet2.xml"
    return with_part(good, name, part(good, name).replace(b"</sheetData>", rows.encode() + b"</sheetData>"))


def with_100_000_rows(good: bytes) -> bytes:
    return with_rows(
        good, "".join(f'<row r="{row}"><c r="D{row}"><v>{row}</v></c></row>' for row in range(101, 100_101))
    )


def with_merged(good: bytes, table: str, first: str, last: str) -> bytes:
    def merge(book: Workbook) -> None:
        sheet = book[table]
        sheet.merge_cells(f"{cell_of(sheet, first).coordinate}:{cell_of(sheet, last).coordinate}")

    return changed(good, merge)


def with_meta(good: bytes, mark: str, text: str) -> bytes:
    """The workbook as it was made for another firm, period or edition."""

    def write(book: Workbook) -> None:
        for row in book["_meta"].iter_rows():
            if row[0].value == mark:
                row[1].value = text

    return changed(good, write)
