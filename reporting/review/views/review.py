"""Reviewing one submission: read it beside the past, then approve, send back, or ask. No figure can be written here."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from reporting import workflow
from reporting.filing.punctuality import decide_by
from reporting.firm.views.submission import Screen, decide, is_current, show_submission
from reporting.models import Filing, Review, State
from reporting.review.forms import NotePress, ReasonsPress
from reporting.totals.progress import submissions_visible_to
from reporting.workflow import guards

MOVES = ("approve", "answer_city", "send_back", "query")
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
    workflow.open_for_review(submission, by=request.user, at=clock.now())
    return show_review(request, submission)


@needs(Ability.REVIEW)
@require_POST
def approve(request, receipt):
    decision = Review.Decision.APPROVE
    return decide_here(request, receipt, decision, workflow.approve, "已审核通过。", **NotePress(request.POST).said)


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


def decide_here(request, receipt, decision, change, done, **words):
    submission = get_object_or_404(submissions_visible_to(request.user), receipt=receipt)
    return decide(request, submission, decision.value, change, done, Screen(show_review, "district_review"), **words)


def show_review(request, submission, typed=None, status=200):
    filing = Filing.objects.select_related("in_force", "period", "district").get(pk=submission.filing_id)
    only_reads = guards.only_reads(request.user, filing)
    waiting = Filing.objects.visible_to(request.user).of(filing.period).filter(state=State.SUBMITTED)
    following = waiting.exclude(pk=filing.pk).select_related("in_force").order_by("in_force__submitted_at").first()
    is_due = (
        is_current(submission, filing) and filing.is_under_review and not only_reads and not filing.period.is_practice
    )
    around = {
        "typed": typed or {},
        "templates": REASONS,
        "decide_by": decide_by(submission) if is_due else None,
        "today": clock.today(),
        "following": following,
        "only_reads": only_reads,
        "moves": [
            move
            for move in MOVES
            if not only_reads and is_current(submission, filing) and filing.state in workflow.MOVES[move]
        ],
    }
    return show_submission(request, submission, "review/review.html", around, status)
