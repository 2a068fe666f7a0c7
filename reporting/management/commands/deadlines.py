import json

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction

from forms_tables.periods import PeriodCode
from reporting.calendars import published_calendar
from reporting.deadlines import LEVEL_NAMES, LEVELS, Due, deadlines_of, periods_of
from reporting.models import Deadline


class Command(BaseCommand):
    help = "Every period of a reference year with its three dates and why each is that date, as they are in force here."

    def add_arguments(self, parser):
        parser.add_argument("year", type=int)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, year, json: bool, **options):
        """Prints the dates, then fails when the year's days off are not published: those dates are provisional."""
        calendar = published_calendar()
        stored = stored_deadlines(periods_of(year))
        periods = [(period, stored.get(period.code) or deadlines_of(period, calendar)) for period in periods_of(year)]
        if json:
            self.stdout.write(as_json(periods))
        else:
            self.write_text(periods)
        if year not in calendar.years:
            raise CommandError(f"国务院尚未公布{year}年放假安排，以上截止日均为暂定。")

    def write_text(self, periods: list[tuple[PeriodCode, tuple[Due, ...]]]) -> None:
        for period, dues in periods:
            self.stdout.write(f"{period.label}（{period.code}）")
            for due in dues:
                mark = "暂定" if due.provisional else "顺延" if due.moved else "　　"
                self.stdout.write(f"  {LEVEL_NAMES[due.level]}  {due.date}  {mark}  {due.why}")


def stored_deadlines(periods: tuple[PeriodCode, ...]) -> dict[str, tuple[Due, ...]]:
    """The dates of the periods that were opened here: as they were frozen then, or set by hand since."""
    try:
        with transaction.atomic():
            rows = list(Deadline.objects.filter(period__in=[period.code for period in periods]))
    except DatabaseError:  # the notice's dates can be asked for before there is a database
        return {}
    dues: dict[str, dict[str, Due]] = {}
    for row in rows:
        due = Due(row.level, row.nominal, row.date, row.moved, row.why)
        dues.setdefault(row.period_id, {})[row.level] = due
    return {code: tuple(of_level[level] for level in LEVELS) for code, of_level in dues.items()}


def as_json(periods: list[tuple[PeriodCode, tuple[Due, ...]]]) -> str:
    """`provisional` is there only when true: such a date is the notice's, not one that is known."""
    rows = [
        {"period": period.code, "level": due.level, "date": due.date.isoformat(), "moved": due.moved, "why": due.why}
        | ({"provisional": True} if due.provisional else {})
        for period, dues in periods
        for due in dues
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)
