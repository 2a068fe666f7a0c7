from django.conf import settings
from django.db import models


class KeptChoice(models.Model):
    """The order and the filters a person chose last for a list, which is shown to them so until they choose again.
    `page` is the name of the list's address, `chosen` what is chosen there by the name it has in the address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="账号")
    page = models.CharField("列表", max_length=40)
    chosen = models.JSONField("所选", default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="one_choice_for_each_list")]
        verbose_name = "列表的排列与筛选"

    def __str__(self) -> str:
        return f"{self.user} {self.page}"
