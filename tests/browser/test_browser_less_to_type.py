"""Less to type: 其余填 0, what was 0 before, what the office knows, and one way to enter a code."""

import re
from datetime import date, datetime

import pytest
from django.templatetags.static import static
from playwright.sync_api import Page, expect

from reporting import workflow
from reporting.workflow.period import owe
from tests.browser.desks import cell, press
from tests.browser.soundness import WIDTHS, grave_issues, width_needed
from tests.browser.test_browser_keys import in_focus, keys
from tests.cast import AT, SHANGHAI
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may, make_it_be

pytestmark = pytest.mark.browser
T1, T3, T4, T6 = "/filings/2023A/t1/", "/filings/2023A/t3/", "/filings/2023A/t4/", "/filings/2024M05/t6/"
APRIL_MORNING = datetime(2024, 5, 7, 9, tzinfo=SHANGHAI)
SEVERAL = ("20223.c1", "20224.c1", "20225.c1", "2041.c1", "2043.c1")  # what CLEAN_MAY has 0 in
LONG = """async ([place, number]) => {
    const { matching } = await import(place);
    const choices = Array.from({ length: number }, (_, at) => ({ code: String(1000 + at), name: `第${at}类行业软件` }));
    matching(choices, "行业");
    const begun = performance.now();
    const found = matching(choices, "7类行");
    return [found.length, performance.now() - begun, found[0].code];
}"""

PRESS = """() => {
    const begun = performance.now();
    document.querySelector(".less button:not([hidden])").click();
    return performance.now() - begun;
}"""


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def annual(may, cast):
    return owe(cast.yuntu, open_period("2023A", date(2024, 1, 1)))


@pytest.fixture
def page(office, may):
    return office.seat_without_the_form(may.clerk)


def strip(page: Page):
    return page.locator("#told")


def button(page: Page, words: str | re.Pattern):
    return page.get_by_role("button", name=words)


def test_the_rest_of_a_table_is_filled_with_noughts_by_one_press_and_taken_back_by_one(page, may):
    page.goto(T6)
    cell(page, "2010.c1").fill("1000")
    expect(button(page, "其余填 0（20 格）")).to_be_visible()
    button(page, "其余填 0（20 格）").click()
    expect(cell(page, "2010.c1")).to_have_value("1,000.00")
    expect(cell(page, "2021.c1")).to_have_value("0.00")
    expect(cell(page, "2112.c1")).to_have_value("0")
    expect(cell(page, "2113.c1")).to_have_value("")  # growth: a share is no amount
    expect(cell(page, "2021.c2")).to_have_value("")  # what was a year ago is another question
    expect(strip(page)).to_contain_text("本表其余的空格填 0：20 行，20 格")
    page.keyboard.press("Control+z")
    expect(cell(page, "2021.c1")).to_have_value("")
    expect(cell(page, "2010.c1")).to_have_value("1,000.00")
    page.keyboard.press("Control+y")
    press(page, "保存")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    stored = may.filing.sheets.get().cells
    assert (len(stored), stored["2010.c1"], stored["2021.c1"]) == (21, "1000", "0")


def test_a_group_is_filled_by_itself_and_a_second_press_finds_nothing(page, may):
    page.goto(T6)
    of_kinds = page.locator(".group-zero").nth(0)
    expect(of_kinds).to_have_accessible_name("其余填 0（11），（一）按业务类型分列")
    of_kinds.click()
    expect(cell(page, "20231.c1")).to_have_value("0.00")
    expect(cell(page, "2010.c1")).to_have_value("")
    expect(cell(page, "2043.c1")).to_have_value("")
    expect(strip(page)).to_contain_text("“（一）按业务类型分列”一组其余的空格填 0：11 行")
    expect(of_kinds).to_have_text("已填")  # the focus is there still
    of_kinds.blur()
    expect(of_kinds).to_be_hidden()
    page.evaluate("document.getElementById('cell-2010.c1').focus()")
    keys(page, "Alt+0")
    expect(cell(page, "2043.c1")).to_have_value("0.00")
    assert in_focus(page) == "2010.c1"
    keys(page, "Alt+0")
    expect(strip(page)).to_contain_text("本表其余没有可以填 0 的空格")


def test_tab_passes_the_groups_buttons_and_a_key_fills_the_group_one_is_in(page, may):
    page.goto(T6)
    order = page.evaluate("[...document.querySelectorAll('#grid [data-cell] input')].map(field => field.name)")
    cell(page, order[0]).focus()
    seen = [in_focus(page)]
    for _ in order[1:]:
        keys(page, "Tab")
        seen.append(in_focus(page))
    assert seen == order
    cell(page, "20222.c1").focus()
    keys(page, "Alt+Shift+0")
    expect(strip(page)).to_contain_text("一组其余的空格填 0：5 行，5 格")
    expect(cell(page, "20225.c1")).to_have_value("0.00")
    expect(cell(page, "2022.c1")).to_have_value("")
    cell(page, "2010.c1").focus()
    keys(page, "Alt+Shift+0")
    expect(strip(page)).to_contain_text("不属于哪一组")


