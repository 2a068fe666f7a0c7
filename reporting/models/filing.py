from collections.abc import Container, Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import District, Enterprise, User
from forms_tables.edition.catalog import Edition
from forms_tables.notation.names import earlier
from reporting.dates.deadlines import day_of, due_moment, is_past
from reporting.models.asking import holds
from reporting.models.handover import Handover, handovers_of
from reporting.models.history import ImportedFiling
from reporting.models.period import Period, own_due, own_due_of_each
from reporting.models.practice import Apart
from reporting.models.standing import (
    COUNTED,
    IN_ITS_PERIOD,
    OUTSTANDING,
    OWED,
    RESTING_ON_ESTIMATE,
    SHUT,
    STANDING,
    STANDS,
    UNDER_REVIEW,
    UNSENT,
    WITH_FIRM,
    Standing,
    State,
    overdue,
    standing_at,
)


class FilingQuerySet(models.QuerySet["Filing"]):
    """Filings. The questions of reporting.models.standing are asked with `filter`; here are those that need more."""

    def visible_to(self, user: User) -> "FilingQuerySet":
        """What this user may see: a firm its own, a district those of its area at the time, the city all."""
        return self.filter(user.reach()) if user.may.fill or user.may.read_filings else self.none()

    def of_one_firm(self, enterprise: int) -> "FilingQuerySet":
        """What is the firm's history: also what was filed under an entry merged into its own, but what was put aside
        there."""
        return self.filter(enterprise__in=Enterprise.objects.one_firm(enterprise).values("pk"), superseded_by=None)

    def standing_at(self, *standings: Standing) -> models.QuerySet:
        return self.filter(standing_at(*standings))

    def with_standing(self) -> models.QuerySet:
        """Each with `standing_key`, of its standing."""
        return self.annotate(standing_key=STANDING)

    def with_due(self) -> models.QuerySet:
        """`due_on` may be asked of each: the firm's own date."""
        return self.alias(due_on=own_due_of_each())

    def owed(self) -> models.QuerySet:
        return self.filter(OWED)

    def not_withdrawn(self) -> "FilingQuerySet":
        """Those of periods that stand. Elsewhere a withdrawn period's are let off, and so in no count; here they are in
        no list either."""
        return self.exclude(period__state=Period.WITHDRAWN)

    def of(self, period: Period) -> "FilingQuerySet":
        """What is owed for a period."""
        return self.filter(IN_ITS_PERIOD, period=period)

    def outstanding(self) -> models.QuerySet:
        """What the firms still have to send."""
        sent_back = self.model.objects.filter(approved__reviews__decision=SENT_BACK, pk=OuterRef("pk"))
        return self.alias(is_sent_back_after_all=Exists(sent_back)).filter(OUTSTANDING)

    def overdue(self, at: datetime) -> models.QuerySet:
        """What was never submitted although the firm's own date has passed."""
        return self.with_due().filter(overdue(day_of(at)))

    def resting_on_estimates(self) -> models.QuerySet:
        return self.filter(RESTING_ON_ESTIMATE)


def own_last(rows: Iterable[Any], own: Container[int]) -> list[Any]:
    """In the order in which one row of a period takes the place of another: what a firm's own entry has goes before
    what was merged into it, and what stands before what does not. `own`: the entry of the firm, or of each of many."""
    return sorted(rows, key=lambda row: (row.stands, row.enterprise_id in own, row.pk))


SENT_BACK = "send_back"  # Review.Decision.SEND_BACK


