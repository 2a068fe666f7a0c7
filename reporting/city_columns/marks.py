"""Where the filings of a period stand, in a short word for each of its districts: what has the same word is stored as
it stands, so that one changed filing asks for its own district alone."""

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from typing import Any

import polars as pl
from django.db.models import Count, F, Max, Sum
from django.db.models.functions import Coalesce

from reporting.models import Filing, ImportedFiling
from reporting.models.standing import COUNTED, STANDING_NUMBER

IMPORTED = "imported"  # the part of a period that no district has: what was imported of it
SPREAD = 999_983  # a prime beyond the filings of a period: no two of them weigh the same
SHUFFLE = 48_271  # neighbours weigh as differently as strangers: small changes of two of them do not cancel out
Parts = dict[str, str]  # the key of a district, or IMPORTED → its mark


def weight_of(key: Any) -> Any:
    """Of a row by its key, in SQL or over a column."""
    return key * SHUFFLE % SPREAD + 1


def bent(key: Any) -> Any:
    """The square of a key: others of the same sum have not the same sum of squares, too."""
    return key * key % SPREAD


WEIGHT = weight_of(F("pk"))


def parts_of(codes: Iterable[str], which: Collection[str] | None = None) -> dict[str, Parts]:
    """The marks of each period, two questions for all of them; of some parts those alone."""
    codes = list(codes)
    filings = Filing.objects.filter(period__in=codes)
    if which is not None:
        filings = filings.filter(district__in=[int(each) for each in which if each != IMPORTED])
    rows = (
        filings.order_by()
        .values("period", "district", "period__edition_code")
        .annotate(
            n=Count("pk"),
            last=Max("pk"),
            states=Sum(WEIGHT * STANDING_NUMBER),
            in_force=Sum(WEIGHT * Coalesce("in_force", 0)),
            approved=Sum(WEIGHT * Coalesce("approved", 0)),
            counted=Sum(WEIGHT * Coalesce("counted", 0)),
            firms=Sum(WEIGHT * F("enterprise")),
        )
    )
    parts: dict[str, Parts] = {code: {} for code in codes}
    for row in rows:
        period, where, *rest = map(str, row.values())
        parts[period][where] = "/".join(rest)
    if which is None or IMPORTED in which:
        for code, mark in imported_marks(codes).items():
            parts[code][IMPORTED] = mark
    return parts


def imported_marks(codes: Iterable[str]) -> dict[str, str]:
    """Never changed, but one may stand in the place of another."""
    imported = ImportedFiling.objects.standing().filter(period__in=codes).order_by().values("period")
    rows = imported.annotate(n=Count("pk"), last=Max("pk"), firms=Sum("enterprise"), stand=Sum(WEIGHT))
    return {code: "/".join(rest) for code, *rest in (map(str, row.values()) for row in rows)}


def mark_of(parts: Mapping[str, str]) -> str:
    """One word for a whole period; none where it has nothing."""
    return blake2b(repr(sorted(parts.items())).encode(), digest_size=12).hexdigest() if parts else ""


def counting_of(codes: Iterable[str]) -> dict[str, str]:
    """A short word for what counts in each period, read off an index. The sum rises with each approval; since one may
    be undone, and others take its place in the sum, they are weighed too."""
    rows = Filing.objects.filter(COUNTED, period__in=codes).order_by().values("period")
    counting = rows.annotate(n=Count("counted"), sum=Sum("counted"), weighed=Sum(bent(F("counted"))))
    return {row["period"]: f"{row['n']}/{row['sum']}/{row['weighed']}" for row in counting}


def counting_in(filings: pl.DataFrame) -> str:
    """The same of a period's filings as they are listed."""
    counted = filings["counted"].drop_nulls()
    return f"{len(counted)}/{counted.sum()}/{bent(counted).sum()}" if len(counted) else ""
