"""The official form by keyboard alone: keys as in a spreadsheet, undo across cells and a save, input methods."""

from datetime import date

import pytest
from django.templatetags.static import static
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


def test_arrows_move_between_cells_and_inside_a_text_that_is_edited(page):
    page.evaluate("document.getElementById('cell-2010.c1').focus()")
    keys(page, "ArrowRight")
    assert in_focus(page) == "2010.c2"
    keys(page, "ArrowDown", "ArrowDown")
    assert in_focus(page) == "20211.c2"  # over the heading, and 2020, which is worked out
    keys(page, "ArrowLeft", "ArrowUp")
    assert in_focus(page) == "2021.c1"
    page.keyboard.type("1234")
    keys(page, "ArrowLeft", "ArrowLeft")
    page.keyboard.type("5")
    assert in_focus(page) == "2021.c1"
    keys(page, "Enter", "ArrowUp")
    expect(cell(page, "2021.c1")).to_have_value("12,534.00")
    keys(page, "F2", "ArrowLeft", "Backspace")
    page.keyboard.type("5")
    keys(page, "Shift+Enter")
    expect(cell(page, "2021.c1")).to_have_value("12,534.50")
    assert in_focus(page) == "2010.c1"


def test_a_figure_typed_after_a_click_takes_the_place_of_the_one_there(page):
    cell(page, "2010.c1").fill("318")
    keys(page, "Enter")
    cell(page, "2010.c1").click()
    page.keyboard.type("4")
    keys(page, "Enter")
    expect(cell(page, "2010.c1")).to_have_value("4.00")
    cell(page, "2010.c1").click()
    cell(page, "2010.c1").click()  # a second time into its text
    keys(page, "Home")
    page.keyboard.type("3")
    keys(page, "Enter")
    expect(cell(page, "2010.c1")).to_have_value("34.00")


def test_a_click_into_a_text_places_the_caret_and_a_tab_selects(page):
    field = cell(page, "2010.c1")
    field.fill("1234")
    field.click()
    keys(page, "Home")
    page.keyboard.type("9")
    keys(page, "Tab", "Shift+Tab")
    expect(field).to_have_value("91,234.00")
    page.keyboard.type("7")
    keys(page, "Enter")
    expect(field).to_have_value("7.00")


def test_home_and_end_go_along_the_row_and_with_ctrl_over_the_table(page):
    page.evaluate("document.getElementById('cell-2021.c1').focus()")
    keys(page, "End")
    last = in_focus(page)
    assert last.startswith("2021.c") and last != "2021.c1"
    keys(page, "Home")
    assert in_focus(page) == "2021.c1"
    keys(page, "Control+End")
    assert in_focus(page).startswith("2113.")
    keys(page, "Control+Home")
    assert in_focus(page) == "2010.c1"


def test_escape_restores_what_the_cell_held_when_it_was_entered(page):
    field = cell(page, "2010.c1")
    field.fill("100")
    keys(page, "Enter", "ArrowUp")
    page.keyboard.type("999")
    keys(page, "Escape")
    expect(field).to_have_value("100.00")
    keys(page, "ArrowDown")
    expect(field).to_have_value("100.00")
    keys(page, "Control+z")  # what Escape restored is no step: the hundred goes
    expect(field).to_have_value("")


def test_an_amount_is_shown_before_it_is_kept(page, may):
    field, beside = cell(page, "2010.c1"), page.locator('[data-cell="2010.c1"] .cell-means')
    field.focus()
    page.keyboard.type("1.2亿")
    expect(beside).to_have_text("= 12,000.00 万元")
    keys(page, "Escape")
    expect(field).to_have_value("")
    expect(beside).to_have_count(0)
    page.keyboard.type("1.2亿")
    keys(page, "Enter")
    expect(field).to_have_value("12,000.00")
    expect(beside).to_have_text("按“1.2亿”换算")
    cell(page, "2021.c1").focus()
    page.keyboard.type("（3500万）")
    keys(page, "Tab")
    expect(cell(page, "2021.c1")).to_have_value("-3,500.00")
    cell(page, "20211.c1").focus()
    page.keyboard.type("1.23456789亿")
    expect(page.locator('[data-cell="20211.c1"] .cell-means')).to_contain_text("小数超过2位")
    keys(page, "Tab")
    expect(cell(page, "20211.c1")).to_have_value("1.23456789亿")  # what cannot be kept exactly stays as typed
    cell(page, "20212.c1").focus()
    page.keyboard.type("４００")
    keys(page, "Control+s")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    assert may.filing.sheets.get().cells == {
        "2010.c1": "12000",
        "2021.c1": "-3500",
        "20211.c1": "1.23456789亿",
        "20212.c1": "400",
    }
    expect(cell(page, "20212.c1")).to_have_value("400.00")


