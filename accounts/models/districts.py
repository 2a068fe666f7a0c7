from __future__ import annotations

import datetime

from django.db import models
from django.db.models import Q


class DistrictQuerySet(models.QuerySet):
    def valid_on(self, day: datetime.date) -> DistrictQuerySet:
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=day)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )


class District(models.Model):
    """One of the city's reporting areas; the list changes, so a district has first and last days."""

    code = models.CharField("区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("类型", max_length=10)
    valid_from = models.DateField("生效日期", null=True, blank=True)
    valid_to = models.DateField("失效日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", verbose_name="并入", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    reviewed_by = models.ForeignKey(
        "self", verbose_name="审核移交", null=True, blank=True, on_delete=models.PROTECT, related_name="reviews_for"
    )  # who decides on what it left behind when it was abolished; its figures stay its own
    position = models.PositiveSmallIntegerField("序", default=0)
    by_hand = models.BooleanField("人工设定", default=False)  # an edition that is loaded leaves it as it is

    objects = DistrictQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        verbose_name = verbose_name_plural = "区县"

    def __str__(self) -> str:
        return self.name

    @property
    def to_ask(self) -> str:
        """附件2's line about the district, as far as it is filled in."""
        line = getattr(self, "contact", None)
        return " ".join(filter(None, (self.name, line.clerk, line.phone))) if line else self.name

    def holds_on(self, day: datetime.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class DistrictContact(models.Model):
    """A line of the notice's 附件2: who answers for the statistics of a district."""

    district = models.OneToOneField(
        District, verbose_name="区县", on_delete=models.PROTECT, related_name="contact", primary_key=True
    )
    leader = models.CharField("责任领导", max_length=40, blank=True)
    clerk = models.CharField("工作人员", max_length=40, blank=True)
    post = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    email = models.EmailField("邮箱", blank=True)

    class Meta:
        ordering = ["district__position"]
        verbose_name = verbose_name_plural = "区县联系人"

    def __str__(self) -> str:
        return f"{self.district}：{self.clerk or '未填写'}"
