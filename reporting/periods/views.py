"""Periods and their dates. The city opens, sets a date by hand and locks; the association reads."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting import workflow
from reporting.dates.deadlines import is_past, squeezed
from reporting.filing.progress import WHOLE, progress_of, revenue_shares
from reporting.models import Filing, Period, calendar_in_force, reading_in_force
from reporting.pages.chosen_period import periods_to_show
from reporting.periods.forms import DeadlinesForm, EstimatesForm, LockForm, OpeningForm
from reporting.periods.openings import openings_on


@needs(Ability.READ_CITY)
def periods(request, refused="", status=200):
    around = {"periods": periods_to_show(), "refused": refused}
    if request.user.may.administer:
        around["openings"] = openings_on(clock.today(), reading_in_force())
    return render(request, "periods/periods.html", around, status=status)


@needs(Ability.ADMINISTER)
@require_POST
def open_period(request):
    """Opened already, it gains the firms that have joined since."""
    form = OpeningForm(request.POST)
    if not form.is_valid():
        return periods(request, "请点一个报告期旁边的“开启”。", status=422)
    code = form.cleaned_data["code"]
    known, owed = Period.objects.filter(pk=code).exists(), Filing.objects.filter(period=code).count()
    try:
        opened = workflow.open_period(**form.cleaned_data, by=request.user, at=clock.now())
    except workflow.Refused as refusal:
        return periods(request, str(refusal), status=409)
    messages.success(request, opened_in_words(opened, known, owed))
    if not known:
        for sentence in squeezed(opened.dues, calendar_in_force()).values():
            messages.warning(request, sentence)
        if overdue := overdue_already(opened):
            messages.warning(request, overdue)
    return redirect("city_period", opened.code)


def opened_in_words(opened: Period, known: bool, owed: int) -> str:
    now = Filing.objects.filter(period=opened).count()
    if not known:
        return f"{opened.label}已开启，应报 {now} 家。"
    if now > owed:
        return f"{opened.label}补充应报企业 {now - owed} 家，现在应报 {now} 家。"
    return f"{opened.label}此前已经开启，没有需要补充的企业，应报 {now} 家。"


def overdue_already(opened: Period) -> str:
    """A period opened after its date would have every firm late without a day to report."""
    due = opened.enterprise_deadline.date
    if not is_past(due, clock.now()):
        return ""
    return (
        f"{opened.label}的企业上报截止日 {due:%Y-%m-%d} 已过，企业须先申请补报，并记为迟报。"
        "要让企业照常上报，请在下面人工设定今天或以后的截止日。"
    )


@needs(Ability.READ_CITY)
def period(request, code, forms=None, status=200):
    found = get_object_or_404(periods_to_show(), pk=code)
    forms = forms or {}
    filings = Filing.objects.of(found)
    around = {
        "period": found,
        "squeezed": squeezed(found.dues, calendar_in_force()).values(),
        "deadlines_form": forms.get("deadlines") or deadlines_form(found),
        "progress": progress_of(filings),
        "estimates_form": forms.get("estimates") or estimates_form(found),
        "obstacles": workflow.standing_in_the_way(found),
        "too_early": workflow.too_early_to_lock(found, clock.now()),
        "revenue_share": revenue_shares(filings, found).get(WHOLE),
        "lock_form": forms.get("lock") or LockForm(),
    }
    return render(request, "periods/period.html", around, status=status)


def deadlines_form(period: Period, posted=None) -> DeadlinesForm:
    stored = period.deadlines.all()
    provisional = [deadline.level for deadline in stored if deadline.provisional]
    return DeadlinesForm(posted, initial={each.level: each.date for each in stored}, provisional=provisional)


def estimates_form(period: Period, posted=None) -> EstimatesForm:
    return EstimatesForm(posted, initial={"allowed": period.estimates_allowed}, auto_id="estimates_%s")


@needs(Ability.ADMINISTER)
@require_POST
def set_deadlines(request, code):
    found = get_object_or_404(Period, pk=code)
    form = deadlines_form(found, request.POST)
    if not form.is_valid():
        return period(request, code, {"deadlines": form}, status=422)
    if not form.dates and not found.is_locked:
        messages.info(request, f"{found.label}的三个日期都没有改动，没有什么要保存的。")
        return redirect("city_period", code)
    reason, number = form.cleaned_data["reason"], form.cleaned_data["notice_number"]
    with refusals_on(form):
        workflow.set_deadlines(found, form.dates, request.user, clock.now(), reason, number)
        messages.success(request, f"{found.label}的三级截止日已保存。")
        return redirect("city_period", code)
    return period(request, code, {"deadlines": form}, status=409)


@needs(Ability.ADMINISTER)
@require_POST
def allow_estimates(request, code):
    found = get_object_or_404(Period, pk=code)
    form = estimates_form(found, request.POST)
    if not form.is_valid():
        return period(request, code, {"estimates": form}, status=422)
    given = form.cleaned_data
    words = "允许" if given["allowed"] else "不允许"
    if given["allowed"] == found.estimates_allowed and not found.is_locked:
        messages.info(request, f"{found.label}现在就是{words}上报预估数，没有改动。")
        return redirect("city_period", code)
    with refusals_on(form):
        workflow.allow_estimates(found, given["allowed"], request.user, clock.now(), given["reason"])
        messages.success(request, f"{found.label}已设为{words}上报预估数。")
        return redirect("city_period", code)
    return period(request, code, {"estimates": form}, status=409)


@needs(Ability.ADMINISTER)
@require_POST
def lock(request, code):
    found = get_object_or_404(Period, pk=code)
    form = LockForm(request.POST)
    if not form.is_valid():
        return period(request, code, {"lock": form}, status=422)
    with refusals_on(form, "reason"):
        workflow.lock(found, by=request.user, at=clock.now(), reason=form.cleaned_data["reason"])
        messages.success(request, f"{found.label}已锁定，数据不再变动。")
        return redirect("city_period", code)
    return period(request, code, {"lock": form}, status=409)
