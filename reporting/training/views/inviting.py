"""培训邀请: the letter with its number, then the press."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from accounts.post.outbox import message_of
from accounts.post.state import look
from reporting.letters.mass import MoreThanSeen
from reporting.models import TrainingSession
from reporting.pages.mass_letters import number_seen
from reporting.training import audiences, inviting, signing_up
from reporting.training.forms import InvitePress


@needs(Ability.TRAIN)
@require_GET
def preview(request, pk):
    return show_preview(request, get_object_or_404(TrainingSession, pk=pk))


def show_preview(request, session: TrainingSession, has_changed=False):
    at = clock.now()
    reach, letter = inviting.reach_of(session), inviting.sample(session, at)
    context = {
        "session": session,
        "whom": audiences.in_words(session),
        "reach": reach,
        "unreached": reach.unreached[: inviting.MOST_LISTED],
        "subject": letter.subject,
        "text": message_of(letter).body,
        "why_shut": signing_up.why_shut(session, at),
        "mail": look(at),
        "has_changed": has_changed,
    }
    return render(request, "training/preview.html", context)


@needs(Ability.TRAIN)
@require_POST
def send(request, pk):
    session = get_object_or_404(TrainingSession, pk=pk)
    with refusals_on(request):
        rounds = InvitePress(request.POST).said["rounds"]
        asked = (session, -1 if rounds is None else rounds, number_seen(request))
        try:
            letters = inviting.invite(*asked, by=request.user, at=clock.now())
        except MoreThanSeen:
            return show_preview(request, session, has_changed=True)
        messages.success(request, f"{letters} 封邀请信已排队，按邮箱域名陆续发出。")
    return redirect("training", pk)
