"""The night of a deadline asks how it stands while it is seen, and leaves the focus where it is."""

import pytest

from tests.estimates.evening import EVENING, credit_code, fill_evening, said, say_again
from tests.officials import make_it_be

pytestmark = pytest.mark.browser


def test_the_page_renews_itself_and_the_focus_stays(office, cast):
    make_it_be(EVENING.date())
    may = fill_evening(cast)
    page = office.seat(cast.zhou_tao)
    page.clock.install()
    page.goto("/city/night/2024M05/")
    page.locator("#chart-arrivals .drawing svg").wait_for()
    assert "1,540" in page.locator("#night-measures").inner_text()
    link = page.get_by_role("link", name="重庆14号软件有限公司", exact=True)
    link.focus()
    say_again(may, credit_code(0), said(610, 100))
    with page.expect_response(lambda answer: answer.url.endswith("/city/night/2024M05/")):
        page.clock.fast_forward(61_000)
    page.locator("#night-measures", has_text="2,040").wait_for()
    assert link.evaluate("node => node === document.activeElement")
    page.locator("#chart-arrivals .drawing svg").wait_for()

    page.locator("#chart-arrivals button").focus()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(61_000)
    assert asked == []
