"""The workbook of one firm and period: written here as a template, read back by workbook_reading."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import IO

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Edition, Table
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import COMPUTED, ONLY_WHEN
from forms_tables.workbooks.filled import ReadWorkbook, formula_problems, read_workbook
from forms_tables.workbooks.formulas import excel_formula
from forms_tables.workbooks.opening import META_SHEET, OpenedWorkbook, WorkbookMeta
from forms_tables.workbooks.sheets import TEXT_FONT, TITLE_FONT, SheetContents, SheetLayout, lay_out, write_sheet
from text.package import Unreadable
from text.writing import save_as_of, write_text

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


@dataclass(frozen=True)
class Reporter:
    """Whose workbook it is, and what its sheets show of the firm above the tables."""

    name: str
    credit_code: str
    header: Mapping[str, str]


@dataclass(frozen=True)
class Template:
    """What a firm's workbook says. `values` are what is known so far; `locked` says of each cell a person does not fill
    why that is so; `versions` says which draft of each table the values are; `frozen_at` since when they are what they
    will always be, and the workbook the same bytes each time it is written."""

    edition: Edition
    period: PeriodCode
    reporter: Reporter
    tables: Sequence[Table]
    values: Mapping[str, Decimal | str | None]
    locked: Mapping[str, str]
    parameters: Mapping[str, Decimal | None] = field(default_factory=dict)
    due: str = ""
    versions: Mapping[str, int] = field(default_factory=dict)
    frozen_at: datetime | None = None


def write_template(template: Template, out: Path | IO[bytes]) -> None:
    """Write the firm's workbook to `out` (a path or a binary file)."""
    edition, reporter, tables, locked = template.edition, template.reporter, template.tables, template.locked
    book = Workbook()
    write_guide(book.worksheets[0], template)
    list_ranges = write_lists(book.create_sheet(LISTS_SHEET), tables)
    layouts = {table.code: lay_out(table, reporter.header) for table in tables}

    formulas = {
        name: formula
        for name in computed_cells(edition, tables, locked)
        if (formula := formula_for(edition, name, layouts, template.parameters)) is not None
    }
    undecided = undecided_cells(edition, tables, locked) - formulas.keys()
    known = {name: value for name, value in template.values.items() if name not in undecided}
    closed = {name: why for name, why in locked.items() if name not in undecided}
    contents = SheetContents(known, closed, formulas)
    for table in tables:
        sheet = book.create_sheet(table.code)
        write_sheet(sheet, layouts[table.code], reporter.header, contents, list_ranges)
    book.move_sheet(LISTS_SHEET, len(tables))
    if template.period.practised:
        mark_as_practice(book, tables)
    write_meta(book.create_sheet(META_SHEET), template)
    book.active = 1
    book.calculation.fullCalcOnLoad = True
    if template.frozen_at:
        save_as_of(book, out, template.frozen_at)
    else:
        book.save(out)


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


def formula_for(
    edition: Edition, name: str, layouts: Mapping[str, SheetLayout], parameters: Mapping[str, Decimal | None]
) -> str | None:
    at = CellAddress.parse(name)
    indicator = edition.indicator(at.code)
    here = indicator.table

    def reference_of(code: str, key: str) -> str | None:
        table = edition.indicator(code).table
        cell = layouts[table].cell(code, key) if table in layouts else None
        return cell if cell is None or table == here else f"'{table}'!{cell}"

    return excel_formula(edition, indicator, at.column, reference_of, parameters)


def write_guide(sheet: Worksheet, template: Template) -> None:
    period, reporter, tables, due = template.period, template.reporter, template.tables, template.due
    sheet.title = GUIDE_SHEET
    lines = [
        f"本工作簿是“{reporter.name}”（{reporter.credit_code}）{period.label}的报表，只能由该单位在该报告期使用。",
        f"须填的表：{'；'.join(f'{table.code} {table.title}' for table in tables)}。",
        *([f"上报截止：{due}。上传工作簿并“确认存入”只是保存草稿，还要在平台上“数据审核”“确定上报”。"] if due else []),
        "金额一律按“万元”填，出口按“万美元”填，人数按“人”填，详见各行的计量单位。不要按元填。",
        "白色格由单位填写；浅灰格由系统计算或从以前的报表带入，不用填，改了也不会采用。",
        "必填项没有发生额的填 0，不要空着。空格不等于 0。",
        "数字只写数：不带单位、不写“1.2亿”这样的缩写，不写公式；从别的表复制时请“选择性粘贴—数值”。",
        "代码列和栏次标识行（灰色小字 code、c1、y 等）请保留，系统按代码和标识认数，不按位置；"
        "要移动或排序行列，先撤销工作表保护（没有密码）。",
        "不要合并单元格，不要改工作表名称；不要把本工作簿另存为 .xls、.xlsm 或 .csv。",
        "填好后在本期的“总览”页上传。有一处无法识别，整个文件都不会保存，已存的草稿不变。",
        "《中华人民共和国统计法》规定，统计调查对象应当真实、准确、完整、及时地提供统计资料，不得迟报、拒报、虚报、瞒报。",
    ]
    write_text(sheet["A1"], f"{period.label}统计报表填报说明")
    sheet["A1"].font = TITLE_FONT
    for number, line in enumerate(lines, start=1):
        cell = sheet[f"A{number + 2}"]
        write_text(cell, f"{number}. {line}")
        cell.font = TEXT_FONT
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[number + 2].height = 30 if len(line) > 52 else 18
    sheet.column_dimensions["A"].width = 110
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.protection.sheet = True


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


def write_meta(sheet: Worksheet, template: Template) -> None:
    sheet.sheet_state = "veryHidden"
    marks = {
        "edition": template.edition.code,
        "digest": template.edition.digest,
        "period": template.period.code,
        "credit_code": template.reporter.credit_code,
        "tables": " ".join(table.code for table in template.tables),
        "versions": " ".join(f"{table.code}={template.versions.get(table.code, 0)}" for table in template.tables),
    }
    for row, (mark, text) in enumerate(marks.items(), start=1):
        write_text(sheet[f"A{row}"], mark)
        write_text(sheet[f"B{row}"], text)
