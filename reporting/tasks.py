"""What is due at any time of day. A long task of one room stands in that room's tasks.py."""

import logging
from collections.abc import Callable
from datetime import datetime

from celery import shared_task

from accounts import clock, emails
from accounts.post import dead_addresses
from reporting.calendar import notice
from reporting.conversation import announcements, threads
from reporting.mending import district_change
from reporting.reminders import digests, planner, urging

logger = logging.getLogger(__name__)

# What may be due at any time of day; each writes what was not written before and returns how many letters that is.
PLANNERS: tuple[Callable[[datetime], int], ...] = (
    dead_addresses.plan,
    emails.plan_mail_refused,
    planner.plan,
    urging.plan,
    digests.plan,
    notice.plan,
    threads.plan_digest,
    announcements.plan,
    district_change.plan,
)


@shared_task
def remind() -> None:
    """Write what is due today. The beat calls every ten minutes; what was written already is not written again."""
    plan_all(PLANNERS, clock.now())


def plan_all(planners: tuple[Callable[[datetime], int], ...], at: datetime) -> None:
    """One planner that fails does not keep the others from their letters."""
    failures = []
    for plan in planners:
        try:
            plan(at)
        except Exception as failure:
            logger.exception("%s.%s failed", plan.__module__, plan.__name__)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Some of today's letters were not written", failures)
