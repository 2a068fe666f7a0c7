"""One table as a worksheet: the official form, with the codes and column keys by which it is read back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from forms_tables.edition.model import FIGURE_KINDS, CodeList, Indicator, Table
from forms_tables.workbooks.filled import CODE_LABEL, KEY_MARK
from text.writing import write_text

NAME, CODE, UNIT = "A", "B", "C"
FIRST_FIGURE = 4  # column D

HAIRLINE = Side(style="thin", color="B7BCC4")
BOX = Border(left=HAIRLINE, right=HAIRLINE, top=HAIRLINE, bottom=HAIRLINE)
TINT = PatternFill("solid", fgColor="EEF1F5")  # computed or carried in: not for typing
HEAD = PatternFill("solid", fgColor="DCE5F0")
TITLE_FONT = Font(name="宋体", size=16, bold=True)
TEXT_FONT = Font(name="宋体", size=10)
BOLD_FONT = Font(name="宋体", size=10, bold=True)
KEY_FONT = Font(name="Consolas", size=8, color="9AA1AB")
NOTE_FONT = Font(name="宋体", size=9, color="6B7280")
LARGEST = "1000000000000"
Validation = tuple[Literal["list", "decimal"], str, str, str]  # what may stand in a cell


@dataclass(frozen=True)
class SheetLayout:
    """Which row each code and which column each key got."""

    table: Table
    label_row: int
    rows: Mapping[str, int]
    letters: Mapping[str, str]

    @property
    def key_row(self) -> int:
        return self.label_row + 1

    @property
    def first_row(self) -> int:
        return self.label_row + 2

    @property
    def last_row(self) -> int:
        return self.label_row + 1 + len(self.table.indicators)

    @property
    def note_letter(self) -> str:
        return get_column_letter(FIRST_FIGURE + len(self.letters))

    def cell(self, code: str, key: str) -> str | None:
        if code in self.rows and key in self.letters and key in keys_of(self.table, code):
            return f"{self.letters[key]}{self.rows[code]}"
        return None


@dataclass(frozen=True)
class SheetContents:
    """What stands in the cells of the sheets, and in which of them nobody types, and why."""

    values: Mapping[str, Decimal | str | None]
    locked: Mapping[str, str]
    formulas: Mapping[str, str]


def keys_of(table: Table, code: str) -> tuple[str, ...]:
    return next((row.columns for row in table.indicators if row.code == code and not row.is_heading), ())


def heading_lines(table: Table) -> list[str]:
    """The official form's upper right corner, as far as the form's papers are known."""
    papers = {"制定机关": table.authority, "批准机关": table.approved_by, "文    号": table.document}
    lines = [f"表    号：{table.code}", *(f"{label}：{text}" for label, text in papers.items() if text)]
    return lines if table.provenance == "official" else [*lines, "官方表式未公布，本表据公开资料编制，待市级核定"]


def lay_out(table: Table, header: Mapping[str, str]) -> SheetLayout:
    used = {key for indicator in table.indicators for key in indicator.columns}
    keys = [column.key for column in table.columns if column.key in used]
    label_row = 3 + max(len(header), len(heading_lines(table)))
    return SheetLayout(
        table,
        label_row,
        {indicator.code: label_row + 2 + n for n, indicator in enumerate(table.indicators)},
        {key: get_column_letter(FIRST_FIGURE + n) for n, key in enumerate(keys)},
    )


def number_format(indicator: Indicator, key: str) -> str:
    if indicator.kind_in(key) not in FIGURE_KINDS:
        return "@"
    decimals = indicator.decimals_in(key)
    if indicator.kind_in(key) == "percent":
        return "0.0"
    if decimals == 0 or indicator.kind_in(key) == "count":
        return "#,##0"
    return "#,##0." + "0" * (2 if decimals is None else decimals)


def write_sheet(
    sheet: Worksheet,
    layout: SheetLayout,
    header: Mapping[str, str],
    contents: SheetContents,
    list_ranges: Mapping[str, str],
) -> None:
    write_heading(sheet, layout, header)
    write_labels(sheet, layout)
    for indicator in layout.table.indicators:
        write_row(sheet, layout, indicator, contents)
    write_footer(sheet, layout)
    offer_choices(sheet, layout, contents.locked, list_ranges)
    set_up_page(sheet, layout)


def write_heading(sheet: Worksheet, layout: SheetLayout, header: Mapping[str, str]) -> None:
    last = layout.note_letter
    sheet.merge_cells(f"A1:{last}1")
    write_text(sheet["A1"], layout.table.title)
    sheet["A1"].font = TITLE_FONT
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    for row, (label, text) in enumerate(header.items(), start=2):
        sheet.merge_cells(f"{NAME}{row}:{UNIT}{row}")
        write_text(sheet[f"{NAME}{row}"], f"{label}：{text}")
        sheet[f"{NAME}{row}"].font = TEXT_FONT
    for row, line in enumerate(heading_lines(layout.table), start=2):
        sheet.merge_cells(f"{get_column_letter(FIRST_FIGURE)}{row}:{last}{row}")
        cell = sheet[f"{get_column_letter(FIRST_FIGURE)}{row}"]
        write_text(cell, line)
        cell.font = TEXT_FONT
        cell.alignment = Alignment(horizontal="right")
    if layout.table.unit_note:
        write_text(sheet[f"{last}{layout.label_row - 1}"], f"计量单位：{layout.table.unit_note}")
        sheet[f"{last}{layout.label_row - 1}"].font = TEXT_FONT
        sheet[f"{last}{layout.label_row - 1}"].alignment = Alignment(horizontal="right")


def write_labels(sheet: Worksheet, layout: SheetLayout) -> None:
    labels = {NAME: "指标名称", CODE: CODE_LABEL, UNIT: "计量单位", layout.note_letter: "填报要求"}
    labels |= {letter: layout.table.column(key).label for key, letter in layout.letters.items()}
    for letter, label in labels.items():
        cell = sheet[f"{letter}{layout.label_row}"]
        write_text(cell, label)
        cell.font, cell.fill, cell.border = BOLD_FONT, HEAD, BOX
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.row_dimensions[layout.label_row].height = 30
    for key, letter in {KEY_MARK: CODE, **layout.letters}.items():
        cell = sheet[f"{letter}{layout.key_row}"]
        write_text(cell, key)
        cell.font, cell.border = KEY_FONT, BOX
        cell.alignment = Alignment(horizontal="center")
    sheet.row_dimensions[layout.key_row].height = 11


def write_row(sheet: Worksheet, layout: SheetLayout, indicator: Indicator, contents: SheetContents) -> None:
    row = layout.rows[indicator.code]
    marks = {NAME: indicator.name, CODE: indicator.code, UNIT: "" if indicator.is_heading else indicator.unit}
    marks[layout.note_letter] = note_of(layout.table, indicator, contents.locked)
    for letter, text in marks.items():
        cell = sheet[f"{letter}{row}"]
        write_text(cell, text)
        cell.font, cell.border = (NOTE_FONT if letter == layout.note_letter else TEXT_FONT), BOX
        cell.alignment = Alignment(
            horizontal="left" if letter in (NAME, layout.note_letter) else "center",
            indent=indicator.depth if letter == NAME else 0,
            vertical="center",
            wrap_text=True,
        )
    if indicator.is_heading:
        sheet[f"{NAME}{row}"].font = BOLD_FONT
    for key, letter in layout.letters.items():
        cell = sheet[f"{letter}{row}"]
        cell.border = BOX
        name = f"{indicator.code}.{key}"
        if indicator.is_heading or key not in indicator.columns:
            cell.fill = TINT
            continue
        write_value(cell, indicator, key, contents.values.get(name), contents.formulas.get(name))
        cell.protection = Protection(locked=name in contents.locked)
        if name in contents.locked:
            cell.fill = TINT


def write_value(cell: Cell, indicator: Indicator, key: str, value: Decimal | str | None, formula: str | None) -> None:
    is_figure = indicator.kind_in(key) in FIGURE_KINDS
    cell.font = TEXT_FONT
    cell.alignment = Alignment(horizontal="right" if is_figure else "left", vertical="center", wrap_text=not is_figure)
    cell.number_format = number_format(indicator, key)
    if formula is not None:
        cell.value = formula
    elif isinstance(value, Decimal):
        cell.value = value
    elif value:
        write_text(cell, str(value))


def note_of(table: Table, indicator: Indicator, locked: Mapping[str, str]) -> str:
    if indicator.is_heading:
        return ""
    names = [f"{indicator.code}.{key}" for key in indicator.columns]
    if all(name in locked for name in names):
        demand = "系统填写，不用填"
    elif indicator.required:
        demand = "必填，没有填 0" if indicator.is_figure else "必填"
    elif one_of := table.one_of(indicator):
        demand = f"{'、'.join(one_of)} 必填其一"
    elif indicator.required_when:
        demand = "符合条件时必填"
    else:
        demand = "选填"
    if indicator.kind == "codes" and indicator.choices:
        return f"{demand}；可多选，用逗号隔开：{listing(indicator.choices)}"
    return f"{demand}；{indicator.hint}" if indicator.hint else demand


def listing(choices: CodeList) -> str:
    return "，".join(f"{entry.code} {entry.name}" for entry in choices.entries)


def write_footer(sheet: Worksheet, layout: SheetLayout) -> None:
    row = layout.last_row + 2
    sheet.merge_cells(f"{NAME}{row}:{layout.note_letter}{row}")
    write_text(sheet[f"{NAME}{row}"], "      ".join(f"{label}：" for label in layout.table.footer))
    sheet[f"{NAME}{row}"].font = TEXT_FONT


def offer_choices(
    sheet: Worksheet, layout: SheetLayout, locked: Mapping[str, str], list_ranges: Mapping[str, str]
) -> None:
    """Drop-down lists for codes and 是/否; for figures a warning (not a refusal) when what is typed is no number."""
    offered: dict[Validation, DataValidation] = {}
    for indicator in layout.table.indicators:
        for key in () if indicator.is_heading else indicator.columns:
            if f"{indicator.code}.{key}" in locked:
                continue
            if (asked := validation_for(indicator, key, list_ranges)) is None:
                continue
            if asked not in offered:
                offered[asked] = DataValidation(
                    type=asked[0],
                    formula1=asked[1],
                    formula2=asked[2] or None,
                    allow_blank=True,
                    errorStyle="warning",
                    operator="between" if asked[0] == "decimal" else None,
                    error=asked[3],
                    errorTitle="请核对",
                    showErrorMessage=True,
                )
                sheet.add_data_validation(offered[asked])
            offered[asked].add(layout.cell(indicator.code, key))


def validation_for(indicator: Indicator, key: str, list_ranges: Mapping[str, str]) -> Validation | None:
    kind = indicator.kind_in(key)
    if kind == "yes_no":
        return ("list", '"是,否"', "", "请填“是”或“否”。")
    if kind == "code" and indicator.choices and indicator.choices.code in list_ranges:
        return ("list", list_ranges[indicator.choices.code], "", "请从下拉列表中选一项。")
    if kind in FIGURE_KINDS:
        least = "0" if key in indicator.nonnegative_columns else f"-{LARGEST}"
        return ("decimal", least, LARGEST, "这里应填一个数（不带单位）" + ("，且不小于 0。" if least == "0" else "。"))
    return None


def set_up_page(sheet: Worksheet, layout: SheetLayout) -> None:
    figures: Iterable[str] = layout.letters.values()
    wide = any(not indicator.is_figure and not indicator.is_heading for indicator in layout.table.indicators)
    sheet.column_dimensions[NAME].width = 44
    sheet.column_dimensions[CODE].width = 9
    sheet.column_dimensions[UNIT].width = 11
    for letter in figures:
        sheet.column_dimensions[letter].width = 30 if wide else 17
    sheet.column_dimensions[layout.note_letter].width = 26
    sheet.freeze_panes = f"{get_column_letter(FIRST_FIGURE)}{layout.first_row}"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{layout.label_row}:{layout.label_row}"
    sheet.print_area = f"A1:{layout.note_letter}{layout.last_row + 2}"
    sheet.print_options.horizontalCentered = True
    if (
        footer := sheet.oddFooter
    ) is not None:  # an empty one counts as false; there always is one, though its types leave it open
        footer.center.text = "第 &P 页，共 &N 页"
    sheet.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(sheet.protection, allowed, False)
