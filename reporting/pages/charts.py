"""A picture on a page, and the table that stands beside it: what is drawn is what the table says. The table is there
without script, on paper, and for who reads with the ears; static/charts.js draws, and a page that holds one loads it by
charts/_scripts.html. The steps from one level to another are a picture of their own (growth.waterfall)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Plotted = Decimal | int | float | None
DrawnAs = Literal["line", "bar"]


@dataclass(frozen=True)
class Series:
    """A line or a row of bars; a value for each label, None where there is none. `band` is an interval that is drawn
    shaded (the lower and the upper ends) and has a column of the table. `on_right` takes the second axis, whose unit is
    `unit`. `dashed` is what is compared with: a broken line, hollow bars. `logarithmic` is for a scatter: what is not
    above nought has no place there, and the table has it."""

    name: str
    values: Sequence[Plotted]
    kind: DrawnAs = "line"
    unit: str = ""
    on_right: bool = False
    dashed: bool = False
    band: Sequence[tuple[Decimal | float, Decimal | float] | None] = ()
    logarithmic: bool = False


@dataclass(frozen=True)
class ChartRow:
    """A line of the table: its cells as they are read, and a word why it is marked."""

    label: str
    cells: tuple[str, ...]
    mark: str


@dataclass(frozen=True)
class Chart:
    """`labels` stand along the axis, one for each value, under `heads`; `unit` is that of the left axis; `note` is a
    sentence below. `name` is its place on the page, once each. `marked` are the labels to be told apart (doubtful
    ones), with a word why; `provisional` the labels at the end whose figures may still change.

    `lines` draws each series by its own kind; `bars` upright and `ranked` lying, in the order of the labels; `scatter`
    a point for each label, the first series along and the second up."""

    name: str
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    note: str = ""
    kind: Literal["lines", "bars", "ranked", "scatter"] = "lines"
    marked: Sequence[tuple[str, str]] = ()
    heads: str = "项目"
    provisional: Sequence[str] = ()

    @property
    def heads_of_columns(self) -> list[tuple[str, str]]:
        """Name and unit of each column behind the first."""
        heads = []
        for each in self.series:
            unit = each.unit or self.unit
            heads.append((each.name, "" if unit == self.unit and len(self.series) == 1 else unit))
            if each.band:
                heads.append((f"{each.name}的区间", unit))
        return heads

    @property
    def rows(self) -> list[tuple[str, list[Plotted]]]:
        """The figures of each label."""
        return [(label, [each.values[place] for each in self.series]) for place, label in enumerate(self.labels)]

    @property
    def table(self) -> list[ChartRow]:
        marks = dict(self.marked)
        return [
            ChartRow(label, tuple(self._cells(place)), marks.get(label, "")) for place, label in enumerate(self.labels)
        ]

    def _cells(self, place: int) -> list[str]:
        cells = []
        for each in self.series:
            cells.append(read(each.values[place]))
            if each.band:
                ends = each.band[place]
                cells.append(f"{read(ends[0])} 至 {read(ends[1])}" if ends else "")
        return cells

    @property
    def drawn(self) -> str:
        """What charts.js needs, as JSON. A place on a picture is a float; the figure itself is the table's."""
        marks = dict(self.marked)
        series = [
            {
                "name": each.name,
                "values": [place_of(value) for value in each.values],
                "kind": each.kind if self.kind == "lines" else "bar",
                "unit": each.unit or self.unit,
                "right": each.on_right,
                "dashed": each.dashed,
                "band": [[place_of(end) for end in ends] if ends else None for ends in each.band],
                "log": each.logarithmic,
                "decimals": most_decimals(each.values),
            }
            for each in self.series
        ]
        marked = [number for number, label in enumerate(self.labels) if label in marks]
        provisional = [number for number, label in enumerate(self.labels) if label in self.provisional]
        drawn = {
            "kind": self.kind,
            "labels": list(self.labels),
            "series": series,
            "marked": marked,
            "provisional": provisional,
        }
        return json.dumps(drawn, ensure_ascii=False, allow_nan=False)


def read(figure: Plotted) -> str:
    """As a table has it: with all its decimals and the separators of thousands. A score, which is a float, has two."""
    if figure is None:
        return ""
    return f"{figure:,.2f}" if isinstance(figure, float) else f"{Decimal(figure):,f}"


def most_decimals(figures: Sequence[Plotted]) -> int:
    """As many as a row of figures is read with: 27.0 stays 27.0 beside 25.8."""
    return max((decimals_of(each) for each in figures if each is not None), default=0)


def decimals_of(figure: Decimal | int | float) -> int:
    exponent = -2 if isinstance(figure, float) else Decimal(figure).as_tuple().exponent
    return max(0, -int(exponent))


def place_of(figure: Plotted) -> float | None:
    return None if figure is None else float(figure)
