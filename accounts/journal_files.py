"""The journal as a file: which lines, and what stands in each column."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import BinaryIO

from django.db.models import Q

from accounts.clock import SHANGHAI
from accounts.models import CodeCorrection, JournalEntry, User
from accounts.models.journal import JournalQuerySet
from text.tables import TableColumn, write_table
from text.writing import csv_lines

MOST_ROWS = 100_000
COLUMNS = [
    TableColumn("时间", 20),
    TableColumn("操作人", 24),
    TableColumn("操作", 14),
    TableColumn("对象", 28),
    TableColumn("企业", 30),
    TableColumn("信用代码", 22),
    TableColumn("当时区县", 14),
    TableColumn("报告期", 10),
    TableColumn("原值", 40),
    TableColumn("新值", 40),
    TableColumn("事由", 30),
]


def entries_for(user: User, asked: Mapping[str, str]) -> JournalQuerySet:
    """The lines within this person's reach that `asked` leaves, newest first: who, action, enterprise, period, since
    and until."""
    entries = JournalEntry.objects.visible_to(user).select_related("enterprise", "district")
    if who := asked.get("who"):
        entries = entries.filter(Q(by_name__icontains=who) | Q(by__username=who))
    if action := asked.get("action"):
        entries = entries.filter(action=action)
    if firm := asked.get("enterprise", "").strip():
        entries = entries.filter(
            Q(enterprise__credit_code__iexact=firm)
            | Q(enterprise__name__icontains=firm)
            | Q(enterprise__in=CodeCorrection.objects.done().filter(wrong__iexact=firm).values("enterprise"))
        )
    if period := asked.get("period", "").strip():
        entries = entries.filter(period__iexact=period)
    if since := asked.get("since"):
        entries = entries.filter(at__date__gte=since)
    if until := asked.get("until"):
        entries = entries.filter(at__date__lte=until)
    return entries


def write_journal(
    out: BinaryIO, entries: JournalQuerySet, kind: str, at: datetime, say: Callable[[int], None] = lambda done: None
) -> None:
    """`kind` is xlsx or csv; `say` is told how many lines were written."""
    rows = rows_of(entries, say)
    if kind == "csv":
        out.writelines(csv_lines(_with_heads(rows)))
    else:
        write_table(out, "操作日志", COLUMNS, rows, at)


def _with_heads(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield [column.label for column in COLUMNS]
    yield from rows


def rows_of(entries: JournalQuerySet, say: Callable[[int], None]) -> Iterator[list[str]]:
    for number, entry in enumerate(entries[:MOST_ROWS].iterator(chunk_size=2000)):
        if number % 2000 == 0:
            say(number)
        yield [
            f"{entry.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
            entry.by_in_words,
            entry.action,
            entry.subject_in_words,
            entry.enterprise.name if entry.enterprise else "",
            entry.enterprise.credit_code if entry.enterprise else "",
            entry.district.name if entry.district else "",
            entry.period,
            entry.before_in_words,
            entry.after_in_words,
            entry.why,
        ]
