"""数据审核 on the filing's page is answered in place: the address stays, the page around it too, the news is said."""

import pytest
from playwright.sync_api import expect

from reporting import workflow
from tests.browser.desks import press
from tests.cast import AT
from tests.may import CLEAN_MAY, make_may
from tests.officials import make_it_be

pytestmark = pytest.mark.browser


def test_a_check_of_the_whole_filing_is_answered_in_place(office, cast):
    make_it_be(AT.date())
    may = make_may(cast)
    workflow.save_sheet(may.filing, "软统企6", {**CLEAN_MAY, "2021.c1": "1.2亿"}, 0, may.clerk, AT)
    workflow.check(may.filing, may.clerk, AT)
    clerk = office.seat_without_the_form(may.clerk)
    clerk.goto("/filings/2024M05/")
    press(clerk, "数据审核")
    expect(clerk.locator(".messages [role=alert]")).to_contain_text("数据审核没有通过")
    expect(clerk.get_by_role("button", name="数据审核", exact=True)).to_be_focused()
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 1, may.clerk, AT)
    press(clerk, "数据审核")  # the page's button is the new page's
    expect(clerk.locator(".messages [role=status]")).to_contain_text("数据审核通过")
    expect(clerk).to_have_url("/filings/2024M05/")
    expect(clerk.get_by_role("navigation", name="主导航")).to_have_count(1)
    expect(clerk.locator(".brand")).to_have_count(1)
    clerk.reload()
    expect(clerk.get_by_role("heading", level=1)).to_contain_text("2024年5月")