class Filing(models.Model):
    """What one enterprise owes for one period: the tables that apply to it.

    Of its submissions three have names: `in_force`, the newest that the firm has not taken back; `approved`, the newest
    that the district passed, which later periods read; `counted`, the approved one in the period's totals, which
    `workflow.approve` sets and which moves no more once the period is locked.
    """

    UNCHECKED, ERRORS, PASSED = "", "errors", "passed"
    # People pass and return (审核); what the machine's check found is told as errors, so that neither is taken for the
    # other: 区县退回，数据审核无错误.
    CHECKED_WORDS = {ERRORS: "数据审核有错误", PASSED: "数据审核无错误"}

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="filings", verbose_name="企业")
    period = models.ForeignKey(Period, models.PROTECT, related_name="filings", verbose_name="报告期")
    district = models.ForeignKey(District, models.PROTECT, related_name="filings", verbose_name="报送区县")
    state = models.CharField("状态", max_length=2, choices=State.choices, default=State.NOT_STARTED)
    checked = models.CharField(
        "最近一次数据审核",
        max_length=6,
        blank=True,
        choices=[(UNCHECKED, "未审核"), (ERRORS, "审核未通过"), (PASSED, "审核通过")],
        default=UNCHECKED,
    )
    checked_at = models.DateTimeField("数据审核时间", null=True, blank=True)
    late = models.BooleanField("迟报", default=False)
    extended_to = models.DateField("延期至", null=True, blank=True)
    after_lock = models.BooleanField("锁定后补报", default=False)
    exempt_at_lock = models.BooleanField("锁定时不须报", default=False)
    in_force = models.ForeignKey(
        "reporting.Submission", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="有效上报件"
    )
    approved = models.ForeignKey(
        "reporting.Submission", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核通过的上报件"
    )
    counted = models.ForeignKey(
        "reporting.Submission", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="计入汇总的上报件"
    )

    superseded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supersedes", verbose_name="以另一份为准"
    )  # the firm was registered twice and filed twice: this one is read, and no more

    PERIOD_CODE = "period__code"
    objects = Apart.from_queryset(FilingQuerySet)()
    everywhere = FilingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "period"], condition=Q(superseded_by=None), name="one_filing_per_period"
            )
        ]
        indexes = [
            models.Index(fields=["period", "district", "state"]),
            models.Index(fields=["period", "counted"]),  # whether what counts in a period is still the same
        ]
        ordering = ["period", "enterprise"]
        verbose_name = "填报"

    def __str__(self) -> str:
        return f"{self.enterprise.name} {self.period.label}"

    @property
    def edition(self) -> Edition:
        """The edition of what is in force, whatever was published since; while nothing is, its period's."""
        return self.period.judged_by(self.in_force.edition) if self.in_force_id else self.period.edition

    @property
    def standing(self) -> Standing:
        return Standing.of(self.state, self.after_lock)

    def meets(self, condition: Q) -> bool:
        """One of the questions of reporting.models.standing, asked of this filing."""
        return holds(condition, self)

    @property
    def state_words(self) -> str:
        """Where it stands as people say it, with what the last check found."""
        if self.superseded_by_id:
            return "重复上报，以另一份为准"
        words = self.standing.words
        if self.is_with_firm and self.checked:
            words = f"{words}，{self.CHECKED_WORDS[self.checked]}"
        if self.standing is Standing.LET_IN_APPROVED:
            words += "，本期汇总仍计锁定时的一份" if self.meets(COUNTED) else "，不计入本期汇总"
        return f"{words}（迟报）" if self.late else words

    @property
    def next_by(self) -> str:
        """The role that is to do the next thing; nobody's when it is shut."""
        return "" if self.is_shut else self.standing.next_by

    @property
    def stands(self) -> bool:
        return self.meets(STANDS)

    @property
    def is_owed(self) -> bool:
        return self.meets(OWED)

    @property
    def is_unsent(self) -> bool:
        return self.meets(UNSENT)

    @property
    def is_with_firm(self) -> bool:
        return self.meets(WITH_FIRM)

    @property
    def is_under_review(self) -> bool:
        return self.meets(UNDER_REVIEW)

    @property
    def is_shut(self) -> bool:
        return self.meets(SHUT)

    @property
    def is_sent_back_after_all(self) -> bool:
        """The approved submission was itself sent back to the firm (the city had returned it): a correction is due."""
        return bool(self.approved_id) and self.approved.reviews.filter(decision=SENT_BACK).exists()

    @property
    def due_on(self) -> date:
        """The firm's own date: the period's, or that of its extension where it is the later of the two."""
        return own_due(self.period.enterprise_deadline.date, self.extended_to)

    @property
    def due_at(self) -> datetime:
        """The last moment for the firm to submit in time."""
        return due_moment(self.due_on)

    # What is read once of a filing; much of it reporting.filing.whole reads, or finds absent, with the filing itself.

    @cached_property
    def drafts(self) -> dict[str, "Sheet"]:
        """Its sheets by their table."""
        return {sheet.table: sheet for sheet in self.sheets.all()}

    @cached_property
    def said(self) -> dict[tuple[str, str], "Explanation"]:
        """Its explanations by the rule and the fingerprint of what they explain."""
        return {(explanation.rule, explanation.fingerprint): explanation for explanation in self.explanations.all()}

    @cached_property
    def before(self) -> dict[str, "Filing"]:
        """The firm's filings of earlier periods that a rule may read, by the notation's word for them."""
        behind = earlier(self.period.parsed)
        filings = Filing.everywhere.of_one_firm(self.enterprise_id).filter(period__in=map(str, behind.values()))
        filings = own_last(filings.select_related("in_force", "approved", "period"), {self.enterprise_id})
        found = {filing.period_id: filing for filing in filings}
        return {word: found[code.code] for word, code in behind.items() if code.code in found}

    @cached_property
    def imported_before(self) -> dict[str, ImportedFiling]:
        """What was imported of the same earlier periods, which stands where no submission does."""
        behind = earlier(self.period.parsed)
        imported = ImportedFiling.objects.under(self.enterprise_id).filter(period__in=map(str, behind.values()))
        found = {each.period: each for each in own_last(imported, {self.enterprise_id})}
        return {word: found[code.code] for word, code in behind.items() if code.code in found}

    @cached_property
    def has_filed_in_time(self) -> bool:
        """Whether a submission in time still stands: then corrections are in time too (P03 asks for nothing)."""
        return self.submissions.filter(on_time=True, recalled_at=None).exists()

    @cached_property
    def granted_bases(self) -> dict[str, str]:
        """The figures of its granted 口径调整单, by their cells."""
        return dict(self.base_adjustments.filter(granted=True).values_list("cell", "new"))

    @cached_property
    def has_messages(self) -> bool:
        return self.messages.exists()

    @cached_property
    def handover(self) -> Handover | None:
        """What became of its drafts when its period went to another edition, while they are unsent."""
        found = handovers_of(self.enterprise_id, [self.period_id]) if self.is_unsent else []
        return found[0] if found else None

    @property
    def rests_on_estimates(self) -> bool:
        return self.meets(RESTING_ON_ESTIMATE)

    @property
    def is_extended(self) -> bool:
        return self.due_on > self.period.enterprise_deadline.date

    def is_past_due(self, at: datetime) -> bool:
        """Nobody is late in practice: there is nothing to be late for."""
        return not self.period.is_practice and is_past(self.due_on, at)

    def is_overdue(self, at: datetime) -> bool:
        return self.meets(overdue(day_of(at)))


