"""A period is opened by the button that proposes it; nobody types a code."""

import re
from datetime import date

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import Enterprise, JournalEntry, User
from forms_tables.edition.periods import PeriodCode
from reporting import workflow
from reporting.dates.deadlines import ClauseReading
from reporting.models import Filing, Period, in_force
from reporting.periods.openings import openings_on
from reporting.totals.history import imported_periods
from tests.cast import AT, FREE_CODE, make_enterprise
from tests.history.books import stand
from tests.may import AFTER_DUE, make_may, open_period
from tests.officials import make_it_be, press_through, sign_in
from tests.reading import markup_of, words_on

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


def press_open(desk, code: str, **more: str) -> str:
    """Both presses: the page that says what it would do, and its button."""
    return read(press_through(desk, "/city/periods/open/", {"code": code, **more}))


def due_on(day: date, reading: ClauseReading = USUAL) -> list[str]:
    return [opening.period.code for opening in openings_on(day, reading).due]


def opened(*codes: str) -> None:
    for code in codes:
        open_period(code, date(2024, 1, 1))


def test_before_the_first_the_last_month_and_the_last_year_are_proposed_while_there_is_time(db):
    """Four working days before its date; the annual's is 20 March."""
    assert due_on(date(2024, 6, 5)) == ["2024M05"] and due_on(date(2024, 6, 6)) == []
    assert due_on(date(2024, 3, 14)) == ["2023A"] and due_on(date(2024, 3, 15)) == []
    found = openings_on(date(2024, 6, 5), USUAL)
    assert [period.code for period in found.to_come] == ["2024M06", "2024A"]
    assert found.skipped[0].code == "2024M04" and PeriodCode(2023) in found.skipped
    assert found.skipped[-1].code == "2021M02"


def test_a_city_without_history_begins_with_the_month_its_firms_can_still_meet_and_is_told_why(db):
    in_time, late = openings_on(date(2024, 6, 5), USUAL).first, openings_on(date(2024, 6, 6), USUAL).first
    assert (in_time.period.code, in_time.can_be_opened) == ("2024M05", True)
    assert "2024年6月12日（周三），还有 7 天（4 个工作日），来得及" in in_time.reason
    assert (late.period.code, late.can_be_opened) == ("2024M06", False)
    assert "2024年5月的企业上报截止日是2024年6月12日（周三），还有 6 天（3 个工作日）" in late.reason
    assert "2024年6月：2024年7月1日（周一）起可以开启" in late.reason
    assert "已截止" in openings_on(date(2024, 6, 28), USUAL).first.reason


def test_once_a_month_was_opened_nothing_is_proposed_to_begin_with(db):
    opened("2023A")
    assert openings_on(date(2024, 6, 6), USUAL).first.period.code == "2024M06"
    opened("2024M04")
    assert openings_on(date(2024, 6, 6), USUAL).first is None and due_on(date(2024, 6, 6)) == ["2024M05"]


def swap_a_firm(cast) -> None:
    """The same number of firms in the same districts."""
    Enterprise.objects.filter(pk=cast.shancheng.pk).update(left_on=date(2024, 4, 1))
    make_enterprise(FREE_CODE, "新企业", cast.nanan)


def lose_an_account(cast) -> None:
    User.objects.filter(pk=cast.zhao_min.pk).update(password=make_password(None))


def lose_a_mailbox(cast) -> None:
    User.objects.filter(pk=cast.wang_lei.pk).update(is_active=False)


@pytest.mark.parametrize("happens", [swap_a_firm, lose_an_account, lose_a_mailbox])
def test_it_is_opened_as_it_was_seen_firms_letters_and_all(desk, cast, happens):
    given = {"code": "2024M04"}
    seen = desk.post("/city/periods/open/", given).context["preview"].mark
    happens(cast)
    again = desk.post("/city/periods/open/", given | {"seen": seen})
    assert "有变动，还没有办理" in words_on(again) and not Period.objects.filter(pk="2024M04").exists()
    desk.post("/city/periods/open/", given | {"seen": again.context["preview"].mark})
    assert Period.objects.filter(pk="2024M04").exists()


def test_estimates_that_were_not_seen_are_asked_about(desk):
    seen = desk.post("/city/periods/open/", {"code": "2024M04"}).context["preview"].mark
    desk.post("/city/periods/open/", {"code": "2024M04", "seen": seen, "estimates_allowed": "on"})
    assert not Period.objects.filter(pk="2024M04").exists()


def test_a_period_whose_history_was_imported_says_so_before_it_is_opened(desk, cast):
    for firm in (cast.yuntu, cast.jialing):
        stand(firm, "2024M04", {"2010.c1": "100.00"})
    assert [each.code for each in imported_periods()] == ["2024M04"]
    listed = words_on(desk.get("/city/periods/"))
    assert "2024年4月（已有导入历史）" in listed and "2024年3月（已有导入历史）" not in listed
    asked = words_on(desk.post("/city/periods/open/", {"code": "2024M04"}))
    assert "2 家已有导入历史；开启后本期汇总按上报件计，导入的数不再计入汇总" in asked
    assert "导入历史" not in words_on(desk.post("/city/periods/open/", {"code": "2024M03"}))
    press_open(desk, "2024M04")
    assert not imported_periods()
    make_enterprise(FREE_CODE, "新企业", cast.nanan)
    assert "导入历史" not in words_on(desk.post("/city/periods/open/", {"code": "2024M04"}))  # firms are added to it


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
    assert "2024年4月已开启，应报 3 家。" in press_open(desk, "2024M04")
    assert '<option value="2024M04">' not in read(desk.get("/city/periods/"))


