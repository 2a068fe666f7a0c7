"""Undo within a minute: by whoever approved, while nothing has followed; both words stay in the record."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.models import JournalEntry, Letter
from accounts.post import outbox
from reporting import workflow
from reporting.models import Filing, LateRequest, Review, State
from reporting.recheck import explained
from reporting.results.timelines import timelines_of
from reporting.workflow import Refused
from tests.cast import AT, make_user
from tests.may import AFTER_DUE, CLEAN_MAY, fresh, make_may
from tests.officials import WARNED_MAY, file_may, freeze, make_it_be
from tests.workflow.lateness import moment

pytestmark = pytest.mark.django_db
SOON, TOO_LATE = AT + timedelta(seconds=60), AT + timedelta(seconds=61)


@pytest.fixture
def may(cast):
    return make_may(cast)


@pytest.fixture
def passed(may):
    """云图's May, approved this moment."""
    submission = file_may(may.filing, may.clerk)
    workflow.approve(submission, may.reviewer, AT)
    return submission


def test_an_approval_is_taken_back_and_both_words_stay(may, passed):
    undone = workflow.undo_approval(passed, may.reviewer, SOON)
    filing = fresh(may.filing)
    assert (filing.state, filing.approved, filing.counted) == (State.SUBMITTED, None, None)
    said = list(passed.reviews.values_list("decision", "undoes"))
    assert said == [("approve", None), ("undo", undone.undoes_id)]
    assert JournalEntry.objects.get(action="撤销审核通过").subject == passed.receipt
    workflow.approve(passed, may.reviewer, SOON)
    assert fresh(may.filing).counted == passed


def test_what_counted_before_the_amendment_counts_again(may, passed):
    workflow.amend(may.filing, may.clerk, AT, "审计调整")
    second = file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1001"}, reason="审计调整")
    workflow.approve(second, may.reviewer, AT)
    workflow.undo_approval(second, may.reviewer, SOON)
    filing = fresh(may.filing)
    assert (filing.state, filing.in_force, filing.approved, filing.counted) == (
        State.SUBMITTED, second, passed, passed,
    )  # fmt: skip


def nothing(may, passed):
    """The minute passes and no more."""


def undo(may, passed):
    workflow.undo_approval(passed, may.reviewer, AT)


def ask_from_the_city(may, passed):
    workflow.city_query(passed, may.city, AT, "请核实")


def amend(may, passed):
    workflow.amend(may.filing, may.clerk, AT, "审计调整")


def lock(may, passed):
    Filing.objects.exclude(pk=may.filing.pk).update(state=State.EXEMPT)
    workflow.lock(may.may, may.city, moment(16), "到期")


@pytest.mark.parametrize(
    "meanwhile, at, words",
    [
        (nothing, TOO_LATE, "已超过 60 秒"),
        (undo, SOON, "已经撤销"),
        (ask_from_the_city, SOON, "已有“市级查询”"),
        (amend, SOON, "已开始修订"),
        (lock, moment(16), "锁定"),
    ],
)
def test_it_is_refused_once_something_has_followed(may, passed, meanwhile, at, words):
    meanwhile(may, passed)
    before = list(Review.objects.values()), list(Filing.objects.values()), JournalEntry.objects.count()
    assert workflow.undoable(may.may, may.reviewer, at) == []
    with pytest.raises(Refused, match=words):
        workflow.undo_approval(passed, may.reviewer, at)
    assert (list(Review.objects.values()), list(Filing.objects.values()), JournalEntry.objects.count()) == before


def test_only_who_approved_takes_it_back(may, passed, cast):
    colleague = make_user("yuzhong2", "郑兰", "district", district=cast.yuzhong)
    with pytest.raises(Refused, match="只有本人可以撤销"):
        workflow.undo_approval(passed, colleague, SOON)
    for stranger in (may.other_reviewer, may.city, may.clerk, may.analyst):
        with pytest.raises(Refused, match="不属于您的区县"):
            workflow.undo_approval(passed, stranger, SOON)
    assert fresh(may.filing).state == State.APPROVED
    assert workflow.undoable(may.may, colleague, SOON) == []
    assert workflow.undoable(may.may, may.reviewer, SOON) == list(passed.reviews.all())


