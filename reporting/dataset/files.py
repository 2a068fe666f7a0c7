"""Where the stored columns lie: Parquet files that are replaced whole, so that a reader sees the old or the new one."""

import json
import os
import tempfile
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

import polars as pl
from django.conf import settings

from reporting.dataset.scaling import Columns

LAYOUT = 1
CORE = Path(__file__).resolve().parents[2] / "forms_tables"


@cache
def layout() -> str:
    """What the files are made by: another way of storing, or another release of what completes a form, and they are
    made anew."""
    sources = [CORE / name for name in ("bindings.py", "completion.py", "parsing.py", "expressions.py")]
    return f"{LAYOUT}:{sha256(b''.join(source.read_bytes() for source in sources)).hexdigest()[:12]}"


def path_of(period: str, name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "dataset" / period / f"{name}.parquet"


def write(period: str, name: str, stored: Columns, **notes: object) -> None:
    """Written beside and renamed: of two writers the last one stays, whole. Whoever wrote an older state than there is
    wrote so in its notes, and the next reader refreshes it."""
    path = path_of(period, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {"layout": layout(), "scales": json.dumps(stored.scales), "notes": json.dumps(notes)}
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            stored.frame.write_parquet(file, compression="lz4", metadata=said)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


class Broken(Exception):
    """A file that cannot be used as it is; without it, it is made again."""

    def __init__(self, path: Path):
        super().__init__(f"{path} is damaged or behind the others")
        self.path = path


def read(period: str, name: str, wanted: Sequence[str] | None = None) -> tuple[Columns, dict] | None:
    """The stored columns (those of `wanted` that there are, or all) and their notes; None where there is no file, or
    one of another layout. Raises Broken."""
    path = path_of(period, name)
    try:
        with path.open("rb") as file:
            said = pl.read_parquet_metadata(file)
            if said.get("layout") != layout():
                return None
            scales, notes = json.loads(said["scales"]), json.loads(said["notes"])
            file.seek(0)
            if wanted is not None:
                there = set(pl.read_parquet_schema(file))
                wanted = [name for name in dict.fromkeys(wanted) if name in there]
                scales = {cell: places for cell, places in scales.items() if cell in wanted}
                file.seek(0)
            return Columns(pl.read_parquet(file, columns=wanted), scales), notes
    except FileNotFoundError:
        return None
    except (OSError, pl.exceptions.PolarsError, ValueError, KeyError) as error:
        raise Broken(path) from error


def notes_of(period: str, name: str) -> dict | None:
    """The notes alone."""
    try:
        with path_of(period, name).open("rb") as file:
            said = pl.read_parquet_metadata(file)
            return json.loads(said["notes"]) if said.get("layout") == layout() else None
    except (OSError, pl.exceptions.PolarsError, ValueError, KeyError):
        return None
