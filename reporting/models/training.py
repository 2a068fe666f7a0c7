"""What the association teaches: its sessions with their material, who signed up and who came, and 常见问题."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.clock import SHANGHAI
from accounts.models import District, Enterprise, User
from reporting.models.conversation import Message


class TrainingSession(models.Model):
    """培训场次. `audience` is a code of reporting/training/audiences.py; with `districts`, only what is in them."""

    title = models.CharField("培训名称", max_length=100)
    day = models.DateField("日期", db_index=True)
    begins = models.TimeField("开始")
    ends = models.TimeField("结束")
    place = models.CharField("地点", max_length=200, blank=True)
    link = models.URLField("线上链接", max_length=500, blank=True)
    to_ask = models.CharField("咨询人和电话", max_length=100)
    about = models.TextField("内容和要求", max_length=2000, blank=True)
    audience = models.CharField("参加范围", max_length=24)
    districts = models.ManyToManyField(District, verbose_name="只限这些区县", blank=True, related_name="+")
    capacity = models.PositiveIntegerField("名额", null=True, blank=True)
    per_office = models.PositiveSmallIntegerField("每家最多几人", default=2)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="安排人")
    at = models.DateTimeField("安排时间")
    version = models.PositiveIntegerField("第几稿", default=0)
    rounds = models.PositiveSmallIntegerField("发过几轮邀请", default=0)
    invited_at = models.DateTimeField("最近一轮邀请", null=True, blank=True)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    why_cancelled = models.CharField("取消原因", max_length=300, blank=True)

    class Meta:
        ordering = ["-day", "-begins", "-pk"]
        verbose_name = "培训场次"

    def __str__(self) -> str:
        return self.title

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.day, self.begins, SHANGHAI)

    def has_begun(self, at: datetime) -> bool:
        return at >= self.begins_at

    def is_over(self, at: datetime) -> bool:
        return at >= datetime.combine(self.day, self.ends, SHANGHAI)

    def has_come(self, today: date) -> bool:
        """Whether the door may be open: on its day, and for what is ticked afterwards."""
        return today >= self.day

    @property
    def when(self) -> str:
        day = f"{self.day.year}年{self.day.month}月{self.day.day}日"
        return f"{day} {self.begins:%H:%M}—{self.ends:%H:%M}"

    @property
    def where(self) -> str:
        return "；".join(filter(None, (self.place, self.link and f"线上 {self.link}")))


class TrainingMaterial(models.Model):
    """A file of a session. Withdrawn, nobody is handed it any more; it stays on record."""

    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="materials")
    file = models.FileField("文件", upload_to="training/%Y/")
    name = models.CharField("文件名", max_length=120)
    size = models.PositiveIntegerField("字节")
    digest = models.CharField("摘要", max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("上传时间")
    withdrawn_at = models.DateTimeField("撤下时间", null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "培训资料"

    def __str__(self) -> str:
        return self.name


class SignUpQuerySet(models.QuerySet):
    def standing(self) -> SignUpQuerySet:
        return self.exclude(state=SignUp.State.CANCELLED)

    def with_seat(self) -> SignUpQuerySet:
        return self.filter(state=SignUp.State.SIGNED)

    def came(self) -> SignUpQuerySet:
        return self.filter(came_at__isnull=False)

    def visible_to(self, user: User) -> SignUpQuerySet:
        """A firm its own people, a district its own and those of the firms that are its own now, the city all."""
        if user.enterprise_id:
            return self.filter(enterprise=user.enterprise_id)
        if user.district_id:
            return self.filter(Q(district=user.district_id) | Q(enterprise__in=Enterprise.objects.visible_to(user)))
        return self


class SignUp(models.Model):
    """One person of a firm or a district who means to come to a session, or came without having said so."""

    class State(models.TextChoices):
        SIGNED = "signed", "已报名"
        WAITING = "waiting", "候补"
        CANCELLED = "cancelled", "已取消"

    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="sign_ups")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, blank=True, related_name="sign_ups")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="sign_ups")
    name = models.CharField("参加人", max_length=40)
    phone = models.CharField("电话", max_length=40, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices)
    at_the_door = models.BooleanField("现场登记", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="报名账号")
    at = models.DateTimeField("报名时间")
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    came_at = models.DateTimeField("签到时间", null=True, blank=True)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "培训报名"
        constraints = [
            models.CheckConstraint(
                condition=Q(enterprise__isnull=False, district__isnull=True)
                | Q(enterprise__isnull=True, district__isnull=False),
                name="sign_up_is_of_a_firm_or_a_district",
            ),
            models.UniqueConstraint(
                fields=["session", "enterprise", "name"],
                condition=~Q(state="cancelled"),
                name="one_sign_up_per_person_of_a_firm",
            ),
            models.UniqueConstraint(
                fields=["session", "district", "name"],
                condition=~Q(state="cancelled"),
                name="one_sign_up_per_person_of_a_district",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.office}）"

    @property
    def office(self) -> str:
        return str(self.enterprise or self.district)

    @property
    def is_signed(self) -> bool:
        return self.state == self.State.SIGNED

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED


class FrequentQuestionQuerySet(models.QuerySet):
    def readable_by(self, user: User) -> FrequentQuestionQuerySet:
        """Everybody who has signed in reads what is published; who keeps them the drafts too."""
        if not user.is_authenticated:
            return self.none()
        return self if user.may.train else self.filter(published=True)

    def concerning(self, code: str) -> FrequentQuestionQuerySet:
        """Those that name this table, indicator or rule."""
        return self.filter(about__contains=f" {code} ")


class FrequentQuestion(models.Model):
    """常见问题. `about` holds the codes of tables, indicators and rules it concerns, each between blanks. `source` is
    the answer in a conversation it was taken from."""

    question = models.CharField("问题", max_length=200)
    answer = models.TextField("答复", max_length=5000)
    about = models.CharField("有关的表、指标、审核关系", max_length=200, blank=True)
    published = models.BooleanField("公开", default=False)
    source = models.OneToOneField(
        Message, models.PROTECT, null=True, blank=True, related_name="frequent_question", verbose_name="出自留言"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人")
    at = models.DateTimeField("起草时间")
    changed_at = models.DateTimeField("最近修改")
    version = models.PositiveIntegerField("第几稿", default=0)

    objects = FrequentQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        verbose_name = "常见问题"

    def __str__(self) -> str:
        return self.question

    @property
    def codes(self) -> list[str]:
        return self.about.split()
