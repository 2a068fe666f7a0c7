"""演练: the practices there are, for everybody who takes part; opening one, in three pages; wiping one."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting.models import Period
from reporting.models.practice import in_practice
from reporting.practice import choosing, opening
from reporting.practice.forms import PracticeForm
from reporting.practice.going import practices_of

USUAL = timedelta(days=14)
MOST_LISTED = 200
CHANGED = "预览之后，选定范围里的企业有变化，现在是 {} 家。请再看一遍后开启。"


@needs(Ability.FILL, Ability.READ_FILINGS)
def practice(request):
    return render(request, "practice/practice.html", {"practices": practices_of(request.user)})


@needs(Ability.PRACTISE)
def open_one(request):
    """The choice, where firms are ticked the list to tick, the preview, and the press behind it."""
    today = clock.today()
    periods = opening.periods_to_practise(today)
    if request.method != "POST":
        over = [period.code for period in periods if period.end < today and not period.is_annual]
        begun = {"period": next(iter(over), ""), "until": today + USUAL}
        return show_choice(request, PracticeForm(initial=begun, periods=periods, today=today))
    form = PracticeForm(request.POST, periods=periods, today=today)
    if not form.is_valid():
        return show_choice(request, form, status=422)
    step = request.POST.get("then")
    if form.ticks and (step not in ("preview", "open") or not form.chosen.firms):
        return show_firms(request, form, said_nothing=step == "preview")
    return press(request, form) if step == "open" else show_preview(request, form)


def show_choice(request, form, status=200):
    return render(request, "practice/choose.html", {"form": form}, status=status)


def show_firms(request, form, said_nothing=False):
    today = clock.today()
    district, search = (request.POST.get(name, "").strip()[:60] for name in ("in_district", "q"))
    homes = choosing.homes_to_tick(district, search, today)
    page, ticked = list(choosing.listed(homes)[:MOST_LISTED]), set(form.chosen.firms)
    around = {
        "form": form,
        "homes": page,
        "number": homes.count(),
        "ticked": ticked,
        "elsewhere": sorted(ticked - {home.enterprise_id for home in page}),
        "districts": form.fields["district"].choices,
        "district": district,
        "search": search,
        "said_nothing": said_nothing,
    }
    return render(request, "practice/firms.html", around, status=422 if said_nothing else 200)


def show_preview(request, form, said="", status=200):
    homes = choosing.homes_of(form.chosen, clock.today())
    around = {
        "form": form,
        "label": form.real.to_practise.label,
        "number": homes.count(),
        "by_district": choosing.by_district(homes),
        "homes": choosing.listed(homes)[:MOST_LISTED],
        "said": said,
    }
    return render(request, "practice/preview.html", around, status=status)


def press(request, form):
    at = clock.now()
    if (number := choosing.homes_of(form.chosen, at.date()).count()) != form.cleaned_data["seen"]:
        return show_preview(request, form, CHANGED.format(number), status=409)
    with refusals_on(request):
        opened = opening.open_practice(form.real, form.cleaned_data["until"], form.chosen, request.user, at)
        messages.success(request, in_words(opened))
    return redirect("practice")


def in_words(opened: opening.Opened) -> str:
    if opened.is_new:
        return f"{opened.period.label}已开启，参加的企业 {opened.firms} 家。"
    return f"{opened.period.label}补充企业 {opened.added} 家，现在参加的 {opened.firms} 家。"


@needs(Ability.PRACTISE)
def wipe(request, code):
    with in_practice():
        found = get_object_or_404(Period, pk=code)
    if request.method != "POST":
        around = {"period": found, "contents": opening.contents_of(found)}
        return render(request, "practice/wipe.html", around)
    with refusals_on(request):
        gone = opening.wipe(found, request.user, clock.now())
        messages.success(request, f"{found.label}已清除：企业 {gone.firms} 家、上报件 {gone.submissions} 份。")
    return redirect("practice")
