"""What is handed out about history: the empty sheet to fill, one row per firm and period, and the list of what is
wrong."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

from forms_tables.edition.catalog import Edition
from reporting.history.reading.sheets import CHECKED, CODE, DISTRICT, NAME, PERIOD, HistoryProblem
from text.writing import TextWorkbook

PROBLEM_HEADS = ("文件", "行", "列", "类别", "问题和改法")
PROBLEM_WIDTHS = (30, 8, 26, 16, 100)
WHO = {CODE: 22, NAME: 36, PERIOD: 12, DISTRICT: 14, CHECKED: 20}
WIDTH = 18


def write_problems(problems: Iterable[HistoryProblem], at: datetime) -> bytes:
    out = BytesIO()
    with TextWorkbook(out, {"constant_memory": True}, at) as book:
        head, words = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("问题")
        for place, (name, width) in enumerate(zip(PROBLEM_HEADS, PROBLEM_WIDTHS, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, name, head)
        sheet.freeze_panes(1, 0)
        for row, problem in enumerate(problems, start=1):
            number = str(problem.row) if problem.row and not problem.part else ""
            for place, text in enumerate((problem.part, number, problem.column, problem.kind, problem.why)):
                sheet.write_string(row, place, text, words)
    return out.getvalue()


def write_empty_sheet(edition: Edition, frequency: str, at: datetime) -> bytes:
    """A head row with every figure of the forms of one frequency, each named so that it is read back."""
    figures = {
        f"{row.code} {row.name}": WIDTH
        for table in edition.tables
        if table.frequency == frequency
        for row in table.indicators
        if row.is_figure
    }
    out = BytesIO()
    with TextWorkbook(out, {}, at) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E9F0F9"})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("历史数据")
        for place, (name, width) in enumerate({**WHO, **figures}.items()):
            sheet.set_column(place, place, width, text if name in WHO else None)
            sheet.write_string(0, place, name, head)
        sheet.freeze_panes(1, len(WHO))
    return out.getvalue()