def test_the_page_proposes_with_dates_and_edition_and_says_when_the_next_comes(desk):
    make_it_be(date(2024, 7, 2))
    text = read(desk.get("/city/periods/"))
    assert "开启2024年6月</button>" in text and "开启2024年5月" not in text and "2024M05（" not in text
    assert "2024年7月12日" in text and "（暂定）" not in text.partition("已开启的报告期")[0]
    assert "下一期：2024年7月，2024年8月1日起可以开启；2024年年报，2025年1月1日起可以开启。" in text
    press_open(desk, "2024M06")
    assert "已结束的报告期都已开启。" in read(desk.get("/city/periods/"))


def test_dates_that_wait_for_the_calendar_are_proposed_as_provisional(desk):
    make_it_be(date(2027, 3, 1))
    text = read(desk.get("/city/periods/")).partition("已开启的报告期")[0]
    assert '企业上报 <span class="nowrap">2027年3月12日</span>（暂定）' in text
    assert "国务院的放假安排还没有录入" in text


def test_a_period_without_an_edition_says_so_and_is_refused(desk, monkeypatch):
    monkeypatch.setattr(in_force, "governing", lambda period, among=None: [])
    make_it_be(date(2024, 7, 2))
    text = read(desk.get("/city/periods/"))
    assert "没有适用的制度版本" in text and "开启2024年6月</button>" not in text
    refused = read(desk.post("/city/periods/open/", {"code": "2019M05"}), 409)
    assert "2019年5月没有适用的制度版本，不能开启；请系统管理员先装载制度版本。" in refused


def test_the_second_press_and_the_second_official_open_nothing_twice(desk, may):
    asked = read(desk.post("/city/periods/open/", {"code": "2023A"}))
    given = {"code": "2023A", "seen": re.search(r'name="seen" value="([^"]+)"', asked)[1]}
    for _ in range(2):
        text = read(desk.post("/city/periods/open/", given, follow=True))
    assert "2023年年报此前已经开启，没有需要补充的企业，应报 3 家。" in text
    assert JournalEntry.objects.filter(action="开启报告期", period="2023A").count() == 1
    assert Period.objects.get(pk="2023A").deadlines.count() == 3


def test_firms_that_joined_since_are_added_from_the_periods_page(desk, may):
    Filing.objects.filter(period="2024M05", enterprise=may.other_filing.enterprise).delete()
    assert "补充应报企业" in read(desk.get("/city/periods/2024M05/"))
    text = press_open(desk, "2024M05")
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


def test_before_it_is_opened_the_page_says_whom_it_obliges_by_when_and_which_letters_go(desk, may):
    User.objects.filter(enterprise=may.other_filing.enterprise).update(password=make_password(None))
    said = " ".join(words_on(desk.post("/city/periods/open/", {"code": "2024M04"})).split())
    assert not Period.objects.filter(pk="2024M04").exists()
    assert "应报企业 3" in said and "其中没有激活账号 1" in said and "信送不到的企业 0" in said
    assert "“开始填报”信 3" in said and "激活邮件 1" in said  # 云图 has two people
    assert "软统企6 2 1" in said and "软统企6、软统企7 1 0" in said
    assert "渝中区 2 0" in said and "南岸区 1 1" in said
    assert "企业上报 2024年5月12日（周日）" in said and "2024年5月12日（周日）是普通周末" in said
    assert "2024年6月5日（星期三）" in said and "（每家企业自己的链接）" in said
    assert "2024年4月统计报表开始填报，2024年5月12日（周日）截止" in said and "2024年4月统计报表待报" in said


def test_nothing_is_opened_that_was_not_seen(desk, may):
    asked = read(desk.post("/city/periods/open/", {"code": "2024M04"}))
    seen = re.search(r'name="seen" value="([^"]+)"', asked)[1]
    joined = make_enterprise("91500103MA7AAAA12K", "重庆新来软件有限公司", may.firm.district)
    text = " ".join(words_on(desk.post("/city/periods/open/", {"code": "2024M04", "seen": seen})).split())
    assert "有变动，还没有办理" in text and "应报企业 4" in text and not Period.objects.filter(pk="2024M04").exists()
    assert "2024年4月已开启，应报 4 家。" in press_open(desk, "2024M04")
    assert Filing.objects.filter(enterprise=joined, period="2024M04").exists()


def test_on_a_day_off_the_letters_are_announced_for_the_next_working_day(desk):
    make_it_be(date(2024, 6, 8))  # Saturday before 端午, which is Monday
    assert "2024年6月11日（星期二）09:00 起陆续发出" in words_on(desk.post("/city/periods/open/", {"code": "2024M04"}))


def test_who_opens_a_period_after_its_date_is_told_what_that_means_first(desk):
    late = words_on(desk.post("/city/periods/open/", {"code": "2024M03"}))
    assert "2024年3月的企业上报截止日 2024-04-12 已过：一开启，企业就须先申请补报" in late
    make_it_be(date(2024, 7, 2))
    assert "已过：一开启" not in words_on(desk.post("/city/periods/open/", {"code": "2024M06"}))
