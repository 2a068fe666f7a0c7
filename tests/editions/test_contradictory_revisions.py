"""A revision that contradicts itself is stopped by name on its way from draft to publication, and what was hardly meant
is said where the rule is written."""

import pytest
from django.core.management import call_command

from forms_tables.edition import drafting
from reporting import workflow
from reporting.editions import drafts, exchange
from reporting.editions.contradictions import remarks_on
from reporting.editions.obstacles import obstacles_to, worth_a_look_in
from reporting.models import DraftEdition, PublishedEdition
from tests.cast import AT
from tests.editions.test_rule_exchange import sheet_of
from tests.may import make_may
from tests.officials import make_it_be, sign_in
from tests.reading import words_on

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
CODE = "chongqing-2024"
ROW = {
    "name": "人工智能软件收入", "parent": "2020", "relation": "分项", "depth": 2, "required": True,
    "nonnegative": ["c1"], "nonnegative_rule": "R621",
}  # fmt: skip


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    call_command("load_edition", verbosity=0)
    return make_may(cast)


@pytest.fixture
def draft(may):
    return drafts.begin_draft(CODE, may.city, AT)


def rule(number, *texts, level="error", **more):
    return {
        "id": number, "level": level, "kind": "rule", "where": "软统企6", "texts": list(texts), "message": "请核对",
        **more,
    }  # fmt: skip


def changed(draft, by, *rules, change=lambda content: content) -> DraftEdition:
    content = change(draft.content)
    for each in rules:
        content = drafting.with_new_rule(content, each)
    return drafts.change_draft(draft, draft.version, content, by, AT, "")


def with_a_part_more(content):
    """A row more in the total's formula; the derived rule keeps its old text."""
    content = drafting.with_new_indicator(content, "软统企6", {"code": "2025", **ROW}, after="2024")
    return drafting.with_indicator(content, "2020", {"auto": {"*": "M2021 + M2022 + M2023 + M2024 + M2025"}})


def with_a_cap(content):
    cap = {"title": "上限", "unit": "万元", "above": "0", "provenance": "derived"}
    return drafting.with_parameter(content, "CAP", cap)


