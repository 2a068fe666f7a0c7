"""Where the stored columns lie: Parquet files that are replaced whole, so that a reader sees the old or the new one."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import IO

import polars as pl
from django.conf import settings

from forms_tables.edition.catalog import DEFINITIONS
from forms_tables.edition.platform_from_toml import FILE as PLATFORM
from reporting.city_columns.scaling import ScaledColumns

ROOT = Path(__file__).resolve().parents[2]
ROWS_TOGETHER = 8192
MADE_BY = (
    "forms_tables",
    "reporting/city_columns",
    "reporting/recheck",
    "reporting/consequence",
    "reporting/estimates",
    "reporting/picture",
)
FILES_MADE_BY = ("reporting/filing/judging.py", "reporting/review/weighing.py", "reporting/pages/charts.py")


@cache
def layout() -> str:
    """What the files are made by: another release of what completes, stores, judges or weighs a form (a finding is kept
    by the number of its condition), and they are made anew; so are the charts that are kept."""
    sources = sorted(source for folder in MADE_BY for source in (ROOT / folder).rglob("*.py"))
    sources += [*(ROOT / file for file in FILES_MADE_BY), *sorted(DEFINITIONS.glob(f"*/{PLATFORM}"))]
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "dataset"


def path_of(period: str, name: str) -> Path:
    return folder() / period / f"{name}.parquet"


@contextmanager
def in_turn(name: str) -> Iterator[None]:
    """One at a time, of all processes: whoever comes second waits. A process that dies lets go."""
    with _lock_file(name) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def if_free(name: str) -> Iterator[bool]:
    """The same without waiting: False where another process is at it."""
    with _lock_file(name) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _lock_file(name: str) -> IO[bytes]:
    folder().mkdir(parents=True, exist_ok=True)
    return (folder() / f".{name}.lock").open("wb")


def write(period: str, name: str, stored: ScaledColumns, **notes: object) -> None:
    """Written beside and renamed: of two writers the last one stays, whole. In groups of rows, so that a few that lie
    together are read without the others."""
    path = path_of(period, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    said = {"layout": layout(), "scales": json.dumps(stored.scales), "notes": json.dumps(notes)}
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            stored.frame.write_parquet(file, compression="lz4", metadata=said, row_group_size=ROWS_TOGETHER)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def sweep(before: float) -> None:
    """Away with what writers that were killed left half written before this moment (seconds since 1970)."""
    for beside in folder().glob("*/.*.tmp"):
        with suppress(FileNotFoundError):  # its writer has just ended
            if beside.stat().st_mtime < before:
                beside.unlink()


class Broken(Exception):
    """A file that cannot be used as it is; without it, it is made again."""

    def __init__(self, path: Path):
        super().__init__(f"{path} is damaged or behind the others")
        self.path, self.seen = path, identity(path)


def identity(path: Path) -> tuple[int, int] | None:
    """Of the file that lies there now; none where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def read(
    period: str, name: str, wanted: Sequence[str] | None = None, rows: tuple[int, int] | None = None
) -> tuple[ScaledColumns, dict] | None:
    """The stored columns (those of `wanted` that there are, or all) and their notes; of `rows`, from one on so many,
    those alone. None where there is no file, or one of another layout. Raises Broken."""
    path = path_of(period, name)
    try:
        while True:
            with path.open("rb") as file:
                found = _read(path, wanted, rows)
                if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                    return found  # and not partly of the file that took its place
    except FileNotFoundError:
        return None
    except (OSError, pl.exceptions.PolarsError, ValueError, KeyError) as error:
        raise Broken(path) from error


def read_there(period: str, name: str, wanted: Sequence[str] | None = None) -> tuple[ScaledColumns, dict]:
    """The same of a file that has been made; raises Broken where another reader may just have taken it away."""
    found = read(period, name, wanted)
    if found is None:
        raise Broken(path_of(period, name))
    return found


def _read(path: Path, wanted: Sequence[str] | None, rows: tuple[int, int] | None) -> tuple[ScaledColumns, dict] | None:
    said = pl.read_parquet_metadata(path)
    if said.get("layout") != layout():
        return None
    scales, notes = json.loads(said["scales"]), json.loads(said["notes"])
    if wanted is not None:
        there = set(pl.read_parquet_schema(path))
        wanted = [name for name in dict.fromkeys(wanted) if name in there]
        scales = {cell: places for cell, places in scales.items() if cell in wanted}
    if rows is None:
        return ScaledColumns(pl.read_parquet(path, columns=wanted), scales), notes
    some = pl.scan_parquet(path).slice(*rows)
    return ScaledColumns((some if wanted is None else some.select(wanted)).collect(), scales), notes


def notes_of(period: str, name: str) -> dict | None:
    """The notes alone."""
    try:
        with path_of(period, name).open("rb") as file:
            said = pl.read_parquet_metadata(file)
            return json.loads(said["notes"]) if said.get("layout") == layout() else None
    except (OSError, pl.exceptions.PolarsError, ValueError, KeyError):
        return None
