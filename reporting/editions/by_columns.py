"""Rehearsing a draft that leaves the forms as they are: the whole period at once, over its stored columns."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import polars as pl
from django.db.models import QuerySet

from forms_tables.edition.catalog import Edition
from forms_tables.filling.completion import plans_of
from forms_tables.judges.city import Ledger, failing, labels_of
from forms_tables.notation.names import Setting
from forms_tables.rules.checks import Condition, conditions_of
from reporting import city_columns
from reporting.editions.one_by_one import ERROR, UNREADABLE, FilingOutcome, JudgedFiling, outcomes_of
from reporting.filing.judging import parameters_in
from reporting.models import Filing, Period, published_edition
from reporting.models.standing import UNSENT_STATES

CENT = Decimal("0.01")


def leaves_forms_alone(period: Period, filings: QuerySet[Filing], in_force: Edition, edition: Edition) -> bool:
    """Whether the draft and the revision in force complete every filing of the period just as the filing's own edition
    does: the same tables, and the same parameters where they are computed with."""
    own = [period.judged_by(published_edition(code)) for code in codes_of(filings)]
    return all(_completes_alike(period, each, other) for each in own for other in (in_force, edition))


def _completes_alike(period: Period, one: Edition, other: Edition) -> bool:
    frequency = period.parsed.frequency
    tables = [[table for table in each.tables if table.frequency == frequency] for each in (one, other)]
    if tables[0] != tables[1]:
        return False
    before, after = parameters_in(one, period), parameters_in(other, period)
    settings = _settings_in_forms(one, [*before, *after], frequency)
    return all(before.get(name) == after.get(name) for name in settings)


def _settings_in_forms(edition: Edition, parameters: Iterable[str], frequency: str) -> set[str]:
    """The parameters that forms are computed with; the firm's own coefficient from all the official ones."""
    plans = plans_of(edition, frequency).values()
    formulas = [formula for plan in plans for formula in (plan.carry, plan.formula) if formula]
    names = {meaning.name for formula in formulas for meaning in formula.outside if isinstance(meaning, Setting)}
    told = edition.platform.coefficient
    official = {name for name in parameters if told.row_of(name)} if told and told.parameter in names else set()
    return names | official


def codes_of(filings: QuerySet[Filing]) -> list[str]:
    """The editions the filings are judged by."""
    rows = filings.order_by().values_list("in_force__edition_code", "period__edition_code").distinct()
    return sorted({submitted or of_period for submitted, of_period in rows})


def outcomes_by_columns(
    period: Period, filings: QuerySet[Filing], in_force: Edition, edition: Edition
) -> Iterator[FilingOutcome]:
    """The same as judging them one by one. What cannot be a row of the columns is judged by itself."""
    sides = [conditions_of(each, period.parsed.frequency) for each in (in_force, edition)]
    stored = city_columns.load(period, labels_of([condition for side in sides for condition in side]), edition=edition)
    ledgers = [replace(stored.ledger, parameters=parameters_in(each, period)) for each in (in_force, edition)]
    broken = [_broken(*side) for side in zip(sides, ledgers, strict=True)]
    problems = {filing: _problems(text) for filing, text in stored.problems.rows()}
    rows = stored.filings.select("filing", "district", "submission", "state", "headline").rows()
    for row, (filing, district, submission, state, headline) in enumerate(rows):
        judged = [_judged(side.get(row, {}), problems.get(filing, ())) for side in broken]
        carried = CENT * headline if submission is not None and headline is not None else Decimal(0)
        yield FilingOutcome(filing, district, submission is not None, state in UNSENT_STATES, carried, *judged)
    if unstorable := [each.filing for each in stored.unstorable]:
        yield from outcomes_of(period, filings.filter(pk__in=unstorable), in_force, edition)


def _broken(conditions: Sequence[Condition], ledger: Ledger) -> dict[int, dict[str, str]]:
    """By row of the ledger, the rules that do not hold and their levels."""
    rules = pl.Series([condition.rule.id for condition in conditions], dtype=pl.String)
    levels = {condition.rule.id: condition.rule.level for condition in conditions}
    found = failing(conditions, ledger)
    pairs = found.select("row", rule=rules.gather(found["condition"].cast(pl.UInt32))).unique()
    broken: dict[int, dict[str, str]] = defaultdict(dict)
    for row, rule in pairs.rows():
        broken[row][rule] = levels[rule]
    return broken


def _problems(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((rule or UNREADABLE, code) for _, code, _, _, rule in json.loads(text))


def _judged(broken: Mapping[str, str], problems: Sequence[tuple[str, str]]) -> JudgedFiling:
    stops = [*problems, *((rule, "") for rule, level in broken.items() if level == ERROR)]
    return JudgedFiling({**broken, **{rule: ERROR for rule, _ in problems}}, frozenset(stops))
