"""What the district and the city send when they decide. What a decision needs the workflow says."""

from decimal import Decimal

from django import forms

from accounts.change_forms import ChangeForm, Checkboxes
from accounts.fields import DayField, ManyField, WordsField, YesField
from accounts.form_words import Press
from reporting.models import ReviewLimits
from reporting.models.submission import WATCHED_WORDS


class NotePress(Press):
    note = WordsField()


class ReasonsPress(Press):
    """Lines of a cell (or none: the whole table) and the words about it."""

    cell = ManyField()
    reason = ManyField()

    @property
    def reasons(self) -> list[dict[str, str]]:
        pairs = zip(self.said["cell"], self.said["reason"], strict=False)
        return [{"cell": cell, "reason": reason.strip()} for cell, reason in pairs if reason.strip()]


class CleanOnesPress(Press):
    receipt = ManyField()


class GrantPress(Press):
    granted = YesField()
    answer = WordsField()


class DecideExtensionPress(GrantPress):
    until = DayField()

    @property
    def said(self) -> dict:
        """A date is asked for where the answer is yes; else what stands in its box is not read."""
        return super().said if self["granted"].value() == "yes" else {**GrantPress(self.data).said, "until": None}


class ReviewLimitsForm(ChangeForm):
    points = forms.DecimalField(
        label="预期误差上限（%）",
        min_value=Decimal("0.01"),
        max_value=ReviewLimits.MOST_POINTS,
        max_digits=4,
        decimal_places=2,
        help_text="审到哪一家可以停：其余各家的预期误差合起来，不超过各项合计的百分之几。",
    )
    watched = forms.MultipleChoiceField(
        label="控制误差的指标",
        choices=list(WATCHED_WORDS.items()),
        widget=Checkboxes,
        help_text="选中的每一项都要在上限以内。",
    )
    bulk_share = forms.DecimalField(
        label="须逐份打开的占比（%）",
        min_value=0,
        max_value=100,
        max_digits=4,
        decimal_places=1,
        help_text="软件业务收入占本区县合计超过这个比例的上报件，不能批量通过，须打开审核。",
    )
    reason = forms.CharField(label="依据", max_length=300)
