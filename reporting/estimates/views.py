"""截止之夜: what is in, between which ends the totals will come to lie, and whom to ring first. A district sees its own
alone: its estimates rest on firms of the whole city, and no other one's figure is shown."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, District
from reporting.estimates.layout import NightLayout
from reporting.estimates.night import night_of
from reporting.pages.chosen_period import periods_to_show


@needs(Ability.READ_CITY)
@require_GET
def city(request, code):
    return show_night(request, code)


@needs(Ability.REVIEW)
@require_GET
def district(request, code):
    return show_night(request, code, request.user.district)


def show_night(request: HttpRequest, code: str, own: District | None = None):
    at = clock.now()
    period = get_object_or_404(periods_to_show(), pk=code)
    night = night_of(period, at, own.code if own else None)
    names = dict(District.objects.values_list("code", "name"))
    around = {"period": period, "own": own, "at": at, "night": night and NightLayout(night, names)}
    return render(request, "estimates/night.html", around)
