"""A picture on a page, and the table that stands beside it: what is drawn is what the table says. The table is there
without script, on paper, and for who reads with the ears; static/charts.js draws from it alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["line", "bar"]


@dataclass(frozen=True)
class Series:
    """A line or a row of bars; a value for each label, None where there is none. `band` is an interval that is drawn
    shaded (the lower and the upper ends). `on_right` takes the second axis, whose unit is `unit`."""

    name: str
    values: Sequence[Decimal | float | None]
    kind: Kind = "line"
    unit: str = ""
    on_right: bool = False
    dashed: bool = False
    band: Sequence[tuple[Decimal | float, Decimal | float] | None] = ()


@dataclass(frozen=True)
class Chart:
    """`labels` stand along the axis, one for each value; `unit` is that of the left axis; `note` is a sentence below.
    `name` is its place on the page, once each. `marked` are the labels to be told apart (doubtful ones), with a word
    why."""

    name: str
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    note: str = ""
    kind: Literal["lines", "bars", "ranked", "waterfall", "scatter"] = "lines"
    marked: Sequence[tuple[str, str]] = ()

    @property
    def rows(self) -> list[tuple[str, list[Decimal | float | None]]]:
        """The table: a line for each label."""
        return [(label, [each.values[place] for each in self.series]) for place, label in enumerate(self.labels)]
