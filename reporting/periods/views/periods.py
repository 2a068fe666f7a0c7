"""Periods and their dates. The city opens, sets a date by hand and locks; the association reads."""

from datetime import date

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability, JournalEntry, User
from accounts.post.state import look
from reporting import workflow
from reporting.dates.arrangements import in_words
from reporting.dates.deadlines import squeezed
from reporting.letters.mass import MassPreview, done_as_seen
from reporting.models import Deadline, Filing, Period, calendar_in_force, lock_limit_for, reading_in_force
from reporting.pages.chosen_period import periods_to_show
from reporting.pages.mass_letters import Question, ask_first, seen_on
from reporting.periods.forms import DeadlinesForm, EstimatesForm, LockForm, OpeningForm, WithdrawalForm
from reporting.periods.openings import openings_on
from reporting.periods.previews import opened_as_seen
from reporting.releases.correcting import to_take_in
from reporting.releases.missing import changed_since, missing_of
from reporting.reminders import activating
from reporting.totals.progress import progress_of
from reporting.totals.released import LISTED


@needs(Ability.READ_CITY)
def periods(request, refused="", status=200):
    around = {"periods": periods_to_show(), "refused": refused, "withdrawn": withdrawn_ones()}
    if request.user.may.administer:
        around["openings"] = openings_on(clock.today(), reading_in_force())
    return render(request, "periods/periods.html", around, status=status)


def withdrawn_ones() -> list[tuple[Period, JournalEntry | None]]:
    """Those that are withdrawn now, each with the line that says when, by whom and why."""
    found = Period.withdrawn_too.filter(state=Period.WITHDRAWN)
    lines = JournalEntry.objects.filter(action="撤回报告期")
    return [(period, lines.filter(period=period.pk).order_by("at").last()) for period in found]


@needs(Ability.ADMINISTER)
@require_POST
def open_period(request):
    """First what it would do is looked at; then it is opened. Opened already, it gains the firms that joined since."""
    form = OpeningForm(request.POST)
    if not form.is_valid():
        return periods(request, "请点一个报告期旁边的“开启”。", status=422)
    code, seen = form.cleaned_data["code"], form.cleaned_data["seen"]
    known, owed = Period.objects.filter(pk=code).exists(), owed_for(code)
    try:
        opened, preview = opened_as_seen(
            code, form.cleaned_data["estimates_allowed"], seen, by=request.user, at=clock.now()
        )
    except workflow.Refused as refusal:
        return periods(request, str(refusal), status=409)
    if preview:
        around = {"preview": preview, "has_changed": bool(seen), "mail": look(clock.now())}
        return render(request, "periods/opening.html", around)
    messages.success(request, opened_in_words(opened, known, owed))
    return redirect("city_period", opened.code)


def owed_for(code: str) -> int:
    return Filing.objects.filter(period=code).owed().count()


def opened_in_words(opened: Period, known: bool, owed: int) -> str:
    now = owed_for(opened.pk)
    if not known:
        return f"{opened.label}已开启，应报 {now} 家。"
    if now > owed:
        return f"{opened.label}补充应报企业 {now - owed} 家，现在应报 {now} 家。"
    return f"{opened.label}此前已经开启，没有需要补充的企业，应报 {now} 家。"


@needs(Ability.ADMINISTER)
def withdraw(request, code):
    """What stands in the way, whose drafts are there, why; then the letters; then it is withdrawn."""
    found = get_object_or_404(Period.withdrawn_too, pk=code)
    if found.is_withdrawn:
        messages.info(request, f"{found.label}已经撤回，不必再撤。")
        return redirect("city_periods")
    drafts = workflow.drafts_of(found)
    form = WithdrawalForm(request.POST if request.method == "POST" else None, drafts=len(drafts))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            at = clock.now()
            given = {"reason": form.cleaned_data["reason"], "drafts_seen": form.drafts_agreed}
            preview = done_as_seen(
                lambda: workflow.withdraw_period(found, request.user, at, **given),
                at,
                seen_on(request),
                may_grow=True,  # its first letters may be leaving at this moment
            )
            if preview:
                what = f"撤回{found.label}：所有企业不再应报，不记入填报记录；已经收到通知的企业收到下面的信。"
                what += "这时还在陆续发出的通知，收到的企业也另发一封。"
                button = f"撤回{found.label}，发出 {preview.letters} 封信"
                back = reverse("city_withdraw_period", args=[code])
                return ask_first(request, Question(f"撤回{found.label}", what, button, back), preview)
            messages.success(request, f"{found.label}已撤回，企业不再应报。需要时可以再开启。")
            return redirect("city_periods")
    around = {"period": found, "form": form, "drafts": drafts, "owed": Filing.objects.of(found).count()}
    around["why_not"] = workflow.why_not_withdrawn(found)
    return render(request, "periods/withdraw.html", around, status=422 if form.errors else 200)


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
        **about_the_lock(found, request.user, forms.get("lock")),
        "may_be_withdrawn": request.user.may.administer and not workflow.why_not_withdrawn(found),
    }
    return render(request, "periods/period.html", around, status=status)


def about_the_lock(found: Period, user: User, form: LockForm | None) -> dict:
    """What is missing and who locks; of a locked period its releases, and what would correct them."""
    if found.is_locked:
        return {"releases": found.releases.select_related("by"), "to_take_in": to_take_in(found)}
    missing, limit = missing_of(found), lock_limit_for(found, user)
    proposal = found.lock_proposals.filter(outcome="").select_related("by").first()
    obstacles = workflow.standing_in_the_way(found)
    return {
        "obstacles": obstacles,
        "too_early": workflow.too_early_to_lock(found, clock.now()),
        "missing": missing,
        "limit": limit,
        "needs_two": missing.is_above(limit),
        "proposal": proposal,
        "changed": changed_since(proposal.seen, missing.seen_with(obstacles)) if proposal else [],
        "proposed": missing.explained(proposal.reasons, proposal.reason)[:LISTED] if proposal else [],
        "lock_form": form or LockForm(missing=missing),
    }


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
    at = clock.now()
    with refusals_on(form):
        preview = done_as_seen(
            lambda: workflow.set_deadlines(found, form.dates, request.user, at, reason, number), at, seen_on(request)
        )
        if preview:
            return ask_first(request, about_the_dates(found, form.dates, preview), preview)
        messages.success(request, f"{found.label}的三级截止日已保存。")
        return redirect("city_period", code)
    return period(request, code, {"deadlines": form}, status=409)


def about_the_dates(period: Period, dates: dict[str, date], preview: MassPreview) -> Question:
    days = "、".join(f"{words}{in_words(dates[level])}" for level, words in Deadline.LEVELS if level in dates)
    cannot = activating.without_account(Filing.objects.of(period).outstanding()).count()
    later = f"另有 {cannot} 家没有激活账号的企业，由激活邮件告知新的截止日。" if cannot else ""
    what = f"截止日改为：{days}。下面的信随即发出。{later}"
    back = reverse("city_period", args=[period.pk])
    return Question(f"更改{period.label}截止日", what, f"改截止日，发出 {preview.letters} 封信", back)


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
