"""The city's totals: one period, one table, the city or one district; an indicator over the districts; the workbook."""

from django.shortcuts import get_object_or_404, render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from reporting.models import Period
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.totals.aggregation import summarise
from reporting.totals.views.tables import (
    lay_out_totals,
    over_districts,
    summary_at_hand,
    tables_with_totals,
    workbook_response,
)


@needs(Ability.READ_CITY)
def totals(request):
    at = clock.now()
    period = asked_period(request, at.date())
    if period is None:
        return render(request, "review/city_no_period.html")
    submitted_too = request.GET.get("submitted") == "yes"
    summary = summary_at_hand(period, at, include_submitted=submitted_too)
    tables = tables_with_totals(summary)
    table = next((table for table in tables if table.key == request.GET.get("table")), tables[0])
    area = next((area for area in summary.districts if area.code == request.GET.get("area")), summary.city)
    indicator = next((row for row in table.indicators if row.code == request.GET.get("indicator")), None)
    around = {
        "period": period,
        "periods": periods_to_show(),
        "summary": summary,
        "tables": tables,
        "totals": lay_out_totals(summary, area, table),
        "indicator": indicator,
        "over_districts": over_districts(summary, indicator) if indicator else [],
    }
    return render(request, "totals/city.html", around)


@needs(Ability.READ_CITY)
def workbook(request, code):
    period = get_object_or_404(Period, pk=code)
    submitted_too = request.GET.get("submitted") == "yes"
    at = clock.now()
    summary = summarise(period, at, include_submitted=submitted_too)
    return workbook_response(summary, f"{period.label}_全市汇总表" + "（含待审核）" * submitted_too, at)
