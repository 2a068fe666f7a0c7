import json
from dataclasses import replace

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction

from reporting.calendar.years import DatedPeriod, dated_period, dated_periods, periods_to_name
from reporting.dates.arrangements import published_calendar
from reporting.dates.deadlines import DEFAULT, periods_of
from reporting.models import calendar_in_force, reading_in_force

YEARS = range(1000, 9999)  # what a period's code can name


class Command(BaseCommand):
    help = "Every period of a reference year with its three dates and why each is that date, as they are in force here."

    def add_arguments(self, parser):
        parser.add_argument("year", type=int)
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--january", action="store_true", help="as if January were reported by itself")

    def handle(self, *, year, json: bool, january: bool, **options):
        """A year whose days off are not published is no failure: its dates are provisional and say so."""
        if year not in YEARS:
            raise CommandError(f"“{year}”不是年份，应如 2024。")
        periods = dates_of(year, january)
        self.stdout.write(as_json(periods) if json else as_text(periods))
        unknown = {due.nominal.year for dated in periods for due in dated.dues if due.provisional}
        if unknown:
            years = "、".join(f"{each}年" for each in sorted(unknown))
            self.stderr.write(
                f"国务院尚未公布{years}放假安排（或未录入），标明暂定的截止日按通知日期列出，待公布后确定。"
            )


def dates_of(year: int, january: bool) -> list[DatedPeriod]:
    try:
        with transaction.atomic():
            reading = reading_in_force()
            reading = replace(reading, reports_january=january or reading.reports_january)
            return dated_periods(periods_to_name(year), calendar_in_force(), reading)
    except DatabaseError:  # the notice's dates can be asked for before there is a database
        calendar, reading = published_calendar(), replace(DEFAULT, reports_january=january)
        return [dated_period(period, None, calendar, reading) for period in periods_of(year, reading)]


def as_text(periods: list[DatedPeriod]) -> str:
    lines = []
    for dated in periods:
        lines.append(f"{dated.period.label}（{dated.period.code}）")
        for due in dated.dues:
            mark = "　　" if due.how == "未顺延" else due.how
            lines.append(f"  {due.level_name}  {due.date}  {mark}  {due.why}")
        lines += [f"  注意：{sentence}" for sentence in dated.warnings.values()]
    return "\n".join(lines)


def as_json(periods: list[DatedPeriod]) -> str:
    """`provisional` is there only when true: such a date is the notice's, not one that is known. `warning` only where a
    shift leaves the level less than a working day."""
    rows = [
        {"period": dated.period.code, "level": due.level, "date": due.date.isoformat(), "moved": due.moved}
        | {"why": due.why}
        | ({"provisional": True} if due.provisional else {})
        | ({"warning": dated.warnings[due.level]} if due.level in dated.warnings else {})
        for dated in periods
        for due in dated.dues
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)
