from django import forms

from accounts.fields import WordsField
from accounts.form_words import Press


class SayPress(Press):
    text = WordsField()
    cell = forms.CharField()
    for_city = forms.BooleanField()


class TakeDownPress(Press):
    why = WordsField()


class WritePress(Press):
    """Which button of the announcement's form it was: write, look, publish."""

    then = forms.CharField()
