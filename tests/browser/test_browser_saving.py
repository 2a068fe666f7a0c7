"""Nothing that was typed is lost: no line, a killed browser, a session that ended, two people, a shared computer."""

import os
import re
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import OperationalError
from playwright.sync_api import Page, expect

from accounts.models import JournalEntry
from reporting import workflow
from reporting.filing.judging import judge
from reporting.models import State
from tests.browser.desks import cell, fill, press
from tests.browser.soundness import WIDTHS, grave_issues, width_needed
from tests.browser.walk import session_of
from tests.cast import AT, PASSWORD
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.may import CLEAN_MAY, fresh, make_may
from tests.officials import file_may, make_it_be

pytestmark = pytest.mark.browser
SHEET = "/filings/2024M05/t6/"
THOUSAND = re.compile(r"1,?000(\.00)?")  # as it was typed, or in the form's shape
KEPT = """async () => {
  if (!(await indexedDB.databases()).some((base) => base.name === "typed")) return [];
  const opening = indexedDB.open("typed");
  const base = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
  if (!base.objectStoreNames.contains("pages")) { base.close(); return []; }
  const asked = base.transaction("pages").objectStore("pages").getAll();
  const all = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  base.close();
  return all.flatMap((record) => Object.entries(record.cells).map(([name, cell]) => [name, cell.now]));
}"""


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


def state(page: Page):
    return page.locator("#saved-state")


def open_sheet(office, user) -> Page:
    page = office.seat_without_the_form(user)
    page.goto(SHEET)
    return page


def stored(may) -> dict:
    """SQLite's table in memory is locked while the server writes."""
    for _ in range(100):
        with suppress(OperationalError):
            return dict(may.filing.sheets.values_list("table", "cells")).get("软统企6", {})
        time.sleep(0.05)
    raise AssertionError("The table stays locked.")


def wait_until_stored(may, cells: dict, patience: float = 30) -> None:
    until = time.monotonic() + patience
    while stored(may) != cells:
        assert time.monotonic() < until, stored(may)
        time.sleep(0.1)


def wait_until_kept(page: Page, cells: dict) -> None:
    for _ in range(100):
        if dict(page.evaluate(KEPT)) == cells:
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate(KEPT))


def in_the_cell(page: Page, key: str):
    return page.locator(f'[data-cell="{key}"]')


# By itself


def test_it_saves_by_itself_after_a_pause_and_says_when(office, may):
    page = open_sheet(office, may.clerk)
    fill(page, {"2010.c1": "1000", "2050.c1": "400"})
    expect(state(page)).to_contain_text("自动保存")
    assert stored(may) == {"2010.c1": "1000", "2050.c1": "400"}
    line = JournalEntry.objects.get(action="保存软统企6")
    assert (line.by, line.subject) == (may.clerk, "自动保存")
    assert page.evaluate(KEPT) == []
    expect(page.locator("#obstacles")).to_have_text("点“保存”后再看还差什么。")


def test_what_is_typed_while_the_page_is_still_coming_is_stored(office, may):
    page, held = office.seat_without_the_form(may.clerk), []
    page.route("**/static/sheet/start*.js", lambda route: held.append(route))
    page.goto(SHEET, wait_until="commit")
    fill(page, {"2010.c1": "1000"})
    cell(page, "2050.c1").focus()
    page.keyboard.type("400")
    held.pop().continue_()
    expect(state(page)).to_contain_text("自动保存")
    expect(cell(page, "2050.c1")).to_have_value("400")  # one is still in it
    assert stored(may) == {"2010.c1": "1000", "2050.c1": "400"}


def test_leaving_the_page_saves_what_the_pause_had_not(office, may):
    page = open_sheet(office, may.clerk)
    fill(page, {"2010.c1": "1000"})
    page.goto("/")
    wait_until_stored(may, {"2010.c1": "1000"})


def test_a_press_stores_once_however_often_it_is_pressed(office, may):
    page = open_sheet(office, may.clerk)
    for words in ("保存", "数据审核"):
        fill(page, {"2010.c1": f"{len(words)}000"})
        page.get_by_role("button", name=words, exact=True).dblclick()
        expect(state(page)).to_contain_text("已于")
        expect(page.get_by_role("button", name=words, exact=True)).to_be_enabled()
    assert may.filing.sheets.get().version == 2
    assert JournalEntry.objects.filter(action="保存软统企6").count() == 2


def test_signing_out_stores_first_and_leaves_nothing_in_the_browser(office, may):
    page = open_sheet(office, may.clerk)
    fill(page, {"2010.c1": "1000"})
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    assert stored(may) == {"2010.c1": "1000"}
    assert page.evaluate(KEPT) == []


