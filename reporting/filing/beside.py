"""What a sheet is judged beside while somebody types: the other tables as they are stored, earlier filings, the city's
parameters, the register. All that is one filing's; what is the same for every firm is `forms_tables.judges.sheets`."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from typing import Any

from forms_tables.edition.address import CellAddress
from forms_tables.edition.catalog import Edition, Table
from forms_tables.edition.model import FIGURE_KINDS
from forms_tables.filling.completion import EXACT
from forms_tables.filling.parsing import Problem, parse
from forms_tables.judges.browser import reading_as_json, surroundings_as_json
from forms_tables.judges.sheets import SheetRules, sheet_rules
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import RowCode
from forms_tables.rules.checks import Condition
from forms_tables.words.verdicts import shown
from reporting.filing.judging import Judgement, cells_in, judge, typed_cells
from reporting.filing.past import offered, past_of
from reporting.models import Filing, published_edition


def rules_of(filing: Filing, table: Table) -> SheetRules:
    """By what a filing's sheet is judged: as its edition was published, whatever districts were registered since."""
    return sheet_rules(published_edition(filing.edition.code), table.code)


def known_beside(filing: Filing, table: Table, in_the_form: Mapping[str, str]) -> dict[str, Any]:
    """`in_the_form` is the text that stands in the form's cells, stored or proposed."""
    judgement, rules, typed = judge(filing), rules_of(filing, table), typed_cells(filing)
    reading = judgement.facts.reading(filing.edition, judgement.completed.values)
    return {
        **facts_as_json(judgement, rules, typed),
        "read": read_by_the_server(filing.edition, table, in_the_form),
        "said": list(explained(filing, rules, reading)),
        "offered": offered(filing),
        "past": past_of(filing, table),
    }


def facts_as_json(judgement: Judgement, rules: SheetRules, typed: Mapping[str, str]) -> dict[str, Any]:
    """What the rules read that does not stand in the table itself, and what is stored of the cells they read."""
    facts, edition = judgement.facts, judgement.edition
    reading = facts.reading(edition, judgement.completed.values)
    register = {fact.label: reading.fact(fact.code) for fact in rules.facts}
    return {
        **reading_as_json(reading, rules.of_elsewhere),
        "surroundings": surroundings_as_json(edition, facts.period),
        "register": {label: said for label, said in register.items() if said},
        "written": written_by_the_office(judgement, rules),
        "stored": stored_in_words(judgement, rules, typed),
    }


def written_by_the_office(judgement: Judgement, rules: SheetRules) -> dict[str, str]:
    """The cells that nobody types into because the register, or 上报, fills them."""
    plans = [plan for plan in rules.plans if plan.indicator.origin]
    written = {plan.key: judgement.facts.attributes.get(plan.indicator.code) for plan in plans}
    return {key: text for key, text in written.items() if text}


def stored_in_words(judgement: Judgement, rules: SheetRules, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the cells the rules read, as it is read; without the blanks and what cannot be read."""
    stored = {}
    for key, text in cells_in(judgement.tables, typed).items():
        value = value_of(judgement.edition, key, text) if key in rules.cells else None
        if value is not None and not isinstance(value, Problem):
            stored[key] = in_plain(value)
    return stored


def read_by_the_server(edition: Edition, table: Table, text: Mapping[str, str]) -> dict[str, list[str | None]]:
    """Of the cells that hold no figures: the text, what it is read as, and what is said of it where it cannot be. The
    browser asks here before it reads such a text itself."""
    keys = [f"{indicator.code}.{column}" for indicator in table.indicators for column in indicator.columns]
    read: dict[str, list[str | None]] = {}
    for key in keys:
        value = value_of(edition, key, text[key]) if text.get(key) else None
        if isinstance(value, Problem):
            if not is_figure(edition, key):
                read[key] = [text[key], None, value.problem]
        elif isinstance(value, str):
            read[key] = [text[key], value, None]
    return read


def is_figure(edition: Edition, key: str) -> bool:
    at = CellAddress.parse(key)
    return edition.indicator(at.code).kind_in(at.column) in FIGURE_KINDS


def value_of(edition: Edition, key: str, text: str) -> Decimal | str | None | Problem:
    at = CellAddress.parse(key)
    return parse(edition.indicator(at.code), at.column, text)


def in_plain(value: Decimal | str) -> str:
    return value if isinstance(value, str) else f"{value:f}"


def explained(filing: Filing, rules: SheetRules, reading: Reading) -> Iterator[dict[str, Any]]:
    """Which of the rules' conditions fail with figures that the firm has explained, and how."""
    said_of = {rule for rule, _ in filing.said}
    with localcontext(EXACT):
        for number, condition in enumerate(rules.conditions):
            if condition.rule.id not in said_of or condition.verdict(reading) is not False:
                continue
            if said := filing.said.get((condition.rule.id, condition.finding(reading).fingerprint)):
                words = f"{said.reason_code}|{said.text}"
                yield {"condition": number, "figures": figures_of(condition, reading), "words": words}


def figures_of(condition: Condition, reading: Reading) -> dict[str, str]:
    """What a finding rests on: its fingerprint changes with any of it."""
    values = {each.label: reading.value_of(each) for each in condition.reads if not isinstance(each, RowCode)}
    return {label: shown(value) for label, value in values.items() if value is not None}
