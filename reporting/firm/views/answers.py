"""What the official form's script is told after a press (see sheet.py): what changed, and not what stayed as it was."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.models import User
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Table
from reporting import workflow
from reporting.firm.views.overview import Overview
from reporting.models import Sheet
from reporting.pages.grid import GridCell, choices_in, in_words, lay_out

JSON = "application/json"


@dataclass(frozen=True)
class SentCells:
    """What a page of a table sent: the text of cells, typed on the `version` it was opened at."""

    table: Table
    cells: dict[str, str]
    version: int
    by: User
    at: datetime

    @property
    def sent(self) -> tuple[str, dict[str, str], int, User, datetime]:
        """As the workflow's saves take it."""
        return self.table.code, self.cells, self.version, self.by, self.at


def kept(sheet: Sheet, press: SentCells) -> dict:
    """After an autosave: how it stands, and what others have stored since the page was opened."""
    return {
        "version": sheet.version,
        "saved": date_format(localtime(press.at), "H:i"),
        "others": {} if sheet.meanwhile == {} else others(sheet, sent_of(sheet, press.cells), press.by),
    }


def sent_of(sheet: Sheet, cells: Mapping[str, str]) -> set[str]:
    """The cells in which stands what was sent."""
    edition = sheet.filing.edition
    return {key for key, text in cells.items() if workflow.same(edition, key, sheet.cells.get(key, ""), text.strip())}


def stored(request: HttpRequest, overview: Overview, press: SentCells) -> dict:
    """After 保存 and 数据审核: also the automatic figures, what is said of cells, tabs, bar and what was found."""
    table = press.table
    sheet = overview.sheets[table.code]
    grid = lay_out(table, overview.typed, overview.judgement.completed, overview.remarks(table))
    shown = [cell for row in grid.rows for cell in row.cells if cell]
    context = {
        "filing": overview.filing,
        "overview": overview,
        "table": table,
        "grid": grid,
        "stored": sheet,
        "tabs": overview.tabs(table),
        **found_in(overview, table),
    }
    return {
        **kept(sheet, press),
        "title": f"{overview.filing.period.label} {table.code} · {overview.summary(table)}",
        "figures": {cell.key: cell.shown for cell in shown if cell.locked},
        "says": {cell.key: said(cell) for cell in shown if cell.says},
        "html": render_to_string("firm/_answer.html", context, request),
    }


def found_in(overview: Overview, table: Table) -> dict:
    """What stands under 数据审核结果 beside the form."""
    begun = overview.has_text(table)
    return {
        "missing": overview.missing_in(table),
        "problems": overview.problems_of(table),
        "errors": overview.findings("error", table) if begun else [],
        "warnings": overview.findings("warning", table) if begun else [],
        "returned": overview.returned_in(table),
    }


def said(cell: GridCell) -> dict:
    return {"marks": cell.marks, "words": "；".join(cell.says), "wrong": bool(cell.errors)}


def refused(refusal: workflow.Refused, press: SentCells) -> dict:
    """Nothing was stored. After a conflict what others stored, in cells changed here too and in those that were not."""
    answer: dict = {"refusal": str(refusal)}
    if isinstance(refusal, workflow.Conflict):
        sheet = refusal.sheet
        answer["version"] = sheet.version
        answer["theirs"] = told(sheet, refusal.theirs, press.by)
        answer["others"] = others(sheet, refusal.own, press.by)
    return answer


def others(sheet: Sheet, own: Container[str], reader: User) -> dict:
    """What was stored since the page was opened in other cells than its `own`. A version the journal does not know says
    nothing of what its page shows: then all there is."""
    changes = sheet.meanwhile
    if changes is None:
        changes = dict.fromkeys(sheet.cells, workflow.SavedChange("", sheet.saved_by, sheet.saved_at))
    return told(sheet, {key: change for key, change in changes.items() if key not in own}, reader)


def told(sheet: Sheet, changes: Mapping[str, workflow.SavedChange], reader: User) -> dict:
    return {key: told_of(sheet, key, change, reader) for key, change in changes.items()}


def told_of(sheet: Sheet, key: str, change: workflow.SavedChange, reader: User) -> dict:
    text = sheet.cells.get(key, "")
    at = CellAddress.parse(key)
    choices = choices_in(sheet.filing.edition.indicator(at.code), at.column)
    when = date_format(localtime(change.at), "n月j日 H:i") if change.at else ""
    return {"text": text, "shown": in_words(text, choices), "by": change.saver(reader), "at": when}
