"""培训提醒: whoever has a seat is reminded on the working day before the session."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localtime

from accounts.models import Letter
from reporting.dates.arrangements import ONE_DAY
from reporting.dates.deadlines import working_day
from reporting.letters import about_training
from reporting.models import TrainingSession, calendar_in_force

FROM_HOUR = 9  # like the first reminders of a day


def plan(at: datetime) -> int:
    """From nine o'clock on the last working day before its day, once: who signs up after that has just read the place
    and the hour. Returns how many letters that is."""
    now, calendar = localtime(at), calendar_in_force()
    if now.hour < FROM_HOUR:
        return 0
    coming = TrainingSession.objects.filter(day__gte=now.date(), cancelled_at=None)
    due = [each for each in coming if working_day(each.day - ONE_DAY, 0, calendar) <= now.date()]
    return sum(_remind(session, at) for session in due if not session.has_begun(at))


def _remind(session: TrainingSession, at: datetime) -> int:
    if Letter.objects.filter(topic=about_training.soon_topic(session)).exists():
        return 0
    seated = session.sign_ups.with_seat().select_related("enterprise", "district")
    return about_training.soon(session, seated, at)
