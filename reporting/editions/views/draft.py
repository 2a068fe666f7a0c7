"""修订: the draft of the next revision as a whole, what it changes and what keeps it from being published."""

from dataclasses import dataclass
from functools import cached_property, wraps

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability
from forms_tables.edition import drafting
from forms_tables.edition.drafting import DefinitionChange, changes_between
from reporting.editions import drafts
from reporting.editions.obstacles import Obstacle, obstacles_to, worth_a_look_in
from reporting.editions.rehearsal import default_period, effect_in_words, periods_to_rehearse
from reporting.editions.views.editions import revisions_of
from reporting.editions.words import FieldChange, as_facts, told
from reporting.models import DraftEdition, PublishedEdition, Rehearsal
from reporting.models.in_force import current_edition

RECENT = 10
OTHER = "您打开的是上一份修订稿的页面，现在已另起一份，没有改动。请看过现在的修订稿再办。"
EDITING = {
    "rule": lambda code: f"{reverse('city_desk')}rules/{code}/",
    "parameter": lambda code: reverse("city_desk_parameter", args=[code]),
    "indicator": lambda code: reverse("city_desk_indicator", args=[code]),
}


@dataclass(frozen=True)
class ListedChange:
    change: DefinitionChange
    path: str  # where it is edited; nothing where it cannot be, as of what was dropped

    @cached_property
    def fields(self) -> list[FieldChange]:
        return told(self.change)

    @property
    def rows(self) -> list[FieldChange]:
        """A line of the list for each field; one for all of what is new or dropped."""
        return self.fields if self.change.word == "修改" else self.fields[:1]


@dataclass(frozen=True)
class ListedObstacle:
    obstacle: Obstacle
    path: str


def on_the_draft(view):
    """A page of the open draft; without one, the desk's first page says how to begin it."""

    @wraps(view)
    def opened(request, *args, **kwargs):
        if draft := open_draft():
            return view(request, draft, *args, **kwargs)
        messages.info(request, "现在没有修订稿，可能刚被发布或放弃。请先起草修订。")
        if request.htmx:  # a part of a page asked: the whole page goes
            return HttpResponseClientRedirect(reverse("city_desk"))
        return redirect("city_desk")

    return opened


@needs(Ability.READ_CITY)
def desk(request: HttpRequest) -> HttpResponse:
    draft = open_draft()
    family = draft.family if draft else family_here()
    edition = current_edition() if family == family_here() else draft.based_on.edition
    around = {"draft": draft, "edition": edition, "revisions": revisions_of(family)}
    if draft:
        around |= {
            "changes": changes_in(draft),
            "obstacles": with_paths(draft, obstacles_to(draft)),
            "worth_a_look": with_paths(draft, worth_a_look_in(draft)),
            **rehearsing(draft),
            "rehearsals": [(seen, effect_in_words(seen.effect)) for seen in rehearsals_of(draft)],
        }
    return render(request, "editions/desk/desk.html", around)


@needs(Ability.REVISE)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    with refusals_on(request):
        drafts.begin_draft(family_here(), request.user, clock.now())
    return redirect("city_desk")


@needs(Ability.REVISE)
@require_POST
@on_the_draft
def abandon(request: HttpRequest, draft: DraftEdition) -> HttpResponse:
    if is_of_another(request, draft):
        messages.error(request, OTHER)
        return redirect("city_desk")
    with refusals_on(request):
        drafts.abandon_draft(draft, request.user, clock.now())
        messages.success(request, "修订稿已放弃，写过的内容留在操作日志里。")
    return redirect("city_desk")


