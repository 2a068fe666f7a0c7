"""Forms over something that stands: what a body does not name is not touched.

A browser sends nothing for a box that is not ticked, so boxes carry a hidden companion that says they were on the page.
"""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import format_html

from accounts.form_words import PlainForm, PlainModelForm


class WithCompanion:
    """Mixed into a widget of boxes."""

    def render(self, name, *args, **kwargs):
        return format_html('<input type="hidden" name="{}" value="">{}', name, super().render(name, *args, **kwargs))

    def value_omitted_from_data(self, data, files, name) -> bool:
        return name not in data


class Checkbox(WithCompanion, forms.CheckboxInput):
    pass


class Checkboxes(WithCompanion, forms.CheckboxSelectMultiple):
    def value_from_datadict(self, data, files, name):
        ticked = super().value_from_datadict(data, files, name)
        return ticked and [value for value in ticked if value]


class KeepsTheRest:
    """Mixed into a form whose initial values are what stands."""

    def full_clean(self) -> None:
        if self.is_bound:
            self.data = self._with_what_stands()
        super().full_clean()

    def _with_what_stands(self) -> QueryDict:
        data = QueryDict(mutable=True)
        for key, value in self.data.items():
            data.setlist(key, self.data.getlist(key) if hasattr(self.data, "getlist") else as_list(value))
        for name, field in self.fields.items():
            html_name = self.add_prefix(name)
            if field.widget.value_omitted_from_data(self.data, self.files, html_name):
                data.setlist(html_name, as_list(field.prepare_value(self.get_initial_for_field(field, name))))
        return data


def as_list(value: Any) -> list:
    """As a body holds it: none for what is blank."""
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return [] if value is None or value is False or value == "" else [value]


class ChangeForm(KeepsTheRest, PlainForm):
    pass


class ChangeModelForm(KeepsTheRest, PlainModelForm):
    pass
