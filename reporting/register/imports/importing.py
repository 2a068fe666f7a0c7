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

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from import_export.results import Result, RowResult

from accounts import journal
from accounts.access import Refused
from accounts.models import User
from reporting.long_imports import Say, say_nothing
from reporting.models.in_force import asked_once
from reporting.register.applications import owed_in_words
from reporting.register.imports.columns import columns
from reporting.register.imports.resource import (
    RegisterChange,
    RegisterHasMoved,
    RegisterResource,
    store,
)
from reporting.register.imports.sheet_rows import ReadRegister, RegisterRowProblem, read_register

MOST_DAYS_SAID = 20
TRIES = 3  # while others change the register under the import


@dataclass(frozen=True)
class RegisterDryRun:
    """What an import would change, or has changed; nothing while there are problems."""

    unchanged: int
    problems: list[RegisterRowProblem]
    changes: list[RegisterChange]  # by row
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


def try_import(
    source: BinaryIO, name: str, *, by: User, at: datetime.datetime, say: Say = say_nothing
) -> RegisterDryRun:
    """The import itself, taken back: what passes here is what the database has already stored once."""

    def take_back(done: RegisterDryRun) -> None:
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
    seal: Callable[[RegisterDryRun], None] = lambda done: None,
) -> RegisterDryRun:
    """All rows or none. What was shown in the dry run is judged again on the register as it is now: where the digest
    of what would change is not the one that was `shown`, nothing is imported. `seal` is called in the transaction that
    stores it, and may break it off by raising."""

    def as_shown(done: RegisterDryRun) -> bool:
        return not shown or done.digest == shown

    return carry_in(read_register(source, name), name, by, at, say, as_shown, seal)


def carry_in(read: ReadRegister, name, by, at, say, is_wanted, seal) -> RegisterDryRun:
    """Judges the rows, which takes most of the time, without holding anything; then stores what follows from them at
    once, if nobody has moved the register meanwhile."""
    be_the_office(by)
    for _ in range(TRIES):
        with asked_once():  # which edition is in force, and not of every cell
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
        except RegisterHasMoved:
            continue
    raise Refused("名录正在被别人改动，没有导入，请过几分钟再试。")


def journal_import(done: RegisterDryRun, name: str, by: User, at: datetime.datetime) -> None:
    counts = {"新增": done.new, "变更": done.changed, "不变": done.unchanged}
    journal.record(by=by, at=at, action="导入名录", subject=name, district=by.district, after=counts)


def be_the_office(by: User) -> None:
    if not by.may.keep_register:
        raise Refused("名录由区县和市级导入。")


def judge(resource: RegisterResource, read: ReadRegister) -> RegisterDryRun:
    result = resource.import_data(read.dataset, dry_run=False, use_transactions=False)
    if result.has_errors():
        unforeseen = [*result.base_errors, *(error for _, errors in result.row_errors() for error in errors)]
        raise unforeseen[0].error
    first_days = Counter(firm.joined_on for firm in resource.newcomers)
    changes = [firm.register_change for firm in (*resource.newcomers, *resource.changed)]
    return RegisterDryRun(
        unchanged=result.totals[RowResult.IMPORT_TYPE_SKIP],
        problems=problems_of(resource, read, result),
        changes=sorted(changes, key=lambda change: change.row),
        hidden=sorted(read.hidden),
        owed=tuple(
            f"新增企业中 {firms} 家自 {day:%Y-%m-%d} 起报，{owed_in_words(day)}"
            for day, firms in sorted(first_days.items())[:MOST_DAYS_SAID]
        ),
    )


def problems_of(resource: RegisterResource, read: ReadRegister, result: Result) -> list[RegisterRowProblem]:
    """By row, and in a row by column. Of a cell that could not be read nothing else is said."""
    unread = {(problem.row, problem.column) for problem in read.problems}
    judged = [
        RegisterRowProblem(read.numbers[invalid.number - 1], column_of(resource, name), sentence)
        for invalid in result.invalid_rows
        for name, sentences in invalid.error.message_dict.items()
        for sentence in sentences
    ]
    told = read.problems + [problem for problem in judged if (problem.row, problem.column) not in unread]
    place = {column: number for number, column in enumerate(columns())}
    return sorted(told, key=lambda problem: (problem.row, place.get(problem.column, len(place))))


def column_of(resource: RegisterResource, name: str) -> str:
    """Errors are keyed by attribute; a person looks for the column."""
    for key, field in resource.fields.items():
        if name in (key, field.attribute, field.column_name):
            return field.column_name
    return "" if name == NON_FIELD_ERRORS else name
