"""Every screen in a real browser, at a desk and on a phone: nothing blocked, no sideways scrolling, no axe finding."""

import pytest

from tests.browser.soundness import WIDTHS, must_look_right

pytestmark = pytest.mark.browser

FOR_ANYBODY = ["/login/", "/apply/", "/apply/state/", "/manual/"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("address", FOR_ANYBODY)
def test_a_stranger_sees_a_sound_screen(page, address, width):
    must_look_right(page, address, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_that_is_not_there_says_so_on_a_sound_screen(page, width):
    must_look_right(page, "/no-such-page/", width, status=404)
