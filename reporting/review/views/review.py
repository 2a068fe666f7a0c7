"""Reviewing one submission after the other: read it beside the past, then approve, send back, or ask, and the next one
is there. No figure can be written here.

A decision leads on to the next filing that waits, in the order of the queue. Without script that is a redirect; with
static/review/ the answer to the press is the next filing's page, at the address the header HX-Push-Url says."""

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect, push_url

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting import workflow
from reporting.filing.past import periods_before
from reporting.filing.punctuality import decide_by
from reporting.firm.views.submission import already_decided, is_current, record_of, reviews_of, show_submission
from reporting.models import Filing, Review, Submission
from reporting.review.forms import NotePress, ReasonsPress
from reporting.review.strip import strip_of
from reporting.review.views.listing import chosen_on, sorted_by
from reporting.review.walking import Walk, walk_of
from reporting.totals.progress import submissions_visible_to
from reporting.workflow import guards

MOVES = {
    Review.Decision.APPROVE: "approve",
    Review.Decision.ANSWER: "answer_city",
    Review.Decision.SEND_BACK: "send_back",
    Review.Decision.QUERY: "query",
}
PASSED = "已审核通过。"
REASONS = (
    "与上期、去年同期相比变动过大，请核实；确属实的请写明原因。",
    "疑似计量单位错误（应以万元填报），请核实。",
    "分项之和与合计不符，请核对后修改。",
    "与企业财务报表口径不一致，请按财务报表填报。",
    "累计数小于上期累计数，请核实。",
    "漏填，请补充。",
    "说明不够具体，请写明项目、合同或调整事项。",
)


@needs(Ability.REVIEW)
@require_GET
def review(request, receipt):
    submission = get_object_or_404(submissions_visible_to(request.user), receipt=receipt)
    return open_and_show(request, submission, walk_for(request.user, submission))


@needs(Ability.REVIEW)
@require_POST
def approve(request, receipt):
    decision = Review.Decision.APPROVE
    return decide_here(request, receipt, decision, workflow.approve, PASSED, **NotePress(request.POST).said)


@needs(Ability.REVIEW)
@require_POST
def send_back(request, receipt):
    decision, reasons = Review.Decision.SEND_BACK, ReasonsPress(request.POST).reasons
    return decide_here(request, receipt, decision, workflow.send_back, "已退回企业。", reasons=reasons)


@needs(Ability.REVIEW)
@require_POST
def query(request, receipt):
    decision, done = Review.Decision.QUERY, "查询已记下，企业打开这份填报就能看到。"
    return decide_here(request, receipt, decision, workflow.query, done, **NotePress(request.POST).said)


@needs(Ability.REVIEW)
@require_POST
def answer_city(request, receipt):
    decision = Review.Decision.ANSWER
    return decide_here(request, receipt, decision, workflow.answer_city, "已答复市级。", **NotePress(request.POST).said)


@needs(Ability.REVIEW)
@require_GET
def record(request, receipt):
    """What happened to the filing: a part of the review page that is asked for when it is opened."""
    submission = get_object_or_404(submissions_visible_to(request.user), receipt=receipt)
    page = {"submission": submission, "filing": submission.filing, "reviews": reviews_of(submission.filing)}
    return render(request, "review/record.html", page | record_of(submission.filing, request.user))


@needs(Ability.REVIEW)
@require_GET
def said_before(request, receipt):
    """往来: what was asked, answered and said about the firm's last period, and about the same one of last year."""
    submission = get_object_or_404(submissions_visible_to(request.user), receipt=receipt)
    filing, now = submission.filing, submission.filing.period.parsed
    codes = [code.code for code in periods_before(now)]
    earlier = Filing.objects.visible_to(request.user).filter(period__in=codes, enterprise=filing.enterprise_id)
    found = {each.period_id: each for each in earlier.select_related("enterprise", "period", "district")}
    last = [code for code in reversed(codes) if code in found][:1]
    named = dict.fromkeys([*last, *([codes[0]] if now.month and codes[0] in found else [])])
    talks = [(found[code], reviews_of(found[code]), found[code].messages.select_related("by")) for code in named]
    return render(request, "review/said_before.html", {"submission": submission, "filing": filing, "talks": talks})


