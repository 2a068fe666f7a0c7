"""The State Council's days off: as shipped, as two public packages know them, as read from a file or a page."""

import io
from datetime import date
from pathlib import Path

import chinese_calendar
import holidays as holidays_package
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from reporting.calendar.entry import NoDate, read_day, read_days
from reporting.calendar.files import COLUMNS, read_arrangement, rows_to_fill, write_rows, write_workbook
from reporting.dates.arrangements import (
    ONE_DAY,
    Calendar,
    Festival,
    Notice,
    contradictions,
    doubts,
    notice_kept,
    published_calendar,
    rows_to_keep,
)
from text.package import Unreadable

CALENDAR = published_calendar()
YEARS = range(2021, 2027)
HOLIDAYS = Path(__file__).with_name("holidays.csv").read_bytes()
HEAD = "date,weekday,notice_year,festival,type,is_weekend,festival_day_itself,source_url"


def every_day():
    day = date(2021, 1, 1)
    while day.year <= 2026:
        yield day
        day += ONE_DAY


def read(text: str | bytes, year: int = 2027, name: str = "2027.csv"):
    content = text.encode() if isinstance(text, str) else text
    return read_arrangement(io.BytesIO(content), name, year, "国办发明电〔2026〕9号")


def said(read_file) -> str:
    return "\n".join(f"{problem.place}：{problem.sentence}" for problem in read_file.problems)


# ---- the six shipped years against two public packages, day by day ----


def test_six_years_are_shipped():
    assert CALENDAR.years == set(YEARS)


def test_holidays_knows_every_festival_day_and_every_working_day_as_we_do():
    """`holidays` names a day off that is a Saturday or Sunday only when it is the festival day itself: for it the
    others are weekends already. Everything else is equal, on each of 2,191 days."""
    theirs = holidays_package.country_holidays("CN", years=YEARS)
    plain_weekends = set()
    for day in every_day():
        off = CALENDAR.festival_off(day)
        assert theirs.is_working_day(day) == CALENDAR.is_working_day(day), day
        if off and day not in theirs:
            plain_weekends.add(day)
            assert day.weekday() >= 5 and day not in off.festival_days, day
        else:
            assert (day in theirs) == bool(off), day
    assert len(plain_weekends) == 48


def test_chinese_calendar_agrees_but_for_one_weekend_it_adds_to_a_notice():
    """The notice for 2024 says of 元旦: 1月1日放假，与周末连休. 30 and 31 December 2023 are that weekend, a plain one;
    `chinese_calendar` counts them as 元旦. They are days without work either way."""
    differs = set()
    for day in every_day():
        assert chinese_calendar.is_workday(day) == CALENDAR.is_working_day(day), day
        assert (day in chinese_calendar.workdays) == bool(CALENDAR.working_weekend(day)), day
        if (day in chinese_calendar.holidays) != bool(CALENDAR.festival_off(day)):
            differs.add(day)
    assert differs == {date(2023, 12, 30), date(2023, 12, 31)}


def test_every_working_weekend_is_a_working_day_and_no_day_off():
    worked = [day for notice in CALENDAR.notices for run in notice.festivals for day in run.working_weekends]
    assert len(worked) == 40
    assert all(CALENDAR.is_working_day(day) and CALENDAR.festival_off(day) is None for day in worked)


@pytest.mark.parametrize("year", YEARS)
def test_the_shipped_notices_hold_what_the_reference_file_says(year):
    found = read(HOLIDAYS, year, "holidays.csv")
    assert found.problems == []
    assert Notice(year, "", "", "", found.festivals).days == CALENDAR.notice_for(year).days
    assert found.url == CALENDAR.notice_for(year).url
    assert "行属于别的年份" in found.notes[0]


@pytest.mark.parametrize("year", YEARS)
def test_a_notice_is_kept_and_read_back_as_it_was(year):
    notice = CALENDAR.notice_for(year)
    head = {"year": year, "title": notice.title, "number": notice.number, "url": notice.url}
    assert notice_kept(head, rows_to_keep(notice)) == notice


