"""The screens of a revision: the draft, its parameters and rows, the rehearsal, and the publication."""

from datetime import date

import pytest
from django.core.management import call_command

from accounts.models import JournalEntry
from forms_tables.edition import drafting
from reporting.editions import drafts
from reporting.models import DraftEdition, ParameterValue, Period, PublishedEdition, Rehearsal
from tests.cast import AT, make_user
from tests.may import make_may, open_period
from tests.officials import file_may, make_it_be, sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
CODE, TABLE = "chongqing-2024", "软统企6"
TIGHTER = {"texts": ["or_zero(M20211) + or_zero(M20212) < 100"]}
PARAMETER = {
    "title": "同比上限", "default": "45", "unit": "%", "above": "", "least": "", "most": "", "below": "", "note": "",
    "provenance": "derived",
}  # fmt: skip
ROW = {
    "name": "云服务收入", "unit": "万元", "kind": "", "code_list": "", "columns": ["c1"], "required": "on",
    "required_when": "", "nonnegative": ["c1"], "nonnegative_rule": "R621", "applies_when": "", "otherwise": "",
    "auto": "", "parent": "", "relation": "", "depth": "0", "nature": "累计", "note": "", "source": "本稿",
    "provenance": "derived",
}  # fmt: skip


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    call_command("load_edition", verbosity=0)
    return make_may(cast)


@pytest.fixture
def desk(may):
    return sign_in(may.city)


@pytest.fixture
def draft(may):
    return drafts.begin_draft(CODE, may.city, AT)


def changed(draft, by, change=lambda c: drafting.with_rule(c, "R604", TIGHTER)) -> DraftEdition:
    return drafts.change_draft(draft, draft.version, change(draft.content), by, AT, "")


# The draft


def test_it_says_what_a_revision_is_and_begins_one(may, desk):
    shown = words_on(desk.get("/city/desk/"))
    assert "现在没有修订稿" in shown and "起草修订" in shown
    assert desk.post("/city/desk/begin/").status_code == 302
    shown = words_on(desk.get("/city/desk/"))
    assert "第0稿" not in shown and "第1版" in shown and "周涛" in shown and "还没有改动" in shown
    desk.post("/city/desk/begin/")
    assert DraftEdition.objects.count() == 1


@pytest.mark.parametrize("path", ["parameters/YOY_LIMIT/", "publish/", "rehearse/", "abandon/", "undo/rule/R604/"])
def test_a_page_of_an_abandoned_draft_does_nothing_to_the_next(may, draft, desk, path):
    """Both are at their first version; the next has been rehearsed, but not by whoever looks at the old page."""
    changed(draft, may.city)
    posted = {**PARAMETER, "draft": draft.pk, "version": 1, "period": "2024M05"}
    posted |= {"holds_from": "2024M05", "reason": "通知", "seen": "on"}
    drafts.abandon_draft(draft, may.city, AT)
    following = changed(drafts.begin_draft(CODE, may.city, AT), may.city)
    facts = {"draft": following, "version": 1, "period": may.may, "state": Rehearsal.DONE, "by": may.city, "at": AT}
    Rehearsal.objects.create(**facts, effect={})
    desk.post(f"/city/desk/{path}", posted)
    following.refresh_from_db()
    assert (following.state, following.version, following.rehearsals.count()) == (DraftEdition.OPEN, 1, 1)
    assert PublishedEdition.objects.count() == 1
    shown = markup_of(desk.get(f"/city/desk/{'' if path.startswith(('re', 'ab', 'un')) else path}"))
    assert f'name="draft" value="{following.pk}"' in shown


def test_the_list_of_parameters_asks_no_more_for_many_than_for_few(draft, desk, django_assert_max_num_queries):
    assert len(draft.edition.parameters) > 15
    with django_assert_max_num_queries(15):
        desk.get("/city/desk/parameters/")


