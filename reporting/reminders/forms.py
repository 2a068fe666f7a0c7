"""What an official types about reminders: whom to urge and with what words, and when letters go out by themselves."""

from dataclasses import replace

from django import forms

from accounts.change_forms import ChangeForm, Checkbox
from accounts.fields import WordsField
from accounts.form_words import PlainForm, Press
from reporting.letters.schedule import EARLIEST_DAYS, ReminderTime
from reporting.models import Period
from reporting.reminders.urging import GROUPS, MOST_WORDS, Chosen

PREVIEW_AGAIN = "预览页的内容不完整或被改动过，请重新预览后再发送。"
HOURS = [(hour, f"{hour}:00") for hour in range(24)]


class UrgingForm(PlainForm):
    """The group as it was chosen, and the official's own words."""

    period = forms.ModelChoiceField(Period.objects.prefetch_related("deadlines"), label="报告期")
    state = forms.ChoiceField(label="状态", choices=[("", "全部未报"), *GROUPS.items()], required=False)
    district = forms.CharField(label="区县", max_length=12, required=False)
    q = forms.CharField(label="企业名称或信用代码", max_length=60, required=False)
    first = forms.IntegerField(label="前几家", min_value=0, max_value=100_000, required=False)
    words = forms.CharField(
        label="附言",
        max_length=MOST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"写在信里的话，最多 {MOST_WORDS} 字。不写也可以：信里已有报告期、报表、状态、截止时间和链接。",
    )

    @property
    def chosen(self) -> Chosen:
        wanted = self.cleaned_data
        return Chosen(wanted["state"], wanted["district"], wanted["q"], first=wanted["first"] or 0)


class PressForm(UrgingForm):
    """What the preview page sends on."""

    of = forms.RegexField(r"^[0-9]+( [0-9]+)*$", required=False, error_messages={"invalid": PREVIEW_AGAIN})
    token = forms.UUIDField(error_messages=dict.fromkeys(("required", "invalid"), PREVIEW_AGAIN))
    previewed_at = forms.DateTimeField(error_messages=dict.fromkeys(("required", "invalid"), PREVIEW_AGAIN))

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("first") and not self.cleaned_data.get("of"):
            self.add_error("of", PREVIEW_AGAIN)

    @property
    def chosen(self) -> Chosen:
        chosen = super().chosen
        shown = [int(pk) for pk in self.cleaned_data["of"].split()]
        return replace(chosen, of=shown) if chosen.first else chosen


class ScheduleForm(ChangeForm):
    """The whole schedule on one page: for each reminder time whether, from what hour, how many days before."""

    def __init__(self, *args, stands: dict[str, ReminderTime], **kwargs):
        super().__init__(*args, **kwargs)
        self.stands = stands
        for name, reminder_time in stands.items():
            attrs = {"aria-label": f"{reminder_time.label}：发送"}
            box = Checkbox(attrs=attrs | ({"disabled": True} if reminder_time.always else {}))
            self.fields[f"{name}_on"] = forms.BooleanField(required=False, initial=reminder_time.on, widget=box)
            if reminder_time.hour is not None:
                select = forms.Select(attrs={"aria-label": f"{reminder_time.label}：几点起"})
                self.fields[f"{name}_hour"] = forms.TypedChoiceField(
                    label="几点起", choices=HOURS, coerce=int, initial=reminder_time.hour, widget=select
                )
            if reminder_time.days_change:
                number = forms.NumberInput(attrs={"aria-label": f"{reminder_time.label}：截止前几个工作日"})
                self.fields[f"{name}_days"] = forms.IntegerField(
                    label="截止前几个工作日",
                    min_value=1,
                    max_value=EARLIEST_DAYS,
                    initial=reminder_time.days,
                    widget=number,
                )

    @property
    def rows(self) -> list[dict]:
        """Each reminder time with its fields, for the table."""
        return [
            {
                "reminder_time": reminder_time,
                "on": self[f"{name}_on"],
                "hour": self[f"{name}_hour"] if f"{name}_hour" in self.fields else None,
                "days": self[f"{name}_days"] if f"{name}_days" in self.fields else None,
            }
            for name, reminder_time in self.stands.items()
        ]

    @property
    def wanted(self) -> dict[str, dict]:
        typed = self.cleaned_data
        return {
            name: {
                "on": reminder_time.always or typed[f"{name}_on"],
                "hour": typed.get(f"{name}_hour"),
                "days": typed.get(f"{name}_days"),
            }
            for name, reminder_time in self.stands.items()
        }


class DomainPress(Press):
    domain = forms.CharField()


class UsablePress(Press):
    """How somebody made sure that an address takes mail."""

    words = WordsField()
