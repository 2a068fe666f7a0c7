"""The register as an .xlsx: an empty template, or the firms there are, in the columns the import reads."""

from __future__ import annotations

import datetime
import io

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from accounts.models import District, User
from reporting.models.in_force import current_edition
from reporting.register.imports.columns import COLUMNS
from reporting.register.imports.resource import RegisterResource
from reporting.register.imports.sheet_rows import MOST_ROWS
from text.writing import save_as_of, text_cell

WIDTHS = (22, 36, 16, 12, 12, 9, 10, 9, 10, 12, 18, 14, 26, 14)
YES_NO = ("嵌入式", "人工智能", "IC重点", "平台重点")
HEAD = PatternFill("solid", fgColor="E9F0F9")
HOW_TO = (
    "一家企业一行，第 1 行是列名，不要改动；列的先后不限。",
    "统一社会信用代码：18 位，两个校验位都要对。名录里已有的代码按“修改”处理，没有的按“新增”处理。",
    "已有企业的空格表示不改；新增企业必须填写单位详细名称、报送区县和纳统类别。",
    "报送区县：写名称或代码，见右列。已有企业换区县请在企业页办理迁移。",
    "纳统类别：代码见下，可多项，用逗号隔开，例如 1,3B。行业代码：GB/T 4754—2017 的 4 位小类。",
    "嵌入式、人工智能、IC重点、平台重点：是 或 否。后两列是市级名单，区县请留空。",
    "起报日期：企业从哪一天起有报送任务，例如 2024-01-01；登记后在企业页更正，不能用导入修改。",
    "新增企业的起报日期留空的，从最早一个已开启报告期的第一天算起。",
    f"一次最多 {MOST_ROWS:,} 行。先试导入，逐行列出问题；全部改好后才能正式导入，要么全部成功，要么都不导入。",
)


def write_register(enterprises, by: User, at: datetime.datetime) -> bytes:
    """`enterprises` with their district's name, see with_district(). Empty gives the template."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("企业名录")
    sheet.freeze_panes = "C2"
    for number, width in enumerate(WIDTHS):
        column = sheet.column_dimensions[chr(ord("A") + number)]
        column.width, column.number_format = width, "@"  # also where nothing has been typed yet: 000123 stays whole
    yes_no = DataValidation(type="list", formula1='"是,否"', allow_blank=True)
    for column in YES_NO:
        letter = chr(ord("A") + COLUMNS.index(column))
        yes_no.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    sheet.data_validations.append(yes_no)
    sheet.append([head_cell(sheet, column) for column in COLUMNS])
    for row in RegisterResource(by, at).export(enterprises):
        sheet.append([firm_cell(sheet, text) for text in row])
    write_how_to(book, at.date())
    out = io.BytesIO()
    save_as_of(book, out, at)
    return out.getvalue()


def write_how_to(book: Workbook, day: datetime.date) -> None:
    sheet = book.create_sheet("填写说明")
    sheet.column_dimensions["A"].width = 90
    sheet.column_dimensions["C"].width = 26
    sheet.column_dimensions["D"].width = 12
    lines = list(HOW_TO) + [""]
    lines += [f"纳统类别 {entry.code}：{entry.name}" for entry in current_edition().code_lists["C13"].entries]
    districts = list(District.objects.valid_on(day))
    sheet.append([head_cell(sheet, "填写说明"), None, head_cell(sheet, "报送区县"), head_cell(sheet, "代码")])
    for number in range(max(len(lines), len(districts))):
        line = lines[number] if number < len(lines) else ""
        district = districts[number] if number < len(districts) else None
        named = (district.name, district.code) if district else ("", "")
        sheet.append([line, None, *(text_cell(sheet, text) for text in named)])


def head_cell(sheet, text: str) -> Cell:
    cell = text_cell(sheet, text)
    cell.font, cell.fill, cell.alignment = Font(bold=True), HEAD, Alignment(vertical="center", wrap_text=True)
    return cell


def firm_cell(sheet, text) -> Cell:
    """Shown as text too: what is typed over a credit code stays no number."""
    cell = text_cell(sheet, "" if text is None else str(text))
    cell.number_format = "@"
    return cell