def test_the_association_reads_and_changes_nothing(may, draft):
    changed(draft, may.city)
    client = sign_in(may.analyst)
    for path in ("", "parameters/", "parameters/FX/", "indicators/?table=t6", "indicators/2010/"):
        page = client.get(f"/city/desk/{path}")
        assert page.status_code == 200
        for words in ("写入修订稿", "撤销", "放弃修订稿", "新增参数", "删除", "试算第"):
            assert words not in words_on(page), (path, words)
    for path in ("begin/", "abandon/", "undo/rule/R604/", "rehearse/", "publish/", "parameters/FX/drop/"):
        assert client.post(f"/city/desk/{path}").status_code == 403
    assert client.post("/city/desk/parameters/FX/", PARAMETER).status_code == 404
    assert client.post("/city/desk/indicators/2010/", ROW).status_code == 404
    assert DraftEdition.objects.get().version == 1


def test_it_tells_every_change_field_by_field_and_undoes_one(may, desk, draft):
    changed(
        draft, may.city, lambda c: drafting.with_parameter(drafting.with_rule(c, "R604", TIGHTER), "FX", {"unit": "元"})
    )
    page = words_on(desk.get("/city/desk/"))
    for words in ("M20211 + M20212 <= M2021 + eps(2)", TIGHTER["texts"][0], "元／美元", "公式", "R604"):
        assert words in page
    assert desk.post("/city/desk/undo/rule/R604/").status_code == 302
    standing = DraftEdition.objects.get()
    assert [c.code for c in drafting.changes_between(standing.based_on.content, standing.content)] == ["FX"]
    entry = JournalEntry.objects.latest("pk")
    assert "撤销" in entry.subject and entry.after["公式"] == "M20211 + M20212 <= M2021 + eps(2)"
    desk.post("/city/desk/undo/rule/R604/")  # the second click
    assert DraftEdition.objects.get().version == 2


def test_it_lists_what_stops_publishing_with_the_way_there(may, desk, draft):
    changed(draft, may.city, lambda c: drafting.without_indicator(drafting.without_rule(c, "R622"), "20211"))
    page = markup_of(desk.get("/city/desk/"))
    assert '<a href="/city/desk/rules/R604/">审核关系 R604</a>' in page and "20211" in page
    assert "R622" in words_on(desk.get("/city/desk/")) and "不能删除" in page
    assert "/city/desk/publish/" not in page
    assert "处须改正，不能发布" in words_on(desk.get("/city/desk/publish/"))


def test_it_gives_a_draft_up(may, desk, draft):
    assert "已放弃" in words_on(desk.post("/city/desk/abandon/", follow=True))
    assert DraftEdition.objects.get().state == DraftEdition.ABANDONED
    assert "现在没有修订稿" in words_on(desk.get("/city/desk/publish/", follow=True))


# Parameters


def test_it_changes_a_parameter_and_says_so_in_the_journal(may, desk, draft):
    assert desk.post("/city/desk/parameters/YOY_LIMIT/", {**PARAMETER, "version": 0}).status_code == 302
    assert DraftEdition.objects.get().edition.parameters["YOY_LIMIT"].default == 45
    entry = JournalEntry.objects.latest("pk")
    assert "YOY_LIMIT" in entry.subject and entry.after["默认值"] == "45"


def test_it_adds_and_drops_a_parameter(may, desk, draft):
    assert desk.post("/city/desk/parameters/new/", {**PARAMETER, "name": "LOSS", "version": 0}).status_code == 302
    assert "LOSS" in DraftEdition.objects.get().edition.parameters
    assert desk.post("/city/desk/parameters/LOSS/drop/", {"version": 1}).status_code == 302
    assert "LOSS" not in DraftEdition.objects.get().edition.parameters


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"title": ""}, "请填写名称"),
        ({"default": "四十"}, "“四十”不是数"),
        ({"default": "1e99"}, "不是数，或超过12位整数"),
        ({"default": "5", "least": "10"}, "默认值应不小于 10"),
        ({"most": "ATLANTIS"}, "“ATLANTIS”既不是数，也不是参数的代号"),
    ],
)
def test_it_says_at_the_field_what_is_wrong_with_a_parameter(may, desk, draft, typed, words):
    answer = desk.post("/city/desk/parameters/YOY_LIMIT/", {**PARAMETER, **typed, "version": 0})
    assert words in words_on(answer, 422)
    assert DraftEdition.objects.get().version == 0


