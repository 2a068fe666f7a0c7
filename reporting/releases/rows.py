"""The firms behind a release as it froze them: a row for each, with what it is described by and every cell it filed.

Parquet; figures are whole numbers of their last decimal, as `scales` in its notes says, and columns that describe the
firm begin with `by_`. A filing that no column holds (`unstorable`) has its cells as JSON in `recorded`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO

import polars as pl

from accounts.models import Enterprise
from reporting.city_columns.counted import counted
from reporting.city_columns.scaling import UNSTORABLE, ScaledColumns, decimals_of_cells
from reporting.cuts.dimensions import dimensions_of, grouped
from reporting.models import Period, Release, Submission
from reporting.totals.frozen import frozen_part

RECORDED = "recorded"


def rows_of(period: Period, layout: int) -> bytes:
    code, edition = period.parsed, period.edition
    found = counted(code, edition, list(decimals_of_cells(edition, code.frequency)))
    groups = grouped(found, [each.key for each in dimensions_of(edition)])
    frame = found.rows.frame
    firms = Enterprise.objects.filter(pk__in=frame["enterprise"].to_list()).values_list("pk", "credit_code", "name")
    named = {pk: (code, name) for pk, code, name in firms}
    odd = frame.filter(pl.col(UNSTORABLE).is_not_null())["submission"].to_list()
    recorded = dict(Submission.objects.filter(pk__in=odd).values_list("pk", "values"))
    whose = [named[firm] for firm in frame["enterprise"]]
    words = [json.dumps(recorded[key]) if key in recorded else None for key in frame["submission"]]
    frame = frame.with_columns(
        pl.Series("credit_code", [code for code, _ in whose], dtype=pl.String),
        pl.Series("name", [name for _, name in whose], dtype=pl.String),
        pl.Series(RECORDED, words, dtype=pl.String),
        *(groups[key].alias(f"by_{key}") for key in groups.columns),
    )
    out = BytesIO()
    said = {"layout": str(layout), "scales": json.dumps(dict(found.rows.scales))}
    frame.sort("credit_code").write_parquet(out, compression="zstd", metadata=said)
    return out.getvalue()


def rows_in(release: Release, columns: Sequence[str]) -> ScaledColumns:
    """The rows it froze, with those of these columns that it has."""
    file = BytesIO(frozen_part(release, "rows"))
    scales = json.loads(pl.read_parquet_metadata(file)["scales"])
    there = pl.read_parquet_schema(file)
    return ScaledColumns(pl.read_parquet(file, columns=[name for name in columns if name in there]), scales)
