"""试算: a whole draft on the filings of a real period, how far it is, what it changes and for whom."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.access import needs, refusals_on
from accounts.models import Ability, District
from accounts.post import pulse
from reporting.editions import rehearsal as rehearsals
from reporting.editions.tasks import rehearse as rehearse_soon
from reporting.editions.views.draft import on_the_draft, version_of
from reporting.leases import is_lost
from reporting.models import DraftEdition, Filing, Period, Rehearsal, Submission

PAGE = 50
LISTS = {
    "blocked": "将不能上报",
    "sent": "已上报，照修订稿不能通过",
    "unfilled": "只因新增指标尚未填报",
    "freed": "错误消除，可以上报",
    "warned": "新增提示，须作说明",
    "moved": "表内数字会变",
}
OF_RULES = {"fail": "新增不通过", "pass": "将转为通过", "harder": "由提示变为错误", "softer": "由错误变为提示"}
OF_ROWS = {"owed": "须填报新增的", "filled": "填有", "moved": "数字会变的"}


@needs(Ability.REVISE)
@require_POST
@on_the_draft
def rehearse(request: HttpRequest, draft: DraftEdition) -> HttpResponse:
    """Begin one and go to where it is seen; whoever asks twice is shown the same."""
    period = get_object_or_404(Period, pk=request.POST.get("period", ""))
    version = version_of(request, draft)
    with refusals_on(request):
        begun = rehearsals.begin(draft, version, period, request.user, clock.now(), clock.real_now())
        if begun.state == Rehearsal.RUNNING and not begun.effect.get("hand"):
            transaction.on_commit(lambda: pulse.hand_on(rehearse_soon, begun.pk), robust=True)
        return redirect("city_desk_rehearsal", begun.pk)
    return redirect("city_desk")


@needs(Ability.READ_CITY)
def rehearsal(request: HttpRequest, pk: int) -> HttpResponse:
    shown = rehearsal_or_404(pk)
    draft = shown.draft
    around = {
        "rehearsal": shown,
        "draft": draft,
        "edition": draft.based_on.edition,
        "lost": is_lost(shown, clock.real_now()),
        "outdated": draft.state == DraftEdition.OPEN and draft.version != shown.version,
        "still_open": draft.state == DraftEdition.OPEN,
    }
    if shown.state == Rehearsal.DONE:
        around |= {
            "effect": in_figures(shown.effect),
            "rules": rules_of(shown.effect),
            "districts": districts_of(shown.effect),
        }
    return render(request, "editions/desk/rehearsal.html", around)


@needs(Ability.READ_CITY)
def filings(request: HttpRequest, pk: int, which: str) -> HttpResponse:
    """The filings behind one figure of a rehearsal."""
    shown = rehearsal_or_404(pk)
    numbers = shown.effect.get("lists", {}).get(which)
    if numbers is None:
        raise Http404("这次试算里没有这份名单。")
    page = Paginator(numbers, PAGE).get_page(request.GET.get("page"))
    known = Filing.objects.select_related("enterprise", "district", "in_force")
    light = (f"in_force__{name}" for name in Submission.HEAVY)
    found = known.defer("enterprise__attributes", *light).in_bulk(list(page))
    around = {
        "rehearsal": shown,
        "draft": shown.draft,
        "edition": shown.draft.based_on.edition,
        "title": title_of(which),
        "page": page,
        "filings": [found[number] for number in page if number in found],
    }
    return render(request, "editions/desk/rehearsal_filings.html", around)


def rehearsal_or_404(pk: int) -> Rehearsal:
    known = Rehearsal.objects.select_related("draft__based_on", "period", "by")
    return get_object_or_404(known, pk=pk)


@dataclass(frozen=True)
class RuleCount:
    name: str
    label: str
    filings: str
    revenue: str


@dataclass(frozen=True)
class RuleLine:
    rule: str
    message: str
    words: str
    is_error: bool
    counts: list[RuleCount]


def rules_of(effect: dict) -> list[RuleLine]:
    """Those by which anything changes: errors first, and in either the one that fires for most filings."""
    often = sorted(effect["rules"], key=lambda row: -sum(row[kind]["filings"] for kind in OF_RULES))
    lines = [
        RuleLine(
            row["rule"],
            row["message"],
            level_words(row["was"], row["now"]),
            "error" in (row["was"], row["now"]),
            [
                RuleCount(
                    f"{row['rule']}:{kind}", label, f"{row[kind]['filings']:,}", f"{Decimal(row[kind]['revenue']):,}"
                )
                for kind, label in OF_RULES.items()
                if row[kind]["filings"]
            ],
        )
        for row in often
    ]
    return sorted(lines, key=lambda line: not line.is_error)


def in_figures(effect: dict) -> dict:
    """The effect as it is read: sums with the separators of thousands, without the lists."""

    def said(name: str, value):
        if isinstance(value, dict):
            return {key: said("sum" if name == "sums" else key, each) for key, each in value.items()}
        if isinstance(value, list):
            return [said(name, each) for each in value]
        if name in ("revenue", "sum"):
            return f"{Decimal(value):,}"
        return f"{value:,}" if isinstance(value, int) and value >= 1000 else value

    return {name: said(name, value) for name, value in effect.items() if name != "lists"}


def level_words(was: str, now: str) -> str:
    words = {"error": "错误", "warning": "提示"}
    if was and now and was != now:
        return f"{words[was]}变{words[now]}"
    return words[now or was]


def districts_of(effect: dict) -> list[dict]:
    names = dict(District.objects.filter(code__in=effect["districts"]).values_list("code", "name"))
    rows = [{"name": names.get(code, code), **counts} for code, counts in effect["districts"].items()]
    return sorted(rows, key=lambda row: (-row.get("blocked", 0), -row.get("sent", 0)))


def title_of(which: str) -> str:
    if which in LISTS:
        return LISTS[which]
    owner, _, kind = which.rpartition(":")
    if owner.startswith("row:"):
        return f"{OF_ROWS.get(kind, '')} {owner.removeprefix('row:')}"
    return f"{owner} {OF_RULES.get(kind, '')}"
