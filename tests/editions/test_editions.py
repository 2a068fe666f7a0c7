"""修订制度: a draft, its publication, and that nothing judged before is ever judged, shown or printed otherwise."""

import io
import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from openpyxl import load_workbook

from accounts.models import JournalEntry
from forms_tables.edition import drafting
from forms_tables.edition.periods import PeriodCode
from reporting import workflow
from reporting.conversation.threads import say
from reporting.editions import drafts
from reporting.editions.drafts import Overtaken
from reporting.filing.judging import facts_for, judge
from reporting.models import (
    DraftEdition,
    Filing,
    ParameterValue,
    Period,
    PublishedEdition,
    Rehearsal,
    State,
    edition_in_force,
)
from reporting.workbooks.exchange import write_filing_template
from reporting.workbooks.upload import Moved, store_workbook
from reporting.workflow import Refused
from reporting.workflow.period import owe
from tests.cast import AT, make_user
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may, make_it_be, sign_in
from tests.reading import words_on
from tests.workbooks.bad_workbooks import filled
from tests.workbooks.uploading import compare, handed_out

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
CODE, TABLE, LATER = "chongqing-2024", "软统企6", AT + timedelta(hours=2)
WHY = "渝经信软件〔2024〕21号"
TIGHTER = {"texts": ["or_zero(M20211) + or_zero(M20212) < 100"], "message": "基础软件与工业软件之和须小于100"}


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    call_command("load_edition", verbosity=0)
    may = make_may(cast)
    may.desk = may.city
    return may


def drafted(by, change=lambda content: drafting.with_rule(content, "R604", TIGHTER)) -> DraftEdition:
    draft = drafts.begin_draft(CODE, by, AT)
    return drafts.change_draft(draft, draft.version, change(draft.content), by, AT, "修改 R604")


def rehearsed(draft, period, state=Rehearsal.DONE) -> Rehearsal:
    return Rehearsal.objects.create(
        draft=draft,
        version=draft.version,
        period=period,
        state=state,
        by=draft.changed_by,
        at=AT,
        effect={"filings": 1},
    )


def publish(may, draft=None, **more):
    draft = draft or drafted(may.desk)
    seen = more.pop("seen", None) or rehearsed(draft, may.may)
    told = {"version": draft.version, "holds_from": "2024M05", "reason": WHY, "by": may.desk, "at": LATER, **more}
    return drafts.publish(draft, seen=seen, **told)


# The draft


def test_it_begins_from_the_newest_text_and_only_once(may):
    draft = drafts.begin_draft(CODE, may.desk, AT)
    assert draft.content == PublishedEdition.objects.get(pk=CODE).content
    assert (draft.version, draft.based_on_id, draft.state) == (0, CODE, "open")
    assert drafts.begin_draft(CODE, may.desk, LATER) == draft  # the second click
    assert JournalEntry.objects.filter(action="起草修订稿").count() == 1


def test_it_is_drafted_by_the_city_alone(may):
    for person in (may.analyst, may.reviewer, may.clerk, may.system):
        with pytest.raises(Refused, match="市级"):
            drafts.begin_draft(CODE, person, AT)
    draft = drafted(may.desk)
    for act in (
        lambda: drafts.change_draft(draft, 1, {}, may.analyst, AT, ""),
        lambda: drafts.abandon_draft(draft, may.analyst, AT),
        lambda: publish(may, draft, by=may.analyst),
    ):
        with pytest.raises(Refused, match="市级"):
            act()


def test_it_drafts_no_edition_that_was_never_published(may):
    with pytest.raises(Refused, match="atlantis"):
        drafts.begin_draft("atlantis", may.desk, AT)


def test_it_journals_what_a_change_said_before_and_after(may):
    draft = drafts.begin_draft(CODE, may.desk, AT)
    content = drafting.with_rule(draft.content, "R604", TIGHTER)
    what = "撤销对参数 A_NAME_OF_THIRTY_CHARACTERS_00 的改动，一句长于操作一栏的话"
    drafts.change_draft(draft, 0, content, may.desk, AT, what, before={"公式": "旧"}, after={"公式": "新"})
    entry = JournalEntry.objects.get(action="修改修订稿")
    assert (entry.before, entry.after) == ({"公式": "旧"}, {"公式": "新"})
    assert entry.subject.endswith(f"第1稿：{what}")


