"""When a firm is due: the period's date, or its own by an extension where that is later. In Python and in SQL."""

from datetime import date

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from reporting.models.period import Deadline


def own_due(due_to_firms: date, extended_to: date | None) -> date:
    return max(due_to_firms, extended_to or date.min)


def own_due_of_each() -> Greatest:
    """The same for each of many filings. Two days are compared, since SQLite makes nothing of a day and no day."""
    return Greatest(date_of_each(Deadline.ENTERPRISE), Coalesce(F("extended_to"), Value(date.min)))


def date_of_each(level: str) -> Subquery:
    """The date at this level of each filing's period."""
    return Subquery(Deadline.objects.filter(period=OuterRef("period"), level=level).order_by().values("date")[:1])
