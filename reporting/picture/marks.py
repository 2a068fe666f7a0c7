"""What a period's charts rest on has a mark, and they are kept while it is the same: of a released period the digest of
what was frozen, of imported history its own, of one that goes on where its filings stand. What another release of the
program drew is drawn again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache

from accounts.models import District
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns.counted import refresh
from reporting.city_columns.files import layout, notes_of
from reporting.city_columns.kept import FILINGS
from reporting.models import Release

KEPT = 24 * 3600  # seconds; the mark says whether it still holds
Workings = TypeVar("Workings")


def kept_under(place: str, mark: str, work_out: Callable[[], Workings]) -> Workings:
    mark = f"{layout()}/{mark}"
    kept = cache.get(f"picture-{place}")
    if kept is None or kept[0] != mark:
        kept = (mark, work_out())
        cache.set(f"picture-{place}", kept, KEPT)
    return kept[1]


def mark_of_release(release: Release) -> str:
    return f"{release.code}/{release.frozen_digest}"


def mark_of_filings(code: PeriodCode, alone: District | None = None, fresh: bool = True) -> str:
    """Of one district, its own alone. Without `fresh` the mark of what is stored: where somebody has just asked."""
    if fresh:
        parts: Any = refresh(code, None if alone is None else [alone])
    else:
        notes = notes_of(code.code, FILINGS)
        parts = notes["parts"] if notes else {}
    return repr(sorted(parts.items())) if alone is None else str(parts.get(str(alone.pk)))
