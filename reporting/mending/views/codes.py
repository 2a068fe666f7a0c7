"""更正信用代码: proposed by the office, confirmed by the firm on its own page."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import people
from accounts.access import needs, refusals_on
from accounts.clock import now
from accounts.models import Ability, CodeCorrection, Enterprise
from reporting.mending import codes
from reporting.mending.forms import CorrectCodeForm, ObjectForm


@needs(Ability.KEEP_REGISTER)
def correct_code(request, credit_code):
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), credit_code=credit_code)
    if request.method == "GET" and (waiting := enterprise.code_corrections.waiting().first()):
        messages.info(request, "这家企业的信用代码更正正在等确认。要改填别的代码，请先撤回这一份。")
        return redirect("code_correction", waiting.pk)
    form = CorrectCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with refusals_on(form):
            proposed = codes.propose(enterprise, said["right"], reason=said["reason"], by=request.user, at=now())
            messages.success(request, f"已提出更正，等{codes.who_confirms(proposed)}确认；确认之前代码不变。")
            return redirect("code_correction", proposed.pk)
    return render(request, "mending/correct_code.html", {"firm": enterprise, "form": form})


@needs(Ability.KEEP_REGISTER)
def code_correction(request, pk):
    return _page(request, _correction(request, pk), ObjectForm())


@needs(Ability.KEEP_FIRM)
def own_code(request):
    """What waits for the firm's word, or what became of the last."""
    found = CodeCorrection.objects.visible_to(request.user).select_related("enterprise", "proposed_by").first()
    return _page(request, found, ObjectForm()) if found else render(request, "mending/no_correction.html")


@needs(Ability.KEEP_FIRM, Ability.ADMINISTER)
@require_POST
def confirm_code(request, pk):
    found = _correction(request, pk)
    with refusals_on(request):
        codes.confirm(found, by=request.user, at=now())
        messages.success(request, f"信用代码已更正为 {found.right}。以后用新代码登录，密码不变。")
    return _back(request, pk)


@needs(Ability.KEEP_FIRM, Ability.ADMINISTER)
@require_POST
def object_to_code(request, pk):
    found, form = _correction(request, pk), ObjectForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    with refusals_on(request):
        codes.object_to(found, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, "已答复不同意，代码没有变。提出的区县或市级会收到信。")
    return _back(request, pk)


@needs(Ability.KEEP_REGISTER)
@require_POST
def withdraw_code(request, pk):
    found = _correction(request, pk)
    with refusals_on(request):
        codes.withdraw(found, by=request.user, at=now())
        messages.success(request, "已撤回，代码没有变。")
    return redirect("code_correction", pk)


def _correction(request, pk: int) -> CodeCorrection:
    visible = CodeCorrection.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("enterprise", "proposed_by", "decided_by"), pk=pk)


def _back(request, pk: int):
    return redirect("own_code") if request.user.may.keep_firm else redirect("code_correction", pk)


def _page(request, found: CodeCorrection, form, status: int = 200):
    around = {
        "correction": found,
        "firm": found.enterprise,
        "form": form,
        "who": codes.who_confirms(found),
        "may_confirm": found.is_waiting and codes.may_confirm(found, request.user),
        "may_withdraw": found.is_waiting and people.looks_after(request.user, found.enterprise),
    }
    return render(request, "mending/correction.html", around, status=status)
