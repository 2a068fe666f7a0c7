"""What the pages of imported history send."""

from django import forms

from accounts.fields import WordsField, WorkbookField, YesField
from accounts.form_words import PlainForm, Press


class HistoryUpload(PlainForm):
    workbook = WorkbookField(label="历史文件（.xlsx，或装有填好的表样的 .zip）", accept=".xlsx,.zip")
    replaces = forms.BooleanField(label="替换已导入的：同一企业同一期以这份文件为准", required=False)
    why = forms.CharField(
        label="替换原因", max_length=500, required=False, help_text="勾选了上一项的必须写明；没有勾选的不用填。"
    )


class CodesUpload(PlainForm):
    workbook = WorkbookField(label="对照表（.xlsx）")


class BlankForm(PlainForm):
    """Which firm's form of which past period."""

    credit_code = forms.CharField(label="统一社会信用代码", max_length=30)
    period = forms.CharField(label="报告期", max_length=12)


class SeenReportPress(Press):
    """Which comparison the person saw."""

    seen = forms.CharField()


class WithdrawPress(Press):
    why = WordsField()


class ObjectionPress(Press):
    cell = forms.CharField()
    new = forms.CharField()
    reason = WordsField()


class DecisionPress(Press):
    granted = YesField()
    answer = WordsField()
