"""Whoever goes by keys sees where they are: nothing in focus is under a bar, and a narrow page says what a cell is."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from reporting.workflow.period import owe
from tests.browser.desks import cell
from tests.cast import AT
from tests.may import CLEAN_MAY, make_may, open_period
from tests.officials import file_may, make_it_be

pytestmark = pytest.mark.browser

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LAPTOP = {"width": 1180, "height": 720}  # the help beside the form, and no room for all its columns
DOUBLED = {"width": 720, "height": 450}  # 1440 × 900 at 200 %
SIZES = pytest.mark.parametrize("size", [DESK, LAPTOP, PHONE, DOUBLED], ids=["desk", "laptop", "phone", "200 %"])
SHEETS = ["/filings/2024M05/t6/", "/filings/2023A/t1/", "/filings/2023A/t3/", "/filings/2023A/t4/"]

# What of the element in focus something else covers, and whether the head of its column can be seen.
LOOK = """() => {
  const field = document.activeElement;
  const cell = field.closest("td[data-cell], div[data-cell]") || field;
  const seen = (element, x, y) => { const top = document.elementFromPoint(x, y); return top && element.contains(top); };
  const box = field.getClientRects()[0];
  const places = [[.5, .5], [.03, .1], [.97, .1], [.03, .9], [.97, .9]];
  const covered = places.filter(([x, y]) => !seen(cell, box.left + x * box.width, box.top + y * box.height));
  const column = field.closest("td") && field.closest("table.grid-form:not(.questionnaire)")
    ? field.closest("table").tHead.rows[0].cells[field.closest("td").cellIndex] : null;
  const head = column && column.getBoundingClientRect();
  return {
    name: field.name || field.textContent.trim() || field.tagName,
    covered: covered.length,
    head: !column || seen(column, (head.left + head.right) / 2, (head.top + head.bottom) / 2),
    skips: field.closest(".top, .side, .bars, .action-bar, .skip") !== null || field.matches("body, .table-box"),
  };
}"""
COLUMNS = """() => {
  const first = new Map();
  for (const field of document.querySelectorAll("[data-cell] input:not([type=hidden]), [data-cell] select")) {
    const column = field.closest("td").cellIndex;
    if (!first.has(column)) first.set(column, field.closest("[data-cell]").dataset.cell);
  }
  return [...first.values()];
}"""
IS_IN_SIGHT = """(selector) => {
  const words = document.querySelector(selector);
  const box = words && words.getBoundingClientRect();
  return words && words.contains(document.elementFromPoint(box.left + 9, box.top + 9));
}"""
TAKES_ARROWS = "() => document.activeElement.matches('select, [list]')"


@pytest.fixture
def clerk(cast):
    make_it_be(AT.date())
    make_may(cast)
    owe(cast.yuntu, open_period("2023A", date(2024, 1, 1)))
    return cast.li_na


def window(office, user, size) -> Page:
    page = office.seat_without_the_form(user)
    page.set_viewport_size(size)
    return page


def walk(page: Page, arrow: str, enter: str) -> list[str]:
    """Along the column as far as it goes; what was seen of each cell on the way."""
    names = []
    while True:
        seen = page.evaluate(LOOK)
        if names and seen["name"] == names[-1]:
            return names
        assert not seen["covered"], f"{seen['name']} is covered"
        assert seen["head"], f"no head over {seen['name']}"
        names.append(seen["name"])
        page.keyboard.press(enter if page.evaluate(TAKES_ARROWS) else arrow)


@SIZES
@pytest.mark.parametrize("sheet", SHEETS)
def test_no_cell_in_focus_lies_under_a_bar(office, clerk, sheet, size):
    page = window(office, clerk, size)
    page.goto(sheet)
    columns = page.evaluate(COLUMNS)
    for first in columns:
        page.locator(f'[data-cell="{first}"]').locator("input:not([type=hidden]), select").first.focus()
        down = walk(page, "ArrowDown", "Enter")
        up = walk(page, "ArrowUp", "Shift+Enter")
        assert down == up[::-1] and len(down) > 3


@pytest.mark.parametrize("size", [PHONE, DOUBLED], ids=["phone", "200 %"])
def test_a_narrow_page_says_what_the_cell_is_and_what_was_found(office, clerk, size):
    page = window(office, clerk, size)
    page.goto(SHEETS[0])
    for key, text in (CLEAN_MAY | {"20211.c1": "600"}).items():
        cell(page, key).fill(text)
    cell(page, "20211.c1").focus()
    strip = page.locator("#at-cell")
    expect(strip).to_contain_text("20211 其中：基础软件收入，本年本期累计")
    expect(strip).to_contain_text("万元")
    page.keyboard.press("Control+s")
    expect(strip.locator(".finding.error").first).to_contain_text(
        "600.00"
    )  # the finding of the cell the cursor is still in
    expect(cell(page, "20211.c1")).to_be_focused()
    assert not page.evaluate(LOOK)["covered"]
    for words in ("#at-cell b", "#at-cell .finding.error"):  # said anew when it is judged, and in sight each time
        page.wait_for_function(IS_IN_SIGHT, arg=words)
    cell(page, "2050.c1").focus()
    expect(strip.locator(".finding")).to_have_count(0)


def test_a_wide_page_has_it_beside_the_form(office, clerk):
    page = window(office, clerk, DESK)
    page.goto(SHEETS[0])
    cell(page, "20211.c1").focus()
    expect(page.locator('[data-note="20211"]')).to_be_visible()
    expect(page.locator("#at-cell")).to_be_hidden()


@SIZES
def test_nothing_else_in_focus_lies_under_a_bar(office, cast, clerk, size):
    """The same of links, buttons and fields on pages with bars and with tables whose first column stays."""
    april = owe(cast.yuntu, open_period("2024M04", date(2024, 5, 1)))
    submission = file_may(april, clerk, at=AT.replace(month=5))
    pages = {
        cast.li_na: ["/filings/2024M05/", SHEETS[0]],
        cast.chen_yu: ["/district/queue/2024M05/", f"/district/submissions/{submission.receipt}/"],
        cast.zhou_tao: ["/city/submissions/?period=2024M04", "/city/totals/", "/city/rules/"],
    }
    for user, addresses in pages.items():
        page = window(office, user, size)
        for address in addresses:
            page.goto(address)
            go_through(page, address)


def go_through(page: Page, address: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(LOOK)
        if seen["name"] == "BODY":
            return
        assert seen["skips"] or seen["covered"] < 5, f"{seen['name']} of {address} is covered"
