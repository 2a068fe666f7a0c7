"""The district's own totals, on the page and as a workbook. Other districts' figures never reach this page."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from reporting.models import Period
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.totals.views.tables import (
    lay_out_totals,
    of_district,
    summary_at_hand,
    tables_with_totals,
    workbook_response,
)


@needs(Ability.REVIEW)
def totals(request):
    at = clock.now()
    period = asked_period(request, at.date())
    if period is None:
        return render(request, "review/district_no_period.html")
    around = {"period": period, "periods": periods_to_show()}
    summary = own_summary(request.user.district, period, at)
    if summary:
        tables = tables_with_totals(summary)
        table = next((table for table in tables if table.key == request.GET.get("table")), tables[0])
        around |= {"summary": summary, "tables": tables, "totals": lay_out_totals(summary, summary.city, table)}
    return render(request, "totals/district.html", around)


@needs(Ability.REVIEW)
def workbook(request, code):
    period = get_object_or_404(Period, pk=code)
    at = clock.now()
    summary = own_summary(request.user.district, period, at)
    if summary is None:
        raise Http404("本区县在这个报告期没有应报的企业。")
    return workbook_response(summary, f"{period.label}_{request.user.district.name}_汇总表", at)


def own_summary(district, period, at):
    """The period's totals cut down to one district; None where it is neither valid then nor owed anything."""
    summary = summary_at_hand(period, at)
    return of_district(summary, district.code) if any(a.code == district.code for a in summary.districts) else None
