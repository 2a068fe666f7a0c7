"""A firm's first and last day of reporting, set by its district or the city; each page says what that makes it owe."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.access import needs, refusals_on
from accounts.clock import now
from accounts.models import Ability, Enterprise
from reporting import workflow
from reporting.register import upkeep
from reporting.register.forms import FirstDayForm, ResumeForm, StopForm


@needs(Ability.KEEP_REGISTER)
def first_day(request, credit_code):
    enterprise = _firm(request, credit_code)
    form = FirstDayForm(request.POST or None, initial={"joined_on": enterprise.joined_on})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            owing = upkeep.correct_first_day(enterprise, **form.cleaned_data, by=request.user, at=now())
            day = form.cleaned_data["joined_on"]
            messages.success(request, f"{enterprise.name}的起报日期是 {day:%Y-%m-%d}。{owing.in_words}")
            return redirect("firm", credit_code)
    return render(request, "register/first_day.html", {"firm": enterprise, "form": form})


@needs(Ability.KEEP_REGISTER)
@require_GET
def owed_by_first_day(request, credit_code):
    """The sentence under the date while another is chosen: what it opens and withdraws. Nothing is stored."""
    enterprise = _firm(request, credit_code)
    form = FirstDayForm({"joined_on": request.GET.get("joined_on"), "reason": "试算"})
    owed = ""
    if form.is_valid():
        enterprise.joined_on = form.cleaned_data["joined_on"]
        owed = workflow.foreseen(enterprise).in_words
    return render(request, "register/_owed.html", {"owed": owed})


@needs(Ability.KEEP_REGISTER)
def stop_firm(request, credit_code):
    enterprise = _firm(request, credit_code)
    form = StopForm(request.POST or None, initial={"left_on": enterprise.left_on})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            owing = upkeep.stop_reporting(enterprise, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, f"{enterprise.name}已登记停报。{owing.in_words}")
            return redirect("firm", credit_code)
    heading = "更正停报日期" if enterprise.left_on else "登记停报"
    context = {"firm": enterprise, "form": form, "heading": heading}
    return render(request, "register/firm_form.html", context)


@needs(Ability.KEEP_REGISTER)
def resume_firm(request, credit_code):
    enterprise = _firm(request, credit_code)
    if enterprise.left_on is None and request.method == "GET":
        messages.info(request, f"{enterprise.name}没有登记停报，不需要恢复。")
        return redirect("firm", credit_code)
    form = ResumeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            owing = upkeep.resume_reporting(enterprise, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, f"{enterprise.name}已恢复填报。{owing.in_words}")
            return redirect("firm", credit_code)
    back, away_after = Enterprise.objects.get(pk=enterprise.pk), enterprise.left_on
    back.left_on = None
    owed = workflow.foreseen(back, away_after).in_words
    context = {"firm": enterprise, "form": form, "heading": "恢复填报", "note": f"恢复后，{owed}"}
    return render(request, "register/firm_form.html", context)


def _firm(request, credit_code):
    return get_object_or_404(Enterprise.objects.visible_to(request.user), credit_code=credit_code)
