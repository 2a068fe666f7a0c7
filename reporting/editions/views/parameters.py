"""The parameters of a draft: what each is when the city has entered nothing, and within which bounds it is entered."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import Refused, needs
from accounts.change_forms import ChangeForm
from accounts.models import Ability
from forms_tables.edition import drafting
from forms_tables.edition.drafting import DefinitionChange, NotThere, changes_between
from forms_tables.edition.from_toml import BOUND_SIDES
from forms_tables.rules.one_name import objection_to
from reporting.editions import drafts
from reporting.editions.obstacles import readers_of
from reporting.editions.rehearsal import entered_for
from reporting.editions.views.draft import on_the_draft, version_of
from reporting.editions.words import CHOICES, FIELDS, as_facts
from reporting.models import DraftEdition
from reporting.workflow.parameter import SIDES
from text.incoming import without_hidden

NAME = re.compile(r"[A-Z][A-Za-z0-9_]{1,29}")
SIDE_WORDS = {side: FIELDS["parameter"][side] for side in BOUND_SIDES}


class DraftParameterForm(ChangeForm):
    """One parameter; `standing` is what the draft says of it now, nothing of a new one."""

    name = forms.CharField(label="代号", max_length=30, help_text="公式里用的名字：大写字母开头，如 YOY_LIMIT。")
    title = forms.CharField(label="名称", max_length=60)
    default = forms.CharField(
        label="默认值", required=False, max_length=20, help_text="市级没有录入时用的数；没有公布的留空，等市级录入。"
    )
    unit = forms.CharField(label="单位", required=False, max_length=20)
    above = forms.CharField(label="须大于", required=False, max_length=40)
    least = forms.CharField(label="须不小于", required=False, max_length=40)
    most = forms.CharField(label="须不大于", required=False, max_length=40)
    below = forms.CharField(
        label="须小于", required=False, max_length=40, help_text="界限写一个数，或另一个参数的代号。"
    )
    note = forms.CharField(label="说明", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    provenance = forms.ChoiceField(label="标注", choices=list(CHOICES["provenance"].items()))

    def __init__(self, *args, draft: DraftEdition, standing: Mapping[str, Any] | None = None, **kwargs):
        self.draft, self.standing = draft, standing
        initial = {name: str(value) for name, value in (standing or {"provenance": "derived"}).items()}
        super().__init__(*args, initial=initial, **kwargs)
        if standing is not None:
            del self.fields["name"]

    def clean_name(self) -> str:
        name, edition = self.cleaned_data["name"], self.draft.edition
        if not NAME.fullmatch(name):
            raise forms.ValidationError("代号须以大写字母开头，后接字母、数字或下划线，2至30个，如 YOY_LIMIT。")
        if name in edition.parameters:
            raise forms.ValidationError(f"已有代号为“{name}”的参数：{edition.parameters[name].title}。")
        if reason := objection_to(name, edition):
            raise forms.ValidationError(f"{reason}。")
        return name

    def clean_default(self) -> str:
        return _figure(self.cleaned_data["default"])

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        for side in BOUND_SIDES:
            if text := said.get(side):
                try:
                    said[side] = text if text in self.draft.edition.parameters else _figure(text)
                except forms.ValidationError:
                    self.add_error(side, f"“{text}”既不是数，也不是参数的代号。")
        if said.get("default") and not self.errors:
            self._be_within(said)
        return said

    def _be_within(self, said: Mapping[str, str]) -> None:
        default, parameters = Decimal(said["default"]), self.draft.edition.parameters
        for side, (words, holds) in SIDES.items():
            text = said.get(side)
            limit = parameters[text].default if text in parameters else Decimal(text) if text else None
            if limit is not None and not holds(default, limit):
                self.add_error("default", f"默认值应{words} {limit}，不能是 {default}。")

    @property
    def said(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "name"}


def _figure(text: str) -> str:
    """A figure as the content keeps it: the text of a decimal."""
    text = unicodedata.normalize("NFKC", without_hidden(text)).strip().replace(",", "")
    try:
        figure = Decimal(text) if text else None
    except InvalidOperation:
        figure = Decimal("NaN")
    if figure is None:
        return ""
    if not figure.is_finite() or abs(figure) >= 10**12 or figure.as_tuple().exponent < -6:
        raise forms.ValidationError(f"“{text}”不是数，或超过12位整数、6位小数。")
    return f"{figure:f}"


@needs(Ability.READ_CITY)
@on_the_draft
def parameters(request: HttpRequest, draft: DraftEdition) -> HttpResponse:
    changes = {c.code: c for c in changes_between(draft.based_on.content, draft.content) if c.sort == "parameter"}
    edition, entered = draft.edition, entered_for(None)
    around = {
        "draft": draft,
        "edition": draft.based_on.edition,
        "rows": [(each, changes.get(name), entered.get(name)) for name, each in edition.parameters.items()],
        "dropped": [change for change in changes.values() if not change.after],
    }
    return render(request, "editions/desk/parameters.html", around)


@needs(Ability.REVISE)
@on_the_draft
def new_parameter(request: HttpRequest, draft: DraftEdition) -> HttpResponse:
    form = DraftParameterForm(request.POST or None, draft=draft)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        return change(request, draft, form, name, drafting.with_parameter(draft.content, name, form.said), "新增参数")
    return show(request, draft, form, "", 422 if form.errors else 200)


@needs(Ability.READ_CITY)
@on_the_draft
def parameter(request: HttpRequest, draft: DraftEdition, name: str) -> HttpResponse:
    standing = standing_or_404(draft, name)
    form = DraftParameterForm(draft=draft, standing=standing)
    if request.method != "POST":
        return show(request, draft, form, name)
    if not request.user.may.revise:
        raise Http404
    form = DraftParameterForm(request.POST, draft=draft, standing=standing)
    if not form.is_valid():
        return show(request, draft, form, name, 422)
    return change(request, draft, form, name, drafting.with_parameter(draft.content, name, form.said), "修改参数")


@needs(Ability.REVISE)
@require_POST
@on_the_draft
def drop_parameter(request: HttpRequest, draft: DraftEdition, name: str) -> HttpResponse:
    form = DraftParameterForm(draft=draft, standing=standing_or_404(draft, name))
    return change(request, draft, form, name, drafting.without_parameter(draft.content, name), "删除参数")


def standing_or_404(draft: DraftEdition, name: str) -> dict[str, Any]:
    try:
        return drafting.raw_parameter(draft.content, name)
    except NotThere as error:
        raise Http404(f"修订稿里没有参数“{name}”，可能已被删除。") from error


def change(request: HttpRequest, draft, form, name: str, content, what: str) -> HttpResponse:
    """Store the draft; what was typed stays on the page when somebody else was faster."""
    edit = _change_of(draft.content, content, name)
    before, after = as_facts(edit) if edit else (None, None)
    version, said = version_of(request, draft), f"{what} {name}"
    try:
        drafts.change_draft(draft, version, content, request.user, clock.now(), said, before=before, after=after)
    except drafts.Overtaken as overtaken:
        form.add_error(None, str(overtaken)) if form.is_bound else messages.error(request, str(overtaken))
        return show(request, overtaken.draft, form, name, 409)
    except Refused as refusal:
        form.add_error(None, str(refusal)) if form.is_bound else messages.error(request, str(refusal))
        return show(request, draft, form, name, 409)
    messages.success(request, f"{said}：已写入修订稿。")
    return redirect("city_desk_parameters")


def _change_of(before, after, name: str) -> DefinitionChange | None:
    return next((c for c in changes_between(before, after) if (c.sort, c.code) == ("parameter", name)), None)


def show(request: HttpRequest, draft: DraftEdition, form, name: str, status: int = 200) -> HttpResponse:
    around = {
        "draft": draft,
        "edition": draft.based_on.edition,
        "form": form,
        "name": name,
        "title": form.standing["title"] if form.standing else "",
        "entered": entered_for(None).get(name),
        "readers": readers_of(draft.edition, name) if name else [],
    }
    return render(request, "editions/desk/parameter.html", around, status=status)
