from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.enterprises import Enterprise
from accounts.models.people import User


class GrantQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> GrantQuerySet:
        """Those of the own firm, of a district's firms; whoever is meant sees theirs by asking for them."""
        if user.may.keep_firm:
            return self.filter(enterprise=user.enterprise_id)
        return (
            self.filter(enterprise__in=Enterprise.objects.visible_to(user)) if user.may.read_register else self.none()
        )

    def open(self) -> GrantQuerySet:
        """Not over: to be answered, or in force."""
        return self.filter(state__in=Grant.OPEN)

    def in_force(self) -> GrantQuerySet:
        """Under which somebody may work now. Of a firm that was merged into another nothing is filed any more."""
        return self.filter(state=Grant.State.ACCEPTED, person__is_active=True, enterprise__merged_into=None)


class Grant(models.Model):
    """代填授权: somebody of another firm fills and submits for this one, under their own name. Given by the firm, or by
    its district on the firm's written request; holds once the person has accepted; ended by any of the three."""

    class State(models.TextChoices):
        ASKED = "asked", "待本人接受"
        ACCEPTED = "accepted", "代填中"
        DECLINED = "declined", "未接受"
        ENDED = "ended", "已结束"

    OPEN = (State.ASKED, State.ACCEPTED)

    enterprise = models.ForeignKey(Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="grants")
    person = models.ForeignKey(  # nobody until whoever was invited by mail has signed in and accepted
        User, verbose_name="代填人", null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    name = models.CharField("姓名", max_length=40)  # as whoever gave it wrote it
    email = models.EmailField("邮箱")  # where the invitation went
    basis = models.CharField("依据", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="授权人", on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField("授权时间")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="结束人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    why = models.CharField("结束事由", max_length=200, blank=True)
    reminded = models.BooleanField("收提醒信和审核结果", default=False)

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "代填授权"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "person"],
                condition=Q(state__in=["asked", "accepted"]),
                name="one_open_grant_per_enterprise_and_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.who}代{self.enterprise}填报"

    @property
    def who(self) -> str:
        return str(self.person or self.name)

    @property
    def is_asked(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def is_accepted(self) -> bool:
        return self.state == self.State.ACCEPTED

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def state_words(self) -> str:
        if self.is_open and self.person and not self.person.is_active:
            return "账号已停用，不能代填"
        return self.get_state_display()

    @property
    def tone(self) -> str:
        if self.is_asked:
            return "wait"
        return "done" if self.is_accepted and self.person and self.person.is_active else "todo"
