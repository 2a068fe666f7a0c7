"""One table as a worksheet: the official form, with the codes and column keys by which it is read back, and gaps where
a firm's own cells stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from forms_tables.edition.model import FIGURE_KINDS, Indicator, Table
from forms_tables.words.rules import PERIODS
from forms_tables.workbooks.filled import CODE_LABEL, KEY_MARK
from forms_tables.workbooks.skeleton import Gap
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
PAST_FONT = Font(name="宋体", size=10, color="6B7280")  # what was filed before
AUTHOR = "表样说明"


@dataclass(frozen=True)
class SheetLayout:
    """Which row each code and which column each key got."""

    table: Table
    label_row: int
    rows: Mapping[str, int]
    letters: Mapping[str, str]
    past: Mapping[tuple[str, str], str]  # what was filed before and has no column of the form: its word and column key

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


def keys_of(table: Table, code: str) -> tuple[str, ...]:
    return next((row.columns for row in table.indicators if row.code == code and not row.is_heading), ())


def heading_lines(table: Table) -> list[str]:
    """The official form's upper right corner, as far as the form's papers are known."""
    papers = {"制定机关": table.authority, "批准机关": table.approved_by, "文    号": table.document}
    lines = [f"表    号：{table.code}", *(f"{label}：{text}" for label, text in papers.items() if text)]
    return lines if table.provenance == "official" else [*lines, "官方表式未公布，本表据公开资料编制，待市级核定"]


def lay_out(table: Table, header: Iterable[str], past: Iterable[tuple[str, str]] = ()) -> SheetLayout:
    used = {key for indicator in table.indicators for key in indicator.columns}
    keys = [column.key for column in table.columns if column.key in used]
    label_row = 3 + max(len([*header]), len(heading_lines(table)))
    return SheetLayout(
        table,
        label_row,
        {indicator.code: label_row + 2 + n for n, indicator in enumerate(table.indicators)},
        {key: get_column_letter(FIRST_FIGURE + n) for n, key in enumerate(keys)},
        {each: get_column_letter(FIRST_FIGURE + len(keys) + 1 + n) for n, each in enumerate(past)},
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
    sheet: Worksheet, layout: SheetLayout, header: Iterable[str], explanations: Mapping[str, str]
) -> dict[str, Gap]:
    """The form of one table without the firm's cells: the gaps they go into, by their references."""
    gaps = write_heading(sheet, layout, header)
    write_labels(sheet, layout)
    styles: dict[tuple[bool, str, bool], Gap] = {}
    for indicator in layout.table.indicators:
        gaps |= write_row(sheet, layout, indicator, styles)
        if text := explanations.get(indicator.code):
            sheet[f"{NAME}{layout.rows[indicator.code]}"].comment = comment_of(text)
    gaps |= write_past(sheet, layout)
    write_footer(sheet, layout)
    set_up_page(sheet, layout)
    return gaps


