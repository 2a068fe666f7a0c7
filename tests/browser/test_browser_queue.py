"""The queue by keys and on a telephone; what was passed together is taken back while its seconds run."""

import pytest
from playwright.sync_api import expect

from reporting.models import Filing, State
from tests.browser.soundness import grave_issues, width_needed
from tests.consequence.ordered_city import NOW, make_ordered_city
from tests.officials import make_it_be

pytestmark = pytest.mark.browser
QUEUE = "/district/queue/2024M05/"


@pytest.fixture
def city(db):
    make_it_be(NOW.date())
    city = make_ordered_city(steady=110)
    for name, revenue, before in (("甲", 60, 54), ("乙", 50, 45), ("万倍", 1100, 100)):
        city.files(name, revenue, before)
    return city


def in_focus(page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_keys_go_through_the_rows_tick_and_open(office, city):
    page = office.seat_without_the_form(city.reviewer)
    page.goto(f"{QUEUE}?state=waiting")
    page.keyboard.press("j")
    assert in_focus(page) == "万倍"
    page.keyboard.press("ArrowDown")
    second = in_focus(page)
    page.keyboard.press("x")
    expect(page.locator("input[name=receipt]:checked")).to_have_count(1)
    page.keyboard.press("k")
    assert in_focus(page) == "万倍" != second
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("下一家")
    page.keyboard.press("Escape")
    page.locator("a[data-row]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".page h1")).to_contain_text("万倍")


def test_several_are_passed_and_taken_back(office, city):
    page = office.seat_without_the_form(city.reviewer)
    page.goto(f"{QUEUE}?state=waiting")
    page.get_by_label("勾选 甲").check()
    page.get_by_label("勾选 乙").check()
    page.get_by_role("button", name="批量审核通过所勾选的").click()
    page.locator("form button.btn-primary").click()
    undo = page.get_by_role("button", name="撤销")
    expect(undo).to_contain_text("剩余")
    undo.click()
    expect(page.locator(".page h1")).to_contain_text("已撤销 2 份")
    assert Filing.objects.filter(state=State.SUBMITTED).count() == 3


def test_the_queue_fits_a_telephone(office, city):
    page = office.seat_without_the_form(city.reviewer)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{QUEUE}?state=waiting")
    expect(page.get_by_text("审到这里可以停")).to_be_visible()
    assert width_needed(page) <= 390
    assert grave_issues(page) == []
