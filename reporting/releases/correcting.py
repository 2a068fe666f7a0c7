"""A correction: what was filed after the lock and approved since is taken into the next release, and what that changes
is told of each firm, each district and the city, old and new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models import CodeCorrection
from forms_tables.edition.shape import headline_of
from reporting.models import Filing, Period, Release
from reporting.models.standing import MAY_BE_TAKEN_IN
from reporting.releases.making import Act, Correction, freeze
from reporting.releases.missing import missing_of
from reporting.totals.adding_up import cells_that_add_up
from reporting.totals.aggregation import AreaSummary, Summary, summarise


@dataclass(frozen=True)
class TakenIn:
    """A filing that came after the lock, with what was counted of it before: nothing, or an estimate."""

    credit_code: str
    name: str
    district: str
    before: Mapping[str, str]
    after: Mapping[str, str]

    def changes(self, cells: Iterable[str]) -> dict[str, list[str | None]]:
        both = ((cell, self.before.get(cell) or None, self.after.get(cell) or None) for cell in cells)
        return {cell: [old, new] for cell, old, new in both if old != new}


def to_take_in(period: Period) -> QuerySet[Filing]:
    found = Filing.objects.of(period).filter(MAY_BE_TAKEN_IN)
    return found.select_related("enterprise", "district", "counted", "approved").order_by("enterprise__credit_code")


def taken_in(filing: Filing) -> TakenIn:
    firm, before, after = filing.enterprise, filing.counted, filing.approved
    was, its = before.values if before else {}, after.values if after else {}
    return TakenIn(firm.credit_code, firm.name, filing.district.code, was, its)


def freeze_correction(period: Period, before: Summary, came: Iterable[TakenIn], act: Act) -> Release:
    """The next release after `before`, of the totals with what came in them. Why a firm is left out still stands as it
    was said."""
    after = summarise(period, act.at)
    said = {firm.credit_code: firm.reason for firm in before.left_out}
    corrected = CodeCorrection.objects.done().filter(wrong__in=said).order_by("decided_at", "pk")
    said |= {fixed.enterprise.credit_code: said[fixed.wrong] for fixed in corrected.select_related("enterprise")}
    reasons = {f"firm:{code}": why for code, why in said.items()}
    left_out = missing_of(period).explained(reasons, "")
    changes = changes_between(before, after, came)
    correction = Correction(changes, tuple(told_of(changes, after)))
    return freeze(period, after, act, left_out, correction)


def changes_between(before: Summary, after: Summary, came: Iterable[TakenIn] = ()) -> dict[str, Any]:
    """Cells by their old and new figures, of each firm that came in and of each area that changed."""
    cells = sorted(cells_that_add_up(after.edition))
    firms = [
        {"credit_code": firm.credit_code, "name": firm.name, "district": firm.district, "cells": firm.changes(cells)}
        for firm in came
    ]
    former = {area.code: area for area in (before.city, *before.districts)}
    areas = []
    for area in (after.city, *after.districts):
        if changed := cells_changed(former.get(area.code), area):
            areas.append({"code": area.code, "name": area.name, "cells": changed})
    return {"firms": firms, "areas": areas}


def cells_changed(before: AreaSummary | None, after: AreaSummary) -> dict[str, list[str | None]]:
    old = before.cells if before else {}
    keys = dict.fromkeys([*old, *after.cells])
    both = ((key, old.get(key), after.cells.get(key)) for key in keys)
    return {key: [as_text(then), as_text(now)] for key, then, now in both if then != now}


def as_text(figure: Decimal | None) -> str | None:
    return None if figure is None else f"{figure:f}"


def told_of(changes: Mapping[str, Any], summary: Summary) -> list[str]:
    """A sentence for each firm that came in, and for the headline figure of each area."""
    headline = headline_of(summary.edition, summary.period.frequency)
    names = {area.code: area.name for area in (summary.city, *summary.districts)}
    told = [f"纳入 {firm['name']}（{names.get(firm['district'], '')}）" for firm in changes["firms"]]
    if headline:
        for area in changes["areas"]:
            if figures := area["cells"].get(headline.cell):
                old, new = (shown(each) for each in figures)
                told.append(f"{area['name']}{headline.label}：{old} 改为 {new}")
    return told


def shown(figure: str | None) -> str:
    return "空" if figure is None else f"{Decimal(figure):,f}"
