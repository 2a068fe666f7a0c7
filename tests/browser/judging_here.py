"""The official form's own judging (static/sheet/), asked without a form: what it makes of typed cells beside what is
known of a filing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.templatetags.static import static
from playwright.sync_api import Page

from forms_tables.edition.address import CellAddress
from forms_tables.judges.sheets import SheetRules
from forms_tables.words.verdicts import shown
from reporting.filing.beside import facts_as_json
from reporting.filing.judging import Judgement

NOT_READ = ("left", "right", "difference", "allowed", "x")
KEEP = "text => { globalThis.rules = JSON.parse(text); }"
READ = """async ([place, spellings]) => {
    const { read } = await import(place);
    return spellings.map(([typed, key]) => read(typed, rules.cells[key], rules));
}"""
JUDGE = """async ([reading, completing, text]) => {
    const { read } = await import(reading);
    const { complete, findingsOf, valueIn } = await import(completing);
    const plain = value => (value !== null && typeof value === "object" ? judging.plain(value) : value);
    const plans = rules.plans.filter(plan => rules.cells[plan.key]?.table === rules.table);
    return JSON.parse(text).map(({ known, typed }) => {
        const cells = Object.entries(typed).map(([key, text]) => [key, read(text, rules.cells[key], rules)]);
        const completed = complete(rules, known, new Map(cells));
        const { locked, overridden, unsure, unreadable, missing } = completed;
        return {
            values: Object.fromEntries(plans.map(plan => [plan.key, plain(valueIn(completed, plan))])),
            locked: [...locked], overridden: [...overridden], unsure: [...unsure], unreadable: [...unreadable], missing,
            findings: findingsOf(rules, completed),
        };
    });
}"""


class JudgeOfSheets:
    """Takes a page of the site; `load` a table's rules once, then ask."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.goto("/login/")
        page.add_script_tag(url=static("judge.js"))  # as the form's page would, so that the CSP has its say

    def load(self, rules: SheetRules) -> None:
        self.page.evaluate(KEEP, rules.text.decode())

    def read(self, spellings: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """What becomes of each text in its cell."""
        return self.page.evaluate(READ, [static("sheet/reading.js"), spellings])

    def judge(self, filings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        places = [static("sheet/reading.js"), static("sheet/completing.js")]
        return self.page.evaluate(JUDGE, [*places, json.dumps(filings)])


def asked(rules: SheetRules, stored: Judgement, typed: Mapping[str, str], now: Mapping[str, str]) -> dict[str, Any]:
    """A filing as it is stored, with what stands in the form of its table now."""
    own = {f"{row.code}.{column}" for row in rules.table.indicators for column in row.columns}
    return {
        "known": json.loads(json.dumps(facts_as_json(stored, rules, typed))),
        "typed": {key: now.get(key, "") for key in sorted(own)},
    }


def server_says(rules: SheetRules, judgement: Judgement) -> dict[str, Any]:
    """The same as the browser's answer, from the server's judgement."""
    completed, table = judgement.completed, rules.table.code
    own = [plan.key for plan in rules.plans if plan.table.code == table]
    problems = [each for each in completed.problems if each.table == table]
    return {
        "values": {key: shown(value) if (value := completed.values.get(key)) is not None else None for key in own},
        "locked": {key for key in completed.locked if key in own},
        "overridden": {key for key in completed.overridden if key in own},
        "unreadable": {f"{each.code}.{each.column}" for each in problems if not each.missing},
        "missing": {f"{each.code}.{each.column}" for each in problems if each.missing},
        "findings": [
            (each.rule, [CellAddress.parse_place(place).cell for place in each.cells], each.message, figures_of(each))
            for each in judgement.findings
            if any(CellAddress.parse_place(place).table == table for place in each.cells)
        ],
    }


def figures_of(finding) -> dict[str, str]:
    """What a fingerprint rests on, without what only the sentence is made of and without the row itself."""
    return {label: text for label, text in finding.figures.items() if label not in NOT_READ}
