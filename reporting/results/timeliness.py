"""How filings went: sent when, on time or not, sent back how often, decided after how long. Read from what was stored
when it happened, nothing is judged again; no figure of a firm's tables is looked at."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from reporting.dates.deadlines import due_moment
from reporting.filing.punctuality import held_past_due
from reporting.models import Deadline, Review, State, Submission
from reporting.totals.aggregation import UNDER_REVIEW

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
class Course:
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
    state: str
    extended_to: date | None
    after_lock: bool
    exempt_at_lock: bool
    approved: int | None
    counted: int | None


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


def courses_of(filings: QuerySet, until: datetime) -> list[Course]:
    """The course of each filing as far as `until`, in the order of the filings; five queries however many there are."""
    rows = [FilingRow(*row) for row in filings.values_list(*FILING)]
    chosen = filings.order_by().values("pk")
    dates = dates_of(filings)
    submissions = defaultdict(list)
    sent = Submission.objects.filter(filing__in=chosen, submitted_at__lte=until)
    for row in sent.order_by("filing", "number").values_list(*SUBMISSION):
        submissions[row[0]].append(SubmissionRow(*row))
    reviews = defaultdict(list)
    decided = Review.objects.filter(submission__filing__in=chosen, decision__in=DECISIONS + QUESTIONS, at__lte=until)
    for filing, *row in decided.order_by("at", "pk").values_list("submission__filing", *REVIEW):
        reviews[filing].append(ReviewRow(*row))
    waiting_too_long = set(held_past_due(filings.order_by(), until).values_list("pk", flat=True))
    return [
        course_of(row, dates[row.period], submissions[row.pk], reviews[row.pk], row.pk in waiting_too_long, until)
        for row in rows
    ]


FILING = (
    "pk",
    "enterprise",
    "district",
    "period",
    "state",
    "extended_to",
    "after_lock",
    "exempt_at_lock",
    "approved",
    "counted",
)
SUBMISSION = ("filing", "pk", "submitted_at", "on_time", "extended", "recalled_at")
REVIEW = ("submission", "decision", "at", "on_time")


def dates_of(filings: QuerySet) -> dict[str, dict[str, date]]:
    """The dates of each period, by level."""
    dates = defaultdict(dict)
    periods = filings.order_by().values("period")
    for period, level, day in Deadline.objects.filter(period__in=periods).values_list("period", "level", "date"):
        dates[period][level] = day
    return dates


def course_of(
    filing: FilingRow,
    dates: dict[str, date],
    submissions: list[SubmissionRow],
    reviews: list[ReviewRow],
    waits_too_long: bool,
    until: datetime,
) -> Course:
    due_on = max(dates[Deadline.ENTERPRISE], filing.extended_to or date.min)
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
    return Course(
        filing=filing.pk,
        enterprise=filing.enterprise,
        district=filing.district,
        period=filing.period,
        outcome=outcome_of(filing, due_on, standing, until),
        due_on=due_on,
        submitted_at=standing[0].submitted_at if standing else None,
        approved_at=approvals[-1] if approvals else None,
        rounds=sum(review.decision == Review.Decision.SEND_BACK for review in reviews),
        held=held,
        judged=len(known) + waits_too_long,
        decided_late=known.count(False) + waits_too_long,
        is_approved=filing.counted is not None and filing.state != State.EXEMPT,
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


def outcome_of(filing: FilingRow, due_on: date, submissions: list[SubmissionRow], until: datetime) -> str:
    """In which of the columns the filing counts; each counts in one. What a lock found missing stays so for the
    totals, whatever was sent afterwards; what counted stays as it came in, though an estimate is made actual later."""
    stands = filing.approved is not None or filing.state in UNDER_REVIEW
    if filing.state == State.EXEMPT:
        return Outcome.EXEMPT
    if filing.after_lock and stands and filing.counted is None:
        return Outcome.AFTER_LOCK
    if filing.exempt_at_lock:
        return Outcome.EXEMPT
    if stands and submissions:
        first = submissions[0]
        if not first.on_time:
            return Outcome.LATE
        return Outcome.EXTENDED if first.extended else Outcome.ON_TIME
    if until <= due_moment(due_on):
        return Outcome.NOT_DUE
    return Outcome.SENT_BACK if submissions else Outcome.MISSING
