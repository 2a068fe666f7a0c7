"""报名 and 取消报名, by a firm or a district for its own people."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting.models import SignUp
from reporting.training import signing_up
from reporting.training.forms import SignUpForm
from reporting.training.views.sessions import session_or_404, show


@needs(Ability.KEEP_FIRM, Ability.REVIEW)
@require_POST
def sign_up(request, pk):
    session = session_or_404(request, pk)
    form = SignUpForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        with refusals_on(request):
            made = signing_up.sign_up(session, said["name"], said["phone"], by=request.user, at=clock.now())
            if made.is_waiting:
                messages.success(
                    request, f"名额已满，{made.name}排在候补里。有人取消时依次递补，递补上了会写信告诉您。"
                )
            else:
                messages.success(request, f"{made.name}已报名。")
            return redirect("training", pk)
    return show(request, session, form, status=422)


@needs(Ability.KEEP_FIRM, Ability.REVIEW)
@require_POST
def step_back(request, pk):
    signed = get_object_or_404(SignUp.objects.visible_to(request.user), pk=pk)
    with refusals_on(request):
        signing_up.step_back(signed, by=request.user, at=clock.now())
        messages.success(request, f"{signed.name}的报名已取消。")
    return redirect("training", signed.session_id)
