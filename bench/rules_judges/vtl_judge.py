"""The rules exported as VTL and judged by vtlengine, an outside comparison only: nothing of the product knows of it.

Figures go over as whole numbers of their last decimal (VTL's Integer, 64 bits), which is exact and what vtlengine is
quickest with. Where products may not fit there (one such figure would stop the whole run) they are VTL's Number, which
is a floating point number of 15 digits: those conditions are named, and their verdicts counted apart.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forms_tables.columns.conditions import Columns
from forms_tables.columns.parts import WIDE, Part, Source
from forms_tables.judges.city import Ledger
from forms_tables.notation.trees import walk
from forms_tables.rules.checks import Condition

FILING, CONDITION = "filing", "condition"
FLOATING = "its products may pass an Integer's 64 bits, so they are a Number, which floats"


class Inexpressible(Exception):
    """What VTL has no words for."""


@dataclass(frozen=True, eq=False)
class Words:
    """A part of a tree in VTL, in brackets where it is more than a name. VTL's `and` and `or` may answer from one side
    where the other is blank; ours do not apply then. What `needs` more than VTL would is asked for once, around it."""

    text: str
    needs: tuple[str, ...] = ()  # the components that must be filled
    may_answer: bool = False  # although one of them is blank

    def __str__(self) -> str:
        return self.text

    @property
    def strict(self) -> "Words":
        if not self.may_answer:
            return self
        blank = " or ".join(f"isnull({need})" for need in self.needs)
        return Words(f"(if {blank} then null else {self})", self.needs)

    def __add__(self, other: Any) -> "Words":
        return said("({} + {})", self, other)

    def __radd__(self, other: Any) -> "Words":
        return said("({} + {})", other, self)

    def __sub__(self, other: Any) -> "Words":
        return said("({} - {})", self, other)

    def __rsub__(self, other: Any) -> "Words":
        return said("({} - {})", other, self)

    def __mul__(self, other: Any) -> "Words":
        return said("({} * {})", self, other)

    __rmul__ = __mul__

    def __lt__(self, other: Any) -> "Words":
        return said("({} < {})", self, other)

    def __le__(self, other: Any) -> "Words":
        return said("({} <= {})", self, other)

    def __gt__(self, other: Any) -> "Words":
        return said("({} > {})", self, other)

    def __ge__(self, other: Any) -> "Words":
        return said("({} >= {})", self, other)

    def __eq__(self, other: Any) -> "Words":  # type: ignore[override]
        return said("({} = {})", self, other)

    def __ne__(self, other: Any) -> "Words":  # type: ignore[override]
        return said("({} <> {})", self, other)


def said(pattern: str, *parts: Any) -> Words:
    """What needs everything its parts need."""
    words = [written(part) for part in parts]
    needs = tuple(dict.fromkeys(need for word in words for need in word.needs))
    return Words(pattern.format(*words), needs, any(word.may_answer for word in words))


def joined(sign: str, parts: Sequence[Words]) -> Words:
    together = said(f"({f' {sign} '.join(['{}'] * len(parts))})", *parts)
    answers = together.may_answer or any(part.needs != together.needs for part in parts)
    return Words(together.text, together.needs, answers)


def written(value: Any) -> Words:
    match value:
        case Words():
            return value
        case bool():
            return Words("true" if value else "false")
        case None:
            return Words("null")
        case str():
            return Words(f'"{value}"')
    return Words(f"({value})" if value < 0 else str(value))


class VtlText:
    """VTL as an engine of columns: it writes what the others calculate."""

    most = WIDE

    @staticmethod
    def column(label: str) -> Words:
        return Words(component(label), (component(label),))

    @staticmethod
    def literal(value: Any, wide: bool = False) -> Words:
        return written(value)

    @staticmethod
    def wide(column: Words) -> Words:
        return said("cast({}, number)", column)

    @staticmethod
    def absolute(column: Words) -> Words:
        return said("abs({})", column)

    @staticmethod
    def when(premise: Words, holds: Words, otherwise: Any = None) -> Words:
        if otherwise is None:
            return said("(if {} then {} else null)", premise, holds)
        chosen = said("(if {} then {} else {})", premise.strict, written(holds).strict, written(otherwise).strict)
        return Words(chosen.text)

    @staticmethod
    def opposite(column: Words) -> Words:
        return said("(not {})", column)

    @staticmethod
    def is_filled(column: Words) -> Words:
        return Words(f"(not isnull({column.strict}))")

    @staticmethod
    def or_else(column: Words, instead: Words) -> Words:
        return Words(f"nvl({column.strict}, {instead})")

    @staticmethod
    def any_of(columns: Sequence[Words]) -> Words:
        return joined("or", columns) if len(columns) > 1 else columns[0]

    @staticmethod
    def all_of(columns: Sequence[Words]) -> Words:
        return joined("and", columns) if len(columns) > 1 else columns[0]

    @staticmethod
    def is_among(column: Words, options: Sequence[str]) -> Words:
        listed = ", ".join(str(written(option)) for option in options)
        return said(f"({{}} in {{{{{listed}}}}})", column)

    @staticmethod
    def starts_with(text: Words, beginning: Any) -> Words:
        length = len(beginning) if isinstance(beginning, str) else said("length({})", beginning)
        return said("(substr({}, 1, {}) = {})", text, length, beginning)

    @staticmethod
    def contains(text: Words, part: Any) -> Words:
        return said("(instr({}, {}) > 0)", text, part)

    @staticmethod
    def joined(beginning: str, text: Words) -> Words:
        return said("({} || {})", beginning, text)

    @staticmethod
    def first(text: Words, length: int) -> Words:
        return said("substr({}, 1, {})", text, length)

    @staticmethod
    def middle(text: Words, start: int, length: int) -> Words:
        return said("substr({}, {}, {})", text, start + 1, length)

    @staticmethod
    def is_credit_code(text: Words) -> Words:
        raise Inexpressible("VTL cannot run through the characters of a text, as check characters need")


class Vtl(Columns):
    """The binding that writes VTL."""

    def _judged_together(self, parts: Sequence[Part], idle: bool, operation: Any) -> Part:
        telling = [part for part in parts if not (part.known and part.column is idle)]
        if len(telling) < 2 or any(part.known for part in telling):
            return super()._judged_together(parts, idle, operation)
        columns = [part.column for part in telling]
        return Part(joined("and" if idle else "or", columns), may_be_blank=any(part.may_be_blank for part in telling))


def component(label: str) -> str:
    return "x_" + re.sub(r"\W", "_", label)


@dataclass(frozen=True)
class Exported:
    """The conditions that VTL can say, by their number, and why it cannot say the others."""

    texts: Mapping[int, str]
    reasons: Mapping[int, str]
    floating: Mapping[int, str]

    @property
    def calculation(self) -> str:
        """Every verdict as a component of its own: what comes closest to columns of verdicts."""
        said = ", ".join(f"v{number} := {text}" for number, text in self.texts.items())
        kept = ", ".join(f"v{number}" for number in self.texts)
        return f"judged <- city[calc {said}][keep {kept}];"

    def ruleset(self, labels: Sequence[str]) -> str:
        """VTL's own form for such rules, which lists the data points that break them."""
        signature = ", ".join(component(label) for label in labels)
        said = "; ".join(f"r{number}: {text}" for number, text in self.texts.items())
        return (
            f"define datapoint ruleset rules (variable {signature}) is {said} end datapoint ruleset;"
            "judged <- check_datapoint(city, rules);"
        )


