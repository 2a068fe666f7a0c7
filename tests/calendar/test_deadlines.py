import csv
import json
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from forms_tables.edition.periods import PeriodCode
from reporting.dates.arrangements import Calendar, CalendarError, published_calendar, read_notice
from reporting.dates.deadlines import (
    DEFAULT,
    OTHER_READINGS,
    ClauseReading,
    deadlines_of,
    due_for,
    due_moment,
    is_counted_off,
    periods_of,
    squeezed,
    working_days_after,
)
from reporting.demo.city import prepare_city
from reporting.models import Deadline

CALENDAR = published_calendar()
LEVELS = {"企业": "enterprise", "区县": "district", "市级": "city"}
READINGS = {
    "true_deadline_default": DEFAULT,
    "R1_announced_days_off": ClauseReading(every_level=True),
    "R2_weekend_never_moves": ClauseReading(counts="weekdays", every_level=True),
    "R3_festival_days_only": ClauseReading(counts="festival", every_level=True),
    "R4_then_next_workday": ClauseReading(lands_on="working_day", every_level=True),
}
with open(Path(__file__).with_name("deadlines.csv"), encoding="utf-8") as file:
    WORKED_DATES = list(csv.DictReader(file))


def due_in(row: dict, reading: ClauseReading):
    year, _, month = row["reference_period"].partition("-")
    return due_for(LEVELS[row["level"]], int(year), int(month) if month else None, CALENDAR, reading)


@pytest.mark.parametrize("row", WORKED_DATES, ids=lambda row: "-".join([row["reference_period"], row["level"]]))
def test_it_agrees_with_every_worked_date_under_every_reading(row):
    for column, reading in READINGS.items():
        due = due_in(row, reading)
        assert (due.nominal.isoformat(), due.date.isoformat()) == (row["nominal_date"], row[column]), column
        assert due.moved == (due.date != due.nominal)
        assert not due.provisional


def test_all_worked_dates_are_there():
    assert len(WORKED_DATES) == 114


def test_a_shift_says_which_holiday_which_notice_and_where_it_lands():
    enterprise, district, city = deadlines_of(PeriodCode(2021, 5), CALENDAR)
    assert enterprise.why == (
        "原定2021年6月12日（周六）在国务院公布的端午节放假期间（2021年6月12日至2021年6月14日，国办发明电〔2020〕27号），"
        "顺延至放假后的第一天2021年6月15日（周二）。"
    )
    assert district.date == date(2021, 6, 15)
    assert city.why == "通知未规定市级截止日顺延，即为2021年6月15日（周二）。"


@pytest.mark.parametrize(
    ("reading", "landing"),
    [
        (ClauseReading(), "放假后的第一天2021年2月18日（周四）"),
        (ClauseReading(counts="festival"), "节日当天之后的第一天2021年2月15日（周一）"),
        (ClauseReading(lands_on="working_day"), "放假后的第一个工作日2021年2月18日（周四）"),
        (ClauseReading(counts="festival", lands_on="working_day"), "放假后的第一个工作日2021年2月18日（周四）"),
    ],
)
def test_a_shift_names_the_landing_of_its_reading(reading, landing):
    assert due_for("enterprise", 2021, 1, CALENDAR, reading).why.endswith(f"顺延至{landing}。")


@pytest.mark.parametrize(
    ("level", "year", "month", "sentence"),
    [
        ("enterprise", 2024, 4, "2024年5月12日（周日）是普通周末，不属于国务院公布的放假日，不顺延。"),
        ("enterprise", 2024, 9, "2024年10月12日（周六）是国庆节调休上班日，不顺延。"),
        ("enterprise", 2024, 5, "2024年6月12日（周三）不在国务院公布的放假期间，不顺延。"),
        ("district", 2024, None, "通知未规定区县年报截止日顺延，即为2025年3月25日（周二）。"),
        ("city", 2021, 1, "2021年2月15日（周一）在春节放假期间，但通知未规定市级截止日顺延，不顺延。"),
    ],
)
def test_a_date_that_stays_says_why(level, year, month, sentence):
    due = due_for(level, year, month, CALENDAR)
    assert (due.moved, due.why) == (False, sentence)


def test_it_agrees_with_a_year_that_is_not_in_the_worked_dates():
    # 2022: 春节 31 January to 6 February, 中秋 10 to 12 September; so only the August report of the firms moves.
    moved = {
        (period.code, due.level): due.date
        for period in periods_of(2022)
        for due in deadlines_of(period, CALENDAR)
        if due.moved
    }
    assert moved == {("2022M08", "enterprise"): date(2022, 9, 13)}


