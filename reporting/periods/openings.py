"""Which periods may be opened: those whose time has come and are next in order, older ones that were skipped, and when
the ones after them can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from reporting.dates.arrangements import Calendar
from reporting.dates.deadlines import ClauseReading, Due, deadlines_of
from reporting.models import Period, PublishedEdition, calendar_in_force
from reporting.models.in_force import Ungoverned, edition_in_force, stretches


@dataclass(frozen=True)
class Opening:
    """A period to open, the dates it would be given today, and its edition: the code and what it is called, or why
    there is none."""

    period: PeriodCode
    dues: tuple[Due, ...]
    edition: str = ""
    edition_title: str = ""
    ungoverned: str = ""

    @property
    def is_provisional(self) -> bool:
        return any(due.provisional for due in self.dues)


@dataclass(frozen=True)
class Openings:
    due: list[Opening]  # in order
    skipped: list[PeriodCode]  # older than the newest that was opened, the newest of them first
    to_come: list[PeriodCode]  # the next month and the next annual report, whose time has not come


def openings_on(today: date, reading: ClauseReading) -> Openings:
    opened = [PeriodCode.parse(code) for code in Period.objects.values_list("code", flat=True)]
    due, skipped, to_come = [], [], []
    for is_annual in (False, True):
        held = {period for period in opened if period.is_annual == is_annual}
        ended = [period for period in ended_by(today, is_annual, reading) if period not in held]
        # Before the first is opened, only the last that ended is next.
        newest = max(held, default=None) or max(ended[:-1], default=None)
        due += [period for period in ended if newest is None or period > newest]
        skipped += [period for period in ended if newest is not None and period <= newest]
        to_come.append(next_after(today, is_annual, reading, held))
    calendar = calendar_in_force()
    proposed = [opening_of(period, calendar, reading) for period in sorted(due)]
    return Openings(proposed, sorted(skipped, reverse=True), to_come)


def opening_of(period: PeriodCode, calendar: Calendar, reading: ClauseReading) -> Opening:
    dues = deadlines_of(period, calendar, reading)
    try:
        code = edition_in_force(period)
    except Ungoverned as why:
        return Opening(period, dues, ungoverned=f"{why}；{why.remedy}。")
    published = PublishedEdition.objects.filter(pk=code).defer("text", "effect").first()
    return Opening(period, dues, code, str(published or load_edition(code).title))


def ended_by(today: date, is_annual: bool, reading: ClauseReading) -> list[PeriodCode]:
    """All that ended, are reported and do not lie before all editions here; the oldest first."""
    first = stretches()[0].first
    years = range(first.year, today.year + 1)
    return [period for period in periods_in(years, is_annual, reading) if first <= period and period.end < today]


def next_after(today: date, is_annual: bool, reading: ClauseReading, held: Iterable[PeriodCode]) -> PeriodCode:
    years = range(today.year, today.year + 3)
    coming = (period for period in periods_in(years, is_annual, reading) if period.end >= today)
    return next(period for period in coming if period not in held)


def periods_in(years: Iterable[int], is_annual: bool, reading: ClauseReading) -> Iterator[PeriodCode]:
    for year in years:
        if is_annual:
            yield PeriodCode(year)
        else:
            yield from (PeriodCode(year, month) for month in range(1, 13) if month > 1 or reading.reports_january)
