"""The letters about filings: one function per letter, each over the one maker in accounts.post.letters.

A letter that tells of an event is written once: its key names the event. Reminders are in reminding.py.
"""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.timezone import localtime

from accounts.clock import of_machine
from accounts.models import Ability, Letter, User
from accounts.post.letters import compose, post, withdraw
from accounts.standing_in import within_firm
from reporting.letters import recipients
from reporting.letters.schedule import APPROVED, is_on
from reporting.models import BaseAdjustment, ExtensionRequest, Filing, LateRequest, Review, Submission
from reporting.models.request import Request
from reporting.models.standing import COUNTED

HELD_BACK = timedelta(seconds=60)  # while an approval can be undone (workflow.undo_approval)


def submitted(submission: Submission) -> None:
    """The receipt, to the firm."""
    facts = {"at": minute(submission.submitted_at), "number": submission.number, "receipt": submission.receipt}
    filing, event = submission.filing, f"submission:{submission.pk}"
    _send(firm_addresses(filing), "统计报表已上报", "submitted", filing, event, submission.submitted_at, facts)


def approved(review: Review) -> None:
    """The one letter of an event that the city may switch off. It waits until the approval can be undone no more."""
    if is_on(APPROVED):
        _of_review(review, "统计报表已通过区县审核", "approved", held_as=approval_topic(review))


def approval_undone(review: Review, approval: Review) -> None:
    """The letter that waits stays; a firm that was told already is told again."""
    topic = approval_topic(approval)
    told = Letter.objects.filter(topic=topic, state__in=[Letter.State.SENT, Letter.State.HANDED]).exists()
    withdraw(topic)
    if told:
        _of_review(review, "统计报表的审核通过已撤销，仍待区县审核", "approval_undone")


def approval_topic(approval: Review) -> str:
    return f"approval:{approval.pk}"


def sent_back(review: Review) -> None:
    _of_review(review, "统计报表被退回，请修改后重新上报", "sent_back")


def queried(review: Review) -> None:
    _of_review(review, "统计报表：区县查询，请答复", "queried")


def amendment_begun(filing: Filing, reason: str, at: datetime) -> None:
    subject = f"{filing.enterprise.name}修订{filing.period.label}报表"
    page = reverse("district_review", args=[filing.in_force.receipt])
    event = f"amendment:{filing.pk}:{at.isoformat()}"
    _send(district_addresses(filing), subject, "amendment", filing, event, at, {"reason": reason}, page)


def city_asked(review: Review) -> None:
    """The city's question or return, to the district that passed the submission on."""
    filing = review.submission.filing
    subject = f"{review.get_decision_display()}：{filing.enterprise.name} {filing.period.label}"
    page = reverse("district_review", args=[review.submission.receipt])
    _send(district_addresses(filing), subject, "city_asked", filing, *_said(review), page)


def extension_asked(request: ExtensionRequest) -> None:
    filing = request.filing
    subject = f"{filing.enterprise.name}申请延期上报{filing.period.label}报表"
    page = f"{reverse('district_requests')}?kind=extension"
    facts = {"reason": request.reason, "until": f"{request.until:%Y-%m-%d}"}
    to = district_addresses(filing)
    _send(to, subject, "extension_asked", filing, _asked(request), request.asked_at, facts, page)


def extension_decided(request: ExtensionRequest) -> None:
    """To the firm; `due` in the facts is the date that holds now."""
    filing = request.filing
    until = f"{request.granted_until:%Y-%m-%d}" if request.granted_until else ""
    facts = {"decision": request.state_words, "answer": request.answer, "until": until}
    subject = f"延期申请：{request.state_words}"
    _send_what_was_decided(subject, "extension_decided", filing, _asked(request), request.decided_at, facts)


def late_asked(request: LateRequest) -> None:
    filing = request.filing
    subject = f"{filing.enterprise.name}申请补报{filing.period.label}报表"
    page = f"{reverse('district_requests')}?kind=late"
    facts = {"reason": request.reason, "locked": filing.period.is_locked}
    _send(district_addresses(filing), subject, "late_asked", filing, _asked(request), request.asked_at, facts, page)


def late_decided(request: LateRequest) -> None:
    filing = request.filing
    facts = {"decision": request.state_words, "answer": request.answer, "after_lock": filing.standing.is_let_in}
    facts |= {"granted": bool(request.granted), "counted": filing.standing.is_let_in and filing.meets(COUNTED)}
    subject = f"补报申请：{request.state_words}"
    _send_what_was_decided(subject, "late_decided", filing, _asked(request), request.decided_at, facts)