def decide_here(request, receipt, decision, change, done, **words) -> HttpResponse:
    """One decision, and on to the next. A second click says the same as the first; what somebody else decided
    meanwhile is said, and goes on too; a refusal keeps what was typed."""
    submission, at = get_object_or_404(submissions_visible_to(request.user), receipt=receipt), clock.now()
    prefetch_related_objects([submission], "filing__period__deadlines")  # asked by the decision, letter and next page
    walk = walk_for(request.user, submission)
    with refusals_on(request):
        if already_decided(submission, decision.value, request.user, **words):
            return go_on(request, submission, walk, done)
        if said := decided_meanwhile(submission, decision):
            return go_on(request, submission, walk, said)
        change(submission, by=request.user, at=at, **words)
        return go_on(request, submission, walk.without(submission.filing_id), done)
    found = submissions_visible_to(request.user).get(pk=submission.pk)  # as it is now: why it was refused
    return show_review(request, found, {decision.value: words}, 409, walk)


def decided_meanwhile(submission: Submission, decision: Review.Decision) -> str:
    """What became of it where it waits for this no longer; nothing where it does, or the firm has sent another."""
    filing = submission.filing
    waits = filing.in_force_id != submission.pk or filing.state in workflow.MOVES[MOVES[decision]]
    last = None if waits else submission.reviews.select_related("by").order_by("-pk").first()
    if last is None:
        return ""
    return f"{last.by.signed}已在此之前作出处理（{last.get_decision_display()}），这次没有再记。"


def go_on(request, submission: Submission, walk: Walk, said: str) -> HttpResponse:
    """To the next filing that waits; where none does, back to the queue."""
    filing, name = submission.filing, submission.filing.enterprise.name
    following = walk.after(filing.pk)
    if not following:
        messages.success(request, f"{name}：{said}本期没有其他待审核的了。")
        queue = reverse("district_queue", args=[filing.period_id])
        return HttpResponseClientRedirect(queue) if request.htmx else redirect(queue)
    is_shown = said == PASSED and not filing.period.is_practice  # on the page, with the way to take it back
    messages.success(request, f"{name}：{said}", "visually-hidden" if is_shown else "")
    if not request.htmx:
        return redirect("district_review", following)
    found = submissions_visible_to(request.user).get(receipt=following)
    found.filing.period = filing.period
    walk = walk if walk.knows(found) else walk_for(request.user, found)
    return push_url(open_and_show(request, found, walk), reverse("district_review", args=[following]))


def walk_for(user, submission: Submission) -> Walk:
    """In the order in which this person sees the queue."""
    period = submission.filing.period
    return walk_of(user, submission, clock.now(), sorted_by(chosen_on(user, "district_queue", QueryDict(), period)))


def open_and_show(request, submission: Submission, walk: Walk) -> HttpResponse:
    workflow.open_for_review(submission, by=request.user, at=clock.now())
    return show_review(request, submission, walk=walk)


def show_review(request, submission: Submission, typed=None, status=200, walk: Walk | None = None) -> HttpResponse:
    walk = walk or walk_for(request.user, submission)
    filing = submission.filing
    if filing.in_force_id == submission.pk:
        filing.in_force = submission
    only_reads = guards.only_reads(request.user, filing)
    is_open = is_current(submission, filing) and not only_reads
    is_due = is_open and filing.is_under_review and not filing.period.is_practice
    around = {
        "typed": typed or {},
        "templates": REASONS,
        "decide_by": decide_by(submission) if is_due else None,
        "today": clock.today(),
        "walk": walk,
        "place": walk.place_of(filing.pk) if is_open else None,
        "following": walk.after(filing.pk),
        "previous": walk.before(filing.pk),
        "only_reads": only_reads,
        "strip": strip_of(submission, walk.placed(submission) if is_open else None),
        "moves": [move for move in MOVES.values() if is_open and filing.state in workflow.MOVES[move]],
        "undoable": workflow.undoable(filing.period, request.user, clock.now()),
    }
    return show_submission(request, submission, "review/review.html", around, status)
