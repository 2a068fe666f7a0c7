"""What somebody owes for several firms; who may fill for a firm, for the firm and its district."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import done_already, needs, refusals_on
from accounts.models import Ability, Enterprise, Grant
from accounts.post.state import on_its_way
from reporting.firm.views.home import owed_line
from reporting.models import calendar_in_force
from reporting.standing_in import granting, owing
from reporting.standing_in.forms import AcceptPress, DistrictGrantForm, EndForm, GrantForm


@needs(Ability.KEEP_FIRM)
def my_firms(request):
    """All that is owed for the own firm and for those that granted it, the first date first."""
    at, calendar = clock.now(), calendar_in_force()
    firms = owing.firms_of(request.user)
    places = {each.enterprise.pk: each for each in firms}
    owed = owing.owed_by(firms, at.date())
    grants = Grant.objects.open().filter(person=request.user).select_related("enterprise", "given_by__district")
    unread = owing.unread_of(request.user)
    context = {
        "lines": [(places[filing.enterprise_id], owed_line(filing, at, calendar)) for filing in owed],
        "asked": [grant for grant in grants if grant.is_asked],
        "accepted": [(grant, unread.get(grant.enterprise_id, 0)) for grant in grants if grant.is_accepted],
    }
    return render(request, "standing_in/my_firms.html", context)


@needs(Ability.KEEP_FIRM)
@require_POST
def accept(request, pk: int):
    return _accept(request, _own(request, pk))


@needs(Ability.KEEP_FIRM)
def invitation(request, token: str):
    """From a letter to a mailbox that no account had. Looking at the page changes nothing."""
    grant = get_object_or_404(Grant.objects.select_related("enterprise", "given_by"), pk=granting.invited_by(token))
    if request.method == "POST":
        return _accept(request, grant)
    return render(request, "standing_in/invitation.html", {"grant": grant, "token": token})


def _accept(request, grant: Grant):
    with refusals_on(request):
        reminded = AcceptPress(request.POST).said["reminded"]
        grant = granting.accept(grant, by=request.user, at=clock.now(), reminded=reminded)
        messages.success(request, f"已接受，现在可以为{grant.enterprise}填报。您的姓名和单位会写在记录和回执上。")
    return redirect("my_firms")


@needs(Ability.KEEP_FIRM)
@require_POST
def decline(request, pk: int):
    with refusals_on(request):
        grant = granting.decline(_own(request, pk), by=request.user, at=clock.now())
        messages.success(request, f"已答复{grant.enterprise}：不接受代填。")
    return redirect("my_firms")


@needs(Ability.KEEP_FIRM)
@require_POST
def reminders(request, pk: int):
    with refusals_on(request):
        grant, reminded = _own(request, pk), AcceptPress(request.POST).said["reminded"]
        granting.be_reminded(grant, reminded, by=request.user, at=clock.now())
        messages.success(request, f"{grant.enterprise}的提醒信和审核结果{'也发给您' if reminded else '不再发给您'}。")
    return redirect("my_firms")


@needs(Ability.KEEP_FIRM)
def grants(request):
    """代为填报的人, of the own firm."""
    return _grants(request, request.user.enterprise, reverse("grants"), GrantForm)


@needs(Ability.KEEP_REGISTER)
def firm_grants(request, credit_code: str):
    """The same for its district, which grants on the firm's written request, and to read for the city."""
    firm = get_object_or_404(Enterprise.objects.visible_to(request.user), credit_code=credit_code)
    return _grants(request, firm, reverse("firm_grants", args=[credit_code]), DistrictGrantForm)


def _grants(request, firm: Enterprise, path: str, asked: type[GrantForm]):
    form = asked(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            with done_already(request):
                grant = granting.give(firm, **form.cleaned_data, by=request.user, at=clock.now())
                letter = f"给{grant.name}的信{on_its_way(clock.now(), grant.email)}"
                messages.success(request, f"已授权{grant.name}代填，待本人接受；{letter}，企业联系人也会收到通知。")
            return redirect(path)
    found = firm.grants.select_related("person__enterprise", "given_by__district", "given_by__enterprise", "ended_by")
    context = {
        "firm": firm,
        "form": form,
        "grants": found,
        "may_grant": granting.may_grant(request.user, firm) and not firm.merged_into_id,
        "most": granting.MOST_OF_A_FIRM,
    }
    return render(request, "standing_in/grants.html", context, status=422 if form.errors else 200)


@needs(Ability.KEEP_FIRM, Ability.RECEIVE)
def end(request, pk: int):
    """For whichever of the three ends it."""
    reached = Grant.objects.visible_to(request.user).values("pk")
    found = Grant.objects.filter(Q(pk__in=reached) | Q(person=request.user)).select_related("enterprise", "person")
    grant = get_object_or_404(found, pk=pk)
    back = _back(request, grant)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            with done_already(request):
                granting.end(grant, **form.cleaned_data, by=request.user, at=clock.now())
                messages.success(request, f"{grant}的授权已结束，双方都会收到通知。")
            return redirect(back)
    around = {"grant": grant, "form": form, "back": back}
    return render(request, "standing_in/end.html", around, status=422 if form.errors else 200)


def _back(request, grant: Grant) -> str:
    if grant.person == request.user:
        return reverse("my_firms")
    if request.user.may.keep_firm:
        return reverse("grants")
    return reverse("firm_grants", args=[grant.enterprise.credit_code])


def _own(request, pk: int) -> Grant:
    return get_object_or_404(Grant.objects.filter(person=request.user).select_related("enterprise"), pk=pk)
