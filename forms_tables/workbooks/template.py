"""The workbook of one firm and period: written here as a template, read back by `filled`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Edition, Table
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import COMPUTED, ONLY_WHEN, Value
from forms_tables.workbooks.contents import SheetContents, explanations_of, filling_of, past_of
from forms_tables.workbooks.filled import ReadWorkbook, formula_problems, read_workbook
from forms_tables.workbooks.formulas import excel_formula
from forms_tables.workbooks.opening import META_SHEET, OpenedWorkbook, WorkbookMeta
from forms_tables.workbooks.sheets import TEXT_FONT, TITLE_FONT, SheetLayout, lay_out, write_sheet
from forms_tables.workbooks.skeleton import Filling, Gap, Skeleton, skeleton_of
from text.package import Unreadable
from text.writing import write_text

__all__ = [
    "OpenedWorkbook",
    "ReadWorkbook",
    "Reporter",
    "Template",
    "Unreadable",
    "WorkbookMeta",
    "formula_problems",
    "read_workbook",
    "write_template",
]

GUIDE_SHEET = "填报说明"
LISTS_SHEET = "_lists"
PRACTICE_COLOUR = "D99A1C"
META_MARKS = ("edition", "digest", "period", "credit_code", "tables", "versions")


@dataclass(frozen=True)
class Reporter:
    """Whose workbook it is, and what its sheets show of the firm above the tables."""

    name: str
    credit_code: str
    header: Mapping[str, str]


SOMEBODY = Reporter("一家名称不算短的软件有限公司", "0" * 18, {})  # whose lines are as long as anybody's


@dataclass(frozen=True)
class Template:
    """What a firm's workbook says. `values` are what is known so far; `locked` says of each cell a person does not fill
    why that is so; `versions` says which draft of each table the values are; `history` what the firm filed before, by
    the notation's word for its period; `frozen_at` since when the values are what they will always be, and the workbook
    the same bytes each time it is written."""

    edition: Edition
    period: PeriodCode
    reporter: Reporter
    tables: Sequence[Table]
    values: Mapping[str, Value]
    locked: Mapping[str, str]
    parameters: Mapping[str, Decimal | None] = field(default_factory=dict)
    due: str = ""
    versions: Mapping[str, int] = field(default_factory=dict)
    frozen_at: datetime | None = None
    history: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """What the workbooks of many firms have in common."""

    edition: Edition
    period: PeriodCode
    tables: tuple[str, ...]
    header: tuple[str, ...]  # what is said of the firm above each table
    has_due: bool
    is_explained: bool
    past: tuple[tuple[tuple[str, str], ...], ...]  # for each table

    @property
    def layouts(self) -> dict[str, SheetLayout]:
        each = zip(self.tables, self.past, strict=True)
        return {code: lay_out(self.edition.table(code), self.header, past) for code, past in each}


@dataclass(frozen=True, eq=False)
class MadeForm:
    layouts: Mapping[str, SheetLayout]
    list_ranges: Mapping[str, str]
    skeleton: Skeleton


def write_template(template: Template, out: Path | IO[bytes]) -> None:
    """Write the firm's workbook to `out` (a path or a binary file)."""
    edition, reporter, tables, locked = template.edition, template.reporter, template.tables, template.locked
    form = form_of(template)
    made = make_form(form)
    parameters = tuple(template.parameters.items())
    formulas = {
        name: formula
        for name in computed_cells(edition, tables, locked)
        if (formula := formula_for(edition, name, made, parameters)) is not None
    }
    undecided = undecided_cells(edition, tables, locked) - formulas.keys()
    known = {name: value for name, value in template.values.items() if name not in undecided}
    closed = {name: why for name, why in locked.items() if name not in undecided}
    contents = SheetContents(known, closed, formulas, template.history)
    fillings = {
        code: filling_of(layout, reporter.header, contents, made.list_ranges) for code, layout in made.layouts.items()
    }
    fillings[GUIDE_SHEET] = texts("A", 3, guide_lines(form, reporter, template.due))
    fillings[META_SHEET] = texts("B", 1, meta_of(template))
    made.skeleton.write(out, fillings, template.frozen_at)


