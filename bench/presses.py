"""How many 保存 and 数据审核 a second one process answers, beside the least either could cost.

    python bench/presses.py --size 400
    DATABASE_URL=postgres://… python bench/presses.py --size 400

Fills a test database of its own with a month that `--size` firms owe, each with the month before and the annual form
behind it, and presses for every firm: requests through all of Django, the page that comes back included. SQLite lies on
disk; with DATABASE_URL the same is measured on that server too. The floor is one judgement of cells at hand and, in one
transaction, the row lock and the writes, with no request and no page; ratios to it compare machines and versions,
presses a second do not.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

HERE = "--measure-here"  # given to the process of one database
TABLE, ROW = "软统企6", "2050.c1"
MAY = {
    "2010.c1": "1000", "2021.c1": "500", "20211.c1": "100", "20212.c1": "50", "2022.c1": "300", "20221.c1": "60",
    "20222.c1": "40", "20223.c1": "0", "20224.c1": "0", "20225.c1": "0", "2023.c1": "100", "20231.c1": "10",
    "2041.c1": "0", "2043.c1": "0", "2050.c1": "400", "2051.c1": "20", "2080.c1": "300", "2090.c1": "280",
    "2110.c1": "120", "2111.c1": "250", "2112.c1": "40", "2113.c1": "12.5",
}  # fmt: skip
STOOD = {**MAY, "2020.c1": "900"}  # what was submitted has its total, too


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=400, help="firms (default 400)")
    arguments.add_argument(HERE, action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.measure_here:
        measure(given.size)
        return
    for url in dict.fromkeys(["", os.environ.get("DATABASE_URL", "")]):
        command = [sys.executable, __file__, "--size", str(given.size), HERE]
        subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=True)


def measure(size: int) -> None:
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    with tempfile.TemporaryDirectory(prefix="bench-presses-") as folder:
        if connection.vendor == "sqlite":  # on disk, as it is used
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "db.sqlite3")
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            presses(fill(size))
        finally:
            teardown_databases(databases, verbosity=0)


def fill(size: int) -> list:
    """Signed-in firms that owe 2024M05 and have begun it."""
    from django.test import Client

    from accounts.models import Installation, User

    Installation.objects.create(pk=1, is_demo=True, demo_day=date(2024, 6, 5))
    firms = register(size)
    for code, opens_on, state in (
        ("2023A", date(2024, 1, 5), "50"),
        ("2024M04", date(2024, 5, 1), "50"),
        ("2024M05", date(2024, 6, 1), "10"),
    ):
        owe(code, opens_on, state, firms)
    people = User.objects.bulk_create(
        [User(username=firm.credit_code, role="enterprise", enterprise=firm, name="统计员") for firm in firms]
    )
    handler = Client().handler  # its middleware is loaded once, as a server's is
    clients = [Client(SERVER_NAME="127.0.0.1") for _ in people]
    for client, person in zip(clients, people, strict=True):
        client.handler = handler
        client.force_login(person, backend="accounts.backends.NameCodeOrMobile")
    return clients


def register(size: int) -> list:
    from accounts.models import District, Enterprise, Residence

    facts = {"A22": "6513", "A34": "1", "A36": "否", "A37": "否", "A38": "否", "A39": "否", "A40": "0"}
    district = District.objects.create(code="500103", name="渝中区", kind="区")
    firms = Enterprise.objects.bulk_create(
        Enterprise(
            credit_code=f"9150{number:014d}",
            name=f"重庆第{number}软件有限公司",
            attributes=facts,
            joined_on=date(2020, 1, 1),
        )
        for number in range(size)
    )
    Residence.objects.bulk_create(Residence(enterprise=firm, district=district, since=firm.joined_on) for firm in firms)
    return firms


def owe(code: str, opens_on: date, state: str, firms: list) -> None:
    """A period all owe: begun, or with a submission that was approved."""
    from accounts.clock import SHANGHAI
    from accounts.models import District, User
    from reporting.models import Filing, Period, Sheet, Submission
    from reporting.workflow.period import store_deadlines

    period = Period.objects.create(code=code, edition_code="chongqing-2024", opens_on=opens_on)
    store_deadlines(period)
    district, by = District.objects.get(), User.objects.get_or_create(username="bench", role="city")[0]
    filings = Filing.objects.bulk_create(
        Filing(enterprise=firm, period=period, district=district, state=state) for firm in firms
    )
    if state == "10":
        Sheet.objects.bulk_create(Sheet(filing=each, table=TABLE, cells=MAY, version=1) for each in filings)
        return
    edition = period.edition
    tables = edition.tables_for(period.parsed, {"A22": "6513", "A34": "1"})
    at = datetime.combine(opens_on, datetime.min.time(), SHANGHAI)
    cells = {
        f"{row.code}.{column}": STOOD.get(f"{row.code}.{column}", "0")
        for table in tables
        for row in table.indicators
        for column in row.columns
        if row.is_figure
    }
    frozen = Submission.objects.bulk_create(
        Submission(
            filing=each,
            number=1,
            receipt=f"{code}-{each.pk}",
            values=cells,
            tables=[table.code for table in tables],
            edition_code=edition.code,
            edition_digest=edition.digest,
            signer="王经理",
            on_time=True,
            submitted_by=by,
            submitted_at=at,
        )
        for each in filings
    )
    for each, submission in zip(filings, frozen, strict=True):
        each.in_force = each.approved = submission
    Filing.objects.bulk_update(filings, ["in_force", "approved"])


def presses(clients: list) -> None:
    from django.db import connection

    press(clients[0], "save", 1)  # what is read once, the edition and the templates, is read now
    press(clients[0], "check", 2)
    floor = {"save": floor_of(writes=3), "check": floor_of(writes=4)}
    print(f"{len(clients)} firms on {connection.vendor}")
    tell("保存, stored without a page", timed(store_for_all()), floor["save"])
    for name, then, version in (("保存", "save", 2), ("数据审核 of what is typed", "check", 3)):
        # The first firm has pressed twice more often: its sheet is two versions ahead.
        judged, queries = counted(partial(press, clients[0], then, version + 2))
        others = [partial(press, client, then, version) for client in clients[1:]]
        tell(f"{name}, with its page", timed(others), floor[then])
        print(f"    judgements {judged}, queries {queries}")


def tell(name: str, rate: float, floor: float) -> None:
    print(f"  {name}: {rate:.1f} a second, {rate / floor:.3f} of the floor ({floor:.0f} a second)")


def store_for_all() -> list[Callable]:
    """workflow.save_sheet alone, for every firm."""
    from accounts.clock import SHANGHAI
    from accounts.models import User
    from reporting import workflow
    from reporting.models import Filing, Sheet

    people = {person.enterprise_id: person for person in User.objects.filter(role="enterprise")}
    versions = dict(Sheet.objects.values_list("filing", "version"))
    at = datetime(2024, 6, 5, 9, 30, tzinfo=SHANGHAI)

    def store(filing: Filing) -> None:
        cells, version = {ROW: str(300 + versions[filing.pk])}, versions[filing.pk]
        workflow.save_sheet(filing, TABLE, cells, version, people[filing.enterprise_id], at)

    filings = Filing.objects.filter(period="2024M05").order_by("pk")
    return [partial(store, filing) for filing in filings]


def press(client, then: str, version: int) -> None:
    """One press on the form of the month, as the page's own script sends it."""
    cells = {**MAY, ROW: str(400 + version)}
    sent = {**cells, "version": version, "then": then}
    answer = client.post("/filings/2024M05/t6/", sent, follow=True, headers={"HX-Request": "true"})
    if answer.status_code != 200 or f'name="version" value="{version + 1}"' not in answer.content.decode():
        raise SystemExit(f"A press was not answered with what it stored: {answer.status_code}.")