@pytest.mark.parametrize("typed", ["３０．５", "３０.５", " 30.5 "])
def test_it_reads_a_figure_pasted_in_full_width(may, desk, draft, typed):
    desk.post("/city/desk/parameters/YOY_LIMIT/", {**PARAMETER, "default": typed, "draft": draft.pk, "version": 0})
    assert str(DraftEdition.objects.get().edition.parameters["YOY_LIMIT"].default) == "30.5"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("yoy", "大写字母"),
        ("FX", "已有代号"),
        ("Fx", "公式里的“Fx”已是参数“期内平均汇率”的代号"),
        ("M2010", "公式里的“M2010”已是软统企6表2010“主营业务收入”的名称"),
        ("E41", "公式里的“E41”已是软统企4表E41"),
        ("C17", "“C17”已是代码表“波动/异常原因”的代号"),
        ("None", "“None”是公式里的词，不能再作代码"),
    ],
)
def test_it_refuses_a_name_a_formula_could_not_tell_apart(may, desk, draft, name, words):
    answer = desk.post("/city/desk/parameters/new/", {**PARAMETER, "name": name, "version": 0})
    assert words in words_on(answer, 422)


def test_it_says_that_what_was_entered_goes_before_a_default(may, desk, draft):
    ParameterValue.objects.create(name="YOY_LIMIT", value="33", source="通知")
    assert "录入的取值优先" in words_on(desk.get("/city/desk/parameters/YOY_LIMIT/"))
    assert "录入的取值优先" not in words_on(desk.get("/city/desk/parameters/EPS/"))


def test_a_stale_page_keeps_what_was_typed(may, desk, draft):
    changed(draft, make_user("city2", "吴敏", "city"))
    for path, typed, kept in [
        ("parameters/YOY_LIMIT/", {**PARAMETER, "note": "写了很久"}, "写了很久"),
        ("parameters/new/", {**PARAMETER, "name": "LOSS", "note": "写了很久"}, "写了很久"),
        ("indicators/2113/", {**ROW, "note": "写了很久"}, "写了很久"),
        ("indicators/new/t6/", {**ROW, "code": "2114", "note": "写了很久"}, "写了很久"),
        ("publish/", {"holds_from": "2024M05", "reason": "写了很久", "seen": "on"}, "写了很久"),
    ]:
        answer = desk.post(f"/city/desk/{path}", {**typed, "version": 0})
        assert answer.status_code == 409, path
        assert kept in words_on(answer, 409) and "吴敏" in words_on(answer, 409)
        assert 'name="version" value="1"' in markup_of(answer, 409) or path == "publish/"
    assert DraftEdition.objects.get().version == 1


# Rows


def test_it_shows_the_rows_of_every_table_and_of_each(may, desk, draft):
    for table in draft.edition.tables:
        assert desk.get(f"/city/desk/indicators/?table={table.key}").status_code == 200
        first = table.indicators[0].code
        assert desk.get(f"/city/desk/indicators/{first}/").status_code == 200
    assert desk.get("/city/desk/indicators/9999/").status_code == 404
    assert desk.get("/city/desk/indicators/new/t99/").status_code == 404


def test_a_row_saved_as_it_stands_changes_nothing(may, desk, draft):
    """Whatever its file leaves to the table's defaults is still left to them."""
    for code in ("2010", "2020", "2020a", "2113", "A01", "A34", "A41", "E41", "Y2010", "F301"):
        page = desk.get(f"/city/desk/indicators/{code}/")
        form = page.context["form"]
        typed = {name: form[name].value() for name in form.fields}
        typed = {name: value for name, value in typed.items() if value not in (None, []) and value is not False}
        answer = desk.post(f"/city/desk/indicators/{code}/", {**typed, "version": 0})
        assert answer.status_code == 302, (code, answer.context["form"].errors)
        standing = DraftEdition.objects.get()
        assert drafting.changes_between(standing.based_on.content, standing.content) == [], code


