"""The register in and out of Excel. The uploaded file waits for the confirmation under a signed name."""

import io
from contextlib import suppress
from datetime import timedelta

from django.contrib import messages
from django.core import signing
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST
from import_export.tmp_storages import MediaStorage

from accounts import journal
from accounts.access import Refused, require
from accounts.clock import now
from accounts.models import Enterprise
from forms_tables.workbook_package import Unreadable
from reporting import register_import as importing
from reporting.register_forms import ImportForm
from reporting.register_workbook import write_register
from reporting.views.register import OFFICES, wanted_firms

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "register-import"
HOURS_TO_CONFIRM = 2
KEPT_FOR = timedelta(days=1)
SHOWN_PROBLEMS = 500


@require("district", "city")
def import_register(request):
    """Dry run: nothing is written yet, every wrong row is named."""
    form = ImportForm(request.POST or None, request.FILES or None)
    context = {"form": form, "columns": importing.COLUMNS, "most": importing.MOST_ROWS}
    if request.method == "POST" and form.is_valid():
        workbook = form.cleaned_data["workbook"]
        try:
            tried = importing.try_import(workbook, workbook.name, by=request.user, at=now())
            context |= {"tried": tried, "file": workbook.name, "shown": tried.problems[:SHOWN_PROBLEMS]}
            if tried.is_clean and tried.new + tried.changed:
                context["ticket"] = keep(workbook, request.user)
        except (Unreadable, Refused) as refused:
            form.add_error("workbook", str(refused))
    return render(request, "accounts/import_register.html", context)


@require("district", "city")
@require_POST
def confirm_import(request):
    try:
        kept = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=HOURS_TO_CONFIRM * 3600)
        storage = MediaStorage(name=kept["name"])
        content = storage.read()
    except (signing.BadSignature, OSError):
        messages.error(request, "这次试导入已过期或已经导入过，请重新上传文件。")
        return redirect("import_register")
    if kept["by"] != request.user.pk:
        messages.error(request, "这次试导入不是您做的，请自己上传文件。")
        return redirect("import_register")
    done = importing.import_register(io.BytesIO(content), kept["file"], by=request.user, at=now())
    storage.remove()
    if not done.is_clean:
        messages.error(request, f"试导入之后名录有变动，现有 {len(done.problems)} 处问题，没有导入。请重新上传查看。")
        return redirect("import_register")
    messages.success(request, f"导入完成：新增 {done.new} 家，变更 {done.changed} 家，不变 {done.unchanged} 家。")
    return redirect("firms")


@require("district", "city")
@require_GET
def register_template(request):
    return workbook_answer(write_register(Enterprise.objects.none(), request.user, now()), "企业名录模板.xlsx")


@require(*OFFICES)
@require_GET
def export_register(request):
    at = now()
    content = write_register(wanted_firms(request), request.user, at)
    journal.record(
        by=request.user, at=at, action="导出企业名录", district=request.user.district, after=request.GET.dict()
    )
    return workbook_answer(content, f"企业名录_{at:%Y%m%d}.xlsx")


def keep(workbook, user) -> str:
    """Put the file by until it is confirmed, and clear away what nobody has confirmed for a day."""
    workbook.seek(0)
    storage = MediaStorage()
    storage.save(workbook.read())
    remove_forgotten(storage)
    return signing.dumps({"name": storage.name, "file": workbook.name, "by": user.pk}, salt=SALT)


def remove_forgotten(newest: MediaStorage) -> None:
    """Ages are told by the files' own times: a demonstration city's clock stands still, its disk does not."""
    folder, kept_at = newest.MEDIA_FOLDER, default_storage.get_modified_time(newest.get_full_path())
    for name in default_storage.listdir(folder)[1]:
        with suppress(FileNotFoundError):  # another dry run has just cleared it away
            if kept_at - default_storage.get_modified_time(f"{folder}/{name}") > KEPT_FOR:
                default_storage.delete(f"{folder}/{name}")


def workbook_answer(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, name)}
    )
