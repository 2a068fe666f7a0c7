"""The city's and the association's pages: they read everything, ask through the district, and only the city decides."""

from datetime import date
from urllib.parse import quote

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.urls import reverse
from django.utils.html import escape

from accounts.models import District, JournalEntry, Letter, User
from reporting import workflow
from reporting.filing.judging import parameters_in
from reporting.models import Deadline, ParameterValue, Period, Review, State
from reporting.workflow.period import owe
from tests.cast import AT
from tests.may import AFTER_DUE, fresh, make_may, open_period
from tests.officials import file_may, freeze, make_it_be, press_through, sign_in
from tests.reading import markup_of, words_on

pytestmark = pytest.mark.django_db
PAGES = [
    "/city/",
    "/city/submissions/",
    "/city/totals/",
    "/city/totals/2024M05.xlsx",
    "/city/periods/",
    "/city/periods/2024M05/",
    "/city/parameters/",
    "/city/editions/chongqing-2024/",
    "/city/editions/chongqing-2024/tables/t3/",
    "/city/editions/chongqing-2024/codes/",
    "/city/editions/chongqing-2024/rules/",
]
CITY_ALONE = [
    "/city/periods/open/",
    "/city/periods/2024M05/deadlines/",
    "/city/periods/2024M05/lock/",
    "/city/parameters/set/",
]


@pytest.fixture
def may(cast):
    cache.clear()  # a test's rows have the numbers of the last test's rows
    make_it_be(AT.date())
    return make_may(cast)


@pytest.fixture
def desk(may):
    return sign_in(may.city)


@pytest.fixture
def approved(may):
    submission = freeze(may.filing, may.clerk, {"2010.c1": "1000.25", "2020.c1": "900.00"})
    workflow.approve(submission, may.reviewer, AT)
    return submission


@pytest.mark.parametrize("address", PAGES)
def test_city_and_association_read_the_same_pages_and_nobody_else_does(may, approved, address):
    assert [sign_in(who).get(address).status_code for who in (may.city, may.analyst)] == [200, 200]
    assert [sign_in(who).get(address).status_code for who in (may.reviewer, may.clerk, may.system)] == [403] * 3


@pytest.mark.parametrize("address", CITY_ALONE)
def test_only_the_city_changes_periods_and_parameters(may, address):
    dates = {"enterprise": "2024-07-01", "district": "2024-07-01", "city": "2024-07-01"}
    given = {"code": "2024M04", "reason": "到期", "name": "FX", "value": "7", "source": "公告"}
    for who in (may.analyst, may.reviewer, may.system, may.clerk):
        assert sign_in(who).post(address, given | dates).status_code == 403
    assert not Period.objects.get().is_locked and not ParameterValue.objects.exists()
    assert not Deadline.objects.filter(by_hand=True).exists()


def test_home_counts_each_district_and_says_what_blocks_the_lock(desk, approved):
    text = markup_of(desk.get("/city/?sort=-approved"))
    rows = text[text.index("各区县") :]
    assert rows.index("渝中区") < rows.index("南岸区")
    assert "渝中<br><b>1/2</b>" in text and "南岸<br><b>0/1</b>" in text
    assert "尚不能直接锁定：未填报 2 家" in text


def test_tiles_table_and_totals_count_the_approved_alike(desk, may, approved):
    assert "仍计入" not in words_on(desk.get("/city/"))
    workflow.amend(may.filing, may.clerk, AT, "漏报一个项目")
    text = markup_of(desk.get("/city/"))
    assert 'state=approved">1</a>' in text and 'state=amending">1</a>' in text and 'state=drafting">0</a>' in text
    assert "渝中<br><b>1/2</b>" in text
    assert "已通过的 1 家中，修订、查询或退回中仍计入 1 家。" in text
    assert "审核通过 1 家" in words_on(desk.get("/city/totals/?period=2024M05"))
    listed = words_on(desk.get("/city/submissions/?period=2024M05&state=approved"))
    assert "云图软件" in listed and "山城智能" not in listed and "已通过（1）" in listed
    assert 'state=approved">1</a>' in markup_of(sign_in(may.reviewer).get("/district/"))