def test_a_notice_put_over_the_shipped_one_takes_its_place_for_its_year_only():
    new_year = festival("元旦", date(2025, 1, 1), date(2025, 1, 3), {date(2025, 1, 1)})
    calendar = CALENDAR.overlaid([Notice(2025, "", "", "", (new_year,))])
    assert calendar.festival_off(date(2025, 1, 3)) and not CALENDAR.festival_off(date(2025, 1, 3))
    assert calendar.festival_off(date(2025, 10, 1)) is None
    assert calendar.festival_off(date(2026, 10, 1))
    assert calendar.years == CALENDAR.years


# ---- contradictions ----


def festival(name, first, last, itself=frozenset(), worked=frozenset()) -> Festival:
    return Festival(name, first, last, frozenset(itself), frozenset(worked), "")


MAY_DAY = festival("劳动节", date(2027, 5, 1), date(2027, 5, 5), {date(2027, 5, 1)}, {date(2027, 5, 8)})


@pytest.mark.parametrize(
    ("festivals", "sentence"),
    [
        ((), "一个节日也没有"),
        ((festival("春节", date(2027, 2, 9), date(2027, 2, 5)),), "止日早于起日（2027年2月5日（周五）早于2027年2月9日"),
        ((festival("春节", date(2027, 2, 5), date(2027, 3, 11), {date(2027, 2, 6)}),), "放假 35 天，不合常理"),
        ((festival("春节", date(2027, 2, 5), date(2027, 2, 11)),), "没有写节日当天"),
        ((festival("春节", date(2027, 2, 5), date(2027, 2, 11), {date(2027, 2, 12)}),), "节日当天不在放假期间内"),
        (
            (festival("劳动节", date(2027, 5, 1), date(2027, 5, 5), {date(2027, 5, 1)}, {date(2027, 5, 7)}),),
            "不是周六或周日：2027年5月7日（周五）",
        ),
        (
            (festival("劳动节", date(2027, 5, 1), date(2027, 5, 5), {date(2027, 5, 1)}, {date(2027, 5, 2)}),),
            "既放假又上班：2027年5月2日（周日）",
        ),
        ((festival("劳动节", date(2026, 5, 1), date(2026, 5, 5), {date(2026, 5, 1)}),), "不在2027年内"),
        ((festival("元旦", date(2026, 12, 30), date(2026, 12, 31), {date(2026, 12, 31)}),), "不在2027年内"),
        ((MAY_DAY, MAY_DAY), "劳动节写了两次"),
        (
            (MAY_DAY, festival("端午节", date(2027, 5, 5), date(2027, 5, 6), {date(2027, 5, 6)})),
            "劳动节和端午节的放假日期重叠：2027年5月5日（周三）",
        ),
        (
            (MAY_DAY, festival("端午节", date(2027, 5, 8), date(2027, 5, 9), {date(2027, 5, 9)})),
            "劳动节的调休上班日正是端午节放假：2027年5月8日（周六）",
        ),
        (
            (MAY_DAY, festival("端午节", date(2027, 6, 9), date(2027, 6, 9), {date(2027, 6, 9)}, {date(2027, 5, 8)})),
            "写了同一个调休上班日",
        ),
    ],
)
def test_a_notice_that_contradicts_itself_says_where_and_how_to_mend_it(festivals, sentence):
    found = "\n".join(contradictions(Notice(2027, "", "", "", festivals)))
    assert sentence in found
    assert "请" in found


def test_a_sound_notice_contradicts_nothing_and_may_begin_in_the_december_before():
    days = {date(2027, 1, 1)}
    new_year = festival("元旦", date(2026, 12, 31), date(2027, 1, 2), days, {date(2026, 12, 26)})
    assert list(contradictions(Notice(2027, "", "", "", (new_year, MAY_DAY)))) == []
    assert all(list(contradictions(notice)) == [] for notice in CALENDAR.notices)


