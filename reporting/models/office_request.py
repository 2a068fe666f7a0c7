from django.conf import settings
from django.db import models


class OfficeRequest(models.Model):
    """Something a firm asks of its office, with a reason; decided once."""

    reason = models.CharField("理由", max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    granted = models.BooleanField("是否同意", null=True, default=None)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=500, blank=True)

    class Meta:
        abstract = True
        ordering = ["asked_at"]

    @property
    def is_open(self) -> bool:
        return self.granted is None

    @property
    def state_words(self) -> str:
        return {None: "待区县决定", True: "已同意", False: "未同意"}[self.granted]
