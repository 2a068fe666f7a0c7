"""Where the filings of a period stand, counted: for a district's first page, the city's map, and what blocks a lock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import polars as pl
from django.core.cache import cache
from django.db.models import Count, F, QuerySet, Sum

from accounts.models import District, User
from reporting.city_columns.marks import weight_of
from reporting.filing.punctuality import held_past_due
from reporting.models import BaseAdjustment, ExtensionRequest, Filing, LateRequest, Period, Standing, Submission
from reporting.models.asking import asked_of
from reporting.models.request import RequestQuerySet
from reporting.models.standing import (
    ALL_LET_IN,
    COUNTED,
    COUNTED_AS_OWED,
    FILED,
    FILED_AFTER_LOCK,
    FILED_LATE,
    FILED_ON_TIME,
    LEFT_OUT,
    OWED,
    REOPENED,
    TAKEN_IN,
    standing_at,
)
from reporting.totals.aggregation import districts_of
from reporting.totals.at_hand import KEPT
from reporting.totals.coverage import share
from reporting.totals.last_year import LastYear, last_year_of

CHUNK = 5000

# The standings a list is narrowed to; the names are those of the queue's filter. What is settled counts as approved.
GROUPS: dict[str, tuple[str, list[Standing]]] = {
    "not_started": ("未填报", [Standing.NOT_STARTED]),
    "drafting": ("草稿", [Standing.DRAFT]),
    "waiting": ("已上报，待审核", [Standing.WAITING]),
    "querying": ("查询中", [Standing.QUERIED]),
    "returned": ("退回", [Standing.RETURNED]),
    "amending": ("修订中", [Standing.AMENDING]),
    "from_city": ("市级查询或退回", [Standing.CITY_QUERIED, Standing.CITY_RETURNED]),
}
# The numbers of a page and the question behind each.
NUMBERS = {name: standing_at(*standings) for name, (_, standings) in GROUPS.items()} | {
    "owed": COUNTED_AS_OWED,
    "filed": FILED,
    "approved": COUNTED,
    "reopened": REOPENED,
    "late": FILED_LATE,
    "on_time": FILED_ON_TIME,
    "let_in": standing_at(*ALL_LET_IN),
    "filed_after_lock": FILED_AFTER_LOCK,
    "taken_in": TAKEN_IN,
    "left_out": LEFT_OUT,
}
# Those with a list behind them, by the name it has in the address.
LISTED = {name: name for name in (*GROUPS, "approved", "late", "on_time")} | {"after_lock": "let_in"}


@dataclass(frozen=True)
class Progress:
    """How many filings stand where. The numbers from `filed` on cut across the standings: `late` and `on_time` count
    only what was filed; `reopened` are the approved ones being amended, asked about or returned, which count as they
    were approved last; `let_in` are those let in after the lock, counted under no state, `filed_after_lock` those of
    them that have filed, `taken_in` those that a correction has counted since; `left_out` is what a lock would leave
    out of the totals."""

    owed: int = 0
    not_started: int = 0
    drafting: int = 0
    waiting: int = 0
    querying: int = 0
    returned: int = 0
    amending: int = 0
    from_city: int = 0
    filed: int = 0
    approved: int = 0
    reopened: int = 0
    late: int = 0
    on_time: int = 0
    let_in: int = 0
    filed_after_lock: int = 0
    taken_in: int = 0
    left_out: int = 0

    @property
    def still_out(self) -> int:
        """Let in after the lock, and in no release yet."""
        return self.let_in - self.taken_in

    @property
    def still_out_in_words(self) -> str:
        if not self.still_out:
            return ""
        rest = f"；其余 {self.still_out} 家" if self.taken_in else ""
        filed = f"（已报 {self.filed_after_lock} 家）" if self.filed_after_lock != self.still_out else ""
        return f"{rest}{filed}，不计入本期已锁定的汇总"

    @property
    def on_time_share(self) -> Decimal | None:
        """What part of those who owe filed on time, in percent."""
        return share(Decimal(self.on_time), Decimal(self.owed))


@dataclass(frozen=True)
class RevenueShare:
    """What part of last year's revenue the approved firms carry, in percent (blank where nobody has a last year), and
    for how many of those who owe that revenue is known at all."""

    percent: Decimal | None = None
    known: int = 0
    owed: int = 0

    @property
    def left_out(self) -> Decimal | None:
        return None if self.percent is None else 100 - self.percent


@dataclass(frozen=True)
class DistrictProgress:
    district: District
    progress: Progress
    revenue_share: RevenueShare

    @property
    def level(self) -> int:
        """How dark the district's tile is: 0 nothing approved … 4 all of it."""
        owed, approved = self.progress.owed, self.progress.approved
        return 0 if not owed else approved * 4 // owed


