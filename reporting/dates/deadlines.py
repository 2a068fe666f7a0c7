"""When each level's work on a period is due, and the sentence that says why it is that date.

The rule is the notice of the city: fixed days after the period, which move when they fall on a
holiday of the State Council; ordinary Saturdays and Sundays do not move them. The sentence about moving stands beside
the dates of the enterprise and the monthly one of the district only; all others never move.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from forms_tables.edition.periods import PeriodCode
from reporting.dates.arrangements import ONE_DAY, Calendar, Festival, in_words, plainly

SHANGHAI = ZoneInfo("Asia/Shanghai")
END_OF_DAY = datetime.time(23, 59, 59)
ENTERPRISE, DISTRICT, CITY = LEVELS = ("enterprise", "district", "city")
LEVEL_NAMES = {ENTERPRISE: "企业上报", DISTRICT: "区县审核", CITY: "市级审核"}
MONTHLY_DAYS = {ENTERPRISE: 12, DISTRICT: 13, CITY: 15}
ANNUAL_DAYS = {ENTERPRISE: 20, DISTRICT: 25, CITY: 31}  # of March


@dataclass(frozen=True)
class ClauseReading:
    """One way to read the holiday clause; the default is the city's.

    counts: which days off move a date: "announced" (all), "weekdays" (those not on a weekend), "festival" (the
        festival day itself).
    lands_on: where a moved date lands: "next_day" (first date after the run) or "working_day" (first one worked).
    every_level: read the clause as if it also stood beside the dates where the notice does not repeat it.
    reports_january: January is reported by itself; by default the first report of a year covers January and February.
    """

    counts: str = "announced"
    lands_on: str = "next_day"
    every_level: bool = False
    reports_january: bool = False


DEFAULT = ClauseReading()
# The readings the city weighs against the default, with what each would say.
OTHER_READINGS = {
    "R1": ("各级一律顺延：放假安排内的日子都算，市级和区县年报也顺延", ClauseReading(every_level=True)),
    "R2": ("周末一律不顺延：放假安排内的周六、周日不算", ClauseReading(counts="weekdays", every_level=True)),
    "R3": ("只有节日当天顺延：连休、补休的日子不算", ClauseReading(counts="festival", every_level=True)),
    "R4": ("顺延到放假后的第一个工作日", ClauseReading(lands_on="working_day", every_level=True)),
}
DEFAULT_IN_WORDS = "默认口径：放假安排内的日子都算，只有企业和区县月报的截止日顺延到放假后的第一天"


@dataclass(frozen=True)
class Due:
    """One level's date. A provisional one waits for a calendar that is not published: the nominal date, not moved."""

    level: str
    nominal: datetime.date
    date: datetime.date
    moved: bool
    why: str
    provisional: bool = False
    by_hand: bool = False
    notice_number: str = ""

    @property
    def level_name(self) -> str:
        return LEVEL_NAMES[self.level]

    @property
    def in_words(self) -> str:
        return in_words(self.date)

    @property
    def how(self) -> str:
        if self.by_hand:
            return "人工设定"
        if self.provisional:
            return "暂定"
        return "顺延" if self.moved else "未顺延"

    @property
    def moment(self) -> datetime.datetime:
        return due_moment(self.date)


def due_moment(date: datetime.date) -> datetime.datetime:
    """Due means the last second of the day in Chongqing."""
    return datetime.datetime.combine(date, END_OF_DAY, SHANGHAI)


def day_of(at: datetime.datetime) -> datetime.date:
    """The office's day."""
    return at.astimezone(SHANGHAI).date()


def is_past(date: datetime.date, at: datetime.datetime) -> bool:
    """Whether that day was over at that moment: late is who comes on the next one."""
    return day_of(at) > date


def periods_of(year: int, reading: ClauseReading = DEFAULT) -> tuple[PeriodCode, ...]:
    """What is reported for a year: the months, then the annual. Unless the city reads otherwise there is no report for
    January alone."""
    first = 1 if reading.reports_january else 2
    return (*(PeriodCode(year, month) for month in range(first, 13)), PeriodCode(year))


def squeezed(dues: Iterable[Due], calendar: Calendar) -> dict[str, str]:
    """By level: why a shift of the level before leaves it less than one working day. Unknown years say nothing."""
    sentences = {}
    for earlier, later in pairwise(dues):
        if earlier.date == earlier.nominal or not all(map(calendar.is_published_for, (earlier.date, later.date))):
            continue
        if not working_days_after(earlier.date, later.date, calendar):
            sentences[later.level] = (
                f"{LEVEL_NAMES[earlier.level]}截止日移到{in_words(earlier.date)}，"
                f"{LEVEL_NAMES[later.level]}截止日为{in_words(later.date)}，其间不足一个工作日。"
            )
    return sentences


def working_days_after(day: datetime.date, until: datetime.date, calendar: Calendar) -> int:
    """Working days after `day`, up to and including `until`."""
    return sum(calendar.is_working_day(day + n * ONE_DAY) for n in range(1, (until - day).days + 1))


