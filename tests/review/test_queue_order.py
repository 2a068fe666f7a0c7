"""The district's queue and the city's list: in the order of what filings weigh, with what has to be known of each."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from reporting import workflow
from reporting.models import Filing, KeptChoice, ReviewLimits, State
from reporting.review.views.listed_row import ListedRow
from reporting.review.weighing import KnownOfFiling, _rounded, weighed
from tests.consequence.ordered_city import NANAN, NOW, make_ordered_city
from tests.may import fresh
from tests.officials import WARNING, make_it_be, sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
QUEUE, LIST = "/district/queue/2024M05/", "/city/submissions/?period=2024M05"


@pytest.fixture
def city(db):
    """Twelve firms of 110 are approved; 大而稳, 万倍 and 小而乱 wait, in another order than they weigh; 未报大户 had
    500 and 未报小户 5, and nothing of them is in."""
    make_it_be(NOW.date())
    city = make_ordered_city()
    city.files("大而稳", 220, 200)
    city.files("小而乱", 40, 10)
    city.files("万倍", 1100, 100)
    for name, before in (("未报小户", 5), ("未报大户", 500)):
        city.files(name, 1, before)
        Filing.objects.filter(pk=city.filings[name].pk).update(state=State.NOT_STARTED, in_force=None)
        city.stood_before("2023M05", name, {"2020.c1": f"{before}.00", "2010.c1": f"{2 * before}.00"})
    return city


@pytest.fixture
def desk(city):
    return sign_in(city.reviewer)


def in_order(text: str, *names: str) -> list[str]:
    return sorted(names, key=text.index)


WAITING, MISSING = ("万倍", "小而乱", "大而稳"), ("未报大户", "未报小户")


def test_what_waits_comes_by_weight_then_what_is_missing_then_the_rest(city, desk):
    text = words_on(desk.get(QUEUE))
    assert in_order(text, "大而稳", "小而乱", "万倍", "未报小户", "未报大户", "平稳3") == [*WAITING, *MISSING, "平稳3"]
    listed = words_on(sign_in(city.city).get(LIST))
    assert in_order(listed, *MISSING, *WAITING) == [*WAITING, *MISSING]


def test_a_line_says_what_the_filing_weighs_and_why_it_stands_there(desk):
    """Of the district's 12 · 110 + 220 + 40 + 1100 = 2680 the firm has 1100 where 110 was expected: 990 / 2680."""
    text = words_on(desk.get(QUEUE))
    row = text[text.index("万倍") : text.index("小而乱")]
    assert "1,100.00" in row and "+1,000.0" in row and "+36.94" in row
    assert "多项指标约为预期的 10 倍，疑似单位填错" in row and "第 1 位" in row


def test_a_missing_firm_says_what_its_absence_can_move(desk):
    """12 · 100 + 200 + 10 + 100 + 5 + 500 = 2015 were had before; 500 of it is 24.81 per cent."""
    text = words_on(desk.get(QUEUE))
    assert "上年同期软件业务收入合计 500.00，占 24.81%" in text
    only = words_on(desk.get(f"{QUEUE}?state=not_started"))
    assert in_order(only, *reversed(MISSING)) == list(MISSING) and "万倍" not in only


def test_a_figure_is_shown_with_the_decimals_of_its_form(city, desk):
    """200.10 + 7.07 is 207.17, and 207.17000000000002 as a float: the known figures come from a column of floats."""
    known = KnownOfFiling(
        1, *(_rounded(figure, Decimal("0.01")) for figure in (200.1 + 7.07, 0.1 + 0.2)), 2.0, 1.0, True
    )
    assert ListedRow(city.filings["未报大户"], known=known, headline="收入").revenue == "207.17"
    assert known.had == ("0.30", "1.00")
    found = weighed(city.period, NOW, [city.yuzhong]).known([city.filings["未报大户"].pk])
    assert str(found[city.filings["未报大户"].pk].before) == "500.00"


