"""One filing after the other: what a reviewer is shown first, where a decision leads, and what is said of one that
somebody else has decided."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts import clock
from reporting import workflow
from reporting.conversation.threads import say
from reporting.filing.twelve_months import year_until
from reporting.models import Filing, Review, State
from reporting.pages.spark import spark_of
from reporting.review.walking import Walk, walk_of
from reporting.workflow.period import owe
from tests.cast import AT, make_enterprise, make_user
from tests.may import CLEAN_MAY, fresh, make_may, open_period
from tests.officials import WARNED_MAY, WARNING, file_may, freeze, make_it_be, sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def may(cast):
    cache.clear()
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def desk(may):
    return sign_in(may.reviewer)


@pytest.fixture
def three(may, cast):
    """Three that wait in 渝中区: of 300, 200 and 100 万元."""
    found = []
    for number, income in enumerate(("300.00", "200.00", "100.00")):
        firm = make_enterprise(f"91500103MB{number:08d}", f"第{number}软件", cast.yuzhong)
        filing = owe(firm, may.may)
        found.append(freeze(filing, may.clerk, {"2010.c1": income, "2020.c1": income}))
    return found


def approve_at(submission) -> str:
    return reverse("district_approve", args=[submission.receipt])


def page_of(submission) -> str:
    return reverse("district_review", args=[submission.receipt])


def in_their_order(may, three) -> list:
    waiting = walk_of(may.reviewer, three[0], AT).waiting
    return sorted(three, key=lambda each: list(waiting).index(each.filing_id))


def test_a_decision_leads_to_the_next_in_the_order_of_the_queue(desk, may, three):
    first, second, third = in_their_order(may, three)
    assert "待审 第 1 / 3 家" in words_on(desk.get(page_of(first)))
    answer = desk.post(approve_at(first), follow=True)
    assert answer.redirect_chain == [(page_of(second), 302)]
    assert f"{first.filing.enterprise.name}：已审核通过。" in words_on(answer)
    answer = desk.post(reverse("district_query", args=[second.receipt]), {"note": "为何减少？"})
    assert answer.headers["Location"] == page_of(third)
    answer = desk.post(approve_at(third), follow=True)
    assert answer.redirect_chain == [("/district/queue/2024M05/", 302)]
    assert "本期没有其他待审核的了" in words_on(answer)


def test_what_is_decided_is_counted_no_more(desk, may, three):
    """Neither by the answer to the press nor by the page read anew."""
    first, second, _ = in_their_order(may, three)
    for text in (words_on(desk.post(approve_at(first), **SCRIPT)), words_on(desk.get(page_of(second)))):
        assert "待审 第 1 / 2 家" in text
    walk = walk_of(may.reviewer, second, AT)
    assert walk.order.stop.waiting == 3 and walk.order.stop_among(walk.still).waiting == 2


def test_an_order_chosen_in_the_queue_is_the_one_that_is_walked(desk, may, three):
    by_income = [three[2], three[0], three[1]]
    for submission, income in zip(by_income, ("1", "2", "3"), strict=True):
        submission.filing.enterprise.name = f"{income}号软件"
        submission.filing.enterprise.save(update_fields=["name"])
    words_on(desk.get("/district/queue/2024M05/?sort=name"))
    assert desk.post(approve_at(by_income[0])).headers["Location"] == page_of(by_income[1])
    words_on(desk.get("/district/queue/2024M05/?sort=-name"))
    assert desk.post(approve_at(by_income[2])).headers["Location"] == page_of(by_income[1])


def test_an_order_by_revenue_goes_either_way(desk, may, three):
    words_on(desk.get("/district/queue/2024M05/?sort=revenue"))
    assert desk.post(approve_at(three[2])).headers["Location"] == page_of(three[1])
    words_on(desk.get("/district/queue/2024M05/?sort=-revenue"))
    assert desk.post(approve_at(three[0])).headers["Location"] == page_of(three[1])


def test_what_was_passed_a_moment_ago_may_be_taken_back_from_the_next_page(desk, may, three):
    first, second, _ = in_their_order(may, three)
    undo = reverse("district_undo", args=[first.receipt])
    assert f'action="{undo}"' in markup_of(desk.post(approve_at(first), **SCRIPT))
    assert f'action="{undo}"' in markup_of(desk.get(page_of(second)))
    answer = desk.post(undo, follow=True)
    assert answer.redirect_chain == [(page_of(first), 302)] and "仍待审核" in words_on(answer)
    assert f'action="{undo}"' not in markup_of(answer) and fresh(first.filing).state == State.SUBMITTED


def test_each_that_was_passed_within_a_minute_may_be_taken_back(desk, may, three):
    """The newest first, and by a key; what was taken back, and what others passed, is not offered."""
    first, second, third = in_their_order(may, three)
    workflow.approve(third, make_user("yuzhong-2", "周敏", "district", district=may.reviewer.district), AT)
    for submission in (first, second):
        desk.post(approve_at(submission))
    undo = [reverse("district_undo", args=[each.receipt]) for each in (first, second)]
    text = markup_of(desk.get(page_of(third)))
    assert re.findall(r'action="(/[^"]+/undo/)"', text) == [undo[1], undo[0]] and text.count('data-key="u"') == 1
    text = markup_of(desk.post(undo[0], follow=True))
    assert re.findall(r'action="(/[^"]+/undo/)"', text) == [undo[1]]


def test_many_that_may_be_taken_back_are_folded(desk, may, cast, three):
    for number in range(10, 14):
        firm = make_enterprise(f"91500103MB{number:08d}", f"第{number}软件", cast.yuzhong)
        workflow.approve(freeze(owe(firm, may.may), may.clerk, {"2010.c1": "1.00"}), may.reviewer, clock.now())
    text = markup_of(desk.get(page_of(three[0])))
    assert text.count("一分钟内可以撤销。") == 4 and "还有 1 份在一分钟内可以撤销" in text


def test_behind_the_last_come_those_that_were_passed_over(desk, may, three):
    first, second, third = in_their_order(may, three)
    assert desk.post(approve_at(third)).headers["Location"] == page_of(first)
    text = markup_of(desk.get(page_of(second)))
    assert f'href="{page_of(first)}" rel="prev"' in text and f'href="{page_of(first)}" rel="next"' in text


def test_with_script_the_answer_is_the_next_filings_page(desk, may, three):
    first, second, third = in_their_order(may, three)
    answer = desk.post(approve_at(first), **SCRIPT)
    assert answer.headers["HX-Push-Url"] == page_of(second)
    assert f'data-review="{second.receipt}"' in markup_of(answer) and "主导航" not in words_on(answer)
    for submission in (first, second, third):
        submission.refresh_from_db()
    assert second.opened_at and second.opened_by == may.reviewer and not third.opened_at
    with pytest.raises(workflow.Refused):
        workflow.recall(fresh(second.filing), may.clerk, AT)


def test_with_script_the_last_one_says_where_to_go_and_keeps_its_word(desk, may):
    only = file_may(may.filing, may.clerk)
    answer = desk.post(approve_at(only), **SCRIPT)
    assert answer.headers["HX-Redirect"] == "/district/queue/2024M05/" and answer.content == b""
    assert "本期没有其他待审核的了" in words_on(desk.get("/district/queue/2024M05/"))


def test_what_somebody_else_decided_is_said_and_goes_on(desk, may, three):
    first, second, _ = in_their_order(may, three)
    colleague = make_user("yuzhong-2", "周敏", "district", district=may.reviewer.district)
    workflow.approve(first, colleague, AT)
    answer = desk.post(
        reverse("district_send_back", args=[first.receipt]), {"cell": "", "reason": "请核实"}, follow=True
    )
    assert answer.redirect_chain == [(page_of(second), 302)]
    assert "周敏（渝中区）已在此之前作出处理（审核通过），这次没有再记。" in words_on(answer)
    assert first.reviews.count() == 1


def test_what_comes_in_meanwhile_stands_behind_the_order_that_was_kept(may, cast, three):
    order = in_their_order(may, three)
    newest = freeze(
        owe(make_enterprise("91500103MB00000009", "新到软件", cast.yuzhong), may.may), may.clerk, {"2010.c1": "9000.00"}
    )
    assert list(walk_of(may.reviewer, order[0], AT).waiting.values()) == [each.receipt for each in [*order, newest]]
    assert walk_of(may.reviewer, newest, AT).placed(newest).filing == newest.filing_id  # opened, it is weighed


def test_one_that_was_decided_knows_its_neighbours():
    walk = Walk({1: "a", 3: "c"}, {1: 1, 2: 2, 3: 3}, frozenset(), None)
    assert (walk.before(2), walk.after(2), walk.place_of(2), walk.place_of(3)) == ("a", "c", None, 2)
    assert (walk.before(9), walk.after(9)) == ("", "a")  # not in the order: from its beginning
    assert Walk({}, {2: 1}, frozenset(), None).after(2) == ""


def test_the_strip_says_income_growth_margin_and_income_a_head(desk, may):
    """1000 of 800 a year ago is +25.0 %; 280 ÷ 1000 is 28.0 %, and was 160 ÷ 800 = 20.0 %; 1000 ÷ 40 is 25.00."""
    values = {**CLEAN_MAY, "2020.c1": "900.00", "2010.c2": "800", "2090.c2": "160", "2020.c2": "1000"}
    text = words_on(desk.get(page_of(freeze(may.filing, may.clerk, values))))
    said = text.partition("主要数据")[2] or text
    for words in ("900.00 万元", "同比 -10.0%", "同比 +25.0%", "28.0 %", "上年同期 20.0%", "25.00 万元"):
        assert words in said, words


def test_a_firm_without_people_or_income_has_no_ratio(desk, may):
    text = words_on(
        desk.get(page_of(freeze(may.filing, may.clerk, {"2010.c1": "0.00", "2090.c1": "5.00", "2112.c1": "0"})))
    )
    assert "利润率" not in text and "人均收入" not in text


def test_the_twelve_months_are_each_its_own(may):
    """April says 400 after 250: 150. May says 500 after 400: 100. March was never filed: a gap, not nought."""
    april = open_period("2024M04", AT.date() - timedelta(days=35))
    before = Filing.objects.create(enterprise=may.firm, period=april, district=may.filing.district)
    workflow.approve(freeze(before, may.clerk, {"2020.c1": "400", "2020.c3": "250"}), may.reviewer, AT)
    months = year_until(freeze(may.filing, may.clerk, {"2020.c1": "500", "2020.c3": "400"}))
    assert [each.value for each in months[-3:]] == [None, Decimal(150), Decimal(100)]
    assert [each.period.code for each in months][:2] == ["2023M06", "2023M07"]
    assert all(each.period.month != 1 for each in months)  # a January nobody filed


def test_a_line_has_gaps_where_nothing_is_known():
    assert spark_of([Decimal(1), None]) is None
    line = spark_of([Decimal(0), Decimal(10), None, Decimal(5), None, Decimal(-10), Decimal(0)])
    assert line.path.count("M") == 2 and len(line.alone) == 1 and line.last == (236, line.base)


def test_the_compact_reading_leaves_out_what_says_nothing(desk, may):
    values = {"2010.c1": "5.00", "2050.c1": "0", "2090.c1": "-9.00"}
    sent = freeze(may.filing, may.clerk, values, [{**WARNING, "cells": ["软统企6!2080.c1"]}])
    text = markup_of(desk.get(page_of(sent)))
    quiet = set(re.findall(r'<tr id="row-(\d+)" class="quiet"', text))
    assert {"2050", "2110"} <= quiet and not quiet & {"2010", "2090", "2080"}  # 2080 is blank, and in doubt
    heading = '<tr class="group quiet"><th colspan="8" scope="colgroup">（二）按出口方式分列'
    assert re.sub(r'colspan="\d+"', 'colspan="8"', text).count(heading) == 1  # 2050 and 2090 follow it, not below it
    assert "全部行" in words_on(desk.get(page_of(sent)))


def test_what_changed_and_what_is_spoken_of_is_never_left_out(desk, may):
    first = file_may(may.filing, may.clerk)
    workflow.send_back(first, [{"cell": "2041.c1", "reason": "请核实"}], may.reviewer, AT)
    second = file_may(may.filing, may.clerk, {**CLEAN_MAY, "2051.c1": "0"}, reason="更正")
    text = markup_of(desk.get(page_of(second)))
    quiet = set(re.findall(r'<tr id="row-(\d+)" class="quiet"', text))
    assert "2043" in quiet and not quiet & {"2041", "2051"}


def test_the_last_months_words_are_read_beside_it(desk, may, cast):
    april = open_period("2024M04", AT.date() - timedelta(days=35))
    before = Filing.objects.create(enterprise=may.firm, period=april, district=may.filing.district)
    sent = freeze(before, may.clerk, {"2010.c1": "5.00"})
    workflow.query(sent, may.reviewer, AT, "四月为何减少？")
    say(before, "四月有退货。", may.clerk, AT)
    address = reverse("district_said_before", args=[freeze(may.filing, may.clerk, {"2010.c1": "6.00"}).receipt])
    text = words_on(desk.get(address))
    assert "2024年4月" in text and "四月为何减少？" in text and "四月有退货。" in text
    other = freeze(Filing.objects.get(enterprise=cast.jialing, period=may.may), may.clerk, {"2010.c1": "6.00"})
    assert "没有往来可看" in words_on(desk.get(reverse("district_said_before", args=[other.receipt])))


def test_ready_reasons_are_buttons_and_the_plain_form_stays(desk, may):
    text = markup_of(desk.get(page_of(file_may(may.filing, may.clerk, WARNED_MAY))))
    assert 'data-words="漏填，请补充。"' in text and text.count('<textarea name="reason"') == 2
    assert text.count('<select name="cell"') == 2


def test_a_decision_asks_the_database_no_more_for_more_firms(desk, may, cast, three, django_assert_max_num_queries):
    for number in range(10, 40):
        firm = make_enterprise(f"91500103MB{number:08d}", f"第{number}软件", cast.yuzhong)
        freeze(owe(firm, may.may), may.clerk, {"2010.c1": "1.00", "2020.c1": "1.00"})
    desk.get("/district/queue/2024M05/")
    first = in_their_order(may, three)[0]
    desk.get(page_of(first))
    with django_assert_max_num_queries(60):
        answer = desk.post(approve_at(first), **SCRIPT)
    assert answer.status_code == 200 and Review.objects.count() == 1
    assert fresh(first.filing).state == State.APPROVED
