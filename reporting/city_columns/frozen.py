"""The filings of a period, and the frozen figures of their submissions, as stored columns.

`filings` lists every filing with the submission that is judged, the one that stands as history for later periods, and
the one that its period's totals hold (`reporting.city_columns.counted`).
`submissions` holds the cells of those, and of others before them: a submission never changes, so rows are only added.
Beside them it holds the imported history of the period, each row under its own key below nought (`key_of_imported`)
and with the enterprise it is of (`imported_for`): a period of which only history was imported has no filings at all.
"""

import json
import re
from collections.abc import Iterable, Sequence

import polars as pl
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Sum,
    TextField,
    When,
)
from django.db.models.functions import Cast, Coalesce

from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.notation.names import PEOPLE
from reporting.city_columns.files import Broken, in_turn, notes_of, read, write
from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns, decimals_of_cells, scaled, together
from reporting.models import Filing, ImportedFiling, Submission, published_edition
from reporting.models.standing import COUNTED, FILED, IN_ITS_PERIOD, OWED, STANDING_SUBMISSION, WITH_FIRM

FILINGS, SUBMISSIONS = "filings", "submissions"
CHUNK = 5000
SPREAD = 999_983  # a prime beyond the filings of a period: no two of them weigh the same
SHUFFLE = 48_271  # neighbours weigh as differently as strangers: small changes of two of them do not cancel out
LISTED = {
    "filing": pl.Int64,
    "enterprise": pl.Int64,
    "district": pl.String,
    "state": pl.String,
    "edition": pl.String,
    "with_firm": pl.Boolean,
    "submission": pl.Int64,  # whose frozen figures are judged; none while the figures are with the firm
    "standing": pl.Int64,  # what later periods read of this one
    "counted": pl.Int64,  # what the totals of this one hold
    "waiting": pl.Int64,  # what they would hold besides, were it approved
}
KEPT = ("submission", "standing", "counted", "waiting")  # of a filing: whose cells are stored
IMPORTED_FOR = "imported_for"  # the enterprise of imported history; a submission's own is its filing's
NOT_TEXT = re.compile(r'":\s*[^"\s]')


def marks_of(codes: Iterable[str]) -> dict[str, str]:
    """A short word for where the filings of each period stand and what was imported of it, which changes with any of
    them: a question each."""
    codes, weight = list(codes), F("pk") * SHUFFLE % SPREAD + 1
    filings = (
        Filing.objects.filter(period__in=codes)
        .order_by()
        .values("period", "period__edition_code")
        .annotate(
            n=Count("pk"),
            last=Max("pk"),
            states=Sum(weight * Cast("state", IntegerField())),
            in_force=Sum(weight * Coalesce("in_force", 0)),
            approved=Sum(weight * Coalesce("approved", 0)),
            counted=Sum(weight * Coalesce("counted", 0)),
            places=Sum(weight * F("district")),
            firms=Sum(weight * F("enterprise")),
        )
    )
    imported = (  # never changed, but one may stand in the place of another
        ImportedFiling.objects.standing()
        .filter(period__in=codes)
        .order_by()
        .values("period")
        .annotate(n=Count("pk"), last=Max("pk"), firms=Sum("enterprise"), stand=Sum(weight))
    )
    marks: dict[str, str] = {}
    for row in (*filings, *imported):
        marks[row["period"]] = "/".join([*filter(None, [marks.get(row["period"])]), *map(str, row.values())])
    return marks


def refresh(codes: Iterable[str]) -> None:
    """Bring the stored filings and submissions of these periods up to where they stand. The mark is asked again in
    turn: nobody puts an older state in the place of a newer one."""
    for code in codes:
        with in_turn(f"{code}-{FILINGS}"):
            mark = marks_of([code]).get(code, "")
            if not is_current(code, mark):
                _store(code, mark)


def is_current(code: str, mark: str) -> bool:
    for name in (FILINGS, SUBMISSIONS):
        notes = notes_of(code, name)
        if notes is None or any(published_edition(each).digest != digest for each, digest in notes["editions"].items()):
            return False
        if name == FILINGS and notes["mark"] != mark:
            return False
    return True


def _store(code: str, mark: str) -> None:
    filings = listed(code)
    needed = {key for name in KEPT for key in filings[name].drop_nulls()}
    imported = ImportedFiling.objects.standing().filter(period=code)
    needed |= {key_of_imported(pk) for pk in imported.values_list("pk", flat=True)}
    known = stored_submissions(code)
    kept = None if known is None else still_standing(known, needed)
    missing = sorted(needed - set(kept.frame["submission"])) if kept else sorted(needed)
    if missing or known is None or kept is None or len(kept) < len(known):
        parts = [kept] if kept else []
        frequency = PeriodCode.parse(code).frequency
        parts += columns_of_submissions([key for key in missing if key > 0], frequency)
        parts += columns_of_imported([key for key in missing if key < 0], frequency)
        stored = together(parts)
        if not len(stored):
            schema = {"submission": pl.Int64, "edition": pl.String, IMPORTED_FOR: pl.Int64, UNSTORABLE: pl.String}
            stored = ScaledColumns(pl.DataFrame(schema=schema), {})
        write(code, SUBMISSIONS, stored, editions=_digests(stored.frame["edition"]))
    write(code, FILINGS, ScaledColumns(filings, {}), mark=mark, editions=_digests(filings["edition"]))


