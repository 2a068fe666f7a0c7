"""Fields of what people write about themselves: their telephones, their mailbox, why they do something; and the file
they bring."""

from __future__ import annotations

import re
from datetime import date

from django import forms
from django.utils.dateparse import parse_date

from accounts.backends import as_typed_plainly

MOBILE = re.compile(r"1[3-9]\d{9}")
PHONE = re.compile(r"(0\d{2,3}-?)?\d{7,8}(-\d{1,6})?|1[3-9]\d{9}|400-?\d{3}-?\d{4}")


def clean_mobile(text: str) -> str:
    mobile = as_typed_plainly(text).replace("-", "")
    if mobile and not MOBILE.fullmatch(mobile):
        raise forms.ValidationError("手机号应为 11 位数字，以 1 开头，例如 13800000000。")
    return mobile


def clean_phone(text: str) -> str:
    phone = as_typed_plainly(text).replace("—", "-")
    if phone and not PHONE.fullmatch(phone):
        raise forms.ValidationError("固定电话应写成“区号-号码”，例如 023-63890000，分机写在最后一个“-”之后。")
    return phone


class CodeSelect(forms.Select):
    """A list of codes: with the page's script it is chosen by typing the code or the name (static/codes/selects.js). A
    row of ours is sent by its key, so its code stands beside it."""

    def __init__(self, attrs=None, choices=()):
        super().__init__({"data-codes": "", **(attrs or {})}, choices)

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if code := getattr(getattr(value, "instance", None), "code", ""):
            option["attrs"]["data-code"] = code
        return option


class MobileField(forms.CharField):
    def __init__(self, **kwargs):
        super().__init__(**{"label": "手机", "max_length": 20, **kwargs})
        self.widget.attrs.update({"inputmode": "tel", "autocomplete": "tel"})

    def clean(self, value):
        return clean_mobile(super().clean(value))


class PhoneField(forms.CharField):
    def __init__(self, **kwargs):
        super().__init__(
            **{"label": "固定电话", "max_length": 40, "help_text": "区号-号码，例如 023-63890000。", **kwargs}
        )
        self.widget.attrs.update({"inputmode": "tel"})

    def clean(self, value):
        return clean_phone(super().clean(value))


class WorkbookField(forms.FileField):
    """A workbook to upload; `accept` is what the dialogue offers to choose."""

    def __init__(self, *, accept: str = ".xlsx", **kwargs):
        said = {"required": "请选择文件。", "empty": "文件是空的，没有内容。请重新保存后再上传。"}
        widget = forms.FileInput(attrs={"accept": accept})
        super().__init__(**{"error_messages": said, "widget": widget, **kwargs})


class MailField(forms.EmailField):
    def __init__(self, **kwargs):
        super().__init__(**{"label": "邮箱", **kwargs})
        self.error_messages["invalid"] = "邮箱写法不对，应像 name@example.com。"
        for validator in self.validators:
            validator.message = self.error_messages["invalid"]


class ReasonField(forms.CharField):
    def __init__(self, **kwargs):
        super().__init__(**{"label": "事由", "max_length": 200, **kwargs})
        self.error_messages["required"] = "请写明事由，它会记入操作日志。"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class WordsField(forms.CharField):
    """What somebody says, on as many lines as they like."""

    widget = forms.Textarea


class YesField(forms.CharField):
    def clean(self, value) -> bool:
        return super().clean(value) == "yes"


class DayField(forms.CharField):
    """A day as 2024-06-13; None where nothing was written."""

    def clean(self, value) -> date | None:
        text = super().clean(value)
        try:
            day = parse_date(text)
        except ValueError:  # well written, and no such day
            day = None
        if text and day is None:
            raise forms.ValidationError(f"“{text[:20]}”不是日期，请写作 2024-06-13。")
        return day


class ManyField(forms.Field):
    """Everything that was sent under one name, in its order."""

    widget = forms.MultipleHiddenInput

    def clean(self, value) -> list[str]:
        return list(value or [])
