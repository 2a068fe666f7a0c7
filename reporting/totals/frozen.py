"""A summary as a release keeps it, and back: plain values that JSON holds, with the whole text of the edition, so that
neither the register nor a later edition, district or parameter can change what it says.

What is written is read by the fields of the classes: a field that came later has its default in what was frozen before.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache, partial
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from zlib import compress, decompress
from zlib import error as ZlibError

from django.db.models import Count

from accounts.access import Refused
from accounts.clock import SHANGHAI
from forms_tables.edition.catalog import DistrictDefinition, Edition, edition_from
from forms_tables.edition.digest import as_plain
from forms_tables.edition.districts import with_districts
from forms_tables.edition.periods import PeriodCode
from reporting.models import Filing, FrozenRelease, Period, Release, published_content
from reporting.models.edition import platform_under
from reporting.models.standing import FILED_AFTER_LOCK
from reporting.totals.aggregation import AreaSummary, Summary, summarise
from reporting.totals.at_hand import at_hand
from reporting.totals.listing import ListedFiling, ListOfFilings

FrozenValue = Any  # what JSON holds


class FrozenGone(Refused):
    """What a release froze is gone or damaged."""


def packed(document: Mapping[str, FrozenValue]) -> tuple[bytes, bytes]:
    """The document as text, which digests are of, and as it is stored."""
    text = json.dumps(document, separators=(",", ":")).encode()  # ASCII: half a surrogate pair stands in it as well
    return text, compress(text, 6)


def unpacked(content: bytes | memoryview) -> bytes:
    """The text. Raises zlib.error where what is stored is damaged."""
    return decompress(bytes(content))


def frozen_summary(summary: Summary, period: Period) -> dict[str, FrozenValue]:
    """A summary and the text of its edition, as plain values."""
    return {"summary": plain(summary), "edition": frozen_edition(summary.edition, period)}


def frozen_edition(edition: Edition, period: Period) -> dict[str, FrozenValue]:
    return {
        "code": edition.code,
        "digest": edition.digest,
        "content": as_plain(published_content(edition.code)),
        "platform": as_plain(platform_under(edition.code)),
        "districts": plain(period.districts_by_hand),
        "day": period.parsed.end.isoformat(),
    }


def thawed_document(text: bytes) -> dict[str, FrozenValue]:
    return json.loads(text)


def thawed_summary(document: Mapping[str, FrozenValue]) -> Summary:
    edition = _edition(json.dumps(document["edition"]))
    return _made(Summary, document["summary"], edition=edition)


@lru_cache(maxsize=16)
def _edition(text: str) -> Edition:
    """Kept, since an edition is itself; what is frozen of one is the same text in all its releases of a frequency."""
    kept = json.loads(text)
    edition = edition_from(kept["code"], kept["content"], kept["platform"])
    registered = [_made(DistrictDefinition, each) for each in kept["districts"]]
    return with_districts(edition, registered, date.fromisoformat(kept["day"]))


def newest(code: str) -> Release | None:
    """The release of a period that its totals are; None where it has none."""
    return Release.objects.filter(period=code).order_by("number").last()


def release_read_for(code: str) -> Release | None:
    """What is read of a locked period in the place of its filings: its newest release; None of an open one."""
    return Release.objects.filter(period=code, period__state=Period.LOCKED).order_by("number").last()


def latest(code: str) -> Summary | None:
    """What the newest release of a period froze; None where it has none."""
    release = newest(code)
    return thawed(release) if release else None


def thawed(release: Release) -> Summary:
    return thawed_summary(_document(release))


def _document(release: Release) -> dict[str, FrozenValue]:
    try:
        return json.loads(unpacked(frozen_part(release, "content")))
    except ZlibError as error:
        raise FrozenGone(f"{release.code} 冻结的内容已损坏，读不出来：请从备份恢复数据库。") from error


def frozen_part(release: Release, name: str) -> bytes:
    """A column of what it froze. An older release never stands in for one whose content is gone."""
    kept = FrozenRelease.objects.filter(pk=release.pk).values_list(name, flat=True).first()
    if kept is None:
        raise FrozenGone(f"{release.code} 冻结的内容已不在，没有汇总可看：请先从备份恢复数据库。")
    return bytes(kept)


def release_at_hand(release: Release) -> Summary:
    """What is kept of a release at hand: without its edition, which is itself in each process and no copy, and without
    the list of firms, which is most of it and which hardly any page reads. `with_list_of` gives both back."""

    def thawed_totals() -> Summary:
        return _made(Summary, _document(release)["summary"] | {"filings": []}, edition=None)

    return at_hand(f"totals-{release.code}-alone", release.frozen_digest, thawed_totals)


def with_list_of(totals: Summary, release: Release) -> Summary:
    edition = _edition_of(release, release.frozen_digest)
    return replace(totals, edition=edition, filings=ListOfFilings(partial(_listed_in, release)))


@lru_cache(maxsize=16)
def _edition_of(release: Release, digest: str) -> Edition:
    """`digest`: a release's number is given again where a database is made anew."""
    return _edition(json.dumps(_document(release)["edition"]))


