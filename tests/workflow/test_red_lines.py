"""What no verb may do: after the lock, nothing. Every verb of `workflow` is on one of the two lists."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from accounts.models import JournalEntry
from reporting import workflow
from reporting.models import Filing, Period, Review, Sheet, State, Submission
from reporting.workflow import Refused
from tests.cast import AT
from tests.may import fresh
from tests.officials import file_may
from tests.workflow.lateness import LATER, make_alike_may, moment

pytestmark = pytest.mark.django_db

SENT_BACK = [{"cell": "", "reason": "请核实"}]

# A verb, the states in which it would be allowed were the period open, and how it is called.
VERBS: dict[str, tuple[list[str], Callable[[SimpleNamespace], object]]] = {
    "save_sheet": (
        [State.DRAFT, State.RETURNED, State.AMENDING],
        lambda m: workflow.save_sheet(m.filing, "软统企6", {"2010.c1": "1"}, 1, m.clerk, LATER),
    ),
    "save_held": (
        [State.DRAFT, State.RETURNED, State.AMENDING],
        lambda m: workflow.save_held(
            workflow.held(Filing.objects.filter(pk=m.filing.pk)), "软统企6", {"2010.c1": "1"}, 1, m.clerk, LATER
        ),
    ),
    "save_and_read": (
        [State.DRAFT, State.RETURNED, State.AMENDING],
        lambda m: workflow.save_and_read(m.filing, "软统企6", {"2010.c1": "1"}, 1, m.clerk, LATER),
    ),
    "save_and_check": (
        [State.DRAFT, State.RETURNED, State.AMENDING],
        lambda m: workflow.save_and_check(m.filing, "软统企6", {"2010.c1": "1"}, 1, m.clerk, LATER),
    ),
    "check": ([State.DRAFT, State.RETURNED], lambda m: workflow.check(m.filing, m.clerk, LATER)),
    "explain": (
        [State.DRAFT],
        lambda m: workflow.explain(m.filing, "R629", "0" * 64, m.clerk, LATER, reason_code="01"),
    ),
    "explain_alike": (
        [State.DRAFT],
        lambda m: workflow.explain_alike(m.filing, "R629", ["0" * 64], m.clerk, LATER, reason_code="01"),
    ),
    "submit": (
        [State.DRAFT, State.RETURNED, State.AMENDING],
        lambda m: workflow.submit(m.filing, m.clerk, LATER, signer="王经理", committed=True, reason="更正"),
    ),
    "recall": ([State.SUBMITTED], lambda m: workflow.recall(m.filing, m.clerk, LATER)),
    "amend": ([State.APPROVED, State.LOCKED], lambda m: workflow.amend(m.filing, m.clerk, LATER, "更正")),
    "abandon_amendment": (
        [State.AMENDING, State.RETURNED],
        lambda m: workflow.abandon_amendment(m.filing, m.clerk, LATER),
    ),
    "answer": ([State.QUERIED], lambda m: workflow.answer(m.filing, m.clerk, LATER, "无误")),
    "ask_extension": (
        [State.DRAFT],
        lambda m: workflow.ask_extension(m.filing, date(2024, 6, 13), m.clerk, LATER, "审计"),
    ),
    "decide_extension": ([State.DRAFT], lambda m: workflow.decide_extension(m.extension, True, m.reviewer, LATER)),
    "ask_adjustment": (
        [State.DRAFT],
        lambda m: workflow.ask_adjustment(m.filing, "2010.c2", "1", m.clerk, LATER, "并购"),
    ),
    "decide_adjustment": ([State.DRAFT], lambda m: workflow.decide_adjustment(m.adjustment, True, m.reviewer, LATER)),
    "approve": ([State.SUBMITTED], lambda m: workflow.approve(m.sent, m.reviewer, LATER)),
    "undo_approval": ([State.APPROVED, State.LOCKED], lambda m: workflow.undo_approval(m.sent, m.reviewer, LATER)),
    "send_back": (
        [State.SUBMITTED, State.QUERIED, State.CITY_QUERIED, State.CITY_RETURNED],
        lambda m: workflow.send_back(m.sent, SENT_BACK, m.reviewer, LATER),
    ),
    "query": ([State.SUBMITTED], lambda m: workflow.query(m.sent, m.reviewer, LATER, "请核实")),
    "answer_city": (
        [State.CITY_QUERIED, State.CITY_RETURNED],
        lambda m: workflow.answer_city(m.sent, m.reviewer, LATER, "无误"),
    ),
    "city_query": (
        [State.APPROVED, State.LOCKED],
        lambda m: workflow.city_query(m.sent, m.city, LATER, "请核实"),
    ),
    "city_return": (
        [State.APPROVED, State.CITY_QUERIED, State.LOCKED],
        lambda m: workflow.city_return(m.sent, SENT_BACK, m.city, LATER),
    ),
    "set_deadlines": (
        [State.DRAFT],
        lambda m: workflow.set_deadlines(m.may, {"city": date(2024, 6, 30)}, m.city, LATER, "顺延", "无"),
    ),
    "allow_estimates": ([State.DRAFT], lambda m: workflow.allow_estimates(m.may, True, m.city, LATER, "审计")),
    "withdraw_period": ([State.DRAFT], lambda m: workflow.withdraw_period(m.may, m.city, LATER, "误开", 9)),
    "open_period": ([State.DRAFT], lambda m: workflow.open_period("2024M05", m.city, LATER)),
    "set_parameter": (
        [State.DRAFT],
        lambda m: workflow.set_parameter(m.may.edition, "FX", m.may, Decimal("7.1"), m.city, LATER, "公告"),
    ),
}
# These find the period locked and leave everything as it is, without a word or with one for each that was left.
QUIET: dict[str, Callable[[SimpleNamespace], object]] = {
    "open_for_review": lambda m: workflow.open_for_review(m.sent, m.reviewer, LATER),
    "approve_clean": lambda m: workflow.approve_clean([m.sent], m.reviewer, LATER),
    "undo_approvals": lambda m: workflow.undo_approvals([m.sent], m.reviewer, LATER),
    "lock": lambda m: workflow.lock(m.may, m.city, LATER, "再锁一次"),
    "settle_owed": lambda m: workflow.settle_owed(m.firm, m.reviewer, LATER, "停报"),
    "settle_provisional": lambda m: workflow.settle_provisional(m.city, LATER),
}
# What changes neither a filing's figures nor where it stands, or is the way in that the lock leaves open.
OTHER = {
    "ask_late", "decide_late",  # tests/workflow/test_late.py
    "attach_scan", "scan_is_missing", "scan_is_wanted",  # the stamped paper: tests/filing/test_scans.py
    "begin_draft", "change_draft", "abandon_draft", "publish",  # tests/editions/test_editions.py
    "choose_reading", "enter_arrangement", "effects_of", "refuse_known", "squeezed_by",
    "owe",  # whom a period lists; never called for a locked one
    "held", "foreseen", "owed_from", "changes_since", "divide", "same",  # questions
    "explained", "unexplained", "latest_extension", "standing_in_the_way", "too_early_to_lock",  # questions
    "undoable", "passed_by", "UNDO_WITHIN", "opened_first", "why_opened_first",
    "why_not_abandoned", "why_not_actual", "why_not_extended", "why_not_late",
    "why_not_saved", "why_not_withdrawn", "drafts_of",
    "propose_lock", "confirm_lock", "withdraw_lock", "choose_lock_limit", "correct",  # tests/releases
    "choose_review_limits", "Limits",  # tests/consequence/test_limits.py
    "MIN_EXPLANATION", "MOVES", "SavedChange", "Conflict", "Overtaken", "Owing", "Proposed", "Refused", "Save",
}  # fmt: skip


def test_every_verb_of_the_workflow_is_on_a_list():
    listed = VERBS.keys() | QUIET.keys() | OTHER
    assert set(workflow.__all__) - listed == set(), "say what it does to a locked period"


@pytest.fixture
def may():
    """云图 has a submission; requests of it wait; the city has locked May."""
    may = make_alike_may()
    may.sent = file_may(may.filing, may.clerk)
    asked = {"filing": may.filing, "reason": "试", "asked_by": may.clerk, "asked_at": AT}
    may.extension = may.filing.extension_requests.create(until=date(2024, 6, 13), **asked)
    may.adjustment = may.filing.base_adjustments.create(cell="2010.c2", old="1", new="2", **asked)
    may.may = workflow.lock(may.may, may.city, moment(16), "到期")
    return may


def everything() -> list:
    models = (Filing, Sheet, Submission, Review, Period, JournalEntry)
    requests = [list(getattr(fresh(filing), name).values()) for filing in Filing.objects.all() for name in REQUESTS]
    return [list(model.objects.order_by("pk").values()) for model in models] + requests


REQUESTS = ("late_requests", "extension_requests", "base_adjustments")


@pytest.mark.parametrize(("name", "state"), [(name, state) for name, (states, _) in VERBS.items() for state in states])
def test_after_the_lock_no_verb_changes_anything(may, name, state):
    counts = may.sent if state not in (State.DRAFT, State.SUBMITTED, State.QUERIED, State.RETURNED) else None
    Filing.objects.filter(pk=may.filing.pk).update(state=state, approved=counts, counted=counts)
    before = everything()
    with pytest.raises(Refused, match="锁定"):
        VERBS[name][1](may)
    assert everything() == before


@pytest.mark.parametrize("name", QUIET)
def test_after_the_lock_what_is_pressed_again_changes_nothing(may, name):
    before = everything()
    QUIET[name](may)
    assert everything() == before


def test_a_firm_owes_from_the_period_that_its_first_day_lies_in_to_that_of_its_last(cast):
    """Worked by hand: May ends on the 31st. Who joins on that day owes it, who joins a day later does not; who leaves
    on that day still owes it, who left the day before does not."""
    for day, owes in ((date(2024, 5, 31), True), (date(2024, 6, 1), False)):
        type(cast.yuntu).objects.filter(pk=cast.yuntu.pk).update(joined_on=day)
        Filing.objects.all().delete()
        workflow.open_period("2024M05", cast.zhou_tao, AT)
        assert Filing.objects.filter(enterprise=cast.yuntu).exists() == owes, day
    for day, owes in ((date(2024, 5, 31), True), (date(2024, 5, 30), False)):
        type(cast.yuntu).objects.filter(pk=cast.yuntu.pk).update(joined_on=date(2023, 1, 1), left_on=day)
        Filing.objects.all().delete()
        workflow.open_period("2024M05", cast.zhou_tao, AT)
        assert Filing.objects.filter(enterprise=cast.yuntu).exists() == owes, day
