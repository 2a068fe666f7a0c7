"""演练 is kept apart here. What is practised lies in the same tables as what is reported, and neither meets the other.

A practised period's code is no real one (PeriodCode), and all that hangs on a period knows its code. Who asks a model
with `Apart` for rows gets those of where they are: what is reported, or within `in_practice()` what is practised, and
never both. So no total, list, letter or record has to leave anything out. `everywhere` is for who names periods by
their codes: what is practised is compared with what was really reported before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models
from django.db.models import Q

from forms_tables.edition.periods import PRACTISED

_practising: ContextVar[bool] = ContextVar("practising", default=False)


def practising() -> bool:
    return _practising.get()


@contextmanager
def in_practice() -> Iterator[None]:
    with _being(True):
        yield


@contextmanager
def on_record() -> Iterator[None]:
    """Out of practice again, for what is asked of the city whoever asks."""
    with _being(False):
        yield


@contextmanager
def _being(practising: bool) -> Iterator[None]:
    before = _practising.set(practising)
    try:
        yield
    finally:
        _practising.reset(before)


class Apart(models.Manager):
    """The rows of where one is. `PERIOD_CODE` of the model leads to the code of the period a row belongs to."""

    def get_queryset(self) -> models.QuerySet:
        code = self.model.PERIOD_CODE  # type: ignore[attr-defined]  # the model's to say
        practised = Q(**{f"{code}__contains": PRACTISED})
        return super().get_queryset().filter(practised if practising() else ~practised)


class Everywhere(models.Manager):
    """What is reported and what is practised alike: for who names rows by their own numbers or their periods' codes."""
