"""The figures of a period as the estimates read them: the board of consequence, when each firm's filing came, and what
the firm had said for the period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from math import isfinite

import numpy as np
import polars as pl

from forms_tables.edition.catalog import Edition
from reporting.city_columns.files import Broken, read, write
from reporting.city_columns.scaling import ScaledColumns
from reporting.consequence.absence import store_those_behind
from reporting.consequence.board import BEFORE, NOW, PREV, Measure, board_of, measure_of
from reporting.estimates.predicting import FloatArray, Measured, WholeArray
from reporting.models import Period, Submission
from reporting.models.submission import BASE, EMPLOYED, HEADLINE

ROLES = (HEADLINE, BASE, EMPLOYED)
SAID, THEN, TREND, LAST = "said {}", "then {}", "trend {}", "last {}"  # columns of one role
ARRIVED = "arrived"  # when a filing came
ARRIVALS = "arrivals"  # the file
OF_OWN_FORM = " of its own form"
UNKNOWN = "?"  # the class or size of a firm of which nothing is in and nothing was said before: no group of its own
MOMENT = pl.Datetime("us", "UTC")
OWN: dict[str, type[pl.DataType] | pl.DataType] = {
    "filing": pl.Int64,
    "enterprise": pl.Int64,
    "district": pl.String,
    "class": pl.String,
    "size": pl.String,
    "is_in": pl.Boolean,
    ARRIVED: MOMENT,
}
NO_ARRIVALS = pl.DataFrame(schema={"filing": pl.Int64, ARRIVED: MOMENT})


def measures_by_role(edition: Edition, frequency: str) -> dict[str, Measure]:
    """The same cell is asked for once."""
    named = edition.platform.figures.get(frequency)
    cells = {role: getattr(named, role) for role in ROLES} if named else {}
    found = {role: cell for role, cell in cells.items() if cell and edition.has_cell(cell)}
    first = {cell: role for role, cell in reversed(found.items())}
    return {role: measure_of(edition, frequency, cell) for role, cell in found.items() if first[cell] == role}


@dataclass(frozen=True)
class Evening:
    """`frame` has a row for each filing that is owed or in: what `OWN` lists, and for each role `said`, `then` (a year
    before), `trend` (its growth of the period before, as a factor) and `last` (what it said in the period before; for a
    year in its December). `districts` are codes in their order."""

    period: Period
    measures: dict[str, Measure]
    frame: pl.DataFrame
    districts: tuple[str, ...]

    def figures(self, role: str) -> Measured:
        is_in = self.frame["is_in"].to_numpy()
        said = floats(self.frame[SAID.format(role)])
        return Measured(
            said=np.where(is_in, said, np.nan),
            is_in=is_in,
            base=floats(self.frame[THEN.format(role)]),
            trend=floats(self.frame[TREND.format(role)]),
            last=floats(self.frame[LAST.format(role)]),
            groups=self.groups,
            area=self.area,
            areas=len(self.districts),
        )

    def of(self, rows: pl.Expr | pl.Series) -> Evening:
        return Evening(self.period, self.measures, self.frame.filter(rows), self.districts)

    @cached_property
    def area(self) -> WholeArray:
        places = {code: place for place, code in enumerate(self.districts)}
        return self.frame["district"].replace_strict(places, return_dtype=pl.Int64).to_numpy()

    @cached_property
    def groups(self) -> tuple[WholeArray, ...]:
        """Class, size and district; class and size; class; all."""
        kind, size, district = (numbered(self.frame[name]) for name in ("class", "size", "district"))
        together = kind * (int(size.max(initial=0)) + 1) + size
        return together * (int(district.max(initial=0)) + 1) + district, together, kind, np.zeros_like(kind)


def floats(column: pl.Series) -> FloatArray:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def numbered(column: pl.Series) -> WholeArray:
    return column.rank("dense").cast(pl.Int64).to_numpy() - 1


def own_rows(period: Period, fresh: bool = True) -> pl.DataFrame:
    """What a period says by itself: `OWN`, and for each role `said`, `then` and `last`. Nothing of one whose
    edition names no figure to estimate."""
    measures = measures_by_role(period.edition, period.parsed.frequency)
    if not measures:
        return pl.DataFrame(schema=OWN)
    store_those_behind(period)
    board = board_of(period, fresh=fresh)
    is_in = pl.col("counted") if period.is_locked else pl.col("submission").is_not_null()
    figures = [
        pl.col(column.format(measure.cell)).alias(name.format(role))
        for role, measure in measures.items()
        for name, column in ((SAID, NOW), (THEN, BEFORE), (LAST, PREV))
    ]
    rows = board.frame.select(
        "filing", "enterprise", "district", "class", "size", "owed", is_in.alias("is_in"), *figures
    )
    rows = rows.filter(pl.col("owed") | pl.col("is_in")).drop("owed")
    rows = with_what_was_taken_back(rows, period, measures)
    return rows.join(arrivals_of(period), on="filing", how="left", maintain_order="left")


def with_what_was_taken_back(rows: pl.DataFrame, period: Period, measures: Mapping[str, Measure]) -> pl.DataFrame:
    """What a firm had before, as it said itself in a form of this period that it has again: it knows best while nobody
    else does."""
    told = {
        column.format(role): cell
        for role, measure in measures.items()
        for column, cell in ((THEN, measure.before), (LAST, measure.prev))
        if cell
    }
    back = Submission.objects.filter(filing__period=period.pk, filing__in_force=None).order_by("filing", "number")
    forms = list(back.values_list("filing", "values"))
    if not forms or not told:
        return rows
    figures = [
        {"filing": filing} | {name: figure_in(values, cell) for name, cell in told.items()} for filing, values in forms
    ]
    schema = {"filing": pl.Int64} | dict.fromkeys(told, pl.Float64)
    own = pl.DataFrame(figures, schema=schema).unique("filing", keep="last", maintain_order=True)
    rows = rows.join(own, on="filing", how="left", maintain_order="left", suffix=OF_OWN_FORM)
    known = [pl.col(name).fill_null(pl.col(f"{name}{OF_OWN_FORM}")) for name in told]
    return rows.with_columns(known).drop(f"{name}{OF_OWN_FORM}" for name in told)


def figure_in(values: Mapping[str, str], cell: str) -> float | None:
    """None where the form leaves it blank, and where it is no figure at all."""
    try:
        figure = float(values.get(cell) or "nan")
    except ValueError:
        return None
    return figure if isfinite(figure) else None


def arrivals_of(period: Period) -> pl.DataFrame:
    """When the first submission of each filing came that was not taken back. A submission stays as it is but for being
    taken back: while none was, those that came since are read, and the others lie in a file beside the columns."""
    submissions = Submission.objects.filter(filing__period=period.pk).order_by()
    taken_back = submissions.exclude(recalled_at=None).count()
    known, last = kept_arrivals(period.pk, taken_back)
    rows = list(submissions.filter(recalled_at=None, pk__gt=last).values_list("pk", "filing", "submitted_at"))
    if rows:
        came = pl.DataFrame(rows, schema={"pk": pl.Int64, **NO_ARRIVALS.schema}, orient="row")
        known = pl.concat([known, came.drop("pk")]).group_by("filing").agg(pl.col(ARRIVED).min())
        last = max(key for key, *_ in rows)
        write(period.pk, ARRIVALS, ScaledColumns(known, {}), taken_back=taken_back, last=last)
    return known


def kept_arrivals(code: str, taken_back: int) -> tuple[pl.DataFrame, int]:
    """And up to which submission they are."""
    try:
        found = read(code, ARRIVALS)
    except Broken:
        found = None
    if found is None or found[1]["taken_back"] != taken_back:
        return NO_ARRIVALS, 0
    return found[0].frame, found[1]["last"]


def told(
    period: Period,
    own: pl.DataFrame,
    last: pl.DataFrame | None,
    districts: Sequence[str],
    december: pl.DataFrame | None = None,
) -> Evening:
    """With the rows of the period before, where there are any: a firm's trend, and its class and size while nothing of
    it is in; and of a year with those of its December."""
    measures = measures_by_role(period.edition, period.parsed.frequency)
    there = [role for role in measures if last is not None and SAID.format(role) in last.columns]
    trends = [growth_of(role) for role in there]
    if last is None:
        frame = own.with_columns(pl.lit("").alias("class_then"), pl.lit("").alias("size_then"))
    else:
        before = last.filter("is_in").unique("enterprise", keep="last", maintain_order=True)
        before = before.select("enterprise", *trends, class_then="class", size_then="size")
        frame = own.join(before, on="enterprise", how="left", maintain_order="left")
    missing = [pl.lit(None, dtype=pl.Float64).alias(TREND.format(role)) for role in measures if role not in there]
    frame = frame.with_columns(*missing, *(known(name) for name in ("class", "size"))).drop("class_then", "size_then")
    if december is not None:
        frame = with_december(frame, december, measures)
    others = frame.filter(~pl.col("district").is_in(list(districts)))["district"].unique().sort()
    return Evening(period, measures, frame, (*districts, *others))


def with_december(frame: pl.DataFrame, december: pl.DataFrame, measures: Mapping[str, Measure]) -> pl.DataFrame:
    """What each firm had said by December of the year, in place of what it said last."""
    names = {SAID.format(role): LAST.format(role) for role in measures if SAID.format(role) in december.columns}
    said = december.filter("is_in").unique("enterprise", keep="last", maintain_order=True)
    said = said.select("enterprise", *(pl.col(said).alias(last) for said, last in names.items()))
    return frame.drop(names.values()).join(said, on="enterprise", how="left", maintain_order="left")


def growth_of(role: str) -> pl.Expr:
    said, then = pl.col(SAID.format(role)), pl.col(THEN.format(role))
    return pl.when((said > 0) & (then > 0)).then(said / then).alias(TREND.format(role))


def known(name: str) -> pl.Expr:
    then = pl.col(f"{name}_then").fill_null("")
    missing = pl.when(~pl.col("is_in")).then(pl.lit(UNKNOWN)).otherwise(pl.lit(""))
    return pl.when(pl.col(name) != "").then(pl.col(name)).when(then != "").then(then).otherwise(missing).alias(name)


def as_of(now: Evening, moment: datetime) -> Evening:
    """As it stood at an earlier moment: what came later is missing again; of the rest the figures are those of now."""
    return Evening(now.period, now.measures, now.frame.with_columns(came_by(moment).alias("is_in")), now.districts)


def came_by(moment: datetime) -> pl.Expr:
    """Of which nobody knows when it came, it was there from the beginning."""
    return pl.col("is_in") & (pl.col(ARRIVED).is_null() | (pl.col(ARRIVED) <= moment.astimezone(UTC)))
