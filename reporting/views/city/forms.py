"""What the city types: a period to open, a date, a parameter."""

from datetime import date

from django import forms

from forms_tables.periods import PeriodCode
from reporting.calendars import ONE_DAY
from reporting.deadlines import Reading
from reporting.models import Deadline, Period


class OpeningForm(forms.Form):
    code = forms.CharField(label="报告期编码", max_length=7, help_text="月报如 2024M05，年报如 2023A；1月无月报。")
    estimates_allowed = forms.BooleanField(required=False)

    def __init__(self, *args, reading: Reading, **kwargs):
        super().__init__(*args, **kwargs)
        if reading.reports_january:
            self.fields["code"].help_text = "月报如 2024M05，年报如 2023A；按现行读法，1月单独报送。"


class EstimatesForm(forms.Form):
    allowed = forms.BooleanField(required=False)
    reason = forms.CharField(label="依据", max_length=200)


class DeadlinesForm(forms.Form):
    """The three dates of a period, changed together for one reason. Only what was changed here counts: on a page that
    has stood open for a while the others may be out of date."""

    reason = forms.CharField(label="原因", max_length=200)
    notice_number = forms.CharField(label="文号", max_length=80, help_text="没有发文的，写“无”。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for level, words in Deadline.LEVELS:
            day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[level] = forms.DateField(label=f"{words}截止日", widget=day, show_hidden_initial=True)
        self.order_fields([level for level, _ in Deadline.LEVELS])

    @property
    def dates(self) -> dict[str, date]:
        return {level: self.cleaned_data[level] for level, _ in Deadline.LEVELS if level in self.changed_data}


class LockForm(forms.Form):
    reason = forms.CharField(
        label="原因（有未完成的填报时必填）",
        max_length=500,
        required=False,
        help_text="从未审核通过的不计入汇总；正在修订或被退回的，按原审核通过数计入。",
    )


class ParameterForm(forms.Form):
    name = forms.ChoiceField(label="参数")
    period = forms.ModelChoiceField(
        Period.objects.filter(state=Period.OPEN), label="报告期", required=False, empty_label="所有报告期"
    )
    value = forms.DecimalField(label="取值", max_digits=18, decimal_places=6)
    source = forms.CharField(label="依据", max_length=200, help_text="公告名称、文号、日期。")

    def __init__(self, *args, edition, **kwargs):
        super().__init__(*args, **kwargs)
        settable = [parameter for parameter in edition.parameters.values() if parameter.settable]
        self.fields["name"].choices = [(p.name, f"{p.title}（{p.name}）") for p in settable]


def next_period_to_open(newest: Period | None, today: date, reading: Reading) -> str:
    """A proposal: the last month that ended and is reported; nothing when it is open already."""
    last = date(today.year, today.month, 1) - ONE_DAY
    if last.month == 1 and not reading.reports_january:
        last = date(last.year, 1, 1) - ONE_DAY
    proposal = PeriodCode(last.year, last.month)
    return "" if newest and newest.parsed.end >= proposal.end else proposal.code
