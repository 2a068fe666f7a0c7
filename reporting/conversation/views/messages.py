"""消息: the conversation of one filing with its reviews in between, and the list of conversations of each reader."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability, Scope, User
from forms_tables.edition.address import CellAddress
from reporting.conversation import threads as conversation
from reporting.conversation.forms import SayPress
from reporting.filing.judging import tables_for, typed_cells
from reporting.models import Filing, Message, Review, Submission, Thread

PAGE = 30


@needs(Ability.TALK)
def inbox(request: HttpRequest) -> HttpResponse:
    """The conversations this person reads, those with something unread first."""
    search = request.GET.get("q", "").strip()[:60]
    only_unread = request.GET.get("show") == "unread"
    threads = conversation.threads_of(request.user, search, only_unread)
    page = Paginator(threads, PAGE).get_page(request.GET.get("page"))
    rows = [ListedThread(thread) for thread in page]
    context = {"page": page, "rows": rows, "search": search, "only_unread": only_unread}
    return render(request, "conversation/inbox.html", context)


@dataclass(frozen=True)
class ListedThread:
    thread: Thread

    @property
    def place(self) -> str:
        return self.thread.filing.edition.place_of(self.thread.last.cell) if self.thread.last.cell else ""


@needs(Ability.TALK)
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """One filing's conversation; a word sent from here ends at itself, at the foot of the page."""
    filings = Filing.objects.visible_to(request.user).select_related("enterprise", "district", "period", "in_force")
    filing = get_object_or_404(filings, pk=pk)
    if request.method != "POST":
        return show_thread(request, filing, request.GET.get("cell", ""))
    said = SayPress(request.POST).said
    with refusals_on(request):
        message = conversation.say(filing, by=request.user, at=clock.now(), **said)
        return redirect(f"{reverse('thread', args=[filing.pk])}#message-{message.pk}")
    return show_thread(request, filing, **said, status=409)


def show_thread(
    request: HttpRequest, filing: Filing, cell: str, text: str = "", for_city: bool = False, status: int = 200
) -> HttpResponse:
    read_upto = conversation.mark_read(filing, request.user)
    about = cell if cell and conversation.is_on_form(filing, cell) else ""
    context = {
        "filing": filing,
        "entries": entries_of(filing, request.user, read_upto),
        "cell": about,
        "place": filing.edition.place_of(about) if about else "",
        "text": text,
        "for_city": for_city,
        "may_ask_city": request.user.scope != Scope.CITY,
        "form_path": form_path(filing, request.user),
    }
    return render(request, "conversation/thread.html", context, status=status)


@dataclass(frozen=True)
class ThreadEntry:
    """One thing in the conversation: something said, or what was filed and decided meanwhile."""

    at: datetime
    by: User
    what: str = ""  # of the record: 第 1 次上报, 退回企业
    tone: str = ""
    words: str = ""
    points: tuple[tuple[str, str, str], ...] = ()  # (place, its address for this reader, what is said of it)
    message: Message | None = None
    is_new: bool = False


def entries_of(filing: Filing, reader: User, read_upto: int | None) -> list[ThreadEntry]:
    """In the order of time. `read_upto` is the last message read before; None: nothing was unread."""
    path_of = cell_paths(filing, reader)
    said = filing.messages.select_related("by__enterprise", "by__district")
    reviews = Review.objects.filter(submission__filing=filing).select_related("submission", "by__enterprise")
    reviews = reviews.select_related("by__district").defer("submission__values", "submission__findings")
    filed = filing.submissions.select_related("submitted_by__enterprise", "submitted_by__district")
    filed = filed.defer("values", "findings", "explanations", "attributes")
    entries = [
        *(of_submission(submission) for submission in filed),
        *(of_review(review, path_of) for review in reviews),
        *(of_message(message, path_of, reader, read_upto) for message in said),
    ]
    return sorted(entries, key=lambda entry: entry.at)


def of_submission(submission: Submission) -> ThreadEntry:
    what = f"第 {submission.number} 次上报" + ("（已撤回）" if submission.recalled_at else "")
    return ThreadEntry(submission.submitted_at, submission.submitted_by, what, words=submission.reason)


def of_review(review: Review, path_of: Callable[[str], str]) -> ThreadEntry:
    points = tuple((row["place"], path_of(row["cell"]), row["reason"]) for row in review.placed_reasons)
    what = f"第 {review.submission.number} 次上报：{review.get_decision_display()}"
    return ThreadEntry(review.at, review.by, what, review.tone, review.note, points)


def of_message(message: Message, path_of: Callable[[str], str], reader: User, read_upto: int | None) -> ThreadEntry:
    points = ((message.place, path_of(message.cell), ""),) if message.cell else ()
    is_new = read_upto is not None and message.pk > read_upto
    is_new = is_new and message.by.scope != reader.scope
    return ThreadEntry(message.at, message.by, words=message.text, points=points, message=message, is_new=is_new)


def cell_paths(filing: Filing, reader: User) -> Callable[[str], str]:
    """Where this reader finds a cell on their own screen; nothing while there is no such screen."""
    tables = tables_on_screen(filing, reader)
    base = form_path(filing, reader)

    def path_of(cell: str) -> str:
        indicator = filing.edition.indicators.get(CellAddress.parse(cell).code)
        if not indicator or indicator.table not in tables:
            return ""
        key = f"{tables[indicator.table]}/" if reader.scope == Scope.ENTERPRISE else ""
        return f"{base}{key}#cell-{cell}"

    return path_of


def tables_on_screen(filing: Filing, reader: User) -> dict[str, str]:
    """The tables the reader can open, by code: the firm those it owes, an official those that were submitted."""
    if reader.scope == Scope.ENTERPRISE:
        owed = tables_for(filing.edition, filing.period.parsed, typed_cells(filing), filing.enterprise.attributes)
        return {table.code: table.key for table in owed}
    return dict.fromkeys(filing.in_force.tables, "") if filing.in_force else {}


def form_path(filing: Filing, reader: User) -> str:
    """The filing on this reader's screen."""
    if reader.scope == Scope.ENTERPRISE:
        return reverse("filing", args=[filing.period_id])
    if not filing.in_force:
        return ""
    page = "district_review" if reader.scope == Scope.DISTRICT else "city_submission"
    return reverse(page, args=[filing.in_force.receipt])