def test_the_share_of_last_years_revenue_says_how_many_firms_it_rests_on(desk, may, approved):
    december = open_period("2023M12", date(2024, 1, 1))
    last_year = ((may.filing, "600.00", may.reviewer), (may.other_filing, "200.00", may.other_reviewer))
    for filing, figure, reviewer in last_year:
        before = owe(filing.enterprise, december)
        workflow.approve(freeze(before, may.clerk, {"2010.c1": figure}), reviewer, AT)
    assert "75.0%（基数覆盖 3 家中的 2 家）" in words_on(desk.get("/city/?period=2024M05"))
    own = words_on(sign_in(may.reviewer).get("/district/?period=2024M05"))
    assert "100.0%（基数覆盖 2 家中的 1 家）" in own
    make_it_be(AFTER_DUE.date())
    confirm = words_on(desk.get("/city/periods/2024M05/"))
    assert "2 家没有审核通过，不计入汇总，占上年收入 25.0%。" in confirm


def test_a_district_that_is_not_on_the_map_is_shown_all_the_same(desk, cast, may):
    District.objects.filter(pk=cast.nanan.pk).update(code="599999")
    assert "南岸区<br><b>0/1</b>" in markup_of(desk.get("/city/"))


def test_before_the_first_period_home_leads_to_opening_one(cast):
    assert "开启第一个报告期" in words_on(sign_in(cast.zhou_tao).get("/city/"))
    assert "市级开启报告期后" in words_on(sign_in(cast.liu_fang).get("/city/"))


def test_submissions_narrow_by_district(desk, approved):
    assert "山城智能" in words_on(desk.get("/city/submissions/"))
    assert "山城智能" not in words_on(desk.get("/city/submissions/?district=500103"))


@pytest.mark.parametrize("who", ["city", "analyst"])
def test_city_and_association_ask_the_district_which_answers(may, approved, who):
    asking = sign_in(getattr(may, who))
    url = reverse("city_query", args=[approved.receipt])
    words_on(asking.post(url, {"note": ""}), 409)
    for _ in range(2):
        words_on(asking.post(url, {"note": "增幅偏大，请核实"}, follow=True))
    assert fresh(may.filing).state == State.CITY_QUERIED
    assert approved.reviews.filter(decision=Review.Decision.CITY_QUERY).count() == 1
    district = sign_in(may.reviewer)
    assert "增幅偏大，请核实" in words_on(district.get(reverse("district_review", args=[approved.receipt])))
    words_on(district.post(reverse("district_answer_city", args=[approved.receipt]), {"note": "新签大单"}, follow=True))
    assert fresh(may.filing).state == State.APPROVED


def test_a_return_to_the_district_names_cells(desk, may, approved):
    url = reverse("city_return", args=[approved.receipt])
    assert "请写明退回的理由" in words_on(desk.post(url, {"cell": "2020.c1", "reason": ""}), 409)
    words_on(desk.post(url, {"cell": "2020.c1", "reason": "与税务数据不符"}, follow=True))
    assert fresh(may.filing).state == State.CITY_RETURNED
    assert approved.reviews.get(decision=Review.Decision.CITY_RETURN).reasons[0]["cell"] == "2020.c1"


def test_what_the_district_has_not_approved_is_read_only(desk, may):
    waiting = file_may(may.filing, may.clerk)
    assert "仅供查阅" in words_on(desk.get(reverse("city_submission", args=[waiting.receipt])))
    words_on(desk.post(reverse("city_query", args=[waiting.receipt]), {"note": "为何"}), 409)
    waiting.refresh_from_db()
    assert waiting.opened_at is None  # the city's reading does not end the firm's recall


def test_the_city_approves_nothing_in_a_districts_place(desk, may):
    waiting = file_may(may.filing, may.clerk)
    assert desk.post(reverse("district_approve", args=[waiting.receipt])).status_code == 403
    assert fresh(may.filing).state == State.SUBMITTED


