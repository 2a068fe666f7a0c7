"""What the official form asks of the server: saves, 数据审核, 确定上报 and the sheet's page, beside a bare view.

    python bench/desk.py --size 200

Starts a PostgreSQL and gunicorn with two workers of its own, fills in a month that `--size` firms owe, each with the
month before and the annual form behind it, and lets four browsers press at a time. The floor is a bare Django view of
the same workers and the same database: no middleware, one row read by its key, one JSON of 300 cells written. All
kinds take turns in short rounds, so that what else the machine does tells on all of them alike; ratios compare
machines and versions, presses a second do not. Processor time is that of the workers and of PostgreSQL together.
"""

import argparse
import itertools
import json
import os
import secrets
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

HERE = Path(__file__).resolve().parent
AT_ONCE, WORKERS, ROUNDS = 4, 2, 5
PERIOD, ADDRESS, ROW = "2024M05", "/filings/2024M05/t6/", "2050.c1"
WIDE = {f"2010.c{number}": "12345.67" for number in range(300)}
BARE = "/bare/"


# The server: what gunicorn loads, as desk:application_with_a_bare_view()


def application_with_a_bare_view():
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import override_settings

    from config.wsgi import application
    from reporting.models import Sheet

    class Bare(WSGIHandler):
        """Django without middleware, and one view."""

        def load_middleware(self, is_async=False):
            with override_settings(MIDDLEWARE=[]):
                super().load_middleware(is_async)

        def resolve_request(self, request):
            return bare, (), {}

    def bare(request):
        from django.http import JsonResponse

        sheet = Sheet._base_manager.get(pk=request.GET["sheet"])
        Sheet._base_manager.filter(pk=sheet.pk).update(cells={**WIDE, "2010.c1": request.POST["cell"]})
        return JsonResponse({"version": sheet.version})

    floor = Bare()
    return lambda environ, answer: (floor if environ["PATH_INFO"] == BARE else application)(environ, answer)


# The browsers


@dataclass
class Browser:
    """A signed-in clerk on a line of their own, as the page's script speaks."""

    port: int
    session: str
    bare_sheet: int
    version: int = 1
    presses: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ask(self, method: str, path: str, fields: dict | None = None, accept: str = "text/html") -> tuple[int, bytes]:
        body = urlencode(fields or {}).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\nAccept: {accept}\r\n"
            f"Cookie: sessionid={self.session}; csrftoken={TOKEN}\r\nX-CSRFToken: {TOKEN}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            line.sendall(head.encode() + body)
            parts = []
            while part := line.recv(65536):
                parts.append(part)
        answer = b"".join(parts)
        return int(answer[9:12]), answer.partition(b"\r\n\r\n")[2]

    def bare(self) -> None:
        status, _ = self.ask("POST", f"{BARE}?sheet={self.bare_sheet}", {"cell": str(next(self.presses))})
        expect(status, 200)

    def press(self, then: str) -> None:
        """One cell changed and sent."""
        fields = {ROW: str(1000 + next(self.presses)), "version": str(self.version), "then": then}
        status, body = self.ask("POST", ADDRESS, fields, accept="application/json")
        expect(status, 200)
        self.version = json.loads(body)["version"]

    def page(self) -> None:
        status, _ = self.ask("GET", ADDRESS)
        expect(status, 200)

    def submit(self) -> None:
        status, _ = self.ask("POST", f"/filings/{PERIOD}/submit/", {"committed": "yes", "signer": "王经理"})
        expect(status, 302)


TOKEN = secrets.token_hex(16)


def expect(status: int, wanted: int) -> None:
    if status != wanted:
        raise RuntimeError(f"A press was answered with {status}, not {wanted}.")


# The measuring


@dataclass
class Kind:
    name: str
    act: Callable[[Browser], None]
    seconds: float = 0
    cpu: float = 0
    each: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.each) / self.seconds

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.each, n=100, method="inclusive")[98]

    @property
    def cpu_each(self) -> float:
        return 1000 * self.cpu / len(self.each)


def measure(kind: Kind, browsers: list[Browser], processes: Callable[[], float]) -> None:
    """All browsers once, four at a time."""
    waiting = iter(browsers)
    lock, each = threading.Lock(), []

    def work() -> None:
        while True:
            with lock:
                browser = next(waiting, None)
            if browser is None:
                return
            begun = time.perf_counter()
            kind.act(browser)
            each.append(time.perf_counter() - begun)

    people = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    cpu, begun = processes(), time.perf_counter()
    for person in people:
        person.start()
    for person in people:
        person.join()
    kind.seconds += time.perf_counter() - begun
    kind.cpu += processes() - cpu
    kind.each += each
    if len(each) != len(browsers):
        raise SystemExit(f"{kind.name}: {len(browsers) - len(each)} presses failed.")


