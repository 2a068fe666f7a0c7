"""The district's pages: it sees its own filings only, decides about them once, and can write no figure."""

import re
from datetime import timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO

import openpyxl
import pytest
from django.core.cache import cache
from django.urls import get_resolver, reverse
from django.utils.timezone import localtime

from accounts import clock
from accounts.models import JournalEntry
from reporting import workflow
from reporting.models import BaseAdjustment, Filing, Review, Sheet, State, Submission
from reporting.pages.comparison import growth_words
from reporting.workflow.period import owe
from tests.cast import AT, make_enterprise
from tests.may import AFTER_DUE, CLEAN_MAY, fresh, make_may
from tests.officials import WARNED_MAY, WARNING, file_may, freeze, make_it_be, press_through, sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
DECISIONS = ["district_approve", "district_send_back", "district_query", "district_answer_city"]


@pytest.fixture
def may(cast):
    cache.clear()  # a test's rows have the numbers of the last test's rows
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def submission(may):
    return file_may(may.filing, may.clerk)


@pytest.fixture
def desk(may):
    """渝中区's clerk at the desk."""
    return sign_in(may.reviewer)


def test_home_counts_each_state_and_links_to_the_list_behind_it(desk, submission):
    text = markup_of(desk.get("/district/"))
    assert 'state=waiting">1</a>' in text and 'state=not_started">1</a>' in text
    assert "2024年6月13日" in text  # the district's own date
    assert "没有上年数据可比" in text


def test_before_the_first_period_the_page_says_what_to_do(cast):
    assert "尚未开启任何报告期" in words_on(sign_in(cast.chen_yu).get("/district/"))
    assert "尚未开启任何报告期" in words_on(sign_in(cast.chen_yu).get("/district/queue/"))


def test_the_queue_shows_firms_that_have_not_begun_and_narrows_by_state_and_name(desk, may, submission):
    every = words_on(desk.get("/district/queue/2024M05/"))
    assert "云图软件" in every and "嘉陵微电子" in every and "山城智能" not in every
    waiting = words_on(desk.get("/district/queue/2024M05/?state=waiting"))
    assert "云图软件" in waiting and "嘉陵微电子" not in waiting
    assert "嘉陵微电子" not in words_on(desk.get(f"/district/queue/2024M05/?q={may.firm.credit_code}"))
    assert "没有符合条件的填报" in words_on(desk.get("/district/queue/2024M05/?q=没有这家"))


def test_the_queue_lists_the_overdue_only_after_the_date(desk, may):
    assert "逾期未报（0）" in words_on(desk.get("/district/queue/2024M05/"))
    make_it_be(AFTER_DUE.date())
    assert "逾期未报（2）" in words_on(desk.get("/district/queue/2024M05/"))


def test_the_queue_asks_the_database_no_more_for_more_firms(desk, cast, may, submission, django_assert_max_num_queries):
    for number in range(60):
        owe(make_enterprise(f"91500103MB{number:08d}", f"新企业{number}", cast.yuzhong), may.may)
    desk.get("/district/queue/2024M05/")  # the order is made, and kept
    with django_assert_max_num_queries(26):
        text = words_on(desk.get("/district/queue/2024M05/"))
    assert "第 1 / 2 页" in text


def test_the_list_of_whom_to_call_holds_its_own_firms_that_have_not_sent(desk, cast, may, submission):
    assert "下载未报名单" in words_on(desk.get("/district/queue/2024M05/"))
    cast.jialing.name, cast.jialing.phone = "=1+1", "023-61234567"
    cast.jialing.save(update_fields=["name", "phone"])

    def listed(who):
        book = openpyxl.load_workbook(BytesIO(who.get("/outstanding/2024M05.xlsx").content))
        return [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2)]

    address = cast.jialing.email
    code = cast.jialing.credit_code
    own = ["=1+1", code, "渝中区", "未填报", "", "", "统计员", "023-61234567", "13800000000", address]
    assert listed(desk) == [own]
    assert [row[2] for row in listed(sign_in(may.city))] == ["渝中区", "南岸区"]
    workflow.send_back(submission, [{"cell": "2010.c1", "reason": "请核实"}], may.reviewer, AT)
    assert sorted(row[3] for row in listed(desk)) == ["区县退回", "未填报"]
    assert JournalEntry.objects.filter(action="导出未报名单", by=may.reviewer).count() == 2
    assert desk.get("/outstanding/2031M05.xlsx").status_code == 404


