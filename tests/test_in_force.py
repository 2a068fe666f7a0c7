"""Which submission stands: in force, approved, counted. All short sequences of what can befall a filing are walked
through the real workflow, and after each step every part of the product has to be of one mind."""

import os
from collections.abc import Callable
from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction

from accounts.models import JournalEntry, Letter
from reporting import register, reminders, workflow
from reporting.aggregation import counted
from reporting.courses import Outcome, courses_of
from reporting.digests import waiting_by_district
from reporting.judging import judge, standing_submission
from reporting.models import Filing, LateRequest, Review, State, Submission
from reporting.standing import standing_of
from reporting.workflow import Refused
from tests.cast import AT
from tests.lateness import LATER, make_alike_may, moment
from tests.may import AFTER_DUE, CLEAN_MAY, fresh
from tests.officials import file_may, sign_in

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
    register.stop_reporting(may.firm, left_on=date(2024, 5, 30), reason="注销", by=may.reviewer, at=AT)


def move_to_nanan(may) -> None:
    nanan = may.other_filing.district
    register.move_enterprise(may.firm, nanan, since=date(2024, 5, 20), reason="搬迁", by=may.reviewer, at=AT)


def test_a_first_submission_that_was_recalled_is_an_unsent_filing(may):
    sent = sent_and_recalled(may)
    assert fresh(may.filing).in_force is None
    page = sign_in(may.clerk).get("/filings/2024M05/").content.decode()
    assert (
        "与第 1 次上报的差异" not in page
        and "已撤回" in sign_in(may.clerk).get("/filings/2024M05/submissions/1/").content.decode()
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
    reminders.plan(moment(14, 10))
    assert not Letter.objects.filter(stem__startswith="reminder/", enterprise=may.firm).exists()
    (course,) = courses_of(Filing.objects.filter(pk=filing.pk), LATER)
    assert course.outcome == Outcome.EXEMPT


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
    assert "放弃修订" in firm.get("/filings/2024M05/").content.decode()
    assert "仍以第 1 次上报为准" in firm.post("/filings/2024M05/amend/abandon/", follow=True).content.decode()
    filing = fresh(may.filing)
    second.refresh_from_db()
    assert (filing.state, filing.in_force.number, filing.counted.number) == (State.APPROVED, 1, 1)
    assert second.recalled_at and filing.sheets.get().cells["2010.c1"] in ("1000", "1000.00")
    workflow.amend(filing, may.clerk, AT, "再次调整")
    assert file_may(filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1002"}, "再次调整").number == 3


def test_a_district_keeps_the_time_it_held_what_was_given_up(may):
    returned_amendment(may)
    filings = Filing.objects.filter(pk=may.filing.pk)
    (before,) = courses_of(filings, LATER)
    workflow.abandon_amendment(may.filing, may.clerk, AT)
    (after,) = courses_of(filings, LATER)
    assert (len(before.held), after.held, after.rounds) == (2, before.held, 1)


def test_nobody_is_dunned_for_a_returned_amendment_while_number_one_counts(may):
    returned_amendment(may)
    reminders.plan(moment(14, 10))
    assert not Letter.objects.filter(stem__startswith="reminder/", enterprise=may.firm).exists()


def test_what_the_city_had_sent_back_is_to_be_corrected_and_asked_for(may):
    first = file_may(may.filing, may.clerk)
    workflow.approve(first, may.reviewer, AT)
    workflow.city_return(first, SENT_BACK, may.city, AT)
    workflow.send_back(first, SENT_BACK, may.reviewer, AT)
    with pytest.raises(Refused, match="已由区县退回，须按退回理由修改后重新上报，不能放弃修订"):
        workflow.abandon_amendment(may.filing, may.clerk, AT)
    reminders.plan(moment(14, 10))
    assert Letter.objects.filter(stem="reminder/after", enterprise=may.firm).exists()


class World:
    """云图's May, with a checked draft whose warnings are explained; `now` is when the next thing happens."""

    def __init__(self) -> None:
        self.may = make_alike_may()
        self.filing, self.now = self.may.filing, AT
        workflow.allow_estimates(self.may.may, True, self.may.city, AT, "审计未完")
        workflow.save_sheet(self.filing, "软统企6", CLEAN_MAY, 0, self.may.clerk, AT)
        for finding in judge(fresh(self.filing)).warnings:
            workflow.explain(self.filing, finding.rule, finding.fingerprint, self.may.clerk, AT, reason_code="01")

    @property
    def newest(self) -> Submission:
        """What a page that somebody left open still shows; without any submission there is no such page."""
        found = self.filing.submissions.order_by("number").last()
        if found is None:
            raise Refused("没有上报件")
        return found

    @transaction.atomic
    def submit(self, estimated: bool = False) -> None:
        if self.filing.submissions.count() == 3:
            raise Refused("到此为止")  # far enough for this walk
        workflow.check(self.filing, self.may.clerk, self.now)
        more = {"signer": "王经理", "committed": True, "reason": "核对后改正", "estimated": estimated}
        workflow.submit(self.filing, self.may.clerk, self.now, **more)

    def grant(self) -> None:
        asked = LateRequest.objects.waiting().first()
        if asked is None:
            raise Refused("没有申请")
        workflow.decide_late(asked, True, self.may.reviewer, self.now)

    def the_date_passes(self) -> None:
        if self.now != AT:
            raise Refused("已经过去")
        self.now = AFTER_DUE

    def the_date_moves(self) -> None:
        dates = {"enterprise": date(2024, 6, 20), "district": date(2024, 6, 21), "city": date(2024, 6, 21)}
        workflow.set_deadlines(self.may.may, dates, self.may.city, self.now, "系统维护", "无")

    def lock(self) -> None:
        workflow.lock(self.may.may, self.may.city, LOCKED_AT, "到期")
        self.now = LATER

    def stop(self) -> None:
        firm, left = self.may.firm, date(2024, 5, 30)
        register.stop_reporting(firm, left_on=left, reason="注销", by=self.may.reviewer, at=self.now)


def on_newest(verb: Callable, who: str, *words) -> Callable[[World], None]:
    return lambda world: verb(world.newest, *words[:1], getattr(world.may, who), world.now, *words[1:])


def by_firm(verb: Callable, *words) -> Callable[[World], None]:
    return lambda world: verb(world.filing, world.may.clerk, world.now, *words)


OURS: dict[str, Callable[[World], None]] = {
    "submit": World.submit,
    "estimate": lambda world: world.submit(estimated=True),
    "recall": by_firm(workflow.recall),
    "amend": by_firm(workflow.amend, "审计调整"),
    "abandon": by_firm(workflow.abandon_amendment),
    "answer": by_firm(workflow.answer, "无误"),
    "ask late": by_firm(workflow.ask_late, "财务交接"),
    "grant late": World.grant,
    "open": lambda world: workflow.open_for_review(world.newest, world.may.reviewer, world.now),
    "approve": lambda world: workflow.approve(world.newest, world.may.reviewer, world.now),
    "send back": lambda world: workflow.send_back(world.newest, SENT_BACK, world.may.reviewer, world.now),
    "query": lambda world: workflow.query(world.newest, world.may.reviewer, world.now, "请核实"),
    "answer city": lambda world: workflow.answer_city(world.newest, world.may.reviewer, world.now, "无误"),
    "city query": lambda world: workflow.city_query(world.newest, world.may.city, world.now, "请核实"),
    "city return": lambda world: workflow.city_return(world.newest, SENT_BACK, world.may.city, world.now),
}
AROUND_US: dict[str, Callable[[World], None]] = {
    "the date passes": World.the_date_passes,
    "the date moves": World.the_date_moves,
    "lock": World.lock,
    "stop": World.stop,
}
VERBS = OURS | AROUND_US
STARTS: dict[tuple[str, ...], int] = {  # and how many steps from there
    (): 2,
    ("submit", "recall", "the date passes"): 1,
    ("submit", "query", "answer"): 1,
    ("submit", "approve", "city query"): 1,
    ("the date passes", "ask late", "grant late", "submit", "approve"): 2,
    ("the date passes", "ask late", "grant late", "submit", "the date moves"): 1,
    ("the date passes", "lock", "ask late", "grant late", "submit"): 2,
    ("submit", "approve", "city return", "send back", "submit"): 1,
    ("submit", "approve", "amend", "submit", "send back", "abandon", "amend", "submit"): 1,
    ("submit", "send back", "the date passes", "lock", "ask late", "grant late"): 1,
    ("estimate", "approve", "amend", "submit", "recall"): 2,
    ("estimate", "approve", "amend", "submit", "lock"): 1,
    ("estimate", "approve", "city return", "the date passes", "lock", "ask late", "grant late"): 1,
    ("estimate", "approve", "lock", "ask late", "grant late", "submit"): 2,
    ("estimate", "lock", "ask late", "grant late"): 1,
}
LONGER = int(os.environ.get("LONGER_WALKS", 0))  # more steps from each, for an hour that can be spared


def test_after_every_short_sequence_all_are_of_one_mind_about_what_stands():
    """From the beginning, and from places that few steps do not lead to."""
    world = World()
    seen: dict[tuple, int] = {}
    for path, left in STARTS.items():
        point, now = transaction.savepoint(), world.now
        for number, name in enumerate(path, start=1):
            VERBS[name](world)
            explore(world, path[:number], 0, seen)
        explore(world, path, left + LONGER, seen)
        transaction.savepoint_rollback(point)
        world.now = now
    assert len(seen) > 100


def explore(world: World, path: tuple[str, ...], left: int, seen: dict[tuple, int]) -> None:
    """Everything that can happen next, each in a savepoint of its own; nothing is explored twice as far."""
    mark = signature(world)
    if mark not in seen:
        agree(world, path)
    if seen.get(mark, -1) >= left:
        return
    seen[mark] = left
    if not left:
        return
    ways, now = set(), world.now
    for name, verb in VERBS.items():
        before = JournalEntry.objects.count()
        point = transaction.savepoint()
        try:
            verb(world)
        except Refused:
            assert JournalEntry.objects.count() == before, (path, name)
        else:
            ways.add(name)
            explore(world, (*path, name), left - 1, seen)
        transaction.savepoint_rollback(point)
        world.now = now
    filing = fresh(world.filing)
    if not filing.is_shut and filing.state != State.EXEMPT and filing.submissions.count() < 3:
        assert ways & OURS.keys(), f"nobody has a way forward after {path}"


def signature(world: World) -> tuple:
    filing = fresh(world.filing)
    submissions = filing.submissions.order_by("number").prefetch_related("reviews")
    return (
        filing.state, filing.after_lock, filing.in_force_id, filing.approved_id, filing.counted_id, world.now,
        filing.period.is_locked, filing.due_on,
        tuple(
            (sent.recalled_at is None, sent.opened_at is None, sent.estimated, sent.on_time, sent.from_state,
             frozenset(review.decision for review in sent.reviews.all()))
            for sent in submissions
        ),
        tuple(filing.late_requests.values_list("granted", "spent_at")),
        type(filing.enterprise).objects.get(pk=filing.enterprise_id).left_on,
    )  # fmt: skip


def agree(world: World, path: tuple[str, ...]) -> None:
    """What every part of the product says, against what the record of submissions and reviews alone says."""
    filing, period = fresh(world.filing), fresh(world.filing).period
    submissions = list(filing.submissions.order_by("number"))
    standing = [sent for sent in submissions if sent.recalled_at is None]
    reviews = list(Review.objects.filter(submission__filing=filing).select_related("submission").order_by("at", "pk"))
    approvals = [review for review in reviews if review.decision == Decision.APPROVE]
    in_time_to_count = [each for each in approvals if not period.is_locked or each.at <= period.locked_at]
    in_force = standing[-1] if standing else None
    approved = approvals[-1].submission if approvals else None
    counts = in_time_to_count[-1].submission if in_time_to_count else None

    assert filing.in_force == in_force, path
    assert filing.approved == approved, path
    assert filing.counted == counts, path
    assert filing.late == any(not sent.on_time for sent in standing), path
    assert (in_force is None) == (filing.state in (*Filing.UNSENT, State.EXEMPT)), path
    assert (filing.state == State.EXEMPT) <= (filing.edition == period.edition), path
    if in_force is None:
        assert filing.edition == period.edition, path

    returned = filing.state == State.RETURNED
    demanded = returned and any(each.submission == approved and each.decision == Decision.SEND_BACK for each in reviews)
    owes = filing.state in Filing.UNSENT or (returned and (approved is None or demanded))
    assert Filing.objects.filter(pk=filing.pk).outstanding().exists() == owes, path
    assert bool(workflow.why_not_abandoned(filing)) == (
        not approved or demanded or filing.state not in (State.AMENDING, State.RETURNED)
    ), path

    under_review = filing.state in (State.SUBMITTED, State.QUERIED)
    stands = in_force if under_review or approved is None else approved
    rests = Filing.objects.filter(pk=filing.pk).resting_on_estimates().exists()
    assert rests == bool(stands and stands.estimated), path
    assert standing_submission(filing) == (approved or (in_force if under_review else None)), path

    mine = Submission.objects.filter(filing=filing)
    assert list(counted(period, False) & mine) == ([counts] if counts else []), path
    numbers = standing_of(Filing.objects.filter(pk=filing.pk).owed())
    assert numbers.approved == (counts is not None and filing.state != State.EXEMPT), path
    (course,) = courses_of(Filing.objects.filter(pk=filing.pk), moment(26))
    assert course.is_approved == (counts is not None), path
    if in_force is None:
        assert course.outcome == (Outcome.EXEMPT if filing.state == State.EXEMPT else Outcome.MISSING), path
    elif counts:
        assert course.outcome == (Outcome.ON_TIME if standing[0].on_time else Outcome.LATE), path

    for sent in standing if not period.is_locked else ():
        first = next(each for each in standing if each.on_time or each == sent)
        assert sent.on_time == (sent.submitted_at <= filing.due_at or first != sent), path

    waits_at_the_desk = filing.state == State.SUBMITTED and not filing.is_shut
    told = waiting_by_district(world.now)[filing.district_id]
    assert sum(row["waiting"] for row in told.periods) == waits_at_the_desk, path
    for asked in filing.late_requests.filter(granted=None):
        could_be_granted = filing.state != State.EXEMPT and (
            not workflow.request.why_not_after_lock(filing) if filing.is_shut else filing.is_with_firm
        )
        assert LateRequest.objects.waiting().filter(pk=asked.pk).exists() == could_be_granted, path


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