def texts(letter: str, first: int, lines: Sequence[str]) -> Filling:
    values = {f"{letter}{row}": line for row, line in enumerate(lines, start=first)}
    return Filling(values, {}, frozenset(), {})


def form_of(template: Template) -> Form:
    return Form(
        template.edition,
        template.period,
        tuple(table.code for table in template.tables),
        tuple(template.reporter.header),
        bool(template.due),
        not template.frozen_at,
        tuple(past_of(table, template.history) for table in template.tables),
    )


@lru_cache(maxsize=32)
def make_form(form: Form) -> MadeForm:
    """The styled form: half a second of work, and the same for every firm that fills the same tables."""
    book, layouts = Workbook(), form.layouts
    tables = [layout.table for layout in layouts.values()]
    gaps = {GUIDE_SHEET: write_guide(book.worksheets[0], form)}
    list_ranges = write_lists(book.create_sheet(LISTS_SHEET), tables)
    for table in tables:
        explanations = explanations_of(form.edition, table) if form.is_explained else {}
        gaps[table.code] = write_sheet(book.create_sheet(table.code), layouts[table.code], form.header, explanations)
    book.move_sheet(LISTS_SHEET, len(tables))
    if form.period.practised:
        mark_as_practice(book, tables)
    gaps[META_SHEET] = write_meta(book.create_sheet(META_SHEET))
    book.active = 1
    book.calculation.fullCalcOnLoad = True
    return MadeForm(layouts, list_ranges, skeleton_of(book, gaps))


def mark_as_practice(book: Workbook, tables: Sequence[Table]) -> None:
    """On every sheet and every page it prints; a sheet's own name stays, since it is read by it."""
    for sheet in (book[GUIDE_SHEET], *(book[table.code] for table in tables)):
        write_text(sheet["A1"], f"【演练】{sheet['A1'].value}")
        sheet.sheet_properties.tabColor = PRACTICE_COLOUR
        if (header := sheet.oddHeader) is not None:  # there always is one, though its types leave it open
            header.center.text = "演练，不计入任何汇总"


def computed_cells(edition: Edition, tables: Sequence[Table], locked: Mapping[str, str]) -> set[str]:
    computed = {name for name, why in locked.items() if why.startswith(COMPUTED)}
    return computed | undecided_cells(edition, tables, locked)


def undecided_cells(edition: Edition, tables: Sequence[Table], locked: Mapping[str, str]) -> set[str]:
    """Cells locked for now, which an answer in the workbook itself may open.

    While A36 is blank the rows for embedded software do not apply; they do as soon as 是 is typed beside them.
    """
    answers = {row.symbol for table in tables for row in table.indicators if not row.origin}
    return {
        name
        for name, why in locked.items()
        if why.startswith(ONLY_WHEN)
        and answers & set(re.findall(r"\w+", edition.indicator(CellAddress.parse(name).code).applies_when))
    }


@lru_cache(maxsize=8192)
def formula_for(
    edition: Edition, name: str, made: MadeForm, parameters: tuple[tuple[str, Decimal | None], ...]
) -> str | None:
    at = CellAddress.parse(name)
    indicator = edition.indicator(at.code)
    here = indicator.table

    def reference_of(code: str, key: str) -> str | None:
        table = edition.indicator(code).table
        cell = made.layouts[table].cell(code, key) if table in made.layouts else None
        return cell if cell is None or table == here else f"'{table}'!{cell}"

    return excel_formula(edition, indicator, at.column, reference_of, dict(parameters))


