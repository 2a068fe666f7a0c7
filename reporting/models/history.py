"""Imported history (导入历史): what firms reported before this platform, brought in by the office from files.

It is no filing: nobody owed it here, nobody submitted it, no rule judges it and no record of punctuality knows it.
Later periods read it where no submission stands (`reporting.filing.judging.what_stands`).
"""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from accounts.models import District, Enterprise
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.models.edition import published_edition
from reporting.models.long_import import LongImport
from reporting.models.office_request import OfficeRequest

IMPORTED = "导入历史"
FROZEN = "Imported history is frozen, as a submission is."


class HistoryFile(models.Model):
    """A file of past periods as it was brought in; kept for good. Withdrawn, nothing of it stands any more."""

    name = models.CharField("文件名", max_length=255)
    digest = models.CharField("文件摘要", max_length=64)
    file = models.FileField("文件", upload_to="history/")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入人"
    )
    at = models.DateTimeField("导入时间")
    why = models.CharField("替换原因", max_length=500, blank=True)  # where it took the place of an earlier file's rows
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤下人"
    )
    withdrawn_at = models.DateTimeField("撤下时间", null=True, blank=True)
    why_withdrawn = models.CharField("撤下原因", max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=Q(withdrawn_at=None), name="one_history_file_of_a_content"
            )
        ]
        ordering = ["at", "pk"]
        verbose_name = "历史文件"

    def __str__(self) -> str:
        return self.name


class ImportedFilingQuerySet(models.QuerySet["ImportedFiling"]):
    """Many at once are as frozen as one."""

    def standing(self) -> "ImportedFilingQuerySet":
        """What later periods and totals read."""
        return self.filter(stands=True)

    def one_of_each_firm(self) -> "ImportedFilingQuerySet":
        """Of rows that stand for one period under entries that were merged the one that speaks for the firm, which is
        counted once (reporting.models.filing.own_last)."""
        kept = OuterRef("enterprise__merged_into")
        same = ImportedFiling.objects.standing().filter(period=OuterRef("period"))
        own, newer = same.filter(enterprise=kept), same.filter(enterprise__merged_into=kept, pk__gt=OuterRef("pk"))
        return self.exclude(Q(enterprise__merged_into__isnull=False) & (Exists(own) | Exists(newer)))

    def under(self, enterprise: int) -> "ImportedFilingQuerySet":
        """What stands under this entry or one that was merged into it; of a period there may be several."""
        return self.standing().filter(enterprise__in=Enterprise.objects.one_firm(enterprise).values("pk"))

    def of_one_firm(self, enterprise: int) -> "ImportedFilingQuerySet":
        """What stands of the firm, one row of each period, perhaps under an entry merged into its own."""
        return self.under(enterprise).one_of_each_firm()

    def update(self, **kwargs):
        raise TypeError(FROZEN)

    def delete(self):
        raise TypeError("Nothing is deleted: later periods were judged beside it.")

    def stand_back(self) -> int:
        """Give way to what is brought in in their place, or to what stood before."""
        return super().update(stands=False)

    def stand_again(self) -> int:
        """Of each firm's period the newest row stands whose file was not withdrawn; gives how many stand anew. One
        statement that names no rows: two years of a city are more than a statement may name."""
        same = ImportedFiling.objects.filter(enterprise=OuterRef("enterprise"), period=OuterRef("period"))
        newest = same.filter(source__withdrawn_at=None).order_by("-pk").values("pk")[:1]
        return super(ImportedFilingQuerySet, self.filter(stands=False, pk=Subquery(newest))).update(stands=True)


