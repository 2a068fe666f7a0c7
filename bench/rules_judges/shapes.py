"""The drawn city in the shapes our own judges read: a ledger of columns, readings of Decimals, stored JSON."""

import json
from decimal import Decimal

import numpy as np
import polars as pl

from bench.rules_judges.filings import City
from forms_tables.edition.model import Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.judges.city import Ledger, decimals_of
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import Cell, Fact, Meaning

RATE = Decimal("7.0467")  # FX


def ledger_of(edition: Edition, period: PeriodCode, city: City, labels: dict[str, Meaning]) -> Ledger:
    columns = []
    for label in labels:
        values = pl.Series(city.figures[label]) if label in city.figures else pl.Series(city.texts[label].tolist())
        columns.append(pl.select(pl.when(pl.Series(~city.blank[label])).then(values).alias(label)).to_series())
    scales = {label: decimals_of(labels[label]) or 0 for label in city.figures}
    largest = {label: int(np.abs(figure).max(initial=0)) for label, figure in city.figures.items()}
    parameters = {name: parameter.default for name, parameter in edition.parameters.items()} | {"FX": RATE}
    return Ledger(period, pl.DataFrame(columns).rechunk(), scales, parameters, largest)


def one_after_another(ledgers: list[Ledger]) -> Ledger:
    """Several cities as one."""
    first = ledgers[0]
    frame = pl.concat([ledger.frame for ledger in ledgers], rechunk=True)
    largest = {label: max(ledger.largest[label] for ledger in ledgers) for label in first.largest}
    return Ledger(first.period, frame, first.scales, first.parameters, largest)


def reading_of(edition: Edition, ledger: Ledger, labels: dict[str, Meaning], row: int) -> Reading:
    """One filing with Decimals, as the server reads it."""
    values: dict[str, Decimal | str] = {}
    attributes: dict[str, str] = {}
    history: dict[str, dict[str, Decimal | str]] = {}
    for label, stored in ledger.frame.row(row, named=True).items():
        if stored is None:
            continue
        meaning = labels[label]
        value = Decimal(stored).scaleb(-ledger.scales[label]) if label in ledger.scales else stored
        if meaning.period == "register" or (isinstance(meaning, Fact) and meaning.code not in edition.indicators):
            attributes[meaning.code] = value
        elif meaning.period:
            history.setdefault(meaning.period, {})[meaning.key] = value
        elif isinstance(meaning, Cell | Fact):
            values[meaning.key] = value
    return Reading(edition, ledger.period, values, attributes, ledger.parameters, history)


def stored_json(reading: Reading) -> str:
    """As Submission.values keeps it."""
    return json.dumps(reading.edition.values_as_text(reading.values), ensure_ascii=False)
