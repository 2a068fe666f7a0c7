"""从财务报表取数: what the pages show of a firm's own statement, and what of it goes into the draft."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import clock
from accounts.models import JournalEntry
from reporting import workflow
from reporting.books.memory import CONFIRMED
from reporting.models import BooksMapping
from reporting.workflow.period import owe
from tests.books.firm_books import SMALL_PROFIT, copied, small_profit, year_end
from tests.cast import AT, Cast
from tests.may import CLEAN_MAY, make_may, open_period
from tests.officials import sign_in
from tests.reading import markup_of, words_on

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
MAY, LATER = "2024M05", AT + timedelta(minutes=5)
TABLE = "软统企6"
FIELD = re.compile(r'<input type="(?:hidden|checkbox)" name="([^"]+)" value="([^"]*)"([^>]*)>')
SELECT = re.compile(r'<select [^>]*?name="([^"]+)"[^>]*>(.*?)</select>')
SELECTED = re.compile(r'<option value="([^"]*)" selected>')


@pytest.fixture
def may(cast: Cast, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    may = make_may(cast)
    may.page = sign_in(cast.li_na)
    return may


def give(client, content: bytes, name: str = "利润表.xlsx", period: str = MAY, key: str = "t6"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("books", args=[period, key]), {"books": file, "pasted": ""})


def paste(client, text: str, period: str = MAY, key: str = "t6"):
    return client.post(reverse("books", args=[period, key]), {"pasted": text})


def form_on(answer, status: int = 200) -> dict[str, list[str]]:
    """What the page's form would send, pressed as it stands."""
    markup = markup_of(answer, status)
    markup = markup[markup.index('id="take"') :]
    sent: dict[str, list[str]] = {}
    for name, value, more in FIELD.findall(markup):
        if name not in ("take", "checked") or "checked" in more:
            sent.setdefault(name, []).append(value)
    for name, options in SELECT.findall(markup):
        sent.setdefault(name, []).append((SELECTED.findall(options) or [""])[0])
    return sent


def press(client, sent: dict, then: str = "take", period: str = MAY, key: str = "t6", **more):
    return client.post(reverse("take_books", args=[period, key]), {**sent, "then": then, **more}, follow=True)


def ticked(sent: dict) -> set[str]:
    return set(sent.get("take", []))


def draft(filing, table: str = TABLE) -> dict[str, str]:
    sheet = filing.sheets.filter(table=table).first()
    return sheet.cells if sheet else {}


# What is shown


def test_every_figure_is_shown_before_anything_is_stored(may):
    page = words_on(give(may.page, small_profit()))
    assert "还没有存入，请核对报表的数" in page and "报表写明单位是元" in page
    assert "2090 利润总额（亏损以－） 本年本期累计" in page
    assert "4,446,296.18 元" in page and "444.63 万元" in page and "由 444.629618 四舍五入" in page
    assert draft(may.filing) == {} and not BooksMapping.objects.exists()


def test_what_is_certain_is_ticked_and_what_is_only_likely_is_not(may):
    sent = form_on(give(may.page, small_profit()))
    assert ticked(sent) == {"2080.c1", "2090.c1"}
    page = words_on(give(may.page, small_profit()))
    assert page.index("可以取（2 格）") < page.index("请核对再取（3 格）") < page.index("没有对应的项目")
    assert "营业收入 建议，请核对" in page and "销售费用 + 管理费用 + 财务费用 名称对得上" in page


def test_what_is_ticked_goes_into_the_draft_and_nothing_else(may):
    workflow.save_sheet(may.filing, TABLE, {"2112.c1": "40", "2080.c1": "1"}, 0, may.clerk, AT)
    sent = form_on(give(may.page, small_profit()))
    page = words_on(press(may.page, {**sent, "take": ["2090.c1", "2010.c1"]}))
    assert "已从财务报表取 2 格存入软统企6的草稿" in page
    assert draft(may.filing) == {"2112.c1": "40", "2080.c1": "1", "2090.c1": "444.63", "2010.c1": "1234.57"}
    line = JournalEntry.objects.filter(action="保存软统企6").latest("pk")
    assert line.by == may.clerk and line.why == "从财务报表取数 利润表.xlsx"
    assert line.after == {"2090.c1": "444.63", "2010.c1": "1234.57"}


