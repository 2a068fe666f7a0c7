"""How fast a city of annual filings is judged by all annual rules, beside numpy, pandas and a VTL engine.

    python bench/rules.py --size 40000

The city is drawn, the same for a size. numpy and pandas judge it by the same rules written by hand, vtlengine by the
same rules exported as VTL; that the verdicts are equal is asserted, so nothing is compared that answers otherwise.
Ratios compare machines and versions, seconds do not. pandas and vtlengine are not needed to run the product:
`pip install -r requirements-bench.txt` brings them, and without them their lines are left out.
"""

import argparse
import importlib.util
import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

from bench.rules_judges import numpy_judge  # noqa: E402
from bench.rules_judges.filings import SEED, City, draw_city  # noqa: E402
from bench.rules_judges.shapes import ledger_of, one_after_another, reading_of, stored_json  # noqa: E402
from bench.rules_judges.timing import Took, medians, remark, report, report_seconds, took  # noqa: E402
from forms_tables.edition.catalog import load_edition  # noqa: E402
from forms_tables.edition.model import FIGURE_KINDS, Edition  # noqa: E402
from forms_tables.edition.periods import PeriodCode  # noqa: E402
from forms_tables.filling.completion import Facts  # noqa: E402
from forms_tables.judges.city import Ledger, failing, labels_of, verdicts  # noqa: E402
from forms_tables.notation.decimals import Reading  # noqa: E402
from forms_tables.notation.names import Meaning  # noqa: E402
from forms_tables.rules.checks import Condition, conditions_of, examine, verdicts_of  # noqa: E402

RUNS, OUTSIDE_RUNS = 7, 3
LARGER = 10  # times the city
TARGETS_ARE_OF = 40_000
SAMPLE = 300  # filings that are also judged with Decimals
HANDFUL = range(3, 7)  # findings of a filing that has some
ENGINES = {"polars": (verdicts, failing), "spark": (verdicts, failing)}  # Spark's findings are set beside polars'
MISSING = "left out: pip install -r requirements-bench.txt"


@dataclass
class Office:
    """What all measurements share."""

    size: int
    edition: Edition
    period: PeriodCode
    conditions: Sequence[Condition]
    labels: dict[str, Meaning]
    verdicts: Callable[[Sequence[Condition], Ledger], pl.DataFrame]
    failing: Callable[[Sequence[Condition], Ledger], pl.DataFrame]

    def draw(self, size: int) -> tuple[City, Ledger]:
        city = draw_city(size, set(self.labels))
        return city, ledger_of(self.edition, self.period, city, self.labels)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=40_000, help="filings (default 40000)")
    arguments.add_argument("--engine", choices=ENGINES, default="polars", help="whose columns ours are")
    given = arguments.parse_args()
    period = PeriodCode.parse("2023A")
    edition = load_edition("chongqing-2024")
    conditions = conditions_of(edition, "annual")
    judge, judge_failing = ENGINES[given.engine]
    office = Office(given.size, edition, period, conditions, labels_of(conditions), judge, judge_failing)
    city, ledger = office.draw(given.size)
    rules = len({condition.rule.id for condition in conditions})
    print(
        f"{given.size} annual filings × {len(city.figures) + len(city.texts)} columns, {rules} rules as "
        f"{len(conditions)} conditions; {os.cpu_count()} cores, medians of {RUNS} unless said"
    )
    judged = office.verdicts(conditions, ledger)
    describe(judged)
    assert_decimals_agree(office, ledger, judged)
    if given.engine == "spark":
        from bench.rules_judges import spark_judge  # pip install -r requirements-spark.txt

        for line in spark_judge.measure(conditions, ledger):
            remark(line)
        return
    if given.size < TARGETS_ARE_OF:
        remark(f"the targets are of {TARGETS_ARE_OF} filings, so at this size they say little")
    ours = compare_in_memory(office, city, ledger, judged)
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "2023A.parquet"
        ledger.frame.write_parquet(stored, compression="lz4")  # as the dataset is stored
        from_disk = measure_from_disk(office, ledger, stored)
        compare_with_vtl(office, ledger, judged, ours, from_disk)
    measure_one_filing(office, ledger, judged)
    measure_preview(office, ledger)
    measure_ten_times(office, ledger)


