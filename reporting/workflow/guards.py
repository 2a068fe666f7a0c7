"""The allowed moves and the questions every change asks first: may they, is it time, does the state allow it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Unpack

from django.db import connection
from django.db.models import QuerySet

from accounts import journal
from accounts.access import Refused
from accounts.models import JournalEntry, User
from reporting.dates.deadlines import is_past
from reporting.filing.whole import JOINED, read_whole
from reporting.models import Filing, Review, State, Submission
from text.incoming import hidden_mark, without_hidden

# The allowed moves: what may be done in which state, and where it leads. None: the state stays as it is.
MOVES: dict[str, dict[str, str | None]] = {
    "save": {
        State.NOT_STARTED: State.DRAFT,
        State.DRAFT: None,
        State.RETURNED: None,
        State.AMENDING: None,
    },
    "submit": {
        State.DRAFT: State.SUBMITTED,
        State.RETURNED: State.SUBMITTED,
        State.AMENDING: State.SUBMITTED,
    },
    "amend": {State.APPROVED: State.AMENDING},
    "abandon_amendment": {State.AMENDING: State.APPROVED, State.RETURNED: State.APPROVED},
    "approve": {State.SUBMITTED: State.APPROVED},
    "undo_approval": {State.APPROVED: State.SUBMITTED},
    "send_back": {
        State.SUBMITTED: State.RETURNED,
        State.QUERIED: State.RETURNED,
        State.CITY_QUERIED: State.RETURNED,
        State.CITY_RETURNED: State.RETURNED,
    },
    "query": {State.SUBMITTED: State.QUERIED},
    "answer": {State.QUERIED: State.SUBMITTED},
    "city_query": {State.APPROVED: State.CITY_QUERIED},
    "city_return": {State.APPROVED: State.CITY_RETURNED, State.CITY_QUERIED: State.CITY_RETURNED},
    "answer_city": {State.CITY_QUERIED: State.APPROVED, State.CITY_RETURNED: State.APPROVED},
    "let_in": {  # a 补报 granted after the lock
        State.NOT_STARTED: None,
        State.DRAFT: None,
        State.SUBMITTED: None,
        State.QUERIED: None,
        State.RETURNED: None,
        State.AMENDING: None,
        State.CITY_QUERIED: State.AMENDING,
        State.CITY_RETURNED: State.AMENDING,
        State.LOCKED: State.AMENDING,
    },
}


MOST_WORDS = 500
MOST_OF_NAME = 60
ONLY_THE_CITY = "只有市级管理员可以进行这项操作。"


def be_the_city(by: User) -> None:
    if not by.may.administer:
        raise Refused(ONLY_THE_CITY)


def be_an_author(by: User) -> None:
    """Of editions: who drafts, rehearses and publishes them."""
    if not by.may.revise:
        raise Refused(ONLY_THE_CITY)


def locked(filing: Filing) -> Filing:
    """The filing's row, locked and read afresh, with what the beats need."""
    hold(filing)
    return Filing.objects.select_related(*JOINED).get(pk=filing.pk)


def hold(filing: Filing) -> None:
    """Lock the filing's row until the transaction ends. What is read of it is read by a second statement: PostgreSQL
    reads the joined rows (the period, the submission) as they were when the statement began to wait for the lock, so a
    lock of the period or an opened submission of meanwhile would go unseen in one. SQLite has one writer, who waited
    when the transaction began."""
    if connection.features.has_select_for_update:
        Filing.objects.select_for_update().values_list("pk").get(pk=filing.pk)


def locked_for_firm(filing: Filing, by: User, at: datetime) -> Filing:
    """The filing, locked, for its own firm while it may still be changed: may they, is it time."""
    return for_firm(locked(filing), by, at)


def held(filings: QuerySet[Filing]) -> Filing:
    """The filing that `filings` are narrowed down to, locked, and read with no more than storing what was typed needs:
    no earlier period, no frozen figures. For who looks for a filing in the transaction that changes it. Raises
    Filing.DoesNotExist."""
    if connection.features.has_select_for_update:
        found = filings.select_for_update(of=("self",)).values_list("pk", flat=True).get()
        filings = Filing.everywhere.filter(pk=found)
    light = filings.select_related("enterprise", "period", "district", "in_force")
    return light.defer(*(f"in_force__{name}" for name in Submission.HEAVY)).get()


def locked_to_judge(filing: Filing, by: User, at: datetime) -> Filing:
    """The same, read with all that judging it rests on. What hangs on a filing changes only under its lock."""
    hold(filing)
    return for_firm(read_whole(filing.enterprise_id, filing.period_id), by, at)


def for_firm(filing: Filing, by: User, at: datetime) -> Filing:
    be_the_firm(by, filing)
    be_open(filing, at)
    return filing


def be_the_firm(by: User, filing: Filing) -> None:
    if not by.may.fill or by.firm_id != filing.enterprise_id:
        raise Refused("只有本企业的账号可以填报、修改和上报本企业的数据。")


def be_the_district(by: User, filing: Filing) -> None:
    """Its own, or, of what an abolished district left behind, the one that decides in its place."""
    if not by.may.review or filing.district_id not in by.districts:
        raise Refused("这份上报件不属于您的区县。")
    if sentence := only_reads(by, filing):
        raise Refused(sentence)


