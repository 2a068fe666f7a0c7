"""The pages of the calendar, the dates and the readings."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import clock
from accounts.models import Letter, User
from reporting import workflow
from reporting.calendar.entry import lines_to_fill
from reporting.dates.arrangements import published_calendar
from reporting.dates.deadlines import ClauseReading
from reporting.frame.context import period_in_force
from reporting.models import Arrangement, Deadline, Period, ReadingChoice, calendar_in_force
from tests.calendar.test_calendar import CELLS, HOLIDAYS, workbook
from tests.calendar.test_deadline_changes import IN_MARCH, march_off
from tests.cast import AT
from tests.may import make_may
from tests.officials import make_it_be, press_through, sign_in
from tests.reading import markup_of, words_on

NUMBER = "国办发明电〔2026〕9号"
HEAD = {"number": NUMBER, "title": "国务院办公厅关于2027年部分节假日安排的通知", "url": "", "correction": ""}
KEYS = ("name", "first_day_off", "last_day_off", "festival_days", "working_weekends")


@pytest.fixture
def may(cast):
    make_it_be(date(2024, 6, 5))
    return make_may(cast)


@pytest.fixture
def desk(may):
    return sign_in(may.city)


def typed(*lines: tuple, **head) -> dict:
    posted = HEAD | head | {"lines-TOTAL_FORMS": str(len(lines)), "lines-INITIAL_FORMS": "0"}
    for number, line in enumerate(lines):
        posted |= {f"lines-{number}-{key}": text for key, text in zip(KEYS, line, strict=False)}
    return posted


SPRING = ("春节", "３月１２日", "2027年3月13日", "3月12日", "3月20日")


def send(desk, posted, year=2027):
    return desk.post(f"/calendar/{year}/enter/", posted)


def preview(desk, posted, status=200, year=2027) -> str:
    return words_on(send(desk, posted, year), status)


def ticket_in(answer) -> str:
    return markup_of(answer).partition('name="ticket" value="')[2].partition('"')[0]


# ---- reading ----


@pytest.mark.parametrize("person", ["clerk", "reviewer", "analyst", "city", "system"])
def test_everybody_reads_a_year_with_each_day_in_words(may, person):
    client = sign_in(getattr(may, person))
    assert client.get("/calendar/").url == "/calendar/2024/"
    text = markup_of(client.get("/calendar/2024/"))
    assert "国办发明电〔2023〕7号" in text and "https://www.gov.cn/zhengce/zhengceku/202310/content_6911528.htm" in text
    assert "2月10日（周六）至2月17日（周六）" in text
    assert '<td data-kind="work" title="春节调休上班">4<span class="day-sign" data-kind="work">班</span></td>' in text
    assert 'title="春节（节日当天，放假）">10<span class="day-sign" data-kind="festival">节</span>' in text
    assert 'title="春节放假">17<span class="day-sign" data-kind="off">休</span>' in text
    assert text.count("<caption>") == 12
    assert ("录入新通知" in text) == (person == "city")


def test_a_year_without_a_notice_says_so_and_draws_nothing(desk):
    text = markup_of(desk.get("/calendar/2027/"))
    assert "国务院尚未公布2027年放假安排" in text and "不作推测" in text
    assert "<caption>" not in text
    assert 'href="/calendar/2027/enter/"' in text
    words_on(desk.get("/calendar/1999/"), 404)
    words_on(desk.get("/calendar/2101/"), 404)


def test_the_last_days_of_2022_lie_in_the_notice_for_2023(desk):
    assert 'title="元旦放假">31<' in markup_of(desk.get("/calendar/2022/"))


@pytest.mark.parametrize(
    ("today", "strip"),
    [
        (date(2026, 9, 30), ""),
        (date(2026, 10, 1), "2027年放假安排尚未录入"),
        (date(2027, 2, 1), "2027年放假安排尚未录入"),
        (date(2024, 12, 1), ""),
    ],
)
@pytest.mark.parametrize("address", ["/calendar/2026/", "/deadlines/2026/"])
def test_from_october_on_the_city_sees_that_next_year_is_missing(may, address, today, strip):
    make_it_be(today)
    text = words_on(sign_in(may.city).get(address))
    assert ("放假安排尚未录入" in text) == bool(strip) and strip in text
    assert "放假安排尚未录入" not in words_on(sign_in(may.reviewer).get(address))


# ---- entering ----


def test_a_typed_year_is_previewed_then_confirmed_once(desk, may):
    words_on(desk.get("/calendar/2027/enter/"))
    answer = send(desk, typed(SPRING, ("清明节",), ()))
    text = words_on(answer)
    assert not Arrangement.objects.exists()
    assert "尚未生效" in text and "没有元旦、清明节、劳动节、端午节、中秋节、国庆节" in text
    assert "已开启的报告期没有截止日变动" in text and markup_of(answer).count("<caption>") == 12
    for _ in range(2):
        done = words_on(desk.post("/calendar/2027/confirm/", {"ticket": ticket_in(answer)}, follow=True))
        assert f"2027年放假安排（{NUMBER}）已录入" in done
    row = Arrangement.objects.get()
    assert (row.year, row.entered_by) == (2027, may.city)
    run = calendar_in_force().festival_off(date(2027, 3, 13))
    assert (run.festival_days, run.working_weekends) == ({date(2027, 3, 12)}, {date(2027, 3, 20)})
    assert "周涛" in done and "现行" in done
    assert "周涛" not in words_on(sign_in(may.clerk).get("/calendar/2027/"))


def test_the_preview_names_the_dates_it_settles_and_those_it_leaves(desk, may):
    workflow.open_period("2027M02", may.city, IN_MARCH)
    text = preview(desk, typed(SPRING))
    assert "2027年2月" in text and "2027-03-14" in text and "发信通知" in text
    dragon_boat = ("端午节", "2024-06-08", "2024-06-12", "6月10日", "")
    text = preview(desk, typed(dragon_boat, number="国办发明电〔2024〕99号"), year=2024)
    assert "不会自动改动" in text and "现为 2024-06-12，推算为 2024-06-13" in text
    assert "取代现行的2024年安排（国办发明电〔2023〕7号）" in text


def test_a_year_is_entered_with_the_letters_its_preview_said(desk, may):
    workflow.open_period("2027M02", may.city, IN_MARCH)
    early = ("春节", "3月10日", "3月12日", "3月10日", "")
    answer = send(desk, typed(early))
    number = answer.context["letters"].letters
    assert number
    User.objects.create(username="second", name="第二", role="city", email="second@cq.gov.cn", password="x")
    again = desk.post("/calendar/2027/confirm/", {"ticket": ticket_in(answer)})
    assert "要发的信有变动" in words_on(again) and not Arrangement.objects.exists() and not Letter.objects.exists()
    assert "已录入" in words_on(desk.post("/calendar/2027/confirm/", {"ticket": ticket_in(again)}, follow=True))
    assert Letter.objects.count() == number + 1


def test_the_preview_warns_where_a_settled_date_passes_one_set_by_hand(desk, may):
    period = workflow.open_period("2027M02", may.city, IN_MARCH)
    assert "其间不足一个工作日" not in preview(desk, typed(("春节", "3月11日", "3月11日", "3月11日", "")))
    workflow.set_deadlines(period, {"district": date(2027, 3, 12)}, may.city, IN_MARCH, "提前汇总", "无")
    warned = preview(desk, typed(SPRING))
    assert "2027年2月企业上报截止日移到2027年3月14日（周日），区县审核截止日为2027年3月12日（周五），其间不足" in warned


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("春节", "3/12", "3月13日", "3月12日", ""), "“3/12”看不出是哪一天"),
        (("春节", "3月12日", "", "3月12日", ""), "请填写放假止日"),
        (("", "3月12日", "3月13日", "3月12日", ""), "请填写节日"),
        (("春节", "3月12日", "3月13日", "", ""), "请填写节日当天"),
        (("春节", "3月12日", "3月13日", "3月12日", "3月22日"), "不是周六或周日：2027年3月22日（周一）"),
        (("春节", "3月13日", "3月12日", "3月12日", ""), "止日早于起日"),
        (("春节", "2026-03-12", "2026-03-13", "2026-03-12", ""), "不在2027年内"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_and_nothing_is_lost(desk, line, sentence):
    text = preview(desk, typed(line), 422)
    assert sentence in text and line[1] in text
    assert not Arrangement.objects.exists()


def test_two_festivals_on_one_day_are_refused(desk):
    assert "放假日期重叠：2027年3月13日（周六）" in preview(
        desk, typed(SPRING, ("清明节", "3月13日", "3月14日", "3月14日", "")), 422
    )


def test_a_known_number_is_refused_before_the_preview(desk):
    text = preview(desk, typed(SPRING, number="国办发明电〔2023〕7号"), 409)
    assert "已用于2024年的放假安排" in text


def test_an_empty_page_asks_for_the_notice_and_a_festival(desk):
    assert "一个节日也没有" in preview(desk, typed(()), 422)
    assert "请填写文号。" in preview(desk, typed(SPRING, number=""), 422)


def test_a_file_is_previewed_and_confirmed_like_a_typed_year(desk):
    file = SimpleUploadedFile("2027.xlsx", workbook(*CELLS))
    answer = send(desk, typed(()) | {"file": file})
    assert "5月1日（周六）至5月2日（周日）" in words_on(answer)
    words_on(desk.post("/calendar/2027/confirm/", {"ticket": ticket_in(answer)}, follow=True))
    assert calendar_in_force().festival_off(date(2027, 5, 2))


def test_the_reference_file_uploaded_gives_exactly_the_shipped_days(desk):
    """Under a number of its own, for the shipped notice is known."""
    for year in range(2021, 2027):
        shipped = published_calendar().notice_for(year)
        posted = typed((), number=f"国办发明电〔{year}〕999号", title=shipped.title)
        answer = send(desk, posted | {"file": SimpleUploadedFile("holidays.csv", HOLIDAYS)}, year)
        assert "行属于别的年份" in words_on(answer)
        words_on(desk.post(f"/calendar/{year}/confirm/", {"ticket": ticket_in(answer)}, follow=True))
        entered = calendar_in_force().notice_for(year)
        assert entered.number != shipped.number
        assert (entered.days, entered.url) == (shipped.days, shipped.url)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("2027.csv", b"a,b\n1,2\n", "第 1 行缺少列"),
        ("2027.xlsx", b"not a workbook", "不是 Excel 工作簿"),
        ("2027.xls", b"\xd0\xcf\x11\xe0", "请上传 .csv 或 .xlsx 文件，收到的是“.xls”"),
        ("2025.csv", HOLIDAYS, "没有2027年的日期"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(desk, name, content, sentence):
    assert sentence in preview(desk, typed(()) | {"file": SimpleUploadedFile(name, content)}, 422)


def test_beside_a_problem_it_is_said_which_rows_are_hidden(desk):
    """The row at fault may be one nobody sees in the sheet."""

    def hide(sheet):
        sheet.row_dimensions[3].hidden = True

    file = SimpleUploadedFile("2027.xlsx", workbook(CELLS[0], [*CELLS[1][:4], "补休", *CELLS[1][5:]], change=hide))
    shown = preview(desk, typed(()) | {"file": file}, 422)
    assert "第 3 行 类型" in shown and "第 3 行在表里是隐藏的" in shown


def test_a_file_and_typed_lines_together_are_refused(desk):
    file = SimpleUploadedFile("2027.xlsx", workbook(*CELLS))
    assert "请只用一种方式" in preview(desk, typed(SPRING) | {"file": file}, 422)


def test_a_file_may_come_with_the_lines_as_they_stood(desk):
    """The page of a year in force shows its lines; a file beside them, untouched, is what counts."""
    shown = words_on(desk.get("/calendar/2026/enter/"))
    rows = lines_to_fill(published_calendar().notice_for(2026))
    assert "春节" in shown
    posted = typed(*(tuple(row.get(key, "") for key in KEYS) for row in rows), number="国办发明电〔2026〕1号")
    text = preview(desk, posted | {"file": SimpleUploadedFile("holidays.csv", HOLIDAYS)}, year=2026)
    assert "尚未生效" in text


def test_a_year_in_force_can_be_corrected_from_its_own_lines(desk):
    text = markup_of(desk.get("/calendar/2024/enter/"))
    assert 'value="国办发明电〔2023〕7号"' in text and 'value="2024-02-10、2024-02-11、2024-02-12"' in text


@pytest.mark.parametrize("ticket", ["", "made:up"])
def test_a_stale_or_invented_ticket_enters_nothing(desk, ticket):
    assert "已过期" in words_on(desk.post("/calendar/2027/confirm/", {"ticket": ticket}, follow=True))
    assert not Arrangement.objects.exists()


def test_a_ticket_is_for_its_year_and_its_maker(desk, cast):
    ticket = ticket_in(send(desk, typed(SPRING)))
    words_on(desk.post("/calendar/2028/confirm/", {"ticket": ticket}, follow=True))
    cast.liu_fang.role = "city"
    cast.liu_fang.save()
    words_on(sign_in(cast.liu_fang).post("/calendar/2027/confirm/", {"ticket": ticket}, follow=True))
    assert not Arrangement.objects.exists()


def test_a_ticket_is_judged_again_when_it_is_confirmed(desk, may):
    """Somebody else entered the same notice with other days since the preview."""
    ticket = ticket_in(send(desk, typed(SPRING)))
    workflow.enter_arrangement(march_off(last=date(2027, 3, 14)), may.city, AT)
    assert "已录入过，这次的日期不同" in words_on(desk.post("/calendar/2027/confirm/", {"ticket": ticket}, follow=True))


def test_what_somebody_else_entered_since_the_preview_is_not_replaced_unseen(desk, may):
    """Two officials at once, with different numbers for what may be one notice."""
    ticket = ticket_in(send(desk, typed(SPRING, number="国办发明电〔2026〕10号")))
    workflow.enter_arrangement(march_off(), may.city, clock.now())
    text = words_on(desk.post("/calendar/2027/confirm/", {"ticket": ticket}, follow=True))
    assert f"预览之后，2027年放假安排（{NUMBER}）刚由" in text
    assert calendar_in_force().notice_for(2027).number == NUMBER
    ticket = ticket_in(send(desk, typed(SPRING, number="国办发明电〔2026〕10号")))
    for _ in range(2):  # the second click says the same as the first
        assert "已录入" in words_on(desk.post("/calendar/2027/confirm/", {"ticket": ticket}, follow=True))
    assert calendar_in_force().notice_for(2027).number == "国办发明电〔2026〕10号"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_template_is_offered(desk, kind):
    answer = desk.get(f"/calendar/2027/template.{kind}")
    assert answer.status_code == 200 and f".{kind}" in answer["Content-Disposition"]
    assert io.BytesIO(answer.content).read(2) == (b"PK" if kind == "xlsx" else b"\xef\xbb")
    words_on(desk.get("/calendar/2027/template.pdf"), 404)


# ---- the dates of a year ----


@pytest.mark.parametrize("person", ["clerk", "reviewer", "analyst", "city", "system"])
def test_everybody_reads_why_each_date_is_that_date(may, person):
    client = sign_in(getattr(may, person))
    assert client.get("/deadlines/").url == "/deadlines/2024/"
    page = client.get("/deadlines/2021/")
    text = words_on(page)
    assert (
        "原定2021年6月12日（周六）在国务院公布的端午节放假期间（2021年6月12日至2021年6月14日，国办发明电〔2020〕27号），"
        "顺延至放假后的第一天2021年6月15日（周二）。"
    ) in text
    assert markup_of(page).count('scope="rowgroup"') == 14  # December and the annual of 2020, then twelve of 2021
    assert "其间不足一个工作日" in text
    weighs = person in ("analyst", "city")
    assert ("R3" in text) == weighs


@pytest.mark.parametrize("person", ["clerk", "reviewer", "city"])
def test_the_countdown_leads_to_its_period_among_the_dates(may, person, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    text = markup_of(sign_in(getattr(may, person)).get("/deadlines/2024/"))
    assert 'href="/deadlines/#2024M05"' in text and '<tbody id="2024M05">' in text


def other_readings_of_may(desk) -> str:
    said = words_on(desk.get("/deadlines/2021/")).partition("2021年5月：按别的口径有")[2]
    return said.partition("\n2021年6月")[0]


def test_the_other_readings_are_named_only_where_they_differ(desk):
    may_of_2021 = other_readings_of_may(desk)
    # R1 and R4 give the default's dates; R2 leaves the weekend days, R3 all three days before the festival day.
    assert "R1" not in may_of_2021 and "R4" not in may_of_2021
    assert may_of_2021.count("企业上报 6月12日") == 2
    assert may_of_2021.count("区县审核 6月13日") == 2


def test_the_default_is_named_among_the_readings_while_another_is_in_force(desk, may):
    assert "R0" not in other_readings_of_may(desk)
    workflow.choose_reading(ClauseReading(counts="festival", every_level=True), may.city, AT, "另行通知")
    told = other_readings_of_may(desk)
    # 端午节 of 2021: days off from 12 to 14 June, the festival itself on the 14th, a Monday.
    default = told.partition("R0")[2].partition("\n")[0]
    assert default.startswith(" 默认口径：")
    assert "企业上报 6月15日，区县审核 6月15日" in default
    assert "市级审核" not in default  # the 15th either way
    assert "R3" not in told  # the one in force
    workflow.choose_reading(ClauseReading(reports_january=True), may.city, AT, "恢复")
    assert "R0" not in other_readings_of_may(desk)  # January moves no date


def test_opened_periods_show_what_is_stored_and_others_what_is_reckoned(desk, may):
    Deadline.objects.filter(period="2024M05", level="enterprise").update(date=date(2024, 6, 14), why="当时如此。")
    text = markup_of(desk.get("/deadlines/2024/"))
    may_of_2024 = text.partition("<b>2024年5月</b>")[2].partition("</tbody>")[0]
    assert "已定" in may_of_2024 and "2024-06-14" in may_of_2024 and "当时如此。" in may_of_2024
    assert "推算" in text.partition("<b>2024年4月</b>")[2].partition("</tbody>")[0]


def test_an_unpublished_year_is_provisional_on_its_page(desk):
    text = markup_of(desk.get("/deadlines/2027/"))
    assert "国务院尚未公布2027年放假安排" in text and text.count(">暂定</span>") > 20
    words_on(desk.get("/deadlines/1999/"), 404)


def test_january_is_on_the_page_only_where_it_is_reported(desk, may):
    without = markup_of(desk.get("/deadlines/2025/"))
    assert "2025年1月</b>" not in without
    assert '另有2025年1月月报：企业上报 <b class="nowrap">2月12日</b>' in without
    assert "1月单独报送" not in words_on(sign_in(may.clerk).get("/deadlines/2025/"))
    ReadingChoice.objects.create(reports_january=True, reason="另行通知", by=may.city, at=AT)
    with_january = markup_of(desk.get("/deadlines/2025/"))
    assert "2025年1月</b>" in with_january and "没有2025年1月月报" in with_january


def test_the_page_asks_the_same_few_questions_whatever_is_opened(desk, may, django_assert_max_num_queries):
    for month in (2, 3, 4):
        workflow.open_period(f"2024M{month:02d}", may.city, AT)
    with django_assert_max_num_queries(20):
        words_on(desk.get("/deadlines/2024/"))


def test_a_squeezed_level_is_told_on_the_periods_page_and_when_it_is_opened(desk, may):
    asked = words_on(desk.post("/city/periods/open/", {"code": "2021M05"}))
    sentence = "企业上报截止日移到2021年6月15日（周二），区县审核截止日为2021年6月15日（周二），其间不足一个工作日。"
    assert asked.count(sentence) == 1
    press_through(desk, "/city/periods/open/", {"code": "2021M05"})
    assert words_on(desk.get("/city/periods/2021M05/")).count(sentence) == 1
    assert "其间不足一个工作日" not in words_on(desk.get("/city/periods/2024M05/"))


# ---- 暂定 wherever dates are shown ----


def test_a_provisional_date_says_so_in_the_header_and_on_every_page(may):
    Period.objects.filter(pk="2024M05").update(state=Period.LOCKED)
    workflow.open_period("2027M02", may.city, IN_MARCH)
    make_it_be(date(2027, 3, 1))
    firm, reviewer, city = map(sign_in, (may.clerk, may.reviewer, may.city))
    assert "距 3月12日（暂定） 截止还有 11 天" in words_on(firm.get("/"))
    assert 'href="/deadlines/"' in markup_of(firm.get("/"))
    for client, address in [
        (firm, "/"), (firm, "/filings/2027M02/"), (reviewer, "/district/"), (city, "/city/"), (city, "/city/periods/"),
        (city, "/city/periods/2027M02/"), (firm, "/deadlines/2027/"),
    ]:  # fmt: skip
        assert "暂定" in markup_of(client.get(address)).partition("<main")[2], address


def test_the_countdown_turns_at_midnight(may):
    due = date(2024, 6, 12)
    assert period_in_force("enterprise", due, may.firm).countdown == "今天（6月12日）截止"
    assert period_in_force("enterprise", due + timedelta(days=1), may.firm).countdown == "2024年6月12日已截止"


# ---- readings ----

CHOSEN = {"counts": "festival", "lands_on": "working_day", "every_level": "yes", "reports_january": "yes"}


def test_the_city_chooses_a_reading_and_the_association_reads_it(desk, may):
    assert "还没有改变过" in words_on(desk.get("/calendar/readings/"))
    assert "请填写依据。" in words_on(desk.post("/calendar/readings/choose/", CHOSEN), 422)
    for _ in range(2):
        text = markup_of(desk.post("/calendar/readings/choose/", CHOSEN | {"reason": "另行通知"}, follow=True))
    assert "对此后开启的报告期有效" in text and "另行通知" in text
    choice = ReadingChoice.objects.get()
    assert choice.reading.reports_january and choice.reading.every_level
    assert (choice.counts, choice.lands_on) == ("festival", "working_day")
    back = {"counts": "announced", "lands_on": "next_day", "every_level": "", "reports_january": "", "reason": "恢复"}
    words_on(desk.post("/calendar/readings/choose/", back, follow=True))
    assert not ReadingChoice.objects.first().reports_january
    text = markup_of(sign_in(may.analyst).get("/calendar/readings/"))
    assert "口径由市级选定" in text and "另行通知" in text and '<form method="post" action="/calendar' not in text


def test_nothing_is_mailed_for_a_reading(desk):
    words_on(desk.post("/calendar/readings/choose/", CHOSEN | {"reason": "另行通知"}, follow=True))
    assert not Letter.objects.exists()
