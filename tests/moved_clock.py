"""Web, worker, beat and manage.py of the project by an office clock that a walk moves: MOVED_CLOCK names a file with
the office's moment and the machine's at which it was set.

    gunicorn tests.moved_clock · celery -A tests.moved_clock worker · python -m tests.moved_clock migrate
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import django
from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts import clock  # noqa: E402
from config.celery import app  # noqa: E402
from config.wsgi import application  # noqa: E402, F401  (gunicorn's)

BEATS = {"letters": 1, "imports": 2, "reminders": 15}  # seconds; the others as they are


def moved_now() -> datetime:
    office, machine = (datetime.fromisoformat(text) for text in Path(os.environ["MOVED_CLOCK"]).read_text().split())
    return office + (datetime.now(clock.SHANGHAI) - machine)


clock.real_now = moved_now
for name, seconds in BEATS.items():
    app.conf.beat_schedule[name]["schedule"] = timedelta(seconds=seconds)

if __name__ == "__main__":
    execute_from_command_line(["manage.py", *sys.argv[1:]])
