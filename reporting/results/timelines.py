"""How filings went: sent when, on time or not, sent back how often, decided after how long. Read from what was stored
when it happened, nothing is judged again; no figure of a firm's tables is looked at."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from reporting.dates.deadlines import is_past
from reporting.filing.punctuality import held_past_due
from reporting.models import Review, Submission
from reporting.models.period import own_due_of_each
from reporting.models.standing import COUNTED, COUNTED_AS_OWED, FILED_ONLY_AFTER_LOCK, OWED, STANDS

DAY = 24 * 3600
DECISIONS = (Review.Decision.APPROVE, Review.Decision.SEND_BACK)
QUESTIONS = (Review.Decision.QUERY, Review.Decision.ANSWER)


class Outcome:
    ON_TIME, EXTENDED, LATE, SENT_BACK = "on_time", "extended", "late", "sent_back"
    MISSING, AFTER_LOCK, EXEMPT, NOT_DUE = "missing", "after_lock", "exempt", "not_due"


WORDS = {
    Outcome.ON_TIME: "按时",
    Outcome.EXTENDED: "延期内按时",
    Outcome.LATE: "迟报",
    Outcome.SENT_BACK: "退回后未再报",
    Outcome.MISSING: "缺报",
    Outcome.AFTER_LOCK: "锁定后补报",
    Outcome.EXEMPT: "不须报",
    Outcome.NOT_DUE: "未到期",
}
TONES = {
    Outcome.ON_TIME: "done",
    Outcome.EXTENDED: "done",
    Outcome.LATE: "warn",
    Outcome.AFTER_LOCK: "warn",
    Outcome.SENT_BACK: "block",
    Outcome.MISSING: "block",
}


@dataclass(frozen=True)
class Timeline:
    """One filing. `submitted_at` is of the first submission that stands; `held` are seconds with the district, one for
    each submission it has decided; `judged` are the decisions known to be in time or late, and those owed too late."""

    filing: int
    enterprise: int
    district: int
    period: str
    outcome: str
    due_on: date
    submitted_at: datetime | None = None
    approved_at: datetime | None = None
    rounds: int = 0
    held: tuple[int, ...] = ()
    judged: int = 0
    decided_late: int = 0
    is_approved: bool = False

    @property
    def words(self) -> str:
        return WORDS[self.outcome]

    @property
    def tone(self) -> str:
        return TONES.get(self.outcome, "")

    @property
    def days_held(self) -> list[Decimal]:
        return [(Decimal(seconds) / DAY).quantize(Decimal("0.1"), ROUND_HALF_UP) for seconds in self.held]


class FilingRow(NamedTuple):
    pk: int
    enterprise: int
    district: int
    period: str
    due_on: date
    is_owed: bool
    is_counted: bool
    is_counted_as_owed: bool
    is_filed_only_after_lock: bool
    stands: bool


class SubmissionRow(NamedTuple):
    filing: int
    pk: int
    submitted_at: datetime
    on_time: bool
    extended: bool
    recalled_at: datetime | None


class ReviewRow(NamedTuple):
    submission: int
    decision: str
    at: datetime
    on_time: bool | None


def timelines_of(filings: QuerySet, until: datetime) -> list[Timeline]:
    """How each filing went as far as `until`, in the order of the filings; four queries however many there are."""
    rows = [
        FilingRow(*row) for row in filings.annotate(due_on=own_due_of_each(), **ASKED).values_list(*FilingRow._fields)
    ]
    chosen = filings.order_by().values("pk")
    submissions = defaultdict(list)
    sent = Submission.objects.filter(filing__in=chosen, submitted_at__lte=until)
    for row in sent.order_by("filing", "number").values_list(*SUBMISSION):
        submissions[row[0]].append(SubmissionRow(*row))
    reviews = defaultdict(list)
    decided = Review.objects.standing().filter(submission__filing__in=chosen, at__lte=until)
    decided = decided.filter(decision__in=DECISIONS + QUESTIONS)
    for filing, *row in decided.order_by("at", "pk").values_list("submission__filing", *REVIEW):
        reviews[filing].append(ReviewRow(*row))
    waiting_too_long = set(held_past_due(filings.order_by(), until).values_list("pk", flat=True))
    return [timeline_of(row, submissions[row.pk], reviews[row.pk], row.pk in waiting_too_long, until) for row in rows]


ASKED = {
    "is_owed": OWED,
    "is_counted": COUNTED,
    "is_counted_as_owed": COUNTED_AS_OWED,
    "is_filed_only_after_lock": FILED_ONLY_AFTER_LOCK,
    "stands": STANDS,
}
SUBMISSION = ("filing", "pk", "submitted_at", "on_time", "extended", "recalled_at")
REVIEW = ("submission", "decision", "at", "on_time")


def timeline_of(
    filing: FilingRow,
    submissions: list[SubmissionRow],
    reviews: list[ReviewRow],
    waits_too_long: bool,
    until: datetime,
) -> Timeline:
    first_decisions: dict[int, ReviewRow] = {}
    for review in reviews:
        if review.decision in DECISIONS:
            first_decisions.setdefault(review.submission, review)
    approvals = [review.at for review in reviews if review.decision == Review.Decision.APPROVE]
    held = tuple(
        seconds_held(sent, first_decisions[sent.pk].at, [review for review in reviews if review.submission == sent.pk])
        for sent in submissions
        if sent.pk in first_decisions
    )
    known = [review.on_time for review in first_decisions.values() if review.on_time is not None]
    standing = [sent for sent in submissions if sent.recalled_at is None or sent.recalled_at > until]
    return Timeline(
        filing=filing.pk,
        enterprise=filing.enterprise,
        district=filing.district,
        period=filing.period,
        outcome=outcome_of(filing, standing, until),
        due_on=filing.due_on,
        submitted_at=standing[0].submitted_at if standing else None,
        approved_at=approvals[-1] if approvals else None,
        rounds=sum(review.decision == Review.Decision.SEND_BACK for review in reviews),
        held=held,
        judged=len(known) + waits_too_long,
        decided_late=known.count(False) + waits_too_long,
        is_approved=filing.is_counted and filing.is_owed,
    )


def seconds_held(sent: SubmissionRow, decided_at: datetime, reviews: list[ReviewRow]) -> int:
    """How long the submission lay with the district: from when it was sent to the first decision, without the time
    in which the firm was asked and had not answered."""
    with_firm, asked_at = timedelta(), None
    for review in reviews:
        if review.at > decided_at:
            break
        if review.decision == Review.Decision.QUERY:
            asked_at = review.at
        elif asked_at:  # answered, or decided without an answer
            with_firm += review.at - asked_at
            asked_at = None
    return int((decided_at - sent.submitted_at - with_firm).total_seconds())


def outcome_of(filing: FilingRow, submissions: list[SubmissionRow], until: datetime) -> str:
    """In which of the columns the filing counts; each counts in one. What a lock found missing stays so for the
    totals, whatever was sent afterwards; what counted stays as it came in, though an estimate is made actual later."""
    if not filing.is_owed:
        return Outcome.EXEMPT
    if filing.is_filed_only_after_lock:
        return Outcome.AFTER_LOCK
    if not filing.is_counted_as_owed:
        return Outcome.EXEMPT
    if filing.stands and submissions:
        first = submissions[0]
        if not first.on_time:
            return Outcome.LATE
        return Outcome.EXTENDED if first.extended else Outcome.ON_TIME
    if not is_past(filing.due_on, until):
        return Outcome.NOT_DUE
    return Outcome.SENT_BACK if submissions else Outcome.MISSING
