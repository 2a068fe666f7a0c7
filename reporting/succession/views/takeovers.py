"""The offices' desks: the district looks into what was asked and proposes, the city confirms."""

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import people
from accounts.access import needs, refusals_on
from accounts.clock import now
from accounts.models import Ability, Enterprise, Takeover, User
from reporting.letters.about_takeovers import letters_to_who_has
from reporting.succession import takeovers as machine
from reporting.succession.forms import AnswerForm, ProposeTakeoverForm, WithdrawTakeoverForm

OVER_SHOWN = 50


@needs(Ability.KEEP_REGISTER)
def takeovers(request):
    """What is this person's to decide first, then what waits for others, then what is over."""
    visible = Takeover.objects.visible_to(request.user).select_related("enterprise")
    mine = list(visible.waiting_for(request.user).order_by("pk"))
    others = [each for each in visible.open().order_by("pk") if each not in mine]
    over = visible.exclude(pk__in=visible.open()).order_by("-ended_at")[:OVER_SHOWN]
    return render(request, "succession/takeovers.html", {"mine": mine, "others": others, "over": over})


@needs(Ability.KEEP_REGISTER)
def takeover(request, pk):
    return _page(request, _found(request, pk))


@needs(Ability.RECEIVE)
def propose(request, credit_code):
    """From the firm's page, or from what was asked at the door (`asked`)."""
    firm = get_object_or_404(Enterprise.objects.visible_to(request.user), credit_code=credit_code)
    asked = _asked(request, firm)
    if request.method == "GET" and asked and not asked.is_asked:
        messages.info(request, f"这份申请{asked.get_state_display()}。")
        return redirect("takeover", asked.pk)
    if request.method == "GET" and (under_way := firm.takeovers.under_way().first()):
        messages.info(request, "这家企业的账号正在移交。要换人，请先撤回这一份。")
        return redirect("takeover", under_way.pk)
    begun = {name: getattr(asked, name) for name in ("name", "mobile", "email", "reason")} if asked else {}
    form = ProposeTakeoverForm(*((request.POST, request.FILES) if request.method == "POST" else ()), initial=begun)
    if request.method == "POST" and form.is_valid():
        said = {"reason": form.cleaned_data["reason"], "document": form.cleaned_data["document"]}
        with refusals_on(form):
            proposed = machine.propose(firm, by=request.user, at=now(), asked=asked, person=form.person, **said)
            messages.success(request, f"已提出移交，{proposed.get_state_display()}；原账号的人已收到通知。")
            return redirect("takeover", proposed.pk)
    before = people.first_account(firm)
    may_object = before is not None and machine.somebody_may_object(before, firm)
    context = {"firm": firm, "form": form, "asked": asked, "before": before, "may_object": may_object}
    return render(request, "succession/propose.html", context, status=422 if form.errors else 200)


@needs(Ability.KEEP_REGISTER)
@require_GET
def document(request, pk):
    found = get_object_or_404(Takeover.objects.visible_to(request.user).exclude(document=""), pk=pk)
    name = f"授权委托书_{found.enterprise.credit_code}.pdf"
    return FileResponse(found.document.open(), as_attachment=True, filename=name)


@needs(Ability.ADMINISTER)
@require_POST
def confirm(request, pk):
    with refusals_on(request):
        confirmed = machine.confirm(_found(request, pk), by=request.user, at=now())
        if confirmed.is_under_way:
            messages.success(request, f"已确认。{confirmed.until:%Y-%m-%d} 过后没有异议即自动移交。")
        elif confirmed.is_agreed:
            messages.success(request, "已确认。账号已移交，新经办人的激活邮件已写好。")
        else:  # what stands in its way has come up since it was proposed
            messages.error(request, f"不能移交：{confirmed.answer}")
    return redirect("takeover", pk)


@needs(Ability.KEEP_REGISTER)
@require_POST
def refuse(request, pk):
    found, form = _found(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, refusing=form, status=422)
    with refusals_on(request):
        machine.refuse(found, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, "已答复不通过，理由已写信告诉申请人。")
    return redirect("takeover", pk)


@needs(Ability.KEEP_REGISTER)
@require_POST
def withdraw(request, pk):
    found, form = _found(request, pk), WithdrawTakeoverForm(request.POST)
    if not form.is_valid():
        return _page(request, found, withdrawing=form, status=422)
    with refusals_on(request):
        machine.withdraw(found, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, "已撤回，原账号照常使用。")
    return redirect("takeover", pk)


def _found(request, pk: int) -> Takeover:
    read = ("enterprise", "before", "proposed_by", "decided_by", "ended_by")
    return get_object_or_404(Takeover.objects.visible_to(request.user).select_related(*read), pk=pk)


def _asked(request, firm: Enterprise) -> Takeover | None:
    wanted = request.GET.get("asked", "")
    if not wanted.isdecimal():
        return None
    return get_object_or_404(firm.takeovers, pk=wanted)


def _page(request, found: Takeover, refusing=None, withdrawing=None, status: int = 200):
    user, firm = request.user, found.enterprise
    looks_after = people.looks_after(user, firm)
    receives, confirms = looks_after and user.may.receive, found.is_proposed and user.may.administer
    others = User.objects.filter(email__iexact=found.email, is_active=True).exclude(enterprise=firm)
    context = {
        "takeover": found,
        "firm": firm,
        "account": found.before or people.first_account(firm),
        "shared_with": others.count() if found.is_open else 0,
        "told": letters_to_who_has(found),
        "earlier": firm.takeovers.exclude(pk=found.pk).order_by("-pk"),
        "may_propose": found.is_asked and receives,
        "may_confirm": confirms,
        "may_refuse": (found.is_asked and receives) or confirms,
        "may_withdraw": found.is_under_way and looks_after and not confirms,
        "refusing": refusing or AnswerForm(),
        "withdrawing": withdrawing or WithdrawTakeoverForm(),
    }
    return render(request, "succession/takeover.html", context, status=status)
