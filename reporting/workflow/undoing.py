"""Taking an approval back that was pressed by mistake: at once, by whoever gave it, while nothing has followed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from reporting.letters import about_filings
from reporting.models import Filing, Period, Review, Submission
from reporting.workflow.guards import MOVES, Refused, add_review, be_open, be_the_district, locked, move, record

UNDO_WITHIN = about_filings.HELD_BACK
INSTEAD = "如须改动，请由企业申请修订，或请市级退回区县。"


@transaction.atomic
def undo_approval(submission: Submission, by: User, at: datetime) -> Review:
    """撤销审核通过: the filing waits for its district again, and what counted before counts again. The approval stays
    in the record beside the word that took it back."""
    filing = locked(submission.filing)
    be_the_district(by, filing)
    be_open(filing, at)
    approval = _to_undo(submission, filing, by, at)
    move(filing, "undo_approval")
    filing.approved = filing.counted = _approved_before(approval)
    filing.save(update_fields=["state", "approved", "counted"])
    filing.late_requests.filter(spent_at=approval.at).update(spent_at=None)
    review = add_review(submission, Review.Decision.UNDO, by, at, undoes=approval)
    record(filing, by, at, "撤销审核通过", subject=submission.receipt)
    about_filings.approval_undone(review, approval)
    return review


def undo_approvals(
    submissions: Sequence[Submission], by: User, at: datetime
) -> tuple[list[Submission], dict[str, str]]:
    """Those passed together; return what was taken back, and for each other one (by receipt) why it stands."""
    undone, left = [], {}
    for submission in submissions:
        try:
            undo_approval(submission, by, at)
            undone.append(submission)
        except Refused as refusal:
            left[submission.receipt] = str(refusal)
    return undone, left


def undoable(period: Period, by: User, at: datetime) -> list[Review]:
    """The approvals of a period that this person may still take back, the newest first."""
    mine = Review.objects.filter(by=by, decision=Review.Decision.APPROVE, at__gte=at - UNDO_WITHIN)
    filings = Filing.objects.filter(period=period, state__in=MOVES["undo_approval"])
    filings = filings.filter(pk__in=mine.values("submission__filing"))
    said = Review.objects.filter(submission__filing__in=filings).order_by("at", "pk")
    said = said.select_related("by", "submission__filing__enterprise").defer("submission__values")
    last = {review.submission.filing_id: review for review in said}
    still = [review for review in last.values() if not why_not_undone(review, by, at)]
    return sorted(still, key=lambda review: (review.at, review.pk), reverse=True)


def why_not_undone(last: Review, by: User, at: datetime) -> str:
    """What speaks against it in the last word about a filing; empty where nothing does."""
    if last.decision == Review.Decision.UNDO:
        return "这份审核通过已经撤销，报表仍待审核。"
    if last.decision != Review.Decision.APPROVE:
        return f"审核通过之后已有“{last.get_decision_display()}”，不能再撤销。"
    if last.by_id != by.pk:
        return f"这份由{last.by.signed}审核通过，只有本人可以撤销。{INSTEAD}"
    if at - last.at > UNDO_WITHIN:
        return f"审核通过已超过 {UNDO_WITHIN.seconds} 秒，不能再撤销。{INSTEAD}"
    return ""


def _to_undo(submission: Submission, filing: Filing, by: User, at: datetime) -> Review:
    last = Review.objects.filter(submission__filing=filing).select_related("by").order_by("at", "pk").last()
    if last is None or last.submission_id != submission.pk:
        raise Refused("这份上报件没有可以撤销的审核通过，请刷新页面查看最新情况。")
    if sentence := why_not_undone(last, by, at):
        raise Refused(sentence)
    if filing.state not in MOVES["undo_approval"]:
        raise Refused("审核通过之后企业已开始修订，不能再撤销。")
    return last


def _approved_before(approval: Review) -> Submission | None:
    others = Review.objects.standing().filter(submission__filing=approval.submission.filing_id)
    others = others.filter(decision=Review.Decision.APPROVE).exclude(pk=approval.pk).select_related("submission")
    before = others.order_by("at", "pk").last()
    return before.submission if before else None
