"""成批改区县: what to change, the preview, the act, and taking it back before its day."""

import uuid

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, refusals_on
from accounts.clock import now
from accounts.models import Ability, DistrictChange
from accounts.post.outbox import message_of
from reporting.letters import about_mending
from reporting.mending import district_change as changing
from reporting.mending.district_choice import MOST_LISTED, WantedChange, reach
from reporting.mending.forms import DistrictChangeForm, DistrictChangePress, TakeBackForm

SHOWN = 100


@needs(Ability.ADMINISTER)
@require_GET
def district_changes(request):
    return _list(request, DistrictChangeForm())


def _list(request, form, status: int = 200):
    known = DistrictChange.objects.select_related("district", "by").annotate(number=Count("firms"))
    return render(request, "mending/district_changes.html", {"form": form, "changes": known}, status=status)


@needs(Ability.ADMINISTER)
@require_POST
def preview(request):
    form = DistrictChangeForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=422)
    return _preview(request, form.wanted)


def _preview(request, wanted: WantedChange, status: int = 200):
    at = now()
    found = reach(wanted, at)
    change = DistrictChange(
        district=wanted.district, since=wanted.since, reason=wanted.reason, by=request.user, at=at, pk=0
    )
    letters = about_mending.letters_to_firms(change, found.firms[:MOST_LISTED], found.to_firms)
    around = {
        "wanted": wanted,
        "found": found,
        "token": uuid.uuid4(),
        "at_once": wanted.since <= at.date(),
        "listed": found.firms[:MOST_LISTED],
        "sample": message_of(letters[0]) if letters else None,
        "codes": "\n".join(wanted.codes),
    }
    return render(request, "mending/district_preview.html", around, status=status)


@needs(Ability.ADMINISTER)
@require_POST
def press(request):
    form = DistrictChangePress(request.POST)
    is_whole = form.is_valid()
    token = form.cleaned_data.get("token")
    if token and (known := DistrictChange.objects.filter(token=token).first()):
        messages.info(request, changing.DONE)  # the second press; what it chose is not there to be chosen any more
        return redirect("district_change", known.pk)
    if not is_whole:
        return _list(request, form, status=422)
    said, wanted = form.cleaned_data, form.wanted
    with refusals_on(request):
        done = changing.press(said["token"], wanted, said["seen"], by=request.user, at=now())
        when = "已生效" if not done.is_planned else f"{done.since:%Y-%m-%d} 自动生效，在那之前可以撤销"
        messages.success(request, f"已办理，{when}。信已排队，陆续发出。")
        return redirect("district_change", done.pk)
    return _preview(request, wanted, status=409)


@needs(Ability.ADMINISTER)
@require_GET
def district_change(request, pk):
    return _page(request, pk, TakeBackForm())


@needs(Ability.ADMINISTER)
@require_POST
def take_back(request, pk):
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    found = get_object_or_404(DistrictChange, pk=pk)
    with refusals_on(request):
        changing.take_back(found, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, "已撤销，一家企业也没有改。已经收到信的会收到撤销的信。")
    return redirect("district_change", pk)


def _page(request, pk: int, form, status: int = 200):
    read = ("district", "by", "taken_back_by")
    change = get_object_or_404(DistrictChange.objects.select_related(*read), pk=pk)
    rows = change.firms.select_related("enterprise", "origin")
    counted = (
        change.firms.order_by().values("origin__name").annotate(n=Count("pk"), out=Count("pk", filter=~Q(left_out="")))
    )
    around = {
        "change": change,
        "form": form,
        "counted": counted.order_by("origin__position"),
        "left_out": rows.exclude(left_out=""),
        "firms": rows.filter(left_out="")[:SHOWN],
        "number": change.firms.count(),
        "shown": SHOWN,
    }
    return render(request, "mending/district_change.html", around, status=status)
