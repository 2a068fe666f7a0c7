from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.module_loading import import_string


class Installation(models.Model):
    """The one row that says whether this database is the demonstration city, when a real one was ready to work, and
    the telephone that letters name."""

    is_demo = models.BooleanField("演示库", default=False)
    demo_day = models.DateField("演示日期", null=True, blank=True)
    demo_since = models.DateField("演示起算日", null=True, blank=True)
    live_since = models.DateTimeField("上线时间", null=True, blank=True)
    phone = models.CharField("市级电话", max_length=40, blank=True)
    demo_secrets = models.JSONField("演示账号", default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "安装"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="only_one_installation"),
            models.CheckConstraint(
                condition=Q(is_demo=True) | Q(demo_day__isnull=True, demo_secrets=[]),
                name="only_a_demonstration_keeps_passwords_or_another_day",
            ),
        ]

    def __str__(self) -> str:
        return "演示库" if self.is_demo else "正式库"

    @property
    def to_ask(self) -> str:
        """The city with its telephone; nothing where none was entered yet."""
        name_of = import_string(settings.OFFICE_NAMES)
        return f"{name_of('short_office')} {self.phone}" if self.phone else ""

    @property
    def is_starting(self) -> bool:
        """A real city that is not ready yet: its start page stands."""
        return not self.is_demo and self.live_since is None

    def behind(self, real: datetime.date) -> datetime.timedelta:
        """How far the office's clock is behind the machine's: the demonstration's first day was `demo_day` when the
        machine had `demo_since`. Without that it is its first day today."""
        return (self.demo_since or real) - self.demo_day if self.demo_day else datetime.timedelta(0)

    @classmethod
    def current(cls) -> Installation:
        kept = _kept.get()
        if kept is None:
            return cls.objects.filter(pk=1).first() or cls(pk=1)
        if not kept:
            kept.append(cls.objects.filter(pk=1).first() or cls(pk=1))
        return kept[0]

    @classmethod
    @contextmanager
    def read_once(cls) -> Iterator[None]:
        """Inside, the row is read when it is first asked for and not again."""
        token = _kept.set([])
        try:
            yield
        finally:
            _kept.reset(token)


_kept: ContextVar[list[Installation] | None] = ContextVar("installation", default=None)
