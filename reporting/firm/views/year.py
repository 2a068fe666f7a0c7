"""Twelve months of a firm in pictures, for the firm, its district, the association and the city."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, Enterprise
from reporting.firm.year import year_of
from reporting.firm.year_charts import charts_of


@needs(Ability.FILL)
def own_year(request):
    return show_year(request, request.user.firm)


@needs(Ability.READ_FILINGS)
def year(request, credit_code):
    return show_year(request, get_object_or_404(Enterprise.objects.visible_to(request.user), credit_code=credit_code))


def show_year(request: HttpRequest, firm: Enterprise) -> HttpResponse:
    found = year_of(firm, clock.now())
    charts = charts_of(found) if found else []
    return render(request, "firm/year.html", {"firm": firm, "year": found, "charts": charts})
