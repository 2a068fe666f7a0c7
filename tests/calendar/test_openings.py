"""A period is opened by the button that proposes it; nobody types a code."""

from datetime import date

import pytest

from accounts.models import JournalEntry
from reporting import workflow
from reporting.dates.deadlines import ClauseReading
from reporting.models import Filing, Period, in_force
from reporting.periods.openings import openings_on
from tests.cast import AT
from tests.may import AFTER_DUE, make_may, open_period
from tests.officials import make_it_be, sign_in
from tests.reading import markup_of

pytestmark = pytest.mark.django_db
USUAL, WITH_JANUARY = ClauseReading(), ClauseReading(reports_january=True)


@pytest.fixture
def may(cast):
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def desk(may):
    return sign_in(may.city)


def read(response, status=200) -> str:
    return markup_of(response, status)


def due_on(day: date, reading: ClauseReading = USUAL) -> list[str]:
    return [opening.period.code for opening in openings_on(day, reading).due]


def opened(*codes: str) -> None:
    for code in codes:
        open_period(code, date(2024, 1, 1))


def test_before_the_first_the_last_month_and_the_last_year_are_proposed(db):
    assert due_on(date(2024, 6, 5)) == ["2023A", "2024M05"]
    found = openings_on(date(2024, 6, 5), USUAL)
    assert [period.code for period in found.to_come] == ["2024M06", "2024A"]
    assert found.skipped[0].code == "2024M04" and found.skipped[-1].code == "2021M02"


def test_all_whose_time_has_come_are_proposed_in_order(db):
    opened("2024M10", "2023A")
    assert due_on(date(2025, 4, 1)) == ["2024M11", "2024M12", "2024A", "2025M02", "2025M03"]
    assert due_on(date(2025, 4, 1), WITH_JANUARY) == ["2024M11", "2024M12", "2024A", "2025M01", "2025M02", "2025M03"]


def test_a_period_is_proposed_from_the_day_after_its_end(db):
    opened("2024M05", "2023A")
    assert due_on(date(2024, 6, 30)) == []
    assert due_on(date(2024, 7, 1)) == ["2024M06"]


def test_january_is_passed_over_where_it_is_not_reported(db):
    opened("2024M12", "2024A")
    found = openings_on(date(2025, 2, 10), USUAL)
    assert found.due == [] and [period.code for period in found.to_come] == ["2025M02", "2025A"]


def test_one_that_was_passed_over_can_still_be_opened(desk):
    text = read(desk.get("/city/periods/"))
    assert '<option value="2024M04">2024年4月</option>' in text and '<option value="2024M05">' not in text
    assert "2024年4月已开启，应报 3 家。" in read(desk.post("/city/periods/open/", {"code": "2024M04"}, follow=True))
    assert '<option value="2024M04">' not in read(desk.get("/city/periods/"))


def test_the_page_proposes_with_dates_and_edition_and_says_when_the_next_comes(desk):
    text = read(desk.get("/city/periods/"))
    assert "开启2023年年报</button>" in text and "开启2024年5月" not in text and "2024M05（" not in text
    assert "2024年3月20日" in text and "（暂定）" not in text.partition("已开启的报告期")[0]
    assert "下一期：2024年6月，2024年7月1日起可以开启；2024年年报，2025年1月1日起可以开启。" in text
    read(desk.post("/city/periods/open/", {"code": "2023A"}, follow=True))
    assert "已结束的报告期都已开启。" in read(desk.get("/city/periods/"))


def test_dates_that_wait_for_the_calendar_are_proposed_as_provisional(desk):
    make_it_be(date(2027, 3, 1))
    text = read(desk.get("/city/periods/")).partition("已开启的报告期")[0]
    assert '企业上报 <span class="nowrap">2027年3月12日</span>（暂定）' in text
    assert "国务院的放假安排还没有录入" in text


def test_a_period_without_an_edition_says_so_and_is_refused(desk, monkeypatch):
    monkeypatch.setattr(in_force, "governing", lambda period, among=None: [])
    text = read(desk.get("/city/periods/"))
    assert "没有适用的制度版本" in text and "开启2023年年报</button>" not in text
    refused = read(desk.post("/city/periods/open/", {"code": "2019M05"}), 409)
    assert "2019年5月没有适用的制度版本，不能开启；请系统管理员先装载制度版本。" in refused


def test_the_second_press_and_the_second_official_open_nothing_twice(desk, may):
    for _ in range(2):
        text = read(desk.post("/city/periods/open/", {"code": "2023A"}, follow=True))
    assert "2023年年报此前已经开启，没有需要补充的企业，应报 3 家。" in text
    assert JournalEntry.objects.filter(action="开启报告期", period="2023A").count() == 1
    assert Period.objects.get(pk="2023A").deadlines.count() == 3


def test_firms_that_joined_since_are_added_from_the_periods_page(desk, may):
    Filing.objects.filter(period="2024M05", enterprise=may.other_filing.enterprise).delete()
    assert "补充应报企业" in read(desk.get("/city/periods/2024M05/"))
    text = read(desk.post("/city/periods/open/", {"code": "2024M05"}, follow=True))
    assert "2024年5月补充应报企业 1 家，现在应报 3 家。" in text
    workflow.lock(may.may, may.city, AFTER_DUE, "停报")
    assert "补充应报企业" not in read(desk.get("/city/periods/2024M05/"))
    assert "已锁定，不能再次开启" in read(desk.post("/city/periods/open/", {"code": "2024M05"}), 409)


def test_a_button_that_carries_no_period_is_refused_in_words(desk):
    assert "请点一个报告期旁边的“开启”。" in read(desk.post("/city/periods/open/", {}), 422)


def test_the_association_reads_the_periods_and_opens_none(may):
    text = read(sign_in(may.analyst).get("/city/periods/"))
    assert "开启报告期</h2>" not in text and "补充应报企业" not in read(
        sign_in(may.analyst).get("/city/periods/2024M05/")
    )


def test_who_opens_a_period_after_its_date_is_told_what_that_means(desk):
    assert "不能撤回" in read(desk.get("/city/periods/"))
    late = read(desk.post("/city/periods/open/", {"code": "2024M03"}, follow=True))
    assert "2024年3月的企业上报截止日 2024-04-12 已过，企业须先申请补报" in late
    in_time = read(desk.post("/city/periods/open/", {"code": "2023A"}, follow=True))
    assert ("已过，企业须先申请补报" in in_time) == (AT.date() > date(2024, 3, 20))
