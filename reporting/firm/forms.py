"""What a firm's buttons send beside the cells of a table. What is missing or too long the workflow says."""

from django import forms

from accounts.fields import DayField, ManyField, WordsField, YesField
from accounts.form_words import NameField, Press
from forms_tables.edition.model import Table
from reporting.books.heads import CALLED
from reporting.books.matching import Choices


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


class GiveBooksPress(Press):
    pasted = forms.CharField(widget=forms.Textarea, strip=False)


class TakeBooksPress(Press):
    """How a person reads the firm's books into one table: which names feed which row, in which unit, by which column;
    what is ticked, and what was shown to be ticked."""

    ticket = forms.CharField()
    seen = forms.CharField()
    then = forms.CharField()
    open = forms.CharField()
    take = ManyField()
    shown = ManyField()
    checked = YesField()

    def __init__(self, *args, table: Table, **kwargs):
        super().__init__(*args, **kwargs)
        self.table = table

    @property
    def choices(self) -> Choices:
        sent = self.data
        codes = (row.code for row in self.table.indicators)
        fed = (f"{kind}.{column.key}" for kind in CALLED for column in self.table.columns)
        return Choices(
            rows={code: tuple(term for term in sent.getlist(code) if term) for code in codes if code in sent},
            sheets={kind: sent[f"sheet.{kind}"] for kind in CALLED if f"sheet.{kind}" in sent},
            units={kind: sent[f"unit.{kind}"] for kind in CALLED if sent.get(f"unit.{kind}")},
            columns={name: sent[f"column.{name}"] for name in fed if f"column.{name}" in sent},
        )

    @property
    def takes(self) -> bool:
        return self.said["then"] == "take"

    @property
    def opened(self) -> str:
        """The row whose names are being changed."""
        return self.said["open"]

    @property
    def ticked(self) -> frozenset[str]:
        return frozenset(self.said["take"])

    @property
    def cells_shown(self) -> frozenset[str]:
        """That could be ticked: what of them is not was left out on purpose."""
        return frozenset(self.said["shown"])

    @property
    def fingerprint(self) -> str:
        """Of what the person had before their eyes."""
        return self.said["seen"]

    @property
    def has_checked(self) -> bool:
        return self.said["checked"]
