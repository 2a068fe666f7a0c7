"""What is sent from a rule's page: which submissions, with what words, by which of the two buttons."""

from django import forms

from accounts.fields import ManyField, WordsField
from accounts.form_words import Press


class DecidePress(Press):
    receipt = ManyField()
    words = WordsField()
    act = forms.CharField()