def test_another_districts_submission_is_not_found_by_any_route(may, submission):
    stranger = sign_in(may.other_reviewer)
    assert stranger.get(reverse("district_review", args=[submission.receipt])).status_code == 404
    for name in DECISIONS:
        said = {"note": "好", "cell": "2020.c1", "reason": "不对"}
        assert stranger.post(reverse(name, args=[submission.receipt]), said).status_code == 404
    stranger.post("/district/queue/2024M05/approve/", {"receipt": submission.receipt})
    submission.refresh_from_db()
    assert submission.opened_at is None and not submission.reviews.exists()


def test_opening_a_submission_is_noted_once_and_ends_the_firms_recall(desk, may, submission):
    url = reverse("district_review", args=[submission.receipt])
    words_on(desk.get(url))
    submission.refresh_from_db()
    opened = submission.opened_at
    assert opened and submission.opened_by == may.reviewer
    words_on(desk.get(url))
    submission.refresh_from_db()
    assert submission.opened_at == opened
    with pytest.raises(workflow.Refused):
        workflow.recall(may.filing, may.clerk, AT)


def test_the_review_shows_figures_findings_and_explanations(desk, may):
    warned = file_may(may.filing, may.clerk, WARNED_MAY)
    assert warned.warnings
    text = words_on(desk.get(reverse("district_review", args=[warned.receipt])))
    assert "900.00" in text  # 2020 = 500 + 300 + 100
    assert warned.warnings[0]["message"] in text
    assert "企业说明：新签或交付重大项目" in text


def test_a_run_of_saves_of_one_table_by_one_person_is_one_line_of_the_journal(desk, may, cast):
    save = partial(workflow.save_sheet, may.filing, "软统企6")
    save({"2010.c1": "999"}, 0, cast.wang_lei, AT - timedelta(minutes=40))
    for version in (1, 2, 3):
        save({"2010.c1": str(version)}, version, may.clerk, AT - timedelta(minutes=40 - 10 * version))
    sent = file_may(may.filing, may.clerk)
    said = words_on(desk.get(reverse("district_record", args=[sent.receipt]))).partition("操作日志")[2]
    since, until = (f"{at.hour}:{at:%M}" for at in (localtime(AT - timedelta(minutes=30)), localtime(AT)))
    assert f"保存软统企6 4 次，{since}—{until}" in said
    assert said.count("保存软统企6") == 2  # the colleague's own


def test_the_next_submission_shows_what_changed(desk, may, submission):
    workflow.send_back(submission, [{"cell": "2010.c1", "reason": "请核实"}], may.reviewer, AT)
    second = file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1100"}, reason="更正主营业务收入")
    text = markup_of(desk.get(reverse("district_review", args=[second.receipt])))
    assert "1,000.00</del> → <ins>1,100.00</ins>" in text
    assert "更正主营业务收入" in text


def test_approving_twice_is_approving_once(desk, may, submission):
    url = reverse("district_approve", args=[submission.receipt])
    for _ in range(2):
        text = words_on(desk.post(url, {"note": " 核对无误 "}, follow=True))
        assert "已审核通过" in text
    assert fresh(may.filing).state == State.APPROVED
    assert [review.note for review in submission.reviews.all()] == ["核对无误"]


