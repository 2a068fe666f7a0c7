"""The register in and out of Excel; an uploaded file waits for its confirmation."""

import io

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from accounts import journal
from accounts.access import Refused, require
from accounts.clock import now
from accounts.models import Enterprise
from reporting import register_import as importing
from reporting.register_columns import COLUMNS
from reporting.register_forms import ImportForm
from reporting.register_reading import MOST_ROWS
from reporting.register_workbook import write_register
from reporting.views.register import OFFICES, wanted_firms
from reporting.views.uploads import keep, redeem
from text.package import Unreadable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "register-import"
SHOWN_PROBLEMS = 500


@require("district", "city")
def import_register(request):
    """Dry run: nothing is written yet, every wrong row is named."""
    form = ImportForm(request.POST or None, request.FILES or None)
    context = {"form": form, "columns": COLUMNS, "most": MOST_ROWS}
    if request.method == "POST" and form.is_valid():
        workbook = form.cleaned_data["workbook"]
        try:
            tried = importing.try_import(workbook, workbook.name, by=request.user, at=now())
            context |= {"tried": tried, "file": workbook.name, "shown": tried.problems[:SHOWN_PROBLEMS]}
            if tried.is_clean and tried.new + tried.changed:
                context["ticket"] = keep(workbook, request.user, SALT)
        except (Unreadable, Refused) as refused:
            form.add_error("workbook", str(refused))
    return render(request, "accounts/import_register.html", context)


@require("district", "city")
@require_POST
def confirm_import(request):
    try:
        kept = redeem(request.POST.get("ticket", ""), request.user, SALT)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("import_register")
    done = importing.import_register(io.BytesIO(kept.content), kept.name, by=request.user, at=now())
    kept.remove()
    if not done.is_clean:
        messages.error(request, f"试导入之后名录有变动，现有 {len(done.problems)} 处问题，没有导入。请重新上传查看。")
        return redirect("import_register")
    messages.success(request, f"导入完成：新增 {done.new} 家，变更 {done.changed} 家，不变 {done.unchanged} 家。")
    return redirect("firms")


@require("district", "city")
@require_GET
def register_template(request):
    return workbook_answer(write_register(Enterprise.objects.none(), request.user, now()), "企业名录模板.xlsx")


# The filters of the register's page, as its labels say them.
FILTERS = {"q": "名称、代码或联系人", "district": "区县", "scope": "纳统类别", "key": "重点", "account": "账号"}


@require(*OFFICES)
@require_GET
def export_register(request):
    at = now()
    content = write_register(wanted_firms(request), request.user, at)
    asked = {words: value for name, words in FILTERS.items() if (value := request.GET.get(name))}
    journal.record(by=request.user, at=at, action="导出企业名录", district=request.user.district, after=asked)
    return workbook_answer(content, f"企业名录_{at:%Y%m%d}.xlsx")


def workbook_answer(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, name)}
    )
