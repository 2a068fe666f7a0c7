"""Districts down, main indicators across, each with its growth: the first district table; then how complete each is."""

from __future__ import annotations

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Indicator
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.package.earlier import PaperFigures
from reporting.totals.package.official import marks_on
from reporting.totals.package.paper import PageHead, PaperBook
from reporting.totals.tabulation.notes import COVERAGE, shares_of
from reporting.totals.tabulation.page import Field
from reporting.totals.tabulation.tables import scope_in_words

AREA = Field("area", "地区", 16)
MAIN_SHEET, COVERAGE_SHEET = "分区县主要指标", "分区县报送情况"
GROWTH = "注：同比由未舍位的本期合计与上年同期合计计算；上年同期合计不大于 0 或没有填报的不计算。"


def main_cells(summary: Summary) -> list[tuple[Indicator, str]]:
    """Those the edition names; one whose row a revision dropped is left out."""
    edition = summary.edition
    named = filter(edition.has_cell, edition.platform.main(summary.period.frequency))
    return [(edition.indicator(at.code), at.column) for at in map(CellAddress.parse, named)]


def areas_of(summary: Summary) -> list[AreaSummary]:
    return [summary.city] if summary.is_of_one_district else [summary.city, *summary.districts]


def write_main_indicators(book: PaperBook, figures: PaperFigures) -> None:
    summary, cells = book.summary, main_cells(book.summary)
    width = 14 if book.shown.measure.is_as_filed else 11
    pair = [Field("", "本期", width), Field("", "同比\n（%）", 7.5)]
    fields = [AREA, *(field for _ in cells for field in pair)]
    firms = sum(listed.is_counted for listed in summary.filings)
    left = [f"报告期：{summary.period.label}", f"综合范围：{scope_in_words(summary)} {firms} 家"]
    head = PageHead(f"{summary.period.label}各区县主要指标", left, ["", book.shown.measure.label])
    over = [f"{row.name.lstrip('*')}\n（{book.shown.unit(row)}）" for row, _ in cells]
    sheet, top = book.add_page(MAIN_SHEET, fields, head, over=over, upright=False)
    for line, area in enumerate(areas_of(summary), start=top):
        bold = area is summary.city
        sheet.write_string(line, 0, area.name, book.boxed(bold=bold))
        for position, (row, key) in enumerate(cells):
            filled, growth = figures.filled(area, f"{row.code}.{key}"), figures.growth(area, row, key)
            style = book.figure(book.shown.decimals(row, key), bold)
            book.write_figure(sheet, line, 1 + 2 * position, filled.shown if filled else None, style)
            book.write_figure(sheet, line, 2 + 2 * position, growth, book.figure(1, bold))
    book.write_foot(sheet, top + len(areas_of(summary)), [marks_on(book.shown), GROWTH], fields)


def write_coverage(book: PaperBook) -> None:
    summary, fields = book.summary, [AREA, *COVERAGE[2:]]
    basis = f"上年收入：{summary.revenue_basis or '没有上年数据，收入占比留空'}"
    head = PageHead(f"{summary.period.label}各区县报送情况", [basis])
    sheet, top = book.add_page(COVERAGE_SHEET, fields, head)
    for line, area in enumerate(areas_of(summary), start=top):
        bold, coverage = area is summary.city, area.coverage
        sheet.write_string(line, 0, area.name, book.boxed(bold=bold))
        for column, count in enumerate((coverage.owed, coverage.filed, coverage.approved), start=1):
            book.write_figure(sheet, line, column, count, book.figure(0, bold))
        for column, part in enumerate(shares_of(coverage), start=4):
            book.write_figure(sheet, line, column, part, book.figure(1, bold))
    book.write_foot(sheet, top + len(areas_of(summary)), [], fields)
