"""What a recheck found, counted: by rule, by district and by firm. `headline` is the headline figure of the submissions
concerned, in 万元; a draft's figures are its firm's and enter no sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from reporting.city_columns import HEADLINE_DECIMALS
from reporting.city_columns.scaling import decimal_of
from reporting.recheck import ERROR, UNREADABLE, WARNING, Recheck
from reporting.totals.coverage import share

CELL_UNREADABLE = "单元格填写有误，不能读作数据"


@dataclass(frozen=True)
class RuleTally:
    """How often a rule fires, and what became of the explanations given for it (see reporting.recheck.explained)."""

    rule: str
    level: str
    message: str
    sent: int = 0  # filings it fires on, by their submission
    drafts: int = 0  # and by their draft
    findings: int = 0
    judged: int = 0
    headline: Decimal = Decimal(0)  # of those sent: a draft's figures are its firm's
    explained: int = 0
    accepted: int = 0
    refused: int = 0

    @property
    def filings(self) -> int:
        return self.sent + self.drafts

    @property
    def headline_shown(self) -> str:
        return f"{self.headline:,.2f}"

    @property
    def rate(self) -> Decimal | None:
        """How many of a hundred filings it fires on."""
        return share(self.filings, self.judged)

    @property
    def acceptance(self) -> Decimal | None:
        """How many of a hundred explanations that were decided about were accepted."""
        return share(self.accepted, self.accepted + self.refused)


@dataclass(frozen=True)
class DistrictTally:
    code: str
    judged: int = 0
    with_errors: int = 0
    with_warnings: int = 0
    errors: int = 0
    warnings: int = 0
    often: str = ""  # the rule that fires on most of its filings

    @property
    def rate(self) -> Decimal | None:
        return share(self.with_errors, self.judged)


@dataclass(frozen=True)
class Whole:
    """The figures at the head of each page."""

    judged: int
    sent: int
    drafts: int
    with_errors: int
    with_warnings: int
    findings: int
    unstorable: int


def whole_of(found: Recheck) -> Whole:
    drafts = found.judged["submission"].null_count()
    of_level = dict(found.findings.group_by("level").agg(pl.col("filing").n_unique()).rows())
    return Whole(
        found.judged.height,
        found.judged.height - drafts,
        drafts,
        of_level.get(ERROR, 0),
        of_level.get(WARNING, 0),
        found.findings.height,
        found.judged["why"].count(),
    )


def by_rule(found: Recheck, explained: pl.DataFrame) -> list[RuleTally]:
    """Every rule the filings were judged by, those that never fire too."""
    known = found.judged.select("filing", pl.col("submission").is_null().alias("is_draft"), "headline")
    hits = found.findings.group_by("rule", "filing").agg(pl.len().alias("findings")).join(known, on="filing")
    counted = hits.group_by("rule").agg(
        (~pl.col("is_draft")).sum().alias("sent"),
        pl.col("is_draft").sum().alias("drafts"),
        pl.col("findings").sum(),
        pl.col("headline").filter(~pl.col("is_draft")).sum(),
    )
    fired = {row.pop("rule"): row for row in counted.iter_rows(named=True)}
    outcomes = explained.group_by("rule").agg(
        pl.len().alias("explained"),
        (pl.col("outcome") == "accepted").sum().alias("accepted"),
        (pl.col("outcome") == "refused").sum().alias("refused"),
    )
    said = {row.pop("rule"): row for row in outcomes.iter_rows(named=True)}
    words = {rule.id: (rule.level, rule.message) for rule in found.rules.values()}
    if UNREADABLE in fired:
        words[UNREADABLE] = (ERROR, CELL_UNREADABLE)
    tallies = []
    for rule, (level, message) in words.items():
        row = fired.get(rule, {})
        headline = decimal_of(row.get("headline"), HEADLINE_DECIMALS) or Decimal(0)
        numbers = {**row, **said.get(rule, {}), "headline": headline}
        tallies.append(RuleTally(rule, level, message, judged=found.judged.height, **numbers))
    return tallies


def most_often(found: Recheck, number: int) -> list[tuple[str, str, int]]:
    """The rules that fire on most of what was sent: each with its words and on how many."""
    sent = found.judged.filter(pl.col("submission").is_not_null())["filing"]
    hits = found.findings.filter(pl.col("filing").is_in(sent.implode()))
    counted = hits.group_by(pl.col("rule").cast(pl.String)).agg(pl.col("filing").n_unique())
    rows = counted.sort("filing", "rule", descending=[True, False]).head(number).rows()
    return [(rule, found.rules[rule].message if rule in found.rules else CELL_UNREADABLE, sent) for rule, sent in rows]


def by_district(found: Recheck) -> dict[str, DistrictTally]:
    places = found.judged.select("filing", "district")
    judged = dict(places.group_by("district").len().rows())
    hits = found.findings.select("filing", "rule", "level").join(places, on="filing")
    counted = hits.group_by("district").agg(
        pl.col("filing").filter(pl.col("level") == ERROR).n_unique().alias("with_errors"),
        pl.col("filing").filter(pl.col("level") == WARNING).n_unique().alias("with_warnings"),
        (pl.col("level") == ERROR).sum().alias("errors"),
        (pl.col("level") == WARNING).sum().alias("warnings"),
    )
    rules = hits.filter(pl.col("rule") != UNREADABLE).group_by("district", "rule").agg(pl.col("filing").n_unique())
    often = dict(
        rules.sort("filing", "rule", descending=[True, False])
        .unique("district", keep="first")["district", "rule"]
        .rows()
    )
    numbers = {row.pop("district"): row for row in counted.iter_rows(named=True)}
    return {
        code: DistrictTally(code, count, **numbers.get(code, {}), often=often.get(code, ""))
        for code, count in judged.items()
    }


def by_firm(found: Recheck, chosen: Mapping[str, object]) -> pl.DataFrame:
    """The filings that hold a finding, with how many: narrowed to a rule, a level, a district, those sent or those
    with their firm, or to these enterprises."""
    hits = found.findings
    if chosen.get("rule"):
        hits = hits.filter(pl.col("rule") == chosen["rule"])
    if chosen.get("level"):
        hits = hits.filter(pl.col("level") == chosen["level"])
    counted = hits.group_by("filing").agg(
        (pl.col("level") == ERROR).sum().alias("errors"),
        (pl.col("level") == WARNING).sum().alias("warnings"),
        pl.col("rule").n_unique().alias("rules"),
    )
    rows = counted.join(found.judged, on="filing")
    rows = rows.with_columns(pl.when(pl.col("submission").is_not_null()).then("headline"))
    if chosen.get("district"):
        rows = rows.filter(pl.col("district") == chosen["district"])
    if chosen.get("kind"):
        is_draft = pl.col("submission").is_null()
        rows = rows.filter(is_draft if chosen["kind"] == "draft" else ~is_draft)
    if chosen.get("enterprises") is not None:
        rows = rows.filter(pl.col("enterprise").is_in(chosen["enterprises"]))
    return rows
