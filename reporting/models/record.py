from django.conf import settings
from django.db import models

from accounts.models import District, Enterprise, User
from reporting.models.period import Period


class DistrictResult(models.Model):
    """How a district did in a period, frozen when the period was locked: what counted then counts for ever.

    `measures` maps the numbers of a Tally (reporting/results/measures.py) to what was counted, Decimals as strings.
    """

    period = models.ForeignKey(Period, models.PROTECT, related_name="results")
    district = models.ForeignKey(District, models.PROTECT, related_name="+")
    measures = models.JSONField("指标")
    at = models.DateTimeField("核定时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "district"], name="one_result_per_district")]
        verbose_name = "区县工作情况"

    def __str__(self) -> str:
        return f"{self.district} {self.period.label}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("A result is frozen with its period.")
        super().save(*args, **kwargs)


class Certificate(models.Model):
    """填报情况证明: a firm's filing record over a span, frozen when issued; anybody with the code may verify it.

    `name` is the firm's of that day; `rows` are what reporting/certificates/issuing.py says of each period.
    """

    code = models.CharField("验证码", max_length=24, unique=True)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="certificates", verbose_name="企业")
    name = models.CharField("开具时企业名称", max_length=120)
    first = models.CharField("起始报告期", max_length=7)
    last = models.CharField("截止报告期", max_length=7)
    rows = models.JSONField("填报情况")
    purpose = models.CharField("用途", max_length=200, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="开具人")
    issued_at = models.DateTimeField("开具时间")

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = "填报情况证明"

    def __str__(self) -> str:
        return f"{self.name} {self.first}–{self.last}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("A certificate stays as it was issued; a newer one is another certificate.")
        super().save(*args, **kwargs)


class SavedCutQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> models.QuerySet:
        """One's own, and what colleagues of the same office share: those of the own district, or of the own role where
        it reaches the whole city."""
        office = {"by__role": user.role, "by__district": user.district_id}
        return self.filter(models.Q(by=user) | models.Q(is_shared=True, **office))


class SavedCut(models.Model):
    """A cut of the totals somebody keeps under a name: the parts of its address (reporting/cuts/choosing.py), and no
    figure. Whoever opens it sees of it what is theirs to see."""

    name = models.CharField("名称", max_length=60)
    choice = models.JSONField("选择")
    is_shared = models.BooleanField("本单位共享", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="保存人")
    saved_at = models.DateTimeField("保存时间")

    objects = SavedCutQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "name"], name="one_saved_cut_of_a_name")]
        ordering = ["name", "pk"]
        verbose_name = "汇总视图"

    def __str__(self) -> str:
        return self.name


class KeptChoice(models.Model):
    """The order and the filters a person chose last for a list, which is shown to them so until they choose again.
    `page` is the name of the list's address, `chosen` what is chosen there by the name it has in the address."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="账号")
    page = models.CharField("列表", max_length=40)
    chosen = models.JSONField("所选", default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="one_choice_for_each_list")]
        verbose_name = "列表的排列与筛选"

    def __str__(self) -> str:
        return f"{self.user} {self.page}"
