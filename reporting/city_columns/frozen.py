"""The filings of a period, and the frozen figures of their submissions, as stored columns.

`filings` lists every filing with the submission that is judged, the one that stands as history for later periods, and
the one that its period's totals hold (`reporting.city_columns.counted`).
`submissions` holds the cells of those, and of others before them: a submission never changes, so rows are only added.
Beside them it holds the imported history of the period, each row under its own key below nought (`key_of_imported`)
and with the enterprise it is of (`imported_for`): a period of which only history was imported has no filings at all.

Where the filings of a district stand has a mark (`reporting.city_columns.marks`); those of the districts whose mark is
another are listed again, the others stay as they lie.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import polars as pl
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from accounts.models import District
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.notation.names import PEOPLE
from reporting.city_columns import kept
from reporting.city_columns.files import Broken, in_turn, notes_of, path_of, read, write
from reporting.city_columns.kept import (
    ADDED,
    DIGEST,
    ESTIMATED,
    FILINGS,
    IMPORTED_FOR,
    KEPT,
    SUBMISSIONS,
    TABLES,
    WARNINGS,
)
from reporting.city_columns.marks import IMPORTED, Parts, counting_in, parts_of
from reporting.city_columns.scaling import ScaledColumns, decimals_of_cells, scaled
from reporting.models import Filing, ImportedFiling, Submission, published_edition
from reporting.models.standing import (
    COUNTED,
    COUNTED_AS_OWED,
    FILED,
    FILED_AFTER_LOCK,
    IN_ITS_PERIOD,
    OWED,
    REOPENED,
    STANDING_SUBMISSION,
    WITH_FIRM,
)

CHUNK = 5000
ATTEMPTS = 3
MOVING = "moving"  # the mark of what moved each time it was listed: nothing stands under it
LISTED = {
    "filing": pl.Int64,
    "enterprise": pl.Int64,
    "district": pl.String,
    "state": pl.String,
    "edition": pl.String,
    "with_firm": pl.Boolean,
    "in_period": pl.Boolean,  # it is in the numbers of its period at all
    "owed": pl.Boolean,
    "reopened": pl.Boolean,
    "filed_after_lock": pl.Boolean,
    "submission": pl.Int64,  # whose frozen figures are judged; none while the figures are with the firm
    "standing": pl.Int64,  # what later periods read of this one
    "counted": pl.Int64,  # what the totals of this one hold, where it is in its period
    "waiting": pl.Int64,  # what they would hold besides, were it approved
}
NOT_TEXT = re.compile(r'":\s*[^"\s]')


def refresh(codes: Iterable[str], district: District | None = None) -> dict[str, Parts]:
    """Bring the stored filings and submissions of these periods up to where they stand, or those of one district, and
    say where that is. It is asked in turn: nobody puts an older state in the place of a newer one."""
    stand = {}
    for code in codes:
        with in_turn(f"{code}-{FILINGS}"):
            stand[code] = parts_of([code], None if district is None else [str(district.pk)])[code]
            if not is_current(code, stand[code], district):
                stand[code] = _store(code, stand[code], district)
    return stand


def forget(code: str) -> None:
    """What is stored of a period; it is made again from the record."""
    with in_turn(f"{code}-{FILINGS}"):
        for name in (FILINGS, SUBMISSIONS, ADDED):
            path_of(code, name).unlink(missing_ok=True)


def is_current(code: str, parts: Mapping[str, str], district: District | None = None) -> bool:
    for name in (FILINGS, SUBMISSIONS):
        notes = notes_of(code, name)
        if notes is None or not kept.is_current(notes["editions"]):
            return False
        if name == FILINGS and _differing(notes["parts"], parts, district):
            return False
    added = notes_of(code, ADDED)
    return added is None or kept.is_current(added["editions"])


def _differing(stored: Mapping[str, str], parts: Mapping[str, str], district: District | None) -> set[str]:
    """Whose marks are others; of one district, whether its own is."""
    whose = stored.keys() | parts.keys() if district is None else {str(district.pk)}
    return {each for each in whose if stored.get(each) != parts.get(each)}


def _store(code: str, asked: Parts, district: District | None = None) -> Parts:
    """List what stands elsewhere than it is stored, and say under which marks all of it is stored now. A state may come
    back to what it was: the marks are asked again when all is read, and what moved meanwhile is read again."""
    found = _stored_filings(code)
    if found is None and district is not None:
        asked, district = parts_of([code])[code], None
    before = found[1]["parts"] if found else {}
    for _ in range(ATTEMPTS):
        if found is None:
            filings, changed = listed(code), {IMPORTED, *asked}
        else:
            changed = _differing(before, asked, district)
            filings = _with_listed_again(code, found[0], {int(each) for each in changed - {IMPORTED}})
        _store_submissions(code, filings, IMPORTED in changed)
        again = parts_of([code], None if found is None else changed)[code]
        moved = {each for each in changed | again.keys() if again.get(each) != asked.get(each)}
        if not moved:
            break
        asked = {each: mark for each, mark in asked.items() if each not in moved} | again
    parts = {each: mark for each, mark in before.items() if each not in changed}
    parts |= {each: asked[each] for each in changed - moved if each in asked} | dict.fromkeys(moved, MOVING)
    editions = kept.digests(filings["edition"])
    write(code, FILINGS, ScaledColumns(filings, {}), parts=parts, counting=counting_in(filings), editions=editions)
    return parts


def _stored_filings(code: str) -> tuple[pl.DataFrame, dict] | None:
    """As they lie, with what is noted of them; None where all is to be made anew."""
    try:
        found = read(code, FILINGS)
        submissions, added = notes_of(code, SUBMISSIONS), notes_of(code, ADDED)
    except Broken:
        return None
    notes = [found[1] if found else None, submissions, *([added] if added else [])]
    if found is None or any(each is None or not kept.is_current(each["editions"]) for each in notes):
        return None
    return found[0].frame, found[1]


def _with_listed_again(code: str, filings: pl.DataFrame, districts: Collection[int]) -> pl.DataFrame:
    """What came into one of these from another district has a row there until that one is listed again, too."""
    if not districts:
        return filings
    codes = list(District.objects.filter(pk__in=districts).values_list("code", flat=True))
    again = listed(code, districts)
    is_elsewhere = ~pl.col("district").is_in(codes) & ~pl.col("filing").is_in(again["filing"].implode())
    return pl.concat([filings.filter(is_elsewhere), again]).sort("filing")


def _store_submissions(code: str, filings: pl.DataFrame, imported_too: bool) -> None:
    needed = pl.concat([filings[name].drop_nulls().alias("submission") for name in KEPT]).unique()
    if imported_too:
        imported = ImportedFiling.objects.standing().filter(period=code).values_list("pk", flat=True)
        keys = pl.Series("submission", [key_of_imported(pk) for pk in imported], dtype=pl.Int64)
        needed = pl.concat([needed, keys])
    before = stored_submissions(code, ["submission"])
    known = None if before is None else before.frame["submission"]
    missing = needed if known is None else needed.filter(~needed.is_in(known.implode()))
    stale = known is not None and imported_too and not known.filter(known < 0).is_in(needed.implode()).all()
    if known is not None and not stale and missing.is_empty():
        return
    frequency = PeriodCode.parse_any(code).frequency
    wanted = sorted(missing)
    parts = columns_of_submissions([key for key in wanted if key > 0], frequency)
    parts += columns_of_imported([key for key in wanted if key < 0], frequency)
    if known is not None and not stale and kept.add(code, parts):
        return
    if before := stored_submissions(code):
        parts = [still_standing(before, needed) if imported_too else before, *parts]
    kept.write_whole(code, parts, filings)


def stored_submissions(code: str, wanted: Sequence[str] | None = None) -> ScaledColumns | None:
    """All that are stored; None where they were made under another text of an edition of that name, or cannot be
    read."""
    try:
        found = kept.read_submissions(code, wanted)
    except Broken:
        return None
    return found[0] if found and kept.is_current(found[1]["editions"]) else None


def still_standing(stored: ScaledColumns, needed: pl.Series) -> ScaledColumns:
    """Without imported history that stands no more; a submission is left for whoever reads the state before."""
    keys = pl.col("submission")
    return ScaledColumns(stored.frame.filter((keys > 0) | keys.is_in(needed.implode())), stored.scales)


def listed(code: str, districts: Collection[int] | None = None) -> pl.DataFrame:
    """Every filing of a period, in their order; of some districts those alone."""
    filings = Filing.objects.filter(period=code)
    if districts is not None:
        filings = filings.filter(district__in=districts)
    rows = filings.order_by("pk").values_list(
        "pk",
        "enterprise",
        "district__code",
        "state",
        Coalesce("in_force__edition_code", "period__edition_code", output_field=CharField()),
        *map(_answer, (WITH_FIRM, IN_ITS_PERIOD, COUNTED_AS_OWED, REOPENED, FILED_AFTER_LOCK)),
        Case(When(~WITH_FIRM & OWED, then=F("in_force"))),
        STANDING_SUBMISSION,
        F("counted"),
        Case(When(IN_ITS_PERIOD & FILED & ~COUNTED, then=F("in_force"))),
    )
    return pl.DataFrame(list(rows.iterator(chunk_size=CHUNK)), schema=LISTED, orient="row")


def _answer(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, BooleanField())


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
            .annotate(owed=Cast("tables", TextField()), raised=Cast("findings", TextField()))
        )
        known = rows.values_list(
            "pk",
            "edition_code",
            "cells",
            "facts",
            "edition_digest",
            "owed",
            Value(None, IntegerField()),
            "raised",
            "estimated",
        )
        parts += _of_each_edition(known, frequency)
    return parts


def columns_of_imported(wanted: Sequence[int], frequency: str) -> list[ScaledColumns]:
    """The same of imported history. What the register said then was not imported."""
    parts = []
    for start in range(0, len(wanted), CHUNK):
        keys = [key_of_imported(key) for key in wanted[start : start + CHUNK]]
        rows = ImportedFiling.objects.filter(pk__in=keys).order_by("pk").annotate(cells=Cast("values", TextField()))
        found = rows.values_list("pk", "edition_code", "cells", "enterprise")
        parts += _of_each_edition(
            (
                (key_of_imported(pk), edition, cells, "{}", None, None, firm, "[]", False)
                for pk, edition, cells, firm in found
            ),
            frequency,
        )
    return parts


def _of_each_edition(rows: Iterable[tuple], frequency: str) -> list[ScaledColumns]:
    of_edition: dict[str, list[tuple]] = {}
    for row in rows:
        of_edition.setdefault(row[1], []).append(row)
    return [_columns(published_edition(code), frequency, chosen) for code, chosen in of_edition.items()]


def _columns(edition: Edition, frequency: str, rows: Sequence[tuple]) -> ScaledColumns:
    """Of key, edition, cells, attributes, digest, tables, the enterprise of imported history, findings and whether they
    are estimates."""
    decimals = decimals_of_cells(edition, frequency)
    values, unstorable = texts_of([row[2] for row in rows], list(decimals))
    attributes, odd_too = texts_of([row[3] for row in rows], fact_codes(edition))
    register = attributes.select(pl.when(pl.all() != "").then(pl.all()).name.map(lambda code: f"register({code})"))
    texts = values.with_columns(
        pl.Series("submission", [row[0] for row in rows], dtype=pl.Int64),
        pl.lit(edition.code).alias("edition"),
        pl.Series(DIGEST, [row[4] for row in rows], dtype=pl.String),
        pl.Series(TABLES, [row[5] for row in rows], dtype=pl.String),
        pl.Series(IMPORTED_FOR, [row[6] for row in rows], dtype=pl.Int64),
        pl.Series(WARNINGS, [warnings_in(row[7]) for row in rows], dtype=pl.Int64),
        pl.Series(ESTIMATED, [row[8] for row in rows], dtype=pl.Boolean),
        *register,
    )
    return scaled(texts, decimals, odd_too | unstorable)


def warnings_in(findings: str) -> int:
    return sum(finding["level"] == "warning" for finding in json.loads(findings)) if findings != "[]" else 0


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
