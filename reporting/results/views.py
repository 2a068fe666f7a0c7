"""评比: how the districts did in a period or a year, each number a link to its filings.

The city and the association see every district; a district its own line, its rank and the middle district's value,
never another one's line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, District, Scope, User
from reporting.dates.deadlines import is_past
from reporting.models import Deadline, Filing, Period
from reporting.pages.chosen_period import period_in_hand, periods_to_show
from reporting.pages.downloads import workbook_answer
from reporting.results.measures import DEFAULT, MEASURES, RANKED, LeagueMeasure, Tally, total
from reporting.results.tallies import (
    RankedDistrict,
    Results,
    median_of,
    over_the_year,
    periods_of_year,
    ranked,
    results_for,
    results_of,
    timelines_behind,
)
from reporting.results.timelines import Timeline
from reporting.results.workbook import write_league
from reporting.totals.aggregation import districts_of

ALL = "all"  # the whole city, in the place of a district's code
PAGE = 50
WORST_FIRST = {
    "returned": lambda timeline: -timeline.rounds,
    "decided": lambda timeline: -max(timeline.held, default=0),
    "district_late": lambda timeline: -timeline.decided_late,
}


@dataclass(frozen=True)
class LeagueCell:
    value: Decimal | int | None
    path: str


@dataclass(frozen=True)
class LeagueLine:
    """A district's line of a page; without cells' paths where there is no list to open."""

    name: str
    rank: int | None
    cells: list[LeagueCell]
    is_idle: bool = False


@needs(Ability.READ_FILINGS)
def current_league(request):
    """The period chosen in the form; without one, the newest whose firms' date has passed."""
    if asked := request.GET.get("period"):
        code = get_object_or_404(periods_to_show(), pk=asked).code
    else:
        code = newest_due(clock.today())
    if not code:
        page = "district" if request.user.scope == Scope.DISTRICT else "city"
        return render(request, f"review/{page}_no_period.html")
    by = request.GET.get("by")
    return redirect(reverse("league", args=[code]) + (f"?by={by}" if by in RANKED else ""))


@needs(Ability.READ_FILINGS)
def league(request, code):
    period, by = get_object_or_404(periods_to_show(), pk=code), measure_asked(request, RANKED, "by")
    results = results_of(period, clock.now())
    rows = ranked(districts_of(period), results.tallies, by)
    sort = request.GET.get("sort", "")
    around = {
        "period": period,
        "periods": periods_to_show(),
        "year": period.parsed.year,
        "results": results,
        "measures": MEASURES.values(),
        "ranked": RANKED.values(),
        "by": by,
        "sort": sort,
        "lines": [line_of(row, period) for row in in_order(seen_by(request.user, rows), sort)],
        "median": [median_of(results.tallies.values(), measure) for measure in MEASURES.values()],
        "own": next((row for row in rows if row.district == request.user.district), None),
        "own_value": by.of(results.tallies.get(request.user.district_id, Tally())),
        "median_by": median_of(results.tallies.values(), by),
        "competing": sum(row.rank is not None for row in rows),
        "whole": cells_of(results.whole, period, ALL),
    }
    return render(request, "results/league.html", around)


@needs(Ability.READ_FILINGS)
def workbook(request, code):
    period, at = get_object_or_404(periods_to_show(), pk=code), clock.now()
    by, results = measure_asked(request, RANKED, "by"), results_of(period, at)
    rows = seen_by(request.user, ranked(districts_of(period), results.tallies, by))
    content = write_league(results, rows, by, at, with_city=request.user.scope == Scope.CITY)
    return workbook_answer(content, f"{period.label}_区县评比.xlsx")


@needs(Ability.READ_FILINGS)
def year(request, year):
    at = clock.now()
    measure, periods = measure_asked(request, MEASURES, "measure"), periods_of_year(year, at)
    if not periods:
        raise Http404("这一年没有报告期。")
    results = results_for(periods, at)
    tallies = over_the_year(each for each in results if is_due(each, at))
    districts = District.objects.filter(pk__in={district for each in results for district in each.tallies})
    rows = ranked(districts, tallies, measure)
    around = {
        "year": year,
        "years": years_reported(),
        "measure": measure,
        "measures": MEASURES.values(),
        "results": results,
        "lines": [year_line(row, results, measure) for row in seen_by(request.user, rows)],
        "whole": [cell_of(each.whole, measure, each.period, ALL) for each in results]
        + [LeagueCell(measure.of(total(tallies.values())), "")],
        "median": [median_of(t, measure) for t in [*(each.tallies.values() for each in results), tallies.values()]],
    }
    return render(request, "results/year.html", around)