def test_it_adds_a_row_where_it_was_asked_for(may, desk, draft):
    typed = {**ROW, "code": "2114", "behind": "2112", "version": 0}
    assert desk.post("/city/desk/indicators/new/t6/", typed).status_code == 302
    edition = DraftEdition.objects.get().edition
    codes = [indicator.code for indicator in edition.table(TABLE).indicators]
    assert codes.index("2114") == codes.index("2112") + 1
    row = edition.indicator("2114")
    assert (row.unit, row.columns, row.required, row.nonnegative_rule) == ("万元", ("c1",), True, "R621")
    raw = drafting.raw_indicator(DraftEdition.objects.get().content, "2114")
    assert "nature" not in raw and "unit" not in raw  # as all rows of the table have them


def test_it_changes_a_row(may, desk, draft):
    typed = {**ROW, "name": "人均月薪", "unit": "万元", "auto": "", "required": "", "version": 0}
    before = draft.edition.indicator("2113")
    typed["unit"] = before.unit
    answer = desk.post("/city/desk/indicators/2113/", typed)
    assert answer.status_code == 302
    after = DraftEdition.objects.get().edition.indicator("2113")
    assert (after.name, after.required, after.columns) == ("人均月薪", False, ("c1",))


def test_it_drops_a_row_though_rules_read_it_and_names_them(may, desk, draft):
    shown = words_on(desk.get("/city/desk/indicators/20211/"))
    assert "R604" in shown and "删除后须一并修改" in shown
    assert desk.post("/city/desk/indicators/20211/drop/", {"version": 0}).status_code == 302
    assert "20211" not in DraftEdition.objects.get().edition.indicators
    assert "审核关系 R604" in words_on(desk.get("/city/desk/"))
    assert "已从修订稿删除" in words_on(desk.get("/city/desk/indicators/?table=t6"))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"code": "20-1"}, "代码写数字"),
        ({"code": "2010"}, "代码2010已用于"),
        ({"code": "M2010"}, "公式里的“M2010”已是软统企6表2010“主营业务收入”的名称"),
        ({"code": "C17"}, "“C17”已是代码表“波动/异常原因”的代号"),
        ({"name": ""}, "请填写指标名称"),
        ({"unit": ""}, "填数字的行须有计量单位"),
        ({"unit": "", "kind": "code"}, "须指明代码表"),
        ({"kind": "text"}, "填文字的行没有计量单位"),
        ({"parent": "9999"}, "没有代码为“9999”的指标"),
        ({"auto": "M2010"}, "第1行须写成“列: 公式”"),
        ({"auto": "c1: M2010\nc1: M2021"}, "第2行：c1列已有公式"),
        ({"auto": "c2: M2010"}, "这一行没有c2列"),
        ({"auto": "c1: M2999 + 1"}, "第1个字符起：没有名为“M2999”"),
        ({"auto": "c1: A34"}, "应得到数字，写的是文字"),
        ({"auto": "c1: M2114.c1 + 1"}, "没有先后"),
        ({"applies_when": "A36 = '是'"}, "字符起"),
        ({"required_when": "M2010.c1"}, "应得到条件，写的是数字"),
        ({"nonnegative_rule": ""}, "请选按哪条审核关系报错"),
        ({"depth": "-1"}, "层次"),
        ({"source": ""}, "请填写出处"),
    ],
)
def test_it_says_at_the_field_what_is_wrong_with_a_row(may, desk, draft, typed, words):
    answer = desk.post("/city/desk/indicators/new/t6/", {**ROW, "code": "2114", **typed, "version": 0})
    assert words in words_on(answer, 422)
    assert DraftEdition.objects.get().version == 0


# Rehearsing and publishing


def test_it_rehearses_and_shows_whom_it_touches(may, desk, draft, django_capture_on_commit_callbacks):
    file_may(may.filing, may.clerk)
    changed(draft, may.city)
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post("/city/desk/rehearse/", {"period": "2024M05", "version": 1})
    shown = words_on(desk.get(answer.url))
    assert "2024年5月试算" in shown and "1 家" in shown and "900.00" in shown and "渝中区" in shown
    seen = Rehearsal.objects.get()
    for which in ("sent", "R604:fail"):
        listed = desk.get(f"/city/desk/rehearsals/{seen.pk}/{which}/")
        assert may.firm.name in words_on(listed)
    assert desk.get(f"/city/desk/rehearsals/{seen.pk}/atlantis/").status_code == 404
    shown = words_on(desk.get("/city/desk/"))
    assert "将不能上报 0 家，已上报的 1 家照修订稿不能通过" in shown
    changed(DraftEdition.objects.get(), may.city, lambda c: drafting.with_rule(c, "R605", {"message": "改了"}))
    assert "发布前须按现在的稿再试算一次" in words_on(desk.get(f"/city/desk/rehearsals/{seen.pk}/"))


