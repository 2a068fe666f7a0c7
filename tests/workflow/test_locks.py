"""What a change finds that had to wait for another, and what a locked period still allows: nothing."""

import threading
import time
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from reporting import workflow
from reporting.filing.judging import judge
from reporting.models import Explanation, Period, PublishedEdition, Sheet, State
from reporting.register import upkeep
from reporting.workflow import Refused
from tests.cast import AT, assemble
from tests.editions.test_editions import LATER, drafted, publish
from tests.may import AFTER_DUE, CLEAN_MAY, fresh, make_may


def submitted(may):
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    workflow.check(may.filing, may.clerk, AT)
    for finding in judge(fresh(may.filing)).warnings:
        workflow.explain(may.filing, finding.rule, finding.fingerprint, may.clerk, AT, reason_code="01")
    return workflow.submit(may.filing, may.clerk, AT, signer="王经理", committed=True)


def while_another(change, then, afterwards=lambda: None):
    """Run `then` while a transaction that has made `change` is still open, which goes on with `afterwards`."""
    made = threading.Event()

    def hold():
        with transaction.atomic():
            change()
            made.set()
            time.sleep(0.5)
            afterwards()
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    made.wait()
    try:
        then()
    finally:
        other.join()


@pytest.mark.worker
def test_a_recall_that_waited_sees_that_the_district_has_opened_the_submission(transactional_db):
    may = make_may(assemble())
    submission = submitted(may)

    def recall():
        with pytest.raises(Refused, match="已打开"):
            workflow.recall(may.filing, may.clerk, AT)

    while_another(lambda: workflow.open_for_review(submission, may.reviewer, AT), recall)
    assert fresh(may.filing).state == State.SUBMITTED


@pytest.mark.worker
def test_an_approval_that_waited_sees_that_the_period_was_locked(transactional_db):
    may = make_may(assemble())
    submission = submitted(may)

    def approve():
        with pytest.raises(Refused, match="锁定"):
            workflow.approve(submission, may.reviewer, AT)

    while_another(lambda: workflow.lock(may.may, may.city, AFTER_DUE, "到期"), approve)
    assert fresh(may.filing).approved is None


@pytest.mark.worker
def test_firms_are_not_added_to_a_period_that_was_locked_meanwhile(transactional_db):
    may = make_may(assemble())
    may.other_filing.delete()

    def open_again():
        with pytest.raises(Refused, match="已锁定"):
            workflow.open_period("2024M05", may.city, AFTER_DUE)

    while_another(lambda: workflow.lock(may.may, may.city, AFTER_DUE, "到期"), open_again)
    assert may.may.filings.count() == 2


@pytest.mark.worker
def test_the_second_of_two_clicks_adds_the_same_firms_once(transactional_db):
    may = make_may(assemble())
    may.other_filing.delete()
    while_another(
        lambda: workflow.open_period("2024M05", may.city, AT), lambda: workflow.open_period("2024M05", may.city, AT)
    )
    assert may.may.filings.count() == 3


@pytest.mark.worker
def test_a_recall_and_a_lock_of_the_period_do_not_wait_for_each_other(transactional_db):
    may = make_may(assemble())
    submitted(may)
    while_another(
        lambda: Period.objects.select_for_update().get(pk=may.may.pk),
        lambda: workflow.recall(may.filing, may.clerk, AFTER_DUE),
        lambda: workflow.lock(may.may, may.city, AFTER_DUE, "到期"),
    )
    assert fresh(may.filing).state == State.DRAFT
    assert Period.objects.get(pk=may.may.pk).is_locked


@pytest.mark.worker
def test_a_firm_that_leaves_waits_for_its_save_and_for_the_period_that_is_opened(transactional_db):
    """Either writes about the firm when it commits, and must not wait for who holds the firm and waits for it."""
    may = make_may(assemble())

    def leave():
        upkeep.stop_reporting(may.firm, left_on=date(2024, 5, 30), reason="注销", by=may.reviewer, at=AT)

    while_another(lambda: workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT), leave)
    assert fresh(may.filing).state == State.EXEMPT
    upkeep.resume_reporting(may.firm, reason="误登", by=may.reviewer, at=AT)
    Sheet.objects.all().delete()
    may.filing.delete()
    while_another(lambda: workflow.open_period("2024M05", may.city, AT), leave)
    assert may.may.filings.get(enterprise=may.firm).state == State.EXEMPT


@pytest.mark.django_db
def test_a_locked_period_takes_neither_a_check_nor_an_explanation():
    may = make_may(assemble())
    workflow.lock(may.may, may.city, AFTER_DUE, "到期")
    with pytest.raises(Refused, match="锁定"):
        workflow.check(may.filing, may.clerk, AT)
    with pytest.raises(Refused, match="锁定"):
        workflow.explain(may.filing, "R629", "0" * 20, may.clerk, AT, reason_code="01")
    assert fresh(may.filing).state == State.NOT_STARTED
    assert not Explanation.objects.exists()


@pytest.mark.django_db
def test_only_a_warning_that_is_there_is_explained():
    may = make_may(assemble())
    workflow.save_sheet(may.filing, "软统企6", CLEAN_MAY, 0, may.clerk, AT)
    for rule, fingerprint in (("R629", "0" * 20), ("不存在的审核关系编号", "0" * 200)):
        with pytest.raises(Refused, match="已不存在"):
            workflow.explain(may.filing, rule, fingerprint, may.clerk, AT, reason_code="01")
    assert not Explanation.objects.exists()


LONG = "长" * 501


@pytest.mark.django_db
def test_words_longer_than_the_record_keeps_are_refused_and_not_cut():
    may = make_may(assemble())
    late = workflow.ask_late(may.other_filing, may.other_clerk, AFTER_DUE, "财务交接")
    submission = submitted(may)
    workflow.save_sheet(may.other_filing, "软统企6", CLEAN_MAY, 0, may.other_clerk, AT)
    for say in (
        lambda: workflow.explain(may.other_filing, "R629", "0" * 20, may.other_clerk, AT, text=LONG),
        lambda: workflow.submit(may.other_filing, may.other_clerk, AT, signer=LONG, committed=True),
        lambda: workflow.submit(may.other_filing, may.other_clerk, AT, signer="孙洁", committed=True, reason=LONG),
        lambda: workflow.decide_late(late, True, may.other_reviewer, AFTER_DUE, LONG),
        lambda: workflow.approve(submission, may.reviewer, AT, LONG),
        lambda: workflow.query(submission, may.reviewer, AT, LONG),
        lambda: workflow.send_back(submission, [{"cell": "", "reason": LONG}], may.reviewer, AT),
    ):
        with pytest.raises(Refused, match="最多"):
            say()
    workflow.query(submission, may.reviewer, AT, "为何本期没有云服务收入？")
    with pytest.raises(Refused, match="最多 500 字"):
        workflow.answer(may.filing, may.clerk, AT, LONG)
    assert fresh(may.filing).state == State.QUERIED


@pytest.mark.worker
@pytest.mark.parametrize("is_published_first", [True, False])
def test_a_period_opened_beside_a_publication_takes_the_revision_over(transactional_db, is_published_first):
    call_command("load_edition", verbosity=0)
    may = make_may(assemble())
    may.desk = may.city
    draft = drafted(may.desk)
    at = LATER.replace(month=7)
    acts = [lambda: publish(may, draft), lambda: workflow.open_period("2024M06", may.desk, at)]
    while_another(*(acts if is_published_first else reversed(acts)))
    assert Period.objects.get(pk="2024M06").edition_code == PublishedEdition.objects.get(number=2).code
