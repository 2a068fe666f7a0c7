"""边填边审 on the official form: findings, totals and what was filed before, while somebody types."""

import re
from datetime import date, datetime
from decimal import Decimal
from random import Random
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from reporting import workflow
from reporting.filing.judging import judge, typed_cells
from reporting.firm.views.overview import Overview
from reporting.models import State
from reporting.pages.grid import lay_out
from reporting.workflow.period import owe
from tests.browser.desks import cell, fill, save
from tests.browser.soundness import WIDTHS, grave_issues, width_needed
from tests.cast import AT, SHANGHAI, Cast, make_enterprise, make_user
from tests.may import CLEAN_MAY, fresh, open_period
from tests.officials import file_may, freeze, make_it_be
from tests.rules.test_rules import EDITION

pytestmark = pytest.mark.browser

APRIL_MORNING = datetime(2024, 5, 7, 9, 0, tzinfo=SHANGHAI)
FORM = "/filings/2024M05/t6/"
LOW_PAY = "2111.c1"  # R625: less than 200 a head and month must be explained
ABOVE_ITS_WHOLE = "软统企6表20211“其中：基础软件收入”的“本年本期累计”"


@pytest.fixture
def month(cast: Cast) -> SimpleNamespace:
    """April is filed and approved, one of its warnings explained; May lies blank before 云图."""
    april = open_period("2024M04", date(2024, 5, 1))
    filed = file_may(owe(cast.yuntu, april), cast.li_na, april_cells(), at=APRIL_MORNING)
    workflow.approve(filed, cast.chen_yu, APRIL_MORNING)
    may = open_period("2024M05", date(2024, 6, 1))
    make_it_be(AT.date())
    return SimpleNamespace(cast=cast, filing=owe(cast.yuntu, may))


def april_cells() -> dict[str, str]:
    """Four fifths of May in everything that accumulates."""
    still = {"2112.c1", "2113.c1"}
    cells = {key: text if key in still else str(Decimal(text) * 4 / 5) for key, text in CLEAN_MAY.items()}
    return cells | {LOW_PAY: "20"}


@pytest.fixture
def clerk(office, month) -> Page:
    page = office.seat_without_the_form(month.cast.li_na)
    open_form(page)
    return page


def open_form(page: Page, address: str = FORM) -> None:
    with page.expect_response(re.compile("/known/$")):
        page.goto(address)


def here(page: Page):
    return page.locator("#while-typing .finding")


def mark(page: Page, key: str):
    return page.locator(f'[id="now-{key}"]')


def test_a_finding_comes_and_goes_while_somebody_types_and_nothing_is_sent(clerk):
    fill(clerk, CLEAN_MAY)
    sent = []
    clerk.on("request", lambda request: sent.append(request.url))
    cell(clerk, "20211.c1").press("Control+A")
    clerk.keyboard.type("600")
    expect(mark(clerk, "20211.c1")).to_contain_text("须修改 R602")
    error = here(clerk).filter(has_text="R602")
    expect(error).to_contain_text(f"{ABOVE_ITS_WHOLE}：")
    expect(error).to_contain_text("现为 600.00 万元，而 2021“1.软件产品收入”为 500.00 万元，相差 100.00 万元")
    expect(cell(clerk, "20211.c1")).to_have_attribute("aria-invalid", "true")
    cell(clerk, "2112.c1").focus()
    error.get_by_role("link").first.click()
    expect(cell(clerk, "20211.c1")).to_be_focused()
    clerk.keyboard.press("Control+A")
    clerk.keyboard.type("100")
    expect(error).to_have_count(0)
    expect(mark(clerk, "20211.c1")).to_be_hidden()
    expect(cell(clerk, "20211.c1")).not_to_have_attribute("aria-invalid", "true")
    assert sent == []


