"""What is typed of an entry."""

from django import forms

from accounts.change_forms import ChangeForm, Checkbox
from accounts.form_words import Press


class QuestionForm(ChangeForm):
    question = forms.CharField(label="问题", max_length=200)
    answer = forms.CharField(
        label="答复",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="只写文字，空一行另起一段。不要写能认出某一家企业的名称、数字。",
    )
    about = forms.CharField(
        label="有关的表、指标、审核关系",
        max_length=200,
        required=False,
        help_text="表号、指标代码、审核关系编号，用空格隔开，例如 软统企6 2010 R605。填表和审核时会在旁边给出链接。",
    )
    published = forms.BooleanField(
        label="公开",
        required=False,
        widget=Checkbox,
        help_text="勾选后，登录的人都看得到、查得到；不勾选是草稿，只有协会和市级看得到。",
    )


class QuestionVersionPress(Press):
    version = forms.IntegerField(min_value=0)