def export(conditions: Sequence[Condition], ledger: Ledger) -> Exported:
    edition = conditions[0].scope.edition
    columns = frozenset(ledger.frame.columns)
    source = Source(edition, ledger.period, ledger.scales, ledger.largest, ledger.parameters, columns)
    texts, reasons = {}, {}
    for number, condition in enumerate(conditions):
        binding = Vtl(condition.scope, source, VtlText)
        try:
            verdict = walk(condition.tree, binding)
            if condition.premise:
                verdict = binding.when(walk(condition.premise, binding), verdict)
            texts[number] = str(binding.literal(verdict).strict)
        except Inexpressible as reason:
            reasons[number] = str(reason)
    floating = {number: FLOATING for number, text in texts.items() if "cast(" in text}
    return Exported(texts, reasons, floating)


def structure_of(ledger: Ledger) -> dict:
    measures = [
        {
            "name": component(label),
            "type": "Integer" if label in ledger.scales else "String",
            "role": "Measure",
            "nullable": True,
        }
        for label in ledger.frame.columns
    ]
    filing = {"name": FILING, "type": "Integer", "role": "Identifier", "nullable": False}
    return {"datasets": [{"name": "city", "DataStructure": [filing, *measures]}]}


def table_of(ledger: Ledger) -> pd.DataFrame:
    columns: dict[str, Any] = {FILING: np.arange(ledger.frame.height)}
    for label in ledger.frame.columns:
        series = ledger.frame[label]
        if label in ledger.scales:
            blank = series.is_null().to_numpy()
            columns[component(label)] = pd.arrays.IntegerArray(series.fill_null(0).to_numpy().copy(), blank.copy())
        else:
            columns[component(label)] = pd.array(series.to_list(), dtype="str")
    return pd.DataFrame(columns)


def run(script: str, structure: dict, table: pd.DataFrame) -> pd.DataFrame:
    """One run of vtlengine in its DuckDB mode, from and to memory."""
    import vtlengine

    return vtlengine.run(script, structure, {"city": table}, use_duckdb=True)["judged"].data


def codes_from(judged: pd.DataFrame, exported: Exported) -> np.ndarray:
    """1 holds, 0 does not, 2 does not apply."""
    ordered = judged.sort_values(FILING)[[f"v{number}" for number in exported.texts]]
    return ordered.astype("boolean").astype("Int8").fillna(2).to_numpy(dtype=np.int8)


def list_from(judged: pd.DataFrame, exported: Exported) -> pd.DataFrame:
    """The failing filings and conditions of a run that gave columns of verdicts."""
    found = [judged.loc[judged[f"v{number}"].eq(False).fillna(False), FILING] for number in exported.texts]
    numbers = np.repeat(list(exported.texts), [len(filings) for filings in found])
    return pd.DataFrame({FILING: pd.concat(found).to_numpy(), CONDITION: numbers})
