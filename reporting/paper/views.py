"""下载 PDF: the firm's own drafts and submissions, and the submissions an official may read. ?table=t6 is one table."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.views.decorators.http import require_GET

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from reporting import workflow
from reporting.firm.views.filing import filing_of
from reporting.firm.views.submitting import submission_of
from reporting.paper.contents import sent_of
from reporting.paper.printing import NoSuchTable, Paper, print_drafts, print_submission
from reporting.totals.progress import submissions_visible_to


@needs(Ability.FILL)
@require_GET
def filing_paper(request: HttpRequest, period: str) -> HttpResponse:
    """The drafts while they are with the firm; what was sent once it is sent."""
    filing, key = filing_of(request, period), table_asked(request)
    if sent := sent_of(filing):
        path = reverse("submission_paper", args=[period, sent.number])
        return redirect(f"{path}?{urlencode({'table': key})}" if key else path)
    return handed_out(lambda: print_drafts(filing, key, clock.now()))


@needs(Ability.FILL)
@require_GET
def submission_paper(request: HttpRequest, period: str, number: int) -> HttpResponse:
    _, submission = submission_of(request, period, number)
    return handed_out(lambda: print_submission(submission, table_asked(request)))


@needs(Ability.READ_FILINGS)
@require_GET
def reviewed_paper(request, receipt):
    """For the district and the city. The district that prints it has opened it, as on the page of the review."""
    submission = get_object_or_404(submissions_visible_to(request.user), receipt=receipt)
    if request.user.may.review:
        workflow.open_for_review(submission, by=request.user, at=clock.now())
    return handed_out(lambda: print_submission(submission, table_asked(request)))


def table_asked(request: HttpRequest) -> str:
    return request.GET.get("table", "")


def handed_out(printed: Callable[[], Paper]) -> HttpResponse:
    try:
        paper = printed()
    except NoSuchTable:
        raise Http404("这份填报里没有这张表。") from None
    heads = {"Content-Disposition": content_disposition_header(True, paper.name)}
    return HttpResponse(paper.pdf, content_type="application/pdf", headers=heads)