def test_what_was_never_approved_is_not_undone(may):
    submission = file_may(may.filing, may.clerk)
    with pytest.raises(Refused, match="没有可以撤销的"):
        workflow.undo_approval(submission, may.reviewer, SOON)


def test_the_letter_waits_a_minute_and_stays_when_it_is_undone(may, passed):
    letters = Letter.objects.filter(stem="filing/approved")
    assert {letter.due_at for letter in letters} == {clock.of_machine(AT) + timedelta(seconds=60)}
    claimed = outbox.claim(100, clock.of_machine(AT) + timedelta(seconds=59))
    assert claimed and not set(letters) & set(claimed)
    workflow.undo_approval(passed, may.reviewer, SOON)
    assert {letter.state for letter in letters.all()} == {Letter.State.WITHDRAWN}
    assert not Letter.objects.filter(stem="filing/approval_undone").exists()


def test_in_a_demonstration_of_another_day_the_letter_waits_as_long(cast):
    make_it_be(AT.date())
    may = make_may(cast)
    at = clock.now()
    workflow.approve(freeze(may.filing, may.clerk, {"2010.c1": "1000.00"}), may.reviewer, at)
    letters = Letter.objects.filter(stem="filing/approved")
    assert letters and not set(letters) & set(outbox.claim(100, clock.real_now()))


def test_a_firm_that_was_told_already_is_told_again(may, passed):
    told = Letter.objects.filter(stem="filing/approved")
    told.update(state=Letter.State.SENT, sent_at=AT)
    workflow.undo_approval(passed, may.reviewer, SOON)
    again = Letter.objects.filter(stem="filing/approval_undone")
    assert sorted(letter.to for letter in again) == sorted(letter.to for letter in told)
    assert "仍待渝中区审核" in outbox.message_of(again[0]).body


def test_a_grant_that_the_approval_used_up_is_in_hand_again(may):
    asked = workflow.ask_late(may.filing, may.clerk, AFTER_DUE, "系统升级")
    workflow.decide_late(asked, True, may.reviewer, AFTER_DUE)
    submission = file_may(may.filing, may.clerk, at=AFTER_DUE)
    workflow.approve(submission, may.reviewer, AFTER_DUE)
    assert LateRequest.objects.get().spent_at == AFTER_DUE
    workflow.undo_approval(submission, may.reviewer, AFTER_DUE)
    assert LateRequest.objects.get().is_in_hand


def test_the_league_and_the_outcomes_of_explanations_know_nothing_of_it(may):
    """Sent on the 5th, passed on the 16th (late) and taken back, passed again later that day: one decision, and the
    seconds are those until the last."""
    submission = file_may(may.filing, may.clerk, WARNED_MAY)
    late = moment(16)
    workflow.approve(submission, may.reviewer, late)
    workflow.undo_approval(submission, may.reviewer, late)
    [timeline] = timelines_of(Filing.objects.filter(pk=may.filing.pk), late)
    assert (timeline.approved_at, timeline.held, timeline.judged, timeline.decided_late) == (None, (), 1, 1)
    assert set(explained(may.may)["outcome"]) == {"waiting"}
    again = late + timedelta(hours=1)
    workflow.approve(submission, may.reviewer, again)
    [timeline] = timelines_of(Filing.objects.filter(pk=may.filing.pk), again)
    assert timeline.held == ((again - AT).total_seconds(),) and timeline.judged == 1


def test_many_are_taken_back_together_and_each_refusal_is_told(may, passed):
    other = freeze(may.other_filing, may.other_clerk, {"2010.c1": "5.00"})
    workflow.approve(other, may.other_reviewer, AT)
    undone, left = workflow.undo_approvals([passed, other], may.reviewer, SOON)
    assert undone == [passed] and "不属于您的区县" in left[other.receipt]
