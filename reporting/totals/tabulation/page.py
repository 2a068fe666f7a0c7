"""What all sheets share: formats, the head of a sheet, and how it prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from reporting.totals.rounding.shown import ShownTotals
from text.writing import TextSheet

FONT = "宋体"
PROVISIONAL = "暂定"
GREY = "#808080"
HEAD = "#EEF2F7"
LINE = "#A6A6A6"
NUMBER_FORMATS = {0: "#,##0", 1: "0.0", 2: "#,##0.00"}


@dataclass(frozen=True)
class Field:
    """A column of a sheet: what it is called, the key scripts read it by, and how wide it is (in characters)."""

    key: str
    label: str
    width: float


class TotalsBook:
    """A workbook being written, with the formats made so far."""

    def __init__(self, workbook: Workbook, shown: ShownTotals):
        self.workbook = workbook
        self.shown = shown
        self.summary = shown.summary
        # Asked for every cell: each is made once.
        self.format, self.boxed, self.figure = cache(self._format), cache(self._boxed), cache(self._figure)

    @property
    def mark(self) -> str:
        """What stands at the head of every sheet while the period is not locked."""
        return f"{PROVISIONAL}：{self.summary.provisional}" if self.summary.provisional else ""

    def _format(self, **properties) -> Format:
        return self.workbook.add_format({"font_name": FONT, "font_size": 10, "valign": "vcenter", **properties})

    def _boxed(self, **properties) -> Format:
        return self.format(border=1, border_color=LINE, **properties)

    def _figure(self, decimals: int | None, bold: bool = False) -> Format:
        return self.boxed(align="right", num_format=NUMBER_FORMATS.get(decimals, "General"), bold=bold)

    def add_sheet(self, name: str, fields: Sequence[Field], *, repeat: int) -> TextSheet:
        """A sheet set up to print on A4 landscape, one page wide, with its `repeat` rows of head on each page."""
        sheet = self.workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        sheet.center_horizontally()
        sheet.repeat_rows(0, repeat - 1)
        sheet.fit_to_pages(1, 0)
        for position, field in enumerate(fields):
            sheet.set_column(position, position, field.width)
        mark = f'&C&"{FONT}"&9 {self.mark}' if self.mark else ""
        sheet.set_header(f'&L&"{FONT}"&9 {self.summary.period.label} {name}{mark}&R&"{FONT}"&9 内部资料')
        sheet.set_footer(f'&L&"{FONT}"&9 制表时间 {self.summary.at:%Y-%m-%d %H:%M}&C&"{FONT}"&9 第 &P 页 共 &N 页')
        return sheet

    def write_title(self, sheet: TextSheet, row: int, title: str, last: int) -> None:
        sheet.set_row(row, 26)
        whole = f"{title}（{PROVISIONAL}）" if self.mark else title
        sheet.merge_range(row, 0, row, last, whole, self.format(font_size=15, bold=True, align="center"))

    def write_aside(self, sheet: TextSheet, row: int, left: str, right: str, last: int) -> None:
        """A line of the head: what it covers on the left, where the form comes from on the right."""
        middle = last // 2
        sheet.merge_range(row, 0, row, middle, left, self.format(font_size=9))
        sheet.merge_range(row, middle + 1, row, last, right, self.format(font_size=9, align="right"))

    def write_fields(self, sheet: TextSheet, row: int, fields: Sequence[Field]) -> int:
        """The keys in small grey for scripts, then the head that people read; returns the first row below."""
        sheet.set_row(row, 11)
        for position, field in enumerate(fields):
            sheet.write_string(row, position, field.key, self.format(font_size=7, font_color=GREY, align="center"))
        sheet.set_row(row + 1, 30)
        head = self.boxed(bold=True, bg_color=HEAD, align="center", text_wrap=True)
        for position, field in enumerate(fields):
            sheet.write_string(row + 1, position, field.label, head)
        return row + 2

    def write_figure(
        self, sheet: TextSheet, row: int, column: int, figure: Decimal | int | None, style: Format
    ) -> None:
        # Spreadsheets hold 15 digits: enough for every total of a city, to the cent.
        if figure is None:
            sheet.write_blank(row, column, None, style)
        else:
            sheet.write_number(row, column, figure, style)
