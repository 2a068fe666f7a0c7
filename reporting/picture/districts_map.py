"""The city's districts side by side, as tiles and as a map: one measure in five steps of one blue, its figure written
on each. The outlines are schematic and for the office alone; a city whose edition draws none has the tiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from forms_tables.edition.outlines import Outline, Outlines, outlines_of
from reporting.models.in_force import current_edition
from reporting.pages.grid import show
from reporting.picture.figure import PicturedFigure
from reporting.picture.levels import Level
from reporting.register.facts import platform
from reporting.totals.adding_up import ZERO
from reporting.totals.aggregation import AreaSummary, Summary
from reporting.totals.coverage import share

STEPS, FALLS = 5, 2
OF_A_HUNDRED = Decimal(100) / STEPS


@dataclass(frozen=True)
class MapMeasure:
    """What the districts are told apart by; `by_rank` by their order instead of by the figure itself, and with
    `breaks_at_nought` those that fell apart from those that rose. On the map it has
    `places` decimals, beside it all of them."""

    key: str
    name: str
    unit: str
    of: Callable[[AreaSummary], Decimal | None]
    by_rank: bool = False
    breaks_at_nought: bool = False
    places: int = 1

    def shown(self, figure: Decimal | None) -> str:
        if figure is None:
            return ""
        return f"{figure.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP) + 0:,f}"


@dataclass(frozen=True)
class PlacedDistrict:
    """A district with its figure, in full and as it is `shown` on the map; `step` 1 to 5, -1 and -2 of
    falls, 0 where it has none. `tile`
    are the classes of its tile's place."""

    area: AreaSummary
    name: str
    figure: Decimal | None
    shown: str
    in_full: str
    step: int
    tile: str
    outline: Outline | None
    said: str  # in full and with its unit


@dataclass(frozen=True)
class DrawnOutline:
    """An outline and what stands in it; nothing where the district is none of the period's."""

    outline: Outline
    district: PlacedDistrict | None
    is_named: bool  # there is room to write in it


@dataclass(frozen=True)
class DistrictsMap:
    measure: MapMeasure
    districts: tuple[PlacedDistrict, ...]
    outlines: Outlines | None

    @property
    def legend(self) -> list[tuple[int, str]]:
        """Each step in words, the highest first."""
        if not self.measure.by_rank:
            ends = [(step, (step - 1) * OF_A_HUNDRED, step * OF_A_HUNDRED) for step in range(STEPS, 0, -1)]
            return [(step, f"{low:f}—{high:f}{self.measure.unit}") for step, low, high in ends]
        found = []
        for step in range(STEPS, -FALLS - 1, -1):
            figures = [each.figure for each in self.districts if each.step == step and each.figure is not None]
            if figures:
                low, high = (self.measure.shown(end) for end in (min(figures), max(figures)))
                found.append((step, f"{low if low == high else f'{low} 至 {high}'}{self.measure.unit}"))
        return found

    @property
    def on_steps(self) -> str:
        """What the colours stand for, where it is not said by the steps themselves."""
        if self.measure.breaks_at_nought:
            return "蓝色为持平和增长，灰色为下降，各按区县由低到高分档（增长五档、下降两档），每档的区县数大致相同。"
        return "颜色按有数的区县由低到高分成五档，每档的区县数大致相同。" if self.measure.by_rank else ""

    @property
    def drawn(self) -> list[DrawnOutline]:
        return [*self._drawn("outlines"), *self._drawn("inset")] if self.outlines else []

    def _drawn(self, which: str) -> list[DrawnOutline]:
        assert self.outlines is not None
        placed = {each.area.code: each for each in self.districts}
        enlarged = {each.code for each in self.outlines.inset}
        outlines: Sequence[Outline] = getattr(self.outlines, which)
        return [
            DrawnOutline(each, placed.get(each.code), which == "inset" or each.code not in enlarged)
            for each in outlines
        ]

    @property
    def named(self) -> list[DrawnOutline]:
        return [each for each in self.drawn if each.is_named and each.district]

    @property
    def beside(self) -> list[PlacedDistrict]:
        """Those the map has no outline of."""
        return [each for each in self.districts if each.outline is None]

    @property
    def ranked(self) -> list[PlacedDistrict]:
        return sorted(self.districts, key=lambda each: (each.figure is None, -(each.figure or ZERO)))


def measures_of(summary: Summary, figure: PicturedFigure | None) -> dict[str, MapMeasure]:
    """By their key; of imported history nothing is owed and nothing can be in."""
    found = []
    if not summary.is_imported:
        found += [
            MapMeasure("progress", "审核通过", "%", lambda area: share(area.coverage.approved, area.coverage.owed)),
            MapMeasure("share", "已通过占上年收入", "%", lambda area: area.coverage.share_approved),
        ]
    if figure:
        of_level, of_growth = partial(level_of, figure), partial(growth_of, figure)
        found += [
            MapMeasure("level", figure.name, figure.unit, of_level, by_rank=True, places=0),
            MapMeasure("growth", f"{figure.name}同口径增速", "%", of_growth, by_rank=True, breaks_at_nought=True),
        ]
    return {measure.key: measure for measure in found}


def level_of(figure: PicturedFigure, area: AreaSummary) -> Decimal | None:
    """None where nothing counts: that is not nought."""
    return area.cells.get(figure.cell) if area.totals.filled[figure.cell] else None


def growth_of(figure: PicturedFigure, area: AreaSummary) -> Decimal | None:
    level = level_of(figure, area)
    return None if level is None else Level(level, area.cells.get(figure.cells.then)).growth.shown


def map_of(summary: Summary, measure: MapMeasure) -> DistrictsMap:
    outlines, tiles = outlines_of(current_edition()), platform().tiles
    of_code = {each.code: each for each in outlines.outlines} if outlines else {}
    figures = {area.code: measure.of(area) for area in summary.districts}
    steps = steps_of(figures, measure.by_rank, measure.breaks_at_nought)
    placed = []
    for area in summary.districts:
        tile, figure = tiles.get(area.code), figures[area.code]
        placed.append(
            PlacedDistrict(
                area,
                tile.name if tile else area.name,
                figure,
                measure.shown(figure),
                show(figure, measure.places),
                steps[area.code],
                f"row-{tile.row} column-{tile.column}" if tile else "",
                of_code.get(area.code),
                "没有数" if figure is None else f"{show(figure, measure.places)}{measure.unit}",
            )
        )
    return DistrictsMap(measure, tuple(placed), outlines)


def steps_of(figures: Mapping[str, Decimal | None], by_rank: bool, breaks_at_nought: bool = False) -> dict[str, int]:
    """Fifths of a hundred; by rank, fifths of the districts that have a figure, equal ones alike. Falls, the slightest
    first, are halved by themselves."""
    if not by_rank:
        return {code: 0 if figure is None else step_of_a_hundred(figure) for code, figure in figures.items()}
    known = [figure for figure in figures.values() if figure is not None]
    falls = sorted((figure for figure in known if breaks_at_nought and figure < 0), reverse=True)
    others = sorted(figure for figure in known if figure not in falls)

    def step(figure: Decimal | None) -> int:
        if figure is None:
            return 0
        if figure in falls:
            return -(falls.index(figure) * FALLS // len(falls)) - 1
        return others.index(figure) * STEPS // len(others) + 1

    return {code: step(figure) for code, figure in figures.items()}


def step_of_a_hundred(figure: Decimal) -> int:
    return max(1, min(STEPS, int(figure // OF_A_HUNDRED) + 1))
