"""The firm fills a filing: the filing's page, the official form, 数据审核, explanations, the workbook."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts import clock
from accounts.access import require
from forms_tables.edition.catalog import Table
from reporting import workflow
from reporting.conversation.threads import talk_about
from reporting.filing.judging import typed_cells
from reporting.filling.views.overview import Desk
from reporting.models import Filing, Sheet
from reporting.pages.grid import Theirs, lay_out, suggestions_in
from reporting.workbooks.exchange import known_cells, known_of_register

MOST_NAMED = 3  # cells told by name; the page marks them all
NOTHING: Mapping[str, Theirs] = {}


def filing_of(request: HttpRequest, period: str) -> Filing:
    """The signed-in firm's filing for a period, or 404."""
    filings = Filing.objects.visible_to(request.user).select_related("enterprise", "district", "period", "in_force")
    filings = filings.prefetch_related("period__deadlines", "sheets__saved_by", "explanations")
    return get_object_or_404(filings, period=period)


def owed_table(desk: Desk, key: str) -> Table:
    for table in desk.judgement.tables:
        if table.key == key:
            return table
    raise Http404("这张表不适用于本企业，或不属于这个报告期。")


@require("enterprise")
def filing(request: HttpRequest, period: str) -> HttpResponse:
    """One filing: its tables and how each stands, everything found, what stands in the way of 确定上报."""
    desk = Desk(filing_of(request, period), clock.now())
    context = {
        "filing": desk.filing,
        "desk": desk,
        "tabs": desk.tabs(),
        "summary": desk.summary(),
        "returned": desk.returned,
        "missing": desk.missing_in(),
        "problems": desk.problems_of(),
        "errors": desk.findings("error"),
        "warnings": desk.findings("warning"),
        "talk": talk_about(desk.filing, request.user),
    }
    return render(request, "filling/filing.html", context)


@require("enterprise")
def sheet(request: HttpRequest, period: str, key: str) -> HttpResponse:
    """The official form of one table as a grid of plain inputs."""
    at = clock.now()
    filing = filing_of(request, period)
    desk = Desk(filing, at)
    table = owed_table(desk, key)
    if request.method != "POST":
        return render_sheet(request, desk, table)
    cells, version = posted_cells(request.POST, table), posted_version(request.POST)
    proposed = known_of_register(filing)
    try:
        with transaction.atomic():  # refused means that nothing of it was stored
            saved = workflow.save_sheet(filing, table.code, cells, version, request.user, at, proposed=proposed)
            if request.POST.get("then") == "check":
                workflow.check(filing, request.user, at)
    except workflow.Conflict as conflict:
        return render_conflict(request, filing, at, table, conflict)
    except workflow.Refused as refusal:
        typed_over = Desk(filing, at, {**typed_cells(filing), **cells})
        return render_sheet(request, typed_over, table, refusal=refusal, version=version)
    tell_what_others_saved(request, saved, cells, version)
    if request.POST.get("then") == "submit":
        return redirect("submit", period)
    return redirect("sheet", period, key)


def render_conflict(
    request: HttpRequest, filing: Filing, at: datetime, table: Table, conflict: workflow.Conflict
) -> HttpResponse:
    """The form with this person's changes over what is stored now; the next press saves them knowingly."""
    others = {key: text for key, text in typed_cells(filing).items() if key not in cells_of(table)}
    desk = Desk(filing, at, {**others, **conflict.sheet.cells, **conflict.own})
    stored = conflict.sheet.cells
    theirs = {
        key: Theirs(stored.get(key, ""), change.saver(request.user), change.at, str(request.user))
        for key, change in conflict.theirs.items()
    }
    return render_sheet(request, desk, table, refusal=conflict, version=conflict.sheet.version, theirs=theirs)


def tell_what_others_saved(request: HttpRequest, saved: Sheet, cells: dict[str, str], version: int) -> None:
    """Which cells of the page give way to what others saved since it was opened."""
    edition = saved.filing.edition
    ours = {key: saved.cells.get(key, "") for key in cells}
    given_way = [key for key, text in cells.items() if not workflow.same(edition, key, ours[key], text.strip())]
    if not given_way:
        return
    changes = workflow.changes_since(saved, version) or {}
    names = "、".join(dict.fromkeys(changes[key].saver(request.user) for key in given_way if key in changes))
    places = "、".join(edition.place_of(key) for key in given_way[:MOST_NAMED])
    more = f"等 {len(given_way)} 格" if len(given_way) > MOST_NAMED else ""
    messages.info(request, f"{places}{more}在您打开之后由{names or '他人'}保存过，您没有改动，已换成保存的内容。")


