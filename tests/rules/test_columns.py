"""Filings as columns: every verdict worked by hand for one filing holds for a ledger of them."""

from dataclasses import replace
from decimal import localcontext

import polars as pl
import pytest

from forms_tables.edition import credit_code
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import PRECISION
from forms_tables.judges.city import Ledger, credit_codes_in, failing, labels_of, verdicts
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import Setting, TextScope
from forms_tables.rules.checks import Condition, conditions_of, slips_in_rule
from forms_tables.rules.proofreading import slips_in_formulas
from tests.browser.test_browser_judge import FAILS, HOLDS, PREMISED, SKIPS, WORKED
from tests.invented import credit_code_of
from tests.rules.test_rules import CONDITIONS, EDITION, facts_and_values, rows

LISTED = TextScope(EDITION, column="c1", row="2020", rows=("2020", "2021"))
MAY = PeriodCode(2024, 5)
VERDICTS = {True: HOLDS, False: FAILS, None: SKIPS}
# Figures of more decimals than their cells take: parsing refuses them, and so does a ledger.
WITHOUT_ROOM = {"2112.c1=2.5", "2113.c1=0.125", "2010.c1=99999999999999.99 2020.c1=9999999999999998000000000000.0001"}


def condition(text, when="", scope=LISTED):
    return Condition(replace(EDITION.rule("R601"), when=when), text, scope)


def reading_of(figures, frequency="month"):
    facts, values = facts_and_values(frequency, figures)
    return facts.reading(EDITION, values)


def ledger_of(conditions, readings):
    period = readings[0].period if readings else MAY
    return Ledger.of(EDITION, period, readings, labels_of(conditions))


def judged(conditions, *readings):
    """The verdicts of each condition down its column."""
    return [column.to_list() for column in verdicts(conditions, ledger_of(conditions, readings))]


def judged_text(text, *figures, **scope):
    return judged([condition(text, **scope)], *map(reading_of, figures))[0]


def serve(conditions, readings):
    with localcontext() as context:
        context.prec = PRECISION
        return [[condition.verdict(reading) for reading in readings] for condition in conditions]


@pytest.mark.parametrize(("rule", "figures", "expected"), list(rows()))
def test_a_rule_judges_columns_as_worked_by_hand(rule, figures, expected):
    conditions = CONDITIONS[rule]
    if figures in WITHOUT_ROOM:
        with pytest.raises(ValueError, match="位小数，不能列入台账"):
            judged(conditions, reading_of(figures, conditions[0].frequency))
        return
    found = [verdict for (verdict,) in judged(conditions, reading_of(figures, conditions[0].frequency))]
    assert ("fails" if False in found else "holds" if True in found else "skips") == expected


def test_each_function_judges_columns_as_worked_by_hand():
    worked = [(text, "", figures, verdict) for text, figures, verdict in WORKED]
    wrong = []
    for text, when, figures, expected in worked + PREMISED:
        if figures not in WITHOUT_ROOM:
            (found,) = judged_text(text, figures, when=when)
            if VERDICTS[found] != expected:
                wrong.append((text, when, figures, expected, found))
    assert wrong == []


@pytest.mark.parametrize("frequency", ["month", "annual"])
def test_a_ledger_of_no_filings_has_all_the_columns_and_no_verdict(frequency):
    conditions = conditions_of(EDITION, frequency)
    ledger = ledger_of(conditions, [])
    assert verdicts(conditions, ledger).shape == (0, len(conditions))
    assert failing(conditions, ledger).shape == (0, 2)


@pytest.mark.parametrize("frequency", ["month", "annual"])
def test_a_filing_with_nothing_in_it_is_judged_as_the_server_judges_it(frequency):
    conditions = conditions_of(EDITION, frequency)
    empty = Reading(EDITION, PeriodCode(2024, 5 if frequency == "month" else None), {}, {}, {})
    assert judged(conditions, empty) == serve(conditions, [empty])


