"""An open period goes over to another edition while its firms are filling it: their drafts go along, row by row.

No official writes a firm's figure. This is the one act of the city that touches drafts, and it may only because the
text stays exactly what the firm typed: each moves to the row that continues the one it was typed into (`continuity`),
measured alike, and nothing is typed, reckoned or dropped. What has no counterpart stays stored: under its old code,
where no page shows it, or in the journal's line alone where the other edition uses that cell for something else and
would show the text as its figure. The journal names all of it, and the firm is told to look (`models.handover`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts import journal
from accounts.models import JournalEntry, User
from forms_tables.edition.address import CellAddress
from forms_tables.edition.continuity import cells_after, continues
from forms_tables.edition.model import Edition
from reporting.models import Filing, Period, Sheet
from reporting.models.handover import HANDED_OVER, as_told
from reporting.workflow.guards import line


@dataclass(frozen=True)
class Carried:
    """A draft under the other edition: what is `shown` in its cells, what is kept `aside` under codes it has not, and
    what of the edition before is `left` without a row, wherever that is kept."""

    shown: Mapping[str, str]
    aside: Mapping[str, str]
    left: Mapping[str, str]


def hand_over(period: Period, edition_code: str, by: User | None, at: datetime, why: str) -> None:
    """The period, whose filings are locked and unsent, is filed under the other edition from now on."""
    before = period.edition
    period.edition_code = edition_code
    period.save(update_fields=["edition_code"])
    # What the last check said of a draft was said by the rules of the other edition.
    Filing.objects.filter(period=period).exclude(checked=Filing.UNCHECKED).update(checked=Filing.UNCHECKED)
    begun = Filing.objects.filter(period=period, sheets__isnull=False).distinct().order_by("pk")
    lines = []
    for filing in begun.select_related("enterprise", "district").prefetch_related("sheets"):
        filing.period = period
        if any(sheet.cells for sheet in filing.drafts.values()):
            lines.append(_carry_drafts(filing, before, by, at, why))
    journal.record_all(lines)


def carried(typed: Mapping[str, str], before: Edition, edition: Edition) -> Carried:
    """What was typed under `before`, under `edition`."""
    after = cells_after(before, edition)
    goes_back = continues(before, edition)  # then what it had no row for comes to light again
    shown = {after[key]: text for key, text in typed.items() if key in after}
    aside: dict[str, str] = {}
    for key, text in typed.items():
        of_another = not edition.has_cell(key) or (goes_back and not before.has_cell(key))
        if key not in after and key not in shown and of_another:
            (shown if edition.has_cell(key) else aside)[key] = text
    left = {key: text for key, text in typed.items() if key not in after and before.has_cell(key)}
    return Carried(shown, aside, left)


def _carry_drafts(filing: Filing, before: Edition, by: User | None, at: datetime, why: str) -> JournalEntry:
    """Move what was typed; returns what the journal is to say. As its line names every cell that changed, it counts as
    a save of the tables these stand in, for who has such a page open (see workflow.merging)."""
    edition, drafts = filing.period.edition, filing.drafts
    home = {key: sheet for sheet in drafts.values() for key in sheet.cells}
    typed = {key: sheet.cells[key] for key, sheet in home.items()}
    found = carried(typed, before, edition)
    table_of = {key: edition.indicators[CellAddress.parse(key).code].table for key in found.shown}
    table_of |= {key: home[key].table for key in found.aside}
    now = {**found.shown, **found.aside}
    stood = {(sheet.table, key, typed[key]) for key, sheet in home.items()}
    stands = {(table_of[key], key, text) for key, text in now.items()}
    changed = sorted({key for _, key, _ in stood ^ stands})
    saved = {
        edition.indicators[code].table for key in changed if (code := CellAddress.parse(key).code) in edition.indicators
    }
    for table in sorted(drafts.keys() | set(table_of.values())):
        sheet = drafts.get(table) or _sheet_beside(filing, table)
        cells = {key: text for key, text in now.items() if table_of[key] == table}
        if table in saved or sheet.cells != cells:
            sheet.cells, sheet.version = cells, sheet.version + (table in saved)
            sheet.save()
    return line(
        filing,
        by,
        at,
        HANDED_OVER,
        before={key: typed.get(key, "") for key in changed} or None,
        after={
            **as_told(
                edition.title, len(found.shown), {before.place_of(key): text for key, text in found.left.items()}
            ),
            **{key: now.get(key, "") for key in changed},
        },
        why=why,
    )


def _sheet_beside(filing: Filing, table: str) -> Sheet:
    """For rows that stand in another table now; its text was saved when, and by whom, the newest of the others was."""
    last = max(filing.drafts.values(), key=lambda sheet: (sheet.saved_at is not None, sheet.saved_at))
    return Sheet(filing=filing, table=table, saved_at=last.saved_at, saved_by=last.saved_by)
