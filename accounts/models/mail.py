from __future__ import annotations

from django.conf import settings
from django.db import models

DOMAINS_AT_ONCE = 4  # so many times a domain's pace is the mail server's own, before it complains


class ReceivingDomain(models.Model):
    """How fast letters to one domain leave at present (accounts.post.pacing). The row without a name is the mail
    server that all letters go through. Moments are the machine's."""

    name = models.CharField("收件域名", max_length=254, unique=True, blank=True)
    window_at = models.DateTimeField("本分钟起", null=True, blank=True)
    taken = models.PositiveIntegerField("本分钟已取", default=0)
    slowness = models.PositiveSmallIntegerField("减半次数", default=0)
    paused_until = models.DateTimeField("暂停至", null=True, blank=True)
    in_vain = models.PositiveSmallIntegerField("连续被拒", default=0)
    accepted = models.PositiveIntegerField("此后收下", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "收件域名"

    def __str__(self) -> str:
        return self.name or "邮件服务器"

    @property
    def whole_pace(self) -> int:
        """Letters a minute while nobody complains. Of the mail server that is reckoned with only once it complains."""
        paces = settings.MAIL_PACE
        return paces.get(self.name, paces[""]) if self.name else DOMAINS_AT_ONCE * paces[""]

    @property
    def pace(self) -> int:
        """Letters a minute at present: halved as often as somebody there complained, and never none."""
        return max(1, self.whole_pace >> self.slowness)

    def paused(self, at) -> bool:
        return self.paused_until is not None and self.paused_until > at


class MailTrouble(models.Model):
    """What one domain, or ("") the mail server, complains of: one row for each and class, opened anew when it comes
    back. `since` and `last_at` are the machine's, `told_at`, when the administrators were written to, the office's."""

    domain = models.CharField("收件域名", max_length=254, blank=True)
    about = models.CharField("原因所在", max_length=10)
    words = models.CharField("原话", max_length=300)
    since = models.DateTimeField("起")
    last_at = models.DateTimeField("最近一次")
    times = models.PositiveIntegerField("次数", default=1)
    over_at = models.DateTimeField("解除时间", null=True, blank=True)
    told_at = models.DateTimeField("通知时间", null=True, blank=True)

    class Meta:
        ordering = ["-last_at"]
        verbose_name = verbose_name_plural = "发信障碍"
        constraints = [models.UniqueConstraint(fields=["domain", "about"], name="one_row_per_mail_trouble")]

    def __str__(self) -> str:
        return f"{self.domain or '邮件服务器'}：{self.words}"
