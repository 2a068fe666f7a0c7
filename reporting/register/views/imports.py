"""The register out of Excel; an upload has a page of its own, from its dry run to its import."""

from pathlib import PurePath

from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import Refused, needs, refusals_on
from accounts.clock import now
from accounts.models import Ability
from accounts.post import pulse
from reporting.leases import is_lost
from reporting.long_imports import KEPT_FOR, try_again
from reporting.models import RegisterImport
from reporting.pages.downloads import XLSX, workbook_answer
from reporting.register.forms import ImportForm, SeenPress
from reporting.register.imports import steps
from reporting.register.imports.columns import columns
from reporting.register.imports.importing import RegisterDryRun
from reporting.register.imports.marked import write_marked
from reporting.register.imports.outcome import outcome_of, rows_in_words
from reporting.register.imports.sheet_rows import MOST_ROWS
from reporting.register.tasks import carry_out_import
from reporting.register.workbook import template
from text.package import Unreadable

PAGE = 50
LISTED = 20  # of the last imports


@needs(Ability.KEEP_REGISTER)
def import_register(request: HttpRequest) -> HttpResponse:
    """Upload one, and find again those that were uploaded."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            begun = steps.begin(form.cleaned_data["workbook"], request.user, now(), clock.real_now())
        except (Unreadable, Refused) as refused:
            form.add_error("workbook", str(refused))
        else:
            hand_on(begun)
            return redirect("register_import", begun.pk)
    uploaded = RegisterImport.objects.visible_to(request.user).select_related("by")[:LISTED]
    limits = {"most": f"{MOST_ROWS:,}", "days": KEPT_FOR.days}
    around = {"form": form, "columns": columns(), "uploaded": uploaded, **limits}
    return render(request, "register/import_register.html", around)


def hand_on(stored: RegisterImport) -> None:
    """To a worker; without a queue it runs here and now. One that a worker has in hand is left to it."""
    if stored.is_running and not stored.effect.get("hand"):
        transaction.on_commit(lambda: pulse.hand_on(carry_out_import, stored.pk), robust=True)


@needs(Ability.KEEP_REGISTER)
@require_GET
def register_import(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; then what it would change or what is wrong; then that it was imported."""
    stored = stored_or_404(request, pk)
    around = {
        "stored": stored,
        "lost": is_lost(stored, clock.real_now()),
        "moved": steps.MOVED,
        "days": KEPT_FOR.days,
    }
    if tried := what_was_found(stored):
        around |= shown_of(tried, request.GET) | {"tried": tried, "hidden": rows_in_words(tried.hidden)}
    return render(request, "register/register_import.html", around)


def stored_or_404(request: HttpRequest, pk: int) -> RegisterImport:
    known = RegisterImport.objects.visible_to(request.user).select_related("by", "confirmed_by")
    return get_object_or_404(known, pk=pk)


def what_was_found(stored: RegisterImport) -> RegisterDryRun | None:
    if stored.is_running or not stored.outcome:
        return None
    try:
        return outcome_of(stored)
    except FileNotFoundError:  # cleared away since the row was read
        return None


def shown_of(tried: RegisterDryRun, asked) -> dict:
    """The list that was asked for, or the first that has anything."""
    lists = {
        "problems": ("问题", tried.problems),
        "changed": ("变更", [change for change in tried.changes if not change.is_new]),
        "new": ("新增", [change for change in tried.changes if change.is_new]),
    }
    filled = [name for name, (_, rows) in lists.items() if rows]
    show = asked.get("show") if asked.get("show") in lists else (filled or ["changed"])[0]
    tabs = [{"name": name, "label": label, "count": len(rows)} for name, (label, rows) in lists.items()]
    return {"show": show, "tabs": tabs, "page": Paginator(lists[show][1], PAGE).get_page(asked.get("page"))}


@needs(Ability.KEEP_REGISTER)
@require_POST
def confirm_import(request: HttpRequest, pk: int) -> HttpResponse:
    stored = stored_or_404(request, pk)
    with refusals_on(request):
        hand_on(steps.confirm(stored, SeenPress(request.POST).said["seen"], request.user, now(), clock.real_now()))
    return redirect("register_import", pk)


@needs(Ability.KEEP_REGISTER)
@require_POST
def try_import_again(request: HttpRequest, pk: int) -> HttpResponse:
    """What a worker left, or what broke; a second press finds it under way."""
    stored = stored_or_404(request, pk)
    with refusals_on(request):
        if try_again(stored, clock.real_now()):
            hand_on(stored_or_404(request, pk))
    return redirect("register_import", pk)


@needs(Ability.KEEP_REGISTER)
@require_GET
def marked_import(request: HttpRequest, pk: int) -> HttpResponse:
    stored = stored_or_404(request, pk)
    tried = what_was_found(stored)
    if not tried or not tried.problems or stored.is_expired:
        raise Http404("这次导入没有可以下载的问题标注，或文件已经清除。")
    name = f"{PurePath(stored.name).stem}_问题.xlsx"
    return FileResponse(
        write_marked(stored, tried.problems, now()), as_attachment=True, filename=name, content_type=XLSX
    )


@needs(Ability.KEEP_REGISTER)
@require_GET
def register_template(request):
    return workbook_answer(template(now()), "企业名录模板.xlsx")
