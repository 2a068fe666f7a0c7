"""The same rules in Spark, for more filings than one machine should judge. The binding is that of columns
(column_trees); here is only how each of its operations is written in SQL. Filings come from Parquet and findings
go to Parquet, so no figure passes through Python.

Expressions are text and not Spark's Column objects, of which each costs a conversation with the JVM: 459 conditions are
written in a tenth of a second instead of seven. No word of a rule is text by itself: names are quoted as names, and
what a rule says in quotes is quoted again.

pyspark is nothing the office's own installation needs (requirements-spark.txt); only this file imports it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from pyspark.sql import SparkSession

from forms_tables.columns.conditions import Columns
from forms_tables.columns.parts import Source
from forms_tables.edition import credit_code
from forms_tables.judges.city import Ledger, failing
from forms_tables.notation.trees import NotationError, walk
from forms_tables.rules.checks import Condition
from forms_tables.rules.magnitudes import longest_typed

ROW = "row"  # the column of the Parquet files that tells the filings apart
NO_FINDINGS = pl.DataFrame(schema={ROW: pl.UInt32, "condition": pl.UInt16})
LONGEST_TEXT = 1_000_000
MOST_TOGETHER = 60  # conditions in one array: the JVM compiles no method of more than 64 KB


class Sql:
    """An expression, in brackets where it is more than a name."""

    def __init__(self, text: str):
        self.text = text

    @staticmethod
    def infix(sign: str, turned: bool = False) -> Callable[["Sql", Any], "Sql"]:
        def join(self: "Sql", other: Any) -> "Sql":
            left, right = (written(other), self.text) if turned else (self.text, written(other))
            return Sql(f"({left} {sign} {right})")

        return join

    __add__, __sub__, __mul__ = infix("+"), infix("-"), infix("*")
    __radd__, __rsub__, __rmul__ = infix("+", True), infix("-", True), infix("*", True)
    __lt__, __le__, __gt__, __ge__ = infix("<"), infix("<="), infix(">"), infix(">=")
    __eq__, __ne__ = infix("="), infix("<>")  # type: ignore[assignment]  # of columns, == makes a column and no truth
    __hash__ = None  # type: ignore[assignment]  # so nothing may look one up


def written(value: Any) -> str:
    """A plain number or text as SQL has it; a number longer than 64 bits is a decimal there."""
    match value:
        case Sql(text=text):
            return text
        case None | bool():
            return str(value).upper().replace("NONE", "NULL")
        case int():
            return f"({value})"
        case str():
            quoted = value.replace("\\", "\\\\").replace("'", "\\'")
            return f"'{quoted}'"
    raise TypeError(value)


def called(function: str, *arguments: Any) -> Sql:
    return Sql(f"{function}({', '.join(map(written, arguments))})")


class Spark:
    """Spark as an engine of columns. Overflow is an error and never another figure (ANSI mode); bounds keep it away."""

    most = 10**38 - 1

    @staticmethod
    def column(label: str) -> Sql:
        return Sql(f"`{label.replace('`', '``')}`")

    @staticmethod
    def literal(value: int | str | bool | None, wide: bool = False) -> Sql:
        if isinstance(value, bool) or not isinstance(value, int):
            return Sql(written(value))
        return Sql(f"CAST({value} AS {'DECIMAL(38, 0)' if wide else 'BIGINT'})")

    @staticmethod
    def wide(column: Any) -> Sql:
        return Sql(f"CAST({written(column)} AS DECIMAL(38, 0))")

    @staticmethod
    def absolute(column: Sql) -> Sql:
        return called("abs", column)

    @staticmethod
    def quotient(column: Sql, divisor: Any) -> Sql:
        """Spark divides whole numbers as floating ones, and its div gives 64 bits; decimals stay exact. Nothing is
        divided by 0, also where a branch that is not taken would be looked at."""
        column, divisor = Spark.wide(column), called("nullif", Spark.wide(divisor), 0)
        whole = column - Spark.remainder(column, divisor)
        return Spark.wide(Sql(f"({whole.text} / {divisor.text})"))

    @staticmethod
    def remainder(column: Sql, divisor: Any) -> Sql:
        return Sql(f"({column.text} % {written(divisor)})")

    @staticmethod
    def when(premise: Sql, holds: Sql, otherwise: Sql | None = None) -> Sql:
        return Sql(f"(CASE WHEN {premise.text} THEN {holds.text} ELSE {written(otherwise)} END)")

    @staticmethod
    def opposite(column: Sql) -> Sql:
        return Sql(f"(NOT {column.text})")

    @staticmethod
    def is_filled(column: Sql) -> Sql:
        return Sql(f"({column.text} IS NOT NULL)")

    @staticmethod
    def or_else(column: Sql, instead: Sql) -> Sql:
        return called("coalesce", column, instead)

    @staticmethod
    def any_of(columns: Sequence[Sql]) -> Sql:
        return Sql(f"({' OR '.join(column.text for column in columns)})")

    @staticmethod
    def all_of(columns: Sequence[Sql]) -> Sql:
        return Sql(f"({' AND '.join(column.text for column in columns)})")

    @staticmethod
    def is_among(column: Sql, options: Sequence[str]) -> Sql:
        return Sql(f"({column.text} IN ({', '.join(map(written, options))}))")

    @staticmethod
    def starts_with(text: Sql, beginning: Any) -> Sql:
        return called("startswith", text, beginning)

    @staticmethod
    def contains(text: Sql, part: Any) -> Sql:
        return called("contains", text, part)

    @staticmethod
    def joined(beginning: str, text: Sql) -> Sql:
        return called("concat", beginning, text)

    @staticmethod
    def first(text: Sql, length: Any) -> Sql:
        """Spark counts characters, as Python does. Its least and greatest would look past a blank."""
        length, most = written(length), LONGEST_TEXT
        too_long = f"WHEN {length} > {most} THEN {most} WHEN {length} < -{most} THEN -{most}"
        length = f"CAST(CASE {too_long} ELSE {length} END AS INT)"
        kept = f"CASE WHEN {length} < 0 THEN greatest(length({text.text}) + {length}, 0) ELSE {length} END"
        return called("substring", text, 1, Sql(kept))

    @staticmethod
    def middle(text: Sql, start: int, length: int) -> Sql:
        return called("substring", text, start + 1, length)

    @staticmethod
    def is_credit_code(text: Sql) -> Sql:
        """What credit_code.problem_with looks at, in Spark's words. It looks at the text 27 times, so anything longer
        than a name is worked out first."""
        if not text.text.startswith("`"):
            return Sql(f"transform(array({text.text}), code -> {Spark.is_credit_code(Sql('`code`')).text})[0]")
        one = f"[{credit_code.ALPHABET}]"
        shape = called("regexp_like", text, rf"^{one}{{2}}[0-9]{{6}}{one}{{10}}\z")
        total = _weighed(text, 0, credit_code.ALPHABET, [pow(3, place, 31) for place in range(17)])
        inside = _weighed(text, 8, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", credit_code.ORGANISATION_WEIGHTS)
        last = Spark.middle(text, 17, 1) == _check_character(credit_code.ALPHABET, total)
        ninth = Spark.middle(text, 16, 1) == _check_character("0123456789X", inside)
        return Spark.all_of([shape, last, ninth])


def _weighed(text: Sql, start: int, alphabet: str, weights: Sequence[int]) -> Sql:
    digits = (called("instr", alphabet, Spark.middle(text, start + place, 1)) - 1 for place in range(len(weights)))
    return Sql(f"({' + '.join((digit * weight).text for digit, weight in zip(digits, weights, strict=True))})")


def _check_character(alphabet: str, total: Sql) -> Sql:
    """The one that makes the total divisible by the length of the alphabet."""
    return called("substring", alphabet, Sql(f"pmod(-{total.text}, {len(alphabet)}) + 1"), 1)


def start_session(cores: int = 2) -> SparkSession:
    """A session of this machine alone. On a cluster hand `failing_on_spark` the session there is."""
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.master(f"local[{cores}]").appName("rules")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def store(ledger: Ledger, path: Path, first: int = 0) -> None:
    """The ledger's frame as Parquet that Spark reads: figures of 128 bits are decimals, and the rows are numbered, from
    `first` on where it is one file of several."""
    wide = pl.selectors.by_dtype(pl.Int128)
    ledger.frame.with_columns(wide.cast(pl.Decimal(38, 0))).with_row_index(ROW, first).write_parquet(path)


def failing_on_spark(
    conditions: Sequence[Condition], ledger: Ledger, path: Path, out: Path, session: SparkSession
) -> pl.DataFrame:
    """As columns.failing: the filings (row) for which a condition does not hold, judged by Spark over the Parquet at
    `path` and left at `out`. Of the ledger only what it says about its columns is looked at, not its frame."""
    if not conditions:
        return NO_FINDINGS
    session.conf.set("spark.sql.ansi.enabled", "true")
    session.conf.set("spark.sql.caseSensitive", "true")
    session.conf.set("spark.sql.codegen.wholeStage", "false")  # all rules in one method are too long for the JVM
    frame = session.read.parquet(str(path))
    columns = frozenset(frame.columns) - {ROW}
    try:
        found, rare = finding_numbers(conditions, ledger, columns), NO_FINDINGS
    except NotationError:  # as in columns: the few filings with a figure longer than can be typed are judged apart
        longest = {label: longest_typed(scale) for label, scale in ledger.scales.items()}
        usual = {label: min(most, longest[label]) for label, most in ledger.largest.items()}
        too_long = {label: longest[label] for label, most in ledger.largest.items() if most > longest[label]}
        found = finding_numbers(conditions, replace(ledger, largest=usual), columns)
        rare = failing_apart(conditions, ledger, path, too_long)
        for label, most in too_long.items():
            frame = frame.where(f"coalesce(abs({Spark.column(label).text}) <= {most}, TRUE)")
    frame.selectExpr(ROW, f"explode({found}) AS condition").write.mode("overwrite").parquet(str(out))
    return pl.concat([findings_at(out), rare]).sort("condition", ROW)


def finding_numbers(conditions: Sequence[Condition], ledger: Ledger, columns: frozenset[str]) -> str:
    """The numbers of the conditions that do not hold for a filing, as an array."""
    edition = conditions[0].scope.edition
    source = Source(edition, ledger.period, ledger.scales, ledger.largest, ledger.parameters, columns)
    failed = [
        f"CASE WHEN NOT {judged(condition, source).text} THEN {number} END"
        for number, condition in enumerate(conditions)
    ]
    arrays = [f"array({', '.join(failed[at : at + MOST_TOGETHER])})" for at in range(0, len(failed), MOST_TOGETHER)]
    return f"array_compact(concat({', '.join(arrays)}))"


def judged(condition: Condition, source: Source) -> Sql:
    binding = Columns(condition.scope, source, Spark)
    verdict = walk(condition.tree, binding)
    if condition.premise:
        verdict = binding.when(walk(condition.premise, binding), verdict)
    return Spark.literal(verdict.column) if verdict.known else verdict.column


def failing_apart(
    conditions: Sequence[Condition], ledger: Ledger, path: Path, too_long: Mapping[str, int]
) -> pl.DataFrame:
    stored = pl.scan_parquet(path).with_columns(pl.selectors.decimal().cast(pl.Int128))
    rare = stored.filter(pl.any_horizontal(pl.col(label).abs() > most for label, most in too_long.items())).collect()
    found = failing(conditions, replace(ledger, frame=rare.drop(ROW)))
    return found.with_columns(rare[ROW].gather(found["row"]).cast(pl.UInt32).alias(ROW))


def findings_at(out: Path) -> pl.DataFrame:
    files = sorted(out.glob("*.parquet"))
    return pl.concat([NO_FINDINGS, *(pl.read_parquet(file).cast(NO_FINDINGS.schema) for file in files)])
