"""The official form by keyboard alone: keys as in a spreadsheet, undo across cells and a save, input methods."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from reporting.workflow.period import owe
from tests.browser.desks import cell
from tests.cast import AT
from tests.may import CLEAN_MAY, make_may, open_period
from tests.officials import make_it_be

pytestmark = pytest.mark.browser
T6 = "/filings/2024M05/t6/"


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def annual(may, cast):
    return owe(cast.yuntu, open_period("2023A", date(2024, 1, 1)))


@pytest.fixture
def page(office, may):
    page = office.seat_without_the_form(may.clerk)
    page.goto(T6)
    return page


def in_focus(page: Page) -> str:
    return page.evaluate("document.activeElement.name || document.activeElement.id")


def keys(page: Page, *names: str) -> None:
    for name in names:
        page.keyboard.press(name)


def test_the_whole_of_a_month_by_keyboard_only(page, may):
    page.evaluate("document.getElementById('cell-2010.c1').focus()")
    for key, text in CLEAN_MAY.items():
        steps = 0
        while in_focus(page) != key:
            keys(page, "ArrowDown")
            steps += 1
            assert steps < 40, key
        page.keyboard.type(text)
    keys(page, "Enter", "Control+s")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    assert may.filing.sheets.get().cells == CLEAN_MAY
