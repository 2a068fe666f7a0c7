"""增长: both growths of an indicator side by side, the bridge between them drawn and tabled, and who moved it most. A
district sees its own; no other one's figures are read for it."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, District
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition
from forms_tables.edition.periods import PeriodCode
from reporting.cuts.cutting import CannotCut
from reporting.cuts.dimensions import dimensions_of
from reporting.growth.comparing import DISTRICT, AskedGrowth, comparable_cells, compare
from reporting.growth.layout import GrowthLayout
from reporting.growth.words import standing_words
from reporting.totals.aggregation import Summary
from reporting.totals.views.tables import AskedTotals, asked_for, asked_of_district, periods_with_totals


@needs(Ability.READ_CITY)
def city(request):
    asked = asked_for(request, clock.now())
    if asked is None:
        return render(request, "review/city_no_period.html")
    return show_growth(request, asked, asked.summary)


@needs(Ability.REVIEW)
def district(request):
    own = request.user.district
    asked = asked_of_district(request, clock.now(), own)
    if asked is None:
        return render(request, "review/district_no_period.html")
    return show_growth(request, asked, asked.summary, own)


def show_growth(request: HttpRequest, asked: AskedTotals, summary: Summary | None, own: District | None = None):
    """`own` is the district that asks; without one it is the whole city."""
    around: dict[str, Any] = {"period": asked.period, "periods": periods_with_totals(), "own": own}
    if summary is None:
        return render(request, "growth/growth.html", around)
    cell, by = request.GET.get("cell", ""), request.GET.get("by", "")
    cells = cells_to_choose_from(summary.edition, summary.period)
    dropped = cell if cell and cell not in cells else ""
    dimensions = [each for each in dimensions_of(summary.edition) if own is None or each.key != DISTRICT]
    around |= {"cells": cells, "dropped": dropped, "dimensions": dimensions, "by": by}
    try:
        if own and by == DISTRICT:
            raise CannotCut("本页只有本区县的数，不能按区县分组：请改选其他分组。")
        code = own.code if own else ""
        compared = compare(AskedGrowth(summary.period.code, "" if dropped else cell, by, code))
    except CannotCut as refused:
        return render(request, "growth/growth.html", around | {"refused": str(refused)})
    group = request.GET.get("group")
    laid_out = GrowthLayout(compared, group if group in compared.groups and by else None)
    standing = standing_words(compared, summary.city.coverage, summary.revenue_basis)
    return render(request, "growth/growth.html", around | {"growth": laid_out, "standing": standing})


def cells_to_choose_from(edition: Edition, period: PeriodCode) -> dict[str, str]:
    """Each figure that has last year's beside it, in words; its column too where the row has several."""
    found = comparable_cells(edition, period)
    rows = [row.code for row, _ in found]
    return {
        cells.own: f"{row.code} {row.name}"
        + (f"（{row.column(CellAddress.parse(cells.own).column).label}）" if rows.count(row.code) > 1 else "")
        for row, cells in found
    }
