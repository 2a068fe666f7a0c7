"""What the lanes of ./test stand on. The people and firms are in tests/cast.py."""

import os
import shutil
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from playwright.sync_api import expect, sync_playwright

from config.celery import app as celery_app
from launch.servers import free_port, start_valkey
from launch.supervision import start
from tests.browser.desks import Office
from tests.cast import assemble

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Mailbox:
    """A real SMTP server that keeps what it was given."""

    def __init__(self) -> None:
        self.letters = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  (aiosmtpd's name)
        self.letters.append(envelope)
        return "250 OK"

    def wait_for(self, number: int, patience: float = 20) -> list:
        until = time.monotonic() + patience
        while len(self.letters) < number and time.monotonic() < until:
            time.sleep(0.05)
        return self.letters


@pytest.fixture(autouse=True)
def files_of_this_test_only(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def cast(db):
    return assemble()


@pytest.fixture
def smtp():
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    mailbox.url = f"smtp://127.0.0.1:{controller.port}"
    yield mailbox
    controller.stop()


@pytest.fixture
def live_worker(transactional_db, smtp, tmp_path):
    """The queue, and a worker in its own process on the test's database: tasks no longer run where they are asked."""
    valkey, redis_url = start_valkey(tmp_path / "valkey")
    environment = os.environ | {"DATABASE_URL": _url_of_test_database(), "REDIS_URL": redis_url, "EMAIL_URL": smtp.url}
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "INFO"]
    with open(tmp_path / "worker.log", "w") as log:
        worker = start("worker", command, environment, stdout=log, stderr=log)
    before = {"broker_url": celery_app.conf.broker_url, "task_always_eager": celery_app.conf.task_always_eager}
    celery_app.conf.update(broker_url=redis_url, task_always_eager=False)
    _forget_connections()
    yield worker
    worker.stop()
    valkey.stop()
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
