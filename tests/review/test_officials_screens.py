"""The officials' pages in a real browser: figures sent back by a click, or without script."""

import pytest
from django.urls import reverse

from reporting.models import State
from tests.cast import AT, assemble
from tests.may import fresh, make_may
from tests.officials import file_may, make_it_be, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def may(transactional_db):
    make_it_be(AT.date())
    return make_may(assemble())


@pytest.fixture
def enter(live_server):
    """Sign a person in without the form."""

    def enter(page, user) -> None:
        session = sign_in(user).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    return enter


def test_clicking_two_figures_sends_both_back(page, enter, may):
    submission = file_may(may.filing, may.clerk)
    enter(page, may.reviewer)
    page.goto(reverse("district_review", args=[submission.receipt]))
    page.locator('td[data-cell="2021.c1"]').click()
    page.keyboard.type("请附合同")
    page.get_by_role("button", name="再加一条理由").click()
    page.locator('td[data-cell="2010.c1"]').click()
    page.keyboard.type("累计数应大于上期")
    page.get_by_role("button", name="退回企业修改").click()
    page.get_by_text("已退回企业。").wait_for()
    review = submission.reviews.get()
    assert [(row["cell"], row["reason"]) for row in review.reasons] == [
        ("2021.c1", "请附合同"),
        ("2010.c1", "累计数应大于上期"),
    ]
    assert fresh(may.filing).state == State.RETURNED


def test_without_script_a_list_names_the_cell(chromium, live_server, enter, may):
    submission = file_may(may.filing, may.clerk)
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    plain = context.new_page()
    enter(plain, may.reviewer)
    plain.goto(reverse("district_review", args=[submission.receipt]))
    plain.locator("form[action$='send-back/'] select[name=cell]").first.select_option("2021.c1")
    plain.locator("textarea[name=reason]").first.fill("请附合同")
    plain.get_by_role("button", name="退回企业修改").click()
    context.close()
    assert submission.reviews.get().reasons == [{"cell": "2021.c1", "reason": "请附合同"}]
