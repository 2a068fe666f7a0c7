"""逐户明细 on the page and as a file. Who read it and who took it away is journalled, with what they had chosen."""

from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.shortcuts import render

from accounts import clock, journal
from accounts.access import needs
from accounts.models import Ability, User
from reporting.cuts.choosing import address_of, be_sizeable, choice_of, cut_asked, in_words
from reporting.cuts.cutting import CannotCut, Cut
from reporting.cuts.detail import Detail, DetailLine, detail
from reporting.cuts.files import table_of_detail
from reporting.cuts.views.choosing import area_of, file_answer, form_of, to_the_page
from reporting.pages.grid import show

PAGE = 50


@needs(Ability.READ_CITY, Ability.REVIEW)
def firms(request):
    at = clock.now()
    asked = cut_asked(request.GET, request.user, at.date())
    if asked is None:
        return render(request, "cuts/no_period.html")
    around = {
        "asked": asked,
        "is_first": "by" not in request.GET,
        "address": address_of(choice_of(asked)),
        "area": area_of(request.user),
        "submission_page": "district_review" if request.user.may.review else "city_submission",
    }
    try:
        found = found_by(asked, request)
    except CannotCut as cannot:
        around["cannot"] = str(cannot)
    else:
        around |= on_the_page(found, request.GET.get("page"))
        note(found, "查看逐户明细", request.user, at, page=around["page"].number)
    return render(request, "cuts/firms.html", around | {"form": form_of(asked, request.user, additive=False)})


def found_by(asked: Cut, request: HttpRequest) -> Detail:
    be_sizeable(asked)
    return detail(asked, request.GET.get("sort", ""))


def on_the_page(found: Detail, page: str | None) -> dict:
    shown = Paginator(range(len(found)), PAGE).get_page(page)
    start = (shown.number - 1) * PAGE
    return {
        "detail": found,
        "page": shown,
        "lines": [line_shown(line) for line in found.lines(start, start + PAGE)],
        "coverage": [found.coverage],
        "first": next((head for head in found.heads if head.cell == found.first), None),
        "whole": show(found.sum_of_first, None),
    }


def line_shown(line: DetailLine) -> dict:
    cells = [(show(each.value, each.head.decimals), not isinstance(each.value, str)) for each in line.cells]
    return {"line": line, "cells": cells}


@needs(Ability.READ_CITY, Ability.REVIEW)
def firms_file(request, kind):
    at = clock.now()
    asked = cut_asked(request.GET, request.user, at.date())
    if asked is None:
        return to_the_page("cut_firms", request)
    try:
        found = found_by(asked, request)
    except CannotCut:
        return to_the_page("cut_firms", request)
    note(found, "导出逐户明细", request.user, at)
    area = area_of(request.user)
    return file_answer(table_of_detail(found, area), f"{area}逐户明细_{found.coverage.label}", kind, at)


def note(found: Detail, action: str, by: User, at: datetime, page: int = 0) -> None:
    """A line of the journal: what was chosen, of how many firms, and which page of them was looked at."""
    said = in_words(found.asked, found.edition) | {"家数": len(found)} | ({"页": page} if page else {})
    journal.record(by=by, at=at, action=action, district=by.district, period=found.period, after=said)
