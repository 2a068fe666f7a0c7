"""The State Council's yearly arrangements of days off, as published. A year without one is unknown, never guessed."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NOTICES = Path(__file__).parent / "holidays"
ONE_DAY = datetime.timedelta(days=1)


class CalendarError(ValueError):
    """A notice that contradicts itself; the sentence says where."""


@dataclass(frozen=True)
class Festival:
    """One run of days off in a notice, with the weekend days worked in exchange for it."""

    name: str
    first_day_off: datetime.date
    last_day_off: datetime.date
    festival_days: frozenset[datetime.date]
    working_weekends: frozenset[datetime.date]
    notice: str

    @property
    def days_off(self) -> tuple[datetime.date, ...]:
        length = (self.last_day_off - self.first_day_off).days + 1
        return tuple(self.first_day_off + n * ONE_DAY for n in range(length))


@dataclass(frozen=True)
class Notice:
    """What the State Council announced for one year."""

    year: int
    title: str
    number: str
    url: str
    festivals: tuple[Festival, ...]


class Calendar:
    """What a date is, as far as notices have been published."""

    def __init__(self, notices: Iterable[Notice]):
        self.notices = tuple(sorted(notices, key=lambda notice: notice.year))
        self.years = frozenset(notice.year for notice in self.notices)
        self._days_off: dict[datetime.date, Festival] = {}
        self._working_weekends: dict[datetime.date, Festival] = {}
        for notice in self.notices:
            for festival in notice.festivals:
                self._days_off.update(dict.fromkeys(festival.days_off, festival))
                self._working_weekends.update(dict.fromkeys(festival.working_weekends, festival))

    def is_published_for(self, day: datetime.date) -> bool:
        return day.year in self.years

    def festival_off(self, day: datetime.date) -> Festival | None:
        """The festival for which `day` was announced as a day off, on a weekend or not."""
        return self._days_off.get(day)

    def working_weekend(self, day: datetime.date) -> Festival | None:
        """The festival in exchange for which this Saturday or Sunday is worked."""
        return self._working_weekends.get(day)

    def is_working_day(self, day: datetime.date) -> bool:
        if self.festival_off(day):
            return False
        return day.weekday() < 5 or self.working_weekend(day) is not None


def read_notice(path: Path) -> Notice:
    """One notice as a TOML file; CalendarError when the file cannot be what was published."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        notice = Notice(
            year=written["year"],
            title=written["title"],
            number=written["number"],
            url=written["url"],
            festivals=tuple(
                Festival(
                    name=festival["name"],
                    first_day_off=festival["first_day_off"],
                    last_day_off=festival["last_day_off"],
                    festival_days=frozenset(festival["festival_days"]),
                    working_weekends=frozenset(festival["working_weekends"]),
                    notice=written["number"],
                )
                for festival in written["festivals"]
            ),
        )
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise CalendarError(f"{path.name}：无法读取，{error}") from error
    for festival in notice.festivals:
        refuse_contradictions(notice, festival, path.name)
    return notice


def refuse_contradictions(notice: Notice, festival: Festival, place: str) -> None:
    if festival.last_day_off < festival.first_day_off:
        raise CalendarError(f"{place}：{festival.name}放假止日早于起日。")
    if not festival.festival_days <= set(festival.days_off):
        raise CalendarError(f"{place}：{festival.name}的节日当天不在放假期间内。")
    if any(day.weekday() < 5 for day in festival.working_weekends):
        raise CalendarError(f"{place}：{festival.name}的调休上班日不是周六或周日。")
    # 元旦 may begin on the last days of the year before (31 December 2022).
    if festival.last_day_off.year != notice.year or festival.first_day_off.year not in (notice.year - 1, notice.year):
        raise CalendarError(f"{place}：{festival.name}不在{notice.year}年内。")


@cache
def published_calendar(folder: Path = NOTICES) -> Calendar:
    """Every notice kept with the program."""
    return Calendar(read_notice(path) for path in sorted(folder.glob("*.toml")))
