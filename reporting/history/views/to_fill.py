"""What is filled to bring history in: the concordance of old codes, the empty sheet, a firm's form of a past period."""

from io import BytesIO

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import Refused, needs, refusals_on
from accounts.models import Ability
from reporting.history import concordance
from reporting.history.forms import BlankForm, CodesUpload
from reporting.history.reading.beside import Beside
from reporting.history.reading.heads import FREQUENCIES
from reporting.history.reading.sheets import NotTaken
from reporting.history.reading.workbooks import write_blank
from reporting.history.writing import write_empty_sheet
from reporting.models import HistoryCode
from reporting.models.in_force import current_edition
from reporting.pages.downloads import workbook_answer


@needs(Ability.ADMINISTER)
def history_codes(request):
    """What is kept, and a file with more of it."""
    form = CodesUpload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["workbook"]
        with refusals_on(form, "workbook"):
            changed = concordance.keep_uploaded(upload, upload.name, request.user, clock.now())
            messages.success(request, f"已留存 {changed} 行对照，以后的历史文件都按它读。")
            return redirect("history_codes")
    return render(request, "history/codes.html", {"form": form, "codes": HistoryCode.objects.select_related("by")})


@needs(Ability.ADMINISTER)
@require_GET
def history_codes_workbook(request):
    return workbook_answer(concordance.write_codes(clock.now()), "新旧代码对照表.xlsx")


@needs(Ability.ADMINISTER)
@require_POST
def drop_history_code(request, pk):
    """A second press finds nothing, and says so."""
    if code := HistoryCode.objects.filter(pk=pk).first():
        concordance.drop_code(code, request.user, clock.now())
        messages.success(request, f"已删去“{code.old}”的对照。")
    else:
        messages.info(request, "这一行对照已经删去。")
    return redirect("history_codes")


@needs(Ability.ADMINISTER)
@require_GET
def history_sheet(request, frequency):
    content = write_empty_sheet(current_edition(), frequency, clock.now())
    return workbook_answer(content, f"历史数据_{FREQUENCIES[frequency]}空表.xlsx")


@needs(Ability.ADMINISTER)
@require_GET
def history_blank(request):
    """A firm's own form of a past period, to be filled and brought in."""
    form = BlankForm(request.GET)
    with refusals_on(request):
        said = form.cleaned_data if form.is_valid() else {}
        for sentences in form.errors.values():
            raise Refused(sentences[0])
        beside, out = Beside(clock.today()), BytesIO()
        try:
            firm, period = beside.firm(said["credit_code"]), beside.period(said["period"].strip().upper())
            write_blank(firm, period, beside, out)
        except NotTaken as wrong:
            raise Refused(wrong.why) from wrong
        return workbook_answer(out.getvalue(), f"{period.label}_{firm.name}.xlsx")
    return redirect("city_history")
