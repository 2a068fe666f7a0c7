"""The judge in the browser: each function and each rule about blanks worked by hand, and the server's own verdicts."""

import json
import random
from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from playwright.sync_api import Error

from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import PRECISION
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import TextScope
from forms_tables.notation.trees import FUNCTIONS
from forms_tables.rules.checks import Condition, conditions_of, verdicts_of
from tests.browser.judging import BrowserJudge, letters_of
from tests.rules.test_rules import CONDITIONS, EDITION, facts_and_values, rows

pytestmark = pytest.mark.browser

LISTED = TextScope(
    EDITION, column="c1", row="2020", rows=("2020", "2021")
)  # x is 2020; exists and every run through both
HOLDS, FAILS, SKIPS = "T", "F", "N"
RIGHT_CODE = "91500103MA5U12346B"

# A text, the figures it is judged on (written as in rule_rows.txt), and the verdict worked by hand.
WORKED = [
    # Decimals are exact, whatever their places.
    ("M2010 + M2020 == 0.30", "2010.c1=0.1 2020.c1=0.2", HOLDS),
    ("M2010 - M2020 == -0.1", "2010.c1=0.1 2020.c1=0.20", HOLDS),
    ("M2010 * M2020 == 0.02", "2010.c1=0.1 2020.c1=0.2", HOLDS),
    ("M2010 * M2010 > M2020", "2010.c1=99999999999999.99 2020.c1=9999999999999998000000000000", HOLDS),  # by 0.0001
    ("M2010 * M2010 > M2020", "2010.c1=99999999999999.99 2020.c1=9999999999999998000000000000.0001", FAILS),
    ("-M2010 == 5", "2010.c1=-5.00", HOLDS),
    ("-M2010 == 0.5", "2010.c1=-0.5", HOLDS),
    ("M2010 == 1", "2010.c1=1.000000", HOLDS),
    ("M2010 != 1.0", "2010.c1=1", FAILS),
    ("M2010 < 9", "2010.c1=10", FAILS),
    ("M2010 < -0.5", "2010.c1=-0.49", FAILS),
    ("M2010 < -0.5", "2010.c1=-0.51", HOLDS),
    ("M2010 <= 2", "2010.c1=2.0", HOLDS),
    ("M2010 <= 2", "2010.c1=2.01", FAILS),
    ("M2010 > 2", "2010.c1=2.00", FAILS),
    ("M2010 >= 2", "2010.c1=2.00", HOLDS),
    ("M2010 >= 2", "2010.c1=1.99", FAILS),
    ("-100 <= M2010 <= 1000", "2010.c1=1000", HOLDS),
    ("-100 <= M2010 <= 1000", "2010.c1=-100.01", FAILS),
    # Each link of a chain by itself: what is blank at one end leaves the other link as it is.
    ("M2020 <= M2010 <= M2050", "2010.c1=9 2050.c1=8", FAILS),
    ("M2020 <= M2010 <= M2050", "2010.c1=7 2050.c1=8", HOLDS),
    ("M2020 <= M2010 <= M2050", "2020.c1=8 2010.c1=7", FAILS),
    ("M2020 <= M2010 <= M2050", "2020.c1=7 2010.c1=7", HOLDS),
    ("M2020 <= M2010 <= M2050", "2020.c1=9 2050.c1=8", SKIPS),
    ("M2020 <= M2010 <= M2050", "2010.c1=7", SKIPS),
    ("not (M2020 <= M2010 <= M2050)", "2010.c1=9 2050.c1=8", HOLDS),
    ("not (M2020 <= M2010 <= M2050)", "2010.c1=9", SKIPS),
    ("M2020 <= M2010 and M2010 <= M2050", "2010.c1=9 2050.c1=8", SKIPS),
    ("M2020 <= M2010 <= M2050 and M2080 > 0", "2010.c1=9 2050.c1=8 2080.c1=1", FAILS),
    ("A22 < A23 in ('E1', 'E2')", "A23=E3", FAILS),
    # Words go by whole characters: U+20BB7 is after U+F900, though its first half is before it.
    ("A36 == '是'", "A36=是", HOLDS),
    ("A36 != '是'", "A36=是", FAILS),
    ("A36 > '\uf900'", "A36=\U00020bb7", HOLDS),
    ("A36 < '\uf900'", "A36=\U00020bb7", FAILS),
    ("A36 < '\U00020bb8'", "A36=\U00020bb7", HOLDS),
    ("A36 < '3A'", "A36=3", HOLDS),
    ("A36 > '3'", "A36=3A", HOLDS),
    ("A36 < '3'", "A36=3", FAILS),
    ("A36 <= '3'", "A36=3", HOLDS),
    ("A36 < '3'", "A36=29", HOLDS),
    ("A16.v <= period_month", "A16.v=2024-05", HOLDS),
    ("A16.v <= period_month", "A16.v=2024-06", FAILS),
    ("A22 in ('6510', '6520')", "A22=6520", HOLDS),
    ("A22 in ('6510', '6520')", "A22=652", FAILS),
    ("A22 not in ('6510', '6520')", "A22=652", HOLDS),
    ("A22 not in ('6510', '6520')", "A22=6510", FAILS),
    ("x == '2020' and x.c1 == 8", "2020.c1=8", HOLDS),
    # Truth.
    ("M2010 > 1 and M2020 > 1 and A36 == '是'", "2010.c1=2 2020.c1=2 A36=是", HOLDS),
    ("M2010 > 1 and M2020 > 1 and A36 == '是'", "2010.c1=2 2020.c1=2 A36=否", FAILS),
    ("M2010 > 1 or M2020 > 1 or A36 == '是'", "2010.c1=0 2020.c1=0 A36=是", HOLDS),
    ("M2010 > 1 or M2020 > 1 or A36 == '是'", "2010.c1=0 2020.c1=0 A36=否", FAILS),
    ("not M2010 > 1", "2010.c1=1", HOLDS),
    ("not M2010 > 1", "2010.c1=2", FAILS),
    ("implies(M2010 > 1, M2020 > 1)", "2010.c1=1 2020.c1=1", HOLDS),
    ("implies(M2010 > 1, M2020 > 1)", "2010.c1=2 2020.c1=2", HOLDS),
    ("implies(M2010 > 1, M2020 > 1)", "2010.c1=2 2020.c1=1", FAILS),
    ("iff(M2010 > 1, M2020 > 1)", "2010.c1=1 2020.c1=1", HOLDS),
    ("iff(M2010 > 1, M2020 > 1)", "2010.c1=1 2020.c1=2", FAILS),
    # What reads a blank does not apply, also where one half would decide.
    ("M2010 > 1", "", SKIPS),
    ("M2010 > 1 and M2020 > 1", "2010.c1=0", SKIPS),
    ("M2010 > 1 and M2020 > 1", "2020.c1=0", SKIPS),
    ("M2010 > 1 or M2020 > 1", "2010.c1=5", SKIPS),
    ("M2010 > 1 or M2020 > 1 or M2021 > 1", "2010.c1=5 2021.c1=5", SKIPS),
    ("implies(M2010 > 1, M2020 > 1)", "2010.c1=0", SKIPS),
    ("iff(M2010 > 1, M2020 > 1)", "2010.c1=0", SKIPS),
    ("not M2010 > 1", "", SKIPS),
    ("-M2010 < 1", "", SKIPS),
    ("M2010 * 0 == 0", "", SKIPS),
    ("FX * M2010 > 1", "2010.c1=1", SKIPS),
    ("FX * M2010 > 1", "2010.c1=1 FX=7", HOLDS),
    ("A36 in ('是', '否')", "", SKIPS),
    ("A36 not in ('是', '否')", "", SKIPS),
    ("abs(M2010) >= 0", "", SKIPS),
    ("max(M2010, M2020) > 1", "2010.c1=5", SKIPS),
    ("near(M2010, M2020, 5)", "2010.c1=5", SKIPS),
    ("is_whole(M2010)", "", SKIPS),
    ("starts_with(A22, '6')", "", SKIPS),
    ("first(A22, M2010) == '6'", "A22=65", SKIPS),
    ("valid_credit_code(A01)", "", SKIPS),
    ("is_district(A07)", "", SKIPS),
    # Five functions may read one.
    ("or_zero(M2010) == 0", "", HOLDS),
    ("or_zero(M2010) == 0", "2010.c1=5", FAILS),
    ("or_zero(M2010 + M2020) == 0", "2010.c1=5", HOLDS),
    ("or_zero(M2010) + M2020 > 0", "2010.c1=5", SKIPS),
    ("filled(M2010)", "2010.c1=0", HOLDS),
    ("filled(M2010)", "", FAILS),
    ("filled(M2010 + M2020)", "2010.c1=5", FAILS),
    ("filled(M2010 > 1)", "2010.c1=0", HOLDS),
    ("filled(or_zero(M2010))", "", HOLDS),
    ("filled(has(A34, '1'))", "", HOLDS),
    ("filled(A36)", "A36=否", HOLDS),
    ("empty(A36)", "", HOLDS),
    ("empty(A36)", "A36=否", FAILS),
    ("empty(growth(M2010, M2020))", "2010.c1=5 2020.c1=0", HOLDS),
    ("has(A34, '3')", "A34=1,3B", HOLDS),
    ("has(A34, '3')", "A34=13,23", FAILS),
    ("has(A34, '2', '3')", "A34=1,3", HOLDS),
    ("has(A34, '3')", "", FAILS),
    ("has(A34, A22)", "A22=1", FAILS),
    ("has(A34, A22)", "A34=1", SKIPS),
    ("exists(x.c1 > 5)", "2020.c1=6", HOLDS),
    ("exists(x.c1 > 5)", "2020.c1=1 2021.c1=6", HOLDS),
    ("exists(x.c1 > 5)", "2020.c1=1", FAILS),
    ("exists(x.c1 > 5)", "", SKIPS),
    ("not exists(x.c1 > 5)", "", SKIPS),
    ("exists(x == '2021' and x.c1 > 0)", "2020.c1=1", FAILS),
    ("every(x.c1 > 5)", "2021.c1=6", HOLDS),
    ("every(x.c1 > 5)", "2020.c1=6 2021.c1=5", FAILS),
    ("every(x.c1 > 5)", "", SKIPS),
    ("every(or_zero(x.c1) > 5)", "2020.c1=6", FAILS),
    # The other functions.
    ("abs(M2010) == 5", "2010.c1=-5", HOLDS),
    ("abs(M2010) == 5", "2010.c1=5", HOLDS),
    ("min(M2010, M2020, 3) == 2.5", "2010.c1=10 2020.c1=2.5", HOLDS),
    ("max(M2010, M2020, 3) == 10", "2010.c1=10 2020.c1=9.5", HOLDS),
    ("max(M2010, M2020, 3) == 3", "2010.c1=-10 2020.c1=2.99", HOLDS),
    ("near(M2010, 0, eps(2))", "2010.c1=-0.02", HOLDS),
    ("near(M2010, 0, eps(2))", "2010.c1=0.03", FAILS),
    ("near(M2010, 0, eps(2))", "2010.c1=0.2 EPS=0.1", HOLDS),
    ("growth(M2010, M2020) == 10", "2010.c1=11 2020.c1=10.0", HOLDS),
    ("growth(M2010, M2020) == 0.1", "2010.c1=2001 2020.c1=2000", HOLDS),  # 0.05
    ("growth(M2010, M2020) == -0.1", "2010.c1=1999 2020.c1=2000", HOLDS),  # -0.05, away from zero
    ("growth(M2010, M2020) == 0", "2010.c1=20009 2020.c1=20000", HOLDS),  # 0.045
    ("growth(M2010, M2020) == 0", "2010.c1=19999.9 2020.c1=20000", HOLDS),
    ("growth(M2010, M2020) == -150", "2010.c1=-5 2020.c1=10", HOLDS),
    ("growth(M2010, M2020) == 33.3", "2010.c1=4 2020.c1=3", HOLDS),
    ("growth(M2010, M2020) == 66.7", "2010.c1=5 2020.c1=3", HOLDS),
    ("growth(M2010, M2020) == 0", "2010.c1=5 2020.c1=0", SKIPS),
    ("growth(M2010, M2020) == 0", "2010.c1=5 2020.c1=-5", SKIPS),
    ("growth(M2010, M2020) == 0", "2010.c1=5", SKIPS),
    ("is_whole(M2010)", "2010.c1=-5.00", HOLDS),
    ("is_whole(M2010)", "2010.c1=5.01", FAILS),
    ("starts_with(A22, '64', '65')", "A22=6510", HOLDS),
    ("starts_with(A22, '64', '65')", "A22=1655", FAILS),
    ("first(A22, 2) == '65'", "A22=6510", HOLDS),
    ("first(A22, 9) == '65'", "A22=65", HOLDS),
    ("first(A22, 1.9) == '6'", "A22=65", HOLDS),
    ("first(A22, 0) == ''", "A22=65", HOLDS),
    ("first(A22, -1) == '65'", "A22=651", HOLDS),
    ("first(A22, -9) == ''", "A22=65", HOLDS),
    ("first(A36, 1) == '\U00020bb7'", "A36=\U00020bb7野", HOLDS),
    ("valid_credit_code(A01)", f"A01={RIGHT_CODE}", HOLDS),
    ("valid_credit_code(A01)", "A01=91500103MA5X88079D", HOLDS),
    ("valid_credit_code(A01)", "A01=91500108MA60K5T996", HOLDS),
    ("valid_credit_code(A01)", "A01=91500103MA50000220", HOLDS),  # remainders of 0
    ("valid_credit_code(A01)", "A01=91500103MA5000030T", HOLDS),
    ("valid_credit_code(A01)", "A01=91500103MA500009XT", HOLDS),
    ("valid_credit_code(A01)", f"A01={RIGHT_CODE[:-1]}", FAILS),
    ("valid_credit_code(A01)", f"A01={RIGHT_CODE}0", FAILS),
    ("valid_credit_code(A01)", f"A01={RIGHT_CODE[:-1]}C", FAILS),  # the last check character
    ("valid_credit_code(A01)", "A01=91500103MA5U12347E", FAILS),  # only the check digit within is wrong
    ("valid_credit_code(A01)", f"A01={RIGHT_CODE.replace('U', 'I')}", FAILS),
    ("valid_credit_code(A01)", f"A01={RIGHT_CODE.lower()}", FAILS),
    ("valid_credit_code(A01)", "A01=9150010AMA5U12346G", FAILS),  # only the region is wrong
    ("organisation_code(A01) == 'MA5U12346'", f"A01={RIGHT_CODE}", HOLDS),
    ("organisation_code(A01) == ''", "A01=915", HOLDS),
    ("is_district(A07)", "A07=500105", HOLDS),
    ("is_district(A07)", "A07=CQ-LJ", HOLDS),
    ("is_district(A07)", "A07=500100", FAILS),
    ("size_class(A22, M2112, M2010) == '1'", "A22=6510 2112.c1=300 2010.c1=10000", HOLDS),
    ("size_class(A22, M2112, M2010) == '2'", "A22=6510 2112.c1=299 2010.c1=10000", HOLDS),
    ("size_class(A22, M2112, M2010) == '2'", "A22=6510 2112.c1=300 2010.c1=9999.99", HOLDS),
    ("size_class(A22, M2112, M2010) == '3'", "A22=6510 2112.c1=300 2010.c1=50", HOLDS),
    ("size_class(A22, M2112, M2010) == '4'", "A22=6510 2112.c1=9 2010.c1=99999", HOLDS),
    ("size_class(A22, M2112, M2010) == '2'", "A22=6420 2112.c1=300 2010.c1=10000", HOLDS),
    ("size_class(A22, M2112, M2010) == '4'", "A22=9911 2112.c1=9 2010.c1=9", SKIPS),
    ("size_class(A22, M2112, M2010) == '4'", "A22=6510 2112.c1=9", SKIPS),
    # Other filings, the register, the parameters, the period.
    ("prev(M2010) == 5", "prev:2010.c1=5", HOLDS),
    ("prev(M2010) == 5", "2010.c1=5", SKIPS),
    ("year_ago(M2010) == 5", "year_ago:2010.c1=5", HOLDS),
    ("december(M2010) == 5", "december:2010.c1=5", HOLDS),
    ("last_annual(Y2010.y) == 5", "last_annual:2010.c1=4 last_annual:Y2010.y=5", HOLDS),
    ("register(A07) == '500107'", "A07=500107 A07.v=500103", HOLDS),
    ("A07 == '500103'", "A07=500107 A07.v=500103", HOLDS),
    ("A07 == '500107'", "A07=500107", HOLDS),
    ("YOY_LIMIT == 50", "", HOLDS),
    ("YOY_LIMIT == 50", "YOY_LIMIT=60", FAILS),
    ("month == 5 and year == 2024", "", HOLDS),
    ("month == 11", "m=11", HOLDS),
]
# The same with a premise.
PREMISED = [
    ("M2010 > 1", "A36 == '是'", "A36=是 2010.c1=2", HOLDS),
    ("M2010 > 1", "A36 == '是'", "A36=是 2010.c1=1", FAILS),
    ("M2010 > 1", "A36 == '是'", "A36=否 2010.c1=1", SKIPS),
    ("M2010 > 1", "A36 == '是'", "2010.c1=1", SKIPS),
    ("M2010 > 1", "A36 == '是'", "A36=是", SKIPS),
    ("filled(M2010)", "A36 == '是'", "A36=是", FAILS),
]


