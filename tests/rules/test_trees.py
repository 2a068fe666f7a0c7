"""Conditions and filings as JSON, as the browser's judge is given them. Trees are written out by hand."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from forms_tables.edition.catalog import load_edition
from forms_tables.edition.periods import PeriodCode
from forms_tables.judges.browser import Trees, condition_as_json, reading_as_json, surroundings_as_json, trial
from forms_tables.notation.decimals import Reading
from forms_tables.notation.names import TextScope
from forms_tables.notation.trees import BACKWARD, FUNCTIONS, NotationError, parse, walk
from forms_tables.rules.checks import conditions_of, spread

EDITION = load_edition("chongqing-2024")
CONDITIONS = [*conditions_of(EDITION, "month"), *conditions_of(EDITION, "annual")]
LISTED = TextScope(EDITION, column="c1", row="2020", rows=("2020", "2010", "A36"))
LEAVES = {"n", "t", "figure", "words"}
SIGNS = {"+", "-", "*", "<", "<=", ">", ">=", "==", "!=", "in", "not in", "and", "or", "not", "negative"}


def tree_of(text, scope=LISTED):
    return walk(parse(text), Trees(scope))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("M2010 <= 0.30", ["<=", ["figure", "2010.c1"], ["n", "0.30"]]),
        ("M2010.c2 == 100000", ["==", ["figure", "2010.c2"], ["n", "100000"]]),
        ("prev(M2010) > year_ago(M2020.c2)", [">", ["figure", "prev(2010.c1)"], ["figure", "year_ago(2020.c2)"]]),
        ("A36 == '是'", ["==", ["words", "A36"], ["t", "是"]]),
        ("register(A07) != A07", ["!=", ["words", "register(A07)"], ["words", "A07"]]),
        ("-FX < eps(2)", ["<", ["negative", ["figure", "FX", "parameters"]], ["eps", ["n", "2"]]]),
        ("month >= 3", [">=", ["figure", "month", "moments"], ["n", "3"]]),
        ("A16.v <= period_month", ["<=", ["words", "A16.v"], ["words", "period_month", "moments"]]),
        ("x in ('2020', '2021')", ["in", ["t", "2020"], ["t", "2020"], ["t", "2021"]]),
        ("A22 not in ('6510',)", ["not in", ["words", "A22"], ["t", "6510"]]),
        ("not filled(x.c1)", ["not", ["filled", ["figure", "2020.c1"]]]),
        ("exists(x.c1 > 0)", ["exists", *([">", ["figure", f"{row}.c1"], ["n", "0"]] for row in ("2020", "2010"))]),
        (
            "1 <= M2010 + M2020 * 2 <= 3 or has(A34, '1')",
            [
                "or",
                [
                    "every",  # each link by itself
                    [">=", ["+", ["figure", "2010.c1"], ["*", ["figure", "2020.c1"], ["n", "2"]]], ["n", "1"]],
                    ["<=", ["+", ["figure", "2010.c1"], ["*", ["figure", "2020.c1"], ["n", "2"]]], ["n", "3"]],
                ],
                ["has", ["words", "A34"], ["t", "1"]],
            ],
        ),
    ],
)
def test_it_lists_the_parts_of_a_tree_with_names_resolved(text, tree):
    assert tree_of(text) == tree


def test_a_name_that_means_nothing_is_refused_here_too():
    with pytest.raises(NotationError, match="没有名为“M2999”"):
        tree_of("M2999 > 1")


def test_a_condition_says_whose_it_is_and_what_it_reads():
    rule = EDITION.rule("R609")
    condition = next(c for c in CONDITIONS if c.rule is rule)
    assert condition_as_json(condition) == {
        "rule": "R609",
        "level": "error",
        "column": "c1",
        "row": "",
        "cells": ["软统企6!2024.c1", "软统企6!20241.c1"],
        "reads": ["2024.c1", "20241.c1", "k", "A36"],
        "tree": [
            "near",
            ["figure", "2024.c1"],
            ["*", ["figure", "20241.c1"], ["figure", "k", "parameters"]],
            ["eps", ["n", "1"]],
        ],
        "when": ["==", ["words", "A36"], ["t", "是"]],
    }


def test_the_row_of_a_list_is_a_text_and_nothing_that_is_read():
    (condition,) = spread(EDITION, replace(EDITION.rule("X01"), each=("2010",), when=""), "x.c1 > 0 or x == '2020'")
    as_json = condition_as_json(condition)
    assert (as_json["row"], as_json["reads"], as_json["when"]) == ("2010", ["2010.c1"], None)
    assert as_json["tree"] == ["or", [">", ["figure", "2010.c1"], ["n", "0"]], ["==", ["t", "2010"], ["t", "2020"]]]


def operations_in(tree):
    yield tree[0]
    if tree[0] not in LEAVES:
        for part in tree[1:]:
            yield from operations_in(part)


def labels_in(tree):
    if tree[0] in ("figure", "words"):
        yield tree[1]
    elif tree[0] not in LEAVES:
        for part in tree[1:]:
            yield from labels_in(part)


def test_every_condition_of_the_edition_becomes_a_tree_of_our_own_words():
    ours = LEAVES | SIGNS | {"when"} | (FUNCTIONS.keys() - set(BACKWARD))
    for condition in CONDITIONS:
        as_json = condition_as_json(condition)
        trees = [as_json["tree"], *filter(None, [as_json["when"]])]
        assert {word for tree in trees for word in operations_in(tree)} <= ours, condition.text
        assert {label for tree in trees for label in labels_in(tree)} == set(as_json["reads"]), condition.text
        assert json.loads(json.dumps(as_json)) == as_json
    assert len(CONDITIONS) > 1200


def test_surroundings_are_what_holds_for_every_firm():
    surroundings = surroundings_as_json(EDITION, PeriodCode.parse("2024M05"))
    assert surroundings["moments"] == {"month": "5", "year": "2024", "period_month": "2024-05"}
    assert surroundings["parameters"]["EPS"] == "0.01" and surroundings["parameters"]["FX"] is None
    assert surroundings["sizes"][0] == {
        "divisions": ["65"],
        "staff": ["300", "100", "10"],
        "income": ["10000", "1000", "50"],
    }
    assert json.loads(json.dumps(surroundings)) == surroundings


def test_districts_are_those_of_the_periods_end():
    before, after = (surroundings_as_json(EDITION, PeriodCode(year)) for year in (2025, 2026))
    assert "500105" in before["districts"] and "500105" not in after["districts"]  # 江北区 until 2026-01-24
    assert before["moments"]["month"] == "12"


def test_a_filing_is_what_it_read_without_blanks_and_with_what_the_city_entered():
    reading = Reading(
        edition=EDITION,
        period=PeriodCode.parse("2024M05"),
        values={"2010.c1": Decimal("1E+3"), "2020.c1": None, "2021.c1": Decimal("5.50"), "2022.c1": Decimal(9)},
        attributes={"A36": "是", "A38": ""},
        parameters={"EPS": Decimal("0.02"), "YOY_LIMIT": None},
        history={"prev": {"2010.c1": Decimal("-0.10")}},
    )
    text = "M2010 + M2020 + M2021 + prev(M2010) > FX * month and A36 == '是' and A38 == '是' and register(A36) == x"
    (condition,) = spread(EDITION, replace(EDITION.rule("X01"), each=("2010",), when="", columns=("c1",)), text)
    assert reading_as_json(reading, condition.reads) == {
        "values": {
            "2010.c1": "1000",
            "2021.c1": "5.50",
            "prev(2010.c1)": "-0.10",
            "A36": "是",
            "register(A36)": "是",
        },
        "parameters": {"EPS": "0.02", "YOY_LIMIT": None},
    }


def test_a_trial_has_a_box_for_each_name_once_and_the_rest_as_it_stands():
    conditions = [condition for condition in CONDITIONS if condition.rule.id in ("R609", "R610")]
    entered = {"k": Decimal("0.2500"), "EPS": Decimal("0.02")}
    reading = Reading(EDITION, PeriodCode(2024, 5), {"2024.c1": Decimal("25.10")}, {"A36": "是"}, entered)
    panel = json.loads(trial(conditions, reading))
    boxes = {box["label"]: box for box in panel["boxes"]}
    assert len(boxes) == len(panel["boxes"])
    name, indicator = "2024“*4.嵌入式系统软件收入”的“本年本期累计”", EDITION.indicator("A36")
    expected = ("values", True, name, "万元", 2, "25.1")
    assert tuple(boxes["2024.c1"].values()) == ("2024.c1", *expected)
    assert boxes["20241.c1"]["value"] == ""
    assert tuple(boxes["A36"].values()) == ("A36", "values", False, indicator.name, indicator.hint, None, "是")
    assert tuple(boxes["k"].values()) == ("k", "parameters", True, "企业加权折算系数", "", None, "0.25")
    assert panel["parameters"] == {"k": "0.2500", "EPS": "0.02"}
    assert panel["surroundings"] == surroundings_as_json(EDITION, PeriodCode(2024, 5))
    first = panel["conditions"][0]
    assert first["place"] == "软统企6表2024“*4.嵌入式系统软件收入”的“本年本期累计”" and first["premise"] == "A36＝是"
    assert trial([], reading) == ""
    assert first["says"].startswith("2024") and first["tree"][0] == "near"
