"""Which edition governs which period, and which districts there are when: what is said beside the editions."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.fields import CodeSelect
from accounts.form_words import NameField, PlainForm
from accounts.models import Ability, District
from forms_tables.edition.catalog import edition_codes
from forms_tables.edition.periods import PeriodCode
from reporting.editions.districts import DistrictFacts
from reporting.editions.districts import place_district as store_district
from reporting.editions.governance import govern as set_beginning
from reporting.models import Period, PublishedEdition
from reporting.models.in_force import current_edition, gaps, overlaps, proposed, stretches, waiting

KINDS = ("区", "县", "自治县", "功能区", "行政区")


class GovernForm(PlainForm):
    code = forms.ChoiceField(label="制度")
    first = forms.ChoiceField(label="自何报告期起")
    last = forms.ChoiceField(label="至何报告期止", required=False, help_text="一般不选：到下一个制度开始执行为止。")
    reason = forms.CharField(label="依据", max_length=500, help_text="统计调查通知的名称和文号。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        shipped = PublishedEdition.objects.shipped().values_list("code", "title")
        periods = [(period.code, period.label) for period in periods_to_begin()]
        self.fields["code"].choices = [("", "请选择"), *((code, f"{code} {title}") for code, title in shipped)]
        self.fields["first"].choices = [("", "请选择"), *periods]
        self.fields["last"].choices = [("", "（不设止期）"), *periods]


class DistrictForm(PlainForm):
    code = forms.RegexField(
        "^[0-9A-Z-]{2,12}$", label="区划代码", error_messages={"invalid": "区划代码应如 500157 或 CQ-LJ。"}
    )
    name = NameField(label="名称", max_length=40)
    kind = forms.ChoiceField(label="类型", choices=[(kind, kind) for kind in KINDS])
    valid_from = forms.DateField(label="生效日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    valid_to = forms.DateField(
        label="失效日期", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="最后一个有效日；没有撤销的，不填。",
    )  # fmt: skip
    successor = forms.ChoiceField(
        label="并入", required=False, help_text="撤销后企业改派到哪个区县。", widget=CodeSelect
    )
    reason = forms.CharField(label="依据", max_length=500, help_text="区划调整文件的名称和文号。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = District.objects.values_list("code", "name")
        self.fields["successor"].choices = [("", "（没有）"), *((code, f"{code} {name}") for code, name in known)]


@needs(Ability.READ_CITY)
def governance(request, govern_form=None, district_form=None, status=200):
    governed = stretches()
    around = {
        "edition": current_edition(),
        "governed": [(each, title_of(each.family), periods_under(each)) for each in governed],
        "warnings": [*overlaps(governed), *gaps(governed)],
        "waiting": waiting(),
        "districts": District.objects.select_related("successor"),
        "govern_form": govern_form or GovernForm(auto_id="govern_%s"),
        "district_form": district_form or DistrictForm(auto_id="district_%s"),
    }
    return render(request, "editions/governance.html", around, status=status)


@needs(Ability.REVISE)
@require_POST
def govern(request):
    form = GovernForm(request.POST, auto_id="govern_%s")
    if not form.is_valid():
        return governance(request, govern_form=form, status=422)
    with refusals_on(form):
        published = set_beginning(**form.cleaned_data, by=request.user, at=clock.now())
        messages.success(request, f"{published.title}自{published.holds_from_label}起执行，已记入操作日志。")
        return redirect("city_governance")
    return governance(request, govern_form=form, status=409)


@needs(Ability.ADMINISTER)
@require_POST
def place_district(request):
    form = DistrictForm(request.POST, auto_id="district_%s")
    if not form.is_valid():
        return governance(request, district_form=form, status=422)
    reason = form.cleaned_data.pop("reason")
    with refusals_on(form):
        placed = store_district(DistrictFacts(**form.cleaned_data), request.user, clock.now(), reason)
        messages.success(request, f"{placed.name}已登记，并记入操作日志。")
        return redirect("city_governance")
    return governance(request, district_form=form, status=409)


def title_of(family: str) -> str:
    published = PublishedEdition.objects.filter(code=family).defer("text").first()
    return published.title if published else family


def periods_under(stretch) -> list[Period]:
    return [period for period in Period.objects.all() if stretch.holds(period.parsed)]


def periods_to_begin() -> list[PeriodCode]:
    """From the first that any edition governs, or that its folder speaks of, to the end of next year, the latest
    first."""
    begun = [*stretches(), *(proposed(code) for code in edition_codes())]
    first = min((each.first.year for each in begun), default=clock.today().year)
    return sorted(every_period(range(first - 1, clock.today().year + 2)), reverse=True)  # its annual is asked before


def every_period(years: range) -> list[PeriodCode]:
    return [period for year in years for period in (PeriodCode(year), *(PeriodCode(year, m) for m in range(1, 13)))]
