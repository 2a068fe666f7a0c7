from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models.districts import District
from accounts.models.enterprises import Enterprise
from accounts.models.roles import Scope
from text.incoming import without_control


class AppendOnly(Exception):
    """Somebody tried to change or remove what was journalled."""


class JournalQuerySet(models.QuerySet):
    def visible_to(self, user) -> JournalQuerySet:
        """What is on record, within this person's reach."""
        return self.within_reach_of(user).filter(practice=False)

    def within_reach_of(self, user) -> JournalQuerySet:
        """A district sees what happened to firms while they were its own, and what it did itself. A firm sees what is
        its own; who stands in for it (代填) only what was done to its filings, and only where they work for it."""
        if not user.is_authenticated:
            return self.none()
        if user.working_for:
            return self.filter(enterprise=user.working_for).exclude(period="")
        if not user.may.read_journal:
            return self.filter(by=user)
        if user.scope == Scope.DISTRICT:
            return self.filter(Q(district=user.district) | Q(by__district=user.district))
        if user.scope == Scope.ENTERPRISE:
            return self.filter(Q(enterprise=user.enterprise_id) | _own_deeds(user))
        return self

    def update(self, **kwargs):
        raise AppendOnly("操作日志只增不改。")

    def delete(self):
        raise AppendOnly("操作日志不能删除。")

    def wipe_practice(self, period: str) -> None:
        """The one way a line goes: what was done in practice, together with that practice."""
        super(JournalQuerySet, self.filter(practice=True, period=period)).delete()


def _own_deeds(user) -> Q:
    """About no firm, or about an entry that was merged into the own one since; what was done for another firm is that
    firm's."""
    return Q(by=user) & (Q(enterprise=None) | Q(enterprise__merged_into=user.enterprise_id))


class JournalEntry(models.Model):
    """Who did what, when and why. Rows are only ever added; those of practice are no part of the record."""

    at = models.DateTimeField("时间", db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="操作人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_name = models.CharField("操作人姓名", max_length=300)
    action = models.CharField("操作", max_length=40, db_index=True)
    subject = models.CharField("对象", max_length=200, blank=True)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", null=True, blank=True, on_delete=models.PROTECT, related_name="journal"
    )
    district = models.ForeignKey(
        District, verbose_name="当时区县", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    period = models.CharField("报告期", max_length=10, blank=True)
    before = models.JSONField("原值", null=True, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField("新值", null=True, blank=True, encoder=DjangoJSONEncoder)
    why = models.CharField("事由", max_length=500, blank=True)
    practice = models.BooleanField("演练", default=False)

    objects = JournalQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = verbose_name_plural = "操作日志"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by_name} {self.action}"

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise AppendOnly("操作日志只增不改。")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise AppendOnly("操作日志不能删除。")

    @property
    def by_in_words(self) -> str:
        """Who did it, without the firm where the line names it anyway."""
        return self.by_name.removesuffix(f"（{self.enterprise.name}）") if self.enterprise_id else self.by_name

    @property
    def subject_in_words(self) -> str:
        """What the act was about beside the firm, which has a column of its own."""
        name = self.enterprise.name if self.enterprise_id else ""
        rest = self.subject.removeprefix(name).strip()
        return rest[1:-1] if rest.startswith("（") and rest.endswith("）") else rest

    @property
    def before_in_words(self) -> str:
        return without_control(in_words(self.before))

    @property
    def after_in_words(self) -> str:
        return without_control(in_words(self.after))


def in_words(facts) -> str:
    if facts is None:
        return ""
    if isinstance(facts, bool):
        return "是" if facts else "否"
    if isinstance(facts, dict):
        return "；".join(f"{name}：{'空' if value in (None, '') else in_words(value)}" for name, value in facts.items())
    if isinstance(facts, list):
        return "、".join(in_words(value) for value in facts)
    return str(facts)