def only_reads(by: User, filing: Filing) -> str:
    """Why somebody of an abolished district decides no more on what it left behind; empty for who does."""
    after = filing.district.reviewed_by if by.district_id == filing.district_id else None
    return f"{filing.district.name}已撤销，由{after.name}审核；您可以继续查阅。" if after else ""


def be_open(filing: Filing, at: datetime) -> None:
    """Owed, begun, and not shut by the lock of its period; a 补报 granted since lets this one filing through."""
    be_owed(filing)
    if filing.is_shut:
        raise Refused(f"{filing.period.label}已由市级锁定，不能再改动。")
    if not filing.period.has_begun(at.date()):
        raise Refused(f"{filing.period.label}于 {filing.period.opens_on:%Y-%m-%d} 开始填报。")


def be_owed(filing: Filing) -> None:
    if not filing.is_owed:
        raise Refused(why_exempt(filing))


def why_exempt(filing: Filing) -> str:
    """Why the firm owes nothing for the period: it had left, or it joins later."""
    enterprise, period = filing.enterprise, filing.period
    if filing.superseded_by_id:
        return f"{enterprise.name}重复登记，{period.label}以另一份为准，这一份只供查阅。"
    if instead := enterprise.merged_into:
        return f"这条登记已并入{instead.name}（{instead.credit_code}），{period.label}不须报。"
    if period.is_withdrawn:
        return f"{period.label}已由市级撤回，不需要填报。"
    if period.parsed.end < enterprise.joined_on:
        return f"{enterprise.name}的起报日期是 {enterprise.joined_on:%Y-%m-%d}，{period.label}不须报。"
    return f"{enterprise.name}已停报，{period.label}不须报。"


def in_force_of(filing: Filing) -> Submission:
    """The submission in force, where the filing's state says that there is one."""
    if filing.in_force is None:
        raise Refused(not_now(filing))
    return filing.in_force


def approved_of(filing: Filing) -> Submission:
    """The approved submission, where the filing's state says that there is one."""
    if filing.approved is None:
        raise Refused(not_now(filing))
    return filing.approved


def move(filing: Filing, what: str) -> None:
    """What would be approved in a locked period is locked at once: the 补报 that let it in is used up."""
    moves = MOVES[what]
    if filing.state not in moves:
        raise Refused(not_now(filing))
    filing.state = moves[filing.state] or filing.state
    if filing.state == State.APPROVED and filing.period.is_locked:
        filing.state = State.LOCKED


def not_now(filing: Filing) -> str:
    return f"当前状态为“{filing.standing.words}”，不能进行这项操作；请刷新页面查看最新情况。"


def said_something(note: str, request: str, what: str = "", most: int = MOST_WORDS) -> str:
    if not (said := brief(note, most, what)):
        raise Refused(request)
    return said


def brief(note: str, most: int = MOST_WORDS, what: str = "") -> str:
    """The words, trimmed; refused when longer than the record keeps. `what` they are, where a page has several."""
    note = without_hidden(note).strip()
    if len(note) > most:
        raise Refused(f"{what}最多 {most} 字，现在有 {len(note)} 字，请精简后再提交。")
    return note


def person(name: str, what: str) -> str:
    """A person's name; see accounts.form_words.NameField."""
    if mark := hidden_mark(name):
        raise Refused(f"{what}里，{mark}。")
    return brief(name, MOST_OF_NAME)


# What the office enforces, in its own words where the edition has no rule that says so (platform.toml, [rules]).
WORDS = {
    "checked": "请先点击“数据审核”，消除全部错误后再上报",
    "explained": "尚有提示项未填写说明",
    "in_time": "已过截止日期，请提交补报申请",
    "actual": "上期为预估数，请先以实际数修订",
    "amended_with_words": "修订未填写原因",
    "scan": "年报尚未上传盖章扫描件",
}


def words(filing: Filing, act: str, more: str = "") -> str:
    """What the edition says of something the office enforces, followed by what is particular here."""
    rule = filing.edition.platform.rules.get(act)
    message = filing.edition.rule(rule).message if rule else WORDS[act]
    return f"{message.rstrip('。')}。{more}"


def record(filing: Filing, by: User, at: datetime, action: str, **more: Unpack[journal.More]) -> None:
    line(filing, by, at, action, **more).save()


def line(filing: Filing, by: User | None, at: datetime, action: str, **more: Unpack[journal.More]) -> JournalEntry:
    """A line of the journal about a filing, to be written with others."""
    return journal.compose(
        by=by,
        at=at,
        action=action,
        enterprise=filing.enterprise,
        district=filing.district,
        period=filing.period_id,
        practice=filing.period.is_practice,
        **more,
    )


def add_review(
    submission: Submission,
    decision: str,
    by: User,
    at: datetime,
    note: str = "",
    reasons: Sequence[dict[str, str]] = (),
    due_on: date | None = None,
    undoes: Review | None = None,
) -> Review:
    """`due_on` is the last day the district had for it; what has no date is neither in time nor late."""
    return Review.objects.create(
        submission=submission,
        decision=decision,
        by=by,
        at=at,
        note=note,
        reasons=list(reasons),
        due_on=due_on,
        on_time=None if due_on is None else not is_past(due_on, at),
        undoes=undoes,
    )
