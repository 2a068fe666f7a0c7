"""The firm fills a filing: the filing's page, the official form, 数据审核, explanations, the workbook."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from forms_tables.edition.catalog import Table
from forms_tables.edition.shape import declaring_tables
from reporting import workflow
from reporting.conversation.threads import talk_about
from reporting.filing.beside import rules_of
from reporting.filing.judging import attributes_of, imported_behind, tables_for, typed_cells
from reporting.filing.whole import read_whole
from reporting.firm.forms import ExplainPress, SavePress
from reporting.firm.views.newcomer import opened_columns
from reporting.firm.views.overview import Overview
from reporting.models import Filing, Sheet, Submission
from reporting.pages.grid import Theirs, lay_out, suggestions_in
from reporting.workbooks.exchange import known_cells, known_of_register

MOST_NAMED = 3  # cells told by name; the page marks them all
NOTHING: Mapping[str, Theirs] = {}


def filing_of(request: HttpRequest, period: str) -> Filing:
    """The signed-in firm's filing for a period with all that its pages show, or 404."""
    try:
        filing = read_whole(request.user.enterprise_id, period)
    except Filing.DoesNotExist:
        raise Http404("这个报告期没有本企业的填报。") from None
    if filing.period.is_withdrawn:
        raise Http404("这个报告期已由市级撤回，不需要填报。")
    return filing


def pressed_filing(request: HttpRequest, period: str) -> Filing:
    """The signed-in firm's filing for a period with as much as tells what was pressed, or 404: the press reads it anew
    under its lock."""
    return get_object_or_404(as_pressed(Filing.objects.visible_to(request.user)), period=period)


def as_pressed(filings: QuerySet[Filing]) -> QuerySet[Filing]:
    filings = filings.select_related("enterprise", "district", "period", "in_force")
    return filings.defer(*(f"in_force__{field}" for field in Submission.HEAVY))


def owed_table(filing: Filing, key: str) -> Table:
    """The table of that address, or 404 when the firm does not owe it. The drafts are read for that only where the form
    itself says something of the firm."""
    typed = typed_cells(filing) if declaring_tables(filing.edition, filing.period.parsed.frequency) else {}
    attributes = attributes_of(filing.edition, filing.enterprise, filing.district.code)
    for table in tables_for(filing.edition, filing.period.parsed, typed, attributes):
        if table.key == key:
            return table
    raise Http404("这张表不适用于本企业，或不属于这个报告期。")


@needs(Ability.FILL)
def filing(request: HttpRequest, period: str) -> HttpResponse:
    """One filing: its tables and how each stands, everything found, what stands in the way of 确定上报."""
    return render_filing(request, Overview(filing_of(request, period), clock.now()))


def render_filing(request: HttpRequest, overview: Overview) -> HttpResponse:
    context = {
        "filing": overview.filing,
        "imported": imported_behind(overview.filing),
        "overview": overview,
        "tabs": overview.tabs(),
        "summary": overview.summary(),
        "returned": overview.returned,
        "missing": overview.missing_in(),
        "problems": overview.problems_of(),
        "errors": overview.findings("error"),
        "warnings": overview.findings("warning"),
        "talk": talk_about(overview.filing, request.user),
    }
    return render(request, "firm/filing.html", context)


@needs(Ability.FILL)
def sheet(request: HttpRequest, period: str, key: str) -> HttpResponse:
    """The official form of one table as a grid of plain inputs."""
    if request.method == "POST":
        return save(request, period, key)
    overview = Overview(filing_of(request, period), clock.now())
    return render_sheet(request, overview, owed_table(overview.filing, key))


def save(request: HttpRequest, period: str, key: str) -> HttpResponse:
    """保存, alone or before 数据审核 or 确定上报. The answer is the page as it is now; sent once more, the press finds
    nothing to change."""
    at, filing = clock.now(), pressed_filing(request, period)
    table = owed_table(filing, key)
    cells, version, then = (
        posted_cells(request.POST, table),
        posted_version(request.POST),
        SavePress(request.POST).said["then"],
    )
    press = workflow.save_and_check if then == "check" else workflow.save_sheet
    try:
        pressed = press(filing, table.code, cells, version, request.user, at, proposed=known_of_register(filing))
    except workflow.Conflict as conflict:
        return render_conflict(request, filing_of(request, period), at, table, conflict)
    except workflow.Refused as refusal:
        filing = filing_of(request, period)
        typed_over = Overview(filing, at, {**typed_cells(filing), **cells})
        return render_sheet(request, typed_over, table, refusal=refusal, version=version)
    saved = pressed.filing.drafts[table.code]
    tell_what_others_saved(request, saved, cells, version)
    if then == "submit":
        submit = reverse("submit", args=[period])
        return HttpResponseClientRedirect(submit) if request.htmx else redirect(submit)
    overview = Overview.of(pressed, at) if then == "check" else Overview(pressed.filing, at)
    return render_sheet(request, overview, table)