def test_a_condition_that_reads_no_column_is_judged_for_every_filing():
    texts = ["month == 5", "month == 6", "FX > 1", "filled(1)", "starts_with(x, '20')", "x in ('2021', '2022')"]
    found = verdicts([condition(text) for text in texts], ledger_of([], [reading_of(""), reading_of("")]))
    assert found.rows() == [(True, False, None, True, True, False)] * 2
    assert failing([condition("month == 6")], ledger_of([], [reading_of(""), reading_of("")])).height == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("every(x == '2020')", False),
        ("exists(x == '2020')", True),
        ("exists(x == '2029')", False),
        ("every(x == '2020' or x == '2021')", True),
        ("exists(FX > 1)", None),
        ("exists(FX > 1 or x.c2 > 1)", None),
    ],
)
def test_rows_that_differ_for_no_filing_are_judged_for_every_filing(text, expected):
    conditions, ledger = [condition(text)], ledger_of([condition("exists(x.c2 > 1)")], [reading_of("")] * 3)
    assert verdicts(conditions, ledger)["0"].to_list() == [expected] * 3
    assert failing(conditions, ledger).rows() == [(row, 0) for row in range(3) if expected is False]


def test_rows_of_which_some_are_known_need_no_others():
    assert judged_text("exists(x == '2020' or filled(x.c2))", "", "2021.c2=1") == [True, True]
    assert judged_text("exists(x == '2029' or filled(x.c2))", "", "2021.c2=1") == [False, True]
    assert judged_text("every(x != '2020')", "", "2020.c1=1") == [False, False]


def test_failing_lists_the_rows_of_each_condition_in_turn():
    conditions = [condition("M2020.c1 > 5"), condition("M2020.c1 > 99"), condition("M2021.c1 > M2020.c1")]
    readings = [reading_of(text) for text in ("2020.c1=1", "2020.c1=9", "", "2020.c1=2 2021.c1=1")]
    found = failing(conditions, ledger_of(conditions, readings))
    assert found.rows() == [(0, 0), (3, 0), (0, 1), (1, 1), (3, 1), (3, 2)]
    assert found.schema == {"row": pl.UInt32, "condition": pl.UInt16}


def test_no_conditions_give_no_verdicts():
    ledger = ledger_of([], [reading_of("")])
    assert verdicts([], ledger).width == 0
    assert failing([], ledger).rows() == []


# What is read


def test_it_reads_the_columns_of_cells_facts_and_what_is_each_firms_own():
    texts = ["near(M2024, M20241 * k, eps(1))", "M2040 * FX <= prev(M2020)", "A36 == register(A36) and month > GRACE"]
    labels = labels_of([condition(text) for text in texts])
    assert list(labels) == ["2024.c1", "20241.c1", "k", "2040.c1", "prev(2020.c1)", "A36", "register(A36)"]


def test_figures_are_whole_numbers_of_their_last_decimal():
    conditions = [condition("M2020 > k and A36 == '是' and M2112 > 0 and M2020.c4 > 1 and x.c2 > 0")]
    ledger = ledger_of(conditions, [reading_of("2020.c1=12.5 k=0.250000 A36=是 2112.c1=7 2020.c4=-3.1")])
    assert ledger.frame.rows() == [(1250, 25, "是", 7, -31, None)]
    assert ledger.scales == {"2020.c1": 2, "k": 2, "2112.c1": 0, "2020.c4": 1, "2020.c2": 2}
    assert ledger.largest == {"2020.c1": 1250, "k": 25, "2112.c1": 7, "2020.c4": 31, "2020.c2": 0}


@pytest.mark.parametrize("figures", ["2020.c1=0.001", "2112.c1=1.5", "2020.c4=0.05"])
def test_a_figure_is_refused_rather_than_rounded(figures):
    conditions = [condition("M2020 > 0 or M2112 > 0 or M2020.c4 > 0")]
    with pytest.raises(ValueError, match="位小数，不能列入台账"):
        ledger_of(conditions, [reading_of(figures)])


def test_k_may_be_blank_for_one_firm_and_not_for_another():
    figures = "2024.c1=25 20241.c1=100 A36=是"
    found = judged_text("near(M2024, M20241 * k, eps(1))", f"{figures} k=0.25", figures, f"{figures} k=0.3")
    assert found == [True, None, False]


def test_a_column_goes_before_the_parameter_of_its_name():
    texts = [condition("M2020 * FX > 7")]
    readings = [reading_of("2020.c1=1 FX=8"), reading_of("2020.c1=1 FX=6"), reading_of("2020.c1=1")]
    ledger = Ledger.of(EDITION, MAY, readings, labels_of(texts) | {"FX": Setting("FX")})
    assert verdicts(texts, ledger)["0"].to_list() == [True, False, None]


