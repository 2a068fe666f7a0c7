"""What a firm asks of its district: to file late (补报), or another base of comparison (口径调整)."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from forms_tables.parsing import Problem, parse
from reporting import emails
from reporting.judging import CARRIED, facts_for
from reporting.models import BaseAdjustment, Filing, LateRequest
from reporting.models.request import Request
from reporting.workflow.guards import (
    Refused,
    be_open,
    be_the_district,
    brief,
    locked,
    locked_for_firm,
    record,
    said_something,
)


@transaction.atomic
def ask_late(filing: Filing, by: User, at: datetime, reason: str) -> LateRequest:
    """补报申请: once the enterprise's date has passed; a second one while the first waits is the first."""
    filing = locked_for_firm(filing, by, at)
    if not filing.is_past_due(at):
        raise Refused("截止日未到，可以直接上报，不需要补报申请。")
    waiting = filing.late_requests.filter(granted=None).first()
    if waiting:
        return waiting
    request = LateRequest.objects.create(
        filing=filing, reason=said_something(reason, "请写明补报原因。"), asked_by=by, asked_at=at
    )
    record(filing, by, at, "申请补报", why=request.reason)
    emails.late_asked(request)
    return request


@transaction.atomic
def decide_late(request: LateRequest, granted: bool, by: User, at: datetime, answer: str = "") -> LateRequest:
    """The district grants or refuses a 补报; a refusal says why."""
    _decide(request, granted, by, at, answer, "同意补报" if granted else "不同意补报")
    emails.late_decided(request)
    return request


@transaction.atomic
def ask_adjustment(filing: Filing, cell: str, new: str, by: User, at: datetime, reason: str) -> BaseAdjustment:
    """口径调整单: ask that a carried base (去年同期, 上年, 年初 …) be another figure, with old and new on record.
    A second one for the cell while the first waits is the first."""
    filing = locked_for_firm(filing, by, at)
    waiting = filing.base_adjustments.filter(cell=cell, granted=None).first()
    if waiting:
        return waiting
    code, _, column = cell.partition(".")
    if column not in CARRIED or not filing.edition.has_cell(cell):
        raise Refused("只有由以往报表带入的数据（去年同期、上期累计、上年、年初）可以申请口径调整。")
    name, source = CARRIED[column]
    old = facts_for(filing).history.get(name, {}).get(f"{code}.{source}")
    if old is None:
        raise Refused("这一格没有以往报表可带入，可直接填写，不需要口径调整。")
    value = parse(filing.edition.indicator(code), column, new)
    if isinstance(value, Problem):
        raise Refused(value.problem)
    if value is None:
        raise Refused("请填写调整后的数值。")
    request = BaseAdjustment.objects.create(
        filing=filing,
        cell=cell,
        old=str(old),
        new=str(value),
        reason=said_something(reason, "请写明调整原因（并购、口径、审计等）。"),
        asked_by=by,
        asked_at=at,
    )
    record(filing, by, at, "申请口径调整", before={cell: request.old}, after={cell: request.new}, why=request.reason)
    emails.adjustment_asked(request)
    return request


@transaction.atomic
def decide_adjustment(request: BaseAdjustment, granted: bool, by: User, at: datetime, answer: str = ""):
    """The district grants or refuses another base of comparison; X05, R220 and R221 then read the granted figure."""
    _decide(request, granted, by, at, answer, "同意口径调整" if granted else "不同意口径调整")
    emails.adjustment_decided(request)
    return request


def _decide(request: Request, granted: bool, by: User, at: datetime, answer: str, action: str) -> Request:
    filing = locked(request.filing)
    be_the_district(by, filing)
    be_open(filing, at)
    request.refresh_from_db()
    if not request.is_open:
        raise Refused(f"这份申请已于 {request.decided_at:%Y-%m-%d} 决定：{request.state_words}。")
    answer = brief(answer) if granted else said_something(answer, "不同意时请写明理由。")
    request.granted, request.decided_by, request.decided_at, request.answer = granted, by, at, answer
    request.save(update_fields=["granted", "decided_by", "decided_at", "answer"])
    record(filing, by, at, action, subject=str(request), why=answer)
    return request