def test_a_return_carries_a_reason_per_cell(desk, may, submission):
    said = {"cell": ["2020.c1", "", ""], "reason": ["与发票不符", "整表请复核", " "]}
    words_on(desk.post(reverse("district_send_back", args=[submission.receipt]), said, follow=True))
    assert fresh(may.filing).state == State.RETURNED
    review = submission.reviews.get(decision=Review.Decision.SEND_BACK)
    assert review.reasons == [
        {"cell": "2020.c1", "reason": "与发票不符"},
        {"cell": "", "reason": "整表请复核"},
    ]


@pytest.mark.parametrize(
    "said, words",
    [
        ({"cell": "", "reason": ""}, "请写明退回的理由"),
        ({"cell": "9999.c1", "reason": "写错了格"}, "没有“9999.c1”这个单元格"),
        ({"cell": "2020.c1", "reason": "长" * 501}, "最多 500 字"),
    ],
)
def test_a_refused_return_says_why_and_keeps_what_was_typed(desk, may, submission, said, words):
    text = words_on(desk.post(reverse("district_send_back", args=[submission.receipt]), said), 409)
    assert words in text and said["reason"] in text
    assert fresh(may.filing).state == State.SUBMITTED and not submission.reviews.exists()


def test_a_query_goes_to_the_firm_and_needs_words(desk, may, submission):
    url = reverse("district_query", args=[submission.receipt])
    words_on(desk.post(url, {"note": " "}), 409)
    words_on(desk.post(url, {"note": "软件业务收入为何翻倍？"}, follow=True))
    assert fresh(may.filing).state == State.QUERIED


def test_a_stale_tab_is_told_that_the_submission_was_overtaken(desk, may, submission):
    workflow.send_back(submission, [{"cell": "", "reason": "请核实"}], may.reviewer, AT)
    second = file_may(may.filing, may.clerk, {**CLEAN_MAY, "2010.c1": "1100"}, reason="更正")
    answer = desk.post(reverse("district_approve", args=[submission.receipt]))
    assert "被新的上报件取代" in words_on(answer, 409) and second.receipt in markup_of(answer, 409)
    assert fresh(may.filing).state == State.SUBMITTED


def test_the_clean_are_approved_together_and_the_others_left_with_a_reason(desk, cast, may):
    clean = freeze(may.filing, may.clerk, {"2010.c1": "1000.00"})
    warned = freeze(Filing.objects.get(enterprise=cast.jialing), cast.zhao_min, {"2090.c1": "-900.00"}, [WARNING])
    foreign = freeze(may.other_filing, may.other_clerk, {"2010.c1": "5.00"})
    assert clean.receipt in markup_of(desk.get("/district/queue/2024M05/"))
    chosen = {"receipt": [clean.receipt, warned.receipt, foreign.receipt]}
    answer = press_through(desk, "/district/queue/2024M05/approve/", chosen)
    text = words_on(answer)
    assert "通过 1 份，1 份须逐份审核" in text and "须逐份打开审核" in text
    assert foreign.receipt not in markup_of(answer)
    states = [fresh(submission.filing).state for submission in (clean, warned, foreign)]
    assert states == [State.APPROVED, State.SUBMITTED, State.SUBMITTED]


def test_choosing_nothing_says_so(desk, may):
    assert "没有勾选任何上报件" in words_on(desk.post("/district/queue/2024M05/approve/"))


def test_the_district_decides_late_requests_of_its_own_firms(desk, may):
    make_it_be(AFTER_DUE.date())
    asked = workflow.ask_late(may.filing, may.clerk, AFTER_DUE, "系统升级延误")
    url = reverse("district_decide_late", args=[asked.pk])
    assert "系统升级延误" in words_on(desk.get("/district/requests/"))
    assert sign_in(may.other_reviewer).post(url, {"granted": "yes"}).status_code == 404
    assert "不同意时请写明理由" in words_on(desk.post(url, {"granted": "no"}), 409)
    for _ in range(2):
        assert "已同意" in words_on(desk.post(url, {"granted": "yes"}, follow=True))
    asked.refresh_from_db()
    assert (asked.granted, asked.decided_by) == (True, may.reviewer)


