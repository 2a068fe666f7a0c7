"""What the city types: a period to open, a date, a parameter."""

from collections.abc import Collection
from datetime import date

from django import forms

from accounts.change_forms import ChangeForm, Checkbox
from accounts.form_words import PlainForm
from reporting.models import Deadline, Period
from reporting.releases.missing import DISTRICT, FIRM, STANDING, Missing, key_of
from reporting.totals.released import part_in_words


class OpeningForm(PlainForm):
    """A button carries the code; nobody types one."""

    code = forms.CharField(label="报告期", max_length=7)
    estimates_allowed = forms.BooleanField(required=False)
    seen = forms.CharField(required=False, max_length=60)


class WithdrawalForm(PlainForm):
    reason = forms.CharField(
        label="撤回原因", max_length=200, help_text="写给已经收到通知的企业，例如：误开，应先开启 2026年11月。"
    )

    def __init__(self, *args, drafts: int, **kwargs):
        super().__init__(*args, **kwargs)
        if drafts:
            self.fields["agreed"] = forms.BooleanField(
                label=f"收起这 {drafts} 家企业的草稿",
                required=False,
                help_text="草稿不删除，这一期再开启时企业可以接着填。",
            )
            self.fields["drafts_seen"] = forms.IntegerField(
                required=False, min_value=0, initial=drafts, widget=forms.HiddenInput
            )

    @property
    def drafts_agreed(self) -> int:
        """Of so many firms' drafts the person was told, and agrees."""
        typed = self.cleaned_data
        return typed.get("drafts_seen") or 0 if typed.get("agreed") else 0


class EstimatesForm(ChangeForm):
    allowed = forms.BooleanField(label="允许本期上报预估数", required=False, widget=Checkbox)
    reason = forms.CharField(label="依据", max_length=200)


class DeadlinesForm(PlainForm):
    """The three dates of a period, changed together for one reason. Only what was changed here counts: on a page that
    has stood open for a while the others may be out of date."""

    reason = forms.CharField(label="原因", max_length=200)
    notice_number = forms.CharField(label="文号", max_length=80, help_text="没有发文的，写“无”。")

    def __init__(self, *args, provisional: Collection[str] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.provisional = provisional
        for level, words in Deadline.LEVELS:
            day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[level] = forms.DateField(label=f"{words}截止日", widget=day, show_hidden_initial=True)
        if provisional:
            names = "、".join(words for level, words in Deadline.LEVELS if level in provisional)
            self.fields["confirmed"] = forms.BooleanField(
                label="确认暂定日期",
                required=False,
                help_text=f"暂定的：{names}。勾选后，上面的日期就是确定的截止日，以后录入放假安排也不再变动。",
            )
        self.order_fields([*(level for level, _ in Deadline.LEVELS), "confirmed"])

    @property
    def dates(self) -> dict[str, date]:
        """By level what was changed, and what is provisional where the person confirms it."""
        named = {*self.changed_data, *(self.provisional if self.cleaned_data.get("confirmed") else ())}
        return {level: self.cleaned_data[level] for level, _ in Deadline.LEVELS if level in named}


class LockForm(PlainForm):
    """One sentence for all that is missing, and where there is another: of a group (a district, where a filing stands)
    or of one of the largest firms."""

    OF_FIRMS = 30  # that have a field of their own; the rest have their district's and their standing's

    reason = forms.CharField(
        label="原因（有未完成的填报时必填）",
        max_length=500,
        required=False,
        help_text="适用于下面没有另写原因的全部企业。从未审核通过的不计入汇总；正在修订或被退回的，按原审核通过数计入。",
    )

    def __init__(self, *args, missing: Missing, **kwargs):
        super().__init__(*args, **kwargs)
        self.whole = missing.city.whole
        self.firms = missing.firms[: self.OF_FIRMS]
        self.districts, self.standings = missing.districts, missing.standings
        groups = [(key_of(STANDING, key), f"{words}的") for key, words in self.standings.items()]
        groups += [(key_of(DISTRICT, area.code), f"{area.name}的") for area in self.districts]
        groups += [(key_of(FIRM, firm.credit_code), firm.name) for firm in self.firms]
        for key, label in groups:
            self.fields[key] = forms.CharField(label=f"{label}原因", max_length=200, required=False)

    @property
    def of_districts(self):
        return [(area, self[key_of(DISTRICT, area.code)]) for area in self.districts]

    @property
    def of_standings(self):
        return [self[key_of(STANDING, key)] for key in self.standings]

    @property
    def of_firms(self):
        parts = [part_in_words(firm.weight, self.whole) for firm in self.firms]
        fields = [self[key_of(FIRM, firm.credit_code)] for firm in self.firms]
        return list(zip(self.firms, parts, fields, strict=True))

    @property
    def reasons(self) -> dict[str, str]:
        return {key: why for key, why in self.cleaned_data.items() if key != "reason" and why}


class LockLimitForm(ChangeForm):
    percent = forms.DecimalField(label="比例（%）", min_value=0, max_value=100, max_digits=4, decimal_places=1)
    reason = forms.CharField(label="依据", max_length=300)


class CorrectionForm(PlainForm):
    reason = forms.CharField(label="更正原因", max_length=500)


class ParameterForm(PlainForm):
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
