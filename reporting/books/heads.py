"""What the head of a column of a statement says its figures are, and which of them a column of a table wants."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forms_tables.edition.model import Indicator
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import carried, own_column
from reporting.books.amounts import squeezed
from reporting.books.months import OF_MONTH, OF_YEAR, last_month_in, span_said

BALANCE, PROFIT = "balance", "profit"
CALLED = {BALANCE: "资产负债表", PROFIT: "利润表"}

NAMES = {"项目", "资产", "科目", "报表项目", "项目名称", "指标", "指标名称", "科目名称", "会计科目", "资产项目"}
OF_THE_RIGHT_SIDE = re.compile(r"负债(和|及|与)?(所有者|股东|净资产)")
NO_FIGURES = re.compile(r"行次|序号|附注|注释|备注|说明|行号|编码|代码|增减|同比|环比|占比|比率|比例|幅度|%")
# The first that is found says it.
ROLES = (
    ("begin", re.compile("年初|期初|上年年?末|上年度末")),
    ("end", re.compile("期末|年末|本年末")),
    ("year_ago_so_far", re.compile("(上年|去年|同期).*累计|累计.*(上年|去年|同期)")),
    ("month_year_ago", re.compile("同月|(上年|去年).*[本当]月")),
    ("year_ago", re.compile("同期|(上年|去年).*本期")),
    ("earlier", re.compile("上年|去年")),
    ("month_before", re.compile("上月")),
    ("previous", re.compile("上期")),
    ("so_far", re.compile("累计")),
    ("month", re.compile("本月|当月")),
    ("period", re.compile("本期")),
    ("year", re.compile("本年")),
)
# 本期金额 is of the year or of the month by what stands above it.
SETTLED = {
    OF_YEAR: {"period": "year", "previous": "earlier", "year_ago": "earlier"},
    OF_MONTH: {"period": "month", "previous": "month_before", "year_ago": "month_year_ago"},
}
A_YEAR_BEFORE = {"so_far": "year_ago_so_far", "end": "begin", "year": "earlier", "month": "month_year_ago"}
YEAR = re.compile(r"(20[0-9]{2})(?:年|[-./])")
SO_FAR = re.compile(r"(?<![0-9])1月?[-—~至到][0-9]{1,2}月")  # 2024年1-5月


@dataclass(frozen=True)
class BooksColumn:
    """A column of figures, by what it is called on its sheet."""

    label: str
    role: str  # one of ROLES, or nothing where its head does not say


def is_name_head(text: str) -> bool:
    plain = re.sub(r"\(.*?\)", "", squeezed(text)).rstrip(":")
    return plain in NAMES or bool(OF_THE_RIGHT_SIDE.match(plain))


def role_of(text: str, kind: str, year: int) -> str:
    """`year` is the one that is filed: 2024年度 and 2023年12月31日 speak by theirs."""
    plain = squeezed(text)
    named = YEAR.search(plain)
    if named and int(named[1]) not in (year, year - 1):
        return ""
    unnamed = "" if named is None else "end" if kind == BALANCE else "period"
    role = settled(role_by_words(plain) or unnamed, span_said(plain))
    return A_YEAR_BEFORE.get(role, role) if named and int(named[1]) < year else role


def role_by_words(plain: str) -> str:
    if SO_FAR.search(plain):
        return "so_far"
    return next((role for role, words in ROLES if words.search(plain)), "")


def settled(role: str, span: str) -> str:
    """What a role comes to under words that speak of a year or of a month."""
    return SETTLED.get(span, {}).get(role, role)


def kind_wanted(row: Indicator) -> str:
    """A balance is read off the 资产负债表, what adds up over the year off the 利润表."""
    return BALANCE if row.nature == "期末" else PROFIT


def columns_fed(row: Indicator) -> list[str]:
    """The columns of a row that books may fill: its own, and those of earlier figures."""
    own = own_column(row)
    return [key for key in row.columns if key == own or carried(row, key)]


def roles_wanted(row: Indicator, column: str, period: PeriodCode) -> tuple[str, ...]:
    """The first that a statement has feeds the column. What could be two things is not among them: where nothing above
    speaks of a year, 本期金额 may be the month alone, 上期金额 the month before."""
    before = carried(row, column)
    if kind_wanted(row) == BALANCE:
        return ("begin",) if before else ("end",)
    if period.frequency == "annual":
        return ("earlier", "year_ago_so_far") if before else ("so_far", "year")
    return {None: ("so_far",), "year_ago": ("year_ago_so_far",)}.get(before and before[0], ())


def column_for(columns: Sequence[BooksColumn], wanted: tuple[str, ...], period: PeriodCode) -> str:
    """The label of the one column that is it; nothing where there is none, or two."""
    for role in wanted:
        found = [column.label for column in columns if column.role == role and may_end_with(column, period)]
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def may_end_with(column: BooksColumn, period: PeriodCode) -> bool:
    """Not where its head names another month: 1-6月 is no year. Figures of the beginning may be of last December."""
    month, wanted = last_month_in(column.label), period.month or 12
    return month in (0, wanted) or (month == 12 and column.role == "begin")


def told_apart(labels: Sequence[str], letter: Callable[[int], str]) -> list[str]:
    """Two columns with one head get the place they stand at."""
    return [f"{label}（{letter(place)}）" if labels.count(label) > 1 else label for place, label in enumerate(labels)]
