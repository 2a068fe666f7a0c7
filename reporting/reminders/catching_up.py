"""What a change of the reminder times would send at once: one that is switched on, or begins earlier, is caught up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from accounts.models import User
from reporting.letters.mass import MassPreview, rehearsed
from reporting.letters.schedule import as_wanted, schedule, set_schedule
from reporting.models import calendar_in_force
from reporting.reminders import digests, planner

A_MOMENT = timedelta(microseconds=1)


def caught_up_by(wanted: Mapping[str, Mapping], by: User, at: datetime) -> MassPreview:
    """The letters that go until this evening, or that of the next working day, because of the change: first is written
    what would go without it. All of it is taken back."""
    if as_wanted(wanted, by) == schedule():
        return MassPreview(0, 0, 0, ())
    day = calendar_in_force().working_days_on(at.date() - timedelta(days=1), 1)
    evening = datetime.combine(day, time(23), at.tzinfo)

    def changed() -> None:
        plan(evening)
        set_schedule(wanted, by, at)
        plan(evening + A_MOMENT)

    return rehearsed(changed, evening + A_MOMENT)


def plan(at: datetime) -> None:
    planner.plan(at)
    digests.plan(at)
