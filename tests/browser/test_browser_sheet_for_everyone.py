"""The official form for somebody who hears it, goes by keys or sees it large, as it is while it is filled in."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from reporting import workflow
from reporting.workflow.period import owe
from tests.browser import everyone
from tests.browser.desks import cell, fill, press, save
from tests.browser.everyone import DESK, DOUBLED, PHONE
from tests.browser.soundness import grave_issues
from tests.browser.test_browser_paste import paste
from tests.cast import AT
from tests.may import CLEAN_MAY, make_may, open_period
from tests.officials import WARNED_MAY, make_it_be

pytestmark = pytest.mark.browser
SHEET = "/filings/2024M05/t6/"
WRONG = WARNED_MAY | {"20211.c1": "600", "2051.c1": "1.2亿", "2110.c1": ""}
# What a screen reader is told without asking, in its order.
LISTEN = """() => {
  globalThis.heard = [];
  const LIVE = "[role=status], [role=alert], [aria-live]";
  const liveAround = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(LIVE);
  new MutationObserver((changes) => {
    for (const place of new Set(changes.map(({ target }) => liveAround(target)))) {
      const words = place?.textContent.trim();
      if (words) heard.push(words);
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def judged(may):
    """A draft with errors, warnings, a text that cannot be read and a blank."""
    workflow.save_sheet(may.filing, "软统企6", WRONG, 0, may.clerk, AT)
    workflow.check(may.filing, may.clerk, AT)
    return may


def open_sheet(office, user, address: str = SHEET) -> Page:
    page = office.seat_without_the_form(user)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size(DESK)
    page.goto(address)
    return page


def must_be_for_everyone(page: Page) -> None:
    """As it stands."""
    everyone.begin_to_look(page)
    wrong = []
    for size in (DESK, PHONE, DOUBLED):
        wrong += everyone.sideways(page, size) + grave_issues(page) + everyone.look_at_each_stop(page, size)
    page.set_viewport_size(DESK)
    assert not wrong, "\n".join(wrong)


def heard(page: Page) -> list[str]:
    return page.evaluate("heard")


# What is seen


def test_errors_warnings_and_explanations_that_are_open(office, judged):
    page = open_sheet(office, judged.clerk)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    expect(page.get_by_label("原因").first).to_be_visible()
    must_be_for_everyone(page)


def test_what_is_found_while_somebody_types_and_what_a_unit_makes_of_an_amount(office, may):
    page = open_sheet(office, may.clerk)
    fill(page, CLEAN_MAY | {"20211.c1": "600", "2090.c1": "-900"})
    cell(page, "2010.c1").focus()
    page.keyboard.type("1.2亿")
    expect(page.locator(".cell-means")).to_contain_text("= 12,000.00 万元")
    expect(cell(page, "2010.c1")).to_have_accessible_description(re.compile("计量单位：万元 .*= 12,000.00 万元"))
    expect(page.locator("#while-typing .finding.error").first).to_be_visible()
    must_be_for_everyone(page)


def test_the_report_of_a_paste(office, may):
    page = open_sheet(office, may.clerk)
    paste(page, "2021.c1", "(1)\t见附件\t3\n" * 25)
    expect(page.locator(".told-summary")).to_contain_text("粘贴 25 行 × 3 列")
    must_be_for_everyone(page)
    page.locator(".told-details a").first.focus()
    page.keyboard.press("Escape")
    expect(page.locator("#told[data-told]")).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('[data-cell]') !== null")


def test_a_cell_that_two_have_changed(office, may, cast):
    first, second = open_sheet(office, cast.li_na), open_sheet(office, cast.wang_lei)
    fill(first, {"2010.c1": "1000"})
    save(first)
    second.evaluate(LISTEN)
    fill(second, {"2010.c1": "999"})
    press(second, "保存")
    choice = second.locator(".cell-choice")
    expect(choice).to_be_visible()
    expect(cell(second, "2010.c1")).to_have_accessible_description(
        re.compile("李娜.*已存：1,?000.*您（王磊）填的：999")
    )
    assert any("有 1 格没有保存" in words for words in heard(second))
    must_be_for_everyone(second)
    choice.get_by_role("button", name="用对方的").press("Enter")
    expect(cell(second, "2010.c1")).to_have_accessible_description("计量单位：万元")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_explanation_of_a_row_is_one_key_away_and_escape_comes_back(office, may, size):
    page = open_sheet(office, may.clerk)
    page.set_viewport_size(size)
    cell(page, "20211.c1").focus()
    page.keyboard.press("Alt+i")
    panel = page.locator("#at-cell" if size is PHONE else "[data-note='20211']")
    expect(panel).to_be_focused()
    expect(panel).to_have_accessible_name(re.compile("20211|光标所在的格"))
    must_be_for_everyone(page)
    page.set_viewport_size(size)
    cell(page, "20211.c1").focus()
    page.keyboard.press("Alt+i")
    page.keyboard.press("Escape")
    expect(cell(page, "20211.c1")).to_be_focused()


# What is heard


def test_a_cell_says_its_name_its_unit_and_what_is_wrong(office, judged):
    page = open_sheet(office, judged.clerk)
    form = page.get_by_role("table", name=re.compile("软统企6 .*计量单位：万元"))
    expect(form.get_by_role("rowheader", name=re.compile("^20211 "))).to_have_count(1)
    expect(form.get_by_role("columnheader", name="本年本期累计")).to_have_count(1)
    wrong = cell(page, "2051.c1")
    expect(wrong).to_have_accessible_name(re.compile("^2051 .*，本年本期累计$"))
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_attribute("aria-required", "true")
    expect(wrong).to_have_accessible_description(re.compile("^计量单位：万元 .*1.2亿"))
    expect(cell(page, "2112.c1")).to_have_accessible_description(re.compile("人"))
    fill(page, {"2051.c1": "20"})
    page.keyboard.press("Tab")
    expect(wrong).not_to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description("计量单位：万元")


def test_several_codes_are_one_group_and_a_heading_heads_its_own_rows(office, may, cast):
    owe(cast.yuntu, open_period("2023A", date(2024, 1, 1)))
    page = open_sheet(office, may.clerk, "/filings/2023A/t1/")
    codes = page.get_by_role("group", name=re.compile("^A34 "))
    assert codes.get_by_role("checkbox").count() > 3
    page.goto(SHEET)
    headings = page.locator("tr.group").count()
    assert headings and page.locator("form[data-grid] tbody").count() in (headings, headings + 1)
    assert page.locator("tbody > tr.group:not(:first-child)").count() == 0


def test_saving_is_heard_when_it_matters_and_typing_is_not_talked_into(office, may):
    page = open_sheet(office, may.clerk)
    page.evaluate(LISTEN)
    cell(page, "2010.c1").focus()
    page.keyboard.type("1000")
    page.keyboard.press("Enter")
    page.keyboard.type("500")
    expect(page.locator("#saved-state")).to_contain_text("自动保存")
    assert [words for words in heard(page) if "保存" in words] == []
    press(page, "保存")
    expect(page.locator("#saved-state")).to_have_text(re.compile("^已于 .* 保存$"))
    said = [words for words in heard(page) if "保存" in words]
    assert len(said) == 1 and "2024年5月 软统企6 · 草稿" in said[0]
    page.context.set_offline(True)
    fill(page, {"2050.c1": "1"})
    press(page, "保存")
    expect(page.locator("#saved-state")).to_contain_text("没有保存：未连接")
    page.context.set_offline(False)
    expect(page.locator("#saved-state")).to_contain_text("已于")
    later = [words for words in heard(page) if "保存" in words][1:]
    assert len(later) == 2 and "未连接" in later[0] and "已于" in later[1]


# By keys, on paper, without motion


def test_the_first_cell_is_within_two_keys_of_every_table(office, may, cast):
    owe(cast.yuntu, open_period("2023A", date(2024, 1, 1)))
    page = open_sheet(office, may.clerk)
    for address in (SHEET, *(f"/filings/2023A/t{number}/" for number in (1, 2, 3, 4))):
        page.goto(address)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="跳到第一个单元格")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.matches('[data-cell] input, [data-cell] select')")
        first = "document.querySelector('[data-cell] input:not([type=hidden]), [data-cell] select')"
        assert page.evaluate(f"document.activeElement === {first}"), address


def test_escape_closes_what_was_opened(office, judged):
    page = open_sheet(office, judged.clerk)
    for details in (page.locator(".keys-help"), page.locator("#found .finding.warning details").first):
        summary = details.locator("summary").first
        summary.focus()
        if details.get_attribute("open") is None:
            page.keyboard.press("Enter")
        expect(details).to_have_attribute("open", "")
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Escape")
        expect(details).not_to_have_attribute("open", "")
        expect(summary).to_be_focused()


def test_nothing_moves_for_who_wants_no_motion(office, judged):
    page = open_sheet(office, judged.clerk)
    moving = """() => [...document.querySelectorAll("*")].filter((element) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
      return /[1-9]/.test(transitionDuration) || animationName !== "none" || scrollBehavior !== "auto";
    }).length"""
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == 0


def test_a_filled_form_prints_without_the_page_around_it(office, judged):
    page = open_sheet(office, judged.clerk)
    everyone.begin_to_look(page)
    assert everyone.on_paper(page) == []
    page.emulate_media(media="print")
    expect(page.locator("form[data-grid] table")).to_be_visible()
