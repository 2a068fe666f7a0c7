"""Which submission stands: a recalled one does not, and an amendment that was returned can be given up."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from accounts.models import JournalEntry, Letter
from reporting import workflow
from reporting.models import Filing, LateRequest, Review, State, Submission
from reporting.register import moves, upkeep
from reporting.reminders import planner
from reporting.results.timelines import Outcome, timelines_of
from reporting.workflow import Refused
from tests.cast import AT
from tests.may import CLEAN_MAY, fresh
from tests.officials import file_may, sign_in
from tests.reading import words_on
from tests.workflow.lateness import LATER, let_in_late, make_alike_may, moment

pytestmark = pytest.mark.django_db

LOCKED_AT = moment(25, 9)
SENT_BACK = [{"cell": "", "reason": "请核实"}]
Decision = Review.Decision


@pytest.fixture
def may():
    return make_alike_may()


def sent_and_recalled(may) -> Submission:
    sent = file_may(may.filing, may.clerk)
    workflow.recall(may.filing, may.clerk, AT)
    return sent


def leave(may) -> None:
    upkeep.stop_reporting(may.firm, left_on=date(2024, 5, 30), reason="注销", by=may.reviewer, at=AT)


def move_to_nanan(may) -> None:
    said = {"since": date(2024, 5, 20), "reason": "搬迁", "by": may.reviewer, "at": AT}
    proposed = moves.propose_move(may.firm, may.other_filing.district, **said)
    moves.accept_move(proposed, by=may.other_reviewer, at=AT)


def test_a_first_submission_that_was_recalled_is_an_unsent_filing(may):
    sent = sent_and_recalled(may)
    assert fresh(may.filing).in_force is None
    page = words_on(sign_in(may.clerk).get("/filings/2024M05/"))
    assert "与第 1 次上报的差异" not in page and "已撤回" in words_on(
        sign_in(may.clerk).get("/filings/2024M05/submissions/1/")
    )
    again = file_may(may.filing, may.clerk)  # no reason asked: there is nothing that it corrects
    assert (again.number, again.receipt != sent.receipt, fresh(may.filing).in_force) == (2, True, again)


def test_who_recalls_after_leaving_owes_nothing_and_is_not_reminded(may):
    file_may(may.filing, may.clerk)
    leave(may)
    assert fresh(may.filing).state == State.SUBMITTED  # what was sent goes its way
    workflow.recall(may.filing, may.clerk, AT)
    filing = fresh(may.filing)
    assert (filing.state, filing.in_force) == (State.EXEMPT, None)
    planner.plan(moment(14, 10))
    assert not Letter.objects.filter(stem__startswith="reminder/", enterprise=may.firm).exists()
    (timeline,) = timelines_of(Filing.objects.filter(pk=filing.pk), LATER)
    assert timeline.outcome == Outcome.EXEMPT


def test_who_leaves_after_recalling_owes_nothing(may):
    sent_and_recalled(may)
    leave(may)
    assert fresh(may.filing).state == State.EXEMPT


def test_a_recalled_first_submission_moves_with_the_firm_whichever_comes_first(may):
    sent_and_recalled(may)
    move_to_nanan(may)
    assert fresh(may.filing).district == may.other_filing.district


def test_what_is_recalled_after_the_move_goes_to_the_new_district(may):
    file_may(may.filing, may.clerk)
    move_to_nanan(may)
    assert fresh(may.filing).district.name == "渝中区"
    workflow.recall(may.filing, may.clerk, AT)
    assert fresh(may.filing).district.name == "南岸区"
    entry = JournalEntry.objects.get(action="随迁报送区县")
    assert (entry.before, entry.after) == ({"区县": "渝中区"}, {"区县": "南岸区"})
    workflow.approve(file_may(may.filing, may.clerk), may.other_reviewer, AT)


def returned_amendment(may) -> Submission:
    """Number 1 counts, number 2 was sent back."""
    workflow.approve(file_may(may.filing, may.clerk), may.reviewer, AT)
    workflow.amend(may.filing, may.clerk, AT, "审计调整")
    second = file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1001"}, "审计调整")
    workflow.send_back(second, SENT_BACK, may.reviewer, AT)
    return second


def test_a_returned_amendment_is_given_up_and_number_one_stands(may):
    second = returned_amendment(may)
    firm = sign_in(may.clerk)
    assert "放弃修订" in words_on(firm.get("/filings/2024M05/"))
    assert "仍以第 1 次上报为准" in words_on(firm.post("/filings/2024M05/amend/abandon/", follow=True))
    filing = fresh(may.filing)
    second.refresh_from_db()
    assert (filing.state, filing.in_force.number, filing.counted.number) == (State.APPROVED, 1, 1)
    assert second.recalled_at and filing.sheets.get().cells["2010.c1"] in ("1000", "1000.00")
    workflow.amend(filing, may.clerk, AT, "再次调整")
    assert file_may(filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1002"}, "再次调整").number == 3


def test_a_district_keeps_the_time_it_held_what_was_given_up(may):
    returned_amendment(may)
    filings = Filing.objects.filter(pk=may.filing.pk)
    (before,) = timelines_of(filings, LATER)
    workflow.abandon_amendment(may.filing, may.clerk, AT)
    (after,) = timelines_of(filings, LATER)
    assert (len(before.held), after.held, after.rounds) == (2, before.held, 1)


def test_nobody_is_dunned_for_a_returned_amendment_while_number_one_counts(may):
    returned_amendment(may)
    planner.plan(moment(14, 10))
    assert not Letter.objects.filter(stem__startswith="reminder/", enterprise=may.firm).exists()


def test_what_the_city_had_sent_back_is_to_be_corrected_and_asked_for(may):
    first = file_may(may.filing, may.clerk)
    workflow.approve(first, may.reviewer, AT)
    workflow.city_return(first, SENT_BACK, may.city, AT)
    workflow.send_back(first, SENT_BACK, may.reviewer, AT)
    with pytest.raises(Refused, match="已由区县退回，须按退回理由修改后重新上报，不能放弃修订"):
        workflow.abandon_amendment(may.filing, may.clerk, AT)
    planner.plan(moment(14, 10))
    assert Letter.objects.filter(stem="reminder/after", enterprise=may.firm).exists()


def test_an_upgrade_names_what_stood_and_uses_up_the_grants_of_before(may):
    """The data part of the migration, on rows as the version before left them."""
    upgrade = import_module("reporting.migrations.0007_in_force")
    recalled = sent_and_recalled(may)
    others = file_may(may.other_filing, may.other_clerk)
    workflow.approve(others, may.other_reviewer, AT)
    workflow.amend(may.other_filing, may.other_clerk, AT, "审计调整")
    again = file_may(may.other_filing, may.other_clerk, reason="审计调整")
    workflow.recall(may.other_filing, may.other_clerk, AT)
    put = Filing.objects.filter
    put(pk=may.filing.pk).update(in_force=recalled, counted=None)
    put(pk=may.other_filing.pk).update(in_force=again, counted=None)
    asked = {"asked_at": AT, "granted": True, "decided_at": AT}
    used = may.other_filing.late_requests.create(asked_by=may.other_clerk, **asked)
    unused = may.filing.late_requests.create(asked_by=may.clerk, **asked)
    upgrade.name_submissions(apps, None)
    upgrade.spend_requests(apps, None)
    mine, theirs = fresh(may.filing), fresh(may.other_filing)
    assert (mine.in_force, mine.approved, mine.counted) == (None, None, None)
    assert (theirs.in_force, theirs.approved, theirs.counted) == (others, others, others)
    assert list(LateRequest.objects.in_hand()) == [unused]
    used.refresh_from_db()
    assert used.spent_at == AT
    workflow.lock(may.may, may.city, LOCKED_AT, "到期")
    LateRequest.objects.filter(pk=unused.pk).update(spent_at=None)
    put(pk=may.other_filing.pk).update(after_lock=True, state=State.APPROVED, counted=None)
    upgrade.name_submissions(apps, None)
    upgrade.spend_requests(apps, None)
    theirs = fresh(may.other_filing)
    assert (theirs.state, theirs.approved, theirs.counted) == (State.LOCKED, others, None)
    unused.refresh_from_db()
    assert unused.spent_at == LOCKED_AT


def test_what_the_upgrade_finds_open_after_the_lock_can_still_be_sent(may):
    """The version before let a filing that was approved after the lock be returned and amended again."""
    upgrade = import_module("reporting.migrations.0007_in_force")
    workflow.lock(may.may, may.city, LOCKED_AT, "到期")
    let_in_late(may, LATER)
    late = file_may(may.filing, may.clerk, at=LATER)
    workflow.approve(late, may.reviewer, LATER)
    Review.objects.create(submission=late, decision=Decision.SEND_BACK, by=may.reviewer, at=LATER, reasons=SENT_BACK)
    LateRequest.objects.update(spent_at=None)
    Filing.objects.filter(pk=may.filing.pk).update(state=State.RETURNED)
    upgrade.name_submissions(apps, None)
    upgrade.spend_requests(apps, None)
    again = file_may(may.filing, may.clerk, reason="按退回理由改正", at=LATER)
    workflow.approve(again, may.reviewer, LATER)
    assert not LateRequest.objects.in_hand().exists()
