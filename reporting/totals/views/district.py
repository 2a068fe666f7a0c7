"""The district's own totals, on the page. Other districts' figures never reach this page."""

from django.shortcuts import render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from reporting.totals.rounding.shown import MEASURES, shown
from reporting.totals.views.tables import (
    asked_of_district,
    lay_out_totals,
    measure_asked,
    periods_with_totals,
    tables_with_totals,
)


@needs(Ability.REVIEW)
def totals(request):
    at = clock.now()
    asked = asked_of_district(request, at, request.user.district)
    if asked is None:
        return render(request, "review/district_no_period.html")
    around = {"period": asked.period, "periods": periods_with_totals()}
    if summary := asked.summary:
        tables = tables_with_totals(summary)
        table = next((table for table in tables if table.key == request.GET.get("table")), tables[0])
        totals_shown = shown(summary, measure_asked(request), asked.whole)
        around |= {
            "summary": summary,
            "shown": totals_shown,
            "measures": MEASURES.values(),
            "tables": tables,
            "totals": lay_out_totals(totals_shown, summary.city, table),
        }
    return render(request, "totals/district.html", around)
