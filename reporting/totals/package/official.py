"""The official tables with the city's totals, in the rows of the form: what the platform added of its own stays out.

A form that was published is printed with its codes and without the rows the edition marks `derived`. Of a form that was
not, the edition's rows are all there is: they are printed without their codes, which are the platform's own, and it is
said so."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlsxwriter.worksheet import Worksheet

from forms_tables.edition.catalog import Indicator, Table
from forms_tables.edition.shape import papers_of
from reporting.totals.package.earlier import ColumnBefore, PaperFigures, columns_before
from reporting.totals.package.paper import LINE_HEIGHT, PageHead, PaperBook, lines_needed
from reporting.totals.rounding.shown import ShownTotals
from reporting.totals.tabulation.choices import FIELDS, TableLine, lines_of
from reporting.totals.tabulation.page import Field
from reporting.totals.tabulation.tables import CODE, NAME, UNIT, added_up_of, official_columns, remarks_on, unit_of

PUBLISHED = "official"
UNPUBLISHED = "注：本表官方表式未公布，指标据公开资料编列，不印指标代码。"
CHOICES = [field for field in FIELDS if field.key not in ("code", "value")]  # no codes of the platform's own


def marks_on(shown: ShownTotals) -> str:
    return f"注：{shown.blank_in_words}不能计算的也留空。"


def is_published(table: Table) -> bool:
    return table.provenance == PUBLISHED


def rows_on_paper(table: Table) -> list[Indicator]:
    return [row for row in table.indicators if not is_published(table) or row.provenance == PUBLISHED]


def rows_left_out(table: Table) -> list[Indicator]:
    kept = {row.code for row in rows_on_paper(table)}
    return [row for row in table.indicators if row.code not in kept]


def write_form(book: PaperBook, figures: PaperFigures, table: Table) -> None:
    added = [column for column in columns_before(book.summary.edition, table) if column.word in figures.earlier]
    codes = [CODE] if is_published(table) else []
    fields = [NAME, UNIT, *codes, *official_columns(table), *(Field(column.key, column.label, 15) for column in added)]
    sheet, row = book.add_page(table.code, fields, head_of(book, table))
    for indicator in rows_on_paper(table):
        heading = indicator.is_heading
        sheet.set_row(row, LINE_HEIGHT * lines_needed(indicator.name, NAME.width - 2 * indicator.depth))
        name = book.boxed(indent=indicator.depth, bold=heading, text_wrap=True)
        sheet.write_string(row, 0, indicator.name, name)
        sheet.write_string(row, 1, "" if heading else book.shown.unit(indicator), book.boxed(align="center"))
        if codes:
            sheet.write_string(row, 2, indicator.code, book.boxed(align="center"))
        for column, (figure, decimals) in enumerate(cells_of(figures, table, indicator, added), start=2 + len(codes)):
            book.write_figure(sheet, row, column, figure, book.figure(decimals))
        row += 1
    remarks = [marks_on(book.shown), *remarks_on(rows_on_paper(table), with_codes=is_published(table))]
    book.write_foot(sheet, row, [*remarks, *([] if codes else [UNPUBLISHED])], fields)


def cells_of(
    figures: PaperFigures, table: Table, row: Indicator, added: list[ColumnBefore]
) -> Iterator[tuple[Decimal | None, int | None]]:
    """Each with its decimals; a cell the row does not have is blank."""
    shown = figures.now
    city = shown.summary.city
    for column in table.columns:
        if column.key not in row.columns:
            yield None, None
        elif row.adds_up_in(column.key):
            filled = figures.filled(city, f"{row.code}.{column.key}")
            yield filled.shown if filled else None, shown.decimals(row, column.key)
        else:
            yield figures.worked_out(city, row, column.key), shown.decimals(row, column.key)
    for before in added:
        if before.key not in row.columns:
            yield None, None
        else:
            then = figures.before(city, row, before)
            yield then.shown if then else None, shown.decimals(row, before.key)


def head_of(book: PaperBook, table: Table) -> PageHead:
    summary = book.summary
    left = [
        f"综合机关：{summary.edition.platform.city.office}",
        f"报告期：{summary.period.label}",
        added_up_of(summary, table),
        unit_of(book, table),
    ]
    papers = papers_of(summary.edition, table)
    right = [f"{label.replace('　', '')}：{text}" for label, text in papers.items() if text]
    return PageHead(f"{table.title}（{summary.city.name}汇总）", left, right)


def write_answers(book: PaperBook, table: Table) -> None:
    """A form of words: how many firms chose what. Which district is asked for has sheets of its own."""
    summary = book.summary
    sheet, row = book.add_page(table.code, CHOICES, head_of(book, table))
    asked = ""
    for line in lines_of(book.shown, table, summary.city):
        if line[0].code != summary.edition.platform.rows.district:
            write_answer(book, sheet, row, line, again=line[0].code == asked)
            asked = line[0].code
            row += 1
    book.write_foot(sheet, row, [] if is_published(table) else [UNPUBLISHED], CHOICES)


def write_answer(book: PaperBook, sheet: Worksheet, row: int, line: TableLine, again: bool) -> None:
    """A list's code stands only where it has no name; a question is written once."""
    indicator, code, answer, firms, part, total = line
    texts = ("" if again else indicator.name, answer or code)
    lines = [lines_needed(text, field.width) for text, field in zip(texts, CHOICES, strict=False)]
    sheet.set_row(row, LINE_HEIGHT * max(lines))
    for column, text in enumerate(texts):
        sheet.write_string(row, column, text, book.boxed(text_wrap=True))
    book.write_figure(sheet, row, 2, firms, book.figure(0))
    book.write_figure(sheet, row, 3, part, book.figure(1))
    book.write_figure(sheet, row, 4, total, book.figure(book.shown.decimals(indicator, indicator.columns[0])))
