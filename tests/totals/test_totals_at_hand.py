"""The totals kept for the pages are those that would be added up now, whatever changed since they were kept."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.cache import cache

from accounts.models import District, Enterprise
from reporting import workflow
from reporting.models import Filing, Period, State, Submission
from reporting.register import moves, upkeep
from reporting.totals import aggregation, frozen, progress
from reporting.totals.aggregation import district_at_hand, summarise, summary_at_hand
from reporting.totals.frozen import latest
from reporting.totals.handing_out import of_district
from reporting.totals.progress import RevenueShare, city_progress
from reporting.totals.views.tables import district_totals_at_hand, totals_at_hand
from reporting.workflow import owe
from tests.cast import AT
from tests.may import fresh, make_may, open_period
from tests.officials import freeze, make_it_be, sign_in
from tests.reading import words_on


@pytest.fixture
def may(cast):
    cache.clear()  # a test's rows have the numbers of the last test's rows
    make_it_be(AT.date())
    may = make_may(cast)
    may.cast = cast
    may.before = owe(cast.yuntu, open_period("2023M05", date(2023, 6, 1)))
    workflow.approve(freeze(may.before, may.clerk, {"2010.c1": "900.00"}), may.reviewer, AT)
    may.submission = freeze(may.filing, may.clerk, {"2010.c1": "1000.25"})
    workflow.approve(may.submission, may.reviewer, AT)
    return may


def move_the_unsent(may):
    said = {"since": date(2024, 5, 10), "reason": "搬迁", "at": AT}
    proposed = moves.propose_move(may.cast.jialing, may.cast.nanan, by=may.cast.zhou_tao, **said)
    moves.accept_move(proposed, by=may.cast.he_qing, at=AT)


def two_firms_change_places(may):
    """Sums over the rows cannot see it."""
    here, there = may.cast.yuzhong.pk, may.cast.nanan.pk
    Filing.objects.filter(pk=may.filing.pk).update(district=there)
    Filing.objects.filter(pk=may.other_filing.pk).update(district=here)


def rename(may):
    Enterprise.objects.filter(pk=may.firm.pk).update(name="重庆云图数字科技有限公司")


def another_revenue_of_last_year(may):
    workflow.amend(fresh(may.before), may.clerk, AT, "漏计合同")
    Filing.objects.filter(pk=may.before.pk).update(state=State.SUBMITTED)
    second = may.before.submissions.create(
        **{name: getattr(may.before.in_force, name) for name in COPIED},
        number=2,
        receipt="2",
        values={"2010.c1": "1.00"},
    )
    Filing.objects.filter(pk=may.before.pk).update(
        in_force=second, approved=second, counted=second, state=State.APPROVED
    )


def everybody_has_as_long_as_an_extension(may):
    may.may.deadlines.filter(level="enterprise").update(date=date(2024, 6, 13))
    Submission.objects.filter(pk=may.submission.pk).reckon_anew(date(2024, 6, 13), True, True)


def approve_another(may):
    workflow.approve(freeze(may.other_filing, may.other_clerk, {"2010.c1": "5.00"}), may.other_reviewer, AT)


COPIED = ("signer", "on_time", "submitted_by", "submitted_at", "from_state", "edition_code", "edition_digest", "tables")

CHANGES = {
    "a firm moves": move_the_unsent,
    "two firms change places": two_firms_change_places,
    "a firm is called otherwise": rename,
    "another revenue of last year counts": another_revenue_of_last_year,
    "the city asks about an approved filing": lambda may: workflow.city_query(may.submission, may.city, AT, "请核实"),
    "another firm sends": lambda may: freeze(may.other_filing, may.other_clerk, {"2010.c1": "5.00"}),
    "a date moves": everybody_has_as_long_as_an_extension,
    "a firm was late": lambda may: Filing.objects.filter(pk=may.filing.pk).update(late=True),
    "a firm stops": lambda may: upkeep.stop_reporting(
        may.cast.jialing, left_on=date(2024, 4, 30), reason="注销", by=may.reviewer, at=AT
    ),
    "a district is called otherwise": lambda may: District.objects.filter(pk=may.cast.nanan.pk).update(name="南岸"),
    "a 补报 after the lock": lambda may: Filing.objects.filter(pk=may.filing.pk).update(after_lock=True),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_in_the_totals_at_once(may, change):
    for submitted_too in (False, True):
        summary_at_hand(may.may, AT, submitted_too)
    before = summarise(may.may, AT), summarise(may.may, AT, True)
    assert [len(each.filings) for each in before] == [3, 3]  # listed now
    change(may)
    now = summarise(may.may, AT), summarise(may.may, AT, True)
    assert now != before
    assert (summary_at_hand(may.may, AT), summary_at_hand(may.may, AT, True)) == now


@pytest.mark.parametrize("change", [approve_another, *CHANGES.values()], ids=["another counts", *CHANGES])
def test_a_change_is_on_the_citys_first_page_at_once(may, change):
    city_progress(may.may)
    change(may)
    at_once = city_progress(may.may)
    cache.clear()
    assert at_once == city_progress(may.may)


def test_an_approval_asks_for_the_revenue_of_its_own_district_alone(may, monkeypatch):
    assert city_progress(may.may).revenue_share == RevenueShare(Decimal("100.0"), known=1, owed=3)
    asked, carried = [], progress._carried
    monkeypatch.setattr(progress, "_carried", lambda rows, base: asked.append([*rows]) or carried(rows, base))
    approve_another(may)
    assert city_progress(may.may).revenue_share == RevenueShare(Decimal("100.0"), known=1, owed=3)
    assert asked == [[may.other_filing]]


def test_while_nothing_changes_nothing_is_added_up_again(may, monkeypatch):
    before = summary_at_hand(may.may, AT)
    monkeypatch.setattr(aggregation, "areas_of", lambda *asked: pytest.fail("added up again"))
    assert summary_at_hand(Period.objects.get(pk="2024M05"), AT) == before


def test_what_is_newer_than_was_asked_is_not_kept_for_what_was(may, monkeypatch):
    """Between the marks and the sums 嘉陵 counts, and another page stores it; then it counts no more."""
    before = summary_at_hand(may.may, AT)
    submission = freeze(may.other_filing, may.other_clerk, {"2010.c1": "5.00"})
    cache.clear()
    last_year_of = aggregation.last_year_of

    def then_overtaken(period):
        monkeypatch.undo()
        Filing.objects.filter(pk=may.other_filing.pk).update(counted=submission)
        aggregation.columns.refresh(period.parsed)
        return last_year_of(period)

    monkeypatch.setattr(aggregation, "last_year_of", then_overtaken)
    assert summary_at_hand(may.may, AT).city.cells["2010.c1"] == Decimal("1005.25")
    Filing.objects.filter(pk=may.other_filing.pk).update(counted=None)
    assert summary_at_hand(may.may, AT).city.cells == before.city.cells


def test_what_changes_is_added_up_again_in_its_own_district_alone(may, monkeypatch):
    summary_at_hand(may.may, AT)
    added = []
    areas_of = aggregation.areas_of
    monkeypatch.setattr(aggregation, "areas_of", lambda rows: added.append(rows) or areas_of(rows))
    workflow.approve(freeze(may.other_filing, may.other_clerk, {"2010.c1": "5.00"}), may.other_reviewer, AT)
    assert summary_at_hand(may.may, AT).city.cells["2010.c1"] == Decimal("1005.25")
    assert [rows.rows.frame["district"].unique().to_list() for rows in added] == [["500108"]]


def test_a_district_asks_for_its_own_mark_and_adds_up_nobody_else(may, monkeypatch):
    workflow.approve(freeze(may.other_filing, may.other_clerk, {"2010.c1": "5.00"}), may.other_reviewer, AT)
    whole = summarise(may.may, AT)
    monkeypatch.setattr(aggregation, "add_areas", lambda *asked: pytest.fail("the city was added up"))
    own = district_at_hand(may.may, AT, may.cast.nanan)
    assert own.city == next(area for area in whole.districts if area.code == "500108") == own.districts[0]


def test_the_list_of_one_district_is_its_own(may):
    own = district_at_hand(may.may, AT, may.cast.nanan)
    assert {listed.district for listed in own.filings} == {"500108"} and len(own.filings) == 1


def test_a_locked_page_reads_no_list_of_firms_and_keeps_no_copy_of_the_edition(may, monkeypatch):
    workflow.lock(may.may, may.city, datetime(2024, 6, 16, 18, tzinfo=AT.tzinfo), "多次催报未果")
    period = Period.objects.get(pk="2024M05")
    whole, read = latest("2024M05"), []
    listed_in = frozen._listed_in
    monkeypatch.setattr(frozen, "_listed_in", lambda release: read.append(release) or listed_in(release))
    first, second = totals_at_hand(period, AT), totals_at_hand(period, AT)
    district = of_district(district_totals_at_hand(period, AT, may.cast.nanan), "500108")
    assert not read and first.edition is second.edition is district.edition is whole.edition
    assert first == whole and len(read) == 1
    assert list(district.filings) == [each for each in whole.filings if each.district == "500108"]


def test_the_page_shows_a_moved_firm_under_its_district(may):
    city = sign_in(may.city)
    address = "/city/totals/?period=2024M05&area=500108"
    assert "应报 1 家" in words_on(city.get(address))
    move_the_unsent(may)
    assert "应报 2 家" in words_on(city.get(address))


def test_every_table_says_on_what_it_rests_until_the_period_is_locked(may):
    """云图 reported 900.00 for last May, and is the only one whose last year is known."""
    city, district = sign_in(may.city), sign_in(may.reviewer)
    resting = "暂定 未锁定，1 家（占上年收入 100.0%）"
    shown = words_on(city.get("/city/totals/?period=2024M05&indicator=2010"))
    assert shown.count(resting) == 2 and "占上年收入%" in shown
    assert resting in words_on(district.get("/district/totals/?period=2024M05"))
    area = summary_at_hand(may.may, AT).districts[1]
    assert (area.rests.firms, area.rests.owed, area.rests.share) == (0, 1, None)
    assert area.rests.in_words == "未锁定，0 家（应报 1 家）"
    Period.objects.filter(pk="2024M05").update(state=Period.LOCKED)
    assert "暂定" not in words_on(city.get("/city/totals/?period=2024M05&indicator=2010"))
