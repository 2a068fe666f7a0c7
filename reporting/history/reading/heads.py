"""Which cell of the form a column holds: named as 2010.c1, by the code of its row alone, or by the row's name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.shape import own_column
from reporting.history.reading.sheets import HistorySheet

WITH_UNIT = re.compile(r"(.+?)\s*[（(]([^（）()]+)[）)]")
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
        plain, unit = head, ""
        if head not in names and self.sheet.now_called(head) is None and (found := WITH_UNIT.fullmatch(head)):
            plain, unit = found[1], found[2] if UNITS.fullmatch(found[2]) else ""
        if plain in names and self.sheet.kept.get(plain, plain) != plain and plain not in self.sheet.renamed:
            now = self.sheet.kept[plain] or "不再使用"
            return Meant(why=f"“{plain}”是现行代码，留存的对照表又写作“{now}”，分不清。请在文件里附对照表写明这一列。")
        called = self.sheet.now_called(plain)
        plain = plain if called is None else called
        cells = names.get(plain, ())
        if len(cells) > 1:
            codes = "、".join(CellAddress.parse(cell).code for cell in cells)
            return Meant(why=f"有不止一个指标叫“{plain}”（{codes}），分不清是哪一个。请写指标代码。")
        if not cells:
            return NOT_OF_THESE
        return self.in_its_unit(edition, cells[0], unit)

    def in_its_unit(self, edition: Edition, cell: str, unit: str) -> Meant:
        at = CellAddress.parse(cell)
        row = edition.indicator(at.code)
        own = row.column(at.column).unit or row.unit
        if unit and own and unit != own:
            return Meant(why=f"列名写的单位是{unit}，{row.code}“{row.name}”的单位是{own}。请换算为{own}，再导入。")
        return Meant(cell)

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