def test_totals_and_growth_fill_themselves(clerk):
    expect(cell(clerk, "2020.c1")).to_have_text("—")
    for key in ("2021.c1", "2022.c1", "2023.c1"):
        cell(clerk, key).fill(CLEAN_MAY[key])
    expect(cell(clerk, "2020.c1")).to_have_text("900.00")  # 500 + 300 + 100, and nothing in a row that does not apply
    expect(cell(clerk, "2020.c5")).to_have_text("25.0")  # 900 / 720 − 1
    cell(clerk, "2021.c1").fill("１,５００．５")
    expect(cell(clerk, "2020.c1")).to_have_text("1,900.50")
    cell(clerk, "2023.c1").fill("")
    expect(cell(clerk, "2020.c1")).to_have_text("—")  # a blank is not zero


def test_growth_follows_an_amount_that_is_being_typed(clerk):
    growth = cell(clerk, "2010.c5")
    cell(clerk, "2010.c1").focus()
    clerk.keyboard.type("1.2")
    expect(growth).to_have_text("-99.9")  # 1.2 / 800 − 1
    clerk.keyboard.type("亿")
    expect(growth).to_have_text("1,400.0")  # 12,000 / 800 − 1
    clerk.keyboard.type("美元")
    expect(growth).to_have_text("—")
    for _ in range(3):
        clerk.keyboard.press("Backspace")
    clerk.keyboard.type("00")
    expect(growth).to_have_text("-99.9")


def test_what_cannot_be_read_is_said_when_the_cell_is_left(clerk):
    fill(clerk, CLEAN_MAY)
    cell(clerk, "2010.c1").fill("")
    cell(clerk, "2010.c1").type("12,0")
    expect(mark(clerk, "2010.c1")).to_have_count(0)
    clerk.keyboard.press("Tab")
    expect(mark(clerk, "2010.c1")).to_have_text(re.compile("^“12,0”的千分位逗号位置不对"))
    expect(here(clerk).filter(has_text="软统企6表2010“主营业务收入”的“本年本期累计”：“12,0”")).to_have_count(1)
    cell(clerk, "2010.c1").fill("1,200")
    expect(mark(clerk, "2010.c1")).to_be_hidden()


def test_after_a_save_the_servers_list_says_it_alone(clerk):
    fill(clerk, CLEAN_MAY | {"20211.c1": "600"})
    expect(here(clerk).filter(has_text="R602")).to_have_count(1)
    save(clerk)
    expect(clerk.locator("#found .finding.error").filter(has_text="R602")).to_have_count(1)
    expect(here(clerk)).to_have_count(0)
    expect(mark(clerk, "20211.c1")).to_have_count(0)
    expect(clerk.locator('[id="says-20211.c1"]')).to_contain_text("须修改 R602")
    cell(clerk, "20211.c1").fill("100")  # mended, and not stored
    overtaken = clerk.locator("#found .finding.error.overtaken").filter(has_text="R602")
    expect(overtaken).to_contain_text("按现在填的数，这一处已不成立")
    expect(clerk.locator('[id="says-20211.c1"]')).to_be_hidden()
    cell(clerk, "20211.c1").fill("600")
    expect(overtaken).to_have_count(0)
    expect(clerk.locator('[id="says-20211.c1"]')).to_be_visible()


def test_a_warning_is_explained_where_it_is_found_with_the_words_of_last_time(clerk, month):
    fill(clerk, CLEAN_MAY | {LOW_PAY: "30"})
    warning = here(clerk).filter(has_text="须说明 R625")
    expect(warning).to_contain_text("现为 30，而 0.2×2112×月份 为 40")
    warning.get_by_role("button", name="写说明").click()
    stored = clerk.locator("#found .finding.warning").filter(has_text="R625")
    expect(stored.get_by_label("原因")).to_be_focused()
    assert fresh(month.filing).sheets.get().cells[LOW_PAY] == "30"  # an explanation rests on stored figures
    expect(stored.locator(".offered")).to_contain_text("2024年4月的说明：01")
    stored.get_by_role("button", name="沿用").click()
    expect(stored.get_by_label("原因")).to_have_value("01")
    stored.get_by_label("文字说明").evaluate("field => { field.style.height = '9rem'; }")  # drawn larger by hand
    stored.get_by_role("button", name="保存说明").click()
    said = clerk.locator("#found .finding.note").filter(has_text="已说明 R625")
    expect(said).to_have_count(1)
    expect(here(clerk).filter(has_text="R625")).to_have_count(0)
    assert clerk.evaluate("document.activeElement.matches('.finding *, #last-step, #first-step')")  # where one goes on

    with clerk.expect_response(re.compile("/known/$")):
        clerk.reload()
    cell(clerk, "2010.c1").fill("1001")  # the explanation does not rest on it
    expect(cell(clerk, "2010.c5")).to_have_text("25.1")
    expect(clerk.locator("#found .overtaken").filter(has_text="R625")).to_have_count(0)
    cell(clerk, LOW_PAY).fill("31")
    expect(clerk.locator("#found .overtaken").filter(has_text="R625")).to_contain_text("这条说明不再有效")
    expect(here(clerk).filter(has_text="须说明 R625")).to_contain_text("现为 31")
    cell(clerk, LOW_PAY).fill("30")
    expect(clerk.locator("#found .overtaken").filter(has_text="R625")).to_have_count(0)
    expect(here(clerk).filter(has_text="R625")).to_have_count(0)


