"""审核关系 as a worksheet: written so that every cell stays text in Excel, read so that nothing in it is guessed."""

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import tablib
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from forms_tables.notation.spelling import MAX_LENGTH
from text.opening import open_book
from text.package import Unreadable
from text.sheets import SheetCell, SheetRow, Worksheet
from text.writing import text_cell

SHEET, HOW_TO_SHEET = "审核关系", "填写说明"
MOST_RULES = 1_000
LAST_ROW, MAX_COLUMNS = 20_000, 60
MOST_TEXTS = 40  # of one rule
TEXTS, DO = "公式", "操作"
DROP = "删除"
# Every column, how many characters a cell of it may hold, and how wide it is.
COLUMNS = {
    "编号": (10, 9),
    "级别": (10, 7),
    "在哪里执行": (20, 12),
    "所在的表": (100, 18),
    "列": (200, 12),
    "行（逐行）": (2_000, 22),
    "适用条件": (MAX_LENGTH, 28),
    TEXTS: ((MAX_LENGTH + 1) * MOST_TEXTS, 60),
    "提示语": (200, 40),
    "公式的文字写法": (300, 40),
    "依据": (200, 18),
    "说明": (300, 40),
    "等待参数": (200, 14),
    DO: (10, 7),
}
HOW_TO = (
    "一条审核关系一行，第 1 行是列名，不要改动。所有单元格都是文本；不要合并单元格，不要写 Excel 的公式。",
    "编号：修订稿里已有的按“修改”处理，没有的按“新增”处理，排在表里上一条之后。",
    "级别：错误（须修改才能上报）或 提示（须说明）。在哪里执行：照原样；新增的写 审核关系。",
    "列：不写列名的指标依次取这些列，如 c1、c2、c3。",
    "行（逐行）：x 依次代表的指标，如 2010、2020，或 软统企6:累计、-2090（软统企6的各累计指标，除2090）。",
    f"公式：一行一条，单元格内按 Alt+回车换行；每条最多 {MAX_LENGTH} 个字符，都须成立。写法见“规则写法”页。",
    "空格即没有：把已有的内容清空，就是删去这一项。",
    f"要删去一条审核关系，在“{DO}”列写“{DROP}”；只从表里删掉这一行，不会删去它。",
    "以 = + - @ 开头的文字，请在最前面加一个半角单引号，否则 Excel 会当作它的公式。",
    "上传后先试导入：逐行列出新增、修改（原来→现在）、删除和问题；全部没有问题才能确认，要么全部导入，要么都不导入。",
)
HEAD = PatternFill("solid", fgColor="E9F0F9")
AS_TEXT = "请把单元格格式设为“文本”后重新输入。"


@dataclass(frozen=True)
class RuleRowProblem:
    row: int
    rule: str
    column: str
    reason: str


@dataclass(frozen=True)
class ReadRules:
    """The worksheet as a dataset, each row's number in the sheet, and the cells that could not be taken."""

    dataset: tablib.Dataset
    numbers: Sequence[int]
    problems: Sequence[RuleRowProblem]
    origin: str  # what the workbook says it was written from
    hidden: Sequence[int] = ()  # the numbers of its hidden rows


@dataclass
class _Rows:
    places: dict[str, int]
    dataset: tablib.Dataset = field(default_factory=lambda: tablib.Dataset(headers=list(COLUMNS)))
    numbers: list[int] = field(default_factory=list)
    problems: list[RuleRowProblem] = field(default_factory=list)


