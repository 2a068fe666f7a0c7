"""The rule desk in a browser: a mistake marked while it is typed, the effect beside it, the draft saved; by keys."""

import re
from contextlib import suppress
from urllib.parse import parse_qs

import pytest
from django.core.management import call_command
from playwright.sync_api import Error, expect

from forms_tables.edition.drafting import raw_rule
from reporting.models import DraftEdition, Filing
from tests.browser.soundness import WIDTHS, grave_issues, must_look_right, width_needed
from tests.cast import AT
from tests.editions.test_desk import ABOVE, NARROW, OLD, WIDE, WITHIN
from tests.may import make_may
from tests.officials import freeze, make_it_be

pytestmark = pytest.mark.browser
R604 = "/city/desk/rules/R604/"


@pytest.fixture
def filed(cast):
    make_it_be(AT.date())
    call_command("load_edition", verbosity=0)
    may = make_may(cast)
    for firm, values in {cast.yuntu: WITHIN, cast.jialing: ABOVE}.items():
        freeze(Filing.objects.get(enterprise=firm, period=may.may), may.clerk, values)
    return may


def begin(office, user):
    page = office.seat_without_the_form(user)
    page.goto("/city/desk/")
    page.get_by_role("button", name="起草修订").click()
    page.goto(R604)
    return page


def test_the_city_sees_a_change_before_it_happens_and_saves_it(office, filed):
    page = begin(office, filed.city)
    texts = page.get_by_label("公式（须成立）")
    expect(page.locator("#effect-says")).to_have_text("2024年5月试算的 2 家中，没有一家受影响。")

    texts.fill("M20211 + M2O212 <= M2021")
    expect(page.locator(".mistake mark")).to_have_text("M2O212")
    expect(page.locator("#says-texts")).to_contain_text(
        "第10个字符起：没有名为“M2O212”的指标、参数或属性；请写 M20212。"
    )
    expect(texts).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#effect-says")).to_have_text("改正标出的错误，就能看到影响哪些企业。")

    texts.fill(NARROW)
    expect(page.get_by_text("2024年5月试算的 2 家中：1 家新增不通过，1 家仍不通过。")).to_be_visible()
    expect(texts).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#reads")).to_contain_text("20211＋20212≤2021")
    expect(page.get_by_role("link", name="重庆云图软件有限公司")).to_be_visible()
    page.get_by_role("button", name=re.compile("看名单.*仍不通过")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="重庆嘉陵微电子有限公司")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("看名单.*仍不通过"))).to_be_focused()
    expect(texts).to_have_value(NARROW)

    page.get_by_role("button", name="保存到修订稿").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("R604已保存到修订稿（第1稿）。")).to_be_visible()
    assert raw_rule(DraftEdition.objects.get().content, "R604")["texts"] == [NARROW]


def test_a_late_answer_to_an_earlier_text_is_not_shown(office, filed):
    """The answer to the first text is held back until the second has been answered."""
    page = begin(office, filed.city)
    texts, held = page.get_by_label("公式（须成立）"), []

    def hold(route):
        if "eps" in parse_qs(route.request.post_data)["texts"][0] or held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/effect/", hold)
    texts.fill(NARROW)
    page.wait_for_timeout(600)
    assert held, "the first text was asked about"
    with page.expect_response("**/effect/"):
        texts.fill(OLD)
    with suppress(Error):  # the browser has given that request up
        held[0].continue_()
    page.wait_for_timeout(600)
    expect(page.locator("#effect-says")).to_have_text("2024年5月试算的 2 家中，没有一家受影响。")


def test_the_verdict_on_one_filing_follows_its_figures(office, filed):
    page = begin(office, filed.city)
    page.get_by_label("公式（须成立）").fill(NARROW)
    box = page.get_by_role("textbox", name="20212“工业软件收入”的“本年本期累计”（万元）")
    expect(box).to_have_value("200.01")
    expect(page.get_by_text("不成立1处")).to_be_visible()
    box.fill("200")
    expect(page.get_by_text("不成立1处")).to_be_hidden()


def test_a_stale_tab_keeps_what_was_typed(office, filed):
    page = begin(office, filed.city)
    other = office.seat_without_the_form(filed.city)
    other.goto(R604)
    other.get_by_label("公式（须成立）").fill(WIDE)
    other.get_by_role("button", name="保存到修订稿").click()
    expect(other.get_by_text("R604已保存到修订稿")).to_be_visible()
    page.get_by_label("公式（须成立）").fill(NARROW)
    page.get_by_role("button", name="保存到修订稿").click()
    expect(page.get_by_text("修订稿在您打开之后已由")).to_be_visible()
    expect(page.get_by_label("公式（须成立）")).to_have_value(NARROW)
    page.get_by_role("button", name="保存到修订稿").click()
    expect(page.get_by_text("R604已保存到修订稿（第2稿）。")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_sound_at_both_widths(office, filed, width):
    page = begin(office, filed.city)
    for address in ("/city/desk/rules/", R604, "/city/desk/rules/new/", "/city/desk/rules/P01/"):
        must_look_right(page, address, width)
    page.goto(R604)
    page.get_by_label("公式（须成立）").fill("M20211 + M2O212 <= M2021 + " + "9" * 60)
    expect(page.locator("#says-texts li")).to_be_visible()
    assert width_needed(page) <= width
    assert grave_issues(page) == []
