"""A date that moves after some have filed: everybody is judged by the new one, and nobody becomes late by it."""

from datetime import date

import pytest

from accounts.models import JournalEntry
from reporting import workflow
from reporting.models import Deadline, Filing, Review
from reporting.results.timelines import Outcome, timelines_of
from reporting.totals.progress import progress_of
from reporting.workflow import Refused
from tests.cast import AT
from tests.may import AFTER_DUE, fresh
from tests.officials import file_may, sign_in
from tests.reading import words_on
from tests.workflow.lateness import THE_14TH, extend, let_in_late, make_alike_may, moment

pytestmark = pytest.mark.django_db

SENT_BACK = [{"cell": "", "reason": "请核实"}]


@pytest.fixture
def may():
    return make_alike_may()


def set_dates(may, enterprise: int, district: int, at=AFTER_DUE) -> None:
    days = {"enterprise": enterprise, "district": district, "city": max(district, 22)}
    dates = {level: date(2024, 6, day) for level, day in days.items()}
    workflow.set_deadlines(may.may, dates, may.city, at, "系统维护", "渝经信函〔2024〕1号")


def timing(submission) -> tuple[str, date]:
    submission.refresh_from_db()
    return submission.timing, submission.due_on


def test_who_filed_within_the_new_date_is_in_time_everywhere(may, monkeypatch):
    let_in_late(may)
    sent = file_may(may.filing, may.clerk, at=moment(14, 9))
    early = file_may(may.other_filing, may.other_clerk)
    workflow.approve(sent, may.reviewer, moment(14, 10))
    assert timing(sent) == ("迟报", date(2024, 6, 12)) and fresh(may.filing).late
    set_dates(may, 19, 20, moment(14, 11))
    assert timing(sent) == timing(early) == ("按时", date(2024, 6, 19))
    assert not fresh(may.filing).late
    numbers = progress_of(Filing.objects.of(may.may))
    assert (numbers.late, numbers.on_time) == (0, 2)
    (timeline,) = timelines_of(Filing.objects.filter(pk=may.filing.pk), moment(21))
    assert (timeline.outcome, timeline.due_on) == (Outcome.ON_TIME, date(2024, 6, 19))
    entry = JournalEntry.objects.get(action="调整截止日")
    assert entry.after["迟报改为按时的上报件"] == "1 份" and "逾期改为按时的区县审核" not in entry.after
    page = words_on(sign_in(may.clerk).get("/filings/2024M05/submissions/1/"))
    assert "按时（当时的截止日 6月19日）" in page


def test_a_correction_is_in_time_as_the_first_has_become(may):
    let_in_late(may)
    first = file_may(may.filing, may.clerk, at=AFTER_DUE)
    workflow.send_back(first, SENT_BACK, may.reviewer, AFTER_DUE)
    second = file_may(may.filing, may.clerk, reason="已核实", at=moment(13, 12))
    set_dates(may, 13, 20, moment(13, 13))
    assert timing(first) == timing(second) == ("按时", date(2024, 6, 13))
    workflow.send_back(second, SENT_BACK, may.reviewer, moment(14))
    assert file_may(may.filing, may.clerk, reason="又核实", at=moment(14)).on_time


def test_what_was_within_an_extension_is_plainly_in_time_once_everybody_has_as_long(may):
    extend(may, date(2024, 6, 13))
    sent = file_may(may.filing, may.clerk, at=moment(13, 9))
    assert timing(sent) == ("延期内上报", date(2024, 6, 13))
    set_dates(may, 19, 20, moment(13, 10))
    assert timing(sent) == ("按时", date(2024, 6, 19))


def test_the_districts_decisions_are_reckoned_anew_as_well(may):
    sent = file_may(may.filing, may.clerk)
    workflow.send_back(sent, SENT_BACK, may.reviewer, moment(14, 9))
    review = Review.objects.get()
    assert (review.due_on, review.on_time) == (date(2024, 6, 13), False)
    set_dates(may, 19, 20, moment(14, 10))
    review.refresh_from_db()
    assert (review.due_on, review.on_time) == (date(2024, 6, 20), True)
    assert JournalEntry.objects.get(action="调整截止日").after["逾期改为按时的区县审核"] == "1 份"


def provisional(may, firms: int, districts: int) -> None:
    """As if 12 and 13 June had been these days until the State Council's notice came."""
    for level, day in (("enterprise", firms), ("district", districts)):
        may.may.deadlines.filter(level=level).update(provisional=True, date=date(2024, 6, day))


def test_a_provisional_date_that_settles_later_makes_them_in_time(may):
    provisional(may, 10, 11)
    let_in_late(may, moment(11, 9))
    sent = file_may(may.filing, may.clerk, at=moment(11, 10))
    workflow.send_back(sent, SENT_BACK, may.reviewer, moment(13, 9))
    assert timing(sent)[0] == "迟报" and Review.objects.get().on_time is False
    workflow.settle_provisional(may.city, moment(13, 10))
    assert timing(sent) == ("按时", date(2024, 6, 12)) and not fresh(may.filing).late
    assert Review.objects.get().on_time
    after = JournalEntry.objects.get(action="确定暂定截止日").after
    assert (after["迟报改为按时的上报件"], after["逾期改为按时的区县审核"]) == ("1 份", "1 份")


def test_nobody_becomes_late_when_a_provisional_date_settles_earlier(may):
    provisional(may, 17, 18)
    sent = file_may(may.filing, may.clerk, at=moment(17, 9))
    workflow.send_back(sent, SENT_BACK, may.reviewer, moment(18, 9))
    workflow.settle_provisional(may.city, moment(18, 10))
    assert fresh(may.filing).period.enterprise_deadline.date == date(2024, 6, 12)
    assert timing(sent) == ("按时", date(2024, 6, 17)) and not fresh(may.filing).late
    review = Review.objects.get()
    assert (review.due_on, review.on_time) == (date(2024, 6, 18), True)
    assert "迟报改为按时的上报件" not in JournalEntry.objects.get(action="确定暂定截止日").after


def test_the_districts_date_does_not_move_under_a_granted_extension(may):
    workflow.set_deadlines(may.may, {"district": THE_14TH}, may.city, AT, "系统维护", "无")
    extend(may, THE_14TH)
    with pytest.raises(Refused, match="已同意 1 家企业延期，最晚到 2024-06-14；区县截止日不能早于这一天"):
        workflow.set_deadlines(may.may, {"district": date(2024, 6, 13)}, may.city, AT, "提前", "无")
    assert Deadline.objects.get(period=may.may, level="district").date == THE_14TH
    set_dates(may, 10, 14, AT)  # the firms' date may: who was given longer keeps it
    assert fresh(may.filing).due_on == THE_14TH
    set_dates(may, 19, 20, AT)
    assert fresh(may.filing).due_on == date(2024, 6, 19)


def test_a_submission_and_a_review_are_written_anew_in_no_other_way(may):
    sent = file_may(may.filing, may.clerk)
    for change in (
        lambda: may.filing.submissions.update(on_time=False),
        lambda: may.filing.submissions.update(due_on=AT.date()),
        lambda: Review.objects.update(on_time=True),
    ):
        with pytest.raises(TypeError):
            change()
    sent.on_time = False
    with pytest.raises(TypeError):
        sent.save(update_fields=["on_time"])