def test_a_base_adjustment_shows_old_and_new_and_is_decided_once(desk, may):
    asked = BaseAdjustment.objects.create(
        filing=may.filing, cell="2010.c2", old="800", new="850", reason="并购", asked_by=may.clerk, asked_at=AT
    )
    url = reverse("district_decide_adjustment", args=[asked.pk])
    text = words_on(desk.get("/district/requests/"))
    assert "主营业务收入" in text and "800" in text and "850" in text
    assert sign_in(may.other_reviewer).post(url, {"granted": "yes"}).status_code == 404
    words_on(desk.post(url, {"granted": "no", "answer": "请附审计报告"}, follow=True))
    assert "已于" in words_on(desk.post(url, {"granted": "yes"}), 409)
    asked.refresh_from_db()
    assert (asked.granted, asked.answer) == (False, "请附审计报告")


def test_the_districts_totals_hold_its_own_figures_only(desk, may):
    own = freeze(may.filing, may.clerk, {"2010.c1": "1000.25"})
    other = freeze(may.other_filing, may.other_clerk, {"2010.c1": "7777.00"})
    workflow.approve(own, may.reviewer, AT)
    workflow.approve(other, may.other_reviewer, AT)
    text = words_on(desk.get("/district/totals/?period=2024M05"))
    assert "1,000.25" in text and "7,777.00" not in text and "8,777.25" not in text
    book = openpyxl.load_workbook(BytesIO(desk.get("/district/totals/2024M05.xlsx").content))
    said = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "渝中区" in said and "南岸区" not in said and may.other_filing.enterprise.name not in said
    assert desk.get("/district/totals/2031M05.xlsx").status_code == 404


def test_a_download_is_dated_when_it_is_written_though_its_totals_are_kept_ones(desk, may, monkeypatch):
    for minute in (0, 5):
        monkeypatch.setattr(clock, "now", lambda minute=minute: AT.replace(minute=minute))
        book = openpyxl.load_workbook(BytesIO(desk.get("/district/totals/2024M05.xlsx").content))
        said = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
        assert f"2024-06-05 09:{minute:02d}:00" in said


@pytest.mark.parametrize(
    ("now", "then", "growth"), [("100.25", "100", "+0.3"), ("99.75", "100", "-0.3"), ("100.04", "100", "0.0")]
)
def test_growth_beside_a_figure_is_rounded_half_up(now, then, growth):
    assert growth_words(Decimal(now), Decimal(then)) == growth


@pytest.mark.parametrize("who", ["reviewer", "city", "analyst", "system"])
def test_no_official_writes_a_figure_through_any_of_the_firms_addresses(may, submission, who):
    official = sign_in(getattr(may, who))
    before = list(Sheet.objects.values_list("cells", "version"))
    typed = {"2020.c1": "1", "version": "1", "note": "改", "reason": "改", "signer": "改", "committed": "on"}
    addresses = firm_addresses()
    assert len(addresses) >= 8
    for address in addresses:
        assert official.post(address, typed).status_code in (403, 404), address
    assert list(Sheet.objects.values_list("cells", "version")) == before
    assert Submission.objects.get().values == submission.values


def firm_addresses() -> list[str]:
    """Every address under /filings/, made from the URL patterns, so that a new one is tried too."""
    given = {"period": "2024M05", "key": "t6", "number": "1", "code_list": "C01", "mark": "0"}
    routes = [address for address in all_routes(get_resolver()) if address.startswith("filings/")]
    return ["/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda name: given[name[1]], address) for address in routes]


def all_routes(resolver, above: str = "") -> list[str]:
    found = []
    for pattern in resolver.url_patterns:
        here = above + str(pattern.pattern)
        found += all_routes(pattern, here) if hasattr(pattern, "url_patterns") else [here]
    return found
