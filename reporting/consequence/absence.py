"""What a total lacks without a firm of which nothing is in: by it the queue, 催报 and the last evening's page all say
whom to ask first, so that they say the same.

It is what the firm filed of the headline figure a year before. Where it filed none, last year's revenue stands for it,
times what the firms with both had of the one for each unit of the other; where nobody filed the headline figure then,
last year's revenue itself. An estimate of what the firm will say now would follow what moves this year, but changes
with every filing that comes in: whom a district is ringing would change under its hands, and from page to page.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from django.db.models import Count, Max

from forms_tables.notation.names import earlier
from reporting.city_columns import frozen
from reporting.city_columns.files import identity, layout, notes_of, path_of
from reporting.city_columns.kept import FILINGS
from reporting.city_columns.marks import counting_of, imported_marks, parts_of
from reporting.city_columns.past import past_cells
from reporting.city_columns.repairing import mended
from reporting.consequence.board import Measure, measures_of
from reporting.models import Filing, Period
from reporting.totals.at_hand import at_hand
from reporting.totals.last_year import base_revenues, last_year_of

FIRMS = {"filing": pl.Int64, "enterprise": pl.Int64}


@dataclass(frozen=True)
class Absences:
    """`frame` has a row for each filing of the period: `filing` and `weight`, null where nothing is known of the firm.
    `words` say what the weights are ("" where there are none); `is_revenue`, that they are last year's revenue."""

    words: str
    frame: pl.DataFrame
    is_revenue: bool

    @property
    def weights(self) -> dict[int, float]:
        """Of those of which something is known."""
        return dict(self.frame.drop_nulls().iter_rows())


def absences_of(period: Period) -> Absences:
    """Of the whole city, whoever asks: one ratio for all. They rest on who is listed and on what was filed before, and
    are kept while both stand: what comes in tonight moves none of them."""
    behind = codes_behind(period)
    store_those_behind(period)
    listed = Filing.objects.filter(period=period).aggregate(many=Count("pk"), last=Max("pk"))
    files = [identity(path_of(code, FILINGS)) for code in behind]
    stand = (layout(), listed, files, counting_of(behind), imported_marks(behind))
    return at_hand(f"absences/{period.pk}", stand, lambda: worked_out(period))


def worked_out(period: Period) -> Absences:
    rows = Filing.objects.filter(period=period).order_by("pk").values_list("pk", "enterprise")
    filings = pl.DataFrame(list(rows), schema=FIRMS, orient="row")
    measure, last = measures_of(period.edition, period.parsed.frequency)[0], last_year_of(period)
    revenue = last.frame.select("enterprise", revenue=pl.col("revenue").cast(pl.Float64) / 10**last.places)
    known = filings.join(revenue, on="enterprise", how="left", maintain_order="left")
    known = known.with_columns(headline_before(period, measure, filings).alias("headline"))
    is_revenue = known["headline"].null_count() == known.height
    weight = pl.coalesce("headline", pl.col("revenue") * (1.0 if is_revenue else headline_for_each(known)))
    return Absences(
        words_of(period, measure, last.words, is_revenue), known.select("filing", weight=weight), is_revenue
    )


def headline_for_each(known: pl.DataFrame) -> float | None:
    """Unit of last year's revenue, by the firms with both."""
    both = known.drop_nulls()
    headline, revenue = (float(both[name].abs().sum()) for name in ("headline", "revenue"))
    return headline / revenue if revenue else None


def words_of(period: Period, measure: Measure, revenue: str, is_revenue: bool) -> str:
    behind = earlier(period.parsed).get(word_of(period))
    if is_revenue or behind is None:
        return revenue
    return f"{behind.label}{measure.name}" + (f"（不详的按{revenue}折算）" if revenue else "")


def word_of(period: Period) -> str:
    return "last_annual" if period.is_annual else "year_ago"


def headline_before(period: Period, measure: Measure, filings: pl.DataFrame) -> pl.Series:
    word, asked = word_of(period), [measure.cell] if measure.cell else []
    past = mended(
        lambda: past_cells(period.edition, period.parsed, filings, {word: asked}),
        lambda: frozen.refresh(each.code for each in earlier(period.parsed).values()),
    )
    name = f"{word}({measure.cell})"
    if name not in past.scales:
        return pl.repeat(None, filings.height, dtype=pl.Float64, eager=True)
    return past.frame[name].cast(pl.Float64) / 10 ** past.scales[name]


def codes_behind(period: Period) -> list[str]:
    """The earlier periods that firms are measured against, those of last year's revenue among them."""
    bases = [base for base, _, _ in base_revenues(period)]
    return sorted({each.code for each in (*earlier(period.parsed).values(), *bases)})


def store_those_behind(period: Period) -> None:
    """The columns of the earlier periods that its firms are measured against, where none can be read: the beat keeps
    them current (reporting.city_columns.tasks)."""
    if unstored := [code for code in codes_behind(period) if notes_of(code, FILINGS) is None]:
        frozen.refresh(code for code, parts in parts_of(unstored).items() if parts)
