"""口径调整单: the firm asks that a base of comparison carried from an earlier filing be another figure."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability
from forms_tables.edition.shape import carried_in
from reporting import workflow
from reporting.filing.judging import judge
from reporting.firm.forms import AdjustmentPress
from reporting.firm.views.filing import filing_of
from reporting.models import Filing


@needs(Ability.FILL)
def adjustments(request: HttpRequest, period: str) -> HttpResponse:
    """What was asked before with its answer, and the form for one more."""
    filing = filing_of(request, period)
    if request.method == "POST":
        asked = AdjustmentPress(request.POST).said
        try:
            workflow.ask_adjustment(filing, by=request.user, at=clock.now(), **asked)
        except workflow.Refused as refused:
            context = {"filing": filing, "cells": carried_cells(filing), "asked": asked, "refusal": str(refused)}
            return render(request, "firm/adjustments.html", context)
        messages.success(request, "口径调整单已送达区县，批准后系统按新值带入。")
        return redirect("adjustments", period)
    return render(request, "firm/adjustments.html", {"filing": filing, "cells": carried_cells(filing)})


def carried_cells(filing: Filing) -> list[tuple[str, str, str]]:
    """Each carried cell, its place in the form's words, and the figure that stands there now."""
    judgement = judge(filing)
    values = judgement.completed.values
    return [
        (key, filing.edition.place_of(key), str(values[key]))
        for key in judgement.completed.locked
        if values.get(key) is not None and carried_in(filing.edition, key)
    ]
