from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.enterprises import Enterprise
from accounts.models.people import User
from accounts.models.roles import Scope


class TakeoverQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> TakeoverQuerySet:
        """The district the firm is in now, and the city; the firm its own."""
        if user.may.keep_register:
            return self.filter(enterprise__in=Enterprise.objects.visible_to(user))
        return self.filter(enterprise=user.enterprise_id) if user.enterprise_id else self.none()

    def under_way(self) -> TakeoverQuerySet:
        return self.filter(state__in=Takeover.UNDER_WAY)

    def open(self) -> TakeoverQuerySet:
        """Not over yet, in whose hands ever."""
        return self.filter(state__in=[Takeover.State.ASKED, *Takeover.UNDER_WAY])

    def waiting_for(self, user: User) -> TakeoverQuerySet:
        """What is next this person's to do: a district looks into what was asked, the city confirms."""
        state = Takeover.State.ASKED if user.scope == Scope.DISTRICT else Takeover.State.PROPOSED
        return self.visible_to(user).filter(state=state)

    def told_to_the_firm(self) -> TakeoverQuerySet:
        """What the firm sees of its own. What somebody at the door only asked for is the district's to look into."""
        return self.exclude(proposed_at=None)


class Takeover(models.Model):
    """账号移交: a firm's first account goes to another person, because its mailbox or its person is gone. Asked for at
    the door or not, proposed by the district with a paper, told to who has it, who may object until a day, confirmed by
    the city. It passes when the city has confirmed and that day is over."""

    class State(models.TextChoices):
        ASKED = "asked", "待区县核实"
        PROPOSED = "proposed", "待市级确认"
        CONFIRMED = "confirmed", "已确认，等异议期满"
        DONE = "done", "已移交"
        OBJECTED = "objected", "有异议，已停止"
        REFUSED = "refused", "未通过"
        WITHDRAWN = "withdrawn", "已撤回"

    UNDER_WAY = (State.PROPOSED, State.CONFIRMED)

    enterprise = models.ForeignKey(Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="takeovers")
    name = models.CharField("新经办人", max_length=40)
    mobile = models.CharField("手机", max_length=20)
    email = models.EmailField("邮箱")
    reason = models.CharField("事由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField("申请时间", null=True, blank=True)
    before = models.ForeignKey(
        User, verbose_name="原账号", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    before_name = models.CharField("原经办人", max_length=40, blank=True)
    before_email = models.EmailField("原邮箱", blank=True)
    document = models.FileField("授权委托书", upload_to="takeovers/%Y/", blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提出人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proposed_at = models.DateTimeField("提出时间", null=True, blank=True)
    until = models.DateField("异议截止日", null=True, blank=True)  # none where nobody ever used the account
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="决定人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    ended_by = models.ForeignKey(  # nobody where it passed by itself, or was objected to by the link
        settings.AUTH_USER_MODEL,
        verbose_name="办结人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=300, blank=True)  # why not: the office's words, or who objects

    objects = TakeoverQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = verbose_name_plural = "账号移交"
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(state__in=["proposed", "confirmed"]),
                name="one_takeover_under_way_per_enterprise",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise}的账号移交给{self.name}"

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def is_asked(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def is_proposed(self) -> bool:
        return self.state == self.State.PROPOSED

    @property
    def is_agreed(self) -> bool:
        """The city has confirmed, and nothing has stopped it since."""
        return self.state == self.State.CONFIRMED or self.state == self.State.DONE

    @property
    def is_open(self) -> bool:
        return self.is_asked or self.is_under_way

    @property
    def tone(self) -> str:
        tones = {self.State.DONE: "done", self.State.OBJECTED: "block", self.State.REFUSED: "block"}
        return "wait" if self.is_open else tones.get(self.State(self.state), "todo")

    def may_pass(self, today: datetime.date) -> bool:
        """Confirmed, and the last day for an objection is over."""
        return self.state == self.State.CONFIRMED and (self.until is None or self.until < today)
