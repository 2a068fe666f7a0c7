"""What a person typed into a cell, read as a figure, a text or a blank. What would have to be guessed is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from forms_tables.edition import credit_code
from forms_tables.edition.model import FIGURE_KINDS, CodeList, Indicator
from text.incoming import hidden_mark, no_plain_address, without_control, without_hidden

# Full-width digits, letters and signs, and the mathematical minus, mean what their plain twins mean.
PLAIN = {**credit_code.FULL_WIDTH, ord("−"): "-", ord("﹣"): "-", ord("\u3000"): " ", ord("\u00a0"): " "}
SPACES = {ord("\u3000"): " ", ord("\u00a0"): " "}
LONGEST_TEXT = 200
MOST_WHOLE_DIGITS = 15
SIGNED = r"[+-]?"
NUMBER = re.compile(rf"{SIGNED}([0-9]+(\.[0-9]+)?|\.[0-9]+)")
MOST_DECIMALS = 30
GROUPED = re.compile(rf"{SIGNED}[0-9]{{1,3}}(,[0-9]{{3}})+(\.[0-9]+)?")
SCIENTIFIC = re.compile(rf"{SIGNED}[0-9]*\.?[0-9]+[eE]{SIGNED}[0-9]+")
ERROR_OF_EXCEL = re.compile(r"#[A-Z0-9/_]+[!?]?")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
WITH_UNIT = re.compile(rf"[¥$]?\s*{SIGNED}[0-9][0-9,.]*\s*([%‰]|[^0-9\s,.+()eE-]+)|[¥$]\s*{SIGNED}[0-9][0-9,.]*")

NO_FIGURE = ("-", "--", "—", "——", "/", "无", "NA", "N/A")
# What is said of a figure that cannot be read. static/sheet/reading.js says the same while somebody types.
SENTENCES = {
    "long": "内容超过{longest}字，请缩短",
    "formula": "{typed}是公式，请改为公式算出的结果",
    "excel": "{typed}是电子表格的错误值，请改正后填写",
    "control": "含有换行或控制字符，请删去后填在一行内",
    "whole": "{typed}的整数部分超过{most}位，请核对单位（{unit}）",
    "integer": "{typed}应为整数（单位：{unit}）",
    "decimals": "{typed}的小数超过{decimals}位；系统不代为四舍五入，请填至{decimals}位小数",
    "netted": "{typed}为负数，该指标不得为负；红字冲销请填冲减后的累计数，确为负数的请联系区县",
    "negative": "{typed}为负数，该指标不得为负，请核对",
    "grouping": "{typed}的千分位逗号位置不对（应每三位一个，如1,234.56），请核对后填写",
    "brackets": "{typed}带有括号；如为负数请写负号，如-12.5，否则请去掉括号",
    "scientific": "{typed}是科学计数法，请写出全部数字",
    "percent": "{typed}带有单位或文字，只填百分数的数字，如12.5表示12.5%",
    "unit": "{typed}带有单位或文字，请换算为{unit}后只填数字，不带单位",
    "none": "{typed}不是数字；没有发生额请填0，不适用请清空",
    "spaces": "{typed}的数字中间有空格，请删去空格",
    "no_percent": "{typed}不是数字",
    "no_number": "{typed}不是数字，请填以{unit}为单位的数字",
}


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be read; the sentence says where it is and how to mend it."""

    table: str
    code: str
    column: str
    problem: str
    rule: str = ""  # of the edition, where it has one about this
    missing: bool = False  # nothing was typed where something must be


class _Refused(Exception):
    def __init__(self, sentence: str, rule: str = ""):
        self.sentence, self.rule = sentence, rule


def _refused(why: str, rule: str = "", typed: str = "", **facts: str | int) -> _Refused:
    return _Refused(SENTENCES[why].format(typed=_show(typed), **facts), rule)


