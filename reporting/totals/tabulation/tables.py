"""The official tables filled with totals: one sheet for the city, one by district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forms_tables.edition.catalog import Indicator, Table
from forms_tables.edition.shape import divides_running_totals
from reporting.models.history import IMPORTED
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.rounding.shown import ShownTotals
from reporting.totals.tabulation.page import GREY, Field, TotalsBook
from text.writing import StyledCell, TextSheet

NAME, UNIT, CODE = Field("name", "指标名称", 42), Field("unit", "计量单位", 9), Field("code", "代码", 8)
DISTRICT_CODE, DISTRICT = Field("district", "区县代码", 9), Field("district_name", "区县", 20)
FIRMS = Field("firms", "企业数\n（家）", 8)


def tables_of(summary: Summary) -> list[Table]:
    return [table for table in summary.edition.tables if table.frequency == summary.period.frequency]


def official_columns(table: Table) -> list[Field]:
    return [Field(column.key, column.label, 9 if column.kind == "percent" else 15) for column in table.columns]


def write_table(book: TotalsBook, table: Table) -> None:
    """The form as it is printed, with the totals of the whole area and how many firms stand behind each row."""
    fields = [NAME, UNIT, CODE, *official_columns(table), FIRMS]
    last = len(fields) - 1
    sheet = book.add_sheet(table.code, fields, repeat=6)
    row = write_head(book, sheet, table, f"{table.title}（{book.summary.city.name}汇总）", last)
    row = book.write_fields(sheet, row, fields)
    sheet.freeze_panes(row, 3)
    for indicator in table.indicators:
        sheet.write_cells(row, 0, IndicatorLine.of(book, table, indicator).cells(book.summary.city))
        row += 1
    write_remarks(book, sheet, row, table, last)


def write_by_district(book: TotalsBook, table: Table) -> None:
    """Every district's table one after the other under one filter; filtered to one district it prints as its table."""
    fields = [DISTRICT_CODE, DISTRICT, NAME, UNIT, CODE, *official_columns(table), FIRMS]
    last = len(fields) - 1
    sheet = book.add_sheet(f"{table.code}分区县", fields, repeat=6)
    row = write_head(book, sheet, table, f"{table.title}（分区县汇总）", last)
    top = row = book.write_fields(sheet, row, fields)
    sheet.freeze_panes(row, 5)
    lines = [IndicatorLine.of(book, table, indicator) for indicator in table.indicators if not indicator.is_heading]
    for district in book.summary.districts:
        named = [(district.code, book.boxed(font_color=GREY, align="center")), (district.name, book.boxed())]
        for line in lines:
            sheet.write_cells(row, 0, [*named, *line.cells(district)])
            row += 1
    if row > top:
        sheet.autofilter(top - 1, 0, row - 1, last)


def write_head(book: TotalsBook, sheet: TextSheet, table: Table, title: str, last: int) -> int:
    """Title, period and where the form comes from: always four rows, so that every table begins at the same place."""
    summary = book.summary
    book.write_title(sheet, 0, title, last)
    lines = [
        (f"报告期：{summary.period.label}", f"表号：{table.code}"),
        (added_up_of(summary, table), origin_of(table)),
        (unit_of(book, table), approval_of(table)),
    ]
    for row, (left, right) in enumerate(lines, start=1):
        book.write_aside(sheet, row, left, right, last)
    return 4


def added_up_of(summary: Summary, table: Table) -> str:
    return f"综合范围：{scope_in_words(summary)} {summary.city.totals.firms[table.code]} 家"


def scope_in_words(summary: Summary) -> str:
    if summary.is_imported:
        return IMPORTED
    return "含已上报未审核（非审定数）的上报件" if summary.include_submitted else "区县审核通过的上报件"


def unit_of(book: TotalsBook, table: Table) -> str:
    how = "" if book.shown.measure.is_as_filed else f"（{book.shown.measure.how}）"
    return f"计量单位：{book.shown.note(table.unit_note)}{how}" if table.unit_note else ""


def origin_of(table: Table) -> str:
    return f"制定机关：{table.authority}" if table.authority else ""


def approval_of(table: Table) -> str:
    named = {"批准机关": table.approved_by, "文号": table.document}
    return "　".join(f"{name}：{text}" for name, text in named.items() if text)


@dataclass(frozen=True)
class IndicatorLine:
    """One row of the form, laid out once for all areas: what it says itself, then its figures, then the firms behind
    it. A heading keeps its line and stays empty."""

    shown: ShownTotals
    said: list[StyledCell]
    figures: list[tuple[str, Any]]  # each cell's name, and the format
    counted: str  # the first cell that adds up; empty for a row that has no total
    count: Any  # the format of the firms

    @classmethod
    def of(cls, book: TotalsBook, table: Table, indicator: Indicator) -> IndicatorLine:
        heading = indicator.is_heading
        decimals = {key: book.shown.decimals(indicator, key) for key in indicator.columns if not heading}
        added = [key for key in indicator.columns if not heading and indicator.adds_up_in(key)]
        return cls(
            shown=book.shown,
            said=[
                (indicator.name, book.boxed(indent=indicator.depth, bold=heading, text_wrap=True)),
                ("" if heading else book.shown.unit(indicator), book.boxed(align="center")),
                (indicator.code, book.boxed(font_color=GREY, align="center")),
            ],
            figures=[
                (f"{indicator.code}.{column.key}", book.figure(decimals.get(column.key))) for column in table.columns
            ],
            counted=f"{indicator.code}.{added[0]}" if added else "",
            count=book.figure(0),
        )

    def cells(self, area: AreaSummary) -> list[StyledCell]:
        figures = [(self.shown.figure(area, cell), style) for cell, style in self.figures]
        return [*self.said, *figures, (area.totals.filled[self.counted] if self.counted else None, self.count)]


def write_remarks(book: TotalsBook, sheet: TextSheet, row: int, table: Table, last: int) -> None:
    for remark in remarks_on(table.indicators):
        sheet.merge_range(row, 0, row, last, remark, book.format(font_size=9, font_color=GREY))
        row += 1


def growth_in_words(rows: Sequence[Indicator]) -> list[str]:
    """How the growth of totals is meant, where the form asks for any."""
    if not growth_asked(rows):
        return []
    told = ["同比、环比由本表合计数重新计算，是同口径的；上年同期或上期合计不大于 0 时不计算。"]
    if leaves_running_growth(rows):
        told.append("累计指标的环比不由两期累计数相除，合计留空；按当月数计算的环比见“增长”页。")
    return told


def growth_asked(rows: Sequence[Indicator]) -> list[tuple[Indicator, str]]:
    return [(row, column.key) for row in rows for column in row.column_definitions if "growth(" in column.auto]


def leaves_running_growth(rows: Sequence[Indicator]) -> bool:
    """Whether there is growth that would divide one running total by another."""
    return any(divides_running_totals(row, key) for row, key in growth_asked(rows))


def remarks_on(rows: Sequence[Indicator], with_codes: bool = True) -> list[str]:
    remarks = [f"注：{sentence}" for sentence in growth_in_words(rows)]
    blank = [
        f"{indicator.code if with_codes else ''}{indicator.name}"
        for indicator in rows
        if indicator.is_figure and not any(indicator.adds_up_in(key) for key in indicator.columns)
    ]
    if blank:
        remarks.append(f"注：{'、'.join(blank)}不能加总，留空。")
    return remarks