def test_a_missing_festival_and_an_odd_festival_day_are_doubts_and_no_refusal():
    odd = festival("劳动节", date(2027, 5, 1), date(2027, 5, 5), {date(2027, 5, 2)})
    missing, strange = doubts(Notice(2027, "", "", "", (odd,)))
    assert "没有元旦、春节、清明节、端午节、中秋节、国庆节" in missing
    assert strange == "劳动节的节日当天没有5月1日，请核对。"
    assert all(list(doubts(notice)) == [] for notice in CALENDAR.notices)


# ---- dates as people type them ----


@pytest.mark.parametrize(
    "typed",
    [
        "2027-02-06", "2027年2月6日", "2月6日", "２０２７－０２－０６", "２月６日", "2027/2/6", "2027.02.06",
        " 20270206 ", "2027 年 2 月 6 日", "2月6号",
    ],
)  # fmt: skip
def test_it_reads_a_day_as_it_stands_in_a_notice(typed):
    assert read_day(typed, 2027) == date(2027, 2, 6)


@pytest.mark.parametrize("typed", ["02/06/2027", "2/6", "6", "初一", "2027-2", "27-02-06", "2027-02/06"])
def test_it_does_not_guess_a_day(typed):
    with pytest.raises(NoDate, match="看不出是哪一天，请写成 2027-02-06 或 2月6日"):
        read_day(typed, 2027)


def test_it_knows_the_number_a_spreadsheet_keeps_for_a_day():
    with pytest.raises(NoDate, match="“46424”是 Excel 存日期用的数。请把单元格格式设为“日期”"):
        read_day("46424", 2027)


def test_its_example_is_of_the_year_that_is_entered():
    with pytest.raises(NoDate, match="请写成 2026-02-06"):
        read_day("初一", 2026)


def test_it_refuses_a_day_that_no_calendar_has():
    with pytest.raises(NoDate, match="不是日历上的日期"):
        read_day("2027-02-29", 2027)


def test_it_reads_several_days_and_refuses_one_written_twice():
    wanted = {date(2027, 2, 6), date(2027, 2, 7), date(2027, 2, 20)}
    assert read_days("2月6日、7日，2027-02-20", 2027) == wanted
    assert read_days("2027-02-06 2027-02-07;２０２７－０２－２０", 2027) == wanted
    assert read_days("", 2027) == set()
    with pytest.raises(NoDate, match="2月6日写了两次"):
        read_days("2月6日、2027-02-06", 2027)


# ---- files ----

ROWS = [
    "2027-05-01,周六,2027,劳动节,放假,yes,yes,https://www.gov.cn/x",
    "2027-05-02,周日,2027,劳动节,放假,yes,no,https://www.gov.cn/x",
    "2027-05-03,周一,2027,劳动节,放假,no,no,https://www.gov.cn/x",
    "2027-05-08,周六,2027,劳动节,调休上班,yes,no,https://www.gov.cn/x",
]


def lines(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *rows])


def test_it_reads_a_file_with_and_without_the_columns_that_only_repeat():
    full = read(lines(*ROWS))
    bare = read(
        lines(
            "2027-05-01,2027,劳动节,放假,yes",
            "２０２７年５月２日,2027,劳动节,放假,no",
            "5月3日,2027,劳动节,放假,no",
            ",2027,端午节,放假,yes",
            "2027/5/8,2027,劳动节,调休上班,no",
            head="date,notice_year,festival,type,festival_day_itself",
        )
    )
    assert full.problems == bare.problems == []
    assert full.festivals == bare.festivals
    (run,) = full.festivals
    assert (run.first_day_off, run.last_day_off) == (date(2027, 5, 1), date(2027, 5, 3))
    assert (run.festival_days, run.working_weekends) == ({date(2027, 5, 1)}, {date(2027, 5, 8)})
    assert bare.notes == ["1 行没有日期，已略过。"]