def test_history_is_filled_by_a_button_of_its_own_and_locked_cells_never(page, may):
    page.goto(T6)
    button(page, "“去年同期累计”也填 0（21 格）").click()
    expect(cell(page, "2021.c2")).to_have_value("0.00")
    expect(cell(page, "2021.c1")).to_have_value("")
    expect(cell(page, "2021.c3")).to_have_value("")
    assert page.locator("[data-cell='2020.c1'] input").count() == 0


@pytest.fixture
def april(cast):
    make_it_be(AT.date())
    filed = file_may(owe(cast.yuntu, open_period("2024M04", date(2024, 5, 1))), cast.li_na, CLEAN_MAY, at=APRIL_MORNING)
    workflow.approve(filed, cast.chen_yu, APRIL_MORNING)


def test_rows_that_were_nought_last_month_are_offered_as_nought(page, april, may):
    page.goto(T6)
    cell(page, "2041.c1").fill("7")
    page.get_by_role("button", name="上月填 0 的 4 行，本月也填 0").click()
    for key in SEVERAL:
        expect(cell(page, key)).to_have_value("7.00" if key == "2041.c1" else "0.00")
    expect(cell(page, "20221.c1")).to_have_value("")
    expect(page.locator("[data-cell='20223.c1'] .cell-offered")).to_have_text("上月为 0")
    expect(strip(page)).to_contain_text("上月填 0 的本月也填 0：填入 4 格")
    cell(page, "20223.c1").fill("3")  # another word than what was offered
    expect(page.locator("[data-cell='20223.c1'] .cell-offered")).to_have_count(0)
    press(page, "保存")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    expect(page.locator(".cell-offered")).to_have_count(0)
    assert may.filing.sheets.get().cells == {
        "2041.c1": "7",
        "20223.c1": "3",
        "20224.c1": "0",
        "20225.c1": "0",
        "2043.c1": "0",
    }


def test_what_the_office_knows_stands_marked_in_the_questionnaire_until_it_is_saved(page, annual):
    page.goto(T1)
    expect(cell(page, "A13.v")).to_have_value("13800000000")
    expect(page.locator("[data-cell='A13.v'] .cell-offered")).to_have_text("已代填：登记信息")
    expect(page.locator("[data-cell='A11.v'] .cell-offered")).to_have_text("已代填：当前登录人")
    cell(page, "A13.v").fill("13911112222")
    expect(page.locator("[data-cell='A13.v'] .cell-offered")).to_have_count(0)
    expect(page.locator("[data-cell='A11.v'] .cell-offered")).to_have_count(1)
    press(page, "保存")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    expect(page.locator(".cell-offered")).to_have_count(0)
    assert annual.sheets.get().cells["A13.v"] == "13911112222"


def test_what_is_known_is_offered_again_in_a_table_that_was_begun(page, annual, cast):
    workflow.save_sheet(annual, "软统企1", {"A09.v": "王经理"}, 0, cast.li_na, AT)
    page.goto(T1)
    expect(cell(page, "A14.v")).to_have_value("")
    button(page, re.compile("代填已知的 .* 格")).click()
    expect(cell(page, "A14.v")).to_have_value("91500103ma5u12346b@example.com")
    expect(cell(page, "A09.v")).to_have_value("王经理")
    expect(page.locator("[data-cell='A14.v'] .cell-offered")).to_have_text("已代填：登记信息")
    page.keyboard.press("Control+z")
    expect(cell(page, "A14.v")).to_have_value("")
    expect(page.locator(".cell-offered")).to_have_count(0)


# One way to enter a code


def options(page: Page):
    return page.locator("#codes-list [role=option]")


def test_a_code_is_found_by_name_or_code_and_picked_by_keyboard(page, annual):
    page.goto(T1)
    kind = cell(page, "A18.v")
    kind.focus()
    expect(kind).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("私营")
    expect(kind).to_have_attribute("aria-expanded", "true")
    expect(options(page)).to_have_text(["112 私营有限责任公司", "121 私营股份有限公司"])
    page.keyboard.press("ArrowDown")
    expect(options(page).nth(1)).to_have_attribute("aria-selected", "true")
    assert kind.get_attribute("aria-activedescendant") == options(page).nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    expect(kind).to_have_value("121")
    expect(page.locator("[data-cell='A18.v'] .cell-name")).to_have_text("私营股份有限公司")
    assert in_focus(page) == "A19.v"  # Enter takes it and goes on
    expect(options(page)).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(kind).to_have_value("")
    keys(page, "Control+y", "ArrowDown")
    assert in_focus(page) == "A19.v"  # while the list is shut the arrows are the form's
    keys(page, "Alt+ArrowDown")
    expect(options(page)).to_have_count(6)
    keys(page, "Escape")
    expect(options(page)).to_have_count(0)
    press(page, "保存")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    assert annual.sheets.get().cells["A18.v"] == "121"


