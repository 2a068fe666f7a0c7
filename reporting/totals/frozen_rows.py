"""Reading the rows that a release froze (reporting.releases.rows writes them)."""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO

import polars as pl

from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import carried_over
from reporting.city_columns.counted import WHOSE
from reporting.city_columns.kept import TABLES
from reporting.city_columns.past import names_then
from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns
from reporting.models import Release
from reporting.totals.frozen import frozen_part

RECORDED = "recorded"
UNSAID = ""  # the group of a firm in a dimension that the release froze nothing of


def rows_in(release: Release, columns: Sequence[str]) -> ScaledColumns:
    """The rows it froze, with those of these columns that it has."""
    file = BytesIO(frozen_part(release, "rows"))
    scales = json.loads(pl.read_parquet_metadata(file)["scales"])
    there = pl.read_parquet_schema(file)
    return ScaledColumns(pl.read_parquet(file, columns=[name for name in columns if name in there]), scales)


def named_rows(
    release: Release, edition: Edition, named_by: Edition, cells: Sequence[str], keys: Sequence[str]
) -> tuple[ScaledColumns, pl.DataFrame]:
    """Whose rows it froze, with these cells under the names `named_by` has for them, and beside each its group in these
    dimensions."""
    names, groups = names_then(named_by, edition, cells), {f"by_{key}": key for key in keys}
    found = rows_in(release, [*WHOSE, TABLES, UNSTORABLE, RECORDED, *groups, *names])
    there = found.frame.columns
    described = found.frame.with_columns(
        (pl.col(name) if name in there else pl.lit(UNSAID)).alias(key) for name, key in groups.items()
    )
    frame = found.frame.drop(list(groups), strict=False).rename(names, strict=False)
    scales = {names[then]: places for then, places in found.scales.items() if then in names}
    return ScaledColumns(frame, scales), described.select(keys)


def recorded_in(odd: pl.DataFrame, edition: Edition, named_by: Edition) -> dict[int, Mapping[str, str]]:
    """Of frozen rows that no column holds their cells, by their submission, as `named_by` calls them."""
    texts = odd.select("submission", RECORDED).iter_rows()
    return {key: carried_over(json.loads(text), edition, named_by) for key, text in texts}