def test_the_line_is_drawn_where_review_may_stop(city, desk):
    """What 大而稳 says was expected of it."""
    text = words_on(desk.get(QUEUE))
    assert "待审 3 家，审完前 2 家后" in text
    assert text.index("小而乱") < text.index("审到这里可以停") < text.index("大而稳")
    for other in ("?sort=name", "?sort=-weight", "?q=万", "?state=not_started"):
        assert "审到这里可以停" not in markup_of(desk.get(QUEUE + other)), other


def test_the_line_on_the_review_page_is_of_what_still_waits(city, desk):
    """The order stays as it was kept; what came in since stands behind it and is not in the line."""
    words_on(desk.get(QUEUE))
    first, second = (city.filings[name].in_force for name in ("万倍", "小而乱"))
    city.files("新来", 300, 280)
    for page in (
        desk.post(reverse("district_approve", args=[first.receipt]), HTTP_HX_REQUEST="true"),
        desk.get(reverse("district_review", args=[second.receipt])),
    ):
        text = words_on(page)
        assert "待审 第 1 / 3 家" in text and "待审 2 家，审完前 1 家后" in text
        assert "另有 1 家是排好顺序之后上报的，排在最后，没有算在内。" in text


def test_where_nothing_can_be_compared_it_is_said_and_no_line_is_drawn(db):
    make_it_be(NOW.date())
    small = make_ordered_city(steady=2)
    small.files("独家", 100, 90)
    text = words_on(sign_in(small.reviewer).get(QUEUE))
    assert "说不出审到哪里可以停" in text and "审到这里可以停" not in text


@pytest.mark.parametrize("column", ["revenue", "change", "moves_district", "moves_city", "warnings", "weight"])
def test_every_column_orders_both_ways(desk, column):
    up, down = (words_on(desk.get(f"{QUEUE}?sort={sign}{column}&state=waiting")) for sign in ("", "-"))
    first, last = in_order(up, *WAITING), in_order(down, *WAITING)
    if column == "warnings":  # none has any: the order of coming in
        assert first == last
    else:
        assert first == list(reversed(last))
    assert column != "revenue" or first == ["小而乱", "大而稳", "万倍"]


def test_the_order_and_the_filters_one_chose_are_kept_over_signing_out_and_reset_by_a_link(city, desk):
    desk.get(f"{QUEUE}?sort=name")
    words_on(desk.get(f"{QUEUE}?state=waiting&keep=yes&sort=name&q="))
    desk.logout()
    again = sign_in(city.reviewer)
    text = words_on(again.get(QUEUE))
    assert "恢复按轻重排列" in text and "未报大户" not in text
    assert in_order(text, *WAITING) == sorted(WAITING)
    back = words_on(again.get(f"{QUEUE}?sort=weight&state=&district=&keep=yes"))
    assert "恢复按轻重排列" not in back and "未报大户" in back
    assert KeptChoice.objects.get().chosen == {"sort": "weight", "state": "", "district": ""}


def test_a_link_from_another_page_narrows_the_list_for_once(city, desk):
    assert "万倍" not in words_on(desk.get(f"{QUEUE}?state=not_started"))
    assert "万倍" in words_on(desk.get(QUEUE))
    assert not KeptChoice.objects.exists()


def test_what_nobody_offers_is_not_kept(desk):
    words_on(desk.get(f"{QUEUE}?sort=password"))
    assert not KeptChoice.objects.exists()


def test_the_citys_list_of_one_district_is_weighed_there(city):
    city.files("南岸店", 60, 30, district=NANAN)
    text = words_on(sign_in(city.city).get(f"{LIST}&district={NANAN}"))
    assert "南岸店" in text and "万倍" not in text and "待审 1 家" in text
    assert "待审 4 家" in words_on(sign_in(city.city).get(LIST))


