"""The package itself: one zip of two workbooks, the same bytes for the same totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED

from reporting.totals.aggregation import Summary
from reporting.totals.package.districts import main_cells, write_coverage, write_main_indicators
from reporting.totals.package.earlier import PaperFigures
from reporting.totals.package.explanation import write_explanation, write_firms
from reporting.totals.package.official import write_answers, write_form
from reporting.totals.package.paper import PaperBook
from reporting.totals.rounding.shown import AS_FILED, MoneyMeasure, shown
from reporting.totals.tabulation.choices import asks_for_choices
from reporting.totals.tabulation.page import PROVISIONAL
from reporting.totals.tabulation.tables import tables_of
from text.writing import SteadyPackage, TextWorkbook


def package_of(
    summary: Summary, measure: MoneyMeasure = AS_FILED, earlier: Mapping[str, Summary] | None = None
) -> bytes:
    """`earlier` are the totals of the periods that the forms say nothing about (totals_before)."""
    figures = PaperFigures(
        shown(summary, measure), {word: shown(then, measure) for word, then in (earlier or {}).items()}
    )
    name = f"{summary.edition.platform.city.name}{summary.period.label}"
    mark = f"（{PROVISIONAL}）" * bool(summary.provisional)
    out = BytesIO()
    with SteadyPackage(out, "w", ZIP_DEFLATED) as package:
        for title, write in ((f"{name}汇总表{mark}", write_tables), (f"{name}企业名单{mark}", write_firms)):
            package.writestr(f"{title}.xlsx", workbook(figures, title, write))
    return out.getvalue()


def workbook(figures: PaperFigures, title: str, write: Callable[[PaperBook, PaperFigures], None]) -> bytes:
    out = BytesIO()
    book = TextWorkbook(out, {"constant_memory": True}, figures.now.summary.at, title=title, author="")
    write(PaperBook(book, figures.now), figures)
    book.close()
    return out.getvalue()


def write_tables(book: PaperBook, figures: PaperFigures) -> None:
    summary = book.summary
    write_explanation(book, figures)
    if main_cells(summary):
        write_main_indicators(book, figures)
    if not summary.is_imported:
        write_coverage(book)
    for table in tables_of(summary):
        if asks_for_choices(table):
            write_answers(book, table)
        else:
            write_form(book, figures, table)
