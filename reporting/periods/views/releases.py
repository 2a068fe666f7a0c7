"""Releases: all of them, one with what it froze, its workbook written again, and how figures were revised."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import clock, journal
from accounts.access import needs, refusals_on
from accounts.models import Ability
from reporting import workflow
from reporting.models import LockLimit, Release, lock_limit
from reporting.pages.downloads import workbook_answer
from reporting.periods.forms import LockLimitForm
from reporting.releases.making import locked_without_release
from reporting.releases.rebuilding import CannotRebuild, frozen_of, handed_out, rebuilt
from reporting.releases.revisions import RevisedPeriod, revisable, revisions_of, write_revisions
from reporting.releases.revisions import in_words as revisions_in_words
from reporting.totals.frozen import thawed_document, thawed_summary
from reporting.totals.released import left_out_shown

SHOWN = 200  # changed cells of a correction


@needs(Ability.READ_CITY)
def releases(request, form=None, status=200):
    around = {
        "releases": listed(),
        "without": locked_without_release(),
        "limit": lock_limit(),
        "chosen": LockLimit.objects.select_related("by").first(),
        "limit_form": form or LockLimitForm(initial={"percent": lock_limit()}),
    }
    return render(request, "releases/releases.html", around, status=status)


@needs(Ability.ADMINISTER)
@require_POST
def choose_limit(request):
    form = LockLimitForm(request.POST)
    if not form.is_valid():
        return releases(request, form, status=422)
    with refusals_on(request):
        workflow.choose_lock_limit(form.cleaned_data["percent"], request.user, clock.now(), form.cleaned_data["reason"])
        messages.success(request, "锁定双人确认的比例已保存，从现在起适用。")
    return redirect("city_releases")


@needs(Ability.READ_CITY)
def release(request, code):
    found = called(code)
    around = {"release": found, "versions": versions_of(found), "problem": "", "checked": "check" in request.GET}
    try:
        frozen = frozen_of(found)
        document = thawed_document(frozen.text)
        around |= in_words(found, document) | {"problem": frozen.wrong}
        if around["checked"]:
            rebuilt(found)
    except CannotRebuild as problem:
        around["problem"] = f"{problem}{still_there(found)}"
    return render(request, "releases/release.html", around)


def still_there(found: Release) -> str:
    try:
        handed_out(found)
    except CannotRebuild:
        return ""
    return "发布时写下的汇总表原样存着，与摘要相符，下载的是它。"


@needs(Ability.READ_CITY)
def workbook(request, code):
    found = called(code)
    try:
        content = handed_out(found)
    except CannotRebuild as problem:
        messages.error(request, f"{problem}没有文件可以下载。")
        return redirect("city_release", code)
    by, period = request.user, found.period_id
    journal.record(
        by=by, at=clock.now(), action="导出发布的汇总表", subject=found.code, district=by.district, period=period
    )
    return workbook_answer(content, f"{found.code}_全市汇总表.xlsx")


@needs(Ability.READ_CITY)
def revisions(request):
    chosen = asked(request)
    around = {"indicators": revisable(), "revisions": chosen}
    if chosen:
        around |= {"words": revisions_in_words(chosen), "rows": [row_of(each, chosen.most) for each in chosen.periods]}
    return render(request, "releases/revisions.html", around)


@needs(Ability.READ_CITY)
def revisions_workbook(request) -> HttpResponse:
    chosen = asked(request)
    if chosen is None:
        messages.error(request, "还没有发布，没有可以下载的修订表。")
        return redirect("city_revisions")
    return workbook_answer(write_revisions(chosen, clock.now()), f"{chosen.name}_修订三角.xlsx")


def asked(request):
    """The indicator named by ?cell=…; without one the headline figure of the months."""
    known = revisable()
    cell = request.GET.get("cell", "")
    chosen = next((each for each in known if each.cell == cell), next(iter(known), None))
    return revisions_of(chosen) if chosen else None


def row_of(revised: RevisedPeriod, most: int) -> dict:
    cells = [
        {"code": code, "shown": as_written(figure) or "—"}
        for code, figure in zip(revised.releases, revised.figures, strict=True)
    ]
    return {
        "label": revised.period.label,
        "cells": [*cells, *[{"code": ""}] * (most - len(cells))],
        "last": as_written(revised.last),
        "revision": as_written(revised.revision),
        "percent": as_written(revised.percent),
    }


def listed() -> QuerySet[Release]:
    return Release.objects.select_related("period", "by").prefetch_related("period__lock_proposals__by")


def called(code: str) -> Release:
    period, _, number = code.rpartition("-")
    found = listed().filter(period=period, number=number).first() if number.isdecimal() else None
    if found is None:
        raise Http404(f"没有发布 {code}。")
    return found


def versions_of(release: Release) -> QuerySet[Release]:
    return listed().filter(period=release.period_id).order_by("number")


@dataclass(frozen=True)
class CorrectedCell:
    area: str
    place: str
    old: str
    new: str
    by: str


def in_words(release: Release, document: dict) -> dict:
    """What was frozen, as the page shows it: all of it from what was frozen."""
    summary = thawed_summary(document)
    whole = summary.city.coverage.revenue_owed
    changed = changed_cells(release.changes, summary.edition)
    return {
        "summary": summary,
        "around": document["around"],
        "left_out": left_out_shown(summary.left_out, whole, summary.revenue_basis),
        "firms_changed": release.changes.get("firms", []),
        "changed": changed[:SHOWN],
        "more_changed": max(0, len(changed) - SHOWN),
    }


def changed_cells(changes: dict, edition) -> list[CorrectedCell]:
    """Of the city and the districts first, then of each firm that came in."""
    told = [(each["name"], each["cells"]) for each in [*changes.get("areas", []), *changes.get("firms", [])]]
    return [
        CorrectedCell(name, edition.place_of(cell), *map(as_written, (old, new, difference(old, new))))
        for name, cells in told
        for cell, pair in cells.items()
        for old, new in [[None if text is None else Decimal(text) for text in pair]]
    ]


def difference(old: Decimal | None, new: Decimal | None) -> Decimal:
    return (new or Decimal(0)) - (old or Decimal(0))


def as_written(figure: Decimal | None) -> str:
    """With the decimals it was frozen with."""
    return "" if figure is None else f"{figure:,f}"
