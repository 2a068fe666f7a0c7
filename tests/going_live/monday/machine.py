"""What the Monday runs on: a database of its own on a PostgreSQL, the queue, web, worker, beat and a mail server, all
by a clock that is moved from outside."""

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from launch.environment import ROOT
from launch.servers import free_port, start_valkey, wait_for_port
from launch.supervision import Child, start
from tests.going_live.monday.browser import Browser
from tests.mailbox import Mailbox, open_mailbox

NAME = "stat.example.cn"  # no local one: the installation is as strict as production's
OUTSIDE = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "ALLOWED_HOSTS", "SECRET_KEY", "VAR_DIR", "DEBUG"}
LINK = re.compile(r"https?://\S+/(?:activate)/\S+")


@dataclass(frozen=True)
class Received:
    """A letter as its reader sees it."""

    to: str
    subject: str
    body: str

    @property
    def link(self) -> str:
        return link_in(self.body)


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found, text
    return found[0]


@dataclass
class Machine:
    folder: Path
    environment: dict[str, str]
    port: int
    mailbox: Mailbox
    children: list[Child] = field(default_factory=list)
    commands: int = 0

    @property
    def host(self) -> str:
        return f"{NAME}:{self.port}"

    def browser(self) -> Browser:
        return Browser(self.host, self.port)

    def set_clock(self, at: datetime) -> None:
        """Whole at once: the others read it meanwhile."""
        file = Path(self.environment["MOVED_CLOCK"])
        partial = file.with_suffix(".partial")
        partial.write_text(f"{at.isoformat()} {datetime.now(at.tzinfo).isoformat()}")
        partial.replace(file)

    def manage(self, *words: str) -> str:
        """What a command says; it must succeed."""
        command = [sys.executable, "-m", "tests.moved_clock", *words]
        self.commands += 1
        ended = subprocess.run(command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True)
        said = ended.stdout.decode()
        assert ended.returncode == 0, f"manage.py {' '.join(words)}: {said[-3000:]} {ended.stderr.decode()[-3000:]}"
        return said

    def start_site(self) -> None:
        celery = ["-m", "celery", "-A", "tests.moved_clock"]
        self.begin("worker", *celery, "worker", "--concurrency", "1", "--loglevel", "INFO")
        self.begin(
            "beat", *celery, "beat", "--schedule", self.folder / "schedule", "--pidfile=", "--loglevel", "WARNING"
        )
        web = ["-m", "gunicorn", "tests.moved_clock", "--bind", f"127.0.0.1:{self.port}", "--preload"]
        self.begin("web", *web, "--workers", "2", "--threads", "4", "--timeout", "600", "--no-control-socket")
        wait_for_port(self.children[-1], self.port, patience=120)

    def begin(self, name: str, *words: str | Path) -> None:
        with open(self.folder / f"{name}.log", "w") as log:
            child = start(name, [sys.executable, *words], self.environment, stdout=log, stderr=log)
        self.children.append(child)

    def received(self, since: int = 0) -> list[Received]:
        return [read_letter(envelope) for envelope in self.mailbox.letters[since:]]

    def wait_for_letters(self, enough: Callable[[int], bool], patience: float) -> None:
        wait_until(lambda: enough(len(self.mailbox.letters)), patience, lambda: f"{len(self.mailbox.letters)} letters")

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()


def read_letter(envelope) -> Received:
    message = message_from_bytes(envelope.content, policy=policy.default)
    return Received(envelope.rcpt_tos[0], str(message["Subject"]), message.get_body(("plain",)).get_content())


def wait_until(done: Callable[[], bool], patience: float, found: Callable[[], str] = str) -> None:
    until = time.monotonic() + patience
    while not done():
        assert time.monotonic() < until, f"Still not after {patience:.0f} s: {found()}"
        time.sleep(0.1)


@contextmanager
def empty_machine(folder: Path, postgres_url: str, at: datetime) -> Iterator[Machine]:
    """Nothing is on it yet but what was installed: the project, a PostgreSQL, a queue, a way to send mail."""
    with ExitStack() as stack:
        mailbox = stack.enter_context(open_mailbox())
        valkey, redis_url = start_valkey(folder / "valkey")
        stack.callback(valkey.stop)
        port = free_port()
        kept = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
        environment = kept | {
            "SITE_URL": f"http://{NAME}:{port}",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": stack.enter_context(empty_database(postgres_url)),
            "REDIS_URL": redis_url,
            "EMAIL_URL": mailbox.url,
            "MAIL_PACE": "100000",  # what pacing costs is its own setting; here it is what the parts can do
            "MOVED_CLOCK": str(folder / "clock"),
            "PYTHONPATH": str(ROOT),
        }
        machine = Machine(folder, environment, port, mailbox)
        machine.set_clock(at)
        stack.callback(machine.stop)
        yield machine


@contextmanager
def empty_database(postgres_url: str) -> Iterator[str]:
    """One of its own on this server."""
    name = f"monday_{secrets.token_hex(4)}"
    url = urlsplit(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")  # type: ignore[arg-type]
        try:
            yield url._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
