"""Whom to ring first: the firms of which nothing is in, in the order of what the total lacks without them
(reporting.consequence.absence), with what each is expected to say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from reporting.consequence.absence import absences_of
from reporting.estimates.predicting import Method, predict
from reporting.estimates.reading import THEN, Evening
from reporting.models import Filing
from reporting.models.submission import HEADLINE

MOST_TO_RING = 20
METHODS = {
    Method.TREND: "上年同期数 × 企业上期增势 × 同组变动",
    Method.RATIO: "上年同期数 × 同组平均增幅",
    Method.PREV: "上年同期不详，上期累计 × 同组变动",
    Method.NEWCOMERS: "上年同期不详，按同组上年同期也不详的企业平均数",
    Method.CLASS_MEAN: "上年同期不详，按同组已报企业平均数",
    Method.NOTHING: "不能推算",
}
FROM_DECEMBER = "上年同期不详，12月累计 × 同组变动"  # PREV of a year
LEVELS = ("同类同规模同区县", "同类同规模", "同类", "全市")
CANNOT = "上年同期为零或负数，或没有可比的已报企业，不能推算"


@dataclass(frozen=True)
class FirmToRing:
    """A firm that has not filed. `estimate` is what it is expected to say, None where nobody can tell; `beside` the
    same by a mean of ratios; `share` what part of the total it would be, in per cent."""

    filing: Filing
    before: float | None
    estimate: float | None
    beside: float | None
    share: float | None
    how: str

    @property
    def estimate_words(self) -> str:
        return "不能推算" if self.estimate is None else f"{self.estimate:,.0f}"

    @property
    def beside_words(self) -> str:
        return "" if self.beside is None else f"另算：按同组平均比率为 {self.beside:,.0f}"

    @property
    def share_words(self) -> str:
        return "" if self.share is None else f"{self.share:.1f}%"


@dataclass(frozen=True)
class ToRing:
    """The first of `missing` firms; `estimated` adds up the estimates of all of them, `unsaid` counts those without."""

    firms: list[FirmToRing]
    missing: int
    estimated: float
    unsaid: int

    @property
    def in_words(self) -> str:
        told = f"未报 {self.missing} 家" + (f"，其中 {self.unsaid} 家不能推算" if self.unsaid else "")
        first = f"，列出前 {len(self.firms)} 家" if self.missing > len(self.firms) else ""
        return f"{told}。按上年同期数从大到小排列{first}。"


def to_ring(told: Evening, whole: float, district: str | None = None) -> ToRing:
    """`whole` is the total they are parts of, with what is estimated of it."""
    predicted = predict(told.figures(HEADLINE))
    rows = told.frame.select("filing", "district", "is_in", pl.col(THEN.format(HEADLINE)).alias("before")).with_columns(
        estimate=pl.Series(predicted.value).fill_nan(None),
        beside=pl.Series(predicted.beside).fill_nan(None),
        method=pl.Series(predicted.method),
        level=pl.Series(predicted.level),
    )
    rows = rows.filter(~pl.col("is_in") if district is None else ~pl.col("is_in") & (pl.col("district") == district))
    rows = rows.join(absences_of(told.period).frame, on="filing", how="left", maintain_order="left")
    first = rows.sort(pl.col("weight").abs(), "filing", descending=[True, False], nulls_last=True).head(MOST_TO_RING)
    filings = Filing.objects.filter(pk__in=first["filing"].to_list()).select_related("enterprise", "district", "period")
    known = {each.pk: each for each in filings.defer("enterprise__attributes")}
    firms = [
        FirmToRing(
            filing=known[row["filing"]],
            before=row["before"],
            estimate=row["estimate"],
            beside=row["beside"],
            share=row["estimate"] * 100 / whole if row["estimate"] is not None and whole > 0 else None,
            how=how_in_words(Method(row["method"]), row["level"], told.period.is_annual),
        )
        for row in first.iter_rows(named=True)
        if row["filing"] in known
    ]
    estimates = rows["estimate"].to_numpy()
    return ToRing(firms, rows.height, float(np.nansum(estimates.astype(float))), rows["estimate"].null_count())


def how_in_words(method: Method, level: int, of_year: bool = False) -> str:
    if method == Method.NOTHING:
        return CANNOT
    words = FROM_DECEMBER if of_year and method == Method.PREV else METHODS[method]
    return f"{words}（{LEVELS[level]}）"