def test_nought_blank_and_what_cannot_be_read_are_three_things(page, may):
    for key, text in (("2010.c1", "0"), ("2021.c1", " "), ("20211.c1", "—")):
        cell(page, key).focus()
        page.keyboard.type(text)
        keys(page, "Enter")
    keys(page, "Control+s")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    assert may.filing.sheets.get().cells == {"2010.c1": "0", "20211.c1": "—"}


def test_what_is_stored_is_shown_in_the_forms_shape_and_is_not_changed_by_it(page, may):
    cell(page, "2010.c1").focus()
    page.keyboard.type("1234567.5")
    keys(page, "Enter", "Control+s")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    page.reload()
    expect(cell(page, "2010.c1")).to_have_value("1,234,567.50")
    changes = "(url) => import(url).then((cells) => cells.hasChanges())"
    assert not page.evaluate(changes, static("sheet/cells.js"))
    cell(page, "2010.c1").focus()
    page.keyboard.type("1234567.50")
    keys(page, "Enter")
    assert not page.evaluate(changes, static("sheet/cells.js"))  # the same figure
    keys(page, "ArrowUp")
    page.keyboard.type("1234567.51")
    assert page.evaluate(changes, static("sheet/cells.js"))


def test_undo_and_redo_go_across_cells_and_across_a_save(page, may):
    page.evaluate("document.getElementById('cell-2010.c1').focus()")
    for text in ("100", "20", "30"):
        page.keyboard.type(text)
        keys(page, "Enter")
    keys(page, "Control+s")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    page.evaluate("""() => {
      const cell = document.querySelector('[data-cell="2021.c1"]');  // as another save may, with other nodes
      cell.replaceChildren(...[...cell.childNodes].map((node) => node.cloneNode(true)));
    }""")
    keys(page, "Control+z", "Control+z")
    expect(cell(page, "20211.c1")).to_have_value("")
    expect(cell(page, "2021.c1")).to_have_value("")
    assert in_focus(page) == "2021.c1"
    expect(page.locator("#saved-state")).to_have_text("有未保存的修改")
    expect(page.locator(".told-summary")).to_contain_text("已撤销：2021 1.软件产品收入，本年本期累计，现为空白")
    keys(page, "Control+y")
    expect(cell(page, "2021.c1")).to_have_value("20.00")
    keys(page, "Control+Shift+Z")
    expect(cell(page, "20211.c1")).to_have_value("30.00")
    keys(page, "Control+z", "Control+z", "Control+z")
    expect(cell(page, "2010.c1")).to_have_value("")
    keys(page, "Control+z")
    expect(page.locator(".told-summary")).to_have_text("没有可以撤销的修改。")
    keys(page, "Control+s")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    assert may.filing.sheets.get().cells == {}


def test_a_text_being_typed_is_taken_back_whole_and_given_again(page):
    cell(page, "2010.c1").focus()
    page.keyboard.type("777")
    keys(page, "Control+z")
    expect(cell(page, "2010.c1")).to_have_value("")
    keys(page, "Control+y")
    expect(cell(page, "2010.c1")).to_have_value("777.00")


def test_undo_leaves_alone_what_is_another_figure_by_now(page, may, office, cast):
    cell(page, "2010.c1").focus()
    page.keyboard.type("100")
    keys(page, "Enter", "Control+s")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    other = office.seat_without_the_form(cast.wang_lei)
    other.goto(T6)
    cell(other, "2010.c1").fill("250")
    keys(other, "Enter", "Control+s")
    expect(other.locator("#saved-state")).to_contain_text("已于")
    keys(page, "Control+s")
    expect(cell(page, "2010.c1")).to_have_value("250.00")
    keys(page, "Control+z")
    expect(cell(page, "2010.c1")).to_have_value("250.00")
    expect(page.locator(".told-summary")).to_contain_text("1 格后来已是别的内容，未动")


def test_another_part_of_the_page_that_changes_many_cells_is_one_step(page):
    page.evaluate("""() => {
      for (const name of ["2010.c1", "2021.c1", "20211.c1"]) {
        const field = document.getElementById(`cell-${name}`);
        field.value = "0";
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }""")
    expect(cell(page, "20211.c1")).to_have_value("0.00")
    keys(page, "Control+z")
    for key in ("2010.c1", "2021.c1", "20211.c1"):
        expect(cell(page, key)).to_have_value("")


