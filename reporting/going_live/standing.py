"""Whether the start page still stands. Once everything was there it is gone for good: next year's calendar or a clerk
who leaves is a matter of the pages for it."""

from datetime import datetime

from django.db import transaction

from accounts import journal
from accounts.models import Installation, User


def has_start_page(user: User) -> bool:
    """Asked by every page of these two, so it asks nothing but the installation, which is read once for a request."""
    return (user.may.administer or user.may.operate) and Installation.current().is_starting


@transaction.atomic
def go_live(at: datetime) -> bool:
    """Everything is there: noted once, whoever looks first. A demonstration never was anything else."""
    Installation.objects.get_or_create(pk=1)
    installation = Installation.objects.select_for_update().get(pk=1)
    if not installation.is_starting:
        return False
    installation.live_since = at
    installation.save(update_fields=["live_since"])
    journal.record(by=None, at=at, action="上线准备完成")
    return True
