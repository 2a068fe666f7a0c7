"""One rule, three judges: the server's Decimals, the city's columns and the browser. Over random filings and random
rules they give the same verdicts. JUDGES_FILINGS=50000 asks for that many filings of each frequency, JUDGES_SEED for
others."""

import operator
import os
from dataclasses import replace

import numpy as np
import pytest

from forms_tables.columns import figures
from forms_tables.columns.conditions import Columns
from forms_tables.columns.parts import Part, known
from forms_tables.judges import city
from forms_tables.judges.city import failing
from forms_tables.notation import decimals
from tests.browser.judging import BrowserJudge
from tests.rules.judges import (
    EDITION,
    FAILS,
    HOLDS,
    SKIPS,
    Tally,
    blocks,
    differences,
    of_columns,
    of_letters,
    of_server,
)
from tests.rules.random_rules import random_conditions
from tests.rules.test_rules import JUDGED

FREQUENCIES = ("month", "annual")
FILINGS = int(os.environ.get("JUDGES_FILINGS", "1300"))
SEED = int(os.environ.get("JUDGES_SEED", "20240531"))
ENOUGH = 200_000


def compare(tally, block, table):
    tally.add(block.conditions, block.server)
    assert [*differences(block.conditions, block.readings, block.server, table)][:10] == []


def assert_that_failing_lists_the_same(block):
    found = failing(block.conditions, block.ledger)
    expected = np.argwhere(block.server.T == FAILS)
    assert found.rows() == [(row, number) for number, row in expected.tolist()]


def assert_that_it_says_something(tally):
    print(tally)
    assert tally.total >= ENOUGH
    assert all(tally.share(verdict) > 0.1 for verdict in (HOLDS, FAILS, SKIPS)), str(tally)


