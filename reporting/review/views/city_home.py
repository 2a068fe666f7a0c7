"""The city's first page: every district of the period as a tile and as a row, the dates, and what blocks the lock."""

from dataclasses import dataclass

from django.shortcuts import render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, DeadAddress, Letter, Takeover
from accounts.post.state import look
from reporting import workflow
from reporting.filing.punctuality import held_past_due
from reporting.letters.sent import failed_lately
from reporting.models import Filing, LockProposal
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.register.facts import platform
from reporting.totals.progress import (
    DistrictProgress,
    city_progress,
    requests_waiting,
)

SORTS = {
    "district": lambda row: row.district.position,
    "owed": lambda row: row.progress.owed,
    "filed": lambda row: row.progress.filed,
    "approved": lambda row: row.progress.approved,
    "on_time": lambda row: row.progress.on_time_share or -1,
    "late": lambda row: row.progress.late,
    "revenue": lambda row: row.revenue_share.percent or -1,
}


@dataclass(frozen=True)
class DistrictTile:
    of: DistrictProgress
    name: str
    place: str  # classes that put the tile where the district lies


@needs(Ability.READ_CITY)
def home(request):
    at = clock.now()
    period = asked_period(request, at.date())
    if period is None:
        return render(request, "review/city_no_period.html")
    filings = Filing.objects.of(period)
    city = city_progress(period)
    sort = request.GET.get("sort", "district")
    around = {
        "period": period,
        "periods": periods_to_show(),
        "progress": city.whole,
        "overdue": filings.overdue(at).count(),
        "held": held_past_due(filings, at).count(),
        "requests": sum(requests_waiting(request.user).values()),
        "takeovers": Takeover.objects.waiting_for(request.user).count() if request.user.may.administer else 0,
        "revenue_share": city.revenue_share,
        "tiles": tiles_of(city.districts),
        "rows": sorted_rows(city.districts, sort),
        "sort": sort,
        "mail": look(at),
        "failed_letters": failed_lately(Letter.objects.all(), at).count(),
        "dead_addresses": DeadAddress.objects.filter(settled_at=None).count(),
        "proposals": LockProposal.objects.filter(outcome="").select_related("period", "by"),
        "obstacles": workflow.standing_in_the_way(period),
    }
    return render(request, "review/city_home.html", around)


def sorted_rows(rows: list[DistrictProgress], sort: str) -> list[DistrictProgress]:
    key = SORTS.get(sort.removeprefix("-"), SORTS["district"])
    return sorted(rows, key=key, reverse=sort.startswith("-"))


def tiles_of(rows: list[DistrictProgress]) -> list[DistrictTile]:
    return [tile_of(row) for row in rows]


def tile_of(row: DistrictProgress) -> DistrictTile:
    placed = platform().tiles.get(row.district.code)
    if placed is None:
        return DistrictTile(row, row.district.name, "")
    return DistrictTile(row, placed.name, f"row-{placed.row} column-{placed.column}")
