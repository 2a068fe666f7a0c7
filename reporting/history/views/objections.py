"""更正申请: what firms hold wrong in their imported history, and what their office decides."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting.history import objections
from reporting.history.forms import DecisionPress
from reporting.models import HistoryObjection

PAGE = 50


@needs(Ability.READ_FILINGS)
@require_GET
def history_objections(request):
    return show_objections(request)


def show_objections(request, typed=None, status=200):
    """`typed`: the answer of a refused decision, by the key of its objection; it stays in its field."""
    found = HistoryObjection.objects.visible_to(request.user).with_what_stands()
    page = Paginator(found.select_related("enterprise__merged_into", "asked_by", "decided_by"), PAGE)
    page = page.get_page(request.GET.get("page"))
    rows = objections.rows_meant(page)
    for asked in page:
        asked.typed = (typed or {}).get(asked.pk, "")
        asked.why_not = objections.why_not_granted(asked, rows.get(asked.pk)) if asked.waits else ""
    around = {"page": page, "decides": request.user.may.review or request.user.may.administer}
    return render(request, "history/objections.html", around, status=status)


@needs(Ability.REVIEW, Ability.ADMINISTER)
@require_POST
def decide_history_objection(request, pk):
    found = HistoryObjection.objects.visible_to(request.user).select_related("enterprise")
    asked = get_object_or_404(found, pk=pk)
    form = DecisionPress(request.POST)
    with refusals_on(request):
        said = form.said
        done = objections.decide(asked, said["granted"], request.user, clock.now(), said["answer"])
        messages.success(request, f"{done.enterprise.name}：{done.state_words}。")
        return redirect("history_objections")
    return show_objections(request, {asked.pk: form.data.get("answer", "")}, status=409)
