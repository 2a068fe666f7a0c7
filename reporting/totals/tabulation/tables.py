"""The official tables filled with totals: one sheet for the city, one by district."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from forms_tables.edition.catalog import Indicator, Table
from forms_tables.edition.shape import divides_running_totals
from reporting.models.history import IMPORTED
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.tabulation.page import GREY, Field, TotalsBook

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
        write_indicator(book, sheet, row, 0, table, indicator, book.summary.city)
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
    rows = [indicator for indicator in table.indicators if not indicator.is_heading]
    for district in book.summary.districts:
        for indicator in rows:
            sheet.write_string(row, 0, district.code, book.boxed(font_color=GREY, align="center"))
            sheet.write_string(row, 1, district.name, book.boxed())
            write_indicator(book, sheet, row, 2, table, indicator, district)
            row += 1
    if row > top:
        sheet.autofilter(top - 1, 0, row - 1, last)


def write_head(book: TotalsBook, sheet: Worksheet, table: Table, title: str, last: int) -> int:
    """Title, period and where the form comes from: always four rows, so that every table begins at the same place."""
    summary = book.summary
    book.write_title(sheet, 0, title, last)
    scope = "含已上报未审核（非审定数）的上报件" if summary.include_submitted else "区县审核通过的上报件"
    scope = IMPORTED if summary.is_imported else scope
    lines = [
        (f"报告期：{summary.period.label}", f"表号：{table.code}"),
        (f"综合范围：{scope} {summary.city.totals.firms[table.code]} 家", origin_of(table)),
        (f"计量单位：{table.unit_note}" if table.unit_note else "", approval_of(table)),
    ]
    for row, (left, right) in enumerate(lines, start=1):
        book.write_aside(sheet, row, left, right, last)
    return 4


def origin_of(table: Table) -> str:
    return f"制定机关：{table.authority}" if table.authority else ""


def approval_of(table: Table) -> str:
    named = {"批准机关": table.approved_by, "文号": table.document}
    return "　".join(f"{name}：{text}" for name, text in named.items() if text)


def write_indicator(
    book: TotalsBook, sheet: Worksheet, row: int, left: int, table: Table, indicator: Indicator, area: AreaSummary
) -> None:
    """One row of the form from column `left` on; a heading keeps its line and stays empty."""
    heading = indicator.is_heading
    sheet.write_string(row, left, indicator.name, book.boxed(indent=indicator.depth, bold=heading, text_wrap=True))
    sheet.write_string(row, left + 1, "" if heading else indicator.unit, book.boxed(align="center"))
    sheet.write_string(row, left + 2, indicator.code, book.boxed(font_color=GREY, align="center"))
    for position, column in enumerate(table.columns, start=left + 3):
        has_cell = column.key in indicator.columns and not heading
        figure = area.cells.get(f"{indicator.code}.{column.key}")
        decimals = indicator.decimals_in(column.key) if has_cell else None
        book.write_figure(sheet, row, position, figure, book.figure(decimals))
    firms = None if heading else firms_behind(indicator, area)
    book.write_figure(sheet, row, left + 3 + len(table.columns), firms, book.figure(0))


def firms_behind(indicator: Indicator, area: AreaSummary) -> int | None:
    """How many firms filled the first column that adds up; nothing for a row that has no total."""
    added = [key for key in indicator.columns if indicator.adds_up_in(key)]
    return area.totals.filled[f"{indicator.code}.{added[0]}"] if added else None


def write_remarks(book: TotalsBook, sheet: Worksheet, row: int, table: Table, last: int) -> None:
    for remark in remarks_on(table):
        sheet.merge_range(row, 0, row, last, remark, book.format(font_size=9, font_color=GREY))
        row += 1


def growth_in_words(table: Table) -> list[str]:
    """How the growth of totals is meant, where the form asks for any."""
    columns = [column for column in table.columns if "growth(" in column.auto]
    if not columns:
        return []
    told = ["同比、环比由本表合计数重新计算，是同口径的；上年同期或上期合计不大于 0 时不计算。"]
    if any(
        divides_running_totals(row, column.key)
        for row in table.indicators
        for column in columns
        if column.key in row.columns
    ):
        told.append("累计指标的环比不由两期累计数相除，合计留空；按当月数计算的环比见“增长”页。")
    return told


def remarks_on(table: Table) -> list[str]:
    remarks = [f"注：{sentence}" for sentence in growth_in_words(table)]
    blank = [
        f"{indicator.code}{indicator.name}"
        for indicator in table.indicators
        if indicator.is_figure and not any(indicator.adds_up_in(key) for key in indicator.columns)
    ]
    if blank:
        remarks.append(f"注：{'、'.join(blank)}不能加总，留空。")
    return remarks