def write_rules(rows: Iterable[Sequence[str]], origin: str) -> bytes:
    """`rows` hold a text for each of COLUMNS; `origin` says which draft or edition they are of."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "B2"
    for number, (_, width) in enumerate(COLUMNS.values()):
        column = sheet.column_dimensions[chr(ord("A") + number)]
        column.width, column.number_format = width, "@"
    for column, choices in {"级别": "错误,提示", DO: DROP}.items():
        letter = chr(ord("A") + list(COLUMNS).index(column))
        choice = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
        choice.add(f"{letter}2:{letter}{MOST_RULES + 1}")
        sheet.data_validations.append(choice)
    sheet.append([_head_cell(sheet, column) for column in COLUMNS])
    for row in rows:
        sheet.append([_text_cell(sheet, text) for text in row])
    how_to = book.create_sheet(HOW_TO_SHEET)
    how_to.column_dimensions["A"].width = 110
    for line in (origin, *HOW_TO):
        how_to.append([_text_cell(how_to, line)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head_cell(sheet: Any, text: str) -> WriteOnlyCell:
    cell = text_cell(sheet, text)
    cell.font, cell.fill, cell.alignment = Font(bold=True), HEAD, Alignment(vertical="center")
    return cell


def _text_cell(sheet: Any, text: str) -> WriteOnlyCell:
    """Always text: 2010 is a code and no number, and -YOY_LIMIT <= M2010.c4 is no formula, even after it was edited."""
    cell = text_cell(sheet, text)
    cell.number_format, cell.alignment = "@", Alignment(vertical="top", wrap_text=True)
    return cell


def read_rules(source: BinaryIO, name: str) -> ReadRules:
    """Raises Unreadable with the sentence for whoever sent a workbook that cannot be taken at all."""
    book = open_book(source, name)
    if SHEET not in book:
        raise Unreadable(f"工作簿里没有名为“{SHEET}”的工作表。请从本页下载审核关系，在下载的工作簿里修改后再上传。")
    sheet = book.sheet(SHEET)
    _refuse_long(sheet)
    read = _Rows(_places(sheet.rows[1] if 1 in sheet.rows else SheetRow(1)))
    for row in sheet:
        if row.number > 1:
            _read_row(read, row)
    if not read.numbers and not read.problems:
        raise Unreadable("表里只有列名，没有审核关系。请从本页下载审核关系，在下载的工作簿里修改后再上传。")
    origin = book.sheet(HOW_TO_SHEET).cell(1, 1) if HOW_TO_SHEET in book else None
    hidden = [number for number in sheet.hidden_rows if number in read.numbers]
    return ReadRules(read.dataset, read.numbers, read.problems, origin.text if origin else "", hidden)


def _refuse_long(sheet: Worksheet) -> None:
    if not sheet.rows:
        raise Unreadable(f"工作表“{SHEET}”是空的。请从本页下载审核关系，在下载的工作簿里修改后再上传。")
    if len(sheet.rows) > MOST_RULES + 1:
        raise Unreadable(
            f"工作表“{SHEET}”有 {len(sheet.rows):,} 行，超过 {MOST_RULES:,} 条的上限，没有读取。"
            "请检查是否粘贴了别的数据。"
        )
    if sheet.last_row > LAST_ROW or sheet.last_column > MAX_COLUMNS:
        raise Unreadable(
            f"工作表“{SHEET}”的第 {sheet.last_row:,} 行、第 {sheet.last_column:,} 列还有内容，远在表外，没有读取。"
            "请删去表外的内容。"
        )
    if sheet.merged:
        raise Unreadable(
            f"工作表“{SHEET}”的 {'、'.join(sheet.merged[:5])} 合并了单元格，没有读取。"
            "请选中它们取消合并，一条审核关系占一行，再上传。"
        )


def _places(heads: SheetRow) -> dict[str, int]:
    """Where each column stands, in any order; one we do not know may be one somebody counts on, so it is refused."""
    titles = {place: cell.text.strip() for place, cell in heads.cells.items()}
    if missing := [column for column in COLUMNS if column not in titles.values()]:
        raise Unreadable(f"第 1 行缺少列：{'、'.join(missing)}。请从本页下载审核关系，不要改动列名，列的先后不限。")
    if twice := [column for column in COLUMNS if list(titles.values()).count(column) > 1]:
        raise Unreadable(f"第 1 行的列名重复：{'、'.join(twice)}。请只留一列。")
    if strangers := [title for title in titles.values() if title and title not in COLUMNS]:
        raise Unreadable(f"第 1 行有不认识的列：{'、'.join(strangers[:5])}。请删去这些列，再上传。")
    return {column: place for place, column in titles.items() if column}


def _read_row(read: _Rows, row: SheetRow) -> None:
    typed = {column: row.cells[read.places[column]] for column in COLUMNS if read.places[column] in row.cells}
    if not typed:
        return
    wrong = {column: reason for column, cell in typed.items() if (reason := _problem_with(column, cell))}
    rule = typed["编号"].text[:10] if "编号" in typed else ""
    read.problems += [RuleRowProblem(row.number, rule, column, reason) for column, reason in wrong.items()]
    if not wrong:
        words = {column: cell.text for column, cell in typed.items()}
        read.dataset.append([_tidied(column, words.get(column, "")) for column in COLUMNS])
        read.numbers.append(row.number)


def _problem_with(column: str, cell: SheetCell) -> str:
    if cell.formula:
        return "这一格是 Excel 的公式，没有读取。请改成文字：以 = + - @ 开头的，在最前面加一个半角单引号。"
    if cell.error:
        return f"这一格是错误值 {cell.error}。请改成文字。"
    if not isinstance(cell.value, str):
        return f"这一格是数字、日期或逻辑值（{cell.text}），不是文字。{AS_TEXT}"
    value = cell.value
    most = COLUMNS[column][0]
    if len(value) > most:
        return f"有 {len(value):,} 个字，最多 {most:,} 个。请缩短。"
    if column != TEXTS and "\n" in value.strip():
        return "只能写一行，请去掉单元格里的换行。"
    for place, character in enumerate(value, start=1):
        if character not in "\n\r" and unicodedata.category(character) in ("Cc", "Cf", "Cs"):
            return f"第{place}个字是看不见的字符（U+{ord(character):04X}），请删去重打。"
    return ""


def _tidied(column: str, value: str) -> str:
    lines = [line.strip(" \u3000\u00a0") if column != TEXTS else line.strip(" ") for line in value.splitlines()]
    return "\n".join(line for line in lines if line)
