from datetime import date
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from forms_tables.edition.catalog import Edition
from reporting.models.edition import published_edition
from reporting.models.filing import Filing
from reporting.models.practice import Apart, Everywhere
from reporting.models.standing import State
from text.codes import in_groups, new_code


class SubmissionQuerySet(models.QuerySet):
    """Many submissions at once are as frozen as one."""

    def update(self, **kwargs):
        if not kwargs.keys() <= Submission.WRITABLE:
            raise TypeError("A submission is frozen; an amendment is the next number.")
        return super().update(**kwargs)

    def reckon_anew(self, due_on: date, on_time: bool, extended: bool) -> int:
        """The one way to write how they came in anew: the city moved the date that they were judged by."""
        return super().update(due_on=due_on, on_time=on_time, extended=extended)

    def delete(self):
        raise TypeError("Nothing is deleted: a submission is part of the record.")


class ReviewQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise TypeError("A review is part of the record; another word is another review.")

    def reckon_anew(self, due_on: date, on_time: bool) -> int:
        """The one way to write anew whether they were in time: the city moved the district's date."""
        return super().update(due_on=due_on, on_time=on_time)

    def standing(self) -> "ReviewQuerySet":
        """Without the approvals that were taken back at once."""
        return self.filter(undone_by=None)

    def delete(self):
        raise TypeError("Nothing is deleted: a review is part of the record.")


