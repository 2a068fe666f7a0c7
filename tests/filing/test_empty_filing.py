"""Nothing typed, nothing wrong but that it is not filled in: a blank is not compared, whatever was filed before."""

from dataclasses import replace
from decimal import Decimal

import pytest

from forms_tables.edition.catalog import load_edition
from forms_tables.filling.completion import Facts, complete
from forms_tables.notation.names import Scope
from forms_tables.notation.trees import parse
from forms_tables.rules.checks import conditions_of, examine
from forms_tables.words.rules import say
from tests.filings import PLAIN_PARAMETERS, sound_filing

pytestmark = pytest.mark.one_database

EDITION = load_edition("chongqing-2024")
# What asks for something that is not there: the table of a firm on the city's list, of one with AI, the 纳统类别. K19
# says itself that a blank counts as 0 to it, and doubts the register's 行业代码.
ASK_TO_FILL = {"R701", "K09", "S06", "K19"}
FIRMS = range(40)


def nothing_typed(month: int | None, firm: int, last: str):
    """A firm's empty filing after earlier ones with figures, with nothing but 0, or with none at all."""
    sound = sound_filing(EDITION, month, firm)
    history = {"figures": settled(sound), "zeros": zeros(sound.history), "none": {}}[last]
    facts = Facts(sound.period, sound.attributes, PLAIN_PARAMETERS, history)
    return complete(EDITION, {}, facts), facts


def settled(sound):
    """The earlier filings as a firm files them that has always been what it is: 0 in what does not apply to it."""
    if sound.attributes["A36"] == "是":
        return sound.history
    idle = {row.code for row in EDITION.indicators.values() if row.otherwise}
    return {
        word: {key: Decimal(0) if key.split(".")[0] in idle else value for key, value in filed.items()}
        for word, filed in sound.history.items()
    }


def zeros(history):
    return {
        word: {key: Decimal(0) if isinstance(value, Decimal) else value for key, value in filed.items()}
        for word, filed in history.items()
    }


@pytest.mark.parametrize("last", ["figures", "zeros", "none"])
@pytest.mark.parametrize("month", [None, 2, 3, 5, 12])
def test_an_empty_filing_is_told_what_to_fill_in_and_nothing_else(month, last):
    for firm in FIRMS:
        completed, facts = nothing_typed(month, firm, last)
        assert all(problem.missing for problem in completed.problems)
        found = [finding for finding in examine(EDITION, completed, facts) if finding.rule not in ASK_TO_FILL]
        assert [finding for finding in found if not is_of_earlier_filings(finding)] == [], facts.attributes


def is_of_earlier_filings(finding) -> bool:
    """What was carried in contradicts itself: the invented firms are not all of one mind about their exports."""
    cells = (cell.partition("!")[2].split(".") for cell in finding.cells)
    return all(EDITION.indicator(code).column(column).carry for code, column in cells)


def copied(month: int = 5):
    """A firm without embedded software that files again what it filed a year ago."""
    sound = next(found for firm in FIRMS if (found := sound_filing(EDITION, month, firm)).attributes["A36"] == "否")
    values = dict(sound.values)
    for key in [key for key in values if key.endswith(".c1") and f"{key[:-1]}2" in values]:
        values[key] = values[f"{key[:-1]}2"]
    return replace(sound, values=values)


def verdict_of_x15(reading) -> bool | None:
    return next(c for c in conditions_of(EDITION, "month") if c.rule.id == "X15").verdict(reading)


def test_x15_still_finds_a_sheet_that_was_copied():
    reading = copied()
    assert verdict_of_x15(reading) is False
    assert verdict_of_x15(replace(reading, values={**reading.values, "2010.c1": Decimal(1)})) is True


def test_a_row_that_does_not_apply_is_no_row_that_was_filled_in():
    """2024 stands at 0 = 0 for a firm without embedded software; nobody typed it."""
    reading = copied()
    only = {key: value for key, value in reading.values.items() if not key.endswith(".c1") or key == "2024.c1"}
    assert only["2024.c1"] == only["2024.c2"] == 0
    assert verdict_of_x15(replace(reading, values=only)) is None
    embedded = replace(reading, values=only, attributes={**reading.attributes, "A36": "是"})
    assert verdict_of_x15(embedded) is False


def test_the_words_of_a_rule_say_nothing_of_rows_that_do_not_apply():
    assert say(parse("exists(x.c1 != x.c2)"), Scope(EDITION, rows=("2020", "2024"))).count("嵌入式") == 0