class ImportedFiling(models.Model):
    """One firm's figures of one past period, under the cells of the edition that is named with them. They never change;
    where another row takes its place, by a later file or by the firm's own correction, it stands no more."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="imported_filings", verbose_name="企业")
    period = models.CharField("报告期", max_length=7)  # a code: no period need have been opened here
    edition_code = models.CharField("制度版本", max_length=40)
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="当时区县")
    values = models.JSONField("数据", default=dict)
    in_file = models.JSONField("文件中的数", default=dict)  # of the cells that the firm has corrected since
    source = models.ForeignKey(HistoryFile, models.PROTECT, related_name="filings", verbose_name="来源文件")
    part = models.CharField("压缩包中的文件", max_length=255, blank=True)
    row = models.PositiveIntegerField("行")
    note = models.CharField("核对说明", max_length=200, blank=True)
    stands = models.BooleanField("有效", default=True)

    objects = ImportedFilingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "period"], condition=Q(stands=True), name="one_imported_filing_stands"
            )
        ]
        indexes = [
            models.Index(fields=["period"]),
            models.Index(fields=["enterprise", "period"]),  # those that gave way, too: a withdrawal asks for them
        ]
        ordering = ["period", "enterprise"]
        verbose_name = IMPORTED

    def __str__(self) -> str:
        return f"{self.enterprise.name} {self.label}（{IMPORTED}）"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError(FROZEN)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("Nothing is deleted: later periods were judged beside it.")

    @property
    def edition(self) -> Edition:
        return published_edition(self.edition_code)

    @property
    def label(self) -> str:
        return PeriodCode.parse(self.period).label

    @property
    def whose(self) -> tuple[int, str]:
        return self.enterprise_id, self.period

    @property
    def place(self) -> str:
        """Where in its file it stands."""
        return f"里的“{self.part}”" if self.part else f"第 {self.row} 行"


class HistoryCode(models.Model):
    """One line of the concordance: how a column of old files is called today, nothing where it has ended."""

    old = models.CharField("原代码", max_length=200, unique=True)
    new = models.CharField("现代码", max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField("留存时间")

    class Meta:
        ordering = ["old"]
        verbose_name = "新旧代码对照"

    def __str__(self) -> str:
        return f"{self.old} → {self.new or '不再使用'}"


class HistoryImport(LongImport):
    """A file of past periods on its way in, by the page. `outcome` is what its dry run found."""

    FOLDER = "history-uploads"

    file = models.FileField("文件", upload_to="history-uploads/", blank=True)
    outcome = models.FileField("核对结果", upload_to="history-uploads/", blank=True)
    replaces = models.BooleanField("替换已导入的", default=False)
    why = models.CharField("替换原因", max_length=500, blank=True)
    source = models.ForeignKey(HistoryFile, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(LongImport.Meta):
        verbose_name = "历史导入"


class HistoryObjectionQuerySet(models.QuerySet["HistoryObjection"]):
    def visible_to(self, user) -> "HistoryObjectionQuerySet":
        """A firm's own, a district's firms', the city's all; of an entry that was merged, by the one it went into."""
        if not user.may.fill and not user.may.read_filings:
            return self.none()
        kept = Coalesce("enterprise__merged_into", "enterprise")
        return self.alias(kept=kept).filter(kept__in=Enterprise.objects.visible_to(user))

    def with_what_stands(self) -> "HistoryObjectionQuerySet":
        """Each with `waits`: not decided, and there is something to correct. Those that wait stand first."""
        waits = models.ExpressionWrapper(Q(granted=None) & Q(something_stands()), models.BooleanField())
        return self.annotate(waits=waits).order_by("-waits", "-asked_at", "-pk")

    def waiting(self) -> "HistoryObjectionQuerySet":
        return self.filter(something_stands(), granted=None)


def something_stands() -> Exists:
    """Of the firm and period of an objection."""
    standing = ImportedFiling.objects.standing()
    return Exists(standing.filter(enterprise=OuterRef("enterprise"), period=OuterRef("period")))


class HistoryObjection(OfficeRequest):
    """A firm holds another figure right in a cell of its imported history. Granted, that figure is the firm's own: it
    stands, whatever file is brought in later, and what the file says is kept beside it."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="history_objections", verbose_name="企业")
    period = models.CharField("报告期", max_length=7)
    edition_code = models.CharField("制度版本", max_length=40)
    cell = models.CharField("单元格", max_length=20)
    old = models.CharField("导入的数", max_length=200)
    new = models.CharField("企业的数", max_length=200)

    objects = HistoryObjectionQuerySet.as_manager()

    class Meta(OfficeRequest.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "period", "cell"], condition=Q(granted=None), name="one_objection_to_a_cell_waits"
            )
        ]
        verbose_name = "历史更正申请"

    def __str__(self) -> str:
        return f"{self.enterprise.name} {self.label} {self.cell} 更正"

    @property
    def label(self) -> str:
        return PeriodCode.parse(self.period).label

    @property
    def firm(self) -> Enterprise:
        """The entry under which the firm goes on; its district decides."""
        return self.enterprise.merged_into or self.enterprise

    @cached_property
    def place(self) -> str:
        """The cell in the form's words."""
        return published_edition(self.edition_code).place_of(self.cell)


class BooksMapping(models.Model):
    """How a firm reads its own 利润表 and 资产负债表 into the forms of one frequency, as it confirmed it last.

    `rows` has for each row's code the signed names of the books ("+销售费用"), none where the row is not taken from
    them. `layouts` has for each kind of statement its sheet, unit, columns, what it was of, the
    names that stood on it, and how lines of losses were written.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="books_mappings", verbose_name="企业")
    frequency = models.CharField("频率", max_length=6)
    edition_code = models.CharField("制度版本", max_length=40)
    rows = models.JSONField("各行的对应", default=dict)
    layouts = models.JSONField("报表的样子", default=dict)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="确认人")
    confirmed_at = models.DateTimeField("确认时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "frequency"], name="one_books_mapping_of_a_firm")]
        verbose_name = "财务报表对应"

    def __str__(self) -> str:
        return f"{self.enterprise.name} {self.frequency} 财务报表对应"

    @property
    def edition(self) -> Edition:
        return published_edition(self.edition_code)