def condition(text, when=""):
    return Condition(replace(EDITION.rule("R601"), when=when), text, LISTED)


def reading_of(figures, frequency="month"):
    facts, values = facts_and_values(frequency, figures)
    return facts.reading(EDITION, values)


def judged_by_both(judge, conditions, readings):
    """The letters of browser and server for each filing."""
    judge.load(conditions)
    with localcontext() as context:
        context.prec = PRECISION
        servers = [letters_of(condition.verdict(reading) for condition in conditions) for reading in readings]
    return judge.verdicts(readings), servers


def test_each_function_and_each_blank_is_judged_as_worked_by_hand(page):
    worked = [(condition(text), figures, verdict) for text, figures, verdict in WORKED]
    worked += [(condition(text, when), figures, verdict) for text, when, figures, verdict in PREMISED]
    conditions, figures, expected = zip(*worked, strict=True)
    browsers, servers = judged_by_both(BrowserJudge(page), conditions, [reading_of(text) for text in figures])
    wrong = [
        (conditions[at].text, figures[at], {"expected": letter, "browser": browser[at], "server": server[at]})
        for at, (letter, browser, server) in enumerate(zip(expected, browsers, servers, strict=True))
        if not letter == browser[at] == server[at]
    ]
    assert wrong == []
    assert browsers == servers  # every condition on every one of the filings, too