# No line


def test_what_is_typed_without_a_line_is_kept_and_saved_when_it_is_back(office, may):
    page = open_sheet(office, may.clerk)
    page.context.set_offline(True)
    fill(page, {"2010.c1": "1000", "2050.c1": "400"})
    expect(state(page)).to_contain_text("未连接，内容已存在本机")
    wait_until_kept(page, {"2010.c1": "1000", "2050.c1": "400"})
    fill(page, {"2051.c1": "20"})
    page.context.set_offline(False)
    expect(state(page)).to_contain_text("自动保存", timeout=40_000)
    wait_until_stored(may, {"2010.c1": "1000", "2050.c1": "400", "2051.c1": "20"})
    assert page.evaluate(KEPT) == []


def test_an_answer_that_was_lost_is_no_quarrel_with_oneself(office, may):
    """It was stored, the page does not know, and the cell is typed anew."""
    page = open_sheet(office, may.clerk)

    def lose_the_answer(route):
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(f"**{SHEET}", lose_the_answer)
    fill(page, {"2010.c1": "1000", "2050.c1": "400"})
    press(page, "保存")
    expect(state(page)).to_contain_text("没有保存：未连接")
    assert stored(may) == {"2010.c1": "1000", "2050.c1": "400"}
    fill(page, {"2010.c1": "1200", "2050.c1": ""})
    page.unroute(f"**{SHEET}")
    press(page, "保存")
    expect(state(page)).to_contain_text("已于")
    assert stored(may) == {"2010.c1": "1200"}
    expect(page.locator("[data-conflict], .cell-theirs")).to_have_count(0)
    assert page.evaluate(KEPT) == []


