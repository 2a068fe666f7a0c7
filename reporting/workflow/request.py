"""What a firm asks of its district: a later date (延期), to file late (补报), another base of comparison (口径调整)."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localtime

from accounts.models import User
from accounts.post import letters
from forms_tables.edition.shape import carried_in
from forms_tables.filling.parsing import Problem, parse
from reporting.filing.judging import facts_for
from reporting.letters import about_filings
from reporting.letters.reminding import topic_of
from reporting.models import BaseAdjustment, Deadline, ExtensionRequest, Filing, LateRequest
from reporting.models.request import Request
from reporting.models.standing import OPENABLE
from reporting.workflow.guards import (
    Refused,
    be_open,
    be_owed,
    be_the_district,
    be_the_firm,
    brief,
    locked,
    locked_for_firm,
    move,
    record,
    said_something,
    why_exempt,
)


@transaction.atomic
def ask_extension(filing: Filing, until: date, by: User, at: datetime, reason: str) -> ExtensionRequest:
    """延期申请: before the firm's date (its own extended one included), for one filing and within the district's date,
    which does not move. A second one while the first waits is the first."""
    filing = locked_for_firm(filing, by, at)
    waiting = filing.extension_requests.filter(granted=None).first()
    if waiting:
        return waiting
    be_extendable(filing, at)
    be_within(filing, until)
    request = ExtensionRequest.objects.create(
        filing=filing,
        until=until,
        reason=said_something(reason, "请写明延期原因。", "延期原因"),
        asked_by=by,
        asked_at=at,
    )
    record(filing, by, at, "申请延期", after={"延期至": str(until)}, why=request.reason)
    about_filings.extension_asked(request)
    return request


@transaction.atomic
def decide_extension(
    request: ExtensionRequest, granted: bool, by: User, at: datetime, answer: str = "", until: date | None = None
) -> ExtensionRequest:
    """The district grants the date asked for or an earlier one, or refuses and says why."""
    filing = _before_the_district(request, by)
    be_open(filing, at)
    if granted:
        until = until or request.until
        if filing.has_filed_in_time:
            raise Refused(f"{filing.enterprise.name}已按时上报，不需要延期。")
        if filing.submissions.filter(recalled_at=None).exists():
            raise Refused(f"{filing.enterprise.name}已补报，仍是迟报；延期不能改变已经上报的时间。")
        be_within(filing, until)
        if until > request.until:
            raise Refused(f"企业申请延至 {request.until:%Y-%m-%d}，不能同意更晚的日期。")
        if until < at.date():
            raise Refused(f"{until:%Y-%m-%d} 已经过去；不能再延期的，请不同意并说明，企业可以申请补报。")
        filing.extended_to = request.granted_until = until
        filing.save(update_fields=["extended_to"])
        request.save(update_fields=["granted_until"])
        letters.withdraw(topic_of(filing.pk))  # a reminder on its way still names the old date
    after = {"延期至": str(until)} if granted else None
    _decide(request, filing, granted, by, at, answer, "同意延期" if granted else "不同意延期", after)
    about_filings.extension_decided(request)
    return request


@transaction.atomic
def ask_late(filing: Filing, by: User, at: datetime, reason: str) -> LateRequest:
    """补报申请: once the firm's date has passed, after the lock of the period too; a second one while the first waits
    is the first."""
    filing = locked(filing)
    be_the_firm(by, filing)
    waiting = filing.late_requests.filter(granted=None).first()
    if waiting:
        return waiting
    if why_not := why_not_late(filing, at):
        raise Refused(why_not)
    request = LateRequest.objects.create(
        filing=filing, reason=said_something(reason, "请写明补报原因。", "补报原因"), asked_by=by, asked_at=at
    )
    record(filing, by, at, "申请补报", why=request.reason)
    about_filings.late_asked(request)
    return request


@transaction.atomic
def decide_late(request: LateRequest, granted: bool, by: User, at: datetime, answer: str = "") -> LateRequest:
    """The district grants or refuses a 补报; a refusal says why. A grant serves one submission, until it is approved.
    Granted after the lock, it opens this one filing: what is filed then is history for later periods and enters no
    total of the locked one."""
    filing = _before_the_district(request, by)
    be_owed(filing)
    after = None
    if granted and filing.is_shut:
        if why_not := why_not_after_lock(filing):
            raise Refused(why_not)
        move(filing, "let_in")
        filing.after_lock = True
        filing.save(update_fields=["state", "after_lock"])
        after = {"锁定后补报": "不计入本期汇总"}
    _decide(request, filing, granted, by, at, answer, "同意补报" if granted else "不同意补报", after)
    about_filings.late_decided(request)
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
    behind = carried_in(filing.edition, cell)
    if behind is None:
        raise Refused("只有由以往报表带入的数据（去年同期、上期累计、上年、年初）可以申请口径调整。")
    name, source = behind
    old = facts_for(filing).history.get(name, {}).get(source)
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
        reason=said_something(reason, "请写明调整原因（并购、口径、审计等）。", "调整原因"),
        asked_by=by,
        asked_at=at,
    )
    record(filing, by, at, "申请口径调整", before={cell: request.old}, after={cell: request.new}, why=request.reason)
    about_filings.adjustment_asked(request)
    return request


@transaction.atomic
def decide_adjustment(request: BaseAdjustment, granted: bool, by: User, at: datetime, answer: str = ""):
    """The district grants or refuses another base of comparison; what looks back then reads the granted figure."""
    filing = _before_the_district(request, by)
    be_open(filing, at)
    _decide(request, filing, granted, by, at, answer, "同意口径调整" if granted else "不同意口径调整")
    about_filings.adjustment_decided(request)
    return request


def latest_extension(filing: Filing) -> date:
    """The last day a firm's date may be moved to: the district's own, which stays."""
    return filing.period.deadline(Deadline.DISTRICT).date


def be_extendable(filing: Filing, at: datetime) -> None:
    if why_not := why_not_extended(filing, at):
        raise Refused(why_not)


def why_not_extended(filing: Filing, at: datetime) -> str:
    """Why no extension can be asked for now; empty when one can."""
    if filing.is_past_due(at):
        return f"企业上报截止日 {filing.due_on:%Y-%m-%d} 已过，不能再申请延期；请申请补报。"
    if not filing.is_with_firm or filing.has_filed_in_time:
        return "本期已经上报过，不需要延期。"
    if filing.due_on >= latest_extension(filing):
        return f"区县审核截止日是 {latest_extension(filing):%Y-%m-%d}，企业上报不能再延。"
    return ""


def be_within(filing: Filing, until: date) -> None:
    last = latest_extension(filing)
    if not filing.due_on < until <= last:
        raise Refused(
            f"延期日期须晚于现在的企业截止日 {filing.due_on:%Y-%m-%d}，且不晚于区县审核截止日 {last:%Y-%m-%d}。"
        )


def why_not_late(filing: Filing, at: datetime) -> str:
    """Why no 补报 can be asked for now; empty when one can."""
    if not filing.is_owed:
        return why_exempt(filing)
    if filing.period.is_locked:
        return why_not_after_lock(filing)
    if not filing.is_past_due(at):
        return "截止日未到，可以直接上报，不需要补报申请。"
    if not filing.is_with_firm:
        return f"当前状态为“{filing.standing.words}”，不需要补报申请。"
    if filing.has_filed_in_time:
        return "本期已按时上报过，可以直接再次上报，不需要补报申请。"
    if filing.late_requests.in_hand().exists():
        return "区县已同意补报，可以直接上报。"
    return ""


def why_not_after_lock(filing: Filing) -> str:
    """Why a filing of a locked period cannot be opened by a 补报; empty when it can: nothing stands that later periods
    could read, or an estimate is to be made actual, or what stands was itself filed after the lock."""
    if not filing.is_shut:
        return "区县已同意锁定后补报，可以直接填报。"
    if filing.meets(OPENABLE):
        return ""
    if not filing.approved_id:
        return f"{filing.period.label}已锁定，上报件在锁定前已报到区县，不需要补报；以后各期仍以它为以往数据。"
    return f"{filing.period.label}已锁定，这一份锁定前已有审核通过的上报件；锁定的数据不能再改，不属于补报。"


def _before_the_district(request: Request, by: User) -> Filing:
    """The request's filing, locked, before its own district and not decided yet."""
    filing = locked(request.filing)
    be_the_district(by, filing)
    request.refresh_from_db()
    request.filing = filing
    if not request.is_open:
        raise Refused(f"这份申请已于 {localtime(request.decided_at):%Y-%m-%d} 决定：{request.state_words}。")
    return filing


def _decide(
    request: Request,
    filing: Filing,
    granted: bool,
    by: User,
    at: datetime,
    answer: str,
    action: str,
    after: dict | None = None,
) -> None:
    answer = brief(answer, what="答复") if granted else said_something(answer, "不同意时请写明理由。", "答复")
    request.granted, request.decided_by, request.decided_at, request.answer = granted, by, at, answer
    request.save(update_fields=["granted", "decided_by", "decided_at", "answer"])
    record(filing, by, at, action, subject=str(request), after=after, why=answer)