def test_it_reads_the_heads_and_answers_of_its_own_template():
    head = "日期,星期,年份,节日,类型,周末,节日当天,网址"
    answers = [row.replace(",yes", ",是").replace(",no", ",否") for row in ROWS]
    assert read(lines(*answers, head=head)).festivals == read(lines(*ROWS)).festivals != ()
    assert not set("abcdefghijklmnopqrstuvwxyz") & set(write_rows(rows_to_fill(CALENDAR, 2027)).decode("utf-8-sig"))


def test_it_reads_what_a_chinese_excel_saves():
    assert read(lines(*ROWS).encode("gb18030")).festivals == read(lines(*ROWS)).festivals
    assert read(lines(*ROWS).encode("utf-8-sig")).festivals == read(lines(*ROWS)).festivals


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("2027-05-07,周五,2027,劳动节,调休上班,no,no,", "第 6 行 类型：2027年5月7日（周五）不是周六或周日"),
        ("2027-05-09,周六,2027,劳动节,调休上班,yes,no,", "第 6 行 星期：2027-05-09是周日，表里写的是“周六”"),
        ("2027-05-09,周日,2027,劳动节,调休上班,no,no,", "第 6 行 周末：2027-05-09是周日"),
        ("2027-05-03,周一,2027,青年节,放假,no,no,", "第 6 行 日期：2027年5月3日（周一）重复：第 4 行已写为劳动节放假"),
        ("05/09/2027,,2027,劳动节,放假,,no,", "第 6 行 日期：“05/09/2027”看不出是哪一天"),
        ("9999-12-31,,2027,劳动节,放假,,no,", "第 6 行 日期：“9999-12-31”不在2027年前后，请核对年份"),
        ("2025-05-09,,2027,劳动节,放假,,no,", "第 6 行 日期：“2025-05-09”不在2027年前后"),
        ("2027-05-09,,2027,,放假,,no,", "第 6 行 节日：没有写节日名称"),
        (f"2027-05-09,,2027,{'劳动节' * 20},放假,,no,", "第 6 行 节日：节日名称超过 40 字"),
        ("2027-05-09,,2027,劳动节,加班,,no,", "第 6 行 类型：“加班”不认识"),
        ("2027-05-09,,2027,劳动节,放假,,也许,", "第 6 行 节日当天：“也许”不认识"),
        ("2027-05-09,,2027,劳动节,调休上班,,yes,", "第 6 行 节日当天：调休上班日不能是节日当天"),
        ("2027-05-09,,,劳动节,调休上班,,no,", "第 6 行 年份：没有填写"),
        ("2027-05-05,,2027,劳动节,放假,,no,", "劳动节的放假日期不连续，中间缺2027年5月4日（周二）"),
        ("2027-06-12,,2027,端午节,调休上班,,no,", "端午节只有调休上班日"),
    ],
)
def test_a_row_that_contradicts_itself_is_named_with_its_place(row, sentence):
    found = read(lines(*ROWS, row))
    assert sentence in said(found)
    assert found.festivals == () or "连续" in sentence or "只有" in sentence


@pytest.mark.parametrize("address", ["javascript:alert(1)", "www.gov.cn", "https://a b", "https://" + "x" * 400, ""])
def test_only_a_web_address_becomes_the_notices_link(address):
    assert read(lines(*(row.replace("https://www.gov.cn/x", address) for row in ROWS))).url == ""
    assert read(lines(*ROWS)).url == "https://www.gov.cn/x"


