"""错误登记: what may be double, what was reported, and the two entries side by side before they are merged."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import needs, refusals_on
from accounts.clock import now
from accounts.models import Ability, CodeCorrection, DistrictChange, DoubleReport, Enterprise, JournalEntry, Scope
from accounts.post.outbox import message_of
from reporting.letters import about_mending
from reporting.mending import merging, reports
from reporting.mending.doubles import likely
from reporting.mending.forms import ApartForm, MergeForm, ReportForm
from reporting.models import Submission

SHOWN_LINES = 8
SHOWN = 50


@needs(Ability.KEEP_REGISTER)
def doubles(request):
    said = DoubleReport.objects.visible_to(request.user).select_related("enterprise", "other", "proposed_by")
    corrections = CodeCorrection.objects.visible_to(request.user).select_related("enterprise", "proposed_by")
    around = {
        "pairs": likely(request.user),
        "reports": said.waiting(),
        "settled": said.exclude(state=DoubleReport.State.WAITING).order_by("-decided_at")[:SHOWN],
        "corrections": corrections.waiting(),
        "changes": DistrictChange.objects.filter(state=DistrictChange.State.PLANNED).select_related("district"),
    }
    return render(request, "mending/doubles.html", around)


@needs(Ability.KEEP_REGISTER)
def report_double(request, credit_code):
    """A district says of a firm of its own that it is registered twice; the city goes to the two side by side."""
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user), credit_code=credit_code)
    form = ReportForm(request.POST or None, initial={"other": request.GET.get("other", "")[:18]})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            other = reports.named(form.cleaned_data["other"], enterprise)
            reports.report(enterprise, other, reason=form.cleaned_data["reason"], by=request.user, at=now())
            if request.user.scope == Scope.CITY:
                return redirect("merge_doubles", enterprise.credit_code, other.credit_code)
            messages.success(request, "已提交市级核对。合并之前两条登记都不变，办理结果会发信告诉您。")
            return redirect("doubles")
    return render(request, "mending/report.html", {"firm": enterprise, "form": form})


@needs(Ability.ADMINISTER)
def merge_doubles(request, kept, merged):
    keep, other = _entry(kept), _entry(merged)
    form = MergeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        wanted = merging.MergeChoice(frozenset(said["take"]), form.choices(), said["seen"], said["reason"])
        with refusals_on(request):
            merging.merge(keep, other, wanted, by=request.user, at=now())
            messages.success(request, f"已合并：{other.credit_code} 并入 {keep.credit_code}，双方人员和区县会收到信。")
            return redirect("firm", keep.credit_code)
        keep, other = _entry(kept), _entry(merged)
    return _side_by_side(request, keep, other, form, ApartForm())


@needs(Ability.ADMINISTER)
@require_POST
def tell_doubles_apart(request, one, other):
    entries, form = (_entry(one), _entry(other)), ApartForm(request.POST)
    if form.is_valid():
        with refusals_on(request):
            reports.tell_apart(*entries, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, "已记为不是重复登记，两条都保留，以后不再提示。")
        return redirect("doubles")
    return _side_by_side(request, *entries, MergeForm(), form, status=422)


def _entry(code: str) -> Enterprise:
    return get_object_or_404(Enterprise.objects.select_related("merged_into"), credit_code=code)


def _side_by_side(request, kept: Enterprise, merged: Enterprise, form, apart, status: int = 200):
    merger = merging.foreseen(kept, merged)
    at = now()
    names = [merging.SignInName(user, user.username) for user in merger.people]
    letters = about_mending.letters_of_merger(merger, names, merged.district, "（合并依据）", request.user, at)
    pair = (kept, merged)
    around = {
        "kept": kept,
        "merged": merged,
        "merger": merger,
        "entries": [
            {
                "entry": each,
                "district": each.district,
                "imported": merger.imported[each.pk],
                "lines": JournalEntry.objects.visible_to(request.user).filter(enterprise=each)[:SHOWN_LINES],
                "sent": Submission.objects.filter(filing__enterprise=each).count(),
                "people": people,
            }
            for each, people in zip(pair, (merger.colleagues, merger.people), strict=True)
        ],
        "reports": reports.of_pair(*pair).select_related("proposed_by"),
        "form": form,
        "apart": apart,
        "letters": len(letters),
        "sample": message_of(letters[0]) if letters else None,
    }
    return render(request, "mending/merge.html", around, status=status)
