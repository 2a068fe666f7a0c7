"""The annual 软统企1–5 of one firm: the bulk through its workbook, the rest by hand, up to the city's workbook."""

from datetime import date

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from accounts.models import User
from reporting.demo.firms import Firm, make_firm
from reporting.demo.year import annual_cells
from reporting.models import State
from reporting.workflow.period import owe
from tests.browser.desks import cell, explain_all, press, save
from tests.cast import make_enterprise, make_user
from tests.may import fresh, open_period
from tests.officials import make_it_be
from tests.workbooks.bad_workbooks import filled

pytestmark = pytest.mark.browser

BY_HAND = "软统企5"


@pytest.fixture
def firm() -> Firm:
    """A firm with a business in artificial intelligence, so that all five tables apply."""
    return next(firm for number in range(200) if (firm := make_firm(number, 1, ("500103",))).has_ai)


@pytest.fixture
def clerk(cast, firm) -> User:
    enterprise = make_enterprise(firm.credit_code, firm.name, cast.yuzhong, **firm.attributes)
    return make_user(firm.credit_code, firm.contact, User.Role.ENTERPRISE, enterprise=enterprise)


@pytest.fixture
def filing(clerk):
    annual = open_period("2023A", date(2024, 1, 1))
    make_it_be(date(2024, 3, 5))
    return owe(clerk.enterprise, annual)


def test_an_annual_from_its_workbook_to_the_citys(office, cast, firm, clerk, filing, tmp_path):
    desk = office.seat(clerk)
    upload_the_filled_workbook(desk, filing, firm, tmp_path)
    type_the_rest(desk, filing, firm)
    explain_and_submit(desk, filing)
    assert fresh(filing).state == State.SUBMITTED
    approve(office.seat(cast.chen_yu), firm)
    totals_are_those_of_the_only_firm(lock_and_download(office.seat(cast.zhou_tao), tmp_path), fresh(filing))


def upload_the_filled_workbook(desk: Page, filing, firm: Firm, folder) -> None:
    desk.goto("/filings/2023A/")
    with desk.expect_download() as coming:
        desk.get_by_role("link", name="下载工作簿").click()
    book = coming.value.path().read_bytes()
    for table in filing.edition.tables_for(filing.period.parsed, firm.attributes):
        if table.code != BY_HAND:
            book = filled(book, table.code, cells_of(table, firm))
    path = folder / "annual.xlsx"
    path.write_bytes(book)
    desk.get_by_label("填好的工作簿").set_input_files(path)
    press(desk, "上传")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("还没有存入，请核对")
    press(desk, "确认存入")
    expect(desk.locator(".messages")).to_contain_text("已存入草稿：软统企1、软统企2、软统企3、软统企4")


def type_the_rest(desk: Page, filing, firm: Firm) -> None:
    desk.locator("#tabs").get_by_role("link", name=BY_HAND).click()
    for key, text in cells_of(filing.edition.table(BY_HAND), firm).items():
        cell(desk, key).fill(text)
    save(desk)
    expect(desk.locator("#beside .finding.error")).to_have_count(0)


def explain_and_submit(desk: Page, filing) -> None:
    desk.goto("/filings/2023A/")
    press(desk, "数据审核")
    expect(desk.locator(".messages")).to_be_visible()  # the page is the answer's, and what is typed from now on stays
    expect(desk.locator(".finding.error")).to_have_count(0)
    explain_all(desk)
    desk.get_by_role("link", name="确定上报").click()
    desk.get_by_label("本单位承诺依照《中华人民共和国统计法》").check()
    desk.get_by_label("单位负责人").fill("王经理")
    press(desk, "确定上报")
    expect(desk.get_by_text("上报回执")).to_be_visible()


def approve(reviewer: Page, firm: Firm) -> None:
    reviewer.goto("/district/queue/2023A/")
    reviewer.get_by_role("link", name=firm.name).click()
    reviewer.get_by_role("button", name="审核通过").click()
    expect(reviewer.locator(".messages")).to_contain_text("通过")


def lock_and_download(city: Page, folder):
    city.goto("/city/periods/2023A/")
    press(city, "锁定2023年年报")
    city.get_by_role("link", name="查看汇总").click()
    with city.expect_download() as coming:
        city.get_by_role("link", name="下载汇总表").click()
    path = folder / "totals.xlsx"
    coming.value.save_as(path)
    return load_workbook(path)


def totals_are_those_of_the_only_firm(book, filing) -> None:
    assert filing.state == State.LOCKED
    values = filing.approved.values
    for table, code in (("软统企2", "F301"), ("软统企3", "Y2020"), ("软统企4", "E0"), ("软统企5", "AI10")):
        row = next(row for row in book[table].iter_rows(values_only=True) if code in row)
        assert float(values[f"{code}.y"]) in row, (table, code)


def cells_of(table, firm: Firm) -> dict[str, str]:
    codes = {indicator.code for indicator in table.indicators}
    return {key: text for key, text in annual_cells(firm, 2023).items() if key.partition(".")[0] in codes}