def in_group(filings: QuerySet, group: str, at: datetime) -> QuerySet:
    """The filings behind one number of the page; an unknown word means all of them."""
    if group in LISTED:
        return filings.filter(NUMBERS[LISTED[group]])
    if group == "overdue":
        return filings.overdue(at)
    if group == "held":
        return held_past_due(filings, at)
    return filings


def counts() -> dict[str, Count]:
    """One COUNT per number, so that a page asks the database once. Prefixed: `late` is a column too."""
    return {f"n_{name}": Count("pk", filter=question) for name, question in NUMBERS.items()}


def progress_of(filings: QuerySet) -> Progress:
    return _progress(filings.order_by().aggregate(**counts()))


def together(progress: Iterable[Progress]) -> Progress:
    """Of all districts."""
    rows = list(progress)
    return Progress(**{field.name: sum(getattr(row, field.name) for row in rows) for field in fields(Progress)})


def progress_by_district(filings: QuerySet) -> dict[int, Progress]:
    rows = filings.order_by().values("district").annotate(**counts())
    return {row["district"]: _progress(row) for row in rows}


def _progress(row: Mapping[str, int]) -> Progress:
    return Progress(**{field.name: row[f"n_{field.name}"] for field in fields(Progress)})


@dataclass(frozen=True)
class CityProgress:
    """Every district of the period's last day, any other under which something is owed, and all of them together."""

    districts: list[DistrictProgress]
    whole: Progress
    revenue_share: RevenueShare | None  # none where nobody owes


def city_progress(period: Period) -> CityProgress:
    filings = Filing.objects.of(period)
    rows = {row["district"]: row for row in filings.order_by().values("district").annotate(**counts(), **MARK)}
    marks = {district: CarryingMark(row["owing"], row["carrying"] or 0) for district, row in rows.items() if row["owing"]}
    counted = {district: _progress(row) for district, row in rows.items()}
    shares = _shares(_carried_at_hand(period, filings, marks))
    districts = [
        DistrictProgress(district, counted.get(district.pk, Progress()), shares.get(district.pk, RevenueShare()))
        for district in districts_of(period)
    ]
    return CityProgress(districts, together(counted.values()), shares.get(WHOLE))


WHOLE = ""
# Of one district: how many owe, of how many last year's revenue is known, all of that, and the approved firms' part.
CarriedRevenue = Counter[str]


class CarryingMark(NamedTuple):
    """Which firms of a district owe, and which of those carry their revenue, as sums of their weights: while they are
    the same the district carries the same."""

    owing: int
    carrying: int


MARK = {
    "owing": Sum(weight_of(F("enterprise")), filter=COUNTED_AS_OWED),
    "carrying": Sum(weight_of(F("enterprise")), filter=COUNTED_AS_OWED & COUNTED),
}


def revenue_shares(filings: QuerySet, period: Period) -> dict[int | str, RevenueShare]:
    """How much of last year's revenue the approved ones carry: per district, and of all these filings under WHOLE."""
    found = _carried(filings, last_year_of(period))
    return _shares({district: carried for district, (_, carried) in found.items()})