def test_a_pasted_statement_is_read_as_a_workbook_is(may):
    rows = [(name, so_far, month) for name, so_far, month in SMALL_PROFIT]
    text = "利润表\n编制单位：重庆云图软件有限公司\t2024年5月\t单位：元\n" + copied(
        rows, "项目", "本年累计金额", "本月金额"
    )
    sent = form_on(paste(may.page, text))
    press(may.page, sent)
    assert draft(may.filing) == {"2080.c1": "388.77", "2090.c1": "444.63"}
    assert JournalEntry.objects.filter(action="保存软统企6").latest("pk").why == "从财务报表取数 粘贴的报表"


def test_the_unit_is_asked_for_where_the_books_do_not_say_it(may):
    answer = give(may.page, small_profit(unit=""))
    assert "报表没有写明单位，请先选单位" in words_on(answer) and "还没有选报表的单位" in words_on(answer)
    sent = form_on(answer)
    assert not ticked(sent)
    again = press(may.page, {**sent, "unit.profit": "千元"}, then="look")
    assert "444,629.62 万元" in words_on(again)
    press(may.page, form_on(again))
    assert draft(may.filing)["2090.c1"] == "444629.62"
    assert "按上次或您所选的千元" in words_on(give(may.page, small_profit(unit="")))


def test_the_unit_is_asked_for_where_the_books_name_two(may):
    """Last time's says nothing about books that contradict themselves."""
    rows = copied([("利润总额", 5_000)], "项目", "本年累计")
    press(may.page, form_on(paste(may.page, f"单位：元\n{rows}")))
    answer = paste(may.page, f"单位：元\t金额单位：千元\n{rows}")
    assert "报表里写了不同的单位（元、千元），请核对后选一个" in words_on(answer)
    assert "没有写明单位" not in words_on(answer) and not ticked(form_on(answer))
    again = press(may.page, {**form_on(answer), "unit.profit": "千元"}, then="look")
    assert "报表里写了不同的单位（元、千元），按您所选的千元" in words_on(again) and "500.00 万元" in words_on(again)
    press(may.page, form_on(again))
    assert draft(may.filing) == {"2090.c1": "500.00"}
    assert not ticked(form_on(paste(may.page, f"单位：元\t金额单位：千元\n{rows}")))


def test_a_month_is_not_taken_for_the_year_so_far(may):
    rows = [(name, month) for name, _, month in SMALL_PROFIT]
    answer = paste(may.page, "单位：元\n" + copied(rows, "项目", "本期金额"))
    assert "还没有选哪一列是本年本期累计" in words_on(answer) and not ticked(form_on(answer))
    again = press(may.page, {**form_on(answer), "column.profit.c1": "本期金额"}, then="look")
    assert "92.95 万元" in words_on(again) and ticked(form_on(again)) == {"2080.c1", "2090.c1"}


def test_zero_is_taken_and_blank_and_dash_are_not(may):
    text = "单位：元\n" + copied([("利润总额", 0), ("主营业务成本", ""), ("主营业务收入", "-")], "项目", "本年累计")
    answer = paste(may.page, text)
    assert ticked(form_on(answer)) == {"2090.c1"}
    page = words_on(answer)
    assert "账上空白，不取" in page and "写的是“-”，不是数；没有发生额的请在表里自己填 0" in page
    press(may.page, form_on(answer))
    assert draft(may.filing) == {"2090.c1": "0.00"}


def test_figures_in_brackets_are_negative_and_one_the_table_refuses_is_not_ticked(may):
    text = "单位：万元\n" + copied([("利润总额", "(1,234.5)"), ("主营业务成本", "-3")], "项目", "本年累计")
    answer = paste(may.page, text)
    assert ticked(form_on(answer)) == {"2090.c1"} and "-1,234.50 万元" in words_on(answer)
    assert "为负数，该指标不得为负" in words_on(answer)