def adjustment_asked(request: BaseAdjustment) -> None:
    filing = request.filing
    subject = f"{filing.enterprise.name}申请{filing.period.label}口径调整"
    facts, page = {**_change(request), "reason": request.reason}, f"{reverse('district_requests')}?kind=base"
    to = district_addresses(filing)
    _send(to, subject, "adjustment_asked", filing, _asked(request), request.asked_at, facts, page)


def adjustment_decided(request: BaseAdjustment) -> None:
    filing = request.filing
    facts = {**_change(request), "decision": request.state_words, "answer": request.answer}
    subject, page = f"口径调整申请：{request.state_words}", reverse("adjustments", args=[filing.period_id])
    event, at = _asked(request), request.decided_at
    _send_what_was_decided(subject, "adjustment_decided", filing, event, at, facts, page)


def answered(review: Review) -> None:
    """The firm's answer, to the district that asked."""
    filing = review.submission.filing
    subject = f"{filing.enterprise.name}已答复{filing.period.label}报表的查询"
    page = reverse("district_review", args=[review.submission.receipt])
    _send(district_addresses(filing), subject, "answered", filing, *_said(review), page)


def city_answered(review: Review) -> None:
    """The district's answer, to the city and to whoever of the association asked."""
    filing = review.submission.filing
    subject = f"{filing.district.name}已答复：{filing.enterprise.name} {filing.period.label}"
    page = reverse("city_submission", args=[review.submission.receipt])
    _send(_city(review.submission), subject, "city_answered", filing, *_said(review), page)


def firm_addresses(filing: Filing) -> list[str]:
    return recipients.of_firms([filing.enterprise_id]).get(filing.enterprise_id, [])


def district_addresses(filing: Filing) -> list[str]:
    return recipients.of_districts([filing.district_id]).get(filing.district_id, [])


def minute(at: datetime) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}"


def _city(submission: Submission) -> list[str]:
    asked = submission.reviews.filter(decision__in=[Review.Decision.CITY_QUERY, Review.Decision.CITY_RETURN])
    city = User.objects.who_may(Ability.ADMINISTER)
    people = city | User.objects.filter(pk__in=asked.values("by"), is_active=True)
    return sorted({person.email for person in people if person.email})


def _of_review(review: Review, subject: str, stem: str, held_as: str = "") -> None:
    _send_what_was_decided(subject, stem, review.submission.filing, *_said(review), held_as=held_as)


def _said(review: Review) -> tuple[str, datetime, dict]:
    facts = {
        "at": minute(review.at),
        "decision": review.get_decision_display(),
        "note": review.note,
        "reasons": review.placed_reasons,
    }
    return f"review:{review.pk}", review.at, facts


def _asked(request: Request) -> str:
    return f"{request._meta.model_name}:{request.pk}"


def _change(request: BaseAdjustment) -> dict:
    return {"place": request.place, "old": request.old, "new": request.new}


def _send_what_was_decided(
    subject: str,
    stem: str,
    filing: Filing,
    event: str,
    at: datetime,
    facts: dict,
    page: str = "",
    held_as: str = "",
) -> None:
    """By the district: to the firm; and to who stands in and asked for it, at the address they have it at."""
    _send(firm_addresses(filing), subject, stem, filing, event, at, facts, page, held_as)
    own = page or reverse("filing", args=[filing.period_id])
    elsewhere = {"path": within_firm(filing.enterprise_id, own)}
    to = recipients.who_stand_in(filing.enterprise_id)
    _send(to, subject, stem, filing, event, at, facts | elsewhere, page, held_as)


def _send(
    to: list[str],
    subject: str,
    stem: str,
    filing: Filing,
    event: str,
    at: datetime,
    facts: dict,
    page: str = "",
    held_as: str = "",
) -> None:
    """`page` is where the reader goes on. Without one it is the firm's letter: it leads to the filing, and its subject
    begins with the period. What is practised says so first of all. `held_as`: the topic by which it is withdrawn while
    it is held back."""
    period = filing.period
    subject = subject if page else period.label + subject
    is_provisional = period.enterprise_deadline.provisional and not filing.is_extended
    facts = {
        "firm": filing.enterprise.name,
        "district": filing.district.name,
        "period": period.label,
        "due": f"{filing.due_on:%Y-%m-%d}{'（暂定）' if is_provisional else ''}",
        "path": page or reverse("filing", args=[period.code]),
        "practice": period.is_practice,
        **facts,
    }
    post(
        compose(
            f"filing/{stem}",
            f"【演练】{subject}" if period.is_practice else subject,
            facts,
            address,
            key=f"{stem}:{event}",
            at=at,
            period=period.code,
            enterprise=filing.enterprise,
            district=filing.district,
            topic=held_as,
            due_at=of_machine(at) + HELD_BACK if held_as else None,
        )
        for address in to
    )
