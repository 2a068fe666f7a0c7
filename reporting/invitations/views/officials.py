"""从文件开通工作账号: a dry run first, which waits for its confirmation."""

import io

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, refusals_on
from accounts.clock import now
from accounts.fields import WorkbookField
from accounts.form_words import PlainForm
from accounts.models import Ability
from accounts.post.state import look
from reporting.invitations import officials
from reporting.pages.downloads import workbook_answer
from reporting.pages.uploads import keep, redeem
from text.package import Unreadable

SALT = "officials-import"


class OfficialsForm(PlainForm):
    workbook = WorkbookField(label="工作人员名单（.xlsx）")


@needs(Ability.MANAGE_USERS)
def import_officials(request):
    """The page, and the dry run: nobody is invited yet, every row is told."""
    form = OfficialsForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    around = {"form": form, "columns": officials.COLUMNS, "most": officials.MOST_ROWS, "mail": look(now())}
    if request.method == "POST" and form.is_valid():
        around |= _tried(request, form)
    return render(request, "invitations/import_officials.html", around, status=422 if form.errors else 200)


def _tried(request, form) -> dict:
    file = form.cleaned_data["workbook"]
    try:
        tried = officials.try_officials(file, file.name, request.user, now().date())
    except Unreadable as refused:
        form.add_error("workbook", str(refused))
        return {}
    ticket = keep(file, request.user, SALT) if tried.is_clean else ""
    return {"tried": tried, "file": file.name, "ticket": ticket}


@needs(Ability.MANAGE_USERS)
@require_POST
def confirm(request):
    with refusals_on(request):
        kept = redeem(request.POST.get("ticket", ""), request.user, SALT)
        done = officials.invite_officials(io.BytesIO(kept.content), kept.name, by=request.user, at=now())
        kept.remove()
        messages.success(request, f"已开通 {len(done.new)} 个工作账号，激活邮件已排队，按邮箱域名陆续发出。")
        return redirect("users")
    return redirect("import_officials")


@needs(Ability.MANAGE_USERS)
@require_GET
def template(request):
    return workbook_answer(officials.write_template(request.user, now()), "工作人员名单模板.xlsx")
