"""软统企6 of May 2024 from a blank form to the city's workbook, in the browsers of those who handle it."""

import re
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from reporting import workflow
from reporting.models import State
from reporting.workflow.period import owe
from tests.browser.desks import UNSAVED, cell, explain_all, fill, press, save
from tests.cast import AT, SHANGHAI, Cast
from tests.may import CLEAN_MAY, fresh, open_period
from tests.officials import file_may, make_it_be

pytestmark = pytest.mark.browser

APRIL_MORNING = datetime(2024, 5, 7, 9, 0, tzinfo=SHANGHAI)
TWO_HIGH = CLEAN_MAY | {"20211.c1": "600"}  # base software above all software products


@pytest.fixture
def month(cast: Cast) -> SimpleNamespace:
    """April is filed, approved and locked; May lies blank before 云图, the only firm that owes it."""
    april = open_period("2024M04", date(2024, 5, 1))
    filed = file_may(owe(cast.yuntu, april), cast.li_na, april_cells(), at=APRIL_MORNING)
    workflow.approve(filed, cast.chen_yu, APRIL_MORNING)
    workflow.lock(april, cast.zhou_tao, APRIL_MORNING)
    may = open_period("2024M05", date(2024, 6, 1))
    make_it_be(AT.date())
    return SimpleNamespace(cast=cast, filing=owe(cast.yuntu, may))


def april_cells() -> dict[str, str]:
    """Four fifths of May in everything that accumulates."""
    still = {"2112.c1", "2113.c1"}
    return {key: text if key in still else str(Decimal(text) * 4 / 5) for key, text in CLEAN_MAY.items()}


def test_a_month_from_a_blank_form_to_the_citys_workbook(office, month, tmp_path):
    clerk = office.seat(month.cast.li_na)
    fill_in_and_mend(clerk)
    submit(clerk)
    assert fresh(month.filing).state == State.SUBMITTED

    reviewer = office.seat(month.cast.chen_yu)
    send_back_by_clicking_the_cell(reviewer)
    land_on_the_returned_cell_and_amend(clerk)
    approve(reviewer)
    assert fresh(month.filing).approved.number == 2

    city = office.seat(month.cast.zhou_tao)
    lock(city)
    totals_hold_the_amended_figure(download(city, tmp_path))


def fill_in_and_mend(clerk: Page) -> None:
    clerk.get_by_role("link", name="开始填报").click()
    clerk.get_by_role("link", name="软统企6").first.click()
    fill(clerk, TWO_HIGH)
    expect(clerk.locator("#saved-state")).to_have_text(UNSAVED)
    save(clerk)
    expect(cell(clerk, "2020.c1")).to_have_text("900.00")  # 500 + 300 + 100
    expect(cell(clerk, "2010.c3")).to_have_text("800.00")  # April's own figure
    expect(cell(clerk, "2010.c5")).to_have_text("25.0")  # 1000 / 800 − 1

    press(clerk, "数据审核")
    error = clerk.locator("#beside .finding.error").filter(has_text="R602")
    expect(error).to_contain_text("基础软件收入")
    expect(error).to_contain_text("600.00")
    expect(error).to_contain_text("500.00")
    error.get_by_role("link").first.click()
    expect(cell(clerk, "20211.c1")).to_be_focused()

    clerk.keyboard.press("Control+A")
    clerk.keyboard.type("100")
    press(clerk, "数据审核")
    expect(clerk.locator("#beside .finding.error")).to_have_count(0)
    explain_all(clerk)


def submit(clerk: Page, reason: str = "") -> None:
    press(clerk, "数据审核")
    expect(clerk.get_by_role("heading", level=1)).to_contain_text("数据审核无错误")
    clerk.get_by_role("button", name="确定上报").click()
    expect(clerk).to_have_url("/filings/2024M05/submit/")
    clerk.get_by_label("本单位承诺依照《中华人民共和国统计法》").check()
    clerk.get_by_label("单位负责人").fill("王经理")
    if reason:
        clerk.get_by_label("修订原因").fill(reason)
    press(clerk, "确定上报")
    expect(clerk.get_by_text("上报回执")).to_be_visible()


def send_back_by_clicking_the_cell(reviewer: Page) -> None:
    """Beside April's figures the salaries look high; two clicks and a reason return the filing."""
    reviewer.get_by_role("link", name="审核", exact=True).click()
    reviewer.get_by_role("link", name="重庆云图软件有限公司").click()
    row = reviewer.locator('[id="row-2111"]')
    expect(row).to_contain_text("250.00")
    expect(cell(reviewer, "2111.c3")).to_have_text("200.00")
    expect(row.locator(".beside").filter(has_text="50.00")).to_be_visible()  # May alone, beside April's 200
    expect(reviewer.get_by_role("button", name=re.compile("快捷键"))).to_be_visible()  # its scripts have begun
    cell(reviewer, "2111.c1").click()
    expect(cell(reviewer, "2111.c1")).to_have_class(re.compile("picked"))
    reviewer.keyboard.type("工资总额比上月增加偏多，请核实")  # the cursor already stands in its reason
    press(reviewer, "退回企业修改")
    expect(reviewer.locator(".messages")).to_contain_text("已退回企业")


def land_on_the_returned_cell_and_amend(clerk: Page) -> None:
    clerk.goto("/")
    clerk.get_by_role("link", name="修改退回").click()
    words = clerk.get_by_role("region", name="区县退回")
    expect(words).to_contain_text("工资总额比上月增加偏多，请核实")
    words.get_by_role("link").first.click()
    expect(cell(clerk, "2111.c1")).to_be_focused()
    expect(clerk.locator("[data-cell].returned")).to_have_count(1)
    clerk.keyboard.press("Control+A")
    clerk.keyboard.type("245.5")
    press(clerk, "数据审核")
    expect(clerk.locator("#saved-state")).to_contain_text("已于")
    explain_all(clerk)
    submit(clerk, reason="工资总额误加了四月补发数")
    expect(clerk.locator("#content")).to_contain_text("与第 1 次上报的差异")


def approve(reviewer: Page) -> None:
    reviewer.get_by_role("link", name="审核", exact=True).click()
    reviewer.get_by_role("link", name="重庆云图软件有限公司").click()
    changed = cell(reviewer, "2111.c1")
    expect(changed.locator("del")).to_contain_text("250.00")
    expect(changed.locator("ins")).to_have_text("245.50")
    reviewer.get_by_role("button", name="审核通过").click()
    expect(reviewer.locator(".messages")).to_contain_text("通过")


def lock(city: Page) -> None:
    city.get_by_role("link", name="报告期", exact=True).click()
    city.locator("#content").get_by_role("link", name="2024年5月").first.click()
    expect(city.get_by_text("全部填报均已通过区县审核，可以锁定。")).to_be_visible()
    press(city, "锁定2024年5月")
    expect(city.locator(".notice-done")).to_contain_text("数据不再变动")


def download(city: Page, folder):
    city.get_by_role("link", name="查看汇总").click()
    with city.expect_download() as coming:
        city.get_by_role("link", name="下载汇总表").click()
    path = folder / "totals.xlsx"
    coming.value.save_as(path)
    return path


def totals_hold_the_amended_figure(path) -> None:
    rows = [[figure.value for figure in row] for row in load_workbook(path)["软统企6"].iter_rows()]
    salaries = next(row for row in rows if "2111" in row)
    assert 245.5 in salaries and 250 not in salaries
    assert 900 in next(row for row in rows if "2020" in row)
