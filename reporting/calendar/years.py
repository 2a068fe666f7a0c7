"""The dates of a year: stored for periods that were opened, reckoned for the others; and what other readings give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from forms_tables.edition.periods import PeriodCode
from reporting.dates.arrangements import Calendar
from reporting.dates.deadlines import (
    DEFAULT,
    DEFAULT_IN_WORDS,
    OTHER_READINGS,
    ClauseReading,
    Due,
    deadlines_of,
    periods_of,
    squeezed,
)
from reporting.models import Filing, Period


@dataclass(frozen=True)
class OtherReading:
    """What one other reading would make of a period: only the levels whose date differs."""

    code: str
    words: str
    dues: tuple[Due, ...]


@dataclass(frozen=True)
class DatedPeriod:
    period: PeriodCode
    dues: tuple[Due, ...]
    opened: Period | None  # its dates are stored: facts, whatever the calendar and the readings say now
    warnings: dict[str, str]  # by level
    others: tuple[OtherReading, ...]
    extended_to: date | None = None  # what the district granted the firm that reads the page


def dated_periods(wanted: Iterable[PeriodCode], calendar: Calendar, reading: ClauseReading) -> list[DatedPeriod]:
    """Two queries, whatever the number of periods. January is left out unless it is reported or was."""
    wanted = list(wanted)
    opened = stored_periods(wanted)
    named = [period for period in wanted if period.month != 1 or reading.reports_january or period.code in opened]
    return [dated_period(period, opened.get(period.code), calendar, reading) for period in named]


def with_extensions(dated: list[DatedPeriod], enterprise_id: int) -> list[DatedPeriod]:
    """As they are for one firm: its own later dates beside the periods'."""
    filings = Filing.objects.filter(enterprise=enterprise_id, extended_to__isnull=False)
    own = dict(filings.values_list("period", "extended_to"))
    return [
        replace(each, extended_to=own[each.period.code])
        if each.period.code in own and own[each.period.code] > each.dues[0].date
        else each
        for each in dated
    ]


def periods_to_name(year: int) -> tuple[PeriodCode, ...]:
    """January with them: `dated_periods` asks whether it is reported."""
    return periods_of(year, ClauseReading(reports_january=True))


def stored_periods(wanted: Iterable[PeriodCode]) -> dict[str, Period]:
    codes = [period.code for period in wanted]
    rows = Period.objects.filter(pk__in=codes).select_related("read_as").prefetch_related("deadlines")
    return {row.code: row for row in rows if len(row.deadlines.all()) == 3}


def dated_period(period: PeriodCode, opened: Period | None, calendar: Calendar, reading: ClauseReading) -> DatedPeriod:
    held = opened.reading if opened else reading
    reckoned = deadlines_of(period, calendar, held)
    dues = opened.dues if opened else reckoned
    others = other_readings(period, reckoned, held, calendar)
    return DatedPeriod(period, dues, opened, squeezed(dues, calendar), others)


def other_readings(
    period: PeriodCode, reckoned: tuple[Due, ...], held: ClauseReading, calendar: Calendar
) -> tuple[OtherReading, ...]:
    """All but the one the period is reckoned by, the default among them. Whether January is reported moves no date."""
    found = []
    for code, (words, reading) in {"R0": (DEFAULT_IN_WORDS, DEFAULT), **OTHER_READINGS}.items():
        if replace(reading, reports_january=held.reports_january) == held:
            continue
        theirs = deadlines_of(period, calendar, reading)
        differing = tuple(due for due, ours in zip(theirs, reckoned, strict=True) if due.date != ours.date)
        if differing:
            found.append(OtherReading(code, words, differing))
    return tuple(found)
