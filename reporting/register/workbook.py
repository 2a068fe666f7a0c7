"""The register as an .xlsx: an empty template, or the firms there are, in the columns the import reads."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import BinaryIO

from django.db.models import QuerySet

from accounts.models import District, Enterprise
from reporting.models.in_force import current_edition
from reporting.register.facts import label_of, platform
from reporting.register.imports.columns import TOLD, WHO, WHOM_TO_ASK, columns, facts_in_columns, told
from reporting.register.imports.sheet_rows import MOST_ROWS
from text.writing import FORMULA_SIGNS, StyledCell, TextWorkbook

WIDTHS = dict(zip((*WHO, *WHOM_TO_ASK), (22, 36, 16, 12, 18, 14, 26, 14), strict=True))
WIDTH_OF_A_FACT = 12
HEAD = "#E9F0F9"
EVERY = 500  # firms between two words about how far it is
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


def template(at: datetime.datetime) -> bytes:
    out = io.BytesIO()
    write_register(out, Enterprise.objects.with_district().none(), at)
    return out.getvalue()


def write_register(
    out: BinaryIO,
    enterprises: QuerySet[Enterprise],
    at: datetime.datetime,
    say: Callable[[int], None] = lambda done: None,
) -> None:
    """`enterprises` with their district's name, see with_district(). `say` is told how many were written."""
    with TextWorkbook(out, {"constant_memory": True}, at) as book:
        styles = Styles(book)
        sheet = book.add_worksheet("企业名录")
        sheet.freeze_panes(1, 2)
        heads = columns()
        for place, head in enumerate(heads):
            # The style also where nothing has been typed yet: 000123 stays whole.
            sheet.set_column(place, place, WIDTHS.get(head, WIDTH_OF_A_FACT), styles.text)
        for head in of_kind("yes_no").values():
            place = heads.index(head)
            sheet.data_validation(1, place, MOST_ROWS, place, {"validate": "list", "source": ["是", "否"]})
        sheet.write_cells(0, 0, [(head, styles.head) for head in heads])
        facts = facts_in_columns()
        firms = enterprises.prefetch_related(None).values_list(*TOLD, named=True)
        for row, firm in enumerate(firms.iterator(chunk_size=2000), start=1):
            name, *more = told(firm, facts).values()
            texts = (firm.credit_code, name, firm.district_name or "", *more)
            sheet.write_cells(row, 0, [styles.cell(text) for text in texts])
            if row % EVERY == 0:
                say(row)
        write_how_to(book, styles, at.date())


class Styles:
    """Everything is text; what a spreadsheet would run as a formula once it is typed over is marked besides."""

    def __init__(self, book: TextWorkbook):
        self.text = book.add_format({"num_format": "@"})
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        self.head = book.add_format({"bold": True, "bg_color": HEAD, "valign": "vcenter", "text_wrap": True})

    def cell(self, text: str) -> StyledCell:
        return (text or None, self.quoted if text.startswith(FORMULA_SIGNS) else self.text)


def write_how_to(book: TextWorkbook, styles: Styles, day: datetime.date) -> None:
    sheet = book.add_worksheet("填写说明")
    for place, width in ((0, 90), (2, 26), (3, 12)):
        sheet.set_column(place, place, width)
    lines, districts = how_to(), list(District.objects.valid_on(day))
    for place, head in ((0, "填写说明"), (2, "报送区县"), (3, "代码")):
        sheet.write_string(0, place, head, styles.head)
    for row in range(max(len(lines), len(districts))):
        if row < len(lines):
            sheet.write_string(row + 1, 0, lines[row], styles.text)
        if row < len(districts):
            sheet.write_cells(row + 1, 2, [styles.cell(districts[row].name), styles.cell(districts[row].code)])


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
