"""The State Council's yearly arrangements of days off, as published. A year without one is unknown, never guessed."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, count, islice
from pathlib import Path

NOTICES = Path(__file__).parent / "holidays"
ONE_DAY = datetime.timedelta(days=1)
LONGEST_RUN = 15  # days; the longest so far was ten (春节 2020)
WEEKDAYS = "一二三四五六日"
USUAL_FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
FIXED_DAYS = {"元旦": (1, 1), "劳动节": (5, 1), "国庆节": (10, 1)}


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

    @property
    def names(self) -> tuple[str, ...]:
        """中秋节、国庆节 may share one run."""
        return tuple(self.name.split("、"))

    @property
    def run_in_words(self) -> str:
        """As a notice says it: the year only of a day before the year's own."""
        first, last = self.in_short(self.first_day_off), self.in_short(self.last_day_off)
        return first if first == last else f"{first}至{last}"

    @property
    def festival_days_in_words(self) -> str:
        return "、".join(map(self.in_short, sorted(self.festival_days)))

    @property
    def working_weekends_in_words(self) -> str:
        return "、".join(map(self.in_short, sorted(self.working_weekends)))

    def in_short(self, day: datetime.date) -> str:
        year = "" if day.year == self.last_day_off.year else f"{day.year}年"
        return f"{year}{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


@dataclass(frozen=True)
class Notice:
    """What the State Council announced for one year."""

    year: int
    title: str
    number: str
    url: str
    festivals: tuple[Festival, ...]

    @property
    def days(self) -> set[tuple[datetime.date, str, str]]:
        """Every day the notice says something of: what makes two notices say the same."""
        return {
            (day, festival.name, kind)
            for festival in self.festivals
            for kind, days in {
                "放假": festival.days_off,
                "节日": festival.festival_days,
                "上班": festival.working_weekends,
            }.items()
            for day in days
        }


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

    def overlaid(self, notices: Iterable[Notice]) -> Calendar:
        """The same with other notices for their years."""
        return Calendar(({notice.year: notice for notice in (*self.notices, *notices)}).values())

    def notice_for(self, year: int) -> Notice | None:
        return next((notice for notice in self.notices if notice.year == year), None)

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

    def working_days_on(self, day: datetime.date, number: int) -> datetime.date:
        """The last of that many working days after `day`."""
        later = (day + n * ONE_DAY for n in count(1))
        return next(islice(filter(self.is_working_day, later), number - 1, None))


