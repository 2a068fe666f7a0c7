"""The project's own queue with a beat that ticks every second: `celery -A tests.quick_beat beat`."""

from config.celery import app

for entry in app.conf.beat_schedule.values():
    entry["schedule"] = 1.0
