"""Turns stories into rows of the record, written in bulk with keys of our own so that rows may point at one another."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max

from accounts.models import District, Enterprise, JournalEntry, User
from forms_tables.catalog import load_edition
from forms_tables.periods import PeriodCode
from reporting.demo.stories import EDITION, OPEN_MONTH, Story
from reporting.models import Explanation, Filing, LateRequest, Review, Sheet, State, Submission

SHANGHAI = ZoneInfo("Asia/Shanghai")
RETURN_REASON = "较上年同期变动较大，请核对合同台账后确认。"
QUESTION = "本期数与上期相比变化较大，请说明原因。"
# What the reviews of a filing were, from the first to the last, by the state it has reached.
PATHS = {
    State.SUBMITTED: [],
    State.QUERIED: [Review.Decision.QUERY],
    State.RETURNED: [Review.Decision.SEND_BACK],
    State.APPROVED: [Review.Decision.APPROVE],
    State.CITY_QUERIED: [Review.Decision.APPROVE, Review.Decision.CITY_QUERY],
    State.CITY_RETURNED: [Review.Decision.APPROVE, Review.Decision.CITY_RETURN],
    State.AMENDING: [Review.Decision.APPROVE],
    State.LOCKED: [Review.Decision.APPROVE],
}
COUNTS = (State.APPROVED, State.CITY_QUERIED, State.CITY_RETURNED, State.AMENDING, State.LOCKED)


class Ledger:
    """Gathers the rows of many filings, then writes them table by table."""

    def __init__(self, clerks: dict[int, User]):
        self.clerks = clerks
        self.analyst = User.objects.filter(role=User.Role.ASSOCIATION).first()
        self.edition = load_edition(EDITION)
        self.next_filing = _after(Filing)
        self.next_submission = _after(Submission)
        self.rows: dict[type, list] = {
            model: [] for model in (Filing, Sheet, Submission, Explanation, Review, LateRequest, JournalEntry)
        }

    def add(self, story: Story, enterprise: Enterprise, person: User, district: District) -> None:
        filing = Filing(
            pk=self.next_filing,
            enterprise=enterprise,
            period_id=story.period,
            district=district,
            state=story.state,
            checked=story.checked if story.state in Filing.WITH_FIRM else "",
            late=story.late,
        )
        self.next_filing += 1
        self.rows[Filing].append(filing)
        # everything of the open month happened before the demonstration's day, the 6th
        day = 1 + enterprise.pk % 3 if story.period == OPEN_MONTH.code else 4 + enterprise.pk % 5
        typed_at = moment_of(story.period, day, 9 + enterprise.pk % 8)
        self._add_sheets(story, filing, person, typed_at)
        if not story.is_frozen:
            return
        if story.late:
            self._add_late_request(filing, person, district)
        first = None
        if story.returned_once or story.state == State.RETURNED:
            first = self._add_submission(story, filing, person, 1, typed_at)
            self._add_review(first, Review.Decision.SEND_BACK, self.clerks[district.pk], typed_at + timedelta(days=1))
        if story.state == State.RETURNED:
            filing.latest = first
            return
        number = 2 if first else 1
        submission = self._add_submission(story, filing, person, number, typed_at + timedelta(days=2 if first else 0))
        filing.latest = submission
        for step, decision in enumerate(PATHS[story.state], start=1):
            official = self.analyst if decision.startswith("city") else self.clerks[district.pk]
            self._add_review(submission, decision, official, submission.submitted_at + timedelta(days=step, hours=1))
        if story.state in COUNTS:
            filing.approved = submission

    def _add_sheets(self, story: Story, filing: Filing, person: User, at: datetime) -> None:
        for table in self.edition.tables:
            codes = {indicator.code for indicator in table.indicators}
            cells = {key: text for key, text in story.typed.items() if key.partition(".")[0] in codes}
            if cells:
                sheet = Sheet(filing=filing, table=table.code, cells=cells, version=1, saved_at=at, saved_by=person)
                self.rows[Sheet].append(sheet)

    def _add_submission(self, story: Story, filing: Filing, person: User, number: int, at: datetime) -> Submission:
        if story.late:
            at = moment_of(story.period, 14, 10)
        waiting = story.state == State.SUBMITTED and filing.pk % 2
        submission = Submission(
            pk=self.next_submission,
            filing=filing,
            number=number,
            receipt=f"{story.period}-{filing.district.code}-{filing.pk:06d}-{number}",
            values=story.values,
            attributes=story.attributes,
            tables=story.tables,
            edition_code=self.edition.code,
            edition_digest=self.edition.digest,
            findings=story.findings,
            explanations=story.explanations,
            signer=person.name,
            reason="按区县意见核对后重新上报。" if number > 1 else "",
            on_time=not story.late,
            submitted_by=person,
            submitted_at=at,
            from_state=State.RETURNED if number > 1 else State.DRAFT,
            opened_at=None if waiting else at + timedelta(hours=3),
            opened_by=None if waiting else self.clerks[filing.district_id],
        )
        self.next_submission += 1
        self.rows[Submission].append(submission)
        self._record(filing, person, at, "确定上报", submission.receipt, submission.reason)
        if number == 1:
            self.rows[Explanation] += [
                Explanation(filing=filing, by=person, at=at, **explanation)
                for explanation in {(e["rule"], e["fingerprint"]): e for e in story.explanations}.values()
            ]
        return submission

    def _add_review(self, submission: Submission, decision: str, official: User, at: datetime) -> None:
        cell = "F301.y" if submission.filing.period_id.endswith("A") else "2010.c1"
        asks = decision in (Review.Decision.QUERY, Review.Decision.CITY_QUERY)
        returns = decision in (Review.Decision.SEND_BACK, Review.Decision.CITY_RETURN)
        review = Review(
            submission=submission,
            decision=decision,
            note=QUESTION if asks else "",
            reasons=[{"cell": cell, "reason": RETURN_REASON}] if returns else [],
            by=official,
            at=at,
        )
        self.rows[Review].append(review)
        words = RETURN_REASON if returns else review.note
        self._record(submission.filing, official, at, review.get_decision_display(), submission.receipt, words)

    def _add_late_request(self, filing: Filing, person: User, district: District) -> None:
        asked = moment_of(filing.period_id, 13, 9)
        self.rows[LateRequest].append(
            LateRequest(
                filing=filing,
                reason="财务人员交接，未能按时完成，申请补报。",
                asked_by=person,
                asked_at=asked,
                granted=True,
                decided_by=self.clerks[district.pk],
                decided_at=asked + timedelta(hours=5),
            )
        )

    def _record(self, filing: Filing, by: User, at: datetime, action: str, subject: str, why: str) -> None:
        self.rows[JournalEntry].append(
            JournalEntry(
                at=at,
                by=by,
                by_name=by.name,
                action=action,
                subject=subject,
                enterprise=filing.enterprise,
                district=filing.district,
                period=filing.period_id,
                why=why,
            )
        )

    def write(self) -> None:
        """One bulk insert a table; foreign keys are checked when the transaction ends."""
        for model, rows in self.rows.items():
            model.objects.bulk_create(rows, batch_size=400)
        for sql in connection.ops.sequence_reset_sql(no_style(), [Filing, Submission]):
            with connection.cursor() as cursor:
                cursor.execute(sql)


def _after(model: type) -> int:
    return (model.objects.aggregate(last=Max("pk"))["last"] or 0) + 1


def moment_of(period: str, day: int, hour: int) -> datetime:
    """A moment of the month in which a period is reported: the annual's days are those of March."""
    code = PeriodCode.parse(period)
    first = date(code.year + 1, 3, 1) if code.is_annual else code.end + timedelta(days=1)
    if code.is_annual and day > 12:
        day += 8
    return datetime.combine(first + timedelta(days=min(day, 27) - 1), time(hour, 20), SHANGHAI)