def processor_time_under(*roots: int) -> float:
    """Seconds of processor time of these processes and all they started, as long as they live."""
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            stats[int(folder.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    within, more = set(roots), True
    while more:
        more = {pid for pid, (parent, _) in stats.items() if parent in within} - within
        within |= more
    return sum(stats[pid][1] for pid in within if pid in stats) / os.sysconf("SC_CLK_TCK")


def tell(kinds: list[Kind]) -> None:
    floor = kinds[0]
    print(f"  {'':34}{'a second':>10}{'of floor':>10}{'p99 ms':>9}{'× floor':>9}{'CPU ms':>9}{'of floor':>10}")
    for kind in kinds:
        print(
            f"  {kind.name:34}{kind.rate:>10.1f}{kind.rate / floor.rate:>10.1%}{1000 * kind.p99:>9.1f}"
            f"{kind.p99 / floor.p99:>9.1f}{kind.cpu_each:>9.2f}{floor.cpu_each / kind.cpu_each:>10.1%}"
        )


# The city


def fill(size: int) -> list[dict]:
    """Firms that owe the month and have begun it; returns what the browser of each has to know."""
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.models import User
    from bench.presses import TABLE
    from bench.presses import fill as fill_a_city
    from reporting.models import Sheet

    known: list[dict] = []
    firms: dict[int, int] = {}
    for client in fill_a_city(size):
        session = client.cookies["sessionid"].value
        firms = firms or dict(User.objects.values_list("pk", "enterprise"))
        firm = firms[int(SessionStore(session)["_auth_user_id"])]
        sheet = Sheet.objects.get(filing__enterprise=firm, filing__period=PERIOD, table=TABLE)
        bare = Sheet.objects.create(filing=sheet.filing, table="软统企0", cells=WIDE)
        known.append({"session": session, "bare_sheet": bare.pk})
    return known


def prepare_submissions() -> None:
    """Every warning explained and 数据审核 passed: only 确定上报 is left."""
    from datetime import datetime

    from accounts.clock import SHANGHAI
    from accounts.models import User
    from bench.presses import MAY, TABLE
    from reporting import workflow
    from reporting.filing.judging import judge
    from reporting.filing.whole import read_whole
    from reporting.models import Filing, Sheet

    Sheet.objects.filter(table="软统企0").delete()
    at = datetime(2024, 6, 5, 9, 30, tzinfo=SHANGHAI)
    for person in User.objects.filter(role="enterprise"):
        filing = Filing.objects.get(enterprise=person.enterprise, period=PERIOD)
        workflow.save_sheet(filing, TABLE, MAY, filing.sheets.get().version, person, at)
        workflow.check(filing, person, at)
        said: dict[str, list[str]] = {}
        for finding in judge(read_whole(person.enterprise_id, PERIOD)).warnings:
            said.setdefault(finding.rule, []).append(finding.fingerprint)
        for rule, fingerprints in said.items():
            workflow.explain_alike(filing, rule, fingerprints, person, at, reason_code="01")


@contextmanager
def server(folder: Path) -> Iterator[tuple]:
    """A database on a PostgreSQL of its own, and the site on it; the address is known before the site starts."""
    from launch.servers import free_port, place_for_postgres, start_postgres, wait_for_port
    from launch.supervision import Supervisor, start

    with Supervisor() as supervisor:
        place = place_for_postgres(folder / "postgres")
        supervisor.folders.append(place)
        postgres, url = start_postgres(place, keep=False)
        supervisor.add(postgres)
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": ""}
        os.environ |= {"VAR_DIR": str(folder / "var"), "SITE_URL": "http://127.0.0.1:8000"}
        port = free_port()

        def open_site():
            words = ["-m", "gunicorn", "desk:application_with_a_bare_view()", "--bind", f"127.0.0.1:{port}"]
            words += [
                "--workers",
                str(WORKERS),
                "--preload",
                "--no-control-socket",
                "--log-level",
                "warning",
                "--timeout",
                "600",
            ]
            kept = os.environ | {"PYTHONPATH": f"{HERE.parent}:{HERE}"}
            with open(folder / "web.log", "w") as log:
                web = supervisor.add(start("web", [sys.executable, *words], kept, stdout=log, stderr=log))
            wait_for_port(web, port)
            return lambda: processor_time_under(web.process.pid, postgres.process.pid)

        yield port, open_site


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=200, help="firms (default 200)")
    size = arguments.parse_args().size
    with tempfile.TemporaryDirectory(prefix="bench-desk-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # root's PostgreSQL runs as nobody and passes through
        with server(folder) as (port, open_site):
            import django

            django.setup()
            from django.core.management import call_command
            from django.db import connection

            call_command("migrate", verbosity=0)
            known = fill(size)
            processes = open_site()
            browsers = [Browser(port, **each) for each in known]
            kinds = [
                Kind("bare view, one row read, one written", Browser.bare),
                Kind("自动保存", lambda browser: browser.press("keep")),
                Kind("保存", lambda browser: browser.press("save")),
                Kind("数据审核 of what is typed", lambda browser: browser.press("check")),
                Kind("the sheet's page", Browser.page),
            ]
            for kind in kinds:  # what is read once, the edition and the templates, is read now, by both workers
                measure(Kind("", kind.act), browsers[: 8 * WORKERS], processes)
            for _ in range(ROUNDS):
                for kind in kinds:
                    measure(kind, browsers, processes)
            prepare_submissions()
            connection.close()
            kinds.append(Kind("确定上报", Browser.submit))
            measure(kinds[-1], browsers, processes)
            print(f"{size} firms, {WORKERS} workers, {AT_ONCE} at a time, {ROUNDS} rounds")
            tell(kinds)


if __name__ == "__main__":
    main()
