"""What a firm confirmed of its books: kept when it takes figures, read when the next statement comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import User
from forms_tables.edition.continuity import counterparts
from reporting.books.heads import CALLED
from reporting.models import BooksMapping, Filing
from reporting.workflow.guards import line

CONFIRMED = "确认财务报表对应"


@dataclass(frozen=True)
class Layout:
    """How one kind of statement was read: of which sheet, in which unit, which column fed which, and its names."""

    sheet: str = ""
    unit: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    span: str | None = None  # what it was of, as the words above it said: a year, a month, neither
    names: tuple[str, ...] = ()
    signs: Mapping[str, str] = field(default_factory=dict)  # of the terms of losses, when confirmed

    def as_json(self) -> dict:
        read = {"sheet": self.sheet, "unit": self.unit, "columns": dict(self.columns), "span": self.span}
        return read | {"names": list(self.names), "signs": dict(self.signs)}


@dataclass(frozen=True)
class Memory:
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    stored: BooksMapping | None = None

    def layout(self, kind: str) -> Layout:
        return self.layouts.get(kind, Layout())


def memory_of(filing: Filing) -> Memory:
    """What was confirmed under an earlier edition goes on where its row does."""
    stored = mapping_of(filing)
    if stored is None:
        return Memory()
    edition, before = filing.edition, stored.edition
    codes = counterparts(edition, before)
    rows = {code: tuple(stored.rows[old]) for code, old in codes.items() if old in stored.rows}
    layouts = {kind: layout_from(said) for kind, said in stored.layouts.items()}
    return Memory(rows, layouts, stored)


def layout_from(said: Mapping) -> Layout:
    """What was stored before its span and signs were is like no statement that comes: it is asked for anew."""
    names, signs = tuple(said["names"]), said.get("signs", {})
    return Layout(said["sheet"], said["unit"], said["columns"], said.get("span"), names, signs)


def mapping_of(filing: Filing) -> BooksMapping | None:
    found = BooksMapping.objects.filter(enterprise=filing.enterprise_id, frequency=filing.period.parsed.frequency)
    return found.select_related("confirmed_by").first()


def remember(
    filing: Filing,
    rows: Mapping[str, tuple[str, ...]],
    layouts: Mapping[str, Layout],
    by: User,
    at: datetime,
) -> None:
    """Within the transaction that takes the figures, under the filing's lock. Rows and statements that are not named
    stay as they were; the journal has what changed."""
    memory = memory_of(filing)
    before = {code: list(terms) for code, terms in memory.rows.items()}
    known = {kind: layout.as_json() for kind, layout in memory.layouts.items()}
    now = before | {code: list(terms) for code, terms in rows.items()}
    laid_out = known | {kind: layout.as_json() for kind, layout in layouts.items()}
    if memory.stored and (before, known) == (now, laid_out):
        return
    BooksMapping.objects.update_or_create(
        enterprise=filing.enterprise,
        frequency=filing.period.parsed.frequency,
        defaults={
            "rows": now,
            "layouts": laid_out,
            "edition_code": filing.period.edition_code,
            "confirmed_by": by,
            "confirmed_at": at,
        },
    )
    changed = sorted(code for code in now if now[code] != before.get(code))
    was, said = ({code: in_words(rows[code]) for code in changed if code in rows} for rows in (before, now))
    of = "、".join(CALLED[kind] for kind in layouts)
    line(filing, by, at, CONFIRMED, subject=of, before=was, after=said).save()


def in_words(terms: Iterable[str]) -> str:
    """销售费用 + 管理费用 - 研究费用."""
    said = " ".join(f"{term[0]} {term[1:]}" for term in terms)
    return said.removeprefix("+ ") or "不取"
