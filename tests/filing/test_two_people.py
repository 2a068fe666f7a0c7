"""Two people, or two windows, at one sheet: judged against the version each opened; and what a page does not send."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import JournalEntry
from reporting import workflow
from reporting.workflow import Conflict
from tests.cast import AT, Cast
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
MAY, ANNUAL = "软统企6", "软统企1"
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def may(cast: Cast, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    return make_may(cast)


@pytest.fixture
def annual(cast: Cast, may):
    return workflow.owe(cast.yuntu, open_period("2023A", AT.date().replace(month=1, day=1)))


def save(filing, by, cells, version, at=AT, table=MAY, **more):
    return workflow.save_sheet(filing, table, cells, version, by, at, **more)


def cells_of(filing, table=MAY):
    return filing.sheets.get(table=table).cells


def post(user, cells, version, then="save", period="2024M05", key="t6", follow=True):
    sent = {**cells, "version": version, "then": then}
    return sign_in(user).post(reverse("sheet", args=[period, key]), sent, follow=follow)


# In the workflow


def test_two_people_on_different_cells_never_collide(cast, may):
    save(may.filing, cast.li_na, CLEAN_MAY, 0)
    save(may.filing, cast.li_na, {**CLEAN_MAY, "2010.c1": "1100"}, 1)
    saved = save(may.filing, cast.wang_lei, {**CLEAN_MAY, "2050.c1": "410"}, 1, LATER)
    assert saved.version == 3
    assert cells_of(may.filing) == {**CLEAN_MAY, "2010.c1": "1100", "2050.c1": "410"}
    written = JournalEntry.objects.filter(action=f"保存{MAY}").order_by("pk").values_list("by__name", "before", "after")
    assert list(written)[1:] == [
        ("李娜", {"2010.c1": "1000"}, {"2010.c1": "1100"}),
        ("王磊", {"2050.c1": "400"}, {"2050.c1": "410"}),
    ]


def test_a_cell_both_changed_to_the_same_is_no_conflict_however_it_is_written(cast, may):
    save(may.filing, cast.li_na, {"2010.c1": "1000"}, 0)
    save(may.filing, cast.wang_lei, {"2010.c1": "1,000.00", "2050.c1": "400"}, 0)
    assert cells_of(may.filing) == {"2010.c1": "1000", "2050.c1": "400"}


def test_a_cell_both_changed_to_different_text_stores_nothing_and_names_who_was_first(cast, may):
    save(may.filing, cast.li_na, {"2010.c1": "1000", "2050.c1": "400"}, 0)
    save(may.filing, cast.li_na, {"2010.c1": "1100"}, 1)
    save(may.filing, cast.li_na, {"2051.c1": "20"}, 2, LATER)  # the last save is not the one that matters
    with pytest.raises(Conflict, match="有 1 格在您打开之后已由李娜改成别的内容") as raised:
        save(may.filing, cast.wang_lei, {"2010.c1": "1200", "2050.c1": "410"}, 1, LATER)
    assert raised.value.own == {"2010.c1": "1200", "2050.c1": "410"}
    assert {key: (change.by, change.at, change.before) for key, change in raised.value.theirs.items()} == {
        "2010.c1": (cast.li_na, AT, "1000")
    }
    assert cells_of(may.filing) == {"2010.c1": "1100", "2050.c1": "400", "2051.c1": "20"}


def test_after_a_conflict_the_second_press_saves_knowingly_and_both_are_journalled(cast, may):
    save(may.filing, cast.li_na, {"2010.c1": "1000"}, 0)
    with pytest.raises(Conflict) as raised:
        save(may.filing, cast.wang_lei, {"2010.c1": "1200"}, 0)
    save(may.filing, cast.wang_lei, {"2010.c1": "1200"}, raised.value.sheet.version)
    lines = JournalEntry.objects.filter(action=f"保存{MAY}").order_by("pk")
    assert [(line.by, line.after["2010.c1"]) for line in lines] == [(cast.li_na, "1000"), (cast.wang_lei, "1200")]


def test_what_a_colleague_changed_and_changed_back_is_as_it_was_opened(cast, may):
    for version, text in enumerate(("1000", "1100", "1000")):
        save(may.filing, cast.li_na, {"2010.c1": text}, version)
    save(may.filing, cast.wang_lei, {"2010.c1": "1200"}, 1)
    assert cells_of(may.filing) == {"2010.c1": "1200"}


def test_one_clears_a_cell_that_the_other_changes(cast, may):
    save(may.filing, cast.li_na, {"2010.c1": "1000"}, 0)
    save(may.filing, cast.li_na, {"2010.c1": ""}, 1)
    with pytest.raises(Conflict):
        save(may.filing, cast.wang_lei, {"2010.c1": "1200"}, 1)
    save(may.filing, cast.wang_lei, {"2010.c1": "1000"}, 1)  # as it was opened: not touched
    assert cells_of(may.filing) == {}


def test_a_version_the_journal_does_not_reach_takes_every_difference_for_a_conflict(cast, may):
    save(may.filing, cast.li_na, {"2010.c1": "1000", "2050.c1": "400"}, 0)
    with pytest.raises(Conflict) as raised:
        save(may.filing, cast.wang_lei, {"2010.c1": "1200", "2050.c1": ""}, 7)
    assert raised.value.theirs.keys() == {"2010.c1", "2050.c1"}
    save(may.filing, cast.wang_lei, {"2010.c1": "1000"}, 7)


def test_an_amendment_given_up_meanwhile_is_a_save_like_any_other(cast, may):
    save(may.filing, cast.li_na, CLEAN_MAY, 0)
    workflow.check(may.filing, cast.li_na, AT)
    for warning in workflow.unexplained(fresh(may.filing), workflow.check(may.filing, cast.li_na, AT)):
        workflow.explain(may.filing, warning.rule, warning.fingerprint, cast.li_na, AT, reason_code="01")
    workflow.approve(workflow.submit(may.filing, cast.li_na, AT, signer="王经理", committed=True), cast.chen_yu, AT)
    workflow.amend(may.filing, cast.li_na, AT, "审计调整")
    save(may.filing, cast.li_na, {"2010.c1": "1100"}, 1)
    workflow.abandon_amendment(may.filing, cast.li_na, AT)
    workflow.amend(may.filing, cast.li_na, LATER, "审计又有调整")
    save(may.filing, cast.wang_lei, {**CLEAN_MAY, "2010.c1": "1100", "2050.c1": "410"}, 2, LATER)
    assert (cells_of(may.filing)["2010.c1"], cells_of(may.filing)["2050.c1"]) == ("1000.00", "410")


def test_what_a_page_only_proposed_is_not_the_change_of_who_left_it(cast, annual):
    proposed = {"A09.v": "王经理", "A15.v": "400000"}
    save(annual, cast.li_na, {**proposed, "A15.v": "400010"}, 0, table=ANNUAL, proposed=lambda: proposed)
    save(annual, cast.wang_lei, {**proposed, "A05.v": "民权路1号"}, 0, table=ANNUAL, proposed=lambda: proposed)
    assert cells_of(annual, ANNUAL) == {"A09.v": "王经理", "A15.v": "400010", "A05.v": "民权路1号"}
    with pytest.raises(Conflict):
        save(annual, cast.wang_lei, {**proposed, "A15.v": "400020"}, 0, table=ANNUAL, proposed=lambda: proposed)


# What is not in the body is not touched


def test_a_body_of_one_cell_erases_no_other(cast, may):
    post(cast.li_na, CLEAN_MAY, 0)
    post(cast.li_na, {"2010.c1": "1100"}, 1)
    assert cells_of(may.filing) == {**CLEAN_MAY, "2010.c1": "1100"}
    post(cast.li_na, {"2010.c1": " "}, 2)
    assert cells_of(may.filing) == {key: text for key, text in CLEAN_MAY.items() if key != "2010.c1"}
    post(cast.li_na, {}, 3, then="check")
    assert cells_of(may.filing).keys() == CLEAN_MAY.keys() - {"2010.c1"}


def test_boxes_are_cleared_by_their_hidden_companion_and_only_by_it(cast, annual):
    def post_boxes(version, **boxes):
        return post(cast.li_na, boxes, version, period="2023A", key="t1")

    post_boxes(0, **{"A34.v": ["1", "3B", ""], "A47.v": ["1", ""]})
    post_boxes(1, **{"A47.v": [""]})
    assert cells_of(annual, ANNUAL) == {"A34.v": "1,3B"}
    post_boxes(2, **{"A05.v": "民权路1号"})
    assert cells_of(annual, ANNUAL) == {"A34.v": "1,3B", "A05.v": "民权路1号"}


def test_a_box_nobody_offers_stays_on_the_page(cast, annual):
    save(annual, cast.li_na, {"A34.v": "1,9Z"}, 0, table=ANNUAL)
    page = markup_of(sign_in(cast.li_na).get(reverse("sheet", args=["2023A", "t1"])))
    assert '<input type="checkbox" name="A34.v" value="9Z" checked>' in page


def test_what_cannot_be_read_in_a_cell_that_no_longer_applies_can_still_be_put_right(cast, may):
    save(may.filing, cast.li_na, {**CLEAN_MAY, "2024.c1": "一百"}, 0)  # 云图 has no embedded software
    page = markup_of(sign_in(cast.li_na).get(reverse("sheet", args=["2024M05", "t6"])))
    assert 'name="2024.c1" value="一百"' in page


# On the page


def test_a_conflict_shows_both_values_and_both_names_in_the_cell_and_nowhere_else(cast, may):
    post(cast.li_na, CLEAN_MAY, 0)
    post(cast.li_na, {**CLEAN_MAY, "2010.c1": "1100", "2051.c1": "21"}, 1)
    answer = post(cast.wang_lei, {**CLEAN_MAY, "2010.c1": "1200", "2050.c1": "410"}, 1)
    page = markup_of(answer, 409)
    assert "李娜 6月5日 09:35 已存：1100；您（王磊）填的：1200" in page
    assert page.count("data-theirs") == 1 and "已由李娜改成别的内容" in page
    for text in ('name="2010.c1" value="1200"', 'name="2050.c1" value="410"', 'name="2051.c1" value="21"'):
        assert text in page
    assert 'name="version" value="2"' in page  # the next press saves knowingly
    assert cells_of(may.filing) == {**CLEAN_MAY, "2010.c1": "1100", "2051.c1": "21"}
    post(cast.wang_lei, {**CLEAN_MAY, "2010.c1": "1200", "2050.c1": "410", "2051.c1": "21"}, 2)
    assert cells_of(may.filing) == {**CLEAN_MAY, "2010.c1": "1200", "2050.c1": "410", "2051.c1": "21"}


def test_a_conflict_with_oneself_in_another_window_says_so(cast, may):
    post(cast.li_na, {"2010.c1": "1000"}, 0)
    page = markup_of(post(cast.li_na, {"2010.c1": "1200"}, 0), 409)
    assert "您本人在另一窗口 6月5日 09:35 已存：1000；您（李娜）填的：1200" in page


def test_a_conflict_names_the_codes_of_a_list(cast, annual):
    post(cast.li_na, {"A34.v": ["3B", ""], "A36.v": "是"}, 0, period="2023A", key="t1")
    page = markup_of(post(cast.wang_lei, {"A34.v": ["1", "2", ""], "A36.v": "是"}, 0, period="2023A", key="t1"), 409)
    names = dict((entry.code, entry.name) for entry in annual.edition.code_lists["C13"].entries)
    assert f"已存：3B {names['3B']}；您（王磊）填的：1 {names['1']}、2 {names['2']}" in page


def test_a_page_that_gave_way_says_to_whom_and_where(cast, may):
    post(cast.li_na, {"2010.c1": "1000"}, 0)
    post(cast.li_na, {"2010.c1": "1100"}, 1)
    page = markup_of(post(cast.wang_lei, {"2010.c1": "1000", "2050.c1": "400"}, 1))
    assert "2010“主营业务收入”的“本年本期累计”在您打开之后由李娜保存过，您没有改动，已换成保存的内容" in page
    assert "已换成保存的内容" not in markup_of(post(cast.wang_lei, {"2010.c1": "1100", "2050.c1": "401"}, 3))


def test_a_page_that_gave_way_to_ones_own_other_window_says_so(cast, may):
    post(cast.li_na, {"2010.c1": "1000"}, 0)
    post(cast.li_na, {"2010.c1": "1100"}, 1)
    page = markup_of(post(cast.li_na, {"2010.c1": "1000", "2050.c1": "400"}, 1))
    assert "在您打开之后由您本人在另一窗口保存过，您没有改动，已换成保存的内容" in page


def test_a_conflict_with_ones_own_other_window_names_nobody_else(cast, may):
    post(cast.li_na, {"2010.c1": "1000"}, 0)
    post(cast.li_na, {"2010.c1": "1100"}, 1)
    page = words_on(post(cast.li_na, {"2010.c1": "1200"}, 1), 409)
    assert "有 1 格在您打开之后已由您本人在另一窗口改成别的内容" in page and "由李娜" not in page


def test_a_refused_save_is_judged_against_the_version_it_was_opened_at_when_it_is_sent_again(cast, may):
    post(cast.li_na, {"2010.c1": "1000"}, 0)
    post(cast.li_na, {"2010.c1": "1100"}, 1)
    refused = post(cast.wang_lei, {"2010.c1": "1000", "2050.c1": "9" * 501}, 1)
    assert 'name="version" value="1"' in markup_of(refused, 409)
    post(cast.wang_lei, {"2010.c1": "1000", "2050.c1": "400"}, 1)
    assert cells_of(may.filing) == {"2010.c1": "1100", "2050.c1": "400"}  # 李娜's 1100 was not written over


def test_an_answer_that_was_lost_can_be_asked_for_again(cast, may):
    for _ in range(2):
        assert post(cast.li_na, CLEAN_MAY, 0).status_code == 200
    assert may.filing.sheets.get().version == 1


def test_of_a_refused_check_nothing_was_stored(cast, may, monkeypatch):
    def refuse(*_):
        raise workflow.Refused("已由市级锁定")

    monkeypatch.setattr(workflow.filing, "judge", refuse)
    assert post(cast.li_na, CLEAN_MAY, 0, then="check").status_code == 409
    assert not may.filing.sheets.exists()