def test_what_a_ledger_lacks_is_named():
    texts = [condition("M2020 * FX > 7")]
    differing = ledger_of(texts, [reading_of("FX=8"), reading_of("FX=6")])
    with pytest.raises(KeyError, match="FX"):
        verdicts(texts, differing)
    with pytest.raises(KeyError, match="2021.c1"):
        verdicts([condition("M2021 > 0")], differing)


def test_a_history_that_is_missing_for_one_firm_only_makes_its_rules_not_apply():
    assert judged_text("x.c1 >= 0.90 * prev(x.c1)", "2020.c1=9 prev:2020.c1=10", "2020.c1=9") == [True, None]
    assert judged_text("filled(prev(M2020))", "prev:2020.c1=10", "2020.c1=9") == [True, False]


# Blanks


def test_a_blank_is_strict_in_every_order():
    blank, false, true = "M2021 > 1", "M2020 > 1", "M2010 > 1"
    for text in (f"{false} and {blank}", f"{blank} and {false}", f"{true} or {blank}", f"{blank} or {true}"):
        assert judged_text(text, "2020.c1=0 2010.c1=5") == [None], text
    assert judged_text(f"{true} and {true} and {false}", "2020.c1=0 2010.c1=5") == [False]
    assert judged_text(f"month == 6 and {blank}", "", "2021.c1=9") == [None, False]
    assert judged_text(f"month == 5 or {blank}", "", "2021.c1=9") == [None, True]


@pytest.mark.parametrize("figures", ["2020.c1=5", "2021.c1=5", ""])
def test_least_and_greatest_need_both(figures):
    for text in ("min(M2020, M2021) == 5", "max(M2020, M2021) == 5", "max(M2020, M2021, 1) == 5"):
        assert judged_text(text, figures, "2020.c1=5 2021.c1=5") == [None, True]


def test_least_and_greatest_may_have_one_side_that_is_never_blank():
    assert judged_text("max(or_zero(M2020), M2021) == 5", "2021.c1=5", "2020.c1=5", "2020.c1=5 2021.c1=3") == [
        True,
        None,
        True,
    ]


def test_of_the_least_and_the_greatest_several_may_be_known():
    assert judged_text("max(1, 0.5, M2020, 2.50) == 2.5", "2020.c1=1", "2020.c1=3", "") == [True, False, None]
    assert judged_text("min(month, M2020, M2021, 5) == 5", "2020.c1=9 2021.c1=6", "2020.c1=9") == [True, None]
    assert judged_text("max(1, FX, M2020) > 0", "2020.c1=1 FX=7", "2020.c1=1 FX=7") == [True, True]
    assert judged_text("max(1, FX, M2020) > 0", "2020.c1=1") == [None]


def test_growth_is_blank_on_a_base_of_zero_though_nothing_it_reads_is():
    assert judged_text("growth(or_zero(M2020), or_zero(M2021)) == 0", "", "2020.c1=1 2021.c1=1") == [None, True]
    assert judged_text("filled(growth(or_zero(M2020), or_zero(M2021)))", "", "2020.c1=1 2021.c1=1") == [False, True]
    assert judged_text("filled(size_class(A22, or_zero(M2112), or_zero(M2010)))", "A22=9911", "A22=6510") == [
        False,
        True,
    ]


def test_codes_that_are_columns_of_their_own_are_looked_for_one_by_one():
    found = judged_text(
        "has(A34, A22)", "A34=1,3B A22=3", "A34=1,3B A22=B", "A34=1,3B A22=1,3", "A34=1,3B", "A22=1", "A34=3 A22=3B"
    )
    assert found == [True, False, False, None, False, False]


def test_the_length_of_a_beginning_may_be_a_column():
    assert judged_text("first(A22, M2020) == '65'", "A22=6510 2020.c1=2.99", "A22=6510 2020.c1=-2.99", "A22=65") == [
        True,
        True,
        None,
    ]


