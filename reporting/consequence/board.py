"""One period as a board of numbers: a row for each filing that is owed or in, with what it says, what the firm had a
year and a period before, and which firms it is to be measured against."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from accounts.models import District
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.platform import HeadlineCells
from forms_tables.edition.shape import column_carrying
from reporting.city_columns import frozen
from reporting.city_columns.counted import Counted, filings_of, refresh
from reporting.city_columns.files import Broken, path_of
from reporting.city_columns.kept import ESTIMATED, FILINGS, WARNINGS, read_submissions
from reporting.city_columns.past import cells_then, past_cells, standing_of
from reporting.city_columns.repairing import mended
from reporting.city_columns.scaling import MOST_DECIMALS, UNSTORABLE, ScaledColumns
from reporting.cuts.dimensions import cells_of_classes, grouped
from reporting.models import Period, State

NOW, BEFORE, PREV = "now {}", "before {}", "prev {}"  # the columns of one measure, by its cell
SAID = "said {}"  # what NOW is a float of
CLASS, SIZE = "class", "size"
EXACT = pl.Decimal(38, MOST_DECIMALS)


@dataclass(frozen=True)
class Measure:
    """A figure by which filings are weighed: its cell, and the cells of the same form in which the firm says what it
    had a year and a period before ("" where the form has none)."""

    cell: str
    name: str
    unit: str
    before: str
    prev: str

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.cell, self.before, self.prev)))


NOTHING = Measure("", "", "", "", "")


@dataclass(frozen=True)
class Board:
    """`frame` has for each filing in the period's numbers: `filing`, `enterprise`, `district` (code), `state`,
    `submission` (the one under review, else the one that counts; null where nothing is in), `waits` (for its district
    to decide), `counted`, `owed`, `let_in` (filed after the lock, and so in no total), `in_total` (it is in the totals
    of the period or would be, were it approved) (all bool), `warnings` (so many were explained), `estimated` (预估数),
    `class` and `size` (codes, "" where nobody said), and for each measure `now CELL`, `before CELL`, `prev CELL` as
    Float64, null where nothing is known, and `said CELL`, the decimal that `now` is a float of. `before` and `prev` are
    what the form itself says, else what the firm filed then, so that they are known of firms of which nothing is in.
    What no column holds (a figure too long) is null here."""

    period: PeriodCode
    edition: Edition
    measures: tuple[Measure, ...]
    frame: pl.DataFrame


def measures_of(edition: Edition, frequency: str) -> tuple[Measure, ...]:
    """The headline figure first, then the base, then the others of the ministry's table of districts. Where an edition
    names none for its forms, the first figure they ask for; NOTHING where they ask for none: all is unknown then."""
    figures = headline_cells(edition, frequency)
    named = filter(None, (figures.headline, figures.base, figures.employed, *figures.main))
    cells = [cell for cell in dict.fromkeys(named) if edition.has_cell(cell)] or first_figure(edition, frequency)
    return tuple(measure_of(edition, frequency, cell) for cell in cells) or (NOTHING,)


def headline_cells(edition: Edition, frequency: str) -> HeadlineCells:
    return edition.platform.figures.get(frequency) or HeadlineCells()


def first_figure(edition: Edition, frequency: str) -> list[str]:
    return [
        f"{row.code}.{row.columns[0]}"
        for table in edition.tables
        if table.frequency == frequency
        for row in table.indicators
        if row.is_figure
    ][:1]


def measure_of(edition: Edition, frequency: str, cell: str) -> Measure:
    address = CellAddress.parse(cell)
    row = edition.indicator(address.code)
    words = ("last_annual", "") if frequency == "annual" else ("year_ago", "prev")
    columns = [column_carrying(row, word, address.column) if word else None for word in words]
    before, prev = (f"{row.code}.{column}" if column else "" for column in columns)
    return Measure(cell, row.name, row.unit, before, prev)


def board_of(
    period: Period,
    districts: Collection[District] | None = None,
    fresh: bool = True,
    measures: tuple[Measure, ...] | None = None,
) -> Board:
    """Of some districts those filings alone; of some `measures` those columns alone. With `fresh` the stored columns
    are brought up to the record first."""
    if fresh:
        refresh(period.parsed, districts)
    asked = measures or measures_of(period.edition, period.parsed.frequency)
    return mended(lambda: _board(period, districts, asked), lambda: frozen.refresh([period.code]))


def _board(period: Period, districts: Collection[District] | None, measures: tuple[Measure, ...]) -> Board:
    code, edition = period.parsed, period.edition
    filings = _listed_on(code, districts)
    cells = dict.fromkeys(cell for measure in measures for cell in measure.asked)
    rows = _with_cells(code, filings, [WARNINGS, ESTIMATED, *cells, *cells_of_classes(edition, code.frequency)])
    past = _past(code, edition, rows, measures)
    groups = grouped(Counted(code, edition, rows), [CLASS, SIZE], fresh=False)
    figures = [column for measure in measures for column in _figures(measure, rows, past, code)]
    known = [_known(rows.frame, name, what) for name, what in ((WARNINGS, 0), (ESTIMATED, False))]
    return Board(code, edition, measures, filings.with_columns(*known, *groups.get_columns(), *figures))


def _known(frame: pl.DataFrame, name: str, where_nothing_is: int | bool) -> pl.Series:
    if name in frame.columns:
        return frame[name].fill_null(where_nothing_is)
    return pl.repeat(where_nothing_is, frame.height, eager=True).alias(name)


def _listed_on(period: PeriodCode, districts: Collection[District] | None) -> pl.DataFrame:
    """Of each filing in the period's numbers whose it is and where it stands, as a board has it."""
    return (
        filings_of(period, districts)
        .filter("in_period")
        .select(
            "filing",
            "enterprise",
            "district",
            "state",
            pl.coalesce("submission", "waiting", "counted").alias("submission"),
            (pl.col("state") == State.SUBMITTED).alias("waits"),
            pl.col("counted").is_not_null().alias("counted"),
            "owed",
            pl.col("filed_after_lock").alias("let_in"),
            (pl.coalesce("counted", "waiting").is_not_null() & ~pl.col("filed_after_lock")).alias("in_total"),
        )
    )


