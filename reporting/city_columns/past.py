"""What was filed before, beside the filings of a period: prev(…), year_ago(…), december(…) and last_annual(…)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import polars as pl

from accounts.models import Enterprise
from forms_tables.edition.continuity import cells_before
from forms_tables.edition.model import Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import carried_in
from forms_tables.notation.names import earlier
from reporting.city_columns.files import Broken, path_of, read
from reporting.city_columns.kept import FILINGS, IMPORTED_FOR, read_submissions
from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns, decimal_of, together
from reporting.filing.judging import official_coefficients, totals_of, weighted_coefficient
from reporting.models import BaseAdjustment, Filing, published_edition

COEFFICIENT_DECIMALS = 6


def standing_of(code: str) -> pl.DataFrame:
    """What stands for each enterprise in a period, by its key among the submissions: the submission, and where none
    does what was imported (reporting.filing.judging.what_stands)."""
    found = read(code, FILINGS, ["enterprise", "standing"])
    stored = read_submissions(code, ["submission", IMPORTED_FOR])
    if found is None or stored is None:
        return pl.DataFrame(schema={"enterprise": pl.Int64, "standing": pl.Int64})
    submitted = of_one_firm(found[0].frame.drop_nulls())
    imported = stored[0].frame.drop_nulls().select(pl.col(IMPORTED_FOR).alias("enterprise"), standing="submission")
    return pl.concat([submitted, of_one_firm(imported).join(submitted, on="enterprise", how="anti")])


def of_one_firm(standing: pl.DataFrame) -> pl.DataFrame:
    """With what stands under entries merged into another under that one, where it has nothing of its own
    (reporting.models.filing.own_last)."""
    kept_in = Enterprise.objects.kept_entries()
    if not kept_in:
        return standing
    of_entries = standing.filter(pl.col("enterprise").is_in(list(kept_in)))
    as_kept = of_entries.with_columns(pl.col("enterprise").replace_strict(kept_in, return_dtype=pl.Int64))
    as_kept = as_kept.unique("enterprise", keep="last", maintain_order=True)
    return pl.concat([standing, as_kept.join(standing, on="enterprise", how="anti")])


def past_cells(
    edition: Edition, period: PeriodCode, filings: pl.DataFrame, wanted: Mapping[str, Sequence[str]]
) -> ScaledColumns:
    """For each row of `filings` (filing, enterprise) the `wanted` cells of the earlier filings, by their word, as
    columns named prev(2020.c1); with the bases granted to this filing in their place. The cells are named as `edition`
    does, under whichever edition they were filed."""
    frame = filings.select("filing", "enterprise", pl.lit(None, dtype=pl.String).alias(UNSTORABLE))
    scales: dict[str, int] = {}
    codes = earlier(period)
    for word, cells in wanted.items():
        if word not in codes or not cells:
            continue
        before = codes[word].code
        stored = cells_then(edition, before, cells)
        if stored is None:
            continue
        named = {cell: f"{word}({cell})" for cell in cells if cell in stored.frame.columns}
        scales |= {named[cell]: places for cell, places in stored.scales.items()}
        standing = standing_of(before)
        if not standing["standing"].is_in(stored.frame["submission"].implode()).all():
            raise Broken(path_of(before, FILINGS))
        beside = standing.join(
            stored.frame.rename(named).rename({UNSTORABLE: "unstorable_then"}),
            left_on="standing",
            right_on="submission",
            how="left",
        )
        frame = (
            frame.join(beside.drop("standing"), on="enterprise", how="left", maintain_order="left")
            .with_columns(pl.coalesce(UNSTORABLE, pl.lit("以前的报表：") + pl.col("unstorable_then")).alias(UNSTORABLE))
            .drop("unstorable_then")
        )
    labels = {f"{word}({cell})" for word, cells in wanted.items() for cell in cells}
    return with_granted(period, ScaledColumns(frame, scales), labels)


def cells_then(edition: Edition, before: str, cells: Sequence[str]) -> ScaledColumns | None:
    """What is stored of an earlier period under these cells of `edition`: each row by the edition it was filed under,
    since imported history may stand beside submissions of another."""
    found = read_submissions(before, ["submission", "edition", UNSTORABLE])
    if found is None:
        return None
    rows, notes = found
    of_family: dict[str, list[str]] = {}
    for code in notes["editions"]:
        of_family.setdefault(published_edition(code).family, []).append(code)
    names = {family: names_then(edition, published_edition(codes[0]), cells) for family, codes in of_family.items()}
    wanted = dict.fromkeys(then for named in names.values() for then in named)
    found = read_submissions(before, ["submission", "edition", UNSTORABLE, *wanted])
    if found is None or not len(rows):
        return ScaledColumns(rows.frame.drop("edition"), {})
    return together([_named_now(found[0], of_family[family], named) for family, named in names.items()])


def _named_now(stored: ScaledColumns, editions: Sequence[str], names: Mapping[str, str]) -> ScaledColumns:
    there = {then: cell for then, cell in names.items() if then in stored.frame.columns}
    rows = stored.frame.filter(pl.col("edition").is_in(editions)).select("submission", UNSTORABLE, *there)
    scales = {cell: stored.scales[then] for then, cell in there.items() if then in stored.scales}
    return ScaledColumns(rows.rename(there), scales)


def names_then(edition: Edition, before: Edition, cells: Sequence[str]) -> dict[str, str]:
    """How these cells were called in an earlier edition; what continues nothing there is left out."""
    if before.family == edition.family:
        return {cell: cell for cell in cells}
    then = cells_before(edition, before)
    return {then[cell]: cell for cell in cells if cell in then}


def with_granted(period: PeriodCode, past: ScaledColumns, labels: set[str]) -> ScaledColumns:
    """The figures of granted 口径调整单 in the place of the filed ones (reporting.filing.judging.with_adjustments)."""
    granted = granted_bases(period.code)
    frame, scales, rows = past.frame, dict(past.scales), None
    for filing, bases in granted.items():
        rows = rows or {pk: row for row, pk in enumerate(frame["filing"])}
        if filing not in rows:
            continue
        for label, figure in bases.items():
            if label not in labels:
                continue
            if label not in frame.columns:  # nobody filed for that period
                frame = frame.with_columns(pl.lit(None, dtype=pl.Int64).alias(label))
                scales[label] = 2
            places = scales[label]
            number = None if figure is None else figure.scaleb(places)
            if number is not None and number != number.to_integral_value():
                column, kept = UNSTORABLE, f"{label} 的口径调整值“{figure}”小数太多"
            else:
                column, kept = label, None if number is None else int(number)
            frame = frame.with_columns(frame[column].scatter(rows[filing], kept))
    return ScaledColumns(frame, scales)


def granted_bases(code: str) -> dict[int, dict[str, Decimal | None]]:
    """What each filing of a period reads in the place of what was filed; None where it is added up again."""
    found: dict[int, dict[str, Decimal | None]] = {}
    filings = {}
    adjustments = BaseAdjustment.objects.filter(filing__period=code, granted=True).order_by("asked_at", "pk")
    adjustments = adjustments.select_related("filing__period", "filing__in_force").defer(
        "filing__in_force__values", "filing__in_force__findings", "filing__in_force__attributes"
    )
    for row in adjustments:
        filings[row.filing_id] = row.filing
        found.setdefault(row.filing_id, {})[row.cell] = Decimal(row.new)
    return {
        pk: {_label(filings[pk], cell): bases.get(cell) for cell in [*bases, *totals_of(filings[pk], bases)]}
        for pk, bases in found.items()
    }


def _label(filing: Filing, cell: str) -> str:
    """The name of what stands behind the cell; nothing where a revision does not carry it any more."""
    word, source = carried_in(filing.edition, cell) or ("", "")
    return f"{word}({source})" if word else ""


def coefficients(
    edition: Edition, period: PeriodCode, filings: pl.DataFrame, parameters: Mapping[str, Decimal | None]
) -> list[Decimal | None] | None:
    """Each firm's own weighted coefficient, in the order of `filings`; None while the city has entered none at all."""
    official = official_coefficients(edition)
    if not any(parameters.get(name) is not None for name in official):
        return None
    cells = list(official.values())
    past = past_cells(edition, period, filings, {"last_annual": cells})
    labels = {f"last_annual({cell})": cell for cell in cells if f"last_annual({cell})" in past.frame.columns}
    rows = past.frame.select(list(labels)).rows() if labels else [()] * filings.height
    found = []
    for row in rows:
        filed = zip(labels.items(), row, strict=True)
        annual = {cell: decimal_of(number, past.scales.get(label, 0)) for (label, cell), number in filed}
        found.append(weighted_coefficient(edition, annual, parameters) if any(row) else None)
    return found
