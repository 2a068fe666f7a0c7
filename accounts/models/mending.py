"""What the office does about wrong registrations, each with its state and its reason: two entries of one firm, a wrong
credit code, firms that go to another district together."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.districts import District
from accounts.models.enterprises import Enterprise
from accounts.models.roles import Scope


def official(verbose: str, **more) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=verbose, on_delete=models.PROTECT, related_name="+", **more
    )


class DoubleReportQuerySet(models.QuerySet):
    def visible_to(self, user) -> DoubleReportQuerySet:
        """The city sees all, a district what it reported itself."""
        if not user.may.keep_register:
            return self.none()
        return self if user.scope == Scope.CITY else self.filter(proposed_by__district=user.district_id)

    def waiting(self) -> DoubleReportQuerySet:
        return self.filter(state=DoubleReport.State.WAITING)


class DoubleReport(models.Model):
    """疑似重复: somebody says that two entries are one firm, and what the city made of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "待市级处理"
        MERGED = "merged", "已合并"
        APART = "apart", "不是重复"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="登记")
    other = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="另一登记")
    reason = models.CharField("依据", max_length=200)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WAITING)
    proposed_by = official("提出人")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = official("处理人", null=True, blank=True)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)

    objects = DoubleReportQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = verbose_name_plural = "疑似重复登记"

    def __str__(self) -> str:
        return f"{self.enterprise} 与 {self.other}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING


class CodeCorrectionQuerySet(models.QuerySet):
    def visible_to(self, user) -> CodeCorrectionQuerySet:
        if user.scope == Scope.ENTERPRISE:
            return self.filter(enterprise=user.enterprise_id)
        if not user.may.keep_register:
            return self.none()
        return self.filter(enterprise__in=Enterprise.objects.visible_to(user))

    def waiting(self) -> CodeCorrectionQuerySet:
        return self.filter(state=CodeCorrection.State.WAITING)

    def done(self) -> CodeCorrectionQuerySet:
        return self.filter(state=CodeCorrection.State.DONE)


class CodeCorrection(models.Model):
    """更正信用代码: what the office proposed and what became of it. Done, it is how a former code is still known."""

    class State(models.TextChoices):
        WAITING = "waiting", "待确认"
        DONE = "done", "已更正"
        OBJECTED = "objected", "企业有异议"
        WITHDRAWN = "withdrawn", "已撤回"

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="code_corrections", verbose_name="企业")
    wrong = models.CharField("原代码", max_length=18, db_index=True)
    right = models.CharField("更正为", max_length=18)
    reason = models.CharField("事由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    proposed_by = official("提出人")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = official("答复人", null=True, blank=True)
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)

    objects = CodeCorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = verbose_name_plural = "信用代码更正"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(state="waiting"), name="one_waiting_code_correction"
            )
        ]

    def __str__(self) -> str:
        return f"{self.wrong} → {self.right}"

    @property
    def tone(self) -> str:
        """Its colour on the pages (`.state` in static/app.css)."""
        return {"waiting": "wait", "done": "done", "objected": "block"}.get(self.state, "todo")

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING


class DistrictChange(models.Model):
    """成批改区县: firms that go to another district from a day on. Planned until that day has come; `token` is the
    preview's, so that one preview is one act."""

    class State(models.TextChoices):
        PLANNED = "planned", "待生效"
        DONE = "done", "已生效"
        TAKEN_BACK = "taken_back", "已撤销"

    token = models.UUIDField(unique=True)
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="改到")
    since = models.DateField("起")
    reason = models.CharField("依据", max_length=200)
    closes = models.BooleanField("原区县同时撤销", default=False)
    takes_officials = models.BooleanField("工作人员一并转入", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PLANNED)
    by = official("经办人")
    at = models.DateTimeField("办理时间")
    done_at = models.DateTimeField("生效时间", null=True, blank=True)
    taken_back_by = official("撤销人", null=True, blank=True)
    taken_back_at = models.DateTimeField("撤销时间", null=True, blank=True)
    why_back = models.CharField("撤销事由", max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = verbose_name_plural = "成批改区县"

    def __str__(self) -> str:
        return f"改到{self.district}，自{self.since:%Y-%m-%d}起"

    @property
    def tone(self) -> str:
        return {"planned": "wait", "done": "done"}.get(self.state, "todo")

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED


class DistrictChangeFirm(models.Model):
    """One of its firms: where it came from, and why it was left out where it was."""

    change = models.ForeignKey(DistrictChange, models.PROTECT, related_name="firms", verbose_name="成批改区县")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="企业")
    origin = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="原区县")
    left_out = models.CharField("没有改的原因", max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "改区县的企业"
        constraints = [models.UniqueConstraint(fields=["change", "enterprise"], name="a_firm_once_in_a_change")]

    def __str__(self) -> str:
        return f"{self.enterprise}：{self.origin}"
