from django.conf import settings
from django.db import models

from reporting.models.practice import Apart, Everywhere
from reporting.models.submission import Submission


class Scan(models.Model):
    """盖章扫描件: the stamped paper of a submission, as a PDF. A better one is added beside it, never over it."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="scans")
    file = models.FileField("文件", upload_to="scans/%Y/")
    pages = models.PositiveSmallIntegerField("页数")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("上传时间")

    PERIOD_CODE = "submission__filing__period__code"
    objects = Apart()
    everywhere = Everywhere()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "盖章扫描件"

    def __str__(self) -> str:
        return f"{self.submission} 盖章扫描件"
