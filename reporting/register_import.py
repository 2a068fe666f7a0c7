"""The register from Excel: first a dry run that says row by row what is wrong, then all of it or nothing."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import cached_property
from hashlib import sha256
from typing import BinaryIO

import tablib
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from import_export.results import Result, RowResult
from python_calamine import CalamineError, CalamineWorkbook

from accounts import journal
from accounts.access import Refused
from accounts.models import User
from forms_tables.workbook_package import DAMAGED, Unreadable, inspect_package
from reporting.register_columns import COLUMNS
from reporting.register_resource import Change, Moved, RegisterResource, Say, say_nothing, store
from reporting.registration import owed_in_words
from text.incoming import without_control, without_hidden

MOST_ROWS = 20_000
MOST_DAYS_SAID = 20
TRIES = 3  # while others change the register under the import


@dataclass(frozen=True)
class RowProblem:
    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class ReadRegister:
    """The first worksheet: its rows under the register's columns, what number each has in the sheet, which of them are
    hidden there, and the cells that could not be read."""

    dataset: tablib.Dataset
    numbers: list[int]
    hidden: frozenset[int]
    problems: list[RowProblem]


@dataclass(frozen=True)
class DryRun:
    """What an import would change, or has changed; nothing while there are problems."""

    unchanged: int
    problems: list[RowProblem]
    changes: list[Change]  # by row
    hidden: list[int]
    owed: tuple[str, ...]  # what the newcomers will have to report, in a sentence for each of their first days

    @property
    def is_clean(self) -> bool:
        return not self.problems

    @property
    def new(self) -> int:
        return sum(change.is_new for change in self.changes)

    @property
    def changed(self) -> int:
        return len(self.changes) - self.new

    @cached_property
    def digest(self) -> str:
        """Of all that a person is shown before confirming it."""
        shown = [[astuple(change) for change in self.changes], self.hidden, self.owed]
        return sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()


def read_register(source: BinaryIO, name: str) -> ReadRegister:
    """Raises Unreadable with a sentence where the whole file cannot be taken."""
    rows = first_sheet(source, name)
    if not rows:
        raise Unreadable("第一张工作表是空的。请下载名录模板，填好后再上传。")
    heads = [head_of(cell) for cell in rows[0]]
    if missing := [column for column in COLUMNS if column not in heads]:
        raise Unreadable(f"第 1 行缺少列：{'、'.join(missing)}。请用名录模板的列名，列的先后不限。")
    if twice := [column for column in COLUMNS if heads.count(column) > 1]:
        raise Unreadable(f"第 1 行的列名重复：{'、'.join(twice)}。请只留一列。")
    places = [heads.index(column) for column in COLUMNS]
    dataset, numbers = tablib.Dataset(headers=COLUMNS), []
    for number, row in enumerate(rows[1:], start=2):
        cells = [as_typed(row[place]) for place in places]
        if any(cell != "" for cell in cells):
            dataset.append(cells)
            numbers.append(number)
    if not numbers:
        raise Unreadable("表里只有列名，没有企业。")
    return ReadRegister(dataset, numbers, hidden=frozenset(), problems=[])


def first_sheet(source: BinaryIO, name: str) -> list[list]:
    """Its rows as they stand, from the first row and the first column on."""
    package = inspect_package(source, name)
    if any(outline.rows > MOST_ROWS + 1 for outline in package.outlines.values()):
        raise Unreadable(f"表里的行数超过 {MOST_ROWS:,} 行的上限，没有读取。请分成几个文件导入。")
    try:
        return CalamineWorkbook.from_filelike(package.stream()).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as damaged:
        raise Unreadable(DAMAGED) from damaged


def head_of(cell) -> str:
    return without_hidden(str(cell)).strip().rstrip("*")


def as_typed(cell):
    """Excel keeps 13800000000 as 13800000000.0; a person typed the digits."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell if isinstance(cell, datetime.date) else without_control(str(cell)).strip()


