"""A reviewer goes through what waits without the mouse, and with a thumb."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from reporting.conversation.threads import say
from reporting.models import Filing, Review, State
from reporting.workflow.period import owe
from tests.browser.soundness import grave_issues, width_needed
from tests.cast import AT, Cast, make_enterprise
from tests.may import fresh, make_may
from tests.officials import WARNING, freeze, make_it_be

pytestmark = pytest.mark.browser
HEADING = ".page h1"
FIVE = 5
SOON = 400  # static/review/swapping.js


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def five(may, cast: Cast):
    """Five filings of 渝中区 that wait, each with a doubt."""
    firms = [
        make_enterprise(f"91500103MB{number:08d}", f"第{number}软件有限公司", cast.yuzhong) for number in range(FIVE)
    ]
    for number, firm in enumerate(firms):
        owe(firm, may.may)
        figures = {
            "2010.c1": f"{(number + 1) * 1000}.00",
            "2020.c1": "800.00",
            "2090.c1": "-900.00",
            "2110.c1": "10.00",
        }
        freeze(Filing.objects.get(enterprise=firm, period=may.may), may.clerk, figures, [WARNING])
    return firms


def open_the_first(office, reviewer: User):
    page = office.seat_without_the_form(reviewer)
    waiting = Filing.objects.filter(state=State.SUBMITTED).select_related("in_force").order_by("pk")
    page.goto(f"/district/submissions/{waiting[0].in_force.receipt}/")
    page.requests = []
    page.on(
        "request", lambda asked: page.requests.append(asked) if asked.resource_type in {"document", "fetch"} else None
    )
    return page


def firm_on(page) -> str:
    return page.locator(HEADING).inner_text().partition(" ")[0]


def press_on(page, key: str) -> str:
    """Press, and the next filing is there; whose it was."""
    firm = firm_on(page)
    page.keyboard.press(key)
    expect(page.locator(HEADING)).not_to_contain_text(firm)
    expect(page.locator(HEADING)).to_be_focused()
    page.wait_for_timeout(SOON)  # sooner nothing is decided about it
    return firm


def decisions_on(name: str) -> list[str]:
    said = Review.objects.filter(submission__filing__enterprise__name=name).order_by("pk")
    return list(said.values_list("decision", flat=True))


def test_five_filings_are_decided_by_keys_alone(office, may, five):
    page = open_the_first(office, may.reviewer)
    page.keyboard.press("u")
    expect(page.locator("[data-keys-say]")).to_have_text("没有可以撤销的。")
    page.keyboard.press("d")
    expect(page.locator("td[data-cell]:focus")).to_have_count(1)
    first = press_on(page, "a")
    assert page.get_by_text("审核通过，一分钟内可以撤销").count() == 1
    expect(page.locator(".messages .visually-hidden")).to_have_text(f"{first}：已审核通过。")
    press_on(page, "u")  # taken back, it is there again
    assert firm_on(page) == first and decisions_on(first) == ["approve", "undo"]
    page.requests.clear()
    first, second = press_on(page, "a"), press_on(page, "a")
    assert [asked.method for asked in page.requests] == ["POST", "POST"]
    assert page.evaluate("window.scrollY") == 0 and firm_on(page) in page.title()

    third = firm_on(page)
    page.keyboard.press("r")
    page.get_by_role("button", name="漏填，请补充。").focus()
    page.keyboard.press("Enter")
    page.get_by_label("加一格").select_option("2010.c1")
    page.get_by_label("加一格").select_option("2110.c1")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_label("退回理由")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(HEADING)).not_to_contain_text(third)
    press_on(page, "n")
    press_on(page, "p")
    assert (decisions_on(first), decisions_on(second)) == (["approve", "undo", "approve"], ["approve"])
    [returned] = Review.objects.filter(submission__filing__enterprise__name=third)
    assert returned.reasons == [{"cell": key, "reason": "漏填，请补充。"} for key in ("2010.c1", "2110.c1")]
    here = firm_on(page)
    with page.expect_event("load"):
        page.evaluate("window.history.back()")
    expect(page.locator(HEADING)).not_to_contain_text(here)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("审核通过，接着打开下一份")
    assert grave_issues(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_what_somebody_types_is_no_key_and_a_refusal_keeps_it(office, may, five):
    page = open_the_first(office, may.reviewer)
    page.locator("td[data-cell='2010.c1']").click()
    page.keyboard.type("aaa与发票不符")
    firm = firm_on(page)
    page.locator("td[data-cell='2020.c1']").click()
    Filing.objects.filter(enterprise__name=firm).update(state=State.DRAFT)  # taken away under the reviewer's hands
    page.get_by_role("button", name="退回企业修改").click()
    expect(page.get_by_label("退回理由")).to_have_value("aaa与发票不符")
    expect(page.locator("td.picked")).to_have_count(2)
    assert decisions_on(firm) == []


@pytest.mark.parametrize("press", ["key", "mouse"])
def test_the_doubtful_cell_is_picked_once_when_it_opens_the_panel(office, may, five, press):
    page = open_the_first(office, may.reviewer)
    page.keyboard.press("d")
    doubted = page.locator("td[data-cell]:focus")
    place = doubted.get_attribute("data-place")
    if press == "key":
        page.keyboard.press("Enter")
    else:
        doubted.click()
    suggested = page.get_by_role("list", name="有疑点的单元格").get_by_role("button", name=place)
    expect(page.locator("td.picked")).to_have_count(1)
    expect(page.get_by_role("button", name=f"去掉 {place}")).to_be_visible()
    expect(suggested).to_have_count(0)
    page.get_by_role("button", name=f"去掉 {place}").click()
    expect(page.locator("td.picked")).to_have_count(0)
    suggested.click()
    expect(page.locator("td.picked")).to_have_count(1)
    expect(page.get_by_label("退回理由")).to_be_focused()


def test_an_open_panel_can_be_scrolled_free_of_every_cell(office, may, five):
    page = open_the_first(office, may.reviewer)
    page.keyboard.press("r")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    panel = page.locator("#send-back").bounding_box()
    last = page.locator("td[data-cell]:visible").last.bounding_box()
    assert last["y"] + last["height"] <= panel["y"]


def test_a_lost_connection_keeps_the_page_and_the_next_press_goes_by_itself(office, may, five):
    page = open_the_first(office, may.reviewer)
    firm = firm_on(page)
    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(page.locator("#live")).to_contain_text("网络连接中断")
    page.context.set_offline(False)
    page.keyboard.press("a")
    expect(page.locator(HEADING)).not_to_contain_text(firm)
    assert decisions_on(firm) == ["approve"]


def test_a_double_click_decides_about_one(office, may, five):
    page = open_the_first(office, may.reviewer)
    firm = firm_on(page)
    page.get_by_role("button", name=re.compile("^审核通过")).dblclick()
    expect(page.locator(HEADING)).not_to_contain_text(firm)
    assert Review.objects.count() == 1


def test_a_key_pressed_twice_decides_about_one(office, may, five):
    """Also where the second press comes when the next filing is there already, and where the key is held."""
    page = open_the_first(office, may.reviewer)
    firm = firm_on(page)
    page.evaluate("""() => {
      const key = (repeat) => new KeyboardEvent("keydown", { key: "a", repeat, bubbles: true });
      const press = (repeat) => document.body.dispatchEvent(key(repeat));
      new MutationObserver((changes, watch) => {
        if (!changes.some((change) => [...change.addedNodes].some((node) => node.matches?.(".page")))) return;
        watch.disconnect();
        setTimeout(() => { press(false); press(true); document.body.dataset.pressedAgain = "yes"; });
      }).observe(document.body, { childList: true, subtree: true });
    }""")
    page.keyboard.press("a")
    expect(page.locator("body[data-pressed-again]")).to_have_count(1)
    expect(page.locator(HEADING)).not_to_contain_text(firm)
    second = firm_on(page)
    page.wait_for_timeout(SOON)
    assert firm_on(page) == second and Review.objects.count() == 1
    press_on(page, "a")
    assert decisions_on(second) == ["approve"]


def test_a_second_tab_says_what_the_first_decided(office, may, five):
    page = open_the_first(office, may.reviewer)
    firm = firm_on(page)
    other = page.context.new_page()
    other.goto(page.url)
    press_on(page, "a")
    other.keyboard.press("r")
    other.get_by_label("退回理由").fill("请核实")
    other.keyboard.press("Control+Enter")
    expect(other.locator(".messages")).to_contain_text("已在此之前作出处理（审核通过）")
    assert decisions_on(firm) == ["approve"]


def test_what_stands_in_the_bar_is_of_one_height_and_words_on_cells_stand_below_what_is_folded(office, may, five):
    first = Filing.objects.filter(state=State.SUBMITTED).order_by("pk")[0]
    say(first, "人数请核对。", may.reviewer, AT, cell="2112.c1")
    page = open_the_first(office, may.reviewer)
    boxes = [each.bounding_box() for each in page.locator(".review-bar :is(.btn, summary):visible").all()]
    assert len(boxes) >= 7 and len({(round(box["y"]), round(box["height"])) for box in boxes}) == 1, boxes
    folded = page.locator("main > .fold:not([open])").first.bounding_box()
    assert page.get_by_role("heading", name="就单元格的留言").bounding_box()["y"] >= folded["y"] + folded["height"]


def test_a_thumb_approves_on_a_phone(office, may, five):
    page = open_the_first(office, may.reviewer)
    page.set_viewport_size({"width": 390, "height": 844})
    assert width_needed(page) <= 390
    firm = firm_on(page)
    for name in ("审核通过", "退回", "查询", "下一份"):
        box = page.locator(".review-bar .btn", has_text=name).bounding_box()
        assert box["height"] >= 44 and box["width"] >= 60, name
    page.locator(".review-bar .btn", has_text="审核通过").click()
    expect(page.locator(HEADING)).not_to_contain_text(firm)
    assert decisions_on(firm) == ["approve"]
    page.locator(".review-bar .btn", has_text="退回").click()
    page.get_by_role("button", name="漏填，请补充。").click()
    assert grave_issues(page, with_contrast=False) == []
    expect(page.get_by_label("退回理由")).to_have_value("漏填，请补充。")


def test_all_rows_are_one_key_away_and_stay_so(office, may, five):
    page = open_the_first(office, may.reviewer)
    quiet = page.locator("#row-2023")
    expect(quiet).to_be_hidden()
    page.keyboard.press("c")
    expect(quiet).to_be_visible()
    press_on(page, "n")
    expect(page.locator("#row-2023")).to_be_visible()


def test_the_last_one_leads_back_to_the_queue(office, may, five):
    page = open_the_first(office, may.reviewer)
    for _ in range(FIVE - 1):
        press_on(page, "a")
    page.keyboard.press("a")
    page.wait_for_url("**/district/queue/2024M05/")
    expect(page.locator(".messages")).to_contain_text("没有其他待审核的了")
    assert not Filing.objects.filter(state=State.SUBMITTED).exists() and fresh(may.filing).state == State.NOT_STARTED
