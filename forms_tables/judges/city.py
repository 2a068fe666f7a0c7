"""A whole city judged at once: filings as columns of polars, and the conditions of an edition over them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from forms_tables.columns.conditions import Columns
from forms_tables.columns.parts import NARROW, WIDE, Part, Source, exponent_of
from forms_tables.edition import credit_code
from forms_tables.edition.model import FIGURE_KINDS, Edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import EXACT
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import HISTORY, Cell, Fact, Meaning, Setting
from forms_tables.notation.trees import NotationError, walk
from forms_tables.rules.checks import Condition
from forms_tables.rules.magnitudes import longest_typed

__all__ = ["Columns", "Ledger", "failing", "labels_of", "verdicts"]


@dataclass(frozen=True)
class Ledger:
    """台账: many filings of one period, a row each, and a column for everything the rules read of them."""

    period: PeriodCode
    frame: pl.DataFrame  # its columns are named by Meaning.label; null is a blank
    scales: Mapping[str, int]  # decimals of each figure's column, which holds value × 10**scale; the others are texts
    parameters: Mapping[str, Decimal | None]  # the same for all rows; a parameter that is a column goes before it
    largest: Mapping[str, int]  # how far from zero each figure's column reaches

    @classmethod
    def of(
        cls, edition: Edition, period: PeriodCode, readings: Sequence[Reading], labels: Mapping[str, Meaning]
    ) -> "Ledger":
        """The ledger of a few filings. A parameter in which they differ can only be read as one of the labels."""
        columns: list[pl.Series] = []
        scales: dict[str, int] = {}
        largest: dict[str, int] = {}
        for label, meaning in labels.items():
            values = [reading.value_of(meaning) for reading in readings]
            decimals = decimals_of(meaning, values)
            if decimals is None:
                columns.append(pl.Series(label, values, dtype=pl.String))
                continue
            scales[label] = decimals
            stored = [scaled(label, value, decimals) if isinstance(value, Decimal) else None for value in values]
            largest[label] = max((abs(value) for value in stored if value is not None), default=0)
            columns.append(pl.Series(label, stored, dtype=pl.Int64 if largest[label] <= NARROW else pl.Int128))
        frame = pl.DataFrame(columns) if columns else pl.DataFrame({"": [None] * len(readings)})
        return cls(period, frame, scales, _shared_parameters(edition, readings), largest)

    def readings(self, conditions: Sequence[Condition]) -> Iterator[Reading]:
        """The filings again, as far as the conditions read them."""
        edition = conditions[0].scope.edition
        meanings = {meaning.label: meaning for condition in conditions for meaning in condition.reads}
        for row in self.frame.iter_rows(named=True):
            known = {meanings[label]: self._value(label, row[label]) for label in meanings.keys() & row.keys()}
            yield self._reading(edition, known)

    def _value(self, label: str, stored: int | str | None) -> Decimal | str | None:
        return stored if isinstance(stored, str | None) else Decimal(stored).scaleb(-self.scales[label], EXACT)

    def _reading(self, edition: Edition, known: Mapping[Meaning, Decimal | str | None]) -> Reading:
        filed: dict[str, dict[str, Decimal | str | None]] = {word: {} for word in ("", *HISTORY)}
        attributes: dict[str, str] = {}
        parameters = dict(self.parameters)
        for meaning, value in known.items():
            match meaning, value:
                case Setting(name=name), Decimal() | None:
                    parameters[name] = value
                case Fact(period="register", code=code), str():
                    attributes[code] = value
                case Cell() | Fact(), _ if meaning.period in filed:
                    filed[meaning.period][meaning.key] = value
        history = {word: filed[word] for word in HISTORY}
        return Reading(edition, self.period, filed[""], attributes, parameters, history)


def decimals_of(meaning: Meaning, values: Sequence[Decimal | str | None] = ()) -> int | None:
    """How many decimals the column of a name holds; None for a text. A parameter of the firm's own has as many as it
    needs."""
    match meaning:
        case Cell(indicator=indicator, column=column) if indicator.kind_in(column) in FIGURE_KINDS:
            return indicator.decimals_in(column) or 0
        case Setting():
            figures = [value for value in values if isinstance(value, Decimal) and value]
            return max((-exponent_of(figure.normalize()) for figure in figures), default=0)
    return None


def scaled(label: str, value: Decimal, decimals: int) -> int:
    """A figure as a whole number of its last decimal; raises where that would round it."""
    shifted = value.scaleb(decimals, EXACT)
    if shifted != shifted.to_integral_value():
        raise ValueError(f"“{label}”的值{value}超过{decimals}位小数，不能列入台账")
    return int(shifted)


def _shared_parameters(edition: Edition, readings: Sequence[Reading]) -> dict[str, Decimal | None]:
    """The parameters in which all agree; those of nobody's when there are no filings."""
    shared: dict[str, Decimal | None] = {}
    for name, parameter in edition.parameters.items():
        values = {reading.setting(name) for reading in readings} or {parameter.default}
        if len(values) == 1:
            shared[name] = values.pop()
    return shared


