"""A year drawn as twelve months: what each day is, in a sign as well as a colour."""

from calendar import monthcalendar
from dataclasses import dataclass
from datetime import date

from reporting.dates.arrangements import Calendar

SIGNS = {"festival": "节", "off": "休", "work": "班", "": ""}


@dataclass(frozen=True)
class CalendarDay:
    number: int
    kind: str
    words: str

    @property
    def sign(self) -> str:
        return SIGNS[self.kind]


@dataclass(frozen=True)
class Month:
    number: int
    weeks: list[list[CalendarDay | None]]


def months_of(year: int, calendar: Calendar) -> list[Month]:
    return [
        Month(
            month,
            [
                [day_of(date(year, month, number), calendar) if number else None for number in week]
                for week in monthcalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]


def day_of(day: date, calendar: Calendar) -> CalendarDay:
    if festival := calendar.festival_off(day):
        if day in festival.festival_days:
            return CalendarDay(day.day, "festival", f"{festival.name}（节日当天，放假）")
        return CalendarDay(day.day, "off", f"{festival.name}放假")
    if festival := calendar.working_weekend(day):
        return CalendarDay(day.day, "work", f"{festival.name}调休上班")
    return CalendarDay(day.day, "", "")
