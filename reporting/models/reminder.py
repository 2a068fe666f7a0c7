from django.conf import settings
from django.db import models

from accounts.models import District
from reporting.models.period import Period


class ReminderChoice(models.Model):
    """What the city changed in the schedule of reminders; reporting/letters/schedule.py has the rest of it."""

    reminder_time = models.CharField("时点", max_length=20, primary_key=True)
    days = models.SmallIntegerField("天数", null=True, blank=True)
    hour = models.PositiveSmallIntegerField("几点以后", default=9)
    on = models.BooleanField("发送", default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="设定人")
    at = models.DateTimeField("设定时间")

    class Meta:
        verbose_name = "提醒设定"

    def __str__(self) -> str:
        return self.reminder_time


class UrgingQuerySet(models.QuerySet):
    def visible_to(self, user) -> "UrgingQuerySet":
        return self.filter(user.reach()) if user.may.remind else self.none()


class Urging(models.Model):
    """One press of 立即催报: a letter to a filtered group of the firms that still owe a period. `token` comes from the
    page that showed the preview: the second press is the first.

    The letters are written by a worker; until `finished_at` the numbers are not there. `previewed_at` is when the page
    was shown: who has submitted since is counted as such.
    """

    token = models.UUIDField(unique=True)
    period = models.ForeignKey(Period, models.PROTECT, related_name="urgings", verbose_name="报告期")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="区县")
    chosen = models.JSONField("筛选条件", default=dict)
    words = models.CharField("附言", max_length=500, blank=True)
    firms = models.PositiveIntegerField("企业数", default=0)
    letters = models.PositiveIntegerField("信件数", default=0)
    activations = models.PositiveIntegerField("其中激活邮件", default=0)
    submitted = models.PositiveIntegerField("期间已上报", default=0)
    just_urged = models.PositiveIntegerField("一小时内已催报", default=0)
    unreached = models.PositiveIntegerField("没有可用邮箱", default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发送人")
    at = models.DateTimeField("发送时间")
    previewed_at = models.DateTimeField("预览时间")
    finished_at = models.DateTimeField("写完时间", null=True, blank=True)

    objects = UrgingQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "催报"

    def __str__(self) -> str:
        return f"{self.period.label} 催报 {self.firms} 家"