def comment_of(text: str) -> Comment:
    lines = sum(1 + len(line) // 24 for line in text.split("\n"))
    return Comment(text, AUTHOR, width=360, height=24 + 20 * lines)


def write_heading(sheet: Worksheet, layout: SheetLayout, header: Iterable[str]) -> dict[str, Gap]:
    last = layout.note_letter
    sheet.merge_cells(f"A1:{last}1")
    write_text(sheet["A1"], layout.table.title)
    sheet["A1"].font = TITLE_FONT
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    gaps = {}
    for row, label in enumerate(header, start=2):
        sheet.merge_cells(f"{NAME}{row}:{UNIT}{row}")
        write_text(sheet[f"{NAME}{row}"], label)
        gaps[f"{NAME}{row}"] = Gap.of(sheet, lambda cell, _closed: in_font(cell, TEXT_FONT))
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
    return gaps


def in_font(cell: Cell, font: Font) -> None:
    cell.font = font


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


def write_row(
    sheet: Worksheet, layout: SheetLayout, indicator: Indicator, styles: dict[tuple[bool, str, bool], Gap]
) -> dict[str, Gap]:
    row = layout.rows[indicator.code]
    marks = {NAME: indicator.name, CODE: indicator.code, UNIT: "" if indicator.is_heading else indicator.unit}
    for letter, text in {**marks, layout.note_letter: ""}.items():
        cell = sheet[f"{letter}{row}"]
        write_text(cell, text)
        dress_mark(cell, letter, layout, indicator)
    if indicator.is_heading:
        sheet[f"{NAME}{row}"].font = BOLD_FONT
    gaps = {}
    for key, letter in layout.letters.items():
        cell = sheet[f"{letter}{row}"]
        cell.border = BOX
        if indicator.is_heading or key not in indicator.columns:
            cell.fill = TINT
        else:
            gaps[cell.coordinate] = gap_of(sheet, indicator, key, styles)
    if not indicator.is_heading:
        note = sheet[f"{layout.note_letter}{row}"]
        gaps[note.coordinate] = Gap.of(sheet, lambda cell, _: dress_mark(cell, layout.note_letter, layout, indicator))
    return gaps


def dress_mark(cell: Cell, letter: str, layout: SheetLayout, indicator: Indicator) -> None:
    cell.font, cell.border = (NOTE_FONT if letter == layout.note_letter else TEXT_FONT), BOX
    cell.alignment = Alignment(
        horizontal="left" if letter in (NAME, layout.note_letter) else "center",
        indent=indicator.depth if letter == NAME else 0,
        vertical="center",
        wrap_text=True,
    )


def gap_of(sheet: Worksheet, indicator: Indicator, key: str, styles: dict[tuple[bool, str, bool], Gap]) -> Gap:
    is_figure, is_past = indicator.kind_in(key) in FIGURE_KINDS, bool(indicator.column(key).carry)
    shape = number_format(indicator, key)

    def dress(cell: Cell, is_closed: bool) -> None:
        cell.font = PAST_FONT if is_closed and is_past else TEXT_FONT
        cell.border = BOX
        horizontal = "right" if is_figure else "left"
        cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=not is_figure)
        cell.number_format = shape
        cell.protection = Protection(locked=is_closed)
        if is_closed:
            cell.fill = TINT

    if (is_figure, shape, is_past) not in styles:
        styles[is_figure, shape, is_past] = Gap.of(sheet, dress)
    return styles[is_figure, shape, is_past]


def write_past(sheet: Worksheet, layout: SheetLayout) -> dict[str, Gap]:
    """Beside the form, in grey, what was filed before; its columns have no key, so nothing of them is read."""
    gaps: dict[str, Gap] = {}
    is_one = len({key for _, key in layout.past}) == 1
    for (word, key), letter in layout.past.items():
        cell = sheet[f"{letter}{layout.label_row}"]
        write_text(cell, PERIODS[word] if is_one else f"{PERIODS[word]}{layout.table.column(key).label}")
        cell.font, cell.alignment = PAST_FONT, Alignment(horizontal="center", vertical="center", wrap_text=True)
        above = sheet[f"{letter}{layout.label_row - 1}"]
        write_text(above, "供参考，不用填")
        above.font, above.alignment = NOTE_FONT, Alignment(horizontal="center")
        sheet.column_dimensions[letter].width = 17
        for indicator in layout.table.indicators:
            if indicator.is_heading or key not in indicator.columns:
                continue
            cell = sheet[f"{letter}{layout.rows[indicator.code]}"]
            cell.font = PAST_FONT
            gaps[cell.coordinate] = Gap.of(sheet, partial(dress_past, shape=number_format(indicator, key)))
    return gaps


def dress_past(cell: Cell, _is_closed: bool, shape: str) -> None:
    cell.font, cell.alignment = PAST_FONT, Alignment(horizontal="right", vertical="center")
    cell.number_format = shape


def write_footer(sheet: Worksheet, layout: SheetLayout) -> None:
    row = layout.last_row + 2
    sheet.merge_cells(f"{NAME}{row}:{layout.note_letter}{row}")
    write_text(sheet[f"{NAME}{row}"], "      ".join(f"{label}：" for label in layout.table.footer))
    sheet[f"{NAME}{row}"].font = TEXT_FONT


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
