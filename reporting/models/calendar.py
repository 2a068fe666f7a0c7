from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime

from reporting.dates.arrangements import Calendar, Notice, notice_kept, published_calendar
from reporting.dates.deadlines import DEFAULT, ClauseReading


class Arrangement(models.Model):
    """One year's State Council arrangement as the city entered it. Another notice for the year replaces it; what stood
    before stays on record. `festivals` holds the rows of the notice, in the words of reporting/holidays/*.toml."""

    year = models.PositiveSmallIntegerField("年份")
    number = models.CharField("文号", max_length=80)
    title = models.CharField("标题", max_length=200)
    url = models.URLField("网址", max_length=300, blank=True)
    festivals = models.JSONField("放假安排")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人")
    entered_at = models.DateTimeField("录入时间")
    replaced_at = models.DateTimeField("被取代时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(replaced_at__isnull=True), name="one_standing_arrangement_per_year"
            )
        ]
        ordering = ["-year", "-entered_at"]
        verbose_name = "放假安排"

    def __str__(self) -> str:
        return self.title

    @property
    def notice(self) -> Notice:
        head = {"year": self.year, "title": self.title, "number": self.number, "url": self.url}
        return notice_kept(head, self.festivals)


class ReadingChoice(models.Model):
    """How the city reads the holiday clause from now on. The latest row holds; stored dates keep their old reading."""

    counts = models.CharField("哪些放假日顺延", max_length=10, default="announced")
    lands_on = models.CharField("顺延到哪一天", max_length=12, default="next_day")
    every_level = models.BooleanField("各级一律顺延", default=False)
    reports_january = models.BooleanField("1月单独报送", default=False)
    reason = models.CharField("依据", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="设定人")
    at = models.DateTimeField("设定时间")

    class Meta:
        ordering = ["-at", "-pk"]
        get_latest_by = ["at", "pk"]
        verbose_name = "截止日读法"

    def __str__(self) -> str:
        return f"{localtime(self.at):%Y-%m-%d} {self.reason}"

    @property
    def reading(self) -> ClauseReading:
        return ClauseReading(self.counts, self.lands_on, self.every_level, self.reports_january)


def calendar_in_force() -> Calendar:
    """The notices kept with the program, each replaced by what the city entered for its year. One query."""
    return published_calendar().overlaid(row.notice for row in Arrangement.objects.filter(replaced_at=None))


def choice_in_force() -> ReadingChoice | None:
    """What the city chose last; None while it reads as the notice's defaults say."""
    return ReadingChoice.objects.first()


def reading_in_force() -> ClauseReading:
    choice = choice_in_force()
    return choice.reading if choice else DEFAULT