def plain_figure(indicator: Indicator, column: str) -> Callable[[str], object] | None:
    """What knows a figure in its normal form, of which nothing below has a word to say; None where no figure stands."""
    if indicator.is_heading or indicator.kind_in(column) not in FIGURE_KINDS:
        return None
    allowed = indicator.decimals_in(column)
    return _bare(MOST_DECIMALS if allowed is None else allowed).fullmatch


@cache
def _bare(decimals: int) -> re.Pattern[str]:
    fraction = rf"(\.[0-9]{{1,{decimals}}})?" if decimals else ""
    return re.compile(rf"[0-9]{{1,{MOST_WHOLE_DIGITS}}}{fraction}")


def parse(indicator: Indicator, column: str, text: str | None) -> Decimal | str | None | Problem:
    """The value of one cell; None is a blank, which is not zero."""
    if text and (plain := plain_figure(indicator, column)) and plain(text):
        return Decimal(text)
    kind = indicator.kind if indicator.is_heading else indicator.kind_in(column)
    meant = without_control(text or "") if kind == "text" else without_hidden(text or "")
    typed = _translated(meant, SPACES).strip()
    if not typed:
        return None
    try:
        if len(typed) > LONGEST_TEXT:
            raise _refused("long", longest=LONGEST_TEXT)
        _refuse_traces_of_excel(typed)
        if indicator.is_heading:
            raise _Refused("这一行是组标题，不填数，请清空")
        if read := _READERS.get(kind):
            return read(typed, indicator)
        return _read_figure(typed, indicator, column)
    except _Refused as refused:
        place = indicator.place("" if indicator.is_heading else column)
        return Problem(indicator.table, indicator.code, column, f"{place}：{refused.sentence}。", refused.rule)


def _translated(text: str, table: Mapping[int, str]) -> str:
    """No table here has a word for a character of ASCII."""
    return text if text.isascii() else text.translate(table)


def _plain(typed: str) -> str:
    return _translated(typed, PLAIN)


def _show(typed: str) -> str:
    return f"“{typed if len(typed) <= 30 else typed[:30] + '…'}”"


def _refuse_traces_of_excel(typed: str) -> None:
    plain = _plain(typed)
    if plain.startswith("="):
        raise _refused("formula", typed=typed)
    if plain.startswith("#") and ERROR_OF_EXCEL.fullmatch(plain.upper()):
        raise _refused("excel", typed=typed)
    if CONTROL.search(typed):
        raise _refused("control")


def _read_figure(typed: str, indicator: Indicator, column: str) -> Decimal:
    unit = indicator.column(column).unit or indicator.unit
    digits = _plain_number(typed, unit)
    value = Decimal(digits)
    whole, _, fraction = digits.lstrip("+-").partition(".")
    if len(whole.lstrip("0")) > MOST_WHOLE_DIGITS:
        raise _refused("whole", typed=typed, most=MOST_WHOLE_DIGITS, unit=unit)
    allowed = indicator.decimals_in(column)
    if allowed is not None and len(fraction) > allowed:
        exact = value.quantize(Decimal(1).scaleb(-allowed))
        if exact != value and allowed == 0:
            raise _refused("integer", indicator.whole_rule, typed, unit=unit)
        if exact != value:
            raise _refused("decimals", typed=typed, decimals=allowed)
        value = exact
    if value < 0 and column in indicator.nonnegative_columns:
        raise _refused("netted" if is_netted(indicator) else "negative", indicator.nonnegative_rule, typed)
    return value or abs(value)  # never -0


def _plain_number(typed: str, unit: str) -> str:
    plain = _plain(typed)
    if NUMBER.fullmatch(plain):
        return plain
    if GROUPED.fullmatch(plain):
        return plain.replace(",", "")
    if re.fullmatch(r"[+-]?[0-9,.]+", plain) and "," in plain:
        raise _refused("grouping", typed=typed)
    if re.fullmatch(r"\(.*\)", plain):
        raise _refused("brackets", typed=typed)
    if SCIENTIFIC.fullmatch(plain):
        raise _refused("scientific", typed=typed)
    if WITH_UNIT.fullmatch(plain):
        raise _refused("percent" if unit == "%" else "unit", typed=typed, unit=unit)
    if plain in NO_FIGURE:
        raise _refused("none", typed=typed)
    if re.search(r"[0-9]\s+[0-9]", plain):
        raise _refused("spaces", typed=typed)
    raise _refused("no_percent" if unit == "%" else "no_number", typed=typed, unit=unit)


