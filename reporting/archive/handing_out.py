"""The act: a package of a period leaves the office, and the journal says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from accounts import journal
from accounts.models import User
from reporting.archive.contents import files_of
from reporting.archive.packing import packed
from reporting.archive.record import ACTION, PeriodRecord
from reporting.models import Period
from reporting.workflow.guards import Refused, be_the_city

UNLOCKED = "未锁定"


@transaction.atomic
def hand_out(period: Period, by: User | None, at: datetime, unlocked: bool = False) -> Iterator[bytes]:
    """The package of a locked period, piece by piece; of an open one only where it is asked for as such (`unlocked`),
    and it says so. `by` is None for whoever works at the machine itself."""
    if by is not None:
        be_the_city(by)
    period = Period.objects.select_for_update().get(pk=period.pk)
    if not period.is_locked and not unlocked:
        raise Refused(f"{period.label}尚未锁定，数据还会变动，没有打包。请在锁定以后再归档。")
    record = PeriodRecord.of(period)
    files = files_of(record)
    journal.record(
        by=by,
        at=at,
        action=ACTION,
        subject=period.label,
        period=period.code,
        after={"上报件": f"{sum(record.editions.values())} 份", "状态": period.get_state_display()},
        why="" if period.is_locked else f"{UNLOCKED}时留存",
    )
    return packed(files)
