from celery import shared_task

from accounts import clock
from accounts.post import pulse
from reporting.history import steps
from reporting.models.in_force import asked_once


@shared_task
def carry_out_history(pk: int) -> None:
    """The dry run of an uploaded file of history, or the import of a confirmed one. What a lost worker left,
    `take_up_history` finds."""
    with asked_once():
        steps.run(pk, clock.real_now, clock.now())


@shared_task
def take_up_history() -> None:
    """Hand on what no worker has said a word of for the length of a lease. The beat calls every minute."""
    for pk in steps.take_up(clock.real_now()):
        pulse.hand_on(carry_out_history, pk)
