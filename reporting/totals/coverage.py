"""How much of an area is in: how many firms, and what share of last year's revenue they carry."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from reporting.models.history import IMPORTED
from reporting.totals.adding_up import ZERO
from reporting.totals.last_year import LastYear


@dataclass
class Coverage:
    """How much of an area is in. Revenue is what these firms reported for the year before (`last_year_of`).
    `approved` are the filings of which a submission counts; `reopened` those among them that are being amended, asked
    about or returned, and count as they were approved last; `filed_after_lock` those filed after the period was
    locked, of which nothing counts but an estimate that was approved before. `imported` are the firms of which history
    was imported: all there is of a period that was never opened here, and beside the totals of one that was."""

    owed: int = 0
    filed: int = 0
    approved: int = 0
    reopened: int = 0
    filed_after_lock: int = 0
    imported: int = 0
    revenue_owed: Decimal = ZERO
    revenue_filed: Decimal = ZERO
    revenue_approved: Decimal = ZERO

    @property
    def share_filed(self) -> Decimal | None:
        return share(self.revenue_filed, self.revenue_owed)

    @property
    def share_approved(self) -> Decimal | None:
        return share(self.revenue_approved, self.revenue_owed)

    def add(self, other: Coverage) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True)
class Rests:
    """On what a total rests: how many firms are in it, how many owe, and what share of last year's revenue those that
    are in carry (in percent; None where nobody has a last year)."""

    firms: int
    owed: int
    share: Decimal | None
    is_provisional: bool

    @property
    def in_words(self) -> str:
        """Beside every figure of a period that is not locked, growth included; nothing once it is."""
        if not self.is_provisional:
            return ""
        carried = f"占上年收入 {self.share}%" if self.share is not None else f"应报 {self.owed} 家"
        return f"未锁定，{self.firms} 家（{carried}）"


def rests_on(coverage: Coverage, include_submitted: bool, is_provisional: bool) -> Rests:
    if include_submitted:
        return Rests(coverage.filed, coverage.owed, coverage.share_filed, is_provisional)
    return Rests(coverage.approved, coverage.owed, coverage.share_approved, is_provisional)


def coverage_of(filings: pl.DataFrame, last_year: LastYear, districts: Collection[str]) -> dict[str, Coverage]:
    """Of each district, out of the stored list of a period's filings (reporting.city_columns.frozen.LISTED)."""
    is_filed = pl.col("counted").is_not_null() | pl.col("waiting").is_not_null()
    asked = {
        "owed": pl.col("owed"),  # what the lock found stands still
        "filed": is_filed,
        "approved": pl.col("counted").is_not_null(),
    }
    rows = filings.filter(pl.col("in_period")).join(last_year.frame, on="enterprise", how="left")
    found = rows.group_by("district").agg(
        *(condition.sum().alias(name) for name, condition in asked.items()),
        pl.col("reopened").sum(),
        pl.col("filed_after_lock").sum(),
        *(pl.col("revenue").filter(condition).sum().alias(f"revenue_{name}") for name, condition in asked.items()),
    )
    covered = {district: Coverage() for district in districts}
    for row in found.iter_rows(named=True):
        area = covered[row.pop("district")]
        for name, value in row.items():
            setattr(area, name, Decimal(value).scaleb(-last_year.places) if name.startswith("revenue") else value)
    return covered


def together(areas: Iterable[Coverage]) -> Coverage:
    whole = Coverage()
    for area in areas:
        whole.add(area)
    return whole


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Per cent with one decimal; blank when there is nothing to compare with."""
    return (Decimal(part) / whole * 100).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole > 0 else None


def reopened_in_words(coverage: Coverage) -> str:
    """Which of the approved figures may still be replaced; empty when none."""
    if not coverage.reopened:
        return ""
    return f"其中 {coverage.reopened} 家的上报件在修订、查询或退回中，仍以已审核的一份计入。"


def after_lock_in_words(count: int) -> str:
    """How many filed after the lock, and that no figure here holds theirs; empty when nobody did."""
    return f"锁定后补报 {count} 家，不计入本期已锁定的汇总。" if count else ""


def imported_in_words(coverage: Coverage) -> str:
    """Beside the totals of a period that was opened here; empty when nothing of it was imported."""
    if not coverage.imported:
        return ""
    return f"另有 {coverage.imported} 家的{IMPORTED}，供以后各期比对，不计入本期汇总。"


def share_in_words(city: Coverage, basis: str) -> str:
    if city.share_filed is None:
        return "没有上年数据，无法计算已报企业的收入占比。"
    return (
        f"按{basis}计，已报企业占应报企业的 {city.share_filed}%，审核通过企业占 {city.share_approved}%；"
        "没有该项数据的企业按 0 计。"
    )
