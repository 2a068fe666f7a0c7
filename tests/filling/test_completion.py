"""Completing a form: what the system fills in, what it locks, when a cell opens, what stays of what was typed."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.filling.completion import Facts, complete
from forms_tables.rules.checks import examine, findings_of_cells

EDITION = load_edition("chongqing-2024")
PLAIN = {"A36": "否", "A37": "否", "A38": "否", "A39": "否", "A40": "0"}
EMBEDDED = {**PLAIN, "A36": "是"}

# 渝江软件, May 2024: 主营 1000, 软件产品 400, 服务 300, 安全 100.
YUJIANG = {
    "2010.c1": "1,000",
    "2021.c1": "400",
    "20211.c1": "100",
    "20212.c1": "50",
    "2022.c1": "３００",
    "20221.c1": "10",
    "20222.c1": "20",
    "20223.c1": "30",
    "20224.c1": "40",
    "20225.c1": "0",
    "2023.c1": "100",
    "20231.c1": "5",
    "2041.c1": "1.5",
    "2043.c1": "2.5",
    "2050.c1": "500",
    "2051.c1": "50",
    "2080.c1": "300",
    "2090.c1": "180",
    "2110.c1": "120",
    "2111.c1": "200",
    "2112.c1": "40",
    "2113.c1": "12.5",
}


def month(number=5, attributes=PLAIN, parameters=None, **history):
    return Facts(PeriodCode(2024, number), attributes, parameters or {}, history)


def annual(attributes=PLAIN, parameters=None, **history):
    return Facts(PeriodCode(2024), attributes, parameters or {}, history)


def filed(**values):
    return {key.replace("_", "."): Decimal(value) for key, value in values.items()}


def complaints(completed):
    return {(f"{problem.code}.{problem.column}", problem.rule) for problem in completed.problems}


def test_totals_and_copies_are_worked_out_and_locked():
    done = complete(EDITION, YUJIANG, month())
    assert done.values["2010.c1"] == 1000 and done.values["2022.c1"] == 300
    assert done.values["2020.c1"] == 800  # 400 + 300 + 100 + 0
    assert done.values["2040.c1"] == 4  # 1.5 + 0 + 2.5
    assert done.locked["2020.c1"] == "由系统计算：2021＋2022＋2023＋2024"
    assert "2021.c1" not in done.locked
    assert not done.problems and not done.overridden


def test_last_years_and_last_months_figures_are_carried_with_their_growth():
    history = {"year_ago": filed(M2010_c1="800"), "prev": filed(M2010_c1="600")}
    history = {word: {key.removeprefix("M"): value for key, value in cells.items()} for word, cells in history.items()}
    done = complete(EDITION, YUJIANG, month(**history))
    assert (done.values["2010.c2"], done.values["2010.c3"]) == (800, 600)
    assert str(done.values["2010.c4"]) == "25.0"  # 1000 ÷ 800
    assert str(done.values["2010.c5"]) == "66.7"  # 1000 ÷ 600 = 1.6667
    assert {"2010.c2", "2010.c3", "2010.c4", "2010.c5"} <= set(done.locked)


def test_a_new_firm_types_last_years_figures_itself():
    done = complete(EDITION, {**YUJIANG, "2010.c2": "500"}, month())
    assert "2010.c2" not in done.locked
    assert done.values["2010.c2"] == 500 and done.values["2010.c4"] == Decimal("100.0")


def test_february_has_no_month_before():
    done = complete(EDITION, {**YUJIANG, "2010.c3": "5"}, month(2))
    assert done.locked["2010.c3"] == "只在月份＞2时填写"
    assert done.overridden == ("2010.c3",)
    assert "X04" in {finding.rule for finding in examine(EDITION, done, month(2))}


def test_starred_rows_are_zero_for_a_firm_without_embedded_software():
    done = complete(EDITION, YUJIANG, month())
    assert [done.values[f"{code}.c1"] for code in ("2024", "20241", "20421", "2042")] == [0, 0, 0, 0]
    assert "2024.c4" not in done.values  # growth on nothing is nothing


def test_what_was_filed_while_a_row_still_applied_is_carried():
    before = {"2024.c1": Decimal(20), "2020.c1": Decimal(820)}
    done = complete(EDITION, YUJIANG, month(year_ago=before))
    assert (done.values["2024.c2"], done.values["2024.c1"]) == (20, 0)
    assert done.values["2020.c2"] == 820


def test_a_computed_cell_opens_while_the_coefficient_is_unknown():
    typed = {**YUJIANG, "20241.c1": "200", "20421.c1": "0", "2024.c1": "60", "2042.c1": "0"}
    done = complete(EDITION, typed, month(attributes=EMBEDDED))
    assert "2024.c1" not in done.locked and done.values["2020.c1"] == 860
    del typed["2024.c1"]
    assert ("2024.c1", "R622") in complaints(complete(EDITION, typed, month(attributes=EMBEDDED)))


def test_it_closes_again_when_the_city_enters_the_coefficient():
    typed = {**YUJIANG, "20241.c1": "200.55", "20421.c1": "0"}
    facts = month(attributes=EMBEDDED, parameters={"k": Decimal("0.3")})
    done = complete(EDITION, typed, facts)
    assert str(done.values["2024.c1"]) == "60.17"  # 60.165, half up
    assert done.locked["2024.c1"] == "由系统计算：20241×企业加权折算系数"
    assert not complaints(done)


def test_a_typed_total_that_differs_is_kept_for_the_rules_to_find():
    done = complete(EDITION, {**YUJIANG, "2020.c1": "900"}, month())
    assert done.values["2020.c1"] == 900 and done.overridden == ("2020.c1",)
    assert {finding.rule for finding in examine(EDITION, done, month())} == {"R601"}


def test_a_typed_total_that_agrees_is_no_override():
    done = complete(EDITION, {**YUJIANG, "2020.c1": "800.0"}, month())
    assert not done.overridden


@pytest.mark.parametrize(
    ("cell", "typed", "facts", "rule"),
    [
        ("2010.c4", "9", month(year_ago={"2010.c1": Decimal(800)}), "R631"),
        ("2010.c5", "9", month(prev={"2010.c1": Decimal(800)}), "R632"),
        ("2010.c3", "9", month(prev={"2010.c1": Decimal(800)}), "X03"),
        ("2010.c2", "9", month(year_ago={"2010.c1": Decimal(800)}), "X05"),
        ("2040.c1", "9", month(), "R614"),
        ("2024.c1", "9", month(), "R610"),
        ("2024.c1", "9", month(attributes=EMBEDDED, parameters={"k": Decimal("0.3")}), "R609"),
    ],
)
def test_tampering_with_a_locked_cell_is_found(cell, typed, facts, rule):
    done = complete(EDITION, {**YUJIANG, "20241.c1": "0", "20421.c1": "0", cell: typed}, facts)
    assert cell in done.overridden
    assert rule in {finding.rule for finding in examine(EDITION, done, facts)}


def test_a_blank_required_cell_is_named():
    typed = {key: text for key, text in YUJIANG.items() if key != "2010.c1"}
    done = complete(EDITION, typed, month())
    (problem,) = done.problems
    assert (problem.table, problem.code, problem.column, problem.rule) == ("软统企6", "2010", "c1", "R622")
    assert problem.problem.endswith("：必填项为空；没有发生额请填0。") and "主营业务收入" in problem.problem
    (finding,) = findings_of_cells(EDITION, done)
    assert (finding.rule, finding.level, finding.cells) == ("R622", "error", ("软统企6!2010.c1",))


def test_an_unreadable_cell_is_not_also_a_blank_one():
    done = complete(EDITION, {**YUJIANG, "2010.c1": "1.2亿"}, month())
    assert complaints(done) == {("2010.c1", "")}


@pytest.mark.parametrize(
    ("cell", "typed", "rule"),
    [("2010.c1", "-5", "R621"), ("2112.c1", "3.5", "R623"), ("G711.c1", "-1", "R715"), ("G713.c1", "1.5", "R715")],
)
def test_the_type_of_a_cell_enforces_its_rule(cell, typed, rule):
    facts = month(attributes={**PLAIN, "A38": "是"})
    done = complete(EDITION, {**YUJIANG, cell: typed}, facts)
    assert (cell, rule) in complaints(done)
    assert rule in {finding.rule for finding in findings_of_cells(EDITION, done)}


def test_a_table_that_does_not_apply_is_closed_and_asks_nothing():
    done = complete(EDITION, YUJIANG, month())
    assert done.locked["G711.c1"] == EDITION.table("软统企7").why_not
    assert not [problem for problem in done.problems if problem.table == "软统企7"]
    opened = complete(EDITION, YUJIANG, month(attributes={**PLAIN, "A39": "是"}))
    assert ("G761.c1", "R622") in complaints(opened) and ("G711.c1", "R622") not in complaints(opened)
    assert opened.values["G751.c1"] == 30  # 取20223


def test_conditional_cells_of_the_annual_form_are_required_when_their_condition_holds():
    listed = complete(EDITION, {"A27.v": "1", "A25.v": "1"}, annual())
    assert {("A28.v", "R622"), ("A29.v", "R622"), ("A26.v", "R622")} <= complaints(listed)
    unlisted = complete(EDITION, {"A27.v": "0", "A25.v": "2"}, annual())
    assert not {("A28.v", "R622"), ("A29.v", "R622"), ("A26.v", "R622")} & complaints(unlisted)


def test_the_annual_form_copies_between_its_tables():
    typed = {"F302.y": "9000", "F303.y": "1000", "E111.y": "1", "A22.v": "6513"}
    typed |= {f"Y311{n}.y": "50" for n in "1234"}
    done = complete(EDITION, typed, annual())
    assert done.values["F301.y"] == 10000 and done.values["Y2010.y"] == 9000
    assert done.values["A35.v"] == 200
    assert done.values["A24.v"] == "2"  # 200 people: not large, whatever the income
    assert "E11.y" not in done.values and "E11.y" in done.locked  # its parts are not all there yet


def test_last_years_annual_report_fills_the_opening_columns():
    before = {"F101.e": Decimal(7), "F302.y": Decimal(8)}
    done = complete(EDITION, {}, annual(last_annual=before))
    assert (done.values["F101.b"], done.values["F302.p"]) == (7, 8)
    assert {"F101.b", "F302.p"} <= set(done.locked)


def test_the_citys_lists_are_written_by_the_register():
    done = complete(EDITION, {}, annual({**PLAIN, "A38": "是"}))
    assert done.values["A38.v"] == "是" and "A38.v" in done.locked


def test_embedded_products_add_up_to_table_3():
    typed = {"A36.v": "是", "E41.v": "100", "E41.k": "0.25", "Y20421.y": "0"}
    typed |= {f"E4{n}.v": "0" for n in "23459"} | {f"E4{n}.k": "0" for n in "23459"}
    done = complete(EDITION, typed, annual())
    assert (done.values["E40.v"], done.values["E4.y"], done.values["Y2024.y"]) == (100, 25, 25)
    entered = complete(EDITION, typed, annual(parameters={"k_E41": Decimal("0.4")}))
    assert entered.overridden == ("E41.k",)  # the city's coefficient is not the firm's to change


def test_cells_the_edition_does_not_have_are_left_out():
    assert (
        complete(EDITION, {"nonsense": "1", "2010.c9": "2", "": "3"}, month()).values
        == complete(EDITION, {}, month()).values
    )


amounts = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False).map(str)
TYPED = st.dictionaries(st.sampled_from(sorted(YUJIANG)), amounts)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TYPED, st.sampled_from([PLAIN, EMBEDDED, {**EMBEDDED, "A38": "是", "A39": "是"}]), st.integers(2, 12))
def test_completing_what_is_complete_changes_nothing(typed, attributes, number):
    facts = month(number, attributes, {"k": Decimal("0.37")})
    once = complete(EDITION, typed, facts)
    again = complete(EDITION, {key: str(value) for key, value in once.values.items()}, facts)
    assert again.values == once.values and again.overridden == ()


COMPUTED = {"R601", "R609", "R610", "R614", "R615", "R631", "R632", "R702", "R709", "X03", "X04", "X05"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TYPED, TYPED, TYPED, st.sampled_from([PLAIN, EMBEDDED]), st.integers(3, 12))
def test_a_form_nobody_tampered_with_keeps_every_rule_about_computed_cells(now, before, last_year, attributes, number):
    parameters = {"k": Decimal("0.37")}
    history = {
        "prev": complete(EDITION, before, month(number - 1, attributes, parameters)).values if number > 2 else {},
        "year_ago": complete(EDITION, last_year, month(number, attributes, parameters)).values,
    }
    facts = month(number, attributes, parameters, **history)
    found = {finding.rule for finding in examine(EDITION, complete(EDITION, now, facts), facts)}
    assert not found & COMPUTED