def stored_submissions(code: str) -> ScaledColumns | None:
    """All that is stored; None where it was made under another text of an edition of that name, or cannot be read."""
    try:
        found = read(code, SUBMISSIONS)
    except Broken:
        return None
    if found is None:
        return None
    stored, notes = found
    current = all(published_edition(each).digest == digest for each, digest in notes["editions"].items())
    return stored if current else None


def still_standing(stored: ScaledColumns, needed: set[int]) -> ScaledColumns:
    """Without imported history that stands no more; a submission is left for whoever reads the state before."""
    keys = pl.col("submission")
    return ScaledColumns(stored.frame.filter((keys > 0) | keys.is_in(list(needed))), stored.scales)


def _digests(codes: pl.Series) -> dict[str, str]:
    return {code: published_edition(code).digest for code in codes.unique() if code}


def listed(code: str) -> pl.DataFrame:
    """Every filing of a period, in their order."""
    rows = (
        Filing.objects.filter(period=code)
        .order_by("pk")
        .values_list(
            "pk",
            "enterprise",
            "district__code",
            "state",
            Coalesce("in_force__edition_code", "period__edition_code", output_field=CharField()),
            ExpressionWrapper(WITH_FIRM, BooleanField()),
            Case(When(~WITH_FIRM & OWED, then=F("in_force"))),
            STANDING_SUBMISSION,
            Case(When(IN_ITS_PERIOD, then=F("counted"))),
            Case(When(IN_ITS_PERIOD & FILED & ~COUNTED, then=F("in_force"))),
        )
    )
    return pl.DataFrame(list(rows.iterator(chunk_size=CHUNK)), schema=LISTED, orient="row")


def key_of_imported(pk: int) -> int:
    """Under what imported history stands among the submissions."""
    return -pk


def columns_of_submissions(wanted: Sequence[int], frequency: str) -> list[ScaledColumns]:
    """The cells and frozen attributes of these submissions, a part for each chunk and edition."""
    parts = []
    for start in range(0, len(wanted), CHUNK):
        rows = (
            Submission.objects.filter(pk__in=wanted[start : start + CHUNK])
            .order_by("pk")
            .annotate(cells=Cast("values", TextField()), facts=Cast("attributes", TextField()))
        )
        parts += _of_each_edition(rows.values_list("pk", "edition_code", "cells", "facts"), frequency)
    return parts


def columns_of_imported(wanted: Sequence[int], frequency: str) -> list[ScaledColumns]:
    """The same of imported history. What the register said then was not imported."""
    parts = []
    for start in range(0, len(wanted), CHUNK):
        keys = [key_of_imported(key) for key in wanted[start : start + CHUNK]]
        rows = ImportedFiling.objects.filter(pk__in=keys).order_by("pk").annotate(cells=Cast("values", TextField()))
        found = rows.values_list("pk", "edition_code", "cells", "enterprise")
        parts += _of_each_edition(
            ((key_of_imported(pk), edition, cells, "{}", firm) for pk, edition, cells, firm in found), frequency
        )
    return parts


def _of_each_edition(rows: Iterable[tuple], frequency: str) -> list[ScaledColumns]:
    of_edition: dict[str, list[tuple]] = {}
    for row in rows:
        of_edition.setdefault(row[1], []).append(row)
    return [_columns(published_edition(code), frequency, chosen) for code, chosen in of_edition.items()]


def _columns(edition: Edition, frequency: str, rows: Sequence[tuple]) -> ScaledColumns:
    """Of key, edition, cells, attributes and, of imported history, the enterprise."""
    decimals = decimals_of_cells(edition, frequency)
    values, unstorable = texts_of([row[2] for row in rows], list(decimals))
    attributes, odd_too = texts_of([row[3] for row in rows], fact_codes(edition))
    register = attributes.select(pl.when(pl.all() != "").then(pl.all()).name.map(lambda code: f"register({code})"))
    texts = values.with_columns(
        pl.Series("submission", [row[0] for row in rows], dtype=pl.Int64),
        pl.lit(edition.code).alias("edition"),
        pl.Series(IMPORTED_FOR, [next(iter(row[4:]), None) for row in rows], dtype=pl.Int64),
        *register,
    )
    return scaled(texts, decimals, odd_too | unstorable)


def fact_codes(edition: Edition) -> list[str]:
    """What a rule may ask of a firm in the register."""
    indicators = edition.indicators.values()
    return [i.code for i in indicators if not i.is_figure and not i.is_heading] + list(PEOPLE)


def texts_of(objects: Sequence[str], keys: Sequence[str]) -> tuple[pl.DataFrame, dict[int, str]]:
    """The texts under these keys of JSON objects, a column each, and the rows that hold something else than texts."""
    unstorable = {
        row: "含有不是文字的数据" for row, text in enumerate(objects) if NOT_TEXT.search(text) and _is_odd(text)
    }
    lines = "\n".join("{}" if row in unstorable else text for row, text in enumerate(objects))
    schema = dict.fromkeys(keys, pl.String)
    return pl.read_ndjson(lines.encode(), schema=schema) if objects else pl.DataFrame(schema=schema), unstorable


def _is_odd(text: str) -> bool:
    return not all(value is None or isinstance(value, str) for value in json.loads(text).values())
