"""The firm's page of a filing: its tables, everything found, 数据审核, explanations. The official form: sheet.py."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability, User
from forms_tables.edition.catalog import Table
from forms_tables.edition.shape import declaring_tables
from reporting import workflow
from reporting.conversation.threads import talk_about
from reporting.filing.judging import attributes_of, imported_behind, tables_for, typed_cells
from reporting.filing.whole import read_whole
from reporting.firm.forms import ExplainPress
from reporting.firm.views.overview import Overview
from reporting.models import Filing, Submission


def person_of(request: HttpRequest) -> User:
    """Who has signed in; `needs` lets nobody else come here."""
    assert isinstance(request.user, User)
    return request.user


def filing_of(request: HttpRequest, period: str) -> Filing:
    """The firm's filing for a period with all that its pages show, or 404."""
    try:
        filing = read_whole(request.user.firm_id, period)
    except Filing.DoesNotExist:
        raise Http404("这个报告期没有本企业的填报。") from None
    if filing.period.is_withdrawn:
        raise Http404("这个报告期已由市级撤回，不需要填报。")
    return filing


def pressed_filing(request: HttpRequest, period: str) -> Filing:
    """The firm's filing for a period with as much as tells what was pressed, or 404: the press reads it anew
    under its lock."""
    return get_object_or_404(as_pressed(Filing.objects.visible_to(request.user)), period=period)


def filing_to_keep(request: HttpRequest, period: str) -> Filing:
    """The same under its lock, or 404: nothing of it is read again."""
    try:
        return workflow.held(Filing.objects.visible_to(request.user).filter(period=period))
    except Filing.DoesNotExist:
        raise Http404("这个报告期没有本企业的填报。") from None


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
