"""One name, one thing: a code whose name in the notation is another's is refused, wherever it is written."""

from dataclasses import replace

import pytest

from forms_tables.edition import drafting
from forms_tables.edition.catalog import edition_from, load_edition, platform_said, shipped_content
from forms_tables.edition.model import Rule
from forms_tables.notation.trees import BACKWARD, FUNCTIONS
from forms_tables.rules.checks import proofread, slips_in_rule
from forms_tables.rules.one_name import clashes_in, objection_to

EDITION = load_edition("chongqing-2024")
ROW = {"name": "另一项收入", "columns": ["c1"], "unit": "万元", "source": "本稿", "provenance": "derived"}


def added(content: drafting.Content, code: str, **more) -> drafting.Content:
    return drafting.with_new_indicator(content, "软统企6", {"code": code, **ROW, **more})


def with_row(code: str, **more):
    return edition_from(
        "draft", added(shipped_content("chongqing-2024"), code, **more), platform_said("chongqing-2024")
    )


def with_parameter(name: str):
    content = drafting.with_parameter(
        shipped_content("chongqing-2024"), name, {"title": "新的参数", "default": "1", "provenance": "derived"}
    )
    return edition_from("draft", content, platform_said("chongqing-2024"))


def test_every_name_of_the_shipped_edition_is_one_things():
    assert [*clashes_in(EDITION)] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("M2010", "公式里的“M2010”已是软统企6表2010“主营业务收入”的名称"),
        ("m2010", "公式里的“m2010”已是软统企6表2010"),
        ("Ｍ2010", "“Ｍ2010”不能作公式里的名称"),
        ("软统企6", "“软统企6”不能作公式里的名称"),
        ("__a", "不能作公式里的名称"),
        ("FX", "已是参数“期内平均汇率”的代号"),
        ("fx", "已是参数“期内平均汇率”的代号"),
        ("C17", "“C17”已是代码表“波动/异常原因”的代号"),
        ("month", "“month”是公式里的固有的名称"),
        ("MAX", "公式里的“MAX”已是函数"),
        ("PREV", "公式里的“PREV”已是读以往报表和名录的词"),
        ("MONTH", "公式里的“MONTH”已是固有的名称"),
        ("EPS", "已是参数“加总容差（ε）”的代号"),
        ("contact_name", "固有的名称"),
        ("x", "固有的名称"),
        ("and", "“and”是公式里的词"),
        *((word, "读以往报表和名录的词") for word in BACKWARD),
        *((word, "函数") for word in FUNCTIONS if word not in BACKWARD),
    ],
)
def test_a_name_that_is_anothers_is_refused(name, words):
    assert words in objection_to(name, EDITION)


@pytest.mark.parametrize("name", ["M2114", "E51", "YOY_LIMIT_2"])
def test_a_new_name_is_free(name):
    assert objection_to(name, EDITION) == ""


@pytest.mark.parametrize("code", ["M2010", "m2010", "Ｍ2010", "FX", "max", "prev", "C17", "x"])
def test_a_row_with_anothers_name_is_no_part_of_an_edition(code):
    assert [slip.owner for slip in clashes_in(with_row(code))] == [code]
    assert code in {slip.owner for slip in proofread(with_row(code))}


def test_every_rule_that_would_read_the_other_row_is_named():
    edition = with_row("M2010")
    found = {slip.owner for slip in proofread(edition)}
    readers = {rule.id for rule in EDITION.rules if any("M2010" in text for text in (rule.when, *rule.texts))}
    assert len(readers) > 10 and readers <= found
    rule = Rule("R699", "error", "rule", "软统企6", texts=("M2020.c1 <= M2010.c1",))
    assert [(slip.at, slip.reason) for slip in slips_in_rule(edition, rule)] == [
        (13, "“M2010”这个名称现在有两个意思，请先把重名的代码改掉")
    ]


def test_a_row_may_be_called_as_the_list_it_is_filled_in_from():
    assert EDITION.indicator("A45").code_list == "A45"
    other = replace(EDITION.indicator("A45"), code_list="A46")
    slips = [*clashes_in(replace(EDITION, indicators={**EDITION.indicators, "A45": other}))]
    assert [(slip.owner, "代码表" in slip.reason) for slip in slips] == [("A45", True)]


@pytest.mark.parametrize("name", ["M2010", "max", "Fx", "C17"])
def test_a_parameter_with_anothers_name_is_no_part_of_an_edition(name):
    assert [*clashes_in(with_parameter(name))]


@pytest.mark.parametrize("edition", [with_row("c1"), with_parameter("c1")])
def test_a_column_that_formulas_name_by_itself_keeps_its_name(edition):
    slips = [*clashes_in(edition)]
    assert ("2010.c4", "growth(c1, c2)") in {(slip.owner, slip.text) for slip in slips}
    assert all("“c1”既是这一行的列" in slip.reason for slip in slips)
