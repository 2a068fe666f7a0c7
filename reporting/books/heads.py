"""What the head of a column of a statement says its figures are, and which of them a column of a table wants."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forms_tables.edition.model import Indicator
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import carried, own_column
from reporting.books.amounts import squeezed

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
    ("earlier", re.compile("上年|去年|同期")),
    ("previous", re.compile("上期|上月")),
    ("so_far", re.compile("累计")),
    ("month", re.compile("本月|当月")),
    ("period", re.compile("本期|本年")),
)
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
    if SO_FAR.search(plain):
        return "year_ago_so_far" if named and int(named[1]) < year else "so_far"
    if found := next((role for role, words in ROLES if words.search(plain)), ""):
        return found
    if named is None or int(named[1]) not in (year, year - 1):
        return ""
    earlier = int(named[1]) < year
    if kind == BALANCE:
        return "begin" if earlier else "end"
    return "earlier" if earlier else "period"


def kind_wanted(row: Indicator) -> str:
    """A balance is read off the 资产负债表, what adds up over the year off the 利润表."""
    return BALANCE if row.nature == "期末" else PROFIT


def columns_fed(row: Indicator) -> list[str]:
    """The columns of a row that books may fill: its own, and those of earlier figures."""
    own = own_column(row)
    return [key for key in row.columns if key == own or carried(row, key)]


def roles_wanted(row: Indicator, column: str, period: PeriodCode) -> tuple[str, ...]:
    """The first that a statement has feeds the column. What could be two things is not among them: 本期金额 of a month
    may be the month alone, 上期金额 the month before."""
    before = carried(row, column)
    if kind_wanted(row) == BALANCE:
        return ("begin",) if before else ("end",)
    if period.frequency == "annual":
        return ("earlier", "year_ago_so_far", "previous") if before else ("so_far", "period")
    return {None: ("so_far",), "year_ago": ("year_ago_so_far",)}.get(before and before[0], ())


def column_for(columns: Sequence[BooksColumn], wanted: tuple[str, ...]) -> str:
    """The label of the one column that is it; nothing where there is none, or two."""
    for role in wanted:
        found = [column.label for column in columns if column.role == role]
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def told_apart(labels: Sequence[str], letter: Callable[[int], str]) -> list[str]:
    """Two columns with one head get the place they stand at."""
    return [f"{label}（{letter(place)}）" if labels.count(label) > 1 else label for place, label in enumerate(labels)]
