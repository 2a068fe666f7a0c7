from __future__ import annotations

import re

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest

from accounts import contacts
from accounts.backends import as_typed_plainly
from accounts.change_forms import ChangeForm, KeepsTheRest
from accounts.fields import CodeSelect, MailField, MobileField, PhoneField, ReasonField
from accounts.form_words import NameField, PlainForm
from accounts.models import DUTIES, District, JournalEntry, User


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "账号或密码不对。同一手机号登记在几个账号上时，请改用统一社会信用代码或用户名登录。",
        "inactive": "这个账号已停用，不能登录。停用的事由已写信告知；如仍要使用，请联系%(contact)s。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "统一社会信用代码、手机号或用户名"
        self.fields["password"].label = "密码"
        self.fields["username"].error_messages["required"] = "请填写信用代码、手机号或用户名。"
        self.fields["password"].error_messages["required"] = "请填写密码。"

    def confirm_login_allowed(self, user: User) -> None:
        """Asked after the right password only, so nobody else learns that there is such an account."""
        if not user.is_active:
            contact = {"contact": contacts.whom_to_ask(user)}
            raise forms.ValidationError(self.error_messages["inactive"], code="inactive", params=contact)

    def clean_username(self) -> str:
        # One spelling per name, so that the count of failures cannot be dodged with another.
        return as_typed_plainly(self.cleaned_data["username"]).upper()


class ForgottenPasswordForm(PlainForm):
    name = forms.CharField(label="统一社会信用代码、手机号或用户名", max_length=60)


class OwnContactForm(ChangeForm):
    name = NameField(label="姓名", max_length=40)
    mobile = MobileField(required=False)
    email = MailField(help_text="找回密码和各类通知都发到这里。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for own in ("name", "email"):  # the browser knows them (WCAG 1.3.5); MobileField says so itself
            self.fields[own].widget.attrs["autocomplete"] = own


class ColleagueForm(PlainForm):
    name = NameField(label="姓名", max_length=40)
    mobile = MobileField()
    email = MailField(help_text="激活链接发到这个邮箱，由同事自己设置密码。")


class OfficialForm(PlainForm):
    username = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9_.-]{2,29}$",
        label="用户名",
        help_text="字母开头，3—30 位字母、数字、点或连字符。",
        error_messages={"invalid": "用户名应以字母开头，由 3—30 位字母、数字、点、下划线或连字符组成。"},
    )
    name = NameField(label="姓名", max_length=40)
    role = forms.ChoiceField(label="角色")
    district = forms.ModelChoiceField(
        District.objects.none(),
        label="区县",
        required=False,
        empty_label="（不属于区县）",
        help_text="区县账号必选。",
        widget=CodeSelect,
    )
    mobile = MobileField(required=False)
    email = MailField(help_text="激活链接发到这个邮箱。")

    def __init__(self, *args, roles, districts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, DUTIES[role].label) for role in roles]
        self.fields["district"].queryset = districts


class OfficialChangeForm(KeepsTheRest, OfficialForm):  # type: ignore[misc]
    """The user name stays: the journal and whoever signs in know the person by it. Only what was changed here counts:
    on a page that has stood open for a while the rest may be out of date."""

    username = None  # type: ignore[assignment]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    @property
    def changed(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.changed_data}


class ReasonForm(PlainForm):
    why = ReasonField()


class AddressForm(PlainForm):
    email = MailField(required=False)


class CityPhoneForm(PlainForm):
    phone = PhoneField(label="市级电话")


class JournalFilterForm(PlainForm):
    who = forms.CharField(label="操作人", required=False, max_length=40)
    action = forms.ChoiceField(label="操作", required=False)
    enterprise = forms.CharField(label="企业（代码或名称）", required=False, max_length=120)
    period = forms.CharField(
        label="报告期", required=False, max_length=10, widget=forms.TextInput(attrs={"placeholder": "如 2024年5月"})
    )
    since = forms.DateField(label="起", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="止", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, actions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", "全部"), *((action, action) for action in actions)]

    def clean_period(self) -> str:
        """The code, also of a period as people write it: 2024年5月 is 2024M05, 2023年年报 is 2023A."""
        text = re.sub(r"\s", "", self.cleaned_data["period"])
        if month := re.fullmatch(r"([0-9]{4})年0?([0-9]{1,2})月", text):
            return f"{month[1]}M{int(month[2]):02d}"
        if annual := re.fullmatch(r"([0-9]{4})年年?报", text):
            return f"{annual[1]}A"
        return text.upper()


def asked_of_journal(request: HttpRequest) -> tuple[JournalFilterForm, dict[str, str]]:
    """The filter as it stands on the page, and what it asks for; one that is filled in wrongly asks for nothing."""
    visible = JournalEntry.objects.visible_to(request.user)
    actions = visible.order_by("action").values_list("action", flat=True).distinct()
    form = JournalFilterForm(request.GET or None, actions=actions)
    cleaned = form.cleaned_data if form.is_valid() else {}
    return form, {name: str(asked) for name, asked in cleaned.items() if asked}