@pytest.mark.parametrize("length", ["999999999999 * 999999999999", "M2010 * M2010", "M2010 * 9999", "M2010"])
def test_a_beginning_of_any_length_is_the_whole_text_and_all_but_so_many_is_none(length):
    figures = "A22=65 2010.c1=999999999999999.99"
    assert judged_text(f"first(A22, {length}) == '65'", figures, "2010.c1=1") == [True, None]
    assert judged_text(f"first(A22, -{length}) == ''", figures, "2010.c1=1") == [True, None]
    assert judged_text("first(A22, M2010 * M2020) == '65'", "A22=65") == [None]


# Figures of any length


@pytest.mark.parametrize("text", ["abs({0}) == {0}", "not is_whole({0})", "min({0} + 0.000001, {0}) == {0}"])
def test_what_is_worked_out_beforehand_is_not_rounded(text):
    longest = "999999999999.999999 * 999999999999.999999"
    assert judged_text(text.format(longest), "") == [True]


def test_figures_whose_products_pass_64_bits_stay_exact():
    close = "2010.c1=999999999999999.99 2020.c1=999999999999999.98 2021.c1=999999999999999.97"
    assert judged_text("M2010 * M2021 < M2020 * M2020", close) == [True]  # by 0.0001
    assert judged_text("M2010 * M2021 + 0.0001 == M2020 * M2020", close) == [True]
    assert judged_text("M2010 * M2021 * 1.000000 + 0.0002 == M2020 * M2020", close) == [False]
    assert judged_text("abs(-M2010 * M2021) == max(M2010 * M2021, M2020)", close) == [True]


@pytest.mark.parametrize("times", [92, 93])  # 92 times this figure in hundredths still fits 64 bits
def test_figures_are_exact_on_both_sides_of_64_bits(times):
    longest = "2010.c1=999999999999999.99"
    assert judged_text(f"M2010 * {times} - M2010 * {times - 1} == M2010", longest) == [True]
    assert judged_text(f"M2010 * {times} > M2010", longest) == [True]
    assert judged_text(f"-M2010 * {times} < 0", longest) == [True]


def test_growth_of_the_longest_figures_is_exact():
    assert judged_text("growth(M2010, M2020) == 0.1", "2010.c1=999999999999999.99 2020.c1=999000999000999.00") == [True]
    assert judged_text("x.c4 == growth(M2010, x.c1)", "2010.c1=999999999999999.99 2020.c1=0.01 2020.c4=1") == [False]


@pytest.mark.parametrize(
    ("now", "then", "percent"),
    [
        ("2001", "2000", "0.1"),
        ("1999", "2000", "-0.1"),
        ("20.01", "20", "0.1"),
        ("19.99", "20", "-0.1"),
        ("2000.99", "2000", "0"),
        ("1999.01", "2000", "0"),
        ("20030", "20000", "0.2"),
        ("20050", "20000", "0.3"),
        ("-20050", "20000", "-200.3"),
        ("0", "0.01", "-100"),
    ],
)
def test_half_a_tenth_of_growth_goes_away_from_zero(now, then, percent):
    figures = f"2010.c1={now} 2020.c1={then} 2020.c4={percent}"
    assert judged_text("M2020.c4 == growth(M2010, M2020)", figures) == [True]


def test_what_a_form_works_out_may_be_longer_than_what_can_be_typed():
    longest = "999999999999999.99"
    readings = [
        reading_of(f"2010.c1={longest} 2020.c1=1 2020.c4=99999999999999999900"),  # growth on a base of 0.01
        reading_of("2010.c1=5 2020.c1=1 2020.c4=7"),
        reading_of("2010.c1=5 2020.c1=1 2020.c4=-7"),
        reading_of("2020.c1=5"),
    ]
    conditions = [condition("x.c4 * M2010 * M2020 > 0"), condition("M2010 > 5")]
    assert judged(conditions, *readings) == [[True, True, False, None], [True, False, False, None]]
    assert failing(conditions, ledger_of(conditions, readings)).rows() == [(2, 0), (1, 1), (2, 1)]


