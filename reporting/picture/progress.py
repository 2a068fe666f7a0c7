"""How far the districts are with a period, and when filings arrive against the period before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate

from django.db.models import CharField, Count
from django.db.models.functions import Cast, Substr
from django.utils.dateparse import parse_datetime

from accounts.models import District
from reporting.models import Deadline, Filing, Period, Submission
from reporting.models.standing import COUNTED_AS_OWED
from reporting.pages.charts import Chart, Series
from reporting.totals.aggregation import AreaSummary
from reporting.totals.coverage import share

SLOT = timedelta(hours=6)
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
class Arrivals:
    """How many filings first came in each slot, counted from the firms' day due: slot -1 ends with that day. `until`
    is the last slot there can be anything of yet."""

    label: str
    owed: int
    came: dict[int, int]
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


def slot_at(period: Period, at: datetime) -> int:
    return (at - period.due_at(Deadline.ENTERPRISE)) // SLOT


def arrivals_of(period: Period, district: District | None = None) -> Arrivals:
    """Hours are told apart in the database: no filing is read."""
    filings, first = Filing.objects.of(period), Submission.objects.filter(filing__period=period, number=1)
    if district is not None:
        filings, first = filings.filter(district=district), first.filter(filing__district=district)
    hour = Substr(Cast("submitted_at", CharField()), 1, 13)  # in UTC, as either database writes it
    counted = first.order_by().values_list(hour).annotate(Count("pk"))
    came: dict[int, int] = {}
    for text, number in counted:
        moment = parse_datetime(f"{text}:00:00+00:00")
        assert moment is not None
        slot = slot_at(period, moment)
        came[slot] = came.get(slot, 0) + number
    return Arrivals(period.label, filings.filter(COUNTED_AS_OWED).count(), came)


def arrivals_chart(now: Arrivals, before: Arrivals | None) -> Chart | None:
    """None while nothing has come in either."""
    shown = [each for each in (now, before) if each and each.came]
    if not shown:
        return None
    first = max(FIRST, min(min(each.came) for each in shown))
    last = max(first, min(LAST, max(max(each.came) for each in shown)))
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
            "更早上报的已计在内，修订不另计。"
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
