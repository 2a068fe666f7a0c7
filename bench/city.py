"""How fast a city is cut, added up and kept current, beside what the same costs others at the least.

    python bench/city.py --size 40000

Fills a test database of its own (on DATABASE_URL's server, SQLite when there is none) with a year of months and one
annual of `--size` firms, and measures the stored columns and all that rests on them. Floors are measured in the same
run; ratios compare machines and versions, seconds do not. DuckDB and pandas are not needed to run the product:
`pip install -r requirements-bench.txt` brings them, and without them their lines are left out.
"""

import argparse
import os
import resource
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

import polars as pl  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db.models import TextField  # noqa: E402
from django.db.models.functions import Cast  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from bench.city_parts import cubes, pages  # noqa: E402
from bench.city_parts.filling import AT, MONTHS, Filled, fill  # noqa: E402
from bench.rules_judges.timing import Took, medians, remark, report, took  # noqa: E402
from forms_tables.edition.periods import PeriodCode  # noqa: E402
from reporting.city_columns import frozen  # noqa: E402
from reporting.city_columns.files import path_of  # noqa: E402
from reporting.city_columns.kept import FILINGS, SUBMISSIONS  # noqa: E402
from reporting.cuts.cutting import Cut, cut  # noqa: E402
from reporting.models import Period, Submission  # noqa: E402
from reporting.totals.aggregation import summarise  # noqa: E402
from reporting.totals.from_columns import cells_in_totals  # noqa: E402

RUNS, SLOW_RUNS = 5, 1
TARGETS_ARE_OF = 40_000
MOST_CELLS = 6_000_000  # above it one row per cell takes longer to build than all else to measure


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=40_000, help="firms (default 40000)")
    arguments.add_argument("--months", type=int, default=len(MONTHS), help="months of the year (default 12)")
    given = arguments.parse_args()
    settings.ALLOWED_HOSTS = ["localhost"]
    with tempfile.TemporaryDirectory(prefix="bench-city-") as media:
        settings.MEDIA_ROOT = media
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            measure(fill(given.size, given.months), given.size)
        finally:
            teardown_databases(databases, verbosity=0)


def measure(filled: Filled, size: int) -> None:
    annual, *months = filled.codes
    print(
        f"{size} firms, one annual and {len(months)} months, filled in {filled.seconds:.0f} s; {os.cpu_count()} cores"
    )
    if size < TARGETS_ARE_OF:
        remark(f"the targets are of {TARGETS_ARE_OF} firms, so at this size they say little")
    measure_rebuilding(filled.codes)
    measure_cubes([annual], "annual", 20)
    measure_cubes(months, f"{len(months)} months", 8)
    measure_totals([annual, months[-1]])
    measure_cuts([annual, months[-1]])
    measure_night(filled)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    remark(f"peak memory of the process {peak} MB")


def measure_rebuilding(codes: Sequence[str]) -> None:
    for code in (codes[0], codes[-1]):
        rebuilt = took(lambda code=code: (frozen.forget(code), frozen.refresh([code])))
        floor = took(lambda code=code: read_the_record(code))
        count = Submission.objects.filter(filing__period=code).count()
        remark(
            f"{code} rebuilt: {count / rebuilt.wall:.0f} submissions/s, {rebuilt.wall / floor.wall:.1f} × reading the"
            f" JSON alone ({count / floor.wall:.0f}/s); processor {rebuilt.processor / floor.processor:.1f} ×"
        )
    for code in codes[1:-1]:
        frozen.refresh([code])


def read_the_record(code: str) -> int:
    rows = Submission.objects.filter(filing__period=code).order_by("pk")
    rows = rows.annotate(cells=Cast("values", TextField())).values_list("pk", "cells")
    return sum(len(cells) for _, cells in rows.iterator(chunk_size=2000))


