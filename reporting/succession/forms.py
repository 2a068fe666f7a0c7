from __future__ import annotations

from django import forms

from accounts.change_forms import KeepsTheRest
from accounts.fields import MailField, MobileField, ReasonField
from accounts.form_words import NameField, PlainForm
from accounts.forms import OfficialForm
from forms_tables.edition import credit_code as credit_codes
from reporting.succession.succeeding import NewPerson


class NewPersonForm(PlainForm):
    """Whoever comes; `reason` goes into the journal and is told to whoever goes."""

    name = NameField(label="新经办人姓名", max_length=40)
    mobile = MobileField(label="新经办人手机")
    email = MailField(label="新经办人邮箱", help_text="激活链接发到这个邮箱，由新经办人自己设置密码。")
    reason = ReasonField(
        error_messages={"required": "请写明事由，例如“原经办人已离职”。"},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @property
    def person(self) -> NewPerson:
        return NewPerson(*(self.cleaned_data[name] for name in ("name", "mobile", "email")))


class AskTakeoverForm(NewPersonForm):
    credit_code = forms.CharField(label="统一社会信用代码", max_length=40, help_text="营业执照上的 18 位代码。")
    field_order = ["credit_code", "name", "mobile", "email", "reason"]

    def clean_credit_code(self) -> str:
        code = credit_codes.normalise(self.cleaned_data["credit_code"])
        if problem := credit_codes.problem_with(code):
            raise forms.ValidationError(problem)
        return code


class ProposeTakeoverForm(KeepsTheRest, NewPersonForm):  # type: ignore[misc]
    document = forms.FileField(
        label="授权委托书（盖章扫描件，PDF）",
        help_text="写明由谁接替、联系方式，加盖公章；不超过 20 MB。只有区县和市级能打开。",
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
    )


class DeskForm(OfficialForm):
    """Whoever takes an official's desk, with a user name of their own; role and district are the desk's."""

    role = None  # type: ignore[assignment]
    district = None  # type: ignore[assignment]
    why = ReasonField()

    def __init__(self, *args, **kwargs):
        super(OfficialForm, self).__init__(*args, **kwargs)


class AnswerForm(PlainForm):
    answer = ReasonField(label="不通过的理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class WithdrawTakeoverForm(PlainForm):
    why = ReasonField(label="撤回的事由", max_length=300)


class ObjectionForm(PlainForm):
    words = forms.CharField(
        label="理由",
        required=False,
        max_length=200,
        help_text="例如“我仍在本单位经办统计”。区县会打电话向您核实。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