def _with_cells(period: PeriodCode, filings: pl.DataFrame, cells: Sequence[str]) -> ScaledColumns:
    keys = filings["submission"].drop_nulls()
    stored = read_submissions(period.code, [UNSTORABLE, *cells], keys)
    if stored is None:
        if len(keys):
            raise Broken(path_of(period.code, FILINGS))
        return ScaledColumns(filings, {})
    frame = filings.join(stored[0].frame, on="submission", how="left", maintain_order="left")
    return ScaledColumns(frame, stored[0].scales)


def _past(period: PeriodCode, edition: Edition, rows: ScaledColumns, measures: Sequence[Measure]) -> ScaledColumns:
    cells = [measure.cell for measure in measures]
    words = ("last_annual",) if period.is_annual else ("year_ago", "prev")
    return past_cells(edition, period, rows.frame, {word: cells for word in words})


def _figures(measure: Measure, rows: ScaledColumns, past: ScaledColumns, period: PeriodCode) -> list[pl.Series]:
    before, prev = ("last_annual", "") if period.is_annual else ("year_ago", "prev")
    said = [_as_float(rows, measure.cell)]
    for own, word in ((measure.before, before), (measure.prev, prev)):
        then = _as_float(past, f"{word}({measure.cell})")
        said.append(_as_float(rows, own).fill_null(then))
    said.append(_exactly(rows, measure.cell))
    names = (NOW, BEFORE, PREV, SAID)
    return [column.alias(name.format(measure.cell)) for column, name in zip(said, names, strict=True)]


def growth_of(measure: Measure) -> pl.Expr:
    """In per cent on the year before; null where that is not above nought."""
    now, before = pl.col(NOW.format(measure.cell)), pl.col(BEFORE.format(measure.cell))
    return pl.when(before > 0).then((now / before - 1) * 100)


def before_last(board: Board) -> pl.DataFrame:
    """Of a month what stood two months before, in the order of the board, a column for each measure; nought for
    February, whose sums begin with January. No columns where there is no such month, or nothing is stored of it."""
    period, frame = board.period, board.frame
    last = period.behind("prev")
    if last is None:
        return pl.DataFrame()
    then = last.behind("prev")
    if then is None:
        return frame.select(pl.lit(0.0).alias(measure.cell) for measure in board.measures)
    stored = mended(
        lambda: cells_then(board.edition, then.code, [measure.cell for measure in board.measures]),
        lambda: frozen.refresh([then.code]),
    )
    if stored is None:
        return pl.DataFrame()
    standing = standing_of(then.code).join(stored.frame, left_on="standing", right_on="submission", how="left")
    rows = frame.select("enterprise").join(standing, on="enterprise", how="left", maintain_order="left")
    columns = ScaledColumns(rows, stored.scales)
    return pl.DataFrame([_as_float(columns, measure.cell).alias(measure.cell) for measure in board.measures])


def _as_float(columns: ScaledColumns, cell: str) -> pl.Series:
    if cell not in columns.scales or cell not in columns.frame.columns:
        return pl.repeat(None, columns.frame.height, dtype=pl.Float64, eager=True)
    return columns.frame[cell].cast(pl.Float64) / 10 ** columns.scales[cell]


def _exactly(columns: ScaledColumns, cell: str) -> pl.Series:
    if cell not in columns.scales or cell not in columns.frame.columns:
        return pl.repeat(None, columns.frame.height, dtype=EXACT, eager=True)
    return columns.frame[cell].cast(EXACT) * pl.Series([Decimal(1).scaleb(-columns.scales[cell])], dtype=EXACT)
