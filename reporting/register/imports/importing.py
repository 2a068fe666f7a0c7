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

from django.db import transaction

from accounts import journal
from accounts.access import Refused
from accounts.models import User
from reporting.long_imports import Say, say_nothing
from reporting.models.in_force import asked_once
from reporting.register.applications import owed_in_words
from reporting.register.imports.columns import columns
from reporting.register.imports.judging import (
    RegisterChange,
    RegisterHasMoved,
    RegisterRows,
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
        try:
            with asked_once():  # which edition is in force, and not for every row
                return carry_in_once(read, name, by, at, say, is_wanted, seal)
        except RegisterHasMoved:
            continue
    raise Refused("名录正在被别人改动，没有导入，请过几分钟再试。")


def carry_in_once(read: ReadRegister, name, by, at, say, is_wanted, seal) -> RegisterDryRun:
    rows = RegisterRows(by, at, read.numbers, say)
    done = judge(rows, read)
    if not done.is_clean or not is_wanted(done):
        return done
    say(len(read.numbers), len(read.numbers))
    with transaction.atomic():
        store(rows)
        journal_import(done, name, by, at)
        seal(done)
    return done


def journal_import(done: RegisterDryRun, name: str, by: User, at: datetime.datetime) -> None:
    counts = {"新增": done.new, "变更": done.changed, "不变": done.unchanged}
    journal.record(by=by, at=at, action="导入名录", subject=name, district=by.district, after=counts)


def be_the_office(by: User) -> None:
    if not by.may.keep_register:
        raise Refused("名录由区县和市级导入。")


def judge(rows: RegisterRows, read: ReadRegister) -> RegisterDryRun:
    rows.judge(read.rows)
    first_days = Counter(firm.joined_on for firm in rows.newcomers)
    changes = [firm.register_change for firm in (*rows.newcomers, *rows.changed)]
    return RegisterDryRun(
        unchanged=rows.unchanged,
        problems=problems_of(rows, read),
        changes=sorted(changes, key=lambda change: change.row),
        hidden=sorted(read.hidden),
        owed=tuple(
            f"新增企业中 {firms} 家自 {day:%Y-%m-%d} 起报，{owed_in_words(day)}"
            for day, firms in sorted(first_days.items())[:MOST_DAYS_SAID]
        ),
    )


def problems_of(rows: RegisterRows, read: ReadRegister) -> list[RegisterRowProblem]:
    """By row, and in a row by column. Of a cell that could not be read nothing else is said."""
    heads = {"credit_code": "统一社会信用代码", "district": "报送区县", **{each.name: each.head for each in rows.read}}
    unread = {(problem.row, problem.column) for problem in read.problems}
    judged = [RegisterRowProblem(row, heads.get(name, name), sentence) for row, name, sentence in rows.wrong]
    found = read.problems + [problem for problem in judged if (problem.row, problem.column) not in unread]
    place = {column: number for number, column in enumerate(columns())}
    return sorted(found, key=lambda problem: (problem.row, place.get(problem.column, len(place))))
