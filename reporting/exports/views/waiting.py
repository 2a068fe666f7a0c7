"""What was asked for: how far it is, and the file when it is there. Only whoever asked gets to it."""

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.post import pulse
from reporting.exports import steps
from reporting.exports.kinds import KINDS
from reporting.exports.tasks import carry_out_export
from reporting.leases import is_lost
from reporting.models import LongExport
from reporting.pages.downloads import content_type_of

LISTED = 30


@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """The way back to what one has left."""
    mine = LongExport.objects.visible_to(request.user)[:LISTED]
    return render(request, "exports/exports.html", {"exports": mine, "days": steps.KEPT_FOR.days})


def hand_on(stored: LongExport) -> None:
    """To a worker; without a queue it runs here and now. One that a worker has in hand is left to it."""
    if stored.is_running and not stored.effect.get("hand"):
        transaction.on_commit(lambda: pulse.hand_on(carry_out_export, stored.pk), robust=True)


@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    stored = own_or_404(request, pk)
    around = {"stored": stored, "lost": is_lost(stored, clock.real_now()), "days": steps.KEPT_FOR.days}
    return render(request, "exports/export.html", around)


def own_or_404(request: HttpRequest, pk: int) -> LongExport:
    return get_object_or_404(LongExport.objects.visible_to(request.user), pk=pk)


@require_POST
def try_export_again(request: HttpRequest, pk: int) -> HttpResponse:
    """What a worker left, or what broke; a second press finds it under way."""
    if steps.try_again(own_or_404(request, pk), clock.real_now()):
        hand_on(own_or_404(request, pk))
    return redirect("export", pk)


@require_GET
def export_file(request, pk):
    stored = own_or_404(request, pk)
    if KINDS[stored.kind].needs not in request.user.duties.abilities:
        raise Http404(steps.NOT_YOURS_NOW)
    try:
        file = stored.file.open("rb")
    except (ValueError, FileNotFoundError) as gone:  # not written yet, or cleared away
        raise Http404("文件还没有生成，或已经清除，请重新导出。") from gone
    return FileResponse(file, as_attachment=True, filename=stored.name, content_type=content_type_of(stored.name))
