"""Last year's revenue of each firm: by which it is said how much of an area is in. It is read from the stored columns
of the period it was reported for, which are current while what counts there is the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import polars as pl
from django.db.models import Exists, OuterRef, QuerySet

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.city_columns import frozen
from reporting.city_columns.files import Broken, identity, notes_of, path_of, read_there
from reporting.city_columns.kept import FILINGS, IMPORTED_FOR, read_submissions
from reporting.city_columns.marks import IMPORTED as IMPORTED_PART
from reporting.city_columns.marks import counting_of, imported_marks
from reporting.city_columns.past import of_one_firm
from reporting.city_columns.repairing import mended
from reporting.city_columns.scaling import UNSTORABLE
from reporting.models import Filing, ImportedFiling, Period
from reporting.models.history import IMPORTED
from reporting.models.standing import COUNTED
from reporting.totals.adding_up import EXACT, figure_of
from reporting.totals.breaks import edition_of
from reporting.totals.from_columns import record_of

SCHEMA = {"enterprise": pl.Int64, "revenue": pl.Int128}


@dataclass(frozen=True)
class LastYear:
    """Where last year's revenue is taken from, in words ("" where nowhere), and the revenue of each enterprise there
    (`enterprise`, `revenue`), as whole numbers of its last decimal."""

    words: str = ""
    frame: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SCHEMA))
    places: int = 0

    def of_each(self) -> dict[int, Decimal]:
        return {firm: Decimal(number).scaleb(-self.places) for firm, number in self.frame.iter_rows()}


def base_revenue_before(period: Period) -> tuple[str, dict[int, Decimal]]:
    """In words and for each enterprise; see `last_year_of`."""
    found = last_year_of(period)
    return found.words, found.of_each()


def last_year_of(period: Period) -> LastYear:
    """What the firms reported for the year before. It is the edition's base figure, not its headline.

    Whichever period has most approved submissions, imported history standing where there are none: while the first
    annuals come in, last December still speaks for all firms.
    """
    bases = base_revenues(period)
    if not bases:
        return LastYear()
    codes = [base.code for base, _, _ in bases]
    counting, imported = counting_of(codes), imported_marks(codes)
    beside = {code: imported_then(code).count() for code in imported}

    def size(row: tuple[PeriodCode, str, str]) -> int:
        code = row[0].code
        return int(counting.get(code, "0/").partition("/")[0]) + beside.get(code, 0)

    base, cell, name = max(bases, key=size)
    stand = (counting.get(base.code, ""), imported.get(base.code, ""))
    if not any(stand):
        return LastYear()
    if not _is_current(base.code, *stand):
        frozen.refresh([base.code])
    rows, places = mended(lambda: _rows(base.code, cell), lambda: frozen.refresh([base.code]))
    rows, places = _with_odd(rows, places, cell)
    rows = rows.drop_nulls("revenue")
    from_file = rows.filter(pl.col("submission") < 0).height
    words = f"{base.label}{name}" if len(rows) else ""
    words += f"（其中{IMPORTED} {from_file} 家）" if from_file else ""
    return LastYear(words, of_one_firm(rows.select("enterprise", "revenue")), places)


def _is_current(code: str, counting: str, imported: str) -> bool:
    """Whether what is stored holds what counts now; where else its filings stand does not matter here."""
    notes = notes_of(code, FILINGS)
    return notes is not None and notes["counting"] == counting and notes["parts"].get(IMPORTED_PART, "") == imported


def _rows(code: str, cell: str) -> tuple[pl.DataFrame, int]:
    """Of each filing that counts, and then of the imported history of firms that have none: whose, what and its key.
    Kept while the list of filings is the same file: a submission in it never changes."""
    path = path_of(code, FILINGS)
    return _rows_of(code, cell, path, identity(path))


@lru_cache(maxsize=4)
def _rows_of(code: str, cell: str, path: Path, written: tuple[int, int] | None) -> tuple[pl.DataFrame, int]:
    filings = read_there(code, FILINGS, ["enterprise", "counted"])
    stored = read_submissions(code, [IMPORTED_FOR, UNSTORABLE, cell])
    if stored is None:
        raise Broken(path_of(code, FILINGS))
    columns, scales = stored[0].frame, stored[0].scales
    if cell not in scales:
        columns = columns.select(pl.exclude(cell)).with_columns(pl.lit(None, dtype=pl.Int64).alias(cell))
    columns = columns.rename({cell: "revenue"})
    whose = filings[0].frame.drop_nulls().rename({"counted": "submission"})
    if not whose["submission"].is_in(columns["submission"].implode()).all():
        raise Broken(path_of(code, FILINGS))
    imported = columns.filter(pl.col(IMPORTED_FOR).is_not_null()).sort("submission", descending=True)
    imported = imported.select(pl.col(IMPORTED_FOR).alias("enterprise"), "submission")
    whose = pl.concat([whose, imported.join(whose, on="enterprise", how="anti", maintain_order="left")])
    rows = whose.join(columns.drop(IMPORTED_FOR), on="submission", how="left", maintain_order="left")
    return rows.cast({"revenue": pl.Int128}), scales.get(cell, 0)


def _with_odd(rows: pl.DataFrame, places: int, cell: str) -> tuple[pl.DataFrame, int]:
    """With what is too long for the columns, out of the record."""
    odd = rows.filter(pl.col(UNSTORABLE).is_not_null() & pl.col("revenue").is_null())["submission"].to_list()
    figures = {key: figure_of(values.get(cell)) for key, (values, _) in record_of(odd).items()} if odd else {}
    found = {key: figure for key, figure in figures.items() if figure is not None}
    if not found:
        return rows, places
    most = max(places, *(-int(figure.as_tuple().exponent) for figure in found.values()))
    numbers = pl.DataFrame(
        {"submission": list(found), "odd": [int(figure.scaleb(most, EXACT)) for figure in found.values()]},
        schema={"submission": pl.Int64, "odd": pl.Int128},
    )
    beside = rows.join(numbers, on="submission", how="left", maintain_order="left")
    scaled = pl.col("revenue") * 10 ** (most - places)
    return beside.with_columns(pl.coalesce("odd", scaled).alias("revenue")).drop("odd"), most


def imported_then(code: str) -> QuerySet[ImportedFiling]:
    """What was imported of a period for firms of which no submission is counted there."""
    counted = Filing.objects.filter(COUNTED, period=code, enterprise=OuterRef("enterprise"))
    return ImportedFiling.objects.standing().filter(period=code).exclude(Exists(counted))


def base_revenues(period: Period) -> list[tuple[PeriodCode, str, str]]:
    """The periods last year's revenue may be taken from, each with its cell and the name of that, as the edition it
    was filed under has them; none where that has no such figure."""
    code = period.parsed
    last_annual = code.last_annual()
    earlier = [last_annual, last_annual.december(), *([] if code.is_annual else [code.year_ago()])]
    editions = [(before, edition_of(before) or period.edition) for before in earlier]
    cells = [(before, edition, edition.platform.base(before.frequency)) for before, edition in editions]
    return [(before, cell, name_of_base(edition, cell)) for before, edition, cell in cells if edition.has_cell(cell)]


def name_of_base(edition: Edition, cell: str) -> str:
    row = edition.indicator(CellAddress.parse(cell).code)
    is_cumulative = edition.table(row.table).frequency == "month" and row.nature == "累计"
    return f"{row.name}累计" if is_cumulative else row.name
