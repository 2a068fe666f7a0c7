"""The firm fills: what was typed into a table becomes its draft. No other module writes cells."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts import journal
from accounts.models import JournalEntry, User
from reporting.models import Filing, Sheet
from reporting.workflow.guards import (
    MOST_WORDS,
    MOVES,
    Refused,
    be_open,
    be_the_firm,
    for_firm,
    held,
    line,
    locked_to_judge,
    move,
    not_now,
)
from reporting.workflow.merging import Conflict, Proposed, changes_since, divide

SAVED = ["cells", "version", "saved_at", "saved_by"]
StateAndCheck = tuple[str, str, datetime | None]  # a filing's state, and what its last 数据审核 found when


@transaction.atomic
def save_sheet(
    filing: Filing,
    table: str,
    cells: Mapping[str, str],
    version: int,
    by: User,
    at: datetime,
    why: str = "",
    proposed: Proposed = dict,
    subject: str = "",
) -> Sheet:
    """Store what was typed into cells of one table. A cell that `cells` does not name is not touched, a blank one is
    cleared, a wrong one is kept, for a draft may be wrong.

    `version` is the sheet's when the page was opened, `proposed` what the page put into an empty one: what others
    saved since stays where this person did not change it too. Raises Conflict where both changed a cell to different
    text, Refused when the filing is not the firm's to change.
    """
    return save_held(held(Filing.objects.filter(pk=filing.pk)), table, cells, version, by, at, why, proposed, subject)


def save_held(
    filing: Filing,
    table: str,
    cells: Mapping[str, str],
    version: int,
    by: User,
    at: datetime,
    why: str = "",
    proposed: Proposed = dict,
    subject: str = "",
) -> Sheet:
    """See save_sheet: of a filing that `held` has read, in the transaction that holds it."""
    for_firm(filing, by, at)
    stood = how_it_stands(filing)
    store(filing, put_into(filing, table, cells, version, by, at, why, proposed, subject), stood)
    return filing.drafts[table]


@transaction.atomic
def save_and_read(
    filing: Filing,
    table: str,
    cells: Mapping[str, str],
    version: int,
    by: User,
    at: datetime,
    proposed: Proposed = dict,
) -> Filing:
    """The same, and the filing as it is now, read with all that judging and showing it rest on."""
    filing = locked_to_judge(filing, by, at)
    stood = how_it_stands(filing)
    store(filing, put_into(filing, table, cells, version, by, at, proposed=proposed), stood)
    return filing


def put_into(
    filing: Filing,
    table: str,
    cells: Mapping[str, str],
    version: int,
    by: User,
    at: datetime,
    why: str = "",
    proposed: Proposed = dict,
    subject: str = "",
) -> list[JournalEntry]:
    """See save_sheet: the sheet of a filing that is locked for its firm. Returns what the journal is to say of it;
    `store` writes that, and the filing."""
    move(filing, "save")
    sheet = filing.drafts.get(table) or Sheet(filing=filing, table=table)
    typed = {key: text.strip() for key, text in cells.items()}
    for key, text in typed.items():
        if len(text) > MOST_WORDS:
            place = filing.edition.place_of(key)
            raise Refused(f"{place}有 {len(text)} 个字，一格最多 {MOST_WORDS} 字。请精简后再保存。")
    if sheet.version != version:
        sheet.meanwhile = changes_since(sheet, version)
        divided = divide(sheet, typed, sheet.meanwhile, proposed, filing.edition)
        if divided.theirs:
            raise Conflict(sheet, divided, by)
        typed = divided.own
    before, kept = sheet.cells, {key: text for key, text in (sheet.cells | typed).items() if text}
    changed = sorted(key for key in before.keys() | kept.keys() if before.get(key) != kept.get(key))
    if not changed and sheet.version:
        return []
    sheet.cells, sheet.version, sheet.saved_at, sheet.saved_by = kept, sheet.version + 1, at, by
    sheet.save(update_fields=SAVED if sheet.pk else None)
    filing.drafts[table] = sheet
    filing.checked, filing.checked_at = Filing.UNCHECKED, None
    was, now = ({key: cells.get(key, "") for key in changed} for cells in (before, kept))
    return [line(filing, by, at, f"保存{table}", subject=subject, before=was, after=now, why=why)]


def store(filing: Filing, lines: list[JournalEntry], stood: StateAndCheck | None = None) -> None:
    """Write down how the filing stands after what these lines say, if it has not stood so before; where they say
    nothing, nothing was done."""
    if lines:
        if stood != how_it_stands(filing):
            filing.save(update_fields=["state", "checked", "checked_at"])
        journal.record_all(lines)


def how_it_stands(filing: Filing) -> StateAndCheck:
    return filing.state, filing.checked, filing.checked_at


def why_not_saved(filing: Filing, by: User, at: datetime) -> str:
    """Why this person may not save the filing's drafts now; empty when they may."""
    try:
        be_the_firm(by, filing)
        be_open(filing, at)
    except Refused as refused:
        return str(refused)
    return "" if filing.state in MOVES["save"] else not_now(filing)