def labels_of(conditions: Sequence[Condition]) -> dict[str, Meaning]:
    """The columns the conditions read: cells, facts of the firm, and parameters that are each firm's own (k)."""
    meanings = dict.fromkeys(meaning for condition in conditions for meaning in condition.reads)
    return {
        meaning.label: meaning
        for meaning in meanings
        if isinstance(meaning, Cell | Fact) or _is_own(meaning, conditions)
    }


def _is_own(meaning: Meaning, conditions: Sequence[Condition]) -> bool:
    """Nobody enters it and it has no default: it is worked out for each firm."""
    if not isinstance(meaning, Setting):
        return False
    parameter = conditions[0].scope.edition.parameters[meaning.name]
    return not parameter.settable and parameter.default is None


def verdicts(conditions: Sequence[Condition], ledger: Ledger) -> pl.DataFrame:
    """Whether each condition ("0", "1", … in their order) holds for each filing; null where it does not apply."""
    names = [str(number) for number in range(len(conditions))]
    try:
        judged = zip(names, expressions_of(conditions, ledger), strict=True)
    except NotationError:
        return _judged_apart(conditions, ledger)
    return ledger.frame.with_columns(column.alias(name) for name, column in judged).select(names)


def failing(conditions: Sequence[Condition], ledger: Ledger) -> pl.DataFrame:
    """The filings (row) for which a condition does not hold, in the order of the conditions."""
    frame = ledger.frame
    columns: Sequence[pl.Expr]
    try:
        columns = expressions_of(conditions, ledger)
    except NotationError:
        frame = verdicts(conditions, ledger)
        columns = [pl.col(name) for name in frame.columns]
    found = frame.select(column.not_().arg_true().implode().alias(str(at)) for at, column in enumerate(columns))
    rows = [found[name][0] for name in found.columns]
    numbers = np.repeat(np.arange(len(rows), dtype=np.uint16), [len(of_one) for of_one in rows])
    listed = pl.concat(rows) if rows else pl.Series(dtype=pl.UInt32)
    return pl.DataFrame({"row": listed, "condition": numbers})


def _judged_apart(conditions: Sequence[Condition], ledger: Ledger) -> pl.DataFrame:
    """Proofreading sees to it that figures of any length that can be typed find room. What a form works out (growth on
    a base of 0.01) can be longer; the few filings that hold such a figure are judged one at a time."""
    longest = {label: longest_typed(scale) for label, scale in ledger.scales.items()}
    too_long = [pl.col(label).abs() > most for label, most in longest.items() if ledger.largest[label] > most]
    if not too_long:
        raise ValueError("有规则的数值可能超过38位；这样的规则在校对时就应退回")
    is_too_long = ledger.frame.select(pl.any_horizontal(too_long).fill_null(False)).to_series()
    usual = {label: min(most, ledger.largest[label]) for label, most in longest.items()}
    judged = verdicts(conditions, replace(ledger, frame=ledger.frame.filter(~is_too_long), largest=usual))
    alone = replace(ledger, frame=ledger.frame.filter(is_too_long)).readings(conditions)
    with localcontext(EXACT):
        rows = [[condition.verdict(reading) for condition in conditions] for reading in alone]
    places = pl.concat([(~is_too_long).arg_true(), is_too_long.arg_true()])
    both = judged.vstack(pl.DataFrame(rows, schema=judged.schema, orient="row"))
    return both[places.arg_sort()]


