from __future__ import annotations

from django import forms

from accounts.fields import ReasonField, YesField
from accounts.form_words import NameField, PlainForm, Press


class GrantForm(PlainForm):
    name = NameField(label="代填人姓名", max_length=40)
    account = forms.CharField(
        label="用户名、手机或邮箱",
        max_length=100,
        help_text="代填人在自己企业的账号。还没有账号的填邮箱，邀请发到那里。",
    )
    basis = ReasonField(label="事由", help_text="例如“集团统一填报”。")


class DistrictGrantForm(GrantForm):
    """The district grants on what the firm wrote, and says on which."""

    basis = ReasonField(label="事由", help_text="写明企业书面申请的日期和文号，例如“集团统一填报，企业6月1日来函”。")


class EndForm(PlainForm):
    why = ReasonField(label="结束的事由")


class AcceptPress(Press):
    reminded = YesField()
