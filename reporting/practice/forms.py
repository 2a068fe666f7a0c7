"""What the association fills to open a practice. It goes over several pages, each of which sends on what stands."""

from datetime import date

from django import forms

from accounts.fields import DayInput, ManyField
from accounts.form_words import PlainForm
from accounts.models import District
from forms_tables.edition.periods import PeriodCode
from reporting.practice.choosing import DISTRICTS, EVERYBODY, FIRMS, WHO, Participants

MOST_NUMBER = 2**63


class PracticeForm(PlainForm):
    period = forms.ChoiceField(label="演练的报告期")
    until = forms.DateField(label="演练至", widget=DayInput(), help_text="到期不自动清除，也没有迟报。")
    who = forms.ChoiceField(label="参加的企业", choices=WHO, widget=forms.RadioSelect, initial=EVERYBODY)
    district = forms.MultipleChoiceField(label="区县", required=False, widget=forms.CheckboxSelectMultiple)
    firm = ManyField(label="企业", required=False)
    seen = forms.IntegerField(label="预览的家数", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, periods: list[PeriodCode], today: date, **kwargs):
        super().__init__(*args, **kwargs)
        districts = District.objects.valid_on(today).values_list("code", "name")
        self.offer("period", [(period.code, period.label) for period in periods])
        self.offer("district", list(districts))

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_firm(self) -> list[int]:
        typed = [str(each) for each in self.cleaned_data["firm"]]
        if not all(each.isascii() and each.isdigit() and int(each) < MOST_NUMBER for each in typed):
            raise forms.ValidationError("勾选的企业认不出来，请重新勾选。")
        return sorted({int(each) for each in typed})

    def clean(self):
        said = super().clean()
        if said.get("who") == DISTRICTS and not said.get("district") and "district" not in self.errors:
            self.add_error("district", "还没有勾选区县，请至少勾选一个。")
        return said

    @property
    def real(self) -> PeriodCode:
        return PeriodCode.parse(self.cleaned_data["period"])

    @property
    def chosen(self) -> Participants:
        said = self.cleaned_data
        districts = said["district"] if said["who"] == DISTRICTS else ()
        return Participants(said["who"], tuple(districts), tuple(said["firm"]) if said["who"] == FIRMS else ())

    @property
    def ticks(self) -> bool:
        return self.cleaned_data["who"] == FIRMS
