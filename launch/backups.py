"""A copy of a real city once a day: `python -m launch.backups` goes on until it is stopped. One more when the city is
stopped, before a newer program changes the record, and when asked for (`./manage.py backup`). deploy/backup does the
same in production, where PostgreSQL is a server of its own."""

import os
import re
import sqlite3
import subprocess
import tarfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from launch.environment import VAR
from launch.servers import CannotStart, postgres_program

FOLDER = "backups"
EVERY = timedelta(days=1)
AT_MOST_LOST = timedelta(hours=1)  # of work, when the city is stopped
KEPT_FOR = timedelta(days=35)
LOOK_AGAIN = 600  # seconds
OFFICE = ZoneInfo("Asia/Shanghai")
TROUBLES = (OSError, sqlite3.Error, subprocess.CalledProcessError)
OURS = re.compile(r"(record-\d{8}-\d{6}\.(sqlite3|dump)|files-\d{8}-\d{6}\.tar\.gz|\d{8}-\d{6}\.partial)")


def main() -> None:
    while True:
        now = office_now()
        try:
            if is_due(VAR / FOLDER, now):
                print(f"{now:%Y-%m-%d %H:%M}  {back_up(VAR, os.environ.get('DATABASE_URL', ''), now)}", flush=True)
        except TROUBLES as trouble:
            print(f"{now:%Y-%m-%d %H:%M}  没有备份成功，十分钟后再试：{in_words(trouble)}", flush=True)
        time.sleep(LOOK_AGAIN)


def office_now() -> datetime:
    """As copies are named, on a machine of any zone and inside Django or not."""
    return datetime.now(OFFICE).replace(tzinfo=None)


def in_words(trouble: Exception) -> str:
    """A command is named without its words, among which is the database's password."""
    if isinstance(trouble, subprocess.CalledProcessError):
        return f"{Path(trouble.cmd[0]).name} 出错（代码 {trouble.returncode}）；数据库要在运行"
    return str(trouble)


def is_due(folder: Path, now: datetime, every: timedelta = EVERY) -> bool:
    newest = newest_in(folder)
    return newest is None or made_at(newest) <= now - every


def is_worth_one_more(var: Path, database_url: str, now: datetime) -> bool:
    """When the city is stopped. Whether a PostgreSQL was written to is not seen from outside: it may have been."""
    return is_due(var / FOLDER, now, AT_MOST_LOST) and has_news(var, database_url)


def has_news(var: Path, database_url: str) -> bool:
    newest = newest_in(var / FOLDER)
    if newest is None or is_postgres(database_url):
        return has_record(var, database_url)
    files = [place for place in (var / "db.sqlite3", var / "db.sqlite3-wal") if place.exists()]
    return any(on_the_clock(place) > made_at(newest) for place in files)


def has_record(var: Path, database_url: str) -> bool:
    return is_postgres(database_url) or (var / "db.sqlite3").exists()


def is_postgres(database_url: str) -> bool:
    return database_url.startswith("postgres")


def on_the_clock(place: Path) -> datetime:
    return datetime.fromtimestamp(place.stat().st_mtime, OFFICE).replace(tzinfo=None)


def last_made(var: Path) -> datetime | None:
    newest = newest_in(var / FOLDER)
    return made_at(newest).replace(tzinfo=OFFICE) if newest else None


def newest_in(folder: Path) -> Path | None:
    copies = [copy for copy in folder.glob("record-*") if OURS.fullmatch(copy.name)]
    return max(copies, default=None, key=made_at)


def made_at(copy: Path) -> datetime:
    """By its name: a copy that was moved here from elsewhere is as old as it says."""
    return datetime.strptime(copy.name.removeprefix("record-")[:15], "%Y%m%d-%H%M%S")


def back_up(var: Path, database_url: str, now: datetime) -> Path:
    made = copy_all(var, database_url, now)
    throw_away_old(var / FOLDER, now)
    return made


def copy_all(var: Path, database_url: str, now: datetime) -> Path:
    """Written under another name first: what is called record-… or files-… is complete."""
    folder = var / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    stamp = f"{now:%Y%m%d-%H%M%S}"
    partial = folder / f"{stamp}.partial"
    partial.touch(mode=0o600)
    pack_files(var / "media", partial)
    partial.rename(folder / f"files-{stamp}.tar.gz")
    partial.touch(mode=0o600)
    if is_postgres(database_url):
        made = folder / f"record-{stamp}.dump"
        dump_postgres(database_url, partial)
    else:
        made = folder / f"record-{stamp}.sqlite3"
        copy_sqlite(var / "db.sqlite3", partial)
    partial.rename(made)
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


def restore(copy: Path, var: Path, database_url: str, now: datetime) -> str:
    """With the site stopped; says what was done. What stands is copied before, so that a slip can be taken back; the
    files of the same moment come along where they lie beside the copy."""
    is_dump = is_postgres(database_url)
    if not copy.is_file() or copy.suffix != (".dump" if is_dump else ".sqlite3"):
        wanted = "--postgres 的备份是 record-….dump" if is_dump else "备份是 record-….sqlite3，用 --postgres 的是 .dump"
        raise CannotStart(f"{copy} 不能恢复：没有这个文件，或不是这种数据库的（{wanted}）。什么都没有改动。")
    if not is_dump:
        try_to_read(copy, var / "restored.partial")
    kept = copy_all(var, database_url, now) if has_record(var, database_url) else None
    if is_dump:
        how = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname", database_url]
        subprocess.run([postgres_program("pg_restore"), *how, copy], check=True, stdin=subprocess.DEVNULL)
    else:
        for left in ("db.sqlite3-wal", "db.sqlite3-shm"):
            (var / left).unlink(missing_ok=True)
        (var / "restored.partial").rename(var / "db.sqlite3")
    files = copy.with_name(files_of(copy))
    said = f"已从 {copy} 恢复" + (f"；原来的存到 {kept}。" if kept else "。")
    if not files.exists():
        return f"{said}旁边没有 {files.name}：上传的文件没有恢复。"
    with tarfile.open(files) as archive:
        archive.extractall(var)
    return said


def files_of(copy: Path) -> str:
    """The name of the uploaded files of the same moment."""
    return copy.stem.replace("record-", "files-") + ".tar.gz"


def try_to_read(copy: Path, place: Path) -> None:
    try:
        copy_sqlite(copy, place)
    except sqlite3.Error as trouble:
        place.unlink(missing_ok=True)
        raise CannotStart(f"{copy} 不能恢复：不是完好的数据库（{trouble}）。什么都没有改动。") from None


def throw_away_old(folder: Path, now: datetime) -> None:
    for copy in folder.iterdir():
        if OURS.fullmatch(copy.name) and on_the_clock(copy) < now - KEPT_FOR:
            copy.unlink()


if __name__ == "__main__":
    main()