def test_the_firms_word_stands_under_what_was_found(city, desk):
    said = {"rule": "R628", "fingerprint": "1", "reason_code": "", "text": "亏损来自一次性计提。"}
    city.files("有说明", 100, 90, findings=[WARNING], explanations=[said])
    long = {**WARNING, "message": "请说明原因。" * 30}
    city.files("长提示", 100, 90, findings=[long])
    text = words_on(desk.get(QUEUE))
    row = text[text.index("有说明") :]
    assert "请说明。" in row and "企业说明：亏损来自一次性计提。" in row and "企业没有说明。" in text
    assert "1 条提示与企业说明</summary>" in markup_of(desk.get(QUEUE))


def test_whom_to_call_first_is_whose_absence_can_move_most(city, desk):
    def listed(client):
        book = openpyxl.load_workbook(BytesIO(client.get(reverse("outstanding", args=["2024M05"])).content))
        return [tuple(cell.value for cell in row)[:6] for row in book.active.iter_rows(min_row=2)]

    rows = listed(desk)
    assert [row[0] for row in rows] == list(MISSING) and rows[0][4:] == ("500.00", "24.81")
    assert [row[0] for row in listed(sign_in(city.city))] == list(MISSING)


def test_what_carries_much_has_no_box_and_is_refused_by_the_workflow_itself(city, desk):
    """1100 of 2700 is 40.7 per cent, 20 is 0.7."""
    city.files("小户", 20, 18)
    page = markup_of(desk.get(QUEUE))
    large, small = (city.filings[name].in_force for name in ("万倍", "小户"))
    assert f'value="{small.receipt}"' in page and f'value="{large.receipt}"' not in page
    text = words_on(desk.get(QUEUE))
    assert (
        "占比大，须打开" in text[text.index("大而稳") :]
        and "占比大" not in text[text.index("小户") : text.index("大而稳")]
    )
    approved, left = workflow.approve_clean([large, small], city.reviewer, NOW)
    assert approved == [small] and "占本区县本期软件业务收入合计的 40.7%，超过 1%，须打开审核。" in left[large.receipt]
    assert fresh(city.filings["万倍"]).state == State.SUBMITTED


def test_above_the_citys_own_limit_and_unopened_alone(city):
    large, other = (city.filings[name].in_force for name in ("万倍", "大而稳"))
    ReviewLimits.objects.create(bulk_share="50", reason="试行", by=city.city, at=NOW)
    assert workflow.opened_first([large], NOW) == {}
    ReviewLimits.objects.all().delete()
    workflow.open_for_review(other, city.reviewer, NOW)
    assert workflow.opened_first([large, other], NOW).keys() == {large.receipt}


def test_before_many_are_passed_on_their_sum_the_largest_and_the_strangest_are_shown(city, desk):
    """Three of 20, 15 and 10: 45 of 2725 is 1.7 per cent; the one of 10 had 1."""
    small = [city.files(name, now, before) for name, now, before in (("甲", 20, 18), ("乙", 15, 14), ("丙", 10, 1))]
    given = {"receipt": [submission.receipt for submission in small]}
    answer = desk.post(reverse("district_approve_clean", args=["2024M05"]), given)
    text = words_on(answer)
    assert "45.00" in text and "1.7%" in text and "最大的 3 份" in text
    assert in_order(text[text.index("最大的") :], "甲", "乙", "丙") == ["甲", "乙", "丙"]
    assert in_order(text[text.index("最可疑的") :], "甲", "乙", "丙")[0] == "丙"
    assert all(fresh(submission.filing).state == State.SUBMITTED for submission in small)
    done = words_on(desk.post(reverse("district_approve_clean", args=["2024M05"]), given | {"seen": "0"}))
    assert "批量审核：通过 3 份" in done and "之前可以撤销这 3 份" in done
    undone = words_on(desk.post(reverse("district_undo_clean", args=["2024M05"]), given))
    assert "已撤销 3 份审核通过" in undone
    assert all(fresh(submission.filing).state == State.SUBMITTED for submission in small)