def is_netted(indicator: Indicator) -> bool:
    """Money that was credited back is reported net, so a firm may want to type a negative."""
    return indicator.kind in ("money", "usd")


def _read_text(typed: str, indicator: Indicator) -> str:
    if mark := hidden_mark(typed):
        raise _Refused(mark)
    return typed


def _read_code(typed: str, indicator: Indicator) -> str:
    return _code_in(_choices_of(indicator), typed)


def _choices_of(indicator: Indicator) -> CodeList:
    """Whoever reads an edition sees to it that a row of codes has its list."""
    if indicator.choices is None:
        raise ValueError(f"{indicator.code} has no code list")
    return indicator.choices


def _read_codes(typed: str, indicator: Indicator) -> str:
    """Several codes, written 1,3B in the order of the list."""
    choices = _choices_of(indicator)
    if code := choices.code_of(typed):
        return code
    chosen = {_code_in(choices, part.strip()) for part in re.split("[,，、;；]", typed) if part.strip()}
    if not chosen:
        raise _Refused(f"{_show(typed)}没有代码，请填代码，多项用逗号隔开")
    return ",".join(entry.code for entry in choices.entries if entry.code in chosen)


def _code_in(choices: CodeList, typed: str) -> str:
    """The code itself or the exact name; nothing that only resembles one."""
    plain = _plain(typed)
    if choices.name_of(plain) is not None or (choices.also and re.fullmatch(choices.also, plain)):
        return plain
    if code := choices.code_of(typed):
        return code
    first = "、".join(f"{entry.code} {entry.name}" for entry in choices.entries[:6])
    more = "等" if len(choices.entries) > 6 else ""
    raise _Refused(f"{_show(typed)}不在“{choices.title}”代码表中，请填代码或全称：{first}{more}")


def _read_yes_no(typed: str, indicator: Indicator) -> str:
    if typed not in ("是", "否"):
        raise _Refused(f"{_show(typed)}不是“是”或“否”，请填“是”或“否”")
    return typed


def _read_month(typed: str, indicator: Indicator) -> str:
    """2024-05. Excel turns a month into the first day of it, so a whole date names its month."""
    found = re.fullmatch(r"([0-9]{4})(?:[-/.]([0-9]{1,2})|年([0-9]{1,2})月)", _plain(typed))
    if found is None:
        return _date_in(typed, "年—月，如2024-05或2024年5月").isoformat()[:7]
    year, month = int(found[1]), int(found[2] or found[3])
    if not (1900 <= year <= 2100 and 1 <= month <= 12):
        raise _Refused(f"{_show(typed)}不是存在的年月，请按2024-05的样式填写")
    return f"{year}-{month:02d}"


def _read_date(typed: str, indicator: Indicator) -> str:
    return _date_in(typed, "年—月—日，如2024-05-31").isoformat()


def _date_in(typed: str, shape: str) -> date:
    pattern = r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
    found = re.fullmatch(pattern, _plain(typed))
    if found is None:
        raise _Refused(f"{_show(typed)}不是{shape}，请照此填写")
    try:
        day = date(int(found[1]), int(found[3] or found[5]), int(found[4] or found[6]))
    except ValueError as error:
        raise _Refused(f"{_show(typed)}不是存在的日期，请核对") from error
    if not 1900 <= day.year <= 2100:
        raise _Refused(f"{_show(typed)}的年份不合常理，请核对")
    return day


def _read_region(typed: str, indicator: Indicator) -> str:
    plain = _plain(typed)
    if not re.fullmatch("[0-9]{6}([0-9]{6})?", plain):
        raise _Refused(f"{_show(typed)}不是区划代码，请填12位数字（至少填前6位）")
    if indicator.choices and indicator.choices.name_of(plain[:6]) is None:
        raise _Refused(
            f"{_show(typed)}的前6位不在“{indicator.choices.title}”代码表中，请核对", indicator.unreadable_rule
        )
    return plain