@pytest.mark.parametrize("width", WIDTHS)
def test_beside_the_cell_stands_what_was_filed_before(clerk, width):
    clerk.set_viewport_size({"width": width, "height": 844})
    open_form(clerk)
    cell(clerk, "2010.c1").fill("1000")
    place = clerk.locator("#past" if width == max(WIDTHS) else "#at-cell")
    expect(place).to_contain_text("上期（2024年4月） 800.00 万元")
    expect(place.locator("svg")).to_be_visible()
    expect(place.locator("svg text").first).to_have_text("1,000.00 万元")  # at the last point, what is typed now
    clerk.keyboard.press("Alt+i")
    note = clerk.locator('[data-note="2010"]' if width == max(WIDTHS) else "#at-cell")
    expect(note).to_be_focused()
    clerk.keyboard.press("Escape")
    expect(cell(clerk, "2010.c1")).to_be_focused()
    assert width_needed(clerk) <= width
    assert grave_issues(clerk, with_contrast=width == max(WIDTHS)) == []


def test_without_the_rules_the_form_is_what_it_was(office, month):
    page = office.seat_without_the_form(month.cast.li_na)
    page.route(re.compile("/judging/"), lambda route: route.fulfill(status=404, body=""))
    page.goto(FORM)
    fill(page, CLEAN_MAY | {"20211.c1": "600"})
    save(page)
    expect(page.locator("#found .finding.error").filter(has_text="R602")).to_have_count(1)
    expect(here(page)).to_have_count(0)


ANNUAL, MAY = "2023A", "2024M05"
SPELLINGS = ["0", "7", "12.50", "１２", "1,234.5", "1e3", "12万元", "-5", "", "999999", "12.345", "(3)", "0.4", "88"]
EDIT = """edits => {
    for (const [id, text] of edits) {
        const field = document.getElementById(id);
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }
}"""
SEEN = """() => {
    const texts = (selector) => [...document.querySelectorAll(selector)].map(each => each.textContent.trim());
    const words = [...document.querySelectorAll("#while-typing:not([hidden]) .finding > p:first-child")]
        .map(line => line.textContent.replace(line.querySelector(".kind").textContent, "").trim());
    return {
        said: [...words, ...texts("#found .finding:not(.overtaken) [data-said]")],
        worked_out: Object.fromEntries([...document.querySelectorAll("#grid .locked-figure")]
            .map(each => [each.id.slice("cell-".length), each.textContent.trim()])),
        typed: Object.fromEntries([...new FormData(document.getElementById("grid"))]),
    };
}"""


@pytest.fixture
def seven_tables(cast: Cast) -> SimpleNamespace:
    """A key firm that owes all seven tables, each begun; what it filed the year and the month before lies behind."""
    attributes = {"A22": "6520", "A34": "2", "A36": "是", "A37": "是", "A38": "是"}
    firm = make_enterprise("91500103MA7AAAA12K", "重庆七表科技有限公司", cast.yuzhong, date(2020, 1, 1), **attributes)
    clerk = make_user("seven", "钱七", "enterprise", enterprise=firm)
    filings = {}
    for code, day in (("2022A", 2023), (ANNUAL, 2024), ("2024M04", 2024), (MAY, 2024)):
        filing = owe(firm, open_period(code, date(day, 1, 1)))
        figures = figures_of(filing.edition, filing.period.parsed.frequency)
        if code in (ANNUAL, MAY):
            for table, cells in figures.items():
                filing.sheets.create(table=table, cells=cells, version=1)
            filings |= dict.fromkeys(figures, filing)
        else:
            approve_frozen(filing, clerk, {key: text for cells in figures.values() for key, text in cells.items()})
    make_it_be(AT.date())
    return SimpleNamespace(clerk=clerk, filings=filings)


