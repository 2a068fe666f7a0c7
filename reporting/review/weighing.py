"""The filings of a period in the order of what they weigh: what waits first, as reporting.consequence places it, then
what is not in, by what its absence can move, then the rest by its revenue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

import polars as pl

from accounts.models import District, User
from forms_tables.edition.address import CellAddress
from reporting.city_columns.files import Broken, read, write
from reporting.city_columns.marks import mark_of, parts_of
from reporting.city_columns.scaling import MOST_DECIMALS, ScaledColumns
from reporting.consequence.absence import absences_of
from reporting.consequence.board import BEFORE, NOW, Measure, growth_of
from reporting.consequence.ordering import Order, Placed, Stop, order_of
from reporting.models import Period
from reporting.pages.grid import show

WEIGHT = "weight"
FIGURES = ("revenue", "change", "moves_district", "moves_city", "warnings")  # of the headline figure
KNOWN = ("filing", "revenue", "before", "change", "absent", "missing")
SIGNED = ("moves_district", "moves_city")  # up or down, it moves
PLACED = ("score", "moves_district", "moves_city", "warnings")


@dataclass(frozen=True)
class KnownOfFiling:
    """What is known of one filing. `revenue`, `before` and `change` are of the headline figure; `absent` is what part
    of what all had then it had (reporting.consequence.absence), in per cent, where nothing of it is in."""

    filing: int
    revenue: Decimal | None
    before: Decimal | None
    change: float | None
    absent: float | None
    missing: bool

    @property
    def had(self) -> tuple[str, str]:
        """What the firm had a year before and what part of all that was, as texts."""
        before = "" if self.before is None else show(self.before, 2)
        return before, "" if self.absent is None else f"{self.absent:.2f}"


@dataclass(frozen=True)
class Weighed:
    """`orders` are of the `areas`, None being the city."""

    areas: tuple[District | None, ...]
    orders: tuple[Order, ...]

    @property
    def headline(self) -> Measure | None:
        return self.orders[0].measures[0] if self.orders else None

    @property
    def stops(self) -> list[tuple[str, Stop]]:
        """Where review may stop, with the district's name where there are several."""
        names = [f"{area.name}：" if area and len(self.areas) > 1 else "" for area in self.areas]
        return list(zip(names, (order.stop for order in self.orders), strict=True))

    @cached_property
    def waiting(self) -> pl.DataFrame:
        """A row for each filing that waits, the heaviest first."""
        rows = pl.concat([_waiting(order) for order in self.orders])
        return rows.sort(-pl.col("score"), "filing", nulls_last=True) if len(self.orders) > 1 else rows

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The same of all filings: behind what waits what is missing, then the rest."""
        others = pl.concat([_others(order) for order in self.orders])
        waits = pl.col("filing").is_in(self.waiting["filing"].implode())
        others = others.filter(~waits) if len(self.orders) == 1 else _sorted(others.filter(~waits))
        return pl.concat([self.waiting, others], how="diagonal")

    def keys(self, sort: str, among: Collection[int]) -> list[int]:
        """Those of `among`, in this order; what nothing is known of comes last."""
        asked = pl.Series(list(among), dtype=pl.Int64).implode()
        rows = self.waiting.filter(pl.col("filing").is_in(asked))
        if rows.height < len(among):
            rows = self.frame.filter(pl.col("filing").is_in(asked))
        name, descending = sort.removeprefix("-"), sort.startswith("-")
        if name != WEIGHT:
            by = pl.col(name).abs() if name in SIGNED else pl.col(name)
            rows = rows.sort(by, "filing", descending=[descending, False], nulls_last=True)
        elif descending:
            rows = rows.reverse()
        found = rows["filing"].to_list()
        return found if len(found) == len(among) else found + sorted(set(among) - set(found))

    def heaviest(self, number: int) -> list[int]:
        """The first so many that wait, or fewer where fewer do."""
        return self.waiting["filing"].head(number).to_list()

    def placed(self, filings: Sequence[int]) -> dict[int, Placed]:
        return {filing: placed for order in self.orders for filing, placed in order.placed(filings).items()}

    def known(self, filings: Sequence[int]) -> dict[int, KnownOfFiling]:
        if not self.orders:
            return {}
        rows = self.frame.filter(pl.col("filing").is_in(list(filings))).select(*KNOWN)
        least = self._least
        return {
            filing: KnownOfFiling(filing, _rounded(revenue, least), _rounded(before, least), *rest)
            for filing, revenue, before, *rest in rows.iter_rows()
        }

    @property
    def _least(self) -> Decimal:
        """What the form writes the headline figure to: a column of floats holds more than was said."""
        edition, cell = self.orders[0].area.period.edition, self.orders[0].measures[0].cell
        decimals = None
        if edition.has_cell(cell):
            address = CellAddress.parse(cell)
            decimals = edition.indicator(address.code).decimals_in(address.column)
        return Decimal(1).scaleb(-(MOST_DECIMALS if decimals is None else decimals))


def weighed(period: Period, at: datetime, areas: Iterable[District | None]) -> Weighed:
    """Of some districts each by its own total, or of the city (None). Nothing is weighed in a practice: its figures are
    in no columns."""
    areas = () if period.is_practice else tuple(areas)
    return Weighed(areas, tuple(order_of(period, at, area) for area in areas))


def areas_of(user: User) -> list[District]:
    """The own district first, and those abolished that left it what was under way."""
    found = District.objects.in_bulk(user.districts)
    return [found[pk] for pk in user.districts]


def _waiting(order: Order) -> pl.DataFrame:
    before = pl.col(BEFORE.format(order.measures[0].cell)).alias("before")
    unmissed = [pl.lit(None, dtype=pl.Float64).alias("absent"), pl.lit(False).alias("missing")]
    return order.frame.select("filing", "revenue", before, "change", *unmissed, *PLACED)


def _others(order: Order) -> pl.DataFrame:
    """Those that do not wait. They are kept while filings stand as they do."""
    code, name = order.area.period.code, f"beside-{order.area.name}"
    mark = _mark(order)
    with suppress(Broken):
        if (kept := read(code, name)) and kept[1]["mark"] == mark:
            return kept[0].frame
    made = _others_read(order)
    if _mark(order) == mark:  # nothing has moved meanwhile
        write(code, name, ScaledColumns(made, {}), mark=mark)
    return made


def _mark(order: Order) -> str:
    asked = None if order.area.district is None else [str(order.area.district.pk)]
    stand = mark_of(parts_of([order.area.period.code], asked)[order.area.period.code])
    return "/".join([stand, order.kept.yardstick.mark, order.area.period.edition.digest])


def _others_read(order: Order) -> pl.DataFrame:
    cell = order.measures[0].cell
    now, before = pl.col(NOW.format(cell)), pl.col(BEFORE.format(cell))
    absences = absences_of(order.area.period)
    had, missing = pl.col("weight").abs(), pl.col("submission").is_null() & pl.col("owed")
    whole = had.sum() if absences.is_revenue else pl.coalesce(before.abs(), had).sum()
    rows = order.board.frame.join(absences.frame, on="filing", how="left", maintain_order="left").with_columns(
        revenue=now,
        before=before,
        change=growth_of(order.measures[0]),
        missing=missing,
        absent=pl.when(missing & (whole != 0)).then(had / whole * 100),
    )
    return _sorted(rows.filter(~pl.col("waits")).select(*KNOWN))


def _rounded(figure: float | None, least: Decimal) -> Decimal | None:
    return None if figure is None else Decimal(repr(figure)).quantize(least, ROUND_HALF_UP)


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    by = [~pl.col("missing"), -pl.col("absent"), -pl.col("revenue").abs(), pl.col("filing")]
    return rows.sort(by, nulls_last=True)