@needs(Ability.REVISE)
@require_POST
@on_the_draft
def undo(request: HttpRequest, draft: DraftEdition, sort: str, code: str) -> HttpResponse:
    """Put one entry back as it is published."""
    if is_of_another(request, draft):
        messages.error(request, OTHER)
        return redirect("city_desk")
    content, published = draft.content, draft.based_on.content
    change = next((c for c in changes_between(published, content) if (c.sort, c.code) == (sort, code)), None)
    if change is None:
        return redirect("city_desk")  # the second click
    restored = drafting.put_back(content, published, sort, code)
    if save(request, draft, restored, f"撤销对{change.sort_words} {code} 的改动", undone=change):
        messages.success(request, f"{change.sort_words} {code} 已恢复为第{draft.based_on.number}版的写法。")
    return redirect("city_desk")


@needs(Ability.READ_CITY)
def revision(request: HttpRequest, code: str) -> HttpResponse:
    """What one published revision changed, and the effect the city saw before it published it."""
    published = get_object_or_404(PublishedEdition.objects.select_related("based_on", "published_by"), pk=code)
    if not published.based_on:
        raise Http404("首版随软件发布，没有修订。")
    around = {
        "published": published,
        "edition": published.edition,
        "changes": [ListedChange(c, "") for c in changes_between(published.based_on.content, published.content)],
        "seen": effect_in_words(published.effect),
        "rehearsal": Rehearsal.objects.filter(pk=published.effect.get("rehearsal")).select_related("period").first(),
    }
    return render(request, "editions/desk/revision.html", around)


def family_here() -> str:
    """The family of the edition in force."""
    code = current_edition().code
    published = PublishedEdition.objects.filter(code=code).only("family").first()
    return published.family if published else code


def open_draft() -> DraftEdition | None:
    """Of the edition in force; else one that was begun before another took over, to be published or given up."""
    known = DraftEdition.objects.select_related("based_on", "begun_by", "changed_by").filter(state=DraftEdition.OPEN)
    return known.filter(family=family_here()).first() or known.first()


def draft_or_404() -> DraftEdition:
    if draft := open_draft():
        return draft
    raise Http404("现在没有修订稿，可能刚被发布或放弃。请回到“修订”页。")


def changes_in(draft: DraftEdition) -> list[ListedChange]:
    found = changes_between(draft.based_on.content, draft.content)
    return [ListedChange(c, EDITING[c.sort](c.code) if c.after and c.sort in EDITING else "") for c in found]


def rehearsals_of(draft: DraftEdition) -> QuerySet[Rehearsal]:
    return draft.rehearsals.select_related("period", "by")[:RECENT]


def rehearsing(draft: DraftEdition) -> dict:
    """What the field of periods offers."""
    periods = periods_to_rehearse(draft)
    return {"periods": periods, "default": default_period(periods)}


def version_of(request: HttpRequest, draft: DraftEdition) -> int:
    """The draft's version when the page was opened; -1, which none ever has, where the page does not say, or was of a
    draft that has been abandoned or published since."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 and not is_of_another(request, draft) else -1


def is_of_another(request: HttpRequest, draft: DraftEdition) -> bool:
    return request.POST.get("draft", str(draft.pk)) != str(draft.pk)


def with_paths(draft: DraftEdition, found: list[Obstacle]) -> list[ListedObstacle]:
    return [ListedObstacle(each, path_to(draft, each.sort, each.code)) for each in found]


def path_to(draft: DraftEdition, sort: str, code: str) -> str:
    """Where it is put right; nothing where it is no longer in the draft and must be put back."""
    edition = draft.edition
    there = {
        "rule": any(rule.id == code for rule in edition.rules),
        "parameter": code in edition.parameters,
        "indicator": code in edition.indicators,
    }
    return EDITING[sort](code) if there.get(sort) else ""


def save(
    request: HttpRequest,
    draft: DraftEdition,
    content: drafting.Content,
    what: str,
    version: int | None = None,
    undone: DefinitionChange | None = None,
) -> DraftEdition | None:
    """Store the draft with `content`, in the journal also what is `undone`; after a refusal nothing, but it is said."""
    after, before = as_facts(undone) if undone else (None, None)
    with refusals_on(request):
        version = draft.version if version is None else version
        return drafts.change_draft(draft, version, content, request.user, clock.now(), what, before=before, after=after)
    return None
