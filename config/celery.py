import os

from celery import Celery, bootsteps

from accounts.post import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
ROOMS = """
    accounts.post reporting.city_columns reporting.editions reporting.exports reporting.history reporting.register
    reporting.consequence reporting.reminders reporting.estimates
"""
app.autodiscover_tasks(ROOMS.split())


class SignOfLife(bootsteps.StartStopStep):
    """A worker that runs says so every few seconds (accounts.post.pulse)."""

    requires = {"celery.worker.components:Timer"}

    def start(self, worker) -> None:
        pulse.leave_sign(pulse.WORKER)
        worker.timer.call_repeatedly(pulse.EVERY, pulse.leave_sign, (pulse.WORKER,))


app.steps["worker"].add(SignOfLife)