def measure_cubes(codes: Sequence[str], title: str, database_target: int) -> None:
    """All indicators of all these periods, in one go."""
    made = [cubes.cube_of(code) for code in codes]
    for cube in made:
        cubes.assert_equal(cube)
    by_numpy = [cubes.numpy_cube(cube) for cube in made]
    by_polars = [cubes.polars_cube(cube) for cube in made]
    ours, from_disk, floor, polars = medians(
        RUNS if len(codes) == 1 else 3,
        lambda: [cubes.in_memory(cube) for cube in made],
        lambda: [cubes.from_columns(cube) for cube in made],
        lambda: [add_up() for add_up in by_numpy],
        lambda: [add_up() for add_up in by_polars],
    )
    groups = len(cubes.in_memory(made[0]))
    remark(f"{title}: {sum(cube.figures for cube in made)} figures, {groups} groups of the first")
    report(f"{title}: cube of all indicators, of numpy in memory", ours, floor, "≤ 3")
    report(f"{title}: the same from the stored columns", from_disk, floor, "≤ 6")
    remark(f"{title}: polars alone {polars}")
    for name, maker in (("pandas", cubes.pandas_cube), ("DuckDB", cubes.duckdb_cube)):
        works = [maker(cube) for cube in made]
        if None in works:
            remark(f"{name} left out: pip install -r requirements-bench.txt")
            continue
        [theirs] = medians(SLOW_RUNS, lambda works=works: [work() for work in works if work])
        remark(f"{title}: {name} {theirs}, {theirs.wall / ours.wall:.1f} × ours")
    measure_database(made, title, database_target, ours)
    remark(f"{title}: Spark over the same files: {cubes.on_spark(made[0])}")
    measure_ten_times(made[0], title)


def measure_database(made: list[cubes.Cube], title: str, target: int, ours: Took) -> None:
    cells = sum(cube.figures for cube in made)
    if cells > MOST_CELLS:
        remark(f"{title}: one row per cell left out above {MOST_CELLS} figures: ask for it with --size 3000")
        return
    add_up = cubes.database_cube(made)
    theirs = took(add_up)
    report(f"{title}: the database with one row per cell, of ours", theirs, ours, f"≥ {target}")


def measure_ten_times(cube: cubes.Cube, title: str) -> None:
    few = cubes.Cube(cube.asked, cube.rows, cube.frame[: max(1, len(cube.frame) // 10)], cube.cells)
    more, less = medians(RUNS, lambda: cubes.in_memory(cube), lambda: cubes.in_memory(few))
    report(f"{title}: ten times the firms", more, less, "≤ 11")


def measure_totals(codes: Sequence[str]) -> None:
    for code in codes:
        period = Period.objects.get(pk=code)
        summarise(period, AT)
        ours, floor = medians(
            RUNS, lambda period=period: summarise(period, AT), lambda period=period: by_polars_alone(period)
        )
        report(f"{code}: summary, of polars over the same columns", ours, floor, "≤ 3")


def by_polars_alone(period: Period) -> pl.DataFrame:
    """Reading the columns and adding them up by district; no marks, no Decimals, no coverage."""
    code = period.code
    wanted = cells_in_totals(period.edition, PeriodCode.parse(code).frequency)
    schema = pl.read_parquet_schema(path_of(code, SUBMISSIONS))
    cells = pl.read_parquet(path_of(code, SUBMISSIONS), columns=["submission", *(c for c in wanted if c in schema)])
    filings = pl.read_parquet(path_of(code, FILINGS), columns=["district", "counted"]).drop_nulls()
    figures = [cell for cell in wanted if schema.get(cell) == pl.Int64]
    rows = cells.join(filings, left_on="submission", right_on="counted", how="left")
    asked = [pl.col(cell).sum() for cell in figures] + [pl.col(cell).count().alias(f"n {cell}") for cell in figures]
    return rows.group_by("district").agg(asked)


def measure_cuts(codes: Sequence[str]) -> None:
    """From the stored columns to rows of figures, as a page asks: two dimensions, the headline figure."""
    for code in codes:
        headline = Period.objects.get(pk=code).edition.platform.headline(PeriodCode.parse(code).frequency)
        for by in (("district",), ("division", "size"), ("class",), ("district", "industry", "size", "ownership")):
            asked = Cut((code,), by=by, show=(headline,))
            cut(asked)
            [ours] = medians(RUNS, lambda asked=asked: cut(asked))
            reached = "reached" if ours.wall < 0.3 else "MISSED"
            remark(f"{code} cut by {'×'.join(by):<40} {ours} < 0.3 {reached}, processor {ours.processor:.3f} s")


def measure_night(filled: Filled) -> None:
    found = pages.night(filled)
    if not found:
        remark("nothing waits for its district: no night")
    for name, times in found.items():
        processor, wall = median(each.processor for each in times), median(each.wall for each in times)
        reached = "reached" if processor <= pages.MOST else "MISSED"
        remark(f"{name:<20} after an approval: processor {processor:.3f} s ≤ {pages.MOST} {reached}, wall {wall:.3f} s")


if __name__ == "__main__":
    main()
