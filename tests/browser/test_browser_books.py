"""A firm's own 利润表 in a real browser: dropped on the sheet, read, looked at, taken; the second month by what was
confirmed in the first."""

import base64
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from reporting.workflow.period import owe
from tests.books.firm_books import SMALL_PROFIT, copied, small_profit
from tests.browser.desks import cell, press
from tests.browser.soundness import WIDTHS, grave_issues, width_needed
from tests.cast import AT
from tests.may import make_may, open_period
from tests.officials import make_it_be

pytestmark = pytest.mark.browser

DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  const on = document.querySelector("#grid table");
  const options = { dataTransfer, bubbles: true, cancelable: true };
  on.dispatchEvent(new DragEvent("dragover", options));
  on.dispatchEvent(new DragEvent("drop", options));
}"""


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def page(office, may):
    return office.seat_without_the_form(may.clerk)


def drop(page: Page, content: bytes, name: str = "利润表.xlsx") -> None:
    with page.expect_navigation():
        page.evaluate(DROP, [name, base64.b64encode(content).decode()])


def tick(page: Page, name: str):
    return page.get_by_role("checkbox", name=f"取 {name} 本年本期累计")


def test_from_the_firms_books_twice(office, page, may):
    page.goto("/filings/2024M05/t6/")
    cell(page, "2112.c1").fill("40")
    drop(page, small_profit())
    expect(page.get_by_role("heading", level=1)).to_contain_text("还没有存入，请核对报表的数")
    expect(tick(page, "利润总额（亏损以－）")).to_be_checked()
    expect(tick(page, "主营业务收入")).not_to_be_checked()
    expect(page.locator("#take")).to_contain_text("报表写明单位是元")
    tick(page, "主营业务收入").check()

    page.get_by_role("button", name="换 研发经费 的项目").click()
    expect(page.get_by_label("第 1 项")).to_be_focused()
    page.get_by_label("第 1 项").select_option("+研究费用")
    page.get_by_label("第 2 项").select_option("+业务招待费")
    press(page, "用所选的项目")
    expect(page.locator("#take")).to_contain_text("研究费用 + 业务招待费")
    expect(tick(page, "主营业务收入")).to_be_checked()
    expect(tick(page, "研发经费")).to_be_checked()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert width_needed(page) <= width
        assert grave_issues(page) == []
    press(page, "存入草稿")
    expect(page.locator(".messages")).to_contain_text("已从财务报表取 4 格存入软统企6的草稿")
    expect(cell(page, "2010.c1")).to_have_value("1,234.57")
    expect(cell(page, "2110.c1")).to_have_value("192.10")
    expect(cell(page, "2112.c1")).to_have_value("40")
    page.go_back()
    press(page, "存入草稿")
    expect(page.locator(".messages")).to_contain_text("已经存入草稿，没有再存一次")

    june = owe(may.firm, open_period("2024M06", date(2024, 6, 5)))
    page.goto("/filings/2024M06/t6/")
    page.get_by_role("link", name="上传或粘贴报表").click()
    expect(page.locator("#content")).to_contain_text("李娜 确认过贵单位的对应，这次照用")
    rows = [(name, 2 * so_far if so_far else so_far, month) for name, so_far, month in SMALL_PROFIT]
    text = "单位：元\n" + copied(rows, "项目", "本年累计金额", "本月金额")
    page.get_by_label("或者粘贴报表").fill(text)
    press(page, "读取并对照")
    for name in ("主营业务收入", "费用总额", "利润总额（亏损以－）", "研发经费"):
        expect(tick(page, name)).to_be_checked()
    press(page, "存入草稿")
    expect(cell(page, "2010.c1")).to_have_value("2,469.14")
    assert june.sheets.get().cells["2110.c1"] == "384.20"
    assert office.complaints == []
