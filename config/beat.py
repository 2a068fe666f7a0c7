from celery.beat import PersistentScheduler

from accounts.post import pulse


class Scheduler(PersistentScheduler):
    """Celery's own, leaving a sign of life each time it looks what is due."""

    def tick(self, *args, **kwargs):
        pulse.leave_sign(pulse.BEAT)
        return super().tick(*args, **kwargs)
