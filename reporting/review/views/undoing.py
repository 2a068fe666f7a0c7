"""Taking back an approval of the last minute: one, or those that were passed together."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting import workflow
from reporting.models import Period
from reporting.review.forms import CleanOnesPress
from reporting.review.views.review import show_review
from reporting.totals.progress import submissions_visible_to


@needs(Ability.REVIEW)
@require_POST
def undo(request, receipt):
    submission = get_object_or_404(submissions_visible_to(request.user), receipt=receipt)
    with refusals_on(request):
        workflow.undo_approval(submission, by=request.user, at=clock.now())
        messages.success(request, f"{submission.filing.enterprise.name}：已撤销审核通过，这份上报件仍待审核。")
        return redirect("district_review", submission.receipt)
    return show_review(request, submission, status=409)


@needs(Ability.REVIEW)
@require_POST
def undo_clean(request, code):
    period = get_object_or_404(Period, pk=code)
    receipts = CleanOnesPress(request.POST).said["receipt"]
    chosen = list(submissions_visible_to(request.user).filter(filing__period=period, receipt__in=receipts))
    undone, reasons = workflow.undo_approvals(chosen, by=request.user, at=clock.now())
    left = [(submission, reasons[submission.receipt]) for submission in chosen if submission.receipt in reasons]
    return render(request, "review/undone.html", {"period": period, "undone": undone, "left": left})
