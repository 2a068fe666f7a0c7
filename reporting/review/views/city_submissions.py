"""All filings of a period, and one submission read by the city or the association: they ask and return, never write."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, District
from reporting import workflow
from reporting.firm.views.submission import Screen, decide, is_current, record_of, show_submission
from reporting.models import Filing, Review, Submission
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.review.forms import NotePress, ReasonsPress
from reporting.review.views.listing import chosen_on, list_filings
from reporting.totals.aggregation import districts_of
from reporting.totals.progress import submissions_visible_to

MOVES = ("city_query", "city_return")
REASONS = (
    "与历史数据、行业走势不符，请区县核实。",
    "说明不能解释变动，请补充依据。",
    "与税务、统计部门数据差异较大，请核实。",
    "计量单位或口径存疑，请核实。",
)


@needs(Ability.READ_CITY)
def submissions(request):
    at = clock.now()
    period = asked_period(request, at.date())
    if period is None:
        return render(request, "review/city_no_period.html")
    filings = Filing.objects.visible_to(request.user).of(period)
    choice, areas = chosen_on(request.user, "city_submissions", request.GET, period), [None]
    if choice.district:
        filings = filings.filter(district__code=choice.district)
        areas = District.objects.filter(code=choice.district)
    around = {
        "period": period,
        "periods": periods_to_show(),
        "districts": districts_of(period),
        "chosen_district": choice.district,
        "listing": list_filings(filings, period, areas, choice, request.GET.get("page", ""), at),
    }
    return render(request, "review/city_submissions.html", around)


@needs(Ability.READ_CITY)
def submission(request, receipt):
    return show(request, get_object_or_404(submissions_visible_to(request.user), receipt=receipt))


@needs(Ability.QUERY)
@require_POST
def query(request, receipt):
    decision = Review.Decision.CITY_QUERY
    return decide_here(
        request,
        receipt,
        decision,
        workflow.city_query,
        "查询已记下，区县打开这份上报件就能看到。",
        **NotePress(request.POST).said,
    )


@needs(Ability.QUERY)
@require_POST
def send_back(request, receipt):
    decision, reasons = Review.Decision.CITY_RETURN, ReasonsPress(request.POST).reasons
    return decide_here(request, receipt, decision, workflow.city_return, "已退回区县。", reasons=reasons)


def decide_here(request, receipt, decision, change, done, **words):
    found = get_object_or_404(submissions_visible_to(request.user), receipt=receipt)
    return decide(request, found, decision.value, change, done, Screen(show, "city_submission"), **words)


def moves_open(found: Submission, filing: Filing) -> list[str]:
    return [move for move in MOVES if is_current(found, filing) and filing.state in workflow.MOVES[move]]


def show(request, found, typed=None, status=200):
    filing = Filing.objects.select_related("period").get(pk=found.filing_id)
    around = {
        "typed": typed or {},
        "templates": REASONS,
        "moves": moves_open(found, filing) if request.user.may.query else [],
    }
    around |= record_of(filing, request.user)
    return show_submission(request, found, "review/city_submission.html", around, status)