def test_a_reload_without_a_line_brings_the_cells_back(office, may):
    page = open_sheet(office, may.clerk)
    page.route(f"**{SHEET}", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    fill(page, {"2010.c1": "1000"})
    wait_until_kept(page, {"2010.c1": "1000"})
    page.reload()
    expect(cell(page, "2010.c1")).to_have_value(THOUSAND)
    page.unroute(f"**{SHEET}")
    expect(state(page)).to_contain_text("自动保存", timeout=40_000)
    assert stored(may) == {"2010.c1": "1000"}
    page.get_by_role("button", name="退出").click()  # with a token that was made before
    page.wait_for_url("**/login/**")


def test_boxes_and_lists_come_back_too(office, may, cast):
    workflow.owe(cast.yuntu, annual())
    page = office.seat_without_the_form(may.clerk)
    page.route("**/2023A/t1/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.goto("/filings/2023A/t1/")
    box = page.locator('[name="A47.v"][type=checkbox]').first
    box.check()
    page.locator('select[name="A36.v"]').select_option("是")
    expect(state(page)).to_contain_text("本机")
    page.reload()
    expect(box).to_be_checked()
    expect(page.locator('select[name="A36.v"]')).to_have_value("是")


def annual():
    from tests.may import open_period

    return open_period("2023A", AT.date().replace(month=1, day=1))


# The browser is gone


class LastingBrowser:
    """One whose profile lies on the disk, so that it may be killed and started again."""

    def __init__(self, chromium, address: str, profile: Path) -> None:
        self.chromium, self.address, self.profile = chromium, address, profile
        self.context = None

    def start(self) -> Page:
        place = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
        self.context = self.chromium.browser_type.launch_persistent_context(
            self.profile, executable_path=place, args=CHROMIUM_ARGUMENTS, base_url=self.address, locale="zh-CN"
        )
        self.context.set_default_timeout(20_000)
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def sign_in(self, user) -> None:
        self.context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": self.address}])

    def kill(self) -> None:
        """All its processes, without a word."""
        for folder in Path("/proc").iterdir():
            try:
                words = (folder / "cmdline").read_bytes() if folder.name.isdigit() else b""
            except OSError:
                continue
            if f"--user-data-dir={self.profile}".encode() in words:
                os.kill(int(folder.name), signal.SIGKILL)
        self.context = None

    def close(self) -> None:
        if self.context:
            self.context.close()


@pytest.fixture
def lasting(chromium, live_server, tmp_path):
    browser = LastingBrowser(chromium, live_server.url, tmp_path / "profile")
    yield browser
    browser.close()


def type_and_be_killed(lasting, may, cells: dict) -> None:
    page = lasting.start()
    lasting.sign_in(may.clerk)
    page.goto(SHEET)
    page.context.set_offline(True)
    fill(page, cells)
    wait_until_kept(page, cells)
    lasting.kill()


def open_again(lasting, may) -> Page:
    page = lasting.start()
    lasting.sign_in(may.clerk)
    page.goto(SHEET)
    return page


def test_a_killed_browser_has_the_cells_when_it_is_opened_again(lasting, may):
    type_and_be_killed(lasting, may, {"2010.c1": "1000", "2050.c1": "400"})
    assert stored(may) == {}
    page = open_again(lasting, may)
    expect(cell(page, "2010.c1")).to_have_value(THOUSAND)
    expect(state(page)).to_contain_text("自动保存")
    assert stored(may) == {"2010.c1": "1000", "2050.c1": "400"}
    assert page.evaluate(KEPT) == []


def test_what_a_colleague_saved_meanwhile_is_shown_beside_it_cell_by_cell(lasting, may, cast):
    workflow.save_sheet(may.filing, "软统企6", {"2010.c1": "900", "2050.c1": "300"}, 0, cast.wang_lei, AT)
    type_and_be_killed(lasting, may, {"2010.c1": "1000", "2050.c1": "400"})
    workflow.save_sheet(may.filing, "软统企6", {"2010.c1": "950"}, 1, cast.wang_lei, AT)
    page = open_again(lasting, may)
    expect(in_the_cell(page, "2010.c1")).to_contain_text("王磊 6月5日 09:30 已存：950；您（李娜）填的：1000")
    wait_until_stored(may, {"2010.c1": "950", "2050.c1": "400"})  # nobody else touched the second
    press(page, "用我的")
    wait_until_stored(may, {"2010.c1": "1000", "2050.c1": "400"})


def test_what_can_no_longer_be_saved_is_shown_and_let_go(lasting, may, cast):
    type_and_be_killed(lasting, may, {"2010.c1": "1234"})
    file_may(may.filing, cast.wang_lei)
    page = open_again(lasting, may)
    notice = page.locator("#refusal")
    expect(notice).to_contain_text("本机还有 1 格没有保存，而本表现在不能修改")
    expect(notice).to_contain_text("2010 主营业务收入：本机 1234，已存 1,000.00")
    press(page, "不再保留")
    expect(notice).to_be_empty()
    assert page.evaluate(KEPT) == []


# The session is over


def test_it_goes_on_saving_after_signing_in_in_another_window(office, may):
    page = open_sheet(office, may.clerk)
    page.context.clear_cookies(name="sessionid")
    fill(page, {"2010.c1": "1000"})
    expect(state(page)).to_contain_text("登录已过期，内容已存在本机，登录后自动继续保存")
    with page.context.expect_page() as opened:
        state(page).get_by_role("link", name="在新窗口登录").click()
    window = opened.value
    window.get_by_label("统一社会信用代码、手机号或用户名").fill(may.clerk.username)
    window.get_by_label("密码", exact=True).fill(PASSWORD)
    window.get_by_role("button", name="登录").click()
    expect(window.get_by_role("button", name="退出")).to_be_visible()
    page.bring_to_front()
    expect(state(page)).to_contain_text("自动保存", timeout=40_000)
    assert stored(may) == {"2010.c1": "1000"}


# Two people


def test_two_on_different_cells_see_each_others(office, may, cast):
    first, second = open_sheet(office, cast.li_na), open_sheet(office, cast.wang_lei)
    fill(first, {"2010.c1": "1000"})
    expect(state(first)).to_contain_text("自动保存")
    fill(second, {"2050.c1": "400"})
    expect(state(second)).to_contain_text("由李娜保存过，您没有改动，已换成保存的内容")
    expect(cell(second, "2010.c1")).to_have_value(THOUSAND)
    assert stored(may) == {"2010.c1": "1000", "2050.c1": "400"}


def test_two_on_the_same_cell_settle_it_in_the_cell_by_keys(office, may, cast):
    first, second = open_sheet(office, cast.li_na), open_sheet(office, cast.wang_lei)
    fill(first, {"2010.c1": "1000", "2021.c1": "500"})
    press(first, "保存")
    expect(state(first)).to_contain_text("已于")
    fill(second, {"2010.c1": "999", "2021.c1": "501", "2050.c1": "400"})
    expect(state(second)).to_contain_text("有 2 格没有保存：与他人保存的不同")
    wait_until_stored(may, {"2010.c1": "1000", "2021.c1": "500", "2050.c1": "400"})
    press(second, "确定上报…")
    expect(second).to_have_url(f"{office.address}{SHEET}")  # not before they are settled
    for width in WIDTHS:
        second.set_viewport_size({"width": width, "height": 900})
        assert width_needed(second) <= width
        assert grave_issues(second) == []
    cell(second, "2010.c1").focus()
    second.keyboard.press("Tab")
    second.keyboard.press("Tab")
    expect(in_the_cell(second, "2010.c1").get_by_role("button", name="用对方的")).to_be_focused()
    second.keyboard.press("Enter")
    expect(cell(second, "2010.c1")).to_be_focused()
    expect(cell(second, "2010.c1")).to_have_value(THOUSAND)
    in_the_cell(second, "2021.c1").get_by_role("button", name="用我的").press("Enter")
    wait_until_stored(may, {"2010.c1": "1000", "2021.c1": "501", "2050.c1": "400"})
    expect(second.locator(".conflict")).to_have_count(0)
    expect(state(second)).to_have_attribute("data-tone", "done")


def test_after_theirs_was_taken_nothing_is_said_to_be_unsaved(office, may, cast):
    first, second = open_sheet(office, cast.li_na), open_sheet(office, cast.wang_lei)
    fill(first, {"2010.c1": "1000"})
    press(first, "保存")
    expect(state(first)).to_contain_text("已于")
    fill(second, {"2010.c1": "999"})
    expect(state(second)).to_contain_text("有 1 格没有保存")
    in_the_cell(second, "2010.c1").get_by_role("button", name="用对方的").click()
    expect(state(second)).to_have_text("已换成保存的内容。")


def test_what_is_typed_after_somebody_elses_figure_came_takes_its_place(office, may, cast):
    first, second = open_sheet(office, cast.li_na), open_sheet(office, cast.wang_lei)
    cell(second, "2112.c1").focus()
    fill(first, {"2112.c1": "8"})
    press(first, "保存")
    expect(state(first)).to_contain_text("已于")
    second.keyboard.press("Control+s")
    expect(cell(second, "2112.c1")).to_have_value("8")
    second.keyboard.type("9")
    expect(cell(second, "2112.c1")).to_have_value("9")


# A shared computer


def test_the_next_person_sees_nothing_of_the_last(office, may):
    page = open_sheet(office, may.clerk)
    page.context.set_offline(True)
    fill(page, {"2010.c1": "1000"})
    wait_until_kept(page, {"2010.c1": "1000"})
    page.context.clear_cookies()
    page.context.set_offline(False)
    stale = page
    stale.route("**/t6/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    window = page.context.new_page()
    cookie = {"name": "sessionid", "value": session_of(may.other_clerk), "url": office.address}
    page.context.add_cookies([cookie])
    window.goto(SHEET)
    expect(cell(window, "2010.c1")).to_have_value("")
    assert window.evaluate(KEPT) == []
    fill(stale, {"2050.c1": "400"})
    stale.wait_for_timeout(500)
    assert window.evaluate(KEPT) == []  # nor does the page that is still open keep any more
    stale.unroute("**/t6/")
    press(stale, "保存")
    expect(stale.locator("#refusal")).to_contain_text("本页是另一个账号或另一家企业打开的")
    assert not may.other_filing.sheets.exists()
    assert stored(may) == {}


def test_after_the_submission_nothing_of_it_is_left_in_the_browser(office, may):
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    workflow.check(may.filing, may.clerk, AT)
    for finding in judge(fresh(may.filing)).warnings:
        workflow.explain(may.filing, finding.rule, finding.fingerprint, may.clerk, AT, reason_code="01")
    page = open_sheet(office, may.clerk)
    page.route("**/t6/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    fill(page, {"2010.c1": "1001"})
    wait_until_kept(page, {"2010.c1": "1001"})
    window = page.context.new_page()
    window.goto("/filings/2024M05/submit/")
    window.get_by_label("本单位承诺依照《中华人民共和国统计法》").check()
    window.get_by_label("单位负责人").fill("王经理")
    window.get_by_role("button", name="确定上报", exact=True).dblclick()
    expect(window.get_by_text("上报回执")).to_be_visible()
    wait_until_kept(window, {})
    assert may.filing.submissions.count() == 1


# Back from the district


def test_what_was_returned_leads_to_its_cell_and_is_mended_there(office, may):
    submission = file_may(may.filing, may.clerk)
    reasons = [{"cell": "2112.c1", "reason": "请核对人数"}]
    workflow.send_back(submission, reasons, may.reviewer, AT)
    page = office.seat_without_the_form(may.clerk)
    page.goto("/filings/2024M05/")
    page.get_by_role("link", name="2112").first.click()
    expect(cell(page, "2112.c1")).to_be_focused()
    expect(in_the_cell(page, "2112.c1")).to_contain_text("区县退回：请核对人数")
    page.keyboard.press("Control+A")
    page.keyboard.type("41")
    expect(state(page)).to_contain_text("自动保存")
    press(page, "保存")
    expect(page.locator("#found")).to_contain_text("区县退回，已改动")
    assert (fresh(may.filing).state, stored(may)["2112.c1"]) == (State.RETURNED, "41")
