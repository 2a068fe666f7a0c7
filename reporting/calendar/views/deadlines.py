"""The dates of a year for everybody, and for the city how the holiday clause is read."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.access import for_another_firm_too, needs, refusals_on
from accounts.change_forms import ChangeForm
from accounts.models import Ability
from forms_tables.edition.periods import PeriodCode
from reporting import workflow
from reporting.calendar.notice import year_missing
from reporting.calendar.views.arrangements import refuse_strange, years_to_show
from reporting.calendar.years import dated_periods, periods_to_name, with_extensions
from reporting.dates.deadlines import DEFAULT, ClauseReading, deadlines_of
from reporting.models import ReadingChoice, calendar_in_force, reading_in_force
from reporting.workflow.calendar import READING_NAMES, READING_WORDS, reading_in_words


@for_another_firm_too
@require_GET
def deadlines(request):
    return redirect("deadlines_of_year", clock.today().year)


@for_another_firm_too
@require_GET
def deadlines_of_year(request, year):
    refuse_strange(year)
    today, calendar, reading = clock.today(), calendar_in_force(), reading_in_force()
    # What is due in the year: the December and the annual of the year before come first.
    wanted = [PeriodCode(year - 1, 12), PeriodCode(year - 1), *periods_to_name(year)]
    periods = dated_periods(wanted, calendar, reading)
    if request.user.firm_id:
        periods = with_extensions(periods, request.user.firm_id)
    context = {
        "year": year,
        "years": years_to_show(calendar.years, today.year, year),
        "periods": periods,
        "is_published": year in calendar.years,
        "january": () if reading.reports_january else deadlines_of(PeriodCode(year, 1), calendar, reading),
        "weighs_readings": request.user.may.read_city,
        "missing": year_missing(calendar, today),
    }
    return render(request, "calendar/deadlines.html", context)


class ReadingForm(ChangeForm):
    counts = forms.ChoiceField(
        label=READING_NAMES["counts"],
        choices=list(READING_WORDS["counts"].items()),
        widget=forms.RadioSelect,
        help_text="放假安排内的周六、周日和补休的日子，算不算“节假日”。",
    )
    lands_on = forms.ChoiceField(
        label=READING_NAMES["lands_on"],
        choices=list(READING_WORDS["lands_on"].items()),
        widget=forms.RadioSelect,
        help_text="放假后的第一天是普通周末时，两种口径不同。",
    )
    every_level = forms.TypedChoiceField(
        label=READING_NAMES["every_level"],
        choices=[("", READING_WORDS["every_level"][False]), ("yes", READING_WORDS["every_level"][True])],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
        help_text="通知只在企业截止日和区县月报截止日旁边写了顺延；“一律”时市级和区县年报的也顺延。",
    )
    reports_january = forms.TypedChoiceField(
        label=READING_NAMES["reports_january"],
        choices=[("", READING_WORDS["reports_january"][False]), ("yes", READING_WORDS["reports_january"][True])],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
        help_text="通知写明“1月无月报任务”：一年的第一期报1—2月累计。",
    )
    reason = forms.CharField(label="依据", max_length=300, help_text="文号或会议，例如 〔2024〕3号文。")

    def __init__(self, *args, reading: ClauseReading, **kwargs):
        super().__init__(*args, initial=self.shown(reading), **kwargs)

    @staticmethod
    def shown(reading: ClauseReading) -> dict:
        yes = {True: "yes", False: ""}
        return {
            "counts": reading.counts,
            "lands_on": reading.lands_on,
            "every_level": yes[reading.every_level],
            "reports_january": yes[reading.reports_january],
        }

    @property
    def reading(self) -> ClauseReading:
        given = self.cleaned_data
        return ClauseReading(given["counts"], given["lands_on"], given["every_level"], given["reports_january"])


@needs(Ability.READ_CITY)
def readings(request, form=None, status=200):
    reading = reading_in_force()
    chosen = ReadingChoice.objects.select_related("by")
    context = {
        "form": form or ReadingForm(reading=reading),
        "now": reading_in_words(reading),
        "is_default": reading == DEFAULT,
        "choices": [(choice, reading_in_words(choice.reading)) for choice in chosen],
        "default": reading_in_words(DEFAULT),
    }
    return render(request, "calendar/readings.html", context, status=status)


@needs(Ability.ADMINISTER)
@require_POST
def choose_reading(request):
    form = ReadingForm(request.POST, reading=reading_in_force())
    if form.is_valid():
        with refusals_on(form, "reason"):
            workflow.choose_reading(form.reading, request.user, clock.now(), form.cleaned_data["reason"])
            messages.success(request, "口径已保存，对此后开启的报告期有效；已开启的报告期日期不变。")
            return redirect("readings")
    return readings(request, form, 422)
