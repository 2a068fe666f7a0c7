"""Without signing in: a firm asks for its account, whoever has it objects."""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import refusals_on
from accounts.clock import now
from accounts.links import takeover_behind
from accounts.models import Takeover
from accounts.views.signing_in import SECONDS_BETWEEN_RESET_LETTERS
from reporting.succession import takeovers
from reporting.succession.forms import AskTakeoverForm, ObjectionForm


@login_not_required
def ask(request):
    """The answer is the same whether or not there is such a firm; one request of a code every five minutes."""
    form = AskTakeoverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code, reason = form.cleaned_data["credit_code"], form.cleaned_data["reason"]
        if cache.add(f"takeover-{code}", "asked", SECONDS_BETWEEN_RESET_LETTERS):
            takeovers.ask(code, form.person, reason, at=now())
        return redirect("takeover_asked")
    return render(request, "succession/ask.html", {"form": form})


@login_not_required
def asked(request):
    return render(request, "succession/asked.html")


@login_not_required
def object_by_link(request, token):
    """Looking at the page changes nothing: servers that look into letters open their links too."""
    found = get_object_or_404(Takeover.objects.select_related("enterprise"), pk=takeover_behind(token))
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(request):
            takeovers.object_to(found, words=form.cleaned_data["words"], at=now())
        return redirect("object_to_takeover", token)
    return render(request, "succession/object.html", {"takeover": found, "form": form})
