"""Imported history (导入历史): what firms reported before this platform, brought in by the office from a workbook.

It is no filing: nobody owed it here, nobody submitted it, no rule judges it and no record of punctuality knows it.
Later periods read it where no submission stands (`reporting.filing.judging.what_stands`).
"""

from django.conf import settings
from django.db import models

from accounts.models import District, Enterprise
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.models.edition import published_edition

IMPORTED = "导入历史"


class HistoryFile(models.Model):
    """A workbook of past periods as it was brought in; kept for good, and brought in once."""

    name = models.CharField("文件名", max_length=255)
    digest = models.CharField("文件摘要", max_length=64, unique=True)
    file = models.FileField("文件", upload_to="history/")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入人"
    )
    at = models.DateTimeField("导入时间")

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "历史文件"

    def __str__(self) -> str:
        return self.name


class ImportedFilingQuerySet(models.QuerySet["ImportedFiling"]):
    """Many at once are as frozen as one."""

    def update(self, **kwargs):
        raise TypeError("Imported history is frozen, as a submission is.")

    def delete(self):
        raise TypeError("Nothing is deleted: later periods were judged beside it.")


class ImportedFiling(models.Model):
    """One firm's figures of one past period, under the cells of the edition that is named with them."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="imported_filings", verbose_name="企业")
    period = models.CharField("报告期", max_length=7)  # a code: no period need have been opened here
    edition_code = models.CharField("制度版本", max_length=40)
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="当时区县")
    values = models.JSONField("数据", default=dict)
    source = models.ForeignKey(HistoryFile, models.PROTECT, related_name="filings", verbose_name="来源文件")
    row = models.PositiveIntegerField("行")
    note = models.CharField("核对说明", max_length=200, blank=True)

    stands = True  # wherever no submission does

    objects = ImportedFilingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "period"], name="one_imported_filing_per_period")]
        indexes = [models.Index(fields=["period"])]
        ordering = ["period", "enterprise"]
        verbose_name = IMPORTED

    def __str__(self) -> str:
        return f"{self.enterprise.name} {self.label}（{IMPORTED}）"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("Imported history is frozen, as a submission is.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("Nothing is deleted: later periods were judged beside it.")

    @property
    def edition(self) -> Edition:
        return published_edition(self.edition_code)

    @property
    def label(self) -> str:
        return PeriodCode.parse(self.period).label