def test_it_shows_how_far_a_rehearsal_is_and_when_it_was_lost(may, desk, draft):
    said = {"draft": draft, "version": 0, "period": may.may, "by": may.city, "at": AT, "done": 30, "total": 3000}
    running = Rehearsal.objects.create(**said, effect={"spoken": "2999-01-01T00:00:00+08:00", "hand": "x"})
    page = markup_of(desk.get(f"/city/desk/rehearsals/{running.pk}/"))
    assert 'hx-trigger="every 2s"' in page and 'value="30"' in page and 'max="3000"' in page and "可以离开" in page
    Rehearsal.objects.update(effect={"spoken": "2024-01-01T00:00:00+08:00", "hand": "x"})
    page = markup_of(desk.get(f"/city/desk/rehearsals/{running.pk}/"))
    assert (
        "已中断" in page
        and "重新试算" in page
        and "hx-trigger" not in page.partition("<main")[2].partition("</main")[0]
    )
    Rehearsal.objects.update(state="failed", effect={"spoken": "2024-01-01T00:00:00+08:00", "failure": "OSError"})
    assert "没有完成" in words_on(desk.get(f"/city/desk/rehearsals/{running.pk}/"))


def test_it_wants_to_be_seen_before_it_is_published(may, desk, draft):
    changed(draft, may.city)
    shown = words_on(desk.get("/city/desk/publish/"))
    assert "还没有试算过" in shown and "修订原因和依据" not in shown
    answer = desk.post("/city/desk/publish/", {"holds_from": "2024M05", "reason": "通知", "seen": "on", "version": 1})
    assert "试算" in words_on(answer, 409)


def test_it_publishes_from_a_period_with_a_reason(may, desk, draft, django_capture_on_commit_callbacks):
    april = open_period("2024M04", date(2024, 5, 1))
    Period.objects.filter(pk=april.pk).update(state=Period.LOCKED)
    file_may(may.filing, may.clerk)
    changed(draft, may.city)
    with django_capture_on_commit_callbacks(execute=True):
        desk.post("/city/desk/rehearse/", {"period": "2024M05", "version": 1})
    page = desk.get("/city/desk/publish/")
    offered = [code for code, _ in page.context["form"].fields["holds_from"].choices]
    assert offered[:3] == ["", "2024M05", "2024M06"] and "2024A" in offered and "2024M04" not in offered
    assert "2024年4月及更早的报告期已锁定" in words_on(page) and "已上报的 1 家照修订稿不能通过" in words_on(page)
    right = {"holds_from": "2024M05", "reason": "渝经信软件〔2024〕21号", "seen": "on", "version": 1}
    for missing, words in {
        "reason": "请填写修订原因和依据",
        "holds_from": "请选择自哪个报告期起执行",
        "seen": "请先看过",
    }.items():
        answer = desk.post("/city/desk/publish/", {**right, missing: ""})
        assert words in words_on(answer, 422)
    answer = desk.post("/city/desk/publish/", {**right, "holds_from": "2024M04"})
    assert answer.status_code == 422
    published = desk.post("/city/desk/publish/", right, follow=True)
    assert "第2版已发布，自2024年5月起执行" in words_on(published)
    row = PublishedEdition.objects.get(number=2)
    assert row.effect["sent"] == {"filings": 1, "revenue": "900.00"} and "lists" not in row.effect
    shown = words_on(desk.get(f"/city/desk/revisions/{row.code}/"))
    for words in ("渝经信软件〔2024〕21号", "已上报的 1 家照修订稿不能通过", "M20211 + M20212", "第1版", row.digest):
        assert words in shown
    assert desk.get(f"/city/desk/revisions/{CODE}/").status_code == 404
    assert desk.get("/city/editions/").url == f"/city/editions/{row.code}/"
    assert "渝经信软件〔2024〕21号" in words_on(desk.get("/city/desk/"))