def test_totals_of_the_books_are_held_against_those_the_platform_works_out(may, cast):
    filing = owe(cast.yuntu, open_period("2023A", AT.date().replace(month=1, day=1)))
    answer = give(may.page, year_end(), period="2023A", key="t2")
    page = words_on(answer)
    assert "由系统计算的指标，与报表核对" in page
    assert "F150 资产总计 年末（万元） 5,050.00 5,050.00 0.00" in page
    assert "F301 营业收入 本年（万元） 9,876.54 9,876.54 0.00" in page
    assert "F350 营业利润 本年（万元） 3,124.16 还有格空着，算不出" in page  # 资产减值损失 is blank in the books
    sent = form_on(answer)
    assert {"F101.e", "F101.b", "F302.y", "F302.p", "F162.e", "F127.e"} <= ticked(sent)
    press(may.page, sent, period="2023A", key="t2")
    cells = draft(filing, "软统企2")
    assert cells["F101.e"] == "2000.00" and cells["F101.b"] == "1500.00"
    assert cells["F162.e"] == "300.00" and cells["F163.e"] == "100.00" and cells["F127.e"] == "70.00"
    assert cells["F302.y"] == "9800.00" and cells["F302.p"] == "7950.00" and cells["F345.y"] == "-35.00"


# What the firm confirmed is remembered


def test_the_second_month_comes_in_by_what_was_confirmed(may, cast):
    sent = form_on(give(may.page, small_profit()))
    press(may.page, {**sent, "take": ["2010.c1", "2080.c1", "2090.c1", "2110.c1"]})
    june = owe(cast.yuntu, open_period("2024M06", AT.date()))
    answer = give(may.page, small_profit("2024年6月"), period="2024M06")
    assert "按 2024年6月5日 李娜 确认的对应列出" in words_on(answer)
    assert "营业收入 贵单位确认过" in words_on(answer)
    assert ticked(form_on(answer)) == {"2010.c1", "2080.c1", "2090.c1", "2110.c1"}
    press(may.page, form_on(answer), period="2024M06")
    assert draft(june)["2010.c1"] == "1234.57"
    lines = JournalEntry.objects.filter(action=CONFIRMED)
    assert [line.period for line in lines] == [MAY]  # nothing was confirmed that had not been
    assert lines.get().after["2080"] == "销售费用 + 管理费用 + 财务费用"


def test_a_row_turned_to_another_name_is_taken_from_it_and_remembered(may):
    sent = form_on(give(may.page, small_profit()))
    opened = press(may.page, sent, then="", open="2110")
    assert "2110 研发经费 取自报表的哪几项" in words_on(opened)
    assert "管理费用（3,100,000）" in words_on(opened)
    chosen = {**form_on(opened), "2110": ["", "+管理费用", "-业务招待费"]}
    again = press(may.page, chosen, then="look")
    assert "管理费用 - 业务招待费 刚才选定" in words_on(again) and "307.90 万元" in words_on(again)
    press(may.page, form_on(again))
    assert draft(may.filing)["2110.c1"] == "307.90"
    assert BooksMapping.objects.get().rows["2110"] == ["+管理费用", "-业务招待费"]


def test_a_row_turned_to_nothing_stays_untaken(may):
    sent = form_on(give(may.page, small_profit()))
    again = press(may.page, {**sent, "2080": [""]}, then="look")
    assert ticked(form_on(again)) == {"2090.c1"}
    press(may.page, form_on(again))
    assert BooksMapping.objects.get().rows["2080"] == []
    assert "2080.c1" not in ticked(form_on(give(may.page, small_profit())))


def test_of_two_statements_the_one_that_is_chosen_is_read_and_nothing_is_forgotten(may):
    whole = copied([("营业收入", 900), ("利润总额", 90)], "项目", "本年累计")
    own = copied([("主营业务收入", 500), ("利润总额", 50)], "项目", "本年累计")
    answer = paste(may.page, f"合并利润表\t单位：万元\n{whole}\n母公司利润表\t单位：万元\n{own}")
    assert "给出的有 2 张利润表" in words_on(answer) and "90.00 万元" in words_on(answer)
    again = press(may.page, {**form_on(answer), "sheet.profit": "1"}, then="look")
    assert ticked(form_on(again)) == {"2010.c1", "2090.c1"}
    press(may.page, form_on(again))
    assert draft(may.filing) == {"2010.c1": "500.00", "2090.c1": "50.00"}
    assert BooksMapping.objects.get().rows == {"2010": ["+主营业务收入"], "2090": ["+利润总额"]}


