"""A filled workbook on its way into the drafts: what it would change is shown cell by cell, then that is stored."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import transaction

from accounts.access import DoneAlready
from accounts.models import JournalEntry, User
from forms_tables.edition.model import Table
from forms_tables.filling.completion import Value
from forms_tables.filling.parsing import Problem
from forms_tables.workbooks.template import OpenedWorkbook, ReadWorkbook, Unreadable
from reporting.filing.judging import attributes_of, judge
from reporting.filing.known import known_of_register
from reporting.models import Filing, Sheet
from reporting.workbooks.exchange import JudgedWorkbook, judge_opened, name_of
from reporting.workflow import Refused, Save, SavedChange, changes_since, divide, why_not_saved
from reporting.workflow.guards import for_firm, locked
from reporting.workflow.saving import put_into, store

SYSTEM_FIGURES = "由系统计算的数"


@dataclass(frozen=True)
class CellChange:
    """What a workbook would make of one cell of a draft."""

    key: str  # 2020.c1
    place: str  # in the workbook: 软统企6!D12
    before: str  # as the draft has it
    after: str  # as the workbook has it
    by_others: SavedChange | None  # who saved another text here since the workbook was handed out
    is_hidden: bool  # its row or column is hidden in the workbook
    locked: str  # why nothing is typed here, where that is why it is blanked

    @property
    def is_blanked(self) -> bool:
        return bool(self.before) and not self.after


@dataclass(frozen=True)
class TableChanges:
    table: Table
    version: int  # of the draft it was compared with
    handed_out: int  # the draft's version in the workbook when it was downloaded
    changes: tuple[CellChange, ...]
    kept: tuple[CellChange, ...]  # saved by others since it was handed out and left alone in the workbook: not touched

    def cells(self, draft_wins: bool) -> dict[str, str]:
        """What is stored; where both sides changed a cell, the draft may win."""
        return {change.key: change.after for change in self.changes if not (draft_wins and change.by_others)}


@dataclass(frozen=True)
class PassedOver:
    """A figure typed into a cell that the platform fills, and another one than its own: not taken."""

    key: str
    place: str
    typed: str
    own: Value
    why: str  # it is not the firm's to type


@dataclass(frozen=True)
class WorkbookComparison:
    """A workbook beside the drafts. With any problem nothing of it can be stored."""

    filing: Filing
    name: str
    standing: Mapping[str, str]
    problems: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # of the problems, in their order: 软统企6!D12, or the sheet alone
    is_readable: bool = True  # else the only problem is why it is no workbook of this filing
    tables: tuple[TableChanges, ...] = ()  # those of the workbook that the firm owes
    passed_over: tuple[PassedOver, ...] = ()
    not_owed: tuple[str, ...] = ()  # the others, with the reason; nothing of them is taken

    @cached_property
    def changes(self) -> list[CellChange]:
        return [change for table in self.tables for change in table.changes]

    @property
    def has_conflicts(self) -> bool:
        return any(change.by_others for change in self.changes)

    @cached_property
    def fingerprint(self) -> dict[str, str]:
        """What it rests on and what it shows: where one of these is another, so is the comparison."""
        own = [(one.key, one.typed, str(one.own)) for one in self.passed_over]
        cells = [(change.key, change.before, change.after) for change in self.changes]
        return {**self.standing, SYSTEM_FIGURES: digest_of([own, cells, self.not_owed])}


class Moved(Refused):
    """What a comparison rests on has changed since it was shown; nothing was stored."""

    def __init__(self, what: list[str], changes: list[CellChange]) -> None:
        now = "没有存入。下面是现在的对照，请重新核对。" if changes else "现在没有要存入的内容。"
        super().__init__(f"您核对这次上传期间，{'、'.join(what)}有了变动，{now}")


class StoredAlready(DoneAlready):
    def __init__(self) -> None:
        super().__init__("这次上传的工作簿已经存入草稿，没有再存一次。")


def compare_workbook(filing: Filing, source, by: User, at: datetime, name: str = "") -> WorkbookComparison:
    """What a workbook would change in the filing's drafts. Raises Refused where this person may not change them."""
    if why_not := why_not_saved(filing, by, at):
        raise Refused(why_not)
    standing, sheets = standing_of(filing), {sheet.table: sheet for sheet in filing.sheets.all()}
    try:
        judged = judge_opened(filing, OpenedWorkbook(source, name))
    except Unreadable as refused:
        return WorkbookComparison(filing, name, standing, (str(refused),), is_readable=False)
    if stops := what_stops(judged):
        places = tuple(place_of(problem, judged.read) for problem in stops)
        return WorkbookComparison(filing, name, standing, tuple(problem.problem for problem in stops), places)
    proposed = known_of_register(filing)
    owed = {table.code: table for table in judged.judgement.tables}
    tables = [
        compare_table(judged, owed[code], sheets.get(code) or Sheet(filing=filing, table=code), proposed, by)
        for code in judged.read.meta.tables
        if code in owed
    ]
    left = [filing.edition.table(code) for code in judged.read.meta.tables if code not in owed]
    not_owed = tuple(f"{table.code} {table.title}：{table.why_not}" for table in left)
    return WorkbookComparison(
        filing, name, standing, tables=tuple(tables), passed_over=tuple(passed_over(judged)), not_owed=not_owed
    )


