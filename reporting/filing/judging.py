"""A filing judged against its edition: what the firm typed, what was filed before, and what the rules say of both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from accounts.models import Enterprise
from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition, Table
from forms_tables.edition.continuity import carried_over
from forms_tables.edition.periods import PeriodCode
from forms_tables.edition.shape import carried_in, declared
from forms_tables.filling.completion import Completed, Facts, complete, complete_like, plans_of
from forms_tables.notation.names import Cell
from forms_tables.rules.checks import Finding, examine
from reporting.models import Filing, ImportedFiling, ParameterValue, Period, Submission
from reporting.models.standing import UNDER_REVIEW

Values = Mapping[str, Decimal | str | None]


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


def judge_cells_like(edition: Edition, typed: Mapping[str, str], facts: Facts, before: Judgement) -> Judgement:
    """The same as `judge_cells`, where another edition judged what was filed with the same facts."""
    tables = tables_for(edition, facts.period, typed, facts.attributes)
    if facts.parameters != before.facts.parameters or [*map(_code, tables)] != [*map(_code, before.tables)]:
        return judge_cells(edition, typed, facts)
    completed = complete_like(edition, cells_in(tables, typed), facts, before.edition, before.completed)
    return Judgement(edition, tables, facts, completed, tuple(examine(edition, completed, facts)))


def _code(table: Table) -> str:
    return table.code


def cells_in(tables: Iterable[Table], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed in these tables."""
    codes = frozenset().union(*(table.rows for table in tables))
    return {key: text for key, text in typed.items() if CellAddress.parse(key).code in codes}


def tables_for(
    edition: Edition, period: PeriodCode, typed: Mapping[str, str], attributes: Mapping[str, str]
) -> tuple[Table, ...]:
    """The tables the firm owes. What the form itself says of the firm goes before the register."""
    return edition.tables_for(period, {**attributes, **declared(edition, typed)})


def typed_cells(filing: Filing) -> dict[str, str]:
    """The drafts of all the filing's tables as one mapping of cell to typed text."""
    return {key: text for sheet in filing.drafts.values() for key, text in sheet.cells.items()}


def facts_for(filing: Filing) -> Facts:
    """What the rules may know beside the cells: the firm, the city's parameters and the filings before this one."""
    history = history_of(filing)
    parameters = parameters_in(filing.edition, filing.period)
    return Facts(
        period=filing.period.parsed,
        attributes=attributes_of(filing.edition, filing.enterprise, filing.district.code),
        parameters=with_own_coefficient(filing.edition, parameters, history.get("last_annual", {})),
        history=with_adjustments(filing, history),
    )


def attributes_of(edition: Edition, enterprise: Enterprise, district_code: str) -> dict[str, str]:
    """The register's facts about a firm, as the rules of an edition read them."""
    firm = Registered(enterprise.credit_code, enterprise.name, district_code, enterprise.contact_name)
    return attributes_for(edition, firm, enterprise.attributes)


def telephones_of(enterprise: Enterprise) -> dict[str, str]:
    """What a paper says of the firm beside its attributes, frozen with a submission under these names. No rule reads
    them."""
    return {"contact_mobile": enterprise.mobile, "contact_phone": enterprise.phone}


class Registered(NamedTuple):
    """A firm as the register has it, beside its facts."""

    credit_code: str
    name: str
    district: str  # its code
    contact: str


def attributes_for(edition: Edition, firm: Registered, register: Mapping[str, str]) -> dict[str, str]:
    """The register's facts under the codes of the questionnaire, and the name of the person in charge of statistics."""
    rows = edition.platform.rows
    own = {
        rows.credit_code: firm.credit_code,
        rows.organisation_code: firm.credit_code[8:17],
        rows.name: firm.name,
        rows.district: firm.district,
    }
    own.pop("", None)  # what the edition does not ask
    return {**register, **own, "contact_name": firm.contact}


def official_coefficients(edition: Edition) -> dict[str, str]:
    """The parameters that are official coefficients, each with the annual cell of the class it is for."""
    told = edition.platform.coefficient
    return {name: told.cell_of(name) for name in edition.parameters if told.row_of(name)} if told else {}


def with_own_coefficient(
    edition: Edition, parameters: Mapping[str, Decimal | None], annual: Values
) -> Mapping[str, Decimal | None]:
    """The parameters as they hold for one firm: the weighted coefficient is its own, worked out of last year's annual
    form, where the city has entered any official one."""
    if not any(parameters.get(name) is not None for name in official_coefficients(edition)):
        return parameters
    own = weighted_coefficient(edition, annual, parameters)
    return {**parameters, edition.platform.coefficient.parameter: own}


