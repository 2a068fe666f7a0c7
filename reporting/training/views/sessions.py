"""培训: the sessions there are, one of them, and what the association does with it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting.letters.mass import done_as_seen
from reporting.models import TrainingMaterial, TrainingSession
from reporting.pages.mass_letters import Question, ask_first, seen_on
from reporting.training import attendance, audiences, inviting, materials, roster, sessions, signing_up
from reporting.training.forms import CancelPress, SessionForm, SignUpForm, VersionPress

PAGE = 30


@needs(Ability.KEEP_FIRM, Ability.READ_FILINGS)
@require_GET
def trainings(request):
    at, found = clock.now(), audiences.sessions_for(request.user)
    coming = [session for session in reversed(found) if not session.is_over(at) and not session.cancelled_at]
    page = Paginator([session for session in found if session not in coming], PAGE).get_page(request.GET.get("page"))
    numbers = attendance.numbers_of([*coming, *page], request.user)
    context = {
        "coming": rows_of(coming, numbers),
        "past": rows_of(page, numbers),
        "page": page,
    }
    return render(request, "training/trainings.html", context)


def rows_of(found, numbers) -> list[tuple]:
    return [(session, audiences.in_words(session), numbers.get(session.pk, {})) for session in found]


def session_or_404(request, pk: int) -> TrainingSession:
    session = get_object_or_404(TrainingSession.objects.prefetch_related("districts"), pk=pk)
    if not audiences.may_read(session, request.user):
        raise Http404
    return session


@needs(Ability.KEEP_FIRM, Ability.READ_FILINGS)
@require_GET
def training(request, pk):
    return show(request, session_or_404(request, pk))


def show(request, session: TrainingSession, form: SignUpForm | None = None, status: int = 200):
    at, user = clock.now(), request.user
    listed = list(roster.sign_ups_of(session, user))
    may_sign_up = not user.may.read_city and audiences.is_called(session, user)
    context = {
        "session": session,
        "whom": audiences.in_words(session),
        "numbers": attendance.numbers_of([session], user).get(session.pk, {}),
        "seats_left": signing_up.seats_left(session),
        "listed": listed,
        "materials": session.materials.filter(withdrawn_at=None),
        "may_sign_up": may_sign_up,
        "has_share": may_sign_up and signing_up.own_of(session, user).count() < session.per_office,
        "why_shut": signing_up.why_shut(session, at),
        "is_over": session.is_over(at),
        "has_come": session.has_come(at.date()),
        "course": inviting.course_of(session) if user.may.train and session.rounds else {},
        "form": form or SignUpForm(),
        "kinds": "、".join(materials.KINDS),
    }
    return render(request, "training/training.html", context, status=status)


@needs(Ability.TRAIN)
def arrange(request):
    at = clock.now()
    form = SessionForm(request.POST or None, day=at.date())
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        with refusals_on(form):
            made = sessions.arrange(facts, facts.pop("districts"), by=request.user, at=at)
            messages.success(request, "培训已安排。要发邀请信，点“发邀请”；资料可以现在或以后上传。")
            return redirect("training", made.pk)
    return render(request, "training/arrange.html", {"form": form}, status=422 if form.errors else 200)


@needs(Ability.TRAIN)
def change(request, pk):
    session, at = get_object_or_404(TrainingSession, pk=pk), clock.now()
    stands = {name: getattr(session, name) for name in sessions.FIELDS} | {"districts": session.districts.all()}
    form = SessionForm(request.POST or None, initial=stands, day=at.date())
    version = session.version
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        with refusals_on(form):
            opened = VersionPress(request.POST).said["version"]
            opened = -1 if opened is None else opened
            districts, letters = facts.pop("districts"), []
            preview = done_as_seen(
                lambda: letters.append(sessions.change(session, facts, districts, opened, by=request.user, at=at)),
                at,
                seen_on(request),
            )
            if preview:
                what = f"修改“{session.title}”：下面的信随即发给已报名、候补的单位。"
                button = f"修改，发出 {preview.letters} 封信"
                question = Question("修改培训", what, button, reverse("change_training", args=[pk]))
                return ask_first(request, question, preview)
            told = f"，写给已报名的 {letters[0]} 封信已排队" if letters[0] else ""
            messages.success(request, f"已保存{told}。")
            return redirect("training", pk)
    signed = len(sessions.still_coming(session))
    context = {"form": form, "session": session, "version": version, "signed": signed}
    return render(request, "training/arrange.html", context, status=422 if form.errors else 200)


@needs(Ability.TRAIN)
def cancel(request, pk):
    """First who is told, and why; then the letters with their number; then the press."""
    session = get_object_or_404(TrainingSession, pk=pk)
    why = ""
    if request.method == "POST":
        why = CancelPress(request.POST).said["why"]
        at, letters = clock.now(), []
        with refusals_on(request):
            preview = done_as_seen(
                lambda: letters.append(sessions.cancel(session, by=request.user, at=at, why=why)), at, seen_on(request)
            )
            if preview:
                what = f"取消“{session.title}”，取消后不能恢复；下面的信随即发给已报名、候补的单位。"
                button = f"取消培训，发出 {preview.letters} 封信"
                return ask_first(request, Question("取消培训", what, button, reverse("training", args=[pk])), preview)
            messages.success(request, f"培训已取消，写给已报名的 {letters[0]} 封信已排队。")
            return redirect("training", pk)
        session.refresh_from_db()
    context = {"session": session, "signed": sessions.still_coming(session), "why": why}
    return render(request, "training/cancel.html", context, status=409 if request.method == "POST" else 200)


@needs(Ability.TRAIN)
@require_POST
def attach(request, pk):
    session = get_object_or_404(TrainingSession, pk=pk)
    if "file" not in request.FILES:
        messages.error(request, "请先选择要上传的文件。")
    else:
        with refusals_on(request):
            made = materials.attach(session, request.FILES["file"], by=request.user, at=clock.now())
            messages.success(request, f"“{made.name}”已上传。")
    return redirect("training", pk)


@needs(Ability.KEEP_FIRM, Ability.READ_FILINGS)
@require_GET
def material(request, pk):
    found = get_object_or_404(TrainingMaterial, pk=pk, withdrawn_at=None)
    session_or_404(request, found.session_id)
    return FileResponse(found.file.open(), as_attachment=True, filename=found.name)


@needs(Ability.TRAIN)
@require_POST
def withdraw(request, pk):
    found = get_object_or_404(TrainingMaterial, pk=pk)
    with refusals_on(request):
        materials.withdraw(found, by=request.user, at=clock.now())
        messages.success(request, f"“{found.name}”已撤下，不能再下载。")
    return redirect("training", found.session_id)
