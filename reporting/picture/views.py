"""图: a period of the city or of one district in charts."""

from datetime import datetime

from django.http import Http404
from django.shortcuts import redirect, render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, District
from reporting.models import Period
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.picture.districts_map import map_of, measures_of
from reporting.picture.figure import figures_to_choose
from reporting.picture.pages import Picture
from reporting.picture.standing import provisional
from reporting.totals.aggregation import Summary
from reporting.totals.handing_out import of_district
from reporting.totals.history import ImportedPeriod, imported_period
from reporting.totals.views.tables import (
    district_totals_at_hand,
    history_at_hand,
    periods_with_totals,
    totals_at_hand,
)


@needs(Ability.READ_CITY)
def current_city(request):
    period = imported_period(request.GET.get("period", "")) or asked_period(request, clock.today())
    return redirect("city_picture", period.code) if period else render(request, "review/city_no_period.html")


@needs(Ability.REVIEW)
def current_district(request):
    period = imported_period(request.GET.get("period", "")) or asked_period(request, clock.today())
    return redirect("district_picture", period.code) if period else render(request, "review/district_no_period.html")


@needs(Ability.READ_CITY)
def city(request, code):
    at, period = clock.now(), named_or_404(code)
    picture = Picture(period, city_summary(period, at), at, cell=request.GET.get("cell", ""))
    return render(request, "picture/picture.html", around(period) | shown(picture))


@needs(Ability.REVIEW)
def district(request, code):
    at, period, own = clock.now(), named_or_404(code), request.user.district
    summary = district_summary(period, at, own)
    picture = summary and Picture(period, summary, at, own, request.GET.get("cell", ""))
    return render(request, "picture/picture.html", around(period) | {"own": own} | (shown(picture) if picture else {}))


@needs(Ability.READ_CITY)
def current_map(request):
    period = imported_period(request.GET.get("period", "")) or asked_period(request, clock.today())
    return redirect("city_map", period.code) if period else render(request, "review/city_no_period.html")


@needs(Ability.READ_CITY)
def city_map(request, code):
    at, period = clock.now(), named_or_404(code)
    summary = city_summary(period, at)
    figure = next(iter(figures_to_choose(summary.edition, summary.period).values()), None)
    measures = measures_of(summary, figure)
    chosen = measures.get(request.GET.get("by", "")) or next(iter(measures.values()), None)
    drawn = map_of(summary, chosen) if chosen else None
    is_map = request.GET.get("shape") == "map" and drawn is not None and drawn.outlines is not None
    said = {"measures": measures.values(), "map": drawn, "is_map": is_map}
    return render(request, "picture/map.html", around(period) | said | {"standing": provisional(summary, summary.city)})


def named_or_404(code: str) -> Period | ImportedPeriod:
    """Opened here, or imported."""
    found = periods_to_show().filter(pk=code).first() or imported_period(code)
    if found is None:
        raise Http404(f"没有报告期{code}。")
    return found


def city_summary(period: Period | ImportedPeriod, at: datetime) -> Summary:
    return totals_at_hand(period, at) if isinstance(period, Period) else history_at_hand(period, at)


def district_summary(period: Period | ImportedPeriod, at: datetime, own: District) -> Summary | None:
    """None where it owes nothing then."""
    if isinstance(period, ImportedPeriod):
        return of_district(history_at_hand(period, at), own.code)
    summary = district_totals_at_hand(period, at, own)
    return summary and (summary if summary.is_of_one_district else of_district(summary, own.code))


def around(period: Period | ImportedPeriod) -> dict:
    return {"period": period, "periods": periods_with_totals()}


def shown(picture: Picture) -> dict:
    return {"picture": picture, "charts": picture.charts()}