def test_it_tells_the_second_of_two_administrators_that_the_first_was_there(may):
    other = make_user("city2", "吴敏", "city")
    draft = drafts.begin_draft(CODE, may.desk, AT)
    mine, theirs = (drafting.with_rule(draft.content, rule, {"message": "改了"}) for rule in ("R604", "R605"))
    drafts.change_draft(draft, 0, mine, may.desk, AT, "修改 R604")
    with pytest.raises(Overtaken, match="周涛") as overtaken:
        drafts.change_draft(draft, 0, theirs, other, AT, "修改 R605")
    assert overtaken.value.draft.version == 1
    assert DraftEdition.objects.get().content == mine
    with pytest.raises(Overtaken):
        publish(may, draft, version=0)


def test_it_takes_a_second_click_for_the_first(may):
    draft = drafted(may.desk)
    same = drafts.change_draft(draft, draft.version, draft.content, may.desk, LATER, "修改 R604")
    assert same.version == 1 and same.changed_at == AT


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: {}, "edition.toml"),
        (lambda content: drafting.with_indicator(content, "2090", {"unit": "两"}), "两"),
        (lambda content: drafting.with_rule(content, "R604", {"level": "dire"}), "R604"),
        (lambda content: {**content, "t6.toml": []}, "不能成为"),
    ],
)
def test_it_refuses_what_is_no_edition_at_all(may, change, words):
    draft = drafts.begin_draft(CODE, may.desk, AT)
    with pytest.raises(Refused, match=words):
        drafts.change_draft(draft, 0, change(draft.content), may.desk, AT, "")
    assert DraftEdition.objects.get().version == 0


def test_it_leaves_an_abandoned_draft_as_it_was(may):
    draft = drafts.abandon_draft(drafted(may.desk), may.desk, LATER)
    assert draft.state == DraftEdition.ABANDONED
    for act in (
        lambda: drafts.change_draft(draft, 1, draft.content, may.desk, AT, ""),
        lambda: drafts.abandon_draft(draft, may.desk, AT),
        lambda: publish(may, draft),
    ):
        with pytest.raises(Refused, match="已放弃"):
            act()
    assert drafts.begin_draft(CODE, may.desk, LATER) != draft


# Publishing


def test_it_publishes_the_next_revision_for_ever(may):
    draft = drafted(may.desk)
    published = publish(may, draft)
    assert (published.number, published.holds_from, published.reason, published.family) == (2, "2024M05", WHY, CODE)
    assert published.code == f"{CODE}@{published.digest[:8]}" and published.edition.digest == published.digest
    assert published.effect["filings"] == 1 and published.effect["period"] == "2024M05"
    assert published.effect["by"] == may.desk.username
    assert publish(may, draft) == published  # the second click
    assert PublishedEdition.objects.count() == 2
    assert JournalEntry.objects.filter(action="发布制度版本", why=WHY).count() == 1
    for act in (
        lambda: published.save(),
        lambda: published.delete(),
        lambda: PublishedEdition.objects.all().delete(),
        lambda: PublishedEdition.objects.update(reason=""),
    ):
        with pytest.raises(TypeError):
            act()
    draft.refresh_from_db()
    assert (draft.state, draft.published_as) == (DraftEdition.PUBLISHED, published)
    with pytest.raises(Refused, match="已发布"):
        drafts.change_draft(draft, 1, draft.content, may.desk, AT, "")


def test_it_refuses_to_publish_without_a_reason_or_a_look_at_the_effect(may):
    draft = drafted(may.desk)
    with pytest.raises(Refused, match="原因"):
        publish(may, draft, reason="  ")
    with pytest.raises(Refused, match="最多 500 字"):
        publish(may, draft, reason="长" * 501)
    running, stale = rehearsed(draft, may.may, Rehearsal.RUNNING), rehearsed(draft, may.may)
    Rehearsal.objects.filter(pk=stale.pk).update(version=0)
    stale.refresh_from_db()
    for seen in (running, stale):
        with pytest.raises(Refused, match="试算"):
            publish(may, draft, seen=seen)
    with pytest.raises(Refused, match="试算"):
        drafts.publish(draft, draft.version, "2024M05", WHY, None, may.desk, LATER)


def test_it_refuses_a_period_it_cannot_hold_from(may):
    draft = drafted(may.desk)
    for code, words in {
        "": "报告期",
        "2024Q1": "季报",
        "1999M05": "制度版本",
    }.items():
        with pytest.raises(Refused, match=words):
            publish(may, draft, holds_from=code)
    april = open_period("2024M04", date(2024, 5, 1))
    Period.objects.filter(pk=april.pk).update(state=Period.LOCKED)
    with pytest.raises(Refused, match="2024年4月已锁定"):
        publish(may, draft, holds_from="2024M04")
    assert publish(may, draft, holds_from="2024M05").number == 2
    april.refresh_from_db()
    assert april.edition_code == CODE


