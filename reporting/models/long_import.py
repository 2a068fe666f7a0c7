from django.conf import settings
from django.db import models

from accounts.models import District


class LongImport(models.Model):
    """A file somebody uploaded, what importing it would change as they saw it, and whether it was imported.

    `file` is what was uploaded, `outcome` what its dry run found; both lie in `FOLDER` and are cleared away after some
    days, the row stays. `effect` holds the counts, why it was not carried out, and who carries it out
    (reporting.leases).
    """

    TRYING, TRIED, IMPORTING, DONE, FAILED = "trying", "tried", "importing", "done", "failed"
    STATES = [
        (TRYING, "试导入中"), (TRIED, "已试导入"), (IMPORTING, "导入中"), (DONE, "已导入"), (FAILED, "未完成"),
    ]  # fmt: skip
    FOLDER: str
    file: models.FileField
    outcome: models.FileField

    name = models.CharField("文件名", max_length=255)
    digest = models.CharField("文件摘要", max_length=64)
    state = models.CharField("状态", max_length=9, choices=STATES, default=TRYING)
    done = models.PositiveIntegerField("已核对", default=0)
    total = models.PositiveIntegerField("应核对", default=0)
    effect = models.JSONField("结果", default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    at = models.DateTimeField("上传时间")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.state in (self.TRYING, self.IMPORTING)

    @property
    def is_expired(self) -> bool:
        return not self.file


class RegisterImportQuerySet(models.QuerySet):
    def visible_to(self, user) -> "RegisterImportQuerySet":
        """A district sees its own imports, the city those of the city."""
        return self.filter(district=user.district_id) if user.may.keep_register else self.none()


class RegisterImport(LongImport):
    """名录导入. `outcome` is the comparison with the register row by row (reporting.register.imports.outcome)."""

    FOLDER = "register"

    file = models.FileField("文件", upload_to="register/", blank=True)
    outcome = models.FileField("对照", upload_to="register/", blank=True)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="区县")

    objects = RegisterImportQuerySet.as_manager()

    class Meta(LongImport.Meta):
        verbose_name = "名录导入"


class LongExportQuerySet(models.QuerySet):
    def visible_to(self, user) -> "LongExportQuerySet":
        """Whoever asked for a file, and nobody else: it holds what was within that person's reach."""
        return self.filter(by=user.pk)


class LongExport(models.Model):
    """A large file somebody asked for, which a worker writes (reporting.exports); it is cleared away after some days,
    the row stays. `effect` holds who carries it out (reporting.leases)."""

    RUNNING, DONE, FAILED = "running", "done", "failed"
    STATES = [(RUNNING, "生成中"), (DONE, "已生成"), (FAILED, "未完成")]
    FOLDER = "exports"

    kind = models.CharField("种类", max_length=20)
    asked = models.JSONField("筛选条件", default=dict, blank=True)
    name = models.CharField("文件名", max_length=255)
    file = models.FileField("文件", upload_to="exports/", blank=True)
    state = models.CharField("状态", max_length=7, choices=STATES, default=RUNNING)
    done = models.PositiveIntegerField("已写", default=0)
    total = models.PositiveIntegerField("应写", default=0)
    effect = models.JSONField("结果", default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导出人")
    at = models.DateTimeField("导出时间")

    objects = LongExportQuerySet.as_manager()

    class Meta:
        verbose_name = "导出"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.state == self.RUNNING

    @property
    def is_expired(self) -> bool:
        return self.state == self.DONE and not self.file
