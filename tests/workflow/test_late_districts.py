"""When a district is late, and when what it holds is not its fault; to the second."""

from datetime import date, datetime, timedelta

import pytest

from accounts import clock
from reporting import workflow
from reporting.filing.punctuality import decide_by, held_past_due
from reporting.models import Filing, Review
from tests.cast import AT
from tests.may import AFTER_DUE, LAST_SECOND
from tests.officials import file_may, sign_in
from tests.reading import markup_of, words_on
from tests.workflow.lateness import (
    END_OF_13TH,
    LATER,
    START_OF_14TH,
    THE_13TH,
    THE_14TH,
    extend,
    let_in_late,
    make_alike_may,
    moment,
    move_district,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def may():
    return make_alike_may()


@pytest.mark.parametrize("decide", ["approve", "send_back"])
@pytest.mark.parametrize(("at", "on_time"), [(END_OF_13TH, True), (START_OF_14TH, False)])
def test_a_decision_keeps_the_districts_date_and_whether_it_held(may, decide, at, on_time):
    sent = file_may(may.filing, may.clerk, at=LAST_SECOND)
    if decide == "approve":
        review = workflow.approve(sent, may.reviewer, at)
    else:
        review = workflow.send_back(sent, [{"cell": "", "reason": "请核实"}], may.reviewer, at)
    assert (review.due_on, review.on_time, review.is_overdue) == (THE_13TH, on_time, not on_time)
    may.may.deadlines.update(date=date(2024, 6, 30))
    assert Review.objects.get().due_on == THE_13TH


@pytest.mark.parametrize(
    ("came", "due_on"),
    [
        (moment(13), THE_14TH),  # Thursday: Friday
        (END_OF_13TH, THE_14TH),
        (START_OF_14TH, date(2024, 6, 17)),  # Friday: Monday
        (moment(15, 12), date(2024, 6, 17)),
    ],
)
def test_what_came_late_is_decided_by_the_end_of_the_next_working_day(may, came, due_on):
    let_in_late(may)
    sent = file_may(may.filing, may.clerk, at=came)
    last = datetime.combine(due_on, LAST_SECOND.timetz())
    assert decide_by(sent) == due_on
    assert may.filing not in held_past_due(Filing.objects.all(), last)
    assert may.filing in held_past_due(Filing.objects.all(), last + timedelta(seconds=1))
    assert workflow.approve(sent, may.reviewer, last).on_time


def test_a_day_later_it_is_the_district_that_is_late(may):
    let_in_late(may)
    sent = file_may(may.filing, may.clerk, at=START_OF_14TH)
    assert not workflow.approve(sent, may.reviewer, moment(18)).on_time


def test_what_came_within_an_extension_leaves_the_district_a_day_too(may):
    extend(may)
    sent = file_may(may.filing, may.clerk, at=END_OF_13TH)
    assert decide_by(sent) == THE_14TH


def test_a_late_one_never_shortens_the_districts_time(may):
    move_district(may, date(2024, 6, 20))
    let_in_late(may)
    assert decide_by(file_may(may.filing, may.clerk, at=AFTER_DUE)) == date(2024, 6, 20)


def test_the_working_days_are_those_of_the_calendar(may):
    """After 7 June 2024, a Friday, comes 端午节: off from Saturday 8 to Monday 10; worked again on Tuesday."""
    may.may.deadlines.filter(level="enterprise").update(date=date(2024, 6, 6))
    may.may.deadlines.filter(level="district").update(date=date(2024, 6, 7))
    let_in_late(may, at=moment(7, 9))
    sent = file_may(may.filing, may.clerk, at=moment(7, 9))
    assert decide_by(sent) == date(2024, 6, 11)
    for at, held in ((moment(11, 23, 59, 59), False), (moment(12), True)):
        assert held_past_due(Filing.objects.all(), at).exists() == held


def test_what_came_by_the_firms_date_is_due_on_the_districts_even_at_a_weekend(may):
    may.may.deadlines.filter(level="enterprise").update(date=THE_14TH)
    move_district(may, date(2024, 6, 15))
    sent = file_may(may.filing, may.clerk, at=moment(14, 23, 59, 59))
    assert decide_by(sent) == date(2024, 6, 15)
    assert not held_past_due(Filing.objects.all(), moment(15, 23, 59, 59)).exists()
    assert held_past_due(Filing.objects.all(), moment(16)).exists()


def test_an_answer_starts_the_districts_time_again(may):
    sent = file_may(may.filing, may.clerk)
    workflow.query(sent, may.reviewer, moment(12), "为何？")
    assert not held_past_due(Filing.objects.all(), LATER).exists()  # the firm has it
    workflow.answer(may.filing, may.clerk, START_OF_14TH, "合同在下月验收。")
    assert not held_past_due(Filing.objects.all(), moment(17, 23, 59, 59)).exists()
    assert held_past_due(Filing.objects.all(), moment(18)).exists()
    assert workflow.approve(sent, may.reviewer, moment(17)).on_time


def test_what_the_city_returned_has_no_date_of_the_districts(may):
    sent = file_may(may.filing, may.clerk)
    workflow.approve(sent, may.reviewer, AT)
    workflow.city_return(sent, [{"cell": "", "reason": "与台账不符"}], may.city, moment(14))
    review = workflow.send_back(sent, [{"cell": "", "reason": "市级要求核对"}], may.reviewer, LATER)
    assert (review.due_on, review.on_time, review.is_overdue) == (None, None, False)


def test_the_district_sees_what_it_held_too_long(may, monkeypatch):
    sent, theirs = file_may(may.filing, may.clerk), file_may(may.other_filing, may.other_clerk)
    district, city = sign_in(may.reviewer), sign_in(may.city)
    look = lambda client, path: words_on(client.get(path))  # noqa: E731
    monkeypatch.setattr(clock, "now", lambda: END_OF_13TH)
    assert "区县逾期\n没有\n" in look(district, "/district/")
    assert "区县逾期未审" not in look(district, "/district/queue/2024M05/")
    assert "区县审核截止\n2024年6月13日\n" in look(district, f"/district/submissions/{sent.receipt}/")
    monkeypatch.setattr(clock, "now", lambda: START_OF_14TH)
    assert "1 份：过了审核截止才决定的 0 份" in look(district, "/district/")
    assert "区县逾期未审 2 份" in look(city, "/city/")
    assert "区县逾期未审（1）" in look(district, "/district/queue/2024M05/?state=held")
    queue = markup_of(district.get("/district/queue/2024M05/?state=held"))
    assert sent.receipt in queue and theirs.receipt not in queue
    assert "已逾期" in look(district, f"/district/submissions/{sent.receipt}/")
    workflow.approve(sent, may.reviewer, START_OF_14TH)
    assert "1 份：过了审核截止才决定的 1 份" in look(district, "/district/")
    assert "区县逾期（截止 6月13日）" in look(district, f"/district/submissions/{sent.receipt}/record/")
