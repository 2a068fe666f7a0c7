"""Editions as they stand here: what was published, and the one draft of the next revision."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from forms_tables.edition.catalog import (
    Edition,
    edition_codes,
    edition_from,
    load_edition,
    platform_said,
    shipped_content,
)
from forms_tables.edition.digest import digest_of
from forms_tables.edition.laid_aside import platform_without_lacking
from forms_tables.edition.periods import PeriodCode


class PublishedEditionQuerySet(models.QuerySet):
    def of_family(self, family: str) -> models.QuerySet:
        return self.filter(family=family).order_by("number")

    def shipped(self) -> models.QuerySet:
        """The first of each family."""
        return self.filter(text="")

    def hold_still(self) -> None:
        """Until the transaction ends no revision is published, no edition given another beginning and no period opened
        beside this one. A revision that is being published as a period is opened would else hold for neither."""
        list(self.order_by("family", "number").select_for_update().values_list("pk", flat=True))

    def update(self, **kwargs):
        raise TypeError("A published edition never changes; a change is the next revision.")

    def delete(self):
        raise TypeError("Nothing is deleted: filings were judged by it.")


class PublishedEdition(models.Model):
    """制度版本 in force here, and which text of it: once published it never changes.

    The first of a family is shipped with the software. Those after it are revisions, published on the rule desk; their
    `text` is the whole of the definitions as JSON (text, because the order of columns and parameters is kept), and
    their code holds the beginning of their digest, so that one code is one text for ever.

    From which period it governs is no part of its text. `holds_from` of a shipped one is where its whole family begins
    and `holds_to` where it ends, if it ends before another begins; of a revision, where that takes over in its family.
    Blank in a shipped one: nobody has said yet (`reporting.models.in_force`).
    """

    code = models.CharField("制度版本", max_length=40, primary_key=True)
    family = models.CharField("制度", max_length=30)
    number = models.PositiveIntegerField("第几版", default=1)
    title = models.CharField("名称", max_length=200)
    digest = models.CharField("摘要", max_length=64)
    text = models.TextField("内容", blank=True)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上一版")
    holds_from = models.CharField("自何报告期起", max_length=7, blank=True)
    holds_to = models.CharField("至何报告期止", max_length=7, blank=True)
    reason = models.CharField("修订原因", max_length=500, blank=True)
    effect = models.JSONField("发布前所见影响", default=dict, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发布人"
    )
    published_at = models.DateTimeField("发布时间")

    objects = PublishedEditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["family", "number"], name="revisions_are_numbered"),
            models.UniqueConstraint(
                fields=["holds_from"], condition=Q(text="") & ~Q(holds_from=""), name="one_edition_begins_at_a_time"
            ),
        ]
        ordering = ["family", "number"]
        verbose_name = "已发布制度版本"

    def __str__(self) -> str:
        return f"{self.title} 第{self.number}版"

    def save(self, *args, **kwargs):
        """Of a shipped one the periods it governs are facts that move, and in a demonstration city its text follows the
        software; a revision is never written twice."""
        if not self._state.adding and self.text:
            raise TypeError("A published edition never changes; a change is the next revision.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("Nothing is deleted: filings were judged by it.")

    @property
    def edition(self) -> Edition:
        return published_edition(self.code)

    @property
    def content(self) -> dict:
        """All it says, as plain values: what the next draft starts from."""
        return json.loads(self.text) if self.text else shipped_content(self.code)

    @property
    def is_revision(self) -> bool:
        return bool(self.text)

    @property
    def holds_from_label(self) -> str:
        return PeriodCode.parse(self.holds_from).label if self.holds_from else ""


@lru_cache(maxsize=32)
def published_edition(code: str) -> Edition:
    """The edition of that code, shipped or revised; raises DoesNotExist. Kept, since a code is one text for ever."""
    if code in edition_codes():
        return load_edition(code)
    published = PublishedEdition.objects.get(pk=code)
    return edition_from(code, json.loads(published.text), platform_under(code))


def published_content(code: str) -> dict[str, Any]:
    """All that the edition of that code says, as plain values in their order."""
    return shipped_content(code) if code in edition_codes() else PublishedEdition.objects.get(pk=code).content


@lru_cache(maxsize=32)
def platform_under(code: str) -> Mapping[str, Any]:
    """How a published edition is read, and the drafts begun from it: as its family, without what its text lacks."""
    if code in edition_codes():
        return platform_said(code)
    published = PublishedEdition.objects.get(pk=code)
    return platform_without_lacking(json.loads(published.text), platform_said(published.family))


class DraftEdition(models.Model):
    """修订稿: the next revision while it is being written. A family has at most one that is open."""

    OPEN, PUBLISHED, ABANDONED = "open", "published", "dropped"

    family = models.CharField("制度", max_length=30)
    based_on = models.ForeignKey(PublishedEdition, models.PROTECT, related_name="drafts", verbose_name="依据")
    text = models.TextField("内容")
    version = models.PositiveIntegerField("稿次", default=0)
    state = models.CharField(
        "状态", max_length=9, choices=[(OPEN, "起草中"), (PUBLISHED, "已发布"), (ABANDONED, "已放弃")], default=OPEN
    )
    published_as = models.ForeignKey(PublishedEdition, models.PROTECT, null=True, blank=True, related_name="+")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField("起草时间")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField("最近改动")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["family"], condition=Q(state="open"), name="one_open_draft_per_family")
        ]
        ordering = ["-begun_at"]
        verbose_name = "修订稿"

    def __str__(self) -> str:
        return f"{self.based_on.title}修订稿"

    @property
    def code(self) -> str:
        """What it would be called if it were published as it is."""
        return f"{self.family}@{digest_of(self.content)[:8]}"

    @property
    def content(self) -> dict:
        return json.loads(self.text)

    @property
    def edition(self) -> Edition:
        """Raises DefinitionError where the draft cannot be an edition at all."""
        return drafted_edition(self.text, self.family, self.based_on_id)


@lru_cache(maxsize=8)
def drafted_edition(text: str, family: str, based_on: str) -> Edition:
    """Kept, so that each look at an unchanged draft need not bind its rules again."""
    content = json.loads(text)
    return edition_from(f"{family}@{digest_of(content)[:8]}", content, platform_under(based_on))


class Rehearsal(models.Model):
    """试算: what one version of a draft would change in the filings of one real period, as somebody saw it."""

    RUNNING, DONE, FAILED = "running", "done", "failed"

    draft = models.ForeignKey(DraftEdition, models.PROTECT, related_name="rehearsals")
    version = models.PositiveIntegerField("稿次")
    period = models.ForeignKey("reporting.Period", models.PROTECT, related_name="+", verbose_name="报告期")
    state = models.CharField(
        "状态", max_length=7, choices=[(RUNNING, "试算中"), (DONE, "已完成"), (FAILED, "未完成")], default=RUNNING
    )
    done = models.PositiveIntegerField("已算", default=0)
    total = models.PositiveIntegerField("应算", default=0)
    effect = models.JSONField("影响", default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "试算"

    def __str__(self) -> str:
        return f"{self.draft} 第{self.version}稿 {self.period_id} 试算"

    @property
    def is_running(self) -> bool:
        return self.state == self.RUNNING
