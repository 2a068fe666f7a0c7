"""A cut as a table: its heads, and for each group a line with the figures of every period side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from reporting.cuts.choosing import name_of_cell, unit_of_cell
from reporting.cuts.coverage import CutCoverage, coverage_of_cut
from reporting.cuts.cutting import NOBODY, Cut, CutPeriod, CutTable, Group, Sums
from reporting.cuts.dimensions import DIMENSIONS, names_of
from reporting.totals.breaks import differences
from reporting.totals.coverage import share

FIRMS = "firms"


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
    lines: tuple[CutLine, ...]
    whole: CutLine
    periods: tuple[CutPeriod, ...]
    sort: str = ""

    @property
    def is_provisional(self) -> bool:
        return any(each.provisional for each in self.coverage)

    @property
    def breaks(self) -> tuple[str, ...]:
        return breaks_between(self.edition, self.periods)


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
    newest = max(table.periods, key=lambda each: each.period)
    heads = tuple(head_of(newest.edition, cell) for cell in asked.show)
    groups = table.groups
    names = [names_of(newest.edition, key, [group[at] for group in groups]) for at, key in enumerate(asked.by)]
    lines = [
        CutLine(
            group,
            tuple(known[code] for known, code in zip(names, group, strict=True)),
            tuple(block_of(each, each.groups.get(group, NOBODY), heads) for each in table.periods),
        )
        for group in groups
    ]
    whole = CutLine((), ("合计",), tuple(block_of(each, each.whole, heads) for each in table.periods))
    return LaidOut(
        asked=asked,
        edition=newest.edition,
        by=tuple(DIMENSIONS[key].label for key in asked.by),
        heads=heads,
        coverage=tuple(coverage_of_cut(asked, each.period.code) for each in table.periods),
        lines=tuple(sorted_by(lines, sort, asked)),
        whole=whole,
        periods=table.periods,
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


def sorted_by(lines: list[CutLine], sort: str, asked: Cut) -> list[CutLine]:
    """In the order of their codes where the word names no column; what is blank comes last both ways."""
    word = sort.removeprefix("-")
    key = key_of_column(word, asked)
    if key is None:
        return lines
    blank = [line for line in lines if key(line) is None]
    told = [line for line in lines if key(line) is not None]
    return [*sorted(told, key=key, reverse=sort.startswith("-")), *blank]


def key_of_column(word: str, asked: Cut) -> Callable | None:
    if word in asked.by:
        at = asked.by.index(word)
        return lambda line: line.group[at]
    period, _, cell = word.partition("/")
    if period not in asked.periods:
        return None
    block = asked.periods.index(period)
    if cell == FIRMS:
        return lambda line: line.blocks[block].firms
    if cell not in asked.show:
        return None
    column = asked.show.index(cell)
    return lambda line: line.blocks[block].figures[column].figure