# What is changed besides, the rules that are added, the rules named beside the first, and words of what is said.
SELF_CONTRADICTORY = {
    "an old text beside a new formula": (
        with_a_part_more, [], {"R601"}, ["2020.c1 ＝ M2021 + M2022 + M2023 + M2024 + M2025", "与公式不一致"],
    ),
    "two errors": (
        None, [rule("Z01", "M2020.c1 >= M2010.c1 + 5")], {"R608"}, ["M2020 <= M2010 + eps(1)", "按参数 EPS＝0.01 推出"],
    ),
    "two totals": (
        None,
        [rule("Z01", "F370.y > F350.y + F351.y - F353.y - F361.y")], set(), ["F360.y、F370.y由系统写入", "F360 - F361"],
    ),
    "the year and its December": (
        None,
        [rule("Z01", "Y2010.y > december(M2010.c1) + 100"), rule("Z02", "Y2010.y < december(M2010.c1)")],
        {"Z02"}, ["december(M2010.c1)"],
    ),
    "a carried cell": (None, [rule("Z01", "M2010.c3 > prev(M2010.c1)")], set(), ["2010.c3由系统写入", "prev(c1)"]),
    "another unit": (None, [rule("Z01", "M20211.c1 >= 10000 * M2021.c1 + 1")], {"R602"}, ["M20211 <= M2021"]),
    "a chain": (
        None,
        [rule("Z01", "M2021.c1 + 1 <= M2022.c1 <= M2023.c1"), rule("Z02", "M2023.c1 <= M2021.c1")], {"Z02"}, ["Z02："],
    ),
    "a blank that counts as 0": (None, [rule("Z01", "or_zero(M20211.c1) > or_zero(M2021.c1)")], {"R602"}, []),
    "a parameter nobody entered": (
        with_a_cap, [rule("Z01", "M2113.c1 <= CAP"), rule("Z02", "M2113.c1 >= CAP + 1")], {"Z02"}, ["CAP"],
    ),
    "both strictly less": (None, [rule("Z01", "M2021.c1 < M2022.c1"), rule("Z02", "M2022.c1 < M2021.c1")], {"Z02"}, []),
    "each row of a list": (
        None,
        [rule("Z01", "x.c1 < x.c2", each=["2010", "2021"]), rule("Z02", "x.c2 <= x.c1", each=["2021"])],
        {"Z02"}, ["Z02："],
    ),
    "two conditions that one firm can meet": (
        None,
        [rule("Z01", "M2113.c1 > 5", when="A36 == '是'"), rule("Z02", "M2113.c1 < 3", when="A38 == '是'")],
        {"Z02"}, ["条件：A38 == '是'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SELF_CONTRADICTORY)
def test_it_is_stopped_by_name(name, may, draft):
    change, rules, beside, words = SELF_CONTRADICTORY[name]
    draft = changed(draft, may.city, *rules, change=change or (lambda content: content))
    found = obstacles_to(draft)
    said = "\n".join(map(str, found))
    assert found and all(each.sort == "rule" for each in found), said
    for part in ["Z01" if rules else "R601", *beside, *words]:
        assert part in said
    with pytest.raises(workflow.Refused, match="不能发布。第一处：审核关系"):
        drafts.publish(draft, draft.version, "2024M06", "通知", None, may.city, AT)
    assert PublishedEdition.objects.count() == 1


def test_a_formula_and_its_rule_that_were_changed_together_go_on(may, draft):
    content = with_a_part_more(draft.content)
    texts = ["near(M2020, M2021 + M2022 + M2023 + M2024 + M2025, eps(5))"]
    draft = changed(draft, may.city, change=lambda _: drafting.with_rule(content, "R601", {"texts": texts}))
    assert obstacles_to(draft) == [] and worth_a_look_in(draft) == []


def test_the_shipped_edition_says_nothing_of_what_nobody_changed(draft):
    assert remarks_on(draft.edition, draft.edition) == []


HARDLY_MEANT = {
    "与R603说的是同一件事": rule("Z01", "2 * M2021.c1 >= M20212.c1 + M20212.c1"),
    "已经包含在R603里": rule("Z02", "M20212.c1 <= M2021.c1 + 5"),
    "总是成立，查不出任何错误": rule("Z03", "M2113.c1 > 5 or M2113.c1 <= 5"),
    "永远不适用（适用于 0 家）：Y2010.y在软统企3，是年报的表，月报里没有": rule("Z04", "M2010.c1 <= Y2010.y"),
    "年报没有 prev(…) 所指的那一期": rule("Z05", "Y2010.y >= prev(Y2010.y)"),
    "月报的适用条件“M2010.c1 < 0”没有一家能满足": rule("Z06", "M2113.c1 > 5", when="M2010.c1 < 0"),
    "A22没有“9999”这个代码": rule("Z07", "A22 not in ('9999',)"),
    "各格都填 0 的企业也不能上报": rule("Z08", "M2010.c1 > 100"),
    "只能填 0": rule("Z09", "M20221.c1 >= 2 * M2022.c1"),
}


def test_what_was_hardly_meant_is_told_and_published_all_the_same(may, draft):
    draft = changed(draft, may.city, *HARDLY_MEANT.values())
    assert obstacles_to(draft) == []
    told = {each.code: each.reason for each in worth_a_look_in(draft)}
    for words, each in HARDLY_MEANT.items():
        assert words in told[each["id"]]
    desk = sign_in(may.city)
    for page in ("/city/desk/", "/city/desk/publish/"):
        shown = words_on(desk.get(page))
        assert "请看一看 · 9 处" in shown and all(words in shown for words in HARDLY_MEANT)
    assert "适用于 0 家" in words_on(desk.get("/city/desk/rules/Z04/"))


def test_it_is_said_where_the_rule_is_written(may, draft):
    desk = sign_in(may.city)
    typed = {
        **rule("Z01", ""),
        "texts": "M2010.c1 <= Y2010.y",
        "columns": "",
        "each": "",
        "draft": draft.pk,
        "version": 0,
    }
    answer = desk.post("/city/desk/rules/new/effect/", typed, headers={"HX-Request": "true"})
    assert "永远不适用（适用于 0 家）" in words_on(answer)
    saved = desk.post("/city/desk/rules/new/save/", {**typed, "texts": "M2020.c1 > M2010.c1 + 5"}, follow=True)
    shown = words_on(saved)
    assert "不能发布：与R608不能同时成立" in shown and "R608：M2020 <= M2010 + eps(1)" in shown
    assert "1 处须改正，不能发布" in words_on(desk.get("/city/desk/publish/"))


def test_a_workbook_of_rules_leads_to_the_same(may, draft):
    row = {
        "编号": "R699", "级别": "错误", "在哪里执行": "审核关系", "所在的表": "软统企6",
        "公式": "M2020.c1 > M2010.c1 + 5", "提示语": "请核对",
    }  # fmt: skip
    exchange.import_rules(draft, draft.version, sheet_of(row), "审核关系.xlsx", may.city, AT)
    assert "R608" in str(obstacles_to(DraftEdition.objects.get())[0])