def _listed_in(release: Release) -> tuple[ListedFiling, ...]:
    return _value(_hints(Summary)["filings"], _document(release)["summary"]["filings"])


def totals_of(period: Period, at: datetime, include_submitted: bool = False) -> Summary:
    """Of a locked period its newest release; else what adds up now."""
    release = None if include_submitted else release_read_for(period.code)
    return with_late_ones(thawed(release), period) if release else summarise(period, at, include_submitted)


def with_late_ones(summary: Summary, period: Period) -> Summary:
    """The release, and beside its figures how many have filed after the lock by now: none of them holds theirs."""
    late = Filing.objects.of(period).filter(FILED_AFTER_LOCK).order_by().values("district__code")
    counts = dict(late.values_list("district__code", Count("pk")))

    def beside(area: AreaSummary, count: int) -> AreaSummary:
        return replace(area, coverage=replace(area.coverage, filed_after_lock=count))

    return replace(
        summary,
        city=beside(summary.city, sum(counts.values())),
        districts=tuple(beside(area, counts.get(area.code, 0)) for area in summary.districts),
    )


def plain(value: Any) -> FrozenValue:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return str(value)
        case datetime():
            return value.astimezone(SHANGHAI).isoformat()
        case date():
            return value.isoformat()
        case PeriodCode():
            return value.code
        case Mapping():
            return {key: plain(each) for key, each in value.items()}
        case frozenset() | set():
            return sorted(value)
        case tuple() if names := getattr(value, "_fields", ()):  # a named one
            return {name: plain(each) for name, each in zip(names, value, strict=True)}
        case Sequence():
            return [plain(each) for each in value]
    if not is_dataclass(value):
        raise TypeError(f"{value!r} cannot be frozen")
    return {each.name: plain(getattr(value, each.name)) for each in fields(value) if each.name != "edition"}


def _made(kind: type, kept: Mapping[str, FrozenValue], **given: Any) -> Any:
    hints = _hints(kind)
    known = {name: _value(hints[name], each) for name, each in kept.items() if name in hints}
    lacking = [name for name in _needed(kind) if name not in known | given]
    if lacking:
        raise ValueError(f"{kind.__name__}: {lacking} is not in what was frozen")
    return kind(**known, **given)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _needed(kind: Any) -> list[str]:
    """The fields that have no default, of a dataclass or a named tuple."""
    if names := getattr(kind, "_fields", ()):
        return [name for name in names if name not in kind._field_defaults]
    return [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]


def _value(hint: Any, kept: FrozenValue) -> Any:
    if kept is None:
        return None
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _value(next(each for each in inside if each is not type(None)), kept)
    if origin in (tuple, Sequence):
        return tuple(_value(inside[0], each) for each in kept)
    if origin is frozenset:
        return frozenset(kept)
    if origin is Counter:
        return Counter(kept)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _value(inside[1], each) for key, each in kept.items()}
    if hint is Decimal:
        return Decimal(kept)
    if hint is PeriodCode:
        return PeriodCode.parse_any(kept)
    if hint is datetime:
        return datetime.fromisoformat(kept).astimezone(SHANGHAI)
    if hint is date:
        return date.fromisoformat(kept)
    is_made = isinstance(hint, type) and (is_dataclass(hint) or hasattr(hint, "_fields"))
    return _made(hint, kept) if is_made else kept
