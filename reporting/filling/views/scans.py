"""盖章扫描件: the firm uploads it, and whoever may see the filing may open it."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import require
from reporting import workflow
from reporting.filling.views.submitting import submission_of
from reporting.models import Filing, Scan


@require("enterprise")
@require_POST
def attach(request: HttpRequest, period: str, number: int) -> HttpResponse:
    _, frozen = submission_of(request, period, number)
    pages = request.POST.get("pages", "")[:4]  # a longer number is refused as too many, like 9999
    if "file" not in request.FILES:
        messages.error(request, "请先选择要上传的 PDF 文件。")
    else:
        try:
            workflow.attach_scan(
                frozen, request.FILES["file"], int(pages) if pages.isdecimal() else 0, request.user, clock.now()
            )
            messages.success(request, "盖章扫描件已上传。")
        except workflow.Refused as refused:
            messages.error(request, str(refused))
    return redirect("submission", period, number)


@require("enterprise", "district", "association", "city")
@require_GET
def open_scan(request: HttpRequest, pk: int) -> FileResponse:
    filings = Filing.objects.visible_to(request.user)
    scan = get_object_or_404(Scan, pk=pk, submission__filing__in=filings)
    return FileResponse(scan.file.open(), as_attachment=True, filename=f"{scan.submission.receipt}.pdf")
