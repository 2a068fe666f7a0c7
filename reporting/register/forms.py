from __future__ import annotations

from django import forms

from accounts.change_forms import ChangeForm, Checkboxes
from accounts.fields import (
    CodeSelect,
    DayInput,
    MailField,
    MobileField,
    PhoneField,
    ReasonField,
    WordsField,
    WorkbookField,
)
from accounts.form_words import NameField, PlainForm, Press
from accounts.models import District
from reporting.register.facts import choices_of, kind_of, label_of, platform

NONE_CHOSEN = "请至少选一项；一项也不符合的，不在统计范围内。"


class ApplyForm(PlainForm):
    credit_code = forms.CharField(
        label="统一社会信用代码", max_length=40, help_text="营业执照上的 18 位代码，输入后马上核对。"
    )
    name = NameField(label="单位详细名称", max_length=120, help_text="与营业执照一致。")
    district = forms.ModelChoiceField(
        District.objects.none(),
        label="报送区县",
        empty_label="（请选择）",
        help_text="在地统计：按实际经营地由哪个区县管理来选。",
        widget=CodeSelect,
    )
    contact_name = NameField(label="统计联系人", max_length=40)
    mobile = MobileField()
    phone = PhoneField(required=False)
    email = MailField(help_text="区县批准后，激活链接发到这个邮箱。")

    def __init__(self, *args, districts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = districts
        self.fields["district"].help_text += platform().city.where
        self.questions = platform().questions
        self.fields |= {code: question_about(code) for code in self.questions}
        for name in ("credit_code", "name", "contact_name", "email", "mobile"):
            self.fields[name].error_messages["required"] = f"请填写{self.fields[name].label}。"
        self.fields["district"].error_messages["required"] = "请选择报送区县。"
        for name, own in {"name": "organization", "contact_name": "name", "email": "email"}.items():
            self.fields[name].widget.attrs["autocomplete"] = own  # the browser knows them (WCAG 1.3.5)

    def application(self) -> dict:
        """What apply() asks for: the answers about business become facts under their codes."""
        said = dict(self.cleaned_data)
        answers = {code: said.pop(code) for code in self.questions}
        facts = {code: ",".join(said) if isinstance(said, list) else said for code, said in answers.items() if said}
        return {**said, "scope": facts.pop(platform().rows.scope, ""), "attributes": facts}

    @property
    def about_business(self) -> list[forms.BoundField]:
        return [self[code] for code in self.questions]


def question_about(code: str) -> forms.Field:
    """What whoever applies is asked about one fact: its kind says how. A code may be left for later."""
    fact, kind = platform().facts[code], kind_of(code)
    if kind == "yes_no":
        return forms.ChoiceField(label=fact.question, choices=[("是", "有"), ("否", "没有")], widget=forms.RadioSelect)
    if kind == "code":
        choices = [("", "（不清楚，以后再填）"), *choices_of(code)]
        return forms.ChoiceField(label=fact.question, required=False, choices=choices, widget=CodeSelect)
    return forms.MultipleChoiceField(
        label=fact.question,
        choices=choices_of(code),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NONE_CHOSEN if code == platform().rows.scope else "请至少选一项。"},
    )


class LookUpForm(PlainForm):
    credit_code = forms.CharField(label="统一社会信用代码", max_length=40)
    key = forms.CharField(label="查询码，或申请时填的手机、固定电话", max_length=40)


class ApproveForm(PlainForm):
    joined_on = forms.DateField(
        label="起报日期", widget=DayInput, help_text="在这一天或以后结束的报告期有报送任务；已锁定的报告期不受影响。"
    )


class RefuseForm(PlainForm):
    reason = ReasonField(label="不予通过的理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class FirmContactForm(ChangeForm):
    contact_name = NameField(label="联系人", max_length=40)
    mobile = MobileField(required=False)
    phone = PhoneField(required=False)
    email = MailField()
    address = forms.CharField(label="地址", max_length=200, required=False)

    def clean(self):
        if not self.cleaned_data.get("mobile") and not self.cleaned_data.get("phone") and not self.errors:
            raise forms.ValidationError("手机和固定电话至少填一个。")
        return self.cleaned_data


class FactsForm(ChangeForm):
    """The firm's own facts, each a select with the names of the form."""

    def __init__(self, *args, attributes: dict[str, str], **kwargs):
        super().__init__(*args, **kwargs)
        for code in platform().firm_writes:
            value = attributes.get(code, "")
            if kind_of(code) == "codes":
                self.fields[code] = forms.MultipleChoiceField(
                    label=label_of(code),
                    choices=choices_of(code),
                    widget=Checkboxes,
                    initial=value.split(",") if value else [],
                    error_messages={"required": f"请至少选一项{label_of(code)}。"},
                    required=platform().facts[code].required,
                )
                continue
            choices = choices_of(code)
            if value and value not in dict(choices):
                choices.append((value, value))  # a code that is allowed though the list does not name it
            self.fields[code] = forms.ChoiceField(
                label=label_of(code),
                choices=[("", "（未填）"), *choices],
                initial=value,
                required=platform().facts[code].required,
                error_messages={"required": "请选择。"},
                widget=forms.Select if kind_of(code) == "yes_no" else CodeSelect,
            )

    def facts(self) -> dict[str, str]:
        return {
            code: ",".join(value) if isinstance(value, list) else value for code, value in self.cleaned_data.items()
        }


class MoveForm(PlainForm):
    district = forms.ModelChoiceField(
        District.objects.none(), label="迁往", empty_label="（请选择）", widget=CodeSelect
    )
    since = forms.DateField(label="从哪一天起", widget=DayInput)
    reason = ReasonField()

    def __init__(self, *args, districts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = districts


class DeclineMoveForm(PlainForm):
    answer = ReasonField(label="不接收的理由", widget=forms.Textarea(attrs={"rows": 3}))


class FirstDayForm(PlainForm):
    joined_on = forms.DateField(label="起报日期", widget=DayInput)
    reason = ReasonField()


class ResumeForm(PlainForm):
    reason = ReasonField()


class StopForm(PlainForm):
    left_on = forms.DateField(label="最后一天", widget=DayInput, help_text="在这一天之后结束、尚未上报的报告期不须报。")
    reason = ReasonField()


class NameKeyFirmForm(PlainForm):
    credit_code = forms.CharField(label="统一社会信用代码", max_length=40)
    value = forms.ChoiceField(label="类别")
    why = ReasonField(label="依据", help_text="例如名单文件的文号。")

    def __init__(self, *args, code: str, **kwargs):
        super().__init__(*args, **kwargs)
        if code not in platform().city_writes:
            raise ValueError(f"{code} is no list of the city")
        self.fields["value"].choices = choices_of(code)


class ImportForm(PlainForm):
    workbook = WorkbookField(label="名录文件（.xlsx）")


class RefusePress(Press):
    reason = WordsField()


class SeenPress(Press):
    """Which comparison the person saw."""

    seen = forms.CharField()