@needs(Ability.READ_FILINGS)
def filings(request, code, district, measure):
    """The filings behind one number; of a quotient those counted in it, or with ?of=whole those it is a share of."""
    period = get_object_or_404(periods_to_show(), pk=code)
    measure = MEASURES.get(measure) or not_found("没有这项指标。")
    area = area_asked(request.user, district)
    mine = Filing.objects.visible_to(request.user).filter(period=period).order_by("enterprise__credit_code")
    mine = mine.filter(district=area) if area else mine
    of_whole = bool(measure.among) and request.GET.get("of") == "whole"
    which = measure.among if of_whole else measure.behind
    at = clock.now()
    timelines = sorted(timelines_behind(period, mine, which, at), key=WORST_FIRST.get(which, lambda timeline: 0))
    page = Paginator(timelines, PAGE).get_page(request.GET.get("page"))
    around = {
        "period": period,
        "area": area,
        "measure": measure,
        "of_whole": of_whole,
        "has_whole": bool(measure.among) and measure.among != measure.behind,
        "page": page,
        "rows": with_filings(page),
    }
    return render(request, "results/filings.html", around)


def measure_asked(request, measures: Mapping[str, LeagueMeasure], name: str) -> LeagueMeasure:
    return measures.get(request.GET.get(name, ""), DEFAULT)


def newest_due(today: date) -> str:
    due = Deadline.objects.filter(level=Deadline.ENTERPRISE, date__lt=today).order_by("-date", "-period").first()
    period = due.period if due else period_in_hand(today)
    return period.code if period else ""


def years_reported() -> list[int]:
    return sorted({int(code[:4]) for code in Period.objects.values_list("code", flat=True)}, reverse=True)


def is_due(results: Results, at: datetime) -> bool:
    """Whether the firms' date has passed: before, a year would blame those who still have time."""
    return is_past(results.period.enterprise_deadline.date, at)


def seen_by(user: User, rows: list[RankedDistrict]) -> list[RankedDistrict]:
    if user.scope == Scope.DISTRICT:
        return [row for row in rows if row.district == user.district]
    return rows


def in_order(rows: list[RankedDistrict], sort: str) -> list[RankedDistrict]:
    """By a measure's value, blanks last both ways; anything else leaves the order of the ranks."""
    name = sort.removeprefix("-")
    if name == "district":
        return sorted(rows, key=lambda row: row.district.position, reverse=sort.startswith("-"))
    if name not in MEASURES:
        return rows
    known = [row for row in rows if MEASURES[name].of(row.tally) is not None]
    known.sort(key=lambda row: MEASURES[name].of(row.tally), reverse=sort.startswith("-"))
    return known + [row for row in rows if MEASURES[name].of(row.tally) is None]


def line_of(row: RankedDistrict, period: Period) -> LeagueLine:
    return LeagueLine(row.district.name, row.rank, cells_of(row.tally, period, row.district.code), not row.tally.owed)


def cells_of(tally: Tally, period: Period, area: str) -> list[LeagueCell]:
    return [cell_of(tally, measure, period, area) for measure in MEASURES.values()]


def cell_of(tally: Tally, measure: LeagueMeasure, period: Period, area: str) -> LeagueCell:
    return LeagueCell(measure.of(tally), reverse("league_filings", args=[period.code, area, measure.name]))


def year_line(row: RankedDistrict, results: Iterable[Results], measure: LeagueMeasure) -> LeagueLine:
    cells = [
        cell_of(each.tallies.get(row.district.pk, Tally()), measure, each.period, row.district.code) for each in results
    ]
    return LeagueLine(row.district.name, row.rank, [*cells, LeagueCell(measure.of(row.tally), "")])


def area_asked(user: User, code: str) -> District | None:
    """None for the whole city, which a district may not ask for."""
    if code == ALL and user.scope == Scope.CITY:
        return None
    district = get_object_or_404(District, code=code)
    if user.scope == Scope.DISTRICT and district != user.district:
        not_found("没有这个区县的清单。")
    return district


def not_found(words: str):
    raise Http404(words)


def with_filings(timelines: Iterable[Timeline]) -> list[dict]:
    """The courses of one page with the filings they are of."""
    timelines = list(timelines)
    known = Filing.objects.select_related("enterprise", "district", "period", "in_force").defer("in_force__values")
    filings = known.in_bulk([timeline.filing for timeline in timelines])
    return [{"timeline": timeline, "filing": filings[timeline.filing]} for timeline in timelines]
