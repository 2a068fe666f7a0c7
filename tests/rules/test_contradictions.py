"""What rules say against each other: told where it is proven, and of nothing else. CONTRADICTIONS_RULES=40 asks for
that many random rules of each frequency, CONTRADICTIONS_SEED for others."""

import os
from dataclasses import replace
from decimal import Decimal

import pytest

from forms_tables.contradictions.findings import flaws_in, flaws_of
from forms_tables.contradictions.proving import Prover
from forms_tables.contradictions.rulebook import Surroundings
from forms_tables.edition.model import Rule
from forms_tables.notation.names import Cell
from forms_tables.repair.linear import AnyOf, Inequality, Sum
from forms_tables.rules.checks import spread
from tests.filings import cases
from tests.rules.random_rules import random_rules
from tests.rules.test_rules import EDITION

RULES = int(os.environ.get("CONTRADICTIONS_RULES", "12"))
SEED = int(os.environ.get("CONTRADICTIONS_SEED", "7"))
HISTORY = {
    "month": {"prev": "month", "year_ago": "month", "last_annual": "annual"},
    "annual": {"last_annual": "annual", "december": "month"},
}
PLAIN = {name: each.default for name, each in EDITION.parameters.items() if each.default is not None}
SETTING = Surroundings(tuple((name, each.default) for name, each in EDITION.parameters.items()), HISTORY)


def written(*texts, level="error", kind="rule", **more) -> Rule:
    return Rule("Z01", level, kind, "", texts=texts, **more)


def told(*texts, **more) -> list[tuple[str, list[str]]]:
    """What is found of a rule beside the edition's own, and which others have a part in it."""
    found = flaws_of(EDITION, written(*texts, **more), SETTING)
    return [(flaw.sort, [one.rule.id for one in flaw.others]) for flaw in found]


def test_the_edition_contradicts_itself_nowhere():
    assert flaws_in(EDITION, frozenset(), SETTING) == []


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("M2010.c1 > M2010.c1", []),
        ("M2020.c1 > M2010.c1 + 5", ["R608"]),
        ("M20211.c1 >= 10000 * M2021.c1 + 1", ["R602"]),  # 万元 for 亿元
        ("or_zero(M20211.c1) > or_zero(M2021.c1)", ["R602"]),
        ("M2112.c1 > 2 and M2112.c1 < 3", []),  # people are whole
        ("M2021.c1 > 1 and M2021.c1 < 1.01", []),  # and money has cents
        ("M2010.c3 > prev(M2010.c1)", []),  # carried
        ("F370.y > F350.y + F351.y - F353.y - F361.y", []),  # through two totals
        ("M2010.c1 * M2010.c1 < 0", []),
        ("abs(M2090.c1) < 5 and M2090.c1 > 5", []),
        ("M2010.c1 <= min(M2020.c1, M2021.c1) - 1", ["R608"]),
        ("month == 13", []),
        ("M2010.c1 < 0", []),
        ("M2112.c1 * YOY_LIMIT < 0", []),
    ],
)
def test_a_rule_nobody_can_satisfy(text, others):
    assert ("empty", others) in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "M2020.c1 >= M2010.c1",  # equal to the cent, by R608
        "M2010.c1 >= 1000000",
        "M20211.c1 >= M2021.c1",
        "M2090.c1 < 0",  # a loss
        "M2010.c3 >= prev(M2010.c1)",
        "growth(M2010.c1, M2010.c2) > 100",
        "M2024.c1 > M20241.c1 * k - 1",
        "A22 == '3612'",  # in no list, but it may be typed
    ],
)
def test_what_some_firm_can_satisfy_is_no_contradiction(text):
    assert [sort for sort, _ in told(text) if sort == "empty"] == []


def test_cells_of_two_firms_are_no_contradiction():
    """Each applies to others, by the register."""
    assert told("M2113.c1 > 5", when="A36 == '是' and A36 == '否'") == [("never", [])]
    pair = (written("M2113.c1 > 5", when="A36 == '是'"), replace(written("M2113.c1 < 3", when="A36 == '否'"), id="Z02"))
    edition = replace(EDITION, rules=(*EDITION.rules, *pair))
    assert [flaw for flaw in flaws_in(edition, frozenset(["Z01", "Z02"]), SETTING) if flaw.stops] == []
    both = replace(EDITION, rules=(*EDITION.rules, pair[0], replace(pair[1], when="A38 == '是'")))
    found = [flaw for flaw in flaws_in(both, frozenset(["Z01", "Z02"]), SETTING) if flaw.stops]
    assert [(flaw.sort, flaw.rules) for flaw in found] == [("empty", {"Z01", "Z02"})]


