"""The rows of a submission's tables as markup, written here for the same reason as those of the official form
(`reporting.pages.markup`): an annual submission has a thousand cells."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from reporting.pages.comparison import (
    ComparedCell,
    ComparedRow,
    ComparedTable,
    FindingInWords,
    SubmissionComparison,
)

BLANK = "（空白）"


@dataclass(frozen=True)
class TableOnPage:
    compared: ComparedTable
    body: SafeString

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The columns' labels, and the classes of their heads."""
        num = "" if self.compared.is_questionnaire else "num "
        idle = self.compared.idle_columns
        own = [(each.label, f"{num}idle" if n in idle else num) for n, each in enumerate(self.compared.columns)]
        beside = f"{num}beside" if self.compared.has_beside else f"{num}beside idle"
        return [(label, marks.strip()) for label, marks in (*own, *((label, beside) for label in self.compared.beside))]


def stacks_of(comparison: SubmissionComparison, said: Callable[[FindingInWords], str]) -> list[list[TableOnPage]]:
    """`said` writes a finding with what the firm says of it."""
    return [[TableOnPage(table, body_of(table, said)) for table in stack] for stack in comparison.stacks]


def body_of(table: ComparedTable, said: Callable[[FindingInWords], str]) -> SafeString:
    rows = "\n".join(row_of(row, table, said) for row in table.rows)
    return mark_safe(rows)  # noqa: S308 - every text in it went through escape


def row_of(row: ComparedRow, table: ComparedTable, said: Callable[[FindingInWords], str]) -> str:
    """A cell has its key, so that static/review/reasons.js can take a click as "this one"."""
    indicator, code = row.indicator, escape(row.indicator.code)
    if indicator.is_heading:
        quiet = " quiet" if row.is_quiet else ""
        head = f'<th colspan="{table.width}" scope="colgroup">{escape(indicator.name)}</th>'
        return f'<tr class="group{quiet}">{head}</tr>'
    unit = f'<span class="unit">（{escape(row.unit)}）</span>' if row.unit else ""
    idle = table.idle_columns
    cells = "".join(cell_of(cell, place in idle) for place, cell in enumerate(row.cells))
    beside = ("" if table.is_questionnaire else "num ") + ("beside" if table.has_beside else "beside idle")
    cells += "".join(f'<td class="{beside}">{escape(figure)}</td>' for figure in row.beside)
    marks = [name for name, is_so in (("row-warn", row.findings), ("quiet", row.is_quiet)) if is_so]
    return (
        f'<tr id="row-{code}"{classes(marks)}><th scope="row" class="depth-{indicator.depth}">'
        f'<span class="code">{code}</span> {escape(indicator.name)}{unit}</th>{cells}</tr>'
        + "".join(f'<tr class="said"><td colspan="{table.width}">{said(found)}</td></tr>' for found in row.findings)
    )


def cell_of(cell: ComparedCell | None, is_idle: bool) -> str:
    if cell is None:
        return '<td class="idle"></td>' if is_idle else "<td></td>"
    key = escape(cell.key)
    marks = [
        ("num", cell.is_figure),
        ("idle", is_idle),
        ("changed", cell.before is not None),
        ("doubted", cell.has_finding),
    ]
    record = f"<br><small>{escape(cell.on_record)}</small>" if cell.on_record else ""
    return (
        f'<td id="cell-{key}" data-cell="{key}" data-place="{escape(cell.place)}"'
        f"{classes(name for name, is_so in marks if is_so)}>{figure_of(cell)}{record}</td>"
    )


def figure_of(cell: ComparedCell) -> str:
    if cell.before is None:
        return escape(cell.shown)
    return (
        f'<del><span class="visually-hidden">上次：</span>{escape(cell.before)}</del> →'
        f" <ins>{escape(cell.shown) or BLANK}</ins>"
    )


def classes(names: Iterable[str]) -> str:
    listed = " ".join(names)
    return f' class="{listed}"' if listed else ""


def options_of(comparison: SubmissionComparison) -> SafeString:
    """The cells a list offers, by their tables."""
    groups = [
        f'<optgroup label="{escape(table.code)}">'
        + "".join(f'<option value="{escape(cell.key)}">{escape(cell.place)}</option>' for cell in cells)
        + "</optgroup>"
        for table, cells in comparison.cells_to_name
    ]
    return mark_safe("".join(groups))  # noqa: S308 - every text in it went through escape