class Sheet(models.Model):
    """The enterprise's draft of one table of a filing: the text of each cell as it was typed."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="sheets")
    table = models.CharField("表", max_length=10)
    cells = models.JSONField("单元格", default=dict)
    version = models.PositiveIntegerField("版本", default=0)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    # What was stored between the version somebody typed on and their press, by cell, found while the filing is held
    # (workflow.saving); None where nothing tells.
    meanwhile: Mapping[str, Any] | None = MappingProxyType({})

    PERIOD_CODE = "filing__period__code"
    objects = Apart()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["filing", "table"], name="one_sheet_per_table")]
        verbose_name = "草稿"

    def __str__(self) -> str:
        return f"{self.filing} {self.table}"


class Explanation(models.Model):
    """Why a warning stands. It holds only while the finding's fingerprint, the figures it rests on, is unchanged."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="explanations")
    rule = models.CharField("审核关系", max_length=10)
    fingerprint = models.CharField(max_length=64)
    reason_code = models.CharField("原因", max_length=4, blank=True)
    text = models.CharField("说明", max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    PERIOD_CODE = "filing__period__code"
    objects = Apart()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["filing", "rule", "fingerprint"], name="one_explanation_per_finding")
        ]
        verbose_name = "说明"

    def __str__(self) -> str:
        return f"{self.rule}: {self.reason_code} {self.text}".strip()
