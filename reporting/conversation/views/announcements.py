"""公告: read by those they are addressed to; the city writes them, sees whom they reach, and takes them down."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.fields import DayInput
from accounts.form_words import PlainModelForm
from accounts.models import Ability
from accounts.post.state import look
from reporting.conversation import announcements
from reporting.conversation.forms import TakeDownPress, WritePress
from reporting.letters.mass import SampleLetter
from reporting.models import Announcement
from reporting.pages.mass_letters import number_seen, seen_on

PAGE = 30


class AnnouncementForm(PlainModelForm):
    class Meta:
        model = Announcement
        fields = ["title", "text", "to_firms", "to_districts", "shown_until", "by_mail"]
        widgets = {"shown_until": DayInput(), "text": forms.Textarea(attrs={"rows": 10})}
        help_texts = {
            "text": "只写文字，空一行另起一段；不能用网页代码。",
            "shown_until": "过了这一天不再显示。不填则一直显示，直到撤下。",
            "by_mail": "发给企业每个账号的邮箱（没有账号的发登记邮箱）和区县每个账号的邮箱。",
        }
        error_messages = {
            "title": {"required": "请写明标题。"},
            "text": {"required": "请写明正文。"},
            "shown_until": {"invalid": "请按 2024-06-30 的样子填写日期。"},
        }


def announcements_page(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    page = Paginator(announcements.listed_for(request.user, today), PAGE).get_page(request.GET.get("page"))
    unread = set(announcements.unread_by(request.user, today).values_list("pk", flat=True))
    rows = [(announcement, state_of(announcement, today), announcement.pk in unread) for announcement in page]
    return render(request, "conversation/announcements.html", {"page": page, "rows": rows})


def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """Opening it is knowing of it. One taken down keeps its address and says why, for those who come by a letter."""
    found = get_object_or_404(Announcement.objects.addressed_to(request.user), pk=pk)
    return show(request, found)


def show(request: HttpRequest, found: Announcement, why: str = "", status: int = 200) -> HttpResponse:
    at = clock.now()
    announcements.acknowledge(found, request.user, at)
    context = {"announcement": found, "state": state_of(found, at.date()), "why": why}
    return render(request, "conversation/announcement.html", context, status=status)


def state_of(announcement: Announcement, today) -> tuple[str, str]:
    """Its state in words, and their tone."""
    if announcement.withdrawn_at:
        return "已撤下", "block"
    return ("已过显示期", "") if announcement.is_over(today) else ("正在显示", "done")


@needs(Ability.ACKNOWLEDGE)
@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """知道了, pressed on the first page or among the messages."""
    found = get_object_or_404(Announcement.objects.addressed_to(request.user), pk=pk)
    announcements.acknowledge(found, request.user, clock.now())
    return redirect("inbox" if request.POST.get("back") == reverse("inbox") else "home")


@needs(Ability.ANNOUNCE)
def write(request: HttpRequest) -> HttpResponse:
    """Written, looked at with the number it reaches, published: the same form goes through the three."""
    form = AnnouncementForm(request.POST or None)
    then = WritePress(request.POST).said["then"]
    if request.method != "POST" or not form.is_valid() or then == "write":
        return render(request, "conversation/write_announcement.html", {"form": form})
    at, draft = clock.now(), form.instance
    with refusals_on(form):
        announcements.for_somebody(draft, at)
        reach = announcements.reach_of(draft, at.date())
        letters = announcements.letters_of(reach)
        if then == "publish" and letters <= number_seen(request):
            published = announcements.publish(draft, request.user, at)
            messages.success(request, f"公告“{published.title}”已发布。")
            return redirect("announcement", published.pk)
        context = {"form": form, "announcement": draft, "reach": reach, "letters": letters, "mail": look(at)}
        context["has_changed"] = bool(seen_on(request))
        context["samples"] = [SampleLetter.of(announcements.letter(draft, "", at))] if draft.by_mail else []
        return render(request, "conversation/announcement_preview.html", context)
    return render(request, "conversation/write_announcement.html", {"form": form}, status=409)


@needs(Ability.ANNOUNCE)
@require_POST
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Announcement, pk=pk)
    why = TakeDownPress(request.POST).said["why"]
    with refusals_on(request):
        announcements.take_down(found, request.user, clock.now(), why)
        messages.success(request, "公告已撤下，不再显示；原文和撤下原因留在记录里。")
        return redirect("announcement", pk)
    return show(request, found, why, status=409)
