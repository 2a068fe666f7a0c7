"""What a spreadsheet makes of a code it takes for a number, told before another code is read than was typed."""

from __future__ import annotations

import re
from functools import lru_cache

from text.sheets import SheetCell

AS_TEXT = "请先把单元格格式设为“文本”，再重新输入"
AS_NUMBER = "请把单元格格式改为“常规”或“数值”"
POINT_AS_WORD = re.compile(r'[0#?](?:[!\\]\.|"\.")[0#?]')  # 0!.0000 puts a point into 12345 that is not there
MOST_DIGITS = 15  # what a spreadsheet keeps of a number
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,3}")
NUMBER_OF_ITS_OWN = re.compile(r"1[3-9][0-9]{9}|[48]00[0-9]{7}|[1-9][0-9]{6,7}")  # needs no 0 in front

SHORT_WITHOUT_ITS_ZEROS = ("month", "stock_code", "postal_code", "organisation_code", "phone")


def shortened(cell: SheetCell, kind: str) -> str:
    """Why what stands in the cell may not be what was typed, as a sentence; empty when it is. `kind` is what the cell
    holds, by the names of forms_tables.parsing."""
    if kind in ("month", "date") and cell.shows_no_year:
        day = f"{cell.value:%Y-%m-%d}"
        return f"显示的日期没有年份；年份 {cell.value.year} 是 Excel 自己加的（{day}）。{AS_TEXT}完整的年月日。"
    if kind == "credit_code" and (cell.is_number or looks_cut(cell.value)):
        return (
            f"“{cell.text}”已不是原来的代码：Excel 把它当作数字，只保留前 {MOST_DIGITS} 位，后面的都成了 0。"
            f"{AS_TEXT} 18 位代码。"
        )
    if not cell.is_number:
        return ""
    if abs(cell.value) >= 10**MOST_DIGITS:
        return (
            f"“{cell.text}”超过 {MOST_DIGITS} 位：Excel 把它当作数字，只保留前 {MOST_DIGITS} 位，后面的都成了 0。"
            f"{AS_TEXT}完整的内容。"
        )
    return _zero_lost(cell.text, kind) if kind in SHORT_WITHOUT_ITS_ZEROS else ""


def shown_otherwise(cell: SheetCell) -> str:
    """That its format shows another figure than is stored (12.5% for 0.125, 1.2万 for 12345), as the rest of a sentence
    about it: nobody can say which was meant."""
    sign = shows_another(cell.number_format) if cell.is_number else ""
    if sign == "%":
        return f"是百分比格式，实际存的数是 {cell.text}。{AS_NUMBER}，再填要上报的数。"
    return f"的显示格式缩小了数字，实际存的数是 {cell.text}。{AS_NUMBER}，再核对。" if sign else ""


@lru_cache(maxsize=1024)
def shows_another(number_format: str) -> str:
    """By what sign a number format shows another figure than is stored: a percentage, or thousands left out."""
    shape = number_format.split(";")[0]
    outside = "".join(shape.split('"')[0::2]).rstrip(" )_")
    if "%" in outside:
        return "%"
    return "," if outside.endswith(",") or POINT_AS_WORD.search(shape) else ""


def day_as_number(text: str) -> str:
    """That this is the number a spreadsheet keeps for a day (45292 for 2024-01-01), as a sentence; else empty."""
    if not re.fullmatch("[2-6][0-9]{4}", text):
        return ""
    return f"“{text}”是 Excel 存日期用的数。请把单元格格式设为“日期”，核对后再上传。"


def looks_cut(value: object) -> bool:
    """A code of figures alone that came through a number: 9.15E+17, or three noughts at the end."""
    return isinstance(value, str) and bool(SCIENTIFIC.fullmatch(value) or re.fullmatch("[0-9]{15}000", value))


def _zero_lost(shown: str, kind: str) -> str:
    if kind == "month" and re.fullmatch(r"[12][0-9]{3}\.1", shown):
        year = shown[:4]
        return (
            f"“{shown}”分不清是 {year} 年 1 月还是 10 月：Excel 把 {year}.10 当作数字，去掉了末尾的 0。"
            f"请写成 {year}-01 或 {year}-10。"
        )
    if kind == "stock_code" and len(shown) < 6:
        return f"“{shown}”是数字：Excel 会去掉代码前面的 0（000001 变成 1）。{AS_TEXT}完整的股票代码。"
    if kind == "postal_code" and len(shown) < 6:
        return f"“{shown}”不足 6 位：Excel 把邮政编码当作数字，去掉了前面的 0。{AS_TEXT} 6 位数字。"
    if kind == "organisation_code" and len(shown) < 9:
        return f"“{shown}”不足 9 位：Excel 把组织机构代码当作数字，去掉了前面的 0。{AS_TEXT} 9 位代码。"
    if kind == "phone" and not NUMBER_OF_ITS_OWN.fullmatch(shown):
        return (
            f"“{shown}”不是完整的号码：Excel 把它当作数字，去掉了区号前面的 0。"
            f"{AS_TEXT}，写作“区号-号码”，例如 023-63890000。"
        )
    return ""
