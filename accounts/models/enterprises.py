from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from accounts.models.districts import District
from accounts.models.roles import Scope


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user) -> EnterpriseQuerySet:
        """The register as this user may see it. A district sees the firms that are its own now;
        what a firm filed while it lived elsewhere follows the filing's district, not this."""
        if not user.is_authenticated:
            return self.none()
        if not user.may.read_register:
            return self.filter(pk=user.firm_id)
        return self.now_in(user.district) if user.scope == Scope.DISTRICT else self

    def now_in(self, district: District) -> EnterpriseQuerySet:
        lives_here = Residence.objects.filter(enterprise=OuterRef("pk"), district=district, until__isnull=True)
        return self.filter(Exists(lives_here))

    def hold(self, enterprise: Enterprise) -> Enterprise:
        """The firm's row, locked and read afresh. Its key is left to others: who holds the period or the filing that is
        wanted next, and writes a line about the firm, would wait for us and we for him."""
        return self.select_for_update(no_key=True).get(pk=enterprise.pk)

    def held(self, firms: Iterable[int]) -> EnterpriseQuerySet:
        """Rows of many, locked as `hold` does and in one order, so that two who want the same wait for each other."""
        return self.filter(pk__in=firms).order_by("pk").select_for_update(no_key=True)

    def kept_entries(self) -> dict[int, int]:
        """Of each entry that was merged into another (已并入) the one that stays."""
        merged = self.filter(merged_into__gt=0)  # a range: it is read off the index, where IS NOT NULL reads all firms
        return dict(sorted(merged.order_by().values_list("pk", "merged_into")))

    def one_firm(self, enterprise: int) -> EnterpriseQuerySet:
        """The entry and those that were merged into it (已并入): what they filed is its history."""
        return self.filter(Q(pk=enterprise) | Q(merged_into=enterprise))

    def reporting_on(self, day: datetime.date) -> EnterpriseQuerySet:
        return self.not_gone_by(day).filter(joined_on__lte=day)

    def not_gone_by(self, day: datetime.date) -> EnterpriseQuerySet:
        """Who reports on that day or will: neither left nor merged into another entry, whatever its first day."""
        return self.filter(merged_into=None).filter(Q(left_on__isnull=True) | Q(left_on__gte=day))

    def with_district(self) -> EnterpriseQuerySet:
        """Adds district_name and district_code of today's residence, for lists."""
        now = Residence.objects.filter(enterprise=OuterRef("pk"), until__isnull=True)
        return self.annotate(
            district_name=Subquery(now.values("district__name")[:1]),
            district_code=Subquery(now.values("district__code")[:1]),
        )


class Enterprise(models.Model):
    credit_code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("单位详细名称", max_length=120)
    attributes = models.JSONField("登记事项", default=dict, blank=True)
    contact_name = models.CharField("联系人", max_length=40, blank=True)
    phone = models.CharField("固定电话", max_length=40, blank=True)
    mobile = models.CharField("手机", max_length=20, blank=True)
    email = models.EmailField("邮箱", blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    joined_on = models.DateField("起报日期")
    left_on = models.DateField("停报日期", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", verbose_name="已并入", null=True, blank=True, on_delete=models.PROTECT, related_name="absorbed"
    )

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ["credit_code"]
        verbose_name = verbose_name_plural = "企业"

    def __str__(self) -> str:
        return self.name

    @property
    def firm_id(self) -> int:
        """The entry under which the firm goes on: this one, or the one it was merged into."""
        return self.merged_into_id or self.pk

    def reports_on(self, day: datetime.date) -> bool:
        """Whether a period that ends on that day is the firm's to report; of many firms: reporting_on."""
        stays = self.left_on is None or day <= self.left_on
        return self.joined_on <= day and stays and self.merged_into_id is None

    def residence_on(self, day: datetime.date) -> Residence | None:
        return self.residences.on(day).select_related("district").first()

    def district_on(self, day: datetime.date) -> District | None:
        residence = self.residence_on(day)
        return residence.district if residence else None

    @property
    def residence(self) -> Residence | None:
        """Where the firm belongs now, whatever its first day of reporting."""
        return self.residences.filter(until__isnull=True).select_related("district").first()

    @property
    def district(self) -> District | None:
        residence = self.residence
        return residence.district if residence else None


class ResidenceQuerySet(models.QuerySet):
    def on(self, day: datetime.date) -> ResidenceQuerySet:
        return self.filter(since__lte=day).filter(Q(until__isnull=True) | Q(until__gte=day))

    def districts_of(self, firms: Iterable[int | None]) -> dict[int, District]:
        """Where each of these firms belongs now, in one question."""
        now = self.filter(enterprise__in={pk for pk in firms if pk}, until=None).select_related("district")
        return {residence.enterprise_id: residence.district for residence in now}


class Residence(models.Model):
    """A firm belongs to a district for a time; its history stays under the district of that time."""

    enterprise = models.ForeignKey(Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="residences")
    district = models.ForeignKey(District, verbose_name="区县", on_delete=models.PROTECT, related_name="residences")
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    reason = models.CharField("事由", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="经办人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ResidenceQuerySet.as_manager()

    class Meta:
        ordering = ["since", "pk"]
        verbose_name = verbose_name_plural = "归属"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(until__isnull=True), name="one_open_residence_per_enterprise"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="residence_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} 属{self.district}，自{self.since:%Y-%m-%d}"


class MoveQuerySet(models.QuerySet):
    def visible_to(self, user) -> MoveQuerySet:
        """The two districts a move is between see it, the firm its own, the city all."""
        if not user.may.keep_register:
            return self.filter(enterprise=user.enterprise_id) if user.enterprise_id else self.none()
        if user.scope == Scope.DISTRICT:
            return self.filter(Q(origin=user.district_id) | Q(district=user.district_id))
        return self

    def waiting(self) -> MoveQuerySet:
        return self.filter(state=Move.State.PROPOSED)


class Move(models.Model):
    """A move that reaches back over open periods: proposed by the district the firm is in, and nothing moves before the
    district it is to go to has accepted. A move of today leaves only its Residence."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待接收"
        ACCEPTED = "accepted", "已接收"
        DECLINED = "declined", "未接收"
        WITHDRAWN = "withdrawn", "已撤回"

    enterprise = models.ForeignKey(Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="moves")
    origin = models.ForeignKey(District, verbose_name="迁出区县", on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey(District, verbose_name="迁入区县", on_delete=models.PROTECT, related_name="+")
    since = models.DateField("起")
    reason = models.CharField("事由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提出人", on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="答复人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)

    objects = MoveQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = verbose_name_plural = "迁移"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(state="proposed"), name="one_waiting_move_per_enterprise"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise}自{self.since:%Y-%m-%d}起由{self.origin}迁往{self.district}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.PROPOSED

    @property
    def state_words(self) -> str:
        return f"待{self.district.name}接收" if self.is_waiting else self.get_state_display()