def test_an_unpublished_year_is_provisional_and_never_guessed():
    enterprise, district, city = deadlines_of(PeriodCode(2027, 2), CALENDAR)
    assert (enterprise.provisional, district.provisional, city.provisional) == (True, True, False)
    assert enterprise.date == enterprise.nominal == date(2027, 3, 12)
    assert enterprise.why == "国务院尚未公布2027年放假安排，本截止日暂定，按通知日期列出，待公布后确定。"


def test_a_run_of_days_off_into_an_unpublished_year_is_provisional():
    only_2021 = Calendar(notice for notice in CALENDAR.notices if notice.year == 2021)
    assert due_for("enterprise", 2021, 12, only_2021).provisional


def test_due_means_the_last_second_of_the_day_in_chongqing():
    moment = due_moment(date(2024, 6, 12))
    assert moment.utcoffset() == timedelta(hours=8)
    assert moment.replace(tzinfo=None) == datetime(2024, 6, 12, 23, 59, 59)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("last_day_off = 2024-02-17", "last_day_off = 2024-02-01"), "止日早于起日"),
        (("festival_days = [2024-06-10]", "festival_days = [2024-06-11]"), "节日当天不在放假期间内"),
        (("2024-02-04, 2024-02-18", "2024-02-05"), "不是周六或周日"),
        (('number = "', 'nummer = "'), "number"),
    ],
)
def test_a_notice_that_contradicts_itself_is_refused(tmp_path, change, sentence):
    published = Path(__file__).parents[2] / "reporting/dates/holidays/2024.toml"
    text = published.read_text(encoding="utf-8")
    assert change[0] in text
    copy = tmp_path / "2024.toml"
    copy.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(CalendarError, match=sentence):
        read_notice(copy)


