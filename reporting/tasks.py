"""What is due at any time of day. A long task of one room stands in that room's tasks.py."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from celery import shared_task

from accounts import clock, emails
from accounts.post import dead_addresses
from reporting.calendar import notice
from reporting.conversation import announcements, threads
from reporting.due_together import do_each
from reporting.mending import district_change
from reporting.reminders import digests, planner, urging
from reporting.succession import takeovers
from reporting.training import reminding, signing_up

# What may be due at any time of day; each writes what was not written before and returns how many letters that is,
# or how many accounts passed to another person.
PLANNERS: tuple[Callable[[datetime], int], ...] = (
    dead_addresses.plan,
    emails.plan_mail_refused,
    planner.plan,
    urging.plan,
    digests.plan,
    notice.plan,
    threads.plan_digest,
    announcements.plan,
    takeovers.plan,
    district_change.plan,
    signing_up.plan,
    reminding.plan,
)


@shared_task
def remind() -> None:
    """Write what is due today. The beat calls every ten minutes; what was written already is not written again."""
    plan_all(PLANNERS, clock.now())


def plan_all(planners: tuple[Callable[[datetime], int], ...], at: datetime) -> None:
    """One planner that fails does not keep the others from their letters."""
    pieces = [(f"{plan.__module__}.{plan.__name__}", partial(plan, at)) for plan in planners]
    do_each(pieces, "Some of today's letters were not written")
