"""When a district is late. The firm's date is stored with its submission, the district's with each decision about one.

What came to the district by the firms' date of the period is to be decided by the district's date. What came later
(late, within an extension, again after a return, or with an answer to a question) is to be decided by that same date
or by the end of the first working day after it came, whichever is later: nobody is late with what was not there yet.
A decision is 审核通过 or 退回 of what waits for the district; sending back what the city returned has no date.
"""

from datetime import date, datetime, time, timedelta

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reporting.dates.deadlines import SHANGHAI
from reporting.models import Deadline, Period, Review, State, Submission, calendar_in_force
from reporting.models.period import date_of_each

ONE_DAY = timedelta(days=1)


def decide_by(submission: Submission) -> date:
    """The last day for the district to decide about a submission that waits for it."""
    dates = {deadline.level: deadline.date for deadline in submission.filing.period.deadlines.all()}
    return last_day_for(came_at(submission), dates[Deadline.ENTERPRISE], dates[Deadline.DISTRICT])


def last_day_for(came: datetime, due_to_firms: date, due_to_district: date) -> date:
    """The same for what came at that moment, in a period with these dates."""
    day = came.astimezone(SHANGHAI).date()
    return due_to_district if day <= due_to_firms else max(due_to_district, first_working_day_after(day))


def came_at(submission: Submission) -> datetime:
    """Since when it lies with the district: sent then, or answered then."""
    answers = submission.reviews.filter(decision=Review.Decision.ANSWER).order_by("-at")
    return answers.values_list("at", flat=True).first() or submission.submitted_at


def held_past_due(filings: QuerySet, at: datetime) -> QuerySet:
    """The filings that still wait for their district although `decide_by` has passed. One query for all."""
    today = at.astimezone(SHANGHAI).date()
    answers = Review.objects.filter(submission=OuterRef("in_force"), decision=Review.Decision.ANSWER).order_by("-at")
    # Came before the last working day that is over: the first working day after that is over too.
    long_ago = Q(came_at__lt=datetime.combine(last_working_day_before(today), time.min, SHANGHAI))
    return (
        filings.filter(state=State.SUBMITTED)
        .annotate(
            came_at=Coalesce(Subquery(answers.values("at")[:1]), F("in_force__submitted_at")),
            due_to_firms=date_of_each(Deadline.ENTERPRISE),
            due_to_district=date_of_each(Deadline.DISTRICT),
        )
        .filter(long_ago | Q(came_at__date__lte=F("due_to_firms")), due_to_district__lt=today)
    )


def is_over_for_districts(period: Period, at: datetime) -> bool:
    """Whether any filing of it can be held past due."""
    today = at.astimezone(SHANGHAI).date()
    return any(each.level == Deadline.DISTRICT and each.date < today for each in period.deadlines.all())


def first_working_day_after(day: date) -> date:
    """Where the State Council has not announced the year yet, Monday to Friday."""
    calendar = calendar_in_force()
    day += ONE_DAY
    while not calendar.is_working_day(day):
        day += ONE_DAY
    return day


def last_working_day_before(day: date) -> date:
    calendar = calendar_in_force()
    day -= ONE_DAY
    while not calendar.is_working_day(day):
        day -= ONE_DAY
    return day
