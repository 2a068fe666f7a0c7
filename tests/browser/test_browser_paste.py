"""Blocks between the official form and a spreadsheet: pasted, told of, taken back, copied out."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from reporting.workflow.period import owe
from tests.browser.clipboards import EXCEL_HTML, EXCEL_TEXT, LIBREOFFICE_HTML, WEB_HTML, WEB_TEXT, WPS_HTML
from tests.browser.desks import cell
from tests.browser.soundness import grave_issues, width_needed
from tests.browser.test_browser_keys import in_focus, keys
from tests.cast import AT
from tests.may import CLEAN_MAY, make_may, open_period
from tests.officials import make_it_be

pytestmark = pytest.mark.browser
T6 = "/filings/2024M05/t6/"
COLUMN = ["2010.c1", "2021.c1", "20211.c1", "20212.c1", "2022.c1", "20221.c1", "20222.c1"]

PASTE = """([text, html]) => {
  const clipboardData = new DataTransfer();
  if (text) clipboardData.setData("text/plain", text);
  if (html) clipboardData.setData("text/html", html);
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  return document.activeElement.dispatchEvent(event);
}"""


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def page(office, may):
    page = office.seat_without_the_form(may.clerk)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(T6)
    return page


def paste(page: Page, key: str, text: str = "", html: str = "") -> None:
    """As Ctrl+V does with what another program left: the browser's own clipboard would clean the HTML first."""
    page.evaluate("key => document.getElementById(`cell-${key}`).focus()", key)
    page.evaluate(PASTE, [text, html])


def values(page: Page, *names: str) -> list[str]:
    return [cell(page, key).input_value() for key in names]


def told(page: Page):
    return page.locator(".told-summary")


def test_a_real_clipboard_of_a_month_goes_in_by_ctrl_v_and_out_by_one_ctrl_z(page, may):
    """The rows as the workbook has them: with the headings and the totals, which are passed over by their place."""
    rows = page.locator("#grid tbody tr").evaluate_all("rows => rows.map(row => row.dataset.row || '')")
    lines = [CLEAN_MAY.get(f"{code}.c1", "9" if code else "") for code in rows]
    page.evaluate("text => navigator.clipboard.writeText(text)", "\r\n".join(lines) + "\r\n")
    cell(page, "2010.c1").focus()
    keys(page, "Control+v")
    expect(told(page)).to_contain_text(f"粘贴 {len(lines)} 行 × 1 列：填入")
    expect(told(page)).to_contain_text("（灰底、不适用或组标题）")
    keys(page, "Control+s")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    stored = may.filing.sheets.get().cells
    assert CLEAN_MAY.items() <= stored.items()
    keys(page, "Control+z")
    keys(page, "Control+s")
    expect(page.locator("#saved-state")).to_contain_text("已于")
    expect(cell(page, "2010.c1")).to_have_value("")
    assert may.filing.sheets.get().cells == {}


@pytest.mark.parametrize(
    ("text", "html", "expected"),
    [
        (EXCEL_TEXT, EXCEL_HTML, [["1,200.50", "900.00"], ["500.00", ""]]),
        ("", EXCEL_HTML, [["1,200.50", "900.00"], ["500.00", ""]]),
        ("1200.50 \t900.00 \r\n\t(8.00)\r\n\t\r\n\t\r\n500\t\r\n", WPS_HTML, [["1,200.50", "900.00"], ["500.00", ""]]),
        ("", WPS_HTML, [["1,200.50", "900.00"], ["7.00", "7.00"]]),
        ("", LIBREOFFICE_HTML, [["1,200.50", ""], ["7.00", "7.00"]]),
        (WEB_TEXT, WEB_HTML, [["1,000.00", "900.00"], ["7.00", "7.00"]]),
    ],
    ids=["excel", "excel, only html", "wps", "wps, only html", "libreoffice", "a web page"],
)
def test_each_programs_block_lands_in_its_places(page, text, html, expected):
    """2010, 2020 (worked out), a heading, another heading or 2021: what stands where is as in the block."""
    order = page.locator("#grid tbody tr").evaluate_all("rows => rows.map(row => row.dataset.row || '')")
    assert order[:4] == ["2010", "2020", "", "2021"]
    names = ["2010.c1", "2010.c2", "20211.c1", "20211.c2"]
    for key in names[2:]:
        cell(page, key).fill("7")
    paste(page, "2010.c1", text, html)
    assert values(page, *names) == [*expected[0], *expected[1]]


