"""The code lists of a draft: a code comes in with the revision, and holds from the period that one holds from."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.form_words import PlainForm
from accounts.models import Ability
from forms_tables.edition import drafting
from reporting.editions import drafts
from reporting.editions.views.draft import on_the_draft, version_of
from reporting.models import DraftEdition


class CodeForm(PlainForm):
    which = forms.ChoiceField(label="代码表")
    code = forms.RegexField(
        r"^[0-9A-Za-z.-]{1,12}$", label="代码", error_messages={"invalid": "代码只用字母、数字、点和横线，最多12位。"}
    )
    name = forms.CharField(label="名称", max_length=80, help_text="代码表里已有这个代码的，改为这个名称。")

    def __init__(self, *args, draft: DraftEdition, **kwargs):
        super().__init__(*args, **kwargs)
        lists = draft.content[drafting.CODES]["lists"]
        written_out = [(code, f"{code} {each['title']}") for code, each in lists.items() if "entries" in each]
        self.fields["which"].choices = [("", "请选择"), *written_out]


@needs(Ability.READ_CITY)
@on_the_draft
def codes(request: HttpRequest, draft: DraftEdition) -> HttpResponse:
    if request.method != "POST":
        return show(request, draft, CodeForm(draft=draft))
    if not request.user.may.revise:
        raise Http404
    form = CodeForm(request.POST, draft=draft)
    if not form.is_valid():
        return show(request, draft, form, 422)
    which, code, name = (form.cleaned_data[field] for field in ("which", "code", "name"))
    said, stands = f"{which} {code}", draft.edition.code_lists[which].name_of(code)
    content = drafting.with_code(draft.content, which, code, name)
    before, version = {"名称": stands} if stands else None, version_of(request, draft)
    with refusals_on(form):
        after, at = {"名称": name}, clock.now()
        drafts.change_draft(draft, version, content, request.user, at, f"代码 {said}", before=before, after=after)
        messages.success(request, f"代码 {said} {name}：已写入修订稿。")
        return redirect("city_desk_codes")
    draft.refresh_from_db()  # somebody else may have been faster
    return show(request, draft, form, 409)


def show(request: HttpRequest, draft: DraftEdition, form: CodeForm, status: int = 200) -> HttpResponse:
    around = {
        "draft": draft,
        "edition": draft.based_on.edition,
        "form": form,
        "lists": draft.edition.code_lists.values(),
    }
    return render(request, "editions/desk/codes.html", around, status=status)
