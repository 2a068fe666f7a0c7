"""A firm's filing record and the certificates made of it, for the firm, its district, the association and the city."""

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import Refused, needs, refusals_on
from accounts.models import Ability, Enterprise, Scope, User
from accounts.standing_in import plainly
from reporting.certificates import issuing
from reporting.certificates.forms import IssuePress
from reporting.models import Certificate
from text.codes import in_groups


@needs(Ability.READ_FILINGS)
def record(request, credit_code):
    return show_record(request, firm_of(request, credit_code))


@needs(Ability.FILL)
def own_record(request):
    return show_record(request, request.user.firm)


@needs(Ability.CERTIFY)
@require_POST
def issue(request, credit_code):
    return issue_for(request, firm_of(request, credit_code))


@needs(Ability.KEEP_FIRM)
@require_POST
def issue_own(request):
    return issue_for(request, request.user.enterprise)


@needs(Ability.FILL, Ability.READ_FILINGS)
def certificate(request, code):
    found = get_object_or_404(certificates_visible_to(request.user), code=code)
    around = {
        "certificate": found,
        "code": in_groups(found.code),
        "rows": issuing.rows_to_print(found),
        "counts": issuing.certified_counts(found),
        "span": issuing.span_in_words(found),
        "verify_address": f"{settings.SITE_URL}{plainly(reverse('verify'))}",
        "record_path": record_path(request.user, found.enterprise),
    }
    return render(request, "certificates/certificate.html", around)


def show_record(request, enterprise: Enterprise, status: int = 200, **typed):
    at = clock.now()
    timelines = issuing.record_of(enterprise, at)
    first, last = (typed.get(name, request.GET.get(name, "")) for name in ("first", "last"))
    try:
        shown = issuing.within(timelines, first, last)
    except Refused as refused:
        if not typed:  # else it has been said
            messages.error(request, str(refused))
        shown, first, last = timelines, "", ""
    periods = issuing.codes_of(timelines)
    first, last = first or (periods[0][0] if periods else ""), last or (periods[-1][0] if periods else "")
    around = {
        "firm": enterprise,
        "periods": periods,
        "first": first,
        "last": last,
        "span": [label for code, label in periods if code in (first, last)],
        "lines": [{"timeline": c, "label": issuing.period_of(c).label} for c in reversed(shown)],
        "counts": issuing.counts_of(timeline.outcome for timeline in shown),
        "due": sum(issuing.is_due(timeline, at) for timeline in shown),
        "not_due": [issuing.period_of(c).label for c in shown if not issuing.is_due(c, at)],
        "certificates": certificates_of(enterprise),
        "may_issue": issuing.may_issue(request.user, enterprise),
        "issue_path": issue_path(request.user, enterprise),
        "record_path": record_path(request.user, enterprise),
        "purpose": typed.get("purpose", ""),
    }
    return render(request, "certificates/record.html", around, status=status)


def issue_for(request, enterprise: Enterprise):
    asked = IssuePress(request.POST).said
    with refusals_on(request):
        issued = issuing.issue(enterprise, **asked, by=request.user, at=clock.now())
        return redirect("certificate", issued.code)
    return show_record(request, enterprise, status=409, **asked)


def firm_of(request, credit_code: str) -> Enterprise:
    return get_object_or_404(Enterprise.objects.visible_to(request.user), credit_code=credit_code)


def certificates_visible_to(user: User) -> QuerySet[Certificate]:
    firms = Enterprise.objects.visible_to(user)
    return Certificate.objects.filter(enterprise__in=firms).select_related("enterprise", "issued_by")


def certificates_of(enterprise: Enterprise) -> list[dict]:
    issued = Certificate.objects.filter(enterprise=enterprise).select_related("issued_by__district")
    return [{"certificate": each, "span": issuing.span_in_words(each)} for each in issued]


def record_path(user: User, enterprise: Enterprise) -> str:
    return reverse("own_record") if user.scope == Scope.ENTERPRISE else reverse("record", args=[enterprise.credit_code])


def issue_path(user: User, enterprise: Enterprise) -> str:
    own = user.scope == Scope.ENTERPRISE
    return reverse("issue_own") if own else reverse("issue_certificate", args=[enterprise.credit_code])
