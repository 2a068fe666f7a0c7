"""A clerk's clock: what a month and the annual set ask of who files them, from signing in to the receipt.

    python bench/clerk.py

Starts a PostgreSQL and gunicorn of its own and drives a real browser through 软统企6 of 2024M05 (with April and last
May behind it) and through the annual set 2023A of a firm that files for the first time: each cell typed in its turn,
Tab by Tab, which is the floor, and the month also with its figures pasted in one block. Counted are keys and clicks
as the browser is given them, pages loaded, all answers, and the server's processor time, with PostgreSQL's.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Browser, sync_playwright

from bench.desk import server
from bench.keystrokes import chromium_here, freeze, owe

MAY, APRIL, LAST_MAY, ANNUAL = "2024M05", "2024M04", "2023M05", "2023A"
JUNE, MARCH = date(2024, 6, 5), date(2024, 3, 5)
PASSWORD = "Chongqing-Filing-Desk-2024"


class Hands:
    """A person at the browser: every key and every click is counted."""

    def __init__(self, page) -> None:
        self.page = page
        self.keys = self.clicks = self.loads = self.answers = 0
        page.on("response", self._count)

    def _count(self, answer) -> None:
        self.answers += 1
        self.loads += answer.request.is_navigation_request() and answer.status < 300

    def key(self, *names: str) -> None:
        for name in names:
            self.keys += 1
            self.page.keyboard.press(name)

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def click(self, place) -> None:
        self.clicks += 1
        place.click()

    def press(self, words: str) -> None:
        self.click(self.page.get_by_role("button", name=words, exact=True).first)

    def follow(self, words: str) -> None:
        self.click(self.page.get_by_role("link", name=words).first)


def sign_in(hands: Hands, name: str) -> None:
    hands.page.goto("/login/")
    hands.click(hands.page.get_by_label("统一社会信用代码、手机号或用户名"))
    hands.type(name)
    hands.key("Tab")
    hands.type(PASSWORD)
    hands.key("Enter")
    hands.page.get_by_role("button", name="退出").wait_for()


FIELDS = """() => [...document.querySelectorAll("#grid [data-cell] input:not([type=hidden]), #grid [data-cell] select")]
    .map(field => [field.name, field.tagName, field.type, field.value, field.checked])"""


def type_table(hands: Hands, cells: Mapping[str, str]) -> None:
    """Each cell in its turn, Tab by Tab; a list is opened and a choice taken, a box ticked. What is there already is
    left."""
    page = hands.page
    page.wait_for_load_state("networkidle")  # what helps to enter a code has come
    fields = page.evaluate(FIELDS)
    page.locator(f'#grid [name="{fields[0][0]}"]').first.focus()
    hands.clicks += 1
    for name, tag, kind, value, is_ticked in fields:
        text = cells.get(name, "")
        if kind == "checkbox":
            if (value in text.split(",")) != is_ticked:
                hands.key(" ")
        elif text and value.partition(" ")[0] != text:
            if tag == "SELECT":
                hands.clicks += 2
                page.locator(f'#grid [name="{name}"]').select_option(text)
            else:
                hands.type(text)
        hands.key("Tab")


def check_and_submit(hands: Hands, period: str) -> None:
    page = hands.page
    hands.press("数据审核")
    page.wait_for_load_state("networkidle")
    waiting = page.locator(".aside .finding.warning")
    for left in range(waiting.count(), 0, -1):
        hands.clicks += 2
        waiting.first.get_by_label("原因").select_option("01")
        hands.click(waiting.first.get_by_role("button", name="保存说明"))
        waiting.nth(left - 1).wait_for(state="detached")
    hands.click(page.locator("main, body").get_by_role("button", name="确定上报").first)
    page.wait_for_url(f"**/filings/{period}/submit/")
    if page.locator("#obstacles li").count():
        raise SystemExit(f"确定上报 stands in the way of: {page.locator('#obstacles li').all_inner_texts()}")
    hands.click(page.get_by_label("本单位承诺依照《中华人民共和国统计法》"))
    hands.click(page.get_by_label("单位负责人"))
    page.keyboard.press("Control+A")
    hands.type("王经理")
    hands.press("确定上报")
    page.get_by_text("上报回执").wait_for()


def cell_by_cell(hands: Hands, firm, period: str, tables: Mapping[str, Mapping[str, str]]) -> None:
    sign_in(hands, firm.credit_code)
    hands.follow("开始填报")
    for code, cells in tables.items():
        if not hands.page.locator("#grid").count() or code not in hands.page.locator("h1").first.inner_text():
            hands.follow(code)
            hands.page.locator("#grid").wait_for()
        type_table(hands, cells)
        saved(hands)
    check_and_submit(hands, period)


def with_the_desk(hands: Hands, firm, period: str, tables: Mapping[str, Mapping[str, str]]) -> None:
    """What is known is there; the figures of a table are pasted in one block from the firm's own sheet."""
    sign_in(hands, firm.credit_code)
    hands.follow("开始填报")
    page = hands.page
    for code, cells in tables.items():
        if not page.locator("#grid").count() or code not in page.locator("h1").first.inner_text():
            hands.follow(code)
            page.locator("#grid").wait_for()
        if page.locator("#grid table.questionnaire, #grid.questionnaire").count():
            type_table(hands, cells)
        else:
            paste_table(hands, cells)
        saved(hands)
    check_and_submit(hands, period)


