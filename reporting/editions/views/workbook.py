"""审核关系 out to Excel and into the draft: a dry run first, which waits for its confirmation."""

import io

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Refused, needs, refusals_on
from accounts.clock import now
from accounts.fields import WorkbookField
from accounts.form_words import PlainForm
from accounts.models import Ability
from reporting.editions import exchange
from reporting.editions.views.draft import draft_or_404, family_here, open_draft
from reporting.editions.workbook import COLUMNS, MOST_RULES
from reporting.models import DraftEdition, PublishedEdition
from reporting.models.in_force import current_edition
from reporting.pages.downloads import workbook_answer
from reporting.pages.uploads import keep, redeem
from text.package import Unreadable

SALT = "rule-import"
SHOWN = 500


class WorkbookForm(PlainForm):
    workbook = WorkbookField(label="审核关系工作簿（.xlsx）")


@needs(Ability.READ_CITY)
def workbook(request: HttpRequest) -> HttpResponse:
    """The page, and the dry run: nothing is written yet, every row is told."""
    draft = open_draft()
    revisions = PublishedEdition.objects.of_family(family_here()).defer("text", "effect").reverse()
    around = {"draft": draft, "edition": current_edition(), "revisions": revisions}
    around |= {"columns": COLUMNS, "most": MOST_RULES}
    typed = (request.POST, request.FILES) if request.method == "POST" else ()
    if request.user.may.revise and draft:
        around["form"] = form = WorkbookForm(*typed)
        if typed and form.is_valid():
            around |= _tried(request, draft, form)
    elif typed:
        messages.error(
            request, "现在没有修订稿，可能刚被发布或放弃；没有导入。" if not draft else "审核关系由市级导入。"
        )
        return redirect("city_desk_workbook")
    return render(request, "editions/desk/workbook.html", around)


def _tried(request: HttpRequest, draft: DraftEdition, form: WorkbookForm) -> dict:
    file = form.cleaned_data["workbook"]
    try:
        tried = exchange.try_rules(draft, file, file.name)
    except Unreadable as refused:
        form.add_error("workbook", str(refused))
        return {}
    around = {"tried": tried, "file": file.name, "shown": tried.problems[:SHOWN]}
    if tried.is_clean and tried.changes:
        around["ticket"] = keep(file, request.user, SALT, draft=draft.pk, version=draft.version)
    return around


@needs(Ability.REVISE)
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    with refusals_on(request):
        kept = redeem(request.POST.get("ticket", ""), request.user, SALT)
        draft, version = get_object_or_404(DraftEdition, pk=kept.notes["draft"]), kept.notes["version"]
        try:
            done = exchange.import_rules(draft, version, io.BytesIO(kept.content), kept.name, request.user, now())
        except Refused as refused:
            raise Refused(f"{refused}请重新上传工作簿，看过试导入结果再确认。") from None
        kept.remove()
        messages.success(request, f"已导入修订稿：{done.sentence}。")
        return redirect("city_desk")
    return redirect("city_desk_workbook")


@needs(Ability.READ_CITY)
@require_GET
def export_draft(request: HttpRequest) -> HttpResponse:
    draft = draft_or_404()
    return workbook_answer(exchange.export_draft(draft), f"审核关系_修订稿第{draft.version}稿.xlsx")


@needs(Ability.READ_CITY)
@require_GET
def export_edition(request: HttpRequest, code: str) -> HttpResponse:
    published = PublishedEdition.objects.filter(code=code).first()
    if published is None:
        raise Http404("没有发布过这个制度版本。")
    return workbook_answer(exchange.export_published(published), f"审核关系_第{published.number}版.xlsx")
