"""The city's totals: one period, one table, the city or one district; an indicator over the districts."""

from django.shortcuts import render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from reporting.totals.views.tables import (
    asked_for,
    lay_out_totals,
    over_districts,
    periods_with_totals,
    tables_with_totals,
)


@needs(Ability.READ_CITY)
def totals(request):
    at = clock.now()
    asked = asked_for(request, at, include_submitted=request.GET.get("submitted") == "yes")
    if asked is None:
        return render(request, "review/city_no_period.html")
    summary = asked.summary
    tables = tables_with_totals(summary)
    table = next((table for table in tables if table.key == request.GET.get("table")), tables[0])
    area = next((area for area in summary.districts if area.code == request.GET.get("area")), summary.city)
    indicator = next((row for row in table.indicators if row.code == request.GET.get("indicator")), None)
    around = {
        "period": asked.period,
        "periods": periods_with_totals(),
        "summary": summary,
        "tables": tables,
        "totals": lay_out_totals(summary, area, table),
        "indicator": indicator,
        "over_districts": over_districts(summary, indicator) if indicator else [],
    }
    return render(request, "totals/city.html", around)
