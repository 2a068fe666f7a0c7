"""Judging the filings of a period twice, by the revision in force and by a draft, many at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models import Enterprise
from forms_tables.edition.catalog import Edition
from forms_tables.edition.continuity import carried_over
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts
from forms_tables.notation.names import earlier
from reporting.filing.judging import (
    Judgement,
    Values,
    attributes_of,
    judge_cells,
    judge_cells_like,
    parameters_in,
    submission_values,
    typed_cells,
    what_stands,
    with_adjustments,
    with_own_coefficient,
)
from reporting.models import BaseAdjustment, Filing, ImportedFiling, Period
from reporting.models.filing import own_last

BATCH = 200
UNREADABLE = "格式"  # a cell that cannot be read at all breaks no numbered rule
MISSING = "缺"  # stands for the rule where a cell must be filled in
ERROR = "error"


@dataclass(frozen=True)
class JudgedFiling:
    """What one judge says of a filing: the rules it breaks and how gravely, what keeps it from being submitted (rule
    and row), and how its form stands."""

    broken: Mapping[str, str]
    stops: frozenset[tuple[str, str]]
    rows: frozenset[str] = frozenset()  # of the tables it owes
    values: Values = field(default_factory=dict)
    locked: Mapping[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> bool:
        return bool(self.stops)

    @classmethod
    def of(cls, judgement: Judgement) -> "JudgedFiling":
        broken = {finding.rule: finding.level for finding in judgement.findings}
        problems = judgement.completed.problems
        stops = [(MISSING if problem.missing else problem.rule, problem.code) for problem in problems]
        stops += [(finding.rule, "") for finding in judgement.errors]
        rows = frozenset().union(*(table.rows for table in judgement.tables))
        completed = judgement.completed
        broken |= {problem.rule or UNREADABLE: ERROR for problem in problems}
        return cls(broken, frozenset(stops), rows, completed.values, completed.locked)


@dataclass(frozen=True)
class FilingOutcome:
    """What both judges say of one filing."""

    filing: int
    district: str
    submitted: bool  # its frozen figures are judged; otherwise its draft
    unsent: bool  # it will be submitted under what is published by then; what was sent keeps its revision
    headline: Decimal  # the edition's headline figure, of what was sent
    before: JudgedFiling
    after: JudgedFiling


def outcomes_of(
    period: Period, filings: QuerySet[Filing], in_force: Edition, edition: Edition
) -> Iterator[FilingOutcome]:
    """In the order of the filings, in a number of queries that grows by the batch and not by the filing. `in_force` is
    the revision that `edition` would take the place of, whatever each filing was submitted under."""
    numbers = list(filings.order_by("pk").values_list("pk", flat=True))
    parameters = Parameters(period)
    for start in range(0, len(numbers), BATCH):
        known = Filing.objects.filter(pk__in=numbers[start : start + BATCH]).order_by("pk")
        batch = list(known.select_related("enterprise", "district", "in_force").prefetch_related("sheets"))
        for filing in batch:
            filing.period = period
        histories = Histories(period.parsed, edition, batch)
        for filing in batch:
            yield outcome_of(filing, (in_force, edition), parameters, histories)


def outcome_of(
    filing: Filing, editions: tuple[Edition, Edition], parameters: "Parameters", histories: "Histories"
) -> FilingOutcome:
    history, annual = histories.of(filing), histories.annual(filing)
    submitted = bool(filing.in_force_id) and not filing.is_with_firm
    attributes = attributes_of(filing.edition, filing.enterprise, filing.district.code)
    if submitted and filing.in_force.attributes:
        attributes = filing.in_force.attributes

    def facts_by(edition: Edition) -> Facts:
        return Facts(filing.period.parsed, attributes, parameters.of(edition, annual), history)

    typed = filing.in_force.values if submitted else typed_cells(filing)
    as_filed = judge_cells(filing.edition, typed, facts_by(filing.edition))
    if submitted:
        typed = typed_in(typed, as_filed)
    before, after = (
        as_filed if edition is filing.edition else judge_cells_like(edition, typed, facts_by(edition), as_filed)
        for edition in editions
    )
    cell = before.edition.platform.headline(filing.period.parsed.frequency)
    headline = before.completed.values.get(cell)
    headline = headline if submitted and isinstance(headline, Decimal) else Decimal(0)
    both = JudgedFiling.of(before), JudgedFiling.of(after)
    unsent = filing.is_unsent
    return FilingOutcome(filing.pk, filing.district.code, submitted, unsent, headline, *both)


def typed_in(values: Mapping[str, str], judged: Judgement) -> dict[str, str]:
    """What of a frozen submission the firm typed: without what the platform filled in, except where something else
    was typed there."""
    filled = judged.completed.locked.keys() - set(judged.completed.overridden)
    return {key: text for key, text in values.items() if key not in filled}


class Parameters:
    """The parameters of each edition in one period; k is each firm's own."""

    def __init__(self, period: Period):
        self.period, self.known = period, {}

    def of(self, edition: Edition, annual: Values) -> Mapping[str, Decimal | None]:
        shared = self.known.get(edition) or self.known.setdefault(edition, parameters_in(edition, self.period))
        return with_own_coefficient(edition, shared, annual)


class Histories:
    """What stands of the earlier filings of a batch of firms, as `edition` reads it: any revision of its family does
    alike."""

    def __init__(self, period: PeriodCode, edition: Edition, batch: Sequence[Filing]):
        self.wanted = earlier(period)
        firms = [filing.enterprise_id for filing in batch]
        merged = Enterprise.objects.filter(merged_into__in=firms).kept_entries()
        own = {*firms} - merged.keys()
        behind = {
            "enterprise__in": [*firms, *merged],
            "period__in": {code.code for code in self.wanted.values()},
        }

        def whose(row: Any) -> int:
            return merged.get(row.enterprise_id, row.enterprise_id)

        filings = Filing.objects.filter(**behind, superseded_by=None).select_related("in_force", "approved")
        filed = {(whose(each), each.period_id): each for each in own_last(filings, own)}
        standing = ImportedFiling.objects.standing().filter(**behind)
        imported = {(whose(each), each.period): each for each in own_last(standing, own)}
        self.filed: dict[tuple[int, str], Values] = {}
        for firm_then in filed | imported:
            if stands := what_stands(filed.get(firm_then), imported.get(firm_then)):
                self.filed[firm_then] = carried_over(submission_values(stands), stands.edition, edition)
        granted = BaseAdjustment.objects.filter(filing__in=batch, granted=True)
        self.adjusted = set(granted.values_list("filing", flat=True))

    def of(self, filing: Filing) -> dict[str, Values]:
        firm = filing.enterprise_id
        history = {
            name: self.filed[firm, code.code] for name, code in self.wanted.items() if (firm, code.code) in self.filed
        }
        return with_adjustments(filing, history) if filing.pk in self.adjusted else history

    def annual(self, filing: Filing) -> Values:
        return self.filed.get((filing.enterprise_id, self.wanted["last_annual"].code), {})
