"""The district's first page: the period at a glance, each number a link to the list behind it."""

from django.shortcuts import render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, Application, Move, Takeover
from accounts.post import dead_addresses
from reporting.filing.punctuality import held_past_due
from reporting.models import Filing, HistoryObjection, Review, Standing
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.totals.progress import WHOLE, progress_of, requests_waiting, revenue_shares


@needs(Ability.REVIEW)
def home(request):
    at = clock.now()
    period = asked_period(request, at.date())
    if period is None:
        return render(request, "review/district_no_period.html")
    filings = Filing.objects.visible_to(request.user).of(period)
    after_lock = Filing.objects.visible_to(request.user).standing_at(Standing.LET_IN_WAITING)
    around = {
        "after_lock": after_lock.select_related("enterprise", "period", "in_force").order_by("in_force__submitted_at")[
            :20
        ],
        "period": period,
        "periods": periods_to_show(),
        "progress": progress_of(filings),
        "overdue": filings.overdue(at).count(),
        "revenue_share": revenue_shares(filings, period).get(WHOLE),
        "decided_late": Review.objects.standing().filter(submission__filing__in=filings, on_time=False).count(),
        "held": held_past_due(filings, at).count(),
        "requests": sum(requests_waiting(request.user).values()),
        "history": HistoryObjection.objects.visible_to(request.user).waiting().count(),
        "dead_addresses": dead_addresses.visible_to(request.user).filter(settled_at=None).count(),
        "applications": Application.objects.visible_to(request.user).waiting().count(),
        "takeovers": Takeover.objects.waiting_for(request.user).count(),
        "moves": Move.objects.waiting().filter(district=request.user.district_id).count(),
    }
    return render(request, "review/district_home.html", around)