def sorts_of(*rules: Rule) -> list[str]:
    """What is found of rules added together."""
    added = [replace(rule, id=f"Z{number:02}") for number, rule in enumerate(rules, start=1)]
    edition = replace(EDITION, rules=(*EDITION.rules, *added))
    return [flaw.sort for flaw in flaws_in(edition, frozenset(rule.id for rule in added), SETTING)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("growth(M2010.c1, M2010.c2) > 50", "M2010.c1 < M2010.c2"),
        ("period_month == '2024-05'", "period_month == '2024-06'"),
        ("first(A04, 6) == '500103'", "first(A04, 6) == '500105'"),
        ("starts_with(A04, '5001')", "starts_with(A04, '5002')"),
        ("size_class(A22, M2112.c1, M2010.c1) == '4'", "M2112.c1 > 5000 and M2010.c1 > 900000"),
        ("M2010.c1 * M2112.c1 > 5", "M2112.c1 == 0"),
        ("empty(M20241.c1)", "M20241.c1 > 0"),
    ],
)
def test_conditions_that_exclude_each_other_unseen_are_no_contradiction(one, other):
    assert "empty" not in sorts_of(written("M2113.c1 > 5", when=one), written("M2113.c1 < 3", when=other))


def test_conditions_that_a_filing_on_trial_meets_at_once_are():
    grown = written("M2113.c1 > 5", when="growth(M2010.c1, M2010.c2) > 5")
    assert "empty" in sorts_of(grown, written("M2113.c1 < 3", when="M2112.c1 > 5"))


def test_a_condition_that_others_exclude_is_implied_and_stops_nobody():
    assert told("1 <= M2113.c1 <= M2010.c1 - 1", when="M2020.c1 > M2010.c1 + 100") == [("implied", ["R608"])]


@pytest.mark.parametrize(
    ("text", "when"),
    [("M2021.c1 == 0", "A22 == '6531'"), ("M2113.c1 < 3", "M2112.c1 == 0"), ("or_zero(M20231.c1) == 0", "A36 == '否'")],
)
def test_a_zero_that_is_written_out_is_meant(text, when):
    assert told(text, when=when) == []


def test_from_what_contradicts_itself_nothing_else_follows():
    """Z02 has no part in the quarrel of Z01 with R608, and R617 is said by nobody."""
    rules = (written("M2020.c1 > M2010.c1 + 5"), replace(written("M2090.c1 >= -5 * M2010.c1 - 500"), id="Z02"))
    edition = replace(EDITION, rules=(*EDITION.rules, *rules))
    found = flaws_in(edition, frozenset(["Z01", "Z02", "R617"]), SETTING)
    assert [(flaw.sort, flaw.rules) for flaw in found] == [("empty", {"Z01", "R608"})]


def test_beside_a_quarrel_a_rule_is_told_the_same_where_it_is_written():
    """Z02 and Z03 quarrel about a figure that Z01 reads as well."""
    quarrel = (written("M2021.c1 >= M2022.c1 + 100"), written("M2022.c1 >= M2021.c1 + 100"))
    others = [replace(rule, id=name) for rule, name in zip(quarrel, ["Z02", "Z03"], strict=True)]
    edition = replace(EDITION, rules=(*EDITION.rules, *others))
    found = flaws_of(edition, written("M20212.c1 <= M2021.c1"), SETTING)
    assert [(flaw.sort, flaw.rules) for flaw in found] == [("same", {"Z01", "R603"})]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("M2021.c1 >= M20212.c1", ("same", ["R603"])),  # the other way round
        ("2 * M20212.c1 <= M2021.c1 + M2021.c1", ("same", ["R603"])),  # twice
        ("M2020.c1 <= M2010.c1 + eps(1)", ("same", ["R608"])),
        ("M20212.c1 <= M2021.c1 + 5", ("implied", ["R603"])),
        ("M2010.c1 >= 0", ("always", [])),  # no figure below it can be typed
        ("M2113.c1 >= 0 or M2113.c1 < 0", ("always", [])),
        ("near(M2020.c1, M2021.c1 + M2022.c1 + M2023.c1 + M2024.c1, eps(4))", ("always", [])),  # by its formula
        ("M2010.c1 > Y2010.y", ("never", [])),
        ("Y2010.y > prev(Y2010.y)", ("never", [])),
        ("M2010.c1 > december(M2010.c1)", ("never", [])),
        ("prev(A36) == '是' and M2113.c1 > 0", ("never", [])),
        ("A22 in ('9999',)", ("unlisted", [])),
        ("M20221.c1 >= 2 * M2022.c1", ("only zero", ["R605"])),
        ("M2010.c1 <= 0", ("only zero", [])),
        ("M2010.c1 > 100", ("not zero", [])),
    ],
)
def test_what_is_worth_a_look(text, found):
    assert found in told(text)


