from celery import shared_task

from accounts import clock
from accounts.post import pulse
from reporting.exports import steps
from reporting.models.in_force import asked_once


@shared_task
def carry_out_export(pk: int) -> None:
    """Write one file. What a lost worker left, `take_up_exports` finds."""
    with asked_once():
        steps.run(pk, clock.real_now)


@shared_task
def take_up_exports() -> None:
    """Hand on what no worker has said a word of for the length of a lease. The beat calls every minute."""
    for pk in steps.take_up(clock.real_now()):
        pulse.hand_on(carry_out_export, pk)
