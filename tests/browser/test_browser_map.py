"""The map of districts by keys: each district that has a name on it is one stop, and leads to its totals."""

import re

import pytest
from playwright.sync_api import expect

from reporting.models import Filing, State
from tests.browser.pictures import HEIGHTS
from tests.filling.figures import file_values
from tests.growth.city import a_period

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", HEIGHTS)
def test_a_district_on_the_map_is_reached_and_pressed_by_keys(office, cast, width):
    period = a_period("2024M05")
    filing = Filing.objects.create(enterprise=cast.yuntu, period=period, district=cast.yuzhong, state=State.LOCKED)
    file_values(filing, {"2020.c1": "130", "2020.c2": "100"}, cast.zhou_tao)
    city = office.seat_without_the_form(cast.zhou_tao)
    city.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    city.goto("/city/map/2024M05/")
    city.get_by_role("link", name="改看地图").click()
    map_box = city.get_by_role("region", name="区县地图，数据见旁边的表")
    map_box.focus()
    city.keyboard.press("Tab")
    focused = city.locator("svg.outlines a:focus")
    expect(focused).to_have_count(1)
    assert focused.get_attribute("aria-hidden") is None
    yuzhong = city.locator("svg.outlines a:not([aria-hidden])").filter(has_text="渝中区")
    expect(yuzhong).to_have_count(1)  # enlarged beside the map, where there is room to write on it
    yuzhong.focus()
    city.keyboard.press("Enter")
    expect(city.get_by_role("heading", level=1)).to_contain_text("渝中区汇总")
    assert city.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_stands_beside_a_bar_has_the_decimals_of_the_table(office, cast):
    period = a_period("2024M05")
    for firm, district, now, then in (
        (cast.yuntu, cast.yuzhong, "130", "100"),
        (cast.shancheng, cast.nanan, "888", "777"),
    ):
        filing = Filing.objects.create(enterprise=firm, period=period, district=district, state=State.LOCKED)
        file_values(filing, {"2020.c1": now, "2020.c2": then}, cast.zhou_tao)
    city = office.seat_without_the_form(cast.zhou_tao)
    city.goto("/city/picture/2024M05/")
    for figure in ("30.0", "14.3"):
        expect(
            city.locator(".drawing svg text").filter(has_text=re.compile(f"^{re.escape(figure)}$")).first
        ).to_be_visible()
