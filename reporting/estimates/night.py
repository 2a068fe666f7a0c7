"""The last evening of a period: what is in, between which ends the totals will come to lie, and how both came about.
Everything is worked out of when each filing came; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from reporting.city_columns.files import layout
from reporting.estimates.kept import last_before, past_before, told_of
from reporting.estimates.reading import ARRIVED, Evening, as_of, came_by
from reporting.estimates.replaying import NightMoment, Past, moment_of, those_who_came
from reporting.models import Deadline, Period
from reporting.models.submission import HEADLINE
from reporting.totals.at_hand import at_hand

# Hours from the end of the firms' last day: far off in days, at last in hours.
DAYS = (*range(-288, -24, 24), -36)
HOURS = tuple(range(-24, 1))
SOME_HOURS = (-24, -18, -12, -10, -8, -6, -5, -4, -3, -2, -1, 0)
EARLIEST = -24 * 120  # the first hour of arrivals that is shown
AFTERWARDS = (6, 12, 24, 48, 72, 120, 192)


@dataclass(frozen=True)
class ArrivalsByHour:
    """How many of those who owe were in at each moment: `filed[i]` at `hours[i]` of the deadline."""

    hours: tuple[int, ...]
    filed: tuple[int, ...]
    owed: int

    @property
    def shares(self) -> list[float | None]:
        return [each * 100 / self.owed if self.owed else None for each in self.filed]


@dataclass(frozen=True)
class Night:
    """`history` are earlier moments by their hours from the deadline, `now` how it stands; of a locked period both are
    of the firms that came to count, and `now` is what it came to. `others` is `now` for the other measures. `place` is
    where the reader's district stands in each list, the last of them the city's."""

    told: Evening
    at: datetime
    history: list[tuple[int, NightMoment]]
    now: NightMoment
    others: dict[str, NightMoment]
    place: int
    arrivals: ArrivalsByHour
    last: ArrivalsByHour | None
    last_period: Period | None

    @property
    def is_over(self) -> bool:
        return self.told.period.is_locked

    @property
    def district(self) -> str | None:
        """Its code; None for the city."""
        return self.told.districts[self.place] if self.place < len(self.told.districts) else None


def night_of(period: Period, at: datetime, district: str | None = None) -> Night | None:
    """None where the edition names no figure the survey is for, or where nobody owes anything."""
    told = told_of(period)
    if HEADLINE not in told.measures or (district is not None and district not in told.districts):
        return None
    place = len(told.districts) if district is None else told.districts.index(district)
    heard = told if district is None else told.of(pl.col("district") == district)
    if not heard.frame.height:
        return None
    counted = those_who_came(told)[0] if period.is_locked else told
    until = min(at, period.locked_at) if period.locked_at else at
    past = past_before(period, told.measures, told.districts)
    hours, last_period = hours_until(period, until, SOME_HOURS), last_before(period)
    shown = hours_of_arrivals(heard, until)
    return Night(
        told=told,
        at=at,
        history=[(hour, moment_at(counted, hour, past[HEADLINE])) for hour in hours],
        now=moment_of(counted, HEADLINE, at, past[HEADLINE]),
        others={role: moment_of(counted, role, at, past[role]) for role in told.measures if role != HEADLINE},
        place=place,
        arrivals=arrivals(heard, shown),
        last=arrivals_of_last(last_period, district, shown) if last_period else None,
        last_period=last_period,
    )


def end_of_last_day(period: Period) -> datetime:
    """The second after it."""
    return period.due_at(Deadline.ENTERPRISE) + timedelta(seconds=1)


def hours_until(period: Period, until: datetime, hours: Sequence[int]) -> list[int]:
    due = end_of_last_day(period)
    return [hour for hour in (*DAYS, *hours, *AFTERWARDS) if due + timedelta(hours=hour) <= until]


def hours_of_arrivals(told: Evening, until: datetime) -> list[int]:
    """From the day on which the first came, however far off the deadline is, to the hour that is last over."""
    due, first = end_of_last_day(told.period), told.frame.filter("is_in")[ARRIVED].min()
    last = (until - due) // timedelta(hours=1)
    begin = (first - due) // timedelta(days=1) * 24 if isinstance(first, datetime) else DAYS[0]
    early = [hour for hour in range(max(begin, EARLIEST), DAYS[0], 24) if hour <= last]
    now = [] if told.period.is_locked else [last]
    return sorted({*early, *hours_until(told.period, until, HOURS), *now})


def moment_at(told: Evening, hour: int, past: Past) -> NightMoment:
    """So many hours from the deadline. What is over moves no more, so it is at hand for a while under what it is made
    of."""
    moment = end_of_last_day(told.period) + timedelta(hours=hour)
    then = as_of(told, moment)
    mark = (layout(), *made_of(then), len(past.totals))
    return at_hand(f"night/{told.period.pk}/{hour}", mark, lambda: moment_of(then, HEADLINE, moment, past))


def made_of(then: Evening) -> tuple[int, int, int]:
    came = then.frame.filter("is_in")
    return then.frame.height, came.height, int(came.hash_rows().sum())


def arrivals(told: Evening, hours: Sequence[int]) -> ArrivalsByHour:
    due = end_of_last_day(told.period)
    came = told.frame.select(came_by(due + timedelta(hours=hour)).sum().alias(str(hour)) for hour in hours)
    filed = came.row(0) if hours else ()
    return ArrivalsByHour(tuple(hours), tuple(map(int, filed)), told.frame.height)


def arrivals_of_last(period: Period, district: str | None, hours: Sequence[int]) -> ArrivalsByHour:
    """At the same hours and to its end."""
    told = told_of(period)
    heard = told if district is None else told.of(pl.col("district") == district)
    return arrivals(heard, sorted({*hours, *DAYS, *HOURS, *AFTERWARDS}))
