"""A period that is over, hour by hour again: what would have been said then, beside what it came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from reporting.estimates.intervals import EstimateInterval, experience_of, intervals_of
from reporting.estimates.lateness import LateOnes
from reporting.estimates.predicting import WholeArray, predict
from reporting.estimates.reading import ARRIVED, Evening, as_of
from reporting.estimates.standing import AreaEstimates, standing_of

NO_BASES = EstimateInterval(None, None, None, "未报的企业多数没有上年同期数，不能给出增速的区间。")


@dataclass(frozen=True)
class NightMoment:
    """How a measure stood at one moment, the last entry of each for the city; `growth` in per cent on the base of the
    same firms."""

    at: datetime
    standing: AreaEstimates
    totals: list[EstimateInterval]
    growths: list[EstimateInterval]
    periods: int  # past ones that were learnt from


@dataclass(frozen=True)
class Past:
    """What is known of late firms, of totals and of the firms with a year before."""

    totals: Sequence[LateOnes]
    comparable: Sequence[LateOnes]


def moment_of(then: Evening, role: str, at: datetime, past: Past) -> NightMoment:
    figures = then.figures(role)
    predicted = predict(figures)
    standing = standing_of(figures, predicted)
    city, districts = experience_of(past.totals, standing.share)
    comparable = standing_of(figures, predicted, comparable=True)
    growths = intervals_of(comparable, *experience_of(past.comparable, comparable.share))
    growths = [each.over(float(base)) for each, base in zip(growths, comparable.base, strict=True)]
    left_out = 2 * (comparable.owed - comparable.filed) < standing.owed - standing.filed
    return NightMoment(
        at=at,
        standing=standing,
        totals=intervals_of(standing, city, districts),
        growths=[NO_BASES if out else each for each, out in zip(growths, left_out, strict=True)],
        periods=city.periods,
    )


def those_who_came(now: Evening) -> tuple[Evening, WholeArray]:
    """Of a period that is over the firms that count, and the order in which they came. Those that never came are in no
    total it could be held against."""
    came = now.of(pl.col("is_in"))
    order = came.frame.with_row_index("row").sort(ARRIVED, "filing", nulls_last=False)["row"]
    return came, order.cast(pl.Int64).to_numpy()


def replay(now: Evening, role: str, moments: Sequence[datetime], past: Past) -> Iterator[NightMoment]:
    came, _ = those_who_came(now)
    for at in moments:
        yield moment_of(as_of(came, at), role, at, past)


def every_hour(now: Evening) -> list[datetime]:
    """From the hour in which the first filing came to the one in which the last did."""
    came = those_who_came(now)[0].frame[ARRIVED].drop_nulls()
    if not len(came):
        return []
    first, last = came.min(), came.max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return []
    begin = first.replace(minute=0, second=0, microsecond=0)
    hours = int((last - begin) / timedelta(hours=1)) + 1
    return [begin + timedelta(hours=hour) for hour in range(1, hours + 1)]


@dataclass(frozen=True)
class Replayed:
    """Of many moments: how many intervals were given, and how many held what it came to."""

    city_given: int
    city_held: int
    districts_given: int
    districts_held: int

    @classmethod
    def counted(cls, moments: Sequence[NightMoment], final: NightMoment) -> Replayed:
        answers = [
            (place == len(each.totals) - 1, interval.holds(float(final.standing.said[place])))
            for each in moments
            for place, interval in enumerate(each.totals)
            if each.standing.filed[place] < each.standing.owed[place]
        ]
        city = [held for is_city, held in answers if is_city and held is not None]
        districts = [held for is_city, held in answers if not is_city and held is not None]
        return cls(len(city), sum(city), len(districts), sum(districts))
