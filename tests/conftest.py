"""What the lanes of ./test stand on. The people and firms are in tests/cast.py."""

import gc
import os
import shutil
import sys
from decimal import Decimal
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from django.conf import settings as in_force
from django.db import connection
from playwright.sync_api import expect, sync_playwright

from config.celery import app as celery_app
from launch.servers import start_valkey
from launch.supervision import start
from reporting.models import LockLimit
from tests.browser.desks import Office
from tests.cast import assemble
from tests.mailbox import open_mailbox

LANES_OF_THEIR_OWN = {"worker", "browser", "spark"}
QUICK_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # tests/test_passwords.py asks for production's
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Each process of a lane, and each worker a test starts, would otherwise compile the project anew: ten seconds apiece.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_addoption(parser):
    parser.addoption("--with-database", action="store_true", help="only the tests that another database may change")
    parser.addoption("--shuffle", metavar="SEED", help="in an order drawn with this seed, the same for the same seed")


def pytest_configure(config):
    if os.environ.get("REDIS_URL"):
        raise pytest.UsageError("Tests would put their work into the queue REDIS_URL names: run ./test, or unset it.")
    in_force.PASSWORD_HASHERS = QUICK_HASHERS


def pytest_ignore_collect(collection_path, config):
    """A lane of its own reads the files with a test of it, and not seven thousand tests to leave them out."""
    marker = config.getoption("markexpr")
    if marker in LANES_OF_THEIR_OWN and collection_path.suffix == ".py":
        return f"pytest.mark.{marker}" not in collection_path.read_text(encoding="utf-8") or None
    return None


def pytest_collection_finish(session):
    """What has been collected stays to the end: the collector of garbage need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # before pytest-django, which puts last the tests that empty the database
def pytest_collection_modifyitems(config, items):
    if seed := config.getoption("--shuffle"):
        Random(seed).shuffle(items)
    if config.getoption("--with-database"):
        leave_out_what_no_database_changes(config, items)


def leave_out_what_no_database_changes(config, items) -> None:
    """What touches none, and what is marked one_database: the second database's lane need not repeat it."""
    asks = {"db", "transactional_db", "django_db_setup"}
    chosen, left_out = [], []
    for test in items:
        touches = asks & set(test.fixturenames) or test.get_closest_marker("django_db")
        (chosen if touches and not test.get_closest_marker("one_database") else left_out).append(test)
    config.hook.pytest_deselected(items=left_out)
    items[:] = chosen


@pytest.fixture(autouse=True)
def files_of_this_test_only(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True, scope="session")
def one_person_locks():
    """The casts are of a few firms without a last year: one of them missing is more than any city lets one person
    lock. Where that is the subject the limit is the real one (tests/releases, tests/year)."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(LockLimit, "DEFAULT", Decimal(100))
        yield


@pytest.fixture
def cast(db):
    return assemble()


@pytest.fixture
def smtp():
    with open_mailbox() as mailbox:
        yield mailbox


class Queue:
    """A real queue, and as many workers and beats as a test wants, each a process of its own on the test's database.
    While it stands, tasks no longer run where they are asked."""

    def __init__(self, folder: Path, smtp_url: str) -> None:
        self.folder = folder
        self.valkey, self.url = start_valkey(folder / "valkey")
        self.children = []
        self.environment = os.environ | {
            "DATABASE_URL": _url_of_test_database(),
            "REDIS_URL": self.url,
            "EMAIL_URL": smtp_url,
            "LETTER_LEASE": "2",
            "MAIL_PACE": "100000",
        }

    def lose_valkey(self) -> None:
        self.valkey.stop()

    def start_empty_valkey(self) -> None:
        self.valkey, self.environment["REDIS_URL"] = start_valkey(self.folder / "another valkey")

    def worker(self):
        return self._start("tests.quick_beat", "worker", "--pool", "solo", "--loglevel", "INFO")

    def beat(self):
        schedule = self.folder / f"beat-{len(self.children)}"
        return self._start("tests.quick_beat", "beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "INFO")

    def _start(self, app: str, *words):
        command = [sys.executable, "-m", "celery", "-A", app, *words]
        with open(self.folder / f"{len(self.children)}-{words[0]}.log", "w") as log:
            child = start(words[0], command, self.environment, stdout=log, stderr=log)
        self.children.append(child)
        return child

    def stop(self) -> None:
        for child in reversed(self.children):
            child.stop()
        self.valkey.stop()


@pytest.fixture
def queue(transactional_db, smtp, tmp_path):
    queue = Queue(tmp_path, smtp.url)
    before = {"broker_url": celery_app.conf.broker_url, "task_always_eager": celery_app.conf.task_always_eager}
    celery_app.conf.update(broker_url=queue.url, task_always_eager=False)
    _forget_connections()
    yield queue
    queue.stop()
    celery_app.conf.update(before)
    _forget_connections()


@pytest.fixture(scope="session")
def chromium():
    # The headless shell is the same engine without the desktop around it, at a third of the processor time.
    place = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not place:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("没有 Chromium：sudo apt-get install chromium-headless-shell fonts-noto-cjk，或用 CHROMIUM 指明它的位置。")
    # Playwright keeps an event loop on this thread; Django would take every query for one made inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def office(chromium, live_server):
    """Browsers for several people at once; a script error or a blocked resource in any fails the test."""
    office = Office(chromium, live_server.url)
    yield office
    office.close()
    assert office.complaints == []


@pytest.fixture
def page(chromium, live_server):
    """A fresh browser window on the live site; a script error or a blocked resource fails the test."""
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(15_000)
    complaints = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert complaints == []


def _url_of_test_database() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        if "mode=memory" in database["NAME"] or database["NAME"] == ":memory:":
            pytest.fail("A worker cannot see a database in memory: run ./test worker.")
        return f"sqlite:///{Path(database['NAME']).absolute()}"
    user, password = quote(database["USER"], safe=""), quote(database["PASSWORD"], safe="")
    return f"postgres://{user}:{password}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


def _forget_connections() -> None:
    """Celery keeps its pools per app, not per address."""
    celery_app._pool = None
    celery_app.amqp._producer_pool = None
