from datetime import date
from io import BytesIO

import pytest
from django.db.models import F
from django.urls import reverse
from openpyxl import load_workbook

from accounts import clock
from accounts.models import Enterprise
from reporting import workflow
from reporting.conversation.threads import say
from reporting.filing.judging import judge
from reporting.firm.views.home import headline_line
from reporting.models import Filing, LateRequest, Period, State, Submission
from tests.cast import AT, UNUSED_CODE, assemble
from tests.may import AFTER_DUE, CLEAN_MAY, fresh, make_may, open_period
from tests.reading import markup_of, words_on
from tests.workbooks import bad_workbooks
from tests.workbooks.uploading import upload_and_confirm

pytestmark = pytest.mark.django_db
MAY = "2024M05"


@pytest.fixture
def cast():
    return make_may(assemble())


@pytest.fixture
def firm(client, cast, monkeypatch):
    """云图's browser, on the morning of 5 June."""
    stop_the_clock(monkeypatch, AT)
    client.force_login(cast.clerk, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(autouse=True)
def plain_backend(settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]


def stop_the_clock(monkeypatch, at):
    monkeypatch.setattr(clock, "now", lambda: at)


def save(firm, cells=CLEAN_MAY, version=0, then="save", follow=True):
    sent = {**cells, "version": version, "then": then}
    return firm.post(reverse("sheet", args=[MAY, "t6"]), sent, follow=follow)


def explain_everything(cast):
    for finding in judge(fresh(cast.filing)).warnings:
        workflow.explain(cast.filing, finding.rule, finding.fingerprint, cast.clerk, AT, reason_code="01")


def submit(firm, cast, **more):
    save(firm, then="check")
    explain_everything(cast)
    sent = {"committed": "yes", "signer": "王经理", **more}
    return firm.post(reverse("submit", args=[MAY]), sent, follow=True)


def send_back(cast):
    workflow.send_back(fresh(cast.filing).in_force, [{"cell": "2112.c1", "reason": "请核对人数"}], cast.reviewer, AT)


def test_home_has_one_line_and_one_button_for_what_is_owed(firm):
    page = words_on(firm.get("/"))
    assert page.count("开始填报") == 1
    assert "距 6月12日 截止还有 7 天" in page


def test_home_says_what_a_lock_left_out(firm, cast):
    assert "锁定时未办结" not in words_on(firm.get("/"))
    submit(firm, cast)
    Period.objects.update(state=Period.LOCKED, locked_at=AFTER_DUE)
    page = markup_of(firm.get("/"))
    assert "2024年5月</a> 已锁定：您的上报件在锁定前未经区县审核，未计入汇总。" in page
    assert "申请补报" not in page  # it came before the lock: there is nothing to let in
    Filing.objects.update(state=State.LOCKED, after_lock=True, late=True, approved=F("in_force"))
    page = markup_of(firm.get("/"))
    assert "2024年5月</a> 锁定后补报，已通过，不计入本期汇总（迟报）。" in page and "申请补报" not in page
    Filing.objects.update(after_lock=False, late=False, approved=None)
    Filing.objects.update(state=State.NOT_STARTED, in_force=None)
    page = markup_of(firm.get("/"))
    assert "2024年5月</a> 未报，已锁定，可以申请补报。" in page and "打开那一期可以申请补报" in page
    Filing.objects.update(state=State.LOCKED)
    assert "锁定时未办结" not in words_on(firm.get("/"))


def test_home_says_how_many_more_a_lock_left_out(firm, cast):
    for month in range(6, 12):
        earlier = open_period(f"2023M{month:02}", date(2023, month + 1, 1))
        Filing.objects.create(enterprise=cast.firm, period=earlier, district=cast.filing.district)
    Period.objects.update(state=Period.LOCKED, locked_at=AFTER_DUE)
    page = words_on(firm.get("/"))
    assert page.count("未报，已锁定，可以申请补报") == 6
    assert "另有更早的 1 期，见历史。" in page


def test_home_sends_every_official_to_their_own_first_page(client, cast, monkeypatch):
    stop_the_clock(monkeypatch, AT)
    client.force_login(cast.reviewer)
    assert client.get("/").url == "/district/"
    client.force_login(cast.analyst)
    assert client.get("/").url == "/association/"


def test_a_save_fills_the_totals_and_says_when(firm, cast):
    page = markup_of(save(firm))
    assert "已于 6月5日 09:30 保存" in page
    assert 'id="cell-2020.c1"' in page and "900.00" in page
    assert fresh(cast.filing).sheets.get().cells["2010.c1"] == "1000"


def test_a_cell_that_cannot_be_read_keeps_its_text_and_says_why(firm):
    page = markup_of(save(firm, {**CLEAN_MAY, "2021.c1": "1.2亿"}))
    assert 'value="1.2亿"' in page
    assert "“1.2亿”带有单位或文字" in page
    assert 'aria-invalid="true" aria-describedby="unit says-2021.c1"' in page


def test_a_refused_save_keeps_the_text_on_the_page(firm, cast):
    cast.may.state = "locked"
    cast.may.save()
    answer = save(firm, {"2010.c1": "77"})
    assert answer.status_code == 409
    assert "已由市级锁定" in words_on(answer, 409)


def test_a_table_the_firm_does_not_owe_is_greyed_with_the_reason_and_has_no_page(firm, cast):
    assert "只由集成电路设计和工业互联网平台重点企业填报" in words_on(firm.get(reverse("filing", args=[MAY])))
    assert firm.get(reverse("sheet", args=[MAY, "t7"])).status_code == 404
    assert firm.get(reverse("sheet", args=[MAY, "t1"])).status_code == 404


def test_another_firms_filing_is_not_found_and_officials_are_turned_away(client, cast, monkeypatch):
    stop_the_clock(monkeypatch, AT)
    client.force_login(cast.other_clerk)
    save(client)
    assert cast.filing.sheets.count() == 0  # it went to the other firm's own filing
    client.force_login(cast.reviewer)
    assert client.get(reverse("filing", args=[MAY])).status_code == 403


def test_what_stands_in_the_way_is_said_until_nothing_does(firm, cast):
    assert "软统企6 还没有填" in words_on(firm.get(reverse("filing", args=[MAY])))
    assert "请先做“数据审核”" in words_on(save(firm)) or judge(fresh(cast.filing)).warnings
    firm.post(reverse("check", args=[MAY]))
    explain_everything(cast)
    assert "可以上报" in words_on(firm.get(reverse("filing", args=[MAY])))


def test_a_submission_ends_on_its_receipt_and_a_second_press_makes_no_second_one(firm, cast):
    page = words_on(submit(firm, cast))
    submission = Submission.objects.get()
    assert submission.receipt in page and "按时" in page
    firm.post(reverse("submit", args=[MAY]), {"committed": "yes", "signer": "王经理"})
    assert Submission.objects.count() == 1


def test_a_sheet_that_was_sent_asks_for_nothing_more(firm, cast):
    page = reverse("sheet", args=[MAY, "t6"])
    asks = ("必填", "没有发生额请填 0", "填写中自动保存", "粘贴和单位换算")
    assert [words for words in asks if words not in words_on(firm.get(page))] == []
    submit(firm, cast)
    sent = words_on(firm.get(page))
    assert "这张表现在不能改" in sent and [words for words in asks if words in sent] == []


def test_without_the_commitment_nothing_is_sent(firm, cast):
    page = words_on(submit(firm, cast, committed=""))
    assert "请先阅读并勾选《统计法》承诺" in page
    assert not Submission.objects.exists()


def test_a_submission_nobody_opened_can_be_recalled(firm, cast):
    submit(firm, cast)
    page = words_on(firm.post(reverse("recall", args=[MAY]), follow=True))
    assert "已撤回" in page
    assert fresh(cast.filing).state == State.DRAFT


def test_a_return_shows_the_districts_words_and_outlines_the_cell(firm, cast):
    submit(firm, cast)
    send_back(cast)
    page = markup_of(firm.get(reverse("sheet", args=[MAY, "t6"])))
    assert "渝中区" in page and "请核对人数" in page
    assert 'class="num returned" data-cell="2112.c1"' in page
    assert 'href="#cell-2112.c1"' in page


def test_a_return_is_still_shown_after_the_answer_to_it_was_recalled(firm, cast):
    submit(firm, cast)
    send_back(cast)
    save(firm, {**CLEAN_MAY, "2112.c1": "41"}, version=1, then="check")
    explain_everything(cast)
    firm.post(reverse("submit", args=[MAY]), {"committed": "yes", "signer": "王经理", "reason": "人数已核对"})
    assert fresh(cast.filing).in_force.number == 2
    firm.post(reverse("recall", args=[MAY]))
    page = markup_of(firm.get(reverse("sheet", args=[MAY, "t6"])))
    assert "请核对人数" in page and "退回了第 1 次上报" in page and "returned" in page


def test_the_difference_to_the_last_submission_is_shown_and_an_amendment_needs_a_reason(firm, cast):
    submit(firm, cast)
    send_back(cast)
    save(firm, {**CLEAN_MAY, "2112.c1": "41"}, version=1, then="check")
    explain_everything(cast)
    page = words_on(firm.get(reverse("submit", args=[MAY])))
    assert "与第 1 次上报的差异" in page and "修订原因" in page
    firm.post(reverse("submit", args=[MAY]), {"committed": "yes", "signer": "王经理", "reason": "人数漏报"})
    frozen = words_on(firm.get(reverse("submission", args=[MAY, 2])))
    assert "人数漏报" in frozen and "与第 1 次上报的差异" in frozen


def test_an_explanation_redraws_only_its_finding_and_a_short_one_is_refused(firm, cast):
    save(firm, {**CLEAN_MAY, "2050.c1": "1100", "2090.c1": "-400"})  # R620: cost above revenue
    warning = next(w for w in judge(fresh(cast.filing)).warnings if w.rule == "R620")
    sent = {"rule": warning.rule, "fingerprint": warning.fingerprint, "text": "短"}
    page = markup_of(firm.post(reverse("explain", args=[MAY]), sent, HTTP_HX_REQUEST="true"))
    assert "不少于 10 个字" in page and "<html" not in page
    sent["text"] = "本期集中结转了上年的项目成本。"
    page = markup_of(firm.post(reverse("explain", args=[MAY]), sent, HTTP_HX_REQUEST="true"))
    assert "已说明" in page and sent["text"] in page


def test_after_the_date_the_page_asks_for_a_late_request(firm, cast, monkeypatch):
    stop_the_clock(monkeypatch, AFTER_DUE)
    assert "补报申请" in words_on(firm.get(reverse("filing", args=[MAY])))
    firm.post(reverse("late", args=[MAY]), {"reason": "财务系统升级"})
    assert LateRequest.objects.get().reason == "财务系统升级"


def test_an_untouched_annual_form_is_filled_from_the_register_but_stored_only_when_saved(firm, cast):
    annual = open_period("2023A", AT.date().replace(month=1, day=1))
    workflow.owe(cast.firm, annual)
    page = markup_of(firm.get(reverse("sheet", args=["2023A", "t1"])))
    assert f'value="{cast.firm.name}"' in page and "保存之前不算数" in page
    assert not cast.firm.filings.get(period="2023A").sheets.exists()


def test_history_tells_every_change(firm, cast):
    save(firm)
    page = markup_of(firm.get(reverse("history")))
    assert "保存软统企6" in page and "2010.c1" in page
    assert '<td class="nowrap">2024年5月</td>' in page


def test_the_workbook_goes_out_and_comes_back(firm, cast, tmp_path):
    save(firm)
    answer = firm.get(reverse("workbook", args=[MAY]))
    file = tmp_path / "may.xlsx"
    file.write_bytes(b"".join(answer.streaming_content))
    file.write_bytes(bad_workbooks.filled(file.read_bytes(), "软统企6", {"2010.c1": 1200}))
    page = words_on(upload_and_confirm(firm, MAY, file.read_bytes()))
    assert "已存入草稿：软统企6" in page
    assert cast.filing.sheets.get().cells == {**CLEAN_MAY, "2010.c1": "1200"}


def test_a_submission_is_handed_out_as_it_was_sent(firm, cast):
    submit(firm, cast)
    then = cast.firm.name
    Enterprise.objects.filter(pk=cast.firm.pk).update(name="重庆改名软件有限公司", credit_code=UNUSED_CODE)
    answer = firm.get(reverse("submission_workbook", args=[MAY, 1]))
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    cells = {cell.value for row in book["软统企6"].iter_rows() for cell in row}
    assert {1000, 900, "主营业务收入"} <= cells  # 900: the total of the four kinds, as a value
    said = " ".join(str(text) for text in cells)
    assert then in said and cast.firm.credit_code in said and "改名" not in said and UNUSED_CODE not in said


def test_an_unreadable_workbook_changes_nothing_and_says_so(firm, cast, tmp_path):
    file = tmp_path / "no.xlsx"
    file.write_bytes(b"not a workbook")
    with file.open("rb") as upload:
        answer = firm.post(reverse("workbook", args=[MAY]), {"workbook": upload})
    page = words_on(answer, 422)
    assert answer.status_code == 422 and "原来的草稿没有动" in page
    assert "再次上传" in page
    assert not cast.filing.sheets.exists()


def test_the_headline_line_leaves_out_a_month_whose_last_cumulative_is_unknown(cast):
    filings = []
    for code, values in [
        ("2024M02", {"2020.c1": "30"}),  # February has no 上期累计: it holds January too
        ("2024M03", {"2020.c1": "70", "2020.c3": "30"}),
        ("2024M04", {"2020.c1": "130"}),
        ("2024M05", {"2020.c1": "150.5", "2020.c3": "130"}),
    ]:
        period = Period(code=code, edition_code="chongqing-2024")
        filings.append(Filing(period=period, state=State.LOCKED, approved=Submission(values=values)))
    line = headline_line(filings)
    dots = [(dot["month"], dot["figure"], dot["x"]) for dot in line["dots"]]
    assert dots == [("2月", "30.00", 10), ("3月", "40.00", 223), ("5月", "20.50", 649)]  # April's place stays empty
    assert [run.count(",") for run in line["runs"]] == [2, 1]


def test_an_amendment_is_given_up_on_its_page(firm, cast):
    submit(firm, cast)
    workflow.approve(fresh(cast.filing).in_force, cast.reviewer, AT)
    assert "放弃修订" not in words_on(firm.get(reverse("filing", args=[MAY])))
    firm.post(reverse("amend", args=[MAY]), {"reason": "审计调整"})
    assert "放弃修订" in words_on(firm.get(reverse("filing", args=[MAY])))
    text = words_on(firm.post(reverse("abandon_amendment", args=[MAY]), follow=True))
    assert "已放弃修订，仍以第 1 次上报为准" in text and fresh(cast.filing).state == State.APPROVED
    again = words_on(firm.post(reverse("abandon_amendment", args=[MAY]), follow=True))
    assert "不能进行这项操作" in again


def test_a_firms_own_submission_leads_to_the_thread_as_the_filing_does_and_names_no_screen_of_officials(firm, cast):
    sent = submit(firm, cast)
    assert sent.status_code == 200
    for words in ("一", "二"):
        say(cast.filing, words, cast.reviewer, AT)
    page = markup_of(firm.get(reverse("submission", args=[MAY, 1])))
    assert '留言 2 条 <b class="new">2 条未读</b>' in page
    address = reverse("thread", args=[cast.filing.pk])
    assert "正式的查询、退回请用审核" not in words_on(firm.get(address))
    firm.force_login(cast.reviewer)
    assert "正式的查询、退回请用审核" in words_on(firm.get(address))