def try_import(source: BinaryIO, name: str, *, by: User, at: datetime.datetime, say: Say = say_nothing) -> DryRun:
    """The import itself, taken back: what passes here is what the database has already stored once."""

    def take_back(done: DryRun) -> None:
        transaction.set_rollback(True)

    return carry_in(read_register(source, name), name, by, at, say, lambda done: True, take_back)


def import_register(
    source: BinaryIO,
    name: str,
    *,
    by: User,
    at: datetime.datetime,
    say: Say = say_nothing,
    shown: str = "",
    seal: Callable[[DryRun], None] = lambda done: None,
) -> DryRun:
    """All rows or none. What was shown in the dry run is judged again on the register as it is now: where the digest
    of what would change is not the one that was `shown`, nothing is imported. `seal` is called in the transaction that
    stores it, and may break it off by raising."""

    def as_shown(done: DryRun) -> bool:
        return not shown or done.digest == shown

    return carry_in(read_register(source, name), name, by, at, say, as_shown, seal)


def carry_in(read: ReadRegister, name, by, at, say, is_wanted, seal) -> DryRun:
    """Judges the rows, which takes most of the time, without holding anything; then stores what follows from them at
    once, if nobody has moved the register meanwhile."""
    be_the_office(by)
    for _ in range(TRIES):
        resource = RegisterResource(by, at, read.numbers, say)
        done = judge(resource, read)
        if not done.is_clean or not is_wanted(done):
            return done
        say(len(read.numbers), len(read.numbers))
        try:
            with transaction.atomic():
                store(resource)
                journal_import(done, name, by, at)
                seal(done)
            return done
        except Moved:
            continue
    raise Refused("名录正在被别人改动，没有导入，请过几分钟再试。")


def journal_import(done: DryRun, name: str, by: User, at: datetime.datetime) -> None:
    counts = {"新增": done.new, "变更": done.changed, "不变": done.unchanged}
    journal.record(by=by, at=at, action="导入名录", subject=name, district=by.district, after=counts)


def be_the_office(by: User) -> None:
    if by.role not in (User.Role.DISTRICT, User.Role.CITY):
        raise Refused("名录由区县和市级导入。")


def judge(resource: RegisterResource, read: ReadRegister) -> DryRun:
    result = resource.import_data(read.dataset, dry_run=False, use_transactions=False)
    if result.has_errors():
        unforeseen = [*result.base_errors, *(error for _, errors in result.row_errors() for error in errors)]
        raise unforeseen[0].error
    first_days = Counter(firm.joined_on for firm in resource.newcomers)
    changes = [firm.register_change for firm in (*resource.newcomers, *resource.changed)]
    return DryRun(
        unchanged=result.totals[RowResult.IMPORT_TYPE_SKIP],
        problems=problems_of(resource, read, result),
        changes=sorted(changes, key=lambda change: change.row),
        hidden=sorted(read.hidden),
        owed=tuple(
            f"新增企业中 {firms} 家自 {day:%Y-%m-%d} 起报：{owed_in_words(day)}"
            for day, firms in sorted(first_days.items())[:MOST_DAYS_SAID]
        ),
    )


def problems_of(resource: RegisterResource, read: ReadRegister, result: Result) -> list[RowProblem]:
    """By row, and in a row by column. Of a cell that could not be read nothing else is said."""
    unread = {(problem.row, problem.column) for problem in read.problems}
    judged = [
        RowProblem(read.numbers[invalid.number - 1], column_of(resource, name), sentence)
        for invalid in result.invalid_rows
        for name, sentences in invalid.error.message_dict.items()
        for sentence in sentences
    ]
    told = read.problems + [problem for problem in judged if (problem.row, problem.column) not in unread]
    place = {column: number for number, column in enumerate(COLUMNS)}
    return sorted(told, key=lambda problem: (problem.row, place.get(problem.column, len(place))))


def column_of(resource: RegisterResource, name: str) -> str:
    """Errors are keyed by attribute; a person looks for the column."""
    for key, field in resource.fields.items():
        if name in (key, field.attribute, field.column_name):
            return field.column_name
    return "" if name == NON_FIELD_ERRORS else name
