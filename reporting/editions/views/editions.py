"""Reading an edition: its tables and their rows with provenance, its code lists, its districts, its rules."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import redirect, render

from accounts.access import needs
from accounts.models import Ability
from forms_tables.edition.catalog import edition_codes
from reporting.editions.rehearsal import effect_in_words
from reporting.models import Period, PublishedEdition, Submission, published_edition
from reporting.models.in_force import current_edition, stretches

KINDS = {"rule": "审核关系", "cell": "单元格类型", "derived": "派生单元格", "workflow": "流程"}
LEVELS = {"error": "错误", "warning": "提示"}
STEPS = {  # where the program carries a rule out itself, as the definitions name it
    "parsing": "读入单元格时", "completion": "检查必填时", "periods.PeriodCode": "开启报告期时",
    "workflow.submit": "上报时", "workflow.send_back": "退回时", "workflow.scan": "上传扫描件时",
}  # fmt: skip


@needs(Ability.READ_CITY)
def editions(request):
    return redirect("city_edition", current_edition().code)


@needs(Ability.READ_CITY)
def edition(request, code):
    found = edition_or_404(code)
    known = PublishedEdition.objects.defer("text").select_related("published_by", "based_on")
    published = known.filter(code=code).first()
    around = {
        "edition": found,
        "published": published,
        "stretch": next((each for each in stretches() if each.family == code), None),
        "revisions": revisions_of(published.family) if published else [],
        "families": [other for other in edition_codes() if other not in (code, published and published.family)],
        "periods": Period.objects.filter(edition_code=code),
        "submissions": Submission.objects.filter(edition_code=code).count(),
    }
    return render(request, "editions/edition.html", around)


@needs(Ability.READ_CITY)
def table(request, code, key):
    found = edition_or_404(code)
    shown = next((table for table in found.tables if table.key == key), None)
    if shown is None:
        raise Http404("没有这张表。")
    return render(request, "editions/table.html", {"edition": found, "table": shown})


@needs(Ability.READ_CITY)
def code_lists(request, code):
    return render(request, "editions/code_lists.html", {"edition": edition_or_404(code)})


@needs(Ability.READ_CITY)
def rules(request, code):
    found = edition_or_404(code)
    kind, level, search = (request.GET.get(name, "").strip() for name in ("kind", "level", "q"))
    shown = [
        rule
        for rule in found.rules
        if kind in ("", rule.kind) and level in ("", rule.level) and search.lower() in words_of(rule).lower()
    ]
    around = {
        "edition": found,
        "rules": [
            (rule, KINDS.get(rule.kind, rule.kind), LEVELS.get(rule.level, rule.level), where_in_words(rule.where))
            for rule in shown
        ],
        "kinds": KINDS.items(),
        "levels": LEVELS.items(),
        "kind": kind,
        "level": level,
        "search": search,
    }
    return render(request, "editions/rules.html", around)


@dataclass(frozen=True)
class ListedRevision:
    published: PublishedEdition

    @property
    def seen(self) -> str:
        return effect_in_words(self.published.effect)


def revisions_of(family: str) -> list[ListedRevision]:
    """The newest first."""
    known = PublishedEdition.objects.of_family(family).defer("text").select_related("published_by")
    return [ListedRevision(published) for published in known.reverse()]


def where_in_words(where: str) -> str:
    step, colon, more = where.partition(": ")
    return f"{STEPS.get(step, step)}{'：' if colon else ''}{more}"


def words_of(rule) -> str:
    return f"{rule.id} {where_in_words(rule.where)} {rule.formula} {rule.message} {rule.basis} {rule.note}"


def edition_or_404(code):
    """Any that is shipped or was published here."""
    try:
        return published_edition(code)
    except PublishedEdition.DoesNotExist as error:
        raise Http404("没有这个制度版本。") from error
