from datetime import date, datetime
from functools import cached_property

from django.db import models
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from accounts.models import District
from forms_tables.edition.catalog import DistrictDefinition, Edition
from forms_tables.edition.districts import asks_for_district, with_districts
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import Headline, headline_of
from reporting.dates.deadlines import DEFAULT, ClauseReading, Due, due_moment
from reporting.models.calendar import ReadingChoice
from reporting.models.edition import published_edition
from reporting.models.practice import Apart


class PeriodQuerySet(models.QuerySet["Period"]):
    def open_on(self, day: date) -> models.QuerySet:
        """Those the firms can fill on that day: begun and not locked."""
        return self.filter(state=Period.OPEN, opens_on__lte=day)


class PeriodManager(Apart.from_queryset(PeriodQuerySet)):  # type: ignore[misc]
    """Periods as everybody sees them. One that was withdrawn is none: nobody owes it, nothing counts it, no list has
    it. It is asked for by name (`Period.withdrawn_too`) by those alone who withdraw periods and open them again."""

    def get_queryset(self) -> PeriodQuerySet:
        return super().get_queryset().exclude(state=Period.WITHDRAWN)


class Period(models.Model):
    """A 报告期 such as 2024M05 or 2023A, with the edition that applies to it and its three chained deadlines."""

    OPEN, LOCKED, WITHDRAWN = "open", "locked", "withdrawn"
    STATES = [(OPEN, "填报中"), (LOCKED, "已锁定"), (WITHDRAWN, "已撤回")]

    code = models.CharField("报告期", max_length=7, primary_key=True)
    edition_code = models.CharField("制度版本", max_length=40)
    opens_on = models.DateField("开始填报日期")
    state = models.CharField("状态", max_length=9, choices=STATES, default=OPEN)
    times_opened = models.PositiveSmallIntegerField("开启次数", default=1)
    locked_at = models.DateTimeField("锁定时间", null=True, blank=True)
    estimates_allowed = models.BooleanField("允许预估", default=False)
    read_as = models.ForeignKey(
        ReadingChoice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="截止日读法"
    )

    PERIOD_CODE = "code"
    objects = PeriodManager()
    withdrawn_too = Apart.from_queryset(PeriodQuerySet)()

    class Meta:
        ordering = ["-opens_on", "-code"]
        verbose_name = "报告期"

    def __str__(self) -> str:
        return self.label

    @property
    def parsed(self) -> PeriodCode:
        return PeriodCode.parse_any(self.code)

    @property
    def is_practice(self) -> bool:
        """演练: kept apart from all that is reported, see reporting.models.practice."""
        return self.parsed.practised

    @property
    def label(self) -> str:
        return self.parsed.label

    @property
    def is_annual(self) -> bool:
        return self.parsed.is_annual

    def has_begun(self, day: date) -> bool:
        """Firms fill it from this day on."""
        return self.opens_on <= day

    @property
    def edition(self) -> Edition:
        """What is filed for it from now on; what was submitted before keeps its own (Filing.edition)."""
        return self.judged_by(published_edition(self.edition_code))

    @property
    def family(self) -> str:
        """Of its edition, whichever revision holds and whatever districts there are."""
        return published_edition(self.edition_code).family

    def judged_by(self, edition: Edition) -> Edition:
        """An edition as it judges the filings of this period: with the districts the city registered by hand. Editions
        are handed to judging, forms and workbooks by here, and only those that ask for a district ask the register."""
        if not asks_for_district(edition, self.parsed.frequency):
            return edition
        return with_districts(edition, self.districts_by_hand, self.parsed.end)

    @cached_property
    def districts_by_hand(self) -> tuple[DistrictDefinition, ...]:
        """Read once of a period, as what its filings are judged by."""
        return tuple(
            DistrictDefinition(
                code=district.code,
                name=district.name,
                kind=district.kind,
                valid_from=district.valid_from or date.min,
                valid_to=district.valid_to,
                successor=district.successor.code if district.successor else "",
                note="",
            )
            for district in District.objects.filter(by_hand=True).select_related("successor")
        )

    @property
    def headline(self) -> Headline | None:
        """The figure that pages about the period speak of; nothing where its edition names none."""
        return headline_of(self.edition, self.parsed.frequency)

    @property
    def is_locked(self) -> bool:
        return self.state == self.LOCKED

    @property
    def is_withdrawn(self) -> bool:
        return self.state == self.WITHDRAWN

    @property
    def reading(self) -> ClauseReading:
        """How the holiday clause was read when the period was opened; a later choice does not change it."""
        return self.read_as.reading if self.read_as_id else DEFAULT

    @property
    def dues(self) -> tuple[Due, ...]:
        """The stored dates, one per level in their order."""
        of_level = {deadline.level: deadline.due for deadline in self.deadlines.all()}
        return tuple(of_level[level] for level, _ in Deadline.LEVELS)

    def due_at(self, level: str) -> datetime:
        """The last moment (23:59:59 Asia/Shanghai) for `level`: enterprise, district or city."""
        return due_moment(self.deadline(level).date)

    def deadline(self, level: str) -> "Deadline":
        return next(deadline for deadline in self.deadlines.all() if deadline.level == level)

    @property
    def enterprise_deadline(self) -> "Deadline":
        return self.deadline(Deadline.ENTERPRISE)


