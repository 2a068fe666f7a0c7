from celery import shared_task

from accounts import clock


@shared_task
def remind() -> None:
    """Write what is due today. The beat calls every ten minutes; what was written already is not written again."""
    clock.now()
