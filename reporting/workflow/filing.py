"""What the firm does beside filling in (saving.py): check, explain, submit, answer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts import journal
from accounts.models import JournalEntry, User
from accounts.post import letters
from forms_tables.edition.shape import reason_called
from forms_tables.rules.checks import Finding
from reporting.dates.deadlines import is_past
from reporting.filing.judging import Judgement, judge, telephones_of
from reporting.letters import about_filings
from reporting.letters.reminding import topic_of
from reporting.models import Explanation, Filing, Review, State, Submission
from reporting.models.standing import WOULD_COUNT
from reporting.workflow.guards import (
    Refused,
    add_review,
    brief,
    in_force_of,
    line,
    locked_for_firm,
    locked_to_judge,
    move,
    person,
    record,
    said_something,
    words,
)
from reporting.workflow.merging import Proposed
from reporting.workflow.saving import put_into, store

MIN_EXPLANATION = 10


@transaction.atomic
def save_and_check(
    filing: Filing,
    table: str,
    cells: Mapping[str, str],
    version: int,
    by: User,
    at: datetime,
    proposed: Proposed = dict,
) -> Judgement:
    """Both in one: 数据审核 of the drafts with what is typed here. Refused means that nothing of it was stored."""
    filing = locked_to_judge(filing, by, at)
    saved = put_into(filing, table, cells, version, by, at, proposed=proposed)
    judgement, checked = _judge_anew(filing, by, at)
    store(filing, [*saved, checked])
    return judgement


@transaction.atomic
def check(filing: Filing, by: User, at: datetime) -> Judgement:
    """数据审核: judge the stored drafts and remember whether they passed."""
    filing = locked_to_judge(filing, by, at)
    judgement, checked = _judge_anew(filing, by, at)
    store(filing, [checked])
    return judgement


def _judge_anew(filing: Filing, by: User, at: datetime) -> tuple[Judgement, JournalEntry]:
    """See check; with what the journal is to say of it."""
    move(filing, "save")
    judgement = judge(filing)
    filing.checked = Filing.ERRORS if judgement.blocks else Filing.PASSED
    filing.checked_at = at
    found = f"{len(judgement.completed.problems) + len(judgement.errors)} 处错误，{len(judgement.warnings)} 处提示"
    return judgement, line(filing, by, at, "数据审核", after={"结果": found})


def explain(
    filing: Filing, rule: str, fingerprint: str, by: User, at: datetime, reason_code: str = "", text: str = ""
) -> Explanation:
    """Say why one warning stands; see explain_alike."""
    judgement = explain_alike(filing, rule, [fingerprint], by, at, reason_code, text)
    return (judgement.filing or filing).said[rule, fingerprint]


@transaction.atomic
def explain_alike(
    filing: Filing,
    rule: str,
    fingerprints: Sequence[str],
    by: User,
    at: datetime,
    reason_code: str = "",
    text: str = "",
) -> Judgement:
    """Say of all these warnings of one rule why they stand: a code of the list of reasons, or at least ten characters.
    Returns what is found in the filing now that it is said."""
    filing = locked_to_judge(filing, by, at)
    move(filing, "save")
    text = brief(text)
    listed = filing.edition.platform.reasons
    if reason_code and reason_called(filing.edition, reason_code) is None:
        raise Refused(f"原因码“{reason_code}”不在可选的原因之内，请重新选择。")
    if len(text) < MIN_EXPLANATION and (not reason_code or (listed is not None and reason_code == listed.other)):
        least = f"写不少于 {MIN_EXPLANATION} 个字的说明"
        raise Refused(f"请选择原因，或{least}；选“其他”时须写说明。" if listed else f"请{least}。")
    judgement = judge(filing)
    standing = {finding.fingerprint for finding in judgement.warnings if finding.rule == rule}
    if not fingerprints or not standing.issuperset(fingerprints):
        raise Refused("这条提示已不存在，数据可能刚被改动过；请刷新页面，对照现在的提示再写说明。")
    _say(filing, rule, dict.fromkeys(fingerprints), by, at, reason_code, text)
    return judgement


@transaction.atomic
def submit(
    filing: Filing,
    by: User,
    at: datetime,
    *,
    signer: str,
    committed: bool,
    reason: str = "",
    estimated: bool = False,
) -> Submission:
    """确定上报: freeze the filing as the next numbered submission, on time or late.

    Guards what `guards.WORDS` names: checked and no error, warnings explained, in time or with a 补报, estimates made
    actual, an amendment's reason; and all tables, of a period and filing that are unique rows.
    """
    filing = locked_to_judge(filing, by, at)
    if filing.state == State.SUBMITTED:
        return in_force_of(filing)  # the second click
    state_before = filing.state
    move(filing, "submit")
    on_time, extended = _timing(filing, at)
    number = filing.submissions.count() + 1
    if not committed:
        raise Refused("请先阅读并勾选《统计法》承诺，再确定上报。")
    signer, reason = person(signer, "单位负责人姓名"), brief(reason)
    if not signer:
        raise Refused("请填写单位负责人姓名。")
    if filing.in_force_id and not reason:
        raise Refused(words(filing, "amended_with_words", "这是修订上报，请写明与上一次上报件不同的原因。"))
    _settle_estimates(filing, estimated)
    judgement = _passed(filing)
    explanations = explained(filing, judgement)
    submission = Submission.objects.create(
        filing=filing,
        number=number,
        receipt=f"{filing.period_id}-{filing.district.code}-{filing.pk:06d}-{number}",
        values=judgement.values_as_text(),
        attributes={**judgement.facts.attributes, **telephones_of(filing.enterprise)},
        tables=[table.code for table in judgement.tables],
        edition_code=filing.edition.code,
        edition_digest=filing.edition.digest,
        findings=judgement.findings_as_json(),
        explanations=[
            {"rule": e.rule, "fingerprint": e.fingerprint, "reason_code": e.reason_code, "text": e.text}
            for e in explanations
        ],
        signer=signer,
        reason=reason,
        estimated=estimated,
        on_time=on_time,
        due_on=filing.due_on,
        extended=extended,
        submitted_by=by,
        stood_in=by.office if by.working_for else "",
        submitted_at=at,
        from_state=state_before,
    )
    filing.in_force = submission
    filing.late = filing.late or not on_time  # what stands late marks it for ever
    filing.save(update_fields=["state", "in_force", "late"])
    record(
        filing,
        by,
        at,
        "确定上报",
        subject=submission.receipt,
        after={"序号": str(number), "单位负责人": submission.signer, "迟报": "否" if on_time else "是"},
        why=submission.reason,
    )
    letters.withdraw(topic_of(filing.pk))
    about_filings.submitted(submission)
    return submission


@transaction.atomic
def answer(filing: Filing, by: User, at: datetime, note: str) -> Review:
    """The firm answers its district's question; the submission waits for the district again."""
    filing = locked_for_firm(filing, by, at)
    note = said_something(note, "请写明答复内容。")
    move(filing, "answer")
    filing.save(update_fields=["state"])
    submission = in_force_of(filing)
    review = add_review(submission, Review.Decision.ANSWER, by, at, note)
    record(filing, by, at, "企业答复", subject=submission.receipt, why=note)
    about_filings.answered(review)
    return review