class Deadline(models.Model):
    """One level's date for a period. Stored, not recomputed: what counted then counts for ever."""

    ENTERPRISE, DISTRICT, CITY = "enterprise", "district", "city"
    LEVELS = [(ENTERPRISE, "企业上报"), (DISTRICT, "区县审核"), (CITY, "市级审核")]

    period = models.ForeignKey(Period, models.PROTECT, related_name="deadlines")
    level = models.CharField("层级", max_length=10, choices=LEVELS)
    date = models.DateField("截止日期")
    nominal = models.DateField("通知日期")
    moved = models.BooleanField("是否顺延", default=False)
    provisional = models.BooleanField("暂定", default=False)
    why = models.CharField("说明", max_length=300)
    by_hand = models.BooleanField("人工设定", default=False)
    notice_number = models.CharField("文号", max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "level"], name="one_deadline_per_level")]
        ordering = ["date"]
        verbose_name = "截止日期"

    def __str__(self) -> str:
        return f"{self.period.label} {self.get_level_display()} {self.date}"

    @property
    def due(self) -> Due:
        return Due(
            self.level,
            self.nominal,
            self.date,
            self.moved,
            self.why,
            provisional=self.provisional,
            by_hand=self.by_hand,
            notice_number=self.notice_number,
        )

    @property
    def how(self) -> str:
        """In one word how it came to be this date: 暂定, 顺延, 人工设定 or 未顺延."""
        return self.due.how


def own_due(due_to_firms: date, extended_to: date | None) -> date:
    """When a firm is due: the period's date, or its own by an extension where that is later."""
    return max(due_to_firms, extended_to or date.min)


def own_due_of_each() -> Greatest:
    """The same for each of many filings. Two days are compared, since SQLite makes nothing of a day and no day."""
    return Greatest(date_of_each(Deadline.ENTERPRISE), Coalesce(F("extended_to"), Value(date.min)))


def date_of_each(level: str) -> Subquery:
    """The date at this level of each filing's period."""
    return Subquery(Deadline.objects.filter(period=OuterRef("period"), level=level).order_by().values("date")[:1])


class ParameterValue(models.Model):
    """A figure the city keeps for the rules, such as the average exchange rate FX of one period."""

    name = models.CharField("参数", max_length=40)
    period = models.ForeignKey(Period, models.PROTECT, null=True, blank=True, related_name="parameters")
    value = models.DecimalField("取值", max_digits=18, decimal_places=6)
    source = models.CharField("依据", max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "period"], name="one_value_per_parameter_and_period"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(period=None), name="one_value_per_parameter_for_all_periods"
            ),
        ]
        verbose_name = "参数"

    def __str__(self) -> str:
        return f"{self.name}={self.value}"

    @property
    def figure(self) -> str:
        """Without the noughts of the column, and never as a power of ten."""
        return f"{self.value.normalize():f}"
