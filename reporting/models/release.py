"""What a lock leaves behind: numbered releases, each with all that it froze; the proposals of a lock that needs two
people; and from which share of last year's revenue on it needs them."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.clock import SHANGHAI
from accounts.models import User
from reporting.models.period import Period

FROZEN = "A release stays as it was made; what comes later is the next number."


class FrozenQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise TypeError(FROZEN)

    def delete(self):
        raise TypeError(FROZEN)


class Release(models.Model):
    """发布: the totals of a period as they stood at its lock (number 1) or after a correction (2, 3 …).

    `digest` is of its workbook, `frozen_digest` of what that is written from (`reporting.totals.frozen`). `figures` are
    the city's totals and `changes` what a correction changed, both to be asked without unpacking what is frozen.
    """

    LOCK, FOUND, CORRECTION = "lock", "found", "correction"
    KINDS = [(LOCK, "锁定"), (FOUND, "补建"), (CORRECTION, "更正")]

    period = models.ForeignKey(Period, models.PROTECT, related_name="releases", verbose_name="报告期")
    number = models.PositiveSmallIntegerField("第几次")
    kind = models.CharField("种类", max_length=10, choices=KINDS)
    at = models.DateTimeField("发布时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发布人"
    )
    reason = models.CharField("原因", max_length=500, blank=True)
    digest = models.CharField("汇总表摘要", max_length=64)
    frozen_digest = models.CharField("冻结内容摘要", max_length=64)
    code_version = models.CharField("软件版本", max_length=40)
    layout = models.PositiveSmallIntegerField("版式")
    edition_code = models.CharField("制度版本", max_length=40)
    edition_digest = models.CharField("制度版本摘要", max_length=64)
    counts = models.JSONField("家数", default=dict)
    figures = models.JSONField("全市合计", default=dict)
    changes = models.JSONField("更正内容", default=dict, blank=True)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "number"], name="releases_are_numbered")]
        ordering = ["-period__opens_on", "-period", "-number"]
        verbose_name = "发布"

    def __str__(self) -> str:
        return f"{self.period.label}第{self.number}次发布"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError(FROZEN)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError(FROZEN)

    @property
    def code(self) -> str:
        """What people and commands call it: 2024M05-1."""
        return f"{self.period_id}-{self.number}"

    @property
    def proposed_by(self) -> User | None:
        """The first of the two who locked; None where one did."""
        confirmed = [each.by for each in self.period.lock_proposals.all() if each.outcome == LockProposal.CONFIRMED]
        return confirmed[0] if confirmed and self.kind == self.LOCK else None


class FrozenRelease(models.Model):
    """What a release froze, apart from it because it is large: `content` (compressed JSON, see
    `reporting.totals.frozen`), `rows` (Parquet, see `reporting.releases.rows`), and the workbook as it was written then
    (compressed), so that a difference has a place."""

    release = models.OneToOneField(Release, models.PROTECT, primary_key=True, related_name="frozen")
    content = models.BinaryField("冻结内容")
    rows = models.BinaryField("计入的各家")
    workbook = models.BinaryField("汇总表")

    objects = FrozenQuerySet.as_manager()

    class Meta:
        verbose_name = "发布的冻结内容"

    def __str__(self) -> str:
        return str(self.release)

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError(FROZEN)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError(FROZEN)


class LockProposal(models.Model):
    """拟锁定: one person of the city proposes to lock a period of which much is missing, another one confirms.

    `reasons` say why, by group (`reporting.releases.missing`), `reason` of all the rest. `seen` is what was missing
    when it was proposed: the lock confirmed is of that and nothing else.
    """

    CONFIRMED, WITHDRAWN, OVERTAKEN = "confirmed", "withdrawn", "overtaken"
    OUTCOMES = [(CONFIRMED, "已确认"), (WITHDRAWN, "已撤回"), (OVERTAKEN, "情况有变，已失效")]

    period = models.ForeignKey(Period, models.PROTECT, related_name="lock_proposals", verbose_name="报告期")
    reason = models.CharField("原因", max_length=500, blank=True)
    reasons = models.JSONField("分项原因", default=dict, blank=True)
    seen = models.JSONField("提出时的情况", default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人")
    at = models.DateTimeField("提出时间")
    outcome = models.CharField("结果", max_length=9, choices=OUTCOMES, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    closed_at = models.DateTimeField("办理时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period"], condition=Q(outcome=""), name="one_open_lock_proposal")
        ]
        ordering = ["-at", "-pk"]
        verbose_name = "拟锁定"

    def __str__(self) -> str:
        return f"{self.period.label} 拟锁定"


class LockLimit(models.Model):
    """From which share of last year's revenue missing on two people lock. The latest row holds."""

    DEFAULT = Decimal("5.0")

    percent = models.DecimalField(
        "比例（%）",
        max_digits=4,
        decimal_places=1,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    reason = models.CharField("依据", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="设定人")
    at = models.DateTimeField("设定时间")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "锁定双人确认比例"

    def __str__(self) -> str:
        return f"{self.percent}%"


def lock_limit() -> Decimal:
    """In force: what the city chose last, in percent."""
    chosen = LockLimit.objects.first()
    return chosen.percent if chosen else LockLimit.DEFAULT


def lock_limit_for(period: Period, by: User) -> Decimal:
    """In force for a lock by this person alone. Nobody helps himself: of what was chosen since the period was opened,
    what he raised himself does not hold for it."""
    limit = before = LockLimit.DEFAULT
    for chosen in LockLimit.objects.order_by("at", "pk"):
        is_raised = chosen.percent > before
        if chosen.at.astimezone(SHANGHAI).date() < period.opens_on or (is_raised and chosen.by_id != by.pk):
            limit = chosen.percent
        else:
            limit = min(limit, chosen.percent)
        before = chosen.percent
    return limit
