"""What a firm's buttons send beside the cells of a table. What is missing or too long the workflow says."""

from django import forms

from accounts.fields import DayField, ManyField, WordsField, YesField
from accounts.form_words import NameField, Press


class SavePress(Press):
    """What is to follow the saving of a table: nothing, its check, the page where it is submitted."""

    then = forms.CharField()


class SubmitPress(Press):
    signer = NameField(label="单位负责人姓名")
    committed = YesField()
    reason = WordsField()
    estimated = YesField()


class ExplainPress(Press):
    rule = forms.CharField()
    fingerprint = ManyField()
    reason_code = forms.CharField()
    text = WordsField()


class ReasonPress(Press):
    reason = WordsField()


class AskExtensionPress(ReasonPress):
    until = DayField()


class AnswerPress(Press):
    note = WordsField()


class AdjustmentPress(ReasonPress):
    cell = forms.CharField()
    new = forms.CharField()


class ScanPress(Press):
    pages = forms.CharField()

    @property
    def number(self) -> int:
        """How many pages there are; 0 is refused. Of a longer number four digits are as many too many."""
        pages = self.said["pages"][:4]
        return int(pages) if pages.isdecimal() else 0
