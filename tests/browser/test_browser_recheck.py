"""From a rule to its firms by keys, and what the association looks at, checked off with a thumb."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from reporting.models import State
from tests.browser.soundness import grave_issues, width_needed
from tests.may import fresh, make_may
from tests.officials import WARNED_MAY, file_may, freeze, make_it_be

pytestmark = pytest.mark.browser
RULE = "/recheck/rules/R628/"
WORDS = "请写明亏损的项目和合同。"


@pytest.fixture
def may(cast):
    make_it_be(date(2024, 6, 5))
    may = make_may(cast)
    may.loss = file_may(may.filing, may.clerk, WARNED_MAY)
    freeze(may.other_filing, may.other_clerk, {"2020.c1": "100.00"})
    return may


def test_a_district_asks_all_that_are_ticked_by_keys_alone(office, may):
    page = office.seat_without_the_form(may.reviewer)
    page.goto(RULE)
    expect(page.get_by_text("企业说明：")).to_be_visible()
    page.get_by_label("勾选本页全部可以查询或退回的").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("勾选 重庆云图软件有限公司")).to_be_checked()
    page.get_by_label("写一句话，发给勾选的每一家").focus()
    page.keyboard.type(WORDS)
    assert grave_issues(page) == []
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="查询企业")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("将查询企业 1 家")).to_be_visible()
    page.get_by_role("button", name="查询企业（1 家）").press("Enter")
    expect(page.get_by_role("heading", name="查询企业：办理 1 家")).to_be_visible()
    assert fresh(may.filing).state == State.QUERIED
    page.go_back()  # the question again, pressed again
    page.get_by_role("button", name="查询企业（1 家）").press("Enter")
    expect(page.get_by_text("没有再发一次")).to_be_visible()
    assert may.loss.reviews.count() == 1


def test_the_association_checks_off_what_it_looked_at_on_a_phone(office, may):
    page = office.seat_without_the_form(may.analyst)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/association/")
    assert grave_issues(page) == [] and width_needed(page) <= 390
    page.get_by_role("button", name=re.compile("已核看.*云图")).click()
    expect(page.get_by_text("已记为核看过")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("已核看.*云图"))).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("已核看.*山城"))).to_be_visible()
