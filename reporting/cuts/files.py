"""A cut and its detail as files: an .xlsx that prints as it stands, and the same rows as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from itertools import chain

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reporting.cuts.choosing import in_words
from reporting.cuts.detail import Detail
from reporting.cuts.laying_out import CellHead, CutLine, LaidOut
from text.writing import TextWorkbook, csv_lines

FONT, HEAD, LINE = "宋体", "#EEF2F7", "#A6A6A6"
MOST_DIGITS = 15  # what a spreadsheet holds of a number
WIDE, NARROW, OF_A_FIGURE = 32, 14, 16

FileValue = str | int | Decimal | None


@dataclass(frozen=True)
class FileColumn:
    label: str
    width: int
    decimals: int | None = None  # of its figures
    unit: str = ""

    def labelled(self, but: str = "") -> str:
        """With its unit, unless that is said for all."""
        return f"{self.label}（{self.unit}）" if self.unit and self.unit != but else self.label


@dataclass(frozen=True)
class FileTable:
    """What either file holds. `said` are the lines below the title: how far it is in, the unit, the choice in words."""

    sheet: str
    title: str
    said: tuple[str, ...]
    columns: tuple[FileColumn, ...]
    rows: Iterable[Sequence[FileValue]]
    frozen: int  # columns that stay in sight
    unit: str = ""  # of all figures, where they have one
    last: Sequence[FileValue] = ()
    rests_on: str = ""  # which release, or what else; in a column of the CSV, which has no lines below a title

    @property
    def all_rows(self) -> Iterator[Sequence[FileValue]]:
        return chain(self.rows, [self.last] if self.last else [])


def table_of_cut(laid: LaidOut, area: str) -> FileTable:
    columns = [FileColumn(label, NARROW if label == "区县" else WIDE) for label in laid.by] or [FileColumn("", NARROW)]
    several = len(laid.coverage) > 1
    for coverage in laid.coverage:
        period = f"{coverage.label} " if several else ""
        columns.append(FileColumn(f"{period}企业数", 10, 0, "家"))
        for head in laid.heads:
            columns += [of_head(head, period), FileColumn(f"{period}占合计%", 9, 1)]
    named = max(1, len(laid.by))
    return FileTable(
        sheet="分组汇总",
        title=f"{area}分组汇总 · {'、'.join(each.label for each in laid.coverage)}",
        said=(
            *(f"{each.in_words}。" for each in laid.coverage),
            *laid.said,
            chosen(laid),
        ),
        columns=tuple(columns),
        rows=(row_of(line, line.names or ("合计",)) for line in laid.lines()),
        frozen=named,
        unit=one_unit(laid.heads),
        rests_on="；".join(each.rests_on for each in laid.coverage),
        last=row_of(laid.whole, ("合计", *[""] * (named - 1))) if laid.by else (),
    )


def of_head(head: CellHead, period: str = "") -> FileColumn:
    return FileColumn(f"{period}{head.label}", OF_A_FIGURE, head.decimals, head.unit)


def one_unit(heads: Sequence[CellHead]) -> str:
    """The unit of all figures; nothing where they have several, which then stand in the heads."""
    units = {head.unit for head in heads if head.unit}
    return units.pop() if len(units) == 1 else ""


def row_of(line: CutLine, names: Sequence[str]) -> list[FileValue]:
    row: list[FileValue] = list(names)
    for block in line.blocks:
        row.append(block.firms)
        for each in block.figures:
            row += [each.figure, each.share]
    return row


def table_of_detail(detail: Detail, area: str) -> FileTable:
    columns = [FileColumn("企业", WIDE), FileColumn("统一社会信用代码", 22), FileColumn("区县", NARROW)]
    columns += [FileColumn(label, NARROW) for label in detail.by]
    columns += [of_head(head) for head in detail.heads]
    columns += [FileColumn("占合计%", 9, 1)] if detail.first else []
    columns.append(FileColumn("回执号", 26))
    return FileTable(
        sheet="逐户明细",
        title=f"{area}逐户明细 · {detail.coverage.label}",
        said=(
            f"{detail.coverage.in_words}。共 {len(detail)} 家。",
            *detail.said,
            chosen(detail),
        ),
        columns=tuple(columns),
        rows=detail_rows(detail),
        frozen=2,
        unit=one_unit(detail.heads),
        rests_on=detail.coverage.rests_on,
    )


def detail_rows(detail: Detail) -> Iterator[list[FileValue]]:
    for line in detail.lines():
        cells: list[FileValue] = [line.name, line.credit_code, line.district, *line.described]
        cells += [each.value for each in line.cells]
        yield [*cells, *([line.share] if detail.first else []), line.receipt]


def chosen(laid: LaidOut | Detail) -> str:
    words = in_words(laid.asked, laid.edition)
    return "；".join(f"{name}：{said}" for name, said in words.items() if name != "报告期") + "。"


def write_table(table: FileTable, at: datetime) -> bytes:
    """One sheet on A4 across, one page wide, its head on every page; written row by row, whatever its length."""
    out = BytesIO()
    with TextWorkbook(out, {"constant_memory": True}, at, title=table.title) as book:
        plain = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        boxed = plain | {"border": 1, "border_color": LINE}
        text, head = (
            book.add_format(boxed),
            book.add_format(boxed | {"bold": True, "bg_color": HEAD, "text_wrap": True}),
        )
        styles = [book.add_format(boxed | {"num_format": number_format(each.decimals)}) for each in table.columns]
        sheet = book.add_worksheet(table.sheet)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        made = f'&L&"{FONT}"&9 制表时间 {at:%Y-%m-%d %H:%M}'
        sheet.set_footer(f'{made}&C&"{FONT}"&9 第 &P 页 共 &N 页&R&"{FONT}"&9 内部资料')
        for number, column in enumerate(table.columns):
            sheet.set_column(number, number, column.width)
        sheet.write_string(0, 0, table.title, book.add_format(plain | {"font_size": 15, "bold": True}))
        said = [*([f"计量单位：{table.unit}"] if table.unit else []), *table.said]
        for number, line in enumerate(said, start=1):
            sheet.write_string(number, 0, line, book.add_format(plain | {"font_size": 9}))
        at_head = len(said) + 1
        for number, column in enumerate(table.columns):
            sheet.write_string(at_head, number, column.labelled(but=table.unit), head)
        sheet.repeat_rows(at_head)
        sheet.freeze_panes(at_head + 1, table.frozen)
        for number, row in enumerate(table.all_rows, start=at_head + 1):
            for at_column, value in enumerate(row):
                write_value(sheet, (number, at_column), value, styles[at_column], text)
    return out.getvalue()


def number_format(decimals: int | None) -> str:
    return "#,##0" + (f".{'0' * decimals}" if decimals else "") if decimals is not None else "General"


def write_value(sheet: Worksheet, place: tuple[int, int], value: FileValue, style: Format, text: Format) -> None:
    if value is None:
        sheet.write_blank(*place, None, style)
    elif isinstance(value, str):
        sheet.write_string(*place, value, text)
    elif isinstance(value, Decimal) and len(value.as_tuple().digits) > MOST_DIGITS:
        sheet.write_string(*place, f"{value:f}", text)  # whole, where a number would be rounded
    else:
        sheet.write_number(*place, value, style)


def as_csv(table: FileTable) -> Iterator[bytes]:
    """The heads and the rows alone, so that other programs read it; figures without separators."""
    head = [*(column.labelled() for column in table.columns), "数据依据"]
    rows = ([*(in_a_cell(value) for value in row), table.rests_on] for row in table.all_rows)
    return csv_lines(chain([head], rows))


def in_a_cell(value: FileValue) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
