from celery import shared_task

from accounts import clock
from accounts.post import pulse
from reporting.models.in_force import asked_once
from reporting.register.imports import steps as imports


@shared_task
def carry_out_import(pk: int) -> None:
    """The dry run of an uploaded register, or the import of a confirmed one. What a lost worker left, `take_up_imports`
    finds."""
    with asked_once():
        imports.run(pk, clock.real_now, clock.now())


@shared_task
def take_up_imports() -> None:
    """Hand on what no worker has said a word of for the length of a lease. The beat calls every minute."""
    for pk in imports.take_up(clock.real_now()):
        pulse.hand_on(carry_out_import, pk)
