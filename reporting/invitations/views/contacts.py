"""附件2 by Excel: handed out, tried, confirmed."""

import io

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.access import needs, refusals_on
from accounts.clock import now
from accounts.fields import WorkbookField
from accounts.form_words import PlainForm
from accounts.models import Ability
from reporting.invitations import contact_list
from reporting.pages.downloads import workbook_answer
from reporting.pages.uploads import keep, redeem
from text.package import Unreadable

SALT = "contacts-import"


class ContactsForm(PlainForm):
    workbook = WorkbookField(label="区县联系人名单（.xlsx）")


@needs(Ability.READ_REGISTER)
@require_GET
def workbook(request):
    at = now()
    return workbook_answer(contact_list.write_contacts(at), f"附件2 区县统计工作联系人 {at:%Y-%m-%d}.xlsx")


@needs(Ability.REVIEW, Ability.ADMINISTER)
def import_contacts(request):
    """The page, and the dry run: nothing is stored yet, every change is shown."""
    form = ContactsForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    around = {"form": form, "columns": contact_list.HEADS}
    if request.method == "POST" and form.is_valid():
        around |= _tried(request, form)
    return render(request, "invitations/import_contacts.html", around, status=422 if form.errors else 200)


def _tried(request, form) -> dict:
    file = form.cleaned_data["workbook"]
    try:
        tried = contact_list.try_contacts(file, file.name, request.user, now().date())
    except Unreadable as refused:
        form.add_error("workbook", str(refused))
        return {}
    ticket = keep(file, request.user, SALT, seen=tried.digest) if tried.is_clean else ""
    return {"tried": tried, "file": file.name, "ticket": ticket}


@needs(Ability.REVIEW, Ability.ADMINISTER)
@require_POST
def confirm(request):
    with refusals_on(request):
        kept = redeem(request.POST.get("ticket", ""), request.user, SALT)
        source, seen = io.BytesIO(kept.content), kept.notes["seen"]
        done = contact_list.store_contacts(source, kept.name, seen, by=request.user, at=now())
        kept.remove()
        messages.success(request, f"已存入 {len(done.changes)} 个区县的联系人。")
        return redirect("contacts")
    return redirect("import_contacts")