def explained(filing: Filing, judgement: Judgement) -> list[Explanation]:
    """The explanations that hold for the warnings found now: same rule, same figures."""
    wanted = {(finding.rule, finding.fingerprint) for finding in judgement.warnings}
    return [explanation for about, explanation in filing.said.items() if about in wanted]


def unexplained(filing: Filing, judgement: Judgement) -> list[Finding]:
    """The warnings found now that nobody has explained with these figures."""
    return [finding for finding in judgement.warnings if (finding.rule, finding.fingerprint) not in filing.said]


def _say(
    filing: Filing, rule: str, fingerprints: Iterable[str], by: User, at: datetime, reason_code: str, text: str
) -> None:
    """The same of each; what was said before gives way to it."""
    words = {"reason_code": reason_code, "text": text, "by": by, "at": at}
    said = [Explanation(filing=filing, rule=rule, fingerprint=fingerprint, **words) for fingerprint in fingerprints]
    Explanation.objects.bulk_create(
        said, update_conflicts=True, unique_fields=["filing", "rule", "fingerprint"], update_fields=list(words)
    )
    filing.said |= {(rule, explanation.fingerprint): explanation for explanation in said}
    after = {"原因": reason_code, "说明": text}
    journal.record_all([line(filing, by, at, f"说明 {rule}", after=after) for _ in said])


def _timing(filing: Filing, at: datetime) -> tuple[bool, bool]:
    """Whether a submission at `at` is on time, and whether only thanks to an extension; refused when it is late
    and no 补报 is in hand. A correction is as its first submission in time was, which still stands; after the lock
    whatever comes is late, unless it makes actual what the period counts. Nobody is late in practice."""
    if filing.period.is_practice:
        return True, False
    first = filing.submissions.filter(on_time=True, recalled_at=None).order_by("number").first()
    if first and filing.meets(WOULD_COUNT):
        return True, first.extended
    if not filing.is_past_due(at):
        return True, is_past(filing.period.enterprise_deadline.date, at)
    if not filing.late_requests.in_hand().exists():
        raise Refused(words(filing, "in_time", f"企业上报截止日为 {filing.due_on:%Y-%m-%d}。"))
    return False, False


def _settle_estimates(filing: Filing, estimated: bool) -> None:
    """Estimates only where the period allows them, and the last period's made actual first. The refusal says by
    which way: what can no longer be amended after the lock is made actual by a 补报."""
    if estimated and not filing.period.estimates_allowed:
        raise Refused(f"{filing.period.label}不允许上报预估数，请按实际数填报。")
    if estimated and filing.period.is_locked:
        raise Refused(f"{filing.period.label}已锁定，补报的须是实际数，不能再报预估数。")
    if why_not := why_not_actual(filing):
        raise Refused(why_not)


def why_not_actual(filing: Filing) -> str:
    """What the firm has to make actual in the period before this one, and how; empty when nothing."""
    if filing.period.is_annual or filing.period.is_practice:
        return ""
    last = filing.before.get("prev")
    return words(filing, "actual", way_to_actual(last)) if last and last.rests_on_estimates else ""


def way_to_actual(filing: Filing) -> str:
    """How a firm makes actual what stands as an estimate."""
    label = filing.period.label
    if filing.is_shut:
        return f"{label}已锁定：请在{label}的页面申请补报，区县同意后按实际数上报；已锁定的汇总不变。"
    if filing.is_with_firm:
        return f"请先把{label}改为实际数，再次上报。"
    if filing.state == State.APPROVED:
        return f"请打开{label}的上报件“申请修订”，按实际数再次上报。"
    return f"{label}的预估数正在审核：区县还没有打开的可以撤回，已打开的请联系区县退回，改为实际数后再次上报。"


def _passed(filing: Filing) -> Judgement:
    """Judge once more under the lock; the rules hold for what is frozen, not for what was seen a minute ago."""
    judgement = judge(filing)
    if judgement.blocks or filing.checked != Filing.PASSED:
        raise Refused(words(filing, "checked"))
    missing = unexplained(filing, judgement)
    if missing:
        rules = "、".join(dict.fromkeys(finding.rule for finding in missing))
        raise Refused(words(filing, "explained", f"未说明的提示：{rules}。"))
    return judgement