@pytest.mark.django_db
def test_the_command_prints_every_period_of_the_year_for_scripts():
    out = StringIO()
    call_command("deadlines", "2024", "--json", stdout=out)
    rows = json.loads(out.getvalue())
    assert len(rows) == 12 * 3
    assert [rows[0]["period"], rows[-1]["period"]] == ["2024M02", "2024A"]
    assert rows[-3] == {
        "period": "2024A",
        "level": "enterprise",
        "date": "2025-03-20",
        "moved": False,
        "why": "2025年3月20日（周四）不在国务院公布的放假期间，不顺延。",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("year", sorted({row["reference_period"][:4] for row in WORKED_DATES}))
def test_the_command_agrees_with_every_row_of_the_year(year):
    """January's rows are what its report would have, were there one."""
    out = StringIO()
    call_command("deadlines", year, "--json", "--january", stdout=out)
    printed = {(row["period"], row["level"]): row["date"] for row in json.loads(out.getvalue())}
    worked = {
        (code_of(row["reference_period"]), LEVELS[row["level"]]): row["true_deadline_default"]
        for row in WORKED_DATES
        if row["reference_period"].startswith(year)
    }
    assert worked and {key: printed[key] for key in worked} == worked


def code_of(reference: str) -> str:
    """2021-05 and 2021 as this program writes them."""
    return reference.replace("-", "M") if "-" in reference else f"{reference}A"


@pytest.mark.django_db
def test_the_command_speaks_chinese_to_people():
    out = StringIO()
    call_command("deadlines", "2022", stdout=out)
    assert "2022年8月（2022M08）" in out.getvalue()
    assert "企业上报  2022-09-13  顺延" in out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(("year", "unknown"), [(2019, "2019年、2020年"), (2026, "2027年"), (2031, "2031年、2032年")])
def test_the_command_says_which_years_are_not_published_and_calls_their_dates_provisional(year, unknown):
    out, err = StringIO(), StringIO()
    call_command("deadlines", str(year), "--json", stdout=out, stderr=err)
    rows = json.loads(out.getvalue())
    assert len(rows) == 36
    assert f"国务院尚未公布{unknown}放假安排" in err.getvalue()
    provisional = {(row["period"], row["level"]) for row in rows if row.get("provisional")}
    assert (f"{year}A", "enterprise") in provisional and (f"{year}A", "city") not in provisional
    assert ((f"{year}M02", "enterprise") in provisional) == (year != 2026)


@pytest.mark.django_db
def test_the_command_refuses_what_is_no_year():
    with pytest.raises(CommandError, match="“24”不是年份"):
        call_command("deadlines", "24")


@pytest.mark.django_db
def test_the_command_warns_where_a_shift_squeezes_the_next_level():
    out = StringIO()
    call_command("deadlines", "2021", "--json", stdout=out)
    warned = {(row["period"], row["level"]): row["warning"] for row in json.loads(out.getvalue()) if "warning" in row}
    assert set(warned) == {("2021M05", "district"), ("2021M05", "city")}
    assert warned["2021M05", "city"] == (
        "区县审核截止日移到2021年6月15日（周二），市级审核截止日为2021年6月15日（周二），其间不足一个工作日。"
    )


@pytest.mark.django_db
def test_the_command_prints_what_is_stored_where_a_period_was_opened():
    """The demonstration city's annual of 2023 is set by hand; its months are frozen as they were reckoned."""
    call_command("load_edition", verbosity=0)
    prepare_city()
    Deadline.objects.filter(period="2023M05").update(date=date(2023, 6, 21), why="当时如此。")
    Deadline.objects.filter(period="2023M06").delete()
    out = StringIO()
    call_command("deadlines", "2023", "--json", stdout=out)
    rows = {(row["period"], row["level"]): row for row in json.loads(out.getvalue())}
    assert len(rows) == 12 * 3
    annual = rows["2023A", "enterprise"]
    assert set(annual) == {"period", "level", "date", "moved", "why"}
    assert (annual["date"], annual["moved"]) == ("2024-06-20", True)
    assert annual["why"].startswith("市级人工设定：")
    assert [rows["2023M05", "city"][key] for key in ("date", "why")] == ["2023-06-21", "当时如此。"]
    assert rows["2023M06", "enterprise"]["date"] == "2023-07-12"


readings = st.builds(
    ClauseReading,
    counts=st.sampled_from(["announced", "weekdays", "festival"]),
    lands_on=st.sampled_from(["next_day", "working_day"]),
    every_level=st.booleans(),
)
known_months = st.tuples(st.integers(2021, 2025), st.one_of(st.none(), st.integers(1, 12)))


@given(readings, known_months, st.sampled_from(["enterprise", "district", "city"]))
def test_a_moved_date_is_no_counted_day_off_and_lies_after_one(reading, month, level):
    due = due_for(level, *month, CALENDAR, reading)
    assert due.date >= due.nominal and due.moved == (due.date > due.nominal)
    if not due.moved:
        return
    assert not is_counted_off(due.date, CALENDAR, reading)
    assert is_counted_off(due.nominal, CALENDAR, reading)
    if reading.lands_on == "working_day":
        assert CALENDAR.is_working_day(due.date)
    if reading.counts == "weekdays":
        assert due.nominal.weekday() < 5


@given(known_months)
def test_the_other_readings_are_those_of_the_worked_dates(month):
    for code, (_, reading) in OTHER_READINGS.items():
        theirs = next(value for column, value in READINGS.items() if column.startswith(code))
        assert due_for("city", *month, CALENDAR, reading) == due_for("city", *month, CALENDAR, theirs)


def test_every_level_moves_the_citys_date_only_when_it_is_chosen():
    # 15 February 2021 lies in 春节 (11 to 17 February): a January report would have it.
    assert due_for("city", 2021, 1, CALENDAR).date == date(2021, 2, 15)
    assert due_for("city", 2021, 1, CALENDAR, ClauseReading(every_level=True)).date == date(2021, 2, 18)


def test_a_gap_counts_the_working_days_after_one_date_up_to_the_next():
    # 2022M08: the firms' 12 September moves to Tuesday the 13th, the district's own day.
    dues = deadlines_of(PeriodCode(2022, 8), CALENDAR)
    assert [due.date.day for due in dues] == [13, 13, 15]
    assert set(squeezed(dues, CALENDAR)) == {"district"}
    # July 2024: Friday the 12th, then Saturday the 13th. No working day between, but nothing was shifted.
    assert squeezed(deadlines_of(PeriodCode(2024, 6), CALENDAR), CALENDAR) == {}
    assert working_days_after(date(2024, 10, 11), date(2024, 10, 13), CALENDAR) == 1  # Saturday the 12th is worked
    assert working_days_after(date(2024, 9, 13), date(2024, 9, 13), CALENDAR) == 0
    assert working_days_after(date(2024, 9, 14), date(2024, 9, 17), CALENDAR) == 0  # 15 to 17 September are off


def test_january_is_named_only_where_it_is_reported():
    assert [period.code for period in periods_of(2025)][:2] == ["2025M02", "2025M03"]
    assert [period.code for period in periods_of(2025, ClauseReading(reports_january=True))][:2] == [
        "2025M01",
        "2025M02",
    ]
    assert len(periods_of(2025, ClauseReading(reports_january=True))) == 13
