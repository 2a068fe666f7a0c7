"""Where a figure stands: 2020.c1, the row 2020 and its column c1; of one among several tables 软统企6!2020.c1."""

from dataclasses import dataclass
from functools import lru_cache

MOST_KEPT = 8192  # an edition has some thousands of cells; what is asked of them is asked again and again


@dataclass(frozen=True, slots=True)
class CellAddress:
    """`code` is the row's. Of a text that is no address the parts are what stands there, and no row has them."""

    code: str
    column: str
    table: str = ""

    @staticmethod
    def parse(text: str) -> "CellAddress":
        """From 2020.c1; a row alone (2020) has no column."""
        return _parsed(text)

    @staticmethod
    def parse_place(text: str) -> "CellAddress":
        """From 软统企6!2020.c1, as findings name a cell."""
        return _placed(text)

    @property
    def cell(self) -> str:
        """2020.c1, as the cells of a filing are kept."""
        return f"{self.code}.{self.column}" if self.column else self.code

    def __str__(self) -> str:
        return f"{self.table}!{self.cell}" if self.table else self.cell


@lru_cache(MOST_KEPT)
def _parsed(text: str) -> CellAddress:
    code, _, column = text.partition(".")
    return CellAddress(code, column)


@lru_cache(MOST_KEPT)
def _placed(text: str) -> CellAddress:
    table, _, cell = text.rpartition("!")
    code, _, column = cell.partition(".")
    return CellAddress(code, column, table)
