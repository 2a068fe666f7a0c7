"""Reading the rows that a release froze (reporting.releases.rows writes them)."""

import json
from collections.abc import Sequence
from io import BytesIO

import polars as pl

from reporting.city_columns.scaling import ScaledColumns
from reporting.models import Release
from reporting.totals.frozen import frozen_part

RECORDED = "recorded"


def rows_in(release: Release, columns: Sequence[str]) -> ScaledColumns:
    """The rows it froze, with those of these columns that it has."""
    file = BytesIO(frozen_part(release, "rows"))
    scales = json.loads(pl.read_parquet_metadata(file)["scales"])
    there = pl.read_parquet_schema(file)
    return ScaledColumns(pl.read_parquet(file, columns=[name for name in columns if name in there]), scales)
