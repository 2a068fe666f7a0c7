"""复核: every open and submitted filing of a period, judged at once by all rules of its own edition.

What comes out is kept beside the stored columns until any of them changes: a page need not judge the city again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import localcontext
from functools import cached_property

import polars as pl

from forms_tables.edition.catalog import Edition, Rule
from forms_tables.filling.completion import EXACT
from forms_tables.judges.city import failing, labels_of
from forms_tables.rules.checks import Condition, conditions_of, verdicts_of
from reporting import city_columns
from reporting.city_columns import Stored, Unstorable
from reporting.city_columns.drafts import Report, problems_as_text
from reporting.city_columns.files import Broken, read, write
from reporting.city_columns.scaling import ScaledColumns
from reporting.filing.judging import facts_for, judge, submission_values
from reporting.models import Filing, Period, Review, Submission, published_edition

FINDINGS, JUDGED, EXPLAINED = "findings", "judged", "explained"
ERROR, WARNING = "error", "warning"
UNREADABLE = "-"  # stands for the rule of a cell that cannot be read at all
FOUND = {
    "filing": pl.Int64,
    "edition": pl.Categorical,
    "condition": pl.UInt16,  # its number among the edition's; none for a problem of a single cell
    "rule": pl.Categorical,
    "level": pl.Categorical,
    "cell": pl.String,  # of a problem: table!code.column
    "words": pl.String,
}
KNOWN = {
    "filing": pl.Int64,
    "enterprise": pl.Int64,
    "district": pl.String,
    "edition": pl.String,
    "state": pl.String,
    "submission": pl.Int64,
    "headline": pl.Int64,
    "why": pl.String,  # of an odd one, which is judged by itself
}
OUTCOMES = {"rule": pl.String, "submission": pl.Int64, "outcome": pl.String}
DECIDED = {
    Review.Decision.APPROVE: "accepted",
    Review.Decision.SEND_BACK: "refused",
    Review.Decision.CITY_RETURN: "refused",
}


@dataclass(frozen=True)
class Recheck:
    """What one judging of a period found: `findings` has a row for each filing and condition that does not hold, and
    for each cell that cannot stand; `judged` every filing that was judged."""

    period: Period
    findings: pl.DataFrame
    judged: pl.DataFrame

    @cached_property
    def editions(self) -> dict[str, Edition]:
        """Those that filings of the period were judged by, the period's own last, for its words go before."""
        own = self.period.edition_code
        codes = [*sorted(set(self.judged["edition"]) - {own}), own]
        return {code: self.period.judged_by(published_edition(code)) for code in codes}

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules these filings were judged by."""
        frequency = self.period.parsed.frequency
        found = {
            condition.rule.id: condition.rule
            for edition in self.editions.values()
            for condition in conditions_of(edition, frequency)
        }
        for edition in self.editions.values():
            found |= {rule.id: rule for rule in edition.rules if rule.id in self._rules_of_cells}
        return dict(sorted(found.items()))

    @cached_property
    def _rules_of_cells(self) -> set[str]:
        return set(self.findings.filter(pl.col("condition").is_null())["rule"])

    def within(self, districts: Collection[str]) -> Recheck:
        """The same of some districts alone, by their codes."""
        judged = self.judged.filter(pl.col("district").is_in(list(districts)))
        findings = self.findings.filter(pl.col("filing").is_in(judged["filing"].implode()))
        return Recheck(self.period, findings, judged)

    def cells_of(self, row: Mapping) -> tuple[str, ...]:
        """The cells of a finding, as 软统企6!2020.c1."""
        condition = self.condition_of(row)
        return condition.cells if condition else tuple(filter(None, [row["cell"]]))

    def condition_of(self, row: Mapping) -> Condition | None:
        if row["condition"] is None:
            return None
        return conditions_of(self.editions[row["edition"]], self.period.parsed.frequency)[row["condition"]]


def recheck(period: Period, say: Report | None = None) -> Recheck:
    """Judge the whole period now."""
    city_columns.refresh(period, say)
    parts, known = [], []
    for code in _editions_of(period):
        edition = period.judged_by(published_edition(code))
        conditions = conditions_of(edition, period.parsed.frequency)
        stored = city_columns.load(period, labels_of(conditions), edition=edition, filed_under=code, fresh=False)
        known += [
            stored.filings.with_columns(pl.lit(None, dtype=pl.String).alias("why")),
            _odd_frame(stored.unstorable),
        ]
        parts += [_failing(edition, conditions, stored), _problems(edition, stored)]
        parts += [_judged_by_itself(edition, unstorable) for unstorable in stored.unstorable]
    findings = pl.concat([pl.DataFrame(schema=FOUND), *parts])
    judged = pl.concat([pl.DataFrame(schema=KNOWN), *(frame.select(*KNOWN) for frame in known)])
    return Recheck(period, findings.sort("filing", "condition", maintain_order=True), judged.sort("filing"))


def rechecked(period: Period) -> Recheck:
    """The same, out of what is kept where nothing has changed since."""
    mark = city_columns.refresh(period)
    try:
        kept = read(period.code, FINDINGS), read(period.code, JUDGED)
    except Broken:
        kept = None, None
    if all(kept) and {notes["mark"] for _, notes in kept} == {mark}:
        (findings, _), (judged, _) = kept
        return Recheck(period, findings.frame, judged.frame)
    found = recheck(period)
    if city_columns.refresh(period) == mark:  # what moved meanwhile may move back
        write(period.code, FINDINGS, ScaledColumns(found.findings, {}), mark=mark)
        write(period.code, JUDGED, ScaledColumns(found.judged, {}), mark=mark)
    return found


def last_found(period: Period) -> Recheck | None:
    """What is kept, whatever has changed since: for a page that only says which rules fire often."""
    try:
        kept = read(period.code, FINDINGS), read(period.code, JUDGED)
    except Broken:
        return None
    return Recheck(period, kept[0][0].frame, kept[1][0].frame) if kept[0] and kept[1] else None


def _editions_of(period: Period) -> list[str]:
    own = period.edition_code
    codes = Filing.objects.filter(period=period).exclude(in_force=None).values_list("in_force__edition_code", flat=True)
    return sorted({own, *codes.order_by().distinct()})


def _failing(edition: Edition, conditions: Sequence[Condition], stored: Stored) -> pl.DataFrame:
    """The findings of the columns, under the filings' own numbers."""
    found = failing(conditions, stored.ledger)
    said = pl.DataFrame(
        {
            "condition": range(len(conditions)),
            "rule": [condition.rule.id for condition in conditions],
            "level": [condition.rule.level for condition in conditions],
        },
        schema={name: FOUND[name] for name in ("condition", "rule", "level")},
    )
    nothing, own = pl.lit(None, dtype=pl.String), pl.lit(edition.code, dtype=pl.Categorical)
    return (
        found.with_columns(stored.filings["filing"].gather(found["row"]), own.alias("edition"))
        .join(said, on="condition", how="left", maintain_order="left")
        .with_columns(nothing.alias("cell"), nothing.alias("words"))
        .select(*FOUND)
    )


