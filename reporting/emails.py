"""The letters about filings: one function per letter, each over the one maker in accounts.letters."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse

from accounts.letters import deliver_after_commit
from accounts.models import User
from reporting.models import Filing, LateRequest, Review, Submission


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


def _firm(filing: Filing) -> list[str]:
    people = User.objects.filter(enterprise=filing.enterprise, is_active=True)
    return _addresses(people) or ([filing.enterprise.email] if filing.enterprise.email else [])


def _district(filing: Filing) -> list[str]:
    return _addresses(User.objects.filter(role=User.Role.DISTRICT, district=filing.district, is_active=True))


def _addresses(people: Iterable[User]) -> list[str]:
    return sorted({person.email for person in people if person.email})


def _send(to: list[str], subject: str, stem: str, filing: Filing, page: str = "", **context) -> None:
    """`page` is where the reader goes on; the firm goes to its filing."""
    url = settings.SITE_URL + (page or reverse("filing", args=[filing.period_id]))
    for address in to:
        deliver_after_commit(subject, f"filing/{stem}", {"filing": filing, "url": url, **context}, [address])
