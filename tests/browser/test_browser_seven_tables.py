"""保存 and 数据审核, pressed twice on each of the seven tables: what the bar says is true. And two people at one."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from reporting.workflow.period import owe
from tests.browser.desks import cell, fill, press
from tests.cast import AT, make_enterprise, make_user
from tests.may import fresh, open_period
from tests.officials import make_it_be

pytestmark = pytest.mark.browser
ANNUAL, MAY = "2023A", "2024M05"

TABLES = ("t1", "t2", "t3", "t4", "t5", "t6", "t7")


@pytest.fixture
def clerk(cast):
    """Of a key IC-design firm with a business in artificial intelligence: it owes all seven tables."""
    attributes = {"A22": "6520", "A34": "2", "A37": "是", "A38": "是"}
    firm = make_enterprise("91500103MA7AAAA12K", "重庆七表科技有限公司", cast.yuzhong, **attributes)
    for code, day in ((ANNUAL, date(2024, 1, 1)), (MAY, date(2024, 6, 1))):
        owe(firm, open_period(code, day))
    make_it_be(AT.date())
    return make_user("seven", "钱七", "enterprise", enterprise=firm)


def open_table(page: Page, key: str) -> None:
    page.goto(f"/filings/{MAY if key in ('t6', 't7') else ANNUAL}/{key}/")


def press_and_read(page: Page, words: str) -> str:
    """What the bar says when the answer is there."""
    press(page, words)
    expect(page.get_by_role("button", name=words, exact=True)).to_be_enabled()
    expect(page.locator("#saved-state")).not_to_have_text("正在保存…")
    return page.locator("#saved-state").inner_text()


@pytest.mark.parametrize("key", TABLES)
def test_each_table_is_saved_and_checked_twice_and_the_bar_says_so(office, clerk, key):
    page = office.seat_without_the_form(clerk)
    open_table(page, key)
    figure = page.locator("#grid input[inputmode=decimal]").first
    name, told = figure.get_attribute("name"), []
    for text in ("100", "110"):
        figure.fill(text)
        told.append(press_and_read(page, "保存"))
        told.append(press_and_read(page, "数据审核"))
    assert all(words.startswith("已于") and words.endswith("保存") for words in told), told
    expect(page.locator("#refusal")).to_be_empty()
    sheet = fresh(clerk.enterprise.filings.get(period_id=page.url.split("/")[-3])).sheets.get()
    assert (sheet.cells[name], sheet.version) == ("110", 2)


def test_boxes_are_ticked_saved_cleared_and_saved_again(office, clerk):
    page = office.seat_without_the_form(clerk)
    open_table(page, "t1")
    boxes = page.locator('[name="A47.v"][type=checkbox]')
    filing = clerk.enterprise.filings.get(period=ANNUAL)
    for ticked in (True, False, True):
        boxes.first.set_checked(ticked)
        expect(page.locator("#saved-state")).to_have_text("有未保存的修改")
        assert press_and_read(page, "保存").startswith("已于")
        assert ("A47.v" in filing.sheets.get().cells) is ticked


def test_a_page_that_cannot_follow_says_that_it_was_saved_and_is_loud(office, clerk):
    page = office.seat_without_the_form(clerk)
    open_table(page, "t6")
    page.evaluate("document.querySelector('h1').remove()")
    fill(page, {"2010.c1": "100"})
    assert press_and_read(page, "保存") == "已保存，但本页没能更新。请重新载入本页后再继续填写。"
    assert clerk.enterprise.filings.get(period=MAY).sheets.get().cells == {"2010.c1": "100"}
    assert "textContent" in office.complaints.pop()  # it reached the console


def test_the_keyboard_stays_on_the_button_it_pressed(office, clerk):
    page = office.seat_without_the_form(clerk)
    open_table(page, "t6")
    fill(page, {"2010.c1": "100"})
    page.get_by_role("button", name="保存", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    expect(page.get_by_role("button", name="保存", exact=True)).to_be_focused()


def test_two_people_on_different_cells_both_save_and_see_each_others(office, cast, clerk):
    other = make_user("eight", "孙八", "enterprise", enterprise=clerk.enterprise)
    first, second = office.seat_without_the_form(clerk), office.seat_without_the_form(other)
    for page in (first, second):
        open_table(page, "t6")
    fill(first, {"2010.c1": "1000"})
    assert press_and_read(first, "保存").startswith("已于")
    fill(second, {"2050.c1": "400"})
    told = press_and_read(second, "保存")
    assert told.startswith("已于") and "由钱七保存过，您没有改动，已换成保存的内容" in told
    expect(cell(second, "2010.c1")).to_have_value("1,000.00")
    fill(second, {"2010.c1": "1100"})
    assert press_and_read(second, "保存").startswith("已于")
    fill(first, {"2010.c1": "1200", "2051.c1": "20"})
    assert press_and_read(first, "保存").startswith("没有保存：有 1 格在您打开之后已存为别的内容")
    expect(first.locator('[data-cell="2010.c1"]')).to_contain_text("已存：1100；您（钱七）填的：1200")
    expect(first.locator("[data-cell].conflict")).to_have_count(1)
    expect(cell(first, "2010.c1")).to_have_value("1,200.00")
    expect(cell(first, "2050.c1")).to_have_value("400.00")  # 孙八's, not touched here
    assert press_and_read(first, "保存").startswith("已于")
    kept = clerk.enterprise.filings.get(period=MAY).sheets.get().cells
    assert kept == {"2010.c1": "1200", "2050.c1": "400", "2051.c1": "20"}
