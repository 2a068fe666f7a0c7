"""Which figure of the forms is looked at: the headline one, or another of the main ones that has last year's beside
it."""

from __future__ import annotations

from dataclasses import dataclass

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.growth.comparing import ComparedCells, comparable_cells, how_to_read


@dataclass(frozen=True)
class PicturedFigure:
    edition: Edition
    cells: ComparedCells
    is_cumulative: bool  # a sum since January, of which the month can be told

    @property
    def cell(self) -> str:
        return self.cells.own

    @property
    def name(self) -> str:
        return self.edition.indicator(CellAddress.parse(self.cell).code).name

    @property
    def unit(self) -> str:
        at = CellAddress.parse(self.cell)
        row = self.edition.indicator(at.code)
        return row.column(at.column).unit or row.unit

    def is_first(self, period: PeriodCode) -> bool:
        """Whether it is the first form of its year, which knows no month before."""
        return self.is_cumulative and how_to_read(self.edition, period, self.cells).is_first


def figures_to_choose(edition: Edition, period: PeriodCode) -> dict[str, PicturedFigure]:
    """By cell, the headline figure first; none where the edition names none that can be compared."""
    figures = edition.platform.figures.get(period.frequency)
    if figures is None:
        return {}
    found = {cells.own: (row, cells) for row, cells in comparable_cells(edition, period)}
    wanted = [cell for cell in dict.fromkeys((figures.headline, figures.base, *figures.main)) if cell in found]
    return {
        cell: PicturedFigure(edition, cells, bool(cells.so_far) and row.nature == "累计")
        for cell, (row, cells) in ((cell, found[cell]) for cell in wanted)
    }


def classes_of(edition: Edition, period: PeriodCode) -> dict[str, ComparedCells]:
    """The cells the headline figure consists of, by their own: those that have last year's beside them."""
    found = {cells.own: cells for _, cells in comparable_cells(edition, period)}
    wanted = edition.platform.classes.get(period.frequency, ())
    return {cell: found[cell] for cell in wanted if cell in found}
