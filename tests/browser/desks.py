"""People of the cast at their own browsers, and what they do with a form."""

import re
from collections.abc import Mapping

from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.walk import session_of
from tests.cast import PASSWORD


class Office:
    """Opens a browser of their own for each person; a script error or a blocked resource is kept as a complaint."""

    def __init__(self, chromium, address: str) -> None:
        self.chromium, self.address = chromium, address
        self.contexts, self.complaints = [], []

    def seat(self, user: User) -> Page:
        """A new browser in which `user` has signed in by the form."""
        page = self.empty_seat()
        page.goto("/login/")
        page.get_by_label("统一社会信用代码、手机号或用户名").fill(user.username)
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("button", name="退出")).to_be_visible()
        return page

    def seat_without_the_form(self, user: User) -> Page:
        """Signed in beforehand: for tests of what comes after."""
        page = self.empty_seat()
        self.hand_over(page, user)
        return page

    def hand_over(self, page: Page, user: User | None) -> None:
        """From the next page on somebody else sits there, or nobody who has signed in."""
        page.context.clear_cookies()
        if user:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": self.address}
            page.context.add_cookies([cookie])

    def empty_seat(self) -> Page:
        context = self.chromium.new_context(
            base_url=self.address, locale="zh-CN", timezone_id="Asia/Shanghai", accept_downloads=True
        )
        context.set_default_timeout(20_000)
        context.on("page", self.listen)
        self.contexts.append(context)
        return context.new_page()

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if is_complaint(line) else None)
        page.on("dialog", lambda dialog: dialog.accept())

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def is_complaint(line) -> bool:
    """An answer that refuses is no complaint; the tests that provoke one look at the words on the page. Nor is it one
    when htmx gives a question up for a newer one, which it says in two words."""
    expected = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort")
    return line.type == "error" and not line.text.startswith(expected)


def cell(page: Page, key: str):
    return page.locator(f'[id="cell-{key}"]')


def fill(page: Page, cells: Mapping[str, str]) -> None:
    for key, text in cells.items():
        cell(page, key).fill(text)


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


# What the bar says of a changed form, until it has saved itself.
UNSAVED = re.compile("有未保存的修改|正在保存|自动保存")


def save(page: Page) -> None:
    press(page, "保存")
    expect(page.locator("#saved-state")).to_contain_text("已于")


def explain_all(page: Page, reason_code: str = "01") -> int:
    """Give each open warning on the page its reason; returns how many there were."""
    waiting = page.locator(".aside .finding.warning")
    number = waiting.count()
    for left in range(number, 0, -1):
        waiting.first.get_by_label("原因").select_option(reason_code)
        waiting.first.get_by_role("button", name="保存说明").click()
        expect(waiting).to_have_count(left - 1)
    return number
