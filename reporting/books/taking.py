"""Figures of a firm's books on their way into its draft: read, shown, and what is ticked stored in one press."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.files.base import ContentFile, File
from django.db import transaction

from accounts.access import DoneAlready
from accounts.models import User
from forms_tables.edition.model import Table
from reporting.books.grids import grids_of, grids_of_paste, grids_of_workbook
from reporting.books.matching import (
    CERTAIN,
    CHOSEN,
    CONFIRMED,
    BooksPreview,
    Checked,
    Choices,
    ReadStatement,
    checked_against,
    preview,
    statements_for,
)
from reporting.books.memory import Layout, Memory, memory_of, remember
from reporting.books.statements import Statement
from reporting.books.terms import signs_of
from reporting.filing.judging import judge, typed_cells
from reporting.models import Filing
from reporting.workbooks.upload import in_journal, is_stored
from reporting.workflow import Refused, why_not_saved
from reporting.workflow.guards import locked_to_judge
from reporting.workflow.saving import how_it_stands, put_into, store

PASTED = "粘贴的报表"


class BooksMoved(Refused):
    """What would be stored is not what was shown; nothing was."""

    def __init__(self, found: BooksPreview) -> None:
        super().__init__(
            "没有存入：您选的对应、单位、列，或者草稿里的数，和上面列出时不同了。下面是现在的对照，请核对后再存入。"
        )
        self.found = found


class NothingTicked(Refused):
    """Nothing to store; what was compared stays before the person's eyes."""

    def __init__(self) -> None:
        super().__init__("没有勾选要取的数，草稿没有动。请在“取”一列勾选，再点“存入草稿”。")


class BooksTakenAlready(DoneAlready):
    def __init__(self) -> None:
        super().__init__("这份报表的数已经存入草稿，没有再存一次。")


@dataclass(frozen=True)
class GivenBooks:
    """What was uploaded or pasted, and the statements on it that the table reads."""

    file: File
    statements: list[Statement]
    is_pasted: bool


def given_books(file: File | None, pasted: str, filing: Filing, table: Table, by: User, at: datetime) -> GivenBooks:
    """Raises Unreadable with a sentence, and Refused where this person may not change the drafts now."""
    if why_not := why_not_saved(filing, by, at):
        raise Refused(why_not)
    if file is not None:
        grids = grids_of_workbook(file, file.name or "")
        return GivenBooks(file, statements_for(grids, filing, table), False)
    grids = grids_of_paste(pasted)
    return GivenBooks(ContentFile(pasted.encode(), PASTED), statements_for(grids, filing, table), True)


def books_again(content: bytes, name: str, filing: Filing, table: Table, *, pasted: bool) -> list[Statement]:
    return statements_for(grids_of(content, name, pasted=pasted), filing, table)


def beside_the_draft(filing: Filing, table: Table, statements: list[Statement], choices: Choices) -> BooksPreview:
    return preview(filing, judge(filing), table, statements, memory_of(filing), choices)


def checked_in(found: BooksPreview, ticked: Collection[str]) -> list[Checked]:
    """Totals of the books beside those the platform would work out with what is ticked."""
    taken = {cell.key: cell.text for cell in found.cells if cell.key in ticked and cell.can_be_taken}
    return checked_against(found, judge(found.filing, typed_cells(found.filing) | taken))


@dataclass(frozen=True)
class BooksPress:
    """What a person confirms: these books, read in this way, these cells. `seen` is the fingerprint of the preview they
    had before their eyes, `upload` what the journal calls the books; they are taken once."""

    filing: Filing
    table: Table
    statements: list[Statement]
    choices: Choices
    ticked: frozenset[str]
    seen: str
    name: str = ""
    upload: str = ""


@transaction.atomic
def take(press: BooksPress, by: User, at: datetime) -> int:
    """Store the ticked cells and remember how the books were read; says how many cells.

    Raises BooksMoved, NothingTicked, BooksTakenAlready, and Refused as `save_sheet` does.
    """
    filing, table = locked_to_judge(press.filing, by, at), press.table.code
    if press.upload and is_stored(filing, press.upload):
        raise BooksTakenAlready
    found = beside_the_draft(filing, press.table, press.statements, press.choices)
    if found.fingerprint != press.seen:
        raise BooksMoved(found)
    cells = {cell.key: cell.text for cell in found.cells if cell.key in press.ticked and cell.can_be_taken}
    if not cells:
        raise NothingTicked
    stood, version = how_it_stands(filing), filing.drafts[table].version if table in filing.drafts else 0
    why, subject = f"从财务报表取数 {press.name}".strip(), in_journal(press.upload) if press.upload else ""
    store(filing, put_into(filing, table, cells, version, by, at, why, subject=subject), stood)
    confirmed = confirmed_rows(found, press.ticked)
    layouts = {each.statement.kind: with_signs(each, found.memory, confirmed) for each in found.statements}
    remember(filing, confirmed, layouts, by, at)
    return len(cells)


def with_signs(read: ReadStatement, memory: Memory, confirmed: Mapping[str, tuple[str, ...]]) -> Layout:
    """The layout with how the lines of what is confirmed now are written; of other terms it stays as it was."""
    there = read.statement.by_key
    terms = {term for row in confirmed.values() for term in row if term[1:] in there}
    return replace(read.layout, signs={**memory.layout(read.statement.kind).signs, **signs_of(terms, there)})


def confirmed_rows(found: BooksPreview, ticked: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What the person said yes to: rows of which a cell is ticked, or stands there already and was no mere proposal;
    and rows they turned to nothing."""
    confirmed = {}
    for cell in found.cells:
        settled = cell.is_there and cell.source in (CONFIRMED, CERTAIN, CHOSEN)
        if cell.key in ticked or settled or (cell.source == CHOSEN and not cell.terms):
            confirmed[cell.row.code] = cell.terms
    return confirmed
