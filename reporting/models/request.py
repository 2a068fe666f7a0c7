from django.db import models
from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from reporting.models.asking import asked_of
from reporting.models.filing import Filing
from reporting.models.office_request import OfficeRequest
from reporting.models.period import Period
from reporting.models.standing import OPENABLE, OWED, SHUT, UNSENT, WITH_FIRM


class RequestQuerySet(models.QuerySet):
    def waiting(self) -> models.QuerySet:
        """What the district has still to decide: what has been overtaken meanwhile needs no decision."""
        return self.filter(self.model.WAITING)

    def of_standing_periods(self) -> models.QuerySet:
        """What was asked about a period that was withdrawn since leaves no trace."""
        return self.exclude(filing__period__state=Period.WITHDRAWN)

    def listed(self) -> models.QuerySet:
        """The waiting ones first, then the newest; each with `waits`, and how often its firm has asked the like
        before, for any period (`asked_before`), and was granted it (`granted_before`)."""
        others = self.model.objects.of_standing_periods().filter(filing__enterprise=OuterRef("filing__enterprise"))
        others = others.filter(asked_at__lt=OuterRef("asked_at")).order_by().values("filing__enterprise")
        return self.annotate(
            waits=ExpressionWrapper(self.model.WAITING, BooleanField()),
            asked_before=Coalesce(Subquery(others.annotate(n=Count("pk")).values("n")), 0),
            granted_before=Coalesce(Subquery(others.filter(granted=True).annotate(n=Count("pk")).values("n")), 0),
        ).order_by("-waits", "-asked_at", "-pk")


class Request(OfficeRequest):
    """What is asked about a filing. `WAITING`: what still needs a decision."""

    WAITING: Q
    filing: "models.ForeignKey[Filing, Filing]"  # each kind has its own, under its own related name

    objects = RequestQuerySet.as_manager()

    class Meta(OfficeRequest.Meta):
        abstract = True


class LateRequestQuerySet(RequestQuerySet):
    def in_hand(self) -> models.QuerySet:
        """Granted, and still to be used."""
        return self.filter(granted=True, spent_at=None)


class LateRequest(Request):
    """补报单: without a granted one nothing can be submitted after the enterprise's date . Granted after the lock
    it opens this one filing again; what is filed then counts in no total of the period. A grant serves one submission,
    with its corrections, until that is approved; the lock ends it too."""

    WAITING = Q(granted=None) & asked_of("filing", (WITH_FIRM & ~SHUT) | (SHUT & OPENABLE & OWED))

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="late_requests")
    spent_at = models.DateTimeField("用完时间", null=True, blank=True)

    objects = LateRequestQuerySet.as_manager()

    class Meta(Request.Meta):
        verbose_name = "补报申请"

    def __str__(self) -> str:
        return f"{self.filing} 补报申请"

    @property
    def is_in_hand(self) -> bool:
        return bool(self.granted) and self.spent_at is None


class ExtensionRequest(Request):
    """延期申请: asked before the enterprise's date; granted, it gives this one filing a later date of its own."""

    WAITING = Q(granted=None) & asked_of("filing", UNSENT & ~SHUT)

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="extension_requests")
    until = models.DateField("申请延期至")
    granted_until = models.DateField("同意延期至", null=True, blank=True)

    class Meta(Request.Meta):
        verbose_name = "延期申请"

    def __str__(self) -> str:
        return f"{self.filing} 延期申请"


class BaseAdjustment(Request):
    """口径调整单 (§9.10): another figure than the filed one stands as the base of comparison, old and new on record."""

    WAITING = Q(granted=None) & asked_of("filing", OWED & ~SHUT)

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="base_adjustments")
    cell = models.CharField("单元格", max_length=20)
    old = models.CharField("原值", max_length=40)
    new = models.CharField("新值", max_length=40)

    class Meta(Request.Meta):
        verbose_name = "口径调整单"

    def __str__(self) -> str:
        return f"{self.filing} {self.cell} 口径调整"

    @property
    def place(self) -> str:
        """The cell in the form's words."""
        return self.filing.edition.place_of(self.cell)
