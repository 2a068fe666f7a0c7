"""What the city's firms have asked of their districts and what was decided, to read."""

from django.shortcuts import render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, District
from reporting.pages.chosen_period import periods_to_show
from reporting.review.views.requests import chosen_kind, kinds_of, page_of
from reporting.totals.progress import requests_visible_to

STATES = {
    "waiting": ("待区县决定", lambda found: found.waiting()),
    "granted": ("已同意", lambda found: found.filter(granted=True)),
    "refused": ("未同意", lambda found: found.filter(granted=False)),
}


@needs(Ability.READ_CITY)
def requests(request):
    kinds = kinds_of(request)
    kind = chosen_kind(kinds)
    found = requests_visible_to(request.user, kind.name)
    district, period, state = (request.GET.get(name, "") for name in ("district", "period", "state"))
    if district:
        found = found.filter(filing__district__code=district)
    if period:
        found = found.filter(filing__period=period)
    if state in STATES:
        found = STATES[state][1](found)
    around = {
        "kinds": kinds,
        "kind": kind,
        "page": page_of(request, found),
        "districts": District.objects.valid_on(clock.today()),
        "periods": periods_to_show(),
        "states": [(name, label) for name, (label, _) in STATES.items()],
        "chosen": {"district": district, "period": period, "state": state},
    }
    return render(request, "review/city_requests.html", around)
