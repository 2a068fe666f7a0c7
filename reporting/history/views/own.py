"""A firm's own imported period, cell by cell, and what it holds wrong in it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability, Enterprise
from reporting.history import objections
from reporting.history.forms import ObjectionPress
from reporting.models import HistoryObjection, ImportedFiling


@needs(Ability.FILL)
def imported_period(request, period):
    own = ImportedFiling.objects.of_one_firm(request.user.firm_id)
    imported = get_object_or_404(own.select_related("source", "district", "enterprise"), period=period)
    form = ObjectionPress(request.POST or None)
    if request.method == "POST":
        with refusals_on(request):
            made = objections.object_to(imported, by=request.user, at=clock.now(), **form.said)
            messages.success(request, f"{made.place}的更正申请已送达区县，决定后写信告诉贵单位。")
            return redirect("imported_period", period)
    entries = Enterprise.objects.one_firm(request.user.firm_id)
    asked = HistoryObjection.objects.filter(enterprise__in=entries, period=period)
    around = {
        "imported": imported,
        "cells": cells_of(imported),
        "missing": [(cell, imported.edition.place_of(cell)) for cell in objections.missing_from(imported)],
        "objections": asked.select_related("asked_by", "decided_by").order_by("-asked_at", "-pk"),
        "why_not": objections.why_not_objected(imported),
        "typed": {name: form.data.get(name, "") for name in ("cell", "new", "reason")},
    }
    return render(request, "history/imported_period.html", around, status=409 if request.method == "POST" else 200)


def cells_of(imported: ImportedFiling) -> list[dict]:
    """In the form's order: the place in its words, the figure that stands, and the file's where the firm corrected."""
    edition = imported.edition
    order = {f"{row.code}.{key}": number for number, (row, key) in enumerate(edition_cells(edition))}
    return [
        {"key": cell, "place": edition.place_of(cell), "stands": text, "in_file": imported.in_file.get(cell)}
        for cell, text in sorted(imported.values.items(), key=lambda pair: order.get(pair[0], len(order)))
    ]


def edition_cells(edition):
    return ((row, key) for row in edition.indicators.values() for key in row.columns)
