"""A workbook for paper: A4, one page wide, its head on every page, signed at the foot; no keys, no filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from xlsxwriter.worksheet import Worksheet

from reporting.totals.tabulation.page import FONT, HEAD, Field, TotalsBook

LINE_HEIGHT = 15.0  # points, of one line in a cell
INK = "　" * 6  # room to sign


@dataclass(frozen=True)
class PageHead:
    """The title, and under it what is told at the left and at the right."""

    title: str
    left: Sequence[str]
    right: Sequence[str] = ()

    @property
    def lines(self) -> list[tuple[str, str]]:
        count = max(len(self.left), len(self.right))
        left, right = ([*texts, *[""] * (count - len(texts))] for texts in (self.left, self.right))
        return list(zip(left, right, strict=True))


class PaperBook(TotalsBook):
    def add_page(
        self, name: str, fields: Sequence[Field], head: PageHead, *, over: Sequence[str] = (), upright: bool = True
    ) -> tuple[Worksheet, int]:
        """A sheet and its first row below the head. `over` are names each over an equal part of the columns but the
        first."""
        last, top = len(fields) - 1, 1 + len(head.lines)
        sheet = self.add_sheet(name, fields, repeat=top + 1 + bool(over))
        if upright:
            sheet.set_portrait()
        sheet.set_header(f'&R&"{FONT}"&9 {self.mark}' if self.mark else "")
        sheet.set_footer(f'&C&"{FONT}"&9 第 &P 页 共 &N 页')
        self.write_title(sheet, 0, head.title, last)
        for row, (left, right) in enumerate(head.lines, start=1):
            self.write_aside(sheet, row, left, right, last)
        label = self.boxed(bold=True, bg_color=HEAD, align="center", text_wrap=True)
        if over:
            sheet.set_row(top, 2 * LINE_HEIGHT)
            each = last // len(over)
            for position, text in enumerate(over):
                sheet.merge_range(top, 1 + each * position, top, each * (position + 1), text, label)
            top += 1
        sheet.set_row(top, 2 * LINE_HEIGHT)
        for position, field in enumerate(fields):
            sheet.write_string(top, position, field.label, label)
        return sheet, top + 1

    def write_foot(self, sheet: Worksheet, row: int, remarks: Sequence[str], fields: Sequence[Field]) -> None:
        """The remarks, and who answers for the sheet: the office and the day are known, people sign with ink. What is
        provisional has no day yet."""
        width, last = sum(field.width for field in fields), len(fields) - 1
        for remark in remarks:
            sheet.set_row(row, LINE_HEIGHT * lines_needed(remark, width))
            sheet.merge_range(row, 0, row, last, remark, self.format(font_size=9, text_wrap=True))
            row += 1
        office, at = self.summary.edition.platform.city.office, self.summary.at
        day = INK if self.summary.provisional else f"{at.year}年{at.month}月{at.day}日"
        signed = f"综合机关：{office}　　负责人：{INK}填表人：{INK}报出日期：{day}"
        sheet.set_row(row, 2 * LINE_HEIGHT)
        sheet.merge_range(row, 0, row, last, signed, self.format())


def lines_needed(text: str, width: float) -> int:
    """How many lines the text takes in so many characters; a Chinese one is as wide as two others."""
    return sum(max(1, ceil(breadth(line) / (width - 2))) for line in text.split("\n"))


def breadth(line: str) -> int:
    return sum(2 if ord(sign) > 255 else 1 for sign in line)
