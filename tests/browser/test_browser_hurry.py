"""What goes wrong between people in a hurry: double clicks, stale tabs, two windows; and a clerk without a mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

from reporting import workflow
from reporting.filing.judging import judge
from reporting.models import Review, ReviewLimits, State
from tests.browser.desks import cell, fill, press
from tests.cast import AT, PASSWORD
from tests.may import CLEAN_MAY, fresh, make_may
from tests.officials import file_may, make_it_be

pytestmark = pytest.mark.browser
SUBMIT = "/filings/2024M05/submit/"


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def checked(may):
    """云图's May, filled, checked and explained: only 确定上报 is left."""
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    workflow.check(may.filing, may.clerk, AT)
    for finding in judge(fresh(may.filing)).warnings:
        workflow.explain(may.filing, finding.rule, finding.fingerprint, may.clerk, AT, reason_code="01")
    return may


def commit_to(page: Page) -> None:
    page.goto(SUBMIT)
    page.get_by_label("本单位承诺依照《中华人民共和国统计法》").check()
    page.get_by_label("单位负责人").fill("王经理")


def test_a_double_click_submits_once(office, checked):
    clerk = office.seat(checked.clerk)
    commit_to(clerk)
    clerk.get_by_role("button", name="确定上报", exact=True).dblclick()
    expect(clerk.get_by_text("上报回执")).to_be_visible()
    assert checked.filing.submissions.count() == 1


def test_the_same_page_sent_from_two_windows_submits_once(office, checked):
    clerk = office.seat(checked.clerk)
    other = clerk.context.new_page()
    for window in (clerk, other):
        commit_to(window)
    for window in (clerk, other):
        press(window, "确定上报")
        expect(window.get_by_text("上报回执")).to_be_visible()
    assert checked.filing.submissions.count() == 1


def test_a_review_left_open_while_a_colleague_decided_says_so(office, may):
    submission = file_may(may.filing, may.clerk)
    reviewer = office.seat(may.reviewer)
    stale = reviewer.context.new_page()
    for window in (reviewer, stale):
        window.goto(f"/district/submissions/{submission.receipt}/")
    reviewer.get_by_role("button", name="审核通过").click()
    expect(reviewer.locator(".messages")).to_contain_text("通过")
    cell(stale, "2112.c1").click()
    stale.keyboard.type("请核对人数")
    press(stale, "退回企业修改")
    expect(stale.locator(".messages")).to_contain_text("已在此之前作出处理（审核通过）")
    assert fresh(may.filing).state == State.APPROVED
    assert not submission.reviews.filter(decision=Review.Decision.SEND_BACK).exists()


def test_a_recalled_submission_left_open_in_the_district_cannot_be_decided(office, may):
    pass_unopened(may)
    submission = file_may(may.filing, may.clerk)
    clerk, reviewer = office.seat(may.clerk), office.seat(may.reviewer)
    reviewer.goto("/district/queue/2024M05/")
    clerk.goto("/filings/2024M05/submissions/1/")
    press(clerk, "撤回上报")
    expect(clerk.get_by_role("heading", level=1)).to_contain_text("草稿")
    reviewer.get_by_role("checkbox", name="勾选 重庆云图软件有限公司").check()
    press(reviewer, "批量审核通过所勾选的")
    expect(reviewer.locator("#content")).to_contain_text("通过 0 份，1 份须逐份审核")
    assert not submission.reviews.exists()


def pass_unopened(may):
    """Who is alone in its district is all of its total."""
    ReviewLimits.objects.create(bulk_share=100, reason="试点", by=may.city, at=AT)


def test_clean_submissions_are_approved_together(office, may, cast):
    pass_unopened(may)
    file_may(may.filing, may.clerk)
    reviewer = office.seat(may.reviewer)
    reviewer.goto("/district/queue/2024M05/")
    if reviewer.get_by_label("勾选本页全部可批量通过的").count():
        reviewer.get_by_label("勾选本页全部可批量通过的").check()
    press(reviewer, "批量审核通过所勾选的")
    reviewer.get_by_role("button", name=re.compile("审核通过，发出 [0-9]+ 封信")).click()
    expect(reviewer.locator("#content")).to_contain_text("通过 1 份")
    assert fresh(may.filing).state == State.APPROVED


def test_a_clerk_without_a_mouse_signs_in_fills_and_saves(office, may):
    page = office.empty_seat()
    page.goto("/login/")
    expect(page.get_by_label("统一社会信用代码、手机号或用户名")).to_be_focused()
    keys = page.keyboard
    keys.type(may.clerk.username)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="要报的报表")).to_be_visible()
    keys.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    keys.press("Enter")
    tab_to(page, "开始填报")
    keys.press("Enter")
    expect(page.locator("#tabs")).to_be_visible()
    tab_to(page, "软统企6")
    keys.press("Enter")
    expect(page.locator("#grid")).to_be_visible()
    tab_to_cell(page, "2010.c1")
    for text in list(CLEAN_MAY.values())[:3]:
        keys.type(text)
        keys.press("Enter")
    keys.press("ArrowUp")
    keys.type("120")  # typing over what an arrow selected
    tab_to(page, "保存")
    keys.press("Enter")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    kept = may.filing.sheets.get().cells
    assert {key: kept[key] for key in ("2010.c1", "2021.c1", "20211.c1")} == {
        "2010.c1": "1000",
        "2021.c1": "500",
        "20211.c1": "120",
    }


def test_two_people_of_one_firm_lose_nothing(office, may, cast):
    first, second = office.seat(cast.li_na), office.seat(cast.wang_lei)
    for page in (first, second):
        page.goto("/filings/2024M05/t6/")
    fill(first, {"2010.c1": "1000", "2021.c1": "500"})
    press(first, "保存")
    expect(first.locator("#saved-state")).to_contain_text("已于")
    fill(second, {"2010.c1": "999", "2050.c1": "400"})
    press(second, "保存")
    expect(second.locator("#saved-state")).to_contain_text("没有保存")
    expect(second.locator('[data-cell="2010.c1"]')).to_contain_text("李娜")
    expect(cell(second, "2010.c1")).to_have_value("999.00")
    expect(cell(second, "2050.c1")).to_have_value("400.00")
    expect(cell(second, "2021.c1")).to_have_value("500.00")  # not touched here: taken over
    press(second, "用我的")
    press(second, "保存")
    expect(second.locator("#saved-state")).to_contain_text("已于")
    kept = may.filing.sheets.get().cells
    assert {kept[key] for key in ("2010.c1", "2021.c1", "2050.c1")} == {"999", "500", "400"}


def tab_to(page: Page, words: str) -> None:
    """Tab until the focus stands on a link or button that begins with `words`."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(words):
            return
    raise AssertionError(f"The keyboard does not reach {words}")


def tab_to_cell(page: Page, key: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == key:
            return
    raise AssertionError(f"The keyboard does not reach {key}")