def guide_lines(form: Form, reporter: Reporter, due: str) -> list[str]:
    tables = [form.edition.table(code) for code in form.tables]
    lines = [
        f"本工作簿是“{reporter.name}”（{reporter.credit_code}）{form.period.label}的报表，只能由该单位在该报告期使用。",
        f"须填的表：{'；'.join(f'{table.code} {table.title}' for table in tables)}。",
        *([f"上报截止：{due}。上传工作簿并“确认存入”只是保存草稿，还要在平台上“数据审核”“确定上报”。"] if due else []),
        "金额一律按“万元”填，出口按“万美元”填，人数按“人”填，详见各行的计量单位。不要按元填。",
        "白色格由单位填写；浅灰格由系统计算或从以前的报表带入，不用填，改了也不会采用。",
        *(
            ["指标名称上的批注是该指标的说明；表右侧灰色的数是以前报过的，供参考，不会读取。"]
            if form.is_explained
            else []
        ),
        "必填项没有发生额的填 0，不要空着。空格不等于 0。",
        "数字只写数：不带单位、不写“1.2亿”这样的缩写，不写公式；从别的表复制时请“选择性粘贴—数值”。",
        "代码列和栏次标识行（灰色小字 code、c1、y 等）请保留，系统按代码和标识认数，不按位置；"
        "要移动或排序行列，先撤销工作表保护（没有密码）。",
        "不要合并单元格，不要改工作表名称；不要把本工作簿另存为 .xls、.xlsm 或 .csv。",
        "填好后在本期的“总览”页上传。有一处无法识别，整个文件都不会保存，已存的草稿不变。",
        "《中华人民共和国统计法》规定，统计调查对象应当真实、准确、完整、及时地提供统计资料，不得迟报、拒报、虚报、瞒报。",
    ]
    return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]


def write_guide(sheet: Worksheet, form: Form) -> dict[str, Gap]:
    sheet.title = GUIDE_SHEET
    write_text(sheet["A1"], f"{form.period.label}统计报表填报说明")
    sheet["A1"].font = TITLE_FONT
    gap = Gap.of(sheet, dress_line)
    gaps = {}
    for row, line in enumerate(guide_lines(form, SOMEBODY, "某日" if form.has_due else ""), start=3):
        write_text(sheet[f"A{row}"], line)
        gaps[f"A{row}"] = gap
        sheet.row_dimensions[row].height = 30 if len(line) > 55 else 18
    sheet.column_dimensions["A"].width = 110
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.protection.sheet = True
    return gaps


def dress_line(cell: Cell, _is_closed: bool) -> None:
    cell.font, cell.alignment = TEXT_FONT, Alignment(wrap_text=True, vertical="top")


def write_lists(sheet: Worksheet, tables: Sequence[Table]) -> dict[str, str]:
    """The code lists the tables choose from, one a column of a hidden sheet; returns the range of each."""
    sheet.sheet_state = "hidden"
    ranges: dict[str, str] = {}
    for indicator in (indicator for table in tables for indicator in table.indicators):
        choices = indicator.choices
        if indicator.kind != "code" or choices is None or choices.code in ranges:
            continue
        letter = get_column_letter(len(ranges) + 1)
        for row, entry in enumerate(choices.entries, start=1):
            write_text(sheet[f"{letter}{row}"], f"{entry.code} {entry.name}")
        ranges[choices.code] = f"'{LISTS_SHEET}'!${letter}$1:${letter}${len(choices.entries)}"
    return ranges


def write_meta(sheet: Worksheet) -> dict[str, Gap]:
    sheet.sheet_state = "veryHidden"
    gap = Gap.of(sheet, lambda _cell, _is_closed: None)
    for row, mark in enumerate(META_MARKS, start=1):
        write_text(sheet[f"A{row}"], mark)
        write_text(sheet[f"B{row}"], mark)
    return {f"B{row}": gap for row in range(1, len(META_MARKS) + 1)}


def meta_of(template: Template) -> list[str]:
    """In the order of META_MARKS."""
    return [
        template.edition.code,
        template.edition.digest,
        template.period.code,
        template.reporter.credit_code,
        " ".join(table.code for table in template.tables),
        " ".join(f"{table.code}={template.versions.get(table.code, 0)}" for table in template.tables),
    ]