def weighted_coefficient(edition: Edition, annual: Values, parameters: Mapping[str, Decimal | None]) -> Decimal | None:
    """Σ(sales × coefficient) ÷ Σ sales, over the classes the firm sold last year. Blank while the city lacks the
    official coefficient of one of them: then what it works out stays typed."""
    classes = {name: annual.get(cell) for name, cell in official_coefficients(edition).items()}
    sold = {name: sales for name, sales in classes.items() if sales}
    if not sold or any(parameters[name] is None for name in sold):
        return None
    weighted = sum(sales * parameters[name] for name, sales in sold.items())
    return (weighted / sum(sold.values())).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def parameters_in(edition: Edition, period: Period | None) -> dict[str, Decimal | None]:
    """The edition's defaults, overlaid by what the city entered for all periods and then for this one; without a
    period, as they hold for every period that has none of its own."""
    parameters = {name: parameter.default for name, parameter in edition.parameters.items()}
    of_period = period and period.parsed.real.code  # who practises a period does it by its parameters
    entered = ParameterValue.objects.filter(period=None) | ParameterValue.objects.filter(period=of_period)
    for row in sorted(entered, key=lambda row: row.period_id is not None):
        if row.name in parameters and edition.parameters[row.name].settable:
            parameters[row.name] = row.value
    return parameters


def history_of(filing: Filing) -> dict[str, Values]:
    """The earlier periods a rule may read, by the word the notation has for them; absent where nothing stands. What was
    filed under an earlier edition is read across the change (`continuity`)."""
    return {
        word: carried_over(submission_values(stands), stands.edition, filing.edition)
        for word, stands in what_stands_behind(filing).items()
    }


def what_stands_behind(filing: Filing) -> dict[str, Submission | ImportedFiling]:
    """What history is read from, by the notation's word for its period."""
    words = filing.before | filing.imported_before
    stands = {word: what_stands(filing.before.get(word), filing.imported_before.get(word)) for word in words}
    return {word: stood for word, stood in stands.items() if stood}


def what_stands(filing: Filing | None, imported: ImportedFiling | None) -> Submission | ImportedFiling | None:
    """What later periods read of a firm's earlier one: the submission that stands, and where none does what was
    imported. Who supplies history asks here; of a whole city city_columns.past.standing_of says the same."""
    return (standing_submission(filing) if filing else None) or imported


def standing_submission(filing: Filing) -> Submission | None:
    """The submission whose figures stand for the filing; STANDING_SUBMISSION in SQL."""
    return filing.approved or (filing.in_force if filing.meets(UNDER_REVIEW) else None)


def imported_behind(filing: Filing) -> list[ImportedFiling]:
    """The imported history that this filing is compared with, each period once."""
    found = what_stands_behind(filing).values()
    return list({stands.period: stands for stands in found if isinstance(stands, ImportedFiling)}.values())


def submission_values(submission: Submission | ImportedFiling) -> Values:
    """A frozen submission's cells, or imported ones, as Decimals and text again."""
    return submission.edition.values_from_text(submission.values)


def with_adjustments(filing: Filing, history: dict[str, Values]) -> dict[str, Values]:
    """History with the bases that granted 口径调整单 put in place of the filed figures. A filed total that holds an
    adjusted figure is left out: it is added up again on the form."""
    granted = {cell: Decimal(figure) for cell, figure in filing.granted_bases.items()}
    for cell in [*granted, *totals_of(filing, granted)]:
        if (behind := carried_in(filing.edition, cell)) is None:
            continue  # a revision dropped the row or asks for it anew
        name, source = behind
        history[name] = {**history.get(name, {}), source: granted.get(cell)}
    return history


def totals_of(filing: Filing, cells: Iterable[str]) -> list[str]:
    """The carried cells whose row adds up one of these, or a total of one; not what needs the weighted coefficient,
    which may be unknown."""
    reached, totals = set(cells), []
    for cell, plan in plans_of(filing.edition, filing.period.parsed.frequency).items():
        if not (plan.carry and plan.formula) or plan.formula.outside or cell in reached:
            continue
        if any(isinstance(meaning, Cell) and meaning.key in reached for meaning in plan.formula.reads):
            reached.add(cell)
            totals.append(cell)
    return totals