def test_totals_count_the_approved_and_by_request_the_waiting(desk, may, approved):
    freeze(may.other_filing, may.other_clerk, {"2010.c1": "7777.00"})
    text = words_on(desk.get("/city/totals/?period=2024M05&indicator=2010"))
    assert "应报 3 家，已报 2 家，审核通过 1 家" in text
    assert "1,000.25" in text and "8,777.25" not in text
    assert "本表还没有审核通过的上报件" in words_on(desk.get("/city/totals/?period=2024M05&area=500108"))
    assert "8,777.25" in words_on(desk.get("/city/totals/?period=2024M05&submitted=yes"))
    workflow.approve(may.other_filing.in_force, may.other_reviewer, AT)
    assert "8,777.25" in words_on(desk.get("/city/totals/?period=2024M05"))  # not what was kept from before
    assert "仍以已审核的一份计入" not in words_on(desk.get("/city/totals/?period=2024M05"))
    workflow.city_return(approved, [{"cell": "", "reason": "请核实"}], may.city, AT)
    text = words_on(desk.get("/city/totals/?period=2024M05"))
    assert "8,777.25" in text and "其中 1 家的上报件在修订、查询或退回中，仍以已审核的一份计入。" in text


def test_the_workbook_of_a_period_downloads(desk, approved):
    response = desk.get("/city/totals/2024M05.xlsx")
    assert response.content.startswith(b"PK") and quote("2024年5月_全市汇总表.xlsx") in response["Content-Disposition"]
    assert desk.get("/city/totals/2031M05.xlsx").status_code == 404


def test_a_period_is_opened_with_its_dates_and_filings(desk, may):
    assert "不是报告期编码" in words_on(desk.post("/city/periods/open/", {"code": "2024M01"}), 409)
    assert "尚未结束" in words_on(desk.post("/city/periods/open/", {"code": "2024M06"}), 409)
    text = words_on(press_through(desk, "/city/periods/open/", {"code": "2024M04"}))
    assert "已开启，应报 3 家" in text
    assert Period.objects.get(code="2024M04").deadlines.count() == 3


def test_the_three_dates_are_set_together_with_a_reason_and_stay_in_order(desk, may):
    url = "/city/periods/2024M05/deadlines/"
    given = {"enterprise": "2024-06-20", "district": "2024-06-21", "city": "2024-06-21", "reason": "系统维护"}
    assert "没有发文的，写“无”" in words_on(desk.post(url, given), 422)
    given["notice_number"] = "渝经信函〔2024〕1号"
    words_on(desk.post(url, given | {"reason": ""}), 422)
    words_on(desk.post(url, given | {"city": "下周"}), 422)
    assert "依次不早于前一级" in words_on(desk.post(url, given | {"city": "2024-06-20"}), 409)
    assert not Deadline.objects.filter(by_hand=True).exists()
    for _ in range(2):
        text = words_on(press_through(desk, url, given))
    assert text.count("渝经信函〔2024〕1号") == 3
    days = [deadline.date.day for deadline in may.may.deadlines.order_by("date", "pk")]
    assert days == [20, 21, 21]
    assert JournalEntry.objects.get(action="调整截止日").why == "系统维护"


def test_before_a_date_is_moved_the_letters_are_shown_with_their_number(desk, may):
    url = "/city/periods/2024M05/deadlines/"
    User.objects.filter(enterprise=may.other_filing.enterprise).update(password=make_password(None))
    given = {"enterprise": "2024-06-20", "district": "2024-06-21", "city": "2024-06-21", "reason": "系统维护"}
    given["notice_number"] = "渝经信函〔2024〕1号"
    said = " ".join(words_on(desk.post(url, given)).split())
    letters = ["将发出的信 6", "收到信的企业 2", "其中给区县、市级的信 3"]  # 云图 2, 嘉陵 1; two districts, the city
    assert all(words in said for words in letters), said[:900]
    assert "企业上报2024年6月20日（周四）" in said and "另有 1 家没有激活账号的企业，由激活邮件告知" in said
    assert "企业上报：原2024年6月12日（周三），现改为2024年6月20日（周四）" in said
    assert not Deadline.objects.filter(by_hand=True).exists() and not Letter.objects.exists()
    User.objects.filter(username__endswith="-2").update(is_active=False)  # meanwhile one person fewer is told
    changed = " ".join(words_on(desk.post(url, given | {"seen": "6"})).split())
    assert "预览之后，要发的信有变动，还没有办理" in changed and "将发出的信 5" in changed
    for _ in range(2):
        words_on(desk.post(url, given | {"seen": "5"}, follow=True))
    assert Letter.objects.count() == 5 and JournalEntry.objects.filter(action="调整截止日").count() == 1


