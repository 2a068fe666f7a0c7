"""Turns stories into rows of the record, written in bulk with keys of our own so that rows may point at one another."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max

from accounts.models import District, Enterprise, JournalEntry, User
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from reporting.dates.deadlines import due_moment
from reporting.demo.stories import EDITION, LAST_LOCKED, OPEN_ANNUAL, OPEN_MONTH, Story
from reporting.filing.judging import telephones_of
from reporting.filing.punctuality import last_day_for
from reporting.models import (
    Deadline,
    Explanation,
    ExtensionRequest,
    Filing,
    LateRequest,
    Period,
    Review,
    Sheet,
    State,
    Submission,
)
from reporting.models.request import Request
from reporting.models.standing import WITH_FIRM_STATES

SHANGHAI = ZoneInfo("Asia/Shanghai")
RETURN_REASON = "较上年同期变动较大，请核对合同台账后确认。"
LATE_REASON = "财务人员交接，未能按时完成，申请补报。"
EXTENSION_REASON = "审计报告延后出具，数据尚待核定，申请延期。"
EXTENSION_REFUSED = "请先按账面数按时上报，审计后再修订。"
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


class RowsToWrite:
    """Gathers the rows of many filings, then writes them table by table."""

    def __init__(self, clerks: dict[int, User]):
        self.clerks = clerks
        self.analyst = User.objects.filter(role=User.Role.ASSOCIATION).first()
        self.edition = load_edition(EDITION)
        self.next_filing = _after(Filing)
        self.next_submission = _after(Submission)
        self.rows: dict[type, list] = {
            model: []
            for model in (
                Filing,
                Sheet,
                Submission,
                Explanation,
                Review,
                LateRequest,
                ExtensionRequest,
                JournalEntry,
            )
        }
        self.due: dict[str, dict[str, date]] = defaultdict(dict)
        for period, level, day in Deadline.objects.values_list("period", "level", "date"):
            self.due[period][level] = day
        self.locked_at = dict(Period.objects.values_list("pk", "locked_at"))

    def add(self, story: Story, enterprise: Enterprise, person: User, district: District, number: int) -> None:
        """`number` is the firm's in the city: what befalls it depends on that and not on a row's key."""
        filing = Filing(
            pk=self.next_filing,
            enterprise=enterprise,
            period_id=story.period,
            district=district,
            state=story.state,
            checked=story.checked if story.state in WITH_FIRM_STATES else "",
            late=story.late,
            after_lock=story.let_in,
        )
        self.next_filing += 1
        self.rows[Filing].append(filing)
        # everything of the open month happened before the demonstration's day, the 6th
        day = 1 + number % 3 if story.period == OPEN_MONTH.code else 4 + number % 5
        typed_at = moment_of(story.period, day, 9 + number % 8)
        self._add_sheets(story, filing, person, typed_at)
        if not story.is_frozen:
            self._add_requests_of_the_unsent(filing, person, number)
            return
        sent_at, late_request = self._ask_for_time(story, filing, person, typed_at)
        first = None
        if story.returned_once or story.state == State.RETURNED:
            first = self._add_submission(story, filing, person, 1, sent_at)
            self._add_review(first, Review.Decision.SEND_BACK, self.clerks[district.pk], sent_at + timedelta(days=1))
        if story.state == State.RETURNED:
            filing.in_force = first
            return
        number = 2 if first else 1
        submission = self._add_submission(story, filing, person, number, sent_at + timedelta(days=2 if first else 0))
        filing.in_force = submission
        for step, decision in enumerate(PATHS[story.state], start=1):
            official = self.analyst if decision.startswith("city") else self.clerks[district.pk]
            decided_at = submission.submitted_at + timedelta(days=step, hours=1)
            if story.held_too_long:
                decided_at = morning_after(self.due[filing.period_id][Deadline.DISTRICT])
            self._add_review(submission, decision, official, decided_at)
        if story.state in COUNTS:
            filing.approved = submission
            filing.counted = None if story.let_in else submission
            if late_request:
                late_request.spent_at = decided_at

    def _add_sheets(self, story: Story, filing: Filing, person: User, at: datetime) -> None:
        for table in self.edition.tables:
            codes = {indicator.code for indicator in table.indicators}
            cells = {key: text for key, text in story.typed.items() if CellAddress.parse(key).code in codes}
            if cells:
                sheet = Sheet(filing=filing, table=table.code, cells=cells, version=1, saved_at=at, saved_by=person)
                self.rows[Sheet].append(sheet)

    def _add_submission(self, story: Story, filing: Filing, person: User, number: int, at: datetime) -> Submission:
        waiting = story.state == State.SUBMITTED and filing.pk % 2
        submission = Submission(
            pk=self.next_submission,
            filing=filing,
            number=number,
            receipt=f"{story.period}-{filing.district.code}-{filing.pk:06d}-{number}",
            values=story.values,
            attributes={**story.attributes, **telephones_of(filing.enterprise)},
            tables=story.tables,
            edition_code=self.edition.code,
            edition_digest=self.edition.digest,
            findings=story.findings,
            explanations=story.explanations,
            signer=person.name,
            reason="按区县意见核对后重新上报。" if number > 1 else "",
            on_time=not story.late,
            due_on=filing.extended_to or self.due[story.period][Deadline.ENTERPRISE],
            extended=story.extended,
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
        due = self.due[submission.filing.period_id]
        due_on = last_day_for(submission.submitted_at, due[Deadline.ENTERPRISE], due[Deadline.DISTRICT])
        has_date = decision in (Review.Decision.APPROVE, Review.Decision.SEND_BACK)
        review = Review(
            submission=submission,
            decision=decision,
            note=QUESTION if asks else "",
            reasons=[{"cell": cell, "reason": RETURN_REASON}] if returns else [],
            by=official,
            at=at,
            due_on=due_on if has_date else None,
            on_time=at <= due_moment(due_on) if has_date else None,
        )
        self.rows[Review].append(review)
        words = RETURN_REASON if returns else review.note
        self._record(submission.filing, official, at, review.get_decision_display(), submission.receipt, words)

    def _ask_for_time(
        self, story: Story, filing: Filing, person: User, typed_at: datetime
    ) -> tuple[datetime, LateRequest | None]:
        """When the firm sends, and the 补报 it sends by; before it, what it had to ask for in order to send then."""
        due = self.due[story.period]
        if story.let_in:
            asked = self._ask(LateRequest, filing, person, self.locked_at[story.period] + timedelta(days=2), True)
            return asked.asked_at + timedelta(days=2), asked
        if story.late:
            asked = self._ask(LateRequest, filing, person, morning_after(due[Deadline.ENTERPRISE]), True)
            return morning_after(due[Deadline.ENTERPRISE] + timedelta(days=1)), asked
        until = due[Deadline.DISTRICT]
        story.extended = story.extended and until > due[Deadline.ENTERPRISE]  # a holiday may leave no day between
        if not story.extended:
            return typed_at, None
        asked_at = morning_after(due[Deadline.ENTERPRISE] - timedelta(days=3))
        self._ask(ExtensionRequest, filing, person, asked_at, True, until=until, granted_until=until)
        filing.extended_to = until
        return morning_after(until - timedelta(days=1)), None

    def _add_requests_of_the_unsent(self, filing: Filing, person: User, number: int) -> None:
        """In the open periods some ask for a later date: one waits, one has it, one was refused. Of the month just
        locked those that never filed ask to file after the lock."""
        at = moment_of(OPEN_MONTH.code, 4, 10)
        if filing.period_id == LAST_LOCKED.code:
            self._ask(LateRequest, filing, person, at, None)
        if filing.period_id not in (OPEN_MONTH.code, OPEN_ANNUAL.code):
            return
        until = self.due[filing.period_id][Deadline.DISTRICT]
        fate = number % 24
        if fate == 2:
            self._ask(ExtensionRequest, filing, person, at, None, until=until)
        elif fate == 10:
            self._ask(ExtensionRequest, filing, person, at, True, until=until, granted_until=until)
            filing.extended_to = until
        elif fate == 18:
            self._ask(ExtensionRequest, filing, person, at, False, until=until)

    def _ask(
        self, model: type[Request], filing: Filing, person: User, at: datetime, granted: bool | None, **dates: date
    ) -> Request:
        """A request, and its decision five hours later; None leaves it open."""
        clerk, what = self.clerks[filing.district_id], "延期" if model is ExtensionRequest else "补报"
        asked = model(
            filing=filing,
            reason=EXTENSION_REASON if model is ExtensionRequest else LATE_REASON,
            asked_by=person,
            asked_at=at,
            granted=granted,
            answer=EXTENSION_REFUSED if granted is False else "",
            **dates,
        )
        self.rows[model].append(asked)
        self._record(filing, person, at, f"申请{what}", "", asked.reason)
        if granted is not None:
            asked.decided_by, asked.decided_at = clerk, at + timedelta(hours=5)
            self._record(filing, clerk, asked.decided_at, f"{'' if granted else '不'}同意{what}", "", asked.answer)
        return asked

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


def morning_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(10, 20), SHANGHAI)


def moment_of(period: str, day: int, hour: int) -> datetime:
    """A moment of the month in which a period is reported: the annual's days are those of March."""
    code = PeriodCode.parse(period)
    first = date(code.year + 1, 3, 1) if code.is_annual else code.end + timedelta(days=1)
    return datetime.combine(first + timedelta(days=min(day, 27) - 1), time(hour, 20), SHANGHAI)