@pytest.mark.parametrize("terms", [["+没有的项目"], ["*利润总额"], ["利润总额"], ["+"]])
def test_names_that_are_not_in_the_books_are_no_choice(may, terms):
    sent = form_on(give(may.page, small_profit()))
    again = press(may.page, {**sent, "2090": terms, "sheet.profit": "9" * 5000, "unit.profit": "斤"}, then="look")
    assert "利润总额 名称对得上" in words_on(again)


def test_names_that_are_new_or_gone_are_told(may):
    press(may.page, form_on(give(may.page, small_profit())))
    rows = [("营业费用" if name == "销售费用" else name, *figures) for name, *figures in SMALL_PROFIT]
    answer = give(may.page, small_profit(rows=rows))
    page = words_on(answer)
    assert "这次新出现的项目：营业费用。" in page and "上次有、这次没有的项目：销售费用。" in page
    assert "贵单位确认过的对应，下列项目这次报表里没有" in page and "2080 费用总额：“销售费用”" in page
    assert "2080.c1" not in ticked(form_on(answer))


def test_one_firm_knows_nothing_of_what_another_confirmed(may, cast):
    press(may.page, {**form_on(give(may.page, small_profit())), "take": ["2010.c1"]})
    other = give(sign_in(cast.sun_jie), small_profit(firm="重庆山城智能装备有限公司"))
    assert "第一次取数" in words_on(other) and "2010.c1" not in ticked(form_on(other))


def annual(cast, period: str):
    return owe(cast.yuntu, open_period(period, AT.date().replace(month=1, day=1)))


def test_last_years_column_does_not_come_in_as_this_years(may, cast):
    """The label that was confirmed, 2023年度, stands on the next statement over the year before."""
    for year, figures in ((2023, (500, 400)), (2024, (600, 500))):
        period = f"{year}A"
        filing = annual(cast, period)
        profit = copied([("所得税费用", *figures)], "项目", f"{year}年度", f"{year - 1}年度")
        balance = copied([("货币资金", *figures)], "资产", f"{year}年12月31日", f"{year - 1}年12月31日")
        answer = paste(may.page, f"单位：万元\n{profit}\n净利润\t1\t1\n单位：万元\n{balance}", period, "t2")
        sent = form_on(answer)
        assert {"F361.y", "F361.p", "F101.e", "F101.b"} <= ticked(sent)
        press(may.page, sent, period=period, key="t2")
        cells = draft(filing, "软统企2")
        assert [cells[key] for key in ("F361.y", "F361.p")] == [f"{each}.00" for each in figures]
        assert [cells[key] for key in ("F101.e", "F101.b")] == [f"{each}.00" for each in figures]


def test_the_month_of_a_year_is_not_taken_for_the_year(may, cast):
    annual(cast, "2023A")
    rows = copied([("所得税费用", 500, 400), ("净利润", 9, 8)], "项目", "本期金额", "上期金额")
    sent = form_on(paste(may.page, f"利润表\t2023年度\t单位：万元\n{rows}", "2023A", "t2"))
    assert {"F361.y", "F361.p"} <= ticked(sent)
    press(may.page, sent, period="2023A", key="t2")
    for head in ("2023年12月", ""):  # though 本期金额 of a year was confirmed before
        answer = paste(may.page, f"利润表\t{head}\t单位：万元\n{rows}", "2023A", "t2")
        assert "还没有选哪一列是本年" in words_on(answer) and not ticked(form_on(answer))


def losses(written: str, figure: int) -> str:
    return "2023年度\t单位：万元\n" + copied([(written, figure), ("所得税费用", 5), ("净利润", 9)], "项目", "本年金额")


