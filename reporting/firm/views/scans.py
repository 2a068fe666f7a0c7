"""盖章扫描件: the firm uploads it, and whoever may see the filing may open it."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting import workflow
from reporting.firm.forms import ScanPress
from reporting.firm.views.submitting import submission_of
from reporting.models import Filing, Scan


@needs(Ability.FILL)
@require_POST
def attach(request: HttpRequest, period: str, number: int) -> HttpResponse:
    _, frozen = submission_of(request, period, number)
    pages = ScanPress(request.POST).number
    if "file" not in request.FILES:
        messages.error(request, "请先选择要上传的 PDF 文件。")
    else:
        with refusals_on(request):
            workflow.attach_scan(frozen, request.FILES["file"], pages, request.user, clock.now())
            messages.success(request, "盖章扫描件已上传。")
    return redirect("submission", period, number)


@needs(Ability.FILL, Ability.READ_FILINGS)
@require_GET
def open_scan(request: HttpRequest, pk: int) -> FileResponse:
    """By its own number, of what is reported and what is practised alike."""
    filings = Filing.everywhere.visible_to(request.user)
    scan = get_object_or_404(Scan.everywhere, pk=pk, submission__filing__in=filings)
    return FileResponse(scan.file.open(), as_attachment=True, filename=f"{scan.submission.receipt}.pdf")