def test_a_file_of_another_year_says_so():
    assert "没有2028年的日期" in said(read(lines(*ROWS), year=2028))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "缺少列：日期、年份、节日、类型、节日当天"),
        ("日期,节日\n".encode(), "第 1 行缺少列"),
        (f"{HEAD},date\n".encode(), "列名重复：日期"),
        (f"{HEAD},日期\n".encode(), "列名重复：日期"),
        (b"\xff\xfe\x00\x01\xff", "文字编码"),
        (b"date\0,notice_year\n", "不是 CSV 文本"),
        (f'{HEAD}\n"2027-05-01,'.encode(), "引号没有配对"),
        ((HEAD + "\n" * 1 + (ROWS[0] + "\n") * 2500).encode(), "不是放假安排"),
        (b"x" * (5 * 1024 * 1024 + 1), "超过 5 MB"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(content, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read(content)


def workbook(*rows, change=lambda sheet: None) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.append(HEAD.split(","))
    for row in rows:
        sheet.append(row)
    change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


CELLS = [
    [date(2027, 5, 1), "周六", 2027, "劳动节", "放假", True, "yes", ""],
    ["2027年5月2日", "", 2027.0, "劳动节", "放假", "", "no", ""],
    [date(2027, 5, 8), "", "2027", "劳动节", "调休上班", "", "no", ""],
]


def test_it_reads_a_workbook_with_dates_and_with_dates_as_text():
    found = read(workbook(*CELLS), name="2027.xlsx")
    assert said(found) == ""
    (run,) = found.festivals
    assert (run.first_day_off, run.last_day_off) == (date(2027, 5, 1), date(2027, 5, 2))
    assert run.working_weekends == {date(2027, 5, 8)}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda sheet: sheet.__setitem__("A3", "=A2+1"), "A3：是公式。请复制后“选择性粘贴—数值”"),
        (lambda sheet: sheet.merge_cells("D2:D3"), "D2:D3：合并了单元格"),
        (lambda sheet: sheet.__setitem__("A3", 46509), "第 3 行 日期：“46509”是 Excel 存日期用的数"),
        (lambda sheet: sheet.__setitem__("A3", "5/2/27"), "第 3 行 日期：“5/2/27”看不出是哪一天"),
    ],
)
def test_a_workbook_is_refused_at_the_cell(change, sentence):
    assert sentence in said(read(workbook(*CELLS, change=change), name="2027.xlsx"))


def test_a_cell_far_below_the_days_is_not_passed_over():
    with pytest.raises(Unreadable, match="到第 30,000 行还有内容"):
        read(workbook(*CELLS, change=lambda sheet: sheet.__setitem__("A30000", "2027-05-03")), name="2027.xlsx")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", HOLIDAYS])
def test_a_workbook_that_is_none_is_refused_whole(content):
    with pytest.raises(Unreadable):
        read(content, name="2027.xlsx")


@pytest.mark.parametrize(("write", "name"), [(write_rows, "a.csv"), (write_workbook, "a.xlsx")])
def test_the_template_has_last_years_shape_and_no_dates(write, name):
    rows = rows_to_fill(CALENDAR, 2027)
    assert len(rows) == sum(
        len(run.days_off) + len(run.working_weekends) for run in CALENDAR.notice_for(2026).festivals
    )
    untouched = read(write(rows), name=name)
    assert f"{len(rows)} 行都没有日期。请照通知逐行填写日期" in said(untouched)
    assert not untouched.notes and "年份" not in said(untouched)


def test_the_template_of_the_first_year_is_empty_but_for_its_columns():
    assert rows_to_fill(Calendar([]), 2027) == []
    assert write_rows([]).decode("utf-8-sig").startswith("日期,年份,节日,类型,节日当天,上一次的日期")


@given(st.binary(max_size=400))
def test_whatever_is_uploaded_is_read_or_refused_in_words(content):
    for name in ("a.csv", "a.xlsx"):
        try:
            assert read(content, name=name).problems
        except Unreadable as refusal:
            assert str(refusal)


cells = st.one_of(
    st.sampled_from(["", "2027", "放假", "调休上班", "yes", "no", "劳动节", "2027-05-01"]), st.text(max_size=12)
)


@settings(max_examples=200)
@given(st.lists(st.lists(cells, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=4))
def test_no_row_is_dropped_without_a_word(rows):
    """What is read are days that stand in the file; every other row is a problem or a note."""
    text = lines(*(",".join(f'"{cell.replace(chr(34), "")}"' for cell in row) for row in rows))
    try:
        found = read(text)
    except Unreadable:
        return
    days = {day for run in found.festivals for day in (*run.days_off, *run.working_weekends)}
    assert len(days) <= len(rows)
    if rows and any(cell.strip() for row in rows for cell in row):
        assert days or found.problems or found.notes
