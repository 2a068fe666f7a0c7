import logging
from collections.abc import Callable
from datetime import datetime

from celery import shared_task

from accounts import clock, emails
from accounts.post import dead_addresses, pulse
from reporting import city_columns
from reporting.calendar import notice
from reporting.city_columns.files import if_free
from reporting.conversation import announcements, threads
from reporting.editions import rehearsal
from reporting.models import Period
from reporting.register.imports import steps as imports
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
)


@shared_task
def remind() -> None:
    """Write what is due today. The beat calls every ten minutes; what was written already is not written again."""
    plan_all(PLANNERS, clock.now())


@shared_task
def write_dispatch(pk: int) -> None:
    """The letters of one 立即催报; what a lost worker left is finished by the next `remind`."""
    urging.write(pk, clock.now())


@shared_task
def rehearse(pk: int) -> None:
    """One 试算 of a draft edition. Asked for again after a worker was lost, it begins anew."""
    rehearsal.run(pk, clock.real_now)


@shared_task
def carry_out_import(pk: int) -> None:
    """The dry run of an uploaded register, or the import of a confirmed one. What a lost worker left, `take_up_imports`
    finds."""
    imports.run(pk, clock.real_now, clock.now())


@shared_task
def take_up_imports() -> None:
    """Hand on what no worker has said a word of for the length of a lease. The beat calls every minute."""
    for pk in imports.take_up(clock.real_now()):
        pulse.hand_on(carry_out_import, pk)


@shared_task
def store_columns() -> None:
    """Bring the stored columns of the open periods up to the record, so that whoever looks first, on the night of the
    deadline, need not wait for it. One worker at a time; where it fails, the first to look does it after all."""
    with if_free("store_columns") as is_mine:
        if not is_mine:
            return
        for period in Period.objects.filter(state=Period.OPEN):
            try:
                city_columns.refresh(period)
            except Exception:
                logger.exception("The columns of %s were not stored", period.code)


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
