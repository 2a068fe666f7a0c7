"""Undoing an approval from the pages: one, and those that were passed together."""

import pytest
from django.urls import reverse

from accounts import clock
from reporting import workflow
from reporting.models import State
from tests.cast import AT
from tests.may import fresh, make_may
from tests.officials import freeze, make_it_be, sign_in
from tests.reading import words_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def passed(may):
    submission = freeze(may.filing, may.clerk, {"2010.c1": "1000.00"})
    workflow.approve(submission, may.reviewer, clock.now())
    return submission


def test_one_is_taken_back_and_a_second_press_says_so(may, passed):
    desk, url = sign_in(may.reviewer), reverse("district_undo", args=[passed.receipt])
    assert "已撤销审核通过" in words_on(desk.post(url, follow=True))
    assert fresh(may.filing).state == State.SUBMITTED
    assert "这份审核通过已经撤销" in words_on(desk.post(url), 409)
    assert passed.reviews.count() == 2


def test_another_district_does_not_find_it(may, passed):
    stranger = sign_in(may.other_reviewer)
    assert stranger.post(reverse("district_undo", args=[passed.receipt])).status_code == 404
    answer = stranger.post(reverse("district_undo_clean", args=["2024M05"]), {"receipt": [passed.receipt]})
    assert "没有可以撤销的上报件" in words_on(answer)
    assert fresh(may.filing).state == State.APPROVED


def test_a_batch_is_taken_back_and_what_was_overtaken_is_told(may, cast, passed):
    desk, url = sign_in(may.reviewer), reverse("district_undo_clean", args=["2024M05"])
    assert "已撤销 1 份审核通过" in words_on(desk.post(url, {"receipt": [passed.receipt]}))
    text = words_on(desk.post(url, {"receipt": [passed.receipt]}))
    assert "已撤销 0 份审核通过，1 份没有撤销" in text and "已经撤销" in text
    assert desk.post(reverse("district_undo_clean", args=["2031M05"])).status_code == 404
