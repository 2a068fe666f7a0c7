"""What people say to one another about a filing, and what the city says to all. Part of the record: never changed."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Scope, User
from reporting.models.filing import Filing


class MessageQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise TypeError("What was said stays as it was said; another word is another message.")

    def delete(self):
        raise TypeError("Nothing is deleted: a message is part of the record.")


class Message(models.Model):
    """One word in the conversation of firm, district and city about a filing, perhaps about one of its cells."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="messages")
    cell = models.CharField("单元格", max_length=20, blank=True)
    text = models.CharField("内容", max_length=1000)
    for_city = models.BooleanField("请市级答复", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发言人")
    at = models.DateTimeField("时间", db_index=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "留言"

    def __str__(self) -> str:
        return f"{self.filing} {self.by}：{self.text[:20]}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("What was said stays as it was said; another word is another message.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("Nothing is deleted: a message is part of the record.")

    @property
    def place(self) -> str:
        """The cell it is about, in the form's words."""
        return self.filing.edition.place_of(self.cell) if self.cell else ""


class Thread(models.Model):
    """A filing's conversation as the lists show it. Kept with every message, so that no list counts messages."""

    filing = models.OneToOneField(Filing, models.PROTECT, primary_key=True, related_name="thread")
    last = models.ForeignKey(Message, models.PROTECT, related_name="+", verbose_name="最近一条")
    city_reads = models.BooleanField("市级参与", default=False)  # it was asked, or has spoken

    class Meta:
        indexes = [models.Index(fields=["last"], condition=Q(city_reads=True), name="threads_of_the_city")]
        verbose_name = "留言"

    def __str__(self) -> str:
        return str(self.filing)


class ThreadSeenQuerySet(models.QuerySet):
    def hand_over(self, filing: Filing) -> None:
        """The filing has gone to another district: what nobody of the former one has read waits for the people of this
        one, who are told of it in their next daily letter; for those of the former nothing waits there any more."""
        theirs = self.filter(filing=filing, user__district__isnull=False)
        former = theirs.exclude(user__district=filing.district_id)
        furthest = former.order_by("unread").first()  # whoever has read most has read for the office
        if furthest:
            upto, unread = furthest.upto_id, furthest.unread
        else:  # there was nobody to tell
            upto, unread = None, filing.messages.filter(by__district=None).count()
        if unread:
            here = User.objects.filter(district=filing.district_id, is_active=True)
            self.bulk_create(
                [ThreadSeen(filing=filing, user=reader, upto_id=upto, unread=unread) for reader in here],
                update_conflicts=True,
                unique_fields=["user", "filing"],
                update_fields=["upto", "unread"],
            )
        former.delete()


class ThreadSeen(models.Model):
    """Where a person stands in a filing's conversation: up to which message they have read it, how many came since,
    and up to which the daily digest has told them."""

    filing = models.ForeignKey(Filing, models.CASCADE, related_name="seen")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    upto = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="+")
    unread = models.PositiveIntegerField("未读条数", default=0)
    told = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="+")

    objects = ThreadSeenQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "filing"], name="one_mark_per_reader_and_thread")]
        indexes = [models.Index(fields=["user", "unread"], condition=Q(unread__gt=0), name="unread_threads")]
        verbose_name = "已读"

    def __str__(self) -> str:
        return f"{self.user} {self.filing}"


class AnnouncementQuerySet(models.QuerySet):
    def shown(self, today: date) -> models.QuerySet:
        """Not withdrawn, and its last day has not passed."""
        return self.filter(withdrawn_at=None).filter(Q(shown_until=None) | Q(shown_until__gte=today))

    def addressed_to(self, user: User) -> models.QuerySet:
        """Those this person is to act on, or, with the city's and the association's people, may look up."""
        if user.scope == Scope.ENTERPRISE:
            return self.filter(to_firms=True)
        if user.scope == Scope.DISTRICT:
            return self.filter(to_districts=True)
        return self


class Announcement(models.Model):
    """公告: the city to the districts, the firms or both. Withdrawn, it is no longer shown and stays on record."""

    title = models.CharField("标题", max_length=100)
    text = models.TextField("正文", max_length=5000)
    to_firms = models.BooleanField("发给企业", default=True)
    to_districts = models.BooleanField("发给区县", default=True)
    by_mail = models.BooleanField("同时发邮件", default=False)
    mailed_at = models.DateTimeField("信件写成时间", null=True, blank=True)
    shown_until = models.DateField("显示至", null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发布人")
    at = models.DateTimeField("发布时间")
    withdrawn_at = models.DateTimeField("撤下时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    why_withdrawn = models.CharField("撤下原因", max_length=300, blank=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "公告"

    def __str__(self) -> str:
        return self.title

    def is_over(self, today: date) -> bool:
        return self.shown_until is not None and self.shown_until < today

    @property
    def audience(self) -> str:
        return "、".join(["企业"] * self.to_firms + ["区县"] * self.to_districts)


class AnnouncementSeen(models.Model):
    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="seen")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "user"], name="one_mark_per_reader")]
        verbose_name = "公告已读"

    def __str__(self) -> str:
        return f"{self.user} {self.announcement}"
