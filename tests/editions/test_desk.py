"""The rule desk: a rule of the draft is written, proofread and saved, and its effect on real filings is shown."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from accounts.models import JournalEntry
from forms_tables.edition.drafting import raw_rule, with_rule
from reporting import workflow
from reporting.editions import drafts
from reporting.editions.drafts import begin_draft, change_draft
from reporting.editions.views.rule_form import RuleForm, typed_from
from reporting.models import DraftEdition, Filing, Period, Rehearsal, State
from reporting.workflow.period import owe
from tests.cast import AT, make_enterprise
from tests.may import CLEAN_MAY, fresh, make_may
from tests.officials import freeze, make_it_be, sign_in
from tests.reading import markup_of
from text.codes import new_code

pytestmark = pytest.mark.one_database

FAMILY = "chongqing-2024"
RULES = "/city/desk/rules/"
R604 = f"{RULES}R604/"
OLD, NARROW, WIDE = (f"M20211 + M20212 <= M2021{leeway}" for leeway in (" + eps(2)", "", " + 5"))
# 2021 is 500 in each; ε is 0.01, so R604 as published lets the two exceed it by 0.02.
WITHIN = {"2020.c1": "1000.00", "2021.c1": "500.00", "20211.c1": "300.00", "20212.c1": "200.01"}
ABOVE = {"2020.c1": "2000.00", "2021.c1": "500.00", "20211.c1": "300.00", "20212.c1": "201.00"}
BELOW = {"2020.c1": "250.00", "2021.c1": "500.00", "20211.c1": "299.00", "20212.c1": "200.00"}
BLANK = {"2020.c1": "500.00", "2021.c1": "500.00", "20212.c1": "900.00"}


@pytest.fixture
def may(cast):
    """Four firms submitted: 云图 within the tolerance, 嘉陵 above it, 山城 with a blank, 南山 below."""
    make_it_be(AT.date())
    call_command("load_edition", verbosity=0)
    may = make_may(cast)
    may.cast = cast
    may.draft = begin_draft(FAMILY, cast.zhou_tao, AT)
    return may


@pytest.fixture
def filed(may, cast):
    nanshan = make_enterprise("91500108MA60K5T91R", "重庆南山软件有限公司", cast.nanan)
    owe(nanshan, may.may)
    for firm, values in {cast.yuntu: WITHIN, cast.jialing: ABOVE, cast.shancheng: BLANK, nanshan: BELOW}.items():
        freeze(Filing.objects.get(enterprise=firm, period=may.may), may.clerk, values)
    return may


def publish(filed, rule, fields):
    """The open draft with this change, published for the month."""
    draft = filed.draft
    change_draft(draft, 0, with_rule(draft.content, rule, fields), filed.city, AT, f"修改{rule}")
    seen = Rehearsal.objects.create(
        draft=draft, version=1, period=filed.may, state=Rehearsal.DONE, by=filed.city, at=AT, effect={}
    )
    told = {"holds_from": "2024M05", "reason": "渝经信软件〔2024〕21号", "seen": seen, "by": filed.city, "at": AT}
    return drafts.publish(DraftEdition.objects.get(), 1, **told)


def resubmit(filed, firm, values):
    """The next submission, under the revision in force."""
    filing = Filing.objects.select_related("period").get(enterprise=firm, period=filed.may)
    first, code = filing.in_force, Period.objects.get(pk="2024M05").edition_code
    first.pk, first.number, first.receipt, first.edition_code, first._state.adding = None, 2, "2024M05-2", code, True
    first.values, first.verification = values, new_code()
    first.save()
    Filing.objects.filter(pk=filing.pk).update(in_force=first)


def typed(draft, rule="R604", **changes):
    """The rule as its page would send it."""
    raw = raw_rule(draft.content, rule)
    fields = {
        name: raw.get(name, "") for name in ("level", "kind", "where", "when", "message", "formula", "basis", "note")
    }
    lists = {"texts": "\n".join(raw.get("texts", [])), "columns": " ".join(raw.get("columns", [])), "each": ""}
    return {**fields, **lists, "draft": draft.pk, "version": draft.version, "period": "2024M05", **changes}


def effect(may, rule="R604", user=None, **changes):
    client = sign_in(user or may.city)
    return client.post(f"{RULES}{rule}/effect/", typed(may.draft, rule, **changes), headers={"HX-Request": "true"})


def groups(answer):
    """Of everybody who is touched or fails: how many, with what revenue and what share of it."""
    found = answer.context["effect"].groups.items()
    return {name: (group.filings, group.headline, group.share) for name, group in found if group.filings}


def test_a_rule_as_published_touches_nobody(filed):
    answer = effect(filed, texts=OLD)
    assert groups(answer) == {"still_fail": (1, Decimal("2000.00"), Decimal("53.3"))}
    assert "2024年5月试算的 4 家中，没有一家受影响。" in markup_of(answer)
    assert "对其中 3 家适用" in markup_of(answer)


def test_a_narrower_tolerance_says_who_newly_fails_and_with_what_revenue(filed):
    answer = effect(filed, texts=NARROW)
    assert groups(answer) == {
        "newly_fail": (1, Decimal("1000.00"), Decimal("26.7")),  # 1,000 of 3,750
        "still_fail": (1, Decimal("2000.00"), Decimal("53.3")),
    }
    told = answer.context["listed"].lines
    assert [(line.filing.enterprise.name, line.told.before) for line in told] == [("重庆云图软件有限公司", "通过")]
    assert "20211＋20212 为 500.01 万元，而 2021“1.软件产品收入”为 500.00 万元，相差 0.01 万元" in told[0].told.after
    assert f"/city/submissions/{Filing.objects.get(pk=filed.filing.pk).in_force.receipt}/" in markup_of(answer)


def test_of_a_draft_it_says_where_but_shows_no_figure(filed):
    filing = filed.filing
    Filing.objects.filter(pk=filing.pk).update(state=State.DRAFT, in_force=None)
    workflow.save_sheet(fresh(filing), "软统企6", {**CLEAN_MAY, **WITHIN}, 0, filed.clerk, AT)
    answer = effect(filed, texts=NARROW)
    assert groups(answer)["newly_fail"] == (1, Decimal(0), Decimal("0.0"))
    (line,) = answer.context["listed"].lines
    assert line.filing == filing and line.told.is_draft and "500.01" not in markup_of(answer)
    assert "软统企6表20211" in line.told.after and line.told.after.endswith("不符")
    assert answer.context["listed"].try_json == ""


def test_a_wider_tolerance_says_who_newly_passes(filed):
    answer = effect(filed, texts=WIDE)
    assert groups(answer) == {"newly_pass": (1, Decimal("2000.00"), Decimal("53.3"))}
    (line,) = answer.context["listed"].lines
    assert "相差 1.00 万元（容差 0.02）" in line.told.before
    assert line.told.after == "通过"


def test_a_condition_leaves_out_those_to_whom_it_no_longer_applies(filed):
    answer = effect(filed, texts=OLD, when="M2021 >= 600")
    found = answer.context["effect"].groups["no_longer_applies"]
    assert (found.filings, found.failed, found.headline) == (3, 1, Decimal("3250.00"))
    assert "其中原来不通过的 1 家" in markup_of(answer)
    assert answer.context["listed"].lines[0].filing.enterprise == filed.cast.jialing  # it failed before


def test_another_level_says_who_is_no_longer_stopped(filed):
    assert groups(effect(filed, level="warning")) == {"no_longer_block": (1, Decimal("2000.00"), Decimal("53.3"))}


def test_of_a_warning_made_an_error_it_says_who_is_stopped(filed):
    publish(filed, "R604", {"level": "warning"})
    resubmit(filed, filed.cast.jialing, ABOVE)
    filed.draft = begin_draft(FAMILY, filed.city, AT)
    assert groups(effect(filed, level="error")) == {"now_block": (1, Decimal("2000.00"), Decimal("53.3"))}


def test_a_new_rule_fails_whoever_it_does_not_hold_for(filed):
    body = typed(filed.draft) | {"id": "R640", "texts": "M2020.c1 >= 600", "columns": ""}
    answer = sign_in(filed.city).post(f"{RULES}new/effect/", body, headers={"HX-Request": "true"})
    assert groups(answer) == {"newly_fail": (2, Decimal("750.00"), Decimal("20.0"))}
    assert [line.told.before for line in answer.context["listed"].lines] == ["没有这条", "没有这条"]


def test_each_filing_is_compared_with_the_revision_it_was_submitted_under(filed):
    """The revision in force tolerates 5; only 嘉陵 has submitted under it, and only there is the old text a change."""
    publish(filed, "R604", {"texts": [WIDE]})
    filed.draft = begin_draft(FAMILY, filed.city, AT)
    assert groups(effect(filed, texts=OLD))["still_fail"][0] == 1
    resubmit(filed, filed.cast.jialing, ABOVE)
    assert groups(effect(filed, texts=OLD)) == {"newly_fail": (1, Decimal("2000.00"), Decimal("53.3"))}


def test_a_filing_submitted_before_says_by_which_revision_it_is_judged(filed):
    client = sign_in(filed.city)
    address = f"/city/submissions/{Filing.objects.get(pk=filed.filing.pk).in_force.receipt}/"
    assert "制度第1版</dd>" in markup_of(client.get(address))
    publish(filed, "R604", {"texts": [NARROW]})
    assert "制度第1版。6月5日发布的第2版不改变这份上报件的数据审核结果" in markup_of(client.get(address))


def test_a_long_list_is_shown_in_pages_with_the_true_total(filed, monkeypatch):
    monkeypatch.setattr("reporting.editions.views.rule.SHOWN", 2)
    answer = effect(filed, texts="M2020.c1 > 9999", columns="")
    assert "试算的 4 家中：3 家新增不通过，1 家仍不通过" in markup_of(answer)
    assert [line.told.headline for line in answer.context["listed"].lines] == [Decimal("1000.00"), Decimal("500.00")]
    second = effect(filed, texts="M2020.c1 > 9999", columns="", show="newly_fail/2")
    assert [line.told.headline for line in second.context["listed"].lines] == [Decimal("250.00")]
    assert "第 2 / 2 页" in markup_of(second)


def test_the_rule_is_tried_on_the_first_of_the_list_or_on_another_filing_of_the_list(filed):
    first = effect(filed, texts="M2020.c1 > 9999", columns="").context["listed"]
    other = first.lines[1].filing
    assert first.tried == first.lines[0].filing
    chosen = effect(filed, texts="M2020.c1 > 9999", columns="", show=f"newly_fail/1/{other.pk}").context["listed"]
    assert chosen.tried == other
    assert '"value": "500"' in chosen.try_json
    assert effect(filed, texts=NARROW, show="newly_fail/x/y/z").context["listed"].page.number == 1


def test_a_rule_that_reads_a_coefficient_nobody_has_entered_is_tried_all_the_same(filed):
    """Without official coefficients no firm has a k: the second text does not apply, the first speaks."""
    answer = effect(filed, texts=f"{NARROW}\nM2021 <= k * M2020")
    assert answer.status_code == 200 and groups(answer)["newly_fail"][0] == 1
    assert answer.context["listed"].try_json


def test_it_says_so_while_nobody_has_submitted(may):
    answer = effect(may, texts=NARROW)
    assert "还没有一家上报" in markup_of(answer)
    assert answer.context.get("effect") is None


def test_the_effect_asks_the_same_number_of_questions_for_any_number_of_firms(filed, django_assert_max_num_queries):
    client, body = sign_in(filed.city), typed(filed.draft, texts="M2020.c1 > 9999", columns="")
    ask = lambda: client.post(f"{R604}effect/", body, headers={"HX-Request": "true"})  # noqa: E731
    ask()  # the columns are stored
    with django_assert_max_num_queries(30):
        assert len(ask().context["listed"].lines) == 3


MISTAKES = {
    "M20211 + <= M2021": ("M20211 + ", "<", "不合语法"),
    "M20211 + M9999.c1 <= M2021": ("M20211 + ", "M", "没有代码为“M9999”的指标"),
    "M20211 <= A03": ("", "M", "不能拿数字与文字相比"),
    "M20211 / M2021 <= 1": ("M20211 ", "/", "没有除法"),
    "M20211 <= M2021 + 1e9": ("M20211 <= M2021 + ", "1", "数字最多"),
    "M20211 + M20212": ("", "", "规则须是一个条件"),
    "__import__('os').system('id') == 0": ("", "_", ""),
    "().__class__.__bases__[0] == 0": ("().__class__.__bases__", "[", ""),
    "(lambda: 1)() == 1": ("(", "l", ""),
    "M2021 ** M2021 > 0": ("M2021 ", "*", "没有乘方"),
    "M2021 * M2021 * M2021 > 0": ("", "M", "38位"),
    "M2021 == M2021 or exec('1')": ("", "", "没有名为“exec”的函数"),
    "M2021 > " + "(" * 60 + "1" + ")" * 60: ("", "", ""),
    "M2021 > " + "abs(" * 45 + "1" + ")" * 45: ("", "", "嵌套"),
    "M2021 > 1 or " * 40 + "M2021 > 1": ("", "", "最多500个"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_text_with_a_mistake_is_marked_at_its_place_and_not_saved(filed, text):
    before, marked, reason = MISTAKES[text]
    answer = effect(filed, texts=text)
    (mistake,) = answer.context["form"].mistakes
    assert mistake.field == "texts"
    assert mistake.before.startswith(before) and mistake.marked.startswith(marked) and reason in mistake.reason
    assert mistake.before + mistake.marked + mistake.rest in (text, "")
    assert answer.context.get("effect") is None
    assert "改正标出的错误" in markup_of(answer)
    refused = sign_in(filed.city).post(f"{R604}save/", typed(filed.draft, texts=text))
    assert refused.status_code == 422
    assert DraftEdition.objects.get().version == 0
    assert JournalEntry.objects.filter(subject__contains="R604").count() == 0


def test_a_mistake_in_the_second_text_or_the_condition_is_said_there(filed):
    second = effect(filed, texts=f"{OLD}\nM20211 <= M2O21").context["form"]
    assert second.said_of("texts") == ["第2条，第11个字符起：没有名为“M2O21”的指标、参数或属性；请写 M2021。"]
    condition = effect(filed, when="M2021 >").context["form"]
    assert condition.said_of("when") == ["第8个字符起：不合语法：算式没有写完。"]
    assert condition.said_of("texts") == []


REFUSALS = {
    "level": ("fatal", "级别不在可用的选项里"),
    "kind": ("workflow", "在哪里执行不在可用的选项里"),
    "columns": ("c9", "没有“c9”列"),
    "each": ("软统企9", "所列的“软统企9”不是指标、表或已列出的行"),
    "message": ("", "请填写提示语"),
    "where": ("", "请填写所在的表"),
    "texts": (" \n ", "请至少写一条须成立的条件"),
    "note": ("长" * 301, "说明最多 300 字，现在有 301 字"),
}


@pytest.mark.parametrize("field", REFUSALS)
def test_what_a_field_cannot_take_is_said_beside_it(filed, field):
    value, sentence = REFUSALS[field]
    refused = sign_in(filed.city).post(f"{R604}save/", typed(filed.draft, **{field: value}))
    assert refused.status_code == 422
    assert sentence in "".join(refused.context["form"].said_of(field))
    assert DraftEdition.objects.get().version == 0


def test_while_it_is_only_tried_what_is_still_to_be_written_is_no_mistake(filed):
    body = {"texts": "M2020.c1 >= 600", "level": "error", "kind": "rule", "period": "2024M05"}
    answer = sign_in(filed.city).post(f"{RULES}new/effect/", body, headers={"HX-Request": "true"})
    assert not answer.context["form"].has_mistakes
    assert groups(answer)["newly_fail"][0] == 2


def test_the_page_reads_a_rule_in_the_words_of_the_form(filed):
    page = sign_in(filed.city).get(R604)
    (read,) = page.context["form"].texts_in_words()
    assert read.words == "20211＋20212≤2021＋容差"
    assert read.columns == ("本年本期累计", "去年同期累计", "上期累计") or len(read.columns) == 3
    assert read.places == 3
    assert "试一家" in markup_of(page)
    assert "没有一家受影响" in markup_of(page)


def test_saving_changes_the_draft_and_the_journal_says_what(filed):
    client = sign_in(filed.city)
    answer = client.post(f"{R604}save/", typed(filed.draft, texts=NARROW, note="不留容差"))
    assert (answer.status_code, answer["Location"]) == (302, f"{R604}?period=2024M05")
    draft = DraftEdition.objects.get()
    assert draft.version == 1
    assert raw_rule(draft.content, "R604")["texts"] == [NARROW]
    line = JournalEntry.objects.get(subject__contains="R604")
    assert (line.before["公式"], line.after["公式"], line.after["说明"]) == (OLD, NARROW, "不留容差")
    page = client.get(answer["Location"])
    assert "R604已保存到修订稿（第1稿）。" in markup_of(page) and "本稿修改" in markup_of(page)


def test_the_second_click_is_harmless(filed):
    client, body = sign_in(filed.city), typed(filed.draft, texts=NARROW)
    assert client.post(f"{R604}save/", body).status_code == 302
    assert client.post(f"{R604}save/", body).status_code == 302
    assert DraftEdition.objects.get().version == 1
    assert JournalEntry.objects.filter(subject__contains="R604").count() == 1


def test_what_the_program_carries_out_is_said_in_the_words_of_the_office(filed):
    client = sign_in(filed.city)
    for path in (RULES, f"{RULES}R621/", f"/city/editions/{FAMILY}/rules/"):
        page = markup_of(client.get(path))
        assert "读入单元格时：非负数（软统企6）" in page and "parsing" not in page and "workflow." not in page, path


def opened(body):
    """With what the page held when it was opened, as the browser sends it back."""
    names = ("texts", "when", "columns", "each", "formula")
    return {f"initial-{name}": body[name] for name in names} | body


def test_words_of_a_formula_do_not_outlive_it(filed):
    client, body = sign_in(filed.city), opened(typed(filed.draft))
    written = lambda: raw_rule(DraftEdition.objects.get().content, "R604")["formula"]  # noqa: E731
    for _ in range(2):  # the second click says the same
        assert client.post(f"{R604}save/", body | {"texts": NARROW}).status_code == 302
    assert DraftEdition.objects.get().version == 1
    assert written() == "20211＋20212≤2021（列：c1、c2、c3）"
    body = opened(typed(DraftEdition.objects.get()))
    client.post(f"{R604}save/", body | {"texts": WIDE, "formula": "两者之和至多大5万元"})
    assert written() == "两者之和至多大5万元"  # somebody's own words stay


def test_words_are_kept_where_only_the_level_changes(filed):
    sign_in(filed.city).post(f"{R604}save/", opened(typed(filed.draft)) | {"level": "warning", "message": "一\r\n二"})
    rule = raw_rule(DraftEdition.objects.get().content, "R604")
    assert (rule["formula"], rule["message"]) == ("20211 + 20212 ≤ 2021 + ε（适用条件：各列）", "一 二")


def test_a_stale_tab_is_told_what_stands_now_and_keeps_what_was_typed(filed):
    client, stale = sign_in(filed.city), typed(filed.draft, texts=NARROW)
    client.post(f"{R604}save/", typed(filed.draft, texts=WIDE))
    answer = client.post(f"{R604}save/", stale)
    assert answer.status_code == 409
    assert "修订稿在您打开之后已由" in markup_of(answer, 409)
    (row,) = answer.context["stands_now"]
    assert (row.before, row.after) == (WIDE, NARROW)
    assert answer.context["form"]["texts"].value() == NARROW
    assert raw_rule(DraftEdition.objects.get().content, "R604")["texts"] == [WIDE]
    again = client.post(f"{R604}save/", stale | {"version": answer.context["draft"].version})
    assert again.status_code == 302
    assert raw_rule(DraftEdition.objects.get().content, "R604")["texts"] == [NARROW]


def test_a_page_of_an_abandoned_draft_cannot_write_into_the_next(filed):
    stale = typed(filed.draft, texts=NARROW)
    drafts.abandon_draft(filed.draft, filed.city, AT)
    begin_draft(FAMILY, filed.city, AT)
    assert sign_in(filed.city).post(f"{R604}save/", stale).status_code == 409
    assert sign_in(filed.city).post(f"{R604}save/", stale | {"version": "²"}).status_code == 409


def test_without_a_draft_the_desk_says_how_to_begin(filed):
    drafts.abandon_draft(filed.draft, filed.city, AT)
    client = sign_in(filed.city)
    for answer in (client.get(RULES), client.get(R604), client.post(f"{R604}save/", typed(filed.draft))):
        assert (answer.status_code, answer["Location"]) == (302, "/city/desk/")
    asked = client.post(f"{R604}effect/", typed(filed.draft), headers={"HX-Request": "true"})
    assert asked["HX-Redirect"] == "/city/desk/"


def test_a_rule_is_added_under_a_number_of_its_own(filed):
    client, body = sign_in(filed.city), typed(filed.draft, texts="M2020.c1 >= 600", columns="")
    for number, sentence in {
        "R604": "编号R604已经用过",
        "r640": "编号须以大写字母开头",
        "R6/40": "编号须以大写字母开头",
        "": "请填写编号",
    }.items():
        refused = client.post(f"{RULES}new/save/", body | {"id": number})
        assert sentence in markup_of(refused, 409 if number == "R604" else 422)
    assert client.post(f"{RULES}new/save/", body | {"id": "R640"})["Location"] == f"{RULES}R640/?period=2024M05"
    added = raw_rule(DraftEdition.objects.get().content, "R640")
    assert (added["texts"], added["level"]) == (["M2020.c1 >= 600"], "error")
    assert client.post(f"{RULES}new/save/", body | {"id": "R640"}).status_code == 302  # the second click
    assert DraftEdition.objects.get().version == 1
    assert "新增" in markup_of(client.get(f"{RULES}?changed=1"))


def test_a_number_that_was_published_once_is_not_given_to_another_rule(filed):
    client = sign_in(filed.city)
    client.post(f"{R604}drop/", {"draft": filed.draft.pk, "version": 0})
    body = typed(filed.draft, rule="R604", texts="M2020.c1 >= 600", columns="", id="R604", version=1)
    assert "编号R604已经用过" in markup_of(client.post(f"{RULES}new/save/", body), 409)


def test_a_rule_is_dropped_and_stays_in_sight(filed):
    client, body = sign_in(filed.city), {"draft": filed.draft.pk, "version": 0}
    for _ in range(2):  # the second click
        assert client.post(f"{R604}drop/", body)["Location"] == RULES
    draft = DraftEdition.objects.get()
    assert draft.version == 1
    assert "R604" not in [rule.id for rule in draft.edition.rules]
    assert "本稿删除" in markup_of(client.get(R604))
    shown = client.get(f"{RULES}?changed=1")
    assert [(row.rule.id, row.word) for row in shown.context["rows"]] == [("R604", "删除")]
    assert client.post(f"{R604}save/", typed(filed.draft)).status_code == 404


def test_what_the_program_carries_out_cannot_be_dropped_and_has_no_text(filed):
    client = sign_in(filed.city)
    page = client.get(f"{RULES}P01/")
    assert "这一条由系统执行" in markup_of(page) and "texts" not in page.context["form"].fields
    assert client.post(f"{RULES}P01/drop/", {"draft": filed.draft.pk, "version": 0}).status_code == 302
    assert "P01由系统执行" in markup_of(client.get(f"{RULES}P01/"))
    assert DraftEdition.objects.get().version == 0


def test_a_draft_that_cannot_be_used_yet_is_shown_with_its_mistake(filed):
    content = filed.draft.content
    raw = next(rule for rule in content["rules.toml"]["rule"] if rule["id"] == "R604")
    raw["texts"] = ["M20211 <= M2O21"]
    change_draft(filed.draft, 0, content, filed.city, AT, "从工作簿导入")
    page = sign_in(filed.city).get(R604)
    assert page.context["form"].mistakes[0].marked == "M2O21"
    assert page.status_code == 200


def test_what_is_typed_is_text_and_no_markup(filed):
    hostile = "<img src=x onerror=alert(1)>"
    answer = effect(filed, texts=hostile, message=hostile)
    assert hostile not in markup_of(answer) and "&lt;" in markup_of(answer)


def test_every_rule_that_is_saved_untouched_comes_back_as_it_stands(filed):
    content, edition = filed.draft.content, filed.draft.edition
    for raw in content["rules.toml"]["rule"]:
        form = RuleForm(typed_from(raw), edition=edition, standing=raw)
        assert form.is_valid(), (raw["id"], form.errors)
        assert with_rule(content, raw["id"], form.said) == content, raw["id"]


def test_the_list_is_narrowed_by_words_level_and_change(filed):
    client = sign_in(filed.city)
    assert [row.rule.id for row in client.get(f"{RULES}?q=R604").context["rows"]] == ["R604"]
    assert {row.rule.level for row in client.get(f"{RULES}?level=warning").context["rows"]} == {"warning"}
    assert "没有符合条件的审核关系" in markup_of(client.get(f"{RULES}?changed=1"))


def test_the_association_tries_a_rule_and_saves_none(filed):
    client = sign_in(filed.analyst)
    assert "保存到修订稿</button>" not in markup_of(client.get(R604))
    assert groups(effect(filed, user=filed.analyst, texts=NARROW))["newly_fail"][0] == 1
    for path in ("save/", "drop/"):
        assert client.post(f"{R604}{path}", typed(filed.draft, texts=NARROW)).status_code == 403
    assert DraftEdition.objects.get().version == 0


@pytest.mark.parametrize("who", ["clerk", "reviewer", "system"])
def test_nobody_else_opens_the_desk(filed, who):
    client = sign_in(getattr(filed, who))
    assert client.get(RULES).status_code == 403
    assert client.get(R604).status_code == 403
    assert client.post(f"{R604}effect/", typed(filed.draft)).status_code == 403
    assert client.post(f"{R604}save/", typed(filed.draft)).status_code == 403


def test_a_rule_that_is_nowhere_is_not_found(filed):
    client = sign_in(filed.city)
    assert client.get(f"{RULES}R999/").status_code == 404
    assert client.post(f"{RULES}R999/effect/", typed(filed.draft)).status_code == 404
