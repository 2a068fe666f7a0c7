"""Somebody says that they have looked at a submission. It is a line of the journal and no decision: nothing about the
filing changes, and what the firm sends next is looked at anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localtime

from accounts.access import DoneAlready, Refused
from accounts.models import JournalEntry, User
from reporting.models import Period, Submission
from reporting.workflow.guards import locked, record

CHECKED = "核看"


@transaction.atomic
def check(submission: Submission, by: User, at: datetime) -> None:
    if not by.may.query:
        raise Refused("只有市级和协会可以进行这项操作。")
    filing = locked(submission.filing)
    if filing.in_force_id != submission.pk:
        raise Refused("这份上报件已被撤回或被新的上报件取代，请刷新后核看最新的一份。")
    if filing.period.is_practice:
        raise Refused("演练里的上报件不用核看。")
    if before := checked_in([filing.period]).filter(subject=submission.receipt).first():
        raise DoneAlready(f"{before.by_name}已于 {localtime(before.at):%Y-%m-%d %H:%M} 核看过这份上报件。")
    record(filing, by, at, CHECKED, subject=submission.receipt)


def checked_in(periods: Iterable[Period]) -> QuerySet[JournalEntry]:
    """The lines about submissions of these periods, the newest first."""
    return JournalEntry.objects.filter(action=CHECKED, period__in=[period.code for period in periods])


def submissions_checked(period: Period) -> list[int]:
    receipts = checked_in([period]).order_by().values("subject")
    return list(Submission.objects.filter(receipt__in=receipts).order_by().values_list("pk", flat=True))
