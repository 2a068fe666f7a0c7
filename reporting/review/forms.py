"""What the district and the city send when they decide. What a decision needs the workflow says."""

from accounts.fields import DayField, ManyField, WordsField, YesField
from accounts.form_words import Press


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
