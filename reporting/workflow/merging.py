"""Two people at one sheet: what of a page is its own change, judged against the version it was opened at.

The journal holds every saved cell with what stood there before, so a page need not say what it was opened with. A
workbook is such a page, opened when it was handed out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Q, QuerySet

from accounts.models import JournalEntry, User
from forms_tables.edition.address import CellAddress
from forms_tables.edition.model import Edition
from forms_tables.filling.parsing import parse
from reporting.models import Sheet
from reporting.models.handover import HANDED_OVER
from reporting.workflow.guards import Refused

ABANDONED = "放弃修订"  # puts drafts back, and so is a save of every sheet it changes
OF_MANY_SHEETS = (ABANDONED, HANDED_OVER)
LINES_AT_ONCE = 50


@dataclass(frozen=True)
class SavedChange:
    """What became of one cell since a version: the text it had then, and who changed it last."""

    before: str
    by: User | None
    at: datetime | None

    def saver(self, reader: User) -> str:
        """Who stored it, as `reader` is told; of whoever is of another firm also of which."""
        if self.by is None:
            return "他人"
        if self.by == reader:
            return "您本人在另一窗口"
        return str(self.by) if self.by.enterprise_id == reader.enterprise_id else self.by.signed


Changes = Mapping[str, SavedChange]
Proposed = Callable[[], Mapping[str, str]]  # what stood in an empty sheet of the page; asked where it matters


@dataclass(frozen=True)
class Division:
    """Whose change each cell is in which a page differs from what is stored: `own` what the page would store, of these
    `theirs` where somebody else has stored another text since; `kept` what only somebody else changed."""

    own: dict[str, str]
    theirs: dict[str, SavedChange]
    kept: dict[str, SavedChange]


@dataclass(frozen=True)
class Save:
    """Who made a version of a sheet, when, under which subject of the journal, and what stood there before in the cells
    it changed."""

    by: User | None
    at: datetime
    subject: str
    before: dict[str, str]


def nobody(save: Save) -> bool:
    """A page of the site knows of no save after it was opened."""
    return False


class Conflict(Refused):
    """Some cells were changed to different text here and, since this page was opened, by somebody else.

    `sheet` holds what is stored now, `theirs` the others' change of each such cell, `own` all that `by` changed here.
    """

    def __init__(self, sheet: Sheet, divided: Division, by: User):
        theirs = divided.theirs
        names = "、".join(dict.fromkeys(change.saver(by) for change in theirs.values()))
        super().__init__(
            f"有 {len(theirs)} 格在您打开之后已由{names}改成别的内容，与您填的不同。"
            "您的修改尚未保存，也没有丢失；请逐格核对后再保存。"
        )
        self.sheet, self.own, self.theirs = sheet, divided.own, theirs


def divide(
    sheet: Sheet, typed: Mapping[str, str], changes: Changes | None, proposed: Proposed, edition: Edition
) -> Division:
    """Tell apart what `typed` changed on a page and what others have changed since it was opened: `changes`, as
    `changes_since` tells them. Where the sheet was empty then, `proposed` stood in it."""
    opened = sheet.cells | {key: change.before for key, change in (changes or {}).items()}
    opened = opened if any(opened.values()) else proposed()
    unknown = SavedChange("", sheet.saved_by, sheet.saved_at)  # nothing tells what the page was opened with
    divided = Division({}, {}, {})
    for key, text in typed.items():
        stored, before = sheet.cells.get(key, ""), opened.get(key, "")
        if same(edition, key, stored, text):
            continue
        if changes is None:
            divided.theirs[key] = unknown
        elif key in changes and same(edition, key, before, text):
            divided.kept[key] = changes[key]
            continue
        elif key in changes and not same(edition, key, before, stored):
            divided.theirs[key] = changes[key]
        divided.own[key] = text
    return divided


def changes_since(
    sheet: Sheet, version: int, is_its_own: Callable[[Save], bool] = nobody
) -> dict[str, SavedChange] | None:
    """What was saved of a sheet after `version`, by cell, and of each cell only what came after the page's own save: an
    earlier state of the same workbook is no change. None where the journal does not tell: a version that never was, or
    one older than the journal. Versions are counted back from the sheet's, so it is asked of one just read, or held."""
    wanted = sheet.version - version
    saves = list(islice(saves_of(sheet), max(wanted, 0)))
    if len(saves) != wanted:
        return None
    changes: dict[str, SavedChange] = {}
    its_own: set[str] = set()
    for save in saves:
        later = {key: text for key, text in save.before.items() if key not in its_own}
        if is_its_own(save):
            its_own |= later.keys()
            continue
        for key, text in later.items():
            latest = changes.get(key)
            changes[key] = SavedChange(text, latest.by if latest else save.by, latest.at if latest else save.at)
    return changes


def saves_of(sheet: Sheet) -> Iterator[Save]:
    """Every version of a sheet, the newest first; who looks back a few versions reads a few lines."""
    filing = sheet.filing
    rows = {indicator.code for indicator in filing.edition.table(sheet.table).indicators}
    lines = JournalEntry.objects.filter(
        enterprise=filing.enterprise_id, period=filing.period_id, action__in=[f"保存{sheet.table}", *OF_MANY_SHEETS]
    )
    for line in newest_first(lines.select_related("by")):
        before = {key: text for key, text in (line.before or {}).items() if CellAddress.parse(key).code in rows}
        if before or line.action not in OF_MANY_SHEETS:
            yield Save(line.by, line.at, line.subject, before)


def newest_first(lines: QuerySet[JournalEntry]) -> Iterator[JournalEntry]:
    """A sheet that saves itself while it is filled in has hundreds of lines; they are read as far as they are asked."""
    older = Q()
    while page := list(lines.filter(older).order_by("-pk")[:LINES_AT_ONCE]):
        yield from page
        older = Q(pk__lt=page[-1].pk)


def same(edition: Edition, cell: str, one: str, other: str) -> bool:
    """Whether two texts say the same: 1,000.00 in the draft is 1000 in the workbook."""
    if one == other:
        return True
    at = CellAddress.parse(cell)
    indicator = edition.indicator(at.code)
    return parse(indicator, at.column, one) == parse(indicator, at.column, other)