def test_joined_cells_of_a_web_page_keep_their_places(page):
    paste(page, "2021.c1", WEB_TEXT, WEB_HTML)
    assert values(page, "2021.c1", "2021.c2") == ["1,000.00", "900.00"]
    assert values(page, "20211.c1", "20211.c2") == ["", "800.00"]
    assert values(page, "20212.c1", "20212.c2") == ["700.00", ""]


def test_every_dress_of_a_figure_is_taken_or_refused_with_its_place_and_reason(page):
    texts = ["１，２００．５", "(300)", "1.2亿", "\u202d1,000\u202c\u00a0", "500-", "12%", "-"]
    paste(page, "2021.c1", "\n".join(texts) + "\n")
    taken = values(page, "2021.c1", *[f"{code}.c1" for code in ("20211", "20212")])
    assert taken == ["1,200.50", "-300.00", "12,000.00"]
    expect(told(page)).to_have_text("粘贴 7 行 × 1 列：填入 5 格（其中换了写法 5 格）；未取 2 格。Ctrl+Z 撤销。")
    refused = page.locator(".told-details details").filter(has_text="未取")
    expect(refused.locator("li")).to_have_count(2)
    expect(refused.locator("li").first).to_contain_text("“12%”的单位与本行的“万元”不同")
    refused.get_by_role("link").first.click()
    key = in_focus(page)
    assert refused.get_by_role("link").first.get_attribute("href") == f"#cell-{key}"
    expect(cell(page, key)).to_have_value("")


def test_what_does_not_fit_is_told_and_an_empty_field_clears(page):
    cell(page, "2113.c1").fill("5")
    cell(page, "2112.c1").fill("40")
    paste(page, "2112.c1", "\t1\t2\t3\t4\t5\t6\n12.5\t\t\t\t\t\t\n9\t\t\t\t\t\t\n")
    assert values(page, "2112.c1", "2113.c1") == ["", "12.50"]
    expect(told(page)).to_contain_text("清空 1 格")
    expect(told(page)).to_contain_text("1 行、2 列超出表格，未取")
    cleared = page.locator(".told-details details").filter(has_text="清空")
    cleared.locator("summary").click()
    expect(cleared.locator("li")).to_contain_text("原为“40”")
    page.get_by_role("region", name="刚才的操作").get_by_role("button", name="撤销").click()
    assert values(page, "2112.c1", "2113.c1") == ["40", "5.00"]


def test_a_block_with_the_codes_of_the_rows_is_laid_by_them(page):
    """As whole rows of the workbook are copied: code, name, unit; here with a head, in another order, one of no row."""
    lines = [
        "代码\t指标名称\t计量单位\t本年本期累计\t去年同期累计",
        "2021\t1.软件产品收入\t万元\t500\t400",
        "2010\t主营业务收入\t万元\t1,000\t900",
        "9999\t别的\t万元\t7\t7",
        "20211\t  其中：基础软件收入\t万元\t100\t",
    ]
    paste(page, "2010.c1", "\n".join(lines) + "\n")
    assert values(page, "2010.c1", "2010.c2", "2021.c1", "20211.c1") == ["1,000.00", "900.00", "500.00", "100.00"]
    expect(told(page)).to_contain_text("粘贴 5 行 × 5 列：填入 6 格")
    expect(told(page)).to_contain_text("按其中的指标代码对应；1 行没有本表的代码，未取")
    paste(page, "2021.c1", "2021\t1.软件产品收入\t万元\t501\t401\n")
    assert values(page, "2021.c1", "2021.c2") == ["501.00", "401.00"]
    paste(page, "2021.c1", "2010\t1\n0\t2\n0\t3\n")  # one figure that looks like a code is a figure
    assert values(page, "2021.c1", "20211.c1", "20212.c1") == ["2,010.00", "0.00", "0.00"]


def test_one_field_goes_into_every_cell_chosen_and_into_the_text_being_edited(page):
    cell(page, "2021.c1").focus()
    keys(page, "Shift+ArrowDown", "Shift+ArrowDown")
    page.evaluate(PASTE, ["0\r\n", ""])
    assert values(page, "2021.c1", "20211.c1", "20212.c1") == ["0.00", "0.00", "0.00"]
    page.evaluate("text => navigator.clipboard.writeText(text)", "34")
    cell(page, "2010.c1").focus()
    page.keyboard.type("12")
    keys(page, "Control+v", "Enter")
    assert values(page, "2010.c1") == ["1,234.00"]


