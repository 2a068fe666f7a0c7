"""Opening a period to practise in, and wiping it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.core.files.storage import default_storage
from django.db import models, transaction

from accounts import journal
from accounts.access import DoneAlready, Refused
from accounts.models import JournalEntry, Letter, User
from forms_tables.edition.periods import PeriodCode
from reporting.models import (
    Deadline,
    Explanation,
    Filing,
    Period,
    PublishedEdition,
    Review,
    Scan,
    Sheet,
    Submission,
    reading_in_force,
)
from reporting.models.in_force import Ungoverned, edition_in_force
from reporting.models.practice import in_practice
from reporting.practice.choosing import Participants, homes_of

LONGEST = timedelta(days=92)
MONTHS_BACK, MONTHS_AHEAD = 12, 1
NO_DATE_HERE = "演练的结束日期，过了也不算迟报。"


@dataclass(frozen=True)
class Opened:
    period: Period
    is_new: bool
    added: int
    firms: int  # all that take part now


def periods_to_practise(today: date) -> list[PeriodCode]:
    """Those an edition governs: the months of the last year and the coming one, the annual reports; the newest first.
    A period need not be over to be practised."""
    offered = [*_months_around(today), PeriodCode(today.year), PeriodCode(today.year - 1)]
    return sorted(filter(_is_governed, offered), reverse=True)


def _months_around(today: date) -> Iterator[PeriodCode]:
    reports_january = reading_in_force().reports_january
    for back in range(-MONTHS_AHEAD, MONTHS_BACK + 1):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        if month or reports_january:
            yield PeriodCode(year, month + 1)


def _is_governed(period: PeriodCode) -> bool:
    try:
        return bool(edition_in_force(period))
    except Ungoverned:
        return False


@transaction.atomic
def open_practice(real: PeriodCode, until: date, chosen: Participants, by: User, at: datetime) -> Opened:
    """Open a period to practise the real one, for the chosen firms under the districts they belong to today. One that
    is open gains the firms that are not in it yet, and another last day."""
    be_the_trainer(by)
    if not at.date() <= until <= at.date() + LONGEST:
        raise Refused(f"演练的结束日期应在今天以后、{LONGEST.days} 天以内，请重新选择。")
    PublishedEdition.objects.hold_still()
    try:
        edition = edition_in_force(real)
    except Ungoverned as why:
        raise Refused(f"{why}，不能演练；{why.remedy}。") from why
    with in_practice():
        begun = {"edition_code": edition, "opens_on": at.date()}
        period, is_new = Period.objects.get_or_create(code=real.to_practise.code, defaults=begun)
        Period.objects.select_for_update().get(pk=period.pk)  # of two presses the second finds what the first did
        moved = _last_day(period, until)
        added = _let_in(period, chosen, at.date())
        firms = Filing.objects.of(period).count()
        if not firms:
            raise Refused("选定的范围里没有可以参加演练的企业，请重新选择。")
        if not (added or moved):
            raise DoneAlready(f"{period.label}已经开启，选定的企业都在其中，没有要补充的。")
    journal.record(
        by=by,
        at=at,
        action="开启演练" if is_new else "补充演练",
        subject=period.label,
        period=period.code,
        after={"范围": chosen.in_words, "新增企业": f"{added} 家", "演练至": f"{until:%Y-%m-%d}"},
    )
    return Opened(period, is_new, added, firms)


def be_the_trainer(by: User) -> None:
    if not by.may.practise:
        raise Refused("演练由行业协会或市级开启和清除。")


def _last_day(period: Period, until: date) -> bool:
    """The last day of the practice stands where a period has its three dates. Whether it was another before."""
    dated = {"date": until, "nominal": until, "by_hand": True, "why": NO_DATE_HERE}
    before = set(period.deadlines.values_list("date", flat=True))
    for level, _ in Deadline.LEVELS:
        Deadline.objects.update_or_create(period=period, level=level, defaults=dated)
    return before != {until}


def _let_in(period: Period, chosen: Participants, today: date) -> int:
    inside = Filing.objects.filter(period=period).values("enterprise")
    coming = homes_of(chosen, today).exclude(enterprise__in=inside).order_by("enterprise")
    filings = [
        Filing(period=period, enterprise_id=firm, district_id=district)
        for firm, district in coming.values_list("enterprise", "district")
    ]
    return len(Filing.objects.bulk_create(filings, batch_size=500))


@dataclass(frozen=True)
class Contents:
    """What a practice holds, and what goes with it."""

    firms: int
    begun: int
    submissions: int
    letters: int


def contents_of(period: Period) -> Contents:
    with in_practice():
        filings = Filing.objects.filter(period=period)
        return Contents(
            filings.count(),
            Sheet.objects.filter(filing__period=period).values("filing").distinct().count(),
            Submission.objects.filter(filing__period=period).count(),
            Letter.objects.filter(period=period.code).count(),
        )


@transaction.atomic
def wipe(period: Period, by: User, at: datetime) -> Contents:
    """Take a practice away with all that was done in it. What remains are the lines of the journal that it was opened
    and wiped. Only what is practised can be reached from here."""
    be_the_trainer(by)
    with in_practice():
        held = Period.objects.select_for_update().filter(pk=period.pk).first()
        if held is None:
            raise DoneAlready(f"{period.label}已经清除。")
        list(Filing.objects.filter(period=held).order_by("pk").select_for_update().values_list("pk"))
        gone = contents_of(held)
        _take_away(held)
    journal.record(
        by=by,
        at=at,
        action="清除演练",
        subject=period.label,
        period=period.code,
        after={"企业": f"{gone.firms} 家", "上报件": f"{gone.submissions} 份", "信件": f"{gone.letters} 封"},
    )
    return gone


def _take_away(period: Period) -> None:
    """Leaf by leaf: what hangs on a row protects it, so nothing that hangs on a practice can be forgotten here."""
    scans = Scan.objects.filter(submission__filing__period=period)
    papers = list(scans.values_list("file", flat=True))
    Filing.objects.filter(period=period).update(in_force=None, approved=None, counted=None)
    leaves = [
        scans,
        Review.objects.filter(submission__filing__period=period).exclude(undoes=None),
        Review.objects.filter(submission__filing__period=period),
        Submission.objects.filter(filing__period=period),
        Explanation.objects.filter(filing__period=period),
        Sheet.objects.filter(filing__period=period),
        Filing.objects.filter(period=period),
        Deadline.objects.filter(period=period),
        Period.objects.filter(pk=period.pk),
        Letter.objects.filter(period=period.code),
    ]
    for rows in leaves:
        models.QuerySet.delete(rows)  # a submission and a review refuse it otherwise: they are part of the record
    JournalEntry.objects.wipe_practice(period.code)
    for paper in papers:
        transaction.on_commit(partial(default_storage.delete, paper))
