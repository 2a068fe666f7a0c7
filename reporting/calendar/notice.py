"""What the daily work does about the calendar: settle dates whose notice has come, ask for the one that has not."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localtime

from reporting.dates.arrangements import Calendar, plainly
from reporting.dates.deadlines import LEVEL_NAMES, deadlines_of, periods_of
from reporting.letters.about_deadlines import calendar_missing
from reporting.models import Period, calendar_in_force, reading_in_force
from reporting.workflow import settle_provisional

FIRST_MONTH = 10  # the notice for a year usually comes out in the November before


@transaction.atomic
def plan(at: datetime) -> int:
    """Once a month a letter to the city while an arrangement is missing: next year's from October on, and this year's
    for as long as it takes. Returns how many letters were written."""
    settle_provisional(None, at)  # a notice that came with a new version of the program
    calendar, today = calendar_in_force(), localtime(at).date()
    year = year_missing(calendar, today)
    return calendar_missing(year, provisional_without(year), at) if year and calendar.is_working_day(today) else 0


def year_missing(calendar: Calendar, today: date) -> int | None:
    """The year whose arrangement the city should look for: this one, or from October on the next."""
    wanted = [today.year, today.year + 1] if today.month >= FIRST_MONTH else [today.year]
    return next((year for year in wanted if year not in calendar.years), None)


def provisional_without(year: int) -> list[str]:
    """In words, the dates that wait for the arrangement of `year`, period by period. Dates set by hand do not."""
    calendar, reading = calendar_in_force(), reading_in_force()
    reported = [period for each in (year - 1, year) for period in periods_of(each, reading)]
    codes = [period.code for period in reported]
    stored = {row.code: row for row in Period.objects.filter(pk__in=codes).prefetch_related("deadlines")}
    lines = []
    for period in reported:
        dues = stored[period.code].dues if period.code in stored else deadlines_of(period, calendar, reading)
        waiting = [due for due in dues if due.provisional and due.nominal.year == year]
        if waiting:
            dates = "、".join(f"{LEVEL_NAMES[due.level]} {plainly(due.date)}" for due in waiting)
            lines.append(f"{period.label}：{dates}")
    return lines
