"""A year's arrangement as the city types it, a line per festival. Dates are read as people copy them from a notice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from django import forms
from django.core.validators import FileExtensionValidator

from accounts.form_words import NameField, PlainForm
from reporting.dates.arrangements import USUAL_FESTIVALS, Festival, Notice
from text.incoming import without_hidden
from text.shortened import day_as_number

LINES = 9  # seven usual festivals, and room


class NoDate(ValueError):
    """Its text is the sentence for the person who typed."""


def read_day(typed: str, year: int) -> date:
    """2027-02-06, 2027年2月6日, 2027/2/6, 20270206, full width or not; 2月6日 is of `year`. Nothing else is guessed.
    A day more than a year away is a slip of the pen, and a run of days up to it would be endless."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", without_hidden(typed)))
    found = (
        re.fullmatch(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?", text)
        or re.fullmatch(r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})", text)
        or re.fullmatch(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", text)
        or re.fullmatch(r"(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]", text)
    )
    if not found:
        unclear = f"“{typed.strip()}”看不出是哪一天，请写成 {year}-02-06 或 2月6日。"
        raise NoDate(day_as_number(text) or unclear)
    parts = found.groupdict()
    of_year = int(parts.get("y") or year)
    if abs(of_year - year) > 1:
        raise NoDate(f"“{typed.strip()}”不在{year}年前后，请核对年份。")
    try:
        return date(of_year, int(parts["m"]), int(parts["d"]))
    except ValueError as error:
        raise NoDate(f"“{typed.strip()}”不是日历上的日期，请更正。") from error


def read_days(typed: str, year: int) -> frozenset[date]:
    """Several days, 、 or spaces between them; in 2月6日、7日 the 7th is of the same month."""
    days: list[date] = []
    for text in re.split(r"[、,，;；\s]+", unicodedata.normalize("NFKC", without_hidden(typed)).strip()):
        if not text:
            continue
        if days and (alone := re.fullmatch(r"(\d{1,2})[日号]", text)):
            text = f"{days[-1].year}年{days[-1].month}月{alone[1]}日"
        day = read_day(text, year)
        if day in days:
            raise NoDate(f"{day.month}月{day.day}日写了两次，请只留一个。")
        days.append(day)
    return frozenset(days)


class DayOfYearField(forms.CharField):
    def __init__(self, *, year: int, **kwargs):
        self.year = year
        super().__init__(max_length=40, required=False, **kwargs)

    def clean(self, value) -> date | None:
        return cleaned(read_day, super().clean(value), self.year) if value and value.strip() else None


class DaysOfYearField(forms.CharField):
    def __init__(self, *, year: int, **kwargs):
        self.year = year
        super().__init__(max_length=200, required=False, **kwargs)

    def clean(self, value) -> frozenset[date]:
        return cleaned(read_days, super().clean(value) or "", self.year)


def cleaned(read, typed: str, year: int):
    try:
        return read(typed, year)
    except NoDate as sentence:
        raise forms.ValidationError(str(sentence)) from sentence


class FestivalForm(PlainForm):
    """One line. Only its name, or nothing at all: the line is left out."""

    name = NameField(label="节日", max_length=40, required=False)

    def __init__(self, *args, year: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["first_day_off"] = DayOfYearField(label="放假起日", year=year)
        self.fields["last_day_off"] = DayOfYearField(label="放假止日", year=year)
        self.fields["festival_days"] = DaysOfYearField(label="节日当天", year=year)
        self.fields["working_weekends"] = DaysOfYearField(label="调休上班日", year=year)
        number = int(self.prefix.rpartition("-")[2]) + 1 if self.prefix and self.prefix[-1].isdigit() else 0
        for field in self.fields.values():
            field.widget.attrs |= {"aria-label": f"第 {number} 行 {field.label}", "autocomplete": "off"}

    @property
    def is_left_out(self) -> bool:
        return not any(self.cleaned_data.get(name) for name in self.fields if name != "name")

    def clean(self):
        given = super().clean()
        if self.errors or self.is_left_out:
            return given
        for name in ("name", "first_day_off", "last_day_off", "festival_days"):
            if not given.get(name):
                self.add_error(name, f"请填写{self.fields[name].label}；这个节日不放假的，整行留空。")
        return given


FestivalLines = forms.formset_factory(FestivalForm, extra=0, max_num=30, absolute_max=30)


class NoticeForm(PlainForm):
    """The notice's head, and the file where the days come in one."""

    number = forms.CharField(label="文号", max_length=80, help_text="例如 国办发明电〔2023〕7号。")
    title = forms.CharField(label="标题", max_length=200)
    url = forms.URLField(label="网址", max_length=300, required=False, assume_scheme="https")
    file = forms.FileField(
        label="文件",
        required=False,
        validators=[FileExtensionValidator(["csv", "xlsx"], "请上传 .csv 或 .xlsx 文件，收到的是“.%(extension)s”。")],
        help_text=".csv 或 .xlsx，一天一行。用文件的，上面的节日不用逐行填写。",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    correction = forms.CharField(
        label="更正说明",
        max_length=200,
        required=False,
        help_text="同一文号此前录错了，才需要填写：错在哪里。",
    )


def lines_to_fill(notice: Notice | None) -> list[dict]:
    """What the lines of an empty form begin with: what is in force for the year, or the seven names."""
    if not notice:
        return [{"name": name} for name in USUAL_FESTIVALS] + [{}] * (LINES - len(USUAL_FESTIVALS))
    filled = [
        {
            "name": festival.name,
            "first_day_off": festival.first_day_off.isoformat(),
            "last_day_off": festival.last_day_off.isoformat(),
            "festival_days": "、".join(map(str, sorted(festival.festival_days))),
            "working_weekends": "、".join(map(str, sorted(festival.working_weekends))),
        }
        for festival in notice.festivals
    ]
    return filled + [{}] * max(1, LINES - len(filled))


def festivals_of(lines: Iterable[FestivalForm], number: str) -> tuple[Festival, ...]:
    """The lines that say something, valid ones, as festivals in the order of the year."""
    said = [line.cleaned_data for line in lines if not line.is_left_out]
    festivals = [Festival(**given, notice=number) for given in said]
    return tuple(sorted(festivals, key=lambda festival: festival.first_day_off))
