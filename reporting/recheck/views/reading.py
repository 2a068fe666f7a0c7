"""复核: what was sent and is being filled, judged again by all rules, by rule, by district and by firm, down to the
cells: the city and the association read the whole city, a district its own firms."""

import polars as pl
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, Enterprise
from reporting.models import Filing
from reporting.pages.chosen_period import periods_to_show
from reporting.pages.downloads import XLSX
from reporting.recheck import ERROR, UNREADABLE, Recheck, explained, rechecked
from reporting.recheck.deciding import MOST_WORDS, buttons_of
from reporting.recheck.tallies import CELL_UNREADABLE, RuleTally, by_district, by_firm, by_rule
from reporting.recheck.views.lines import (
    PAGE,
    asked_sort,
    chosen_in,
    codes_seen_by,
    narrowed,
    no_period_page,
    opened,
    seen_by,
    with_explanations,
)
from reporting.recheck.words import told
from reporting.recheck.workbook import write_findings
from reporting.totals.progress import submissions_visible_to

RULE_SORTS = {
    "filings": lambda tally: tally.filings,
    "headline": lambda tally: tally.headline,
    "explained": lambda tally: tally.explained,
    "acceptance": lambda tally: -1 if tally.acceptance is None else tally.acceptance,
    "rule": lambda tally: tally.rule,
}
READS = (Ability.READ_CITY, Ability.REVIEW)


@needs(*READS)
def rules(request):
    around, found = opened(request, "rules")
    if found is None:
        return render(request, no_period_page(request.user))
    level, search, quiet = request.GET.get("level", ""), request.GET.get("q", "").strip(), request.GET.get("quiet")
    tallies = [
        tally
        for tally in tallies_seen(request.user, found)
        if level in ("", tally.level) and search.lower() in f"{tally.rule} {tally.message}".lower()
    ]
    shown = [tally for tally in tallies if quiet or tally.filings or tally.explained]
    sort = asked_sort(request, RULE_SORTS, "-filings")
    shown.sort(key=RULE_SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    around |= {"level": level, "search": search, "sort": sort, "quiet": quiet, "silent": len(tallies) - len(shown)}
    around["page"] = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    return render(request, "recheck/rules.html", around)


def tallies_seen(user, found: Recheck) -> list[RuleTally]:
    return by_rule(found, explained(found.period, codes_seen_by(user)))


@needs(Ability.READ_CITY)
def districts(request):
    around, found = opened(request, "districts")
    if found is None:
        return render(request, no_period_page(request.user))
    tallies = by_district(found)
    around["lines"] = [
        (district, tallies[district.code]) for district in around["districts"] if district.code in tallies
    ]
    return render(request, "recheck/districts.html", around)


@needs(*READS)
def firms(request):
    around, found = opened(request, "firms")
    if found is None:
        return render(request, no_period_page(request.user))
    return render(request, "recheck/firms.html", around | narrowed(request, found, around["at"]))


@needs(*READS)
def rule(request, rule):
    around, found = opened(request, "rules")
    if found is None:
        return render(request, no_period_page(request.user))
    return show_rule(request, rule, around, found)


def show_rule(request, rule, around, found, typed=None, status=200):
    """`typed` is what was ticked and written before a refusal."""
    tally = next((each for each in tallies_seen(request.user, found) if each.rule == a_rule_of(found, rule)), None)
    tally = tally or RuleTally(rule, ERROR, CELL_UNREADABLE)  # nothing is unreadable any more
    came_from = submissions_visible_to(request.user).filter(receipt=request.GET.get("from", "")).first()
    around |= {
        "tally": tally,
        "rule": found.rules.get(rule),
        "title": CELL_UNREADABLE if rule == UNREADABLE else rule,
        "came_from": came_from,
        "most_words": MOST_WORDS,
        "typed": typed or {},
    }
    around |= narrowed(request, found, around["at"], rule)
    can_act = any(line.may_be_chosen for line in around["lines"])
    around["acts"] = buttons_of(request.user) if can_act else {}
    return render(request, "recheck/rule.html", around, status=status)


def a_rule_of(found: Recheck, rule: str) -> str:
    if rule != UNREADABLE and rule not in found.rules:
        raise Http404("这一期的制度没有这条审核关系，或它不在填报中审核。")
    return rule


@needs(*READS)
def firm(request, credit_code):
    around, found = opened(request, "firms")
    enterprise = get_object_or_404(Enterprise, credit_code=credit_code)
    filing = Filing.objects.visible_to(request.user).filter(enterprise=enterprise, period=around["period"])
    filing = get_object_or_404(filing.select_related("district", "in_force", "period"))
    row = found.judged.filter(pl.col("filing") == filing.pk) if found else None
    judged = row.row(0, named=True) if row is not None and row.height else None
    findings = told(found, [filing.pk])[filing.pk] if found else []
    around |= {
        "enterprise": enterprise,
        "filing": filing,
        "judged": judged,
        "told": with_explanations(findings, filing.in_force if judged and judged["submission"] else None),
    }
    return render(request, "recheck/firm.html", around)


@needs(*READS)
def workbook(request, code):
    period = get_object_or_404(periods_to_show(), pk=code)
    found, at = seen_by(request.user, rechecked(period)), clock.now()
    chosen = chosen_in(request) | {"rule": request.GET.get("rule", "")}
    file = write_findings(found, by_firm(found, chosen)["filing"], chosen, at)
    return FileResponse(file, as_attachment=True, filename=f"{period.label}_复核结果.xlsx", content_type=XLSX)