def describe(judged: pl.DataFrame) -> None:
    fails = judged.select((~pl.all()).sum()).row(0)
    with_findings = judged.select(pl.any_horizontal(~pl.all())).to_series().sum()
    blank = judged.null_count().sum_horizontal()[0] / (judged.height * judged.width)
    print(
        f"  {sum(fails)} verdicts fail, in {with_findings / judged.height:.0%} of the filings and of "
        f"{sum(count > 0 for count in fails)} conditions; {blank:.0%} do not apply"
    )


def codes_of(judged: pl.DataFrame) -> np.ndarray:
    """1 holds, 0 does not, 2 does not apply."""
    return judged.select(pl.all().cast(pl.Int8).fill_null(2)).to_numpy()


def assert_equal(office: Office, name: str, theirs: np.ndarray, ours: np.ndarray) -> None:
    if theirs.shape == ours.shape and (theirs == ours).all():
        return
    differing = np.flatnonzero((theirs != ours).any(axis=0)) if theirs.shape == ours.shape else []
    named = [f"{office.conditions[n].rule.id} {office.conditions[n].text}" for n in differing]
    raise SystemExit(f"{name} and ours disagree: {named or (theirs.shape, ours.shape)}")


def assert_decimals_agree(office: Office, ledger: Ledger, judged: pl.DataFrame) -> None:
    rows = np.unique(np.linspace(0, office.size - 1, SAMPLE).astype(int)).tolist()
    judge = verdicts_of(office.edition, "annual")
    decided = [judge(reading_of(office.edition, ledger, office.labels, row)) for row in rows]
    theirs = np.array([[2 if verdict is None else int(verdict) for verdict in filing] for filing in decided], np.int8)
    assert_equal(office, "Decimals", theirs, codes_of(judged[rows]))
    print(f"  {len(rows)} of the filings judged with Decimals: the same verdicts")


def compare_in_memory(office: Office, city: City, ledger: Ledger, judged: pl.DataFrame) -> Took:
    """Columns in memory to verdicts: ours, numpy's and pandas'."""
    districts = [district.code for district in office.edition.districts_on(office.period.end)]

    def in_order(verdicts_by_rule: dict[str, list]) -> list:
        return [verdict for rule in office.edition.rules for verdict in verdicts_by_rule.get(rule.id, [])]

    def ours() -> None:
        office.verdicts(office.conditions, ledger)

    by_numpy = in_order(numpy_judge.evaluate(city, districts))
    theirs = np.array([np.where(blank, 2, holds) for holds, blank in by_numpy], np.int8).T
    assert_equal(office, "numpy", theirs, codes_of(judged))
    mine, numpys = medians(RUNS, ours, lambda: numpy_judge.evaluate(city, districts))
    report("a  evaluation in memory, of hand-written numpy", mine, numpys, "≤ 2")
    if importlib.util.find_spec("pandas") is None:
        remark(f"b  pandas {MISSING}")
        return mine
    from bench.rules_judges import pandas_judge

    table = pandas_judge.table_of(city)
    theirs = pandas_judge.as_codes(pandas_judge.frame_of(in_order(pandas_judge.evaluate(table, districts))))
    assert_equal(office, "pandas", theirs, codes_of(judged))

    def pandas_frame() -> None:  # one frame of verdicts, as ours
        pandas_judge.frame_of(in_order(pandas_judge.evaluate(table, districts)))

    beside, pandas = medians(RUNS, ours, pandas_frame)
    report("b  the same, faster than hand-written pandas", pandas, beside, "≥ 20")
    return mine


def listed(office: Office, ledger: Ledger, filings: pl.Series) -> pl.DataFrame:
    """Failing filing × rule × cells."""
    found = office.failing(office.conditions, ledger)
    rules = pl.Series([condition.rule.id for condition in office.conditions])
    cells = pl.Series([list(condition.cells) for condition in office.conditions])
    return pl.DataFrame(
        {
            "filing": filings.gather(found["row"]),
            "rule": rules.gather(found["condition"]),
            "cells": cells.gather(found["condition"]),
        }
    )


