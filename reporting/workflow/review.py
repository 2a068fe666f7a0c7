"""What officials do with a submission: open, approve, send back, ask. They decide about figures and never write one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from reporting.filing.punctuality import decide_by
from reporting.letters import about_filings
from reporting.models import Filing, Review, State, Submission
from reporting.workflow.guards import (
    Refused,
    add_review,
    be_open,
    be_the_district,
    brief,
    locked,
    move,
    only_reads,
    record,
    said_something,
)


@transaction.atomic
def open_for_review(submission: Submission, by: User, at: datetime) -> Submission:
    """Note that the district has opened the submission: from now on the firm cannot recall it."""
    filing = locked(submission.filing)
    if only_reads(by, filing):
        return submission
    be_the_district(by, filing)
    waits = filing.in_force_id == submission.pk and filing.state == State.SUBMITTED and not filing.is_shut
    if waits and not submission.opened_at:
        submission.opened_at, submission.opened_by = at, by
        submission.save(update_fields=["opened_at", "opened_by"])
        record(filing, by, at, "打开审核", subject=submission.receipt)
    return submission


@transaction.atomic
def approve(submission: Submission, by: User, at: datetime, note: str = "") -> Review:
    """区县审核通过: pass the submission on; from now on its figures count."""
    filing = _review_of(submission, by, at)
    note, due_on = brief(note), _due_on(submission, filing)
    move(filing, "approve")
    filing.approved = submission
    if not filing.period.is_locked:
        filing.counted = submission
    filing.save(update_fields=["state", "approved", "counted"])
    filing.late_requests.in_hand().update(spent_at=at)
    review = add_review(submission, Review.Decision.APPROVE, by, at, note, due_on=due_on)
    record(filing, by, at, "区县审核通过", subject=submission.receipt, why=note)
    about_filings.approved(review)
    return review


@transaction.atomic
def send_back(submission: Submission, reasons: Sequence[Mapping[str, str]], by: User, at: datetime) -> Review:
    """区县退回: with a reason for each cell named, or for the whole table (cell "")."""
    filing = _review_of(submission, by, at)
    reasons, due_on = _reasons(filing, reasons), _due_on(submission, filing)
    move(filing, "send_back")
    filing.checked, filing.checked_at = Filing.UNCHECKED, None
    filing.save(update_fields=["state", "checked", "checked_at"])
    review = add_review(submission, Review.Decision.SEND_BACK, by, at, reasons=reasons, due_on=due_on)
    record(filing, by, at, "退回企业", subject=submission.receipt, after=_listed(reasons))
    about_filings.sent_back(review)
    return review


@transaction.atomic
def query(submission: Submission, by: User, at: datetime, note: str) -> Review:
    """Ask the firm about a submission without sending it back."""
    filing = _review_of(submission, by, at)
    note = said_something(note, "请写明要查询的问题。")
    move(filing, "query")
    filing.save(update_fields=["state"])
    review = add_review(submission, Review.Decision.QUERY, by, at, note)
    record(filing, by, at, "区县查询", subject=submission.receipt, why=note)
    about_filings.queried(review)
    return review


@transaction.atomic
def answer_city(submission: Submission, by: User, at: datetime, note: str) -> Review:
    """The district answers the city and passes the same submission on again."""
    filing = _review_of(submission, by, at)
    note = said_something(note, "请写明对市级的答复。")
    move(filing, "answer_city")
    filing.save(update_fields=["state"])
    review = add_review(submission, Review.Decision.ANSWER, by, at, note)
    record(filing, by, at, "区县答复市级", subject=submission.receipt, why=note)
    about_filings.city_answered(review)
    return review


@transaction.atomic
def city_query(submission: Submission, by: User, at: datetime, note: str) -> Review:
    """The city or the association asks the district about an approved submission."""
    filing = _city_review_of(submission, by, at)
    note = said_something(note, "请写明要查询的问题。")
    move(filing, "city_query")
    filing.save(update_fields=["state"])
    review = add_review(submission, Review.Decision.CITY_QUERY, by, at, note)
    record(filing, by, at, "市级查询", subject=submission.receipt, why=note)
    about_filings.city_asked(review)
    return review


@transaction.atomic
def city_return(submission: Submission, reasons: Sequence[Mapping[str, str]], by: User, at: datetime) -> Review:
    """The city or the association returns an approved submission to the district, which sends it back or answers."""
    filing = _city_review_of(submission, by, at)
    reasons = _reasons(filing, reasons)
    move(filing, "city_return")
    filing.save(update_fields=["state"])
    review = add_review(submission, Review.Decision.CITY_RETURN, by, at, reasons=reasons)
    record(filing, by, at, "市级退回区县", subject=submission.receipt, after=_listed(reasons))
    about_filings.city_asked(review)
    return review


def _review_of(submission: Submission, by: User, at: datetime) -> Filing:
    filing = locked(submission.filing)
    be_the_district(by, filing)
    _be_current(submission, filing)
    be_open(filing, at)
    return filing


def _city_review_of(submission: Submission, by: User, at: datetime) -> Filing:
    filing = locked(submission.filing)
    if not by.may.query:
        raise Refused("只有市级和协会可以进行这项操作。")
    _be_current(submission, filing)
    be_open(filing, at)
    return filing


def _be_current(submission: Submission, filing: Filing) -> None:
    if filing.in_force_id != submission.pk:
        raise Refused("这份上报件已被撤回或被新的上报件取代，请刷新后打开最新的一份。")


def _due_on(submission: Submission, filing: Filing) -> date | None:
    """The day stored with a decision of the district's own; what the city returned was decided before. Practice has
    none."""
    return decide_by(submission) if filing.is_under_review and not filing.period.is_practice else None


def _listed(reasons: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """All the reasons for the journal, in order; one cell may have several."""
    return [{"数据": row["cell"] or "整张报表", "理由": row["reason"]} for row in reasons]


def _reasons(filing: Filing, reasons: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The reasons of a return, trimmed; each names a cell of the form or none, and none is empty."""
    kept = [{"cell": r.get("cell", ""), "reason": brief(r["reason"])} for r in reasons if r.get("reason", "").strip()]
    if not kept:
        raise Refused("请写明退回的理由：点选要退回的单元格，或选“整表”，逐条填写理由。")
    for row in kept:
        if row["cell"] and not filing.edition.has_cell(row["cell"]):
            raise Refused(f"没有“{row['cell']}”这个单元格，请在表上点选要退回的数据。")
    return kept
