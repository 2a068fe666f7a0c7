"""What the totals of a period hold, as stored columns: a row for each filing of which a submission counts, with whose
it is, where it counts and its cells; of a period that was never opened here, a row for each firm's imported history.

What a firm is described by (industry, size, park …) it said in its questionnaire or the register said when it
submitted; a month, which has no questionnaire, takes what stands of last year's.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from accounts.models import District, Residence
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns import frozen
from reporting.city_columns.files import Broken, path_of, read_there
from reporting.city_columns.kept import FILINGS, SUBMISSIONS, TABLES, read_submissions
from reporting.city_columns.marks import Parts
from reporting.city_columns.past import past_cells
from reporting.city_columns.repairing import mended
from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns
from reporting.models import ImportedFiling, Period

WHOSE = ["filing", "enterprise", "submission", "district"]
NOWHERE = ""  # the district of a firm that has none now


@dataclass(frozen=True)
class Counted:
    """The rows of one period.

    `rows.frame` has, for each filing, `filing` and `submission` (0 and the key of imported history below nought where
    nothing was filed here), `enterprise`, `district` (code, where it counts), `tables` (JSON), `unstorable` (why its
    cells are not all in the columns, else null) and a column for each cell asked for that somebody filled; figures are
    whole numbers of their last decimal, as `rows.scales` says. What cannot be a column is added up by
    itself, from the record. `parts` are the marks of the districts under which these rows are listed.
    """

    period: PeriodCode
    edition: Edition
    rows: ScaledColumns
    is_imported: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def odd(self) -> pl.DataFrame:
        return self.rows.frame.filter(pl.col(UNSTORABLE).is_not_null())


def counted(
    period: PeriodCode,
    edition: Edition,
    cells: Sequence[str],
    *,
    include_submitted: bool = False,
    fresh: bool = True,
    districts: Collection[District] | None = None,
) -> Counted:
    """The rows that count in a period, with these cells of its edition; of some districts those alone, and nobody
    else's are read. `include_submitted` adds what waits for its district. With `fresh` the stored columns are brought
    up to the record first."""
    if fresh:
        refresh(period, districts)
    reading = partial(_counted, period, edition, cells, include_submitted, districts)
    return mended(reading, lambda: frozen.refresh([period.code]))


def refresh(period: PeriodCode, districts: Collection[District] | None = None) -> Parts:
    """Of one district alone no other is asked for."""
    alone = next(iter(districts)) if districts and len(districts) == 1 else None
    return frozen.refresh([period.code], alone)[period.code]


def filings_of(period: PeriodCode, districts: Collection[District] | None = None) -> pl.DataFrame:
    """The list of a period's filings (reporting.city_columns.frozen.LISTED), as it is stored."""

    stored = mended(lambda: read_there(period.code, FILINGS), lambda: frozen.refresh([period.code]))
    return _of(districts, stored[0].frame)


def _of(districts: Collection[District] | None, frame: pl.DataFrame) -> pl.DataFrame:
    return frame if districts is None else frame.filter(pl.col("district").is_in([each.code for each in districts]))


def _counted(
    period: PeriodCode,
    edition: Edition,
    cells: Sequence[str],
    include_submitted: bool,
    districts: Collection[District] | None,
) -> Counted:
    filings = read_there(period.code, FILINGS, [*WHOSE[:2], "district", "in_period", "counted", "waiting"])
    is_imported = not Period.objects.filter(pk=period.code).exists()
    whose = _imported(period) if is_imported else those_counted(filings[0].frame, include_submitted)
    whose = _of(districts, whose)
    stored = read_submissions(
        period.code, [TABLES, UNSTORABLE, *cells], None if districts is None else whose["submission"]
    )
    if stored is None or not whose["submission"].is_in(stored[0].frame["submission"].implode()).all():
        raise Broken(path_of(period.code, FILINGS))
    columns = stored[0]
    # Theirs beside the cells, not the cells beside theirs: hundreds of columns are left where they lie.
    frame = columns.frame.join(whose, on="submission", how="left", maintain_order="left")
    if frame["enterprise"].null_count():
        frame = frame.filter(pl.col("enterprise").is_not_null())
    return Counted(period, edition, ScaledColumns(frame, columns.scales), is_imported, filings[1]["parts"])


def those_counted(filings: pl.DataFrame, include_submitted: bool) -> pl.DataFrame:
    """Of the stored list of a period those that count, each with the submission that does."""
    which = pl.coalesce("counted", "waiting") if include_submitted else pl.col("counted")
    rows = filings.with_columns(which.alias("submission"))
    return rows.filter(pl.col("in_period") & pl.col("submission").is_not_null()).select(WHOSE)


def _imported(period: PeriodCode) -> pl.DataFrame:
    """One row of each firm, in the district of that day."""
    rows = ImportedFiling.objects.standing().filter(period=period.code).one_of_each_firm().order_by("pk")
    found = [
        (0, enterprise, frozen.key_of_imported(pk), district)
        for pk, enterprise, district in rows.values_list("pk", "enterprise", "district__code")
    ]
    schema = {"filing": pl.Int64, "enterprise": pl.Int64, "submission": pl.Int64, "district": pl.String}
    return pl.DataFrame(found, schema=schema, orient="row")


def described(counted: Counted, codes: Sequence[str], fresh: bool = True) -> pl.DataFrame:
    """A column for each row of the questionnaire in `codes` (A22), in the order of the rows: as this filing says it, as
    the register said when it was submitted, or as last year's questionnaire does; null where none of them does."""
    period, edition = counted.period, counted.edition
    if not codes:
        return pl.DataFrame()
    if fresh:
        frozen.refresh([period.last_annual().code])
    asked = {code: _cell(edition, code) for code in codes if code in edition.indicators}
    names = [name for code, cell in asked.items() for name in (cell, f"register({code})")]
    stored = read_submissions(period.code, ["submission", *names])
    if stored is None:
        raise Broken(path_of(period.code, SUBMISSIONS))
    rows = counted.rows.frame.select(WHOSE).join(stored[0].frame, on="submission", how="left", maintain_order="left")
    past = past_cells(edition, period, rows, {"last_annual": list(asked.values())}).frame
    rows = rows.hstack([past[name] for name in past.columns if name.startswith("last_annual(")])
    said = rows.with_columns(_first_said(code, asked.get(code, ""), rows.columns) for code in codes)
    return said.select(codes)  # as many rows as there are, none too


def _cell(edition: Edition, code: str) -> str:
    return f"{code}.{edition.indicator(code).columns[0]}"


def _first_said(code: str, cell: str, there: Sequence[str]) -> pl.Expr:
    said = [name for name in (cell, f"register({code})", f"last_annual({cell})") if name in there]
    texts = [pl.when(pl.col(name).cast(pl.String) != "").then(pl.col(name).cast(pl.String)) for name in said]
    return (pl.coalesce(texts) if texts else pl.lit(None, dtype=pl.String)).alias(code)


def districts_now(firms: Sequence[int]) -> Iterator[str]:
    """Where each of these firms belongs now, by its district's code; nothing where it has left."""
    now = dict(Residence.objects.filter(until=None).values_list("enterprise", "district__code"))
    return (now.get(firm, NOWHERE) for firm in firms)
