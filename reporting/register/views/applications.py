"""Applying for registration, and the district's answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, refusals_on
from accounts.clock import now, today
from accounts.models import Ability, Application, District
from accounts.post.state import look, on_its_way
from reporting.register import applications as registration
from reporting.register.facts import in_words
from reporting.register.first_letters import told_to_the_firm
from reporting.register.forms import ApplyForm, ApproveForm, LookUpForm, RefuseForm, RefusePress


@login_not_required
def apply(request):
    at = now()
    form = ApplyForm(request.POST or None, districts=District.objects.valid_on(at.date()))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form, "credit_code"):
            application = registration.apply(**form.application(), at=at)
            request.session["applied"] = application.pk
            return redirect("applied")
    return render(request, "register/apply.html", {"form": form})


@login_not_required
@require_GET
def credit_code_answer(request):
    """The sentence under the credit code while it is typed, and the district chosen to match."""
    answer = registration.judge_credit_code(request.GET.get("credit_code", "")[:40], today())
    form = ApplyForm(initial={"district": answer.district}, districts=District.objects.valid_on(today()))
    return render(request, "register/_credit_code_answer.html", {"answer": answer, "form": form})


@login_not_required
def applied(request):
    application = get_object_or_404(Application, pk=request.session.get("applied"))
    return render(request, "register/applied.html", {"application": application})


@login_not_required
def application_state(request):
    form = LookUpForm(request.POST or None)
    application, looked = None, False
    if request.method == "POST" and form.is_valid():
        looked = True
        application = registration.look_up_application(**form.cleaned_data)
    return render(
        request,
        "register/application_state.html",
        {"form": form, "application": application, "looked": looked, "mail": look(now())},
    )


@needs(Ability.KEEP_REGISTER)
def applications(request):
    """Waiting ones first; the city looks on."""
    visible = Application.objects.visible_to(request.user).select_related("district", "decided_by")
    answered = visible.exclude(state=Application.State.APPLIED).order_by("-decided_at")[:50]
    return render(request, "register/applications.html", {"waiting": visible.waiting(), "answered": answered})


@needs(Ability.KEEP_REGISTER)
def application(request, pk):
    found = get_object_or_404(Application.objects.visible_to(request.user).select_related("district"), pk=pk)
    first_day = registration.propose_first_day(today())
    context = {
        "application": found,
        "facts": in_words(registration.facts_in(found)),
        "approve_form": ApproveForm(initial={"joined_on": first_day}),
        "owed": registration.owed_in_words(first_day),
        "refuse_form": RefuseForm(),
    }
    return render(request, "register/application.html", context)


@needs(Ability.KEEP_REGISTER)
@require_GET
def owed_from(request):
    """The sentence under the first day of a newcomer while it is chosen."""
    form = ApproveForm(request.GET)
    owed = registration.owed_in_words(form.cleaned_data["joined_on"]) if form.is_valid() else ""
    return render(request, "register/_owed.html", {"owed": owed})


@needs(Ability.RECEIVE)
@require_POST
def approve_application(request, pk):
    found = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    form = ApproveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "起报日期没有填对，请写成 2024-01-01。")
        return redirect("application", pk)
    with refusals_on(request):
        enterprise = registration.approve_application(found, **form.cleaned_data, by=request.user, at=now())
        told = told_to_the_firm(enterprise)
        messages.success(
            request,
            f"已批准{enterprise.name}注册。给 {enterprise.email} 的激活邮件{on_its_way(now(), enterprise.email)}。"
            f"链接自现在起 7 天内有效。{told}",
        )
        return redirect("applications")
    return redirect("application", pk)


@needs(Ability.RECEIVE)
@require_POST
def refuse_application(request, pk):
    found = get_object_or_404(Application.objects.visible_to(request.user), pk=pk)
    with refusals_on(request):
        reason = RefusePress(request.POST).said["reason"][:300]
        registration.refuse_application(found, reason=reason, by=request.user, at=now())
        messages.success(request, f"{found.name}的申请已不予通过。写明理由的信{on_its_way(now(), found.email)}。")
        return redirect("applications")
    return redirect("application", pk)
