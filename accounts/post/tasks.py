from celery import shared_task

from accounts import clock
from accounts.post import outbox

BATCHES_A_TASK = 20  # then other tasks have their turn


@shared_task
def send_letters() -> None:
    """Send what waits in the outbox. Every posting and every minute's beat calls for it; there may be any number."""
    for _ in range(BATCHES_A_TASK):
        batch = outbox.claim(outbox.BATCH, clock.real_now())
        if not batch:
            return
        outbox.send(batch, clock.real_now)
    send_letters.delay()
