"""What the pages of 复核 have in common: the period judged as far as somebody sees it, and its filings as lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
from django.core.paginator import Paginator
from django.db.models import Q

from accounts import clock
from accounts.models import District, Enterprise, Scope, User
from reporting.city_columns import HEADLINE_DECIMALS
from reporting.city_columns.scaling import decimal_of
from reporting.consequence.ordering import order_of
from reporting.models import Filing, Period, Submission
from reporting.pages.chosen_period import asked_period, periods_to_show
from reporting.pages.comparison import explanation_words
from reporting.recheck import Recheck, rechecked
from reporting.recheck.deciding import buttons_of
from reporting.recheck.tallies import by_firm, whole_of
from reporting.recheck.words import RecheckedFinding, told
from reporting.totals.aggregation import districts_of

PAGE = 50
SHOWN = 3  # findings of a firm that are open on the page; the others are folded
LEVELS = {"error": "错误", "warning": "提示"}
KINDS = {"sent": "已上报", "draft": "企业填报中"}
FIRM_SORTS = {
    "errors": ["errors", "warnings"],
    "warnings": ["warnings", "errors"],
    "headline": ["headline"],
    "weight": ["waits", "weight", "headline"],
}


@dataclass(frozen=True)
class ExplainedFinding:
    """What was found, and what the firm said of it in its submission."""

    found: RecheckedFinding
    explanation: str = ""


@dataclass(frozen=True)
class FirmLine:
    """One filing on a page: whose it is, how much was found, and of one rule what. `share` is its part of the headline
    figure of all that was sent in the area, in percent."""

    filing: Filing
    errors: int
    warnings: int
    headline: Decimal | None
    share: Decimal | None
    is_draft: bool
    why: str | None  # it cannot be a row of the columns and was judged by itself
    may_be_chosen: bool
    told: Sequence[ExplainedFinding] = ()

    @property
    def headline_shown(self) -> str:
        return "" if self.headline is None else f"{self.headline:,.2f}"

    @property
    def share_shown(self) -> str:
        return "" if self.share is None else f"{self.share:,.2f}%"

    @property
    def first(self) -> Sequence[ExplainedFinding]:
        return self.told[:SHOWN]

    @property
    def others(self) -> Sequence[ExplainedFinding]:
        return self.told[SHOWN:]


def seen_by(user: User, found: Recheck) -> Recheck:
    """A district sees its own rows and no others; it decides on what an abolished one left it, too."""
    codes = codes_seen_by(user)
    return found if codes is None else found.within(codes)


def codes_seen_by(user: User) -> list[str] | None:
    """The districts whose rows somebody sees; none means all."""
    if user.scope == Scope.CITY:
        return None
    return list(District.objects.filter(pk__in=user.districts).values_list("code", flat=True))


def opened(request, here: str, period: Period | None = None) -> tuple[dict, Recheck | None]:
    """The period asked for, judged as it stands now; no judging where there is no period yet."""
    at, user = clock.now(), request.user
    period = period or asked_period(request, at.date())
    if period is None:
        return {"period": None}, None
    found = seen_by(user, rechecked(period))
    around = {
        "here": here,
        "at": at,
        "period": period,
        "periods": periods_to_show(),
        "whole": whole_of(found),
        "districts": list(districts_of(period)) if user.scope == Scope.CITY else [],
        "levels": LEVELS.items(),
        "kinds": KINDS.items(),
        "submission_page": "district_review" if user.may.review else "city_submission",
    }
    return around, found


def no_period_page(user: User) -> str:
    return "review/district_no_period.html" if user.may.review else "review/city_no_period.html"


def chosen_in(request) -> dict:
    """What the list is narrowed to; a search finds firms by name or credit code."""
    chosen: dict = {name: request.GET.get(name, "") for name in ("level", "district", "kind")}
    search = request.GET.get("q", "").strip()
    chosen["search"] = search
    if search:
        named = Enterprise.objects.filter(Q(name__icontains=search) | Q(credit_code__icontains=search))
        chosen["enterprises"] = list(named.values_list("pk", flat=True))
    return chosen


def narrowed(request, found: Recheck, at: datetime, rule: str = "") -> dict:
    """One page of the filings that hold a finding, the worst first; of one rule with what it says of them, what weighs
    most first."""
    chosen = chosen_in(request)
    sort = asked_sort(request, FIRM_SORTS, "-weight" if rule else "-errors")
    rows = with_shares(by_firm(found, chosen | {"rule": rule}), found)
    if sort.removeprefix("-") == "weight":
        rows = weighed(rows, found.period, at, request.user)
    columns = [*FIRM_SORTS[sort.removeprefix("-")], "filing"]
    rows = rows.sort(columns, descending=[sort.startswith("-")] * (len(columns) - 1) + [False], nulls_last=True)
    page = Paginator(range(rows.height), PAGE).get_page(request.GET.get("page"))
    lines = lines_of(found, rows.slice(page.start_index() - 1 if rows.height else 0, len(page)), request.user, rule)
    return {"chosen": chosen, "sort": sort, "page": page, "lines": lines}


def with_shares(rows: pl.DataFrame, found: Recheck) -> pl.DataFrame:
    """With the part each has in the headline figure of all that was sent in the area, in percent."""
    sent = found.judged.filter(pl.col("submission").is_not_null())["headline"].sum()
    share = pl.col("headline") * 100 / sent if sent > 0 else pl.lit(None, dtype=pl.Float64)
    return rows.with_columns(share.alias("share"))


def weighed(rows: pl.DataFrame, period: Period, at: datetime, user: User) -> pl.DataFrame:
    """With what each weighs: what waits for review (`waits`) by its expected error in per cent of the area's total,
    anything else by its part of it. The one is not to be held against the other: what waits is listed by itself."""
    order = order_of(period, at, user.district).frame.select("filing", "score")
    rows = rows.join(order, on="filing", how="left")
    weight = pl.coalesce("score", pl.col("share").abs())
    return rows.with_columns(waits=pl.col("score").is_not_null(), weight=weight)


def lines_of(found: Recheck, rows: pl.DataFrame, user: User, rule: str = "") -> list[FirmLine]:
    filings = Filing.objects.select_related("enterprise", "district", "in_force", "period")
    filings = filings.defer("enterprise__attributes", "in_force__values", "in_force__attributes", "in_force__findings")
    listed = filings.in_bulk(rows["filing"].to_list())
    said = told(found, list(listed), rule) if rule else {}
    acts = buttons_of(user).values()
    return [
        FirmLine(
            filing := listed[row["filing"]],
            row["errors"],
            row["warnings"],
            decimal_of(row["headline"], HEADLINE_DECIMALS),
            None if row["share"] is None else Decimal(repr(row["share"])).quantize(Decimal("0.01"), ROUND_HALF_UP),
            row["submission"] is None,
            row["why"],
            row["submission"] is not None and bool(acts) and all(act.is_open_to(filing) for act in acts),
            with_explanations(said.get(row["filing"], ()), filing.in_force if row["submission"] else None),
        )
        for row in rows.iter_rows(named=True)
    ]


def with_explanations(findings: Sequence[RecheckedFinding], submission: Submission | None) -> list[ExplainedFinding]:
    """An explanation is of the figures it was given for; where these are not shown, of the rule."""
    if submission is None:
        return [ExplainedFinding(one) for one in findings]
    edition = submission.edition
    said: dict[tuple[str, str], str] = {}
    for each in submission.explanations:
        words = explanation_words(each, edition)
        said[each["rule"], each["fingerprint"]] = words
        said.setdefault((each["rule"], ""), words)
    return [ExplainedFinding(one, said.get((one.rule, one.fingerprint), "")) for one in findings]


def asked_sort(request, sorts: dict, instead: str) -> str:
    asked = request.GET.get("sort", "")
    return asked if asked.removeprefix("-") in sorts else instead