def test_server_and_columns_agree_on_every_rule_of_the_edition():
    tally = Tally()
    for frequency in FREQUENCIES:
        for block in blocks(frequency, SEED, FILINGS):
            compare(tally, block, of_columns(block.conditions, block.ledger))
            assert_that_failing_lists_the_same(block)
    assert_that_it_says_something(tally)
    assert sorted(tally.rules) == sorted(rule.id for rule in JUDGED)
    assert tally.unseen() == []


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_server_and_columns_agree_on_random_rules(frequency):
    conditions = random_conditions(EDITION, frequency, SEED, 200)
    tally = Tally()
    for block in blocks(frequency, SEED, FILINGS // 7, conditions):
        compare(tally, block, of_columns(conditions, block.ledger))
        assert_that_failing_lists_the_same(block)
    print(tally)
    assert all(tally.share(verdict) > 0.1 for verdict in (HOLDS, FAILS, SKIPS)), str(tally)


@pytest.mark.browser
def test_the_browser_agrees_with_both(page):
    judge, tally = BrowserJudge(page), Tally()
    for frequency in FREQUENCIES:
        for number, block in enumerate(blocks(frequency, SEED + 1, FILINGS)):
            if number == 0:
                judge.load(block.conditions)
            compare(tally, block, of_letters(judge.verdicts(block.readings)))
            compare(Tally(), block, of_columns(block.conditions, block.ledger))
    assert_that_it_says_something(tally)


@pytest.mark.browser
@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_the_browser_agrees_on_random_rules(page, frequency):
    judge = BrowserJudge(page)
    conditions = random_conditions(EDITION, frequency, SEED + 1, 200)
    judge.load(conditions)
    for block in blocks(frequency, SEED + 1, FILINGS // 7, conditions):
        compare(Tally(), block, of_letters(judge.verdicts(block.readings)))


# What would go wrong if a judge were wrong: each of these must be noticed.


@pytest.fixture(scope="module")
def sample():
    """Few filings, with the server's verdicts, on the edition's rules and on random ones."""
    rules = {frequency: random_conditions(EDITION, frequency, 7, 120) for frequency in FREQUENCIES}
    of_edition = [block for frequency in FREQUENCIES for block in blocks(frequency, 7, 200)]
    return of_edition, [block for frequency in FREQUENCIES for block in blocks(frequency, 7, 200, rules[frequency])]


@pytest.fixture
def written_anew():
    city._expressions.cache_clear()
    yield
    city._expressions.cache_clear()


def noticed(block):
    return any(differences(block.conditions, block.readings, block.server, of_columns(block.conditions, block.ledger)))


def test_the_sample_itself_is_without_differences(sample, written_anew):
    assert not any(noticed(block) for kind in sample for block in kind)


def near_by_a_unit(self, function, arguments, call=Columns.call):
    if function == "near" and not arguments[2].is_blank:
        unit = Part(1, arguments[2].scale, 1, True, False)
        arguments = [*arguments[:2], self.arithmetic("+", arguments[2], unit)]
    return call(self, function, arguments)


def kleene(sign):
    def judged(self, parts):
        result = self.literal(parts[0])
        for part in parts[1:]:
            result = sign(result, self.literal(part))
        return Part(result)

    return judged


def half_down(self, now, then, growth=Columns.growth):
    class HalfDown:
        def __getattr__(_, name):  # noqa: N805  (self is the binding)
            return getattr(self.engine, name)

        def quotient(_, column, divisor):  # noqa: N805
            return self.engine.quotient(column - 1, divisor)

    return growth(replace(self, engine=HalfDown()), now, then)


def of_this_filing(self, label, column=Columns.column):
    here = label.partition("(")[2].rstrip(")")
    return column(self, here if here in self.source.columns else label)


METHODS = {
    "or_zero forgotten": ("or_zero", lambda self, operand: operand),
    "near one unit too kind": ("call", near_by_a_unit),
    "and of Kleene": ("both", kleene(operator.and_)),
    "or of Kleene": ("either", kleene(operator.or_)),
    "half a tenth towards zero": ("growth", half_down),
    "a premise that need not hold": ("when", lambda self, premise, conclusion: conclusion),
    "a blank that is filled": ("filled", lambda self, operand: known(True)),
    "one code of several": ("has_one", lambda self, chosen, code: self.engine.starts_with(chosen, self.literal(code))),
    "decimals not brought together": ("rescaled", lambda self, part, scale: part),
    "64 bits for everything": ("made_room", lambda self, part, greatest: part),
    "this filing for an earlier one": ("column", of_this_filing),
    "iff taken for implies": ("same", lambda self, left, right: self.either([self.opposite(left), right])),
    "whole whatever it is": ("is_whole", lambda self, number: self.combined(lambda column: column == column, number)),
    "in taken for not in": ("membership", lambda self, inside, left, options: known(inside)),
    "any size": ("size_class", lambda self, industry, staff, income: known("3")),
    "the last of many": ("chosen", lambda self, sign, left, right: self.aligned(left, right)[1]),
    "amounts without a sign": ("negative", lambda self, operand: operand),
}


@pytest.mark.parametrize("broken", METHODS)
def test_a_broken_operation_of_columns_is_noticed(sample, written_anew, monkeypatch, broken):
    monkeypatch.setattr(Columns, *METHODS[broken])
    of_edition, of_random_rules = sample
    assert any(noticed(block) for block in (*of_random_rules, *of_edition))


@pytest.mark.parametrize(("sign", "taken_for"), [("<=", "<"), ("<", "<="), (">=", ">"), (">", ">="), ("==", "<=")])
def test_a_comparison_off_by_its_edge_is_noticed(sample, written_anew, monkeypatch, sign, taken_for):
    monkeypatch.setitem(figures.SIGNS, sign, figures.SIGNS[taken_for])
    assert any(noticed(block) for block in sample[0])


def half_even(now, then):
    return None if then <= 0 else round((now / then - 1) * 100, 1)


@pytest.mark.parametrize(("name", "instead", "kind"), [("exists", any, 1), ("every", all, 1), ("growth", half_even, 0)])
def test_a_broken_calculation_of_the_server_is_noticed(sample, monkeypatch, name, instead, kind):
    monkeypatch.setitem(decimals.CALCULATIONS, name, instead)
    assert any(
        (block.server != of_server([replace(condition) for condition in block.conditions], block.readings)).any()
        for block in sample[kind]
    )