def test_a_confirmed_minus_ends_with_the_way_the_loss_was_written(may, cast):
    filing, old, new = annual(cast, "2023A"), "减：资产减值损失", "资产减值损失（损失以“-”号填列）"
    sent = form_on(paste(may.page, losses(old, 30), "2023A", "t2"))
    press(may.page, {**sent, "take": ["F346.y"]}, period="2023A", key="t2")
    assert draft(filing, "软统企2")["F346.y"] == "-30.00"
    assert "F346.y" in ticked(form_on(paste(may.page, losses(old, 31), "2023A", "t2")))

    answer = paste(may.page, losses(new, -31), "2023A", "t2")
    assert "资产减值损失 报表里的写法与确认时不同，正负可能相反，请核对 -31 万元 -31.00 万元" in words_on(answer)
    assert "F346.y" not in ticked(form_on(answer))
    press(may.page, {**form_on(answer), "take": ["F361.y"]}, period="2023A", key="t2")
    assert draft(filing, "软统企2") == {"F346.y": "-30.00", "F361.y": "5.00"}
    answer = paste(may.page, losses(new, -31), "2023A", "t2")  # the rest was taken, this was not
    assert "F346.y" not in ticked(form_on(answer))
    press(may.page, {**form_on(answer), "take": ["F346.y"]}, period="2023A", key="t2")
    assert draft(filing, "软统企2")["F346.y"] == "-31.00"
    assert "F346.y" in ticked(form_on(paste(may.page, losses(new, -32), "2023A", "t2")))
    assert "F346.y" not in ticked(form_on(paste(may.page, losses("资产减值损失", 32), "2023A", "t2")))


def test_a_loss_of_another_name_that_was_chosen_is_asked_about_too(may, cast):
    annual(cast, "2023A")
    sent = form_on(paste(may.page, losses("减：坏账损失", 30), "2023A", "t2"))
    again = press(may.page, {**sent, "F345": ["-坏账损失"]}, "look", "2023A", "t2")
    press(may.page, form_on(again), period="2023A", key="t2")
    answer = paste(may.page, losses("坏账损失（损失以“-”号填列）", -31), "2023A", "t2")
    assert "正负可能相反" in words_on(answer) and "F345.y" not in ticked(form_on(answer))


def test_a_column_that_was_chosen_is_read_again_under_the_same_head(may):
    text = "2024年5月\t单位：元\n" + copied([("利润总额", 10_000)], "项目", "本期金额")
    again = press(may.page, {**form_on(paste(may.page, text)), "column.profit.c1": "本期金额"}, then="look")
    press(may.page, form_on(again))
    assert "column.profit.c1" in form_on(paste(may.page, text))
    assert form_on(paste(may.page, text))["column.profit.c1"] == ["本期金额"]
    assert form_on(paste(may.page, text.replace("2024年5月\t", "")))["column.profit.c1"] == [""]


# What is refused


def test_books_of_another_month_or_another_firm_are_taken_only_knowingly(may):
    answer = give(may.page, small_profit("2024年4月", firm="成都别家软件有限公司"))
    page = words_on(answer)
    assert "利润表写的是2024年4月，本期是2024年5月，请核对。" in page
    assert "写的单位是“成都别家软件有限公司”，本企业是“重庆云图软件有限公司”" in page
    sent = form_on(answer)
    refused = press(may.page, sent)
    assert "期间或单位与本期填报不符，没有存入" in words_on(refused, 422) and draft(may.filing) == {}
    press(may.page, form_on(refused, 422), checked="yes")
    assert "2090.c1" in draft(may.filing)


def test_a_second_press_takes_nothing_again_and_says_so(may):
    sent = form_on(give(may.page, small_profit()))
    press(may.page, sent)
    lines = JournalEntry.objects.count()
    assert "已经存入草稿，没有再存一次" in words_on(press(may.page, sent))
    assert JournalEntry.objects.count() == lines


def test_what_was_not_seen_is_not_stored(may):
    """Another unit chosen and 存入草稿 pressed at once; a draft that somebody saved meanwhile."""
    sent = form_on(give(may.page, small_profit()))
    refused = press(may.page, {**sent, "unit.profit": "万元"})
    assert "下面是现在的对照，请核对后再存入" in words_on(refused, 409) and draft(may.filing) == {}
    workflow.save_sheet(may.filing, TABLE, {"2090.c1": "7"}, 0, may.clerk, AT)
    refused = press(may.page, sent)
    assert "7.00" in words_on(refused, 409) and draft(may.filing) == {"2090.c1": "7"}
    press(may.page, form_on(refused, 409))
    assert draft(may.filing)["2090.c1"] == "444.63"