def standing_of(filing: Filing) -> dict[str, str]:
    """What a comparison rests on, by its name on the page: the drafts as they were read, the edition, the register."""
    edition, register = filing.edition, attributes_of(filing.edition, filing.enterprise, filing.district.code)
    return {
        **{f"{sheet.table}的草稿": str(sheet.version) for sheet in filing.sheets.all()},
        "制度版本": f"{edition.code} {edition.digest}",
        "名录里的企业信息": digest_of(sorted(register.items())),
    }


def digest_of(said: list) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def compare_table(
    judged: JudgedWorkbook, table: Table, sheet: Sheet, proposed: Mapping[str, str], by: User
) -> TableChanges:
    filing, read = judged.filing, judged.read
    typed, handed_out = cells_to_take(judged, table), read.meta.versions.get(table.code, 0)
    since = changes_since(sheet, handed_out, uploaded_before(by, handed_out))
    divided = divide(sheet, typed, since, lambda: proposed, filing.edition)

    def change_of(key: str, change: SavedChange | None) -> CellChange:
        reason = "" if typed[key] else judged.judgement.completed.locked.get(key, "")
        before = sheet.cells.get(key, "")
        return CellChange(key, read.places.get(key, ""), before, typed[key], change, key in read.hidden, reason)

    changes = tuple(change_of(key, divided.theirs.get(key)) for key in typed if key in divided.own)
    kept = tuple(change_of(key, divided.kept[key]) for key in typed if key in divided.kept)
    return TableChanges(table, sheet.version, handed_out, changes, kept)


def uploaded_before(by: User, handed_out: int) -> Callable[[Save], bool]:
    """Whether a save is what the same person stored from this workbook before mending it and uploading it again."""
    return lambda save: save.by == by and save.subject.endswith(of_version(handed_out))


def of_version(handed_out: int) -> str:
    return f"（草稿第 {handed_out} 版时下载）"


def cells_to_take(judged: JudgedWorkbook, table: Table) -> dict[str, str]:
    """Every cell of a table as the workbook has it: what is blank there, or not the firm's to type, is blank."""
    locked_cells = judged.judgement.completed.locked
    keys = [f"{row.code}.{key}" for row in table.indicators for key in row.columns]
    return {key: "" if key in locked_cells else judged.read.cells.get(key, "").strip() for key in keys}


def what_stops(judged: JudgedWorkbook) -> tuple[Problem, ...]:
    """A draft may have gaps, and a computed cell or a table not owed is not taken anyway; all else stops an upload."""
    owed, locked_cells = {table.code for table in judged.judgement.tables}, judged.judgement.completed.locked
    return tuple(
        problem
        for problem in judged.problems
        if problem.table in owed
        and (problem in judged.read.problems or (not problem.missing and name_of(problem) not in locked_cells))
    )


def place_of(problem: Problem, read: ReadWorkbook) -> str:
    """Where on the sheet a person has to look; for a problem of a whole row, the first cell of it that was read."""
    if place := read.places.get(name_of(problem)):
        return place
    if said := re.match(rf"{re.escape(problem.table)}![A-Z]{{1,3}}[0-9]+", problem.problem):
        return said[0]
    row = f"{problem.code}."
    return next((place for name, place in read.places.items() if problem.code and name.startswith(row)), problem.table)


def passed_over(judged: JudgedWorkbook) -> Iterator[PassedOver]:
    """Each figure typed into a computed cell that is not what the platform works out."""
    completed, read = judged.judgement.completed, judged.read
    own = judge(judged.filing, {cell: text for cell, text in read.cells.items() if cell not in completed.locked})
    for cell in completed.locked:
        text = read.cells.get(cell, "").strip()
        if text and completed.values.get(cell) != own.completed.values.get(cell):
            yield PassedOver(cell, read.places[cell], text, own.completed.values.get(cell), completed.locked[cell])


@transaction.atomic
def store_workbook(
    compared: WorkbookComparison,
    by: User,
    at: datetime,
    *,
    shown: Mapping[str, str] | None = None,
    draft_wins: bool = False,
    upload: str = "",
) -> tuple[str, ...]:
    """Store what the comparison says, every table or nothing, and say which tables. `shown` is the fingerprint of the
    comparison the person saw, `upload` what the journal calls this upload; it is stored once.

    Raises Moved, StoredAlready, and Refused as `save_sheet` does.
    """
    filing = locked(compared.filing)
    if is_stored(filing, upload):
        raise StoredAlready
    shown = compared.fingerprint if shown is None else shown
    now = compared.fingerprint | standing_of(filing)
    if moved := [what for what in {**shown, **now} if shown.get(what) != now.get(what)]:
        raise Moved([what for what in moved if what != SYSTEM_FIGURES] or moved, compared.changes)
    for_firm(filing, by, at)
    stored, lines, why = [], [], f"上传工作簿 {compared.name}".strip()
    for table in compared.tables:
        if cells := table.cells(draft_wins):
            subject = in_journal(upload) + of_version(table.handed_out) if upload else ""
            lines += put_into(filing, table.table.code, cells, table.version, by, at, why, subject=subject)
            stored.append(table.table.code)
    store(filing, lines)
    return tuple(stored)


def is_stored(filing: Filing, upload: str) -> bool:
    lines = JournalEntry.objects.filter(enterprise=filing.enterprise_id, period=filing.period_id)
    return bool(upload) and lines.filter(subject__startswith=in_journal(upload)).exists()


def in_journal(upload: str) -> str:
    return f"上传件 {upload}"
