"""A table of words and codes (软统企1): how many firms chose what, since words do not add up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from forms_tables.edition.catalog import Indicator, Table
from reporting.totals.adding_up import CODE_KINDS
from reporting.totals.aggregation import AreaSummary
from reporting.totals.coverage import share
from reporting.totals.rounding.shown import ShownTotals
from reporting.totals.tabulation.page import GREY, Field, TotalsBook
from reporting.totals.tabulation.tables import CODE, DISTRICT, DISTRICT_CODE, NAME, write_head

FIELDS = [
    NAME,
    CODE,
    Field("value", "取值代码", 12),
    Field("value_name", "取值", 44),
    Field("firms", "企业数\n（家）", 12),
    Field("share", "占填报企业\n（%）", 12),
    Field("total", "合计", 16),
]
TableLine = tuple[Indicator, str, str, int, Decimal | None, Decimal | None]


def asks_for_choices(table: Table) -> bool:
    """Whether the table describes the firm rather than measures it."""
    return any(indicator.kind in CODE_KINDS for indicator in table.indicators)


def write_choices(book: TotalsBook, table: Table) -> None:
    sheet = book.add_sheet(table.code, FIELDS, repeat=6)
    row = write_head(book, sheet, table, f"{table.title}（{book.summary.city.name}汇总）", len(FIELDS) - 1)
    row = book.write_fields(sheet, row, FIELDS)
    sheet.freeze_panes(row, 2)
    for line in lines_of(book.shown, table, book.summary.city):
        write_line(book, sheet, row, 0, line)
        row += 1


def write_choices_by_district(book: TotalsBook, table: Table) -> None:
    """Only what somebody chose: a district's empty choices would be thousands of rows of nothing."""
    fields = [DISTRICT_CODE, DISTRICT, *FIELDS]
    sheet = book.add_sheet(f"{table.code}分区县", fields, repeat=6)
    row = write_head(book, sheet, table, f"{table.title}（分区县汇总）", len(fields) - 1)
    top = row = book.write_fields(sheet, row, fields)
    sheet.freeze_panes(row, 4)
    for district in book.summary.districts:
        for line in lines_of(book.shown, table, district):
            sheet.write_string(row, 0, district.code, book.boxed(font_color=GREY, align="center"))
            sheet.write_string(row, 1, district.name, book.boxed())
            write_line(book, sheet, row, 2, line)
            row += 1
    sheet.autofilter(top - 1, 0, max(top, row - 1), len(fields) - 1)


def lines_of(shown: ShownTotals, table: Table, area: AreaSummary) -> Iterator[TableLine]:
    """The choices in the order of their list, then those outside it; a figure is one line with its total."""
    firms = area.totals.firms[table.code]
    for indicator in table.indicators:
        for key in indicator.columns:
            cell = f"{indicator.code}.{key}"
            if indicator.adds_up_in(key):
                unit = f"合计（{shown.unit(indicator)}）"
                yield indicator, "", unit, area.totals.filled[cell], None, shown.figure(area, cell)
            counts = area.totals.choices.get(cell, {})
            listed = [entry.code for entry in indicator.choices.entries] if indicator.choices else []
            for code in [*(c for c in listed if c in counts), *sorted(c for c in counts if c not in listed)]:
                name = (indicator.choices.name_of(code) if indicator.choices else None) or ""
                yield indicator, code, name, counts[code], share(Decimal(counts[code]), Decimal(firms)), None


def write_line(book: TotalsBook, sheet, row: int, left: int, line: TableLine) -> None:
    indicator, code, name, firms, part, total = line
    sheet.write_string(row, left, indicator.name, book.boxed())
    sheet.write_string(row, left + 1, indicator.code, book.boxed(font_color=GREY, align="center"))
    sheet.write_string(row, left + 2, code, book.boxed(align="center"))
    sheet.write_string(row, left + 3, name, book.boxed(text_wrap=True))
    book.write_figure(sheet, row, left + 4, firms, book.figure(0))
    book.write_figure(sheet, row, left + 5, part, book.figure(1))
    book.write_figure(sheet, row, left + 6, total, book.figure(book.shown.decimals(indicator, indicator.columns[0])))
