"""Which period an official's page is about."""

from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from reporting.models import Period


def periods_to_show() -> QuerySet[Period]:
    return Period.objects.prefetch_related("deadlines")


def period_in_hand(today: date) -> Period | None:
    """The newest period that is open, else the newest there is."""
    begun = periods_to_show().filter(opens_on__lte=today)
    return begun.filter(state=Period.OPEN).first() or begun.first() or periods_to_show().first()


def asked_period(request: HttpRequest, today: date) -> Period | None:
    """The period named by ?period=…; without one, the period in hand."""
    if request.GET.get("period"):
        return get_object_or_404(periods_to_show(), pk=request.GET["period"])
    return period_in_hand(today)
