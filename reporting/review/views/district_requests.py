"""What firms ask of their district: a later date, to file after the date, or another base of comparison."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting import workflow
from reporting.review.forms import DecideExtensionPress, GrantPress
from reporting.review.views.requests import chosen_kind, kinds_of, page_of
from reporting.totals.progress import requests_visible_to


@needs(Ability.REVIEW)
def requests(request):
    return show_requests(request)


def show_requests(request, asked="", typed=None, status=200):
    """`typed`: what a refused decision said, by the key of its request; it stays in its fields."""
    kinds = kinds_of(request, asked)
    kind = chosen_kind(kinds)
    page = page_of(request, requests_visible_to(request.user, kind.name))
    for row in page:
        row.typed = (typed or {}).get(row.pk)
    around = {"kinds": kinds, "kind": kind, "page": page, "path": reverse("district_requests")}
    return render(request, "review/district_requests.html", around, status=status)


@needs(Ability.REVIEW)
@require_POST
def decide_extension(request, pk):
    return decide(request, "extension", pk, workflow.decide_extension)


@needs(Ability.REVIEW)
@require_POST
def decide_late(request, pk):
    return decide(request, "late", pk, workflow.decide_late)


@needs(Ability.REVIEW)
@require_POST
def decide_adjustment(request, pk):
    return decide(request, "base", pk, workflow.decide_adjustment)


def decide(request, kind, pk, change):
    asked = get_object_or_404(requests_visible_to(request.user, kind), pk=pk)
    form = DecideExtensionPress(request.POST) if kind == "extension" else GrantPress(request.POST)
    with refusals_on(request):
        said = form.said
        granted, until = said["granted"], {"until": said["until"]} if said.get("until") else {}
        if not decided_so(asked, granted, **until):
            change(asked, granted, by=request.user, at=clock.now(), answer=said["answer"], **until)
        messages.success(request, f"{asked.filing.enterprise.name}：{'已同意' if granted else '未同意'}。")
        return redirect(f"{reverse('district_requests')}?kind={kind}")
    typed = {name: form.data.get(name, "") for name in ("until", "answer")}
    return show_requests(request, kind, {asked.pk: typed}, status=409)


def decided_so(asked, granted, until=None) -> bool:
    """Whether it was decided just so before: the second click."""
    return asked.granted is granted and (until is None or asked.granted_until == until)