class Submission(models.Model):
    """上报件: the frozen, numbered copy made at 确定上报. Review and totals read only these.

    `values` maps "2020.c1" to a decimal string or text; `findings` is what the check said then, under the edition
    and digest of then; `verification` is drawn for its receipt, whose number can be guessed. Only what happens to the
    submission afterwards (opened, recalled) may still be written; whether it was in time is reckoned anew only where
    the city moves the date itself (workflow.reckoning).
    """

    WRITABLE = frozenset({"opened_at", "opened_by", "recalled_at"})
    HEAVY = ("values", "attributes", "findings", "explanations")  # what a list of many does not read

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField("序号")
    receipt = models.CharField("回执号", max_length=40, unique=True)
    verification = models.CharField("验证码", max_length=24, unique=True, default=new_code, editable=False)
    values = models.JSONField("数据")
    attributes = models.JSONField("企业属性", default=dict)
    tables = models.JSONField("报表", default=list)
    edition_code = models.CharField("制度版本", max_length=40)
    edition_digest = models.CharField(max_length=64)
    findings = models.JSONField("审核结果", default=list)
    explanations = models.JSONField("说明", default=list)
    signer = models.CharField("单位负责人", max_length=60)
    reason = models.CharField("修订原因", max_length=500, blank=True)
    estimated = models.BooleanField("预估数", default=False)
    on_time = models.BooleanField("按时")
    due_on = models.DateField("当时的企业截止日", null=True, blank=True)
    extended = models.BooleanField("延期内上报", default=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stood_in = models.CharField(
        "代填人单位", max_length=120, blank=True
    )  # where whoever submitted it was of another firm
    submitted_at = models.DateTimeField("上报时间")
    from_state = models.CharField("上报前状态", max_length=2, choices=State.choices)
    opened_at = models.DateTimeField("区县打开时间", null=True, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    recalled_at = models.DateTimeField("撤回时间", null=True, blank=True)

    PERIOD_CODE = "filing__period__code"
    objects = Apart.from_queryset(SubmissionQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["filing", "number"], name="submissions_are_numbered")]
        ordering = ["number"]
        verbose_name = "上报件"

    def __str__(self) -> str:
        return f"{self.filing} 第{self.number}次上报"

    def save(self, *args, **kwargs):
        if self.pk and not self._state.adding and not set(kwargs.get("update_fields") or ["*"]) <= self.WRITABLE:
            raise TypeError("A submission is frozen; an amendment is the next number.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("Nothing is deleted: a submission is part of the record.")

    @property
    def edition(self) -> Edition:
        """What it was judged by, and is shown and printed by for ever."""
        return published_edition(self.edition_code)

    @property
    def printed_code(self) -> str:
        """Its code for `/verify/`, as people copy it."""
        return in_groups(self.verification)

    @property
    def sender(self) -> str:
        """Who submitted it; of another firm, from which and for whom."""
        return self.sender_for(self.filing.enterprise.name)

    def sender_for(self, firm: str) -> str:
        """The same, with the firm's name as it was then."""
        return f"{self.submitted_by}（{self.stood_in}，代{firm}）" if self.stood_in else str(self.submitted_by)

    @property
    def warnings(self) -> list[dict]:
        return [finding for finding in self.findings if finding["level"] == "warning"]

    @property
    def timing(self) -> str:
        """When it came, in a word; what counted then was stored with it."""
        if not self.on_time:
            return "迟报"
        return "延期内上报" if self.extended else "按时"

    @property
    def is_clean(self) -> bool:
        """Nothing to look at: no warning was raised, it is on time, final, and corrects nothing sent before."""
        return not self.findings and self.on_time and not self.estimated and not self.reason


TONES = {
    "approve": "done",
    "send_back": "block",
    "city_return": "block",
    "query": "warn",
    "city_query": "warn",
    "undo": "warn",
}


class Review(models.Model):
    """A decision, question or answer about one submission; part of the record, never changed. `undoes`: the approval
    that was taken back within its minute, which counts as if it had not been."""

    class Decision(models.TextChoices):
        APPROVE = "approve", "审核通过"
        SEND_BACK = "send_back", "退回企业"
        QUERY = "query", "查询"
        ANSWER = "answer", "答复"
        CITY_QUERY = "city_query", "市级查询"
        CITY_RETURN = "city_return", "市级退回区县"
        UNDO = "undo", "撤销审核通过"

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="reviews")
    decision = models.CharField("决定", max_length=12, choices=Decision.choices)
    note = models.CharField("意见", max_length=1000, blank=True)
    reasons = models.JSONField("逐项理由", default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    due_on = models.DateField("当时的区县截止日", null=True, blank=True)
    on_time = models.BooleanField("区县按时", null=True, default=None)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by", verbose_name="所撤销的")

    PERIOD_CODE = "submission__filing__period__code"
    objects = Apart.from_queryset(ReviewQuerySet)()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "审核"

    def __str__(self) -> str:
        return f"{self.submission} {self.get_decision_display()}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("A review is part of the record; another word is another review.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("Nothing is deleted: a review is part of the record.")

    @property
    def tone(self) -> str:
        """How it is marked: passed on, returned, asked, or merely said."""
        return TONES.get(self.decision, "")

    @property
    def is_overdue(self) -> bool:
        """Decided after the district's date; a word that has no date is neither in time nor late."""
        return self.on_time is False

    @property
    def placed_reasons(self) -> list[dict[str, str]]:
        """The reasons with the cell's place in the form's words; "整张报表" where no cell is named."""
        edition = self.submission.edition
        return [{**row, "place": edition.place_of(row["cell"]) if row["cell"] else "整张报表"} for row in self.reasons]


class Scan(models.Model):
    """盖章扫描件: the stamped paper of a submission, as a PDF. A better one is added beside it, never over it."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="scans")
    file = models.FileField("文件", upload_to="scans/%Y/")
    pages = models.PositiveSmallIntegerField("页数")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("上传时间")

    PERIOD_CODE = "submission__filing__period__code"
    objects = Apart()
    everywhere = Everywhere()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "盖章扫描件"

    def __str__(self) -> str:
        return f"{self.submission} 盖章扫描件"


HEADLINE, BASE, EMPLOYED, MAIN = "headline", "base", "employed", "main"  # as platform.toml names the figures
WATCHED_WORDS = {HEADLINE: "软件业务收入", BASE: "主营业务收入", EMPLOYED: "平均用工人数", MAIN: "其他主要指标"}


def watched_first() -> list[str]:
    return [HEADLINE, BASE, EMPLOYED]


class ReviewLimits(models.Model):
    """How far review has to go. The latest row holds.

    `points` is how many per cent of a total may be left in doubt; `watched` which totals, by what the edition calls the
    figures (headline, base, employed; main: the others of the table of districts). A filing with more than
    `bulk_share` per cent of its district's revenue is opened before it is passed.
    """

    MOST_POINTS = 5

    points = models.DecimalField(
        "预期误差上限（%）",
        max_digits=4,
        decimal_places=2,
        default=Decimal("0.1"),
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(MOST_POINTS)],
    )
    watched = models.JSONField("控制误差的指标", default=watched_first)
    bulk_share = models.DecimalField(
        "须逐份打开的占比（%）",
        max_digits=4,
        decimal_places=1,
        default=Decimal("1.0"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    reason = models.CharField("依据", max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="设定人")
    at = models.DateTimeField("设定时间")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "审核界限"

    def __str__(self) -> str:
        return f"{self.points}%"

    @property
    def in_words(self) -> dict[str, str]:
        """For the journal."""
        return {
            "预期误差上限": f"{self.points.normalize():f}%",
            "控制误差的指标": "、".join(WATCHED_WORDS[role] for role in self.watched),
            "须逐份打开的占比": f"{self.bulk_share.normalize():f}%",
        }


def review_limits() -> ReviewLimits:
    """In force: what the city chose last; else, not stored, what holds until it does."""
    return ReviewLimits.objects.first() or ReviewLimits()