def test_a_warning_may_repeat_an_error_and_an_error_no_warning():
    assert told("M2050.c1 <= M2010.c1", when="M2010.c1 > 0") == []  # R620 is only a warning
    assert told("M2050.c1 <= M2010.c1", when="M2010.c1 > 0", level="warning") == [("same", ["R620"])]


def test_a_derived_rule_is_borne_out_by_its_formula_or_told():
    assert told("near(M2020.c1, M2021.c1 + M2022.c1 + M2023.c1 + M2024.c1, eps(4))", kind="derived") == []
    assert told("M2020.c1 == M2021.c1 + M2022.c1", kind="derived") == [("not derived", [])]
    assert told("x.c2 == prev(x.c1)", kind="derived", each=("2010",)) == [("not derived", [])]


def test_it_names_each_row_of_a_list_once():
    found = flaws_of(EDITION, written("x.c1 <= x.c2 - 1", "x.c2 <= x.c1", each=("2010", "2021")), SETTING)
    assert [(flaw.sort, flaw.places) for flaw in found] == [("empty", 2)]


def test_a_parameter_counts_as_it_is_entered():
    entered = replace(SETTING, parameters=tuple({**dict(SETTING.parameters), "EPS": Decimal("100")}.items()))
    assert [flaw.sort for flaw in flaws_of(EDITION, written("M2020.c1 > M2010.c1 + 5"), entered)] == ["not zero"]


def test_whatever_is_said_of_a_random_rule_decimals_find_too():
    """Where all it reads is filled in, as the form lets it be filled in."""
    said = 0
    for frequency in ("month", "annual"):
        rules = [rule for rule, _ in zip(random_rules(EDITION, frequency, SEED), range(RULES), strict=False)]
        readings = [reading for block in cases(EDITION, frequency, SEED, 100) for reading in block]
        alone = replace(EDITION, rules=tuple(replace(rule, id=f"Z{n}") for n, rule in enumerate(rules)))
        for flaw in flaws_in(alone, frozenset(rule.id for rule in alone.rules), SETTING):
            if flaw.cells or flaw.others:
                continue
            conditions = [c for text in flaw.condition.rule.texts for c in spread(alone, flaw.condition.rule, text)]
            for reading in readings:
                if reading.parameters | PLAIN != reading.parameters:
                    continue
                for condition in conditions if flaw.sort == "never" else [flaw.condition]:
                    verdict = condition.verdict(reading)
                    said += 1
                    if flaw.sort == "never":
                        assert verdict is None, flaw
                    elif is_as_the_form_lets(condition, reading):
                        assert verdict is not {"empty": True, "always": False}.get(flaw.sort, ""), flaw
    assert said > 12 * RULES


def is_as_the_form_lets(condition, reading) -> bool:
    """Nothing it reads is blank or below what its cell can hold."""
    for meaning in condition.reads:
        value = reading.value_of(meaning)
        least = isinstance(meaning, Cell) and meaning.column in meaning.indicator.nonnegative_columns
        if value is None or (least and value < 0):
            return False
    return True


def test_a_contradiction_names_no_more_than_it_needs():
    def row(constant, strict=False, **times):
        return Inequality(Sum(Decimal(constant), {name: Decimal(factor) for name, factor in times.items()}), strict)

    prover = Prover()
    apart = {"low": row(3, x=-1), "high": row(-2, x=1), "beside": row(-5, y=1)}
    assert prover.core(apart, {}) == {"low", "high"}
    equal = {"one": row(0, x=1, y=-1), "other": row(0, x=-1, y=1)}
    assert prover.core(equal, {}) is None
    assert prover.core({**equal, "less": row(0, strict=True, x=1, y=-1)}, {}) == {"other", "less"}
    either = {"either": AnyOf((row(1, x=1), row(1, x=-1))), "least": row(0, x=-1), "most": row(0, x=1)}
    assert prover.core(either, {}) == {"either", "least", "most"}
    cents = Prover(lambda figure: Decimal("0.01"))
    between = {"above": row(0, strict=True, x=-1), "below": row("-0.01", strict=True, x=1)}
    assert cents.core(between, {}) == {"above", "below"}
