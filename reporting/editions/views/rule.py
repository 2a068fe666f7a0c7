"""The rule desk: one rule of the draft as the city writes it, what is wrong with it, and whom it would touch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import Refused, needs, refusals_on
from accounts.models import Ability
from forms_tables.edition.drafting import DefinitionChange, NotThere, changes_between, raw_rule
from forms_tables.edition.model import Rule
from forms_tables.judges.browser import trial
from reporting.editions.drafts import Overtaken
from reporting.editions.effects import (
    FREQUENCIES,
    Effect,
    EffectGroup,
    FilingBeforeAndAfter,
    effect_on,
    frequencies_of,
    periods_with_submissions,
    tell,
)
from reporting.editions.obstacles import remarks_beside
from reporting.editions.rules import TEXTUAL, add_rule, drop_rule, rule_from, save_rule
from reporting.editions.views.draft import on_the_draft, version_of
from reporting.editions.views.editions import KINDS, LEVELS, where_in_words, words_of
from reporting.editions.views.rule_form import RuleForm, typed_from
from reporting.editions.words import told
from reporting.models import DraftEdition, Filing

NEW = "new"  # stands in an address for the number of a rule that has none yet
SHOWN = 20


@needs(Ability.READ_CITY)
@on_the_draft
def rules(request, draft):
    kind, level, search, changed = (request.GET.get(name, "").strip() for name in ("kind", "level", "q", "changed"))
    changes = {change.code: change for change in rule_changes_in(draft)}
    every = [*draft.edition.rules, *(rule_from(each.before) for each in changes.values() if not each.after)]
    shown = [
        rule
        for rule in every
        if kind in ("", rule.kind) and level in ("", rule.level) and search.lower() in words_of(rule).lower()
    ]
    if changed:
        shown = [rule for rule in shown if rule.id in changes]
    around = {
        "draft": draft,
        "edition": draft.based_on.edition,
        "rows": [ListedRule(rule, changes.get(rule.id)) for rule in shown],
        "count": len(every),
        "changed_count": len(changes),
        "kinds": KINDS.items(),
        "levels": LEVELS.items(),
        **{"kind": kind, "level": level, "search": search, "changed": changed},
    }
    return render(request, "editions/desk/rules.html", around)


@needs(Ability.READ_CITY)
@on_the_draft
def rule(request, draft, rule_id):
    standing = standing_rule(draft, rule_id)
    if standing is None and rule_id != NEW:
        return dropped(request, draft, rule_id)
    form = RuleForm(typed_from(standing) if standing else None, edition=draft.edition, standing=standing)
    return show(request, draft, rule_id, form)


@needs(Ability.READ_CITY)
@require_POST
@on_the_draft
def effect(request, draft, rule_id):
    """What the typed rule would change; the association may try one too, since nothing is stored."""
    form = typed_form(request, draft, rule_id)
    form.is_valid()
    if not request.htmx:
        return show(request, draft, rule_id, form)
    return render(request, "editions/desk/_effect.html", look(request, draft, rule_id, form) | {"is_answer": True})


@needs(Ability.REVISE)
@require_POST
@on_the_draft
def save(request, draft, rule_id):
    form = typed_form(request, draft, rule_id)
    form.is_saved = True
    if not form.is_valid():
        return show(request, draft, rule_id, form, status=422)
    version, at = version_of(request, draft), clock.now()
    try:
        if rule_id == NEW:
            rule_id = form.cleaned_data["id"]
            draft = add_rule(draft, version, form.said, request.user, at)
        else:
            draft = save_rule(draft, version, rule_id, form.said, request.user, at)
    except Overtaken as overtaken:
        return show(request, overtaken.draft, rule_id, form, status=409, is_overtaken=True)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return show(request, draft, NEW if "id" in form.fields else rule_id, form, status=409)
    messages.success(request, f"{rule_id}已保存到修订稿（第{draft.version}稿）。")
    return back_to(request, rule_id)


@needs(Ability.REVISE)
@require_POST
@on_the_draft
def drop(request, draft, rule_id):
    with refusals_on(request):
        drop_rule(draft, version_of(request, draft), rule_id, request.user, clock.now())
        messages.success(request, f"{rule_id}已从修订稿中删除；已发布的版本不变。")
        return redirect("city_desk_rules")
    return back_to(request, rule_id)


def back_to(request, rule_id):
    answer = redirect("city_desk_rule", rule_id)
    if period := request.POST.get("period"):
        answer["Location"] += f"?{urlencode({'period': period})}"
    return answer


def typed_form(request, draft, rule_id) -> RuleForm:
    standing = standing_rule(draft, rule_id)
    if standing is None and rule_id != NEW:
        raise Http404("修订稿里没有这条审核关系。")
    return RuleForm(request.POST, edition=draft.edition, standing=standing)


def standing_rule(draft: DraftEdition, rule_id: str) -> dict[str, Any] | None:
    try:
        return raw_rule(draft.content, rule_id)
    except NotThere:
        return None


def rule_changes_in(draft: DraftEdition) -> list[DefinitionChange]:
    return [each for each in changes_between(draft.based_on.content, draft.content) if each.sort == "rule"]


@dataclass(frozen=True)
class ListedRule:
    rule: Rule
    change: DefinitionChange | None

    @property
    def kind_words(self) -> str:
        return KINDS.get(self.rule.kind, self.rule.kind)

    @property
    def where_words(self) -> str:
        return where_in_words(self.rule.where)

    @property
    def level_words(self) -> str:
        return LEVELS[self.rule.level]

    @property
    def word(self) -> str:
        return self.change.word if self.change else ""

    @property
    def is_dropped(self) -> bool:
        return bool(self.change) and not self.change.after


def dropped(request, draft, rule_id):
    """A rule the draft has no longer: what it said, and the way back."""
    change = next((each for each in rule_changes_in(draft) if each.code == rule_id and not each.after), None)
    if change is None:
        raise Http404("修订稿里没有这条审核关系。")
    around = {"draft": draft, "rule_id": rule_id, "changes": told(change)}
    return render(request, "editions/desk/dropped.html", around)


def show(request, draft, rule_id, form, status=200, is_overtaken=False):
    change = next((each for each in rule_changes_in(draft) if each.code == rule_id), None)
    around = look(request, draft, rule_id, form) | {
        "change": change,
        "changes": told(change) if change and change.before else [],
        "is_overtaken": is_overtaken,
        "stands_now": told(beside(draft, rule_id, form)) if is_overtaken else [],
        "can_drop": bool(form.standing) and form.standing["kind"] in TEXTUAL,
    }
    return render(request, "editions/desk/rule.html", around, status=status)


def beside(draft: DraftEdition, rule_id: str, form: RuleForm) -> DefinitionChange:
    """What stands now against what was typed."""
    standing = standing_rule(draft, rule_id) or {}
    said = {name: value for name, value in {**form.standing, **form.said}.items() if value not in ("", [])}
    return DefinitionChange("rule", rule_id, "", standing, said)


def look(request, draft, rule_id, form) -> dict[str, Any]:
    """The typed rule in words, and its effect on the chosen period."""
    edited = form.rule if form.can_be_judged and not form.is_system else None
    frequencies = frequencies_of(draft.edition, edited) if edited else FREQUENCIES
    periods = periods_with_submissions(draft.family, frequencies)
    asked = request.POST.get("period") or request.GET.get("period")
    period = next((period for period in periods if period.code == asked), periods[0] if periods else None)
    around = {
        "draft": draft,
        "edition": draft.based_on.edition,
        "rule_id": rule_id,
        "form": form,
        "periods": periods,
        "period": period,
        "remarks": remarks_beside(draft, edited) if edited else [],
    }
    if edited and period:
        found = effect_on(period, rule_id, draft.edition, edited)
        around |= {"effect": found, "as_of": clock.now(), "listed": listed(request, found)}
    return around


@dataclass(frozen=True)
class FilingLine:
    filing: Filing
    told: FilingBeforeAndAfter


@dataclass(frozen=True)
class ListedGroup:
    """One group of an effect, a page of it in words, and the filing the rule is tried on."""

    group: EffectGroup
    page: Page
    lines: Sequence[FilingLine]
    tried: Filing | None  # a draft is not tried: its figures are its firm's
    try_json: str


def listed(request, found: Effect) -> ListedGroup | None:
    """The group asked for, or else the first in which there is anybody."""
    name, number, chosen = [*request.POST.get("show", "").split("/"), "", ""][:3]
    asked = found.groups.get(name)
    there = [group for group in found.groups.values() if group.filings]
    group = asked if asked and asked.filings else next(iter(there), None)
    if group is None:
        return None
    page = Paginator(group.rows, SHOWN).get_page(number or 1)
    rows = list(page.object_list)
    filings = filings_of([found.filing(row) for row in rows])
    lines = [FilingLine(filings[found.filing(told.row)], told) for told in tell(found, rows)]
    sent = [line for line in lines if not line.told.is_draft]
    tried = next((line for line in sent if str(line.filing.pk) == chosen), sent[0] if sent else None)
    return ListedGroup(group, page, lines, tried and tried.filing, trial_on(found, tried.told.row) if tried else "")


def filings_of(keys: Sequence[int]) -> Mapping[int, Filing]:
    known = Filing.objects.select_related("enterprise", "district", "period", "in_force")
    return known.defer(
        "enterprise__attributes",
        "in_force__values",
        "in_force__attributes",
        "in_force__findings",
        "in_force__explanations",
    ).in_bulk(keys)


def trial_on(found: Effect, row: int) -> str:
    return trial(found.after.conditions, found.reading(row)) if found.after.conditions else ""
