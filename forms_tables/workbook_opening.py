"""Opens a workbook found safe and says whose it is, before any figure of it is read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from forms_tables.edition import Edition
from forms_tables.periods import BadPeriod, PeriodCode
from forms_tables.workbook_package import (
    DAMAGED,
    Package,
    Unreadable,
    WorksheetOutline,
    inspect_package,
    refuse_long_sheet,
)
from text.incoming import of_cell

META_SHEET = "_meta"
ASK_FOR_NEW = "请重新下载本期表样，把数填进去后再上传。"
VERSION = re.compile(r"(\S+)=([0-9]{1,9})(?!\S)")  # 软统企6=3
TAMPERED = f"标明企业、报告期和制度版本的隐藏页被改动过，认不出是谁的表。{ASK_FOR_NEW}"


@dataclass(frozen=True)
class WorkbookMeta:
    """Whose workbook this is, as its hidden sheet says."""

    edition: str
    digest: str
    period: str
    credit_code: str
    tables: tuple[str, ...]
    versions: Mapping[str, int]  # which draft of each table it was filled with; a table not named here: none


@dataclass(frozen=True)
class GridCell:
    row: int
    column: int
    value: Any
    number_format: str
    is_formula: bool

    @property
    def reference(self) -> str:
        return f"{get_column_letter(self.column)}{self.row}"


class OpenedWorkbook:
    """A workbook found safe, opened row by row. `meta` says whose it is before any figure is read."""

    def __init__(self, source, name: str = "") -> None:
        self.package: Package = inspect_package(source, name)
        try:
            self.book = load_workbook(self.package.stream(), read_only=True, data_only=False, keep_links=False)
        except Exception as damaged:  # whatever openpyxl stumbles over, the answer to the sender is the same
            raise Unreadable(DAMAGED) from damaged
        for title in self.book.sheetnames:
            refuse_long_sheet(title, self.outline(title))
        self.meta = self.read_meta()

    @property
    def titles(self) -> list[str]:
        return [title for title in self.book.sheetnames if title != META_SHEET]

    def read_meta(self) -> WorkbookMeta:
        if META_SHEET not in self.book.sheetnames:
            raise Unreadable(f"这不是从本平台下载的表样（缺少标明企业、报告期和制度版本的隐藏页）。{ASK_FOR_NEW}")
        marks: dict[str, str] = {}
        for cells in self.rows(META_SHEET):
            if len(cells) >= 2:
                marks[str(cells[0].value).strip()] = str(cells[1].value).strip()
        missing = [mark for mark in ("edition", "digest", "period", "credit_code") if not marks.get(mark)]
        if missing:
            raise Unreadable(TAMPERED)
        return WorkbookMeta(
            edition=marks["edition"],
            digest=marks["digest"],
            period=marks["period"],
            credit_code=marks["credit_code"],
            tables=tuple(marks.get("tables", "").split()),
            versions={table: int(number) for table, number in VERSION.findall(marks.get("versions", ""))},
        )

    def rows(self, title: str) -> Iterator[list[GridCell]]:
        """The cells with something in them, row by row; hidden rows too."""
        outline = self.outline(title)
        try:
            rows = self.book[title].iter_rows(max_row=outline.last_row or 1, max_col=outline.last_column or 1)
            for row in rows:
                if cells := [
                    GridCell(cell.row, cell.column, said_in(cell), cell.number_format, cell.data_type == "f")
                    for cell in row
                    if cell.value is not None and cell.value != ""
                ]:
                    yield cells
        except Exception as damaged:  # as above: a sheet openpyxl cannot follow
            raise Unreadable(f"工作表“{title}”的内容已损坏，读不出来。{ASK_FOR_NEW}") from damaged

    def outline(self, title: str) -> WorksheetOutline:
        part = getattr(self.book[title], "_worksheet_path", "").lstrip("/")
        if part not in self.package.outlines:
            raise Unreadable(DAMAGED)
        return self.package.outlines[part]


def said_in(cell: Any) -> Any:
    return of_cell(cell.value) if isinstance(cell.value, str) else cell.value


def refuse_another(
    meta: WorkbookMeta, edition: Edition, period: str, credit_code: str, firms: Mapping[str, str] | None = None
) -> None:
    """Refuse a workbook made for another firm, period or edition; the sentence states both sides."""
    names = firms or {}

    def firm(code: str) -> str:
        return f"“{names[code]}”（{code}）" if code in names else code

    if meta.credit_code != credit_code:
        raise Unreadable(
            f"这份工作簿是{firm(meta.credit_code)}的，现在填报的企业是{firm(credit_code)}，没有读取。"
            "请核对文件，或重新下载本企业的表样。"
        )
    if meta.period != period:
        raise Unreadable(
            f"这份工作簿是{label_of(meta.period)}的，现在填报的是{label_of(period)}，没有读取。请改传本期的工作簿。"
        )
    if (meta.edition, meta.digest) != (edition.code, edition.digest):
        raise Unreadable(
            f"这份工作簿按制度版本 {meta.edition}（{meta.digest[:8]}）制作，本期适用的是 {edition.code}"
            f"（{edition.digest[:8]}），没有读取。{ASK_FOR_NEW}"
        )
    of_period = {table.code for table in edition.tables if table.frequency == PeriodCode.parse(period).frequency}
    if not meta.tables or not set(meta.tables) <= of_period:
        raise Unreadable(TAMPERED)


def label_of(period: str) -> str:
    try:
        return f"{PeriodCode.parse(period).label}（{period}）"
    except BadPeriod:
        return f"报告期“{period}”"
