"""A firm asks about a cell, its district answers; by keys alone, with and without a pointer. Sound at both widths."""

import re

import pytest
from playwright.sync_api import expect

from reporting.conversation.announcements import publish
from reporting.conversation.threads import say
from reporting.models import Announcement, Message
from tests.browser.soundness import WIDTHS, must_look_right
from tests.cast import AT
from tests.may import make_may
from tests.officials import WARNED_MAY, file_may, make_it_be

pytestmark = pytest.mark.browser
SHEET = "/filings/2024M05/t6/"


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


def test_a_firm_asks_about_a_cell_by_keys_and_its_district_answers(office, may):
    page = office.seat_without_the_form(may.clerk)
    page.goto(SHEET)
    expect(page.get_by_role("link", name="就这一格留言")).to_be_hidden()
    page.locator("[name='2021.c1']").focus()
    page.keyboard.press("Enter")  # the next row
    expect(page.get_by_role("link", name="就这一格留言")).to_be_visible()
    page.keyboard.press("Alt+l")
    page.wait_for_url(re.compile(rf"/threads/{may.filing.pk}/\?cell=20211\.c1#say"))
    expect(page.get_by_text("针对：软统企6表20211")).to_be_visible()
    page.get_by_label("内容").focus()
    page.keyboard.type("这一格含不含定制开发？")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"#message-\d+"))
    expect(page.get_by_role("listitem").filter(has_text="含不含定制开发")).to_contain_text("李娜")

    district = office.seat_without_the_form(may.reviewer)
    district.goto("/district/")
    district.get_by_role("link", name=re.compile("消息 1")).click()
    district.get_by_role("link", name=re.compile("重庆云图软件有限公司")).click()
    district.get_by_label("内容").fill("不含。")
    district.get_by_role("button", name="发送留言").click()
    expect(district.get_by_role("banner").get_by_role("link", name="消息", exact=True)).to_be_visible()  # all read
    page.reload()
    expect(page.get_by_text("不含。")).to_be_visible()
    assert [message.cell for message in Message.objects.all()] == ["20211.c1", ""]


def test_the_link_of_the_cell_outlives_a_save(office, may):
    page = office.seat_without_the_form(may.clerk)
    page.goto(SHEET)
    page.locator("[name='2010.c1']").fill("1000")
    page.keyboard.press("Control+s")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    expect(page.get_by_role("link", name="就这一格留言")).to_have_attribute("href", re.compile(r"cell=2010\.c1#say$"))


@pytest.mark.parametrize("width", WIDTHS)
def test_conversations_and_announcements_are_sound(office, may, width):
    submission = file_may(may.filing, may.clerk, WARNED_MAY)
    announced = Announcement(title="五月月报提前", text="请于10日前上报。\n\n谢谢。", to_firms=True, to_districts=True)
    publish(announced, may.city, AT)
    for person in (may.clerk, may.reviewer, may.city):
        say(may.filing, "长句无空格" * 30 + "http://example.com/" + "a" * 200, person, AT, "2090.c1", for_city=True)
    thread = f"/threads/{may.filing.pk}/"
    screens = {
        may.clerk: ["/", SHEET],
        may.reviewer: ["/district/", f"/district/submissions/{submission.receipt}/"],
        may.city: [f"/city/submissions/{submission.receipt}/", "/announcements/", "/announcements/write/", "/journal/"],
    }
    for person, addresses in screens.items():
        page = office.seat_without_the_form(person)
        for address in [*addresses, "/messages/", thread, f"{thread}?cell=2090.c1", f"/announcements/{announced.pk}/"]:
            must_look_right(page, address, width)