def test_a_page_that_stood_open_takes_nobody_elses_date_back(desk, may):
    """Two officials: one moved the firms' date, the other, on a page from before, moves the city's."""
    seen = markup_of(desk.get("/city/periods/2024M05/"))
    assert 'name="initial-enterprise" value="2024-06-12"' in seen
    shown = {"enterprise": "2024-06-12", "district": "2024-06-13", "city": "2024-06-15"}
    stale = {f"initial-{level}": day for level, day in shown.items()}
    workflow.set_deadlines(may.may, {"enterprise": date(2024, 6, 13)}, may.city, AT, "系统维护", "无")
    given = shown | stale | {"city": "2024-06-17", "reason": "会议", "notice_number": "无"}
    words_on(press_through(desk, "/city/periods/2024M05/deadlines/", given))
    assert [deadline.date.day for deadline in may.may.deadlines.order_by("date", "pk")] == [13, 13, 17]


def test_provisional_dates_are_confirmed_only_where_the_person_says_so(desk, may):
    assert "确认暂定日期" not in words_on(desk.get("/city/periods/2024M05/"))
    may.may.deadlines.filter(level="district").update(provisional=True)
    text = markup_of(desk.get("/city/periods/2024M05/"))
    assert 'name="confirmed"' in text and "暂定的：区县审核。" in text
    shown = {"enterprise": "2024-06-12", "district": "2024-06-13", "city": "2024-06-15"}
    given = (
        shown | {f"initial-{level}": day for level, day in shown.items()} | {"reason": "议定", "notice_number": "无"}
    )
    assert "三个日期都没有改动" in words_on(desk.post("/city/periods/2024M05/deadlines/", given, follow=True))
    assert not Deadline.objects.filter(by_hand=True).exists()
    for _ in range(2):
        words_on(desk.post("/city/periods/2024M05/deadlines/", given | {"confirmed": "on"}, follow=True))
    assert Deadline.objects.get(by_hand=True).level == "district"
    assert not Deadline.objects.filter(provisional=True).exists()
    assert JournalEntry.objects.get(action="确认暂定截止日").after == {"区县审核": "2024-06-13", "文号": "无"}
    assert "确认暂定日期" not in words_on(desk.get("/city/periods/2024M05/"))


def test_dates_that_were_not_changed_or_lie_years_ahead_are_not_said_to_be_saved(desk, may):
    url = "/city/periods/2024M05/deadlines/"
    shown = {deadline.level: str(deadline.date) for deadline in may.may.deadlines.all()}
    given = shown | {f"initial-{level}": day for level, day in shown.items()}
    given |= {"reason": "议定", "notice_number": "无"}
    unchanged = words_on(desk.post(url, given, follow=True))
    assert "三个日期都没有改动" in unchanged and "已保存" not in unchanged
    slip = given | {"enterprise": "2027-06-14", "district": "2027-06-17", "city": "2027-06-18"}
    assert "企业上报截止日 2027-06-14 在一年以后，请核对年份" in words_on(desk.post(url, slip), 409)
    assert not Deadline.objects.filter(by_hand=True).exists()


