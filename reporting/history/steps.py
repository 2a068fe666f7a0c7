"""The course of one file of history on the page: uploaded → tried → confirmed → imported, each in a worker."""

from collections.abc import Callable
from datetime import datetime

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.access import Refused
from accounts.models import User
from reporting.history.importing import be_the_city, import_history, try_history
from reporting.history.reading.given import GivenHistory, refuse_what_it_is_not
from reporting.history.report import HistoryReport, as_bytes, from_bytes
from reporting.leases import Hand
from reporting.long_imports import (
    be_confirmable,
    begun,
    carry_out_import,
    confirmed,
    lost,
)
from reporting.models import HistoryFile, HistoryImport
from reporting.workflow.guards import said_something
from text.package import read_bounded

PAGE_ROOM = 4  # times the largest form: 20 MB, as much as the server in front takes
MOVED = "试导入之后名录、报告期或已导入的历史有变动，没有导入。下面是按现在重新核对的结果，请看过再确认。"


def begin(workbook: File, replaces: bool, why: str, *, by: User, at: datetime, real: datetime) -> HistoryImport:
    """Store the file and ask for its dry run; the one that the same person asked for a moment ago with the same file.
    Raises Unreadable for what can be told at once, the rest is found by the worker."""
    be_the_city(by)
    why = said_something(why, "替换已导入的，请写明原因。", "替换原因") if replaces else ""
    name, content = workbook.name or "", read_bounded(workbook, PAGE_ROOM)
    refuse_what_it_is_not(name, content)
    file = ContentFile(content, "history.bin")
    return begun(HistoryImport, name, file, by=by, at=at, real=real, replaces=replaces, why=why)


@transaction.atomic
def confirm(stored: HistoryImport, seen: str, by: User, at: datetime, real: datetime) -> HistoryImport:
    """Ask for the import itself. `seen` is the digest of what the person was shown; only that will be imported."""
    be_the_city(by)
    stored = HistoryImport.objects.select_for_update().get(pk=stored.pk)
    be_confirmable(stored, seen, "文件")
    if stored.effect["problems"]:
        raise Refused("文件里还有问题，没有导入。请改好后重新上传。")
    return confirmed(stored, by, at, real)


def take_up(real: datetime) -> list[int]:
    return lost(HistoryImport, real)


def run(pk: int, now: Callable[[], datetime], at: datetime) -> None:
    stored = HistoryImport.objects.select_related("by", "confirmed_by").get(pk=pk)
    carry_out_import(stored, now, lambda hand: try_out(stored, hand, at), lambda hand: carry_in(stored, hand, at))


def try_out(stored: HistoryImport, hand: Hand, at: datetime) -> None:
    show(stored, hand, try_history(file_of(stored), by=stored.by, at=at, say=hand.speak))


def carry_in(stored: HistoryImport, hand: Hand, at: datetime) -> None:
    """Done is written in the transaction of the import itself: a worker killed between the two would import twice."""
    shown = stored.effect["digest"]

    def seal(report: HistoryReport, source: HistoryFile) -> None:
        hand.end(HistoryImport.DONE, counts_of(report), source=source)

    found = import_history(file_of(stored), by=stored.confirmed_by, at=at, say=hand.speak, shown=shown, seal=seal)
    if found.refused or found.digest != shown:
        show(stored, hand, found, moved=True)


def file_of(stored: HistoryImport) -> GivenHistory:
    stored.file.seek(0)
    return GivenHistory(stored.file.read(), stored.name, replaces=stored.why)


def show(stored: HistoryImport, hand: Hand, report: HistoryReport, *, moved: bool = False) -> None:
    stored.outcome.save("outcome.json", ContentFile(as_bytes(report)), save=False)
    hand.end(
        HistoryImport.TRIED,
        {**counts_of(report), "moved": moved},
        outcome=stored.outcome.name,
        confirmed_by=None,
        confirmed_at=None,
    )


def counts_of(report: HistoryReport) -> dict:
    """For the row itself: what a list and a confirmation want to know."""
    return {
        "rows": report.rows,
        "taken": report.taken,
        "problems": len(report.refused),
        "done_before": report.done_before,
        "digest": report.digest,
    }


def outcome_of(stored: HistoryImport) -> HistoryReport:
    """Raises FileNotFoundError where it was cleared away just now."""
    with stored.outcome.open("rb") as file:
        return from_bytes(file.read())
