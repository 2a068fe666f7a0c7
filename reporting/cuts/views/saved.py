"""Views of the totals that somebody keeps under a name."""

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability, User
from reporting.cuts import saving
from reporting.cuts.choosing import address_of, choice_of, cut_asked
from reporting.models import SavedCut


def saved_for(user: User) -> list[dict]:
    """One's own first, then what the office shares, each with its address."""
    found = SavedCut.objects.visible_to(user).select_related("by")
    rows = [{"cut": each, "address": address_of(each.choice), "is_own": each.by_id == user.pk} for each in found]
    return sorted(rows, key=lambda row: not row["is_own"])


@needs(Ability.READ_CITY, Ability.REVIEW)
@require_POST
def save(request):
    query, at = QueryDict(request.POST.get("choice", "")), clock.now()
    asked = cut_asked(query, request.user, at.date())
    with refusals_on(request):
        choice = choice_of(asked) if asked else {}
        name = saving.save_cut(request.POST.get("name", ""), choice, by=request.user, at=at).name
        messages.success(request, f"视图“{name}”已保存，在本页“已存的视图”里。")
    return redirect(f"{reverse('cut')}?{query.urlencode()}")


@needs(Ability.READ_CITY, Ability.REVIEW)
@require_POST
def change(request, pk):
    """Its name, and whether the office sees it."""
    if is_gone(request, pk):
        return redirect("cut")
    found = get_object_or_404(SavedCut.objects.filter(by=request.user), pk=pk)
    given = request.POST
    with refusals_on(request):
        is_shared = given.get("shared") == "yes"
        changed = saving.change_cut(found, given.get("name", ""), is_shared, by=request.user, at=clock.now())
        shared = "本单位的人都能看到" if is_shared else "只有您能看到"
        messages.success(request, f"视图“{changed.name}”已改好，{shared}。")
    return redirect(f"{reverse('cut')}?{address_of(found.choice)}")


@needs(Ability.READ_CITY, Ability.REVIEW)
@require_POST
def forget(request, pk):
    if is_gone(request, pk):
        return redirect("cut")
    found = get_object_or_404(SavedCut.objects.filter(by=request.user), pk=pk)
    with refusals_on(request):
        saving.forget_cut(found, by=request.user, at=clock.now())
        messages.success(request, f"视图“{found.name}”已删除。")
    return redirect("cut")


def is_gone(request: HttpRequest, pk: int) -> bool:
    """Whether it was deleted while this page stood open, which is then said; another's is not to be found."""
    gone = not SavedCut.objects.filter(pk=pk).exists()
    if gone:
        messages.info(request, "这个视图已删除。")
    return gone
