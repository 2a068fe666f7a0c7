"""Figures and units as firms' books write them. Nothing is guessed: what is no figure is told, a blank is no zero."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from forms_tables.edition.model import Indicator
from forms_tables.filling.parsing import GROUPED, NO_FIGURE, NUMBER, PLAIN
from text.incoming import without_hidden

UNITS = {
    "元": Decimal(1),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}
OF_MONEY = r"(?:人民币)?(百万|千|万|亿)?元"
# 编制单位：元丰公司 speaks of a firm, 单位：元会企02表 of a unit: what follows is no word of its own.
SAID_OF_THE_SHEET = re.compile(rf"(?<!编制)(?<!填报)(?<!报送)(?<!核算)单位[:\s]*{OF_MONEY}(?=会|[^\u4e00-\u9fff]|$)")
SAID_IN_BRACKETS = re.compile(rf"\({OF_MONEY}\)")
BRACKETED = re.compile(r"\((.*)\)")
MOST_DIGITS = 20


class NoAmount(ValueError):
    """What stands there is no figure: the rest of a sentence about its place."""


def squeezed(text: str) -> str:
    """One spelling for all: full-width is plain, no white space, nothing that cannot be seen."""
    return "".join(unicodedata.normalize("NFKC", without_hidden(text)).split())


def read_amount(text: str) -> Decimal | None:
    """None is a blank. Brackets and a minus behind are the minus of accountants."""
    typed = without_hidden(text).translate(PLAIN).strip()
    if not typed:
        return None
    plain = typed.lstrip("¥￥").strip()
    if plain in NO_FIGURE:
        raise NoAmount(f"写的是“{typed[:20]}”，不是数；没有发生额的请在表里自己填 0")
    if inside := BRACKETED.fullmatch(plain):
        plain = f"-{inside[1].strip()}"
    elif plain.endswith("-"):
        plain = f"-{plain[:-1].strip()}"
    digits = plain.replace(",", "") if GROUPED.fullmatch(plain) else plain
    if not NUMBER.fullmatch(digits):
        raise NoAmount(f"写的是“{typed[:20]}”，读不成数")
    amount = Decimal(digits)
    if amount.adjusted() >= MOST_DIGITS:
        raise NoAmount(f"“{typed[:20]}…”位数过多，请核对")
    return amount


def units_said(lines: list[str]) -> set[str]:
    """The units named in lines above and beside a statement; more than one contradict each other."""
    found: set[str] = set()
    for line in lines:
        plain = unicodedata.normalize("NFKC", line)
        for pattern in (SAID_OF_THE_SHEET, SAID_IN_BRACKETS):
            found |= {f"{size}元" for size in pattern.findall(plain)}
    return found


def converted(amount: Decimal, unit: str, table_unit: str) -> Decimal:
    """Exact: units are powers of ten apart."""
    return amount * UNITS[unit] / UNITS[table_unit]


def as_the_table_has_it(exact: Decimal, row: Indicator, column: str) -> Decimal:
    """Rounded half up to the decimals of the row, as accountants round."""
    decimals = row.decimals_in(column)
    taken = exact if decimals is None else exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return taken or abs(taken)  # never -0
