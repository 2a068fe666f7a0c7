"""The city's workbook of a period: notes, then each table for the city and by district, then who is in it."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from reporting.totals.aggregation import Summary
from reporting.totals.rounding.shown import AS_FILED, MoneyMeasure, shown
from reporting.totals.tabulation.choices import asks_for_choices, write_choices, write_choices_by_district
from reporting.totals.tabulation.notes import write_coverage, write_left_out, write_list, write_notes
from reporting.totals.tabulation.page import TotalsBook
from reporting.totals.tabulation.tables import tables_of, write_by_district, write_table
from text.writing import TextWorkbook

__all__ = ["write_summary"]


def write_summary(
    summary: Summary, out: str | Path | BinaryIO, measure: MoneyMeasure = AS_FILED, whole: Summary | None = None
) -> None:
    """Write the workbook. Totals are values, not formulas: the file says the same wherever it is opened or copied.

    By district the official columns stay columns, and districts and indicators are rows under one filter: choosing an
    indicator gives the districts side by side, choosing a district gives its whole table, and either prints on A4.
    """
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
    workbook = TextWorkbook(out, options, summary.at, title=f"{summary.period.label}汇总表", author="")
    book = TotalsBook(workbook, shown(summary, measure, whole))
    write_notes(book)
    for table in tables_of(summary):
        of_all, by_district = write_table, write_by_district
        if asks_for_choices(table):
            of_all, by_district = write_choices, write_choices_by_district
        of_all(book, table)
        if not summary.is_of_one_district:
            by_district(book, table)
    if not summary.is_imported:
        write_coverage(book)
    write_list(book)
    if summary.left_out:
        write_left_out(book)
    workbook.close()