def _problems(edition: Edition, stored: Stored) -> pl.DataFrame:
    rows = [row for filing, text in stored.problems.rows() for row in problem_rows(edition, filing, text)]
    return pl.DataFrame(rows, schema=FOUND, orient="row")


def problem_rows(edition: Edition, filing: int, problems: str) -> Iterator[tuple]:
    for table, code, column, sentence, rule in json.loads(problems):
        level = edition.rule(rule).level if rule else ERROR
        yield filing, edition.code, None, rule or UNREADABLE, level, f"{table}!{code}.{column}", sentence


def _odd_frame(unstorable: Sequence[Unstorable]) -> pl.DataFrame:
    rows = [
        (o.filing, o.enterprise, o.district, o.edition, o.state, o.submission, None, o.why_shown) for o in unstorable
    ]
    return pl.DataFrame(rows, schema=KNOWN, orient="row")


def _judged_by_itself(edition: Edition, unstorable: Unstorable) -> pl.DataFrame:
    """What filing.judging finds in a filing that cannot be a row; that it cannot be judged is a finding, too."""
    filing = Filing.objects.select_related("period", "enterprise", "district", "in_force").get(pk=unstorable.filing)
    try:
        rows = list(_found_alone(edition, filing, frozen=unstorable.submission is not None))
    except (ArithmeticError, ValueError, TypeError, KeyError, AttributeError):
        rows = [
            (
                unstorable.filing,
                edition.code,
                None,
                UNREADABLE,
                ERROR,
                "",
                f"这份填报不能做数据审核：{unstorable.why_shown}。",
            )
        ]
    return pl.DataFrame(rows, schema=FOUND, orient="row")


def _found_alone(edition: Edition, filing: Filing, frozen: bool) -> Iterator[tuple]:
    if frozen:
        facts = replace(facts_for(filing), attributes=filing.in_force.attributes)
        values = submission_values(filing.in_force)
    else:
        judgement = judge(filing)
        facts, values = judgement.facts, judgement.completed.values
        if problems := problems_as_text(judgement.completed):
            yield from problem_rows(edition, filing.pk, problems)
    conditions = conditions_of(edition, facts.period.frequency)
    with localcontext(EXACT):
        verdicts = verdicts_of(edition, facts.period.frequency)(facts.reading(edition, values))
    for number, holds in enumerate(verdicts):
        if holds is False:
            rule = conditions[number].rule
            yield filing.pk, edition.code, number, rule.id, rule.level, None, None


def explained(period: Period, districts: Collection[str] | None = None) -> pl.DataFrame:
    """Each warning explained in a submission that was not recalled, of some districts or of all, once for each rule,
    and what became of it: accepted, when the submission's last decision passed it; refused, when it was sent back or
    returned by the city; waiting, before there is one."""
    sent = Submission.objects.filter(filing__period=period, recalled_at=None).exclude(explanations=[])
    if districts is not None:
        sent = sent.filter(filing__district__code__in=districts)
    decisions = Review.objects.standing().filter(submission__filing__period=period, decision__in=DECIDED)
    decisions = decisions.order_by("at", "pk")
    outcomes = {
        submission: DECIDED[decision] for submission, decision in decisions.values_list("submission", "decision")
    }
    rows = [
        (rule, pk, outcomes.get(pk, "waiting"))
        for pk, explanations in sent.order_by("pk").values_list("pk", "explanations")
        for rule in dict.fromkeys(said["rule"] for said in explanations)
    ]
    return pl.DataFrame(rows, schema=OUTCOMES, orient="row")
