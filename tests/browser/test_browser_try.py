"""试一家: figures in boxes, and the rule's verdict while they are changed."""

import json
import re
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.templatetags.static import static
from playwright.sync_api import expect

from forms_tables.edition.periods import PeriodCode
from forms_tables.judges.browser import trial
from forms_tables.notation.decimals import Reading
from forms_tables.rules.checks import conditions_of
from tests.browser.soundness import WIDTHS, grave_issues, width_needed
from tests.rules.test_rules import EDITION

pytestmark = pytest.mark.browser

FIGURES = {"2020.c1": "1200", "2021.c1": "400", "2022.c1": "300", "2023.c1": "200", "2024.c1": "300.00"}
FRAGMENT = "editions/desk/_try.html"


def panel_of(rule, figures=FIGURES, **more):
    """The fragment for a rule in the columns of one month, begun with these figures."""
    conditions = [condition for condition in conditions_of(EDITION, "month") if condition.rule.id == rule]
    values = {key: Decimal(text) for key, text in figures.items()}
    reading = Reading(EDITION, PeriodCode(2024, 5), values, more.get("attributes", {}), more.get("parameters", {}))
    return render_to_string(FRAGMENT, {"try_json": trial(conditions, reading), "try_whose": "重庆云图2024年5月"})


def show(page, fragment, width=1440):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/login/")
    bring(page, fragment)
    for name in ("judge.js", "try-rule.js"):
        page.add_script_tag(url=static(name))


def bring(page, fragment):
    """As htmx puts an answer into a page."""
    page.evaluate("text => htmx.swap('#content', '<h1>规则</h1>' + text, { swapStyle: 'innerHTML' })", fragment)


def box(page, words):
    return page.get_by_role("textbox", name=words, exact=True)


def verdict(page):
    return page.locator("main").get_by_role("status")


SOFTWARE = "2020“软件业务收入合计”的“本年本期累计”（万元）"


def test_the_verdict_follows_what_is_typed(page):
    show(page, panel_of("R601"))
    expect(box(page, SOFTWARE)).to_have_value("1200")
    expect(verdict(page)).to_have_text("成立 全部3处：成立1处，不适用2处。")
    box(page, SOFTWARE).fill("1200.05")
    expect(verdict(page)).to_have_text("不成立 全部3处：不成立1处，不适用2处。")
    for typed in ("1,200.04", "１２００．０４", "+1200.040"):  # ε is 0.01 for each of four
        box(page, SOFTWARE).fill(typed)
        expect(verdict(page)).to_have_text("成立 全部3处：成立1处，不适用2处。")
    box(page, SOFTWARE).fill(" ")
    expect(verdict(page)).to_contain_text("不适用3处")
    expect(verdict(page)).to_contain_text("所读的格有空格")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("12a", "“12a”不是数字，请只填数字，如1,234.56"),
        ("1e3", "不是数字"),
        ("12,00", "的千分位逗号位置不对"),
        ("0.001", "的小数超过2位"),
        ("1234567890123456", "的整数部分超过15位"),
        ("(5)", "不是数字"),
    ],
)
def test_what_is_no_figure_is_said_beside_its_box(page, typed, sentence):
    show(page, panel_of("R601"))
    box(page, SOFTWARE).fill(typed)
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(box(page, SOFTWARE)).to_have_attribute("aria-invalid", "true")
    expect(verdict(page)).to_have_text(re.compile("^待改正.*全部3处：不适用2处，待改正1处。$"))
    box(page, SOFTWARE).fill("1200")
    expect(page.get_by_role("alert").filter(has_text="。")).to_have_count(0)
    expect(box(page, SOFTWARE)).not_to_have_attribute("aria-describedby", "try-1-0-problem")
    expect(verdict(page)).to_have_text("成立 全部3处：成立1处，不适用2处。")


def test_words_and_parameters_have_boxes_too(page):
    figures = {"2024.c1": "25.01", "20241.c1": "100"}
    show(page, panel_of("R609", figures, attributes={"A36": "是"}, parameters={"k": Decimal("0.25")}))
    expect(verdict(page)).to_have_text("成立")
    coefficient = page.get_by_label("企业加权折算系数")
    for typed, words in (("0.24", "不成立"), (".25", "成立"), ("-.25", "不成立"), ("0.25", "成立")):
        coefficient.fill(typed)
        expect(verdict(page)).to_have_text(words)
    coefficient.fill("")  # a parameter nobody entered
    expect(verdict(page)).to_have_text(re.compile("^不适用"))
    coefficient.fill("0.24")
    page.get_by_label(EDITION.indicator("A36").name).fill(" 否 ")
    expect(verdict(page)).to_have_text(re.compile("^不适用"))


def test_it_begins_where_the_rule_fails_and_shows_another_place_when_asked(page):
    figures = {**FIGURES, **{key.replace("c1", "c3"): text for key, text in FIGURES.items()}, "2020.c3": "1"}
    show(page, panel_of("R601", figures))
    places = page.get_by_label("看哪一处")
    expect(places.locator("option:checked")).to_contain_text("3. 软统企6表2020")
    expect(verdict(page)).to_contain_text("不成立")
    expect(box(page, SOFTWARE)).to_be_hidden()
    places.select_option("0")
    expect(box(page, SOFTWARE)).to_be_visible()
    page.get_by_text("各处的结论").click()
    expect(page.get_by_role("row").nth(3)).to_contain_text("不成立")


def test_it_opens_again_when_htmx_brings_another(page):
    show(page, panel_of("R601"))
    expect(page.get_by_role("textbox")).to_have_count(5)
    bring(page, panel_of("R602", {"20211.c1": "5", "2021.c1": "4"}))
    expect(verdict(page)).to_contain_text("不成立1处")
    expect(page.get_by_role("textbox")).to_have_count(2)


def test_what_an_edition_says_is_text_and_no_markup(page):
    panel = json.loads(trial(conditions_of(EDITION, "month")[:1], Reading(EDITION, PeriodCode(2024, 5), {}, {}, {})))
    hostile = "</div><img src=x onerror=alert(1)>'\"&"
    panel["boxes"][0] |= {"words": hostile, "value": hostile}
    panel["conditions"][0] |= {"place": hostile, "says": hostile, "premise": hostile}
    show(page, render_to_string(FRAGMENT, {"try_json": json.dumps(panel)}))
    expect(page.get_by_role("textbox").first).to_have_value(hostile)
    assert page.locator("img").count() == 0


def test_without_a_filing_it_says_what_to_do(page):
    show(page, render_to_string(FRAGMENT, {"try_json": ""}))
    expect(page.get_by_text("请选一个这条规则适用的报告期和一家企业")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_sound_at_both_widths(page, width):
    show(page, panel_of("X01", {"2010.c1": "5"}), width)
    page.get_by_text("各处的结论").click()
    page.get_by_role("textbox").first.fill("五")
    expect(page.get_by_role("alert").filter(has_text="不是数字")).to_be_visible()
    assert width_needed(page) <= width
    assert grave_issues(page) == []
