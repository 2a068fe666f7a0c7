"""发布: the last look at a draft, and its publication as the next revision."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import clock
from accounts.access import needs
from accounts.form_words import PlainForm
from accounts.models import Ability
from forms_tables.edition.periods import PeriodCode
from reporting import workflow
from reporting.editions import drafts
from reporting.editions.obstacles import obstacles_to, worth_a_look_in
from reporting.editions.rehearsal import effect_in_words
from reporting.editions.views.draft import changes_in, on_the_draft, version_of, with_paths
from reporting.models import DraftEdition, Period, Rehearsal

AHEAD = 14  # months from the newest period that a revision may be set to begin with


class PublishForm(PlainForm):
    holds_from = forms.ChoiceField(label="自哪个报告期起执行")
    reason = forms.CharField(
        label="修订原因和依据",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="通知的名称、文号或会议；企业会看到这句话。",
    )
    seen = forms.BooleanField(label="已看过上面的改动、提醒和试算影响")

    def __init__(self, *args, draft: DraftEdition, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["holds_from"].choices = [("", "请选择"), *periods_offered(draft)]
        self.fields["seen"].error_messages["required"] = "请先看过改动、提醒和试算影响，再勾选。"


@needs(Ability.REVISE)
@on_the_draft
def publish(request: HttpRequest, draft: DraftEdition) -> HttpResponse:
    form = PublishForm(request.POST or None, draft=draft)
    if request.method != "POST":
        return show(request, draft, form)
    if not form.is_valid():
        return show(request, draft, form, status=422)
    told = {name: form.cleaned_data[name] for name in ("holds_from", "reason")}
    version = version_of(request, draft)
    try:
        published = drafts.publish(
            draft, version, seen=seen_of(draft, version), by=request.user, at=clock.now(), **told
        )
    except drafts.Overtaken as overtaken:
        standing = overtaken.draft
        said = (
            f"修订稿在您打开之后已由{standing.changed_by}改动过（第{standing.version}稿），没有发布。"
            "请看过现在的改动，重新试算后再发布。"
        )
        form.add_error(None, said)
        return show(request, draft, form, status=409)
    except workflow.Refused as refusal:
        form.add_error(None, str(refusal))
        return show(request, draft, form, status=409)
    messages.success(
        request,
        f"{published}已发布，自{published.holds_from_label}起执行。尚未上报的企业须重新做数据审核，其页面上有提示。",
    )
    return redirect("city_edition", published.code)


def show(request: HttpRequest, draft: DraftEdition, form: PublishForm, status: int = 200) -> HttpResponse:
    draft.refresh_from_db(fields=["version", "text", "state"])
    seen = seen_of(draft, draft.version)
    around = {
        "draft": draft,
        "edition": draft.based_on.edition,
        "form": form,
        "changes": changes_in(draft),
        "obstacles": obstacles_to(draft),
        "worth_a_look": with_paths(draft, worth_a_look_in(draft)),
        "seen": seen,
        "seen_words": effect_in_words(seen.effect) if seen else "",
        "locked": Period.objects.filter(state=Period.LOCKED).first(),
    }
    return render(request, "editions/desk/publish.html", around, status=status)


def seen_of(draft: DraftEdition, version: int) -> Rehearsal | None:
    """The newest rehearsal of this very version."""
    done = draft.rehearsals.filter(version=version, state=Rehearsal.DONE)
    return done.select_related("period", "by").first()


def periods_offered(draft: DraftEdition) -> list[tuple[str, str]]:
    """The open periods behind every locked one, and those to come, none before the last revision's first."""
    known = list(Period.objects.all())
    shut = max((period.parsed for period in known if period.is_locked), default=None)
    offered = [(period.parsed, f"{period.label}（填报中）") for period in known if not period.is_locked]
    newest = max((period.parsed for period in known if not period.is_annual), default=None)
    if newest:
        offered += [(period, period.label) for period in periods_after(newest)]
    least = PeriodCode.parse(draft.based_on.holds_from) if draft.based_on.holds_from else None
    chosen = {
        period.code: label
        for period, label in sorted(offered, key=lambda one: one[0])
        if not (shut and period < shut) and not (least and period < least)
    }
    return list(chosen.items())


def periods_after(period: PeriodCode) -> list[PeriodCode]:
    following = []
    for number in range(1, AHEAD):
        year, month = divmod(period.year * 12 + period.month - 1 + number, 12)
        following.append(PeriodCode(year, month + 1))
        if month == 11:
            following.append(PeriodCode(year))
    return following
