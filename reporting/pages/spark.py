"""A line of figures small enough to stand beside a number: where its points lie. The template writes it as SVG and says
the figures in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

AsKnown = TypeVar("AsKnown")
WIDTH, HEIGHT, ROOM = 240, 44, 4
LEAST = 2  # points, below which there is no line


@dataclass(frozen=True)
class SmallLine:
    path: str  # of the polyline, begun anew behind each gap
    alone: tuple[tuple[int, int], ...]  # points with a gap on both sides
    base: int  # where nought lies
    last: tuple[int, int] | None  # nothing where the newest figure is not known

    width: int = WIDTH
    height: int = HEIGHT


def spark_of(figures: Sequence[Decimal | None]) -> SmallLine | None:
    known = [figure for figure in figures if figure is not None]
    if len(known) < LEAST:
        return None
    low, high = min(Decimal(0), *known), max(Decimal(0), *known)
    if low == high:
        high = Decimal(1)
    step = Decimal(WIDTH - 2 * ROOM) / (len(figures) - 1)

    def level(figure: Decimal) -> int:
        return ROOM + round((high - figure) / (high - low) * (HEIGHT - 2 * ROOM))

    points = [
        None if figure is None else (ROOM + round(step * place), level(figure)) for place, figure in enumerate(figures)
    ]
    runs = runs_of(points)
    path = " ".join("M" + " L".join(f"{x} {y}" for x, y in run) for run in runs if len(run) > 1)
    alone = tuple(run[0] for run in runs if len(run) == 1)
    return SmallLine(path, alone, level(Decimal(0)), points[-1])


def runs_of(points: Sequence[AsKnown | None]) -> list[list[AsKnown]]:
    """Points that are known one after another."""
    runs: list[list[AsKnown]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]
