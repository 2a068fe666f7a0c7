"""The filing as an Excel workbook: taken away pre-filled, brought back filled."""

from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import clock
from accounts.access import require
from reporting import workflow
from reporting.views.filing import filing_of
from reporting.views.submitting import submission_of
from reporting.workbook_exchange import receive_workbook, write_filing_template, write_submission_workbook


def hand_out(out: BytesIO, name: str) -> FileResponse:
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=name)


@require("enterprise")
def submission_workbook(request: HttpRequest, period: str, number: int) -> HttpResponse:
    """A frozen submission as it was sent."""
    filing, submission = submission_of(request, period, number)
    out = BytesIO()
    write_submission_workbook(submission, out)
    return hand_out(out, f"{filing.enterprise.name}_{filing.period.label}_第{number}次上报.xlsx")


@require("enterprise")
def workbook(request: HttpRequest, period: str) -> HttpResponse:
    """GET hands the filing's workbook out; POST takes a filled one into the drafts, whole or not at all."""
    filing = filing_of(request, period)
    if request.method != "POST":
        out = BytesIO()
        write_filing_template(filing, out)
        return hand_out(out, f"{filing.enterprise.name}_{filing.period.label}.xlsx")
    upload = request.FILES.get("workbook")
    if upload is None:
        messages.error(request, "请先选择要上传的工作簿。")
        return redirect("filing", period)
    try:
        overwrite = request.POST.get("overwrite") == "yes"
        received = receive_workbook(filing, upload, request.user, clock.now(), upload.name, overwrite=overwrite)
    except workflow.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("filing", period)
    if received.problems or received.conflicts or received.passed_over or received.not_owed:
        context = {"filing": filing, "received": received, "name": upload.name}
        status = 422 if received.problems else 409 if received.conflicts else 200
        return render(request, "enterprise/workbook.html", context, status=status)
    messages.success(request, f"已存入草稿：{'、'.join(received.saved)}。请核对后做数据审核。")
    return redirect("filing", period)