def figures_of(edition, frequency: str) -> dict[str, dict[str, str]]:
    """Ten in every figure nobody else fills in, by table."""
    return {
        table.code: {
            f"{row.code}.{key}": "10"
            for row in table.indicators
            for key in row.columns
            if row.is_figure and not (row.formula_in(key) or row.column(key).carry)
        }
        for table in edition.tables
        if table.frequency == frequency
    }


def approve_frozen(filing, by, typed: dict[str, str]) -> None:
    submission = freeze(filing, by, judge(filing, typed).values_as_text())
    filing.in_force = filing.approved = submission
    filing.state = State.APPROVED
    filing.save()


@pytest.mark.parametrize("table", EDITION.tables, ids=lambda table: table.key)
def test_random_edits_on_the_page_say_and_fill_in_what_the_server_would(office, seven_tables, table):
    """On the questionnaire the script leaves some texts to the server: there it says no more than the server."""
    page, dice = office.seat_without_the_form(seven_tables.clerk), Random(f"{table.key} 边填边审")
    filing = seven_tables.filings[table.code]
    open_form(page, f"/filings/{filing.period_id}/{table.key}/")
    fields = page.evaluate("[...document.querySelectorAll('#grid input[inputmode=decimal]')].map(each => each.id)")
    for _ in range(12):
        chosen = dice.sample(fields, min(dice.choice((1, 2, 6)), len(fields)))
        page.evaluate(EDIT, [[field, dice.choice(SPELLINGS)] for field in chosen])
        seen = page.evaluate(SEEN)
        overview = Overview(fresh(filing), AT, typed_cells(filing) | typed_in(seen, table))
        grid = lay_out(table, overview.typed, overview.judgement.completed)
        worked_out = {cell.key: cell.shown for row in grid.rows for cell in row.cells if cell and cell.locked}
        for key, shown in worked_out.items():
            if key in seen["worked_out"]:
                assert seen["worked_out"][key] == (shown or "—"), key
        said, servers = sorted(seen["said"]), sorted(all_that_is_said(overview, table, grid))
        if table.key == "t1":
            assert [words for words in said if words not in servers] == []
        else:
            assert said == servers


def typed_in(seen, table) -> dict[str, str]:
    cells = {f"{row.code}.{key}" for row in table.indicators for key in row.columns}
    return {key: text for key, text in seen["typed"].items() if key in cells}


def all_that_is_said(overview, table, grid) -> list[str]:
    """What the server's list would say: the blanks together, what cannot be read, errors and warnings."""
    blank = len(overview.missing_in(table))
    zero = "" if grid.is_questionnaire else "，没有发生额请填 0"
    return [
        *([f"还有 {blank} 个必填格空着{zero}。"] if blank else []),
        *(problem.problem for problem, _ in overview.problems_of(table)),
        *(shown.message for level in ("error", "warning") for shown in overview.findings(level, table)),
    ]


def test_a_newcomer_is_told_which_history_it_types_and_what_reads_it(office, seven_tables):
    page = office.seat_without_the_form(seven_tables.clerk)
    page.goto(f"/filings/{MAY}/t6/")
    told = page.locator("#history-to-type")
    expect(told).to_contain_text("去年同期累计（")
    expect(told).to_contain_text("同比（%）由它算出。")
    expect(told).to_contain_text("本期数要和它比，差得多的须改正或说明：")
    expect(told).not_to_contain_text("上期累计")  # April was filed
    page.goto(f"/filings/{ANNUAL}/t4/")
    expect(told).to_have_count(0)
