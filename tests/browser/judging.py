"""The judge in the browser, static/judge.js, asked for many verdicts at once under the site's own CSP."""

import json
from collections.abc import Iterable, Sequence

from django.templatetags.static import static
from playwright.sync_api import Page

from forms_tables.judges.browser import condition_as_json, reading_as_json, surroundings_as_json
from forms_tables.notation.decimals import Reading
from forms_tables.rules.checks import Condition

LETTERS = {True: "T", False: "F", None: "N"}
BATCH = 200

KEEP = "text => { Object.assign(globalThis, JSON.parse(text)); }"
# A filing is its values in the order of the labels: half the time goes into bringing them over.
JUDGE = """text => {
    const { surroundings, readings } = JSON.parse(text);
    return readings.map(([period, parameters, row]) => {
        const values = Object.fromEntries(labels.map((label, at) => [label, row[at]]));
        return judging.judgeAll(conditions, { values, parameters, surroundings: surroundings[period] })
            .map(verdict => (verdict === null ? "N" : verdict ? "T" : "F")).join("");
    }).join(" ");
}"""


class BrowserJudge:
    """Takes a page of the site; `load` the conditions once, then ask for the verdicts of any number of filings."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.goto("/login/")
        page.add_script_tag(url=static("judge.js"))  # as a page would, so that the CSP has its say

    def load(self, conditions: Sequence[Condition]) -> None:
        self.meanings = list(dict.fromkeys(meaning for condition in conditions for meaning in condition.reads))
        self.labels = [meaning.label for meaning in self.meanings]
        kept = {"labels": self.labels, "conditions": [condition_as_json(condition) for condition in conditions]}
        self.page.evaluate(KEEP, json.dumps(kept))

    def verdicts(self, readings: Iterable[Reading]) -> list[str]:
        """For each filing one letter per condition, in their order: T holds, F does not, N does not apply."""
        readings = list(readings)
        return [letters for at in range(0, len(readings), BATCH) for letters in self._ask(readings[at : at + BATCH])]

    def _ask(self, readings: Sequence[Reading]) -> list[str]:
        periods = {reading.period.code: reading for reading in readings}
        batch = {
            "surroundings": {code: surroundings_as_json(r.edition, r.period) for code, r in periods.items()},
            "readings": [self._in_a_row(reading) for reading in readings],
        }
        return self.page.evaluate(JUDGE, json.dumps(batch)).split(" ")

    def _in_a_row(self, reading: Reading) -> tuple:
        as_json = reading_as_json(reading, self.meanings)
        return reading.period.code, as_json["parameters"], [as_json["values"].get(label) for label in self.labels]


def letters_of(verdicts: Iterable[bool | None]) -> str:
    """The server's verdicts written the same way."""
    return "".join(LETTERS[verdict] for verdict in verdicts)
