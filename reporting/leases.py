"""A long task a person asked for, under a lease: its row says how far it is, whoever takes it up last goes on alone,
and one that says nothing for five minutes is lost and may be asked for again.

The row has `state`, `done` and `total`; in its `effect` stand `spoken`, when it last said anything by the machine's
clock, and the `hand` that carries it out.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import Model

LEASE = timedelta(minutes=5)  # a worker that says nothing for so long is lost
JUST_NOW = timedelta(seconds=30)  # asked for again so soon, the same answer will do
FAILED = "failed"


class Overrun(Exception):
    """Another worker has taken the task up, or it was begun anew."""


def spoken_at(task: Model) -> datetime:
    """When it last said how far it is, by the machine's clock."""
    return datetime.fromisoformat(task.effect["spoken"])


def is_lost(task: Model, real: datetime) -> bool:
    return task.is_running and spoken_at(task) < real - LEASE


def ask_again(task: Model, effect: Mapping, real: datetime, **fields) -> bool:
    """Whether this asking was the first since the task last spoke; whoever carries it out now is overrun."""
    kept = {key: value for key, value in effect.items() if key != "hand"}
    same = type(task).objects.filter(pk=task.pk, state=task.state, effect__spoken=task.effect["spoken"])
    return bool(same.update(effect={**kept, "spoken": real.isoformat()}, **fields))


class Hand:
    """Who carries a task out, and says how far it is while nobody else has taken it up. Every word is a conditional
    update; where it changes nothing the task is in another hand, and Overrun is raised."""

    def __init__(self, task: Model, now: Callable[[], datetime]):
        self.task, self.now, self.name = task, now, uuid4().hex
        self.running = task.state
        self.kept = {key: value for key, value in task.effect.items() if key != "hand"}

    def take(self) -> None:
        self._write(type(self.task).objects.all(), {**self.kept, "hand": self.name}, done=0)

    def speak(self, done: int, total: int) -> None:
        self._write(self._mine(), {**self.kept, "hand": self.name}, done=done, total=total)

    def end(self, state: str, effect: Mapping, **fields) -> None:
        self._write(self._mine(), effect, state=state, **fields)

    def _mine(self):
        return type(self.task).objects.filter(effect__hand=self.name)

    def _write(self, tasks, effect: Mapping, **fields) -> None:
        said = {**effect, "spoken": self.now().isoformat()}
        if not tasks.filter(pk=self.task.pk, state=self.running).update(effect=said, **fields):
            raise Overrun


def carry_out(task: Model, now: Callable[[], datetime], work: Callable[[Hand], None]) -> None:
    """Take the task up and do its work, which ends it; what breaks it is kept with it and raised."""
    if not task.is_running:
        return
    hand = Hand(task, now)
    with suppress(Overrun):
        hand.take()
        try:
            work(hand)
        except Overrun:
            raise
        except Exception as failure:
            hand.end(FAILED, {**hand.kept, "failure": f"{type(failure).__name__}: {failure}"[:300]})
            raise