def render_conflict(
    request: HttpRequest, filing: Filing, at: datetime, table: Table, conflict: workflow.Conflict
) -> HttpResponse:
    """The form with this person's changes over what is stored now; the next press saves them knowingly."""
    others = {key: text for key, text in typed_cells(filing).items() if key not in cells_of(table)}
    overview = Overview(filing, at, {**others, **conflict.sheet.cells, **conflict.own})
    stored = conflict.sheet.cells
    theirs = {
        key: Theirs(stored.get(key, ""), change.saver(request.user), change.at, str(request.user))
        for key, change in conflict.theirs.items()
    }
    return render_sheet(request, overview, table, refusal=conflict, version=conflict.sheet.version, theirs=theirs)


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
    overview: Overview,
    table: Table,
    refusal: workflow.Refused | None = None,
    version: int | None = None,
    theirs: Mapping[str, Theirs] = NOTHING,
) -> HttpResponse:
    """The form; after a refusal with the typed text still in it and the version it was opened at, after a conflict
    with the other side's text beside it."""
    stored = overview.sheets.get(table.code)
    text = overview.typed
    prefilled = not overview.has_text(table) and not refusal and overview.may_write
    if prefilled:
        text = known_cells(overview.filing)
    completed = overview.judgement.completed
    talk = talk_about(overview.filing, request.user)
    grid = lay_out(table, text, completed, overview.remarks(table, theirs))
    context = {
        "filing": overview.filing,
        "imported": imported_behind(overview.filing),
        "overview": overview,
        "table": table,
        "grid": grid,
        "tabs": overview.tabs(table),
        "summary": overview.summary(table),
        "stored": stored,
        "version": (stored.version if stored else 0) if version is None else version,
        "refusal": refusal,
        "theirs": theirs,
        "rules": rules_of(overview.filing, table),
        "opened_columns": opened_columns(overview.filing.edition, grid, overview.judgement.facts.history),
        "prefilled": prefilled and any(key in text for key in cells_of(table)),
        "suggestions": suggestions_in(grid),
        "missing": overview.missing_in(table),
        "problems": overview.problems_of(table),
        "errors": overview.findings("error", table) if overview.has_text(table) else [],
        "warnings": overview.findings("warning", table) if overview.has_text(table) else [],
        "returned": overview.returned_in(table),
        "talk": talk,
        "said": talk.of_table(table.code),
    }
    return render(request, "firm/sheet.html", context, status=409 if refusal else 200)


def posted_version(posted: QueryDict) -> int:
    """The version the page was opened at; without a readable one the save can only be a first one."""
    text = posted.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def posted_cells(posted: QueryDict, table: Table) -> dict[str, str]:
    """The text of the form's cells; several ticked codes become one list."""
    return {key: ",".join(text for text in posted.getlist(key) if text) for key in cells_of(table) if key in posted}


def cells_of(table: Table) -> list[str]:
    return [f"{indicator.code}.{key}" for indicator in table.indicators for key in indicator.columns]


@needs(Ability.FILL)
@require_POST
def check(request: HttpRequest, period: str) -> HttpResponse:
    """数据审核 over the whole filing, answered with the filing's page."""
    at = clock.now()
    with refusals_on(request):
        judgement = workflow.check(pressed_filing(request, period), request.user, at)
        if judgement.blocks:
            messages.error(request, "数据审核没有通过：请按下面列出的各处修改，再做数据审核。")
        elif workflow.unexplained(judgement.filing, judgement):
            messages.warning(request, "数据审核通过，没有错误；还有提示须逐条说明后才能上报。")
        else:
            messages.success(request, "数据审核通过，可以确定上报。")
        return render_filing(request, Overview.of(judgement, at))
    return render_filing(request, Overview(filing_of(request, period), at))


@needs(Ability.FILL)
@require_POST
def explain(request: HttpRequest, period: str) -> HttpResponse:
    """Explain the warnings of one entry with the same words; with htmx only that entry is drawn again, so unsaved
    cells beside it stay."""
    at, pressed = clock.now(), ExplainPress(request.POST).said
    rule, fingerprints = pressed["rule"], list(dict.fromkeys(pressed["fingerprint"]))
    said = {name: pressed[name] for name in ("reason_code", "text")}
    refusal = None
    try:
        explained = workflow.explain_alike(
            pressed_filing(request, period), rule, fingerprints, request.user, at, **said
        )
    except workflow.Refused as refused:
        refusal = refused
    if not request.htmx:
        if refusal:
            messages.error(request, str(refusal))
        return redirect("filing", period)
    overview = Overview(filing_of(request, period), at) if refusal else Overview.of(explained, at)
    shown = next((s for s in overview.findings("warning") if s.fingerprints.intersection(fingerprints)), None)
    context = {"filing": overview.filing, "overview": overview, "shown": shown, "refusal": refusal, "said": said}
    answer = render(request, "firm/_warning.html", context)
    return answer if refusal else trigger_client_event(answer, "explained", after="swap")
