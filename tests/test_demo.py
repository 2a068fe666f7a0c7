"""The demonstration city: deterministic, agreeing with the rules, in every state, never built over real rows."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Enterprise, Installation
from forms_tables import credit_code
from reporting.deadlines import due_moment
from reporting.demo import city
from reporting.demo.firms import BUSINESSES, make_firm
from reporting.demo.stories import OPEN_ANNUAL, OPEN_MONTH, PERIODS, stories_of
from reporting.models import ExtensionRequest, Filing, Review, State, Submission

CODES = ("500103", "500108", "CQ-LJ")


def test_a_firm_is_the_same_in_a_small_and_a_large_city():
    again = make_firm(7, 1, CODES)
    assert make_firm(7, 1, CODES).name == again.name
    assert [story.values for story in stories_of(make_firm(7, 1, CODES))] == [s.values for s in stories_of(again)]
    assert make_firm(7, 2, CODES).credit_code != again.credit_code


def test_every_firm_has_a_right_credit_code_of_its_own():
    codes = [make_firm(number, 1, CODES).credit_code for number in range(2000)]
    assert len(set(codes)) == len(codes)
    assert [credit_code.problem_with(code) for code in codes[::50]] == [None] * 40


@pytest.mark.parametrize("number", range(10, 10 + len(BUSINESSES)))
def test_the_figures_of_every_business_agree_under_the_rules(number):
    """Only a planted mistake blocks; whatever was filed was judged and holds."""
    firm = make_firm(number, 1, CODES)
    for story in stories_of(firm):
        planted = story.state == State.DRAFT and story.period in (OPEN_MONTH.code, OPEN_ANNUAL.code)
        assert story.checked != "errors" or planted, (firm.business.word, story.period)


@pytest.mark.django_db
def test_it_is_built_once_with_every_state_and_two_years_of_months():
    call_command("load_edition", verbosity=0)
    assert city.build(45, 1, lambda words: None) == 45
    states = Counter(Filing.objects.values_list("state", flat=True))
    assert set(states) == set(State.values) - {State.EXEMPT}
    assert len([period for period in PERIODS if not period.is_annual]) == 22
    assert Filing.objects.count() == 45 * len(PERIODS)
    assert Filing.objects.filter(late=True).exists()
    assert {table for tables in Submission.objects.values_list("tables", flat=True) for table in tables} == {
        f"软统企{number}" for number in range(1, 8)
    }
    assert_what_counted_agrees_with_the_stored_dates()
    rows = Filing.objects.count(), Submission.objects.count()
    assert city.build(45, 1, lambda words: None) == 0
    assert (Filing.objects.count(), Submission.objects.count()) == rows


def assert_what_counted_agrees_with_the_stored_dates():
    for sent in Submission.objects.select_related("filing__period").prefetch_related("filing__period__deadlines"):
        filing = sent.filing
        assert sent.due_on == filing.due_on
        assert filing.late == (not sent.on_time)
        assert sent.number > 1 or sent.on_time == (sent.submitted_at <= due_moment(sent.due_on))
        assert sent.extended == (sent.on_time and sent.submitted_at > filing.period.due_at("enterprise"))
    for review in Review.objects.select_related("submission__filing__period"):
        period = review.submission.filing.period
        assert (review.due_on is None) == (review.decision not in ("approve", "send_back"))
        assert review.due_on is None or review.on_time == (review.at <= due_moment(review.due_on))
        assert not period.is_locked or (review.at > period.locked_at) == review.submission.filing.after_lock
    decided = Counter(Review.objects.exclude(due_on=None).values_list("on_time", flat=True))
    assert 0 < decided[False] < decided[True] / 10
    assert {True, None} <= set(ExtensionRequest.objects.values_list("granted", flat=True))
    assert Filing.objects.filter(after_lock=True).exists()


@pytest.mark.django_db
def test_it_is_not_built_over_a_real_register(cast):
    with pytest.raises(CommandError, match="真实名录"):
        call_command("demo", enterprises=3)
    assert not Installation.current().is_demo
    assert Enterprise.objects.count() == 3