def test_it_does_not_hold_from_before_the_last_revision(may):
    publish(may)
    again = drafted(may.desk, lambda content: drafting.with_rule(content, "R605", {"message": "改了"}))
    with pytest.raises(Refused, match="不能早于"):
        publish(may, again, holds_from="2024M04")


def test_it_publishes_nothing_that_changes_nothing(may):
    draft = drafts.begin_draft(CODE, may.desk, AT)
    with pytest.raises(Refused, match="没有差别"):
        publish(may, draft)


def test_it_does_not_publish_over_a_revision_of_meanwhile(may):
    """One draft is open at a time; a row that came by another way is noticed all the same."""
    draft = drafted(may.desk)
    base = PublishedEdition.objects.get(pk=CODE)
    said = {"family": CODE, "number": 2, "title": base.title, "digest": "0", "published_at": AT}
    PublishedEdition.objects.create(code="another", text=json.dumps(base.content), **said)
    with pytest.raises(Refused, match="另起修订稿"):
        publish(may, draft)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: drafting.with_rule(c, "R604", {"texts": ["M2021 <<= 3"]}), "R604"),
        (lambda c: drafting.with_rule(c, "R604", {"texts": ["M2999 < 3"]}), "M2999"),
        (lambda c: drafting.without_indicator(c, "20211"), "20211"),
        (lambda c: drafting.without_rule(c, "R622"), "R622"),
        (lambda c: drafting.without_rule(c, "P01"), "P01"),
        (lambda c: drafting.without_rule(c, "R621"), "R621"),
        (lambda c: drafting.with_rule(c, "P02", {"kind": "rule"}), "P02"),
        (lambda c: drafting.without_indicator(c, "A40"), "A40"),
        (lambda c: drafting.with_indicator(c, "2050", {"unit": "万美元"}), "第1版.*万元.*万美元"),
        (
            lambda c: drafting.with_indicator(
                drafting.with_indicator(c, "2110", {"auto": {"c1": "M2111"}}), "2111", {"auto": {"c1": "M2110"}}
            ),
            "互相",
        ),
    ],
)
def test_it_refuses_to_publish_what_cannot_be_used(may, change, words):
    with pytest.raises(Refused, match=words):
        publish(may, drafted(may.desk, change))
    assert PublishedEdition.objects.count() == 1


def test_it_may_go_back_to_an_earlier_text(may):
    publish(may)
    first = PublishedEdition.objects.get(pk=CODE)
    third = publish(may, drafted(may.desk, lambda content: first.content))
    fourth = publish(may, drafted(may.desk, lambda content: drafting.with_rule(content, "R604", TIGHTER)))
    assert third.digest == first.digest and third.code != first.code
    assert fourth.number == 4 and fourth.code.endswith(".4")
    assert fourth.edition.digest == PublishedEdition.objects.get(number=2).digest


# What holds for whom


def test_a_submission_keeps_the_text_it_was_judged_by(may):
    """Submitted, then R604 changed: its page, its workbook and the check after a return speak the old text."""
    submission = file_may(may.filing, may.clerk)  # 20211 + 20212 = 150
    published = publish(may)
    filing = fresh(may.filing)
    assert filing.edition.code == CODE and filing.period.edition_code == published.code
    assert "R604" not in {finding.rule for finding in judge(filing).findings}
    page = sign_in(may.clerk).get("/filings/2024M05/submissions/1/")
    assert page.status_code == 200
    book = sign_in(may.clerk).get("/filings/2024M05/submissions/1/workbook.xlsx")
    meta = dict(load_workbook(io.BytesIO(b"".join(book)))["_meta"].iter_rows(max_col=2, values_only=True))
    assert meta["edition"] == CODE
    workflow.send_back(submission, [{"cell": "20211.c1", "reason": "请核对"}], may.reviewer, LATER)
    assert judge(fresh(may.filing)).blocks is False
    again = file_may(fresh(may.filing), may.clerk, {**CLEAN_MAY, "20211.c1": "101"}, reason="更正", at=LATER)
    assert (again.number, again.edition_code) == (2, CODE)


def test_who_has_not_submitted_is_judged_by_the_new_text(may):
    workflow.save_sheet(may.filing, TABLE, CLEAN_MAY, 0, may.clerk, AT)
    assert workflow.check(may.filing, may.clerk, AT).blocks is False
    publish(may)
    filing = fresh(may.filing)
    assert filing.checked == Filing.UNCHECKED
    assert "R604" in {finding.rule for finding in judge(filing).errors}
    with pytest.raises(Refused, match="请先点击“数据审核”"):
        workflow.submit(filing, may.clerk, LATER, signer="王经理", committed=True)
    mended = {**CLEAN_MAY, "20211.c1": "40", "20212.c1": "50"}
    assert file_may(fresh(may.filing), may.clerk, mended, at=LATER).edition_code != CODE


