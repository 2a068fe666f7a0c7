"""What the city does to dates: a year's arrangement entered, a reading chosen, a date set by hand; and who is told."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils.timezone import localtime

from accounts.models import JournalEntry, Letter
from accounts.post.outbox import message_of
from reporting import workflow
from reporting.calendar.notice import plan
from reporting.dates.arrangements import Festival, Notice, published_calendar
from reporting.dates.deadlines import DEFAULT, ClauseReading
from reporting.models import (
    Arrangement,
    Filing,
    Period,
    ReadingChoice,
    State,
    calendar_in_force,
    reading_in_force,
)
from reporting.workflow import Refused
from tests.cast import AT, SHANGHAI
from tests.may import AFTER_DUE, LAST_SECOND, make_may

NUMBER = "国办发明电〔2026〕9号"
IN_MARCH = datetime(2027, 3, 1, 9, tzinfo=SHANGHAI)


@pytest.fixture
def may(cast):
    return make_may(cast)


def festival(name, first, last, itself, worked=()) -> Festival:
    return Festival(name, first, last, frozenset(itself), frozenset(worked), NUMBER)


def notice_of(*festivals, year=2027, number=NUMBER) -> Notice:
    return Notice(year, f"国务院办公厅关于{year}年部分节假日安排的通知", number, "https://www.gov.cn/x", festivals)


def march_off(last: date = date(2027, 3, 13)) -> Notice:
    """An invented festival over the 12th of March, so that a provisional date has somewhere to go."""
    return notice_of(festival("春节", date(2027, 3, 12), last, [date(2027, 3, 12)]))


def letters_to(address: str = "", stem: str = "deadline/moved"):
    return Letter.objects.filter(stem=stem, to__contains=address)


# ---- entering a year ----


def test_an_arrangement_is_in_force_once_it_is_entered(cast):
    assert calendar_in_force().years == published_calendar().years
    entered = workflow.enter_arrangement(march_off(), cast.zhou_tao, AT)
    assert calendar_in_force().festival_off(date(2027, 3, 13)).notice == NUMBER
    assert calendar_in_force().festival_off(date(2026, 10, 1))  # the others stay
    entry = JournalEntry.objects.get(action="录入放假安排")
    assert (entry.before, entry.after) == (None, {"文号": NUMBER, "春节": "2027-03-12至2027-03-13"})
    assert entered.notice == march_off()


def test_the_calendar_in_force_costs_one_query(cast, django_assert_num_queries):
    workflow.enter_arrangement(march_off(), cast.zhou_tao, AT)
    with django_assert_num_queries(1):
        calendar_in_force()


def test_only_the_city_enters_and_never_a_contradiction(cast):
    for nobody in (cast.chen_yu, cast.liu_fang, cast.li_na, cast.wu_gang):
        with pytest.raises(Refused, match="市级管理员"):
            workflow.enter_arrangement(march_off(), nobody, AT)
    with pytest.raises(Refused, match="止日早于起日"):
        workflow.enter_arrangement(march_off(last=date(2027, 3, 1)), cast.zhou_tao, AT)
    assert not Arrangement.objects.exists()


def test_the_second_click_is_the_first_however_the_number_is_typed(cast):
    first = workflow.enter_arrangement(march_off(), cast.zhou_tao, AT)
    again = notice_of(*march_off().festivals, number="国办发明电[２０２６]９号 ")
    assert workflow.enter_arrangement(again, cast.zhou_tao, AT) == first
    assert Arrangement.objects.count() == JournalEntry.objects.filter(action="录入放假安排").count() == 1


def test_a_number_is_used_once_but_to_correct_and_what_stood_stays_on_record(cast):
    first = workflow.enter_arrangement(march_off(), cast.zhou_tao, AT)
    longer = march_off(last=date(2027, 3, 14))
    with pytest.raises(Refused, match="已录入过，这次的日期不同.*更正说明"):
        workflow.enter_arrangement(longer, cast.zhou_tao, AT)
    with pytest.raises(Refused, match="已用于2027年"):
        workflow.enter_arrangement(notice_of(shifted(), year=2028), cast.zhou_tao, AT)
    second = workflow.enter_arrangement(longer, cast.zhou_tao, AT, correction="止日录错一天")
    first.refresh_from_db()
    assert (first.replaced_at, second.replaced_at) == (AT, None)
    assert calendar_in_force().festival_off(date(2027, 3, 14))
    assert (
        JournalEntry.objects.get(action="录入放假安排", why="止日录错一天").before["春节"] == "2027-03-12至2027-03-13"
    )


def test_a_wrong_address_of_the_notice_is_corrected_too(cast):
    first = workflow.enter_arrangement(march_off(), cast.zhou_tao, AT)
    mended = replace(march_off(), url="https://www.gov.cn/y")
    with pytest.raises(Refused, match="这次的标题或网址不同.*更正说明"):
        workflow.enter_arrangement(mended, cast.zhou_tao, AT)
    second = workflow.enter_arrangement(mended, cast.zhou_tao, AT, correction="网址录错")
    assert second != first and calendar_in_force().notice_for(2027).url == "https://www.gov.cn/y"


def shifted() -> Festival:
    return festival("春节", date(2028, 3, 12), date(2028, 3, 13), [date(2028, 3, 12)])


def test_a_shipped_year_is_entered_again_only_with_another_number_or_to_correct(cast):
    shipped = published_calendar().notice_for(2024)
    with pytest.raises(Refused, match="已在系统中，内容相同"):
        workflow.enter_arrangement(shipped, cast.zhou_tao, AT)
    other = notice_of(*shipped.festivals[:-1], year=2024, number="国办发明电〔2024〕99号")
    workflow.enter_arrangement(other, cast.zhou_tao, AT)
    assert calendar_in_force().festival_off(date(2024, 10, 1)) is None
    assert len([notice for notice in calendar_in_force().notices if notice.year == 2024]) == 1


# ---- what an entry does to stored dates ----


def test_provisional_dates_of_open_periods_settle_and_those_whose_date_moved_are_told(may):
    period = workflow.open_period("2027M02", may.city, IN_MARCH)
    stored = {deadline.level: deadline for deadline in period.deadlines.all()}
    assert {level: deadline.provisional for level, deadline in stored.items()} == {
        "enterprise": True,
        "district": True,
        "city": False,
    }
    by_hand = workflow.open_period("2026A", may.city, IN_MARCH)  # 20 March 2027
    dates = {"enterprise": date(2027, 3, 22)}
    workflow.set_deadlines(by_hand, dates, may.city, IN_MARCH, "另行通知", "〔2027〕1号")
    Letter.objects.all().delete()

    effects = workflow.effects_of(calendar_in_force().overlaid([march_off()]))
    assert [(effect.deadline.level, str(effect.due.date)) for effect in effects.settled] == [
        ("enterprise", "2027-03-14"),
        ("district", "2027-03-14"),
    ]
    assert effects.left == ()
    workflow.enter_arrangement(march_off(), may.city, IN_MARCH)
    stored = {deadline.level: deadline for deadline in Period.objects.get(pk="2027M02").deadlines.all()}
    assert [str(stored[level].date) for level in ("enterprise", "district", "city")] == [
        "2027-03-14",
        "2027-03-14",
        "2027-03-15",
    ]
    assert not any(deadline.provisional for deadline in stored.values())
    assert stored["enterprise"].moved and NUMBER in stored["enterprise"].why
    assert str(Period.objects.get(pk="2026A").enterprise_deadline.date) == "2027-03-22"
    entry = JournalEntry.objects.get(action="确定暂定截止日")
    assert entry.before == {"企业上报": "2027-03-12", "区县审核": "2027-03-13"}
    assert entry.after == {"企业上报": "2027-03-14", "区县审核": "2027-03-14", "文号": NUMBER}
    told = set(letters_to().values_list("to", flat=True))
    assert {may.clerk.email, may.other_clerk.email, may.reviewer.email, may.city.email} <= told
    assert not letters_to(may.analyst.email).exists()
    letter = letters_to(may.clerk.email).get()
    assert letter.subject == "2027年2月企业上报截止日改为2027年3月14日（周日）"
    assert letter.bulk and letter.period == "2027M02"


def test_a_provisional_date_that_stays_is_settled_without_a_letter(may):
    workflow.open_period("2027M02", may.city, IN_MARCH)
    quiet = notice_of(festival("劳动节", date(2027, 5, 1), date(2027, 5, 5), [date(2027, 5, 1)]))
    workflow.enter_arrangement(quiet, may.city, IN_MARCH)
    period = Period.objects.get(pk="2027M02")
    assert period.dues[0].how == "未顺延" and "不在国务院公布的放假期间" in period.dues[0].why
    assert not Letter.objects.exists()


def test_a_settled_date_is_left_and_the_preview_says_so(may):
    """May 2024 is due on 12 June; a later notice that has 端午节 over it does not move what is stored."""
    longer = festival("端午节", date(2024, 6, 8), date(2024, 6, 12), [date(2024, 6, 10)])
    correction = notice_of(longer, year=2024, number="国办发明电〔2024〕99号")
    effects = workflow.effects_of(calendar_in_force().overlaid([correction]))
    assert effects.settled == ()
    assert [(effect.deadline.level, str(effect.due.date)) for effect in effects.left] == [("enterprise", "2024-06-13")]
    workflow.enter_arrangement(correction, may.city, AT)
    assert str(Period.objects.get(pk="2024M05").enterprise_deadline.date) == "2024-06-12"
    assert not Letter.objects.exists()


def test_a_letter_about_a_filing_says_that_its_date_is_provisional(may):
    period = workflow.open_period("2027M02", may.city, IN_MARCH)
    filing = period.filings.get(enterprise=may.firm)
    workflow.ask_extension(filing, date(2027, 3, 13), may.clerk, IN_MARCH, "财务人员交接")
    assert "2027-03-12（暂定）" in message_of(letters_to(may.reviewer.email, "filing/extension_asked").get()).body


def test_what_is_opened_after_the_entry_is_reckoned_with_it(may):
    workflow.enter_arrangement(march_off(), may.city, IN_MARCH)
    period = workflow.open_period("2027M02", may.city, IN_MARCH)
    assert [(str(due.date), due.provisional) for due in period.dues][0] == ("2027-03-14", False)
    out = StringIO()
    call_command("deadlines", "2027", "--json", stdout=out)
    april = [row for row in json.loads(out.getvalue()) if row["period"] == "2027M03"]
    assert not any("provisional" in row for row in april)


def test_a_locked_period_keeps_its_provisional_dates(may):
    period = workflow.open_period("2027M02", may.city, IN_MARCH)
    Period.objects.filter(pk=period.pk).update(state=Period.LOCKED)
    workflow.enter_arrangement(march_off(), may.city, IN_MARCH)
    assert str(Period.objects.get(pk="2027M02").enterprise_deadline.date) == "2027-03-12"


def test_a_notice_that_comes_with_the_program_settles_in_the_daily_work(may, monkeypatch):
    workflow.open_period("2027M02", may.city, IN_MARCH)
    with_2027 = published_calendar().overlaid([march_off()])
    monkeypatch.setattr("reporting.models.calendar.published_calendar", lambda: with_2027)
    assert plan(IN_MARCH) == 0
    assert str(Period.objects.get(pk="2027M02").enterprise_deadline.date) == "2027-03-14"
    assert JournalEntry.objects.get(action="确定暂定截止日").by is None
    told = letters_to().count()
    plan(IN_MARCH + timedelta(minutes=10))
    assert letters_to().count() == told > 0


# ---- October ----


@pytest.mark.parametrize(
    ("at", "letters"),
    [
        (datetime(2026, 9, 30, 23, 59, 59, tzinfo=SHANGHAI), 0),
        (datetime(2026, 10, 1, 9, tzinfo=SHANGHAI), 0),  # 国庆: nobody is written to on a day off
        (datetime(2026, 10, 8, tzinfo=SHANGHAI), 1),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=SHANGHAI), 1),
        (datetime(2027, 1, 1, tzinfo=SHANGHAI), 1),  # now it is this year's that is missing
    ],
)
def test_from_october_on_the_city_is_told_that_next_years_arrangement_is_missing(cast, at, letters):
    assert plan(at) == letters
    assert letters_to(stem="deadline/calendar_missing").count() == letters


def test_it_is_told_once_a_month_and_no_more_when_the_year_is_there(cast):
    october, november = datetime(2026, 10, 8, tzinfo=SHANGHAI), datetime(2026, 11, 2, tzinfo=SHANGHAI)
    assert [plan(october), plan(october + timedelta(days=20)), plan(november)] == [1, 0, 1]
    letter = letters_to(stem="deadline/calendar_missing").first()
    assert letter.to == cast.zhou_tao.email
    words = message_of(letter)
    assert "国务院2027年部分节假日安排还没有录入" in words.body
    assert "2026年12月：企业上报 2027年1月12日、区县审核 2027年1月13日" in words.body
    assert "2026年年报：企业上报 2027年3月20日\n" in words.body  # the district's annual date never moves
    assert "/calendar/2027/enter/" in words.body and "/calendar/2027/enter/" in words.alternatives[0][0]
    workflow.enter_arrangement(march_off(), cast.zhou_tao, november)
    assert plan(datetime(2026, 12, 1, tzinfo=SHANGHAI)) == 0


# ---- readings ----


def test_a_reading_holds_for_periods_opened_afterwards(may):
    """February 2021 was due on 12 March; so take May 2021: 12 June 2021, a Saturday within 端午节, days in lieu."""
    opened = workflow.open_period("2021M05", may.city, AT)
    assert str(opened.enterprise_deadline.date) == "2021-06-15"
    festival_only = ClauseReading(counts="festival", every_level=True)
    for _ in range(2):
        workflow.choose_reading(festival_only, may.city, AT, "渝经信软件〔2024〕9号")
    assert (reading_in_force(), ReadingChoice.objects.count()) == (festival_only, 1)
    assert opened.reading == Period.objects.get(pk="2021M05").reading == DEFAULT
    assert str(Period.objects.get(pk="2021M05").enterprise_deadline.date) == "2021-06-15"
    Filing.objects.filter(period=opened).delete()
    opened.deadlines.all().delete()
    opened.delete()
    again = workflow.open_period("2021M05", may.city, AT)
    assert str(again.enterprise_deadline.date) == "2021-06-12"
    assert again.reading == festival_only
    entry = JournalEntry.objects.get(action="设定顺延口径")
    assert entry.before == {"哪些放假日顺延": "放假安排内的每一天", "哪些截止日顺延": "只有企业和区县月报的截止日"}
    assert (entry.after["哪些放假日顺延"], entry.why) == ("节日当天", "渝经信软件〔2024〕9号")


def test_a_provisional_date_settles_under_the_reading_it_was_opened_with(may):
    workflow.open_period("2027M02", may.city, IN_MARCH)
    workflow.choose_reading(ClauseReading(counts="festival"), may.city, IN_MARCH, "依据")
    workflow.enter_arrangement(march_off(), may.city, IN_MARCH)  # the 13th is no festival day
    assert str(Period.objects.get(pk="2027M02").deadline("district").date) == "2027-03-14"


def test_only_the_city_chooses_a_reading_and_says_why(cast):
    for nobody in (cast.chen_yu, cast.liu_fang, cast.li_na, cast.wu_gang):
        with pytest.raises(Refused, match="市级管理员"):
            workflow.choose_reading(ClauseReading(every_level=True), nobody, AT, "依据")
    with pytest.raises(Refused, match="依据"):
        workflow.choose_reading(ClauseReading(every_level=True), cast.zhou_tao, AT, " ")
    assert workflow.choose_reading(DEFAULT, cast.zhou_tao, AT, "") is None  # nothing chosen, nothing to say
    assert reading_in_force() == DEFAULT


# ---- January ----


def test_january_is_opened_only_where_it_is_reported(may):
    in_february = datetime(2025, 2, 5, tzinfo=SHANGHAI)
    with pytest.raises(Refused, match="“2025M01”不是报告期编码，应如 2024M05（月报）或 2024A（年报）；1月无月报。"):
        workflow.open_period("2025M01", may.city, in_february)
    workflow.choose_reading(ClauseReading(reports_january=True), may.city, AT, "另行通知")
    with pytest.raises(Refused, match="应如 2024M05（月报）或 2024A（年报）。"):
        workflow.open_period("2025M13", may.city, in_february)
    january = workflow.open_period("2025M01", may.city, in_february)
    assert (january.label, january.filings.count()) == ("2025年1月", 3)
    # 12 February 2025 is the day of 元宵, no day off: 春节 ended on the 4th.
    assert [str(due.date) for due in january.dues] == ["2025-02-12", "2025-02-13", "2025-02-15"]
    workflow.choose_reading(DEFAULT, may.city, AT, "恢复")
    assert Period.objects.get(pk="2025M01").label == "2025年1月"
    with pytest.raises(Refused, match="1月无月报"):
        workflow.open_period("2026M01", may.city, datetime(2026, 2, 5, tzinfo=SHANGHAI))


# ---- by hand ----


def by_hand(may, at=AT, **days):
    dates = {level: date(2024, 6, day) for level, day in days.items()}
    return workflow.set_deadlines(may.may, dates, may.city, at, "系统维护", "渝经信函〔2024〕1号")


def test_firms_that_still_owe_districts_and_the_city_are_told_of_a_date_set_by_hand(may):
    Filing.objects.filter(pk=may.other_filing.pk).update(state=State.APPROVED)
    by_hand(may, enterprise=18, district=19, city=20)
    told = set(letters_to().values_list("to", flat=True))
    assert told == {
        may.clerk.email, "91500103ma5u12346b-2@example.com", "91500103ma5x88079d@example.com",
        may.reviewer.email, may.other_reviewer.email, may.city.email,
    }  # fmt: skip
    to_firm = message_of(letters_to(may.clerk.email).get()).body
    assert "重庆云图软件有限公司：" in to_firm
    assert "企业上报：原2024年6月12日（周三），现改为2024年6月18日（周二） 23:59:59" in to_firm
    assert "区县审核" not in to_firm
    assert "原因：系统维护。" in to_firm and "文号：渝经信函〔2024〕1号" in to_firm
    assert "/filings/2024M05/" in to_firm
    to_district = message_of(letters_to(may.reviewer.email).get())
    assert "企业上报：" in to_district.body and "区县审核：" in to_district.body
    assert "市级审核：" not in to_district.body
    assert "/district/?period=2024M05" in to_district.alternatives[0][0]
    assert "市级审核：" in message_of(letters_to(may.city.email).get()).body


@pytest.mark.parametrize("state", [State.NOT_STARTED, State.DRAFT, State.RETURNED, State.AMENDING, State.QUERIED])
def test_a_firm_with_something_to_do_is_told(may, state):
    Filing.objects.filter(pk=may.filing.pk).update(state=state)
    by_hand(may, enterprise=13)
    assert letters_to(may.clerk.email).exists()


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED, State.EXEMPT])
def test_a_firm_with_nothing_to_do_is_not(may, state):
    Filing.objects.filter(pk=may.filing.pk).update(state=state)
    by_hand(may, enterprise=13)
    assert not letters_to(may.clerk.email).exists()


def test_a_level_that_does_not_concern_them_is_not_told_to_firms_and_districts(may):
    by_hand(may, city=20)
    assert set(letters_to().values_list("to", flat=True)) == {may.city.email}
    Letter.objects.all().delete()
    by_hand(may, district=14)
    assert not letters_to(may.clerk.email).exists() and letters_to(may.reviewer.email).exists()


def test_a_firm_with_an_extension_beyond_the_new_date_is_told_that_it_stands(may):
    Filing.objects.filter(pk=may.filing.pk).update(extended_to=date(2024, 6, 25))
    by_hand(may, enterprise=18, district=25, city=26)
    assert "已获准延期至2024年6月25日（周二），延期仍然有效" in message_of(letters_to(may.clerk.email).get()).body
    assert "延期" not in message_of(letters_to("91500103ma5x88079d").get()).body


def test_the_second_click_tells_nobody_and_there_and_back_tells_each_time(may):
    by_hand(may, enterprise=13)
    by_hand(may, enterprise=13)
    assert letters_to(may.clerk.email).count() == 1
    by_hand(may, at=AT + timedelta(hours=1), enterprise=12)
    by_hand(may, at=AT + timedelta(hours=2), enterprise=13)
    assert letters_to(may.clerk.email).count() == 3


def test_a_provisional_date_is_confirmed_as_it_is_and_nobody_is_told(may):
    period = workflow.open_period("2027M02", may.city, IN_MARCH)  # due 12 and 13 March; the city's 15th never moves
    dates = {"enterprise": date(2027, 3, 12)}
    for _ in range(2):
        workflow.set_deadlines(period, dates, may.city, IN_MARCH, "会议议定", "会议纪要〔2027〕3号")
    enterprise, district = (Period.objects.get(pk="2027M02").deadline(level) for level in ("enterprise", "district"))
    assert (enterprise.date, enterprise.how, enterprise.moved) == (date(2027, 3, 12), "人工设定", False)
    assert (enterprise.why, enterprise.notice_number) == ("市级人工设定：会议议定", "会议纪要〔2027〕3号")
    assert district.provisional and not district.by_hand  # it was not named
    entry = JournalEntry.objects.get(action="确认暂定截止日")
    assert (entry.before, entry.why) == ({"企业上报": "2027-03-12"}, "会议议定")
    assert entry.after == {"企业上报": "2027-03-12", "文号": "会议纪要〔2027〕3号"}
    assert not letters_to().exists()
    workflow.enter_arrangement(march_off(), may.city, IN_MARCH)
    assert Period.objects.get(pk="2027M02").enterprise_deadline.date == date(2027, 3, 12)


def test_only_what_moved_is_told_where_one_date_is_confirmed_and_another_moved(may):
    period = workflow.open_period("2027M02", may.city, IN_MARCH)
    dates = {"enterprise": date(2027, 3, 12), "district": date(2027, 3, 14)}
    workflow.set_deadlines(period, dates, may.city, IN_MARCH, "会议议定", "无")
    assert not any(deadline.provisional for deadline in period.deadlines.all())
    assert {letter.facts["dates"] for letter in letters_to()} == {"district=0314"}
    assert JournalEntry.objects.get(action="调整截止日").after["企业上报"] == "2027-03-12"


def test_a_provisional_date_that_has_passed_may_still_be_confirmed(may):
    period = workflow.open_period("2027M02", may.city, IN_MARCH)
    on_the_20th = IN_MARCH.replace(day=20)
    workflow.set_deadlines(period, {"enterprise": date(2027, 3, 12)}, may.city, on_the_20th, "会议议定", "无")
    assert period.deadlines.get(level="enterprise").by_hand


def test_a_date_by_hand_is_no_longer_provisional(may):
    period = workflow.open_period("2027M02", may.city, IN_MARCH)
    dates = {"enterprise": date(2027, 3, 13)}
    workflow.set_deadlines(period, dates, may.city, IN_MARCH, "系统维护", "无")
    deadline = Period.objects.get(pk="2027M02").enterprise_deadline
    assert (deadline.how, deadline.provisional, deadline.notice_number) == ("人工设定", False, "无")


def test_nobody_is_late_the_moment_a_date_is_set(may):
    the_tenth = datetime(2024, 6, 10, 23, 59, 59, tzinfo=SHANGHAI)
    with pytest.raises(Refused, match="企业上报截止日不能设为已经过去的 2024-06-09"):
        by_hand(may, at=the_tenth, enterprise=9)
    assert by_hand(may, at=the_tenth, enterprise=10).enterprise_deadline.date == date(2024, 6, 10)


# ---- the last second ----


def test_due_is_the_last_second_of_the_day_in_chongqing(may):
    assert localtime(may.may.due_at("enterprise")) == LAST_SECOND
    assert LAST_SECOND + timedelta(seconds=1) == AFTER_DUE
    assert not may.filing.is_past_due(LAST_SECOND)
    assert may.filing.is_past_due(AFTER_DUE)
    assert not Filing.objects.overdue(LAST_SECOND).exists()
    assert Filing.objects.overdue(AFTER_DUE).count() == 3