def test_a_filing_submitted_meanwhile_is_not_touched(may):
    sent = form_on(give(may.page, small_profit()))
    workflow.save_sheet(may.filing, TABLE, CLEAN_MAY, 0, may.clerk, AT)
    for finding in workflow.check(may.filing, may.clerk, AT).warnings:
        workflow.explain(may.filing, finding.rule, finding.fingerprint, may.clerk, AT, reason_code="01")
    workflow.submit(may.filing, may.clerk, AT, signer="王经理", committed=True)
    again = press(may.page, sent, period=MAY)
    assert "还没有存入" in words_on(again, 409)
    assert "当前状态为" in words_on(press(may.page, form_on(again, 409)))
    assert draft(may.filing) == CLEAN_MAY
    assert give(may.page, small_profit()).status_code == 302
    assert "当前状态为" in words_on(may.page.get("/filings/2024M05/t6/"))


def test_nobody_takes_what_somebody_else_gave_nor_into_another_table(may, cast):
    sent = form_on(give(may.page, small_profit()))
    assert "不是您做的" in words_on(press(sign_in(cast.wang_lei), sent))
    owe(cast.yuntu, open_period("2024M06", AT.date()))
    assert "请在本页重新上传或粘贴" in words_on(press(may.page, sent, period="2024M06"))
    assert draft(may.filing) == {}


def test_nothing_ticked_is_said_on_the_comparison_which_can_be_pressed_again(may):
    sent = form_on(give(may.page, small_profit()))
    refused = press(may.page, {**sent, "take": []})
    assert "没有勾选要取的数" in words_on(refused, 422)
    assert draft(may.filing) == {}
    press(may.page, {**form_on(refused, 422), "take": sent["take"]})
    assert draft(may.filing)["2090.c1"] == "444.63"


def test_a_table_that_no_statement_speaks_of_has_no_such_page(may, cast):
    owe(cast.yuntu, open_period("2023A", AT.date().replace(month=1, day=1)))
    assert may.page.get("/filings/2023A/t1/books/").status_code == 404
    assert "从财务报表取数" in words_on(may.page.get("/filings/2024M05/t6/"))
    assert "从财务报表取数" not in words_on(may.page.get("/filings/2023A/t1/"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("利润表.xls", b"\xd0\xcf\x11\xe0", "旧版 Excel 97—2003"),
        ("利润表.csv", b"a,b", "这是 CSV 文本"),
        ("利润表.pdf", b"%PDF", "这是 PDF，里面的数读不准"),
        ("利润表.jpg", b"\xff\xd8", "这是图片"),
        ("利润表.xlsx", b"PK\x03\x04", "文件已损坏"),
        ("利润表.xlsx", b"<html>", "文件内容不是 Excel 工作簿"),
        ("利润表.xlsx", b"", "文件是空的"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_a_way_out(may, name, content, said):
    assert said in words_on(give(may.page, content, name), 422)


def test_what_is_no_statement_is_told(may):
    assert "没有找到利润表或资产负债表" in words_on(paste(may.page, "张三\t13800000000"), 422)
    assert "这里只有资产负债表，软统企6要的是利润表" in words_on(paste(may.page, "资产\t期末余额\n货币资金\t5"), 422)
    assert "没有选文件，也没有粘贴内容" in words_on(paste(may.page, ""), 422)
    assert "最多 200,000 字" in words_on(paste(may.page, "项目\t本年累计\n" * 30_000), 422)


def test_thousands_of_heads_are_no_statement(may):
    assert "没有找到利润表或资产负债表" in words_on(paste(may.page, "项目\t本年累计\n" * 20_000), 422)


def test_our_own_workbook_is_sent_where_it_belongs(may):
    own = b"".join(may.page.get(reverse("workbook", args=[MAY])).streaming_content)
    assert "这是本平台的填报工作簿，不是财务报表" in words_on(give(may.page, own), 422)
