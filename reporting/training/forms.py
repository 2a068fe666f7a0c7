"""What is typed about a session, a person who comes, and who came."""

from django import forms

from accounts.backends import as_typed_plainly
from accounts.change_forms import ChangeForm, Checkboxes
from accounts.fields import MOBILE, PHONE, DayInput, WordsField
from accounts.form_words import NameField, Press
from accounts.models import District
from reporting.training import audiences

MOST_SEATS = 10_000


class HourInput(forms.TimeInput):
    input_type = "time"

    def __init__(self):
        super().__init__(format="%H:%M")


class AnyPhoneField(forms.CharField):
    """A mobile or a fixed line, as on the register."""

    def clean(self, value):
        phone = as_typed_plainly(super().clean(value)).replace("—", "-")
        if phone and not (MOBILE.fullmatch(phone.replace("-", "")) or PHONE.fullmatch(phone)):
            raise forms.ValidationError("电话应为 11 位手机号，或“区号-号码”，例如 13800000000、023-63890000。")
        return phone


class SessionForm(ChangeForm):
    title = forms.CharField(label="培训名称", max_length=100)
    day = forms.DateField(label="日期", widget=DayInput())
    begins = forms.TimeField(label="开始", widget=HourInput())
    ends = forms.TimeField(label="结束", widget=HourInput())
    place = forms.CharField(label="地点", max_length=200, required=False)
    link = forms.URLField(
        label="线上链接",
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="会议或直播的网址。地点和线上链接至少填一项。",
    )
    to_ask = forms.CharField(label="咨询人和电话", max_length=100, help_text="写进邀请信，例如 刘芳 023-63890000。")
    about = forms.CharField(
        label="内容和要求",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="讲什么、带什么。只写文字，空一行另起一段。",
    )
    audience = forms.ChoiceField(label="参加范围")
    districts = forms.ModelMultipleChoiceField(
        label="只限这些区县",
        queryset=District.objects.none(),
        required=False,
        widget=Checkboxes(attrs={"class": "many"}),
        help_text="不勾选，全市都可以。",
    )
    capacity = forms.IntegerField(
        label="名额",
        required=False,
        min_value=1,
        max_value=MOST_SEATS,
        help_text="满了以后报名的排候补，有人取消依次递补。不填则不限。改小不会让已报名的退出。",
    )
    per_office = forms.IntegerField(label="每家最多几人", min_value=1, max_value=50, initial=2)

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["audience"].choices = audiences.audiences()
        self.fields["districts"].queryset = District.objects.valid_on(day)
        for name in ("day", "begins", "ends"):
            wrong = "请按 2024-06-30 的样子填写日期。" if name == "day" else "请按 09:30 的样子填写时间。"
            self.fields[name].error_messages["invalid"] = wrong


class SignUpForm(Press):
    name = NameField(label="参加人姓名", max_length=40)
    phone = AnyPhoneField(label="电话", max_length=20)


class WalkInForm(SignUpForm):
    office = forms.CharField(label="单位", max_length=120)


class TickPress(Press):
    came = forms.CharField()
    q = forms.CharField()


class CancelPress(Press):
    why = WordsField()


class InvitePress(Press):
    rounds = forms.IntegerField(min_value=0, max_value=1000)


class VersionPress(Press):
    version = forms.IntegerField(min_value=0)