def test_estimates_are_allowed_by_the_city_with_a_reason(desk, may):
    words_on(press_through(desk, "/city/periods/open/", {"code": "2024M04", "estimates_allowed": "on"}))
    assert Period.objects.get(code="2024M04").estimates_allowed
    url = "/city/periods/2024M05/estimates/"
    words_on(desk.post(url, {"allowed": "on", "reason": ""}), 422)
    assert "已设为允许上报预估数" in words_on(desk.post(url, {"allowed": "on", "reason": "审计未完"}, follow=True))
    again = words_on(desk.post(url, {"allowed": "on", "reason": "再点一次"}, follow=True))
    assert "现在就是允许上报预估数，没有改动" in again
    entry = JournalEntry.objects.get(action="设定预估", period="2024M05")
    assert (entry.before, entry.after, entry.why) == ({"预估数": "不允许"}, {"预估数": "允许"}, "审计未完")
    assert "已设为不允许" in words_on(desk.post(url, {"allowed": "", "reason": "审计已完"}, follow=True))
    assert not Period.objects.get(code="2024M05").estimates_allowed
    workflow.lock(may.may, may.city, AFTER_DUE, "停报")
    assert "已锁定" in words_on(desk.post(url, {"allowed": "on", "reason": "想改"}), 409)


def test_nobody_locks_while_firms_may_still_file_in_time(desk, may, approved):
    text = markup_of(desk.get("/city/periods/2024M05/"))
    assert "企业上报截止日 2024年6月12日 未到，还有 2 家未办结，截止后才能锁定。" in text
    assert text.count("未填报 2 家") == 1
    assert "锁定2024年5月</button>" not in text
    refused = words_on(desk.post("/city/periods/2024M05/lock/", {"reason": "想早点"}), 409)
    assert "截止后才能锁定" in refused and not Period.objects.get().is_locked


def test_locking_needs_a_reason_while_filings_are_missing(desk, may, approved):
    make_it_be(AFTER_DUE.date())
    text = words_on(desk.get("/city/periods/2024M05/"))
    assert "2 家没有审核通过，不计入汇总" in text and "原因（有未完成的填报时必填）" in text
    assert "如确需锁定，请写明原因" in words_on(desk.post("/city/periods/2024M05/lock/", {"reason": ""}), 409)
    for _ in range(2):
        words_on(desk.post("/city/periods/2024M05/lock/", {"reason": "两家停业"}, follow=True))
    assert Period.objects.get().is_locked and fresh(may.filing).state == State.LOCKED
    assert JournalEntry.objects.filter(action="锁定报告期").count() == 1
    words_on(desk.post(reverse("city_query", args=[approved.receipt]), {"note": "为何"}), 409)


def test_a_parameter_keeps_its_source_and_what_it_was(desk, may):
    given = {"name": "FX", "period": "2024M05", "value": "7.1035", "source": "外汇中心公告"}
    words_on(desk.post("/city/parameters/set/", given | {"value": "七"}), 422)
    words_on(desk.post("/city/parameters/set/", given | {"source": ""}), 422)
    assert "7.1035" in words_on(desk.post("/city/parameters/set/", given, follow=True))
    words_on(desk.post("/city/parameters/set/", given | {"value": "7.2"}, follow=True))
    assert str(ParameterValue.objects.get().value) == "7.200000"
    assert JournalEntry.objects.filter(action="设定参数").first().before["取值"] == "7.103500"


def test_parameters_are_listed_by_name_with_their_periods_folded(desk, may):
    given = {"name": "FX", "source": "外汇中心公告"}
    for period, value in (("", "7.05"), ("2024M05", "7.1035")):
        text = markup_of(desk.post("/city/parameters/set/", given | {"period": period, "value": value}, follow=True))
    limit = {"name": "YOY_LIMIT", "value": "300", "source": "通知"}
    assert "300<br>" in markup_of(desk.post("/city/parameters/set/", limit, follow=True))
    assert "期内平均汇率已保存" in text and '<option value="FX">期内平均汇率（FX）</option>' in text
    assert text.count('<span class="code">FX</span>') == 1
    assert "1 期，最近 2024年5月：7.1035</summary>" in text and "7.05<br>" in text
    assert (
        text.index("保存参数</button>") < text.index("各参数的取值")
        and "上报件的数据审核结果按上报时的取值冻结" in text
    )


def test_a_locked_periods_parameters_stay(desk, may):
    workflow.lock(may.may, may.city, AFTER_DUE, "停报")
    period = Period.objects.get()
    with pytest.raises(workflow.Refused):
        workflow.set_parameter(period.edition, "FX", period, 7, may.city, AT, "公告")


