"""How soon a verdict stands at the cell after a key, and what the annual set's pages weigh, in a real browser.

    python bench/keystrokes.py --size 300

Fills a test database of its own with a firm that owes 2024A and filed 2023A, and types `--size` keys into 软统企4 in
Chromium: from the key to the frame that shows the verdict. The floor is measured in the same run: from a key to the
frame that shows what a page with one field and one listener writes. Then the five pages of the annual set are opened
one after the other: what came over the line, compressed as nginx compresses it, whether anything came from elsewhere,
and when the rules were judged for the first time with the processor slowed down four times.
"""

import argparse
import gzip
import os
import shutil
import statistics
import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

ANNUAL = ("t1", "t2", "t3", "t4", "t5")
FIELD, KEYS = "E119.y", ("9", "Backspace")  # 其他基础软件 beyond half of all, which must be explained, and back again
# From a key to the frame in which its verdict was drawn: the first task after the frame's own callbacks.
WATCH = """([name, field]) => {
    globalThis.times = [];
    let pressed = 0;
    document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
    const drawn = () => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { if (pressed) times.push(performance.now() - pressed); pressed = 0; };
        port2.postMessage(null);
    });
    (name === "input" ? document.getElementById(field) : document).addEventListener(name, () => {
        if (name === "input") document.querySelector("output").textContent = document.getElementById(field).value;
        drawn();
    });
}"""
BARE = '<!doctype html><input id="bare"><output></output>'


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--size", type=int, default=300, help="keys (default 300)")
    size = arguments.parse_args().size
    browser = chromium_here()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop on this thread
    import django

    django.setup()
    from django.db import connection, connections
    from django.test.testcases import LiveServerThread, _StaticFilesHandler
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    with tempfile.TemporaryDirectory(prefix="bench-keystrokes-") as folder:
        connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "db.sqlite3")  # threads read it
        databases = setup_databases(verbosity=0, interactive=False)
        server = LiveServerThread("127.0.0.1", _StaticFilesHandler)
        try:
            session = fill()
            server.daemon = True
            server.start()
            server.is_ready.wait()
            measure(browser, f"http://127.0.0.1:{server.port}", session, size)
        finally:
            server.terminate()
            connections.close_all()
            teardown_databases(databases, verbosity=0)


def chromium_here() -> str:
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not browser:
        raise SystemExit("No Chromium: apt-get install chromium-headless-shell, or name it in CHROMIUM.")
    return browser


def fill() -> str:
    """A firm with all five annual tables, last year's filed and this year's begun; the key of its session."""
    from django.test import Client

    from accounts.models import District, Enterprise, Installation, Residence, User
    from reporting.models import Sheet

    Installation.objects.create(pk=1, is_demo=True, demo_day=date(2025, 2, 10))
    facts = {"A22": "6513", "A34": "1", "A36": "否", "A37": "是", "A38": "否", "A39": "否", "A40": "0"}
    district = District.objects.create(code="500103", name="渝中区", kind="区")
    firm = Enterprise.objects.create(
        credit_code="91500103MA5U12346B", name="重庆云图软件有限公司", attributes=facts, joined_on=date(2020, 1, 1)
    )
    Residence.objects.create(enterprise=firm, district=district, since=firm.joined_on)
    person = User.objects.create(username=firm.credit_code, role="enterprise", enterprise=firm, name="统计员")
    before = owe(firm, "2023A", date(2024, 1, 5))
    freeze(before, person, {key: text for cells in figures_of(before).values() for key, text in cells.items()})
    filing = owe(firm, "2024A", date(2025, 1, 5))
    for table, cells in figures_of(filing).items():
        Sheet.objects.create(filing=filing, table=table, cells=cells, version=1)
    client = Client()
    client.force_login(person, backend="accounts.backends.NameCodeOrMobile")
    return client.session.session_key


def owe(firm, code: str, opens_on: date):
    from reporting.models import Period
    from reporting.workflow.period import owe, store_deadlines

    period, is_new = Period.objects.get_or_create(
        code=code, defaults={"edition_code": "chongqing-2024", "opens_on": opens_on}
    )
    if is_new:
        store_deadlines(period)
    return owe(firm, period)


def figures_of(filing) -> dict[str, dict[str, str]]:
    """Ten in every figure nobody else fills in, by table, and the answers that decide about tables."""
    own = {
        table.code: {
            f"{row.code}.{key}": "10"
            for row in table.indicators
            for key in row.columns
            if row.is_figure and not (row.formula_in(key) or row.column(key).carry)
        }
        for table in filing.edition.tables
        if table.frequency == "annual"
    }
    own["软统企1"] |= {"A36.v": "否", "A37.v": "是", "A34.v": "1", "A22.v": "6513"}
    return own


