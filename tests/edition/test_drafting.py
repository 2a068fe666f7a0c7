"""Changing an edition's content: one thing at a time, nothing else touched, and every difference told."""

import pytest

from forms_tables.edition import drafting
from forms_tables.edition.catalog import edition_from, load_edition, platform_said, shipped_content

CODE = "chongqing-2024"
SAID = platform_said(CODE)


@pytest.fixture
def content():
    return shipped_content(CODE)


def test_it_starts_from_the_very_text_that_was_shipped(content):
    assert edition_from(CODE, content, SAID).digest == load_edition(CODE).digest


def test_it_changes_one_rule_and_leaves_what_it_was_handed(content):
    changed = drafting.with_rule(content, "R604", {"texts": ["M20211 <= M2021"], "note": ""})
    assert edition_from(CODE, changed, SAID).rule("R604").texts == ("M20211 <= M2021",)
    assert load_edition(CODE).rule("R604").texts == edition_from(CODE, content, SAID).rule("R604").texts
    [change] = drafting.changes_between(content, changed)
    assert (change.sort, change.code, change.word, change.fields) == ("rule", "R604", "修改", ("texts",))


def test_it_tells_what_was_added_and_dropped(content):
    new = {"id": "R699", "level": "warning", "kind": "rule", "where": "软统企6", "texts": ["M2010.c1 >= 0"]}
    changed = drafting.with_new_rule(drafting.without_rule(content, "R635"), new, after="R604")
    assert [(c.code, c.word) for c in drafting.changes_between(content, changed)] == [
        ("R699", "新增"),
        ("R635", "删除"),
    ]
    ids = [rule.id for rule in edition_from(CODE, changed, SAID).rules]
    assert ids.index("R699") == ids.index("R604") + 1 and "R635" not in ids


def test_it_changes_parameters_and_rows(content):
    changed = drafting.with_parameter(content, "YOY_LIMIT", {"default": "40"})
    changed = drafting.with_indicator(changed, "2090", {"name": "利润总额（亏损以负号填列）"})
    changed = drafting.with_new_indicator(
        changed,
        "软统企6",
        {
            "code": "2114",
            "name": "云服务收入",
            "columns": ["c1"],
            "unit": "万元",
            "source": "本稿",
            "provenance": "derived",
        },
        after="2113",
    )
    changed = drafting.without_indicator(changed, "20225")
    edition = edition_from(CODE, changed, SAID)
    assert edition.parameters["YOY_LIMIT"].default == 40
    assert edition.indicator("2114").table == "软统企6" and "20225" not in edition.indicators
    found = {(c.sort, c.code, c.word) for c in drafting.changes_between(content, changed)}
    assert found == {
        ("parameter", "YOY_LIMIT", "修改"),
        ("indicator", "2090", "修改"),
        ("indicator", "2114", "新增"),
        ("indicator", "20225", "删除"),
    }


def test_it_keeps_what_a_heading_says_against_its_tables_defaults(content):
    changed = drafting.with_indicator(content, "2020a", {"name": "（一）按业务类型分"})
    assert edition_from(CODE, changed, SAID).indicator("2020a").columns == ()


@pytest.mark.parametrize(
    "ask",
    [
        drafting.raw_rule,
        drafting.raw_parameter,
        drafting.raw_indicator,
        drafting.without_rule,
        drafting.without_parameter,
        drafting.without_indicator,
    ],
)
def test_it_says_when_there_is_no_such_thing(content, ask):
    with pytest.raises(drafting.NotThere):
        ask(content, "R999")


@pytest.mark.parametrize(
    ("sort", "code", "change"),
    [
        ("rule", "R604", lambda c: drafting.with_rule(c, "R604", {"texts": ["M2010 > 0"], "basis": ""})),
        ("rule", "R604", lambda c: drafting.without_rule(c, "R604")),
        ("rule", "R601", lambda c: drafting.without_rule(c, "R601")),
        ("rule", "R699", lambda c: drafting.with_new_rule(c, {"id": "R699", "level": "error"})),
        ("parameter", "YOY_LIMIT", lambda c: drafting.with_parameter(c, "YOY_LIMIT", {"default": "1"})),
        ("parameter", "FX", lambda c: drafting.without_parameter(c, "FX")),
        ("parameter", "NEW", lambda c: drafting.with_parameter(c, "NEW", {"title": "新"})),
        ("indicator", "2090", lambda c: drafting.with_indicator(c, "2090", {"name": "利润", "depth": 3})),
        ("indicator", "20225", lambda c: drafting.without_indicator(c, "20225")),
        ("indicator", "2114", lambda c: drafting.with_new_indicator(c, "软统企6", {"code": "2114", "name": "新"})),
        ("head", "edition.toml", lambda c: {**c, "edition.toml": {**c["edition.toml"], "title": "新名称"}}),
    ],
)
def test_it_puts_one_entry_back_where_and_as_it_was(content, sort, code, change):
    changed = change(content)
    assert [(c.sort, c.code) for c in drafting.changes_between(content, changed)] == [(sort, code)]
    elsewhere = drafting.with_rule(changed, "R605", {"message": "留着"})
    restored = drafting.put_back(elsewhere, content, sort, code)
    assert restored == drafting.with_rule(content, "R605", {"message": "留着"})
    orders = [
        (list(each["edition.toml"]["parameters"]), [rule["id"] for rule in each["rules.toml"]["rule"]])
        for each in (restored, content)
    ]
    assert orders[0] == orders[1]
