"""What a period's level and growth are made of: classes of business, and in the city districts. Parts of the totals as
they stand, so that they add up to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from reporting.growth.bridge import LONG_ENOUGH, exact_sum
from reporting.growth.comparing import ComparedCells
from reporting.pages.charts import Chart, Series
from reporting.picture.figure import PicturedFigure
from reporting.picture.levels import Level
from reporting.totals.adding_up import EXACT, ZERO
from reporting.totals.aggregation import AreaSummary
from reporting.totals.coverage import share

POINTS = Decimal("0.01")


@dataclass(frozen=True)
class GrowthPart:
    name: str
    level: Level


def of_classes(edition: Edition, classes: Mapping[str, ComparedCells], area: AreaSummary) -> list[GrowthPart]:
    """Those with a figure in either year, in the order of the form."""
    found = []
    for cell, cells in classes.items():
        now, then = area.cells.get(cell), area.cells.get(cells.then)
        if now or then:
            name = edition.indicator(CellAddress.parse(cell).code).name
            found.append(GrowthPart(name, Level(now or ZERO, then, firms=area.totals.filled[cell])))
    return found


def of_districts(districts: Sequence[AreaSummary], levels: Mapping[str, Level]) -> list[GrowthPart]:
    """Those in which anything counts, the largest first."""
    found = [GrowthPart(area.name, levels[area.code]) for area in districts if area.code in levels]
    return sorted((part for part in found if part.level.firms), key=lambda part: -part.level.now)


def shares_chart(parts: Sequence[GrowthPart], figure: PicturedFigure, note: str) -> Chart:
    now, then = exact_sum(part.level.now for part in parts), exact_sum(part.level.then or ZERO for part in parts)
    return Chart(
        name="classes",
        title=f"{figure.name}的业务构成",
        labels=[part.name for part in parts],
        series=(
            Series("本期", [share(part.level.now, now) for part in parts], kind="bar"),
            Series("上年同期", [share(part.level.then or ZERO, then) for part in parts], kind="bar", dashed=True),
        ),
        unit="%",
        note=f"上年同期：计入的企业在本期表里填的上年数。{note}",
        kind="bars",
        heads="业务",
    )


def ranked_chart(parts: Sequence[GrowthPart], figure: PicturedFigure, note: str) -> Chart:
    return Chart(
        name="districts",
        title=f"各区县{figure.name}",
        labels=[part.name for part in parts],
        series=(Series(figure.name, [part.level.now for part in parts], kind="bar"),),
        unit=figure.unit,
        note=note,
        kind="ranked",
        heads="区县",
    )


def growths_chart(parts: Sequence[GrowthPart], figure: PicturedFigure, note: str) -> Chart:
    """Of those that have a base, the fastest first."""
    rates = [(part.name, part.level.growth.shown) for part in parts]
    found = sorted(((rate, name) for name, rate in rates if rate is not None), key=lambda pair: -pair[0])
    without = [name for name, rate in rates if rate is None]
    left_out = f"{'、'.join(without)}没有上年数，不计算增速。" if without else ""
    return Chart(
        name="growths",
        title=f"各区县{figure.name}同口径增速",
        labels=[name for _, name in found],
        series=(Series("同口径增速", [rate for rate, _ in found], kind="bar"),),
        unit="%",
        note=f"{left_out}{note}",
        kind="ranked",
        heads="区县",
    )


def contributions(parts: Sequence[GrowthPart]) -> list[tuple[str, Decimal, Decimal]]:
    """What each part added to the growth on a comparable base: its name, amount, points; none without a base. The
    largest first."""
    base = exact_sum(part.level.then or ZERO for part in parts)
    if base <= 0:
        return []
    changes = [(part.name, EXACT.subtract(part.level.now, part.level.then or ZERO)) for part in parts]
    return sorted(
        ((name, change, LONG_ENOUGH.divide(change * 100, base).quantize(POINTS, ROUND_HALF_UP) + 0)
         for name, change in changes), key=lambda found: -found[1],
    )  # fmt: skip


def contributions_chart(name: str, title: str, parts: Sequence[GrowthPart], figure: PicturedFigure, note: str) -> Chart:
    found = contributions(parts)
    return Chart(
        name=name,
        title=title,
        labels=[part for part, _, _ in found],
        series=(Series("拉动", [points for _, _, points in found], kind="bar", unit="百分点"),),
        unit="百分点",
        note=f"拉动：本期数比同口径上年数的增减，占全部同口径上年数的百分点；四舍五入，加总可能差 0.01。{note}",
        kind="ranked",
    )
