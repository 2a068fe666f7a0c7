"""How far the districts are with a period, and when filings arrive against the period before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate

import polars as pl

from accounts.models import District
from reporting.city_columns.counted import filings_of
from reporting.estimates.reading import ARRIVED
from reporting.estimates.reading import arrivals_of as first_arrivals
from reporting.models import Deadline, Period
from reporting.pages.charts import Chart, Series
from reporting.totals.aggregation import AreaSummary
from reporting.totals.coverage import share

SLOT = timedelta(hours=6)
BEGINNING = -10_000
FIRST, LAST = -40, 11  # slots shown: ten days before the firms' last moment and three after it


def progress_chart(areas: Sequence[AreaSummary], note: str) -> Chart:
    """Of the districts that owe something, the one that is furthest first."""
    owing = [area for area in areas if area.coverage.owed]
    shares = {
        area.name: (share(area.coverage.approved, area.coverage.owed), share(area.coverage.filed, area.coverage.owed))
        for area in owing
    }
    names = sorted(shares, key=lambda name: shares[name], reverse=True)
    return Chart(
        name="progress",
        title="各区县进度",
        labels=names,
        series=(
            Series("已通过", [shares[name][0] for name in names], kind="bar"),
            Series("已上报", [shares[name][1] for name in names], kind="bar", dashed=True),
        ),
        unit="占应报家数的 %",
        note=f"已上报的含待审核和已通过的。{note}",
        kind="ranked",
        heads="区县",
    )


@dataclass(frozen=True)
class ArrivalSlots:
    """How many filings first came in each slot, counted from the firms' day due: slot -1 ends with that day. `until`
    is the last slot there can be anything of yet."""

    label: str
    owed: int
    came: Mapping[int, int]
    until: int | None = None  # None: it is over

    def share_in(self, first: int, last: int) -> list[Decimal | None]:
        """In percent of those who owe it, of each slot from `first` to `last`, with all before it."""
        before = sum(number for slot, number in self.came.items() if slot < first)
        so_far = accumulate((self.came.get(slot, 0) for slot in range(first, last + 1)), initial=before)
        next(so_far)  # what was there before is in the first slot too
        return [
            None if self.until is not None and slot > self.until else share(number, self.owed)
            for slot, number in zip(range(first, last + 1), so_far, strict=True)
        ]


def slot_at(due: datetime, at: datetime) -> int:
    """The firms' last moment is in the slot that ends with it."""
    return -((due - at) // SLOT) - 1


def arrivals_of(period: Period, district: District | None = None) -> ArrivalSlots:
    """When each filing that is in came first, as the night of the deadline has it (reporting.estimates.reading): what
    its firm has again is not in, and of which nobody knows when it came, it was there from the beginning."""
    filings = filings_of(period.parsed, None if district is None else [district]).filter("in_period")
    there = pl.col("counted") if period.is_locked else pl.coalesce("submission", "waiting", "counted")
    owed = filings.select("filing", "owed", is_in=there.is_not_null()).filter(pl.col("owed") | pl.col("is_in"))
    arrived = owed.filter("is_in").join(first_arrivals(period), on="filing", how="left")[ARRIVED]
    due, came = period.due_at(Deadline.ENTERPRISE), Counter[int]()
    for hour, number in arrived.dt.truncate("1h").value_counts().iter_rows():
        came[BEGINNING if hour is None else slot_at(due, hour)] += number
    return ArrivalSlots(period.label, owed.height, came)


def arrivals_chart(now: ArrivalSlots, before: ArrivalSlots | None) -> Chart | None:
    """None while nothing has come in either that far."""
    came = [slot for each in (now, before) if each for slot in each.came if slot <= LAST]
    if not came:
        return None
    first, last = max(FIRST, min(came)), max(FIRST, *came)
    series = [Series(now.label, now.share_in(first, last))]
    if before:
        series.append(Series(before.label, before.share_in(first, last), dashed=True))
    return Chart(
        name="arrivals",
        title="上报到达",
        labels=[slot_words(slot) for slot in range(first, last + 1)],
        series=series,
        unit="占应报家数的 %",
        note=(
            "按企业首次上报的时间，与本期、上期各自的企业截止时刻对齐，每 6 小时一点，画到截止前 10 天、截止后 3 天；"
            "更早上报的已计在内；一家企业按第一次上报（未撤回）的时间计，退回后还没有重新上报的不计。"
        ),
        heads="时间",
    )


def slot_words(slot: int) -> str:
    """When the slot ends, from the last moment firms are in time."""
    hours = (slot + 1) * 6
    if not hours:
        return "截止"
    days, rest = divmod(abs(hours), 24)
    words = (f"{days}天" if days else "") + (f"{rest}小时" if rest else "")
    return f"截止{'前' if hours < 0 else '后'}{words}"
