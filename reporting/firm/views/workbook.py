"""The filing as an Excel workbook: taken away pre-filled, brought back filled."""

from datetime import datetime
from io import BytesIO
from pathlib import PurePath

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import Refused, needs, refusals_on
from accounts.models import Ability
from reporting.firm.views.filing import filing_of
from reporting.firm.views.submitting import submission_of
from reporting.firm.views.workbook_lines import counts, sections
from reporting.models import Filing
from reporting.pages.uploads import HOURS_TO_CONFIRM, Kept, NotKept, keep, number_in, redeem
from reporting.workbooks.exchange import write_filing_template, write_submission_workbook
from reporting.workbooks.marked import has_marks, marked_copy
from reporting.workbooks.upload import (
    Moved,
    StoredAlready,
    WorkbookComparison,
    compare_workbook,
    is_stored,
    store_workbook,
)

SALT = "filled-workbook"


def hand_out(out: BytesIO, name: str) -> FileResponse:
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=name)


@needs(Ability.FILL)
def submission_workbook(request: HttpRequest, period: str, number: int) -> HttpResponse:
    """A frozen submission as it was sent."""
    filing, submission = submission_of(request, period, number)
    out = BytesIO()
    write_submission_workbook(submission, out)
    return hand_out(out, f"{filing.enterprise.name}_{filing.period.label}_第{number}次上报.xlsx")


@needs(Ability.FILL)
def workbook(request: HttpRequest, period: str) -> HttpResponse:
    """GET hands the filing's workbook out; POST reads a filled one and shows what it would change. Nothing is stored
    before `confirm`."""
    filing = filing_of(request, period)
    if request.method != "POST":
        out = BytesIO()
        write_filing_template(filing, out)
        return hand_out(out, f"{filing.enterprise.name}_{filing.period.label}.xlsx")
    upload = request.FILES.get("workbook")
    if upload is None:
        messages.error(request, "请先选择要上传的工作簿。")
        return redirect("filing", period)
    with refusals_on(request):
        compared = compare_workbook(filing, upload, request.user, clock.now(), upload.name)
        if not (compared.changes or has_marks(compared)):
            return render_comparison(request, compared)
        shown = {"filing": filing.pk, "shown": compared.fingerprint}
        return render_comparison(request, compared, keep(upload, request.user, SALT, **shown))
    return redirect("filing", period)


@needs(Ability.FILL)
@require_POST
def confirm(request: HttpRequest, period: str) -> HttpResponse:
    """Store what the comparison of a kept workbook showed; shown anew when that is no longer what would be stored."""
    filing, at = filing_of(request, period), clock.now()
    with refusals_on(request):
        kept = kept_for(filing, request)
        compared = compare_workbook(filing, BytesIO(kept.content), request.user, at, kept.name)
        return store(request, compared, kept, at)
    return redirect("filing", period)


@needs(Ability.FILL)
@require_POST
def marked(request: HttpRequest, period: str) -> HttpResponse:
    """The person's own file, with the cells of the comparison coloured and commented."""
    filing = filing_of(request, period)
    with refusals_on(request):
        kept = kept_for(filing, request)
        compared = compare_workbook(filing, BytesIO(kept.content), request.user, clock.now(), kept.name)
        return hand_out(BytesIO(marked_copy(compared, kept.content)), f"{PurePath(kept.name).stem}_标出.xlsx")
    return redirect("filing", period)


def kept_for(filing: Filing, request: HttpRequest) -> Kept:
    """The workbook that waits for its confirmation. Raises StoredAlready, and Refused when there is none of this filing
    and person."""
    try:
        kept = redeem(request.POST.get("ticket", ""), request.user, SALT)
    except NotKept as gone:
        if gone.notes and is_stored(filing, number_in(gone.notes)):
            raise StoredAlready from None
        raise Refused(f"上传的工作簿只保留 {HOURS_TO_CONFIRM} 小时，这一份已经不在，没有存入。请重新上传。") from None
    if kept.notes["filing"] != filing.pk:
        raise Refused(f"这份工作簿不是在{filing.period.label}上传的，没有存入。请在本期重新上传。")
    if is_stored(filing, kept.number):
        raise StoredAlready
    return kept


def store(request: HttpRequest, compared: WorkbookComparison, kept: Kept, at: datetime) -> HttpResponse:
    wins = request.POST.get("wins", "")
    shown, number = kept.notes["shown"], kept.number
    if compared.problems:
        return render_comparison(request, compared, request.POST["ticket"])
    if compared.has_conflicts and shown == compared.fingerprint and wins not in ("workbook", "draft"):
        refusal = "有的格两边都改过，请先选以工作簿为准，还是以草稿为准，再确认存入。"
        return render_comparison(request, compared, request.POST["ticket"], refusal, status=422)
    try:
        draft_wins = wins == "draft"
        stored = store_workbook(compared, request.user, at, shown=shown, draft_wins=draft_wins, upload=number)
    except Moved as moved:
        ticket = kept.ticket(SALT, shown=compared.fingerprint)
        return render_comparison(request, compared, ticket, str(moved), status=409)
    if stored:
        kept.remove()
        messages.success(request, f"已存入草稿：{'、'.join(stored)}。请核对后做数据审核。")
    else:
        messages.info(request, "两边都改过的格以草稿为准，此外没有别的改动，草稿没有动。")
    return redirect("filing", compared.filing.period_id)


def render_comparison(
    request: HttpRequest, compared: WorkbookComparison, ticket: str = "", refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "filing": compared.filing,
        "compared": compared,
        "counts": counts(compared),
        "sections": sections(compared, request.user),
        "ticket": ticket if compared.changes else "",
        "marked": ticket if has_marks(compared) else "",
        "hours": HOURS_TO_CONFIRM,
        "refusal": refusal,
    }
    return render(request, "firm/workbook.html", context, status=422 if compared.problems else status)
