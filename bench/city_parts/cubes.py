"""The cube of a period, district × industry × size, of all its indicators: ours, and what others make of the same."""

import importlib.util
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl
from django.db import connection, transaction

from forms_tables.edition.periods import PeriodCode
from reporting.city_columns.counted import Counted
from reporting.city_columns.files import path_of
from reporting.city_columns.kept import FILINGS, SUBMISSIONS
from reporting.city_columns.sums import there
from reporting.cuts.cutting import Cut, CutPeriod, cut_period, rows_of, summed
from reporting.models import Period
from reporting.totals.adding_up import cells_that_add_up, in_order

BY = ("district", "industry", "size")


@dataclass(frozen=True)
class Cube:
    """One period's rows with their groups, in memory."""

    asked: Cut
    rows: Counted
    frame: pl.DataFrame
    cells: list[str]

    @property
    def figures(self) -> int:
        return self.frame.height * len(self.cells)


def cube_of(code: str) -> Cube:
    period = Period.objects.get(pk=code)
    edition, frequency = period.edition, PeriodCode.parse(code).frequency
    asked = Cut((code,), by=BY, show=tuple(in_order(edition, frequency, cells_that_add_up(edition))))
    rows, groups = rows_of(asked, code)
    frame = rows.rows.frame.with_columns(groups.get_columns())
    return Cube(asked, rows, frame, there(rows.rows, asked.show))


def in_memory(cube: Cube) -> dict:
    return summed(cube.rows, cube.frame, list(BY), cube.cells)


def from_columns(cube: Cube) -> CutPeriod:
    return cut_period(cube.asked, cube.asked.periods[0], cube.rows.edition)


def as_numbers(cube: Cube) -> dict[tuple, list[int]]:
    """Our sums, as whole numbers, for whoever is compared with them."""
    scales = cube.rows.rows.scales
    return {
        group: [int(Decimal(sums.figures[cell] or 0).scaleb(scales[cell])) for cell in cube.cells]
        for group, sums in in_memory(cube).items()
    }


def numpy_cube(cube: Cube) -> Callable[[], dict]:
    """argsort and reduceat over columns that lie in memory as they are needed."""
    keys = cube.frame.select(pl.concat_str(BY, separator="|").alias("key"))["key"]
    groups = keys.rank("dense").to_numpy()
    names = [tuple(key.split("|")) for key in keys.unique().sort()]
    columns = [cube.frame[cell].fill_null(0).to_numpy() for cell in cube.cells]

    def add_up() -> dict:
        order = np.argsort(groups, kind="stable")
        starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
        return {"names": names, "sums": [np.add.reduceat(column[order], starts) for column in columns]}

    return add_up


def polars_cube(cube: Cube) -> Callable[[], pl.DataFrame]:
    return lambda: cube.frame.group_by(BY).agg(pl.col(cell).sum() for cell in cube.cells)


def pandas_cube(cube: Cube) -> Callable[[], object] | None:
    if importlib.util.find_spec("pandas") is None:
        return None
    import pandas as pd  # only a benchmark's

    frame = pd.DataFrame({name: cube.frame[name].to_numpy() for name in (*BY, *cube.cells)})
    return lambda: frame.groupby(list(BY), sort=False)[cube.cells].sum()


def duckdb_cube(cube: Cube) -> Callable[[], object] | None:
    if importlib.util.find_spec("duckdb") is None:
        return None
    import duckdb  # only a benchmark's

    engine = duckdb.connect()
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        cube.frame.select(*BY, *cube.cells).write_parquet(file.name)
        engine.execute(f"CREATE TABLE cube AS SELECT * FROM read_parquet('{file.name}')")
    sums = ", ".join(f'SUM("{cell}")' for cell in cube.cells)
    return lambda: engine.execute(f"SELECT {', '.join(BY)}, {sums} FROM cube GROUP BY ALL").fetchnumpy()


def database_cube(cubes: list[Cube]) -> Callable[[], list[tuple]]:
    """One row per cell in the database, keys beside it, indexed by period: as a warehouse of long tables has it."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("DROP TABLE IF EXISTS bench_cells")
        cursor.execute(
            "CREATE TABLE bench_cells (period varchar(8), k0 varchar(20), k1 varchar(20), k2 varchar(20),"
            " cell varchar(20), amount bigint)"
        )
        for cube in cubes:
            long = cube.frame.select(*BY, *cube.cells).unpivot(cube.cells, index=list(BY)).drop_nulls("value")
            for part in long.iter_slices(20_000):
                rows = [(cube.asked.periods[0], *row) for row in part.iter_rows()]
                cursor.executemany("INSERT INTO bench_cells VALUES (%s, %s, %s, %s, %s, %s)", rows)
        cursor.execute("CREATE INDEX bench_cells_of ON bench_cells (period)")
    codes = [cube.asked.periods[0] for cube in cubes]
    marks = ", ".join(["%s"] * len(codes))

    def add_up() -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT period, k0, k1, k2, cell, SUM(amount) FROM bench_cells WHERE period IN ({marks})"
                " GROUP BY period, k0, k1, k2, cell",
                codes,
            )
            return cursor.fetchall()

    return add_up


def assert_equal(cube: Cube) -> None:
    """The same sums from numpy and from ours, so that nothing is compared that answers otherwise."""
    ours, theirs = as_numbers(cube), numpy_cube(cube)()
    for number, name in enumerate(theirs["names"]):
        if ours[name] != [int(sums[number]) for sums in theirs["sums"]]:
            raise SystemExit(f"{cube.asked.periods[0]} {name}: numpy adds up otherwise")


def on_spark(cube: Cube) -> str:
    """By district, over the very files; equal to the cent."""
    if importlib.util.find_spec("pyspark") is None:
        return "left out: pip install -r requirements-spark.txt"
    from pyspark.sql import SparkSession, functions  # only a benchmark's

    spark = SparkSession.builder.master("local[2]").appName("city").getOrCreate()
    code = cube.asked.periods[0]
    filings = spark.read.parquet(str(path_of(code, FILINGS))).where("in_period AND counted IS NOT NULL")
    cells = spark.read.parquet(str(path_of(code, SUBMISSIONS))).withColumnRenamed("submission", "counted")
    names = {cell: f"`{cell}`" for cell in cube.cells}
    rows = filings.select("district", "counted").join(cells, "counted").groupBy("district")
    found = rows.agg(*(functions.sum(names[cell]).alias(cell.replace(".", "_")) for cell in cube.cells)).collect()
    ours = summed(cube.rows, cube.frame, ["district"], cube.cells)
    scales = cube.rows.rows.scales
    for row in found:
        sums = ours[(row["district"],)].figures
        true = [None if sums[cell] is None else int(sums[cell].scaleb(scales[cell])) for cell in cube.cells]
        if true != [row[cell.replace(".", "_")] for cell in cube.cells]:
            raise SystemExit(f"{code} {row['district']}: Spark adds up otherwise")
    spark.stop()
    return f"{len(found)} districts × {len(cube.cells)} sums equal to the cent"