def _read_activity(typed: str, indicator: Indicator) -> str:
    """A code of the list and words of one's own, in either order; kept as E131 通用应用软件开发."""
    choices = _choices_of(indicator)
    if code := choices.code_of(typed):
        return f"{code} {typed}"
    plain = _plain(typed)
    found = re.fullmatch(r"(?P<code>[A-Z]+[0-9]+)(?:[\s:,、()]+(?P<words>.*?)\)?)?", plain) or re.fullmatch(
        r"(?P<words>.*?)[\s:,、(]+(?P<code>[A-Z]+[0-9]+)\)?", plain
    )
    if found is None or choices.name_of(found["code"]) is None:
        raise _Refused(f"{_show(typed)}没有写明“{choices.title}”的代码，请写作“{_example(choices)}”的样式")
    return f"{found['code']} {found['words'] or choices.name_of(found['code'])}"


def _example(choices: CodeList) -> str:
    entry = choices.entries[-1]
    return f"{entry.code} {entry.name}"


def _read_credit_code(typed: str, indicator: Indicator) -> str:
    code = credit_code.normalise(typed)
    if problem := credit_code.problem_with(code):
        raise _Refused(f"{_show(typed)}有误，{problem.rstrip('。')}", indicator.unreadable_rule)
    return code


def _read_organisation_code(typed: str, indicator: Indicator) -> str:
    code = credit_code.normalise(typed).replace("-", "")
    if problem := credit_code.problem_with_organisation_code(code):
        raise _Refused(f"{_show(typed)}有误，{problem.rstrip('。')}")
    return code


def _read_phone(typed: str, indicator: Indicator) -> str:
    plain = _plain(typed)
    if not re.fullmatch(r"\+?[0-9()\s转-]+", plain) or not 7 <= len(re.sub("[^0-9]", "", plain)) <= 20:
        raise _Refused(f"{_show(typed)}不像固定电话，请写作023-63890000或023-63890000-801的样式")
    return plain


def _read_mobile(typed: str, indicator: Indicator) -> str:
    digits = re.sub(r"[\s-]", "", _plain(typed))
    digits = re.sub(r"^\+?86(?=1[0-9]{10}$)", "", digits)
    if not re.fullmatch("1[3-9][0-9]{9}", digits):
        raise _Refused(f"{_show(typed)}不是手机号码，请填11位手机号")
    return digits


def _read_email(typed: str, indicator: Indicator) -> str:
    plain = _plain(typed)
    if why := no_plain_address(plain):
        raise _Refused(f"{_show(typed)}：{why}")
    if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", plain):
        raise _Refused(f"{_show(typed)}不是电子邮箱，请写作name@example.cn的样式")
    return plain


def _read_postal_code(typed: str, indicator: Indicator) -> str:
    plain = _plain(typed)
    if not re.fullmatch("[0-9]{6}", plain):
        raise _Refused(f"{_show(typed)}不是邮政编码，请填6位数字")
    return plain


def _read_stock_code(typed: str, indicator: Indicator) -> str:
    plain = _plain(typed).upper()
    if not re.fullmatch("[0-9A-Z.]{1,12}", plain):
        raise _Refused(f"{_show(typed)}不是股票代码，请只填数字和字母，如600000")
    return plain


_READERS = {
    "text": _read_text,
    "code": _read_code,
    "codes": _read_codes,
    "yes_no": _read_yes_no,
    "month": _read_month,
    "date": _read_date,
    "region": _read_region,
    "activity": _read_activity,
    "credit_code": _read_credit_code,
    "organisation_code": _read_organisation_code,
    "phone": _read_phone,
    "mobile": _read_mobile,
    "email": _read_email,
    "postal_code": _read_postal_code,
    "stock_code": _read_stock_code,
}
