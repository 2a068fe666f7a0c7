"""The association's first page: what to look at today."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting.dates.arrangements import ONE_DAY
from reporting.models import Deadline, Filing, Period, Submission, TrainingSession
from reporting.pages.chosen_period import period_in_hand
from reporting.pages.comparison import FindingInWords, findings_of
from reporting.spot_checks import checking, today
from reporting.totals.progress import progress_of, submissions_visible_to
from reporting.training.attendance import numbers_of

A_WEEK = 7


@needs(Ability.QUERY)
def home(request):
    at = clock.now()
    periods = list(Period.objects.open_on(at.date()).prefetch_related("deadlines"))
    orders = today.orders_of(periods, at)
    in_hand = period_in_hand(at.date())
    sessions = TrainingSession.objects.filter(cancelled_at=None, day__range=(at.date(), at.date() + A_WEEK * ONE_DAY))
    sessions = [session for session in sessions.order_by("day", "begins") if not session.is_over(at)]
    numbers = numbers_of(sessions, request.user)
    around = {
        "at": at,
        "periods": [
            (
                period,
                period.deadline(Deadline.CITY).date,
                progress_of(Filing.objects.of(period)),
                orders[period.code].stop,
            )
            for period in periods
        ],
        "doubted": [(row, said_of(row.filing.in_force)) for row in today.most_doubted(periods, orders)],
        "unopened": today.passed_unopened(periods, orders, at),
        "since": today.since(at),
        "in_hand": in_hand,
        "tallies": today.rules_that_fire(in_hand) if in_hand else [],
        "unanswered": today.unanswered(),
        "sessions": [(session, numbers.get(session.pk, {})) for session in sessions],
        "checked": checking.checked_in(periods).filter(at__gte=today.since(at)).select_related("enterprise")[:50],
    }
    return render(request, "spot_checks/home.html", around)


def said_of(submission: Submission) -> list[FindingInWords]:
    """What the check said when it was sent, with what the firm said of it."""
    general, by_row = findings_of(submission, submission.edition)
    return [*general, *(said for row in by_row.values() for said in row)]


@needs(Ability.QUERY)
@require_POST
def checked(request, receipt):
    submission = get_object_or_404(submissions_visible_to(request.user), receipt=receipt)
    with refusals_on(request):
        checking.check(submission, request.user, clock.now())
        messages.success(request, f"{submission.filing.enterprise.name}：已记为核看过，不再列在今天的名单里。")
    return redirect("association_home")
