"""How far review has to go: the city looks and chooses."""

from django.contrib import messages
from django.forms.models import model_to_dict
from django.shortcuts import redirect, render

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting import models, workflow
from reporting.consequence.suspicion import MIN_PEERS, QUARTILES_IN_WORDS
from reporting.review.forms import ReviewLimitsForm


@needs(Ability.ADMINISTER)
def review_limits(request):
    limits = models.review_limits()
    form = ReviewLimitsForm(request.POST or None, initial=model_to_dict(limits, ["points", "watched", "bulk_share"]))
    if not form.is_valid():
        around = {"limits": limits, "form": form, "peers": MIN_PEERS, "quartiles": QUARTILES_IN_WORDS}
        return render(request, "review/limits.html", around, status=422 if form.is_bound else 200)
    wanted = {**form.cleaned_data}
    reason = wanted.pop("reason")
    with refusals_on(request):
        workflow.choose_review_limits(workflow.Limits(**wanted), request.user, clock.now(), reason)
        messages.success(request, "审核界限已保存，从现在起适用。")
    return redirect("city_review_limits")