def working_day(due: datetime.date, before: int, calendar: Calendar) -> datetime.date:
    """The working day after which there are so many more up to `due`; 0 is the last one not after it. Counted on where
    `before` is negative: -1 is the first working day after `due`."""
    day, step, left = (due, -ONE_DAY, before) if before >= 0 else (due + ONE_DAY, ONE_DAY, -before - 1)
    while not calendar.is_working_day(day) or left:
        left -= calendar.is_working_day(day)
        day += step
    return day


def time_left(today: datetime.date, due: datetime.date, calendar: Calendar) -> str:
    """In words, how long there is. Never how long ago it was: a count that grows says no more than the date."""
    days, working = (due - today).days, working_days_after(today, due, calendar)
    if days <= 0:
        return "今天截止" if days == 0 else "已截止"
    if working == days:
        return f"还有 {days} 天"
    return f"还有 {days} 天（{working} 个工作日）" if working else f"还有 {days} 天（没有工作日）"


def deadlines_of(period: PeriodCode, calendar: Calendar, reading: ClauseReading = DEFAULT) -> tuple[Due, ...]:
    """The three chained dates of a period: enterprise, district, city."""
    return tuple(due_for(level, period.year, period.month, calendar, reading) for level in LEVELS)


def due_for(level: str, year: int, month: int | None, calendar: Calendar, reading: ClauseReading = DEFAULT) -> Due:
    """One level's date for a month of `year`, or for its annual when `month` is None.

    Any month is answered, January too: whether a period exists is not this function's question.
    """
    nominal = nominal_date(level, year, month)
    if not moves_on_holidays(level, month is None) and not reading.every_level:
        return Due(level, nominal, nominal, False, why_fixed(level, nominal, calendar))
    if not calendar.is_published_for(nominal):
        return Due(level, nominal, nominal, False, why_provisional(nominal), provisional=True)
    if not starts_moving(nominal, calendar, reading):
        return Due(level, nominal, nominal, False, why_kept(nominal, calendar))
    date = nominal
    while keeps_moving(date, calendar, reading):
        date += ONE_DAY
        if not calendar.is_published_for(date):
            return Due(level, nominal, nominal, False, why_provisional(date), provisional=True)
    return Due(level, nominal, date, True, why_moved(nominal, date, calendar.festival_off(nominal), reading))


def nominal_date(level: str, year: int, month: int | None) -> datetime.date:
    """The date the notice names: the 12th, 13th, 15th of next month; 20, 25, 31 March of next year."""
    if month is None:
        return datetime.date(year + 1, 3, ANNUAL_DAYS[level])
    return datetime.date(year + month // 12, month % 12 + 1, MONTHLY_DAYS[level])


def moves_on_holidays(level: str, is_annual: bool) -> bool:
    return level == ENTERPRISE or (level == DISTRICT and not is_annual)


def starts_moving(nominal: datetime.date, calendar: Calendar, reading: ClauseReading) -> bool:
    if reading.counts == "weekdays" and nominal.weekday() >= 5:
        return False
    return is_counted_off(nominal, calendar, reading)


def keeps_moving(date: datetime.date, calendar: Calendar, reading: ClauseReading) -> bool:
    if is_counted_off(date, calendar, reading):
        return True
    return reading.lands_on == "working_day" and not calendar.is_working_day(date)


def is_counted_off(day: datetime.date, calendar: Calendar, reading: ClauseReading) -> bool:
    festival = calendar.festival_off(day)
    if festival is None:
        return False
    return reading.counts != "festival" or day in festival.festival_days


def why_moved(nominal: datetime.date, date: datetime.date, festival: Festival, reading: ClauseReading) -> str:
    first, last = festival.first_day_off, festival.last_day_off
    run = plainly(first) if last == first else f"{plainly(first)}至{plainly(last)}"
    landing = "节日当天之后的第一天" if reading.counts == "festival" else "放假后的第一天"
    if reading.lands_on == "working_day":
        landing = "放假后的第一个工作日"
    return (
        f"原定{in_words(nominal)}在国务院公布的{festival.name}放假期间（{run}，{festival.notice}），"
        f"顺延至{landing}{in_words(date)}。"
    )


def why_kept(nominal: datetime.date, calendar: Calendar) -> str:
    if festival := calendar.festival_off(nominal):
        return f"{in_words(nominal)}在{festival.name}放假期间，但按所选口径不计为顺延的节假日，不顺延。"
    if festival := calendar.working_weekend(nominal):
        return f"{in_words(nominal)}是{festival.name}调休上班日，不顺延。"
    if nominal.weekday() >= 5:
        return f"{in_words(nominal)}是普通周末，不属于国务院公布的放假日，不顺延。"
    return f"{in_words(nominal)}不在国务院公布的放假期间，不顺延。"


def why_fixed(level: str, nominal: datetime.date, calendar: Calendar) -> str:
    whose = "市级" if level == CITY else "区县年报"
    if festival := calendar.festival_off(nominal):
        return f"{in_words(nominal)}在{festival.name}放假期间，但通知未规定{whose}截止日顺延，不顺延。"
    return f"通知未规定{whose}截止日顺延，即为{in_words(nominal)}。"


def why_provisional(day: datetime.date) -> str:
    return f"国务院尚未公布{day.year}年放假安排，本截止日暂定，按通知日期列出，待公布后确定。"
