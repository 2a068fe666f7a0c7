from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower, StrIndex, Substr

from accounts.models.districts import District
from accounts.models.enterprises import Enterprise
from accounts.models.installation import Installation
from accounts.models.people import User


def domain_of(address: str) -> str:
    """Where an address receives, as the column `Letter.domain` has it."""
    return address[address.find("@") + 1 :].lower()


class LetterQuerySet(models.QuerySet):
    def visible_to(self, user) -> LetterQuerySet:
        """Letters this person may follow: a firm those about it, a district those of its area, the city all."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user.reach())


class Letter(models.Model):
    """One letter to one address, written in the transaction of what it tells and sent by a worker.

    `key` says what it is about and to whom, so the same letter cannot be written twice. A worker claims the row before
    it sends. What is kept are the `facts`, plain values: the words are made from them and templates/emails/<stem>.

    `about`: what the last refusal spoke of (accounts.post.answers). `tried_since`: the first attempt of this round, and
    `full_since` the first at which the mailbox was full, by the machine's clock. `unwanted`: sent, and not to be sent
    again should it come back. `good_until`: nobody can use it afterwards, by the office's clock.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        CLAIMED = "claimed", "即将发送"
        HANDED = "handed", "正在交给邮件服务器"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"
        WITHDRAWN = "withdrawn", "不再需要"

    UNSENT = [State.WAITING, State.CLAIMED, State.HANDED]

    key = models.CharField("标识", max_length=400, unique=True)
    message_id = models.CharField("邮件编号", max_length=120, db_index=True)
    to = models.EmailField("收件地址", max_length=254, db_index=True)
    domain = models.GeneratedField(
        expression=Lower(Substr("to", StrIndex("to", Value("@")) + 1)),
        output_field=models.CharField("收件域名", max_length=254),
        db_persist=True,
    )
    subject = models.CharField("主题", max_length=200)
    stem = models.CharField("信件", max_length=60)
    facts = models.JSONField("内容", default=dict, encoder=DjangoJSONEncoder)
    secret = models.BooleanField("发出后不留内容", default=False)
    topic = models.CharField("事项", max_length=60, blank=True, db_index=True)
    period = models.CharField("报告期", max_length=7, blank=True, db_index=True)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", null=True, blank=True, on_delete=models.PROTECT, related_name="letters"
    )
    district = models.ForeignKey(
        District, verbose_name="区县", null=True, blank=True, on_delete=models.PROTECT, related_name="letters"
    )
    bulk = models.BooleanField("批量", default=False)
    written_at = models.DateTimeField("写成时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField("最早发送时间")
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    claim = models.CharField("领取", max_length=36, blank=True)
    claimed_at = models.DateTimeField("领取时间", null=True, blank=True)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    doubtful = models.BooleanField("可能重复", default=False)
    trouble = models.CharField("未送达原因", max_length=300, blank=True)
    about = models.CharField("原因所在", max_length=10, blank=True)
    tried_since = models.DateTimeField("首次尝试时间", null=True, blank=True)
    full_since = models.DateTimeField("满箱起", null=True, blank=True)
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    unwanted = models.BooleanField("退回后不再发", default=False)
    good_until = models.DateTimeField("有效至", null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        verbose_name = verbose_name_plural = "信件"
        indexes = [
            models.Index(
                fields=["bulk", "due_at", "id"],
                condition=Q(state__in=["waiting", "claimed", "handed"]),
                name="letters_to_send",
            ),
            models.Index(fields=["written_at"], condition=Q(state="failed"), name="letters_failed"),
            models.Index(fields=["-written_at", "-id"], name="letters_newest_first"),
            models.Index(fields=["sent_at"], name="letters_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"

    @property
    def to_ask(self) -> str:
        """Whom its reader may ring up, as the foot of every letter says it: a firm its district, an office the city.
        Beside a district that has named no telephone stands the city's."""
        if User.objects.filter(enterprise=None, email__iexact=self.to).exclude(email="").exists():
            return Installation.current().to_ask
        district = self.district or (self.enterprise.district if self.enterprise else None)
        if district and district.has_telephone:
            return district.to_ask
        return "；".join(filter(None, (district.to_ask if district else "", Installation.current().to_ask)))

    @property
    def state_words(self) -> str:
        words = self.get_state_display()
        if self.state == self.State.WAITING and self.attempts:
            words = f"未成功，稍后重试（已试 {self.attempts} 次）"
        return f"{words}（可能重复）" if self.doubtful else words


class DeadAddress(models.Model):
    """An address that takes no mail: a task for the district to find a better one. At most one open per address.
    Letters pass it over, unless that is `hearsay`: what anybody could have written who knows the address."""

    address = models.EmailField("邮箱", max_length=254)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", null=True, blank=True, on_delete=models.PROTECT, related_name="dead_addresses"
    )
    district = models.ForeignKey(
        District, verbose_name="区县", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField("原因", max_length=300)
    hearsay = models.BooleanField("有待核实", default=False)
    noticed_at = models.DateTimeField("发现时间")
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="处理人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    how = models.CharField("处理结果", max_length=200, blank=True)

    class Meta:
        ordering = ["-noticed_at", "-pk"]
        verbose_name = verbose_name_plural = "失效邮箱"
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(settled_at__isnull=True), name="one_open_task_per_dead_address"
            )
        ]

    def __str__(self) -> str:
        return self.address
