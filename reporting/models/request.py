from django.conf import settings
from django.db import models

from reporting.models.filing import Filing


class Request(models.Model):
    """Something a firm asks of its district, with a reason; decided once."""

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


class LateRequest(Request):
    """补报单: without a granted one nothing can be submitted after the enterprise's date (P03)."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="late_requests")

    class Meta(Request.Meta):
        verbose_name = "补报申请"

    def __str__(self) -> str:
        return f"{self.filing} 补报申请"


class ExtensionRequest(Request):
    """延期申请: asked before the enterprise's date; granted, it gives this one filing a later date of its own."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="extension_requests")
    until = models.DateField("申请延期至")
    granted_until = models.DateField("同意延期至", null=True, blank=True)

    class Meta(Request.Meta):
        verbose_name = "延期申请"

    def __str__(self) -> str:
        return f"{self.filing} 延期申请"


class BaseAdjustment(Request):
    """口径调整单 (§9.10): another figure than the filed one stands as the base of comparison, old and new on record."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="base_adjustments")
    cell = models.CharField("单元格", max_length=20)
    old = models.CharField("原值", max_length=40)
    new = models.CharField("新值", max_length=40)

    class Meta(Request.Meta):
        verbose_name = "口径调整单"

    def __str__(self) -> str:
        return f"{self.filing} {self.cell} 口径调整"

    @property
    def place(self) -> str:
        """The cell in the form's words."""
        return self.filing.edition.place_of(self.cell)
