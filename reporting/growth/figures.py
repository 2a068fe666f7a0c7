"""What is compared: of each counted filing of a period whose it is, where it counts, and a few of its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from accounts.models import Enterprise
from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import carried_over, counterparts
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns.counted import counted
from reporting.city_columns.past import cells_then
from reporting.city_columns.scaling import UNSTORABLE
from reporting.cuts.dimensions import UNKNOWN, cells_of_classes, grouped
from reporting.models import ImportedFiling, Submission, published_edition

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
    """The counted filings of one period as columns, before they are rows: `cells` are named as a later edition does."""

    frame: pl.DataFrame
    scales: Mapping[str, int]
    cells: tuple[str, ...]
    named_by: Edition
    is_imported: bool

    def firms_in(self, district: str) -> set[int]:
        return set(self.frame.filter(pl.col("district") == district)["firm"])

    def of_firms(self, firms: Iterable[int]) -> PeriodFigures:
        return replace(self, frame=self.frame.filter(pl.col("firm").is_in(list(firms))))

    def rows(self, by_district: bool) -> list[FirmRow]:
        odd = recorded(self.frame.filter(pl.col(UNSTORABLE).is_not_null())["submission"].to_list(), self.named_by)
        columns = [self._figures(cell) for cell in self.cells]
        whose = self.frame.select(WHOSE).iter_rows()
        found = []
        for (firm, is_own, district, group, submission, unstorable), *figures in zip(whose, *columns, strict=True):
            if unstorable is not None:
                texts = [odd[submission].get(cell) for cell in self.cells]
                figures = [Decimal(text) if text else None for text in texts]
            place = Place(district if by_district else "", group)
            found.append(FirmRow(firm, is_own, district, place, submission, tuple(figures)))
        return found

    def _figures(self, cell: str) -> list[Decimal | None]:
        if cell not in self.frame.columns:
            return [None] * self.frame.height
        unit = Decimal(1).scaleb(-self.scales[cell])
        return [None if number is None else number * unit for number in self.frame[cell].to_list()]


def figures_of(
    period: PeriodCode, edition: Edition, named_by: Edition, cells: Sequence[str], by: str = ""
) -> PeriodFigures:
    """The figures that count in a period governed by `edition`, under cells of `named_by`: each filing is read by the
    edition it was filed under, whose rows need not be those of today (forms_tables.edition.continuity).

    The only place that says what the level of an earlier period is made of."""
    found = counted(period, edition, cells_of_classes(edition, period.frequency))
    group = grouped(found, [by])[by] if by else pl.repeat(UNKNOWN, len(found.rows), dtype=pl.String, eager=True)
    if by == "class":
        today = {then: now for now, then in counterparts(named_by, edition).items()}
        group = group.replace(today)
    kept = Enterprise.objects.kept_entries()
    frame = found.rows.frame.with_columns(group.alias("group"), pl.col("enterprise").replace(kept).alias("firm"))
    frame = frame.with_columns((pl.col("firm") == pl.col("enterprise")).alias("is_own")).select(WHOSE)
    stored = cells_then(named_by, period.code, cells)
    if stored is None:
        return PeriodFigures(frame, {}, tuple(cells), named_by, found.is_imported)
    frame = frame.join(stored.frame.drop(UNSTORABLE), on="submission", how="left", maintain_order="left")
    return PeriodFigures(frame, stored.scales, tuple(cells), named_by, found.is_imported)


def recorded(keys: Sequence[int], named_by: Edition) -> dict[int, Mapping[str, str]]:
    """What stands in the record under these keys of submissions, and of imported history (below nought)."""
    filed = Submission.objects.filter(pk__in=[key for key in keys if key > 0])
    imported = ImportedFiling.objects.filter(pk__in=[-key for key in keys if key < 0])
    found = [(key, values, code) for key, values, code in filed.values_list("pk", "values", "edition_code")]
    found += [(-key, values, code) for key, values, code in imported.values_list("pk", "values", "edition_code")]
    return {key: carried_over(values, published_edition(code), named_by) for key, values, code in found}
