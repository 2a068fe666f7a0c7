"""What is compared: of each counted filing of a period whose it is, where it counts, and a few of its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from accounts.models import Enterprise
from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import counterparts
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns.counted import counted
from reporting.city_columns.past import cells_then
from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns
from reporting.cuts.dimensions import UNKNOWN, cells_of_classes, grouped
from reporting.models import Release
from reporting.totals.adding_up import figure_of
from reporting.totals.from_columns import record_named_by
from reporting.totals.frozen import release_read_for
from reporting.totals.frozen_rows import named_rows, recorded_in

WHOSE = ["firm", "is_own", "district", "group", "submission", UNSTORABLE]


class Place(NamedTuple):
    """Where a figure counts: its district ("" where districts are not told apart) and its group of the cut."""

    district: str
    group: str


class FirmRow(NamedTuple):
    """One counted filing of a firm. An entry that was merged into another (已并入) is that firm; `is_own` tells what
    was filed under the entry that stays. `figures` are those asked for, in their order, None where the cell is
    blank."""

    firm: int
    is_own: bool
    district: str
    place: Place
    submission: int
    figures: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class PeriodFigures:
    """The counted filings of one period as columns, before they are rows. `odd` are the cells of filings that no column
    holds, by submission."""

    frame: pl.DataFrame
    scales: Mapping[str, int]
    cells: tuple[str, ...]
    odd: Mapping[int, Mapping[str, str]]
    is_imported: bool = False

    def firms_in(self, district: str) -> set[int]:
        return set(self.frame.filter(pl.col("district") == district)["firm"])

    def of_firms(self, firms: Iterable[int]) -> PeriodFigures:
        return replace(self, frame=self.frame.filter(pl.col("firm").is_in(list(firms))))

    def rows(self, by_district: bool) -> list[FirmRow]:
        columns = [self._figures(cell) for cell in self.cells]
        whose = self.frame.select(WHOSE).iter_rows()
        found = []
        for (firm, is_own, district, group, submission, unstorable), *figures in zip(whose, *columns, strict=True):
            if unstorable is not None:
                texts = [self.odd[submission].get(cell) for cell in self.cells]
                figures = [figure_of(text) for text in texts]
            place = Place(district if by_district else "", group)
            found.append(FirmRow(firm, is_own, district, place, submission, tuple(figures)))
        return found

    def _figures(self, cell: str) -> list[Decimal | None]:
        if cell not in self.frame.columns:
            return [None] * self.frame.height
        unit = Decimal(1).scaleb(-self.scales[cell])
        return [None if number is None else number * unit for number in self.frame[cell].to_list()]


def figures_of(
    period: PeriodCode, edition: Edition, named_by: Edition, cells: Sequence[str], by: str = "", fresh: bool = True
) -> PeriodFigures:
    """What the level of a period is made of: the rows that its newest release froze, else what counts in it now. The
    cells are named by an edition that may be a later one (forms_tables.edition.continuity). Without `fresh` what is
    stored is read as it is: where somebody has just asked."""
    if release := release_read_for(period.code):
        found = of_release(release, edition, named_by, cells, by)
    else:
        found = of_columns(period, edition, named_by, cells, by, fresh)
    group = pl.col("group")
    if by == "class":
        group = group.replace({then: now for now, then in counterparts(named_by, edition).items()})
    firm = pl.col("enterprise").replace(Enterprise.objects.kept_entries())
    frame = found.frame.with_columns(group, firm.alias("firm"), (firm == pl.col("enterprise")).alias("is_own"))
    return replace(found, frame=frame)


def of_release(release: Release, edition: Edition, named_by: Edition, cells: Sequence[str], by: str) -> PeriodFigures:
    kept, groups = named_rows(release, edition, named_by, cells, [by] if by else [])
    frame = kept.frame.with_columns(groups[by].alias("group") if by else pl.lit(UNKNOWN).alias("group"))
    odd = recorded_in(kept.frame.filter(pl.col(UNSTORABLE).is_not_null()), edition, named_by)
    return PeriodFigures(frame, kept.scales, tuple(cells), odd)


def of_columns(  # noqa: PLR0913
    period: PeriodCode, edition: Edition, named_by: Edition, cells: Sequence[str], by: str, fresh: bool
) -> PeriodFigures:
    """Each filing by the edition it was filed under: imported history may stand under another one than its period."""
    classes = cells_of_classes(edition, period.frequency) if by == "class" else ()
    found = counted(period, edition, classes, fresh=fresh)
    group = grouped(found, [by])[by] if by else pl.repeat(UNKNOWN, len(found.rows), dtype=pl.String, eager=True)
    whose = found.rows.frame.select("enterprise", "submission", "district", UNSTORABLE, group.alias("group"))
    stored = cells_then(named_by, period.code, cells) or ScaledColumns(whose.select("submission", UNSTORABLE), {})
    frame = whose.join(stored.frame.drop(UNSTORABLE), on="submission", how="left", maintain_order="left")
    odd = record_named_by(found.odd["submission"].to_list(), named_by)
    return PeriodFigures(frame, stored.scales, tuple(cells), odd, found.is_imported)
