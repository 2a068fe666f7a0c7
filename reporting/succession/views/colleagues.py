"""A firm's people: recover or replace each other, object to the takeover of their account."""

from django.contrib import messages
from django.core.cache import cache
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import needs, refusals_on
from accounts.clock import now
from accounts.models import Ability, Takeover, User
from accounts.post.state import on_its_way
from accounts.views.signing_in import SECONDS_BETWEEN_RESET_LETTERS
from reporting.succession import colleagues, takeovers
from reporting.succession.forms import NewPersonForm, ObjectionForm


@needs(Ability.KEEP_FIRM)
@require_POST
def send_link(request, pk):
    """A letter at most every five minutes, counted with those the person asks for."""
    colleague = _colleague(request, pk)
    with refusals_on(request):
        colleagues.be_reachable(colleague)  # what is refused is not counted as sent
        if cache.add(f"reset-{colleague.pk}", "sent", SECONDS_BETWEEN_RESET_LETTERS):
            colleagues.send_link(colleague, by=request.user, at=now())
            messages.success(request, f"给 {colleague.email} 的链接{on_its_way(now(), colleague.email)}。")
        else:
            messages.info(request, f"五分钟内已给{colleague}发过链接，请他先看看邮箱和垃圾邮件。")
    return redirect("colleagues")


@needs(Ability.KEEP_FIRM)
def replace(request, pk):
    colleague = _colleague(request, pk)
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            why = form.cleaned_data["reason"]
            after = colleagues.replace(colleague, form.person, why=why, by=request.user, at=now())
            messages.success(
                request,
                f"{colleague}的账号已由{after}接替，用户名是 {after.username}。"
                f"给 {after.email} 的激活邮件{on_its_way(now(), after.email)}；两人都已写信告知。",
            )
            return redirect("colleagues")
    return render(request, "succession/replace.html", {"form": form, "account": colleague})


@needs(Ability.KEEP_FIRM)
@require_POST
def object_signed_in(request, pk):
    found = get_object_or_404(Takeover.objects.filter(enterprise=request.user.enterprise_id).told_to_the_firm(), pk=pk)
    form = ObjectionForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    with refusals_on(request):
        takeovers.object_to(found, words=words, at=now(), by=request.user)
        messages.success(request, "已提出异议，移交已停止。区县会与您联系核实。")
    return redirect("colleagues")


def _colleague(request, pk: int) -> User:
    return get_object_or_404(User.objects.visible_to(request.user).select_related("enterprise"), pk=pk)
