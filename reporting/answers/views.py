"""常见问题: what there is, by words or by what it concerns; writing and changing; taking one from a conversation."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.contacts import whom_to_ask
from accounts.models import Ability
from reporting.answers import questions, taking
from reporting.answers.forms import QuestionForm, QuestionVersionPress
from reporting.answers.searching import MOST_ASKED
from reporting.models import Filing, FrequentQuestion, Message


@require_GET
def questions_page(request):
    asked, about = (request.GET.get(name, "").strip()[:MOST_ASKED] for name in ("q", "about"))
    context = {
        "asked": asked,
        "about": about,
        "found": questions.found(request.user, asked, about),
        "most": questions.MOST_FOUND,
        "to_ask": whom_to_ask(request.user),
    }
    return render(request, "answers/questions.html", context)


@needs(Ability.TRAIN)
def write(request):
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            said = questions.QuestionWords(**form.cleaned_data)
            return back_to(request, questions.write(said, by=request.user, at=clock.now()))
    return render(request, "answers/write.html", {"form": form}, status=422 if form.errors else 200)


@needs(Ability.TRAIN)
def change(request, pk):
    entry = get_object_or_404(FrequentQuestion, pk=pk)
    stands = {"question": entry.question, "answer": entry.answer, "about": entry.about.strip()}
    form = QuestionForm(request.POST or None, initial=stands | {"published": entry.published})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            version = QuestionVersionPress(request.POST).said["version"]
            version = -1 if version is None else version
            said = questions.QuestionWords(**form.cleaned_data)
            return back_to(request, questions.change(entry, said, version, by=request.user, at=clock.now()))
    return render(request, "answers/write.html", {"form": form, "entry": entry}, status=422 if form.errors else 200)


def back_to(request, entry):
    messages.success(request, "已保存并公开。" if entry.published else "已存为草稿，还没有公开。")
    return redirect(f"{reverse('questions')}#question-{entry.pk}")


@needs(Ability.READ_FILINGS)
@require_POST
def take(request, pk):
    """Who keeps 常见问题 goes on to the draft; a district has proposed it and stays in the conversation."""
    message = get_object_or_404(Message, pk=pk, filing__in=Filing.objects.visible_to(request.user))
    entry = None
    with refusals_on(request):
        entry = taken(request, message)
    if entry and request.user.may.train:
        return redirect("change_question", entry.pk)
    return redirect(f"{reverse('thread', args=[message.filing_id])}#message-{message.pk}")


def taken(request, message):
    """The draft of this press, or of the one before it."""
    try:
        entry = taking.take(message, by=request.user, at=clock.now())
    except taking.TakenAlready as before:
        messages.info(request, str(before))
        return before.entry
    messages.success(request, "已存为常见问题草稿，企业名称已去掉。由协会或市级修改后公开。")
    return entry
