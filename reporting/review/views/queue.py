"""The district's list of filings of one period, and passing the clean ones on together."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from reporting import workflow
from reporting.letters.mass import done_as_seen
from reporting.models import Filing, Period
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.pages.mass_letters import Question, ask_first, seen_on
from reporting.review.forms import CleanOnesPress
from reporting.review.views.listing import chosen_on, list_filings
from reporting.review.weighing import areas_of
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
    at, decided = clock.now(), []
    preview = done_as_seen(
        lambda: decided.append(workflow.approve_clean(chosen, by=request.user, at=at)), at, seen_on(request)
    )
    if preview:
        what = f"勾选了 {len(chosen)} 份，可以一并通过的 {len(decided[0][0])} 份；通过后随即发出下面的信。"
        button = f"审核通过，发出 {preview.letters} 封信"
        return ask_first(
            request, Question("批量审核通过", what, button, reverse("district_queue", args=[code])), preview
        )
    [(approved, reasons)] = decided
    left = [(submission, reasons[submission.receipt]) for submission in chosen if submission.receipt in reasons]
    return render(request, "review/approved.html", {"period": period, "approved": approved, "left": left})
