"""The firms of a period as points, their headline figure along and its growth up, the doubtful ones named. For the
desks of the office alone: every point is a firm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import polars as pl

from accounts.models import District, Enterprise
from reporting.consequence.board import BEFORE, NOW, Board, Measure, board_of
from reporting.consequence.ordering import Order, order_of
from reporting.models import Period
from reporting.pages.charts import Chart, Series
from reporting.totals.coverage import share

LARGEST, DOUBTFUL = 150, 20  # firms drawn: more is a cloud, and a table nobody reads


def firms_chart(period: Period, at: datetime, district: District | None, note: str) -> Chart | None:
    """Of what is stored: its totals were just asked for. None where no figure has one of the year before beside it."""
    order = order_of(period, at, district)
    measure = order.measures[0]
    rows = points_in(board_of(period, order.area.districts, fresh=False, measures=(measure,)), measure)
    if rows.is_empty():
        return None
    doubtful = doubtful_in(order)
    drawn = rows.filter(pl.col("filing").is_in(list(doubtful)) | (pl.int_range(pl.len()) < LARGEST))
    names = names_of(drawn["enterprise"].to_list())
    carried = share(Decimal(drawn["now"].sum()), Decimal(rows["now"].sum()))
    levels = [round(each, 2) for each in drawn["now"]]
    left_out = f"，其余 {rows.height - drawn.height} 家没有画" if drawn.height < rows.height else ""
    known = f"共 {rows.height} 家有本期数和上年数{left_out}"
    said = f"图中 {drawn.height} 家（{known}），占{measure.name}的 {carried}%。"
    return Chart(
        name="firms",
        title=f"企业{measure.name}与增速",
        labels=names,
        series=(
            Series(f"本期{measure.name}", levels, unit=measure.unit, logarithmic=True),
            Series("同比增速", [round(each, 1) for each in drawn["growth"]], unit="%"),
        ),
        unit=measure.unit,
        note=f"{said}画的是数额最大的 {LARGEST} 家和待审件里最存疑的；含待审核的上报件。{note}",
        kind="scatter",
        heads="企业",
        marked=[
            (name, doubtful[filing]) for name, filing in zip(names, drawn["filing"], strict=True) if filing in doubtful
        ],
    )


def points_in(board: Board, measure: Measure) -> pl.DataFrame:
    """Those with both figures above nought, the largest first."""
    now, before = pl.col(NOW.format(measure.cell)), pl.col(BEFORE.format(measure.cell))
    found = board.frame.filter(pl.col("submission").is_not_null() & (now > 0) & (before > 0))
    growth = ((now / before - 1) * 100).alias("growth")
    return found.select("filing", "enterprise", now.alias("now"), growth).sort(
        "now", "filing", descending=[True, False]
    )


def doubtful_in(order: Order) -> dict[int, str]:
    """By filing, the first reason for its place."""
    first = order.frame.filter("before_stop").head(DOUBTFUL)["filing"].to_list()
    return {filing: placed.reasons[0] for filing, placed in order.placed(first).items()}


def names_of(firms: Sequence[int]) -> list[str]:
    """Each once: of two firms of one name the end of the credit code tells them apart."""
    known = {
        pk: (name, code)
        for pk, name, code in Enterprise.objects.filter(pk__in=firms).values_list("pk", "name", "credit_code")
    }
    names = [known[firm][0] for firm in firms]
    return [
        name if names.count(name) == 1 else f"{name}（{known[firm][1][-4:]}）"
        for firm, name in zip(firms, names, strict=True)
    ]