def test_an_open_list_is_fetched_and_a_code_it_lacks_may_stand(page, annual):
    page.goto(T1)
    industry = cell(page, "A22.v")
    expect(page.locator("[data-cell='A22.v'] .cell-name")).to_have_text("应用软件开发")
    industry.click()
    expect(options(page).filter(has_text="6513")).to_have_attribute("aria-selected", "true")
    industry.fill("基础")
    options(page).first.click()
    expect(industry).to_have_value("6511")
    assert in_focus(page) == "A22.v"
    industry.fill("7519")
    keys(page, "Escape", "Tab")
    expect(industry).to_have_value("7519")
    activity = cell(page, "A23.v")
    activity.focus()
    page.keyboard.type("工业互联网")
    page.keyboard.press("Tab")
    expect(activity).to_have_value("E261 工业互联网平台服务")
    region = cell(page, "A04.v")
    region.fill("渝中")
    expect(options(page)).to_have_text(["500103 渝中区"])
    page.keyboard.press("Enter")
    expect(region).to_have_value("500103")


def test_a_name_in_full_is_its_code_and_another_text_stays_for_the_server_to_refuse(page, annual):
    page.goto(T1)
    kind = cell(page, "A18.v")
    kind.focus()
    page.keyboard.type("合伙企业")
    keys(page, "Escape", "Tab")
    expect(kind).to_have_value("150")
    kind.fill("没有这样的")
    expect(page.locator(".codes-rest")).to_have_text("没有这样的代码或名称")
    press(page, "保存")
    expect(page.locator("[data-cell='A18.v']")).to_contain_text("不在“登记注册统计类别”代码表中")
    expect(kind).to_have_value("没有这样的")


def test_while_an_input_method_composes_the_keys_are_its_own(page, annual):
    page.goto(T1)
    kind = cell(page, "A18.v")
    kind.click()
    expect(options(page)).to_have_count(23)
    kind.evaluate(
        """field => {
            const key = new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
            field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
            field.dispatchEvent(key);
        }"""
    )
    expect(options(page)).to_have_count(23)
    expect(kind).to_have_value("")


def test_a_list_of_thousands_is_searched_at_once(page, may):
    page.goto(T6)
    found, milliseconds, first = page.evaluate(LONG, [static("codes/matching.js"), 5000])
    assert (found, first) == (500, "1007")
    print(f"5000 entries searched in {milliseconds:.1f} ms")


def test_a_district_is_chosen_the_same_way_when_a_firm_applies(office, may):
    stranger = office.empty_seat()
    stranger.goto("/login/")
    stranger.get_by_role("link", name="申请注册").click()
    district, sent = stranger.get_by_label("报送区县"), stranger.locator("select[name=district]")
    for typed in ("南岸", "500108"):
        district.fill("")
        district.press_sequentially(typed)
        expect(options(stranger)).to_have_text(["500108 南岸区"])
        district.press("Enter")  # and sends nothing
        expect(district).to_have_value("500108 南岸区")
    assert sent.evaluate("select => select.selectedOptions[0].textContent") == "南岸区"
    district.fill("火星")
    district.press("Tab")
    assert not district.evaluate("field => field.checkValidity()")
    assert "申请注册" in stranger.title()


def test_without_javascript_the_lists_are_lists_and_nothing_is_filled_by_a_press(office, annual, may):
    page = office.chromium.new_context(base_url=office.address, java_script_enabled=False)
    office.contexts.append(page)
    seat = page.new_page()
    page.add_cookies(office.seat_without_the_form(may.clerk).context.cookies())
    seat.goto(T1)
    expect(seat.locator("select[name='A18.v'] option")).to_have_count(24)
    assert seat.locator("#list-C05").count() == 1
    expect(seat.locator("[data-cell='A13.v'] .cell-offered")).to_have_text("已代填：登记信息")
    seat.goto(T4)
    expect(seat.get_by_role("button", name=re.compile("填 0"))).to_have_count(0)


def test_it_is_sound_at_both_widths(page, annual):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for address in (T4, T1):
            page.goto(address)
            if address == T1:
                cell(page, "A18.v").click()
                expect(options(page)).to_have_count(23)
            else:
                button(page, re.compile("^其余填 0（53 格）$")).click()
                expect(strip(page)).to_contain_text("53 格")
                keys(page, "Control+z")
            assert width_needed(page) <= width
            assert grave_issues(page) == []


def test_noughts_in_a_long_table_are_quick_to_press(page, annual):
    page.goto(T4)
    expect(button(page, "其余填 0（53 格）")).to_be_visible()
    milliseconds = page.evaluate(PRESS)
    print(f"53 cells filled in {milliseconds:.0f} ms")
    expect(cell(page, "E111.y")).to_have_value("0.00")
    assert fresh(annual).sheets.count() == 0