def measure_from_disk(office: Office, ledger: Ledger, stored: Path) -> Took:
    """The stored columns to the list."""

    def from_disk() -> None:
        frame = pl.read_parquet(stored)
        read = Ledger(ledger.period, frame, ledger.scales, ledger.parameters, ledger.largest)
        listed(office, read, pl.Series(range(frame.height)))

    from_disk()
    return medians(RUNS, from_disk)[0]


def compare_with_vtl(office: Office, ledger: Ledger, judged: pl.DataFrame, ours: Took, from_disk: Took) -> None:
    if importlib.util.find_spec("vtlengine") is None:
        remark(f"c  vtlengine {MISSING}")
        remark(f"d  stored columns to the list took {from_disk}; vtlengine {MISSING}")
        return
    from bench.rules_judges import vtl_judge

    os.environ["VTL_THREADS"] = str(os.cpu_count())
    exported = vtl_judge.export(office.conditions, ledger)
    structure, table = vtl_judge.structure_of(ledger), vtl_judge.table_of(ledger)
    answer = vtl_judge.run(exported.calculation, structure, table)
    theirs, mine = vtl_judge.codes_from(answer, exported), codes_of(judged)[:, list(exported.texts)]
    exact = [place for place, number in enumerate(exported.texts) if number not in exported.floating]
    assert_equal(office, "vtlengine", theirs[:, exact], mine[:, exact])

    def to_verdicts() -> None:
        vtl_judge.run(exported.calculation, structure, table)

    def to_list() -> None:
        vtl_judge.list_from(vtl_judge.run(exported.calculation, structure, table), exported)

    def plan() -> None:
        vtl_judge.run(exported.calculation, structure, table[:1])

    whole, to_a_list, idle = medians(OUTSIDE_RUNS, to_verdicts, to_list, plan)
    runs = f"vtlengine {OUTSIDE_RUNS} runs"
    report("c  evaluation, faster than vtlengine", whole, ours, "≥ 75", runs)
    without = (whole.wall - idle.wall) / ours.wall
    remark(f"   vtlengine reads and plans in {idle} (with one filing); without that {without:.0f} ×")
    report("d  stored columns to the list, of vtlengine from memory", to_a_list, from_disk, "≥ 12", runs)
    if office.size >= 1000:
        script = exported.ruleset(ledger.frame.columns)
        datapoints = took(lambda: vtl_judge.run(script, structure, table))
        remark(f"   check_datapoint, VTL's own form of such a list: {datapoints} (1 run)")
    for number, reason in exported.reasons.items():
        condition = office.conditions[number]
        remark(f"   not in VTL: {condition.rule.id} {condition.text}: {reason}")
    for place, number in enumerate(exported.texts):
        if number in exported.floating:
            condition, differ = office.conditions[number], int((theirs[:, place] != mine[:, place]).sum())
            reason = exported.floating[number]
            remark(f"   {differ} verdicts differ in {condition.rule.id} {condition.text}: {reason}")
    guarded = {office.conditions[number].rule.id for number, text in exported.texts.items() if "null" in text}
    remark("   otherwise the same verdicts. Said differently, as VTL's and/or answer from one side of a blank and")
    remark(f"   a rule cannot be left open by its premise: {', '.join(sorted(guarded))}")


