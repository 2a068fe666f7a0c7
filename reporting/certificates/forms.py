from django import forms

from accounts.form_words import Press


class IssuePress(Press):
    """From which period to which, and what for."""

    first = forms.CharField()
    last = forms.CharField()
    purpose = forms.CharField()
