"""The city's first page: every district of the period as a tile and as a row, the dates, and what blocks the lock."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.shortcuts import render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, DeadAddress, Letter
from accounts.post.state import look
from reporting import workflow
from reporting.filing.progress import (
    WHOLE,
    DistrictStanding,
    city_standing,
    requests_waiting,
    revenue_shares,
    standing_of,
)
from reporting.filing.punctuality import held_past_due
from reporting.letters.sent import failed_lately
from reporting.models import Filing
from reporting.pages.chosen_period import asked_period, periods_to_show

TILE_MAP = Path(__file__).resolve().parents[1] / "tile_map.toml"
SORTS = {
    "district": lambda row: row.district.position,
    "owed": lambda row: row.standing.owed,
    "filed": lambda row: row.standing.filed,
    "approved": lambda row: row.standing.approved,
    "on_time": lambda row: row.standing.on_time_share or -1,
    "late": lambda row: row.standing.late,
    "revenue": lambda row: row.revenue_share.percent or -1,
}


@dataclass(frozen=True)
class Tile:
    of: DistrictStanding
    name: str
    place: str  # classes that put the tile where the district lies


@needs(Ability.READ_CITY)
def home(request):
    at = clock.now()
    period = asked_period(request, at.date())
    if period is None:
        return render(request, "review/city_no_period.html")
    filings = Filing.objects.of(period)
    rows = city_standing(period)
    sort = request.GET.get("sort", "district")
    around = {
        "period": period,
        "periods": periods_to_show(),
        "standing": standing_of(filings),
        "overdue": filings.overdue(at).count(),
        "held": held_past_due(filings, at).count(),
        "requests": sum(requests_waiting(request.user).values()),
        "revenue_share": revenue_shares(filings, period).get(WHOLE),
        "tiles": tiles_of(rows),
        "rows": sorted_rows(rows, sort),
        "sort": sort,
        "mail": look(at),
        "failed_letters": failed_lately(Letter.objects.all(), at).count(),
        "dead_addresses": DeadAddress.objects.filter(settled_at=None).count(),
        "hindrances": workflow.standing_in_the_way(period),
    }
    return render(request, "review/city_home.html", around)


def sorted_rows(rows: list[DistrictStanding], sort: str) -> list[DistrictStanding]:
    key = SORTS.get(sort.removeprefix("-"), SORTS["district"])
    return sorted(rows, key=key, reverse=sort.startswith("-"))


def tiles_of(rows: list[DistrictStanding]) -> list[Tile]:
    return [tile_of(row) for row in rows]


def tile_of(row: DistrictStanding) -> Tile:
    placed = tile_map().get(row.district.code)
    if placed is None:
        return Tile(row, row.district.name, "")
    return Tile(row, placed["name"], f"row-{placed['row']} column-{placed['column']}")


@cache
def tile_map() -> dict[str, dict]:
    return {tile["code"]: tile for tile in tomllib.loads(TILE_MAP.read_text(encoding="utf-8"))["tiles"]}
