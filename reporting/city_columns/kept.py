"""The stored submissions of a period: one large file in the order of the districts, and beside it a small one with what
came since, so that a submission is added without writing the city again. Who reads them need not know of the two."""

from collections.abc import Sequence
from uuid import uuid4

import polars as pl

from reporting.city_columns.files import Broken, path_of, read, write
from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns, together
from reporting.models import published_edition

FILINGS, SUBMISSIONS, ADDED = "filings", "submissions", "submissions-added"
KEPT = ("submission", "standing", "counted", "waiting")  # of a filing: whose cells are stored
IMPORTED_FOR = "imported_for"  # the enterprise of imported history; a submission's own is its filing's
WARNINGS, ESTIMATED = "warnings", "estimated"  # how many warnings a submission explains; whether it is 预估数
TABLES, DIGEST = "tables", "digest"  # which tables a submission has (JSON), and of which text of its edition it is
KNOWN_BY = {
    "submission": pl.Int64,
    "edition": pl.String,
    DIGEST: pl.String,
    TABLES: pl.String,
    IMPORTED_FOR: pl.Int64,
    WARNINGS: pl.Int64,
    ESTIMATED: pl.Boolean,
    UNSTORABLE: pl.String,
}
FEW, PART = 200, 20  # how many are added before all is written again: so many, or one in so many


def read_submissions(
    code: str, wanted: Sequence[str] | None = None, keys: pl.Series | None = None
) -> tuple[ScaledColumns, dict] | None:
    """As `files.read`. Of `keys` those alone, all of them: raises Broken where the filings are of another state."""
    if wanted is not None:
        wanted = ["submission", *wanted]
    base = read(code, SUBMISSIONS, wanted, _where(code, keys))
    if base is None:
        return None
    columns, notes = base
    added = read(code, ADDED, wanted)
    if added is not None and added[1]["to"] == notes["made"] and len(added[0]):
        columns = together([columns, added[0]]) if len(columns) else added[0]
        notes = notes | {"editions": notes["editions"] | added[1]["editions"]}
    if keys is not None:
        columns = ScaledColumns(columns.frame.filter(pl.col("submission").is_in(keys.implode())), columns.scales)
        if len(columns) != keys.n_unique():
            raise Broken(path_of(code, FILINGS))
    return columns, notes


def _where(code: str, keys: pl.Series | None) -> tuple[int, int] | None:
    """Between which rows of the large file these lie; those of one district lie together."""
    if keys is None:
        return None
    there = read(code, SUBMISSIONS, ["submission"])
    if there is None:
        return 0, 0
    at = there[0].frame["submission"].is_in(keys.implode()).arg_true()
    return (at[0], at[-1] - at[0] + 1) if len(at) else (0, 0)


def is_current(editions: dict[str, str]) -> bool:
    """Whether these are the texts of the editions of that name."""
    return all(published_edition(code).digest == digest for code, digest in editions.items())


def add(code: str, parts: Sequence[ScaledColumns]) -> bool:
    """Beside what there is; False where it wants to be written as a whole."""
    base = read(code, SUBMISSIONS, ["submission"])
    if base is None:
        return False
    made = base[1]["made"]
    found = read(code, ADDED)
    before = [found[0]] if found and found[1]["to"] == made else []
    added = together([*before, *parts])
    if len(added) > max(FEW, len(base[0]) // PART):
        return False
    write(code, ADDED, added, to=made, editions=digests(added.frame["edition"]))
    return True


def write_whole(code: str, parts: Sequence[ScaledColumns], filings: pl.DataFrame) -> None:
    stored = together(parts)
    if not len(stored):
        stored = ScaledColumns(pl.DataFrame(schema=KNOWN_BY), {})
    of_filings = [filings.select("district", pl.col(name).alias("submission")).drop_nulls() for name in KEPT]
    place = pl.concat(of_filings).unique("submission", keep="first", maintain_order=True)
    frame = stored.frame.join(place, on="submission", how="left").sort("district", "submission").drop("district")
    editions = digests(frame["edition"])
    write(code, SUBMISSIONS, ScaledColumns(frame, stored.scales), made=uuid4().hex, editions=editions)
    path_of(code, ADDED).unlink(missing_ok=True)


def digests(codes: pl.Series) -> dict[str, str]:
    return {code: published_edition(code).digest for code in codes.unique() if code}
