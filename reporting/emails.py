"""The letters about filings: one function per letter, each over the one maker in accounts.letters."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from accounts.letters import deliver_after_commit
from accounts.models import User
from reporting.models import BaseAdjustment, Filing, LateRequest, Review, Submission


def submitted(submission: Submission) -> None:
    """The receipt, to the firm."""
    filing = submission.filing
    _send(_firm(filing), f"{filing.period.label}统计报表已上报", "submitted", filing, submission=submission)


def approved(review: Review) -> None:
    filing = review.submission.filing
    _send(_firm(filing), f"{filing.period.label}统计报表已通过区县审核", "approved", filing, review=review)


def sent_back(review: Review) -> None:
    filing = review.submission.filing
    _send(_firm(filing), f"{filing.period.label}统计报表被退回，请修改后重新上报", "sent_back", filing, review=review)


def queried(review: Review) -> None:
    filing = review.submission.filing
    _send(_firm(filing), f"{filing.period.label}统计报表：区县查询，请答复", "queried", filing, review=review)


def amendment_begun(filing: Filing, reason: str) -> None:
    subject = f"{filing.enterprise.name}修订{filing.period.label}报表"
    page = reverse("district_review", args=[filing.latest.receipt])
    _send(_district(filing), subject, "amendment", filing, page, reason=reason)


def city_asked(review: Review) -> None:
    """The city's question or return, to the district that passed the submission on."""
    filing = review.submission.filing
    subject = f"市级{review.get_decision_display()}：{filing.enterprise.name} {filing.period.label}"
    page = reverse("district_review", args=[review.submission.receipt])
    _send(_district(filing), subject, "city_asked", filing, page, review=review)


def late_asked(request: LateRequest) -> None:
    filing = request.filing
    subject = f"{filing.enterprise.name}申请补报{filing.period.label}报表"
    _send(_district(filing), subject, "late_asked", filing, reverse("district_requests"), request=request)


def late_decided(request: LateRequest) -> None:
    filing = request.filing
    subject = f"{filing.period.label}补报申请：{request.state_words}"
    _send(_firm(filing), subject, "late_decided", filing, request=request)


def adjustment_asked(request: BaseAdjustment) -> None:
    filing = request.filing
    subject = f"{filing.enterprise.name}申请{filing.period.label}口径调整"
    _send(_district(filing), subject, "adjustment_asked", filing, reverse("district_requests"), request=request)


def adjustment_decided(request: BaseAdjustment) -> None:
    filing = request.filing
    subject = f"{filing.period.label}口径调整申请：{request.state_words}"
    page = reverse("adjustments", args=[filing.period_id])
    _send(_firm(filing), subject, "adjustment_decided", filing, page, request=request)


def answered(review: Review) -> None:
    """The firm's answer, to the district that asked."""
    filing = review.submission.filing
    subject = f"{filing.enterprise.name}已答复{filing.period.label}报表的查询"
    page = reverse("district_review", args=[review.submission.receipt])
    _send(_district(filing), subject, "answered", filing, page, review=review)


def city_answered(review: Review) -> None:
    """The district's answer, to the city and to whoever of the association asked."""
    filing = review.submission.filing
    subject = f"{filing.district.name}已答复：{filing.enterprise.name} {filing.period.label}"
    page = reverse("city_submission", args=[review.submission.receipt])
    _send(_city(review.submission), subject, "city_answered", filing, page, review=review)


def _firm(filing: Filing) -> list[str]:
    people = User.objects.filter(enterprise=filing.enterprise, is_active=True)
    return _addresses(people) or ([filing.enterprise.email] if filing.enterprise.email else [])


def _district(filing: Filing) -> list[str]:
    return _addresses(User.objects.filter(role=User.Role.DISTRICT, district=filing.district, is_active=True))


def _city(submission: Submission) -> list[str]:
    asked = submission.reviews.filter(decision__in=[Review.Decision.CITY_QUERY, Review.Decision.CITY_RETURN])
    return _addresses(User.objects.filter(Q(role=User.Role.CITY) | Q(pk__in=asked.values("by")), is_active=True))


def _addresses(people: Iterable[User]) -> list[str]:
    return sorted({person.email for person in people if person.email})


def _send(to: list[str], subject: str, stem: str, filing: Filing, page: str = "", **context) -> None:
    """`page` is where the reader goes on; the firm goes to its filing."""
    url = settings.SITE_URL + (page or reverse("filing", args=[filing.period_id]))
    for address in to:
        deliver_after_commit(subject, f"filing/{stem}", {"filing": filing, "url": url, **context}, [address])
