"""Freezing a period as its next release: in the transaction of what makes it, so that neither is there without the
other. Afterwards nothing of it is read from the register, the editions, the calendar or the parameters again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import compress

from django.db import transaction

from accounts import journal
from accounts.clock import SHANGHAI
from accounts.models import JournalEntry, User
from reporting.filing.judging import parameters_in
from reporting.models import FrozenRelease, Period, Release, calendar_in_force
from reporting.releases.layouts import LAYOUT, written
from reporting.releases.missing import missing_of
from reporting.releases.rows import rows_of
from reporting.totals.aggregation import Summary, summarise
from reporting.totals.frozen import frozen_summary, packed, plain, thawed_summary
from reporting.totals.released import LeftOut, Released

ROOT = Path(__file__).resolve().parents[2]
MADE_BY = ("accounts", "forms_tables", "reporting", "text")
LOCKED = "锁定报告期"  # the journal's word for it


@dataclass(frozen=True)
class Act:
    """What makes a release: a lock, a correction, or that it was found without one; by nobody where a command did."""

    kind: str
    by: User | None
    at: datetime
    reason: str


@dataclass(frozen=True)
class Correction:
    """What a correction changed: old and new figures (see Release.changes), and the sentences that say so."""

    changes: Mapping[str, Any]
    told: tuple[str, ...]


def freeze(
    period: Period, summary: Summary, act: Act, left_out: Iterable[LeftOut], correction: Correction | None = None
) -> Release:
    """The next release of a period, of these totals. The caller holds the period's row."""
    number = period.releases.count() + 1
    release = Release(period=period, number=number, kind=act.kind, by=act.by, at=act.at, reason=act.reason)
    said = Released(release.code, words_of(release), correction.told if correction else ())
    summary = replace(summary, at=act.at.astimezone(SHANGHAI), released=said, left_out=tuple(left_out))
    rows = rows_of(period, LAYOUT)
    document = {
        "layout": LAYOUT,
        "release": {"code": release.code, "kind": act.kind, "reason": act.reason, "at": plain(act.at)},
        **frozen_summary(summary, period),
        "around": surroundings(period),
        "rows": sha256(rows).hexdigest(),
    }
    text, content = packed(document)
    workbook = written(thawed_summary(document), LAYOUT)
    release.layout, release.code_version = LAYOUT, code_version()
    release.edition_code, release.edition_digest = summary.edition.code, summary.edition.digest
    release.frozen_digest, release.digest = sha256(text).hexdigest(), sha256(workbook).hexdigest()
    release.counts = counts_of(summary)
    release.figures = {cell: str(figure) for cell, figure in summary.city.cells.items() if figure is not None}
    release.changes = dict(correction.changes) if correction else {}
    release.save()
    FrozenRelease.objects.create(release=release, content=content, rows=rows, workbook=compress(workbook, 6))
    return release


def freeze_lock(period: Period, by: User, at: datetime, reason: str, left_out: Iterable[LeftOut]) -> Release:
    """Release 1, made with the lock."""
    return freeze(period, summarise(period, at), Act(Release.LOCK, by, at, reason), left_out)


def freeze_found(period: Period, by: User | None, at: datetime) -> Release | None:
    """Release 1 of a period that was locked before there were releases, as it stands now, and saying so; None where it
    has one by now or is not locked."""
    with transaction.atomic():
        period = Period.objects.select_for_update().get(pk=period.pk)
        if not period.is_locked or period.releases.exists():
            return None
        line = JournalEntry.objects.filter(action=LOCKED, period=period.code).order_by("at").last()
        left_out = missing_of(period).explained({}, line.why if line else "")
        locked = period.locked_at.astimezone(SHANGHAI) if period.locked_at else None
        when = f"本期于 {locked:%Y-%m-%d %H:%M} 锁定" if locked else "本期早已锁定"
        reason = f"{when}，当时没有留下发布，按补建时的名录和制度冻结"
        release = freeze(period, summarise(period, at), Act(Release.FOUND, by, at, reason), left_out)
        journal.record(
            by=by, at=at, action="补建发布", subject=period.label, period=period.code, after=as_journalled(release)
        )
        return release


def locked_without_release() -> list[Period]:
    """The oldest first."""
    found = Period.objects.filter(state=Period.LOCKED, releases=None).prefetch_related("deadlines")
    return list(found.order_by("opens_on", "code"))


def as_journalled(release: Release) -> dict[str, str]:
    return {"发布": release.code, "汇总表摘要": release.digest}


def words_of(release: Release) -> str:
    first = f"{release.proposed_by.signed}提出，" if release.proposed_by else ""
    who = f"，{first}{release.by.signed}{'确认' if first else ''}" if release.by else ""
    why = f"：{release.reason}" if release.reason else ""
    at = release.at.astimezone(SHANGHAI)
    return f"{release.code}，第 {release.number} 次发布（{release.get_kind_display()}），{at:%Y-%m-%d %H:%M}{who}{why}"


def counts_of(summary: Summary) -> dict[str, int]:
    city = summary.city.coverage
    return {"owed": city.owed, "filed": city.filed, "approved": city.approved, "left_out": len(summary.left_out)}


def surroundings(period: Period) -> dict[str, Any]:
    """What the period was reported under, beside its edition: dates, days off, how the clause was read, parameters."""
    years = {period.parsed.year, period.parsed.year + 1}
    return {
        "deadlines": [
            {"level": due.level, "date": plain(due.date), "nominal": plain(due.nominal), "why": due.why}
            for due in period.deadlines.all()
        ],
        "days_off": {str(each.year): each.number for each in calendar_in_force().notices if each.year in years},
        "reading": plain(period.reading),
        "parameters": plain(parameters_in(period.edition, period)),
    }


@cache
def code_version() -> str:
    """The number of the software and the beginning of the digest of its sources."""
    sources = sorted(source for folder in MADE_BY for source in (ROOT / folder).rglob("*.py"))
    number = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return f"{number}+{sha256(b''.join(source.read_bytes() for source in sources)).hexdigest()[:12]}"
