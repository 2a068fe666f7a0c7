"""From 复核 to the firms: explanations are read, and one sentence asks or returns one firm or many, each once."""

import re
from datetime import date, datetime
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Letter
from reporting import workflow
from reporting.models import Filing, Review, State
from reporting.workflow.period import owe
from tests.cast import AT, SHANGHAI, make_enterprise, make_user
from tests.may import CLEAN_MAY, fresh, lock_by_two, make_may
from tests.officials import WARNED_MAY, file_may, make_it_be, press_through, sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
RULE = "/recheck/rules/R628/"
DECIDE = "/recheck/rules/R628/2024M05/decide/"
WORDS = "请写明亏损的项目和合同。"


@pytest.fixture
def may(cast):
    make_it_be(date(2024, 6, 5))
    return make_may(cast)


@pytest.fixture
def losses(may, cast):
    """Three firms that sent a loss with a word about it: two of 渝中区, one ten times the other, and one of 南岸区."""
    may.small = file_may(may.filing, may.clerk, WARNED_MAY)
    large = make_enterprise("91500103MA7AAAA12K", "重庆大江软件有限公司", cast.yuzhong)
    clerk = make_user(large.credit_code, "许江", "enterprise", enterprise=large)
    tenfold = {cell: figure + "0" if cell != "2113.c1" else figure for cell, figure in WARNED_MAY.items()}
    may.large = file_may(owe(large, may.may), clerk, tenfold | {"2113.c1": "125"})
    near = make_enterprise("91500108MA5U77772B", "重庆南山软件有限公司", cast.nanan)
    near_clerk = make_user(near.credit_code, "秦南", "enterprise", enterprise=near)
    may.elsewhere = file_may(owe(near, may.may), near_clerk, WARNED_MAY)
    return may


@pytest.fixture
def desk(losses):
    return sign_in(losses.reviewer)


def chosen(*submissions, act="query", words=WORDS) -> dict:
    return {"receipt": [each.receipt for each in submissions], "act": act, "words": words}


def states(*submissions) -> list[str]:
    return [fresh(each.filing).state for each in submissions]


def test_a_district_reads_its_own_firms_the_largest_first_with_what_each_says_of_the_loss(desk, losses):
    text = words_on(desk.get(RULE))
    assert text.index("重庆大江软件有限公司") < text.index("重庆云图软件有限公司")
    assert "重庆南山软件有限公司" not in text and "南岸区" not in text
    # 9,000 and 900 of the 9,900 its firms sent
    assert "90.91%" in text and "9.09%" in text and "9,000.00" in text
    explained = losses.small.explanations[0]
    assert text.count("企业说明：") == 2 and explained["rule"] == "R628"
    every = [words_on(desk.get(f"/recheck/{page}")) for page in ("", "firms/", "firms/?q=南山")]
    assert "命中填报" in every[0] and not any("重庆南山软件有限公司" in page for page in every)
    assert desk.get(reverse("recheck_firm", args=[losses.elsewhere.filing.enterprise.credit_code])).status_code == 404
    assert desk.get("/recheck/districts/").status_code == 403


def test_what_waits_comes_before_what_was_decided_however_large_that_is(desk, losses):
    """The one is listed by its expected error, the other by its part of the total, 90.91 %."""
    workflow.approve(losses.large, losses.reviewer, AT)
    text = words_on(desk.get(RULE))
    assert text.index("重庆云图软件有限公司") < text.index("重庆大江软件有限公司")
    upwards = words_on(desk.get(RULE + "?sort=weight"))
    assert upwards.index("重庆大江软件有限公司") < upwards.index("重庆云图软件有限公司")


def test_the_districts_workbook_holds_its_own_findings_alone(desk):
    sheet = load_workbook(BytesIO(b"".join(desk.get("/recheck/2024M05.xlsx").streaming_content)))["复核结果"]
    assert {row[0].value for row in sheet.iter_rows(min_row=4)} == {"渝中区"}


