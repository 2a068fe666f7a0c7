from celery import shared_task

from accounts import clock
from reporting.reminders import urging


@shared_task
def write_urging(pk: int) -> None:
    """The letters of one 立即催报; what a lost worker left is finished by the next `remind`."""
    urging.write(pk, clock.now())
