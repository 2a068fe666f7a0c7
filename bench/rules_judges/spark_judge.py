"""The city judged by Spark, file by file: the findings must be those of polars. requirements-spark.txt brings it."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from forms_tables.judges import spark
from forms_tables.judges.city import Ledger, failing
from forms_tables.rules.checks import Condition

FILES = 4


def measure(conditions: Sequence[Condition], ledger: Ledger) -> Iterator[str]:
    """A line for each file judged on its own, and one for all of them together."""
    began = time.perf_counter()
    session = spark.start_session()
    yield f"Spark {session.version} on this machine, started in {time.perf_counter() - began:.1f} s"
    with tempfile.TemporaryDirectory() as place:
        stored, found = Path(place) / "stored", Path(place) / "found"
        stored.mkdir()
        size = -(-ledger.frame.height // FILES)
        for first in range(0, ledger.frame.height, size):
            part, file = replace(ledger, frame=ledger.frame[first : first + size]), stored / f"{first}.parquet"
            spark.store(part, file, first)
            yield f"{file.name}: {judge(conditions, part, file, found, session, first)}"
        yield f"all files at once: {judge(conditions, ledger, stored, found, session)}"
    session.stop()


def judge(conditions, ledger: Ledger, stored: Path, found: Path, session, first: int = 0) -> str:
    began = time.perf_counter()
    theirs = spark.failing_on_spark(conditions, ledger, stored, found, session)
    theirs_took = time.perf_counter() - began
    began = time.perf_counter()
    ours = failing(conditions, ledger)
    ours_took = time.perf_counter() - began
    if not theirs.equals(ours.with_columns(pl.col("row") + first)):
        raise SystemExit(f"Spark and polars disagree about {stored}")
    return (
        f"{ledger.frame.height} filings, {ours.height} findings, the same as polars'; file to findings in "
        f"{theirs_took:.1f} s (polars, from memory, {ours_took:.2f} s)"
    )
