"""The same rules on Spark: the findings of polars, file by file. Judged by a session of this machine (./test spark)."""

import importlib
import logging
import os
from collections import defaultdict
from types import SimpleNamespace

import polars as pl
import pytest

from forms_tables.judges.city import failing
from launch.spark import has_java
from tests.browser.test_browser_judge import FAILS, PREMISED, WORKED
from tests.rules.judges import blocks, ledger_of
from tests.rules.test_columns import WITHOUT_ROOM, condition, reading_of

pytestmark = pytest.mark.spark
FREQUENCIES = ("month", "annual")
SEED = 20240531
FILINGS = 100


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    if not has_java():
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("没有 Java 17：sudo apt-get install openjdk-17-jre-headless")
    logging.getLogger("py4j").setLevel(logging.WARNING)  # it says good-bye when nobody can be told any more
    rules = importlib.import_module("forms_tables.judges.spark")  # pyspark is installed for this lane alone
    session, folder = rules.start_session(), tmp_path_factory.mktemp("spark")

    def judge(conditions, ledger, files=1):
        stored = folder / "stored"
        stored.mkdir(exist_ok=True)
        for file in stored.iterdir():
            file.unlink()
        rules.store(ledger, stored / "all.parquet")
        if files > 1:
            whole = pl.read_parquet(stored / "all.parquet")
            (stored / "all.parquet").unlink()
            for number, part in enumerate(whole.iter_slices(whole.height // files + 1)):
                part.write_parquet(stored / f"{number}.parquet")
        return rules.failing_on_spark(conditions, ledger, stored, folder / "found", session)

    yield SimpleNamespace(judge=judge, session=session)
    session.stop()


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_spark_finds_what_polars_finds_by_every_rule_of_the_edition(spark, frequency):
    for block in blocks(frequency, SEED, FILINGS):
        found = spark.judge(block.conditions, block.ledger)
        assert found.equals(failing(block.conditions, block.ledger))
        assert found.height > 1000


def test_each_function_judges_on_spark_as_worked_by_hand(spark):
    """Every text over every row of figures of its period; of its own row the verdict is known."""
    by_period = defaultdict(list)
    for text, when, figures, expected in [(t, "", f, verdict) for t, f, verdict in WORKED] + PREMISED:
        if figures not in WITHOUT_ROOM:
            reading = reading_of(figures)
            by_period[reading.period].append((condition(text, when), reading, expected))
    for rows in by_period.values():
        conditions, readings, expected = zip(*rows, strict=True)
        ledger = ledger_of(conditions, readings, all_columns=True)
        found = spark.judge(conditions, ledger)
        assert {row for row, number in found.rows() if row == number} == {
            row for row, verdict in enumerate(expected) if verdict == FAILS
        }
        assert found.equals(failing(conditions, ledger))


def test_filings_may_lie_in_several_files(spark):
    conditions = [condition("M2020 > 5")]
    ledger = ledger_of(conditions, [reading_of(f"2020.c1={number}") for number in range(10)])
    assert spark.judge(conditions, ledger, files=3).rows() == [(row, 0) for row in range(6)]


def test_figures_of_more_than_64_bits_stay_exact(spark):
    """Twenty digits and one cent more: a floating number could not tell them apart."""
    conditions = [condition("M2010 == M2020"), condition("M2010 <= M2020"), condition("2 * M2010 - M2020 > M2020")]
    amounts = ["12345678901234567890.12", "12345678901234567890.13"]
    readings = [reading_of(f"2010.c1={one} 2020.c1={other}") for one in amounts for other in amounts]
    assert spark.judge(conditions, ledger_of(conditions, readings)).rows() == [
        (1, 0), (2, 0), (2, 1), (0, 2), (1, 2), (3, 2),
    ]  # fmt: skip


def test_a_filing_with_a_figure_longer_than_can_be_typed_is_judged_apart(spark):
    """Its product could pass 38 digits, which Spark would refuse; the other filings are not held up by it."""
    conditions = [condition("M2010 * M2020 <= 100"), condition("M2010 > 0")]
    figures = ["2010.c1=20 2020.c1=5", "2010.c1=1 2020.c1=99999999999999999999999.99", "2010.c1=-20 2020.c1=-6", ""]
    found = spark.judge(conditions, ledger_of(conditions, [reading_of(text) for text in figures]))
    assert found.rows() == [(1, 0), (2, 0), (2, 1)]


def test_what_a_rule_says_in_quotes_is_never_part_of_the_query(spark):
    hostile = '''A36 == "' OR TRUE OR A36 = '"'''
    conditions = [condition(hostile), condition("""A36 in ("o'clock", '是')"""), condition("A36 != '`2020.c1`'")]
    ledger = ledger_of(conditions, [reading_of("A36=是"), reading_of("A36=否")])
    assert spark.judge(conditions, ledger).rows() == [(0, 0), (1, 0), (1, 1)]


def test_no_conditions_and_no_filings_give_no_findings(spark):
    assert spark.judge([], ledger_of([], [reading_of("")])).rows() == []
    conditions = [condition("M2010 > 0")]
    ledger = ledger_of(conditions, [reading_of("2010.c1=5")])
    assert spark.judge(conditions, ledger).rows() == []


def test_overflow_is_an_error_and_not_another_figure(spark):
    """The bounds keep it away; were they wrong, Spark would not answer."""
    conditions = [condition("M2010 + M2010 > 0")]
    ledger = ledger_of(conditions, [reading_of("2010.c1=90000000000000000")])
    ledger.largest["2010.c1"] = 1
    with pytest.raises(Exception, match="ARITHMETIC_OVERFLOW"):
        spark.judge(conditions, ledger)