class Polars:
    """polars as an engine of columns."""

    most = WIDE
    column = staticmethod(pl.col)

    @staticmethod
    def literal(value: int | str | bool | None, wide: bool = False) -> pl.Expr:
        if isinstance(value, bool) or value is None or isinstance(value, str):
            return pl.lit(value)
        return pl.lit(value, dtype=pl.Int128 if wide else pl.Int64)

    @staticmethod
    def wide(column: pl.Expr) -> pl.Expr:
        return column.cast(pl.Int128)

    @staticmethod
    def absolute(column: pl.Expr) -> pl.Expr:
        return column.abs()

    @staticmethod
    def quotient(column: pl.Expr, divisor: Any) -> pl.Expr:
        return column // divisor

    @staticmethod
    def remainder(column: pl.Expr, divisor: int) -> pl.Expr:
        return column % divisor

    @staticmethod
    def when(premise: pl.Expr, holds: pl.Expr, otherwise: pl.Expr | None = None) -> pl.Expr:
        chosen = pl.when(premise).then(holds)
        return chosen if otherwise is None else chosen.otherwise(otherwise)

    @staticmethod
    def opposite(column: pl.Expr) -> pl.Expr:
        return ~column

    @staticmethod
    def is_filled(column: pl.Expr) -> pl.Expr:
        return column.is_not_null()

    @staticmethod
    def or_else(column: pl.Expr, instead: pl.Expr) -> pl.Expr:
        return column.fill_null(instead)

    any_of = staticmethod(pl.any_horizontal)
    all_of = staticmethod(pl.all_horizontal)

    @staticmethod
    def is_among(column: pl.Expr, options: Sequence[str]) -> pl.Expr:
        return column.is_in(options)

    @staticmethod
    def starts_with(text: pl.Expr, beginning: Any) -> pl.Expr:
        return text.str.starts_with(beginning)

    @staticmethod
    def contains(text: pl.Expr, part: Any) -> pl.Expr:
        return text.str.contains(part, literal=True)

    @staticmethod
    def joined(beginning: str, text: pl.Expr) -> pl.Expr:
        return pl.lit(beginning) + text

    @staticmethod
    def first(text: pl.Expr, length: Any) -> pl.Expr:
        return text.str.head(length)

    @staticmethod
    def middle(text: pl.Expr, start: int, length: int) -> pl.Expr:
        return text.str.slice(start, length)

    @staticmethod
    def is_credit_code(text: pl.Expr) -> pl.Expr:
        return text.map_batches(credit_codes_in, return_dtype=pl.Boolean, is_elementwise=True)


def credit_codes_in(texts: pl.Series) -> pl.Series:
    """Which texts credit_code.problem_with finds nothing wrong with, a place of all the codes at a time."""
    candidates = (texts.str.len_bytes() == 18).fill_null(False)
    codes = np.frombuffer(texts.filter(candidates).str.join("").item().encode(), np.uint8).reshape(-1, 18)
    codes = np.ascontiguousarray(codes.T)
    places, counts = PLACES[codes], COUNTS[codes[8:16]]
    right = (places >= 0).all(axis=0) & (codes[2:8] >= ord("0")).all(axis=0) & (codes[2:8] <= ord("9")).all(axis=0)
    total = sum(place * pow(3, number, 31) for number, place in enumerate(places[:17]))
    right &= -total % 31 == places[17]
    total = sum(count * weight for count, weight in zip(counts, credit_code.ORGANISATION_WEIGHTS, strict=True))
    right &= ORGANISATION_CHECKS[-total % 11] == codes[16]
    judged = candidates.to_numpy(writable=True)
    judged[judged.nonzero()[0]] = right
    return pl.select(pl.when(texts.is_not_null()).then(pl.Series(judged))).to_series()


def _table(characters: str, missing: int) -> np.ndarray:
    """By the byte of a character, its place among `characters`."""
    table = np.full(256, missing, np.int16)
    table[list(characters.encode())] = range(len(characters))
    return table


PLACES = _table(credit_code.ALPHABET, -1)
COUNTS = _table("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0)
ORGANISATION_CHECKS = np.frombuffer(b"0123456789X", np.uint8)


def expressions_of(conditions: Sequence[Condition], ledger: Ledger) -> tuple[pl.Expr, ...]:
    """Written once for as long as columns, parameters and the lengths of figures stay as they are."""
    if not conditions:
        return ()
    return _expressions(
        tuple(conditions),
        ledger.period,
        frozenset(ledger.frame.columns),
        frozenset(ledger.scales.items()),
        frozenset((label, len(str(largest))) for label, largest in ledger.largest.items()),
        frozenset(ledger.parameters.items()),
    )


@lru_cache(maxsize=32)
def _expressions(
    conditions: tuple[Condition, ...],
    period: PeriodCode,
    columns: frozenset[str],
    scales: frozenset[tuple[str, int]],
    lengths: frozenset[tuple[str, int]],
    parameters: frozenset[tuple[str, Decimal | None]],
) -> tuple[pl.Expr, ...]:
    edition = conditions[0].scope.edition
    largest = {label: 10**length - 1 for label, length in lengths}
    source = Source(edition, period, dict(scales), largest, dict(parameters), columns)
    return tuple(_judged(condition, source) for condition in conditions)


def _judged(condition: Condition, source: Source) -> pl.Expr:
    binding = Columns(condition.scope, source, Polars)
    verdict: Part = walk(condition.tree, binding)
    if condition.premise:
        verdict = binding.when(walk(condition.premise, binding), verdict)
    return pl.repeat(verdict.column, pl.len(), dtype=pl.Boolean) if verdict.known else verdict.column