@pytest.mark.parametrize(
    ("name", "given", "refusal"),
    [
        ("FX", "0", "期内平均汇率（FX）应大于 0、小于 100，不能是 0。"),
        ("FX", "710.35", "应大于 0、小于 100，不能是 710.35。"),
        ("FX", "99.999999", ""),
        ("k_E41", "-0.000001", "通信设备类折算系数（k_E41）应不小于 0、不大于 1，不能是 -0.000001。"),
        ("k_E41", "1", ""),
        ("k_E41", "25", "不能是 25。"),
        ("YOY_LIMIT", "0", "同比阈值（YOY_LIMIT）应大于 0，不能是 0。"),
        ("RATIO_SW", "130", "应大于 0、不大于 100，不能是 130。"),
        ("UPLOAD_MIN", "-1", "应大于 0，不能是 -1。"),
        ("UNIT_BAND_LOW", "20000", "应大于 0、小于万元与元错填判别带上限 20000，不能是 20000。"),
        ("UNIT_BAND_LOW", "19999", ""),
        ("UNIT_BAND_HIGH", "5000", "应大于万元与元错填判别带下限 5000，不能是 5000。"),
    ],
)
def test_a_parameter_out_of_bounds_is_refused_with_its_bounds(desk, may, name, given, refusal):
    answer = desk.post("/city/parameters/set/", {"name": name, "value": given, "source": "公告"}, follow=True)
    assert answer.status_code == (409 if refusal else 200)
    assert refusal in words_on(answer, answer.status_code)
    assert ParameterValue.objects.exists() is not bool(refusal)


def test_a_bound_that_is_a_parameter_is_the_one_in_force_in_the_period(desk, may):
    edition = may.may.edition
    workflow.set_parameter(edition, "UNIT_BAND_HIGH", may.may, 6000, may.city, AT, "通知")
    workflow.set_parameter(edition, "UNIT_BAND_LOW", None, 7000, may.city, AT, "通知")
    with pytest.raises(workflow.Refused, match="上限 6000"):
        workflow.set_parameter(edition, "UNIT_BAND_LOW", may.may, 6000, may.city, AT, "通知")


def test_a_grace_that_nothing_honours_cannot_be_entered(desk, may):
    given = {"name": "GRACE", "value": "3", "source": "通知"}
    text = markup_of(desk.post("/city/parameters/set/", given), 422)
    assert 'value="GRACE"' not in text and "未启用" in text
    with pytest.raises(workflow.Refused, match="补报宽限（GRACE）不由市级录入：未启用"):
        workflow.set_parameter(may.may.edition, "GRACE", None, 3, may.city, AT, "通知")
    ParameterValue.objects.create(name="GRACE", value=3, source="早先录入")
    assert parameters_in(may.may.edition, may.may)["GRACE"] == 0


def test_all_rules_are_listed_and_can_be_searched(desk, may):
    assert "审核关系 · 187 条" in words_on(desk.get("/city/editions/chongqing-2024/rules/"))
    found = markup_of(desk.get("/city/editions/chongqing-2024/rules/?q=P05"))
    assert "退回须填写" in found and 'id="R601"' not in found
    assert "没有符合条件的审核关系" in words_on(desk.get("/city/editions/chongqing-2024/rules/?q=没有这条"))


def test_a_rule_shows_its_formula_and_folds_the_notation(desk, may):
    edition = may.may.edition
    rule = next(rule for rule in edition.rules if rule.id == "R601")
    text = markup_of(desk.get("/city/editions/chongqing-2024/rules/?q=R601"))
    assert text.index(escape(rule.formula)) < text.index("程序写法") < text.index(escape(rule.texts[0]))
    assert "<details><summary" in text


def test_an_edition_marks_what_is_official_and_what_is_inferred(desk, may):
    text = words_on(desk.get("/city/editions/chongqing-2024/tables/t6/"))
    assert "有据" in text and "推定" in text and "软件业务收入合计" in text
    assert "2026-01-24 止" in words_on(desk.get("/city/editions/chongqing-2024/"))
    assert desk.get("/city/editions/nowhere/").status_code == 404
    assert desk.get("/city/editions/chongqing-2024/tables/t9/").status_code == 404
