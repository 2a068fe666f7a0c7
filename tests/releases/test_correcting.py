"""Release 2: what was filed after the lock is taken in, old and new told; release 1 stays as it was."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import CodeCorrection, Enterprise, JournalEntry
from reporting import workflow
from reporting.models import Filing, Release
from reporting.releases.rebuilding import rebuilt
from reporting.releases.revisions import revisable, revisions_of
from reporting.totals.aggregation import summarise
from reporting.totals.frozen import latest, thawed
from reporting.workflow import Refused
from tests.cast import AT, make_user
from tests.may import CLEAN_MAY
from tests.officials import file_may, sign_in
from tests.reading import words_on
from tests.workflow.lateness import LATER, let_in_late, make_alike_may, moment

pytestmark = pytest.mark.django_db
LOCKED_AT = moment(16, 18)


@pytest.fixture
def locked():
    """山城 approved with 1000, 云图 and 嘉陵 with nothing; then 云图 files 1500 after the lock."""
    may = make_alike_may()
    workflow.approve(file_may(may.other_filing, may.other_clerk), may.other_reviewer, AT)
    may.second = make_user("second", "郑重", "city")
    proposal = workflow.propose_lock(may.may, may.city, LOCKED_AT, "两家多次催报未果")
    may.may = workflow.confirm_lock(proposal, may.second, LOCKED_AT)
    return may


def file_late(may, cells=CLEAN_MAY):
    let_in_late(may, LATER)
    sent = file_may(may.filing, may.clerk, cells, at=LATER)
    workflow.approve(sent, may.reviewer, LATER)
    return sent


def test_a_correction_takes_in_what_came_after_the_lock_and_release_1_stays(locked):
    first = Release.objects.get()
    before = rebuilt(first)
    file_late(locked)
    second = workflow.correct(locked.may, locked.city, LATER, "云图补报")
    assert (second.code, second.kind, second.reason) == ("2024M05-2", Release.CORRECTION, "云图补报")
    assert rebuilt(first) == before
    assert thawed(first).city.cells["2010.c1"] == 1000
    assert latest("2024M05").city.cells["2010.c1"] == 2000
    assert summarise(locked.may, LATER).city.cells["2010.c1"] == 2000
    assert latest("2024M05").city.coverage.filed_after_lock == 0


def test_old_value_new_value_and_effect_are_kept_for_each_firm_district_and_the_city(locked):
    file_late(locked)
    release = workflow.correct(locked.may, locked.city, LATER, "云图补报")
    (firm,) = release.changes["firms"]
    assert (firm["name"], firm["cells"]["2010.c1"]) == (locked.firm.name, [None, "1000.00"])
    areas = {area["name"]: area["cells"] for area in release.changes["areas"]}
    assert areas["全市"]["2010.c1"] == ["1000.00", "2000.00"]
    assert areas["渝中区"]["2010.c1"] == ["0.00", "1000.00"]
    assert "南岸区" not in areas
    told = latest("2024M05").released.changes
    assert f"纳入 {locked.firm.name}（渝中区）" in told
    assert any("900.00 改为 1,800.00" in sentence for sentence in told)
    line = JournalEntry.objects.get(action="更正发布")
    assert (line.after["发布"], line.why) == ("2024M05-2", "云图补报")


def test_why_a_firm_is_left_out_stands_in_the_next_release_too(locked):
    file_late(locked)
    workflow.correct(locked.may, locked.city, LATER, "云图补报")
    assert [(firm.name, firm.reason) for firm in latest("2024M05").left_out] == [
        ("重庆嘉陵微电子有限公司", "两家多次催报未果")
    ]


def test_a_reason_follows_a_firm_whose_code_was_corrected(locked):
    file_late(locked)
    (firm,) = [firm for firm in latest("2024M05").left_out if firm.name != locked.firm.name]
    kept = Enterprise.objects.get(credit_code=firm.credit_code)
    right = "91500000MA5U0000X9"
    said = {"wrong": kept.credit_code, "right": right, "reason": "录错", "state": CodeCorrection.State.DONE}
    CodeCorrection.objects.create(enterprise=kept, proposed_by=locked.city, proposed_at=LATER, decided_at=LATER, **said)
    Enterprise.objects.filter(pk=kept.pk).update(credit_code=right)
    workflow.correct(locked.may, locked.city, LATER, "云图补报")
    assert [(each.credit_code, each.reason) for each in latest("2024M05").left_out] == [(right, "两家多次催报未果")]


def test_a_correction_wants_a_lock_a_reason_and_something_to_correct(locked):
    with pytest.raises(Refused, match="没有要更正的"):
        workflow.correct(locked.may, locked.city, LATER, "试")
    file_late(locked)
    with pytest.raises(Refused, match="请写明更正的原因"):
        workflow.correct(locked.may, locked.city, LATER, " ")
    workflow.correct(locked.may, locked.city, LATER, "云图补报")
    with pytest.raises(Refused, match="没有要更正的"):  # the second click
        workflow.correct(locked.may, locked.city, LATER, "云图补报")
    assert Release.objects.count() == 2


def test_what_is_still_under_review_after_the_lock_is_not_taken_in(locked):
    let_in_late(locked, LATER)
    file_may(locked.filing, locked.clerk, at=LATER)
    with pytest.raises(Refused, match="没有要更正的"):
        workflow.correct(locked.may, locked.city, LATER, "云图补报")
    assert not Filing.objects.get(pk=locked.filing.pk).counted


def test_an_open_period_has_nothing_to_correct():
    may = make_alike_may()
    with pytest.raises(Refused, match="还没有锁定"):
        workflow.correct(may.may, may.city, LATER, "试")


def test_the_triangle_follows_a_figure_through_the_releases(locked):
    file_late(locked)
    workflow.correct(locked.may, locked.city, LATER, "云图补报")
    chosen = next(each for each in revisable() if each.cell == "2010.c1")
    revisions = revisions_of(chosen)
    (month,) = revisions.periods
    assert (month.first, month.last, month.revision, month.percent) == (1000, 2000, 1000, Decimal("100.00"))
    assert (revisions.most, revisions.revised) == (2, 1)
    assert (revisions.mean_absolute, revisions.mean_absolute_percent) == (1000, 100)


def test_the_pages_show_both_releases_their_difference_and_the_triangle(locked, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    file_late(locked)
    city = sign_in(locked.city)
    period = words_on(city.get(reverse("city_period", args=["2024M05"])))
    assert "锁定后补报并已审核通过的 1 家" in period
    answer = city.post(reverse("city_correct", args=["2024M05"]), {"reason": "云图补报"}, follow=True)
    home = words_on(city.get(reverse("city_home"), {"period": "2024M05"}))
    assert "1 家已由 2024M05-2 计入" in home and "不计入本期已锁定" not in home
    page = words_on(answer)
    assert "第 2 次发布" in page and "1,000.00 2,000.00" in page and "云图补报" in page
    checked = words_on(city.get(reverse("city_release", args=["2024M05-1"]), {"check": "yes"}))
    assert "与发布时逐字节相同" in checked
    workbook = city.get(reverse("city_release_workbook", args=["2024M05-1"]))
    assert workbook.content == rebuilt(Release.objects.get(number=1))
    assert JournalEntry.objects.get(action="导出发布的汇总表").subject == "2024M05-1"
    triangle = words_on(city.get(reverse("city_revisions"), {"cell": "2010.c1"}))
    assert "2024年5月 1,000.00 2,000.00 2,000.00 1,000.00 100.00" in triangle
    assert city.get(reverse("city_revisions_workbook")).status_code == 200
    assert "2024M05-2" in words_on(city.get(reverse("city_releases")))
    assert city.get(reverse("city_release", args=["2024M05-7"])).status_code == 404


def test_a_stale_or_unexplained_correction_is_answered_on_the_page(locked, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    file_late(locked)
    city, address = sign_in(locked.city), reverse("city_correct", args=["2024M05"])
    assert "请写明更正的原因" in words_on(city.post(address, {"reason": "  "}, follow=True))
    city.post(address, {"reason": "云图补报"})
    assert "没有要更正的" in words_on(city.post(address, {"reason": "云图补报"}, follow=True))
    assert Release.objects.count() == 2
