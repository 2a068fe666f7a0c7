"""A list of people in a workbook: which sheet it is, where its columns stand, what cannot be read of a row, which
district is meant."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from accounts.models import District
from text.incoming import without_hidden
from text.package import Unreadable
from text.sheets import Book, SheetRow, Worksheet
from text.shortened import shortened

TOLD = "填写说明"  # the sheet beside the list in what we hand out
KINDS = {"电话": "phone", "手机": "phone"}


@dataclass(frozen=True)
class RowProblem:
    row: int
    column: str
    sentence: str


def the_sheet(book: Book) -> Worksheet:
    """The one sheet with a list; which of two is meant nobody can tell."""
    seen = [sheet for sheet in book.sheets if not sheet.hidden and sheet.rows and sheet.title != TOLD]
    if len(seen) > 1:
        titles = "、".join(f"“{sheet.title}”" for sheet in seen[:5])
        raise Unreadable(
            f"工作簿里有 {len(seen)} 张有内容的工作表（{titles}），分不清以哪一张为准。请只留一张，再上传。"
        )
    return seen[0] if seen else book.first


def head_of(row: SheetRow) -> list[tuple[str, int]]:
    """What stands in a row of columns' names, and where."""
    return [(without_hidden(cell.text).strip().rstrip("*"), place) for place, cell in row.cells.items()]


def places_of(
    sheet: Worksheet, head: SheetRow, columns: Sequence[str], may_be_missing: Collection[str], hint: str
) -> dict[str, int]:
    """Where each column stands below the row of their names."""
    named = head_of(head)
    said = [words for words, _ in named]
    if merged := [reference for reference in sheet.merged if reaches(reference, head.number)]:
        raise Unreadable(f"表里有合并单元格（{'、'.join(merged[:3])}）。请取消合并，逐格填写，再上传。")
    if twice := [column for column in columns if said.count(column) > 1]:
        raise Unreadable(f"第 {head.number} 行有两列都叫“{twice[0]}”，分不清以哪一列为准。请只留一列，再上传。")
    if missing := [column for column in columns if column not in said and column not in may_be_missing]:
        raise Unreadable(f"第 {head.number} 行缺少列：{'、'.join(missing)}。{hint}")
    return {column: dict(named)[column] for column in columns if column in said}


def reaches(reference: str, row: int) -> bool:
    """Whether merged cells come down to this row; whole columns (A:F), and what is no reference, do."""
    numbers = re.findall(r"[0-9]+", reference)
    return not numbers or int(numbers[-1]) >= row


def holds_something(row: SheetRow, places: dict[str, int]) -> bool:
    cells = [cell for place in places.values() if (cell := row.cells.get(place))]
    return any(cell.text.strip() or cell.formula for cell in cells)


def unreadable(row: SheetRow, places: dict[str, int]) -> list[tuple[str, str]]:
    """The columns whose cells say nothing, or not what was typed."""
    cells = [(column, row.cells.get(place)) for column, place in places.items()]
    said = [(column, cell.problem or shortened(cell, KINDS.get(column, "text"))) for column, cell in cells if cell]
    return [(column, sentence) for column, sentence in said if sentence]


def texts_of(row: SheetRow, places: dict[str, int]) -> dict[str, str]:
    return {column: cell.text.strip() if (cell := row.cells.get(place)) else "" for column, place in places.items()}


def perhaps(said: str, names: Iterable[str]) -> list[str]:
    """The names that may be meant: what was left out of one, then what is nearly one."""
    every = list(names)
    return [name for name in every if said in name][:3] or get_close_matches(said, every)


def suggestion(said: str, names: Iterable[str]) -> str:
    likely = "或".join(f"“{name}”" for name in perhaps(said, names))
    return f"是不是{likely}？" if likely else ""


class DistrictsToName:
    """Those of a day by their names and codes."""

    def __init__(self, day: datetime.date) -> None:
        every = list(District.objects.select_related("successor", "reviewed_by"))
        self.there = [each for each in every if each.holds_on(day)]
        self.gone = {each: each.valid_to for each in every if each.valid_to and each.valid_to < day}
        self.called = {key: each for each in self.there for key in (each.name, each.code)}

    def why_none_is(self, said: str) -> str:
        """Of a name that none of them has: what became of the district, or which may be meant."""
        if not said:
            return "没有写是哪个区县，请写区县的全称或区划代码。"
        names = [each.name for each in self.there]
        abolished = {key: each for each in self.gone for key in (each.name, each.code)}
        if said not in abolished and not perhaps(said, names):
            said = next(iter(perhaps(said, abolished)), said)
        if district := abolished.get(said):
            return what_became_of(district, self.gone[district])
        return f"没有叫“{said[:40]}”的区县，{suggestion(said, names)}请写区县的全称或区划代码。"


def what_became_of(district: District, last_day: datetime.date) -> str:
    since = last_day + datetime.timedelta(days=1)
    heir = district.successor or district.reviewed_by
    instead = f"由{heir.name}接替，请写“{heir.name}”" if heir else "请改写现在的区县"
    return f"“{district.name}”自{since.year}年{since.month}月{since.day}日起已经撤销，{instead}。"
