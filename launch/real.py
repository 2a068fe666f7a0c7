"""A real city on this machine: one folder is one city, kept apart from a demonstration, reached at its own address."""

import hashlib
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from launch.environment import ROOT, VAR
from launch.servers import CannotStart, is_free

PROGRAM = "real.program"  # which program the record was last prepared by
KEPT = "real.env"  # what the city's processes are told; that it is there says that the folder holds a real city
REMEMBERED = ("SITE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "MAIL_FROM", "DEFINITIONS_DIR")  # by the next start
OWN = "OWN_DATABASE"  # yes where no URL from outside names it: copies of it are made here
TOLD = (*REMEMBERED, "DATABASE_URL", "REDIS_URL", OWN)
READ_THE_SETTINGS = """
import sys
from django.core.exceptions import ImproperlyConfigured
try:
    import config.settings
except ImproperlyConfigured as reason:
    sys.exit(str(reason))
"""
DATABASES = ("db.sqlite3", "postgres")
HERE = ("127.0.0.1", "localhost", "::1")
PORTS = {"http": 80, "https": 443}


def be_the_real_city(var: Path = VAR) -> bool:
    """Whether the folder was nothing before. What anything but `./run --real` has kept here may be a demonstration, and
    is left alone."""
    if (var / KEPT).exists():
        return False
    if found := [name for name in DATABASES if (var / name).exists()]:
        raise CannotStart(
            f"{var} 里已有演示城市或别的数据（{'、'.join(found)}），实际城市不与它混用，什么都没有改动。"
            "请另克隆一个文件夹，在那里执行 ./run --real；不要原来的数据的，请先移走 var/。"
        )
    var.mkdir(exist_ok=True)
    keep({}, var)  # at once: a first start that breaks off is taken up again
    return True


def stay_with_its_database(is_sqlite: bool, var: Path = VAR) -> None:
    """A city of one kind of database, started with the other, would look as if all had been lost."""
    kept = kept_in(var)
    if kept and is_sqlite == bool(kept.get("DATABASE_URL")):
        there = "PostgreSQL" if is_sqlite else "SQLite"
        how = "加上 --postgres（或设好 DATABASE_URL）" if is_sqlite else "去掉 --postgres 和 DATABASE_URL "
        raise CannotStart(f"这座城市的数据在 {there} 里，什么都没有改动：请{how}再启动。")


def be_nothing_again(var: Path = VAR) -> None:
    (var / KEPT).unlink()


def be_a_demonstration(var: Path = VAR) -> None:
    if (var / KEPT).exists():
        raise CannotStart(
            f"{var} 里是一座实际城市，不装入演示数据，什么都没有改动。"
            "运行它，请执行 ./run --real；要看演示，请另克隆一个文件夹，在那里执行 ./run。"
        )


def told(environment: Mapping[str, str], no_mail: bool, address: str, var: Path = VAR) -> dict[str, str]:
    """What this start is told and, where it is told nothing, what the last one was: a restart in a fresh terminal does
    not forget the mail server. The address of this machine alone is no more than the default."""
    before = kept_in(var)
    now = {name: environment.get(name, "") for name in REMEMBERED}
    now["SITE_URL"] = (address or now["SITE_URL"]).rstrip("/")
    if is_here(before.get("SITE_URL", "")) or now["SITE_URL"] not in ("", before.get("SITE_URL", "")):
        before = {name: value for name, value in before.items() if name not in ("SITE_URL", "ALLOWED_HOSTS")}
    if folder := now["DEFINITIONS_DIR"]:
        now["DEFINITIONS_DIR"] = str(Path(folder).absolute())
    now = {name: value or before.get(name, "") for name, value in now.items()}
    return now | ({"EMAIL_URL": "", "MAIL_FROM": ""} if no_mail else {})


def mail_in_words(told_now: Mapping[str, str], typed: Mapping[str, str]) -> str:
    """Which server sends, and as whom; its password is nobody's to read."""
    url = urlsplit(told_now["EMAIL_URL"])
    port = f":{url.port}" if url.port else ""
    sender = told_now["MAIL_FROM"] or f"noreply@{urlsplit(told_now['SITE_URL']).hostname}（没有设 MAIL_FROM）"
    before = [name for name in ("EMAIL_URL", "MAIL_FROM") if told_now[name] and not typed.get(name)]
    kept = f"（{'、'.join(before)} 沿用上次启动的；要改请重新设，不再外发请加 --no-mail）" if before else ""
    return f"信件由 {url.scheme}://{url.hostname}{port} 发出，发件人 {sender}{kept}。"


def be_understood(environment: Mapping[str, str]) -> None:
    """The settings are read once, elsewhere, before anything of the city is touched."""
    with tempfile.TemporaryDirectory() as nowhere:
        trying = {**environment, "VAR_DIR": nowhere, "SECRET_KEY": "only to try"}
        command = [sys.executable, "-c", READ_THE_SETTINGS]
        ended = subprocess.run(command, cwd=ROOT, env=trying, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if ended.returncode:
        raise CannotStart(f"{ended.stderr.strip()}什么都没有改动。")


def keep(environment: MutableMapping[str, str], var: Path = VAR) -> None:
    """For whoever types ./manage.py beside the running city: the same database, the same address in links."""
    lines = [f"{name}={environment[name]}\n" for name in TOLD if environment.get(name)]
    with open(os.open(var / KEPT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(lines)


def speak_to_the_real_city(environment: MutableMapping[str, str], var: Path = VAR) -> None:
    """What the caller has set stays; with another database or folder it is another city they speak to."""
    if not (var / KEPT).exists() or environment.get("VAR_DIR"):
        return
    kept = kept_in(var)
    if environment.get("DATABASE_URL", "") not in ("", kept.get("DATABASE_URL", "")):
        return
    for name, value in kept.items():
        environment.setdefault(name, value)
    environment.setdefault("SECRET_KEY", secret_key(var))


def is_newer_program(var: Path = VAR) -> bool:
    """Whether this program may change the record that another one left: an older copy of it is no longer made then."""
    place = var / PROGRAM
    return not place.exists() or place.read_text() != program()


def note_program(var: Path = VAR) -> None:
    (var / PROGRAM).write_text(program())


def program() -> str:
    """By the changes it tells of and the steps by which it changes a record."""
    digest = hashlib.sha256((ROOT / "CHANGELOG.md").read_bytes())
    for step in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(step.name.encode())
    return digest.hexdigest()


def kept_in(var: Path) -> dict[str, str]:
    """Nothing before the first start."""
    lines = (var / KEPT).read_text().splitlines() if (var / KEPT).exists() else []
    return dict(line.split("=", 1) for line in lines)


def secret_key(var: Path = VAR) -> str:
    """The one that config/settings.py keeps for a local installation; a real city has it at any address."""
    place = var / "secret_key"
    try:
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return place.read_text()


def is_here(address: str) -> bool:
    return urlsplit(address).hostname in HERE


def bound_to(address: str, port: int) -> str:
    """Where the site listens for its own address. Behind https stands a proxy of this machine, which asks at `port`;
    http is reached directly, on the port that the address names."""
    url = taken_apart(address)
    if url.scheme == "https":
        host = "127.0.0.1"
    else:
        host, port = ("127.0.0.1" if is_here(address) else "0.0.0.0"), url.port or PORTS["http"]
    if not is_free(port):
        raise CannotStart(
            f"端口 {port} 用不了（已被占用，或小于 1024 须由 root 启动），{address} 打不开。"
            "请换一个端口写进地址，如 http://stat.example.cn:8000；前面有 https 代理的用 --port。"
        )
    return f"{host}:{port}"


def taken_apart(address: str) -> SplitResult:
    try:
        url = urlsplit(address)
        well = url.scheme in PORTS and url.hostname and not url.path.strip("/") and not url.query and url.port != 0
    except ValueError:  # a port that is not a number
        well = False
    if not well:
        raise CannotStart(f"地址“{address}”看不懂：请写 https://主机名，或 http://主机名:端口。")
    return url
