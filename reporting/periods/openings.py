"""Which periods may be opened: those whose time has come and are next in order, older ones that were skipped, and when
the ones after them can be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from reporting.dates.arrangements import Calendar, in_words
from reporting.dates.deadlines import ClauseReading, Due, deadlines_of, time_left, working_days_after
from reporting.models import ImportedFiling, Period, PublishedEdition, calendar_in_force
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
class FirstMonth:
    """What a city opens first that has opened no month yet, and why that one."""

    period: PeriodCode
    reason: str
    can_be_opened: bool


@dataclass(frozen=True)
class Openings:
    due: list[Opening]  # in order
    skipped: list[PeriodCode]  # older than the newest that was opened, the newest of them first
    to_come: list[PeriodCode]  # the next month and the next annual report, whose time has not come
    imported: frozenset[PeriodCode]  # of which history stands
    first: FirstMonth | None = None  # while no month was opened


ENOUGH = 4  # working days that a firm needs to open its account and to fill its first form


def openings_on(today: date, reading: ClauseReading) -> Openings:
    opened = [PeriodCode.parse(code) for code in Period.objects.values_list("code", flat=True)]
    due, skipped, to_come, calendar = [], [], [], calendar_in_force()
    for is_annual in (False, True):
        held = {period for period in opened if period.is_annual == is_annual}
        ended = [period for period in ended_by(today, is_annual, reading) if period not in held]
        # Before the first is opened, only the last that ended is next, while there is time for it.
        newest = max(held, default=None) or max(in_vain(ended, today, calendar, reading), default=None)
        due += [period for period in ended if newest is None or period > newest]
        skipped += [period for period in ended if newest is not None and period <= newest]
        to_come.append(next_after(today, is_annual, reading, held))
    proposed = [opening_of(period, calendar, reading) for period in sorted(due)]
    has_month = any(not period.is_annual for period in opened)
    first = None if has_month else first_month(today, calendar, reading)
    imported = ImportedFiling.objects.standing().order_by().values_list("period", flat=True).distinct()
    has_history = frozenset(map(PeriodCode.parse, imported))
    return Openings(proposed, sorted(skipped, reverse=True), to_come, has_history, first)


def in_vain(ended: list[PeriodCode], today: date, calendar: Calendar, reading: ClauseReading) -> list[PeriodCode]:
    """Of those that have ended, the ones no city begins with: all before the last, and that one too where its firms
    would be late before they have their accounts."""
    return ended[:-1] if ended and working_days_left(ended[-1], today, calendar, reading) >= ENOUGH else ended


def working_days_left(period: PeriodCode, today: date, calendar: Calendar, reading: ClauseReading) -> int:
    return working_days_after(today, deadlines_of(period, calendar, reading)[0].date, calendar)


def first_month(today: date, calendar: Calendar, reading: ClauseReading) -> FirstMonth:
    """The month that ended last, while its firms have time enough; else the coming one."""
    coming, ended = next_after(today, False, reading, ()), ended_by(today, False, reading)
    if ended and not in_vain(ended[-1:], today, calendar, reading):
        due = deadlines_of(ended[-1], calendar, reading)[0].date
        reason = f"刚刚结束，企业上报截止日是{in_words(due)}，{time_left(today, due, calendar)}，来得及激活账号和填报"
        return FirstMonth(ended[-1], reason, True)
    starts = f"{in_words(coming.opens_on)}起可以开启，企业从头就来得及"
    if not ended:
        return FirstMonth(coming, starts, False)
    due = deadlines_of(ended[-1], calendar, reading)[0].date
    past = f"{ended[-1].label}的企业上报截止日是{in_words(due)}，{time_left(today, due, calendar)}"
    return FirstMonth(coming, f"{past}，拿它开头，企业第一封信就是来不及的事；{coming.label}：{starts}", False)


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
