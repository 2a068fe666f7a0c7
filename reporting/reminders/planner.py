"""Who is reminded now, and the writing of the letters in batches that no submission slips past. Whoever has no account
that was opened gets its activation instead (reporting/reminders/activating.py).

The reminder times are in reporting/letters/schedule.py, the letters in reporting/letters/reminding.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts.models import District, JournalEntry, Letter
from accounts.post.letters import post, put_back
from forms_tables.edition.shape import declaring_tables
from reporting.dates.deadlines import SHANGHAI
from reporting.filing.judging import tables_for
from reporting.letters import recipients, reminding
from reporting.letters.reminding import Owed
from reporting.letters.schedule import ReminderTime, begins_at, in_force, schedule
from reporting.models import Filing, LateRequest, Period, Sheet, Standing, Submission, calendar_in_force
from reporting.models.standing import STANDS_BY
from reporting.reminders import activating, for_several

BATCH = 500  # filings whose rows one transaction holds


def plan(at: datetime) -> int:
    """Write the reminders that hold at `at` and were not written before; returns how many letters."""
    stands, calendar, written = schedule(), calendar_in_force(), 0
    if not calendar.is_working_day(at.date()):
        return 0
    for period in Period.objects.open_on(at.date()).prefetch_related("deadlines"):
        opened_at, moved_at = moment_of_opening(period), moment_of_move(period)
        for due in due_dates(period):
            reminder_time = in_force(stands, opened_at, due, at, calendar)
            events = [moved_at] if moved_at else []
            if reminder_time:
                written += remind(period, due, reminder_time, at)
                written += for_several.remind(owing_until(period, due), period, due, reminder_time, at)
                events.append(begins_at(reminder_time, opened_at, due, calendar))
            if events:
                written += activating.write(owing_until(period, due), period, max(events), at)
    return written


def remind(period: Period, due: date, reminder_time: ReminderTime, at: datetime) -> int:
    letters_of = reminding.LETTERS[reminder_time.name]
    return sum(
        write(period, batch, lambda owed, to: letters_of(owed, to, at), at, only_due=due)
        for batch in batches(to_remind(period, due, reminder_time))
    )


def moment_of_opening(period: Period) -> datetime:
    """When the firms could begin: on the first day of filing, or when the city opened the period later than that."""
    begins = datetime.combine(period.opens_on, time(), SHANGHAI)
    opened = last_moment_of(period, "开启报告期")
    return max(begins, opened) if opened else begins


def moment_of_move(period: Period) -> datetime | None:
    """When a date of it moved last: who has an account was told at once, others by their next activation."""
    return last_moment_of(period, "调整截止日", "确定暂定截止日")


def last_moment_of(period: Period, *actions: str) -> datetime | None:
    lines = JournalEntry.objects.filter(period=period.pk, action__in=actions).order_by("at")
    last = lines.values_list("at", flat=True).last()
    return last.astimezone(SHANGHAI) if last else None


def due_dates(period: Period) -> list[date]:
    """The dates that hold for the firms of a period: its own, and each to which somebody was given longer."""
    own = period.enterprise_deadline.date
    later = Filing.objects.of(period).outstanding().with_due().filter(due_on__gt=own).order_by()
    return [own, *sorted(later.values_list(F("due_on"), flat=True).distinct())]


def owing_until(period: Period, due: date) -> QuerySet[Filing]:
    """Filings of the period that the firms still have to send, and whose own date is `due`."""
    return Filing.objects.of(period).outstanding().with_due().filter(due_on=due)


def to_remind(period: Period, due: date, reminder_time: ReminderTime) -> list[int]:
    """Those who were not told yet and whom a letter reaches."""
    filing = Cast(OuterRef("pk"), CharField())
    before, behind = reminding.around_filing(reminder_time.name, period, due)
    told = Letter.objects.filter(
        topic=Concat(Value(reminding.topic_of("")), filing),
        key__startswith=Concat(Value(before), filing, Value(behind)),
    ).exclude(state=Letter.State.WITHDRAWN, sent_at=None)
    untold = owing_until(period, due).filter(~Exists(told)).order_by("pk")
    firms = dict(untold.values_list("pk", "enterprise"))
    if not firms:
        return []
    reached = recipients.of_filings(owing_until(period, due))
    return [pk for pk, firm in firms.items() if firm in reached]


def write(
    period: Period,
    filings: Sequence[int],
    letters_of: Callable[[Owed, list[str]], list[Letter]],
    at: datetime,
    only_due: date | None = None,
) -> int:
    """Write the letters of one batch of filings. Their rows and the period's are locked and asked again: a submission,
    a moved date or a lock of this moment either is seen here, or waits and takes the letters back (`topic`)."""
    with transaction.atomic():
        Period.objects.select_for_update(no_key=True).get(pk=period.pk)
        rows = Filing.objects.filter(pk__in=filings).outstanding().order_by("pk").select_for_update()
        held = list(rows.values_list("pk", flat=True))
        owing = list(owed_of(period, held))
        addresses = recipients.with_account([owed.filing.enterprise_id for owed in owing])
        letters = [
            letter
            for owed in owing
            if only_due in (None, owed.due)
            for letter in letters_of(owed, addresses.get(owed.filing.enterprise_id, []))
        ]
        put_back(letters)  # withdrawn when the firm submitted, or a date moved; and needed again
        return post(letters)


def owed_of(period: Period, filings: Iterable[int]) -> Iterator[Owed]:
    """What the letters say about these filings, in a number of queries that does not grow with them. The period is read
    again: a lock that was waited for is seen here, and so is a date that was moved."""
    period = Period.objects.prefetch_related("deadlines").get(pk=period.pk)
    if period.is_locked:
        return
    own = ("enterprise__name", "enterprise__attributes", "in_force__edition_code")
    fields = (*STANDS_BY, "extended_to", "period", "district", "in_force", *own)
    found = Filing.objects.filter(pk__in=filings).select_related("enterprise", "in_force").only(*fields).order_by("pk")
    districts = District.objects.in_bulk()
    requests = dict(
        LateRequest.objects.filter(filing__in=filings, spent_at=None)
        .order_by("asked_at")
        .values_list("filing", "granted")
    )
    sent = Submission.objects.filter(filing__in=filings, on_time=True, recalled_at=None)
    on_time = set(sent.values_list("filing", flat=True))
    drafts, calendar = declared(period, filings), calendar_in_force()
    for filing in found:
        filing.period, filing.district = period, districts[filing.district_id]
        tables = tables_for(filing.edition, period.parsed, drafts.get(filing.pk, {}), filing.enterprise.attributes)
        yield Owed(
            filing=filing,
            period=period,
            due=filing.due_on,
            calendar=calendar,
            tables=tuple(f"{table.code} {table.title}" for table in tables),
            was_on_time=filing.standing is Standing.RETURNED and filing.pk in on_time,
            late_request=LATE_REQUEST[requests[filing.pk]] if filing.pk in requests else "",
        )


LATE_REQUEST = {None: "waiting", True: "granted", False: "refused"}


def declared(period: Period, filings: Iterable[int]) -> dict[int, dict[str, str]]:
    """What the drafts say of the firms that decides about their tables; a month's hardly ask."""
    tables = declaring_tables(period.edition, period.parsed.frequency)
    said: dict[int, dict[str, str]] = {}
    for filing, cells in Sheet.objects.filter(filing__in=filings, table__in=tables).values_list("filing", "cells"):
        said.setdefault(filing, {}).update(cells)
    return said


def batches(filings: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(filings), BATCH):
        yield filings[start : start + BATCH]
