"""导入历史: a file uploaded, its dry run, and its one act; what was brought in so far."""

from pathlib import PurePath

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from accounts.post import pulse
from reporting.history import steps
from reporting.history.forms import BlankForm, HistoryUpload, SeenReportPress
from reporting.history.report import HistoryReport
from reporting.history.tasks import carry_out_history
from reporting.history.writing import write_problems
from reporting.leases import is_lost
from reporting.long_imports import KEPT_FOR, try_again
from reporting.models import HistoryFile, HistoryImport
from reporting.pages.downloads import workbook_answer
from text.package import MAX_FILE_BYTES, Unreadable

PAGE = 50
LISTED = 20  # of the last uploads
MEGABYTE = 1024 * 1024


@needs(Ability.ADMINISTER)
def city_history(request):
    """Upload one; what was uploaded of late; the files that were brought in."""
    form = HistoryUpload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form, "why"):
            try:
                begun = steps.begin(**form.cleaned_data, by=request.user, at=clock.now(), real=clock.real_now())
                hand_on(begun)
                return redirect("history_import", begun.pk)
            except Unreadable as unreadable:
                form.add_error("workbook", str(unreadable))
    around = {
        "form": form,
        "blank": BlankForm(),
        "files": files_brought_in(),
        "uploaded": HistoryImport.objects.select_related("by")[:LISTED],
        "megabytes": steps.PAGE_ROOM * MAX_FILE_BYTES // MEGABYTE,
        "days": KEPT_FOR.days,
    }
    return render(request, "history/city_history.html", around)


def files_brought_in():
    """The newest first, each with how many firms and periods it holds, and of how many rows something stands."""
    counts = {
        "rows": Count("filings"),
        "standing": Count("filings", filter=Q(filings__stands=True)),
        "firms": Count("filings__enterprise", distinct=True),
        "periods": Count("filings__period", distinct=True),
    }
    return HistoryFile.objects.select_related("by", "withdrawn_by").annotate(**counts).order_by("-at", "-pk")


def hand_on(stored: HistoryImport) -> None:
    """To a worker; without a queue it runs here and now. One that a worker has in hand is left to it."""
    if stored.is_running and not stored.effect.get("hand"):
        transaction.on_commit(lambda: pulse.hand_on(carry_out_history, stored.pk), robust=True)


def stored_or_404(pk: int) -> HistoryImport:
    return get_object_or_404(HistoryImport.objects.select_related("by", "confirmed_by", "source"), pk=pk)


@needs(Ability.ADMINISTER)
@require_GET
def history_import(request, pk):
    """How far it is; then what it would bring in or what is wrong; then that it was imported."""
    stored = stored_or_404(pk)
    around = {
        "stored": stored,
        "lost": is_lost(stored, clock.real_now()),
        "moved": steps.MOVED,
        "days": KEPT_FOR.days,
    }
    if report := what_was_found(stored):
        around |= shown_of(report, request.GET) | {"report": report}
    return render(request, "history/history_import.html", around)


def what_was_found(stored: HistoryImport) -> HistoryReport | None:
    if stored.is_running or not stored.outcome:
        return None
    try:
        return steps.outcome_of(stored)
    except FileNotFoundError:  # cleared away since the row was read
        return None


def shown_of(report: HistoryReport, asked) -> dict:
    """The list that was asked for, or the first that has anything."""
    lists = {
        "problems": ("问题", report.refused),
        "periods": ("各期", report.of_periods),
        "rows": ("可导入的行", report.listed),
        "missing": ("缺的期", report.missing),
    }
    filled = [name for name, (_, rows) in lists.items() if rows]
    show = asked.get("show") if asked.get("show") in lists else (filled or ["problems"])[0]
    rows = lists[show][1]
    if show == "problems" and (kind := asked.get("kind")):
        rows = tuple(problem for problem in report.refused if problem.kind == kind)
    tabs = [{"name": name, "label": label, "count": len(found)} for name, (label, found) in lists.items()]
    return {"show": show, "tabs": tabs, "page": Paginator(rows, PAGE).get_page(asked.get("page"))}


@needs(Ability.ADMINISTER)
@require_POST
def confirm_history(request, pk):
    stored = stored_or_404(pk)
    with refusals_on(request):
        seen = SeenReportPress(request.POST).said["seen"]
        hand_on(steps.confirm(stored, seen, request.user, clock.now(), clock.real_now()))
    return redirect("history_import", pk)


@needs(Ability.ADMINISTER)
@require_POST
def try_history_again(request, pk):
    """What a worker left, or what broke; a second press finds it under way."""
    stored = stored_or_404(pk)
    with refusals_on(request):
        if try_again(stored, clock.real_now()):
            hand_on(stored_or_404(pk))
    return redirect("history_import", pk)


@needs(Ability.ADMINISTER)
@require_GET
def history_problems(request, pk):
    stored = stored_or_404(pk)
    report = what_was_found(stored)
    if not report or not report.refused:
        raise Http404("这次上传没有问题清单，或已经清除。")
    content = write_problems(report.refused, clock.now())
    return workbook_answer(content, f"{PurePath(stored.name).stem}_问题.xlsx")
