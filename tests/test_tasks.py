"""Every task lies in a room the workers look into: one they do not know they refuse, and nobody sees it."""

from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

from config.celery import ROOMS, app

ROOMS_OF_TASKS = {*ROOMS.split(), *settings.INSTALLED_APPS}


@pytest.mark.parametrize("name", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_what_runs_by_the_clock_is_known_to_the_workers(name):
    task = settings.CELERY_BEAT_SCHEDULE[name]["task"]
    module = task.rpartition(".")[0]
    assert module.removesuffix(".tasks") in ROOMS_OF_TASKS
    import_module(module)
    assert task in app.tasks


def test_no_room_with_tasks_is_left_out():
    top = Path(settings.BASE_DIR)
    found = [path for room in ("accounts", "reporting") for path in (top / room).rglob("tasks.py")]
    rooms = {".".join(path.relative_to(top).parent.parts) for path in found}
    assert rooms and rooms <= ROOMS_OF_TASKS
