"""When letters go out by themselves: the reminder times, as data, and what the city changed about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.db import transaction

from accounts import journal
from accounts.access import Refused
from accounts.models import User
from reporting.dates.arrangements import Calendar
from reporting.dates.deadlines import SHANGHAI, working_day
from reporting.models import ReminderChoice

EARLIEST_DAYS = 20  # a month's firms have nine working days at most, a year's eleven weeks


@dataclass(frozen=True)
class ReminderTime:
    """A 提醒时点: `days` working days before the firm's own date, from `hour` o'clock on, and not after `last_day`,
    counted in the same way: a letter about two days left says nothing true on the day itself. So none of them falls on
    a day off. Of the event letters only `on` has a meaning."""

    name: str
    label: str
    says: str
    days: int | None = None
    hour: int | None = 9
    last_day: int | None = None
    on: bool = True
    days_change: bool = False
    always: bool = False

    @property
    def in_words(self) -> str:
        if not self.on:
            return "不发送"
        when = f"，{self.hour}:00 起" if self.hour is not None else "，随时"
        return f"发送{when}"


OPENED, EARLY, SOON, DUE, AFTER = TO_FIRMS = (
    ReminderTime("opened", "开始填报", "报告期开启时，告知应报的表和截止日；没有激活账号的企业收到激活邮件。"),
    ReminderTime("early", "截止前（第一次）", "截止前提醒尚未上报的企业。", days=4, last_day=1, days_change=True),
    ReminderTime("soon", "截止前（第二次）", "临近截止再提醒一次。", days=2, last_day=1, days_change=True),
    ReminderTime("due", "截止当天", "提醒就要截止；当天不是工作日的，提前到最后一个工作日。", days=0, last_day=0),
    ReminderTime("after", "截止之后", "告知已逾期，怎样申请补报。", days=-1, last_day=-3),
)
RETURNED = ReminderTime("returned", "区县退回", "退回时立即告知企业，附退回理由。", hour=None, always=True)
APPROVED = ReminderTime("approved", "审核通过", "区县审核通过时告知企业。", hour=None)
TO_DISTRICTS = ReminderTime("districts", "区县待办", "每个工作日一封：待审核、待决定、市级查询、失效邮箱；没有的不发。")
TO_CITY = ReminderTime("city", "全市日报", "有报告期在填时每个工作日一封：进度、落后区县、发送失败、未能锁定的原因。")
REMINDER_TIMES = {one.name: one for one in (*TO_FIRMS, RETURNED, APPROVED, TO_DISTRICTS, TO_CITY)}


def schedule() -> dict[str, ReminderTime]:
    """Every reminder time as it stands today, in the order of the page."""
    stands = dict(REMINDER_TIMES)
    for choice in ReminderChoice.objects.all():
        if choice.reminder_time in stands:
            stands[choice.reminder_time] = _chosen(stands[choice.reminder_time], choice.days, choice.hour, choice.on)
    return stands


def is_on(reminder_time: ReminderTime) -> bool:
    return schedule()[reminder_time.name].on


def in_force(
    stands: Mapping[str, ReminderTime], opened_at: datetime, due: date, at: datetime, calendar: Calendar
) -> ReminderTime | None:
    """The reminder time whose letter holds at `at`: the latest that has begun since the opening was announced. It is
    caught up until the next one begins or its last day is over; one that is switched off still ends the one before."""
    if begins_at(stands[OPENED.name], opened_at, due, calendar) > at:
        return None  # nothing is said before the opening is
    begun = []
    for place, reminder_time in enumerate(TO_FIRMS):
        begins = begins_at(stands[reminder_time.name], opened_at, due, calendar)
        if begins <= at:
            begun.append((begins, place, stands[reminder_time.name]))
    latest = max(begun)[2]
    too_late = latest.last_day is not None and at.date() > working_day(due, latest.last_day, calendar)
    return latest if latest.on and not too_late else None


def begins_at(reminder_time: ReminderTime, opened_at: datetime, due: date, calendar: Calendar) -> datetime:
    if reminder_time.days is None:
        begins = max(opened_at, datetime.combine(opened_at.date(), time(reminder_time.hour), SHANGHAI))
        if calendar.is_working_day(begins.date()):
            return begins
        return datetime.combine(working_day(begins.date(), -1, calendar), time(reminder_time.hour), SHANGHAI)
    return datetime.combine(working_day(due, reminder_time.days, calendar), time(reminder_time.hour), SHANGHAI)


@transaction.atomic
def set_schedule(wanted: Mapping[str, Mapping], by: User, at: datetime) -> dict[str, ReminderTime]:
    """What the city wants changed: reminder time → days, hour, on. What is not named stays as it is."""
    before, after = schedule(), as_wanted(wanted, by)
    changed = [name for name in after if after[name] != before[name]]
    for name in changed:
        row = {"days": after[name].days, "hour": after[name].hour or 0, "on": after[name].on, "by": by, "at": at}
        ReminderChoice.objects.update_or_create(reminder_time=name, defaults=row)
    if changed:
        journal.record(
            by=by,
            at=at,
            action="设定提醒时点",
            subject="、".join(after[name].label for name in changed),
            before={after[name].label: _told(before[name]) for name in changed},
            after={after[name].label: _told(after[name]) for name in changed},
        )
    return after


def as_wanted(wanted: Mapping[str, Mapping], by: User) -> dict[str, ReminderTime]:
    """The schedule as it would stand; refused where it makes no sense."""
    if not by.may.administer:
        raise Refused("提醒时点由市级设定。")
    before = schedule()
    after = before | {
        name: _chosen(before[name], given.get("days"), given.get("hour"), given.get("on", True))
        for name, given in wanted.items()
    }
    for reminder_time in after.values():
        if reminder_time.always and not reminder_time.on:
            raise Refused(f"“{reminder_time.label}”总是发送，不能关闭。")
        if reminder_time.hour is not None and not 0 <= reminder_time.hour <= 23:
            raise Refused(f"“{reminder_time.label}”的钟点须在 0 至 23 之间。")
    if not EARLIEST_DAYS >= after["early"].days > after["soon"].days >= 1:
        raise Refused(f"两次提醒须在截止前 1 至 {EARLIEST_DAYS} 个工作日，第一次早于第二次。")
    return after


def _chosen(reminder_time: ReminderTime, days: int | None, hour: int | None, on: bool) -> ReminderTime:
    return replace(
        reminder_time,
        days=days if reminder_time.days_change and days is not None else reminder_time.days,
        hour=hour if reminder_time.hour is not None and hour is not None else reminder_time.hour,
        on=on,
    )


def _told(reminder_time: ReminderTime) -> str:
    days = f"截止前 {reminder_time.days} 个工作日，" if reminder_time.days_change else ""
    return days + reminder_time.in_words
