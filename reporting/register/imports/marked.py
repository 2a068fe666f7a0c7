"""An uploaded register with its problems marked: the same rows under the same numbers, to be mended in place."""

import datetime
import tempfile
from collections import defaultdict
from typing import IO

from reporting.models import RegisterImport
from reporting.register.imports.columns import columns
from reporting.register.imports.sheet_rows import MOST_CELLS, RowProblem, head_of
from text.opening import open_book
from text.sheets import Cell
from text.writing import TextWorkbook

REMARKS = "问题"
FONT, HEAD, WRONG = "宋体", "#E9F0F9", "#F8D7D3"
WIDTHS = {"统一社会信用代码": 22, "单位详细名称": 36, "邮箱": 26, REMARKS: 80}
USUAL = 14


def write_marked(stored: RegisterImport, problems: list[RowProblem], at: datetime.datetime) -> IO[bytes]:
    """In a file that is gone when it is closed. Every cell is text, so that a code that is mended stays whole; columns
    of the person's own stay, and the import passes over them as over the problems."""
    with stored.file.open("rb") as source:
        uploaded = open_book(source, stored.name, MOST_CELLS).first
    heads = {place: head_of(cell) for place, cell in uploaded.rows[1].cells.items()}
    columns = [(place, heads.get(place, "")) for place in range(1, uploaded.last_column + 1)]
    columns = [(place, head) for place, head in columns if head != REMARKS]
    found = defaultdict(list)
    for problem in problems:
        found[problem.row].append(problem)
    out = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  the response closes it
    with TextWorkbook(out, {"constant_memory": True}, at) as book:
        plain = book.add_format({"font_name": FONT, "num_format": "@"})
        wrong = book.add_format({"font_name": FONT, "num_format": "@", "bg_color": WRONG})
        words = book.add_format({"font_name": FONT, "text_wrap": True})
        sheet = book.add_worksheet("企业名录")
        heading = book.add_format({"font_name": FONT, "bold": True, "bg_color": HEAD})
        write_head(sheet, [*(head for _, head in columns), REMARKS], heading)
        for row in uploaded:
            if row.number == 1:
                continue
            here = found.get(row.number, [])
            marked = {problem.column for problem in here}
            for number, (place, head) in enumerate(columns):
                text = as_it_was_seen(row.cells[place]) if place in row.cells else ""
                sheet.write_string(row.number - 1, number, text, wrong if head in marked else plain)
            if here:
                sheet.write_string(row.number - 1, len(columns), in_words(here), words)
        sheet.autofilter(0, 0, uploaded.last_row - 1, len(columns))
    out.seek(0)
    return out


def as_it_was_seen(cell: Cell) -> str:
    """A year nobody saw is asked about, and would be taken from the text if it were left as it is."""
    return f"{cell.value.month}月{cell.value.day}日" if cell.shows_no_year else cell.text


def write_head(sheet, columns: list[str], style) -> None:
    for number, column in enumerate(columns):
        sheet.set_column(number, number, WIDTHS.get(column, USUAL))
        sheet.write_string(0, number, column, style)
    sheet.freeze_panes(1, 2)


def in_words(problems: list[RowProblem]) -> str:
    return "\n".join(
        f"{problem.column}：{problem.reason}" if problem.column in columns() else problem.reason for problem in problems
    )
