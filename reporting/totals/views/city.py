"""The city's totals: one period, one table, the city or one district; an indicator over the districts."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from accounts import clock, journal
from accounts.access import needs
from accounts.models import Ability
from reporting.totals.history import summary_of
from reporting.totals.package.earlier import totals_before
from reporting.totals.package.packing import package_of
from reporting.totals.rounding.shown import MEASURES, shown
from reporting.totals.tabulation.page import PROVISIONAL
from reporting.totals.views.tables import (
    asked_for,
    lay_out_totals,
    measure_asked,
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
    summary, measure = asked.summary, measure_asked(request)
    totals_shown = shown(summary, measure)
    tables = tables_with_totals(summary)
    table = next((table for table in tables if table.key == request.GET.get("table")), tables[0])
    area = next((area for area in summary.districts if area.code == request.GET.get("area")), summary.city)
    indicator = next((row for row in table.indicators if row.code == request.GET.get("indicator")), None)
    around = {
        "period": asked.period,
        "periods": periods_with_totals(),
        "summary": summary,
        "shown": totals_shown,
        "measures": MEASURES.values(),
        "tables": tables,
        "totals": lay_out_totals(totals_shown, area, table),
        "indicator": indicator,
        "indicator_unit": totals_shown.unit(indicator) if indicator else "",
        "over_districts": over_districts(totals_shown, indicator) if indicator else [],
    }
    return render(request, "totals/city.html", around)


@needs(Ability.READ_CITY)
def package(request, code):
    """What the city hands over to the ministry."""
    at, measure = clock.now(), measure_asked(request)
    summary = summary_of(code, at, include_submitted=request.GET.get("submitted") == "yes")
    if summary is None:
        raise Http404(f"没有报告期{code}。")
    kind = "（含待审核）" * summary.include_submitted + f"（{PROVISIONAL}）" * bool(summary.provisional)
    name = f"{summary.period.label}_报部材料{kind}{'' if measure.is_as_filed else measure.label}.zip"
    content = package_of(summary, measure, totals_before(summary))
    subject = name.partition("_")[2].removesuffix(".zip")
    journal.record(
        by=request.user, at=at, action="导出报部材料", subject=subject, district=request.user.district, period=code
    )
    return HttpResponse(
        content,
        content_type="application/zip",
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )
