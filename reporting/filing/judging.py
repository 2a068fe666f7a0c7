"""A filing judged against its edition: what the firm typed, what was filed before, and what the rules say of both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from accounts.models import Enterprise
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition, Table
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Completed, Facts, complete, plans_of
from forms_tables.notation.names import Cell
from forms_tables.rules.checks import Finding, examine
from reporting.models import Filing, ParameterValue, Period, Submission

Values = Mapping[str, Decimal | str | None]

# Which earlier filing, and which of its columns, stands behind a column filled from history.
CARRIED = {
    "c2": ("year_ago", "c1"),
    "c3": ("prev", "c1"),
    "p": ("last_annual", "y"),
    "b": ("last_annual", "e"),
}
COEFFICIENT = "k_"  # begins the name of an official coefficient of C19: k_E41 is that of E41's products


@dataclass(frozen=True)
class Judgement:
    """Everything one check found out about a filing; nothing in it is stored."""

    edition: Edition
    tables: tuple[Table, ...]
    facts: Facts
    completed: Completed
    findings: tuple[Finding, ...]
    filing: Filing | None = field(default=None, compare=False, repr=False)  # as it was read, where one was judged

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == "error"]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == "warning"]

    @property
    def blocks(self) -> bool:
        """Whether anything found here keeps the filing from being submitted, explained or not."""
        return bool(self.completed.problems or self.errors)

    def values_as_text(self) -> dict[str, str]:
        """The completed cells as they are frozen: decimal strings and text, blanks left out."""
        return self.edition.values_as_text(self.completed.values)

    def findings_as_json(self) -> list[dict]:
        return [{**vars(finding), "cells": list(finding.cells)} for finding in self.findings]


def judge(filing: Filing, typed: Mapping[str, str] | None = None) -> Judgement:
    """Complete and check a filing's drafts, or the `typed` cells given in their place (a workbook not yet stored)."""
    typed = typed_cells(filing) if typed is None else typed
    return replace(judge_cells(filing.edition, typed, facts_for(filing)), filing=filing)


def judge_cells(edition: Edition, typed: Mapping[str, str], facts: Facts) -> Judgement:
    """Judge typed cells of one firm and period; reads no database, so thousands can be judged in a row."""
    tables = tables_for(edition, facts.period, typed, facts.attributes)
    completed = complete(edition, cells_in(tables, typed), facts)
    return Judgement(edition, tables, facts, completed, tuple(examine(edition, completed, facts)))


def cells_in(tables: Iterable[Table], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed in these tables."""
    codes = {indicator.code for table in tables for indicator in table.indicators}
    return {key: text for key, text in typed.items() if CellAddress.parse(key).code in codes}


def tables_for(
    edition: Edition, period: PeriodCode, typed: Mapping[str, str], attributes: Mapping[str, str]
) -> tuple[Table, ...]:
    """The tables the firm owes. In an annual filing what 软统企1 says of the firm (A37) goes before the register."""
    answers = {CellAddress.parse(key): text for key, text in typed.items() if text}
    declared = {at.code: text for at, text in answers.items() if at.code.startswith("A") and at.column == "v"}
    return edition.tables_for(period, {**attributes, **declared})


def typed_cells(filing: Filing) -> dict[str, str]:
    """The drafts of all the filing's tables as one mapping of cell to typed text."""
    return {key: text for sheet in filing.drafts.values() for key, text in sheet.cells.items()}


def facts_for(filing: Filing) -> Facts:
    """What the rules may know beside the cells: the firm, the city's parameters and the filings before this one."""
    history = history_of(filing)
    parameters = parameters_in(filing.edition, filing.period)
    return Facts(
        period=filing.period.parsed,
        attributes=attributes_of(filing.enterprise, filing.district.code),
        parameters=with_own_coefficient(parameters, history.get("last_annual", {})),
        history=with_adjustments(filing, history),
    )


def attributes_of(enterprise: Enterprise, district_code: str) -> dict[str, str]:
    """The register's facts about a firm, as the rules read them."""
    return attributes_for(
        enterprise.credit_code, enterprise.name, district_code, enterprise.contact_name, enterprise.attributes
    )


def attributes_for(
    credit_code: str, name: str, district_code: str, contact_name: str, register: Mapping[str, str]
) -> dict[str, str]:
    """The register's facts under their codes of 软统企1, and the name of the person in charge of statistics."""
    return {
        **register,
        "A01": credit_code,
        "A02": credit_code[8:17],
        "A03": name,
        "A07": district_code,
        "contact_name": contact_name,
    }


def with_own_coefficient(parameters: Mapping[str, Decimal | None], annual: Values) -> Mapping[str, Decimal | None]:
    """The parameters as they hold for one firm: k is its own, worked out of last year's annual form, where the city has
    entered any official coefficient."""
    if not any(value is not None for name, value in parameters.items() if name.startswith(COEFFICIENT)):
        return parameters
    return {**parameters, "k": weighted_coefficient(annual, parameters)}


def weighted_coefficient(annual: Values, parameters: Mapping[str, Decimal | None]) -> Decimal | None:
    """k of C19: Σ(product revenue × coefficient) ÷ Σ product revenue, over the classes the firm sold last year.
    Blank while the city lacks the official coefficient of one of them: then what k works out stays typed."""
    classes = {name: annual.get(f"{name.removeprefix(COEFFICIENT)}.v") for name in parameters}
    sold = {name: revenue for name, revenue in classes.items() if name.startswith(COEFFICIENT) and revenue}
    if not sold or any(parameters[name] is None for name in sold):
        return None
    weighted = sum(revenue * parameters[name] for name, revenue in sold.items())
    return (weighted / sum(sold.values())).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def parameters_in(edition: Edition, period: Period | None) -> dict[str, Decimal | None]:
    """The edition's defaults, overlaid by what the city entered for all periods and then for this one; without a
    period, as they hold for every period that has none of its own."""
    parameters = {name: parameter.default for name, parameter in edition.parameters.items()}
    entered = ParameterValue.objects.filter(period=None) | ParameterValue.objects.filter(period=period)
    for row in sorted(entered, key=lambda row: row.period_id is not None):
        if row.name in parameters and edition.parameters[row.name].settable:
            parameters[row.name] = row.value
    return parameters


def history_of(filing: Filing) -> dict[str, Values]:
    """The earlier filings a rule may read, by the word the notation has for them; absent where nothing was filed."""
    stands = {word: standing_submission(one) for word, one in filing.before.items()}
    return {word: submission_values(submission) for word, submission in stands.items() if submission}


def standing_submission(filing: Filing) -> Submission | None:
    """The submission whose figures stand for the filing."""
    return standing(filing.state, filing.approved, filing.in_force)


def standing(state: str, approved: Any, in_force: Any) -> Any:
    """Which of a filing's submissions (or of their keys) later periods read: the approved one, or else the one under
    review."""
    return approved or (in_force if state in Filing.UNDER_REVIEW else None)


def submission_values(submission: Submission) -> Values:
    """A frozen submission's cells as Decimals and text again."""
    return submission.edition.values_from_text(submission.values)


def with_adjustments(filing: Filing, history: dict[str, Values]) -> dict[str, Values]:
    """History with the bases that granted 口径调整单 put in place of the filed figures (X05, R220, R221).
    A filed total that holds an adjusted figure is left out: it is added up again on the form (R601)."""
    granted = {cell: Decimal(figure) for cell, figure in filing.granted_bases.items()}
    for cell in [*granted, *totals_of(filing, granted)]:
        at = CellAddress.parse(cell)
        name, source = CARRIED[at.column]
        history[name] = {**history.get(name, {}), f"{at.code}.{source}": granted.get(cell)}
    return history


def totals_of(filing: Filing, cells: Iterable[str]) -> list[str]:
    """The carried cells whose row adds up one of these, or a total of one; not what needs k, which may be unknown."""
    reached, totals = set(cells), []
    for cell, plan in plans_of(filing.edition, filing.period.parsed.frequency).items():
        if not (plan.carry and plan.formula) or plan.formula.outside or cell in reached:
            continue
        if any(isinstance(meaning, Cell) and meaning.key in reached for meaning in plan.formula.reads):
            reached.add(cell)
            totals.append(cell)
    return totals
