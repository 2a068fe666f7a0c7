"""Reviewing one submission: read it beside the past, then approve, send back, or ask. No figure can be written here."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import require
from reporting import workflow
from reporting.models import Filing, Review, State
from reporting.standing import submissions_visible_to
from reporting.views.submission import already_decided, be_brief, note_in, reasons_in, show_submission

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


@require("district")
@require_GET
def review(request, receipt):
    submission = get_object_or_404(submissions_visible_to(request.user), receipt=receipt)
    workflow.open_for_review(submission, by=request.user, at=clock.now())
    return show_review(request, submission)


@require("district")
@require_POST
def approve(request, receipt):
    note = note_in(request)
    return decide(request, receipt, Review.Decision.APPROVE, "已审核通过。", workflow.approve, note=note)


@require("district")
@require_POST
def send_back(request, receipt):
    reasons = reasons_in(request)
    return decide(request, receipt, Review.Decision.SEND_BACK, "已退回企业。", workflow.send_back, reasons=reasons)


@require("district")
@require_POST
def query(request, receipt):
    note = note_in(request)
    return decide(request, receipt, Review.Decision.QUERY, "查询已发给企业。", workflow.query, note=note)


@require("district")
@require_POST
def answer_city(request, receipt):
    note = note_in(request)
    return decide(request, receipt, Review.Decision.ANSWER, "已答复市级。", workflow.answer_city, note=note)


def decide(request, receipt, decision, done, change, **words):
    """One decision on one submission. A second click says the same as the first; a refusal keeps what was typed."""
    submission = get_object_or_404(submissions_visible_to(request.user), receipt=receipt)
    try:
        be_brief(**words)
        if not already_decided(submission, decision, request.user, **words):
            change(submission, by=request.user, at=clock.now(), **words)
    except workflow.Refused as refusal:
        messages.error(request, str(refusal))
        return show_review(request, submission, typed={decision.value: words}, status=409)
    messages.success(request, f"{submission.filing.enterprise.name}：{done}")
    return redirect("district_review", receipt)


def show_review(request, submission, typed=None, status=200):
    filing = Filing.objects.select_related("latest").get(pk=submission.filing_id)
    waiting = Filing.objects.visible_to(request.user).of(filing.period).filter(state=State.SUBMITTED)
    following = waiting.exclude(pk=filing.pk).select_related("latest").order_by("latest__submitted_at").first()
    around = {
        "typed": typed or {},
        "templates": REASONS,
        "following": following,
        "moves": [
            move for move in ("approve", "send_back", "query", "answer_city") if allowed(filing, submission, move)
        ],
    }
    return show_submission(request, submission, "district/review.html", around, status)


def allowed(filing, submission, move) -> bool:
    """Whether to offer the button; the workflow asks again when it is pressed."""
    current = filing.latest_id == submission.pk and not submission.recalled_at and not filing.period.is_locked
    return current and filing.state in workflow.MOVES[move]
