"""The rows of a draft's tables: which there are, one of them, a new one, and one that is dropped."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from forms_tables.edition import drafting
from forms_tables.edition.drafting import NotThere, changes_between
from forms_tables.edition.model import Table
from reporting import workflow
from reporting.editions import drafts
from reporting.editions.obstacles import lost_by_dropping
from reporting.editions.views.draft import on_the_draft, version_of
from reporting.editions.views.row_form import RowForm
from reporting.editions.words import as_facts
from reporting.models import DraftEdition


@needs(Ability.READ_CITY)
@on_the_draft
def indicators(request: HttpRequest, draft: DraftEdition) -> HttpResponse:
    edition = draft.edition
    table = next((table for table in edition.tables if table.key == request.GET.get("table")), edition.tables[0])
    changes = {c.code: c for c in changes_between(draft.based_on.content, draft.content) if c.sort == "indicator"}
    before = {indicator.code for indicator in draft.based_on.edition.table(table.code).indicators}
    around = {
        "draft": draft,
        "edition": draft.based_on.edition,
        "tables": edition.tables,
        "table": table,
        "rows": [(indicator, changes.get(indicator.code)) for indicator in table.indicators],
        "dropped": [change for code, change in changes.items() if not change.after and code in before],
    }
    return render(request, "editions/desk/indicators.html", around)


@needs(Ability.REVISE)
@on_the_draft
def new_indicator(request: HttpRequest, draft: DraftEdition, key: str) -> HttpResponse:
    """A row behind the one named in the address, or at the end of the table."""
    table = next((table for table in draft.edition.tables if table.key == key), None)
    if table is None:
        raise Http404("没有这张表。")
    form = RowForm(request.POST or None, draft=draft, table=table)
    if request.method == "POST" and form.is_valid():
        return change(request, draft, form, form.row_code, form.changed(behind_in(request)), "新增指标")
    return show(request, draft, form, "", 422 if form.errors else 200)


@needs(Ability.READ_CITY)
@on_the_draft
def indicator(request: HttpRequest, draft: DraftEdition, code: str) -> HttpResponse:
    form = form_of(draft, code, None)
    if request.method != "POST":
        return show(request, draft, form, code)
    if not request.user.may.revise:
        raise Http404
    form = form_of(draft, code, request.POST)
    if not form.is_valid():
        return show(request, draft, form, code, 422)
    return change(request, draft, form, code, form.changed(), "修改指标")


@needs(Ability.REVISE)
@require_POST
@on_the_draft
def drop_indicator(request: HttpRequest, draft: DraftEdition, code: str) -> HttpResponse:
    return change(
        request, draft, form_of(draft, code, None), code, drafting.without_indicator(draft.content, code), "删除指标"
    )


def form_of(draft: DraftEdition, code: str, posted) -> RowForm:
    try:
        standing = drafting.raw_indicator(draft.content, code)
    except NotThere as error:
        raise Http404(f"修订稿里没有指标“{code}”，可能已被删除。") from error
    return RowForm(posted, draft=draft, table=table_of(draft, code), standing=standing)


def table_of(draft: DraftEdition, code: str) -> Table:
    edition = draft.edition
    return edition.table(edition.indicator(code).table)


def change(request: HttpRequest, draft, form, code: str, content, what: str) -> HttpResponse:
    """Store the draft; what was typed stays on the page when somebody else was faster."""
    edit = next((c for c in changes_between(draft.content, content) if (c.sort, c.code) == ("indicator", code)), None)
    before, after = as_facts(edit) if edit else (None, None)
    version, said = version_of(request, draft), f"{what} {code}"
    try:
        drafts.change_draft(draft, version, content, request.user, clock.now(), said, before=before, after=after)
    except workflow.Refused as refusal:
        form.add_error(None, str(refusal)) if form.is_bound else messages.error(request, str(refusal))
        return show(request, getattr(refusal, "draft", draft), form, code if form.standing else "", 409)
    messages.success(request, f"{said}：已写入修订稿。")
    return redirect(f"{reverse('city_desk_indicators')}?table={form.table.key}#row-{code}")


def behind_in(request: HttpRequest) -> str:
    """The row a new one is to stand behind."""
    return request.POST.get("behind", request.GET.get("behind", ""))


def show(request: HttpRequest, draft: DraftEdition, form: RowForm, code: str, status: int = 200) -> HttpResponse:
    around = {
        "draft": draft,
        "edition": draft.based_on.edition,
        "form": form,
        "table": form.table,
        "code": code,
        "behind": "" if code else behind_in(request),
        "title": form.standing["name"] if form.standing else "",
        "lost": lost_by_dropping(draft, code) if code and code in draft.edition.indicators else [],
    }
    return render(request, "editions/desk/indicator.html", around, status=status)