def test_a_block_is_copied_out_and_pasted_back(page):
    for key, text in (("2021.c1", "1200.5"), ("2021.c2", "-3"), ("20211.c2", "0")):
        cell(page, key).fill(text)
    cell(page, "2021.c1").focus()
    keys(page, "Shift+ArrowDown", "Shift+ArrowRight", "Control+c")
    expect(page.locator('p[role="status"].visually-hidden')).to_have_text("已复制 2 行 × 2 列。")
    assert page.evaluate("navigator.clipboard.readText()").splitlines() == ["1,200.50\t-3.00", "\t0.00"]
    assert "<td>1,200.50</td>" in page.evaluate(
        "navigator.clipboard.read().then(([one]) => one.getType('text/html')).then((blob) => blob.text())"
    )
    keys(page, "Escape")
    cell(page, "20212.c1").focus()
    keys(page, "Control+v")
    assert values(page, "20212.c1", "20212.c2") == ["1,200.50", "-3.00"]
    cell(page, "2021.c1").focus()
    keys(page, "Shift+ArrowRight", "Control+x")
    assert values(page, "2021.c1", "2021.c2") == ["", ""]


def test_lists_and_boxes_take_names_and_codes_and_a_code_keeps_its_noughts(page, may, cast):
    owe(cast.yuntu, open_period("2023A", date(2024, 1, 1)))
    page.goto("/filings/2023A/t1/")
    key, code, name = "A18.v", "112", "私营有限责任公司"
    chosen = cell(page, key)
    for text in (code, f"{code} {name}", name):
        chosen.fill("")
        paste(page, key, text)
        expect(chosen).to_have_value(code)
    paste(page, key, "没有这一项")
    expect(chosen).to_have_value(code)
    expect(page.locator(".told-details")).to_contain_text("“没有这一项”不在可选的内容中")
    boxes = page.locator('[name="A47.v"][type=checkbox]')
    names = boxes.evaluate_all("all => all.map((box) => [box.value, box.closest('label').textContent.trim()])")
    boxes.first.focus()
    page.evaluate(PASTE, [f"{names[0][0]}、{names[2][1]}", ""])
    assert boxes.evaluate_all("all => all.map((box) => box.checked)")[:3] == [True, False, True]
    cell(page, key).focus()
    keys(page, "Control+c")
    html = page.evaluate("navigator.clipboard.read().then(([one]) => one.getType('text/html')).then((b) => b.text())")
    assert code in html
    assert page.evaluate("navigator.clipboard.readText()") == code


def test_a_text_takes_one_line_without_what_cannot_be_seen(page, may, cast):
    owe(cast.yuntu, open_period("2023A", date(2024, 1, 1)))
    page.goto("/filings/2023A/t1/")
    field = page.locator("#grid .wide [data-cell]:not(.num) input:not([type=checkbox]):not([role=combobox])").first
    key = field.get_attribute("name")
    paste(page, key, "\u202a重庆市\u00a0渝中区\u202c\tx\n")
    expect(field).to_have_value("重庆市 渝中区")
    paste(page, key, '"两行\n地址"\t')
    expect(field).to_have_value("两行 地址")
    paste(page, key, "长" * 201)
    expect(page.locator(".told-details")).to_contain_text("内容超过200字")


def test_a_workbook_pasted_by_mistake_is_refused(page):
    paste(page, "2010.c1", "1\t" * 600_000)
    expect(told(page)).to_have_text("剪贴板里的内容太多，没有粘贴。请只复制要填的那一块。")
    assert values(page, "2010.c1") == [""]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_strip_fits_the_window_and_hides_no_cell(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    paste(page, "2021.c1", "(1)\t见附件\t3\n" * 25)
    expect(told(page)).to_contain_text("粘贴 25 行 × 3 列")
    assert width_needed(page) <= width
    assert not grave_issues(page)
    strip = page.locator("#told").bounding_box()
    assert strip["x"] >= 0 and strip["x"] + strip["width"] <= width
    is_seen = """() => {
      const cell = document.activeElement.closest("[data-cell]");
      const box = document.activeElement.getBoundingClientRect();
      const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
      return cell.contains(top);
    }"""
    page.wait_for_function(is_seen)
    page.locator(".told-details").get_by_role("link").first.click()
    page.wait_for_function(is_seen)
    page.get_by_role("button", name="关闭").click()
    assert page.locator("#told").bounding_box()["height"] < 3