def test_who_recalled_the_first_submission_is_judged_by_the_new_text(may):
    file_may(may.filing, may.clerk)
    workflow.recall(may.filing, may.clerk, AT)
    publish(may)
    filing = fresh(may.filing)
    assert filing.checked == Filing.UNCHECKED
    assert filing.edition == filing.period.edition and filing.edition.code != CODE


def test_who_recalls_what_a_revision_has_overtaken_checks_again(may):
    file_may(may.filing, may.clerk)
    publish(may)
    workflow.recall(may.filing, may.clerk, AT)
    filing = fresh(may.filing)
    assert (filing.edition, filing.checked) == (filing.period.edition, Filing.UNCHECKED)
    assert "请重新做数据审核后再上报" in words_on(sign_in(may.clerk).get("/filings/2024M05/"))
    with pytest.raises(Refused, match="当前状态为“草稿”"):  # the second press
        workflow.recall(may.filing, may.clerk, AT)


def test_a_firm_whose_check_was_overtaken_is_told_once(may):
    notice = "请重新做数据审核后再上报"
    page = sign_in(may.clerk)
    workflow.save_sheet(may.filing, TABLE, CLEAN_MAY, 0, may.clerk, AT)
    workflow.check(may.filing, may.clerk, AT)
    assert notice not in words_on(page.get("/filings/2024M05/"))
    publish(may)
    for path in ("/filings/2024M05/", "/filings/2024M05/t6/"):
        shown = words_on(page.get(path))
        assert notice in shown and WHY in shown and "第2版" in shown
    workflow.check(fresh(may.filing), may.clerk, LATER)
    assert notice not in words_on(page.get("/filings/2024M05/"))
    assert notice not in words_on(sign_in(may.other_clerk).get("/filings/2024M05/"))  # had checked nothing


def test_a_locked_period_stays_and_the_next_one_opened_takes_what_holds(may):
    april = open_period("2024M04", date(2024, 5, 1))
    Period.objects.filter(pk=april.pk).update(state=Period.LOCKED)
    second = publish(may, holds_from="2024M06")
    third = publish(
        may, drafted(may.desk, lambda c: drafting.with_rule(c, "R605", {"message": "改了"})), holds_from="2024M08"
    )
    assert set(Period.objects.values_list("edition_code", flat=True)) == {CODE}
    codes = {code: edition_in_force(PeriodCode.parse(code)) for code in ("2024M05", "2024M06", "2024M07", "2024M08")}
    assert codes == {"2024M05": CODE, "2024M06": second.code, "2024M07": second.code, "2024M08": third.code}
    june = workflow.open_period("2024M06", may.desk, AT + timedelta(days=40))
    assert june.edition_code == second.code
    owed = owe(may.firm, june)
    assert owed.edition.rule("R604").texts == tuple(TIGHTER["texts"])


def test_it_reads_a_dropped_row_of_an_earlier_filing_as_blank(may):
    """April had 2113; the text of May has it no more. May is carried, judged and shown without it."""
    april = open_period("2024M04", date(2024, 5, 1))
    before = owe(may.firm, april)
    file_may(before, may.clerk, at=AT.replace(month=5, day=8))
    draft = drafted(may.desk, lambda c: without_all_that_reads(drafting.without_indicator(c, "2113"), "2113"))
    publish(may, draft)
    submission = file_may(may.filing, may.clerk, {k: v for k, v in CLEAN_MAY.items() if k != "2113.c1"}, at=LATER)
    assert "2113.c3" not in submission.values and submission.values["2010.c3"] == "1000.00"
    assert sign_in(may.reviewer).get(f"/district/submissions/{submission.receipt}/").status_code == 200
    assert sign_in(may.clerk).get("/filings/2024M04/submissions/1/").status_code == 200
    for code in ("2024M04", "2024M05"):
        assert sign_in(may.desk).get(f"/city/totals/?period={code}").status_code == 200


def without_all_that_reads(content, code):
    """The content without the rules that would make no sense."""
    names = [r["id"] for r in content["rules.toml"]["rule"] if code in f"{r.get('texts', '')}{r.get('each', '')}"]
    for name in names:
        content = drafting.without_rule(content, name)
    return content


