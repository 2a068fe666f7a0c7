"""The letters that remind a firm of what it owes: one function per letter. What they know is an `Owed`, read in bulk by
reporting/reminders/planner.py; each says what is owed, till when, and leads to the filing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from accounts.models import Letter
from accounts.post.letters import compose
from reporting.dates.arrangements import Calendar, in_words, plainly
from reporting.dates.deadlines import time_left
from reporting.models import Filing, Period

OWED = "owed"  # the kind of topic all reminders of a period share


@dataclass(frozen=True)
class Owed:
    """One filing a firm still has to send, with the firm's own date for it."""

    filing: Filing
    period: Period
    due: date
    calendar: Calendar
    tables: tuple[str, ...]
    was_on_time: bool = False  # it was sent in time once and then returned
    late_request: str = ""  # how its 补报申请 stands: waiting, granted or refused

    @property
    def topic(self) -> str:
        return topic_of(self.filing.pk)


def topic_of(filing: int) -> str:
    """What the filing's unsent reminders are withdrawn by when it is no longer owed, or till another day."""
    return f"{OWED}:{filing}"


def opened(owed: Owed, to: Iterable[str], at: datetime) -> list[Letter]:
    """Once per period, whatever its date becomes: a date that moves is told by its own letter."""
    subject = f"{owed.period.label}统计报表开始填报，{in_words(owed.due)}截止"
    return _letters("opened", subject, owed, to, at, key=key_of("opened", owed))


def early(owed: Owed, to: Iterable[str], at: datetime) -> list[Letter]:
    return _before("early", owed, to, at)


def soon(owed: Owed, to: Iterable[str], at: datetime) -> list[Letter]:
    return _before("soon", owed, to, at)


def due(owed: Owed, to: Iterable[str], at: datetime) -> list[Letter]:
    subject = f"{in_words(owed.due)}截止，{owed.period.label}统计报表尚未上报"
    is_due = "到了截止日" if owed.due == at.date() else "就要截止了（截止日不是工作日，这封信提前发）"
    return _letters("due", subject, owed, to, at, key=key_of("due", owed), is_due=is_due)


def after(owed: Owed, to: Iterable[str], at: datetime) -> list[Letter]:
    what = "请修改后重新上报" if owed.was_on_time else "请尽快办理补报"
    subject = f"{owed.period.label}统计报表已过截止日，{what}"
    return _letters("after", subject, owed, to, at, key=key_of("after", owed))


def urged(owed: Owed, to: Iterable[str], at: datetime, *, token: str, words: str, by: str) -> list[Letter]:
    """立即催报, with the official's own words."""
    subject = f"请尽快上报{owed.period.label}统计报表（{in_words(owed.due)}截止）"
    key = f"urge:{token}:{owed.filing.pk}:"
    return _letters("urged", subject, owed, to, at, key=key, words=words, by=by)


LETTERS = {"opened": opened, "early": early, "soon": soon, "due": due, "after": after}


def key_of(reminder_time: str, owed: Owed) -> str:
    before, behind = around_filing(reminder_time, owed.period, owed.due)
    return f"{before}{owed.filing.pk}{behind}"


def around_filing(reminder_time: str, period: Period, due: date) -> tuple[str, str]:
    """What stands in the keys of one reminder time before the filing's number and behind it. Only the opening does
    not depend on the date. A period that is opened again is told of again."""
    again = f"#{period.times_opened}" if period.times_opened > 1 else ""
    return f"remind:{period.pk}{again}:{reminder_time}:", ":" if reminder_time == "opened" else f":{due.isoformat()}"


def _before(reminder_time: str, owed: Owed, to: Iterable[str], at: datetime) -> list[Letter]:
    left = time_left(at.date(), owed.due, owed.calendar)
    subject = f"{owed.period.label}统计报表{left}截止：{in_words(owed.due)}"
    return _letters("before", subject, owed, to, at, key=key_of(reminder_time, owed))


def _letters(stem: str, subject: str, owed: Owed, to: Iterable[str], at: datetime, key: str, **more) -> list[Letter]:
    facts = facts_of(owed, at) | more
    return [
        compose(
            f"reminder/{stem}",
            subject,
            facts,
            address,
            key=key,
            at=at,
            topic=owed.topic,
            period=owed.period.pk,
            enterprise=owed.filing.enterprise,
            district=owed.filing.district,
            bulk=True,
        )
        for address in to
    ]


def facts_of(owed: Owed, at: datetime) -> dict:
    """What every reminder says. The days left are counted from the day it is written, which it names."""
    filing, deadline = owed.filing, owed.period.enterprise_deadline
    extended = owed.due > deadline.date
    told = deadline.moved or deadline.by_hand or deadline.provisional
    return {
        "firm": filing.enterprise.name,
        "district": filing.district.name,
        "period": owed.period.label,
        "tables": list(owed.tables),
        "state": filing.standing.words,
        "due": f"{in_words(owed.due)} 23:59:59",
        "today": plainly(at.date()),
        "left": time_left(at.date(), owed.due, owed.calendar),
        "days": (owed.due - at.date()).days,
        "extended": extended,
        "provisional": deadline.provisional and not extended,
        "why": deadline.why if told and not extended else "",
        "was_on_time": owed.was_on_time,
        "late_request": owed.late_request,
        "path": reverse("filing", args=[owed.period.pk]),
    }
