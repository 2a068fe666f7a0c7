"""签到 at the door, the roster, and which firms have never been."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability, District
from reporting.models import SignUp, TrainingSession
from reporting.pages.downloads import workbook_answer
from reporting.training import attendance, roster
from reporting.training.forms import TickPress, WalkInForm

PAGE = 100


@needs(Ability.TRAIN)
@require_GET
def door(request, pk):
    return show_door(request, get_object_or_404(TrainingSession, pk=pk))


def show_door(request, session: TrainingSession, form: WalkInForm | None = None, status: int = 200):
    search = request.GET.get("q", "").strip()[:60]
    context = {
        "session": session,
        "listed": attendance.at_the_door(session, search),
        "numbers": attendance.numbers_of([session], request.user).get(session.pk, {}),
        "search": search,
        "has_come": session.has_come(clock.today()),
        "form": form or WalkInForm(),
    }
    return render(request, "training/door.html", context, status=status)


@needs(Ability.TRAIN)
@require_POST
def tick(request, pk):
    signed = get_object_or_404(SignUp.objects.select_related("session"), pk=pk)
    with refusals_on(request):
        said = TickPress(request.POST).said
        came = said["came"] != "no"
        attendance.tick(signed, came, by=request.user, at=clock.now())
        messages.success(request, f"{signed.name}（{signed.office}）{'已签到' if came else '的签到已撤销'}。")
    search = request.POST.get("q", "").strip()[:60]
    kept = f"?{urlencode({'q': search})}" if search else ""
    return redirect(f"{reverse('training_door', args=[signed.session_id])}{kept}")


@needs(Ability.TRAIN)
@require_POST
def walk_in(request, pk):
    session, form = get_object_or_404(TrainingSession, pk=pk), WalkInForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        with refusals_on(request):
            whom = (said["office"], said["name"], said["phone"])
            made = attendance.walk_in(session, *whom, by=request.user, at=clock.now())
            messages.success(request, f"{made.name}（{made.office}）已登记并签到。")
            return redirect("training_door", pk)
    return show_door(request, session, form, status=422)


@needs(Ability.READ_FILINGS)
@require_GET
def roster_of(request, pk):
    session = get_object_or_404(TrainingSession, pk=pk)
    content = roster.write_roster(session, request.user, clock.now())
    return workbook_answer(content, f"{session.day:%Y-%m-%d} {session.title} 报名和签到.xlsx")


@needs(Ability.READ_FILINGS)
@require_GET
def trained_firms(request):
    asked = asked_of(request)
    page = Paginator(found_by(request, asked), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "asked": asked,
        "kept": urlencode({name: value for name, value in asked.items() if value}),
        "choices": attendance.HAVE_BEEN.items(),
        "districts": District.objects.valid_on(clock.today()),
        "year": clock.today().year,
    }
    return render(request, "training/firms.html", context)


@needs(Ability.READ_FILINGS)
@require_GET
def trained_firms_workbook(request):
    firms = found_by(request, asked_of(request))
    return workbook_answer(roster.write_firms(firms, clock.now()), "企业参加培训情况.xlsx")


def asked_of(request) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:60] for name in ("been", "new", "district", "q")}


def found_by(request, asked: dict[str, str]):
    newcomers = asked["new"] == "yes"
    found = attendance.firms_by_attendance(request.user, asked["been"], newcomers, asked["q"], clock.today())
    if asked["district"]:
        found = found.filter(district_code=asked["district"])
    return found
