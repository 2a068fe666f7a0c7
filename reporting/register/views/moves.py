"""Moves between districts: done at once, or proposed to the district that is to take the firm."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import people
from accounts.access import needs, refusals_on
from accounts.clock import now, today
from accounts.models import Ability, District, Enterprise, Move
from reporting.register import moves as moving
from reporting.register.facts import in_words
from reporting.register.forms import DeclineMoveForm, MoveForm
from reporting.workflow.owing import labels

MOVING_NOTE = (
    "迁移不能早于已锁定的报告期结束，历史汇总不变。迁移日期之后才结束的报告期由新区县审核。"
    "迁移日期早于已开启报告期的结束日的，须由迁入区县接收，接收之前一切不变："
    "接收后，还没有上报的随企业转到新区县，已经上报的仍由原区县审核。"
)


@needs(Ability.KEEP_REGISTER)
def move_firm(request, credit_code):
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), credit_code=credit_code)
    if request.method == "GET" and (waiting := enterprise.moves.waiting().first()):
        messages.info(request, "这家企业的迁移正在等迁入区县接收。要改去向或日期，请先撤回这一份。")
        return redirect("move", waiting.pk)
    form = MoveForm(request.POST or None, districts=District.objects.valid_on(today()))
    if request.method == "POST" and form.is_valid():
        at, asked = now(), form.cleaned_data
        with refusals_on(form):
            if moving.reached_back(enterprise, asked["since"], at.date()):
                proposed = moving.propose_move(enterprise, **asked, by=request.user, at=at)
                messages.success(request, f"已提出迁移，{proposed.state_words}；接收之前一切不变。")
                return redirect("move", proposed.pk)
            residence = moving.move_enterprise(enterprise, **asked, by=request.user, at=at)
            words = f"{enterprise.name}自 {residence.since:%Y-%m-%d} 起属{residence.district}，以前的报表不变。"
            messages.success(request, words)
            return redirect("firms")
    context = {"firm": enterprise, "form": form, "heading": "迁往其他区县", "note": MOVING_NOTE}
    return render(request, "register/firm_form.html", context)


@needs(Ability.KEEP_REGISTER)
def moves(request):
    """Proposed ones first; the city looks on."""
    read = ("enterprise", "origin", "district", "decided_by")
    visible = Move.objects.visible_to(request.user).select_related(*read)
    answered = visible.exclude(state=Move.State.PROPOSED).order_by("-decided_at")[:50]
    return render(request, "register/moves.html", {"waiting": visible.waiting(), "answered": answered})


@needs(Ability.KEEP_REGISTER)
def move(request, pk):
    found = _move(request, pk)
    return _page(request, found, DeclineMoveForm())


@needs(Ability.RECEIVE)
@require_POST
def accept_move(request, pk):
    return _decided(request, pk, moving.accept_move, "已接收")


@needs(Ability.RECEIVE)
@require_POST
def decline_move(request, pk):
    form = DeclineMoveForm(request.POST)
    if not form.is_valid():
        return _page(request, _move(request, pk), form, status=422)
    return _decided(request, pk, moving.decline_move, "已答复不接收", **form.cleaned_data)


@needs(Ability.KEEP_REGISTER)
@require_POST
def withdraw_move(request, pk):
    return _decided(request, pk, moving.withdraw_move, "已撤回迁移")


def _decided(request, pk, decide, words, **said):
    found = _move(request, pk)
    with refusals_on(request):
        decide(found, **said, by=request.user, at=now())
        messages.success(request, f"{words}：{found.enterprise.name}由{found.origin}迁往{found.district}。")
    return redirect("move", pk)


def _move(request, pk):
    return get_object_or_404(Move.objects.visible_to(request.user).select_related("enterprise", "origin"), pk=pk)


def _page(request, found: Move, form, status: int = 200):
    """What goes along is said as it stands now, while the move waits. Afterwards only who looks after the firm reads on
    about it: the district it has left, or never came to, has lost sight of it."""
    may_look = found.is_waiting or people.looks_after(request.user, found.enterprise)
    along = moving.reached_back(found.enterprise, found.since, today()) if found.is_waiting else []
    context = {
        "move": found,
        "firm": found.enterprise,
        "facts": in_words(found.enterprise.attributes) if may_look else {},
        "may_look": may_look,
        "along": labels(along),
        "form": form,
        "may_accept": found.is_waiting and request.user.district_id == found.district_id,
        "may_withdraw": found.is_waiting and people.looks_after(request.user, found.enterprise),
    }
    return render(request, "register/move.html", context, status=status)
