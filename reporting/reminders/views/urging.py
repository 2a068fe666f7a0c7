"""催报: who still owes a period, the letter to a filtered group of them, and when letters go out by themselves."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability, Scope
from accounts.post import pulse
from accounts.post.state import look
from reporting.letters import schedule as reminder_times
from reporting.letters.mass import MassPreview, MoreThanSeen, SampleLetter
from reporting.models import Filing, Urging
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.pages.mass_letters import Question, ask_first, number_seen
from reporting.reminders import urging
from reporting.reminders.catching_up import caught_up_by
from reporting.reminders.forms import PressForm, ScheduleForm, UrgingForm
from reporting.reminders.tasks import write_urging
from reporting.reminders.urging import GROUPS, Chosen
from reporting.reminders.weighing import cut_to, weigh
from reporting.totals.aggregation import districts_of

PAGE = 50
MOST_TO_CALL = 100  # the whole list is the .xlsx


@needs(Ability.REMIND)
@require_GET
def reminders(request):
    at = clock.now()
    period = asked_period(request, at.date())
    if period is None:
        return render(request, "review/district_no_period.html")
    asked = {name: request.GET.get(name, "").strip() for name in ("state", "district", "q")}
    chosen = Chosen(asked["state"], asked["district"], asked["q"], first=first_asked(request))
    return show_choice(request, period, chosen, UrgingForm(initial=asked | {"period": period.pk}), at)


def first_asked(request) -> int:
    asked = request.GET.get("first", "")
    return int(asked) if asked.isdecimal() and len(asked) < 6 else 0


def show_choice(request, period, chosen, form, at, status=200):
    chosen = cut_to(request.user, period, chosen, at)
    owing = urging.group(request.user, period, chosen, at)
    absence = weigh(request.user, period, chosen, owing)
    page = Paginator(absence.rows, PAGE).get_page(request.GET.get("page"))
    reach = urging.reach(owing, period, at)
    urged = urging.last_urged([row.filing for row in page])
    filings = {filing.pk: filing for filing in listed([row.filing for row in page])}
    around = {
        "period": period,
        "periods": periods_to_show(),
        "chosen": chosen,
        "groups": GROUPS,
        "districts": districts_of(period) if request.user.scope == Scope.CITY else [],
        "reach": reach,
        "absence": absence,
        "page": page,
        "rows": [
            (filings[row.filing], row, reach.addresses.get(row.filing), urged.get(row.filing))
            for row in page
            if row.filing in filings
        ],
        "to_activate": set(reach.to_activate),
        "unreached": set(reach.unreached),
        "form": form,
        "sent": Urging.objects.visible_to(request.user)
        .filter(period=period)
        .select_related("district", "by")
        .defer("chosen")[:10],
    }
    return render(request, "reminders/choose.html", around, status=status)


def listed(filings):
    """These filings with what their rows say, in the order given."""
    known = Filing.objects.filter(pk__in=filings).select_related("enterprise", "district", "period")
    found = known.prefetch_related("period__deadlines").defer("enterprise__attributes").in_bulk()
    return [found[pk] for pk in filings if pk in found]


@needs(Ability.REMIND)
@require_POST
def preview(request):
    at = clock.now()
    form = UrgingForm(request.POST)
    if not form.is_valid():
        return refuse(request, form, at)
    return show_preview(request, form, at)


def show_preview(request, form, at, has_changed=False):
    period, words = form.cleaned_data["period"], form.cleaned_data["words"]
    chosen = cut_to(request.user, period, form.chosen, at)
    owing = urging.group(request.user, period, chosen, at)
    reach = urging.reach(owing, period, at)
    letters = (
        urging.sample(period, list(reach.addresses), words, request.user, at),
        urging.sample_activation(period, reach.to_activate, words, request.user, at),
    )
    around = {
        "form": form,
        "period": period,
        "chosen": chosen,
        "reach": reach,
        "samples": [SampleLetter.of(letter) for letter in letters if letter],
        "to_call": listed(weighed_first(request.user, period, chosen, owing, reach.unreached)[:MOST_TO_CALL]),
        "token": uuid.uuid4(),
        "previewed_at": at.isoformat(),
        "has_changed": has_changed,
    }
    return render(request, "reminders/preview.html", around)


def weighed_first(user, period, chosen, owing, some: list[int]) -> list[int]:
    wanted = set(some)
    return [pk for pk in weigh(user, period, chosen, owing).order if pk in wanted]


@needs(Ability.REMIND)
@require_POST
def send(request):
    at = clock.now()
    form = PressForm(request.POST)
    if not form.is_valid():
        return refuse(request, form, at)
    typed = form.cleaned_data
    with refusals_on(request):
        asked = (typed["token"], typed["period"], form.chosen, typed["words"], typed["previewed_at"])
        try:
            made, first = urging.press(*asked, request.user, at, seen=number_seen(request))
        except MoreThanSeen:
            return show_preview(request, form, at, has_changed=True)
        if first:
            # A queue that does not answer is no trouble: the beat finishes what nobody began.
            transaction.on_commit(lambda: pulse.hand_on(write_urging, made.pk), robust=True)
        return redirect("urging_outcome", made.token)
    return redirect("reminders")


def refuse(request, form, at):
    """Back to the choice with what was typed; a page without its period was not ours."""
    period = form.cleaned_data.get("period") or asked_period(request, at.date())
    if period is None:
        return redirect("reminders")
    kept = {name: form.cleaned_data.get(name) or "" for name in ("state", "district", "q")}
    chosen = Chosen(kept["state"], kept["district"], kept["q"], first=form.cleaned_data.get("first") or 0)
    return show_choice(request, period, chosen, form, at, status=422)


@needs(Ability.REMIND)
@require_GET
def outcome(request, token):
    found = get_object_or_404(Urging.objects.visible_to(request.user).select_related("period", "district"), token=token)
    return render(
        request, "reminders/sent.html", {"urging": found, "chosen": Chosen(**found.chosen), "mail": look(clock.now())}
    )


@needs(Ability.REMIND, Ability.READ_CITY)
def schedule(request):
    form = ScheduleForm(request.POST or None, stands=reminder_times.schedule())
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        with refusals_on(form):
            preview = caught_up_by(form.wanted, request.user, at)
            if preview.letters > number_seen(request):
                return ask_first(request, about_the_schedule(preview), preview)
            reminder_times.set_schedule(form.wanted, request.user, at)
            messages.success(request, "提醒时点已保存，从现在起照此发送；已经发出的不会重发。")
            return redirect("reminder_schedule")
    around = {"form": form, "may_set": request.user.may.administer}
    return render(request, "reminders/schedule.html", around, status=422 if form.errors else 200)


def about_the_schedule(preview: MassPreview) -> Question:
    what = "照新的时点，今天（休息日则下一个工作日）补发下面的信；以后的到时再发。"
    button = f"保存提醒时点，补发 {preview.letters} 封信"
    return Question("设定提醒时点", what, button, reverse("reminder_schedule"))