def test_a_word_about_a_dropped_row_is_still_shown(may):
    workflow.save_sheet(may.filing, TABLE, CLEAN_MAY, 0, may.clerk, AT)
    say(fresh(may.filing), "这一行怎么填？", may.clerk, AT, cell="2113.c1")
    draft = drafted(may.desk, lambda c: without_all_that_reads(drafting.without_indicator(c, "2113"), "2113"))
    publish(may, draft)
    for path in ("/messages/", f"/threads/{may.filing.pk}/"):
        assert "现行表式已无此项" in words_on(sign_in(may.reviewer).get(path))
    assert sign_in(may.clerk).get("/filings/2024M05/t6/").status_code == 200


def test_parameters_follow_the_text_a_filing_is_judged_by(may):
    file_may(may.filing, may.clerk)
    publish(may, drafted(may.desk, lambda c: drafting.with_parameter(c, "YOY_LIMIT", {"default": "12"})))
    old, new = fresh(may.filing), fresh(may.other_filing)
    assert facts_for(new).parameters["YOY_LIMIT"] == 12
    assert facts_for(old).parameters["YOY_LIMIT"] == old.edition.parameters["YOY_LIMIT"].default != 12
    ParameterValue.objects.create(name="YOY_LIMIT", value="33", source="通知")
    assert {facts_for(filing).parameters["YOY_LIMIT"] for filing in (fresh(old), fresh(new))} == {33}


def test_a_workbook_of_the_last_revision_is_taken_while_the_tables_are_the_same(may):
    book = io.BytesIO()
    write_filing_template(fresh(may.filing), book)
    publish(may)
    compared = compare(may.filing, filled(book.getvalue(), TABLE, {"2010.c1": 5}), may.clerk, LATER)
    assert compared.problems == () and [change.key for change in compared.changes] == ["2010.c1"]


def test_a_workbook_looked_at_under_the_last_revision_is_not_stored_under_the_next(may):
    content = filled(handed_out(may.filing), TABLE, {"2010.c1": 5})
    compared = compare(may.filing, content, may.clerk, AT)
    publish(may)
    with pytest.raises(Moved, match="期间，制度版本有了变动，没有存入"):
        store_workbook(compared, may.clerk, LATER)
    assert not may.filing.sheets.exists()


def test_a_workbook_of_other_tables_is_refused_with_both_sides(may):
    book = io.BytesIO()
    write_filing_template(fresh(may.filing), book)
    published = publish(may, drafted(may.desk, lambda c: drafting.with_indicator(c, "2090", {"name": "利润"})))
    [problem] = compare(may.filing, book.getvalue(), may.clerk, LATER).problems
    assert CODE in problem and published.code in problem


# Reading the revisions


def test_every_page_of_an_edition_shows_a_revision(may):
    published = publish(may)
    client = sign_in(may.analyst)
    for path in ("", "tables/t6/", "codes/", "rules/"):
        assert client.get(f"/city/editions/{published.code}/{path}").status_code == 200
    assert TIGHTER["message"] in words_on(client.get(f"/city/editions/{published.code}/rules/"))
    assert TIGHTER["message"] not in words_on(client.get(f"/city/editions/{CODE}/rules/"))
    shown = words_on(client.get(f"/city/editions/{published.code}/"))
    for words in (WHY, "第1版", "第2版", "2024年5月起", published.digest, "周涛"):
        assert words in shown
    assert client.get("/city/editions/atlantis/").status_code == 404
    assert client.get(f"/city/editions/{CODE}@00000000/").status_code == 404


def test_the_list_of_rules_prints_a_revision(may, capsys):
    published = publish(may)
    call_command("rules", edition=published.code)
    assert TIGHTER["texts"][0] in capsys.readouterr().out
    with pytest.raises(CommandError, match=published.code):
        call_command("rules", edition="atlantis")


def test_the_list_of_rules_is_of_the_edition_in_force(may, capsys):
    """Not of the folder it was shipped in: the revision holds from May on, for the newest period there is."""
    publish(may)
    call_command("rules")
    assert TIGHTER["texts"][0] in capsys.readouterr().out
    Period.objects.filter(pk="2024M05").update(edition_code=CODE)
    call_command("rules")
    assert TIGHTER["texts"][0] not in capsys.readouterr().out


def test_another_state_of_a_filing_does_not_change_what_it_is_judged_by(may):
    """Returned, sent again and recalled, it keeps the text of what is in force."""
    sent = file_may(may.filing, may.clerk)
    workflow.send_back(sent, [{"cell": "", "reason": "请核实"}], may.reviewer, AT)
    file_may(may.filing, may.clerk, reason="已核实")
    workflow.recall(fresh(may.filing), may.clerk, AT)
    publish(may)
    filing = fresh(may.filing)
    assert filing.state == State.RETURNED and filing.edition.code == CODE