def paste_table(hands: Hands, cells: Mapping[str, str]) -> None:
    """One press into the first cell, and the block."""
    page = hands.page
    page.wait_for_load_state("networkidle")  # what takes a block has come
    places = page.evaluate(
        "[...document.querySelectorAll('#grid tbody tr')].map(row => "
        "[...row.querySelectorAll('[data-cell]')].map(cell => cell.dataset.cell))"
    )
    lines = [[cells.get(name, "") for name in row] for row in places[places.index(next(filter(None, places))) :]]
    block = "\n".join("\t".join(line) for line in lines)
    page.evaluate("text => navigator.clipboard.writeText(text)", block)
    first = next(row for row in places if row)
    hands.click(page.locator(f'[data-cell="{first[0]}"] input'))
    hands.key("Control+v")


def saved(hands: Hands) -> None:
    hands.key("Control+s")
    hands.page.locator("#saved-state").filter(has_text="已于").wait_for()


# The firm


def firms_alike(number: int) -> list:
    """As many firms as there are walks, of one and the same figures: what was filed once stays filed.

    They have a business in artificial intelligence, so that all five annual tables apply.
    """
    from reporting.demo.firms import make_firm

    made = [make_firm(each, 1, ("500103",)) for each in range(200)]
    first = next(firm for firm in made if firm.has_ai)
    return [replace(first, credit_code=other.credit_code, name=other.name) for other in made[:number]]


def register(firm):
    from django.contrib.auth.hashers import make_password

    from accounts.models import District, Enterprise, Residence, User

    district, _ = District.objects.get_or_create(code="500103", name="渝中区", kind="区")
    enterprise = Enterprise.objects.create(
        credit_code=firm.credit_code, name=firm.name, attributes=firm.attributes, joined_on=date(2020, 1, 1)
    )
    Residence.objects.create(enterprise=enterprise, district=district, since=enterprise.joined_on)
    User.objects.create(
        username=firm.credit_code, role="enterprise", enterprise=enterprise, name=firm.contact,
        password=make_password(PASSWORD),
    )  # fmt: skip
    return enterprise


def prepare_annual(firm) -> None:
    """The firm files for the first time."""
    be_it(MARCH)
    owe(register(firm), ANNUAL, date(2024, 1, 1))


def prepare_month(firm) -> None:
    """April and last May are approved, May is owed."""
    from reporting.demo.months import monthly_cells

    be_it(JUNE)
    enterprise = register(firm)
    for code, opens_on in ((LAST_MAY, date(2023, 6, 1)), (APRIL, date(2024, 5, 1))):
        year, month = int(code[:4]), int(code[5:])
        typed = monthly_cells(firm, year, month, False, False)
        freeze(owe(enterprise, code, opens_on), enterprise.users.get(), typed)
    owe(enterprise, MAY, date(2024, 6, 1))


def be_it(day: date) -> None:
    from accounts.models import Installation

    Installation.objects.update_or_create(pk=1, defaults={"is_demo": True, "demo_day": day})


# The clock


def tables_of(firm, filing) -> dict[str, dict[str, str]]:
    """What the firm fills in, by table."""
    from reporting.demo.months import monthly_cells
    from reporting.demo.year import annual_cells

    known = {f"{code}.v": text for code, text in firm.attributes.items()}
    cells = known | annual_cells(firm, 2023) if filing.period_id == ANNUAL else monthly_cells(firm, 2024, 5, True, True)
    found = {}
    for table in filing.edition.tables_for(filing.period.parsed, firm.attributes):
        codes = {row.code for row in table.indicators}
        found[table.code] = {key: text for key, text in cells.items() if key.partition(".")[0] in codes}
    return found


@contextmanager
def hands_of(chromium, address: str):
    context = chromium.new_context(base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    try:
        yield Hands(context.new_page())
    finally:
        context.close()


@dataclass
class Clock:
    chromium: Browser
    address: str
    processor_time: Callable[[], float]

    def measure(self, name: str, way: Callable, firm, period: str) -> None:
        """One walk of one firm, on the day its period asks for."""
        from reporting.models import Filing

        (prepare_annual if period == ANNUAL else prepare_month)(firm)
        filing = Filing.objects.get(period=period, enterprise__credit_code=firm.credit_code)
        tables = tables_of(firm, filing)
        with hands_of(self.chromium, self.address) as hands:
            begun = self.processor_time()
            way(hands, firm, period, tables)
            spent = 1000 * (self.processor_time() - begun)
        filing.refresh_from_db()
        if filing.in_force is None:
            raise SystemExit(f"{name}: nothing was filed.")
        print(f"  {name:34}{hands.keys:>7}{hands.clicks:>8}{hands.loads:>8}{hands.answers:>9}{spent:>10.0f}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument(
        "--size", type=int, default=1, help="taken for the sake of other benchmarks; there is one clerk"
    )
    arguments.parse_args()
    executable = chromium_here()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop on this thread
    with tempfile.TemporaryDirectory(prefix="bench-clerk-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # root's PostgreSQL runs as nobody and passes through
        with server(folder) as (port, open_site):
            import django

            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            processes = open_site()
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(
                    executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
                )
                print(f"{'':36}{'keys':>7}{'clicks':>8}{'loads':>8}{'answers':>9}{'CPU ms':>10}")
                clock = Clock(chromium, f"http://127.0.0.1:{port}", processes)
                walks = [
                    ("2023A, cell by cell", cell_by_cell, ANNUAL),
                    ("2024M05, cell by cell", cell_by_cell, MAY),
                    ("2024M05, its figures pasted", with_the_desk, MAY),
                ]
                for firm, (name, way, period) in zip(firms_alike(len(walks)), walks, strict=True):
                    clock.measure(name, way, firm, period)
                chromium.close()


if __name__ == "__main__":
    main()
