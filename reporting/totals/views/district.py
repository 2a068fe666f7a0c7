"""The district's own totals, on the page. Other districts' figures never reach this page."""

from django.shortcuts import render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from reporting.totals.handing_out import own_summary
from reporting.totals.views.tables import (
    asked_for,
    lay_out_totals,
    periods_with_totals,
    tables_with_totals,
)


@needs(Ability.REVIEW)
def totals(request):
    at = clock.now()
    asked = asked_for(request, at)
    if asked is None:
        return render(request, "review/district_no_period.html")
    around = {"period": asked.period, "periods": periods_with_totals()}
    summary = own_summary(asked.summary, request.user.district)
    if summary:
        tables = tables_with_totals(summary)
        table = next((table for table in tables if table.key == request.GET.get("table")), tables[0])
        around |= {"summary": summary, "tables": tables, "totals": lay_out_totals(summary, summary.city, table)}
    return render(request, "totals/district.html", around)
