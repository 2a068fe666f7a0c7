"""逐户明细: of one period a row for each firm that is asked for, with any of its cells. What a figure of a cut is the
sum of is the detail of its group. Only the columns asked for are read, and names only of the firms on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import polars as pl

from accounts.models import District, Enterprise
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.model import FIGURE_KINDS
from reporting.city_columns.scaling import UNSTORABLE, decimal_of
from reporting.cuts.coverage import CutCoverage, coverage_of_cut
from reporting.cuts.cutting import CannotCut, Cut, CutRows, nobody_left, rows_of, summed
from reporting.cuts.dimensions import DIMENSIONS, names_of, origin_in_words
from reporting.cuts.laying_out import CellHead, head_of
from reporting.models import Submission
from reporting.totals.adding_up import cells_that_add_up, figure_of
from reporting.totals.coverage import share

BY_CODE = "code"
CHUNK = 1000


@dataclass(frozen=True)
class DetailCell:
    head: CellHead
    value: Decimal | str | None

    @property
    def words(self) -> str:
        """A figure to its last digit, a code with its name."""
        if self.value is None:
            return ""
        return f"{self.value:f}" if isinstance(self.value, Decimal) else self.value


@dataclass(frozen=True)
class DetailLine:
    """`share` is what the first figure is of the sum of all rows, in percent; `receipt` is empty for imported
    history, which was never submitted here."""

    name: str
    credit_code: str
    district: str
    described: tuple[str, ...]
    cells: tuple[DetailCell, ...]
    share: Decimal | None
    receipt: str


@dataclass(frozen=True)
class Detail:
    asked: Cut
    rows: CutRows
    groups: pl.DataFrame
    sort: str = ""

    @property
    def edition(self) -> Edition:
        return self.rows.edition

    @property
    def period(self) -> str:
        return self.asked.periods[0]

    @cached_property
    def coverage(self) -> CutCoverage:
        return coverage_of_cut(self.asked, self.period)

    @property
    def said(self) -> tuple[str, ...]:
        return origin_in_words([*self.asked.by, *self.asked.where], [self.rows.period])

    @cached_property
    def by(self) -> tuple[str, ...]:
        return tuple(DIMENSIONS[key].label for key in self.asked.by if key != "district")

    @cached_property
    def heads(self) -> tuple[CellHead, ...]:
        return tuple(head_of(self.edition, cell) for cell in self.asked.show)

    @cached_property
    def first(self) -> str:
        """The first cell that adds up: of its sum each firm has a share."""
        return next((cell for cell in self.asked.show if cell in cells_that_add_up(self.edition)), "")

    def __len__(self) -> int:
        return len(self.rows.rows)

    @cached_property
    def order(self) -> list[int]:
        """The rows by the column asked for, blanks last; else the largest of the first figure first."""
        word = self.sort.removeprefix("-")
        if word == BY_CODE:
            codes = dict(Enterprise.objects.values_list("pk", "credit_code"))
            firms = self.rows.rows.frame["enterprise"].to_list()
            return sorted(range(len(self)), key=lambda row: codes[firms[row]], reverse=self.sort.startswith("-"))
        cell = word if word in self.asked.show and is_figure(self.edition, word) else self.first
        falling = self.sort.startswith("-") or cell != word
        values = self.numbers(cell) if cell else [None] * len(self)
        told = sorted(((value, row) for row, value in enumerate(values) if value is not None), reverse=falling)
        return [*(row for _, row in told), *(row for row, value in enumerate(values) if value is None)]

    def numbers(self, cell: str) -> list[Decimal | int | None]:
        """A column in whole numbers of its last decimal; what it cannot hold is a Decimal of the same measure."""
        frame, places = self.rows.rows.frame, self.rows.rows.scales.get(cell, 0)
        numbers = frame[cell].to_list() if cell in frame.columns else [None] * len(self)
        for row, submission in self._odd:
            figure = figure_of(self.rows.record[submission].get(cell))
            numbers[row] = None if figure is None else figure.scaleb(places)
        return numbers

    @cached_property
    def _odd(self) -> list[tuple[int, int]]:
        frame = self.rows.rows.frame.with_row_index("row").filter(pl.col(UNSTORABLE).is_not_null())
        return list(frame.select("row", "submission").iter_rows())

    @cached_property
    def sum_of_first(self) -> Decimal | None:
        found = summed(self.rows, self.rows.rows.frame, [], [self.first]) if self.first else {}
        return found[()].figures.get(self.first) if found else None

    def lines(self, start: int = 0, end: int | None = None) -> Iterator[DetailLine]:
        """Those from `start` to `end` in their order, some hundreds of names asked for at a time."""
        chosen = self.order[start:end]
        for at in range(0, len(chosen), CHUNK):
            yield from self._lines(chosen[at : at + CHUNK])

    def _lines(self, chosen: Sequence[int]) -> list[DetailLine]:
        frame, groups = self.rows.rows.frame[chosen], self.groups[chosen]
        named = Enterprise.objects.filter(pk__in=frame["enterprise"].to_list())
        firms = {pk: (name, code) for pk, name, code in named.values_list("pk", "name", "credit_code")}
        receipts = dict(Submission.objects.filter(pk__in=frame["submission"].to_list()).values_list("pk", "receipt"))
        districts = dict(District.objects.values_list("code", "name"))
        keys = [key for key in self.asked.by if key != "district"]
        described = [names_of(self.edition, key, groups[key].unique().to_list()) for key in keys]
        lines = []
        for row, group in zip(frame.iter_rows(named=True), groups.iter_rows(named=True), strict=True):
            name, code = firms[row["enterprise"]]
            cells = tuple(DetailCell(head, self._value(row, head.cell)) for head in self.heads)
            lines.append(
                DetailLine(
                    name=name,
                    credit_code=code,
                    district=districts.get(group["district"], ""),
                    described=tuple(known[group[key]] for key, known in zip(keys, described, strict=True)),
                    cells=cells,
                    share=self._share(cells),
                    receipt=receipts.get(row["submission"], ""),
                )
            )
        return lines

    def _value(self, row: Mapping, cell: str) -> Decimal | str | None:
        if row[UNSTORABLE] is not None:
            text = self.rows.record[row["submission"]].get(cell) or None
        elif cell in self.rows.rows.scales:
            return decimal_of(row.get(cell), self.rows.rows.scales[cell])
        else:
            text = row.get(cell) or None
        if text is None:
            return None
        if is_figure(self.edition, cell):
            figure = figure_of(text)
            return text if figure is None else figure  # what was filed, should it be none
        return in_names(self.edition, cell, text)

    def _share(self, cells: Sequence[DetailCell]) -> Decimal | None:
        value = next((each.value for each in cells if each.head.cell == self.first), None)
        whole = self.sum_of_first
        return share(value, whole) if isinstance(value, Decimal) and whole is not None else None


def detail(asked: Cut, sort: str = "") -> Detail:
    """Raises CannotCut where it asks for more than one period, for none, or nobody is left."""
    if len(asked.periods) != 1:
        raise CannotCut("逐户明细一次看一个报告期：请只留一个。")
    keys = dict.fromkeys(["district", *asked.by])  # where each firm is counted stands in its row
    rows, groups = rows_of(replace(asked, by=tuple(keys)), asked.periods[0])
    if not len(rows.rows):
        raise CannotCut(nobody_left(asked))
    return Detail(asked, rows, groups, sort)


def is_figure(edition: Edition, cell: str) -> bool:
    at = CellAddress.parse(cell)
    return edition.indicator(at.code).kind_in(at.column) in FIGURE_KINDS


def in_names(edition: Edition, cell: str, text: str) -> str:
    """Codes with the names of their list."""
    row = edition.indicator(CellAddress.parse(cell).code)
    if row.choices is None:
        return text
    names = {entry.code: entry.name for entry in row.choices.entries}
    codes = text.split(",") if row.kind == "codes" else [text]
    return "、".join(f"{code} {names[code]}" if code in names else code for code in codes)
