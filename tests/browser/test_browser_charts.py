"""Charts are drawn, say what their tables say, and fit a phone and a sheet of paper."""

import pytest
from playwright.sync_api import expect

from tests.browser import everyone
from tests.browser.everyone import PHONE
from tests.browser.soundness import grave_issues, width_needed
from tests.cast import AT
from tests.history.books import stand
from tests.may import make_may
from tests.officials import freeze, make_it_be
from tests.paper.reading import as_characters, pages_of

pytestmark = pytest.mark.browser

MAY = {"2010.c1": "12000", "2020.c1": "5000", "2020.c2": "4000", "2020.c3": "3800", "2090.c1": "1500", "2112.c1": "40"}
SMALLEST = "nodes => Math.min(...nodes.map(text => parseFloat(getComputedStyle(text).fontSize)))"


@pytest.fixture
def clerk(office, cast):
    make_it_be(AT.date())
    may = make_may(cast)
    freeze(may.filing, may.clerk, MAY)
    for month in range(2, 13):
        stand(may.firm, f"2023M{month:02d}", {"2020.c1": str(900 * month), "2020.c3": str(900 * (month - 1))})
    page = office.seat_without_the_form(may.clerk)
    page.goto("/year/")
    expect(page.locator("figure.chart .drawing svg")).to_have_count(page.locator("figure.chart").count())
    return page


def test_a_chart_is_drawn_and_its_table_opened_by_the_keyboard(office, clerk):
    figure = clerk.locator("#chart-so-far")
    drawing, table = figure.locator("[role=img]"), figure.get_by_role("table")
    expect(drawing).to_have_accessible_name("软件业务收入，1月至当月累计，图中数据见下面的数据表")
    assert {"2024年", "2023年", "2月", "12月", "12,000"} <= set(drawing.locator("text").all_text_contents())
    assert clerk.locator(".drawing text").evaluate_all(SMALLEST) >= 12
    expect(table).to_be_hidden()
    button = figure.get_by_role("button", name="数据表")
    button.focus()
    clerk.keyboard.press("Enter")
    expect(table).to_be_visible()
    assert button.get_attribute("aria-expanded") == "true"
    expect(table.get_by_role("row", name="5月 5,000 4,500", exact=True)).to_be_visible()
    clerk.keyboard.press("Enter")
    expect(table).to_be_hidden()
    assert office.complaints == []  # the policy of the page stops nothing


def test_what_a_point_says_is_what_the_table_says(clerk):
    drawing = clerk.locator("#chart-alone .drawing")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    clerk.mouse.move(box["x"] + box["width"] - 30, box["y"] + box["height"] / 2)
    said = clerk.locator("#chart-alone .drawing > div").last
    expect(said).to_contain_text("2024年5月")
    expect(said).to_contain_text("本期（万元）：1,200")
    expect(said).to_contain_text("上年同期（万元）：900")


def test_charts_fit_a_phone_and_are_sound(clerk):
    assert grave_issues(clerk) == []
    clerk.set_viewport_size(PHONE)
    clerk.wait_for_function("[...document.querySelectorAll('.drawing svg')].every(svg => svg.clientWidth <= 390)")
    assert width_needed(clerk) <= PHONE["width"]
    clerk.locator("#chart-alone").get_by_role("button", name="数据表").click()
    assert width_needed(clerk) <= PHONE["width"]
    assert grave_issues(clerk, with_contrast=False) == []


def test_a_chart_prints_with_its_table(clerk):
    everyone.begin_to_look(clerk)
    assert everyone.on_paper(clerk) == []
    clerk.emulate_media(media="print")
    figure = clerk.locator("#chart-so-far")
    expect(figure.locator("svg")).to_be_visible()
    expect(figure.get_by_role("table")).to_be_visible()
    said = "".join(as_characters(page) for page in pages_of(clerk.pdf(prefer_css_page_size=True)))
    assert "软件业务收入，1月至当月累计" in said and said.count("2023年6月") >= 2


def test_without_script_the_tables_stand_open(office, clerk):
    plain = office.chromium.new_context(base_url=office.address, java_script_enabled=False)
    office.contexts.append(plain)
    plain.add_cookies(clerk.context.cookies())
    page = plain.new_page()
    page.goto("/year/")
    figure = page.locator("#chart-so-far")
    expect(figure.get_by_role("table")).to_be_visible()
    expect(figure.locator(".drawing")).to_be_hidden()
    expect(figure.get_by_role("button")).to_have_count(0)


def test_where_the_drawing_does_not_come_the_tables_stand_open(clerk):
    clerk.route("**/vendor/echarts*", lambda route: route.abort())
    clerk.reload()
    figure = clerk.locator("#chart-so-far")
    expect(figure.get_by_role("table")).to_be_visible()
    expect(figure.get_by_role("button")).to_have_count(0)
