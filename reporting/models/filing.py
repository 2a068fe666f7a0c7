from datetime import date, datetime
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import District, Enterprise, User
from forms_tables.edition.catalog import Edition
from forms_tables.notation.names import earlier
from reporting.dates.deadlines import due_moment
from reporting.models.period import Deadline, Period


class State(models.TextChoices):
    """Where a filing stands; the numbers are those of code list C20.

    20 and 25 (check failed, check passed) are a draft together with `Filing.checked`; L is `Filing.late`. 99 is ours
    and not of C20: the firm left before the period's end or joins after it, so it owes nothing and is counted nowhere.
    """

    NOT_STARTED = "00", "未填报"
    DRAFT = "10", "草稿"
    SUBMITTED = "30", "已上报，待区县审核"
    QUERIED = "35", "区县查询中"
    RETURNED = "40", "区县退回"
    APPROVED = "50", "区县审核通过，待市级"
    CITY_QUERIED = "55", "市级查询中"
    CITY_RETURNED = "60", "市级退回区县"
    LOCKED = "80", "已锁定"
    AMENDING = "90", "修订中"
    EXEMPT = "99", "不须报"


class FilingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> models.QuerySet:
        """What this user may see: a firm its own, a district those of its area at the time, the city all."""
        return self.filter(user.reach()) if user.may.fill or user.may.read_filings else self.none()

    def owed(self) -> models.QuerySet:
        return self.exclude(state=State.EXEMPT)

    def of(self, period: Period) -> models.QuerySet:
        """What is owed for a period. What the lock found exempt, and is owed since, comes in with its 补报 only."""
        return self.owed().filter(period=period).exclude(exempt_at_lock=True, after_lock=False)

    def outstanding(self) -> models.QuerySet:
        """What the firms still have to send: not begun, a draft, or returned to them. A returned amendment is theirs to
        give up: what it amends counts, unless that was sent back as well."""
        demanded = Q(approved=None) | Exists(self.model.objects.filter(SENT_BACK_AFTER_ALL, pk=OuterRef("pk")))
        return self.filter(Q(state__in=Filing.UNSENT) | Q(demanded, state=State.RETURNED))

    def overdue(self, at: datetime) -> models.QuerySet:
        """Never submitted, or recalled, although the firm's own date (Filing.due_on) has passed."""
        return self.filter(
            Q(extended_to=None) | Q(extended_to__lt=at.date()),
            state__in=Filing.UNSENT,
            period__deadlines__level=Deadline.ENTERPRISE,
            period__deadlines__date__lt=at.date(),
        )

    def resting_on_estimates(self) -> models.QuerySet:
        """Those whose figures are estimates as they stand now (P06). Actual figures that wait for the district make
        them actual; when it returns them, or the firm gives them up, the approved ones stand again."""
        by_approved = Q(approved__isnull=False) & ~Q(state__in=Filing.UNDER_REVIEW)
        return self.filter(Q(by_approved, approved__estimated=True) | Q(~by_approved, in_force__estimated=True))


# The approved submission was itself sent back to the firm (the city had returned it): a correction is demanded.
SENT_BACK_AFTER_ALL = Q(approved__reviews__decision="send_back")


class Filing(models.Model):
    """What one enterprise owes for one period: the tables that apply to it.

    Of its submissions three have names: `in_force`, the newest that the firm has not taken back; `approved`, the newest
    that the district passed, which later periods read; `counted`, the approved one in the period's totals, which moves
    no more once the period is locked.
    """

    UNSENT = [State.NOT_STARTED, State.DRAFT]
    WITH_FIRM = [State.NOT_STARTED, State.DRAFT, State.RETURNED, State.AMENDING]
    UNDER_REVIEW = [State.SUBMITTED, State.QUERIED]
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

    objects = FilingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "period"], name="one_filing_per_period")]
        indexes = [models.Index(fields=["period", "district", "state"])]
        ordering = ["period", "enterprise"]
        verbose_name = "填报"

    def __str__(self) -> str:
        return f"{self.enterprise.name} {self.period.label}"

    @property
    def edition(self) -> Edition:
        """The edition of what is in force, whatever was published since; while nothing is, its period's."""
        return self.in_force.edition if self.in_force_id else self.period.edition

    @property
    def state_words(self) -> str:
        """The state as people say it, with what the last check found."""
        words = self.get_state_display()
        if self.state in self.WITH_FIRM and self.checked:
            words = f"{words}，{self.CHECKED_WORDS[self.checked]}"
        if self.after_lock:
            counts = "本期汇总仍计锁定时的一份" if self.counted_id else "不计入本期汇总"
            words = f"锁定后补报，已通过，{counts}" if self.state == State.LOCKED else f"锁定后补报：{words}"
        return f"{words}（迟报）" if self.late else words

    @property
    def is_with_firm(self) -> bool:
        return self.state in self.WITH_FIRM

    @property
    def is_shut(self) -> bool:
        """Its period was locked, and no 补报 granted since is still to be used: nothing about it changes any more."""
        return self.period.is_locked and (not self.after_lock or self.state == State.LOCKED)

    @property
    def due_on(self) -> date:
        """The firm's own date: the period's, or that of its extension where it is the later of the two."""
        day = self.period.enterprise_deadline.date
        return max(day, self.extended_to) if self.extended_to else day

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
        filings = Filing.objects.filter(enterprise=self.enterprise_id, period__in=map(str, behind.values()))
        found = {filing.period_id: filing for filing in filings.select_related("in_force", "approved", "period")}
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

    @property
    def rests_on_estimates(self) -> bool:
        """As FilingQuerySet.resting_on_estimates says of many."""
        standing = self.approved if self.approved_id and self.state not in self.UNDER_REVIEW else self.in_force
        return standing is not None and standing.estimated

    @property
    def is_extended(self) -> bool:
        return self.due_on > self.period.enterprise_deadline.date

    def is_past_due(self, at: datetime) -> bool:
        return at > self.due_at


class Sheet(models.Model):
    """The enterprise's draft of one table of a filing: the text of each cell as it was typed."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="sheets")
    table = models.CharField("表", max_length=10)
    cells = models.JSONField("单元格", default=dict)
    version = models.PositiveIntegerField("版本", default=0)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["filing", "rule", "fingerprint"], name="one_explanation_per_finding")
        ]
        verbose_name = "说明"

    def __str__(self) -> str:
        return f"{self.rule}: {self.reason_code} {self.text}".strip()
