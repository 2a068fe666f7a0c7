"""All short sequences of what can befall a filing, walked through the real workflow: after each step every part of the
product has to be of one mind about what stands, and somebody has a way forward."""

import os
from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction

from accounts.models import JournalEntry
from reporting import workflow
from reporting.filing.judging import judge, standing_submission
from reporting.models import Filing, LateRequest, Review, State, Submission
from reporting.register import upkeep
from reporting.reminders.digests import waiting_by_district
from reporting.results.timelines import Outcome, timelines_of
from reporting.totals.aggregation import counted
from reporting.totals.progress import progress_of
from reporting.workflow import Refused
from tests.cast import AT
from tests.may import AFTER_DUE, CLEAN_MAY, fresh
from tests.workflow.lateness import LATER, make_alike_may, moment

pytestmark = pytest.mark.django_db

LOCKED_AT = moment(25, 9)
SENT_BACK = [{"cell": "", "reason": "请核实"}]
Decision = Review.Decision


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
        upkeep.stop_reporting(firm, left_on=left, reason="注销", by=self.may.reviewer, at=self.now)


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
    "undo": lambda world: workflow.undo_approval(world.newest, world.may.reviewer, world.now),
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
    ("submit", "approve", "amend", "submit", "approve", "undo"): 1,
    ("the date passes", "ask late", "grant late", "submit", "approve", "undo"): 1,
    ("the date passes", "ask late", "grant late", "submit", "approve"): 1,
    ("the date passes", "ask late", "grant late", "submit", "the date moves"): 1,
    ("the date passes", "lock", "ask late", "grant late", "submit"): 1,
    ("submit", "approve", "city return", "send back", "submit"): 1,
    ("submit", "approve", "amend", "submit", "send back", "abandon", "amend", "submit"): 1,
    ("submit", "send back", "the date passes", "lock", "ask late", "grant late"): 1,
    ("estimate", "approve", "amend", "submit", "recall"): 1,
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
    assert len(seen) > 80


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
    undone = {review.undoes_id for review in reviews}
    approvals = [review for review in reviews if review.decision == Decision.APPROVE and review.pk not in undone]
    in_time_to_count = [each for each in approvals if not period.is_locked or each.at <= period.locked_at]
    in_force = standing[-1] if standing else None
    approved = approvals[-1].submission if approvals else None
    counts = in_time_to_count[-1].submission if in_time_to_count else None

    assert filing.in_force == in_force, path
    assert filing.approved == approved, path
    assert filing.counted == counts, path
    assert filing.late == any(not sent.on_time for sent in standing), path
    assert (in_force is None) == (filing.is_unsent or not filing.is_owed), path
    assert (filing.state == State.EXEMPT) <= (filing.edition == period.edition), path
    if in_force is None:
        assert filing.edition == period.edition, path

    returned = filing.state == State.RETURNED
    demanded = returned and any(each.submission == approved and each.decision == Decision.SEND_BACK for each in reviews)
    owes = filing.is_unsent or (returned and (approved is None or demanded))
    assert Filing.objects.filter(pk=filing.pk).outstanding().exists() == owes, path
    assert bool(workflow.why_not_abandoned(filing)) == (
        not approved or demanded or filing.state not in (State.AMENDING, State.RETURNED)
    ), path

    under_review = filing.state in (State.SUBMITTED, State.QUERIED)
    stands = in_force if under_review or approved is None else approved
    rests = Filing.objects.filter(pk=filing.pk).resting_on_estimates().exists()
    assert filing.rests_on_estimates == rests
    assert rests == bool(stands and stands.estimated), path
    assert standing_submission(filing) == (approved or (in_force if under_review else None)), path

    mine = Submission.objects.filter(filing=filing)
    assert list(counted(period, False) & mine) == ([counts] if counts else []), path
    numbers = progress_of(Filing.objects.filter(pk=filing.pk).owed())
    assert numbers.approved == (counts is not None and filing.state != State.EXEMPT), path
    (timeline,) = timelines_of(Filing.objects.filter(pk=filing.pk), moment(26))
    assert timeline.is_approved == (counts is not None), path
    if in_force is None:
        assert timeline.outcome == (Outcome.EXEMPT if filing.state == State.EXEMPT else Outcome.MISSING), path
    elif counts:
        assert timeline.outcome == (Outcome.ON_TIME if standing[0].on_time else Outcome.LATE), path

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