def test_the_table_covers_every_function():
    assert [function for function in FUNCTIONS if not any(f"{function}(" in text for text, *_ in WORKED)] == []


def test_a_parameter_the_city_left_blank_is_blank_and_none_entered_is_the_editions(page):
    readings = [Reading(EDITION, PeriodCode(2024, 5), {}, {}, entered) for entered in ({"EPS": None}, {}, {"EPS": 0})]
    readings[2] = replace(readings[2], parameters={"EPS": Decimal(0)})
    browsers, servers = judged_by_both(BrowserJudge(page), [condition("eps(2) == 0.02")], readings)
    assert browsers == servers == [SKIPS, HOLDS, FAILS]


@pytest.mark.parametrize("frequency", ["month", "annual"])
def test_it_agrees_with_the_server_on_every_row_of_figures_and_on_rows_thrown_together(page, frequency):
    conditions = conditions_of(EDITION, frequency)
    figures = [text for rule, text, _ in rows() if CONDITIONS[rule][0].frequency == frequency]
    chance = random.Random(20240531)
    thrown = [" ".join(chance.sample(figures, 40)) for _ in range(100)]
    readings = [reading_of(text, frequency) for text in figures + thrown]
    judge = BrowserJudge(page)
    judge.load(conditions)
    with localcontext() as context:
        context.prec = PRECISION
        servers = [letters_of(verdicts_of(EDITION, frequency)(reading)) for reading in readings]
    assert judge.verdicts(readings) == servers
    for letter in (HOLDS, FAILS, SKIPS):
        assert sum(letters.count(letter) for letters in servers) > 1000


EMPTY = {"values": {}, "surroundings": {"moments": {}, "parameters": {}, "districts": [], "sizes": []}}


def judged_in(page, tree, **values):
    reading = EMPTY | {"values": values}
    call = "([tree, reading]) => judging.judge({ tree: JSON.parse(tree) }, reading)"
    return page.evaluate(call, [json.dumps(tree), reading])


def test_what_is_not_in_the_notation_is_refused_and_nothing_is_inherited(page):
    BrowserJudge(page)
    for operation in ("constructor", "toString", "__proto__", "eval", "prev"):
        with pytest.raises(Error, match="not in the notation"):
            judged_in(page, [operation, ["n", "1"]])
    for label in ("constructor", "toString", "__proto__"):
        assert judged_in(page, ["filled", ["words", label]]) is False
        assert judged_in(page, ["filled", ["figure", label, "parameters"]]) is False


def test_only_plain_decimals_are_figures(page):
    BrowserJudge(page)
    for text in ("", " 1", "1.", ".5", "1e3", "1,000", "0x10", "１", "1\n", "--1", "NaN", "+1"):
        with pytest.raises(Error, match="not a decimal"):
            judged_in(page, ["==", ["figure", "2010.c1"], ["n", "1"]], **{"2010.c1": text})