def test_one_sentence_asks_two_firms_after_a_look_at_the_letters(desk, losses):
    asks = chosen(losses.small, losses.large)
    preview = desk.post(DECIDE, asks)
    text = words_on(preview)
    assert "将查询企业 2 家" in text and WORDS in text
    assert states(losses.small, losses.large) == [State.SUBMITTED] * 2 and not Review.objects.exists()
    assert "收到信的企业 2" in " ".join(text.split()) and "其中给区县、市级的信 0" in " ".join(text.split())
    done = words_on(press_through(desk, DECIDE, asks))
    assert "查询企业：办理 2 家" in done
    assert states(losses.small, losses.large) == [State.QUERIED] * 2
    notes = set(Review.objects.values_list("note", flat=True))
    assert len(notes) == 1 and notes.pop().endswith(f"（R628）：{WORDS}")
    assert Letter.objects.filter(stem="filing/queried").count() == 3


def test_a_second_press_and_a_colleagues_are_told_that_it_was_asked_already(desk, losses, cast):
    asks = chosen(losses.small, losses.large)
    press_through(desk, DECIDE, asks)
    again = words_on(desk.post(DECIDE, asks))
    assert "办理 0 家" in again and again.count("没有再发一次") == 2
    colleague = sign_in(make_user("yuzhong2", "林夕", "district", district=cast.yuzhong))
    assert words_on(colleague.post(DECIDE, asks)).count("陈宇（渝中区）已于 6月5日") == 2
    other = words_on(colleague.post(DECIDE, chosen(losses.small, words="另一句话。")))
    assert "当前状态为“区县查询中”" in other
    assert Review.objects.count() == 2


def test_a_return_names_the_cells_of_what_the_rule_found(desk, losses):
    press_through(desk, DECIDE, chosen(losses.small, act="return"))
    [review] = Review.objects.all()
    cells = [row["cell"] for row in review.reasons]
    assert review.decision == "send_back" and "2090.c1" in cells and "" not in cells
    assert {row["reason"] for row in review.reasons} == {WORDS}
    assert states(losses.small) == [State.RETURNED]
    assert "没有再发一次" in words_on(desk.post(DECIDE, chosen(losses.small, act="return")))
    assert Review.objects.count() == 1


def test_a_firm_decided_meanwhile_is_told_by_name_and_the_other_is_done(desk, losses):
    asks = chosen(losses.small, losses.large)
    seen = re.search(r'name="seen" value="(\d+)"', markup_of(desk.post(DECIDE, asks)))[1]
    workflow.approve(losses.small, losses.reviewer, AT)
    look_again = desk.post(DECIDE, asks | {"seen": seen})
    assert "将查询企业 1 家" in words_on(look_again) and "另外 1 家不办理，见下表" in words_on(look_again)
    refused = words_on(look_again).partition("不办理的")[2]
    assert "重庆云图软件有限公司" in refused and "当前状态为“区县审核通过，待市级”" in refused
    done = words_on(press_through(desk, DECIDE, asks))
    assert "办理 1 家，1 家没有办理" in done and "当前状态为“区县审核通过，待市级”" in done
    assert states(losses.small, losses.large) == [State.APPROVED, State.QUERIED]


def test_what_the_firm_has_replaced_or_mended_since_is_not_asked_about(desk, losses):
    workflow.recall(losses.filing, losses.clerk, AT)
    gone = words_on(desk.post(DECIDE, chosen(losses.small)))
    assert "办理 0 家，1 家没有办理" in gone
    mended = file_may(losses.filing, losses.clerk, CLEAN_MAY, reason="更正。")
    assert "不再命中这条审核关系" in words_on(desk.post(DECIDE, chosen(mended)))
    assert "取代" in words_on(desk.post(DECIDE, chosen(losses.small)))
    assert not Review.objects.exists()


def test_another_districts_firm_cannot_be_named(desk, losses):
    answer = desk.post(DECIDE, chosen(losses.elsewhere))
    assert "请先勾选企业" in words_on(answer, 422) and states(losses.elsewhere) == [State.SUBMITTED]
    both = words_on(press_through(desk, DECIDE, chosen(losses.small, losses.elsewhere)))
    assert "办理 1 家" in both and "南山" not in both and states(losses.elsewhere) == [State.SUBMITTED]


