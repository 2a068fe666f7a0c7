"""Who did well: the tallies of a period by district, frozen when it is locked; ranks, and a year as one whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from django.db.models import QuerySet

from accounts.models import District
from reporting.models import DistrictResult, Filing, Period
from reporting.models.standing import COUNTED_AS_OWED
from reporting.results.measures import FILINGS, HIGHER, ONE_PLACE, ZERO, LeagueMeasure, Tally, tally_of, total
from reporting.results.timelines import Timeline, timelines_of
from reporting.totals.aggregation import districts_of
from reporting.totals.last_year import base_revenue_before


@dataclass(frozen=True)
class Results:
    """One period. `frozen_at` says since when the numbers no longer move; None while they still do."""

    period: Period
    tallies: Mapping[int, Tally]
    frozen_at: datetime | None = None

    @property
    def whole(self) -> Tally:
        return total(self.tallies.values())


@dataclass(frozen=True)
class RankedDistrict:
    """One district's line. Without a rank: it owes nothing, or the measure has no value for it."""

    district: District
    tally: Tally
    rank: int | None


def results_of(period: Period, at: datetime) -> Results:
    """A locked period as it was frozen, any other as it stands at `at`."""
    return results_for([period], at)[0]


def results_for(periods: Iterable[Period], at: datetime) -> list[Results]:
    """One query for all that is frozen; what is not is counted period by period."""
    frozen: dict[str, list[DistrictResult]] = defaultdict(list)
    for row in DistrictResult.objects.filter(period__in=periods, period__state=Period.LOCKED):
        frozen[row.period_id].append(row)

    def result(period: Period) -> Results:
        rows = frozen[period.pk]
        if not rows:  # open; or locked before results were kept, and counted as of then
            return Results(period, count(period, at), period.locked_at)
        return Results(period, {row.district_id: Tally.from_json(row.measures) for row in rows}, rows[0].at)

    return [result(period) for period in periods]


def count(period: Period, at: datetime) -> dict[int, Tally]:
    """Every district of the period, counted from its filings."""
    _, revenues = base_revenue_before(period)
    counted = {district.pk: [] for district in districts_of(period)}
    for timeline in timelines_of(filings_of(period), closing(period, at)):
        counted[timeline.district].append(tally_of(timeline, revenues.get(timeline.enterprise, ZERO)))
    return {district: total(tallies) for district, tallies in counted.items()}


def freeze(period: Period, at: datetime) -> None:
    """Keep how each district did, once: what counted when the period was locked counts for ever."""
    DistrictResult.objects.bulk_create(
        [
            DistrictResult(period=period, district_id=district, measures=tally.as_json(), at=at)
            for district, tally in count(period, at).items()
        ],
        ignore_conflicts=True,
    )


def filings_of(period: Period) -> QuerySet[Filing]:
    """What is owed for a period, also what was filed after its lock: then it was missing, and is so for ever, or let
    off."""
    return Filing.objects.of(period).filter(COUNTED_AS_OWED)


def closing(period: Period, at: datetime) -> datetime:
    """What happened later does not count."""
    return period.locked_at if period.is_locked else at


def timelines_behind(period: Period, filings: QuerySet[Filing], which: str, at: datetime) -> list[Timeline]:
    """The filings behind one number of the league, counted just as it is."""
    counts = FILINGS[which]
    timelines = timelines_of(filings.filter(COUNTED_AS_OWED), closing(period, at))
    return [timeline for timeline in timelines if FILINGS["owed"](timeline) and counts(timeline)]


def ranked(districts: Iterable[District], tallies: Mapping[int, Tally], measure: LeagueMeasure) -> list[RankedDistrict]:
    """The best first; equal values share a rank and the next one is left out (1, 2, 2, 4), without a rank last.
    What is compared is the value as printed: who sees the same number sees the same rank."""
    tallied = [(district, tallies.get(district.pk, Tally())) for district in districts]
    values = {district.pk: measure.of(tally) if tally.owed else None for district, tally in tallied}
    in_order = sorted((v for v in values.values() if v is not None), reverse=measure.better == HIGHER)
    rank_of = {value: in_order.index(value) + 1 for value in set(in_order)} if measure.better else {}
    rows = [RankedDistrict(district, tally, rank_of.get(values[district.pk])) for district, tally in tallied]
    return sorted(rows, key=lambda row: (row.rank is None, row.rank or 0))


def median_of(tallies: Iterable[Tally], measure: LeagueMeasure) -> Decimal | None:
    """The middle district of those that owe something; of two middle ones the mean, to one decimal."""
    values = [value for tally in tallies if tally.owed and (value := measure.of(tally)) is not None]
    return Decimal(median(values)).quantize(ONE_PLACE, ROUND_HALF_UP) if values else None


def periods_of_year(year: int, at: datetime) -> list[Period]:
    """Those of the year that have begun, the annual last."""
    begun = Period.objects.filter(code__startswith=f"{year:04d}", opens_on__lte=at.date()).prefetch_related("deadlines")
    return sorted(begun, key=lambda period: period.parsed)


def over_the_year(results: Iterable[Results]) -> dict[int, Tally]:
    """Each district's year: numerators and denominators added up, never percentages averaged."""
    years: dict[int, list[Tally]] = defaultdict(list)
    for each in results:
        for district, tally in each.tallies.items():
            years[district].append(tally)
    return {district: total(tallies) for district, tallies in years.items()}
