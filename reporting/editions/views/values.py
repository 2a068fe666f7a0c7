"""The parameters of the rules: what the edition says, what the city entered, and where each figure comes from."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from forms_tables.edition.model import Parameter
from reporting import workflow
from reporting.models import ParameterValue
from reporting.models.in_force import current_edition
from reporting.periods.forms import ParameterForm


@needs(Ability.READ_CITY)
def parameters(request, form=None, status=200):
    edition = current_edition()
    entered = list(ParameterValue.objects.select_related("period").order_by("-period__opens_on"))
    around = {
        "edition": edition,
        "rows": [row_of(parameter, entered) for parameter in edition.parameters.values()],
        "missing": missing_parameters(edition, entered),
        "form": form or ParameterForm(edition=edition),
    }
    return render(request, "editions/parameters.html", around, status=status)


@needs(Ability.ADMINISTER)
@require_POST
def set_parameter(request):
    edition = current_edition()
    form = ParameterForm(request.POST, edition=edition)
    if not form.is_valid():
        return parameters(request, form, status=422)
    with refusals_on(form):
        workflow.set_parameter(edition, by=request.user, at=clock.now(), **form.cleaned_data)
        title = edition.parameters[form.cleaned_data["name"]].title
        messages.success(request, f"{title}已保存，并记入操作日志。")
        return redirect("city_parameters")
    return parameters(request, form, status=409)


def row_of(parameter: Parameter, entered: list[ParameterValue]) -> dict:
    """What holds for every period, and the periods that have a value of their own, the newest first."""
    own = [value for value in entered if value.name == parameter.name]
    return {
        "parameter": parameter,
        "general": next((value for value in own if value.period is None), None),
        "of_periods": [value for value in own if value.period],
    }


def missing_parameters(edition, entered) -> list:
    """Parameters nobody has published and nobody has entered: the rules that read them wait."""
    known = {row.name for row in entered}
    return [p for p in edition.parameters.values() if p.settable and p.default is None and p.name not in known]