def measure_one_filing(office: Office, ledger: Ledger, judged: pl.DataFrame) -> None:
    """One stored filing to its findings, of what reading its JSON into Decimals takes alone."""
    cells = office.edition.indicators.values()
    figures = {f"{cell.code}.{key}" for cell in cells for key in cell.columns if cell.kind_in(key) in FIGURE_KINDS}
    findings = judged.select(pl.sum_horizontal(~pl.all())).to_series().fill_null(0)
    for title, wanted in (("no finding", [0]), (f"{HANDFUL[0]}–{HANDFUL[-1]} findings", list(HANDFUL))):
        rows = findings.is_in(wanted).arg_true().head(50).to_list()
        if not rows:
            remark(f"e  no filing with {title}")
            continue
        readings = [reading_of(office.edition, ledger, office.labels, row) for row in rows]
        stored = [(stored_json(reading), facts_of(reading)) for reading in readings]

        def read(stored=stored) -> None:
            for text, _ in stored:
                office.edition.values_from_text(json.loads(text))

        def judge(stored=stored) -> None:
            for text, facts in stored:
                examine(office.edition, office.edition.values_from_text(json.loads(text)), facts)

        def read_bare(stored=stored) -> None:
            for text, _ in stored:
                {key: Decimal(word) if key in figures else word for key, word in json.loads(text).items()}

        judge()
        whole, floor, bare = medians(RUNS, judge, read, read_bare)
        cells = sum(len(reading.values) for reading in readings) // len(rows)
        title = f"e  a filing with {title}, JSON to findings, of JSON to Decimals"
        report(title, whole, floor, "≤ 1.5", f"{len(rows)} filings of {cells} cells")
        remark(
            f"   of json.loads and Decimal in a bare loop: {whole.wall / bare.wall:.2f} ×, processor "
            f"{whole.processor / bare.processor:.2f} × (Edition.values_from_text {floor.wall / bare.wall:.2f} ×)"
        )


def facts_of(reading: Reading) -> Facts:
    return Facts(reading.period, reading.attributes, reading.parameters, reading.history)


def measure_preview(office: Office, ledger: Ledger) -> None:
    """A keystroke at the rule desk to the list of who is touched: a text that was never judged before, each time."""
    from bench.rules_judges.desk import city_in_a_database

    with city_in_a_database(office.edition, ledger, office.labels) as desk:
        first = took(lambda: desk.preview("R231", desk.texts("R231")))
        remark(f"f  the first preview, which stores the columns of all {office.size} filings: {first}")
        for rule_id, name, bound in (("R231", "1 condition", "0.05"), ("R230", "142 conditions", ">= 1.")):
            texts = desk.texts(rule_id)
            edits = iter([text.replace(bound.rstrip("."), f"{bound}{n}") for text in texts] for n in range(1, RUNS + 1))
            typed = medians(RUNS, lambda rule_id=rule_id, edits=edits: desk.preview(rule_id, next(edits)))[0]
            report_seconds(f"f  preview of an edited {rule_id} ({name}) through the web", typed, 1.0)


def measure_ten_times(office: Office, ledger: Ledger) -> None:
    """Ten such cities after one another, and what they take of memory."""
    parts = [draw_city(office.size, set(office.labels), SEED + n) for n in range(1, LARGER)]
    ledgers = [ledger, *(ledger_of(office.edition, office.period, part, office.labels) for part in parts)]
    del parts
    large = one_after_another(ledgers)
    del ledgers

    def judge(ledger: Ledger) -> None:
        office.verdicts(office.conditions, ledger)

    judge(large)
    whole, part = medians(RUNS, partial(judge, large), partial(judge, ledger))
    report(f"g  {large.frame.height} filings, of {ledger.frame.height}", whole, part, "≤ 11")
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "large.parquet"
        large.frame.write_parquet(stored)
        columns = large.frame.estimated_size() / large.frame.height
        rest = Ledger(large.period, pl.DataFrame(), large.scales, large.parameters, large.largest)
        del large
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            loaded, evaluated = pool.apply(memory_of, (str(stored), rest))
    remark(
        f"   memory per filing: columns {columns / 1024:.2f} KB, process when loaded {loaded / 1024:.2f} KB, "
        f"at its peak while judging {evaluated / 1024:.2f} KB"
    )


def memory_of(stored: str, rest: Ledger) -> tuple[float, float]:
    """Bytes per filing by which a process of its own grows: columns loaded, then judged."""
    conditions = conditions_of(load_edition("chongqing-2024"), "annual")
    before = peak()
    frame = pl.read_parquet(stored)
    loaded = peak()
    verdicts(conditions, Ledger(rest.period, frame, rest.scales, rest.parameters, rest.largest))
    return (loaded - before) / frame.height, (peak() - before) / frame.height


def peak() -> int:
    """The most this program has held; not ru_maxrss, in which what started it counts."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
