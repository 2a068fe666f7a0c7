"""The association's first page: what to look at today, what was passed unopened, what waits; and what was looked at."""

from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils.dateformat import format as date_format

from accounts import clock
from accounts.access import DoneAlready, Refused
from accounts.models import JournalEntry
from reporting import workflow
from reporting.consequence.ordering import order_of
from reporting.models import Deadline, TrainingSession
from reporting.practice.choosing import EVERYBODY, Participants
from reporting.practice.opening import open_practice
from reporting.recheck import rechecked
from reporting.recheck.tallies import most_often
from reporting.spot_checks import checking, today
from reporting.workflow.period import owe
from tests.cast import AT, SHANGHAI, make_enterprise, make_user
from tests.may import CLEAN_MAY, make_may, open_period
from tests.officials import WARNED_MAY, file_may, freeze, make_it_be, sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
HOME = "/association/"


@pytest.fixture
def may(cast):
    make_it_be(date(2024, 6, 5))  # a Wednesday
    return make_may(cast)


@pytest.fixture
def city(may, cast):
    """云图 sent 900 with a loss that it explains; 山城 sent 100, and 大江 9,000 after 8,000 a year before."""
    may.small = file_may(may.filing, may.clerk, WARNED_MAY)
    may.tiny = freeze(may.other_filing, may.other_clerk, {"2020.c1": "100"})
    large = make_enterprise("91500103MA7AAAA12K", "重庆大江软件有限公司", cast.yuzhong)
    clerk = make_user(large.credit_code, "许江", "enterprise", enterprise=large)
    may.large = freeze(owe(large, may.may), clerk, {"2020.c1": "9000", "2020.c2": "8000"})
    return may


@pytest.fixture
def desk(city):
    return sign_in(city.analyst)


def listed(desk) -> list[str]:
    """The firms of the first list, in its order."""
    page = words_on(desk.get(HOME)).partition("最该核看的")[2].partition("没有打开就审核通过的")[0]
    names = ("大江软件", "云图软件", "山城智能")
    return sorted((name for name in names if name in page), key=page.index)


def test_it_is_where_the_association_arrives_and_the_city_has_its_own(desk, city):
    assert desk.get("/").url == HOME
    assert sign_in(city.city).get("/").url == "/city/"
    assert '<a href="/association/" aria-current="page"' in " ".join(markup_of(desk.get(HOME)).split())


def test_what_waits_is_listed_by_its_weight_with_its_reasons_and_the_firms_words(desk, city):
    page, order = words_on(desk.get(HOME)), order_of(city.may, AT).frame["filing"].to_list()
    names = {city.large.filing_id: "大江软件", city.filing.pk: "云图软件", city.other_filing.pk: "山城智能"}
    assert listed(desk) == [names[filing] for filing in order]
    assert "同比 +12.5%" in page  # 9,000 after 8,000
    assert "企业说明：" in page and "R628" in page
    assert "应报 4 家，已报 3 家，待区县审核 3 家" in page


def test_what_was_looked_at_is_gone_tomorrow_until_the_firm_sends_another(desk, city):
    assert "云图软件" in listed(desk)
    done = desk.post(reverse("mark_checked", args=[city.small.receipt]), follow=True)
    assert "已记为核看过" in words_on(done) and "云图软件" not in listed(desk)
    line = JournalEntry.objects.get(action="核看")
    assert (line.subject, line.enterprise, line.by, line.period) == (
        city.small.receipt, city.firm, city.analyst, "2024M05",
    )  # fmt: skip
    again = words_on(desk.post(reverse("mark_checked", args=[city.small.receipt]), follow=True))
    assert "刘芳（" in again and "核看过这份上报件" in again and JournalEntry.objects.filter(action="核看").count() == 1
    make_it_be(date(2024, 6, 6))
    assert "云图软件" not in listed(desk)
    workflow.send_back(city.small, [{"cell": "", "reason": "请核实。"}], city.reviewer, AT)
    newer = file_may(city.filing, city.clerk, CLEAN_MAY | {"2010.c1": "1000"}, reason="更正。")
    assert "云图软件" in listed(desk) and newer.receipt in markup_of(desk.get(HOME))


def test_a_colleague_and_a_stale_page_are_told(city):
    checking.check(city.small, city.analyst, AT)
    with pytest.raises(DoneAlready, match="刘芳.*2024-06-05 09:30 核看过"):
        checking.check(city.small, make_user("liufang2", "马琳", "association"), AT)
    with pytest.raises(Refused, match="只有市级和协会"):
        checking.check(city.large, city.reviewer, AT)
    workflow.recall(city.filing, city.clerk, AT)
    with pytest.raises(Refused, match="取代"):
        checking.check(city.small, city.city, AT)
    assert JournalEntry.objects.filter(action="核看").count() == 1


def test_a_practised_submission_is_no_ones_to_look_at(city):
    practised = open_practice(city.may.parsed, AT.date(), Participants(EVERYBODY), city.analyst, AT).period
    desk = sign_in(city.analyst)
    assert words_on(desk.get(HOME)).count("应报 4 家") == 1  # the real period's line; the practice is in its band
    assert desk.post(f"/association/submissions/{practised.code}-500103-000001-1/checked/").status_code == 404


def unopened(desk) -> str:
    return words_on(desk.get(HOME)).partition("没有打开就审核通过的")[2].partition("等区县答复的")[0]


