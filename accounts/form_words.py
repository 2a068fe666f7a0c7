"""What a form says about what it cannot take: in each sentence where, what is wrong and how to mend it.

Django's own sentences name no field and speak of variables and UUIDs. A field that has a sentence of its own keeps it.
"""

from typing import Any

from django import forms
from django.http import QueryDict

from accounts.access import Refused
from text.incoming import hidden_mark, without_hidden

CHOOSING = (forms.ChoiceField, forms.ModelChoiceField, forms.FileField)
# The first kind that fits says it; `{}` is the field's label, what is in %( )s Django fills in.
INVALID = (
    (forms.DateTimeField, "{}不是时间，请写作 2024-06-30 17:00。"),
    (forms.DateField, "{}不是日期，请写作 2024-06-30。"),
    (forms.DecimalField, "{}应为数字，例如 12.5。"),  # an IntegerField to Django
    (forms.IntegerField, "{}应为整数，例如 12。"),
    (forms.URLField, "{}写法不对，应像 https://www.gov.cn/。"),
    (forms.FileField, "没有收到{}，请重新选择后再上传。"),
)
OF_ANY = {
    "max_length": "{}最多 %(limit_value)d 字，现在有 %(show_value)d 字，请精简后再提交。",
    "min_length": "{}至少 %(limit_value)d 字，现在有 %(show_value)d 字，请补充后再提交。",
    "min_value": "{}不能小于 %(limit_value)s，请改大后再提交。",
    "max_value": "{}不能大于 %(limit_value)s，请改小后再提交。",
    "max_digits": "{}最多 %(max)s 位数字，请改短后再提交。",
    "max_decimal_places": "{}最多 %(max)s 位小数，请四舍五入后再提交。",
    "max_whole_digits": "{}的整数部分最多 %(max)s 位，请核对后再提交。",
    "invalid_choice": "{}不在可用的选项里，请从列出的选项中重新选择。",
    "invalid_list": "{}不在可用的选项里，请从列出的选项中重新选择。",
    "null_characters_not_allowed": "{}里有看不见的字符，请删去后重新填写。",
    "empty": "{}是空的，没有内容，请重新保存后再上传。",
    "missing": "没有收到{}，请重新选择后再上传。",
}


class NameField(forms.CharField):
    """What somebody or something is called. With a mark nobody sees in it, it would be another name that looks the
    same: it is refused, and not changed behind anybody's back."""

    def clean(self, value):
        name = super().clean(value)
        if mark := hidden_mark(name):
            raise forms.ValidationError(f"{self.label}里，{mark}。")
        return name


class PlainWords:
    """Mixed into a form; the fields are seen to when it is judged, also those added late."""

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            say_plainly(field, str(field.label or self[name].label))
        if self.is_bound:
            self.data = self._as_meant()
        super().full_clean()

    def _as_meant(self):
        """What was sent, without what nobody can have meant: hidden marks but in names, new lines in what is one
        line."""
        meant = self.data.copy()
        for name, field in self.fields.items():
            key = self.add_prefix(name)
            texts = meant.getlist(key) if isinstance(meant, QueryDict) else [meant.get(key)]
            if not texts or not all(isinstance(text, str) for text in texts):
                continue
            if not isinstance(field, NameField):
                texts = [without_hidden(text) for text in texts]
            if type(field.widget) is forms.TextInput:
                texts = [" ".join(text.splitlines()) for text in texts]
            if isinstance(meant, QueryDict):
                meant.setlist(key, texts)
            else:
                meant[key] = texts[0]
        return meant


class PlainForm(PlainWords, forms.Form):
    pass


class Press(PlainForm):
    """What one button sends. It is asked for nothing here: what is missing the office says, in its own words."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    @property
    def said(self) -> dict[str, Any]:
        """Every field, empty where nothing was sent. Refused where something cannot be read as what it should be."""
        for sentences in self.errors.values():
            raise Refused(sentences[0])
        return self.cleaned_data


class PlainModelForm(PlainWords, forms.ModelForm):
    pass


def say_plainly(field: forms.Field, label: str) -> None:
    """Django fills in some sentences with the % operator and others not: no plain % may stand in a label there."""
    of_django, label = sentences_of_django(field), label.replace("%", "％")
    for code, sentence in sentences_for(field).items():
        if field.error_messages.get(code) is of_django.get(code):
            field.error_messages[code] = sentence.replace("{}", label)


def sentences_for(field: forms.Field) -> dict[str, str]:
    required = "请选择{}。" if isinstance(field, CHOOSING) else "请填写{}。"
    invalid = next((words for kind, words in INVALID if isinstance(field, kind)), "{}写法不对，请核对后重新填写。")
    return {"required": required, "invalid": invalid, **OF_ANY}


def sentences_of_django(field: forms.Field) -> dict:
    """What the field would say if nobody had given it words."""
    found = {}
    for kind in reversed(type(field).__mro__):
        found |= vars(kind).get("default_error_messages", {})
    return found