def _shares(carried: Mapping[int, CarriedRevenue]) -> dict[int | str, RevenueShare]:
    areas: dict[int | str, CarriedRevenue] = {}
    for district, sums in carried.items():
        for area in (district, WHOLE):
            areas.setdefault(area, Counter()).update(sums)
    return {
        area: RevenueShare(share(sums["carried"], sums["whole"]), sums["known"], sums["owed"])
        for area, sums in areas.items()
    }


def _carried_at_hand(period: Period, filings: QuerySet, marks: Mapping[int, CarryingMark]) -> dict[int, CarriedRevenue]:
    """Kept for each district under its mark and last year's revenue: one approval asks for one district's filings."""
    last_year = last_year_of(period)
    basis = int(last_year.frame.hash_rows().sum()) if len(last_year.frame) else 0
    places = {district: f"carried-{period.code}-{district}-{basis}" for district in marks}
    kept = cache.get_many(places.values())
    found = {}
    for district, place in places.items():
        mark, carried = kept.get(place, (None, None))
        if mark == marks[district]:
            found[district] = carried
    if missing := marks.keys() - found.keys():
        anew = _carried(filings.filter(district__in=missing), last_year)
        cache.set_many({places[district]: of_mark for district, of_mark in anew.items()}, KEPT)
        found |= {district: carried for district, (_, carried) in anew.items()}
    return found


def _carried(filings: QuerySet, last_year: LastYear) -> dict[int, tuple[CarryingMark, CarriedRevenue]]:
    """Of each district, with the mark of the very filings it was added up from."""
    names = ("enterprise", "district", "counted")
    rows = filings.filter(COUNTED_AS_OWED).order_by().values_list(*names).iterator(chunk_size=CHUNK)
    # Number by number: a list of so many rows costs more than to read them.
    numbers = np.fromiter((number or 0 for row in rows for number in row), np.int64)
    owing = pl.DataFrame(numbers.reshape(-1, len(names)), schema=dict.fromkeys(names, pl.Int64))
    owing = owing.join(last_year.frame, on="enterprise", how="left")
    revenue, weight, counts = pl.col("revenue"), weight_of(pl.col("enterprise")), pl.col("counted") != 0
    found = owing.group_by("district").agg(
        weight.sum().alias("owing"),
        weight.filter(counts).sum().alias("carrying"),
        pl.len().alias("owed"),
        revenue.count().alias("known"),
        revenue.sum().alias("whole"),
        revenue.filter(counts).sum().alias("carried"),
    )
    return {
        row.pop("district"): (CarryingMark(row.pop("owing"), row.pop("carrying")), Counter(row))
        for row in found.iter_rows(named=True)
    }


def submissions_visible_to(user: User) -> QuerySet[Submission]:
    """The submissions of the filings this person may see, with what every page about one needs."""
    found = Submission.objects.filter(user.reach("filing__")) if user.may.read_filings or user.may.fill else None
    found = Submission.objects.none() if found is None else found
    return found.select_related("filing__enterprise", "filing__district", "filing__period", "submitted_by", "opened_by")


# What firms ask of their district, by the word in the addresses of the pages that list it.
REQUESTS = {
    "extension": ("延期申请", ExtensionRequest),
    "late": ("补报申请", LateRequest),
    "base": ("口径调整申请", BaseAdjustment),
}


def requests_visible_to(user: User, kind: str) -> RequestQuerySet:
    """What firms have asked for of one kind, as far as this person may see it, the waiting ones first."""
    if not (user.may.fill or user.may.read_filings):
        return REQUESTS[kind][1].objects.none()
    # Asked of the filings that somebody asked about, not of all there are.
    found = REQUESTS[kind][1].objects.filter(user.reach("filing__") & asked_of("filing", OWED)).listed()
    read = ("filing__enterprise", "filing__district", "filing__period", "filing__in_force", "asked_by", "decided_by")
    return found.select_related(*read).defer(*(f"filing__in_force__{field}" for field in Submission.HEAVY))


def requests_waiting(user: User) -> dict[str, int]:
    """How many of each kind still wait for the district's decision."""
    return {kind: requests_visible_to(user, kind).waiting().count() for kind in REQUESTS}
