"""An uploaded register with its problems marked: the same rows under the same numbers, to be mended in place."""

import datetime
import tempfile
from collections import defaultdict
from typing import IO

from reporting.models import RegisterImport
from reporting.register_columns import COLUMNS
from reporting.register_import import RowProblem, as_typed, first_sheet, head_of
from text.writing import TextWorkbook

REMARKS = "问题"
FONT, HEAD, WRONG = "宋体", "#E9F0F9", "#F8D7D3"
WIDTHS = {"统一社会信用代码": 22, "单位详细名称": 36, "邮箱": 26, REMARKS: 80}
USUAL = 14


def write_marked(stored: RegisterImport, problems: list[RowProblem], at: datetime.datetime) -> IO[bytes]:
    """In a file that is gone when it is closed. Every cell is text, so that a code that is mended stays whole; columns
    of the person's own stay, and the import passes over them as over the problems."""
    with stored.file.open("rb") as source:
        heads, *rows = first_sheet(source, stored.name)
    places = [place for place, head in enumerate(heads) if head_of(head) != REMARKS]
    columns = [head_of(heads[place]) for place in places]
    found = defaultdict(list)
    for problem in problems:
        found[problem.row].append(problem)
    out = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  the response closes it
    with TextWorkbook(out, {"constant_memory": True}, at) as book:
        plain = book.add_format({"font_name": FONT, "num_format": "@"})
        wrong = book.add_format({"font_name": FONT, "num_format": "@", "bg_color": WRONG})
        words = book.add_format({"font_name": FONT, "text_wrap": True})
        sheet = book.add_worksheet("企业名录")
        write_head(sheet, [*columns, REMARKS], book.add_format({"font_name": FONT, "bold": True, "bg_color": HEAD}))
        for line, row in enumerate(rows, start=1):
            here = found.get(line + 1, [])
            marked = {problem.column for problem in here}
            for number, (place, column) in enumerate(zip(places, columns, strict=True)):
                sheet.write_string(line, number, text_of(row[place]), wrong if column in marked else plain)
            if here:
                sheet.write_string(line, len(places), in_words(here), words)
        sheet.autofilter(0, 0, len(rows), len(places))
    out.seek(0)
    return out


def write_head(sheet, columns: list[str], style) -> None:
    for number, column in enumerate(columns):
        sheet.set_column(number, number, WIDTHS.get(column, USUAL))
        sheet.write_string(0, number, column, style)
    sheet.freeze_panes(1, 2)


def in_words(problems: list[RowProblem]) -> str:
    return "\n".join(
        f"{problem.column}：{problem.reason}" if problem.column in COLUMNS else problem.reason for problem in problems
    )


def text_of(cell) -> str:
    """A date as the template writes one; everything else as the import reads it."""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, datetime.date) else as_typed(cell)