def counted(act: Callable) -> tuple[int, int]:
    """How often a filing is judged, and how many queries are asked (what begins and ends a transaction is none)."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from reporting.filing import judging

    judged, judge_cells = [], judging.judge_cells

    def count(*given):
        judged.append(given)
        return judge_cells(*given)

    judging.judge_cells = count
    try:
        with CaptureQueriesContext(connection) as captured:
            act()
    finally:
        judging.judge_cells = judge_cells
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return len(judged), sum(not query["sql"].startswith(control) for query in captured.captured_queries)


def floor_of(writes: int) -> float:
    """Presses a second that judge cells at hand and write: sheet, filing and a journal line for each act."""
    from django.db import transaction

    from accounts import journal
    from accounts.clock import SHANGHAI
    from reporting.filing.judging import facts_for, judge_cells
    from reporting.models import Filing, Sheet

    filings = Filing.objects.filter(period="2024M05").select_related("enterprise", "period", "district")
    filing = filings.order_by("-pk").first()
    facts, at = facts_for(filing), datetime(2024, 6, 5, 9, 30, tzinfo=SHANGHAI)
    sheet = Sheet.objects.get(filing=filing)

    def least() -> None:
        with transaction.atomic():
            Filing.objects.select_for_update().get(pk=filing.pk)
            judge_cells(filing.edition, sheet.cells, facts)
            sheet.save(update_fields=["cells"])
            filing.save(update_fields=["checked"])
            for _ in range(writes - 2):
                journal.record(
                    by=None, at=at, action="数据审核", enterprise=filing.enterprise, district=filing.district
                )

    return timed([least] * 100)


def timed(acts: list[Callable]) -> float:
    """How many such acts a second, by the one in the middle: what else the machine does meanwhile tells less in it."""
    seconds = []
    for act in acts:
        begun = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - begun)
    return 1 / statistics.median(seconds)


if __name__ == "__main__":
    main()