def render_sheet(
    request: HttpRequest,
    desk: Desk,
    table: Table,
    refusal: workflow.Refused | None = None,
    version: int | None = None,
    theirs: Mapping[str, Theirs] = NOTHING,
) -> HttpResponse:
    """The form; after a refusal with the typed text still in it and the version it was opened at, after a conflict
    with the other side's text beside it."""
    stored = desk.sheets.get(table.code)
    text = desk.typed
    prefilled = not desk.has_text(table) and not refusal and desk.may_write
    if prefilled:
        text = known_cells(desk.filing)
    completed = desk.judgement.completed
    talk = talk_about(desk.filing, request.user)
    grid = lay_out(table, text, completed, desk.remarks(table, theirs))
    context = {
        "filing": desk.filing,
        "desk": desk,
        "table": table,
        "grid": grid,
        "tabs": desk.tabs(table),
        "summary": desk.summary(table),
        "stored": stored,
        "version": (stored.version if stored else 0) if version is None else version,
        "refusal": refusal,
        "theirs": theirs,
        "prefilled": prefilled and any(key in text for key in cells_of(table)),
        "suggestions": suggestions_in(grid),
        "missing": desk.missing_in(table),
        "problems": desk.problems_of(table),
        "errors": desk.findings("error", table) if desk.has_text(table) else [],
        "warnings": desk.findings("warning", table) if desk.has_text(table) else [],
        "returned": desk.returned_in(table),
        "talk": talk,
        "said": talk.of_table(table.code),
    }
    return render(request, "filling/sheet.html", context, status=409 if refusal else 200)


def posted_version(posted: QueryDict) -> int:
    """The version the page was opened at; without a readable one the save can only be a first one."""
    text = posted.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def posted_cells(posted: QueryDict, table: Table) -> dict[str, str]:
    """The text of the form's cells; several ticked codes become one list."""
    return {key: ",".join(text for text in posted.getlist(key) if text) for key in cells_of(table) if key in posted}


def cells_of(table: Table) -> list[str]:
    return [f"{indicator.code}.{key}" for indicator in table.indicators for key in indicator.columns]


@require("enterprise")
@require_POST
def check(request: HttpRequest, period: str) -> HttpResponse:
    """数据审核 over the whole filing."""
    filing = filing_of(request, period)
    try:
        judgement = workflow.check(filing, request.user, clock.now())
    except workflow.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("filing", period)
    if judgement.blocks:
        messages.error(request, "数据审核没有通过：请按下面列出的各处修改，再做数据审核。")
    elif workflow.unexplained(filing, judgement):
        messages.warning(request, "数据审核通过，没有错误；还有提示须逐条说明后才能上报。")
    else:
        messages.success(request, "数据审核通过，可以确定上报。")
    return redirect("filing", period)


@require("enterprise")
@require_POST
def explain(request: HttpRequest, period: str) -> HttpResponse:
    """Explain the warnings of one entry with the same words; with htmx only that entry is drawn again, so unsaved
    cells beside it stay."""
    filing = filing_of(request, period)
    rule = request.POST.get("rule", "")
    fingerprints = list(dict.fromkeys(request.POST.getlist("fingerprint")))
    said = {"reason_code": request.POST.get("reason_code", ""), "text": request.POST.get("text", "")}
    refusal = None
    try:
        workflow.explain_alike(filing, rule, fingerprints, request.user, clock.now(), **said)
    except workflow.Refused as refused:
        refusal = refused
    if not request.htmx:
        if refusal:
            messages.error(request, str(refusal))
        return redirect("filing", period)
    desk = Desk(filing_of(request, period), clock.now())
    shown = next((s for s in desk.findings("warning") if s.fingerprints.intersection(fingerprints)), None)
    context = {"filing": filing, "desk": desk, "shown": shown, "refusal": refusal, "said": said}
    answer = render(request, "filling/_warning.html", context)
    return answer if refusal else trigger_client_event(answer, "explained", after="swap")
