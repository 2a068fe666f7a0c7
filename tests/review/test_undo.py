"""Undoing an approval from the pages: one, and those that were passed together."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from reporting import workflow
from reporting.models import State
from tests.cast import AT, make_user
from tests.may import fresh, make_may
from tests.officials import freeze, make_it_be, sign_in
from tests.reading import markup_of, words_on

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


def test_a_second_press_says_the_same_and_what_is_left_of_the_minute(may, passed, monkeypatch):
    """Passed at 0, pressed again after 20 seconds: 40 are left; after 61 it can be taken back no more."""
    desk, url = sign_in(may.reviewer), reverse("district_approve_clean", args=["2024M05"])
    now = passed.reviews.get().at
    given, undo = {"receipt": [passed.receipt], "seen": "1"}, reverse("district_undo_clean", args=["2024M05"])
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=20))
    answer = desk.post(url, given)
    text = words_on(answer)
    assert "通过 1 份" in text and "须逐份审核" not in text and "之前可以撤销这 1 份" in text
    assert f'action="{undo}"' in markup_of(answer) and 'data-seconds="40"' in markup_of(answer)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=61))
    later = desk.post(url, given)
    assert "通过 1 份" in words_on(later) and undo not in markup_of(later)


def test_what_somebody_else_passed_is_not_said_to_be_ones_own(may, cast, passed):
    colleague = make_user("yuzhong-2", "周敏", "district", district=cast.yuzhong)
    url = reverse("district_approve_clean", args=["2024M05"])
    answer = sign_in(colleague).post(url, {"receipt": [passed.receipt], "seen": "1"})
    text = words_on(answer)
    assert "通过 0 份，1 份须逐份审核" in text and "之前可以撤销" not in text


def test_what_was_taken_back_and_passed_anew_is_passed(may, passed):
    workflow.undo_approval(passed, may.reviewer, clock.now())
    assert workflow.passed_by([passed], may.reviewer) == []
    workflow.approve(passed, may.reviewer, clock.now())
    assert workflow.passed_by([passed], may.reviewer) == [passed]