def test_what_moves_the_city_and_was_passed_unopened_is_listed_since_the_last_working_day(desk, city, cast):
    tuesday = datetime(2024, 6, 4, 10, tzinfo=SHANGHAI)
    workflow.approve(city.large, city.reviewer, tuesday)
    workflow.approve(city.tiny, city.other_reviewer, tuesday)
    section = unopened(desk)
    # All of 大江's 9,000 and 山城's 100 of the 10,000 or so that are in are much more than a tenth of a point in doubt.
    assert "大江软件" in section and "山城智能" in section
    assert "陈宇（渝中区），6月4日 10:00" in section
    make_it_be(date(2024, 6, 6))
    assert "大江软件" not in unopened(desk) and "没有影响大到应当打开看的" in unopened(desk)


def test_what_was_passed_weighs_what_it_weighed_while_it_waited(city):
    waiting = order_of(city.may, AT)
    before = dict(waiting.frame.select("filing", "score").iter_rows())
    workflow.approve(city.large, city.reviewer, AT)
    after = order_of(city.may, AT)
    assert city.large.filing_id not in after.frame["filing"].to_list()
    had = after.had_they_waited([city.large.filing_id])
    assert dict(had.frame.select("filing", "score").iter_rows()) == pytest.approx(
        {city.large.filing_id: before[city.large.filing_id]}
    )
    assert had.placed([city.large.filing_id])[city.large.filing_id].reasons
    assert after.had_they_waited([]).frame.height == 0


def test_what_weighs_less_than_the_limit_was_no_matter(desk, city, cast):
    jialing = cast.jialing.filings.get(period=city.may)
    workflow.approve(freeze(jialing, cast.zhao_min, {"2020.c1": "2"}), city.reviewer, AT)  # 2 of 10,000: 0.02 points
    assert "嘉陵" not in unopened(desk) and "没有影响大到应当打开看的" in unopened(desk)


def test_what_was_opened_returned_or_looked_at_is_not_listed_as_unopened(desk, city):
    workflow.open_for_review(city.large, city.reviewer, AT)
    workflow.approve(city.large, city.reviewer, AT)
    workflow.approve(city.tiny, city.other_reviewer, AT)
    assert "大江" not in unopened(desk) and "山城" in unopened(desk)
    desk.post(reverse("mark_checked", args=[city.tiny.receipt]))
    assert "山城" not in unopened(desk)


def test_over_a_weekend_it_goes_back_to_friday():
    monday = datetime(2024, 6, 17, 9, tzinfo=SHANGHAI)
    assert today.since(monday) == datetime(2024, 6, 14, tzinfo=SHANGHAI)
    after_dragon_boat = datetime(2024, 6, 11, 9, tzinfo=SHANGHAI)  # 8 to 10 June were off
    assert today.since(after_dragon_boat) == datetime(2024, 6, 7, tzinfo=SHANGHAI)


def test_questions_wait_until_the_district_answers(desk, city):
    workflow.approve(city.small, city.reviewer, AT)
    workflow.city_query(city.small, city.analyst, AT, "亏损的项目是哪几个？")
    waiting = words_on(desk.get(HOME)).partition("等区县答复的")[2].partition("命中最多")[0]
    assert "云图软件" in waiting and "亏损的项目是哪几个？" in waiting and "刘芳" in waiting
    workflow.answer_city(city.small, city.reviewer, AT, "两个政务云项目。")
    assert "没有等区县答复的" in words_on(desk.get(HOME))


def test_rules_that_fire_are_those_of_the_last_recheck(desk, city):
    assert f"市级审核截止 {date_format(city.may.deadline(Deadline.CITY).date, 'n月j日')}。" in words_on(desk.get(HOME))
    assert "还没有复核过" in words_on(desk.get(HOME))
    rechecked(city.may)
    page = markup_of(desk.get(HOME))
    assert "/recheck/rules/R628/?period=2024M05" in page
    often = dict((rule, sent) for rule, _, sent in most_often(rechecked(city.may), 5))
    assert often["R628"] == 1 and "2024年5月上一次复核的结果" in page


def test_the_sessions_of_a_week(desk, city):
    begins = {"begins": time(9), "ends": time(11), "to_ask": "刘芳", "audience": "all", "by": city.analyst, "at": AT}
    day = clock.now().date()
    for title, after in (("月报填报", 2), ("年报填报", 9), ("昨天的", -1)):
        TrainingSession.objects.create(title=title, day=day + timedelta(days=after), **begins)
    page = words_on(desk.get(HOME))
    assert "月报填报" in page and "年报填报" not in page and "昨天的" not in page


def test_there_is_something_to_read_before_anything_has_come(cast):
    make_it_be(date(2024, 6, 5))
    page = words_on(sign_in(cast.liu_fang).get(HOME))
    for words in ("没有开放填报的报告期", "没有等待区县审核", "没有等区县答复的", "还没有报告期", "一周内没有培训"):
        assert words in page


def test_the_page_asks_as_often_for_many_as_for_few(desk, city, cast, django_assert_max_num_queries):
    desk.get(HOME)
    with django_assert_max_num_queries(60) as asked:
        desk.get(HOME)
    few = len(asked)
    for number in range(12):
        firm = make_enterprise(f"9150010{number:011d}", f"企业{number}", cast.yuzhong)
        freeze(owe(firm, city.may), city.clerk, {"2020.c1": "500"})
    desk.get(HOME)
    with django_assert_max_num_queries(few) as asked:
        desk.get(HOME)
    assert len(asked) == few


def test_two_open_periods_share_one_list(desk, city, cast):
    april = open_period("2024M04", date(2024, 5, 1))
    freeze(owe(cast.jialing, april), cast.zhao_min, {"2020.c1": "50"})
    page = words_on(desk.get(HOME))
    assert "嘉陵微电子" in page and "2024年4月" in page and "大江软件" in page
