"""复核: the whole city judged again by all rules, by rule, by district and by firm, down to the cells. Read only."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render

from accounts import clock
from accounts.access import needs
from accounts.models import Ability, Enterprise
from reporting.city_columns import HEADLINE_DECIMALS
from reporting.city_columns.scaling import decimal_of
from reporting.models import Filing
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.pages.downloads import XLSX
from reporting.recheck import UNREADABLE, Recheck, explained, rechecked
from reporting.recheck.tallies import CELL_UNREADABLE, by_district, by_firm, by_rule, whole_of
from reporting.recheck.words import Told, told
from reporting.recheck.workbook import write_findings
from reporting.totals.aggregation import districts_of

PAGE = 50
SHOWN = 3  # findings of a firm that are open on the page; the others are folded
LEVELS = {"error": "错误", "warning": "提示"}
KINDS = {"sent": "已上报", "draft": "企业填报中"}
RULE_SORTS = {
    "filings": lambda tally: tally.filings,
    "headline": lambda tally: tally.headline,
    "explained": lambda tally: tally.explained,
    "acceptance": lambda tally: -1 if tally.acceptance is None else tally.acceptance,
    "rule": lambda tally: tally.rule,
}
FIRM_SORTS = {"errors": ["errors", "warnings"], "warnings": ["warnings", "errors"], "headline": ["headline"]}


@dataclass(frozen=True)
class FirmLine:
    """One filing on a page: whose it is, how much was found, and of one rule what."""

    filing: Filing
    errors: int
    warnings: int
    headline: Decimal | None
    is_draft: bool
    why: str | None  # it cannot be a row of the columns and was judged by itself
    told: Sequence[Told] = ()

    @property
    def headline_shown(self) -> str:
        return "" if self.headline is None else f"{self.headline:,.2f}"

    @property
    def first(self) -> Sequence[Told]:
        return self.told[:SHOWN]

    @property
    def others(self) -> Sequence[Told]:
        return self.told[SHOWN:]


@needs(Ability.READ_CITY)
def rules(request):
    around, found = opened(request, "rules")
    if found is None:
        return render(request, "review/city_no_period.html")
    level, search, quiet = request.GET.get("level", ""), request.GET.get("q", "").strip(), request.GET.get("quiet")
    tallies = [
        tally
        for tally in by_rule(found, explained(found.period))
        if level in ("", tally.level) and search.lower() in f"{tally.rule} {tally.message}".lower()
    ]
    shown = [tally for tally in tallies if quiet or tally.filings or tally.explained]
    sort = asked_sort(request, RULE_SORTS, "-filings")
    shown.sort(key=RULE_SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    around |= {"level": level, "search": search, "sort": sort, "quiet": quiet, "silent": len(tallies) - len(shown)}
    around["page"] = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    return render(request, "recheck/rules.html", around)


@needs(Ability.READ_CITY)
def districts(request):
    around, found = opened(request, "districts")
    if found is None:
        return render(request, "review/city_no_period.html")
    tallies = by_district(found)
    around["lines"] = [
        (district, tallies[district.code]) for district in around["districts"] if district.code in tallies
    ]
    return render(request, "recheck/districts.html", around)


@needs(Ability.READ_CITY)
def firms(request):
    around, found = opened(request, "firms")
    if found is None:
        return render(request, "review/city_no_period.html")
    return render(request, "recheck/firms.html", around | narrowed(request, found))


@needs(Ability.READ_CITY)
def rule(request, rule):
    around, found = opened(request, "rules")
    if found is None:
        return render(request, "review/city_no_period.html")
    tally = next((each for each in by_rule(found, explained(found.period)) if each.rule == rule), None)
    if tally is None:
        raise Http404("这一期的制度没有这条审核关系，或它不在填报中审核。")
    around |= {"tally": tally, "rule": found.rules.get(rule), "title": CELL_UNREADABLE if rule == UNREADABLE else rule}
    return render(request, "recheck/rule.html", around | narrowed(request, found, rule))


@needs(Ability.READ_CITY)
def firm(request, credit_code):
    around, found = opened(request, "firms")
    enterprise = get_object_or_404(Enterprise, credit_code=credit_code)
    filing = Filing.objects.visible_to(request.user).filter(enterprise=enterprise, period=around["period"])
    filing = get_object_or_404(filing.select_related("district", "in_force", "period"))
    row = found.judged.filter(pl.col("filing") == filing.pk) if found else None
    around |= {
        "enterprise": enterprise,
        "filing": filing,
        "judged": row.row(0, named=True) if row is not None and row.height else None,
        "told": told(found, [filing.pk])[filing.pk] if found else [],
    }
    return render(request, "recheck/firm.html", around)


@needs(Ability.READ_CITY)
def workbook(request, code):
    period = get_object_or_404(periods_to_show(), pk=code)
    found, at = rechecked(period), clock.now()
    chosen = chosen_in(request) | {"rule": request.GET.get("rule", "")}
    file = write_findings(found, by_firm(found, chosen)["filing"], chosen, at)
    return FileResponse(file, as_attachment=True, filename=f"{period.label}_复核结果.xlsx", content_type=XLSX)


def opened(request, here: str) -> tuple[dict, Recheck | None]:
    """The period asked for, judged as it stands now; no judging where there is no period yet."""
    at = clock.now()
    period = asked_period(request, at.date())
    if period is None:
        return {"period": None}, None
    found = rechecked(period)
    around = {
        "here": here,
        "at": at,
        "period": period,
        "periods": periods_to_show(),
        "whole": whole_of(found),
        "districts": list(districts_of(period)),
        "levels": LEVELS.items(),
        "kinds": KINDS.items(),
    }
    return around, found


def chosen_in(request) -> dict:
    """What the list is narrowed to; a search finds firms by name or credit code."""
    chosen: dict = {name: request.GET.get(name, "") for name in ("level", "district", "kind")}
    search = request.GET.get("q", "").strip()
    chosen["search"] = search
    if search:
        named = Enterprise.objects.filter(Q(name__icontains=search) | Q(credit_code__icontains=search))
        chosen["enterprises"] = list(named.values_list("pk", flat=True))
    return chosen


def narrowed(request, found: Recheck, rule: str = "") -> dict:
    """One page of the filings that hold a finding, the worst first; of one rule with what it says of them."""
    chosen = chosen_in(request)
    sort = asked_sort(request, FIRM_SORTS, "-headline" if rule else "-errors")
    rows = by_firm(found, chosen | {"rule": rule})
    columns = [*FIRM_SORTS[sort.removeprefix("-")], "filing"]
    rows = rows.sort(columns, descending=[sort.startswith("-")] * (len(columns) - 1) + [False], nulls_last=True)
    page = Paginator(range(rows.height), PAGE).get_page(request.GET.get("page"))
    lines = lines_of(found, rows.slice(page.start_index() - 1 if rows.height else 0, len(page)), rule)
    return {"chosen": chosen, "sort": sort, "page": page, "lines": lines}


def lines_of(found: Recheck, rows: pl.DataFrame, rule: str) -> list[FirmLine]:
    filings = Filing.objects.select_related("enterprise", "district", "in_force", "period")
    filings = filings.defer("enterprise__attributes", "in_force__values", "in_force__attributes", "in_force__findings")
    listed = filings.in_bulk(rows["filing"].to_list())
    said = told(found, list(listed), rule) if rule else {}
    return [
        FirmLine(
            listed[row["filing"]],
            row["errors"],
            row["warnings"],
            decimal_of(row["headline"], HEADLINE_DECIMALS),
            row["submission"] is None,
            row["why"],
            said.get(row["filing"], ()),
        )
        for row in rows.iter_rows(named=True)
    ]


def asked_sort(request, sorts: dict, instead: str) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in sorts else instead