def read_notice(path: Path) -> Notice:
    """One notice as a TOML file; CalendarError when the file cannot be what was published."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        notice = notice_of(written, written["festivals"])
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise CalendarError(f"{path.name}：无法读取，{error}") from error
    for sentence in contradictions(notice):
        raise CalendarError(f"{path.name}：{sentence}")
    return notice


def notice_of(head: dict, rows: Iterable[dict]) -> Notice:
    return Notice(
        year=head["year"],
        title=head["title"],
        number=head["number"],
        url=head["url"],
        festivals=tuple(
            Festival(
                name=row["name"],
                first_day_off=row["first_day_off"],
                last_day_off=row["last_day_off"],
                festival_days=frozenset(row["festival_days"]),
                working_weekends=frozenset(row["working_weekends"]),
                notice=head["number"],
            )
            for row in rows
        ),
    )


def rows_to_keep(notice: Notice) -> list[dict]:
    """The festivals as plain values, under the words of the TOML files; `notice_kept` reads them back."""
    return [
        {
            "name": festival.name,
            "first_day_off": festival.first_day_off.isoformat(),
            "last_day_off": festival.last_day_off.isoformat(),
            "festival_days": [day.isoformat() for day in sorted(festival.festival_days)],
            "working_weekends": [day.isoformat() for day in sorted(festival.working_weekends)],
        }
        for festival in notice.festivals
    ]


def notice_kept(head: dict, rows: Iterable[dict]) -> Notice:
    day = datetime.date.fromisoformat
    read = [
        {
            "name": row["name"],
            "first_day_off": day(row["first_day_off"]),
            "last_day_off": day(row["last_day_off"]),
            "festival_days": map(day, row["festival_days"]),
            "working_weekends": map(day, row["working_weekends"]),
        }
        for row in rows
    ]
    return notice_of(head, read)


def contradictions(notice: Notice) -> Iterator[str]:
    """What a published notice cannot say, each with how to mend it. Empty for a sound one."""
    if not notice.festivals:
        yield "一个节日也没有，请按通知逐个填写节日。"
    for festival in notice.festivals:
        yield from contradictions_in(festival, notice.year)
    for one, other in combinations(notice.festivals, 2):
        yield from contradictions_between(one, other)


def contradictions_in(festival: Festival, year: int) -> Iterator[str]:
    name, first, last = festival.name, festival.first_day_off, festival.last_day_off
    if last < first:
        yield f"{name}的放假止日早于起日（{in_words(last)}早于{in_words(first)}），请对照通知更正起止日期。"
        return
    if len(festival.days_off) > LONGEST_RUN:
        days = len(festival.days_off)
        yield f"{name}从{in_words(first)}到{in_words(last)}放假 {days} 天，不合常理，请核对起止日期的月份和年份。"
        return
    if not festival.festival_days:
        yield f"{name}没有写节日当天，请填写，例如春节写初一至初三的日期。"
    if outside := festival.festival_days - set(festival.days_off):
        yield f"{name}的节日当天不在放假期间内：{listed(outside)}。请更正节日当天或放假起止日期。"
    if worked := {day for day in festival.working_weekends if day.weekday() < 5}:
        yield f"{name}的调休上班日不是周六或周日：{listed(worked)}。请对照通知更正日期。"
    if both := festival.working_weekends & set(festival.days_off):
        yield f"{name}既放假又上班：{listed(both)}。请删去其中一处。"
    # 元旦 may begin, and be worked for, in the last days of the year before (31 December 2022).
    allowed = {(year, month) for month in range(1, 13)} | ({(year - 1, 12)} if "元旦" in festival.names else set())
    if stray := {d for d in {first, last, *festival.working_weekends} if (d.year, d.month) not in allowed}:
        yield f"{name}有日期不在{year}年内：{listed(stray)}。请更正年份；只有元旦可以包括上一年12月的日期。"
    elif last.year != year:
        yield f"{name}不在{year}年内：放假到{in_words(last)}为止。请更正年份。"


def contradictions_between(one: Festival, other: Festival) -> Iterator[str]:
    if one.name == other.name:
        yield f"{one.name}写了两次，请合为一行。"
    if both := set(one.days_off) & set(other.days_off):
        both_names = f"{one.name}和{other.name}"
        yield f"{both_names}的放假日期重叠：{listed(both)}。请更正其中一个；连在一起放假的写成一行，名称用顿号连接。"
    for this, that in ((one, other), (other, one)):
        if both := this.working_weekends & set(that.days_off):
            yield f"{this.name}的调休上班日正是{that.name}放假：{listed(both)}。请删去其中一处。"
    if both := one.working_weekends & other.working_weekends:
        yield f"{one.name}和{other.name}写了同一个调休上班日：{listed(both)}。请只留在一个节日名下。"


def doubts(notice: Notice) -> Iterator[str]:
    """What is unusual of a notice, and may still be right."""
    named = {name for festival in notice.festivals for name in festival.names}
    if missing := [name for name in USUAL_FESTIVALS if name not in named]:
        yield f"没有{'、'.join(missing)}：每年的通知都有这{'个' if len(missing) == 1 else '些'}节日，请核对是否漏填。"
    festival_days = {name: festival.festival_days for festival in notice.festivals for name in festival.names}
    for name, (month, day) in FIXED_DAYS.items():
        if name in festival_days and datetime.date(notice.year, month, day) not in festival_days[name]:
            yield f"{name}的节日当天没有{month}月{day}日，请核对。"


def plainly(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def in_words(day: datetime.date) -> str:
    return f"{plainly(day)}（周{WEEKDAYS[day.weekday()]}）"


def listed(days: Iterable[datetime.date]) -> str:
    return "、".join(map(in_words, sorted(days)))


@cache
def published_calendar(folder: Path = NOTICES) -> Calendar:
    """Every notice kept with the program."""
    return Calendar(read_notice(path) for path in sorted(folder.glob("*.toml")))