def freeze(filing, person, typed: dict[str, str]) -> None:
    from django.utils import timezone

    from reporting.filing.judging import facts_for, judge_cells
    from reporting.models import Submission

    judgement = judge_cells(filing.edition, typed, facts_for(filing))
    frozen = Submission.objects.create(
        filing=filing, number=1, receipt=f"{filing.period_id}-{filing.pk}", values=judgement.values_as_text(),
        tables=[table.code for table in judgement.tables], edition_code=filing.edition.code,
        edition_digest=filing.edition.digest, signer="王经理", on_time=True, submitted_by=person,
        submitted_at=timezone.now(),
    )  # fmt: skip
    filing.in_force = filing.approved = frozen
    filing.state = "50"
    filing.save(update_fields=["in_force", "approved", "state"])


def measure(executable: str, address: str, session: str, size: int) -> None:
    from django.conf import settings
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}

        def signed_in():
            context = browser.new_context(base_url=address, locale="zh-CN")
            context.add_cookies([cookie])
            return context.new_page()

        tell_keys(bare(browser.new_page(), size), typed(signed_in(), size))
        weigh(signed_in(), address)
        first_verdict(signed_in(), signed_in())
        browser.close()


def bare(page, size: int) -> list[float]:
    page.set_content(BARE)
    page.evaluate(WATCH, ["input", "bare"])
    page.locator("#bare").focus()
    return press(page, size)


def typed(page, size: int) -> list[float]:
    with page.expect_response("**/known/"):
        page.goto("/filings/2024A/t4/")
    field = page.locator(f'[id="cell-{FIELD}"]')
    field.focus()
    page.wait_for_selector("#past svg")
    field.press("End")
    page.evaluate(WATCH, ["judged", ""])
    times = press(page, size)
    page.keyboard.type("999999")
    page.wait_for_selector(f'[id="now-{FIELD}"]')  # it is a verdict that was waited for
    return times


def press(page, size: int) -> list[float]:
    """Each key when the frame of the one before was there: 99 → 999999 is a finding, and gone again."""
    keys = [key for key in KEYS for _ in range(6)]
    for number in range(size):
        page.keyboard.press(keys[number % len(keys)])
        page.wait_for_function("count => times.length >= count", arg=number + 1)
    return page.evaluate("times")


def tell_keys(floor: list[float], times: list[float]) -> None:
    print(f"软统企4 with the year before, {len(times)} keys: from the key to the frame that shows the verdict")
    for name, at in (("median", 0.5), ("p95", 0.95)):
        least, took = (quantile(found, at) for found in (floor, times))
        print(f"  {name}: {took:.1f} ms, {took / least:.2f} × a bare listener and its frame ({least:.1f} ms)")


def quantile(times: list[float], at: float) -> float:
    return statistics.quantiles(times, n=100)[round(at * 100) - 1]


def weigh(page, address: str) -> None:
    """The annual set as a clerk goes through it; what has its contents' mark in its address, and so is kept, once."""
    fetched: list = []
    kept: set[str] = set()
    weights: dict[str, int] = {}
    page.on("response", lambda answer: fetched.append(answer))
    for key in ANNUAL:
        begun = len(fetched)
        with page.expect_response("**/known/") as known:
            page.goto(f"/filings/2024A/{key}/")
        known.value.finished()
        page.wait_for_load_state("networkidle")
        for answer in fetched[begun:]:
            if answer.url in kept:
                continue
            kept |= {answer.url} if "/static/" in answer.url or "/judging/" in answer.url else set()
            made = {"/judging/": "rules", "/known/": "facts"}
            kind = next((name for part, name in made.items() if part in answer.url), answer.request.resource_type)
            weights[kind] = weights.get(kind, 0) + weight_of(answer)
    foreign = [answer.url for answer in fetched if not answer.url.startswith(address)]
    heaviest = sorted(weights.items(), key=lambda each: -each[1])
    parts = ", ".join(f"{kind} {weight / 1000:.1f}" for kind, weight in heaviest)
    print(f"annual set: {sum(weights.values()) / 1000:.1f} kB compressed in {len(fetched)} answers ({parts} kB)")
    print(f"  from elsewhere: {len(foreign)}")


def weight_of(answer) -> int:
    """As it crosses the line behind nginx; nothing for what the browser had kept."""
    sizes = answer.request.sizes()
    if not sizes["responseBodySize"] or answer.status in (204, 304):
        return 0
    is_compressed = "gzip" in answer.headers.get("content-encoding", "")
    return sizes["responseBodySize"] if is_compressed else len(gzip.compress(answer.body(), 6))


def first_verdict(page, without) -> None:
    """软统企4 with nothing kept, the processor four times slower; beside it the same page without a script."""
    without.route("**/*.js", lambda route: route.abort())
    page.add_init_script("document.addEventListener('judged', () => { globalThis.judgedAt ??= performance.now(); })")
    floor, ready = (slowly(each) for each in (without, page))
    page.wait_for_selector("#found-now")
    judged = page.evaluate("judgedAt")
    print("软统企4 at 4 × throttling, from the press on its link:")
    print(f"  takes keys after {ready:.0f} ms, {ready / floor:.2f} × the page without a script ({floor:.0f} ms)")
    print(f"  first judged after {judged:.0f} ms")


def slowly(page) -> float:
    line = page.context.new_cdp_session(page)
    line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto("/filings/2024A/t4/", wait_until="domcontentloaded", timeout=120_000)
    return page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")


if __name__ == "__main__":
    main()
