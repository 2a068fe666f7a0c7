"""The files people bring on a Monday: officials, the register, two years of months. Firms are drawn as the
demonstration draws its own; two are worked by hand and live alone in a district."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from reporting.demo.firms import Firm, make_firm
from reporting.demo.months import cumulative, monthly_cells
from tests.going_live.monday.by_hand import BY_HAND, DISTRICT, ByHand

EDITION = load_edition("chongqing-2024")
DISTRICTS = {each.code: each for each in EDITION.districts}
FIRST, THIS, NEXT = PeriodCode(2024, 5), PeriodCode(2026, 5), PeriodCode(2026, 6)
SEED = 12
OFFICIALS = ("姓名", "角色", "区县", "邮箱", "手机")
# Where a firm of the new district stood before it was founded.
BEFORE_MERGER = ("江北区", "渝北区", "两江新区（经信部门）")
NEW_DISTRICT = "500157"
SUMS = {"2020": ("2021", "2022", "2023", "2024"), "2040": ("2041", "2042", "2043")}


@dataclass(frozen=True)
class OnPaper:
    """A firm as the city's old files know it."""

    code: str
    name: str
    district: str  # code
    contact: str
    email: str
    attributes: dict[str, str]
    drawn: Firm | None = None
    by_hand: ByHand | None = None

    def typed(self, period: PeriodCode) -> dict[str, str]:
        """What it reports of the month, as it would type it."""
        if self.by_hand:
            return self.by_hand.typed(period.year, period.month)
        assert self.drawn
        return monthly_cells(self.drawn, period.year, period.month, has_year_ago=True, has_prev=True)

    def history(self, period: PeriodCode) -> dict[str, Decimal]:
        """The same with the sums that the form works out: the old file has every row."""
        found = {cell: Decimal(text) for cell, text in self.typed(period).items() if cell.endswith(".c1")}
        for whole, parts in SUMS.items():
            found[f"{whole}.c1"] = sum((found.get(f"{part}.c1", Decimal(0)) for part in parts), Decimal(0))
        return found


def districts() -> list:
    """Of today, as the register may name them."""
    return [each for each in EDITION.districts if each.is_valid_on(THIS.end)]


def city_of(size: int) -> list[OnPaper]:
    codes = tuple(each.code for each in districts() if each.code != DISTRICT)
    drawn = (make_firm(number, SEED, codes) for number in range(size - len(BY_HAND)))
    by_hand = [OnPaper(f.code, f.name, DISTRICT, "统计员", mail_of(f.code), f.attributes, by_hand=f) for f in BY_HAND]
    return by_hand + [
        OnPaper(f.credit_code, f.name, f.district, f.contact, mail_of(f.credit_code), f.attributes, drawn=f)
        for f in drawn
    ]


def mail_of(code: str) -> str:
    return f"{code.lower()}@firm.example.com"


def officials() -> bytes:
    """The city's desk, an analyst of the association, and somebody in every district."""
    rows = [
        ("周涛", "市级", "", "zhoutao@city.example.com", "13900000001"),
        ("刘芳", "行业协会", "", "liufang@assoc.example.com", ""),
    ]
    rows += [(f"{each.name}统计员", "区县", each.name, official_mail(each.code), "") for each in districts()]
    return workbook(OFFICIALS, rows)


def official_mail(district: str) -> str:
    return f"d{district.lower()}@district.example.com"


def register(firms: Iterable[OnPaper]) -> bytes:
    told = EDITION.platform
    facts = {code: told.facts[code].short for code in told.columns}
    heads = (
        "统一社会信用代码",
        "单位详细名称",
        "报送区县",
        *facts.values(),
        "联系人",
        "固定电话",
        "手机",
        "邮箱",
        "起报日期",
    )
    names = {each.code: each.name for each in districts()}
    rows = (
        (
            f.code,
            f.name,
            names[f.district],
            *(f.attributes.get(code, "") for code in facts),
            f.contact,
            "",
            "13800000000",
            f.email,
            "2026-05-01",
        )
        for f in firms
    )
    return workbook(heads, rows)


def months() -> list[PeriodCode]:
    """Two years up to the month before this: no report of January is asked."""
    found, at = [], FIRST
    while at < THIS:
        if not at.is_annual and at.month != 1:
            found.append(at)
        at = at.following
    return found


def history(firms: list[OnPaper]) -> bytes:
    """One row per firm and month; a column for each cell any of them has."""
    cells = sorted({cell for firm in firms for cell in firm.history(THIS)})
    return workbook(("统一社会信用代码", "报告期", "报送区县", *cells), history_rows(firms, cells))


def history_rows(firms: list[OnPaper], cells: list[str]) -> Iterator[tuple]:
    founded = DISTRICTS[NEW_DISTRICT].valid_from
    for period in months():
        for number, firm in enumerate(firms):
            was = BEFORE_MERGER[number % 3] if firm.district == NEW_DISTRICT and period.end < founded else ""
            figures = firm.history(period)
            yield firm.code, period.code, was, *(figures.get(cell, "") for cell in cells)
        cumulative.cache_clear()


def workbook(heads: Iterable[str], rows: Iterable[Iterable]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, heads)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, Decimal):
                sheet.write_number(number, place, float(value))
            elif value:
                sheet.write_string(number, place, value)
    book.close()
    return out.getvalue()
