"""Cells as columns: decimal strings become whole numbers of their last decimal, exactly, and texts stay texts.

A filing of which a cell is no figure, or is too long for a column, is odd: it says so in its own words, is left out of
the columns and judged by itself. It never stands in the way of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import polars as pl

from forms_tables.edition.catalog import Edition
from forms_tables.edition.model import FIGURE_KINDS

UNSTORABLE = "unstorable"
MOST_DIGITS = 18  # what 64 bits hold whatever the digits are
MOST_DECIMALS = 6


@dataclass(frozen=True)
class ScaledColumns:
    """Rows with their cells as columns; `scales` are the decimals of the figures, the other columns are texts."""

    frame: pl.DataFrame
    scales: Mapping[str, int]

    def __len__(self) -> int:
        return self.frame.height


def decimals_of_cells(edition: Edition, frequency: str) -> dict[str, int | None]:
    """Every cell of the tables of one frequency and how many decimals its column has; None for a text."""
    return {
        f"{indicator.code}.{key}": (indicator.decimals_in(key) or 0) if indicator.kind_in(key) in FIGURE_KINDS else None
        for table in edition.tables
        if table.frequency == frequency
        for indicator in table.indicators
        for key in indicator.columns
    }


def scaled(
    texts: pl.DataFrame, decimals: Mapping[str, int | None], unstorable: Mapping[int, str] | None = None
) -> ScaledColumns:
    """`texts` holds a column of decimal strings or text for each cell of `decimals`, and whatever else the rows are
    known by; `odd` are the rows (by number) known to be odd already."""
    figures = {cell: places for cell, places in decimals.items() if places is not None}
    plain = texts.select(pl.col(cell).str.contains(_plain(places)).all() for cell, places in figures.items())
    is_plain = dict(zip(plain.columns, plain.row(0), strict=True)) if plain.height else dict.fromkeys(figures, True)
    texts = texts.with_columns(
        pl.col(cell).str.replace(".", "", literal=True).cast(pl.Int64) for cell in figures if is_plain[cell]
    )
    said, scales, made = dict(unstorable or {}), dict(figures), []
    for cell, places in figures.items():
        if not is_plain[cell]:
            column, scales[cell], strange = _scaled_one_by_one(texts[cell], places)
            made.append(column)
            said = strange | said
    words = pl.Series(UNSTORABLE, [said.get(row) for row in range(texts.height)], dtype=pl.String)
    return ScaledColumns(texts.with_columns(*made, words), scales)


def _plain(places: int) -> str:
    """The digits a column is read by: other alphabets have some, too, and those are looked at one by one."""
    return rf"^-?[0-9]{{1,{MOST_DIGITS - places}}}" + (rf"\.[0-9]{{{places}}}$" if places else "$")


def _scaled_one_by_one(texts: pl.Series, places: int) -> tuple[pl.Series, int, dict[int, str]]:
    """A column that holds something else than figures written with all their decimals: figures written shorter, with
    more decimals than the form has now (the column then takes as many), or no figures at all."""
    figures: list[Decimal | None] = []
    unstorable = {}
    for row, text in enumerate(texts):
        figure = None if text is None else _figure(text)
        if text is not None and (figure is None or _decimals(figure) > MOST_DECIMALS):
            unstorable[row] = f"{texts.name} 的值“{text[:40]}”不能作为数字列入"
            figure = None
        figures.append(figure)
    scale = max([places, *(_decimals(figure) for figure in figures if figure is not None)])
    numbers = []
    for row, figure in enumerate(figures):
        number = None if figure is None else int(figure.scaleb(scale))
        if number is not None and abs(number) >= 10**MOST_DIGITS:
            unstorable[row] = f"{texts.name} 的值“{texts[row]}”位数太多"
            number = None
        numbers.append(number)
    return pl.Series(texts.name, numbers, dtype=pl.Int64), scale, unstorable


def _figure(text: str) -> Decimal | None:
    try:
        figure = Decimal(text)
    except InvalidOperation:
        return None
    return figure if figure.is_finite() and figure.adjusted() < MOST_DIGITS else None


def _decimals(figure: Decimal) -> int:
    """How many decimals it needs: 12.50 one, 300 none."""
    return max(0, -figure.normalize().as_tuple().exponent)


def together(parts: Sequence[ScaledColumns]) -> ScaledColumns:
    """The rows of all parts; a column that has different decimals in them takes the most. A cell that is a figure in
    one edition and a text in another makes the rows of the other odd."""
    parts = [part for part in parts if len(part)]
    scales: dict[str, int] = {}
    for part in parts:
        for cell, places in part.scales.items():
            scales[cell] = max(places, scales.get(cell, 0))
    frames = [_rescaled(part, scales) for part in parts]
    return ScaledColumns(pl.concat(frames, how="diagonal") if frames else pl.DataFrame(), scales)


def _rescaled(part: ScaledColumns, scales: Mapping[str, int]) -> pl.DataFrame:
    frame = part.frame
    for cell, places in scales.items():
        if cell not in frame.columns or part.scales.get(cell) == places:
            continue
        if cell in part.scales:
            factor = 10 ** (places - part.scales[cell])
            too_long = (pl.col(cell).abs() >= 10**MOST_DIGITS // factor).fill_null(False)
            number, words = pl.col(cell) * factor, f"{cell} 的值位数太多"
        else:
            too_long = pl.col(cell).is_not_null()
            number, words = pl.lit(None, dtype=pl.Int64), f"{cell} 在另一版制度中不是数字"
        frame = frame.with_columns(
            pl.when(too_long)
            .then(pl.coalesce(UNSTORABLE, pl.lit(words)))
            .otherwise(pl.col(UNSTORABLE))
            .alias(UNSTORABLE),
            pl.when(too_long).then(None).otherwise(number).alias(cell),
        )
    return frame


def decimal_of(number: int | None, places: int) -> Decimal | None:
    return None if number is None else Decimal(number).scaleb(-places)
