"""The page of one submission, as the district and the city read it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from accounts import clock
from accounts.access import refusals_on
from accounts.models import JournalEntry, User
from reporting.conversation.threads import talk_about
from reporting.filing.journal_lines import RunOfEntries, folded
from reporting.models import Filing, PublishedEdition, Review, Submission
from reporting.pages.compared import options_of, stacks_of
from reporting.pages.comparison import FindingInWords, SubmissionComparison, compare
from text.incoming import without_hidden

MOST_LINES = 200


def show_submission(request, submission: Submission, template: str, around: dict, status: int = 200):
    filing, reviews = submission.filing, reviews_of(submission.filing)
    typed = [row for words in around.get("typed", {}).values() for row in words.get("reasons", [])]
    spoken_of = [row["cell"] for row in (*(row for said in reviews[:1] for row in said.reasons), *typed)]
    comparison = compare(submission, spoken_of)
    page = {
        "submission": submission,
        "filing": filing,
        "period": filing.period,
        "comparison": comparison,
        "stacks": stacks_of(comparison, partial(in_words, request.user, submission)),
        "rows": reason_rows(typed, comparison),
        "options": options_of(comparison),
        "reviews": reviews,
        "talk": talk_about(filing, request.user),
        "revisions": revisions_of(submission),
    }
    return render(request, template, page | around, status=status)


def in_words(user: User, submission: Submission, said: FindingInWords) -> str:
    filing = submission.filing
    around = {"submission": submission, "filing": filing, "period": filing.period, "user": user}
    return render_to_string("firm/_said.html", around | {"said": said, "in_practice": filing.period.is_practice})


def record_of(filing: Filing, user: User) -> dict:
    """What happened to the filing beside the reviews."""
    others = filing.submissions.defer(*Submission.HEAVY)
    return {"others": others, "journal": journal_of(filing, user)}


def revisions_of(submission: Submission) -> dict[str, PublishedEdition | None]:
    """The revision it is judged by for ever, and the one its period is filed under now where that is another."""
    codes = {submission.edition_code, submission.filing.period.edition_code}
    known = PublishedEdition.objects.defer("text", "effect").in_bulk(codes)
    judged_by = known.pop(submission.edition_code, None)
    return {"judged_by": judged_by, "since": next(iter(known.values()), None)}


@dataclass(frozen=True)
class Screen:
    """Where somebody decides: how it is drawn, and its name."""

    show: Callable[..., HttpResponse]
    page: str


def decide(request, submission: Submission, decision: str, change, done: str, screen: Screen, **words):
    """One decision on one submission. A second click says the same as the first; a refusal keeps what was typed."""
    with refusals_on(request):
        if not already_decided(submission, decision, request.user, **words):
            change(submission, by=request.user, at=clock.now(), **words)
        messages.success(request, f"{submission.filing.enterprise.name}：{done}")
        return redirect(screen.page, submission.receipt)
    return screen.show(request, submission, typed={decision: words}, status=409)


def is_current(submission: Submission, filing: Filing) -> bool:
    """Whether anything may still be decided about it; the workflow asks again when the button is pressed."""
    return filing.in_force_id == submission.pk and not filing.is_shut


def reviews_of(filing) -> list[Review]:
    """Every decision, question and answer about the filing, the newest first."""
    reviews = Review.objects.filter(submission__filing=filing)
    return list(reviews.select_related("submission", "by").defer("submission__values").order_by("-pk"))


def journal_of(filing, user: User) -> list[RunOfEntries]:
    """What was done to the filing, as far as this person may read it. The drafts' figures are not shown."""
    entries = JournalEntry.objects.within_reach_of(user).filter(enterprise=filing.enterprise, period=filing.period_id)
    return list(islice(folded(entries.defer("before", "after")), MOST_LINES))


def reason_rows(typed: list[dict[str, str]], comparison: SubmissionComparison) -> list[dict]:
    """The lines of the form in which reasons are typed: those typed before a refusal, then empty ones."""
    places = {cell.key: cell.place for table in comparison.tables for row in table.rows for cell in row.cells if cell}
    rows = [row | {"place": places.get(row["cell"], row["cell"])} for row in typed]
    return rows + [{"cell": "", "reason": "", "place": ""}] * max(1, 2 - len(rows))


def already_decided(submission: Submission, decision: str, by: User, note: str = "", reasons=()) -> bool:
    """Whether the last thing said about the submission is just this, by the same person: the second click."""
    last = submission.reviews.order_by("-pk").first()
    said = last and (last.decision, last.by_id, last.note, last.reasons)
    return said == (decision, by.pk, without_hidden(note).strip(), list(reasons))
