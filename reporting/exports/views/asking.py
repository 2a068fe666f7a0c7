"""What is asked for: handed out at once while it is small; a large one is asked for by a press, and a worker writes
it."""

from io import BytesIO

from django.shortcuts import get_object_or_404, redirect, render

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.forms import asked_of_journal
from accounts.models import Ability
from reporting.exports import steps
from reporting.exports.kinds import KINDS, ExportOrder, measure_of
from reporting.exports.views.waiting import hand_on
from reporting.models import Period
from reporting.pages.downloads import file_answer
from reporting.register.finding import FILTERS
from reporting.totals.history import imported_period

AT_ONCE = 5_000  # rows; a second or two


@needs(Ability.READ_JOURNAL)
def export_journal(request, kind):
    """What the filters leave, newest first."""
    form, wanted = asked_of_journal(request)
    words = {str(field.label): value for name, field in form.fields.items() if (value := request.GET.get(name))}
    name = f"操作日志_{clock.now():%Y%m%d_%H%M}.{kind}"
    return hand_out(request, ExportOrder("journal", wanted | {"file": kind}, name, {"after": words}))


@needs(Ability.READ_REGISTER)
def export_register(request):
    words = {words: value for name, words in FILTERS.items() if (value := request.GET.get(name))}
    asked = {name: request.GET[name] for name in (*FILTERS, "left") if request.GET.get(name)}
    return hand_out(request, ExportOrder("register", asked, f"企业名录_{clock.now():%Y%m%d}.xlsx", {"after": words}))


@needs(Ability.READ_CITY)
def city_workbook(request, code):
    return totals_workbook(request, "city_totals", code, "全市", ("submitted", "unit"))


@needs(Ability.REVIEW)
def district_workbook(request, code):
    """Other districts' figures never reach this one."""
    return totals_workbook(request, "district_totals", code, f"{request.user.district.name}_", ("unit",))


def totals_workbook(request, kind, code, whose, may_ask):
    imported = imported_period(code)
    period = imported or get_object_or_404(Period, pk=code)
    asked = {name: request.GET[name] for name in may_ask if request.GET.get(name)}
    measure = measure_of(asked)
    mark = "（导入历史）" if imported else "（含待审核）" * (asked.get("submitted") == "yes")
    name = f"{period.label}_{whose}汇总表{mark}{'' if measure.is_as_filed else measure.label}.xlsx"
    said = {"period": code, "subject": f"{whose.strip('_')}汇总表{mark}"}
    with refusals_on(request):
        return hand_out(request, ExportOrder(kind, {"period": code, **asked}, name, said))
    return redirect(kind)


def hand_out(request, order):
    """Who stands in for a firm reads by the address they are at, of which a worker knows nothing: theirs is always
    handed out at once."""
    by, at, kind = request.user, clock.now(), KINDS[order.kind]
    rows = kind.rows(by, order.asked)
    if rows <= AT_ONCE or by.working_for:
        out = BytesIO()
        kind.write(out, by, order.asked, at, lambda done: None)
        steps.record_export(order, by, at)
        return file_answer(out.getvalue(), order.name)
    if request.method == "POST":
        begun = steps.begin(order, rows, by, at, clock.real_now())
        hand_on(begun)
        return redirect("export", begun.pk)
    return render(request, "exports/ask.html", {"name": order.name, "rows": rows, "days": steps.KEPT_FOR.days})
