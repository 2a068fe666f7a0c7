"""The register as an .xlsx: an empty template, or the firms there are, in the columns the import reads."""

from __future__ import annotations

import datetime
import io

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from accounts.models import District, User
from reporting.models.in_force import current_edition
from reporting.register.facts import label_of, platform
from reporting.register.imports.columns import WHO, WHOM_TO_ASK, columns, facts_in_columns
from reporting.register.imports.resource import RegisterResource
from reporting.register.imports.sheet_rows import MOST_ROWS
from text.writing import save_as_of, text_cell

WIDTHS = dict(zip((*WHO, *WHOM_TO_ASK), (22, 36, 16, 12, 18, 14, 26, 14), strict=True))
WIDTH_OF_A_FACT = 12
HEAD = PatternFill("solid", fgColor="E9F0F9")
HOW_TO = (
    "一家企业一行，第 1 行是列名，不要改动；列的先后不限。",
    "统一社会信用代码：18 位，两个校验位都要对。名录里已有的代码按“修改”处理，没有的按“新增”处理。",
    "已有企业的空格表示不改；新增企业必须填写{needed}。",
    "报送区县：写名称或代码，见右列。已有企业换区县请在企业页办理迁移。",
)
OF_THE_DAYS = (
    "起报日期：企业从哪一天起有报送任务，例如 2024-01-01；登记后在企业页更正，不能用导入修改。",
    "新增企业的起报日期留空的，从最早一个已开启报告期的第一天算起。",
    f"一次最多 {MOST_ROWS:,} 行。先试导入，逐行列出问题；全部改好后才能正式导入，要么全部成功，要么都不导入。",
)


def write_register(enterprises, by: User, at: datetime.datetime) -> bytes:
    """`enterprises` with their district's name, see with_district(). Empty gives the template."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("企业名录")
    sheet.freeze_panes = "C2"
    heads = columns()
    for number, head in enumerate(heads, start=1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = WIDTHS.get(head, WIDTH_OF_A_FACT)
        column.number_format = "@"  # also where nothing has been typed yet: 000123 stays whole
    yes_no = DataValidation(type="list", formula1='"是,否"', allow_blank=True)
    for head in of_kind("yes_no").values():
        letter = get_column_letter(heads.index(head) + 1)
        yes_no.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    if yes_no.sqref:
        sheet.data_validations.append(yes_no)
    sheet.append([head_cell(sheet, head) for head in heads])
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
    lines = how_to()
    districts = list(District.objects.valid_on(day))
    sheet.append([head_cell(sheet, "填写说明"), None, head_cell(sheet, "报送区县"), head_cell(sheet, "代码")])
    for number in range(max(len(lines), len(districts))):
        line = lines[number] if number < len(lines) else ""
        district = districts[number] if number < len(districts) else None
        named = (district.name, district.code) if district else ("", "")
        sheet.append([line, None, *(text_cell(sheet, text) for text in named)])


def how_to() -> list[str]:
    """The rules of filling in, each fact by its kind, and the codes of what may be several."""
    scope = facts_in_columns().get(platform().rows.scope)
    needed = f"单位详细名称、报送区县和{scope}" if scope else "单位详细名称和报送区县"
    lines = [line.format(needed=needed) for line in HOW_TO]
    lines += [f"{head}：{label_of(code)}的代码，须在代码表之内。" for code, head in of_kind("code").items()]
    lines += [f"{head}：代码见下，可多项，用逗号隔开。" for head in of_kind("codes").values()]
    if yes_no := of_kind("yes_no").values():
        lines.append(f"{'、'.join(yes_no)}：是 或 否。")
    if named := [head for code, head in facts_in_columns().items() if code in platform().city_writes]:
        lines.append(f"{'、'.join(named)}是市级名单，区县请留空。")
    lines += [*OF_THE_DAYS, ""]
    rows = current_edition().indicators
    several = of_kind("codes").items()
    return lines + [
        f"{head} {entry.code}：{entry.name}" for code, head in several for entry in rows[code].choices.entries
    ]


def of_kind(kind: str) -> dict[str, str]:
    """The columns of facts of that kind, code to head."""
    rows = current_edition().indicators
    return {code: head for code, head in facts_in_columns().items() if rows[code].kind == kind}


def head_cell(sheet, text: str) -> Cell:
    cell = text_cell(sheet, text)
    cell.font, cell.fill, cell.alignment = Font(bold=True), HEAD, Alignment(vertical="center", wrap_text=True)
    return cell


def firm_cell(sheet, text) -> Cell:
    """Shown as text too: what is typed over a credit code stays no number."""
    cell = text_cell(sheet, "" if text is None else str(text))
    cell.number_format = "@"
    return cell
