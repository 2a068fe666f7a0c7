"""A cut as a table: its heads, and for each group a line with the figures of every period side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from reporting.cuts.choosing import name_of_cell, unit_of_cell
from reporting.cuts.coverage import CutCoverage, coverage_of_cut
from reporting.cuts.cutting import NOBODY, Cut, CutPeriod, CutTable, Group, Sums
from reporting.cuts.dimensions import DIMENSIONS, names_of, origin_in_words
from reporting.totals.breaks import differences
from reporting.totals.coverage import share

FIRMS = "firms"
CHUNK = 500


@dataclass(frozen=True)
class CellHead:
    cell: str
    label: str
    unit: str
    decimals: int | None


@dataclass(frozen=True)
class CutFigure:
    head: CellHead
    figure: Decimal | None
    share: Decimal | None  # of the whole, in percent


@dataclass(frozen=True)
class CutBlock:
    """What a group comes to in one period."""

    period: str
    firms: int
    figures: tuple[CutFigure, ...]


@dataclass(frozen=True)
class CutLine:
    group: Group
    names: tuple[str, ...]
    blocks: tuple[CutBlock, ...]


@dataclass(frozen=True)
class LaidOut:
    asked: Cut
    edition: Edition  # of the newest period, in whose words the heads are
    by: tuple[str, ...]  # what the dimensions are called
    heads: tuple[CellHead, ...]
    coverage: tuple[CutCoverage, ...]
    periods: tuple[CutPeriod, ...]
    groups: tuple[Group, ...]  # in the order asked for; only the lines that are wanted are made of them
    sort: str = ""

    @property
    def is_provisional(self) -> bool:
        return any(each.provisional for each in self.coverage)

    @property
    def whole(self) -> CutLine:
        return CutLine((), ("合计",), tuple(block_of(each, each.whole, self.heads) for each in self.periods))

    def lines(self, start: int = 0, end: int | None = None) -> Iterator[CutLine]:
        """Those from `start` to `end`, some hundreds at a time."""
        groups = self.groups[start:end]
        for at in range(0, len(groups), CHUNK):
            yield from self._lines(groups[at : at + CHUNK])

    def _lines(self, groups: Sequence[Group]) -> Iterator[CutLine]:
        keys = enumerate(self.asked.by)
        names = [names_of(self.edition, key, list({group[at] for group in groups})) for at, key in keys]
        for group in groups:
            named = tuple(known[code] for known, code in zip(names, group, strict=True))
            blocks = (block_of(each, each.groups.get(group, NOBODY), self.heads) for each in self.periods)
            yield CutLine(group, named, tuple(blocks))

    @property
    def said(self) -> tuple[str, ...]:
        """Where the dimensions come from, and what other editions some of the periods were filed under."""
        keys = [*self.asked.by, *self.asked.where]
        origin = origin_in_words(keys, [each.period for each in self.periods])
        return (*origin, *breaks_between(self.edition, self.periods))


def breaks_between(edition: Edition, periods: Sequence[CutPeriod]) -> tuple[str, ...]:
    """A sentence for each other edition that some of the periods were filed under."""
    told: dict[str, str] = {}
    for each in sorted(periods, key=lambda each: each.period):
        if each.edition.family != edition.family:
            compared = differences(edition, each.edition, each.period.frequency)
            words = f"按{each.edition.title}填报，与{edition.title}对照：{compared}"
            told[words] = f"{told[words]}、{each.period.label}" if words in told else each.period.label
    return tuple(f"{labels}{words}" for words, labels in told.items())


def lay_out(table: CutTable, sort: str = "") -> LaidOut:
    """`sort` names a column: a dimension, or period/firms, period/cell; with - in front the largest first."""
    asked = table.asked
    edition = max(table.periods, key=lambda each: each.period).edition
    return LaidOut(
        asked=asked,
        edition=edition,
        by=tuple(DIMENSIONS[key].label for key in asked.by),
        heads=tuple(head_of(edition, cell) for cell in asked.show),
        coverage=tuple(coverage_of_cut(asked, each.period.code) for each in table.periods),
        periods=table.periods,
        groups=tuple(sorted_by(table, sort)),
        sort=sort,
    )


def head_of(edition: Edition, cell: str) -> CellHead:
    at = CellAddress.parse(cell)
    decimals = edition.indicator(at.code).decimals_in(at.column)
    return CellHead(cell, name_of_cell(edition, cell), unit_of_cell(edition, cell), decimals)


def block_of(period: CutPeriod, sums: Sums, heads: tuple[CellHead, ...]) -> CutBlock:
    figures = []
    for head in heads:
        figure, whole = sums.figures.get(head.cell), period.whole.figures.get(head.cell)
        of_whole = share(figure, whole) if figure is not None and whole is not None else None
        figures.append(CutFigure(head, figure, of_whole))
    return CutBlock(period.period.code, sums.firms, tuple(figures))


def sorted_by(table: CutTable, sort: str) -> list[Group]:
    """The groups, in the order of their codes where the word names no column; what is blank comes last both ways."""
    groups, key = table.groups, key_of_column(sort.removeprefix("-"), table)
    if key is None:
        return groups
    found = {group: key(group) for group in groups}
    told = sorted(
        (group for group in groups if found[group] is not None), key=found.__getitem__, reverse=sort.startswith("-")
    )
    return [*told, *(group for group in groups if found[group] is None)]


def key_of_column(word: str, table: CutTable) -> Callable[[Group], Any] | None:
    asked = table.asked
    if word in asked.by:
        at = asked.by.index(word)
        return lambda group: group[at]
    code, _, cell = word.partition("/")
    if code not in asked.periods:
        return None
    period = table.periods[asked.periods.index(code)]
    if cell == FIRMS:
        return lambda group: period.groups.get(group, NOBODY).firms
    if cell not in asked.show:
        return None
    return lambda group: period.groups.get(group, NOBODY).figures.get(cell)
