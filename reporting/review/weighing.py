"""The filings of a period in the order of what they weigh: what waits first, as reporting.consequence places it, then
what is not in, by what its absence can move, then the rest by its revenue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import polars as pl

from accounts.models import District, User
from reporting.consequence.board import BEFORE, NOW, Measure
from reporting.consequence.ordering import Order, Placed, Stop, order_of
from reporting.models import Period
from reporting.pages.grid import show

WEIGHT = "weight"
FIGURES = ("revenue", "change", "moves_district", "moves_city", "warnings")  # of the headline figure, as of the board
PLACED = ("place", "score", "before_stop", "moves_district", "moves_city", "warnings")


@dataclass(frozen=True)
class KnownOfFiling:
    """What the board says of one filing. `revenue`, `before` and `change` are of the headline figure; `absent` is what
    part of what all had then it had, in per cent, where nothing of it is in."""

    filing: int
    revenue: float | None
    before: float | None
    change: float | None
    absent: float | None
    missing: bool

    @property
    def had(self) -> tuple[str, str]:
        """What the firm had a year before and what part of all that was, as texts."""
        before = "" if self.before is None else show(Decimal(repr(self.before)), 2)
        return before, "" if self.absent is None else f"{self.absent:.2f}"


@dataclass(frozen=True)
class Weighed:
    """`frame` has a row for each filing, the heaviest first; `orders` are of the `areas`, None being the city."""

    areas: tuple[District | None, ...]
    orders: tuple[Order, ...]
    frame: pl.DataFrame = field(repr=False)

    @property
    def headline(self) -> Measure | None:
        return self.orders[0].board.measures[0] if self.orders else None

    @property
    def stops(self) -> list[tuple[str, Stop]]:
        """Where review may stop, with the district's name where there are several."""
        names = [f"{area.name}：" if area and len(self.areas) > 1 else "" for area in self.areas]
        return list(zip(names, (order.stop for order in self.orders), strict=True))

    def pks(self, sort: str, among: Collection[int] | None = None) -> list[int]:
        """All of them or those of `among`, in this order; what is not on the board comes last."""
        rows = self.frame if among is None else self.frame.filter(pl.col("filing").is_in(list(among)))
        name, descending = sort.removeprefix("-"), sort.startswith("-")
        if name != WEIGHT:
            rows = rows.sort(name, "filing", descending=[descending, False], nulls_last=True)
        elif descending:
            rows = rows.reverse()
        found = rows["filing"].to_list()
        return found if among is None or len(found) == len(among) else found + sorted(set(among) - set(found))

    def placed(self, filings: Sequence[int]) -> dict[int, Placed]:
        return {filing: placed for order in self.orders for filing, placed in order.placed(filings).items()}

    def known(self, filings: Sequence[int]) -> dict[int, KnownOfFiling]:
        asked = ("filing", "revenue", "before", "change", "absent", "missing")
        rows = self.frame.filter(pl.col("filing").is_in(list(filings))).select(asked)
        return {row[0]: KnownOfFiling(*row) for row in rows.iter_rows()}


def weighed(period: Period, at: datetime, areas: Iterable[District | None]) -> Weighed:
    """Of some districts each by its own total, or of the city (None). Nothing is weighed in a practice: its figures are
    in no columns."""
    areas = () if period.is_practice else tuple(areas)
    orders = tuple(order_of(period, at, area) for area in areas)
    frames = [_frame_of(order) for order in orders]
    if len(frames) == 1:
        return Weighed(areas, orders, frames[0])
    return Weighed(areas, orders, _sorted(pl.concat(frames)) if frames else pl.DataFrame(schema={"filing": pl.Int64}))


def areas_of(user: User) -> list[District]:
    """The own district first, and those abolished that left it what was under way."""
    found = District.objects.in_bulk(user.districts)
    return [found[pk] for pk in user.districts]


def _frame_of(order: Order) -> pl.DataFrame:
    cell = order.board.measures[0].cell
    now, before = pl.col(NOW.format(cell)), pl.col(BEFORE.format(cell))
    missing = pl.col("submission").is_null() & pl.col("owed")
    rows = order.board.frame.select(
        "filing",
        revenue=now,
        before=before,
        change=pl.when(before != 0).then((now / before - 1) * 100),
        missing=missing,
        absent=pl.when(missing & (before.abs().sum() != 0)).then(before.abs() / before.abs().sum() * 100),
    )
    return _sorted(rows.join(order.frame.select("filing", *PLACED), on="filing", how="left"))


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    group = pl.when(pl.col("place").is_not_null()).then(0).when("missing").then(1).otherwise(2)
    by = [group, -pl.col("score"), -pl.col("absent"), -pl.col("revenue").abs(), pl.col("filing")]
    return rows.sort(by, nulls_last=True)