def test_filings_judged_apart_read_history_facts_and_parameters_as_ever():
    conditions = [
        *(condition(text) for text in ("prev(M2020.c4) * M2010 * prev(M2010) * k > 0", "A36 == '是'", "A07 == '1'")),
        condition("has(register(A07), A07) and YOY_LIMIT == 60"),
    ]
    figures = "2010.c1=9 prev:2010.c1=999999999999999.99 k=0.5 A07=2 A36=是 A07.v=1 YOY_LIMIT=60"
    readings = [reading_of(f"{figures} prev:2020.c4=99999999999999999900"), reading_of(f"{figures} prev:2020.c4=-1")]
    assert judged(conditions, *readings) == serve(conditions, readings)
    assert [found[0] for found in judged(conditions, *readings)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("M2010 * M2020 * M2021 > 0", 1),
        ("M2010 > 0 and 5 < M2010 * FX * FX", 19),
        ("M2010 * M2020 * 0.333333 * 0.333333 == 1", 1),
        ("growth(M2010 * M2020 * 99, M2021) == 1", 1),
        ("999999999999 * 999999999999 * 999999999999 * 999999999999 > 1", 1),
        ("exists(x.c1 * x.c1 * x.c1 > 0)", 8),
    ],
)
def test_a_rule_that_could_pass_38_digits_is_refused_at_its_place(text, at):
    rule = replace(EDITION.rule("R601"), texts=(text,), columns=("c1",), each=("2020", "2021"))
    slips = slips_in_rule(EDITION, rule)
    assert [(slip.at, slip.reason) for slip in slips] == [(at, "数值可能超过38位，请减少连乘")]


@pytest.mark.parametrize("text", ["M2010 * M2020 > 0", "M2010 * M2020 * 0.30 <= M2021 * 999999", "FX * FX > M2010"])
def test_a_rule_that_cannot_pass_38_digits_is_not_refused(text):
    assert slips_in_rule(EDITION, replace(EDITION.rule("R601"), texts=(text,), columns=("c1",))) == []


ALL = "M2010, M2020, M2021, M2022, M2023, M2024, M2040, M2041, M2050, M2080, M2090, M2111"


@pytest.mark.parametrize(
    "text",
    [
        "size_class(" * 20 + "A22" + ", 1, 1)" * 20 + " == '1'",
        "max(M2020, " * 30 + "M2010" + ")" * 30 + " > 1",
        f"max({', '.join([ALL] * 4)}) > 1",
    ],
)
def test_a_rule_that_grows_out_of_hand_as_columns_is_refused(text):
    (slip,) = slips_in_rule(EDITION, replace(EDITION.rule("R601"), texts=(text,), columns=("c1",)))
    assert slip.reason == "算式展开后太繁，请分成几条" and slip.at >= 1


def test_the_greatest_of_a_dozen_is_neither_refused_nor_long():
    text = f"max({ALL}) == 12"
    figures = " ".join(f"{name[1:]}.c1={value}" for value, name in enumerate(ALL.split(", "), start=1))
    assert slips_in_rule(EDITION, replace(EDITION.rule("R601"), texts=(text,), columns=("c1",))) == []
    assert judged_text(text, figures, figures.replace("2050.c1=9", "")) == [True, None]


def test_a_formula_that_could_pass_38_digits_is_refused():
    table, row = EDITION.table("软统企6"), replace(EDITION.indicator("2020"), auto={"c1": "M2010 * M2010 * M2021"})
    edition = replace(
        EDITION, tables=(replace(table, indicators=(row,)),), indicators={**EDITION.indicators, "2020": row}
    )
    slips = [slip for slip in slips_in_formulas(edition) if slip.owner == "2020.c1"]
    assert [slip.reason for slip in slips] == ["数值可能超过38位，请减少连乘"]


# Credit codes


def test_credit_codes_in_a_column_are_checked_as_one_is():
    right = [credit_code_of(number) for number in range(300)]
    wrong = [
        f"{code[:place]}{sign}{code[place + 1 :]}" for code in right[:10] for place in range(18) for sign in "0AIé"
    ]
    texts = [*right, *wrong, "", "中" * 6, "中" * 18, right[0][:-1], f"{right[0]}0", None, right[0].lower()]
    expected = [None if text is None else credit_code.problem_with(text) is None for text in texts]
    assert credit_codes_in(pl.Series(texts)).to_list() == expected
    assert expected.count(True) >= 300
    assert credit_codes_in(pl.Series([None], dtype=pl.String)).to_list() == [None]


def test_a_parameter_is_exact_whatever_its_decimals():
    assert judged_text("M2010 * FX == 14.2174", "2010.c1=2 FX=7.1087", "2010.c1=2.01 FX=7.1087") == [True, False]
    assert judged_text("M2010 * FX == 6", "2010.c1=2 FX=3.000000") == [True]