def test_what_was_typed_and_ticked_stays_when_something_is_missing(desk, losses):
    silent = desk.post(DECIDE, chosen(losses.large, words=" "))
    assert "请写明查询企业的话" in words_on(silent, 422)
    assert re.search(rf'value="{losses.large.receipt}"\s+checked', markup_of(silent, 422))
    nobody = markup_of(desk.post(DECIDE, {"words": WORDS, "act": "query"}), 422)
    assert WORDS in nobody
    long = words_on(desk.post(DECIDE, chosen(losses.large, words="长" * 301)), 422)
    assert "最多 300 字，现在有 301 字" in long
    assert "请点“查询”或“退回”" in words_on(desk.post(DECIDE, chosen(losses.large, act="erase")), 422)
    assert desk.post("/recheck/rules/R999/2024M05/decide/", chosen(losses.large)).status_code == 404
    assert desk.post("/recheck/rules/R628/2031M05/decide/", chosen(losses.large)).status_code == 404
    assert not Review.objects.exists()


def test_the_association_asks_and_returns_to_the_districts_what_they_passed(losses):
    workflow.approve(losses.small, losses.reviewer, AT)
    desk = sign_in(losses.analyst)
    asked = " ".join(words_on(desk.post(DECIDE, chosen(losses.small))).split())
    assert "收到信的企业 0" in asked and "其中给区县、市级的信 1" in asked  # about a firm, to its district
    page = markup_of(desk.get(RULE))
    assert f'value="{losses.small.receipt}"' in page and f'value="{losses.large.receipt}"' not in page
    both = words_on(press_through(desk, DECIDE, chosen(losses.small, losses.large)))
    assert "查询区县：办理 1 家，1 家没有办理" in both
    assert states(losses.small, losses.large) == [State.CITY_QUERIED, State.SUBMITTED]
    nothing_to_tick = markup_of(desk.get(RULE))
    assert 'name="receipt"' not in nothing_to_tick and 'name="words"' not in nothing_to_tick
    assert "退回区县：办理 1 家" in words_on(press_through(desk, DECIDE, chosen(losses.small, act="return")))
    assert states(losses.small) == [State.CITY_RETURNED]
    assert Letter.objects.filter(stem="filing/city_asked", district=losses.filing.district).exists()


def test_after_the_lock_nothing_is_offered_and_nothing_is_done(losses, cast):
    workflow.approve(losses.small, losses.reviewer, AT)
    make_it_be(date(2024, 6, 16))
    lock_by_two(losses.may, losses.city, datetime(2024, 6, 16, 9, tzinfo=SHANGHAI), "测试")
    desk = sign_in(losses.reviewer)
    assert 'name="receipt"' not in markup_of(desk.get(f"{RULE}?period=2024M05"))
    answer = words_on(desk.post(DECIDE, chosen(losses.large)))
    assert "已由市级锁定" in answer and states(losses.large) != [State.QUERIED]


def test_from_a_finding_on_the_review_page_one_comes_to_its_rule_and_back(desk, losses):
    review = markup_of(desk.get(reverse("district_review", args=[losses.small.receipt])))
    link = f"{RULE}?period=2024M05&amp;from={losses.small.receipt}"
    assert link in review
    there = markup_of(desk.get(link.replace("&amp;", "&")))
    assert "回到重庆云图软件有限公司的上报件" in there
    other = markup_of(desk.get(f"{RULE}?from={losses.elsewhere.receipt}"))
    assert "回到" not in other and "南山" not in other


def test_a_firm_that_fills_is_listed_without_figures_and_cannot_be_chosen(desk, losses):
    workflow.recall(losses.filing, losses.clerk, AT)
    page = markup_of(desk.get(RULE))
    assert losses.small.receipt not in re.findall(r'name="receipt" value="([^"]+)"', page)
    assert "填报中" in words_on(desk.get(RULE))
    assert Filing.objects.get(pk=losses.filing.pk).state == State.DRAFT
