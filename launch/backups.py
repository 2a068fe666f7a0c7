"""A copy of a real city once a day: `python -m launch.backups` goes on until it is stopped. deploy/backup does the same
in production, where PostgreSQL is a server of its own."""

import os
import re
import sqlite3
import subprocess
import tarfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from launch.environment import VAR
from launch.servers import CannotStart, postgres_program

FOLDER = "backups"
EVERY = timedelta(days=1)
KEPT_FOR = timedelta(days=35)
LOOK_AGAIN = 600  # seconds
OURS = re.compile(r"(record-\d{8}-\d{6}\.(sqlite3|dump)|files-\d{8}-\d{6}\.tar\.gz|\d{8}-\d{6}\.partial)")


def main() -> None:
    while True:
        now = datetime.now()
        try:
            if is_due(VAR / FOLDER, now):
                print(f"{now:%Y-%m-%d %H:%M}  {back_up(VAR, os.environ.get('DATABASE_URL', ''), now)}", flush=True)
        except (OSError, sqlite3.Error, subprocess.CalledProcessError) as trouble:
            print(f"{now:%Y-%m-%d %H:%M}  没有备份成功，十分钟后再试：{trouble}", flush=True)
        time.sleep(LOOK_AGAIN)


def is_due(folder: Path, now: datetime) -> bool:
    newest = newest_in(folder)
    return newest is None or made_at(newest) <= now - EVERY


def newest_in(folder: Path) -> Path | None:
    copies = [copy for copy in folder.glob("record-*") if OURS.fullmatch(copy.name)]
    return max(copies, default=None, key=made_at)


def made_at(copy: Path) -> datetime:
    """By its name: a copy that was moved here from elsewhere is as old as it says."""
    return datetime.strptime(copy.name.removeprefix("record-")[:15], "%Y%m%d-%H%M%S")


def back_up(var: Path, database_url: str, now: datetime) -> Path:
    """Written under another name first: what is called record-… or files-… is complete."""
    folder = var / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = f"{now:%Y%m%d-%H%M%S}"
    partial = folder / f"{stamp}.partial"
    partial.touch(mode=0o600)
    pack_files(var / "media", partial)
    partial.rename(folder / f"files-{stamp}.tar.gz")
    partial.touch(mode=0o600)
    if database_url.startswith("postgres"):
        made = folder / f"record-{stamp}.dump"
        dump_postgres(database_url, partial)
    else:
        made = folder / f"record-{stamp}.sqlite3"
        copy_sqlite(var / "db.sqlite3", partial)
    partial.rename(made)
    throw_away_old(folder, now)
    return made


def copy_sqlite(database: Path, copy: Path) -> None:
    """SQLite's own copy of a database in use; one that does not read well is none."""
    with_mode = f"file:{database}?mode=ro"
    source, target = sqlite3.connect(with_mode, uri=True), sqlite3.connect(copy)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, whatever the city's own is kept in
        said = target.execute("PRAGMA quick_check").fetchone()[0]
        if said != "ok":
            raise sqlite3.DatabaseError(said)
    finally:
        source.close()
        target.close()


def dump_postgres(url: str, copy: Path) -> None:
    dump: list[str | Path] = [postgres_program("pg_dump"), "--format=custom", "--no-owner", "--file", copy, url]
    subprocess.run(dump, check=True, stdin=subprocess.DEVNULL)
    subprocess.run([postgres_program("pg_restore"), "--list", copy], check=True, stdout=subprocess.DEVNULL)


def pack_files(media: Path, copy: Path) -> None:
    """Without the columns, which are made again from the record."""
    with tarfile.open(copy, "w:gz") as archive:
        if media.is_dir():
            archive.add(media, "media", filter=lambda member: None if member.name == "media/dataset" else member)


def restore(copy: Path, var: Path, database_url: str, now: datetime) -> None:
    """With the site stopped. What stands is copied before, so that a slip can be taken back; the files of the same
    moment come along where they lie beside the copy."""
    is_dump = database_url.startswith("postgres")
    if not copy.is_file() or copy.suffix != (".dump" if is_dump else ".sqlite3"):
        wanted = "--postgres 的备份是 record-….dump" if is_dump else "备份是 record-….sqlite3，用 --postgres 的是 .dump"
        raise CannotStart(f"{copy} 不能恢复：没有这个文件，或不是这种数据库的（{wanted}）。什么都没有改动。")
    if is_dump or (var / "db.sqlite3").exists():
        back_up(var, database_url, now)
    if is_dump:
        how = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname", database_url]
        subprocess.run([postgres_program("pg_restore"), *how, copy], check=True, stdin=subprocess.DEVNULL)
    else:
        copy_sqlite(copy, var / "restored.partial")
        for left in ("db.sqlite3-wal", "db.sqlite3-shm"):
            (var / left).unlink(missing_ok=True)
        (var / "restored.partial").rename(var / "db.sqlite3")
    files = copy.with_name(copy.name.replace("record-", "files-").removesuffix(copy.suffix) + ".tar.gz")
    if files.exists():
        with tarfile.open(files) as archive:
            archive.extractall(var)


def throw_away_old(folder: Path, now: datetime) -> None:
    for copy in folder.iterdir():
        if OURS.fullmatch(copy.name) and datetime.fromtimestamp(copy.stat().st_mtime) < now - KEPT_FOR:
            copy.unlink()


if __name__ == "__main__":
    main()
