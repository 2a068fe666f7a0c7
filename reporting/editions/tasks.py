from celery import shared_task

from accounts import clock
from reporting.editions import rehearsal


@shared_task
def rehearse(pk: int) -> None:
    """One 试算 of a draft edition. Asked for again after a worker was lost, it begins anew."""
    rehearsal.run(pk, clock.real_now)
