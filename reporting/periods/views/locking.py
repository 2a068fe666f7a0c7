"""Locking a period, alone or by two, and correcting what was released since."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting import workflow
from reporting.models import LockProposal, Period, lock_limit_for
from reporting.periods.forms import CorrectionForm, LockForm
from reporting.periods.views.periods import period
from reporting.releases.making import freeze_found
from reporting.releases.missing import missing_of


@needs(Ability.ADMINISTER)
@require_POST
def lock(request, code):
    """One person locks; where more is missing than the city has set, it is proposed to another."""
    found = get_object_or_404(Period, pk=code)
    missing = missing_of(found)
    form = LockForm(request.POST, missing=missing)
    if not form.is_valid():
        return period(request, code, {"lock": form}, status=422)
    given = {"by": request.user, "at": clock.now(), "reason": form.cleaned_data["reason"], "reasons": form.reasons}
    with refusals_on(form, "reason"):
        if missing.is_above(lock_limit_for(found, request.user)) and not found.is_locked:
            workflow.propose_lock(found, **given)
            messages.success(request, f"已提出锁定{found.label}，请市级另一人在这一页确认。")
        else:
            workflow.lock(found, **given)
            messages.success(request, f"{found.label}已锁定，数据不再变动。")
        return redirect("city_period", code)
    return period(request, code, {"lock": form}, status=409)


@needs(Ability.ADMINISTER)
@require_POST
def confirm(request, code, pk):
    proposal = get_object_or_404(LockProposal.objects.select_related("period"), pk=pk, period=code)
    with refusals_on(request):
        locked = workflow.confirm_lock(proposal, request.user, clock.now())
        messages.success(request, f"{locked.label}已锁定，数据不再变动。")
    return redirect("city_period", code)


@needs(Ability.ADMINISTER)
@require_POST
def withdraw(request, code, pk):
    proposal = get_object_or_404(LockProposal.objects.select_related("period"), pk=pk, period=code)
    with refusals_on(request):
        workflow.withdraw_lock(proposal, request.user, clock.now())
        messages.success(request, f"已撤回，{proposal.period.label}没有锁定。")
    return redirect("city_period", code)


@needs(Ability.ADMINISTER)
@require_POST
def correct(request, code):
    found = get_object_or_404(Period, pk=code)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请写明更正的原因，最多 500 字。")
        return redirect("city_period", code)
    with refusals_on(request):
        release = workflow.correct(found, request.user, clock.now(), form.cleaned_data["reason"])
        messages.success(request, f"{found.label}的更正已发布：{release.code}。以前的发布原样保留。")
        return redirect("city_release", release.code)
    return redirect("city_period", code)


@needs(Ability.ADMINISTER)
@require_POST
def make_found(request, code):
    """Release 1 of a period that was locked before there were releases."""
    found = get_object_or_404(Period, pk=code)
    made = freeze_found(found, request.user, clock.now())
    words = f"已补建 {made.code}。" if made else f"{found.label}不需要补建：没有锁定，或已有发布。"
    messages.success(request, words)
    return redirect("city_period", code)
