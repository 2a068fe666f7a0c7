"""In what money the pages of totals and their files show figures: chosen, said, and told where it cannot balance."""

from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from django.core.cache import cache

from accounts.models import JournalEntry
from reporting import workflow
from tests.cast import AT
from tests.may import make_may
from tests.officials import freeze, make_it_be, sign_in
from tests.reading import markup_of, words_on

PAGE = "/city/totals/?period=2024M05"
FILED = {
    "2010.c1": "50230.00",
    "2020.c1": "29123.00",
    "2021.c1": "10241.00",
    "2022.c1": "8842.00",
    "2023.c1": "6020.00",
    "2024.c1": "4020.00",
}


@pytest.fixture
def may(cast):
    cache.clear()  # a test's rows have the numbers of the last test's rows
    make_it_be(AT.date())
    may = make_may(cast)
    workflow.approve(freeze(may.filing, may.clerk, FILED), may.reviewer, AT)
    return may


def approve_the_other(may, filed):
    workflow.approve(freeze(may.other_filing, may.other_clerk, filed), may.other_reviewer, AT)


def row_on(page, name):
    words = words_on(page).split()
    return words[words.index(name) + 1]


def test_money_is_shown_as_it_was_filed_until_another_unit_is_asked_for(may):
    page = sign_in(may.city).get(PAGE)
    assert "金额单位万元，未舍位。" in words_on(page)
    assert row_on(page, "软件业务收入合计") == "29,123.00"


def test_in_yi_parts_add_up_and_the_page_says_so(may):
    city = sign_in(may.city)
    page = city.get(f"{PAGE}&unit=yi")
    assert "已作舍位平衡" in words_on(page) and "（单位：亿元）" in words_on(page)
    shown = [
        row_on(page, name) for name in ("软件业务收入合计", "1.软件产品收入", "2.信息技术服务收入", "3.信息安全收入")
    ]
    assert shown == ["2.91", "1.02", "0.89", "0.60"]  # and 0.40: the nearest of the parts come to 2.90
    plain = city.get(f"{PAGE}&unit=yi-plain")
    assert "未作舍位平衡" in words_on(plain)
    assert row_on(plain, "2.信息技术服务收入") == "0.88"


def test_what_cannot_be_balanced_is_told_by_its_place(may):
    approve_the_other(may, {"2020.c1": "90000.00", "2021.c1": "1.00"})
    words = words_on(sign_in(may.city).get(f"{PAGE}&unit=yi"))
    where = "软统企6表2020“软件业务收入合计”的“本年本期累计”与2021＋2022＋2023＋2024：未舍位的数即不相等，不能平衡。"
    assert f"全市{where}" in words and f"南岸区{where}" in words and f"渝中区{where}" not in words


def test_a_row_that_only_some_firms_repeat_need_not_agree(may):
    """软统企7 repeats 20225 of 软统企6, but for key firms alone."""
    approve_the_other(may, {"20225.c1": "8000.00", "G701.c1": "3000.00"})
    assert "不能平衡" not in words_on(sign_in(may.city).get(f"{PAGE}&unit=yi"))


def test_an_indicator_over_the_districts_is_in_the_same_unit_with_shares_of_what_was_filed(may):
    approve_the_other(may, {"2010.c1": "49.00"})
    words = words_on(sign_in(may.city).get(f"{PAGE}&unit=yi&indicator=2010"))
    assert "本年本期累计（亿元）" in words.replace(" ", "")
    assert "渝中区 5.02 99.9 1/2" in words and "南岸区 0.01 0.1 1/1" in words


def test_what_nobody_filled_is_blank_and_what_rounds_to_nothing_is_nought(may):
    approve_the_other(may, {"2010.c1": "20.00"})
    words = words_on(sign_in(may.city).get(f"{PAGE}&unit=yi-plain&indicator=2010"))
    assert "没有企业填报的留空；填报的合计数为 0 的写 0，不足 0.005 亿元的显示为 0.00。" in words
    assert "南岸区 0.00 0.0 1/1" in words
    assert "南岸区 1/1" in words_on(sign_in(may.city).get(f"{PAGE}&indicator=2020"))


def test_the_files_are_in_the_unit_of_the_page(may):
    city = sign_in(may.city)
    markup = markup_of(city.get(f"{PAGE}&unit=yi"))
    assert "/city/totals/2024M05.zip?unit=yi" in markup and "/city/totals/2024M05.xlsx?unit=yi" in markup
    book = openpyxl.load_workbook(BytesIO(city.get("/city/totals/2024M05.xlsx?unit=yi").content))
    assert book["软统企6"]["A4"].value == "计量单位：金额：亿元；出口：万美元（舍位平衡）"
    package = ZipFile(BytesIO(city.get("/city/totals/2024M05.zip?unit=yi").content))
    line = JournalEntry.objects.get(action="导出报部材料")
    assert (line.by, line.period, line.subject) == (may.city, "2024M05", "报部材料（暂定）亿元（舍位平衡）")
    tables = openpyxl.load_workbook(BytesIO(package.read(package.namelist()[0])))
    assert tables["软统企6"]["A5"].value == book["软统企6"]["A4"].value


def test_a_district_chooses_too(may):
    reviewer = sign_in(may.reviewer)
    page = reviewer.get("/district/totals/?period=2024M05&unit=yi")
    assert "已作舍位平衡" in words_on(page)
    assert row_on(page, "软件业务收入合计") == "2.91"
    book = openpyxl.load_workbook(BytesIO(reviewer.get("/district/totals/2024M05.xlsx?unit=yi").content))
    assert "亿元" in book["软统企6"]["A4"].value


OWN = "/district/totals/?period=2024M05&unit=yi"


def test_a_districts_page_says_what_the_citys_says_or_that_it_may_differ(may):
    """5.023 and 1.2349 come to 6.2579: of the three the second moves least when it goes up."""
    approve_the_other(may, {"2010.c1": "12349.00"})
    reviewer = sign_in(may.other_reviewer)
    alone = reviewer.get(OWN)
    assert row_on(alone, "主营业务收入") == "1.23"
    assert "本区县单独舍位，与全市表可能差一个末位。" in words_on(alone)
    assert "南岸区 1.24" in words_on(sign_in(may.city).get(f"{PAGE}&unit=yi&indicator=2010"))
    page = reviewer.get(OWN)
    assert row_on(page, "主营业务收入") == "1.24"
    assert "与全市表一致" in words_on(page) and "单独舍位" not in words_on(page)


def test_a_districts_workbook_is_cut_out_of_the_citys_table(may):
    approve_the_other(may, {"2010.c1": "12349.00"})
    content = sign_in(may.other_reviewer).get("/district/totals/2024M05.xlsx?unit=yi").content
    sheet = openpyxl.load_workbook(BytesIO(content))["软统企6"]
    assert [row[3].value for row in sheet.iter_rows() if row[2].value == "2010"] == [1.24]


def test_a_unit_nobody_knows_is_none_and_no_period_is_no_page(may):
    city = sign_in(may.city)
    assert "未舍位" in words_on(city.get(f"{PAGE}&unit=dollars"))
    assert city.get("/city/totals/2031M05.zip").status_code == 404