def test_ctrl_d_takes_the_cell_above(page):
    page.evaluate("document.getElementById('cell-2021.c1').focus()")
    page.keyboard.type("55")
    keys(page, "Enter", "Control+d")
    expect(cell(page, "20211.c1")).to_have_value("55.00")
    keys(page, "Control+z")
    expect(cell(page, "20211.c1")).to_have_value("")
    cell(page, "2021.c1").focus()
    keys(page, "Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    expect(cell(page, "20212.c1")).to_have_value("55.00")
    keys(page, "Control+z")
    expect(cell(page, "20211.c1")).to_have_value("")


def test_a_rectangle_is_chosen_said_and_emptied_in_one_step(page):
    for key, text in (("2010.c1", "1"), ("2010.c2", "2"), ("2021.c1", "3"), ("2021.c2", "4")):
        cell(page, key).fill(text)
    cell(page, "2010.c1").focus()
    keys(page, "Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown")
    expect(page.locator("[data-chosen]")).to_have_count(6)  # 2010, 2020 and 2021: the heading between has no cells
    expect(page.locator('p[role="status"].visually-hidden')).to_contain_text("选中 4 行 × 2 列，从2010 主营业务收入")
    keys(page, "Delete")
    expect(page.locator(".told-summary")).to_have_text("清空 4 格。Ctrl+Z 撤销。")
    for key in ("2010.c1", "2010.c2", "2021.c1", "2021.c2"):
        expect(cell(page, key)).to_have_value("")
    keys(page, "Control+z")
    expect(cell(page, "2021.c2")).to_have_value("4.00")
    cell(page, "2010.c1").focus()
    cell(page, "2021.c2").click(modifiers=["Shift"])
    expect(page.locator("[data-chosen]")).to_have_count(6)
    assert in_focus(page) == "2010.c1"
    keys(page, "Escape")
    expect(page.locator("[data-chosen]")).to_have_count(0)


def test_an_input_method_is_never_robbed_of_a_key(page):
    """Chromium: keydown 229 while composing, then compositionend. Others end first, and then hand on the Enter that
    ended it, as code 229 or, at once, as itself."""
    field = cell(page, "2010.c1")
    field.focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "yi", "selectionStart": 2, "selectionEnd": 2})
    for name in ("Enter", "Escape", "ArrowDown", "ArrowLeft"):
        session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": name, "windowsVirtualKeyCode": 229})
    assert in_focus(page) == "2010.c1"
    session.send("Input.insertText", {"text": "1.2亿"})
    assert in_focus(page) == "2010.c1"
    expect(field).to_have_value("1.2亿")
    expect(page.locator('[data-cell="2010.c1"] .cell-means')).to_have_text("= 12,000.00 万元")
    order = """(withCode) => {
      const field = document.activeElement;
      field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
      field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
      const key = new KeyboardEvent("keydown", { key: "Enter", keyCode: withCode, bubbles: true, cancelable: true });
      const isFree = field.dispatchEvent(key);
      field.dispatchEvent(new KeyboardEvent("keyup", { key: "Enter", bubbles: true }));
      return isFree;
    }"""
    assert page.evaluate(order, 229)
    assert page.evaluate(order, 13)
    assert in_focus(page) == "2010.c1"
    keys(page, "Enter")  # the next one is the form's
    expect(field).to_have_value("12,000.00")
    assert in_focus(page) == "2021.c1"


def test_lists_and_boxes_keep_their_keys(page, annual):
    page.goto("/filings/2023A/t1/")
    chosen = page.locator("#grid select").first
    chosen.focus()
    name, before = in_focus(page), chosen.input_value()
    keys(page, "ArrowDown")
    assert in_focus(page) == name and chosen.input_value() != before
    keys(page, "Delete")
    expect(chosen).to_have_value("")
    keys(page, "Control+z")
    assert chosen.input_value() != ""
    keys(page, "Control+z")
    expect(chosen).to_have_value(before)
    keys(page, "Enter")
    assert in_focus(page) != name
    boxes = page.locator('[name="A47.v"][type=checkbox]')
    boxes.first.focus()
    keys(page, "Space", "ArrowRight", "Space")
    assert [boxes.nth(at).is_checked() for at in range(3)] == [True, True, False]
    keys(page, "Control+z")
    assert [boxes.nth(at).is_checked() for at in range(3)] == [True, False, False]


def test_coming_back_from_another_window_one_types_on(page):
    cell(page, "2010.c1").focus()
    page.keyboard.type("12")
    page.evaluate("""() => {
      const field = document.activeElement;
      Object.defineProperty(document, "hasFocus", { value: () => false, configurable: true });
      field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
      delete document.hasFocus;
      field.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
    }""")
    page.keyboard.type("5")
    assert in_focus(page) == "2010.c1"
    keys(page, "Enter")
    expect(cell(page, "2010.c1")).to_have_value("125.00")
