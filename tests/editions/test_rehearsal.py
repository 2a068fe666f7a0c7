"""试算 of a whole draft: figures worked by hand, and the same as what judging says once the draft is published."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from accounts.clock import real_now
from forms_tables.edition import drafting
from forms_tables.edition.catalog import edition_from, platform_said, shipped_content
from reporting import workflow
from reporting.editions import drafts, rehearsal, tasks
from reporting.editions.drafts import Overtaken
from reporting.editions.one_by_one import outcomes_of
from reporting.editions.tally import EffectTally
from reporting.filing.judging import judge
from reporting.leases import LEASE, is_lost
from reporting.models import Filing, ParameterValue, Rehearsal, State
from reporting.workflow import Refused
from reporting.workflow.period import owe
from tests.cast import AT, make_enterprise, make_user
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import file_may, make_it_be

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
CODE, TABLE = "chongqing-2024", "软统企6"
# 20211 + 20212 is 150 in CLEAN_MAY.
TWO_PARTS = {"auto": {"*": "M2021 + M2022"}}
ITS_RULE = {"texts": ["near(M2020, M2021 + M2022, eps(2))"]}
TIGHTER = {"texts": ["or_zero(M20211) + or_zero(M20212) < 100"]}
NEW_ROW = {
    "code": "2114", "name": "云服务收入", "columns": ["c1"], "unit": "万元", "required": True,
    "source": "本稿", "provenance": "derived",
}  # fmt: skip


@pytest.fixture
def may(cast):
    """云图 submitted a clean May; 山城, which embeds software, has a draft with gaps; 嘉陵 typed nothing."""
    make_it_be(AT.date())
    call_command("load_edition", verbosity=0)
    may = make_may(cast)
    may.submission = file_may(may.filing, may.clerk)
    workflow.save_sheet(may.other_filing, TABLE, {"2010.c1": "800", "2021.c1": "700"}, 0, may.other_clerk, AT)
    return may


def drafted(may, change):
    draft = drafts.begin_draft(CODE, may.city, AT)
    return drafts.change_draft(draft, draft.version, change(draft.content), may.city, AT, "")


def rehearsed(may, change) -> dict:
    return run(may, drafted(may, change)).effect


def run(may, draft) -> Rehearsal:
    begun = rehearsal.begin(draft, draft.version, may.may, may.city, AT, real_now())
    tasks.rehearse(begun.pk)
    begun.refresh_from_db()
    return begun


def rule_in(effect, rule_id):
    return next((row for row in effect["rules"] if row["rule"] == rule_id), None)


def test_it_counts_who_would_newly_fail_and_what_they_carry(may):
    """Of the two filings only 云图's has 20211 and 20212; its 2020 is 500 + 300 + 100."""
    effect = rehearsed(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    assert (effect["filings"], effect["submitted"], effect["drafts"]) == (2, 1, 1)
    assert effect["blocked"]["filings"] == 0  # it was sent, and keeps the revision it was sent under
    assert effect["sent"] == {"filings": 1, "revenue": "900.00"}
    row = rule_in(effect, "R604")
    assert (row["was"], row["now"], row["fail"]) == ("", "error", {"filings": 1, "revenue": "900.00"})
    assert effect["lists"]["R604:fail"] == effect["lists"]["sent"] == [may.filing.pk]
    assert effect["districts"] == {"500103": {"sent": 1}}
    assert effect["freed"]["filings"] == effect["warned"]["filings"] == effect["moved"]["filings"] == 0
    assert [row["rule"] for row in effect["rules"]] == ["R604"]


def test_it_counts_who_would_pass_again(may):
    tight = drafted(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    drafts.publish(tight, tight.version, "2024M05", "通知", run(may, tight), may.city, AT)
    workflow.save_sheet(
        may.other_filing, TABLE, {**CLEAN_MAY, "2024.c1": "0"}, 1, may.other_clerk, AT
    )  # judged by the tighter text, since it was never submitted
    effect = rehearsed(may, lambda c: drafting.without_rule(c, "R604"))
    row = rule_in(effect, "R604")
    assert (row["was"], row["now"], row["pass"]["filings"], row["fail"]["filings"]) == ("error", "", 2, 0)
    assert effect["lists"]["R604:pass"] == [may.filing.pk, may.other_filing.pk]  # 云图's was sent under the first text
    assert "freed" not in effect["lists"]  # 山城 lacks other cells, and what 云图 sent was never held up


def test_a_draft_that_changes_no_rule_changes_nothing_though_may_was_filed_under_an_older_text(may, monkeypatch):
    """The second revision holds from June: 云图's May breaks it, as it breaks the draft. That is no news."""
    tight = drafted(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    drafts.publish(tight, tight.version, "2024M06", "通知", run(may, tight), may.city, AT)
    draft = drafted(may, lambda c: drafting.with_rule(c, "R605", {"message": "另一句话"}))
    seen = run(may, draft)
    assert (seen.effect["against"], seen.effect["rules"]) == ("第2版", [])
    assert rehearsal.effect_in_words(seen.effect) == (
        "2024年5月试算 2 家，与第2版相比：将不能上报 0 家，可以上报 0 家，新增提示 0 家"
    )
    monkeypatch.setattr(rehearsal, "leaves_forms_alone", lambda *asked: False)
    assert rehearsal.rehearse(seen)["rules"] == []


def test_the_headline_counts_only_whom_it_stops(may):
    """云图 has sent its May, 新图 types the same; 山城's draft could not be sent before either. A firm that is exempt
    owes nothing."""
    other = make_enterprise("91500103MA5UAAAA1B", "重庆新图软件有限公司", may.filing.district)
    clerk = make_user(other.credit_code, "周新", "enterprise", enterprise=other)
    filing = owe(other, may.may)
    workflow.save_sheet(filing, TABLE, CLEAN_MAY, 0, clerk, AT)
    exempt = owe(make_enterprise("91500104MA5UAAAA1B", "重庆又图软件有限公司", may.filing.district), may.may)
    Filing.objects.filter(pk=exempt.pk).update(state=State.EXEMPT, in_force=may.submission)
    effect = rehearsed(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    assert (effect["filings"], effect["lists"]["sent"], effect["lists"]["blocked"]) == (3, [may.filing.pk], [filing.pk])
    assert rehearsal.effect_in_words(effect) == (
        "2024年5月试算 3 家，与第1版相比：将不能上报 1 家，"
        "已上报的 1 家照修订稿不能通过，但不再做数据审核，可以上报 0 家，新增提示 0 家"
    )


def test_what_was_sent_and_is_being_changed_counts_as_sent_on_both_lines(may):
    """Else the page tells of more firms that were sent and fail than of firms that were sent."""
    Filing.objects.filter(pk=may.filing.pk).update(state=State.AMENDING)
    effect = rehearsed(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    assert (effect["submitted"], effect["drafts"], effect["sent"]["filings"]) == (1, 1, 1)


def test_a_row_that_nobody_could_fill_yet_stops_nobody(may):
    effect = rehearsed(may, lambda c: drafting.with_new_indicator(c, TABLE, NEW_ROW, after="2113"))
    assert rehearsal.effect_in_words(effect) == (
        "2024年5月试算 2 家，与第1版相比：将不能上报 0 家，1 家须补填新增指标，可以上报 0 家，新增提示 0 家"
    )


def test_a_warning_made_an_error_blocks_and_an_error_made_a_warning_wants_a_word(may):
    failing = drafted(may, lambda c: drafting.with_rule(c, "R604", {**TIGHTER, "level": "warning"}))
    effect = run(may, failing).effect
    assert effect["warned"]["filings"] == 1 and effect["blocked"]["filings"] == 0
    assert rule_in(effect, "R604")["now"] == "warning"
    drafts.publish(failing, failing.version, "2024M05", "通知", Rehearsal.objects.first(), may.city, AT)
    other = make_enterprise("91500103MA5UAAAA1B", "重庆新图软件有限公司", may.filing.district)
    clerk = make_user(other.credit_code, "周新", "enterprise", enterprise=other)
    filing = owe(other, may.may)
    workflow.save_sheet(filing, TABLE, CLEAN_MAY, 0, clerk, AT)  # warned by the text of now
    effect = rehearsed(may, lambda c: drafting.with_rule(c, "R604", {"level": "error"}))
    row = rule_in(effect, "R604")
    assert effect["lists"]["R604:harder"] == [may.filing.pk, filing.pk]
    assert row["harder"]["revenue"] == "900.00"  # of what was sent: a draft's figures are its firm's
    assert (effect["lists"]["blocked"], effect["lists"]["sent"]) == ([filing.pk], [may.filing.pk])


def test_an_added_required_row_is_told_apart_from_real_errors(may):
    effect = rehearsed(may, lambda c: drafting.with_new_indicator(c, TABLE, NEW_ROW, after="2113"))
    [added] = effect["added"]
    assert (added["code"], added["filings"]) == ("2114", 2)
    assert effect["lists"]["unfilled"] == [may.filing.pk] and effect["blocked"]["filings"] == 0
    assert rule_in(effect, "R622")["fail"]["filings"] == 1  # 山城 lacked other cells before


def test_a_dropped_row_tells_what_would_be_collected_no_more(may):
    def without(content):
        content = drafting.without_indicator(content, "2112")
        names = [r["id"] for r in content["rules.toml"]["rule"] if "2112" in f"{r.get('texts', '')}{r.get('each', '')}"]
        for name in names:
            content = drafting.without_rule(content, name)
        return content

    effect = rehearsed(may, without)
    [dropped] = effect["dropped"]
    assert (dropped["code"], dropped["filings"]) == ("2112", 1)
    assert dropped["sums"] == {"本年本期累计": "40"}
    assert effect["lists"]["row:2112:filled"] == [may.filing.pk]


def test_what_a_dropped_row_holds_in_a_draft_is_in_no_sum(may):
    """云图 submitted 40 persons in 2112; 山城 has typed 7, which it may yet change."""
    workflow.save_sheet(may.other_filing, TABLE, {"2112.c1": "7"}, 1, may.other_clerk, AT)
    edition, without = may.may.edition, drafting.without_indicator(shipped_content(CODE), "2112")
    tally = EffectTally(edition_from("draft", without, platform_said("chongqing-2024")), edition, "month")
    for outcome in outcomes_of(may.may, rehearsal.filings_to_judge(may.may), edition, edition):
        tally.add(outcome)
    [dropped] = tally.effect()["dropped"]
    assert (dropped["filings"], dropped["sums"]) == (2, {"本年本期累计": "40"})


def test_a_formula_changed_is_computed_again_and_not_taken_for_an_error(may):
    """2020 without 2023 is 800 where 900 was frozen: the figure moves, and the rules that compare it speak."""
    effect = rehearsed(may, lambda c: drafting.with_indicator(c, "2020", TWO_PARTS))
    [changed] = effect["changed"]
    assert (changed["code"], changed["filings"], changed["moved"]) == ("2020", 1, 1)
    assert effect["lists"]["moved"] == [may.filing.pk]


def test_a_nonnegative_row_and_a_condition_are_rehearsed_as_they_are_judged(may):
    """2090 is 280 and may be negative; 2112 of nobody is negative. 2051 is required no more."""
    workflow.save_sheet(may.other_filing, TABLE, {**CLEAN_MAY, "2090.c1": "-5"}, 1, may.other_clerk, AT)
    change = {"nonnegative": ["c1"], "nonnegative_rule": "R621"}
    effect = rehearsed(may, lambda c: drafting.with_indicator(c, "2090", change))
    assert effect["lists"]["R621:fail"] == [may.other_filing.pk]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "change",
    [
        lambda c: drafting.with_rule(c, "R604", TIGHTER),
        lambda c: drafting.with_rule(c, "R604", {**TIGHTER, "level": "warning"}),
        lambda c: drafting.with_parameter(c, "YOY_LIMIT", {"default": "1"}),
        lambda c: drafting.with_new_indicator(c, TABLE, NEW_ROW),
        lambda c: drafting.with_indicator(c, "2090", {"nonnegative": ["c1"], "nonnegative_rule": "R621"}),
        lambda c: drafting.with_rule(drafting.with_indicator(c, "2020", TWO_PARTS), "R601", ITS_RULE),
        lambda c: drafting.with_indicator(c, "2113", {"required": False, "applies_when": "M2010.c1 > 900"}),
    ],
)
def test_it_says_of_every_draft_what_judging_says_after_publishing(may, change):
    """The filings that are with their firms, judged by the published text."""
    workflow.save_sheet(may.other_filing, TABLE, {**CLEAN_MAY, "2090.c1": "-5"}, 1, may.other_clerk, AT)
    before = judge(fresh(may.other_filing))
    draft = drafted(may, change)
    seen = run(may, draft)
    drafts.publish(draft, draft.version, "2024M05", "通知", seen, may.city, AT)
    after = judge(fresh(may.other_filing))
    assert (may.other_filing.pk in seen.effect["lists"].get("blocked", [])) == (after.blocks and not before.blocks)
    failing = {f.rule for f in after.findings} | {p.rule for p in after.completed.problems}
    failed = {f.rule for f in before.findings} | {p.rule for p in before.completed.problems}
    lists = seen.effect["lists"].items()
    said = {name.partition(":")[0] for name, found in lists if ":fail" in name and may.other_filing.pk in found}
    assert said == failing - failed


def test_what_the_city_entered_goes_before_a_changed_default(may):
    ParameterValue.objects.create(name="YOY_LIMIT", value="33", source="通知")
    effect = rehearsed(may, lambda c: drafting.with_parameter(c, "YOY_LIMIT", {"default": "1"}))
    [note] = effect["notes"]
    assert "YOY_LIMIT" in note and "33" in note and "没有影响" in note
    assert effect["rules"] == []


def test_it_reads_what_was_filed_before_and_granted(may):
    """April's figure stands behind May's in both judgements: growth rules are no change."""
    april = open_period("2024M04", date(2024, 5, 1))
    before = owe(may.firm, april)
    file_may(before, may.clerk, {**CLEAN_MAY, "2010.c1": "990"}, at=AT.replace(month=5, day=8))
    effect = rehearsed(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    assert [row["rule"] for row in effect["rules"]] == ["R604"]


# Asking for one


def test_a_second_click_is_shown_the_first_ones_rehearsal(may):
    draft = drafted(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    first = rehearsal.begin(draft, 1, may.may, may.city, AT, real_now())
    assert rehearsal.begin(draft, 1, may.may, may.city, AT, real_now()) == first
    tasks.rehearse(first.pk)
    assert rehearsal.begin(draft, 1, may.may, may.city, AT, real_now()) == first
    later = real_now() + timedelta(minutes=1)
    assert rehearsal.begin(draft, 1, may.may, may.city, AT, later) != first


def test_a_lost_worker_is_not_waited_for(may):
    draft = drafted(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    lost = rehearsal.begin(draft, 1, may.may, may.city, AT, real_now())
    now = real_now()
    assert not is_lost(lost, now + LEASE - timedelta(seconds=5))
    assert is_lost(lost, now + LEASE + timedelta(seconds=5))
    again = rehearsal.begin(draft, 1, may.may, may.city, AT, now + LEASE + timedelta(seconds=5))
    lost.refresh_from_db()
    assert again != lost and lost.state == Rehearsal.FAILED
    tasks.rehearse(lost.pk)  # its message comes again after all
    lost.refresh_from_db()
    assert lost.state == Rehearsal.FAILED and "rules" not in lost.effect


def test_whoever_takes_it_up_last_goes_on_alone(may, monkeypatch):
    """The first worker, thought dead, finds the rehearsal in another hand and leaves it."""
    draft = drafted(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    begun = rehearsal.begin(draft, 1, may.may, may.city, AT, real_now())
    rehearse = rehearsal.rehearse

    def overtaken(row, speak):
        monkeypatch.setattr(rehearsal, "rehearse", rehearse)
        tasks.rehearse(row.pk)  # another worker from beginning to end
        return rehearse(row, speak)

    monkeypatch.setattr(rehearsal, "rehearse", overtaken)
    tasks.rehearse(begun.pk)
    begun.refresh_from_db()
    assert begun.state == Rehearsal.DONE and begun.effect["filings"] == 2
    assert (begun.done, begun.total) == (2, 2)


def test_a_failure_is_kept_with_its_words(may, monkeypatch):
    draft = drafted(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    begun = rehearsal.begin(draft, 1, may.may, may.city, AT, real_now())

    def fail(row, speak):
        raise OSError("disk")

    monkeypatch.setattr(rehearsal, "rehearse", fail)
    with pytest.raises(OSError, match="disk"):
        tasks.rehearse(begun.pk)
    begun.refresh_from_db()
    assert begun.state == Rehearsal.FAILED and "disk" in begun.effect["failure"]


def test_a_draft_changed_before_a_worker_came_to_it_is_not_rehearsed_under_the_old_number(may):
    draft = drafted(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    begun = rehearsal.begin(draft, 1, may.may, may.city, AT, real_now())
    drafted(may, lambda c: drafting.with_rule(c, "R605", {"level": "warning"}))
    tasks.rehearse(begun.pk)
    begun.refresh_from_db()
    assert begun.state == Rehearsal.FAILED and "第2稿" in begun.effect["failure"] and "rules" not in begun.effect


def test_it_is_refused_to_others_and_for_another_version(may):
    draft = drafted(may, lambda c: drafting.with_rule(c, "R604", TIGHTER))
    with pytest.raises(Refused, match="市级"):
        rehearsal.begin(draft, 1, may.may, may.analyst, AT, real_now())
    with pytest.raises(Overtaken):
        rehearsal.begin(draft, 0, may.may, may.city, AT, real_now())
    draft = drafted(may, lambda c: drafting.without_indicator(c, "2112"))
    with pytest.raises(Refused, match="处须改正"):
        rehearsal.begin(draft, draft.version, may.may, may.city, AT, real_now())
    drafts.abandon_draft(draft, may.city, AT)
    with pytest.raises(Refused, match="已放弃"):
        rehearsal.begin(draft, 1, may.may, may.city, AT, real_now())


def test_it_offers_the_last_period_in_which_anything_was_submitted(may):
    june = open_period("2024M06", date(2024, 7, 1))
    filing = owe(may.firm, june)
    draft = drafts.begin_draft(CODE, may.city, AT)
    assert rehearsal.default_period(rehearsal.periods_to_rehearse(draft)) == may.may
    Filing.objects.filter(pk=filing.pk).update(in_force=may.submission)
    assert rehearsal.default_period(rehearsal.periods_to_rehearse(draft)) == june


def test_its_queries_do_not_grow_with_the_filings(may, django_assert_max_num_queries):
    for number in range(10):
        firm = make_enterprise(f"9150010{number}MA5UAAAA1B", f"重庆第{number}软件有限公司", may.filing.district)
        filing = owe(firm, may.may)
        clerk = make_user(firm.credit_code, "某人", "enterprise", enterprise=firm)
        workflow.save_sheet(filing, TABLE, CLEAN_MAY, 0, clerk, AT)
    draft = drafted(may, lambda c: drafting.with_new_indicator(c, TABLE, NEW_ROW))
    begun = rehearsal.begin(draft, 1, may.may, may.city, AT, real_now())
    with django_assert_max_num_queries(25):
        tasks.rehearse(begun.pk)
    begun.refresh_from_db()
    assert begun.effect["filings"] == 12


# Two ways to one result


NEW_RULE = {
    "id": "R699",
    "level": "error",
    "kind": "rule",
    "where": TABLE,
    "texts": ["M2010.c1 <= 900"],
    "message": "试",
}


def of_growth(content):
    return drafting.with_parameter(content, "YOY_LIMIT", {"default": "1"})


RULE_CHANGES = [
    lambda c: drafting.with_rule(c, "R604", TIGHTER),
    lambda c: drafting.with_rule(c, "R604", {**TIGHTER, "level": "warning"}),
    lambda c: drafting.without_rule(c, "R628"),
    of_growth,
    lambda c: drafting.with_parameter(c, "EPS", {"default": "1000"}),
    lambda c: drafting.with_new_rule(c, NEW_RULE),
]


@pytest.mark.parametrize("change", RULE_CHANGES)
def test_columns_and_judging_one_by_one_say_the_same(may, change, monkeypatch):
    """Over a submission, a draft with gaps, one that cannot be read, a returned filing, and one under an older text."""
    first = drafted(may, lambda c: drafting.with_rule(c, "R605", {"level": "warning"}))
    drafts.publish(first, first.version, "2024M05", "通知", run(may, first), may.city, AT)
    for number, cells in enumerate(
        [CLEAN_MAY, {**CLEAN_MAY, "2090.c1": "-900"}, {**CLEAN_MAY, "2010.c1": "一千"}, {**CLEAN_MAY, "2021.c1": "1"}]
    ):
        firm = make_enterprise(f"9150010{number}MA5UAAAA1B", f"重庆第{number}软件有限公司", may.filing.district)
        clerk = make_user(firm.credit_code, "某人", "enterprise", enterprise=firm)
        workflow.save_sheet(owe(firm, may.may), TABLE, cells, 0, clerk, AT)
    draft = drafted(may, change)
    by_columns = run(may, draft)
    monkeypatch.setattr(rehearsal, "leaves_forms_alone", lambda *asked: False)
    one_by_one = rehearsal.rehearse(by_columns)
    assert {**by_columns.effect, "spoken": ""} == {**one_by_one, "spoken": ""}
    assert one_by_one["filings"] == 6
    assert one_by_one["rules"] or change is of_growth  # nothing was filed a year ago


def test_columns_are_used_only_where_the_forms_stay(may):
    of_may = rehearsal.filings_to_judge(may.may)
    for change, alone in [
        (RULE_CHANGES[0], True),
        (RULE_CHANGES[3], True),
        (lambda c: drafting.with_new_indicator(c, TABLE, NEW_ROW), False),
        (lambda c: drafting.with_parameter(c, "k_E41", {"default": "0.5"}), False),
        (
            lambda c: drafting.with_parameter(
                c, "k_E99", {"title": "新的系数", "default": "0.5", "provenance": "derived"}
            ),
            False,
        ),
    ]:
        draft = drafted(may, change)
        assert rehearsal.leaves_forms_alone(may.may, of_may, may.may.edition, draft.edition) is alone
        drafts.abandon_draft(draft, may.city, AT)
