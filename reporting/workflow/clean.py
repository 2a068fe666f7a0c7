"""Passing on together what has nothing to look at. What carries much of a total is opened first, clean or not."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from accounts.models import User
from reporting.consequence.ordering import Placed, order_of
from reporting.models import Review, Submission, review_limits
from reporting.workflow.guards import Refused
from reporting.workflow.review import approve


def approve_clean(submissions: Sequence[Submission], by: User, at: datetime) -> tuple[list[Submission], dict[str, str]]:
    """Approve those with nothing to look at; return them, and for each other one (by receipt) why it was left."""
    approved, left = [], {}
    first = opened_first(submissions, at)
    for submission in submissions:
        if not submission.is_clean:
            left[submission.receipt] = "有提示、迟报、预估或修订，须逐份打开审核。"
            continue
        if submission.receipt in first:
            left[submission.receipt] = first[submission.receipt]
            continue
        try:
            approve(submission, by, at, note="批量通过：无错误、无提示、按时。")
            approved.append(submission)
        except Refused as refusal:
            left[submission.receipt] = str(refusal)
    return approved, left


def passed_by(submissions: Sequence[Submission], by: User) -> list[Submission]:
    """Those of which the last word that stands is this person's approval: a second press finds them passed."""
    said = Review.objects.standing().filter(submission__in=submissions).order_by("at", "pk")
    last = {review.submission_id: (review.decision, review.by_id) for review in said}
    return [each for each in submissions if last.get(each.pk) == (Review.Decision.APPROVE, by.pk)]


def opened_first(submissions: Sequence[Submission], at: datetime) -> dict[str, str]:
    """By receipt, why nobody passes these on who has not opened them: for what they carry of a total."""
    why: dict[str, str] = {}
    of_area = defaultdict(list)
    for submission in submissions:
        if submission.filing.in_force_id == submission.pk and not submission.filing.period.is_practice:
            of_area[submission.filing.period, submission.filing.district].append(submission)
    limit = review_limits().bulk_share
    for (period, district), those in of_area.items():
        placed = order_of(period, at, district).placed([submission.filing_id for submission in those])
        for submission in those:
            if words := why_opened_first(submission, placed, limit):
                why[submission.receipt] = words
    return why


def why_opened_first(submission: Submission, placed: Mapping[int, Placed], limit: Decimal) -> str:
    """Empty for what was opened, for what carries little, and for what waits no more."""
    if submission.opened_at or submission.filing_id not in placed:
        return ""
    weight = next(iter(placed[submission.filing_id].weights.values()))
    if weight.now is None:
        return ""
    for area, share in (("本区县", weight.share_district), ("全市", weight.share_city)):
        if share is None:
            return f"占{area}本期{weight.measure.name}的比重算不出来，须打开审核。"
        if abs(share) > limit:
            return f"占{area}本期{weight.measure.name}的 {abs(share):.1f}%，超过 {limit.normalize():f}%，须打开审核。"
    return ""
