"""A file that was brought in: what is in it, its source, its withdrawal, and the letter to its firms."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from accounts.post.outbox import message_of
from accounts.post.state import look
from forms_tables.edition.periods import PeriodCode
from reporting.history import telling
from reporting.history.forms import WithdrawPress
from reporting.history.views.imports import files_brought_in
from reporting.history.withdrawing import withdraw
from reporting.letters.mass import MoreThanSeen
from reporting.models import HistoryFile
from reporting.pages.mass_letters import number_seen


@needs(Ability.ADMINISTER)
@require_GET
def history_file(request, pk):
    return show_file(request, file_or_404(pk))


def file_or_404(pk: int) -> HistoryFile:
    return get_object_or_404(files_brought_in(), pk=pk)


def show_file(request, file, typed="", status=200):
    around = {"file": file, "periods": periods_in(file), "typed": typed, "reach": telling.reach(file, clock.now())}
    return render(request, "history/history_file.html", around, status=status)


def periods_in(file: HistoryFile) -> list[dict]:
    counts = {"firms": Count("enterprise", distinct=True), "standing": Count("pk", filter=Q(stands=True))}
    found = file.filings.order_by().values("period").annotate(**counts)
    return [
        {**row, "label": PeriodCode.parse(row["period"]).label}
        for row in sorted(found, key=lambda row: PeriodCode.parse(row["period"]), reverse=True)
    ]


@needs(Ability.ADMINISTER)
@require_GET
def history_source(request, pk):
    """As it came, to the byte."""
    file = get_object_or_404(HistoryFile, pk=pk)
    return FileResponse(file.file.open("rb"), as_attachment=True, filename=file.name)


@needs(Ability.ADMINISTER)
@require_POST
def withdraw_history(request, pk):
    file = file_or_404(pk)
    form = WithdrawPress(request.POST)
    with refusals_on(request):
        done = withdraw(file, request.user, clock.now(), form.said["why"])
        again = f"，恢复以前导入的 {done.stand_again} 行" if done.stand_again else ""
        messages.success(request, f"“{file.name}”已撤下 {done.rows} 行{again}。")
        return redirect("history_file", pk)
    return show_file(request, file_or_404(pk), form.data.get("why", ""), status=409)


@needs(Ability.ADMINISTER)
@require_GET
def preview_history_letter(request, pk):
    return show_letter(request, file_or_404(pk))


def show_letter(request, file, has_changed=False):
    at = clock.now()
    reach = telling.reach(file, at)
    sample = reach.letters[0] if reach.letters else None
    around = {
        "file": file,
        "reach": reach,
        "subject": sample and sample.subject,
        "text": sample and message_of(sample).body,
        "mail": look(at),
        "has_changed": has_changed,
    }
    return render(request, "history/preview_letter.html", around)


@needs(Ability.ADMINISTER)
@require_POST
def send_history_letter(request, pk):
    file = file_or_404(pk)
    with refusals_on(request):
        try:
            letters = telling.tell(file, request.user, clock.now(), number_seen(request))
        except MoreThanSeen:
            return show_letter(request, file, has_changed=True)
        messages.success(request, f"{letters} 封信已排队，按邮箱域名陆续发出。")
    return redirect("history_file", pk)
