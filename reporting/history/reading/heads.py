"""Which cell of the form a column holds: named as 2010.c1, by the code of its row alone, or by the row's name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.credit_code import FULL_WIDTH
from forms_tables.edition.model import Indicator
from forms_tables.edition.shape import own_column
from reporting.history.reading.sheets import HistorySheet

IN_BRACKETS = re.compile(r"(.+?)\s*[（(]([^（）()]+)[）)]")
BESIDE_A_UNIT = re.compile(r"^单位[:：]|人民币")  # 单位：万元, 人民币元
BETWEEN = re.compile(r"[，,、;；\s]+")
BRACKETS = re.compile(r"[（）()\s]")
FREQUENCIES = {"month": "月报", "annual": "年报"}
NUMBERED = re.compile(r"^(?:[0-9]+\.|（[一二三四五六七八九十0-9]+）|[(][0-9]+[)]|其中[：:])\s*")  # 1.软件产品收入
UNITS = re.compile(r"(?:百|千|万|百万|千万|亿)?(?:元|美元|人|件|个|项|款|次|家|片)|%")


@lru_cache(maxsize=64)
def cells_named(edition: Edition, frequency: str) -> Mapping[str, tuple[str, ...]]:
    """Every name a column may have, and the cells it may mean."""
    found: dict[str, dict[str, None]] = {}
    rows = [row for table in edition.tables if table.frequency == frequency for row in table.indicators]
    for row in (row for row in rows if not row.is_heading):
        for key in row.columns:
            found.setdefault(f"{row.code}.{key}", {})[f"{row.code}.{key}"] = None
        own = f"{row.code}.{own_column(row) or row.columns[0]}"
        for name in (row.code, row.name, NUMBERED.sub("", row.name), f"{row.code} {row.name}"):
            found.setdefault(name, {})[own] = None
    return {name: tuple(cells) for name, cells in found.items()}


@dataclass(frozen=True)
class Meant:
    """What a column means in the forms of one edition and frequency: a cell, or why it means none."""

    cell: str = ""
    why: str = ""


NOT_OF_THESE = Meant()


@dataclass
class Heads:
    """The heads of one file, as each edition and frequency reads them."""

    sheet: HistorySheet
    known: dict[tuple[str, str], dict[int, Meant]] = field(default_factory=dict)

    def read_by(self, edition: Edition, frequency: str) -> dict[int, Meant]:
        """By the column's place. Two columns that mean the same cell are both told."""
        key = edition.code, frequency
        if key not in self.known:
            meant = {place: self.meant(edition, frequency, head) for place, head in self.sheet.cells.items()}
            self.known[key] = {place: self.alone(place, one, meant) for place, one in meant.items()}
        return self.known[key]

    def meant(self, edition: Edition, frequency: str, head: str) -> Meant:
        names = cells_named(edition, frequency)
        head = typed_as(head, names)
        whole = head in names or self.sheet.now_called(head) is not None
        plain, said = (head, "") if whole else apart(head)
        if plain in names and self.sheet.kept.get(plain, plain) != plain and plain not in self.sheet.renamed:
            now = self.sheet.kept[plain] or "不再使用"
            return Meant(why=f"“{plain}”是现行代码，留存的对照表又写作“{now}”，分不清。请在文件里附对照表写明这一列。")
        called = self.sheet.now_called(plain)
        if called is not None and whole:  # of an old head only the row has another name
            said = apart(head)[1]
        plain = plain if called is None else called
        cells = names.get(plain, ())
        if len(cells) > 1:
            codes = "、".join(CellAddress.parse(cell).code for cell in cells)
            return Meant(why=f"有不止一个指标叫“{plain}”（{codes}），分不清是哪一个。请写指标代码。")
        if not cells:
            return NOT_OF_THESE
        at = CellAddress.parse(cells[0])
        row = edition.indicator(at.code)
        return in_brackets(row, at.column, said, row_alone=plain != cells[0], by_hand=called is not None)

    def alone(self, place: int, one: Meant, all_of_them: Mapping[int, Meant]) -> Meant:
        alike = [self.sheet.cells[other] for other, its in all_of_them.items() if its.cell == one.cell != ""]
        if len(alike) < 2:
            return one
        return Meant(why=f"{'、'.join(f'“{head}”' for head in alike)}这几列都是 {one.cell}，请只留一列。")

    def ended(self, place: int) -> bool:
        """The concordance says that the row is not asked any more: its figures are left out."""
        return place in self.ended_places

    @cached_property
    def ended_places(self) -> frozenset[int]:
        return frozenset(place for place, head in self.sheet.cells.items() if self.sheet.now_called(head) == "")

    def mapped(self) -> dict[str, str]:
        """The heads of this file that the concordance gave another name."""
        told = {head: self.sheet.now_called(head) for head in self.sheet.cells.values()}
        return {head: now for head, now in told.items() if now is not None}


def typed_as(head: str, names: Mapping[str, tuple[str, ...]]) -> str:
    """２０１０.C1 is 2010.c1."""
    at = CellAddress.parse(head.translate(FULL_WIDTH))
    plain = CellAddress(at.code, at.column.lower()).cell
    return plain if plain in names else head


def apart(head: str) -> tuple[str, str]:
    """A head, and what stands in brackets behind it."""
    found = IN_BRACKETS.fullmatch(head)
    return (found[1], found[2]) if found else (head, "")


def in_brackets(row: Indicator, column: str, said: str, *, row_alone: bool, by_hand: bool) -> Meant:
    """The cell of a head with what its brackets say: the unit, or one of the row's columns where the head names the row
    alone. What is neither might be anything (12月当月); only of a head that the concordance names it is settled."""
    own = row.column(column).unit or row.unit
    parts = [part for part in BETWEEN.split(BESIDE_A_UNIT.sub("", said)) if part]
    units = [part for part in parts if part == own or UNITS.fullmatch(part)]
    for part in (part for part in parts if part not in units):
        if named := column_called(row, part):
            if named != column and not row_alone:
                return Meant(why=f"列名写的是 {row.code}.{column}，括号里又写“{part}”，分不清。请只留一种写法。")
            column = named
        elif not by_hand:
            return Meant(
                why=f"列名括号里的“{part}”不是单位，也不是{row.code}“{row.name}”的一列，不知道是什么数。"
                f"请写单元格（如 {row.code}.{column}），或删去这一列。"
            )
    own = row.column(column).unit or row.unit
    if own and (other := next((unit for unit in units if unit != own), "")):
        return Meant(why=f"列名写的单位是{other}，{row.code}“{row.name}”的单位是{own}。请换算为{own}，再导入。")
    return Meant(f"{row.code}.{column}")


def column_called(row: Indicator, part: str) -> str:
    """By its label with or without 累计 (去年同期) and brackets (同比%); 累计 alone is the own of a row that sums."""
    if row.nature and part in (row.nature, f"本年{row.nature}"):
        return own_column(row)
    for column in row.column_definitions:
        label = BRACKETS.sub("", column.label)
        if part.replace("上年同期", "去年同期") in (label, label.removesuffix(row.nature), label.removesuffix("%")):
            return column.key
    return ""
