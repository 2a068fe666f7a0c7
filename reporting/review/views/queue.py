"""The district's list of filings of one period, and passing the clean ones on together."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from reporting import workflow
from reporting.letters.mass import MassPreview, done_as_seen, rehearsed
from reporting.models import Filing, Period, Submission
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.pages.mass_letters import Question, ask_first, seen_on
from reporting.review.bulk import Bulk
from reporting.review.forms import CleanOnesPress
from reporting.review.views.listing import chosen_on, list_filings
from reporting.review.weighing import areas_of, weighed
from reporting.totals.progress import submissions_visible_to


@needs(Ability.REVIEW)
def current_queue(request):
    period = asked_period(request, clock.today())
    return redirect("district_queue", period.code) if period else render(request, "review/district_no_period.html")


@needs(Ability.REVIEW)
def queue(request, code):
    period = get_object_or_404(periods_to_show(), pk=code)
    filings = Filing.objects.visible_to(request.user).of(period)
    choice, number = chosen_on(request.user, "district_queue", request.GET, period), request.GET.get("page", "")
    listing = list_filings(filings, period, areas_of(request.user), choice, number, clock.now())
    return render(request, "review/queue.html", {"period": period, "periods": periods_to_show(), "listing": listing})


@needs(Ability.REVIEW)
@require_POST
def approve_clean(request, code):
    period = get_object_or_404(Period, pk=code)
    receipts = CleanOnesPress(request.POST).said["receipt"]
    chosen = list(submissions_visible_to(request.user).filter(filing__period=period, receipt__in=receipts))
    at, known = clock.now(), weighed(period, clock.now(), areas_of(request.user) if chosen else [])
    decided = []
    preview = passed_as_seen(
        lambda: decided.append(workflow.approve_clean(chosen, by=request.user, at=at)), decided, at, seen_on(request)
    )
    approved, reasons = decided[-1]
    left = [(submission, reasons[submission.receipt]) for submission in chosen if submission.receipt in reasons]
    if preview:
        what = f"勾选了 {len(chosen)} 份，可以一并通过的 {len(approved)} 份；一分钟内可以撤销，之后发出下面的信。"
        button = f"审核通过，发出 {preview.letters} 封信" if preview.letters else f"审核通过 {len(approved)} 份"
        question = Question("批量审核通过", what, button, reverse("district_queue", args=[code]))
        bulk = Bulk.of(approved, known.placed([submission.filing_id for submission in approved]))
        around = {"bulk": bulk, "headline": known.headline, "left": left}
        return ask_first(request, question, preview, "review/ask_bulk.html", **around)
    passed = [*approved, *workflow.passed_by([submission for submission, _ in left], request.user)]
    left = [(submission, why) for submission, why in left if submission not in passed]
    return show_passed(request, period, passed, left)


def show_passed(request, period: Period, passed: list[Submission], left: list[tuple[Submission, str]]) -> HttpResponse:
    """A second press shows the same as the first. The clock is read again: to pass many takes of the minute in which
    they can be taken back."""
    at, keys = clock.now(), {submission.pk for submission in passed}
    undoable = [each for each in workflow.undoable(period, request.user, at) if each.submission_id in keys]
    until = min((each.at for each in undoable), default=at) + workflow.UNDO_WITHIN
    around = {"period": period, "approved": passed, "left": left, "undoable": undoable, "undo_until": until}
    return render(request, "review/approved.html", around | {"seconds": (until - at).seconds})


def passed_as_seen(act: Callable[[], object], decided: list, at: datetime, seen: str) -> MassPreview | None:
    """Nobody passes many on without having seen what they carry, also where no letter tells of it."""
    if seen:
        return done_as_seen(act, at, seen)
    preview = rehearsed(act, at)
    [(approved, _)] = decided
    return preview if approved else None
