"""Opens a workbook found safe and says whose it is, before any figure of it is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forms_tables.edition.model import Edition
from forms_tables.edition.periods import BadPeriod, PeriodCode
from text.opening import open_book
from text.package import BookSource, Unreadable
from text.sheets import Worksheet

META_SHEET = "_meta"
MAX_ROWS = 2_000
MAX_COLUMNS = 60
LAST_ROW = 20_000
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


class OpenedWorkbook:
    """A workbook found safe. `meta` says whose it is before any figure is looked at."""

    def __init__(self, source: BookSource, name: str = "") -> None:
        self.book = open_book(source, name)
        for sheet in self.book.sheets:
            refuse_long_sheet(sheet)
        self.meta = self.read_meta()

    @property
    def titles(self) -> list[str]:
        return [title for title in self.book.titles if title != META_SHEET]

    def read_meta(self) -> WorkbookMeta:
        if META_SHEET not in self.book:
            raise Unreadable(f"这不是从本平台下载的表样（缺少标明企业、报告期和制度版本的隐藏页）。{ASK_FOR_NEW}")
        marks: dict[str, str] = {}
        for row in self.book.sheet(META_SHEET):
            if 1 in row.cells and 2 in row.cells:
                marks[str(row.cells[1].value).strip()] = str(row.cells[2].value).strip()
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


def refuse_long_sheet(sheet: Worksheet) -> None:
    """Long before a form's end somebody has pasted something else."""
    if len(sheet.rows) > MAX_ROWS:
        raise Unreadable(
            f"工作表“{sheet.title}”有 {len(sheet.rows):,} 行有内容，超过 {MAX_ROWS:,} 行的上限，没有读取。"
            "表样每张表不到一百行，请检查是否粘贴了别的数据。"
        )
    if sheet.last_row > LAST_ROW:
        raise Unreadable(
            f"工作表“{sheet.title}”的第 {sheet.last_row:,} 行还有内容，远在表样之外，没有读取。请删去表样以下的内容。"
        )
    if sheet.last_column > MAX_COLUMNS:
        raise Unreadable(
            f"工作表“{sheet.title}”用到了第 {sheet.last_column:,} 列，超过 {MAX_COLUMNS} 列的上限，没有读取。"
            "请检查是否粘贴了别的数据。"
        )


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
    of_period = {table.code for table in edition.tables if table.frequency == PeriodCode.parse_any(period).frequency}
    if not meta.tables or not set(meta.tables) <= of_period:
        raise Unreadable(TAMPERED)


def label_of(period: str) -> str:
    try:
        return f"{PeriodCode.parse_any(period).label}（{period}）"
    except BadPeriod:
        return f"报告期“{period}”"
