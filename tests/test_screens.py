"""Every screen in a real browser, at a desk and on a phone: nothing blocked, no sideways scrolling, no axe finding."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

WIDTHS = [1440, 390]
FOR_ANYBODY = ["/login/", "/apply/", "/apply/state/", "/manual/"]


def grave_issues(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{issue['id']} ({issue['impact']}): {node['html'][:200]}"
        for issue in found
        if issue["impact"] in {"serious", "critical"}
        for node in issue["nodes"]
    ]


def must_look_right(page, address: str, width: int, status: int = 200) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.goto(address).status == status, address
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} scrolls sideways at {width}"
    assert grave_issues(page) == [], address


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("address", FOR_ANYBODY)
def test_a_stranger_sees_a_sound_screen(page, address, width):
    must_look_right(page, address, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_that_is_not_there_says_so_on_a_sound_screen(page, width):
    must_look_right(page, "/no-such-page/", width, status=404)
